//! What a session may take, and which limit it reached.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::debate::agent::Voice;
use crate::debate::search::SearchCost;

/// The hard limits of a session. What was paid in the session that it branched off does not count.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Caps {
    /// US dollars, above 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_usd: Option<f64>,
    /// Tokens, input and output together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
    /// Milliseconds that one run of the session may take; every resumption is a new run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_ms: Option<u64>,
    /// What the session's voices cost; empty without a limit on cost.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prices: Vec<Price>,
    /// What searches may take; empty without a limit on cost or tokens, and where nobody may search.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub searches: Vec<SearchCost>,
}

/// The highest prices of a voice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Price {
    /// Vendor name.
    pub provider: String,
    /// Model name.
    pub model: String,
    /// US dollars for a million input tokens, written to a cache or not.
    pub input_usd: f64,
    /// US dollars for a million output tokens.
    pub output_usd: f64,
    /// US dollars for a request, whatever its tokens.
    #[serde(default)]
    pub request_usd: f64,
    /// The longest input, in tokens, that these prices hold for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_tokens_max: Option<u64>,
}

/// What an attempt may take at most. Recorded where a limit on cost or tokens is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Grant {
    /// Input tokens of one request; bounded by the bytes of the prompt, and by what its searches are taken to find.
    pub input_tokens: u64,
    /// Searches of one request.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub searches: u32,
    /// Output tokens of one request.
    pub output_tokens: u32,
    /// Requests that may be billed, at least 1: another is sent after one whose answer broke off.
    pub requests: u32,
    /// Output tokens that any attempt of the wave may take.
    pub room: u32,
}

/// What is nothing is not said.
pub(crate) fn is_zero<N: Default + PartialEq>(amount: &N) -> bool {
    *amount == N::default()
}

/// A kind of limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LimitKind {
    /// On US dollars.
    Cost,
    /// On tokens.
    Tokens,
    /// On time.
    Time,
}

/// A limit that leaves no room for what would come next, with the numbers in its unit: US dollars, tokens or seconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reached {
    /// Which limit.
    pub limit: LimitKind,
    /// The limit itself.
    pub max: f64,
    /// What had been spent; up to format 3, with what was set aside.
    pub spent: f64,
    /// What more the requests may have taken whose end was not seen: they count at their worst.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub set_aside: f64,
    /// What would have come next, at its worst with the least room; `None` when a prompt that long has no known price, and
    /// for time.
    pub next: Option<f64>,
    /// What was held back for the moderator's turns to come.
    pub held: f64,
}

impl Caps {
    /// Whether nothing is limited.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Whether what is asked has to be counted beforehand.
    pub fn counts(&self) -> bool {
        self.cost_usd.is_some() || self.tokens.is_some()
    }

    /// A limit in its unit: US dollars, tokens or seconds.
    pub fn max(&self, limit: LimitKind) -> Option<f64> {
        match limit {
            LimitKind::Cost => self.cost_usd,
            LimitKind::Tokens => self.tokens.map(|tokens| tokens as f64),
            LimitKind::Time => self.time_ms.map(|ms| ms as f64 / 1_000.0),
        }
    }

    pub(crate) fn price(&self, voice: &Voice) -> Option<&Price> {
        self.prices.iter().find(|price| price.provider == voice.provider && price.model == voice.model)
    }

    /// What the searches of a voice may take; `None` where it makes none, or nothing is counted.
    pub fn search(&self, voice: &Voice) -> Option<&SearchCost> {
        self.searches.iter().find(|search| search.provider == voice.provider)
    }

    /// US dollars for the searches of one request.
    pub(crate) fn searches_usd(&self, voice: &Voice, searches: u32) -> f64 {
        let search = self.search(voice).filter(|_| searches > 0);
        search.and_then(|search| search.usd(searches)).unwrap_or(0.0)
    }
}

impl fmt::Display for Caps {
    /// The limits, for people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = [LimitKind::Cost, LimitKind::Tokens, LimitKind::Time].into_iter();
        let set = kinds.filter_map(|limit| Some(limit.worded(self.max(limit)?)));
        let set: Vec<String> = set.collect();
        f.write_str(&if set.is_empty() { "none".to_owned() } else { set.join(", ") })
    }
}

impl Reached {
    /// The limit of a run that took so many seconds.
    pub fn time(max: f64) -> Self {
        Self { limit: LimitKind::Time, max, spent: max, set_aside: 0.0, next: None, held: 0.0 }
    }

    /// The lowest limit under which the debate would go on, in the limit's unit; `None` when none is known.
    pub fn least(&self) -> Option<f64> {
        self.next.map(|next| self.spent + self.set_aside + next + self.held)
    }

    /// The numbers, for people.
    pub fn numbers(&self) -> String {
        let amount = |value: f64| match self.limit {
            LimitKind::Cost => self.limit.worded(value),
            LimitKind::Tokens | LimitKind::Time => format!("{value:.0}"),
        };
        let max = self.limit.worded(self.max);
        let aside = match self.set_aside {
            0.0 => String::new(),
            aside => format!(", {} set aside for requests whose end was not seen", amount(aside)),
        };
        match (self.limit, self.next) {
            (LimitKind::Time, _) => format!("the limit of {max} for one run is over"),
            (LimitKind::Cost | LimitKind::Tokens, None) => {
                let spent = amount(self.spent);
                format!("{spent} of {max} spent{aside}, and a prompt as long as the next has no known price")
            }
            (LimitKind::Cost | LimitKind::Tokens, Some(next)) => {
                let held = if self.held > 0.0 {
                    format!(", {} held back for the moderator", amount(self.held))
                } else {
                    String::new()
                };
                format!("{} of {max} spent{aside}, up to {} needed next{held}", amount(self.spent), amount(next))
            }
        }
    }
}

impl LimitKind {
    /// Its name.
    pub fn title(self) -> &'static str {
        match self {
            Self::Cost => "cost",
            Self::Tokens => "tokens",
            Self::Time => "time",
        }
    }

    /// An amount in its unit.
    pub fn worded(self, value: f64) -> String {
        match self {
            Self::Cost => format!("${value:.4}"),
            Self::Tokens => format!("{value:.0} tokens"),
            Self::Time => format!("{value} s"),
        }
    }
}

impl Price {
    /// US dollars for one request.
    pub fn of(&self, input_tokens: u64, output_tokens: u64) -> f64 {
        let (input, output) = (input_tokens as f64 * self.input_usd, output_tokens as f64 * self.output_usd);
        (input + output) / 1_000_000.0 + self.request_usd
    }
}
