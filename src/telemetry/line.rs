//! One line: when, how grave, what, and the numbers that go with it; as text or as JSON.
//!
//! Must never let a value steer a terminal or end a line.

use std::time::{Duration, SystemTime};

use serde_json::{Map, Value};

use crate::export::json::inert;

/// How grave a line is; the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// A run broke off.
    Error,
    /// Something was lost, or is tried again.
    Warn,
    /// How a debate goes.
    Info,
    /// Requests, one by one.
    Debug,
    /// Every piece that arrives.
    Trace,
}

impl Level {
    const ALL: [Self; 5] = [Self::Error, Self::Warn, Self::Info, Self::Debug, Self::Trace];

    /// The level of that name; `None` for any other word, which asks for no lines.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

/// How lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// `TIME LEVEL EVENT NAME=VALUE …`.
    Text,
    /// A JSON object a line.
    Json,
}

impl Format {
    /// The format of that name.
    pub(super) fn named(name: &str) -> Self {
        if name == "json" { Self::Json } else { Self::Text }
    }
}

/// A name with its value; a null is left out.
pub(super) type Field = (&'static str, Value);

/// What is told at once.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    /// Milliseconds since the Unix epoch.
    pub(super) at_ms: u64,
    pub(super) level: Level,
    pub(super) event: &'static str,
    pub(super) fields: Vec<Field>,
}

impl Line {
    /// The line in a format, with its line feed.
    pub(super) fn render(&self, format: Format) -> String {
        let at = humantime::format_rfc3339_millis(SystemTime::UNIX_EPOCH + Duration::from_millis(self.at_ms));
        let fields = self.fields.iter().filter(|(_, value)| !value.is_null());
        let line = match format {
            Format::Text => {
                let fields: String = fields.map(|(name, value)| format!(" {name}={}", shown(value))).collect();
                format!("{at} {:5} {}{fields}", self.level.name(), self.event)
            }
            Format::Json => {
                let head = [("at", at.to_string()), ("level", self.level.name().into()), ("event", self.event.into())];
                let head = head.into_iter().map(|(name, value)| (name.to_owned(), Value::String(value)));
                let fields = fields.map(|(name, value)| ((*name).to_owned(), value.clone()));
                Value::Object(head.chain(fields).collect::<Map<_, _>>()).to_string()
            }
        };
        inert(&line) + "\n"
    }
}

/// A value without quotes where it needs none.
fn shown(value: &Value) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || "-_.:/@+".contains(c);
    match value {
        Value::String(text) if !text.is_empty() && text.chars().all(is_bare) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::keys;

    fn line(value: Value) -> Line {
        Line { at_ms: 1_700_000_000_123, level: Level::Info, event: "told", fields: vec![("what", value)] }
    }

    #[test]
    fn no_value_steers_a_terminal_or_ends_a_line() {
        let rows = [
            (json!("openai/gpt-6.1"), "what=openai/gpt-6.1", r#""what":"openai/gpt-6.1""#),
            (json!("two words"), r#"what="two words""#, r#""what":"two words""#),
            (json!(""), r#"what="""#, r#""what":"""#),
            (json!("a=b"), r#"what="a=b""#, r#""what":"a=b""#),
            (json!("a\nb \u{1b}[31m"), r#"what="a\nb \u001b[31m""#, r#""what":"a\nb \u001b[31m""#),
            (json!("\u{9b}1m \u{202e}x"), r#"what="\u009b1m \u202ex""#, r#""what":"\u009b1m \u202ex""#),
            (json!(0.25), "what=0.25", r#""what":0.25"#),
            (json!(null), "told", r#""event":"told""#),
        ];
        for (value, text, object) in rows {
            let told = line(value);
            assert_eq!(
                told.render(Format::Text).trim_end(),
                format!("2023-11-14T22:13:20.123Z info  {}", {
                    if text == "told" { text.to_owned() } else { format!("told {text}") }
                })
            );
            let json = told.render(Format::Json);
            assert!(json.ends_with(&format!("{object}}}\n")), "{json}");
            assert_eq!(json.lines().count(), 1, "{json}");
        }
    }

    #[test]
    fn every_word_of_the_settings_is_known() {
        let known: Vec<_> = keys::LOG_LEVELS.iter().map(|name| Level::named(name)).collect();
        assert_eq!(known, [None].into_iter().chain(Level::ALL.map(Some)).collect::<Vec<_>>());
        assert_eq!(keys::LOG_FORMATS.map(Format::named), [Format::Text, Format::Json]);
    }
}
