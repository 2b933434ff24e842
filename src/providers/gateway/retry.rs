//! Whether a failure is worth another attempt, and when.
//!
//! Must never send anything; must never retry what was refused for good.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::{Duration, SystemTime};

use crate::debate::reply::FaultKind;
use crate::providers::gateway::failure::Failure;

const ATTEMPTS_MAX: u32 = 4;
const BACKOFF_MAX: Duration = Duration::from_secs(30);

/// How long to wait after the `failures`-th failed attempt, or `None` to give up: what the provider asked for, plus a
/// random share of an exponential backoff, so that the seats of a panel do not come back all at once.
pub(super) fn wait(failure: &Failure, failures: u32, base: Duration, left: Duration) -> Option<Duration> {
    if failures >= ATTEMPTS_MAX || !may_heal(failure) {
        return None;
    }
    let backoff = base.saturating_mul(1 << (failures - 1)).min(BACKOFF_MAX);
    // Who comes back earlier than told is turned away again.
    let told = failure.told_wait.unwrap_or_default();
    (told < left).then(|| told + share(backoff.min(left - told)))
}

/// Reads `retry-after-ms`, then `retry-after` in seconds or as an HTTP date (RFC 9110, 10.2.3). What is too long for a clock is
/// the longest time there is; what is no time from now on, such as a negative number, is not there.
pub(super) fn told_wait<'a>(header: impl Fn(&str) -> Option<&'a str>, now: SystemTime) -> Option<Duration> {
    let number = |name, scale| seconds(header(name)?.trim(), scale);
    number("retry-after-ms", 0.001).or_else(|| number("retry-after", 1.0)).or_else(|| {
        let date = httpdate::parse_http_date(header("retry-after")?.trim()).ok()?;
        Some(date.duration_since(now).unwrap_or_default())
    })
}

/// Reads a number that is not negative. Words such as `inf` are numbers to the parser alone.
fn seconds(text: &str, scale: f64) -> Option<Duration> {
    let is_number = text.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let number = text.parse::<f64>().ok().filter(|_| is_number)?;
    Some(Duration::try_from_secs_f64(number * scale).unwrap_or(Duration::MAX))
}

fn may_heal(failure: &Failure) -> bool {
    match failure.kind {
        FaultKind::Auth | FaultKind::Quota | FaultKind::ContextTooLong | FaultKind::Cancelled => false,
        FaultKind::RateLimit
        | FaultKind::Timeout
        | FaultKind::Network
        | FaultKind::Overloaded
        | FaultKind::InvalidRequest
        | FaultKind::InvalidResponse => match failure.status {
            None | Some(200..=299) => failure.kind.is_retryable(),
            Some(status) => matches!(status, 408 | 409 | 425 | 429 | 500 | 502 | 503 | 504 | 529),
        },
    }
}

/// A random share of `whole`, both ends included. The standard library's hasher is seeded by the system.
fn share(whole: Duration) -> Duration {
    let random = RandomState::new().build_hasher().finish();
    let micros = u64::try_from(whole.as_micros()).unwrap_or(u64::MAX);
    Duration::from_micros(random % micros.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(kind: FaultKind, status: Option<u16>, told_ms: Option<u64>) -> Failure {
        Failure { status, told_wait: told_ms.map(Duration::from_millis), ..Failure::new(kind, String::new()) }
    }

    #[test]
    fn retries_what_may_heal_and_nothing_else() {
        let again = [408, 409, 425, 429, 500, 502, 503, 504, 529];
        for status in 300..600 {
            for kind in [FaultKind::RateLimit, FaultKind::Overloaded, FaultKind::InvalidRequest] {
                assert_eq!(may_heal(&failure(kind, Some(status), None)), again.contains(&status), "{status} {kind}");
            }
            assert!(!may_heal(&failure(FaultKind::Quota, Some(status), None)), "quota {status}");
            assert!(!may_heal(&failure(FaultKind::Auth, Some(status), None)), "auth {status}");
        }
        for status in [None, Some(200)] {
            assert!(may_heal(&failure(FaultKind::Network, status, None)));
            assert!(may_heal(&failure(FaultKind::Overloaded, status, None)));
            assert!(!may_heal(&failure(FaultKind::InvalidResponse, status, None)));
        }
    }

    #[test]
    fn waits_as_told_plus_a_share_of_the_backoff() {
        let long = Duration::from_secs(3600);
        // (failures, told, least, most, left, gives up)
        let rows = [
            (1, None, 0, 500, 3_600_000, false),
            (2, None, 0, 1000, 3_600_000, false),
            (3, None, 0, 2000, 3_600_000, false),
            (4, None, 0, 0, 3_600_000, true),
            (1, Some(7000), 7000, 7500, 3_600_000, false),
            (3, Some(7000), 7000, 9000, 3_600_000, false),
            (1, Some(3_500_000), 3_500_000, 3_500_500, 3_600_000, false),
            (1, Some(6_900), 6_900, 7_000, 7_000, false),
            (1, Some(3_600_000), 0, 0, 3_600_000, true),
            (1, Some(7000), 0, 0, 6999, true),
            (1, Some(3_600_000), 0, 0, 60_000, true),
            (1, Some(u64::MAX), 0, 0, 3_600_000, true),
        ];
        for (failures, told, least, most, left, gives_up) in rows {
            for _ in 0..200 {
                let failure = failure(FaultKind::RateLimit, Some(429), told);
                let waited = wait(&failure, failures, Duration::from_millis(500), Duration::from_millis(left));
                let Some(waited) = waited else {
                    assert!(gives_up, "{failures} {told:?}");
                    continue;
                };
                let bounds = Duration::from_millis(least)..=Duration::from_millis(most);
                assert!(!gives_up && bounds.contains(&waited), "{failures} {told:?}: {waited:?}");
            }
        }
        let capped = wait(&failure(FaultKind::Network, None, None), 3, long, long);
        assert!(capped.is_some_and(|wait| wait <= BACKOFF_MAX));
    }

    #[test]
    fn shares_spread_over_the_whole() {
        let shares: Vec<_> = (0..400).map(|_| share(Duration::from_millis(100)).as_millis()).collect();
        for quarter in 0..4 {
            let range = quarter * 25..(quarter + 1) * 25;
            assert!(shares.iter().any(|share| range.contains(share)), "nothing in {range:?}");
        }
        assert_eq!(share(Duration::ZERO), Duration::ZERO);
    }

    #[test]
    fn reads_what_the_provider_asks_for() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000); // Sun, 09 Sep 2001 01:46:40 GMT
        type Headers<'a> = &'a [(&'a str, &'a str)];
        let longest = u64::MAX;
        let rows: [(Headers<'_>, Option<u64>); 19] = [
            (&[], None),
            (&[("retry-after", "7")], Some(7000)),
            (&[("retry-after", " 1.5 ")], Some(1500)),
            (&[("retry-after-ms", "5"), ("retry-after", "7")], Some(5)),
            (&[("retry-after-ms", "soon"), ("retry-after", "7")], Some(7000)),
            (&[("retry-after", "Sun, 09 Sep 2001 01:46:52 GMT")], Some(12_000)),
            (&[("retry-after", "Sun, 09 Sep 2001 01:46:30 GMT")], Some(0)),
            (&[("retry-after", "Fri, 31 Dec 9999 23:59:59 GMT")], Some(252_402_300_799_000)),
            (&[("retry-after", "0")], Some(0)),
            (&[("retry-after", "99999999999999999999")], Some(longest)),
            (&[("retry-after-ms", "99999999999999999999999")], Some(longest)),
            (&[("retry-after", "1e400")], Some(longest)),
            (&[("retry-after-ms", "-5"), ("retry-after", "7")], Some(7000)),
            (&[("retry-after", "-1")], None),
            (&[("retry-after", "-99999999999999999999")], None),
            (&[("retry-after", "NaN")], None),
            (&[("retry-after", "inf")], None),
            (&[("retry-after", "")], None),
            (&[("retry-after", "tomorrow")], None),
        ];
        for (headers, expected) in rows {
            let header = |name: &str| headers.iter().find(|(header, _)| *header == name).map(|(_, value)| *value);
            let told = told_wait(header, now).map(|wait| u64::try_from(wait.as_millis()).unwrap_or(longest));
            assert_eq!(told, expected, "{headers:?}");
        }
    }
}
