//! Keys and tokens by the shapes that their issuers gave them.

use std::ops::RangeInclusive;

use crate::material::secrets::value::is_placeholder;

/// A shape by which the keys of an issuer are known.
struct Shape {
    kind: &'static str,
    prefix: &'static str,
    /// Fewest characters of the alphabet that follow.
    least: usize,
    /// Most, where a longer run is something else.
    most: Option<usize>,
    alphabet: Alphabet,
}

/// The characters of a key after its prefix.
#[derive(Clone, Copy)]
pub(super) enum Alphabet {
    /// Capital letters and digits.
    Capitals,
    /// Letters and digits.
    Letters,
    /// Letters, digits, `_` and `-`.
    Url,
    /// The same with full stops and slashes.
    Path,
}

impl Alphabet {
    pub(super) fn holds(self, c: char) -> bool {
        match self {
            Self::Capitals => c.is_ascii_uppercase() || c.is_ascii_digit(),
            Self::Letters => c.is_ascii_alphanumeric(),
            Self::Url => c.is_ascii_alphanumeric() || matches!(c, '_' | '-'),
            Self::Path => c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/'),
        }
    }
}

const fn shape(kind: &'static str, prefix: &'static str, least: usize, alphabet: Alphabet) -> Shape {
    Shape { kind, prefix, least, most: None, alphabet }
}

const fn exact(kind: &'static str, prefix: &'static str, count: usize, alphabet: Alphabet) -> Shape {
    Shape { kind, prefix, least: count, most: Some(count), alphabet }
}

/// Shapes as their issuers document them; of those that begin alike the longer prefix stands first.
const SHAPES: [Shape; 41] = [
    shape("an Anthropic key", "sk-ant-", 20, Alphabet::Url),
    shape("an OpenAI key", "sk-proj-", 20, Alphabet::Url),
    shape("an OpenAI key", "sk-svcacct-", 20, Alphabet::Url),
    shape("an OpenRouter key", "sk-or-", 20, Alphabet::Url),
    shape("an OpenAI key", "sk-", 32, Alphabet::Letters),
    shape("a Stripe key", "sk_live_", 16, Alphabet::Letters),
    shape("a Stripe key", "rk_live_", 16, Alphabet::Letters),
    exact("a Google key", "AIza", 35, Alphabet::Url),
    shape("a Google client secret", "GOCSPX-", 20, Alphabet::Url),
    shape("a Google token", "ya29.", 20, Alphabet::Url),
    shape("a Perplexity key", "pplx-", 32, Alphabet::Letters),
    shape("a Groq key", "gsk_", 32, Alphabet::Letters),
    shape("an xAI key", "xai-", 32, Alphabet::Letters),
    shape("a Hugging Face token", "hf_", 30, Alphabet::Letters),
    exact("an AWS key id", "AKIA", 16, Alphabet::Capitals),
    exact("an AWS key id", "ASIA", 16, Alphabet::Capitals),
    shape("a GitHub token", "github_pat_", 40, Alphabet::Url),
    shape("a GitHub token", "ghp_", 36, Alphabet::Letters),
    shape("a GitHub token", "gho_", 36, Alphabet::Letters),
    shape("a GitHub token", "ghu_", 36, Alphabet::Letters),
    shape("a GitHub token", "ghs_", 36, Alphabet::Letters),
    shape("a GitHub token", "ghr_", 36, Alphabet::Letters),
    shape("a GitLab token", "glpat-", 20, Alphabet::Url),
    shape("a Slack token", "xoxb-", 10, Alphabet::Url),
    shape("a Slack token", "xoxp-", 10, Alphabet::Url),
    shape("a Slack token", "xoxa-", 10, Alphabet::Url),
    shape("a Slack token", "xoxr-", 10, Alphabet::Url),
    shape("a Slack token", "xoxs-", 10, Alphabet::Url),
    shape("a Slack token", "xapp-", 10, Alphabet::Url),
    shape("a Slack webhook", "hooks.slack.com/services/", 20, Alphabet::Path),
    shape("an npm token", "npm_", 36, Alphabet::Letters),
    shape("a PyPI token", "pypi-AgEI", 20, Alphabet::Url),
    shape("a SendGrid key", "SG.", 60, Alphabet::Path),
    exact("a DigitalOcean token", "dop_v1_", 64, Alphabet::Letters),
    exact("a DigitalOcean token", "doo_v1_", 64, Alphabet::Letters),
    exact("a DigitalOcean token", "dor_v1_", 64, Alphabet::Letters),
    shape("a Docker token", "dckr_pat_", 20, Alphabet::Url),
    shape("a Vault token", "hvs.", 24, Alphabet::Url),
    shape("a Vault token", "hvb.", 24, Alphabet::Url),
    shape("a Shopify token", "shpat_", 32, Alphabet::Letters),
    shape("an age key", "AGE-SECRET-KEY-1", 50, Alphabet::Capitals),
];

/// Characters of a Telegram bot's token after its colon.
const BOT_TOKEN_CHARS: usize = 35;
/// How many digits of the bot's id stand before it.
const BOT_ID_DIGITS: RangeInclusive<usize> = 8..=10;

/// What the key in a line is, by its shape.
pub(super) fn kind(line: &str) -> Option<&'static str> {
    let is_key = line.contains("-----BEGIN ") && line.contains("PRIVATE KEY") || begins_putty_key(line);
    if is_key {
        return Some("a private key");
    }
    let shape = SHAPES.iter().find(|shape| shape.stands_in(line)).map(|shape| shape.kind);
    let bot = || holds_bot_token(line).then_some("a Telegram bot token");
    shape.or_else(bot).or_else(|| holds_web_token(line).then_some("a JSON web token"))
}

impl Shape {
    fn stands_in(&self, line: &str) -> bool {
        line.match_indices(self.prefix).any(|(at, _)| {
            let is_joined = line[..at].chars().next_back().is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
            let rest = &line[at + self.prefix.len()..];
            let key: &str = &rest[..rest.find(|c| !self.alphabet.holds(c)).unwrap_or(rest.len())];
            let fits = key.len() >= self.least && self.most.is_none_or(|most| key.len() <= most);
            !is_joined && fits && !is_placeholder(key)
        })
    }
}

/// The first line of a key that PuTTY keeps, which tells its version.
fn begins_putty_key(line: &str) -> bool {
    let version = line.trim_start().strip_prefix("PuTTY-User-Key-File-").and_then(|rest| rest.split_once(':'));
    version.is_some_and(|(version, _)| !version.is_empty() && version.chars().all(|c| c.is_ascii_digit()))
}

/// A bot's id, a colon, and 35 characters of which the first is an `A`.
fn holds_bot_token(line: &str) -> bool {
    line.match_indices(":A").any(|(at, _)| {
        let digits = line[..at].bytes().rev().take_while(u8::is_ascii_digit).count();
        let is_joined = line[..at - digits].chars().next_back().is_some_and(|c| Alphabet::Url.holds(c));
        let count = line[at + 1..].chars().take_while(|c| Alphabet::Url.holds(*c)).count();
        BOT_ID_DIGITS.contains(&digits) && !is_joined && count == BOT_TOKEN_CHARS
    })
}

/// Three parts in base64, the first two of which begin as JSON objects do.
fn holds_web_token(line: &str) -> bool {
    line.match_indices("eyJ").any(|(at, _)| {
        let token = &line[at..];
        let end = token.find(|c: char| !(Alphabet::Url.holds(c) || c == '.')).unwrap_or(token.len());
        let parts: Vec<&str> = token[..end].split('.').collect();
        matches!(parts.as_slice(), [head, body, mark] if head.len() > 10 && body.starts_with("eyJ") && mark.len() > 10)
    })
}

#[cfg(test)]
mod tests {
    use super::{Alphabet, SHAPES};
    use crate::material::secrets::findings;
    use crate::material::secrets::tests::key;

    #[test]
    fn every_shape_is_found() {
        for shape in &SHAPES {
            let drawn = match shape.alphabet {
                Alphabet::Capitals => key("", shape.least).to_uppercase(),
                Alphabet::Letters | Alphabet::Url | Alphabet::Path => key("", shape.least),
            };
            let hit = format!("x = {}{drawn} # why", shape.prefix);
            assert!(findings(&hit, &[]).iter().any(|found| found.kind == shape.kind), "{hit}");
            let short: String = drawn.chars().skip(1).collect();
            let miss = format!("see {}{short}", shape.prefix);
            // Of the shapes that begin alike, another may take what is too short for one.
            let found = findings(&miss, &[]);
            assert!(found.is_empty() || shape.prefix.starts_with("sk-"), "{miss}: {found:?}");
        }
    }
}
