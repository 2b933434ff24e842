//! Telemetry: what a debate does, told to whoever runs the program: as lines on standard error and, in a build with the
//! feature `otel`, as traces and metrics to a collector. Both are made from the notices that every front-end gets.
//!
//! Must never fail a debate or hold it up, write to standard output, or tell a word of what was asked or answered: places,
//! models, numbers and classes of failure are all there is.

mod line;
#[cfg(feature = "otel")]
mod otel;
mod persona;
mod told;
mod turns;
mod watch;
mod writer;

use std::fmt;
use std::io;
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use crate::config::Config;
use crate::telemetry::line::{Format, Level, Line};
use crate::telemetry::writer::Writer;

pub use crate::telemetry::persona::PersonaWatch;
pub use crate::telemetry::watch::Watch;

/// Where a process tells what its debates do. Clones are the same; nothing is begun before there is something to tell.
#[derive(Clone)]
pub struct Telemetry(Arc<Inner>);

struct Inner {
    level: Option<Level>,
    format: Format,
    writer: OnceLock<Writer>,
    #[cfg(feature = "otel")]
    signals: Vec<crate::config::Signal>,
    #[cfg(feature = "otel")]
    collector: OnceLock<Option<otel::Collector>>,
}

impl fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telemetry").field("level", &self.0.level).finish_non_exhaustive()
    }
}

impl Telemetry {
    /// Takes the settings of a configuration.
    pub fn new(config: &Config) -> Self {
        Self(Arc::new(Inner {
            level: Level::named(config.log_level()),
            format: Format::named(config.log_format()),
            writer: OnceLock::new(),
            #[cfg(feature = "otel")]
            signals: config.signals().to_vec(),
            #[cfg(feature = "otel")]
            collector: OnceLock::new(),
        }))
    }

    /// Whether lines are written to standard error.
    pub fn writes_lines(&self) -> bool {
        self.0.level.is_some()
    }

    /// Sends and writes what is left, as far as that takes no longer than a second. What is told later may be lost.
    pub fn finish(&self) {
        self.0.finish();
    }

    fn tell(&self, line: &Line) {
        self.0.tell(line);
    }

    #[cfg(feature = "otel")]
    fn collector(&self) -> Option<&otel::Collector> {
        if self.0.signals.is_empty() {
            return None;
        }
        let begun = self.0.collector.get_or_init(|| match otel::Collector::start(&self.0.signals) {
            Ok(collector) => Some(collector),
            Err(reason) => {
                self.tell(&told::collector_unusable(&reason));
                None
            }
        });
        begun.as_ref()
    }
}

impl Inner {
    fn tell(&self, line: &Line) {
        if self.level.is_some_and(|level| line.level <= level) {
            let format = self.format;
            let writer = self
                .writer
                .get_or_init(|| Writer::new(io::stderr(), move |count| told::lines_lost(count).render(format)));
            writer.write(line.render(format));
        }
    }

    fn finish(&self) {
        #[cfg(feature = "otel")]
        if let Some(Some(collector)) = self.collector.get()
            && let Err(reason) = collector.finish()
        {
            self.tell(&told::collector_unreached(&reason));
        }
        if let Some(writer) = self.writer.get() {
            writer.finish();
        }
    }
}

/// The time, in milliseconds since the Unix epoch.
fn now_ms() -> u64 {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.finish();
    }
}
