//! The fold of a session's events: everything the core knows.
//!
//! Must never hold anything that is not in the log.

use std::collections::{BTreeMap, BTreeSet};

use crate::debate::agent::{Agent, Seat, Voice};
use crate::debate::ask::{Speaker, TurnId};
use crate::debate::decision::Decision;
use crate::debate::event::{ClosedRound, Ending, Event, Frozen, Logged, PromptMark, Setup, StopReason, StoppedBy};
use crate::debate::personas;
use crate::debate::question::Choice;
use crate::debate::reply::{Fault, Reply};
use crate::debate::response::Response;

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
    /// Whether and by whom an early end was asked for.
    pub stop: Option<StoppedBy>,
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

/// One turn: its attempts in order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Turn {
    /// The attempts.
    pub attempts: Vec<Attempt>,
    /// Attempts that were started over because nobody learned what came of them.
    pub started_over: u32,
}

/// One attempt at a turn.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// Who was asked.
    pub voice: Voice,
    /// What was sent.
    pub prompt: PromptMark,
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

/// Why a log is not a session.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HistoryError {
    /// Nothing in it.
    #[error("the log is empty")]
    Empty,
    /// It does not begin with `session_opened`, or has a second one.
    #[error("event {seq} is out of place")]
    OutOfPlace {
        /// Its place.
        seq: u64,
    },
    /// Places are missing or repeat.
    #[error("event {found} stands where event {expected} belongs")]
    Gap {
        /// The place that should follow.
        expected: u64,
        /// The place found.
        found: u64,
    },
    /// It names a turn that was never started.
    #[error("event {seq} answers a turn that was not started: {turn}")]
    UnknownTurn {
        /// Its place.
        seq: u64,
        /// The turn.
        turn: TurnId,
    },
}

impl History {
    /// Folds a whole log.
    pub fn replay(log: &[Logged]) -> Result<Self, HistoryError> {
        let (first, rest) = log.split_first().ok_or(HistoryError::Empty)?;
        let mut history = Self::open(first)?;
        for logged in rest {
            history.apply(logged)?;
        }
        Ok(history)
    }

    /// Begins with a session's first event.
    pub fn open(first: &Logged) -> Result<Self, HistoryError> {
        let Event::SessionOpened(setup) = &first.event else {
            return Err(HistoryError::OutOfPlace { seq: first.seq });
        };
        Ok(Self {
            agents: setup.agents.clone(),
            awaits_perspectives: setup.frames,
            setup: (**setup).clone(),
            turns: BTreeMap::new(),
            frozen: None,
            rounds: Vec::new(),
            stop: None,
            decision: None,
            ending: None,
            opened_ms: first.at_ms,
            latest_ms: first.at_ms,
            seq: first.seq,
        })
    }

    /// Adds the next event.
    pub fn apply(&mut self, logged: &Logged) -> Result<(), HistoryError> {
        if logged.seq != self.seq + 1 {
            return Err(HistoryError::Gap { expected: self.seq + 1, found: logged.seq });
        }
        match logged.event.clone() {
            Event::SessionOpened(_) => return Err(HistoryError::OutOfPlace { seq: logged.seq }),
            Event::PerspectivesChosen { personas, .. } => {
                personas::rename(&mut self.agents, &personas, self.setup.mode.panel.numbering());
                self.awaits_perspectives = false;
            }
            Event::TurnStarted { turn, voice, prompt, .. } => self.start(turn, voice, prompt),
            Event::TurnFinished { turn, reply, response, .. } => {
                self.settle(logged.seq, turn, Outcome::Finished { reply, response })?
            }
            Event::TurnFailed { turn, fault, .. } => self.settle(logged.seq, turn, Outcome::Failed(fault))?,
            Event::OptionsFrozen(frozen) => self.frozen = Some(frozen),
            Event::RoundClosed(round) => self.rounds.push(round),
            Event::StopRequested { by } => self.stop = Some(by),
            Event::Decided { decision } => self.decision = Some(*decision),
            Event::SessionResumed {} => self.reopen(),
            Event::SessionClosed { ending } => self.ending = Some(ending),
        }
        self.seq = logged.seq;
        self.latest_ms = logged.at_ms;
        Ok(())
    }

    /// Undoes an early end. A round that lost its quorum is taken up again, and who failed in it is asked again.
    fn reopen(&mut self) {
        (self.stop, self.decision, self.ending) = (None, None, None);
        let is_lost =
            |round: &ClosedRound| round.stop.as_ref().is_some_and(|stop| stop.reason == StopReason::QuorumLost);
        let Some(lost) = self.rounds.pop_if(|round| is_lost(round)) else { return };
        for (_, turn) in self.turns.iter_mut().filter(|(id, _)| id.phase == lost.phase && id.round == lost.round) {
            turn.attempts.retain(|attempt| !matches!(attempt.outcome, Some(Outcome::Failed(_))));
        }
    }

    /// An attempt whose fate was never learned is started over, not counted twice.
    fn start(&mut self, turn: TurnId, voice: Voice, prompt: PromptMark) {
        let known = self.turns.entry(turn).or_default();
        if known.attempts.last().is_some_and(|attempt| attempt.outcome.is_none()) {
            known.attempts.pop();
            known.started_over += 1;
        }
        known.attempts.push(Attempt { voice, prompt, outcome: None });
    }

    fn settle(&mut self, seq: u64, turn: TurnId, outcome: Outcome) -> Result<(), HistoryError> {
        let open = self
            .turns
            .get_mut(&turn)
            .and_then(|known| known.attempts.last_mut())
            .filter(|attempt| attempt.outcome.is_none());
        let attempt = open.ok_or(HistoryError::UnknownTurn { seq, turn })?;
        attempt.outcome = Some(outcome);
        Ok(())
    }

    /// The options under debate; empty while an open question's are not frozen.
    pub fn options(&self) -> &[Choice] {
        self.frozen.as_ref().map_or(&self.setup.question.options, |frozen| &frozen.options)
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

    /// How many seats the panel has.
    pub fn panel(&self) -> u32 {
        u32::try_from(self.agents.len()).unwrap_or(u32::MAX)
    }

    /// The distinct providers that were asked for moderating turns, in order of their names.
    pub fn moderated_by(&self) -> BTreeSet<&Voice> {
        let moderated = self.turns.iter().filter(|(turn, _)| turn.speaker == Speaker::Moderator);
        moderated
            .flat_map(|(_, turn)| turn.attempts.iter())
            .filter(|attempt| attempt.replied())
            .map(|attempt| &attempt.voice)
            .collect()
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
    fn replied(&self) -> bool {
        matches!(self.outcome, Some(Outcome::Finished { .. }))
    }
}
