//! The fold of a session's events: everything the core knows.
//!
//! Must never hold anything that is not in the log.

use std::collections::BTreeMap;

use crate::debate::agent::{Agent, Seat, Voice};
use crate::debate::continuation::{Continuation, Reopening};
use crate::debate::event::{Ending, StoppedBy};
use crate::debate::log::decision::Decision;
use crate::debate::log::ids::{PromptMark, TurnId};
use crate::debate::log::limits::{Caps, Grant, Reached};
use crate::debate::log::options::Frozen;
use crate::debate::log::round::{ClosedRound, StopReason};
use crate::debate::log::setup::Setup;
use crate::debate::question::Choice;
use crate::debate::reply::{Fault, Reply};
use crate::debate::response::Response;
use crate::debate::waiting::{Answers, Awaited, Waiting};

/// The last millisecond of the year 9999, after which times cannot be written down any more.
pub const TIME_MS_MAX: u64 = 253_402_300_799_999;

/// A session as its log tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// What the session depends on.
    pub setup: Setup,
    /// The panel, with the personas chosen for the topic where there were any to choose.
    pub agents: Vec<Agent>,
    /// Whether the personas still have to be chosen.
    pub awaits_perspectives: bool,
    /// Every turn that was started.
    pub turns: BTreeMap<TurnId, Turn>,
    /// The options of an open question, once frozen.
    pub frozen: Option<Frozen>,
    /// The rounds that are over, in order.
    pub rounds: Vec<ClosedRound>,
    /// The times that the debate was made to go on, in order.
    pub continuations: Vec<Continuation>,
    /// The times that the session was taken up anew, in order: from there on, providers lost for good are asked again.
    pub reopenings: Vec<Reopening>,
    /// The times that the debate waited for facts, in order.
    pub awaited: Vec<Awaited>,
    /// What came of them, where anything did.
    pub answers: Vec<Answers>,
    /// What the session waits for from people.
    pub waiting: Option<Waiting>,
    /// Place of the event from which on the moderator's providers count as not having failed; 0 when there is none.
    pub reopened_seq: u64,
    /// Whether and by whom an early end was asked for before there was a verdict.
    pub stop: Option<StoppedBy>,
    /// The limit that ended the debate early, or left its closing text out.
    pub limit: Option<Reached>,
    /// The hard limits that hold now.
    pub caps: Caps,
    /// Place of the latest event by which the session was taken up again: what was in flight before it is lost.
    pub taken_up_seq: u64,
    /// Which closing text is due, from 1: every continuation and every request asks for another.
    pub synthesis_round: u32,
    /// The first one that closes the present verdict.
    pub synthesis_first: u32,
    /// Whether one is due.
    pub synthesis: SynthesisDue,
    /// Whether the session waits to be resumed.
    pub paused: bool,
    /// The name the user gave it.
    pub name: Option<String>,
    /// The verdict, once reached.
    pub decision: Option<Decision>,
    /// How the session ended, once it has.
    pub ending: Option<Ending>,
    /// When the first event was stored, in milliseconds since the Unix epoch.
    pub opened_ms: u64,
    /// When the latest event was stored.
    pub latest_ms: u64,
    /// Place of the latest event.
    pub seq: u64,
}

/// Whether a closing text is due after the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SynthesisDue {
    /// As the session was set up.
    AsSetUp,
    /// It was asked for apart from the debate.
    Requested,
    /// Somebody did not want to wait for it.
    Waived,
}

/// One turn: its attempts in order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Turn {
    /// The attempts.
    pub attempts: Vec<Attempt>,
    /// Attempts that were started over because nobody learned what came of them.
    pub started_over: u32,
    /// Attempts that count no more, and may have been billed.
    pub lost: Vec<Attempt>,
    /// Place of the event by which its round was taken up again, after too few had been heard in it: replies before that
    /// which could not be understood are no reason not to ask again. 0 when there was none.
    pub forgiven: u64,
}

/// One attempt at a turn.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// Place of the event that began it.
    pub seq: u64,
    /// Who was asked.
    pub voice: Voice,
    /// What was sent.
    pub prompt: PromptMark,
    /// What it may take, where a limit was set.
    pub grant: Option<Grant>,
    /// What came of it; `None` while it is in flight, or when the program ended before it was known.
    pub outcome: Option<Outcome>,
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "nearly every outcome is the large one")]
pub enum Outcome {
    /// A reply.
    Finished {
        /// As it came.
        reply: Reply,
        /// What it says.
        response: Response,
    },
    /// A fault.
    Failed(Fault),
}

impl History {
    /// The options under debate; empty while an open question's are not frozen.
    pub fn options(&self) -> &[Choice] {
        self.frozen.as_ref().map_or(&self.setup.question.options, |frozen| &frozen.options)
    }

    /// Whether there is nothing to choose from, and no number to give instead.
    pub fn lacks_options(&self) -> bool {
        self.options().is_empty() && self.setup.question.estimate.is_none()
    }

    /// Whether the options still have to be found.
    pub fn awaits_options(&self) -> bool {
        self.setup.question.is_open() && self.frozen.is_none()
    }

    /// The agent on `seat`.
    pub fn agent(&self, seat: Seat) -> Option<&Agent> {
        self.agents.iter().find(|agent| agent.seat == seat)
    }

    /// The response that a turn came to, readable or not; `None` while it is open or when it failed.
    pub fn response(&self, turn: &TurnId) -> Option<&Response> {
        self.turns.get(turn).and_then(Turn::response)
    }

    /// Like [`History::response`], if it is one that counts.
    pub fn valid_response(&self, turn: &TurnId) -> Option<&Response> {
        self.response(turn).filter(|response| response.is_valid())
    }

    /// Whether too few seats were heard in the last round; the debate ends there.
    pub fn has_lost_quorum(&self) -> bool {
        self.rounds.last().and_then(|last| last.stop.as_ref()).is_some_and(|stop| stop.reason == StopReason::QuorumLost)
    }

    /// Whether the attempt begun at `seq` was made, and paid for, in the session that this one branched off.
    pub fn is_inherited(&self, seq: u64) -> bool {
        self.setup.parent.is_some_and(|parent| seq <= parent.seq)
    }

    /// Place of the event that began a turn; past every place while nothing has come of it, since it may yet begin anew.
    pub fn begun(&self, turn: &TurnId) -> u64 {
        let first = self.turns.get(turn).and_then(|turn| turn.settled().next());
        first.map_or(u64::MAX, |(attempt, _)| attempt.seq)
    }

    /// Place of the event that began the latest attempt at a turn; 0 without one.
    pub fn last_begun(&self, turn: &TurnId) -> u64 {
        self.turns.get(turn).and_then(|turn| turn.attempts.last()).map_or(0, |attempt| attempt.seq)
    }

    /// How many continuations were known when a turn began.
    pub fn continuations_before(&self, turn: &TurnId) -> usize {
        let begun = self.begun(turn);
        self.continuations.iter().take_while(|continuation| continuation.seq < begun).count()
    }

    /// How many seats the panel has.
    pub fn panel(&self) -> u32 {
        u32::try_from(self.agents.len()).unwrap_or(u32::MAX)
    }
}

impl Turn {
    /// The response of the last attempt.
    pub fn response(&self) -> Option<&Response> {
        match self.attempts.last()?.outcome.as_ref()? {
            Outcome::Finished { response, .. } => Some(response),
            Outcome::Failed(_) => None,
        }
    }

    /// The fault of the last attempt.
    pub fn fault(&self) -> Option<&Fault> {
        match self.attempts.last()?.outcome.as_ref()? {
            Outcome::Finished { .. } => None,
            Outcome::Failed(fault) => Some(fault),
        }
    }

    /// Every reply, those that could not be read included: all of them were paid for.
    pub fn replies(&self) -> impl Iterator<Item = (&Voice, &Reply)> {
        self.attempts.iter().filter_map(|attempt| match &attempt.outcome {
            Some(Outcome::Finished { reply, .. }) => Some((&attempt.voice, reply)),
            Some(Outcome::Failed(_)) | None => None,
        })
    }

    /// Attempts of which nothing is known but that they began.
    pub fn unknown(&self) -> u32 {
        let is_open = self.attempts.last().is_some_and(|attempt| attempt.outcome.is_none());
        self.started_over + u32::from(is_open)
    }

    /// Attempts that came to something.
    pub fn settled(&self) -> impl Iterator<Item = (&Attempt, &Outcome)> {
        self.attempts.iter().filter_map(|attempt| attempt.outcome.as_ref().map(|outcome| (attempt, outcome)))
    }
}

impl Attempt {
    pub(super) fn replied(&self) -> bool {
        self.reply().is_some()
    }

    /// The reply, if one arrived.
    pub fn reply(&self) -> Option<&Reply> {
        match &self.outcome {
            Some(Outcome::Finished { reply, .. }) => Some(reply),
            Some(Outcome::Failed(_)) | None => None,
        }
    }
}
