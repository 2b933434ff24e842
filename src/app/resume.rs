//! Taking a stored session up again: to finish it, to take it further, to branch it off, to have its closing text written.

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use crate::app::connect::gateway;
use crate::app::failures::{history_failure, store_failure};
use crate::app::people::{self, Answer};
use crate::app::program::App;
use crate::app::session::{Opened, Session};
use crate::app::taken::Taken;
use crate::app::{changed_limits, limits, panel, supplied};
use crate::debate::event::{Continued, Ending, Event, Fact, Logged};
use crate::debate::history::History;
use crate::debate::log::decision::Label;
use crate::debate::log::ids::SessionId;
use crate::debate::log::limits::Caps;
use crate::debate::log::setup::Branch;
use crate::debate::question::TOPIC_BYTES_MAX;
use crate::debate::schedule;
use crate::debate::waiting::Waiting;
use crate::error::Failure;
use crate::material::{FILE_BYTES_MAX, Guard};
use crate::message::{Action, Field, Message, Target, message};
use crate::providers::Provider;
use crate::providers::rehearsal::{self, Rehearsal};

/// The most rounds of the exchange that a session holds, all continuations included.
const ROUNDS_TOTAL_MAX: u32 = 50;

/// How a debate is to go on after its end.
#[derive(Debug, Clone)]
pub struct ContinueRequest {
    /// Rounds of the exchange to add; one where it is not said.
    pub rounds: Option<u32>,
    /// What they are to be about.
    pub focus: Option<String>,
    /// What was found out. A fact about `n1` answers the need of that id.
    pub facts: Vec<Fact>,
    /// Branch a new session off after this many of the session's closed rounds, the opening included; `None` goes on in
    /// the session itself.
    pub from_round: Option<u32>,
    /// Name of the new session.
    pub name: Option<String>,
    /// What becomes of what looks like a secret in the terms.
    pub guard: Guard,
}

impl App {
    /// Takes up a session that was interrupted, paused or stopped, reached a limit or lost its quorum. One that waits for facts
    /// goes on without them; one that was decided is told as it ended. Sends no request.
    ///
    /// `pace` is how long each reply takes to arrive if the session is a rehearsal. Limits that flags give replace the
    /// session's own.
    ///
    /// # Errors
    /// No session fits, it is being run, or a seat's provider is not set up. A limit failure when it would end again at
    /// once.
    pub async fn resume(&self, name: &str, pace: Duration) -> Result<Opened, Failure> {
        let history = self.load(name)?;
        if history.ending == Some(Ending::Decided) {
            return Ok(Opened::Stored(Box::new(history)));
        }
        let taken = self.take(&history.setup.session.to_string())?;
        self.take_over(taken, pace, None).await
    }

    /// Takes up a session that nobody else writes, with the limits that a second start of it gives.
    pub(super) async fn take_over(
        &self,
        mut taken: Taken,
        pace: Duration,
        given: Option<Caps>,
    ) -> Result<Opened, Failure> {
        if taken.history.ending == Some(Ending::Decided) {
            return Ok(Opened::Stored(Box::new(taken.history)));
        }
        let provider = self.provider_of(&taken.history, pace)?;
        let history = &taken.history;
        let caps = match given {
            Some(given) => Some(changed_limits::replaced(&history.caps, given, history)?),
            None => changed_limits::changed(&self.config, history)?,
        };
        let set = caps.filter(|caps| *caps != history.caps).map(Event::LimitsSet);
        let mut events: Vec<Event> = set.or_else(|| changed_limits::lost_in_flight(&taken)).into_iter().collect();
        // Who was stopped at once while it was ending goes on as well.
        let is_ended = history.ending.is_some() || history.stop.is_some() || history.limit.is_some();
        if matches!(history.waiting, Some(Waiting::Facts(_))) {
            events.push(Event::NeedsAnswered { facts: Vec::new() });
        } else if is_ended || history.paused {
            events.push(Event::SessionResumed {});
        }
        taken.append_within_limits(events).await?;
        Ok(Opened::Running(Box::new(taken.session(provider, &self.telemetry))))
    }

    /// Takes a session that has ended further, supplies the facts that one waits for, or branches a new one off. Sends no
    /// request.
    ///
    /// # Errors
    /// The session has not ended, cannot go on, is being run, or waits for something else. Also fails on bad input, on
    /// what looks like a secret, without a provider, and at a limit.
    pub async fn go_on(&self, name: &str, request: ContinueRequest, pace: Duration) -> Result<Session, Failure> {
        check_lengths(&request)?;
        supplied::check_secrets(&self.config, outgoing(&request), request.guard)?;
        match request.from_round {
            Some(round) => self.branch_off(name, round, request, pace).await,
            None => {
                let history = self.load(name)?;
                if history.waiting.is_some() {
                    check_answers(&history, &request)?;
                    return self.answer(name, Answer::Facts(request.facts), request.guard, pace).await;
                }
                self.prolong(name, request, pace).await
            }
        }
    }

    async fn prolong(&self, name: &str, request: ContinueRequest, pace: Duration) -> Result<Session, Failure> {
        let mut taken = self.take(name)?;
        if taken.history.ending.is_none() {
            let session = taken.history.setup.session;
            return Err(Failure::usage(format!("session {session} has not ended"))
                .with_hint(message![Action::Resume(Target::of(session)), " finishes it"])
                .with_session(session.to_string()));
        }
        let terms = request.terms(&taken.history);
        check_goes_on(&taken.history, &terms)?;
        let provider = self.provider_of(&taken.history, pace)?;
        let mut events = changed_limits::set(&self.config, &taken)?;
        events.push(Event::SessionContinued(terms));
        taken.append_within_limits(events).await?;
        Ok(taken.session(provider, &self.telemetry))
    }

    /// Takes up a decided session to have its closing text written, or written again. Sends no request.
    ///
    /// # Errors
    /// A usage failure when the session is undecided or is being run. Also fails when its provider is not set up, and
    /// at a limit.
    pub async fn synthesize(&self, name: &str, pace: Duration) -> Result<Session, Failure> {
        let mut taken = self.take(name)?;
        let history = &taken.history;
        let session = history.setup.session;
        let decided = history.decision.as_ref().is_some_and(|decision| decision.label != Label::NoQuorum);
        if history.ending.is_none() || !decided {
            return Err(Failure::usage(format!("session {session} has no decision to write a closing text for"))
                .with_hint(message![Action::Resume(Target::of(session)), " goes on with it"])
                .with_session(session.to_string()));
        }
        let provider = self.provider_of(history, pace)?;
        let mut events = changed_limits::set(&self.config, &taken)?;
        events.push(Event::SynthesisRequested {});
        taken.append_within_limits(events).await?;
        Ok(taken.session(provider, &self.telemetry))
    }

    async fn branch_off(
        &self,
        name: &str,
        round: u32,
        request: ContinueRequest,
        pace: Duration,
    ) -> Result<Session, Failure> {
        // The session itself stays as it is, so it may be running meanwhile.
        let store = Arc::new(self.existing_store(name)?);
        let parent = store.find(name).map_err(store_failure)?;
        let log = store.load(parent).map_err(store_failure)?;
        let shared = shared_log(&log, round).map_err(|failure| failure.with_session(parent.to_string()))?;
        let session = SessionId(Uuid::now_v7());
        let branch = branched(shared, session, round, request.name.clone());
        let history = History::replay(&branch).map_err(history_failure)?;
        let terms = request.terms(&history);
        check_goes_on(&history, &terms)?;
        let provider = self.provider_of(&history, pace)?;
        let lease = store.lease(session).map_err(store_failure)?;
        let mut taken = Taken { store, lease, history };
        let mut events = changed_limits::set(&self.config, &taken)?;
        events.push(Event::SessionContinued(terms));
        limits::check_goes_on(&taken.history, &events)?;
        taken.store.import(&taken.lease, branch).await.map_err(store_failure)?;
        taken.append(events).await?;
        Ok(taken.session(provider, &self.telemetry))
    }

    pub(super) fn take(&self, name: &str) -> Result<Taken, Failure> {
        let store = Arc::new(self.existing_store(name)?);
        let session = store.find(name).map_err(store_failure)?;
        let lease = store.lease(session).map_err(store_failure)?;
        let history = History::replay(&store.load(session).map_err(store_failure)?).map_err(history_failure)?;
        Ok(Taken { store, lease, history })
    }

    /// The provider that a stored session was opened with.
    pub(super) fn provider_of(&self, history: &History, pace: Duration) -> Result<Box<dyn Provider>, Failure> {
        let names: Vec<&str> = limits::voices(&history.setup).map(|voice| voice.provider.as_str()).collect();
        if names.contains(&rehearsal::NAME) {
            return Ok(Box::new(Rehearsal::new(pace)));
        }
        // A seat that cannot be asked would lose its place in a debate that has been paid for.
        let seated: Vec<&str> = history.agents.iter().map(|agent| agent.voice.provider.as_str()).collect();
        panel::check_usable(&self.config, &seated)
            .map_err(|failure| failure.with_session(history.setup.session.to_string()))?;
        let endpoints = panel::endpoints(&self.config, &names);
        if endpoints.is_empty() {
            return Err(panel::nothing_usable().with_session(history.setup.session.to_string()));
        }
        gateway(endpoints, &self.accounts)
    }
}

impl ContinueRequest {
    fn terms(self, history: &History) -> Continued {
        let facts = people::resolved(history, self.facts);
        Continued { rounds: self.rounds.unwrap_or(1), focus: self.focus, facts }
    }
}

/// Fails where a session waits for something else than is brought.
fn check_answers(history: &History, request: &ContinueRequest) -> Result<(), Failure> {
    let is_for_facts = matches!(history.waiting, Some(Waiting::Facts(_)));
    if is_for_facts && !request.facts.is_empty() && request.rounds.is_none() && request.focus.is_none() {
        return Ok(());
    }
    let session = history.setup.session;
    let message = match (is_for_facts, request.rounds.is_some() || request.focus.is_some()) {
        (true, true) => format!("session {session} waits for facts, and goes on where it waited: no rounds are added"),
        (true, false) => format!("session {session} waits for facts"),
        (false, _) => format!("session {session} waits for somebody's turn"),
    };
    let hint = people::how_to_answer(history).unwrap_or_default();
    Err(Failure::usage(message).with_hint(hint).with_session(session.to_string()))
}

/// Fails on a text that every seat would be sent and that is longer than one like it may be elsewhere.
fn check_lengths(request: &ContinueRequest) -> Result<(), Failure> {
    let focus = request.focus.iter().map(|focus| (Field::Focus, focus.len(), TOPIC_BYTES_MAX));
    let fact_max = usize::try_from(FILE_BYTES_MAX).unwrap_or(usize::MAX);
    let facts = request.facts.iter().map(|fact| (Field::Facts, fact.about.len() + fact.text.len(), fact_max));
    match focus.chain(facts).find(|(_, bytes, max)| bytes > max) {
        None => Ok(()),
        Some((field, bytes, max)) => {
            Err(Failure::usage(message![field, format!(" is {bytes} bytes long; at most {max} are taken")])
                .with_hint("say it in a few sentences"))
        }
    }
}

/// Every text of a request that goes into prompts, with the place it comes from.
fn outgoing(request: &ContinueRequest) -> Vec<(Message, &str)> {
    let focus = request.focus.iter().map(|focus| (Field::Focus.into(), focus.as_str()));
    focus.chain(people::outgoing(&request.facts)).collect()
}

/// Fails where more rounds make no sense.
fn check_goes_on(history: &History, terms: &Continued) -> Result<(), Failure> {
    let mode = &history.setup.mode;
    let session = history.setup.session.to_string();
    let Some(exchange) = schedule::exchange(history).map(|index| &mode.phases[index]) else {
        return Err(Failure::usage(format!("mode {} has no exchange that could go on", mode.mode))
            .with_hint(message!["start a debate in another mode: ", Action::ListModes])
            .with_session(session));
    };
    if history.rounds.is_empty() || history.lacks_options() {
        return Err(Failure::usage("the debate has not come past its opening, so there is nothing to go on from")
            .with_hint(message![Action::Show(Target::of(&session)), " tells what each seat said"])
            .with_session(session));
    }
    let most = exchange.rounds.map_or(1, |range| range.max);
    if terms.rounds < 1 || terms.rounds > most {
        let told = format!(" is `{}`; mode {} takes 1 to {most}", terms.rounds, mode.mode);
        return Err(Failure::usage(message![Field::Rounds, told]));
    }
    let held = history.rounds.iter().filter(|closed| closed.phase == exchange.name).count();
    if u32::try_from(held).unwrap_or(u32::MAX).saturating_add(terms.rounds) > ROUNDS_TOTAL_MAX {
        return Err(Failure::usage(format!(
            "session {session} has held {held} rounds of its exchange; a session holds at most {ROUNDS_TOTAL_MAX}"
        ))
        .with_session(session));
    }
    Ok(())
}

/// The part of a log up to the end of its closed round number `round`, from 1.
fn shared_log(log: &[Logged], round: u32) -> Result<&[Logged], Failure> {
    let mut history = log.first().map(History::open).transpose().map_err(history_failure)?;
    let mut end = None;
    for (index, logged) in log.iter().enumerate().skip(1) {
        let Some(history) = &mut history else { break };
        history.apply(logged).map_err(history_failure)?;
        // A round that lost its quorum is opened again when the session is resumed: its last end counts.
        if matches!(logged.event, Event::RoundClosed(_)) && history.rounds.len() == round as usize {
            end = Some(index + 1);
        }
    }
    let held = history.map_or(0, |history| history.rounds.len());
    match end.filter(|_| round as usize <= held) {
        Some(end) => Ok(&log[..end]),
        None => {
            let told = match held {
                0 => format!(" is `{round}`, and the session has closed no round yet"),
                held => format!(" is `{round}`; the session has closed rounds 1 to {held}"),
            };
            Err(Failure::usage(message![Field::FromRound, told]).with_hint(message![
                "the opening is round 1; ",
                Action::ShowRounds(Target::Known),
                " lists them"
            ]))
        }
    }
}

/// A log as the beginning of another session.
fn branched(shared: &[Logged], session: SessionId, round: u32, name: Option<String>) -> Vec<Logged> {
    let mut log = shared.to_vec();
    let seq = log.last().map_or(0, |logged| logged.seq);
    if let Some(Logged { event: Event::SessionOpened(setup), .. }) = log.first_mut() {
        let parent = setup.session;
        setup.parent = Some(Branch { session: parent, round, seq });
        setup.session = session;
        setup.name = name;
    }
    log
}
