//! Views: one side of a session each, over its log alone, as text, Markdown or JSON.
//!
//! Must never ask a model, read a clock, or add anything that is not in the log.

pub mod agents;
pub mod ballots;
pub mod citations;
pub mod claims;
pub mod costs;
pub mod events;
pub mod needs;
pub mod page;
pub mod prompts;
pub mod rounds;
pub mod said;
pub mod scope;
pub mod thoughts;

use serde::Serialize;

use crate::debate::event::Logged;
use crate::debate::fold::HistoryError;
use crate::debate::history::History;
use crate::debate::person;
use crate::debate::text::{clip, shown};
use crate::export::views::page::Block;
use crate::export::views::scope::{Narrowing, Scope, ScopeError};
use crate::export::{json, record};

/// Longest topic in a view's title, in characters.
const TOPIC_CHARS_MAX: usize = 100;

/// One side of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Round by round: who said what, the tally, what moved, why it ended.
    Rounds,
    /// Agent by agent: the path through the rounds.
    Agents,
    /// The reasoning behind what was said.
    Thoughts,
    /// The claim ledger.
    Claims,
    /// The facts that agents needed from outside.
    Needs,
    /// The sources that providers named.
    Citations,
    /// The ratings of every round that took stances.
    Ballots,
    /// Calls, tokens and money.
    Costs,
    /// What was sent, rebuilt from the log.
    Prompts,
    /// The log itself.
    Events,
}

/// How a view is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// For a terminal.
    Text {
        /// Cells in a line, which tables keep to; `None` where nothing limits them. Other lines are left whole.
        columns: Option<usize>,
    },
    /// For a pull request.
    Markdown,
    /// For programs.
    Json,
}

/// Why a view cannot be drawn.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// The log is no session.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// What it is to be narrowed to is not there.
    #[error(transparent)]
    Scope(#[from] ScopeError),
    /// It would tell a person who has yet to speak what the others said.
    #[error("what the others said stays sealed until the person whose turn it is has spoken")]
    Sealed,
}

/// A view as a program reads it.
#[derive(Serialize)]
struct Document<'a, V: Serialize> {
    schema: String,
    session: String,
    note: Option<&'static str>,
    #[serde(flatten)]
    view: &'a V,
}

impl View {
    /// Every view.
    pub const ALL: [Self; 10] = [
        Self::Rounds,
        Self::Agents,
        Self::Thoughts,
        Self::Claims,
        Self::Needs,
        Self::Citations,
        Self::Ballots,
        Self::Costs,
        Self::Prompts,
        Self::Events,
    ];

    /// The keys of the view as JSON beside those that all have: those that it always has, and those that it may have.
    pub fn keys(self) -> (&'static [&'static str], &'static [&'static str]) {
        match self {
            Self::Rounds => (&["rounds"], &[]),
            Self::Agents => (&["agents"], &[]),
            Self::Thoughts => (&["thoughts"], &[]),
            Self::Claims => (&["claims"], &[]),
            Self::Needs => (&["needs"], &[]),
            Self::Citations => (&["cited", "consulted"], &[]),
            Self::Ballots => (&["options", "rounds"], &[]),
            Self::Costs => {
                (&["total", "unpriced_calls", "priced_usd", "by_seat", "by_round", "by_purpose"], &["inherited"])
            }
            Self::Prompts => (&["mismatches", "prompts"], &[]),
            Self::Events => (&["events"], &[]),
        }
    }

    /// The name of its format as JSON.
    pub fn schema(self) -> String {
        format!("roundtable.view.{}/1", self.name())
    }

    /// The view's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rounds => "rounds",
            Self::Agents => "agents",
            Self::Thoughts => "thoughts",
            Self::Claims => "claims",
            Self::Needs => "needs",
            Self::Citations => "citations",
            Self::Ballots => "ballots",
            Self::Costs => "costs",
            Self::Prompts => "prompts",
            Self::Events => "events",
        }
    }

    /// Whether it tells the words or the choices of turns that may be sealed; the others leave these out.
    fn tells_what_was_said(self) -> bool {
        match self {
            Self::Rounds | Self::Agents | Self::Thoughts | Self::Ballots | Self::Events => true,
            Self::Claims | Self::Needs | Self::Citations | Self::Costs | Self::Prompts => false,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Rounds => "Rounds",
            Self::Agents => "Agents",
            Self::Thoughts => "Thoughts",
            Self::Claims => "Claims",
            Self::Needs => "Needs",
            Self::Citations => "Citations",
            Self::Ballots => "Ballots",
            Self::Costs => "Costs",
            Self::Prompts => "Prompts",
            Self::Events => "Events",
        }
    }
}

/// Draws a view of a session. Ends with a line feed; the same log gives the same bytes.
///
/// # Errors
/// The log cannot be folded, or has no such round or agent. [`ViewError::Sealed`] when the view tells what a person,
/// who is still to vote, may not see.
pub fn render(log: &[Logged], view: View, narrowing: &Narrowing, layout: Layout) -> Result<String, ViewError> {
    let history = History::replay(log)?;
    if view.tells_what_was_said() && !person::sealed(&history).is_empty() {
        return Err(ViewError::Sealed);
    }
    let scope = Scope::new(&history, narrowing)?;
    Ok(match view {
        View::Rounds => lay_out(&scope, view, &rounds::view(&scope), rounds::page, layout),
        View::Agents => lay_out(&scope, view, &agents::view(&scope), agents::page, layout),
        View::Thoughts => lay_out(&scope, view, &thoughts::view(&scope), thoughts::page, layout),
        View::Claims => lay_out(&scope, view, &claims::view(&scope), claims::page, layout),
        View::Needs => lay_out(&scope, view, &needs::view(&scope), needs::page, layout),
        View::Citations => lay_out(&scope, view, &citations::view(&scope), citations::page, layout),
        View::Ballots => lay_out(&scope, view, &ballots::view(&scope), ballots::page, layout),
        View::Costs => lay_out(&scope, view, &costs::view(&scope), costs::page, layout),
        View::Prompts => lay_out(&scope, view, &prompts::view(&scope, log)?, prompts::page, layout),
        View::Events => lay_out(&scope, view, &events::view(&scope, log), events::page, layout),
    })
}

fn lay_out<V: Serialize>(
    scope: &Scope<'_>,
    view: View,
    content: &V,
    page: impl Fn(&V) -> Vec<Block>,
    layout: Layout,
) -> String {
    let session = scope.history.setup.session;
    let note = record::note(scope.history);
    let mut head = vec![format!("{}: {}", view.title(), clip(&scope.history.setup.question.topic, TOPIC_CHARS_MAX))];
    head.extend(note.map(str::to_owned));
    head.extend(scope.narrowed());
    let foot = format!("session {session}");
    match layout {
        Layout::Text { columns } => shown(&page::text(&head, &page(content), &foot, columns)),
        Layout::Markdown => shown(&page::markdown(&head, &page(content), &foot)),
        Layout::Json => {
            let document = Document { schema: view.schema(), session: session.to_string(), note, view: content };
            let json = serde_json::to_string_pretty(&document)
                .expect("a view holds no map with keys that are not text, and no number that JSON lacks");
            json::inert(&json) + "\n"
        }
    }
}
