//! The durable facts of a session. The only stored type; it only ever grows, and every new field has a default.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::debate::agent::{Persona, Voice};
use crate::debate::log::decision::Decision;
use crate::debate::log::ids::{PromptMark, TurnId};
use crate::debate::log::limits::{Caps, Grant, Reached};
use crate::debate::log::options::Frozen;
use crate::debate::log::round::ClosedRound;
use crate::debate::log::setup::Setup;
use crate::debate::reply::{Fault, Reply};
use crate::debate::response::{NeedId, Response};

/// The event format this program writes; what each brought is in [`rules`](crate::debate::rules).
pub const FORMAT: u32 = 5;

/// An event with its place and time, as the store stamped it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Logged {
    /// Place in the session's log, from 1, without gaps.
    #[schemars(range(min = 1))]
    pub seq: u64,
    /// Milliseconds since the Unix epoch.
    pub at_ms: u64,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// A fact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "the large ones, replies, are what a log mostly holds")]
pub enum Event {
    /// The session began. Always the first event, and the only one of its kind.
    SessionOpened(Box<Setup>),
    /// The panel got its personas for this topic.
    PerspectivesChosen {
        /// One persona a seat.
        personas: Vec<Persona>,
        /// Whether the moderator proposed them; otherwise it failed to, and they are the mode's own.
        proposed: bool,
    },
    /// A prompt is about to be sent.
    TurnStarted {
        /// Which turn.
        turn: TurnId,
        /// Which attempt at it, from 1.
        attempt: u32,
        /// Who is asked.
        voice: Voice,
        /// What is sent.
        prompt: PromptMark,
        /// What it may take, where a limit on cost or tokens is set.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        grant: Option<Grant>,
    },
    /// A reply arrived.
    TurnFinished {
        /// Which turn.
        turn: TurnId,
        /// Which attempt.
        attempt: u32,
        /// What came, as it came.
        reply: Reply,
        /// What it says.
        response: Response,
    },
    /// No reply will come.
    TurnFailed {
        /// Which turn.
        turn: TurnId,
        /// Which attempt.
        attempt: u32,
        /// Why.
        fault: Fault,
    },
    /// An open question got its options, for good.
    OptionsFrozen(Frozen),
    /// Everybody who could speak in a round has.
    RoundClosed(ClosedRound),
    /// The debate waits for facts: seats cannot go on without them, and a further round of the exchange is due.
    FactsAwaited {
        /// What is needed.
        needs: Vec<NeedId>,
    },
    /// The wait for facts is over.
    NeedsAnswered {
        /// What was supplied; what is needed and has no fact here stays unanswered.
        facts: Vec<Fact>,
    },
    /// Nothing is due but turns that people on the panel have.
    TurnsAwaited {
        /// Which.
        turns: Vec<TurnId>,
    },
    /// Somebody asked for an early end.
    StopRequested {
        /// Who.
        by: StoppedBy,
    },
    /// A limit leaves no room for what would come next: the ballots in hand decide; or, after that, the closing text is left
    /// out.
    LimitReached(Reached),
    /// These limits hold from here on, for the whole session. What was in flight is lost, and counted at its worst.
    LimitsSet(Caps),
    /// The ballots were counted.
    Decided {
        /// The verdict.
        decision: Box<Decision>,
    },
    /// Everything in flight has come back and nothing more is sent until somebody resumes the session.
    SessionPaused {
        /// Who asked for it.
        by: StoppedBy,
    },
    /// A session that was paused goes on; or one that had been stopped, had reached a limit or had lost its quorum: its end
    /// and the verdict then reached are undone.
    SessionResumed {},
    /// The exchange goes on for more rounds: the end and the verdict so far are undone, and reached anew after them.
    SessionContinued(Continued),
    /// The closing text is to be written, or written again; the verdict stays.
    SynthesisRequested {},
    /// The session got another name, or lost the one it had. Changes nothing about the debate.
    SessionRenamed {
        /// The new one.
        name: Option<String>,
    },
    /// The session ended.
    SessionClosed {
        /// How.
        ending: Ending,
    },
}

impl Event {
    /// The name under which the event is stored, such as `round_closed`.
    pub fn tag(&self) -> &'static str {
        match self {
            Self::SessionOpened(_) => "session_opened",
            Self::PerspectivesChosen { .. } => "perspectives_chosen",
            Self::TurnStarted { .. } => "turn_started",
            Self::TurnFinished { .. } => "turn_finished",
            Self::TurnFailed { .. } => "turn_failed",
            Self::OptionsFrozen(_) => "options_frozen",
            Self::RoundClosed(_) => "round_closed",
            Self::FactsAwaited { .. } => "facts_awaited",
            Self::NeedsAnswered { .. } => "needs_answered",
            Self::TurnsAwaited { .. } => "turns_awaited",
            Self::StopRequested { .. } => "stop_requested",
            Self::LimitReached(_) => "limit_reached",
            Self::LimitsSet(_) => "limits_set",
            Self::Decided { .. } => "decided",
            Self::SessionPaused { .. } => "session_paused",
            Self::SessionResumed {} => "session_resumed",
            Self::SessionContinued(_) => "session_continued",
            Self::SynthesisRequested {} => "synthesis_requested",
            Self::SessionRenamed { .. } => "session_renamed",
            Self::SessionClosed { .. } => "session_closed",
        }
    }
}

/// The terms on which a debate goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Continued {
    /// Rounds of the exchange to be held, at least 1, with no early end.
    pub rounds: u32,
    /// What they are to be about, in the user's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub focus: Option<String>,
    /// What the user has found out since.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<Fact>,
}

/// Material that the user supplies during a debate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fact {
    /// The need that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub need: Option<NeedId>,
    /// What it is about, in one line.
    pub about: String,
    /// What it says.
    pub text: String,
}

/// Who asked for an early end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StoppedBy {
    /// Ctrl-C or a termination signal.
    Interrupt,
    /// A command in another process.
    Command,
}

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The protocol ran to its end.
    Decided,
    /// Too few seats could be heard.
    QuorumLost,
    /// Stopped on request; the decision rests on the ballots in hand.
    Stopped,
    /// A limit on cost, tokens or time was reached; the decision rests on the ballots in hand, or lacks its closing text.
    LimitReached,
}
