//! Traces and metrics for a collector, in a build with the feature `otel` and where the standard variables name one.
//!
//! Must never record content, follow a redirect (headers hold keys), or wait for a collector longer than a second.

mod calls;
mod names;
mod spans;

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use opentelemetry::metrics::MeterProvider;
use opentelemetry::trace::TracerProvider;
use opentelemetry::{Key, KeyValue};
use opentelemetry_otlp::{ExporterBuildError, MetricExporter, SpanExporter, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use reqwest::Certificate;
use reqwest::blocking::{Client, ClientBuilder};
use reqwest::redirect::Policy;

pub(super) use crate::telemetry::otel::spans::{PersonaSpans, RunSpans};

use crate::config::Signal;
use crate::debate::ask::Ask;
use crate::debate::log::setup::Setup;
use crate::telemetry::otel::calls::Calls;

/// Name of the program where no variable says another.
const SERVICE: &str = "roundtable";
/// What the exporter calls a program without a name.
const NAMELESS: &str = "unknown_service";
/// How long the last spans and numbers may take to be delivered.
const DELIVERY_MAX: Duration = Duration::from_millis(800);
/// How long one request to the collector may take.
const REQUEST_MAX: Duration = Duration::from_secs(10);

/// The way to the collector.
pub(super) struct Collector {
    calls: Calls,
    /// Taken when it is over.
    providers: Mutex<Vec<Provided>>,
}

/// What the SDK holds for a signal.
enum Provided {
    Traces(SdkTracerProvider),
    Metrics(SdkMeterProvider),
}

impl Collector {
    /// Sets up what the signals take; sends nothing. Fails with a reason that holds no address and no header.
    pub(super) fn start(signals: &[Signal]) -> Result<Self, String> {
        // A blocking client must not be built where a runtime is at work.
        let client = thread::spawn(client).join().map_err(|_| "no HTTPS client can be built".to_owned())?;
        let client = client.map_err(|error| format!("no HTTPS client can be built: {error}"))?;
        let resource = resource();
        let mut providers = Vec::new();
        for signal in signals {
            let provided = match signal {
                Signal::Traces => traces(client.clone(), resource.clone()).map(Provided::Traces),
                Signal::Metrics => metrics(client.clone(), resource.clone()).map(Provided::Metrics),
            };
            // The exporter's own words may repeat an address with a password in it.
            providers.push(provided.map_err(|_| "its variables cannot be read: see OTEL_EXPORTER_OTLP_*".to_owned())?);
        }
        let mut calls = Calls::default();
        for provided in &providers {
            match provided {
                Provided::Traces(provider) => calls.tracer = Some(provider.tracer(SERVICE)),
                Provided::Metrics(provider) => calls.meters = Some(calls::meters(&provider.meter(SERVICE))),
            }
        }
        Ok(Self { calls, providers: Mutex::new(providers) })
    }

    /// Begins the spans of a run.
    pub(super) fn run(&self, setup: &Setup) -> RunSpans {
        RunSpans::begin(self.calls.clone(), setup)
    }

    /// Begins the spans of a persona that is asked alone.
    pub(super) fn persona(&self, persona: &str, ask: &Ask) -> PersonaSpans {
        PersonaSpans::begin(self.calls.clone(), persona, ask)
    }

    /// Delivers what is left. Fails with the reason when that took too long, or was refused.
    pub(super) fn finish(&self) -> Result<(), String> {
        let providers = std::mem::take(&mut *self.providers.lock().unwrap_or_else(PoisonError::into_inner));
        let (done, delivered) = channel();
        let count = providers.len();
        for provided in providers {
            let done = done.clone();
            // Whoever hangs is left behind; the process ends without it.
            thread::spawn(move || {
                let outcome = match &provided {
                    Provided::Traces(provider) => provider.force_flush().and_then(|()| provider.shutdown()),
                    Provided::Metrics(provider) => provider.shutdown(),
                };
                done.send(outcome.is_ok()).ok();
            });
        }
        drop(done);
        let deadline = Instant::now() + DELIVERY_MAX;
        for _ in 0..count {
            match delivered.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(true) => {}
                Ok(false) | Err(RecvTimeoutError::Disconnected) => return Err("what was left was not taken".to_owned()),
                Err(RecvTimeoutError::Timeout) => return Err(format!("no answer within {DELIVERY_MAX:?}")),
            }
        }
        Ok(())
    }
}

fn traces(client: Client, resource: Resource) -> Result<SdkTracerProvider, ExporterBuildError> {
    let exporter = SpanExporter::builder().with_http().with_http_client(client).build()?;
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build())
}

fn metrics(client: Client, resource: Resource) -> Result<SdkMeterProvider, ExporterBuildError> {
    let exporter = MetricExporter::builder().with_http().with_http_client(client).build()?;
    Ok(SdkMeterProvider::builder().with_periodic_exporter(exporter).with_resource(resource).build())
}

/// Who tells: what the standard variables say, and the program's name and version.
fn resource() -> Resource {
    let builder = || Resource::builder().with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")));
    let found = builder().build();
    let name = found.get(&Key::new("service.name")).map(|name| name.to_string());
    match name {
        Some(name) if !name.starts_with(NAMELESS) => found,
        Some(_) | None => builder().with_service_name(SERVICE).build(),
    }
}

/// A client with the system's certificates, or the compiled-in ones where there are none.
fn client() -> Result<Client, reqwest::Error> {
    let builder = || -> ClientBuilder { Client::builder().redirect(Policy::none()).timeout(REQUEST_MAX) };
    builder().build().or_else(|_| {
        let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().map(|root| Certificate::from_der(root));
        builder().tls_certs_only(roots.collect::<Result<Vec<_>, _>>()?).build()
    })
}
