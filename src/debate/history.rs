//! The fold of a session's events: everything the core knows.
//!
//! Must never hold anything that is not in the log.

use std::collections::BTreeMap;

use crate::debate::agent::{Agent, Seat, Voice};
use crate::debate::ask::{Speaker, TurnId};
use crate::debate::budget::{Caps, Grant, Reached};
use crate::debate::continuation::{Continuation, Reopening};
use crate::debate::decision::Decision;
use crate::debate::event::{ClosedRound, Continued, Ending, Event, Frozen, Logged, Setup, StopReason, StoppedBy};
use crate::debate::needs::{Answers, Awaited, Waiting};
use crate::debate::personas;
use crate::debate::prompt::PromptMark;
use crate::debate::question::Choice;
use crate::debate::reply::{Fault, Reply};
use crate::debate::response::Response;
use crate::debate::schedule::{self, SYNTHESIS};

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
    /// Its time lies beyond the year 9999.
    #[error("event {seq} has a time that no calendar holds")]
    Time {
        /// Its place.
        seq: u64,
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
    ///
    /// # Errors
    /// The log is empty, or holds an event that [`History::open`] or [`History::apply`] refuses.
    pub fn replay(log: &[Logged]) -> Result<Self, HistoryError> {
        let (first, rest) = log.split_first().ok_or(HistoryError::Empty)?;
        let mut history = Self::open(first)?;
        rest.iter().try_for_each(|logged| history.apply(logged))?;
        Ok(history)
    }

    /// Begins with a session's first event.
    ///
    /// # Errors
    /// The event opens no session, is not number 1, or has a time beyond the year 9999.
    pub fn open(first: &Logged) -> Result<Self, HistoryError> {
        let Event::SessionOpened(setup) = &first.event else { return Err(HistoryError::OutOfPlace { seq: first.seq }) };
        if first.seq != 1 {
            return Err(HistoryError::Gap { expected: 1, found: first.seq });
        }
        check_time(first)?;
        Ok(Self {
            agents: setup.agents.clone(),
            awaits_perspectives: setup.frames,
            setup: (**setup).clone(),
            turns: BTreeMap::new(),
            frozen: None,
            rounds: Vec::new(),
            continuations: Vec::new(),
            reopenings: Vec::new(),
            awaited: Vec::new(),
            answers: Vec::new(),
            waiting: None,
            reopened_seq: 0,
            stop: None,
            limit: None,
            caps: setup.caps.clone(),
            taken_up_seq: 0,
            synthesis_round: 1,
            synthesis_first: 1,
            synthesis: SynthesisDue::AsSetUp,
            paused: false,
            name: setup.name.clone(),
            decision: None,
            ending: None,
            opened_ms: first.at_ms,
            latest_ms: first.at_ms,
            seq: first.seq,
        })
    }

    /// Adds the next event.
    ///
    /// # Errors
    /// The event is not the next one, opens a session again, answers a turn that is not open, or has a time
    /// beyond the year 9999.
    pub fn apply(&mut self, logged: &Logged) -> Result<(), HistoryError> {
        check_time(logged)?;
        let expected = self.seq.saturating_add(1);
        if logged.seq != expected {
            return Err(HistoryError::Gap { expected, found: logged.seq });
        }
        let waited = self.waiting.take();
        match logged.event.clone() {
            Event::SessionOpened(_) => return Err(HistoryError::OutOfPlace { seq: logged.seq }),
            Event::PerspectivesChosen { personas, .. } => {
                personas::rename(&mut self.agents, &personas, self.setup.mode.panel.numbering());
                self.awaits_perspectives = false;
            }
            Event::TurnStarted { turn, voice, prompt, grant, .. } => {
                let attempt = Attempt { seq: logged.seq, voice, prompt, grant, outcome: None };
                self.start(turn, attempt);
            }
            Event::TurnFinished { turn, reply, response, .. } => {
                self.settle(logged.seq, turn, Outcome::Finished { reply, response })?
            }
            Event::TurnFailed { turn, fault, .. } => self.settle(logged.seq, turn, Outcome::Failed(fault))?,
            Event::OptionsFrozen(frozen) => self.frozen = Some(frozen),
            Event::RoundClosed(round) => self.rounds.push(round),
            Event::FactsAwaited { needs } => {
                self.awaited.push(Awaited { after: self.rounds.len(), needs: needs.clone() });
                self.waiting = Some(Waiting::Facts(needs));
            }
            Event::NeedsAnswered { facts } => {
                self.answers.push(Answers::to(waited, (logged.seq, self.rounds.len()), facts))
            }
            Event::TurnsAwaited { turns } => self.waiting = Some(Waiting::Turns(turns)),
            // With the verdict reached, all that can still be left out is the closing text.
            Event::StopRequested { .. } if self.decision.is_some() && !self.is_of_format_1() => {
                (self.synthesis, self.paused) = (SynthesisDue::Waived, false);
            }
            Event::StopRequested { by } => (self.stop, self.paused) = (Some(by), false),
            Event::LimitReached(reached) => self.end_early(reached),
            Event::LimitsSet(caps) => (self.caps, self.taken_up_seq, self.waiting) = (caps, logged.seq, waited),
            Event::Decided { decision } => self.decision = Some(*decision),
            Event::SessionPaused { .. } => (self.paused, self.waiting) = (true, waited),
            Event::SessionResumed {} if self.paused => {
                (self.paused, self.taken_up_seq, self.waiting) = (false, logged.seq, waited);
            }
            Event::SessionResumed {} => {
                self.undo_end(logged.seq);
                if !self.is_of_format_1() {
                    self.freshen(logged.seq);
                }
            }
            Event::SessionContinued(terms) => self.go_on(logged.seq, terms),
            Event::SynthesisRequested {} => {
                (self.ending, self.paused) = (None, false);
                (self.reopened_seq, self.taken_up_seq) = (logged.seq, logged.seq);
                self.want_synthesis(SynthesisDue::Requested);
            }
            // What its parent was called is no name of a branch.
            Event::SessionRenamed { .. } if self.is_inherited(logged.seq) => self.waiting = waited,
            Event::SessionRenamed { name } => (self.name, self.waiting) = (name, waited),
            Event::SessionClosed { ending } => self.ending = Some(ending),
        }
        self.seq = logged.seq;
        self.latest_ms = logged.at_ms;
        Ok(())
    }

    /// Ends the debate for want of room. With the verdict reached, all that can still be left out is the closing text; one
    /// that was asked for apart changes nothing about how the session had ended.
    fn end_early(&mut self, reached: Reached) {
        let was_apart = self.decision.is_some() && self.synthesis == SynthesisDue::Requested;
        if self.decision.is_some() {
            self.synthesis = SynthesisDue::Waived;
        }
        if !was_apart {
            self.limit = self.limit.or(Some(reached));
        }
        self.paused = false;
    }

    /// Takes the debate further than it came.
    fn go_on(&mut self, seq: u64, terms: Continued) {
        self.undo_end(seq);
        self.freshen(seq);
        self.paused = false;
        let (begun, left) = schedule::broken_off(self);
        self.continuations.push(Continuation { seq, after: self.rounds.len(), begun, left, terms });
    }

    /// Undoes an end by the event at `seq`. A round that lost its quorum is taken up again, and who failed in it, or could not
    /// be understood, is asked again, unless they spoke in it after that.
    fn undo_end(&mut self, seq: u64) {
        (self.stop, self.limit, self.decision, self.ending) = (None, None, None, None);
        self.taken_up_seq = seq;
        let is_lost =
            |round: &ClosedRound| round.stop.as_ref().is_some_and(|stop| stop.reason == StopReason::QuorumLost);
        let Some(lost) = self.rounds.pop_if(|round| is_lost(round)) else { return };
        let is_here = |id: &TurnId| id.phase == lost.phase && id.round == lost.round;
        let mut spoke: BTreeMap<Speaker, u64> = BTreeMap::new();
        for (id, turn) in self.turns.iter().filter(|(id, _)| is_here(id)) {
            for attempt in turn.attempts.iter().filter(|attempt| attempt.replied()) {
                let latest = spoke.entry(id.speaker).or_default();
                *latest = attempt.seq.max(*latest);
            }
        }
        for (id, turn) in self.turns.iter_mut().filter(|(id, _)| is_here(id)) {
            let latest = spoke.get(&id.speaker).copied().unwrap_or(0);
            let failed = |attempt: &Attempt| matches!(attempt.outcome, Some(Outcome::Failed(_)));
            let is_dropped = |attempt: &Attempt| failed(attempt) && attempt.seq >= latest;
            turn.lost.extend(turn.attempts.iter().filter(|attempt| is_dropped(attempt)).cloned());
            turn.attempts.retain(|attempt| !is_dropped(attempt));
            turn.forgiven = if self.setup.format < 2 { 0 } else { seq };
        }
    }

    /// Forgives what failed before the event at `seq`; the verdict to come gets a closing text of its own.
    fn freshen(&mut self, seq: u64) {
        self.reopened_seq = seq;
        self.reopenings.push(Reopening { seq, after: self.rounds.len() });
        self.want_synthesis(SynthesisDue::AsSetUp);
        self.synthesis_first = self.synthesis_round;
    }

    /// A closing text that was waived, or of which nothing has come yet, is due under the number it would have had.
    fn want_synthesis(&mut self, due: SynthesisDue) {
        let is_it = |turn: &TurnId| turn.phase == SYNTHESIS && turn.round == self.synthesis_round;
        let was_asked = self.turns.iter().any(|(id, turn)| is_it(id) && turn.settled().next().is_some());
        self.synthesis_round = self.synthesis_round.saturating_add(u32::from(was_asked));
        self.synthesis = due;
    }

    /// Whether the rules of format 1 hold: a stop after the verdict undoes it, and a provider lost for good stays lost.
    fn is_of_format_1(&self) -> bool {
        self.setup.format < 2
    }

    /// An attempt whose fate was never learned is started over, not counted twice.
    fn start(&mut self, turn: TurnId, attempt: Attempt) {
        let known = self.turns.entry(turn).or_default();
        if known.attempts.last().is_some_and(|attempt| attempt.outcome.is_none()) {
            known.lost.extend(known.attempts.pop());
            known.started_over += 1;
        }
        known.attempts.push(attempt);
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

fn check_time(logged: &Logged) -> Result<(), HistoryError> {
    if logged.at_ms > TIME_MS_MAX { Err(HistoryError::Time { seq: logged.seq }) } else { Ok(()) }
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
