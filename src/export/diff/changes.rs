//! What a comparison of two decisions is made of.

use serde::Serialize;
use serde_json::Value;

use crate::debate::agent::Seat;
use crate::debate::text::identity;
use crate::export::diff::ballots::{Ballot, Given};
use crate::export::json::inert;

/// The format of a diff as JSON.
pub const SCHEMA: &str = "roundtable.diff/1";

/// What changed from one decision to another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Diff {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The first session.
    pub from: Head,
    /// The second.
    pub to: Head,
    /// How it ended, and what was decided.
    pub outcome: Vec<Change>,
    /// Options, matched by what they say.
    pub options: Found<String>,
    /// Where the seats stand at the end, matched by the agent's name, else by seat; `None` for a seat that only the other
    /// session has.
    pub ballots: Vec<Sides<Option<Ballot>>>,
    /// The minority report, matched by holder and kind.
    pub dissent: Lists<Minority>,
    /// Claims, matched by what they say; they change when their status does.
    pub claims: Lists<Claim>,
    /// Seats, matched by the agent's name, else by seat.
    pub panel: Lists<Member>,
    /// How the debate was set up.
    pub settings: Vec<Change>,
    /// What it took.
    pub usage: Vec<Change>,
}

/// Which session one side is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Head {
    /// Its id.
    pub session: String,
    /// When it began, RFC 3339 in UTC.
    pub opened: String,
    /// What it debated.
    pub topic: String,
}

/// A value that differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// Its name in the record.
    pub name: &'static str,
    /// What it was.
    pub from: Value,
    /// What it is.
    pub to: Value,
}

/// Something in both sessions that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sides<T> {
    /// As it was.
    pub from: T,
    /// As it is.
    pub to: T,
}

/// What is only in one of the sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found<T> {
    /// Only in the second.
    pub added: Vec<T>,
    /// Only in the first.
    pub removed: Vec<T>,
}

/// What is only in one of the sessions, or differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lists<T> {
    /// Only in the second.
    pub added: Vec<T>,
    /// Only in the first.
    pub removed: Vec<T>,
    /// In both.
    pub changed: Vec<Sides<T>>,
}

/// A claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Claim {
    /// Who made it.
    pub name: String,
    /// What it says.
    pub text: String,
    /// What became of it.
    pub status: String,
}

/// An entry of the minority report, or an objection that its holder calls blocking.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Minority {
    /// Who holds it.
    pub name: String,
    /// Why it stands there: as in the record, or `blocking`.
    pub kind: String,
    /// What its option says.
    pub option: Option<String>,
    /// The number it gives instead, where a number is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimate: Option<Given>,
    /// The case in the holder's own words.
    pub words: String,
    /// What the holder says would change its mind.
    pub would_settle: Vec<String>,
}

/// An agent of the panel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Member {
    /// Its place.
    pub seat: Seat,
    /// Its name on the panel.
    pub name: String,
    /// What its persona cares about.
    #[serde(rename = "trait")]
    pub character: String,
    /// Its provider.
    pub provider: String,
    /// Its model.
    pub model: String,
}

impl Diff {
    /// The parts in which something differs, in words; none when nothing does.
    pub fn parts(&self) -> Vec<&'static str> {
        let parts = [
            ("outcome", self.outcome.is_empty()),
            ("options", self.options.added.is_empty() && self.options.removed.is_empty()),
            ("ballots", self.ballots.is_empty()),
            ("dissent", self.dissent.is_empty()),
            ("claims", self.claims.is_empty()),
            ("panel", self.panel.is_empty()),
            ("settings", self.settings.is_empty()),
            ("usage", self.usage.is_empty()),
        ];
        parts.into_iter().filter(|(_, is_empty)| !is_empty).map(|(part, _)| part).collect()
    }

    /// Whether both sessions debate the same question.
    pub fn is_of_one_question(&self) -> bool {
        identity(&self.from.topic) == identity(&self.to.topic)
    }
}

impl<T> Lists<T> {
    fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}

/// Renders a diff as JSON, indented.
pub fn json(diff: &Diff) -> String {
    let json = serde_json::to_string_pretty(diff).expect("a diff holds no map with keys that are not text");
    inert(&json) + "\n"
}
