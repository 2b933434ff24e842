//! The vendors: one row each, with its models, their prices and what its dialect allows. A plain table.
//!
//! Must never guess: a price that its vendor does not publish, or that depends on the hour, is `None`, and so is the
//! cost.

use crate::debate::reply::Usage;
use crate::debate::search::Reading;
use crate::providers::perplexity;
use crate::providers::wire::{Shape, Wire};

/// The day on which the prices were last checked against what the vendors publish.
pub const PRICES_AS_OF: &str = "2026-11-21";

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
    /// The name of the output limit, where the wire has two.
    pub output_limit: OutputLimit,
    /// How to be told the usage, where the wire has two ways.
    pub usage_report: UsageReport,
    /// How it searches the web; `None` when its wire offers no search.
    pub search: Option<Search>,
}

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

/// What the limit on output tokens is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputLimit {
    /// `max_tokens`.
    MaxTokens,
    /// `max_completion_tokens`.
    MaxCompletionTokens,
}

/// Whether usage has to be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UsageReport {
    /// By `stream_options`.
    OnRequest,
    /// It comes unasked, and asking is refused.
    Unasked,
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
    const fn new(name: &'static str, family: &'static str, input_usd: f64, output_usd: f64) -> Self {
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

    const fn unpriced(name: &'static str, family: &'static str) -> Self {
        Self { input_usd: None, output_usd: None, ..Self::new(name, family, 0.0, 0.0) }
    }

    const fn cached(self, cached_usd: f64) -> Self {
        Self { cached_usd: Some(cached_usd), ..self }
    }

    const fn cache_write(self, cache_write_usd: f64) -> Self {
        Self { cache_write_usd: Some(cache_write_usd), ..self }
    }

    const fn request(self, request_usd: f64) -> Self {
        Self { request_usd, ..self }
    }

    const fn up_to(self, input_tokens_max: u64) -> Self {
        Self { input_tokens_max: Some(input_tokens_max), ..self }
    }
}

/// What most rows share.
const COMMON: Vendor = Vendor {
    name: "",
    title: "",
    wire: Wire::OpenaiChat,
    base_url: "",
    base_url_variable: None,
    key_variables: &[],
    key: Key::Required,
    billing: Billing::Metered,
    model_variable: "",
    default_model: "",
    models: &[],
    shape: Shape::Schema,
    output_limit: OutputLimit::MaxTokens,
    usage_report: UsageReport::OnRequest,
    search: None,
};

/// What servers on the user's own machine share.
const LOCAL: Vendor = Vendor { key: Key::Optional, billing: Billing::Free, ..COMMON };

/// Every vendor.
pub const VENDORS: &[Vendor] = &[
    Vendor {
        name: "anthropic",
        title: "Anthropic",
        wire: Wire::Anthropic,
        base_url: "https://api.anthropic.com",
        base_url_variable: Some("ANTHROPIC_BASE_URL"),
        key_variables: &["ANTHROPIC_API_KEY"],
        model_variable: "ANTHROPIC_MODEL",
        default_model: "claude-sonnet-5-5",
        models: &[
            Model::new("claude-opus-5-5", "claude", 4.0, 20.0).cached(0.2).cache_write(5.0),
            Model::new("claude-sonnet-5-5", "claude", 2.0, 10.0).cached(0.1).cache_write(2.5),
            Model::new("claude-haiku-5-5", "claude", 0.1, 0.5).cached(0.01).cache_write(0.125).up_to(100_000),
            Model::new("claude-opus-5", "claude", 5.0, 25.0).cached(0.5).cache_write(6.25),
            Model::new("claude-sonnet-5", "claude", 2.0, 10.0).cached(0.2).cache_write(2.5),
        ],
        search: Some(Search {
            offer: Offer::OnRequest,
            honours: &[Term::SearchesMax, Term::OnlyDomains, Term::ExceptDomains],
            domains_max: None,
            search_usd: Some(0.01),
            context_usd: (0.0, 0.0),
            found_tokens: 20_000,
            reading: Reading::AfterEach,
        }),
        ..COMMON
    },
    Vendor {
        name: "openai",
        title: "OpenAI",
        wire: Wire::OpenaiResponses,
        base_url: "https://api.openai.com",
        base_url_variable: Some("OPENAI_BASE_URL"),
        key_variables: &["OPENAI_API_KEY"],
        model_variable: "OPENAI_MODEL",
        default_model: "gpt-6.1-sol",
        models: &[
            Model::new("gpt-6.1-sol", "gpt", 2.0, 10.0).cached(0.1).cache_write(2.5).up_to(272_000),
            Model::new("gpt-6.1-terra", "gpt", 1.0, 5.0).cached(0.05).cache_write(1.25).up_to(272_000),
            Model::new("gpt-6-luna", "gpt", 0.1, 0.5).cached(0.01).cache_write(0.125).up_to(272_000),
            Model::new("gpt-5.4-mini", "gpt", 0.75, 4.5).cached(0.075),
        ],
        search: Some(Search {
            offer: Offer::OnRequest,
            honours: &[Term::SearchesMax, Term::Context, Term::OnlyDomains],
            domains_max: None,
            search_usd: Some(0.01),
            context_usd: (0.0, 0.0),
            found_tokens: 20_000,
            reading: Reading::AfterEach,
        }),
        ..COMMON
    },
    Vendor {
        name: "google",
        title: "Google",
        wire: Wire::Gemini,
        base_url: "https://generativelanguage.googleapis.com",
        base_url_variable: Some("GOOGLE_GEMINI_BASE_URL"),
        key_variables: &["GOOGLE_API_KEY", "GEMINI_API_KEY"],
        model_variable: "GOOGLE_MODEL",
        default_model: "gemini-3.8-flash",
        models: &[
            // Half price until 2026-12-31.
            Model::new("gemini-3.8-flash", "gemini", 0.75, 3.75).cached(0.075),
            Model::unpriced("gemini-3.1-pro-preview", "gemini"),
        ],
        // It bills every query beyond a monthly allowance that nothing here can know of, and no token of what it finds.
        search: Some(Search {
            offer: Offer::OnRequest,
            honours: &[],
            domains_max: None,
            search_usd: Some(0.014),
            context_usd: (0.0, 0.0),
            found_tokens: 2_000,
            reading: Reading::Once,
        }),
        ..COMMON
    },
    Vendor {
        name: "perplexity",
        title: "Perplexity",
        wire: Wire::Perplexity,
        base_url: "https://api.perplexity.ai",
        base_url_variable: Some("PERPLEXITY_BASE_URL"),
        key_variables: &["PERPLEXITY_API_KEY"],
        model_variable: "PERPLEXITY_MODEL",
        default_model: "sonar",
        // The request fee is that of the smallest search context, which is the default.
        models: &[
            Model::new("sonar", "sonar", 1.0, 1.0).request(0.005),
            Model::new("sonar-pro", "sonar", 3.0, 15.0).request(0.006),
            Model::new("sonar-reasoning-pro", "sonar", 2.0, 8.0).request(0.006),
        ],
        // The request fee pays for the searches.
        search: Some(Search {
            offer: Offer::ByNature,
            honours: &[Term::Context, Term::OnlyDomains, Term::ExceptDomains, Term::Recency],
            domains_max: Some(perplexity::DOMAINS_MAX),
            search_usd: Some(0.0),
            context_usd: (0.004, 0.008),
            found_tokens: 0,
            reading: Reading::Once,
        }),
        ..COMMON
    },
    Vendor {
        name: "openrouter",
        title: "OpenRouter",
        base_url: "https://openrouter.ai/api",
        base_url_variable: Some("OPENROUTER_BASE_URL"),
        key_variables: &["OPENROUTER_API_KEY"],
        model_variable: "OPENROUTER_MODEL",
        default_model: "openai/gpt-6.1-terra",
        // It states the price of each reply itself.
        models: &[Model::new("openai/gpt-6.1-terra", "gpt", 1.0, 5.0).cached(0.05).cache_write(1.25).up_to(272_000)],
        ..COMMON
    },
    Vendor {
        name: "groq",
        title: "Groq",
        base_url: "https://api.groq.com/openai",
        base_url_variable: Some("GROQ_BASE_URL"),
        key_variables: &["GROQ_API_KEY"],
        model_variable: "GROQ_MODEL",
        default_model: "openai/gpt-oss-120b",
        models: &[
            Model::new("openai/gpt-oss-120b", "gpt", 0.15, 0.6),
            Model::new("openai/gpt-oss-20b", "gpt", 0.075, 0.3),
        ],
        output_limit: OutputLimit::MaxCompletionTokens,
        ..COMMON
    },
    Vendor {
        name: "deepseek",
        title: "DeepSeek",
        base_url: "https://api.deepseek.com",
        base_url_variable: Some("DEEPSEEK_BASE_URL"),
        key_variables: &["DEEPSEEK_API_KEY"],
        model_variable: "DEEPSEEK_MODEL",
        default_model: "deepseek-flash",
        // Its prices double at peak hours.
        models: &[Model::unpriced("deepseek-flash", "deepseek"), Model::unpriced("deepseek-v4-pro", "deepseek")],
        shape: Shape::JsonObject,
        ..COMMON
    },
    Vendor {
        name: "mistral",
        title: "Mistral",
        base_url: "https://api.mistral.ai",
        base_url_variable: Some("MISTRAL_BASE_URL"),
        key_variables: &["MISTRAL_API_KEY"],
        model_variable: "MISTRAL_MODEL",
        default_model: "mistral-medium-latest",
        models: &[Model::new("mistral-medium-latest", "mistral", 1.5, 7.5).cached(0.15)],
        usage_report: UsageReport::Unasked,
        ..COMMON
    },
    Vendor {
        name: "xai",
        title: "xAI",
        base_url: "https://api.x.ai",
        base_url_variable: Some("XAI_BASE_URL"),
        key_variables: &["XAI_API_KEY"],
        model_variable: "XAI_MODEL",
        default_model: "grok-4.7",
        models: &[Model::new("grok-4.7", "grok", 2.0, 6.0).cached(0.5).up_to(199_999)],
        output_limit: OutputLimit::MaxCompletionTokens,
        ..COMMON
    },
    Vendor {
        name: "together",
        title: "Together",
        base_url: "https://api.together.xyz",
        base_url_variable: Some("TOGETHER_BASE_URL"),
        key_variables: &["TOGETHER_API_KEY"],
        model_variable: "TOGETHER_MODEL",
        default_model: "openai/gpt-oss-120b",
        models: &[Model::new("openai/gpt-oss-120b", "gpt", 0.15, 0.6)],
        ..COMMON
    },
    Vendor {
        name: "ollama",
        title: "Ollama",
        base_url: "http://localhost:11434",
        base_url_variable: Some("OLLAMA_HOST"),
        model_variable: "OLLAMA_MODEL",
        default_model: "gpt-oss:20b",
        ..LOCAL
    },
    Vendor {
        name: "lmstudio",
        title: "LM Studio",
        base_url: "http://localhost:1234",
        base_url_variable: Some("LMSTUDIO_BASE_URL"),
        model_variable: "LMSTUDIO_MODEL",
        default_model: "openai/gpt-oss-20b",
        ..LOCAL
    },
    Vendor {
        name: "llamacpp",
        title: "llama.cpp",
        base_url: "http://localhost:8080",
        base_url_variable: Some("LLAMACPP_BASE_URL"),
        key_variables: &["LLAMACPP_API_KEY"],
        model_variable: "LLAMACPP_MODEL",
        // The server answers with the one model it has loaded, whatever the name.
        default_model: "default",
        ..LOCAL
    },
    Vendor {
        name: "vllm",
        title: "vLLM",
        base_url: "http://localhost:8000",
        base_url_variable: Some("VLLM_BASE_URL"),
        key_variables: &["VLLM_API_KEY"],
        model_variable: "VLLM_MODEL",
        default_model: "openai/gpt-oss-20b",
        output_limit: OutputLimit::MaxCompletionTokens,
        ..LOCAL
    },
    Vendor {
        name: "litellm",
        title: "LiteLLM",
        base_url: "http://localhost:4000",
        base_url_variable: Some("LITELLM_BASE_URL"),
        key_variables: &["LITELLM_API_KEY"],
        // It runs locally, and forwards to vendors that bill.
        billing: Billing::Metered,
        model_variable: "LITELLM_MODEL",
        default_model: "gpt-6.1-terra",
        ..LOCAL
    },
];

/// Beginnings of words in model names, and the families they belong to.
const FAMILIES: &[(&str, &str)] = &[
    ("claude", "claude"),
    ("gpt", "gpt"),
    ("chatgpt", "gpt"),
    ("codex", "gpt"),
    ("o1", "gpt"),
    ("o3", "gpt"),
    ("o4", "gpt"),
    ("gemini", "gemini"),
    ("gemma", "gemma"),
    ("sonar", "sonar"),
    ("deepseek", "deepseek"),
    ("grok", "grok"),
    ("llama", "llama"),
    ("codellama", "llama"),
    ("qwen", "qwen"),
    ("qwq", "qwen"),
    ("mistral", "mistral"),
    ("ministral", "mistral"),
    ("mixtral", "mistral"),
    ("magistral", "mistral"),
    ("codestral", "mistral"),
    ("devstral", "mistral"),
    ("pixtral", "mistral"),
    ("phi", "phi"),
    ("command", "command"),
    ("kimi", "kimi"),
    ("glm", "glm"),
    ("minimax", "minimax"),
    ("granite", "granite"),
    ("nemotron", "nemotron"),
];

/// Finds a vendor by name.
pub fn find(name: &str) -> Option<&'static Vendor> {
    VENDORS.iter().find(|vendor| vendor.name == name)
}

/// The price of `usage` in US dollars. `None` when it is not known; 0 only where nobody bills.
pub fn price(vendor: &Vendor, model: &str, usage: &Usage) -> Option<f64> {
    match vendor.billing {
        // Ollama runs models with this ending on its own, paid machines.
        Billing::Free if model.ends_with("cloud") => None,
        Billing::Free => Some(0.0),
        Billing::Metered => {
            let searches_usd = match usage.searches {
                0 => 0.0,
                searches => searches as f64 * vendor.search.as_ref()?.search_usd?,
            };
            Some(metered(known(vendor, model)?, usage)? + searches_usd)
        }
    }
}

fn metered(model: &Model, usage: &Usage) -> Option<f64> {
    if model.input_tokens_max.is_some_and(|max| usage.input_tokens > max) {
        return None;
    }
    let (input_usd, output_usd) = (model.input_usd?, model.output_usd?);
    let plain_tokens = usage.input_tokens.saturating_sub(usage.cached_tokens).saturating_sub(usage.cache_write_tokens);
    let per_million = [
        (plain_tokens, input_usd),
        (usage.cached_tokens, model.cached_usd.unwrap_or(input_usd)),
        (usage.cache_write_tokens, model.cache_write_usd.unwrap_or(input_usd)),
        (usage.output_tokens, output_usd),
    ];
    let tokens_usd: f64 = per_million.iter().map(|(tokens, usd)| *tokens as f64 * usd / 1_000_000.0).sum();
    Some(tokens_usd + model.request_usd)
}

/// What a model costs, in US dollars per million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rates {
    /// Input that no cache took part in.
    pub input_usd: f64,
    /// Input read from the cache.
    pub cached_usd: f64,
    /// Input written to the cache.
    pub cache_write_usd: f64,
    /// Output, reasoning included.
    pub output_usd: f64,
    /// Fee of one request in US dollars.
    pub request_usd: f64,
    /// The longest input, in tokens, that these prices hold for.
    pub input_tokens_max: Option<u64>,
}

/// What a model costs; `None` when it is not known, and nothing where nobody bills.
pub fn rates(vendor: &Vendor, model: &str) -> Option<Rates> {
    if price(vendor, model, &Usage::default())? == 0.0 && vendor.billing == Billing::Free {
        return Some(Rates::default());
    }
    let row = known(vendor, model)?;
    let (input_usd, output_usd) = (row.input_usd?, row.output_usd?);
    Some(Rates {
        input_usd,
        cached_usd: row.cached_usd.unwrap_or(input_usd),
        cache_write_usd: row.cache_write_usd.unwrap_or(input_usd),
        output_usd,
        request_usd: row.request_usd,
        input_tokens_max: row.input_tokens_max,
    })
}

/// The row of a model, by its name or by its name with a date behind.
fn known<'a>(vendor: &'a Vendor, model: &str) -> Option<&'a Model> {
    let model = model.strip_prefix("models/").unwrap_or(model);
    vendor.models.iter().find(|row| {
        model.strip_prefix(row.name).is_some_and(|rest| {
            let date = rest.strip_prefix('-').unwrap_or_default();
            rest.is_empty() || (date.len() >= 8 && date.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-'))
        })
    })
}

/// The family of a model: voices of one family are not independent evidence. Behind gateways the model's name tells it.
pub fn family(vendor: &Vendor, model: &str) -> String {
    if let Some(row) = known(vendor, model) {
        return row.family.to_owned();
    }
    let name = model.to_lowercase();
    let mut words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let told =
        words.find_map(|word| FAMILIES.iter().find(|(start, _)| word.starts_with(start)).map(|(_, family)| *family));
    if let Some(family) = told {
        return family.to_owned();
    }
    let own_name = name.rsplit('/').next().unwrap_or_default();
    let letters: String = own_name.chars().take_while(|c| c.is_alphabetic()).collect();
    if letters.is_empty() { vendor.name.to_owned() } else { letters }
}
