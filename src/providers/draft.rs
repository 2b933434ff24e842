//! A reply under construction, and the list of its sources. What all wires fill in, each in its own way.
//!
//! Must never read a wire's own fields: the wires do.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::debate::reply::{Citation, Finish};
use crate::debate::response::reasoning;

/// The most that is kept of what was thought, in bytes: it is for people who look into a reply.
const REASONING_BYTES_MAX: usize = 64 * 1024;

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

/// Whether a reply that ended is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Pause {
    /// It is.
    #[default]
    No,
    /// The provider goes on once it is sent back what it said.
    Waiting,
}

/// What has arrived of a reply.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) stage: Stage,
    pub(crate) text: String,
    /// What was thought, in a channel of its own or in the text.
    pub(crate) reasoning: String,
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
    /// Searches of the web that were made.
    pub(crate) searches: u64,
    /// Content as it came, on a wire whose provider may pause and has to be told what it said so far.
    pub(crate) content: Vec<Value>,
    /// What has arrived of the input of a tool that the provider runs itself.
    pub(crate) tool_input: String,
    /// Whether the provider stopped to be asked to go on.
    pub(crate) pause: Pause,
}

impl Draft {
    /// Whether the provider has begun an answer on this wire.
    pub(crate) fn has_begun(&self) -> bool {
        let is_named = self.model.is_some() || self.request_id.is_some();
        is_named || self.usage.is_some() || !self.text.is_empty() || !self.content.is_empty()
    }

    /// Adds text, and returns it for display.
    pub(crate) fn append(&mut self, text: &str) -> Option<String> {
        self.text.push_str(text);
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// Adds what was thought, up to so much as is kept of it.
    pub(crate) fn think(&mut self, thought: &str) {
        let room = REASONING_BYTES_MAX.saturating_sub(self.reasoning.len());
        let end = (0..=room.min(thought.len())).rev().find(|at| thought.is_char_boundary(*at)).unwrap_or(0);
        self.reasoning.push_str(&thought[..end]);
    }

    /// Takes reasoning out of the text, where a server leaves it there.
    pub(crate) fn part_reasoning(&mut self) {
        let parted = reasoning::part(&self.text);
        self.text = parted.answer;
        if !parted.reasoning.is_empty() {
            let between = if self.reasoning.is_empty() { "" } else { "\n" };
            self.think(between);
            self.think(&parted.reasoning);
        }
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

/// Most sources that one reply can bring.
const SOURCES_MAX: usize = 200;

/// Sources in order of appearance, each URL once.
#[derive(Debug, Default)]
pub(crate) struct Sources(Vec<Citation>);

impl Sources {
    /// Adds a source. One without a usable web address is dropped; a known one is completed.
    pub(crate) fn add(&mut self, url: &Value, title: &Value, quote: &Value, standing: Standing) {
        let Some(url) = url.as_str().map(str::trim).filter(|url| is_web_address(url)) else {
            return;
        };
        let (title, quote) = (filled(title), filled(quote));
        self.merge(Citation { url: untracked(url), title, quote, cited: standing == Standing::Cited });
    }

    /// Adds a source that is already in our own form.
    pub(crate) fn merge(&mut self, source: Citation) {
        if let Some(known) = self.0.iter_mut().find(|known| known.url == source.url) {
            known.cited |= source.cited;
            known.title = known.title.take().or(source.title);
            known.quote = known.quote.take().or(source.quote);
        } else if self.0.len() < SOURCES_MAX {
            self.0.push(source);
        }
    }

    pub(crate) fn into_citations(self) -> Vec<Citation> {
        self.0
    }
}

/// The URL without the mark that a provider leaves on links from its citations: it would part what was cited from what was
/// consulted.
fn untracked(url: &str) -> String {
    let (rest, fragment) = url.split_once('#').map_or((url, None), |(rest, fragment)| (rest, Some(fragment)));
    let Some((page, query)) = rest.split_once('?').filter(|(_, query)| query.contains(TRACKING)) else {
        return url.to_owned();
    };
    let kept: Vec<&str> = query.split('&').filter(|part| *part != TRACKING).collect();
    let query = if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) };
    format!("{page}{query}{}", fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default())
}

/// What OpenAI adds to the address of a page that it cites.
const TRACKING: &str = "utm_source=openai";

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
