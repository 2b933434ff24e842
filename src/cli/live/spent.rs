//! Tokens, money and time, counted and in short.

use std::fmt;
use std::time::Duration;

use crate::debate::reply::{Loss, Reply, Usage};

/// What the replies so far took.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Spent {
    /// Input and output tokens.
    pub(super) tokens: u64,
    /// Whether some of them are a guess.
    pub(super) is_estimated: bool,
    /// Requests sent.
    pub(super) requests: u32,
    usd: f64,
    priced: u32,
    unpriced: u32,
}

impl Spent {
    /// Counts a reply.
    pub(super) fn add(&mut self, reply: &Reply) {
        self.requests += reply.requests;
        self.take(&reply.usage, reply.cost_usd);
        self.lose(reply.loss.as_deref());
    }

    /// Counts what requests took that brought nothing.
    pub(super) fn lose(&mut self, loss: Option<&Loss>) {
        loss.into_iter().for_each(|loss| self.take(&loss.usage, loss.cost_usd));
    }

    fn take(&mut self, usage: &Usage, cost_usd: Option<f64>) {
        self.tokens += usage.input_tokens + usage.output_tokens;
        self.is_estimated |= usage.estimated;
        match cost_usd {
            Some(usd) => {
                self.usd += usd;
                self.priced += 1;
            }
            None => self.unpriced += 1,
        }
    }

    /// The sum of two.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            tokens: self.tokens + other.tokens,
            is_estimated: self.is_estimated || other.is_estimated,
            requests: self.requests + other.requests,
            usd: self.usd + other.usd,
            priced: self.priced + other.priced,
            unpriced: self.unpriced + other.unpriced,
        }
    }

    /// This, and `guessed` tokens that are on their way.
    pub(super) fn with_arriving(self, guessed: u64) -> Self {
        Self { tokens: self.tokens + guessed, is_estimated: self.is_estimated || guessed > 0, ..self }
    }

    /// The cost in US dollars; a question mark stands for replies without a known price.
    pub(super) fn cost(&self) -> String {
        match (self.priced, self.unpriced) {
            (_, 0) => format!("${:.4}", self.usd),
            (0, _) => "$?".to_owned(),
            (_, _) => format!("${:.4}+?", self.usd),
        }
    }

    /// The tokens in short, after `~` when some are a guess.
    pub(super) fn tokens_in_short(&self) -> String {
        format!("{}{} tok", if self.is_estimated { "~" } else { "" }, Short(self.tokens))
    }
}

/// A number in at most five cells.
struct Short(u64);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        #[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
        let n = self.0 as f64;
        match self.0 {
            0..1_000 => write!(f, "{}", self.0),
            1_000..99_950 => write!(f, "{:.1}k", n / 1e3),
            99_950..999_500 => write!(f, "{:.0}k", n / 1e3),
            _ => write!(f, "{:.1}M", n / 1e6),
        }
    }
}

/// Returns a duration in at most six cells below a hundred hours.
pub(super) fn time(duration: Duration) -> String {
    let s = duration.as_secs();
    match s {
        0..10 => format!("{}.{}s", s, duration.subsec_millis() / 100),
        10..60 => format!("{s}s"),
        60..3_600 => format!("{}m{:02}s", s / 60, s % 60),
        _ => format!("{}h{:02}m", s / 3_600, s % 3_600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Short, Spent, time};
    use crate::debate::reply::{Finish, Reply, Usage};

    fn reply(cost_usd: Option<f64>) -> Reply {
        let usage = Usage { input_tokens: 900, output_tokens: 99, ..Usage::default() };
        let (text, model) = (String::new(), String::new());
        Reply {
            text,
            reasoning: None,
            model,
            finish: Finish::Complete,
            usage,
            cost_usd,
            citations: Vec::new(),
            request_id: None,
            elapsed_ms: 1,
            requests: 1,
            lost: 0,
            loss: None,
        }
    }

    #[test]
    fn an_unknown_price_is_never_nothing() {
        let cases: [(&[Option<f64>], &str, &str); 4] = [
            (&[], "$0.0000", "0 tok"),
            (&[Some(0.0132), Some(0.002)], "$0.0152", "2.0k tok"),
            (&[None], "$?", "999 tok"),
            (&[None, Some(0.5)], "$0.5000+?", "2.0k tok"),
        ];
        for (replies, cost, tokens) in cases {
            let mut spent = Spent::default();
            replies.iter().for_each(|cost| spent.add(&reply(*cost)));
            assert_eq!((spent.cost().as_str(), spent.tokens_in_short().as_str()), (cost, tokens), "{replies:?}");
        }
        assert_eq!(Spent::default().with_arriving(40).tokens_in_short(), "~40 tok");
    }

    #[test]
    fn numbers_in_short() {
        let cases = [
            (999, "999"),
            (1_949, "1.9k"),
            (99_949, "99.9k"),
            (99_950, "100k"),
            (999_499, "999k"),
            (1_234_567, "1.2M"),
        ];
        for (n, expected) in cases {
            assert_eq!(Short(n).to_string(), expected);
        }
        let cases = [(0, "0.0s"), (9_960, "9.9s"), (10_000, "10s"), (61_000, "1m01s"), (3_720_000, "1h02m")];
        for (ms, expected) in cases {
            assert_eq!(time(Duration::from_millis(ms)), expected);
        }
    }
}
