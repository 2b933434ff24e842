//! The watch over a persona that is asked alone.

use std::sync::{Mutex, PoisonError};

use serde_json::json;

use crate::debate::ask::Ask;
use crate::debate::reply::{Fault, Reply};
use crate::providers::{Attempted, Progress};
use crate::telemetry::clock::now_ms;
use crate::telemetry::line::{Field, Level};
use crate::telemetry::sink::Telemetry;
use crate::telemetry::told;

/// Watches one persona. Hearing returns at once.
pub struct PersonaWatch {
    telemetry: Telemetry,
    who: Vec<Field>,
    call: Mutex<Call>,
    #[cfg(feature = "otel")]
    spans: Option<crate::telemetry::otel::PersonaSpans>,
}

/// The call under way: it has one at a time.
struct Call {
    #[cfg_attr(not(feature = "otel"), expect(dead_code, reason = "only spans tell when a call began"))]
    begun_ms: u64,
    attempted: Option<Attempted>,
}

impl Telemetry {
    /// Begins to watch a persona that is about to be asked.
    pub fn persona(&self, persona: &str, ask: &Ask) -> PersonaWatch {
        let voice = &ask.voice;
        let who = vec![("persona", json!(persona)), ("provider", json!(voice.provider)), ("asked", json!(voice.model))];
        self.tell(&told::persona(Level::Info, "persona_asked", &who, Vec::new()));
        PersonaWatch {
            telemetry: self.clone(),
            who,
            call: Mutex::new(Call { begun_ms: now_ms(), attempted: None }),
            #[cfg(feature = "otel")]
            spans: self.collector().map(|collector| collector.persona(persona, ask)),
        }
    }
}

impl PersonaWatch {
    /// A call begins.
    pub fn begin(&self) {
        *self.call.lock().unwrap_or_else(PoisonError::into_inner) = Call { begun_ms: now_ms(), attempted: None };
    }

    /// Takes in what a provider tells.
    pub fn hear(&self, progress: &Progress) {
        let mut call = self.call.lock().unwrap_or_else(PoisonError::into_inner);
        let (level, event, fields) = match progress {
            Progress::Attempted(attempted) => {
                call.attempted = Some(attempted.clone());
                (Level::Debug, "request_ended", told::request(attempted))
            }
            Progress::Waiting { ahead, reason } => {
                (Level::Debug, "persona_queued", vec![("ahead", json!(ahead)), ("reason", json!(reason))])
            }
            Progress::Sending => (Level::Debug, "persona_sent", Vec::new()),
            Progress::Retrying { requests, wait_ms, .. } => {
                (Level::Warn, "persona_retrying", vec![("requests", json!(requests)), ("wait_ms", json!(wait_ms))])
            }
            Progress::Delta(text) => (Level::Trace, "persona_arriving", vec![("chars", json!(text.chars().count()))]),
        };
        self.telemetry.tell(&told::persona(level, event, &self.who, fields));
    }

    /// A call is over.
    pub fn end(&self, outcome: Result<&Reply, &Fault>) {
        let (level, event, fields) = match outcome {
            Ok(reply) => (Level::Info, "persona_answered", told::taken(reply)),
            Err(fault) => (Level::Warn, "persona_failed", told::lost(fault)),
        };
        // Who was asked is told already.
        let fields = fields.into_iter().filter(|(name, _)| *name != "provider").collect();
        self.telemetry.tell(&told::persona(level, event, &self.who, fields));
        #[cfg(feature = "otel")]
        if let Some(spans) = &self.spans {
            let call = self.call.lock().unwrap_or_else(PoisonError::into_inner);
            spans.called(call.begun_ms, call.attempted.as_ref(), outcome);
        }
    }
}
