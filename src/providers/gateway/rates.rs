//! What a provider says of its own rate limits, in the headers of any answer.
//!
//! Sources: Anthropic's `anthropic-ratelimit-requests-*` and `-tokens-*` (limit, remaining, reset as an RFC 3339 time);
//! OpenAI's `x-ratelimit-{limit,remaining,reset}-{requests,tokens}` (reset as a duration such as `6m0s`), which Groq, xAI,
//! Together, Mistral and most gateways send too.

use std::time::{Duration, SystemTime};

use crate::providers::fault;

/// The longest time to a reset that is believed.
const RESET_MAX: Duration = Duration::from_secs(86_400);

/// One limit as it stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rate {
    /// All there is.
    pub(super) limit: f64,
    /// What is left of it.
    pub(super) remaining: f64,
    /// When all of it is there again.
    pub(super) reset: Duration,
}

/// The limits that an answer tells of.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Rates {
    /// In requests.
    pub(super) requests: Option<Rate>,
    /// In tokens.
    pub(super) tokens: Option<Rate>,
}

impl Rates {
    /// Reads them. `header` looks a header up by its lower-case name. What cannot be read is not there.
    pub(super) fn read<'a>(header: impl Fn(&str) -> Option<&'a str>, now: SystemTime) -> Self {
        let rate = |what: &str| {
            let anthropic = ["limit", "remaining", "reset"].map(|part| format!("anthropic-ratelimit-{what}-{part}"));
            let common = ["limit", "remaining", "reset"].map(|part| format!("x-ratelimit-{part}-{what}"));
            [anthropic, common].into_iter().find_map(|[limit, remaining, reset]| {
                let number = |name: &str| header(name)?.trim().parse::<f64>().ok().filter(|count| *count >= 0.0);
                let reset = until(header(&reset)?.trim(), now)?;
                Some(Rate { limit: number(&limit)?, remaining: number(&remaining)?, reset: reset.min(RESET_MAX) })
            })
        };
        Self { requests: rate("requests"), tokens: rate("tokens") }
    }
}

/// Reads a time to come: RFC 3339, a duration with units, or bare seconds.
fn until(text: &str, now: SystemTime) -> Option<Duration> {
    if let Ok(at) = humantime::parse_rfc3339_weak(text) {
        return Some(at.duration_since(now).unwrap_or_default());
    }
    match text.parse::<f64>() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds).ok(),
        Err(_) => fault::delay_ms(text).map(Duration::from_millis),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_vendors_send() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000); // 2001-09-09T01:46:40Z
        let rate = |limit, remaining, ms| Some(Rate { limit, remaining, reset: Duration::from_millis(ms) });
        type Headers<'a> = &'a [(&'a str, &'a str)];
        let rows: [(Headers<'_>, Rates); 8] = [
            (&[], Rates::default()),
            (
                &[
                    ("anthropic-ratelimit-requests-limit", "50"),
                    ("anthropic-ratelimit-requests-remaining", "0"),
                    ("anthropic-ratelimit-requests-reset", "2001-09-09T01:47:10Z"),
                    ("anthropic-ratelimit-tokens-limit", "30000"),
                    ("anthropic-ratelimit-tokens-remaining", "12000"),
                    ("anthropic-ratelimit-tokens-reset", "2001-09-09T01:46:30Z"),
                ],
                Rates { requests: rate(50.0, 0.0, 30_000), tokens: rate(30_000.0, 12_000.0, 0) },
            ),
            (
                &[
                    ("x-ratelimit-limit-requests", "500"),
                    ("x-ratelimit-remaining-requests", "499"),
                    ("x-ratelimit-reset-requests", "120ms"),
                    ("x-ratelimit-limit-tokens", "30000"),
                    ("x-ratelimit-remaining-tokens", "0"),
                    ("x-ratelimit-reset-tokens", "6m0s"),
                ],
                Rates { requests: rate(500.0, 499.0, 120), tokens: rate(30_000.0, 0.0, 360_000) },
            ),
            (
                &[
                    ("x-ratelimit-limit-requests", "10"),
                    ("x-ratelimit-remaining-requests", "1"),
                    ("x-ratelimit-reset-requests", "7.5"),
                ],
                Rates { requests: rate(10.0, 1.0, 7_500), tokens: None },
            ),
            (&[("x-ratelimit-limit-requests", "10"), ("x-ratelimit-remaining-requests", "1")], Rates::default()),
            (
                &[
                    ("x-ratelimit-limit-requests", "ten"),
                    ("x-ratelimit-remaining-requests", "1"),
                    ("x-ratelimit-reset-requests", "1s"),
                ],
                Rates::default(),
            ),
            (
                &[
                    ("x-ratelimit-limit-requests", "10"),
                    ("x-ratelimit-remaining-requests", "-1"),
                    ("x-ratelimit-reset-requests", "1s"),
                ],
                Rates::default(),
            ),
            (
                &[
                    ("x-ratelimit-limit-tokens", "10"),
                    ("x-ratelimit-remaining-tokens", "1"),
                    ("x-ratelimit-reset-tokens", "1e300"),
                ],
                Rates::default(),
            ),
        ];
        for (headers, expected) in rows {
            let header = |name: &str| headers.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
            assert_eq!(Rates::read(header, now), expected, "{headers:?}");
        }
    }
}
