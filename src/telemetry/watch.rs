//! The watch over one run of a session.

use std::sync::{Mutex, PoisonError};

use crate::debate::history::History;
use crate::debate::log::setup::Setup;
use crate::engine::{EngineError, Notice};
use crate::telemetry::sink::Telemetry;
use crate::telemetry::told;
use crate::telemetry::turns::Turns;

/// Watches one run of a session. Hearing returns at once.
pub struct Watch {
    telemetry: Telemetry,
    setup: Setup,
    turns: Mutex<Turns>,
    #[cfg(feature = "otel")]
    spans: Option<crate::telemetry::otel::RunSpans>,
}

impl Telemetry {
    /// Begins to watch a run of a session that stands as `history` tells.
    pub fn watch(&self, history: &History) -> Watch {
        self.tell(&told::run_begun(history));
        Watch {
            telemetry: self.clone(),
            setup: history.setup.clone(),
            turns: Mutex::default(),
            #[cfg(feature = "otel")]
            spans: self.collector().map(|collector| collector.run(&history.setup)),
        }
    }
}

impl Watch {
    /// Takes in what the engine tells.
    pub fn hear(&self, notice: &Notice) {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        let begun = turns.hear(notice);
        if self.telemetry.writes_lines() {
            self.telemetry.tell(&told::notice(&self.setup, notice, begun.as_ref()));
        }
        #[cfg(feature = "otel")]
        if let (Some(spans), Notice::Recorded(logged)) = (&self.spans, notice) {
            spans.hear(logged, begun.as_ref());
        }
    }

    /// The run is over. What was under way is lost.
    pub fn end<E>(self, outcome: &Result<History, EngineError<E>>) {
        #[cfg(feature = "otel")]
        if let Some(spans) = &self.spans {
            let turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner).drain();
            spans.end(turns, outcome);
        }
        self.telemetry.tell(&told::run_ended(&self.setup, outcome));
    }
}
