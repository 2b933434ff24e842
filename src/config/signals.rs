//! What a collector of traces and metrics is to be told, by the standard variables of OpenTelemetry.
//!
//! Must only look at the environment: these variables are shared with other programs, and hold what is not ours to show. Where
//! they lead and with which headers is read by the exporter itself.
//! Source: <https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/> and
//! <https://opentelemetry.io/docs/specs/otel/protocol/exporter/>.

use std::collections::BTreeMap;
use std::ffi::OsString;

/// Something a collector can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Spans of sessions, rounds and calls.
    Traces,
    /// Histograms of tokens and durations.
    Metrics,
}

/// A signal, the variable with its own endpoint, and the one that names its exporter.
const SIGNALS: [(Signal, &str, &str); 2] = [
    (Signal::Traces, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_TRACES_EXPORTER"),
    (Signal::Metrics, "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_METRICS_EXPORTER"),
];

/// The signals that have an endpoint and are not switched off.
pub(super) fn wanted(environment: &BTreeMap<String, OsString>) -> Vec<Signal> {
    let text = |name: &str| environment.get(name).and_then(|value| value.to_str()).map(str::trim).unwrap_or_default();
    if text("OTEL_SDK_DISABLED").eq_ignore_ascii_case("true") {
        return Vec::new();
    }
    let has_endpoint = |own: &str| ["OTEL_EXPORTER_OTLP_ENDPOINT", own].iter().any(|name| !text(name).is_empty());
    let is_on = |(_, own, exporter): &&(Signal, &str, &str)| has_endpoint(own) && text(exporter) != "none";
    SIGNALS.iter().filter(is_on).map(|(signal, _, _)| *signal).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_is_told_where_it_has_an_endpoint() {
        const ALL: &str = "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318";
        let both = [Signal::Traces, Signal::Metrics];
        let rows: [(&[&str], &[Signal]); 8] = [
            (&[], &[]),
            (&["OTEL_SERVICE_NAME=mine"], &[]),
            (&["OTEL_EXPORTER_OTLP_ENDPOINT= "], &[]),
            (&[ALL], &both),
            (&[ALL, "OTEL_SDK_DISABLED=TRUE"], &[]),
            (&[ALL, "OTEL_SDK_DISABLED=false"], &both),
            (&[ALL, "OTEL_METRICS_EXPORTER=none"], &[Signal::Traces]),
            (&["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=http://127.0.0.1:4318/m"], &[Signal::Metrics]),
        ];
        for (variables, expected) in rows {
            let pairs = variables.iter().filter_map(|pair| pair.split_once('='));
            let environment = pairs.map(|(name, value)| (name.to_owned(), OsString::from(value))).collect();
            assert_eq!(wanted(&environment), expected, "{variables:?}");
        }
    }
}
