//! A reply under construction, and the list of its sources. What all wires fill in, each in its own way.
//!
//! Must never read a wire's own fields: the wires do.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::debate::reply::{Citation, Finish};

/// How far a reply has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Stage {
    /// Text may follow.
    #[default]
    Open,
    /// The text is whole; numbers may follow.
    Whole,
    /// Nothing follows.
    Closed,
}

/// What has arrived of a reply.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) stage: Stage,
    pub(crate) text: String,
    pub(crate) finish: Option<Finish>,
    pub(crate) model: Option<String>,
    pub(crate) request_id: Option<String>,
    /// As the wire sends it; read once, at the end.
    pub(crate) usage: Option<Value>,
    pub(crate) cost_usd: Option<f64>,
    pub(crate) sources: Sources,
    /// Search results by the number that markers in the text refer to, the useless ones included.
    pub(crate) numbered: Vec<Value>,
    /// Output items whose text is not part of the answer.
    pub(crate) hidden: BTreeSet<u64>,
}

impl Draft {
    /// Adds text, and returns it for display.
    pub(crate) fn append(&mut self, text: &str) -> Option<String> {
        self.text.push_str(text);
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// Notes who answered, from the first event that says so.
    pub(crate) fn identify(&mut self, model: &Value, request_id: &Value) {
        for (slot, value) in [(&mut self.model, model), (&mut self.request_id, request_id)] {
            if slot.is_none() {
                *slot = value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
            }
        }
    }
}

/// What a source was to the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The text points at it.
    Cited,
    /// The provider looked at it.
    Consulted,
}

/// Sources in order of appearance, each URL once.
#[derive(Debug, Default)]
pub(crate) struct Sources(Vec<Citation>);

impl Sources {
    /// Adds a source. One without a usable web address is dropped; a known one is completed.
    pub(crate) fn add(&mut self, url: &Value, title: &Value, quote: &Value, standing: Standing) {
        let Some(url) = url.as_str().map(str::trim).filter(|url| is_web_address(url)) else {
            return;
        };
        let position = self.0.iter().position(|known| known.url == url).unwrap_or_else(|| {
            self.0.push(Citation { url: url.to_owned(), title: None, quote: None, cited: false });
            self.0.len() - 1
        });
        let known = &mut self.0[position];
        known.cited |= standing == Standing::Cited;
        known.title = known.title.take().or_else(|| filled(title));
        known.quote = known.quote.take().or_else(|| filled(quote));
    }

    pub(crate) fn into_citations(self) -> Vec<Citation> {
        self.0
    }
}

fn filled(value: &Value) -> Option<String> {
    value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn is_web_address(url: &str) -> bool {
    let host = ["https://", "http://"].iter().find_map(|scheme| {
        let (head, rest) = url.split_at_checked(scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then_some(rest)
    });
    host.is_some_and(|host| host.starts_with(|c: char| c.is_alphanumeric() || c == '['))
        && !url.contains(|c: char| c.is_whitespace() || c.is_control())
}
