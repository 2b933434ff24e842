//! The fold of a log: each event changes a history, or does not fit it.

use std::collections::BTreeMap;

use crate::debate::continuation::{Continuation, Reopening};
use crate::debate::event::{Continued, Event, Logged};
use crate::debate::history::{Attempt, History, Outcome, SynthesisDue, TIME_MS_MAX};
use crate::debate::log::ids::{Speaker, TurnId};
use crate::debate::log::limits::Reached;
use crate::debate::log::round::{ClosedRound, StopReason};
use crate::debate::personas;
use crate::debate::schedule::{self, SYNTHESIS};
use crate::debate::waiting::{Answers, Awaited, Waiting};

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

pub(crate) fn check_time(logged: &Logged) -> Result<(), HistoryError> {
    if logged.at_ms > TIME_MS_MAX { Err(HistoryError::Time { seq: logged.seq }) } else { Ok(()) }
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
                self.answers.push(Answers::to(waited, logged.seq, self.rounds.len(), facts))
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
}
