//! What looks like a secret in a text. Rules are rows of a table; what they find is told by kind and line.
//!
//! Must never return, store or show what was found.

use std::collections::BTreeSet;

/// A secret that the program itself holds.
#[derive(Clone, Copy)]
pub struct Held<'a> {
    /// The variable it comes from.
    pub name: &'a str,
    /// Its value.
    pub value: &'a str,
}

/// Something that looks like a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Line in the text, from 1.
    pub line: usize,
    /// What it looks like.
    pub kind: String,
}

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
enum Alphabet {
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
    fn holds(self, c: char) -> bool {
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
const SHAPES: [Shape; 34] = [
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
    shape("an age key", "AGE-SECRET-KEY-1", 50, Alphabet::Capitals),
];

/// Shortest value of our own that is looked for: a shorter one would be found everywhere.
const HELD_LEAST: usize = 8;
/// Parts of names whose values are secrets.
const SECRET_NAMES: [&str; 9] =
    ["password", "passwd", "passphrase", "secret", "token", "api_key", "apikey", "access_key", "credential"];
/// Parts of names that say that the value is none, or only tells it from others.
const HARMLESS_NAMES: [&str; 9] = ["hash", "sha", "digest", "checksum", "public", "fingerprint", "max", "count", "url"];
/// Parts of values that are there to be replaced.
const PLACEHOLDERS: [&str; 9] =
    ["example", "changeme", "change-me", "your", "xxxx", "placeholder", "dummy", "redacted", "****"];
/// Shortest value that can pass for a secret.
const VALUE_LEAST: usize = 12;
/// Shannon entropy of a value's characters from which it can pass for one, in bits.
const ENTROPY_LEAST: f64 = 3.2;
/// Changes between small letters, capitals and digits from which a value can pass for one: words have few.
const CHANGES_LEAST: usize = 4;

/// Finds what looks like a secret, and the secrets the program itself holds. Each line tells each kind once.
pub fn findings(text: &str, held: &[Held<'_>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let mut kinds: BTreeSet<String> = BTreeSet::new();
        let held = held.iter().filter(|held| held.value.len() >= HELD_LEAST && line.contains(held.value));
        kinds.extend(held.map(|held| format!("the value of {}", held.name)));
        if kinds.is_empty() {
            kinds.extend(kind(line).map(str::to_owned));
        }
        findings.extend(kinds.into_iter().map(|kind| Finding { line: index + 1, kind }));
    }
    findings
}

fn kind(line: &str) -> Option<&'static str> {
    if line.contains("-----BEGIN ") && line.contains("PRIVATE KEY") {
        return Some("a private key");
    }
    let shape = SHAPES.iter().find(|shape| shape.stands_in(line)).map(|shape| shape.kind);
    let guess = || {
        if holds_web_token(line) {
            Some("a JSON web token")
        } else if holds_address_password(line) {
            Some("a password in an address")
        } else {
            assigns_secret(line).then_some("a password or token")
        }
    };
    shape.or_else(guess)
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

/// Three parts in base64, the first two of which begin as JSON objects do.
fn holds_web_token(line: &str) -> bool {
    line.match_indices("eyJ").any(|(at, _)| {
        let token = &line[at..];
        let end = token.find(|c: char| !(Alphabet::Url.holds(c) || c == '.')).unwrap_or(token.len());
        let parts: Vec<&str> = token[..end].split('.').collect();
        matches!(parts.as_slice(), [head, body, mark] if head.len() > 10 && body.starts_with("eyJ") && mark.len() > 10)
    })
}

/// `scheme://user:password@host`.
fn holds_address_password(line: &str) -> bool {
    line.match_indices("://").any(|(at, _)| {
        let rest = &line[at + 3..];
        let authority = &rest[..rest.find(|c: char| c == '/' || c.is_whitespace() || c == '"').unwrap_or(rest.len())];
        let password =
            authority.rsplit_once('@').and_then(|(user, _)| user.split_once(':')).map(|(_, password)| password);
        password.is_some_and(|password| {
            let is_variable = password.starts_with(['$', '{', '<', '%']);
            password.len() >= 8
                && !is_variable
                && !is_placeholder(password)
                && password.chars().any(|c| c.is_ascii_digit())
        })
    })
}

/// `password = value` and its like, where the value looks drawn at random.
fn assigns_secret(line: &str) -> bool {
    let signs = line.char_indices().filter(|(_, c)| matches!(c, '=' | ':'));
    signs.map(|(at, _)| (name_before(&line[..at]), value_after(&line[at + 1..]))).any(|(name, value)| {
        let name = name.to_lowercase().replace('-', "_");
        let says = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
        says(&SECRET_NAMES) && !says(&HARMLESS_NAMES) && is_random(value)
    })
}

fn name_before(text: &str) -> &str {
    let text = text.trim_end().trim_end_matches(['"', '\'', '`', ']', ':']);
    let start = text
        .rfind(|c: char| !Alphabet::Url.holds(c))
        .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    &text[start..]
}

fn value_after(text: &str) -> &str {
    let text = text.trim_start_matches(['=', '>', ':']).trim_start();
    let text = text.trim_start_matches(['"', '\'', '`']);
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ',' | ';' | ')' | '}'));
    &text[..end.unwrap_or(text.len())]
}

/// Whether a value looks drawn at random: long, of many characters, mixed, and neither code nor an id nor a stand-in.
fn is_random(value: &str) -> bool {
    let is_code = value.contains(['(', '[', '<', '{', '$', '\\']) || value.contains("::") || value.contains("://");
    value.len() >= VALUE_LEAST
        && !is_code
        && !is_uuid(value)
        && !is_placeholder(value)
        && changes(value) >= CHANGES_LEAST
        && entropy(value) >= ENTROPY_LEAST
}

fn is_uuid(value: &str) -> bool {
    let lengths: Vec<usize> = value.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && value.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}

fn is_placeholder(value: &str) -> bool {
    let value = value.to_lowercase();
    PLACEHOLDERS.iter().any(|placeholder| value.contains(placeholder))
}

/// Changes from one sort of character to another. A capital that begins a word counts as one with what follows it.
fn changes(value: &str) -> usize {
    let sort = |c: char| match c {
        c if c.is_ascii_digit() => Some(0),
        c if c.is_lowercase() => Some(1),
        c if c.is_uppercase() => Some(2),
        _ => None,
    };
    let sorts: Vec<u8> = value.chars().filter_map(sort).collect();
    sorts.windows(2).filter(|pair| pair[0] != pair[1] && pair != &[2, 1]).count()
}

/// Shannon entropy of the characters of a text, in bits a character.
fn entropy(value: &str) -> f64 {
    let total = value.chars().count() as f64;
    let distinct: BTreeSet<char> = value.chars().collect();
    let shares = distinct.into_iter().map(|c| value.chars().filter(|other| *other == c).count() as f64 / total);
    shares.map(|share| -share * share.log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::{Held, findings};

    fn check(line: &str, expected: Option<&str>) {
        let held = [Held { name: "OPENAI_API_KEY", value: "our-own-key-1" }];
        let found = findings(line, &held);
        assert_eq!(found.first().map(|finding| finding.kind.as_str()), expected, "{line}");
        assert!(found.iter().all(|finding| finding.line == 1), "{line}");
    }

    /// A key of a shape, put together here so that no scanner takes this file for a leak.
    fn key(prefix: &str, count: usize) -> String {
        let drawn = "9aZ3kQ7xW2mB5vN8cT4yL6pR1sD0fGhJ";
        prefix.chars().chain(drawn.chars().cycle().take(count)).collect()
    }

    #[test]
    fn every_shape_is_found() {
        for shape in &super::SHAPES {
            let drawn = match shape.alphabet {
                super::Alphabet::Capitals => key("", shape.least).to_uppercase(),
                _ => key("", shape.least),
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

    #[test]
    fn secrets_are_told_by_their_kind() {
        check("-----BEGIN OPENSSH PRIVATE KEY-----", Some("a private key"));
        check("-----BEGIN CERTIFICATE-----", None);
        check("it says our-own-key-1 here", Some("the value of OPENAI_API_KEY"));
        check(&format!("Authorization: Bearer {}", key("ghp_", 36)), Some("a GitHub token"));
        check("postgres://app:s3cr3tpw9@db/main", Some("a password in an address"));
        check("postgres://app:$DB_PASSWORD@db/main", None);
        check("postgres://app@db:5432/main", None);
        check("password: \"tR4vb9Kq2LmZ\"", Some("a password or token"));
        check("export DB_PASSWORD=tR4vb9Kq2LmZ7", Some("a password or token"));
        check("\"client_secret\": \"9f2K-a81Lq-7Xv3mQ\",", Some("a password or token"));
        check("secret_key => '3f9a1c7be24d8056aa91'", Some("a password or token"));
        check("token=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVPmB92K27uhb", Some("a JSON web token"));
    }

    #[test]
    fn what_only_looks_a_little_like_one_is_left_alone() {
        for line in [
            "checksum = \"3f9a1c7be24d8056aa913f9a1c7be24d8056aa913f9a1c7be24d8056aa91abcd\"",
            "integrity sha512-Zm9vYmFyMTIzNDU2Nzg5MGFiY2RlZmdoaWprbG1ub3A==",
            "commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
            "session token: 550e8400-e29b-41d4-a716-446655440000",
            "password_hash = \"tR4vb9Kq2LmZ7tR4vb9Kq2LmZ7\"",
            "let token = parse_token2(input1, output2);",
            "password: config.database_password",
            "token_count = 1234567890123",
            "API_KEY=your-key-here-1a2B3c4D",
            "api_key: ${{ secrets.API_KEY_2 }}",
            "secret: <generated at 3F9a1C7b>",
            "the password is changed every 90 days: nobody likes it",
            "sk-learn and risk-averse sk-",
            "AKIAlumni meet in spring",
            "PasswordResetTokenExpiredError: TokenExpired",
            "https://example.org/a:b@c",
        ] {
            check(line, None);
        }
    }

    #[test]
    fn lines_are_counted_from_one() {
        let text = format!("first\n\n{}\n{}", key("ghp_", 36), key("AKIA", 16).to_uppercase());
        let lines: Vec<usize> = findings(&text, &[]).iter().map(|finding| finding.line).collect();
        assert_eq!(lines, [3, 4]);
    }
}
