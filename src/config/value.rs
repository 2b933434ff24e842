//! The value of a setting: read from text by its kind.
//!
//! Must never let a secret out: it has no `Debug` text and displays as hidden.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;

use crate::config::address;
use crate::config::keys::{Kind, nearest};

/// The longest text a setting may hold, in characters.
const TEXT_MAX: usize = 1_000;
/// The longest time a setting may hold: a year.
const DURATION_MAX: Duration = Duration::from_secs(366 * 24 * 3_600);

/// What a setting holds. Displays as people write it, except a secret.
#[derive(Debug, Clone)]
pub enum Value {
    /// A whole number within the bounds of its key.
    Count(u32),
    /// A share within the bounds of its key.
    Share(f64),
    /// US dollars.
    Dollars(f64),
    /// A time.
    Duration(Duration),
    /// One line of text, or a URL without a slash at its end.
    Text(String),
    /// An absolute path, when the folder it is relative to is absolute.
    Path(PathBuf),
    /// Providers in order.
    Choices(Vec<Choice>),
    /// A switch that is on.
    On,
    /// A key or token.
    Secret(SecretString),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Share(number) | Self::Dollars(number) => write!(f, "{number}"),
            Self::Duration(time) => write!(f, "{}", humantime::format_duration(*time)),
            Self::Text(text) => f.write_str(text),
            Self::Path(path) => write!(f, "{}", path.display()),
            Self::Choices(choices) => {
                let written: Vec<String> = choices.iter().map(Choice::to_string).collect();
                f.write_str(&written.join(","))
            }
            Self::On => f.write_str("on"),
            Self::Secret(_) => f.write_str("(hidden)"),
        }
    }
}

/// A provider, and the model to use there; written `NAME[=MODEL]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Vendor name in lower case.
    pub provider: String,
    /// Model; `None` for the vendor's own setting or default.
    pub model: Option<String>,
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.model {
            Some(model) => write!(f, "{}={model}", self.provider),
            None => f.write_str(&self.provider),
        }
    }
}

/// What reading a value needs to know besides its text.
pub(crate) struct Surroundings<'a> {
    /// Folder that relative paths start from.
    pub(crate) base: &'a Path,
    /// Folder that `~` stands for.
    pub(crate) home: Option<&'a Path>,
    /// Names a provider setting may use.
    pub(crate) vendors: &'a [&'a str],
}

/// Reads `text` as `kind` demands; otherwise says what is needed. The answer never repeats a secret or a URL.
pub(crate) fn read(kind: Kind, text: &str, around: &Surroundings<'_>) -> Result<Value, String> {
    match kind {
        Kind::Count { min, max } => count(text, min, max),
        Kind::Share => share(text).map(Value::Share).ok_or_else(|| SHARE_NEEDED.to_owned()),
        Kind::Majority => share(text)
            .filter(|share| *share > 0.5)
            .map(Value::Share)
            .ok_or_else(|| "a number above 0.5 and up to 1 is needed, such as 0.75".to_owned()),
        Kind::Dollars => dollars(text).ok_or_else(|| "US dollars above 0 are needed, such as 0.50".to_owned()),
        Kind::Duration => {
            duration(text).ok_or_else(|| "a time of at least a second is needed, such as 90s or 1h 30m".to_owned())
        }
        Kind::Text => line(text).map(Value::Text),
        Kind::Word(words) => word(text, words),
        Kind::Path => path(text, around).map(Value::Path),
        Kind::Choice => choice(text, around.vendors).map(|choice| Value::Choices(vec![choice])),
        Kind::Choices => text
            .split(',')
            .map(|part| choice(part.trim(), around.vendors))
            .collect::<Result<Vec<_>, _>>()
            .map(Value::Choices),
        Kind::Switch => Ok(Value::On),
        Kind::Secret => secret(text),
        Kind::Url => address::url(text)
            .map(Value::Text)
            .ok_or_else(|| "an http:// or https:// URL without user name, query or fragment is needed".to_owned()),
        Kind::Host { port } => address::host(text, port).map(Value::Text).ok_or_else(|| {
            "HOST[:PORT], or an http:// or https:// URL without user name, query or fragment, is needed".to_owned()
        }),
    }
}

fn count(text: &str, min: u32, max: u32) -> Result<Value, String> {
    let digits = Some(text).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    digits
        .and_then(|digits| digits.parse().ok())
        .filter(|count| (min..=max).contains(count))
        .map(Value::Count)
        .ok_or_else(|| format!("a whole number from {min} to {max} is needed"))
}

/// What a share that is none needs to be.
pub const SHARE_NEEDED: &str = "a number from 0 to 1 is needed, such as 0.75";

/// Reads a share, 0 to 1, from a plain decimal such as `0.75`; `None` for anything else, 75 and 75% included, since
/// what is read wrong here lets a debate pass that should not.
pub fn share(text: &str) -> Option<f64> {
    let is_decimal = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    text.parse().ok().filter(|share| is_decimal && (0.0..=1.0).contains(share))
}

/// Reads a plain decimal such as `0.50`; `$` and exponents are none.
fn dollars(text: &str) -> Option<Value> {
    let is_decimal = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let amount: f64 = text.parse().ok().filter(|amount: &f64| is_decimal && amount.is_finite())?;
    (amount > 0.0).then_some(Value::Dollars(amount))
}

fn duration(text: &str) -> Option<Value> {
    let bounds = Duration::from_secs(1)..=DURATION_MAX;
    humantime::parse_duration(text).ok().filter(|time| bounds.contains(time)).map(Value::Duration)
}

fn line(text: &str) -> Result<String, String> {
    if text.is_empty() || text.chars().count() > TEXT_MAX || text.chars().any(char::is_control) {
        return Err(format!("one line of 1 to {TEXT_MAX} characters is needed"));
    }
    Ok(text.to_owned())
}

fn word(text: &str, words: &[&str]) -> Result<Value, String> {
    match words.iter().find(|word| word.eq_ignore_ascii_case(text)) {
        Some(word) => Ok(Value::Text((*word).to_owned())),
        None => Err(format!("one of {} is needed", words.join(", "))),
    }
}

fn path(text: &str, around: &Surroundings<'_>) -> Result<PathBuf, String> {
    let text = line(text)?;
    let in_home = if text == "~" { Some("") } else { text.strip_prefix("~/") };
    match (in_home, around.home) {
        (Some(below), Some(home)) => Ok(home.join(below)),
        (Some(_), None) => Err("a path without `~` is needed, for no home folder is known".to_owned()),
        (None, _) => Ok(around.base.join(text)),
    }
}

fn choice(text: &str, vendors: &[&str]) -> Result<Choice, String> {
    let (name, model) = match text.split_once('=') {
        Some((name, model)) => (name.trim(), Some(model.trim())),
        None => (text, None),
    };
    let provider = name.to_ascii_lowercase();
    let is_bad_model = model.is_some_and(|model| line(model).is_err() || model.contains(char::is_whitespace));
    if provider.is_empty() || is_bad_model {
        return Err("NAME or NAME=MODEL is needed".to_owned());
    }
    if !vendors.contains(&provider.as_str()) {
        return Err(match nearest(&provider, vendors.iter().copied()) {
            Some(near) => format!("no provider has this name; did you mean `{near}`?"),
            None => format!("a provider is needed: {}", vendors.join(", ")),
        });
    }
    Ok(Choice { provider, model: model.map(str::to_owned) })
}

fn secret(text: &str) -> Result<Value, String> {
    if text.is_empty() || text.len() > TEXT_MAX || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(format!("1 to {TEXT_MAX} visible ASCII characters without a space are needed"));
    }
    Ok(Value::Secret(SecretString::from(text)))
}

/// Tells whether a secret's text only marks the place for one, as example files do.
pub(crate) fn is_placeholder(text: &str) -> bool {
    let text = text.trim().to_lowercase();
    let words: Vec<&str> = text.split(['-', '_', ' ', '.']).filter(|word| !word.is_empty()).collect();
    let has = |word: &str| words.contains(&word);
    let is_wrapped = (text.starts_with('<') && text.ends_with('>'))
        || (text.starts_with("${") && text.ends_with('}'))
        || (text.starts_with('[') && text.ends_with(']'));
    let asks = has("your") && ["key", "api", "token", "secret", "here"].into_iter().any(has);
    let is_order = ["change", "replace", "insert", "paste"].iter().any(|verb| words.first() == Some(verb));
    let is_crossed_out =
        words.last().is_some_and(|word| word.len() >= 3 && word.chars().all(|c| matches!(c, 'x' | '*')));
    let is_named = ["changeme", "replaceme", "placeholder", "todo", "tbd"].into_iter().any(has);
    is_wrapped || asks || is_order || is_crossed_out || is_named || text.ends_with("...") || text.ends_with('…')
}
