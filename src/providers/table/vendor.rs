//! What the table says of a vendor: its wire, its models and their prices, its limits, its search.

use crate::debate::search::Reading;
use crate::providers::wire::Wire;
use crate::providers::wire::call::Shape;
use crate::providers::wire::dialect::Dialect;

/// One vendor.
#[derive(Debug)]
pub struct Vendor {
    /// Name on the command line and in the record, in lower case.
    pub name: &'static str,
    /// Name for people.
    pub title: &'static str,
    /// The format it speaks.
    pub wire: Wire,
    /// Default base URL; join it by [`Wire::url`].
    pub base_url: &'static str,
    /// The environment variable that replaces the base URL.
    pub base_url_variable: Option<&'static str>,
    /// Environment variables of the key, the canonical one first; empty when there is no key at all.
    pub key_variables: &'static [&'static str],
    /// Whether it can be used without a key.
    pub key: Key,
    /// Whether it bills.
    pub billing: Billing,
    /// The environment variable that replaces the default model.
    pub model_variable: &'static str,
    /// The model asked when none is named.
    pub default_model: &'static str,
    /// Models whose price is known.
    pub models: &'static [Model],
    /// The strictest shape to try first.
    pub shape: Shape,
    /// How it searches the web; `None` when its wire offers no search.
    pub search: Option<Search>,
    /// Which of its models are asked for compact forms.
    pub compact: Compact,
    /// What it makes of its wire, where the wire leaves a choice.
    pub dialect: Dialect,
}

/// Which models of a vendor are asked for compact forms, unless a setting says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compact {
    /// None: its models are large enough for every field.
    Never,
    /// Those whose name states a size of at most [`SMALL_PARAMETERS`].
    IfSmall,
    /// All but those whose name states a larger size: the server answers with the one model it has loaded, and names seldom
    /// say which.
    UnlessLarge,
}

/// The most parameters of a model that counts as small.
pub const SMALL_PARAMETERS: f64 = 4e9;

/// How a vendor searches the web.
#[derive(Debug)]
pub struct Search {
    /// Whether it has to be asked to.
    pub offer: Offer,
    /// The terms that it keeps to.
    pub honours: &'static [Term],
    /// Most domains that it takes, where it takes few.
    pub domains_max: Option<usize>,
    /// Price of one search in US dollars; `None` when the vendor publishes none, and then no reply that searched has a
    /// known cost.
    pub search_usd: Option<f64>,
    /// US dollars by which a request costs more where a medium or a high search context is asked for.
    pub context_usd: (f64, f64),
    /// Input tokens set aside for what one search finds. No vendor bounds it; what they report is seldom half of this.
    pub found_tokens: u64,
    /// How often the prompt is read.
    pub reading: Reading,
}

/// Whether a vendor has to be asked to search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// It searches only if a search is offered to it.
    OnRequest,
    /// It searches by nature, unless it is told not to.
    ByNature,
}

/// A term of a search that a vendor may or may not keep to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    /// The most searches in one turn.
    SearchesMax,
    /// How much of what was found is read.
    Context,
    /// Domains to search alone.
    OnlyDomains,
    /// Domains to leave out.
    ExceptDomains,
    /// How old a page may be.
    Recency,
}

/// Whether a vendor needs a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// Not usable without one.
    Required,
    /// A server of the user's own: usable as soon as its base URL is set; a key is sent when there is one.
    Optional,
}

/// Whether a vendor bills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Billing {
    /// By the token: a model without a known price has no known cost.
    Metered,
    /// Never: it runs on the user's own machine.
    Free,
}

/// A model with its prices in US dollars per million tokens.
#[derive(Debug)]
pub struct Model {
    /// Name as the vendor spells it, without a date.
    pub name: &'static str,
    /// Model family.
    pub family: &'static str,
    /// Input that no cache took part in.
    pub input_usd: Option<f64>,
    /// Input read from the cache; `None` when it costs what other input does.
    pub cached_usd: Option<f64>,
    /// Input written to the cache; `None` when it costs what other input does.
    pub cache_write_usd: Option<f64>,
    /// Output, reasoning included.
    pub output_usd: Option<f64>,
    /// Fee of one request in US dollars, whatever its tokens.
    pub request_usd: f64,
    /// The longest input, in tokens, that these prices hold for.
    pub input_tokens_max: Option<u64>,
}

impl Model {
    pub(super) const fn new(name: &'static str, family: &'static str, input_usd: f64, output_usd: f64) -> Self {
        Self {
            name,
            family,
            input_usd: Some(input_usd),
            cached_usd: None,
            cache_write_usd: None,
            output_usd: Some(output_usd),
            request_usd: 0.0,
            input_tokens_max: None,
        }
    }

    pub(super) const fn unpriced(name: &'static str, family: &'static str) -> Self {
        Self { input_usd: None, output_usd: None, ..Self::new(name, family, 0.0, 0.0) }
    }

    pub(super) const fn cached(self, cached_usd: f64) -> Self {
        Self { cached_usd: Some(cached_usd), ..self }
    }

    pub(super) const fn cache_write(self, cache_write_usd: f64) -> Self {
        Self { cache_write_usd: Some(cache_write_usd), ..self }
    }

    pub(super) const fn request(self, request_usd: f64) -> Self {
        Self { request_usd, ..self }
    }

    pub(super) const fn up_to(self, input_tokens_max: u64) -> Self {
        Self { input_tokens_max: Some(input_tokens_max), ..self }
    }
}
