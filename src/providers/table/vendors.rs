//! The rows: one for each vendor. A plain table.
//!
//! Must never hold more than a row: what is looked up stands beside it.

use crate::debate::search::Reading;
use crate::providers::table::vendor::{Billing, Compact, Key, Model, Offer, Search, Term, Vendor};
use crate::providers::wire::call::Shape;
use crate::providers::wire::dialect::{Bounds, Dialect, OutputLimit, UsageReport};
use crate::providers::wire::{Wire, perplexity};

/// The day on which the prices were last checked against what the vendors publish.
pub const PRICES_AS_OF: &str = "2026-11-21";

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
    search: None,
    compact: Compact::Never,
    dialect: DIALECT,
};

/// The dialect that most vendors speak.
const DIALECT: Dialect =
    Dialect { output_limit: OutputLimit::MaxTokens, usage_report: UsageReport::OnRequest, bounds: Bounds::InWords };

/// What servers on the user's own machine share.
const LOCAL: Vendor = Vendor {
    key: Key::Optional,
    billing: Billing::Free,
    compact: Compact::IfSmall,
    dialect: Dialect { bounds: Bounds::Enforced, ..DIALECT },
    ..COMMON
};

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
        dialect: Dialect { output_limit: OutputLimit::MaxCompletionTokens, ..DIALECT },
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
        dialect: Dialect { usage_report: UsageReport::Unasked, ..DIALECT },
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
        dialect: Dialect { output_limit: OutputLimit::MaxCompletionTokens, ..DIALECT },
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
        compact: Compact::UnlessLarge,
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
        dialect: Dialect { output_limit: OutputLimit::MaxCompletionTokens, ..DIALECT },
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
        dialect: DIALECT,
        ..LOCAL
    },
];
