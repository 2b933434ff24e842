//! What is looked up in the table: a vendor, the price of what was taken, a model's rates and its family.
//!
//! Must never take an unknown price for none.

use crate::debate::reply::Usage;
use crate::providers::table::vendor::{Billing, Compact, Model, SMALL_PARAMETERS, Vendor};
use crate::providers::table::vendors::VENDORS;

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

/// Whether a model is asked for compact forms, unless a setting says otherwise.
pub fn is_compact(vendor: &Vendor, model: &str) -> bool {
    match (vendor.compact, parameters(model)) {
        (Compact::Never, _) | (Compact::IfSmall, None) => false,
        (Compact::UnlessLarge, None) => true,
        (Compact::IfSmall | Compact::UnlessLarge, Some(parameters)) => parameters <= SMALL_PARAMETERS,
    }
}

/// The number of parameters that a model's name states, as in `llama3.2:1b`, `SmolLM2-135M-Instruct` or `qwen3-30b-a3b`: the
/// largest of several.
fn parameters(model: &str) -> Option<f64> {
    let lower = model.to_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
    let size = |word: &str| {
        let billions: f64 = word.strip_suffix('b').and_then(|digits| digits.parse().ok()).unwrap_or(0.0);
        let millions: f64 = word.strip_suffix('m').and_then(|digits| digits.parse().ok()).unwrap_or(0.0);
        Some(billions * 1e9 + millions * 1e6).filter(|size| *size > 0.0 && size.is_finite())
    };
    words.filter_map(size).reduce(f64::max)
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
