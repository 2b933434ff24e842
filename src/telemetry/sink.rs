//! Where lines, traces and metrics go: standard error, and a collector in a build that has one.

use std::sync::{Arc, OnceLock};
use std::{fmt, io};

use crate::config::Config;
use crate::telemetry::line::{Format, Level, Line};
use crate::telemetry::told;
use crate::telemetry::writer::Writer;

#[cfg(feature = "otel")]
use crate::telemetry::otel;

/// Where a process tells what its debates do. Clones are the same; nothing is begun before there is something to tell.
#[derive(Clone)]
pub struct Telemetry(Arc<Inner>);

pub(super) struct Inner {
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

    pub(super) fn tell(&self, line: &Line) {
        self.0.tell(line);
    }

    #[cfg(feature = "otel")]
    pub(super) fn collector(&self) -> Option<&otel::Collector> {
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

impl Drop for Inner {
    fn drop(&mut self) {
        self.finish();
    }
}
