//! The durable facts of a session. The only stored type; it only ever grows, and every new field has a default.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::debate::agent::{Agent, Persona, Seat, Voice};
use crate::debate::ask::{Speaker, TurnId};
use crate::debate::budget::{Caps, Grant, Reached};
use crate::debate::consensus::Consensus;
use crate::debate::decision::Decision;
use crate::debate::estimate::{Estimates, Shift};
use crate::debate::gate::GateTerms;
use crate::debate::material::{Assumption, Material};
use crate::debate::mode::{Mode, StopRule};
use crate::debate::needs::NeedTerms;
use crate::debate::prompt::PromptMark;
use crate::debate::question::{Choice, OptionId, Question};
use crate::debate::reply::{Fault, Reply};
use crate::debate::response::{NeedId, Response};
use crate::debate::search::WebSearch;
use crate::debate::thresholds::Thresholds;

/// The event format this program writes; what each brought is in [`rules`](crate::debate::rules).
pub const FORMAT: u32 = 5;

/// Names a session: a time-ordered UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("format" = "uuid"))]
pub struct SessionId(#[schemars(with = "String")] pub Uuid);

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

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

/// All that a debate depends on, copied at its start so that no later edit of a file or a variable can change it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Setup {
    /// Event format that the log was begun in.
    pub format: u32,
    /// Which session this is.
    pub session: SessionId,
    /// The program's version.
    pub program: String,
    /// What is debated.
    pub question: Question,
    /// Material that was supplied with the question.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub context: Vec<Material>,
    /// What the panel is told to take as given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assumptions: Vec<Assumption>,
    /// How.
    pub mode: Mode,
    /// By whom.
    pub agents: Vec<Agent>,
    /// Who may moderate, in order of preference; the next one steps in when one cannot be reached.
    pub moderators: Vec<Voice>,
    /// Who takes a seat's turn, in order of preference, when its own voice fails; none leaves the seat absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fallbacks: Vec<Voice>,
    /// Whether the moderator is to propose personas that fit the topic.
    #[serde(default)]
    pub frames: bool,
    /// Rounds of every phase that has rounds to set, when the user fixed them.
    #[serde(default)]
    pub rounds: Option<u32>,
    /// Whether a closing text is written.
    pub synthesis: bool,
    /// Who is asked for the compact forms, besides those whose reply was cut off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub compact: Vec<Speaker>,
    /// The bounds.
    pub limits: Limits,
    /// The hard limits on cost, tokens and time.
    #[serde(default, skip_serializing_if = "Caps::is_none")]
    pub caps: Caps,
    /// When the exchange may end early.
    #[serde(default, skip_serializing_if = "Thresholds::is_default")]
    pub thresholds: Thresholds,
    /// Whether agents may search the web when they state a position.
    #[serde(default, skip_serializing_if = "WebSearch::is_unsaid")]
    pub web_search: WebSearch,
    /// What the verdict must meet for the command to succeed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<GateTerms>,
    /// On which terms seats may say that they need facts; `None` where they are not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs: Option<NeedTerms>,
    /// Seed of every shuffle.
    pub seed: u64,
    /// Name given by the user; no two sessions of a store share one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Labels given by the user.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// The session that this one branched off; its log up to the branch opens this one's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Branch>,
}

/// Where a session branched off another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Branch {
    /// The other one.
    pub session: SessionId,
    /// How many of its closed rounds are kept, the opening included.
    pub round: u32,
    /// Place of the last event that both share. What came up to there was paid for in the other session.
    pub seq: u64,
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

/// The bounds of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Limits {
    /// Replies read for one turn: after this many that cannot be read, the turn is over.
    pub attempts_max: u32,
    /// Output tokens of one reply, reasoning included.
    pub output_tokens_max: u32,
    /// Seats that must be heard in a round.
    pub quorum: u32,
}

impl Limits {
    /// The bounds for a panel of `seats`: two attempts, 16,000 output tokens, more than half of the seats and at least
    /// two.
    pub fn for_panel(seats: u32) -> Self {
        Self { attempts_max: 2, output_tokens_max: 16_000, quorum: quorum(seats) }
    }
}

/// More than half of `seats`, and at least two.
pub fn quorum(seats: u32) -> u32 {
    (seats / 2 + 1).max(2)
}

/// The options of an open question, and how the opening statements were sorted into them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Frozen {
    /// The options.
    pub options: Vec<Choice>,
    /// The option that each seat's opening statement was counted for; a list of `{ seat, option }` in the log.
    #[serde(with = "by_seat")]
    #[schemars(with = "Vec<by_seat::Sorted>")]
    pub sorted: BTreeMap<Seat, OptionId>,
    /// How the sorting came about.
    pub basis: SortingBasis,
    /// Adjusted Rand index of the first two passes; `None` when there were not two.
    pub reliability: Option<f64>,
}

/// Seats are numbers, and JSON has no maps by number.
mod by_seat {
    use std::collections::BTreeMap;

    use schemars::JsonSchema;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::debate::agent::Seat;
    use crate::debate::question::OptionId;

    /// A sorted opening statement.
    #[derive(Serialize, Deserialize, JsonSchema)]
    pub(super) struct Sorted {
        /// Whose statement.
        seat: Seat,
        /// The option it was counted for.
        option: OptionId,
    }

    pub(super) fn serialize<S: Serializer>(
        sorted: &BTreeMap<Seat, OptionId>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(sorted.iter().map(|(seat, option)| Sorted { seat: *seat, option: option.clone() }))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<Seat, OptionId>, D::Error> {
        let sorted = Vec::<Sorted>::deserialize(deserializer)?;
        Ok(sorted.into_iter().map(|entry| (entry.seat, entry.option)).collect())
    }
}

/// How opening statements were sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SortingBasis {
    /// Two passes in opposite orders agreed.
    TwoPasses,
    /// They did not; statements that two of three passes put together stand together.
    Majority,
    /// Only one pass could be read.
    OnePass,
    /// No pass was needed or could be read: statements in the same words stand together.
    Verbatim,
}

/// A closed round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClosedRound {
    /// Phase name.
    pub phase: String,
    /// Round, from 1.
    pub round: u32,
    /// How far the panel agrees; `None` when the round took no stances.
    pub consensus: Option<Consensus>,
    /// What the panel estimates; `None` when the round took no stances, or no number is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimates: Option<Estimates>,
    /// How the estimates shifted since the last round that took any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shift: Option<Shift>,
    /// What moved since the last round that took stances.
    #[serde(default)]
    pub movement: Option<Movement>,
    /// Claims made in the round.
    pub claims: u32,
    /// Of those, the ones that nobody had made before.
    pub claims_new: u32,
    /// Whether and why the phase ends here.
    pub stop: Option<Stop>,
}

/// What moved between two rounds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Movement {
    /// Seats with an option, or an estimate, in both rounds.
    pub comparable: u32,
    /// Of those, the ones that changed it.
    pub changed: u32,
    /// Of those, the ones that named no reason that holds.
    pub uncited: u32,
    /// Whether positions stood still; `None` when nobody is comparable.
    pub stable: Option<bool>,
    /// Whether nothing changed at all.
    pub frozen: bool,
}

/// Why a phase ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stop {
    /// The reason.
    pub reason: StopReason,
    /// The numbers behind it, for people.
    pub numbers: String,
}

/// The reason for a phase's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// Too few seats were heard; the whole debate ends.
    QuorumLost,
    /// Unanimous over at least two model families, and nobody changed without citing a reason in the round.
    Agreed,
    /// So many agreed, and were so sure of it, as the thresholds ask for.
    Confident,
    /// Positions no longer moved.
    Stable,
    /// A round brought no new claim and no new evidence.
    Saturated,
    /// An agent went back to the option it had left two rounds before.
    Oscillating,
    /// All rounds were held.
    RoundsHeld,
}

impl From<StopRule> for StopReason {
    fn from(rule: StopRule) -> Self {
        match rule {
            StopRule::MaxRounds => Self::RoundsHeld,
            StopRule::Agreed => Self::Agreed,
            StopRule::Confidence => Self::Confident,
            StopRule::Stable => Self::Stable,
            StopRule::Saturated => Self::Saturated,
            StopRule::Oscillating => Self::Oscillating,
        }
    }
}

impl StopReason {
    /// The reason in words.
    pub fn title(self) -> &'static str {
        match self {
            Self::QuorumLost => "quorum lost",
            Self::Agreed => "agreed",
            Self::Confident => "agreed with confidence",
            Self::Stable => "positions stable",
            Self::Saturated => "no new claims",
            Self::Oscillating => "positions oscillate",
            Self::RoundsHeld => "all rounds held",
        }
    }
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
