//! The spans of a run, of its rounds and of its calls; and those of a persona that is asked alone.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use opentelemetry::trace::{SpanBuilder, SpanKind, Status, TraceContextExt};
use opentelemetry::{Context, KeyValue};

use crate::debate::agent::{Agent, Voice};
use crate::debate::ask::Ask;
use crate::debate::event::{Event, Logged};
use crate::debate::history::History;
use crate::debate::log::ids::{Speaker, TurnId};
use crate::debate::log::setup::Setup;
use crate::debate::reply::{Fault, Reply};
use crate::engine::EngineError;
use crate::providers::Attempted;
use crate::telemetry::clock::now_ms;
use crate::telemetry::otel::calls::{Call, Calls, Outcome, time};
use crate::telemetry::otel::names;
use crate::telemetry::turns::Begun;

/// The spans of one run of a session.
pub(in crate::telemetry) struct RunSpans {
    calls: Calls,
    session: String,
    agents: Vec<Agent>,
    run: Context,
    rounds: Mutex<BTreeMap<(String, u32), Round>>,
}

/// A round under way.
struct Round {
    span: Context,
    /// When something in it was heard of last.
    latest_ms: u64,
}

impl RunSpans {
    pub(super) fn begin(calls: Calls, setup: &Setup) -> Self {
        let (session, mode) = (setup.session.to_string(), setup.mode.mode.clone());
        let builder = SpanBuilder::from_name(format!("{} {mode}", names::INVOKE_WORKFLOW))
            .with_kind(SpanKind::Internal)
            .with_start_time(time(now_ms()))
            .with_attributes(vec![
                KeyValue::new(names::OPERATION, names::INVOKE_WORKFLOW),
                KeyValue::new(names::WORKFLOW, mode),
                KeyValue::new(names::CONVERSATION, session.clone()),
            ]);
        let run = calls.begin(builder, &Context::new());
        Self { calls, session, agents: setup.agents.clone(), run, rounds: Mutex::default() }
    }

    /// Takes in an event; `begun` is the turn that it ends.
    pub(in crate::telemetry) fn hear(&self, logged: &Logged, begun: Option<&Begun>) {
        let at_ms = logged.at_ms;
        if let Event::TurnStarted { turn, voice, .. } = &logged.event
            && !voice.is_person()
        {
            self.round(turn, at_ms);
        } else if let (Event::TurnFinished { turn, reply, .. }, Some(begun)) = (&logged.event, begun) {
            self.called(turn, begun, at_ms, Outcome::Answered(reply));
        } else if let (Event::TurnFailed { turn, fault, .. }, Some(begun)) = (&logged.event, begun) {
            self.called(turn, begun, at_ms, Outcome::Failed(fault));
        } else if let Event::RoundClosed(closed) = &logged.event {
            let mut rounds = self.rounds.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(round) = rounds.remove(&(closed.phase.clone(), closed.round)) {
                round.span.span().end_with_timestamp(time(at_ms));
            }
        }
    }

    /// The run is over, and with it whatever was under way.
    pub(in crate::telemetry) fn end<E>(&self, turns: Vec<(TurnId, Begun)>, outcome: &Result<History, EngineError<E>>) {
        let now = now_ms();
        for (turn, begun) in turns.iter().filter(|(_, begun)| !begun.voice.is_person()) {
            self.called(turn, begun, now, Outcome::Dropped);
        }
        for round in std::mem::take(&mut *self.rounds.lock().unwrap_or_else(PoisonError::into_inner)).into_values() {
            round.span.span().end_with_timestamp(time(round.latest_ms));
        }
        let run = self.run.span();
        match outcome {
            Ok(history) => {
                let ending = history.ending.and_then(|ending| serde_json::to_value(ending).ok());
                let ending = ending.as_ref().and_then(|ending| ending.as_str()).unwrap_or("open");
                run.set_attribute(KeyValue::new(names::OUTCOME, ending.to_owned()));
            }
            Err(EngineError::Aborted) => self.broke_off(names::CANCELLED),
            Err(EngineError::Log(_)) => self.broke_off("store_failed"),
            Err(EngineError::History(_)) => self.broke_off("log_damaged"),
        }
        run.end();
    }

    fn broke_off(&self, class: &'static str) {
        let run = self.run.span();
        run.set_attribute(KeyValue::new(names::ERROR_TYPE, class));
        run.set_status(Status::error(""));
    }

    /// The span of a turn's round, which begins with the first turn in it.
    fn round(&self, turn: &TurnId, at_ms: u64) -> Context {
        let mut rounds = self.rounds.lock().unwrap_or_else(PoisonError::into_inner);
        let round = rounds.entry((turn.phase.clone(), turn.round)).or_insert_with(|| {
            let builder = SpanBuilder::from_name(format!("round {}", turn.phase))
                .with_kind(SpanKind::Internal)
                .with_start_time(time(at_ms))
                .with_attributes(place(turn));
            Round { span: self.calls.begin(builder, &self.run), latest_ms: at_ms }
        });
        round.latest_ms = at_ms;
        round.span.clone()
    }

    fn called(&self, turn: &TurnId, begun: &Begun, ended_ms: u64, outcome: Outcome<'_>) {
        let agent = match turn.speaker {
            Speaker::Seat(seat) => self.agents.iter().find(|agent| agent.seat == seat).map(|agent| agent.id.clone()),
            Speaker::Moderator => Some(turn.speaker.to_string()),
        };
        let told = [
            vec![KeyValue::new(names::CONVERSATION, self.session.clone())],
            agent.map(|agent| KeyValue::new(names::AGENT_ID, agent)).into_iter().collect(),
            place(turn),
            vec![KeyValue::new(names::STAGE, turn.stage.clone())],
        ];
        let call = Call {
            voice: &begun.voice,
            span_ms: (begun.at_ms, ended_ms),
            server: begun.attempted.as_ref().map(|attempted| &attempted.server),
            outcome,
            place: told.concat(),
        };
        self.calls.tell(&call, &self.round(turn, ended_ms));
    }
}

fn place(turn: &TurnId) -> Vec<KeyValue> {
    vec![KeyValue::new(names::PHASE, turn.phase.clone()), KeyValue::new(names::ROUND, i64::from(turn.round))]
}

/// The spans of a persona that is asked alone. Its own ends when this is dropped.
pub(in crate::telemetry) struct PersonaSpans {
    calls: Calls,
    voice: Voice,
    persona: String,
    own: Context,
}

impl PersonaSpans {
    pub(super) fn begin(calls: Calls, persona: &str, ask: &Ask) -> Self {
        let builder = SpanBuilder::from_name(format!("{} {persona}", names::INVOKE_AGENT))
            .with_kind(SpanKind::Internal)
            .with_start_time(time(now_ms()))
            .with_attributes(vec![
                KeyValue::new(names::OPERATION, names::INVOKE_AGENT),
                KeyValue::new(names::AGENT_NAME, persona.to_owned()),
                KeyValue::new(names::PROVIDER, names::provider(&ask.voice.provider).to_owned()),
                KeyValue::new(names::REQUEST_MODEL, ask.voice.model.clone()),
            ]);
        let own = calls.begin(builder, &Context::new());
        Self { calls, voice: ask.voice.clone(), persona: persona.to_owned(), own }
    }

    /// A call is over.
    pub(in crate::telemetry) fn called(
        &self,
        begun_ms: u64,
        attempted: Option<&Attempted>,
        outcome: Result<&Reply, &Fault>,
    ) {
        let call = Call {
            voice: &self.voice,
            span_ms: (begun_ms, now_ms()),
            server: attempted.map(|attempted| &attempted.server),
            outcome: outcome.map_or_else(Outcome::Failed, Outcome::Answered),
            place: vec![KeyValue::new(names::AGENT_NAME, self.persona.clone())],
        };
        self.calls.tell(&call, &self.own);
    }
}
