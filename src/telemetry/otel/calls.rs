//! A call of a model: its span, and what it adds to the metrics.
//!
//! Must never record a text that a model, a person or a provider wrote.

use std::time::{Duration, SystemTime};

use opentelemetry::metrics::{Histogram, Meter};
use opentelemetry::trace::{Span, SpanBuilder, SpanKind, Status, TraceContextExt, Tracer};
use opentelemetry::{Array, Context, KeyValue, StringValue, Value};
use opentelemetry_sdk::trace::SdkTracer;

use crate::debate::agent::Voice;
use crate::debate::reply::{Fault, Reply};
use crate::providers::Server;
use crate::telemetry::otel::names;

/// Where calls are told: nowhere, until the signals are set up.
#[derive(Clone, Default)]
pub(super) struct Calls {
    pub(super) tracer: Option<SdkTracer>,
    pub(super) meters: Option<Meters>,
}

/// The metrics of a call.
#[derive(Clone)]
pub(super) struct Meters {
    tokens: Histogram<u64>,
    seconds: Histogram<f64>,
}

/// A call that is over.
pub(super) struct Call<'a> {
    pub(super) voice: &'a Voice,
    /// When it began and ended, in milliseconds since the Unix epoch.
    pub(super) span_ms: (u64, u64),
    pub(super) server: Option<&'a Server>,
    pub(super) outcome: Outcome<'a>,
    /// What else its span tells.
    pub(super) place: Vec<KeyValue>,
}

/// What came of a call.
#[derive(Clone, Copy)]
pub(super) enum Outcome<'a> {
    Answered(&'a Reply),
    Failed(&'a Fault),
    /// Nobody waited for it to the end.
    Dropped,
}

/// The instruments for the metrics of calls.
pub(super) fn meters(meter: &Meter) -> Meters {
    Meters {
        tokens: meter
            .u64_histogram(names::TOKEN_USAGE)
            .with_unit("{token}")
            .with_description("Number of input and output tokens used.")
            .with_boundaries(names::TOKEN_BUCKETS.to_vec())
            .build(),
        seconds: meter
            .f64_histogram(names::DURATION)
            .with_unit("s")
            .with_description("GenAI operation duration.")
            .with_boundaries(names::DURATION_BUCKETS.to_vec())
            .build(),
    }
}

impl Calls {
    /// Begins a span, unless there are no traces.
    pub(super) fn begin(&self, span: SpanBuilder, parent: &Context) -> Context {
        match &self.tracer {
            Some(tracer) => parent.with_span(tracer.build_with_context(span, parent)),
            None => parent.clone(),
        }
    }

    /// Tells a call.
    pub(super) fn tell(&self, call: &Call<'_>, parent: &Context) {
        let common = common(call);
        if let Some(tracer) = &self.tracer {
            let (begun, ended) = call.span_ms;
            let attributes = [common.clone(), call.place.clone(), results(call.outcome)].concat();
            let builder = SpanBuilder::from_name(format!("{} {}", names::CHAT, call.voice.model))
                .with_kind(SpanKind::Client)
                .with_start_time(time(begun))
                .with_attributes(attributes);
            let mut span = tracer.build_with_context(builder, parent);
            match call.outcome {
                Outcome::Answered(_) => {}
                Outcome::Failed(_) | Outcome::Dropped => span.set_status(Status::error("")),
            }
            span.end_with_timestamp(time(ended));
        }
        if let Some(meters) = &self.meters {
            meters.count(call, common);
        }
    }
}

impl Meters {
    fn count(&self, call: &Call<'_>, common: Vec<KeyValue>) {
        let (begun, ended) = call.span_ms;
        let elapsed_ms = match call.outcome {
            Outcome::Answered(reply) => reply.elapsed_ms,
            Outcome::Failed(_) | Outcome::Dropped => ended.saturating_sub(begun),
        };
        self.seconds.record(Duration::from_millis(elapsed_ms).as_secs_f64(), &common);
        // The convention forbids to report what the provider did not.
        if let Outcome::Answered(reply) = call.outcome
            && !reply.usage.estimated
        {
            for (kind, tokens) in [("input", reply.usage.input_tokens), ("output", reply.usage.output_tokens)] {
                let attributes = [common.clone(), vec![KeyValue::new(names::TOKEN_TYPE, kind)]].concat();
                self.tokens.record(tokens, &attributes);
            }
        }
    }
}

/// What spans and metrics both tell.
fn common(call: &Call<'_>) -> Vec<KeyValue> {
    let mut attributes = vec![
        KeyValue::new(names::OPERATION, names::CHAT),
        KeyValue::new(names::PROVIDER, names::provider(&call.voice.provider).to_owned()),
        KeyValue::new(names::REQUEST_MODEL, call.voice.model.clone()),
    ];
    if let Some(server) = call.server {
        attributes.push(KeyValue::new(names::SERVER_ADDRESS, server.address.clone()));
        attributes.push(KeyValue::new(names::SERVER_PORT, i64::from(server.port)));
    }
    attributes.push(match call.outcome {
        Outcome::Answered(reply) => KeyValue::new(names::RESPONSE_MODEL, reply.model.clone()),
        Outcome::Failed(fault) => KeyValue::new(names::ERROR_TYPE, fault.kind.to_string()),
        Outcome::Dropped => KeyValue::new(names::ERROR_TYPE, names::CANCELLED),
    });
    attributes
}

/// What only the span tells of an outcome.
fn results(outcome: Outcome<'_>) -> Vec<KeyValue> {
    let reply = match outcome {
        Outcome::Answered(reply) => reply,
        Outcome::Failed(fault) => return vec![KeyValue::new(names::REQUESTS, i64::from(fault.requests))],
        Outcome::Dropped => return Vec::new(),
    };
    let reasons = vec![StringValue::from(names::finish(reply.finish))];
    let mut attributes = vec![
        KeyValue::new(names::REQUESTS, i64::from(reply.requests)),
        KeyValue::new(names::FINISH_REASONS, Value::Array(Array::String(reasons))),
    ];
    attributes.extend(reply.cost_usd.map(|cost| KeyValue::new(names::COST_USD, cost)));
    let usage = &reply.usage;
    if !usage.estimated {
        let counts = [
            (names::INPUT_TOKENS, usage.input_tokens),
            (names::OUTPUT_TOKENS, usage.output_tokens),
            (names::CACHE_READ_TOKENS, usage.cached_tokens),
            (names::CACHE_CREATION_TOKENS, usage.cache_write_tokens),
            (names::REASONING_TOKENS, usage.reasoning_tokens),
        ];
        attributes.extend(counts.map(|(name, tokens)| KeyValue::new(name, i64::try_from(tokens).unwrap_or(i64::MAX))));
    }
    attributes
}

/// A time, from milliseconds since the Unix epoch.
pub(super) fn time(at_ms: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(at_ms)
}
