//! A token bucket: what may be taken from an allowance that comes back with time.
//!
//! Must never read a clock: whoever asks says what time it is.

use std::time::Duration;

use tokio::time::Instant;

const MINUTE_S: f64 = 60.0;
/// What comes back slower than this counts as never coming back, in units a second.
const SLOWEST: f64 = 1e-9;

/// An allowance.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bucket {
    capacity: f64,
    per_second: f64,
    level: f64,
    at: Instant,
}

impl Bucket {
    /// `limit` a minute, of which `burst` may be taken at once. Whatever is taken when, no minute sees more than the limit:
    /// what comes back within one and the burst before it are the limit together.
    pub(super) fn per_minute(limit: u32, burst: u32, now: Instant) -> Self {
        let (limit, burst) = (f64::from(limit), f64::from(burst.max(1)));
        // One at a time, evenly spaced, needs nothing held back.
        let returning = if burst > 1.0 { (limit - burst).max(1.0) } else { limit };
        Self { capacity: burst, per_second: returning / MINUTE_S, level: burst, at: now }
    }

    /// What a provider says of its own: `remaining` of `limit` are left, and all of it again after `reset`.
    /// `None` when it holds nothing back.
    pub(super) fn announced(limit: f64, remaining: f64, reset: Duration, now: Instant) -> Option<Self> {
        let missing = limit - remaining;
        let is_sound = limit.is_finite() && remaining >= 0.0 && missing > 0.0 && !reset.is_zero();
        is_sound.then(|| Self { capacity: limit, per_second: missing / reset.as_secs_f64(), level: remaining, at: now })
    }

    /// How long until `amount` can be taken; zero when it can be now. More than there ever is at once waits for all there is.
    pub(super) fn wait(&self, amount: f64, now: Instant) -> Duration {
        let missing = amount.min(self.capacity) - self.level_at(now);
        if missing <= 0.0 {
            return Duration::ZERO;
        }
        let seconds = missing / self.per_second.max(SLOWEST);
        // Rounded up to the timer's own grain, so that a wait that is over is enough.
        Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX).saturating_add(Duration::from_millis(1))
    }

    /// Takes `amount`; more than is there is owed.
    pub(super) fn take(&mut self, amount: f64, now: Instant) {
        (self.level, self.at) = (self.level_at(now) - amount, now);
    }

    /// Puts back what was taken and not used.
    pub(super) fn put_back(&mut self, amount: f64, now: Instant) {
        (self.level, self.at) = ((self.level_at(now) + amount).min(self.capacity), now);
    }

    /// Leaves nothing: the provider says that it was too much.
    pub(super) fn drain(&mut self, now: Instant) {
        (self.level, self.at) = (self.level_at(now).min(0.0), now);
    }

    fn level_at(&self, now: Instant) -> f64 {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        (self.level + passed * self.per_second).min(self.capacity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes one as soon as it can be had, and returns the seconds at which that was, for ten minutes.
    fn greedy(mut bucket: Bucket, start: Instant) -> Vec<f64> {
        let (mut now, mut taken) = (start, Vec::new());
        while now < start + Duration::from_secs(600) {
            match bucket.wait(1.0, now) {
                Duration::ZERO => {
                    bucket.take(1.0, now);
                    taken.push((now - start).as_secs_f64());
                }
                wait => now += wait,
            }
        }
        taken
    }

    #[test]
    fn no_minute_sees_more_than_the_limit_and_little_is_lost() {
        for limit in [1, 2, 10, 19, 20, 50, 60, 600] {
            let start = Instant::now();
            let taken = greedy(Bucket::per_minute(limit, limit / 10, start), start);
            for (first, from) in taken.iter().enumerate() {
                let within = taken[first..].iter().take_while(|at| **at < from + 60.0).count();
                assert!(within <= limit as usize, "{within} of {limit} in the minute from {from}");
            }
            assert!(taken.len() * 10 >= limit as usize * 85, "{} of {limit} a minute in ten", taken.len());
        }
    }

    #[test]
    fn what_is_announced_comes_back_at_the_announced_pace() {
        let now = Instant::now();
        let second = Duration::from_secs(1);
        // (limit, remaining, reset in seconds, amount, seconds to wait; `None` where nothing is held back)
        let rows = [
            (60.0, 0.0, 60, 1.0, Some(1)),
            (60.0, 30.0, 30, 1.0, Some(0)),
            (1_000.0, 100.0, 9, 500.0, Some(4)),
            (1_000.0, 0.0, 10, 5_000.0, Some(10)),
            (60.0, 60.0, 1, 1.0, None),
            (60.0, 0.0, 0, 1.0, None),
            (0.0, 0.0, 5, 1.0, None),
            (f64::NAN, 0.0, 5, 1.0, None),
        ];
        for (limit, remaining, reset, amount, expected) in rows {
            let bucket = Bucket::announced(limit, remaining, second * reset, now);
            let waits = bucket.map(|bucket| bucket.wait(amount, now).as_secs());
            assert_eq!(waits, expected, "{remaining} of {limit}, all in {reset} s, for {amount}");
        }
    }

    #[test]
    fn debts_are_paid_and_refunds_never_overflow() {
        let start = Instant::now();
        let second = Duration::from_secs(1);
        let mut bucket = Bucket::per_minute(600, 60, start);
        bucket.take(96.0, start);
        assert_eq!(bucket.wait(1.0, start).as_secs(), 4, "36 are owed, and 9 come back in a second");
        bucket.put_back(1_000.0, start + second);
        assert_eq!(bucket.wait(60.0, start + second), Duration::ZERO);
        assert!(bucket.wait(61.0, start + second).is_zero(), "more than there ever is waits for all there is");
        bucket.drain(start + second);
        assert_eq!(bucket.wait(9.0, start + second).as_secs(), 1);
    }
}
