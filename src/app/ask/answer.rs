//! What personas are asked, and what each of them answered or why it did not.

use crate::app::request::Who;
use crate::debate::agent::Voice;
use crate::debate::log::limits::{LimitKind, Reached};
use crate::debate::reply::{Citation, Fault, Finish};
use crate::debate::text;
use crate::material::Guard;
use crate::store::Taken;

/// Who is to be asked what.
#[derive(Debug, Clone)]
pub struct AskRequest {
    /// Names of the personas, or files.
    pub personas: Vec<String>,
    /// What they are asked.
    pub task: String,
    /// Files, folders, or `-` for standard input; relative to the working folder.
    pub context: Vec<String>,
    /// Material that is at hand as text.
    pub material: Option<String>,
    /// What becomes of what looks like a secret.
    pub guard: Guard,
    /// Who answers.
    pub who: Who,
}

/// What came of asking.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// One for each persona, in the order in which they were named.
    pub answers: Vec<PersonaAnswer>,
    /// What the user should know besides.
    pub warnings: Vec<String>,
}

/// What came of asking one persona.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonaAnswer {
    /// Its name.
    pub persona: String,
    /// Its name for people.
    pub title: String,
    /// Who was asked to play it.
    pub voice: Voice,
    /// Alias of the key it was asked with.
    pub alias: String,
    /// What it said, or why it said nothing.
    pub said: Result<Said, Silence>,
    /// What it took, whether or not there is an answer.
    pub taken: Taken,
}

/// Why a persona said nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Silence {
    /// What happened.
    pub fault: Fault,
    /// What it comes from.
    pub cause: Cause,
}

/// What keeps a persona from an answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cause {
    /// The fault, and nothing else.
    Fault,
    /// A limit on what is asked that left no room for an answer, as it holds all personas together.
    Limit(Reached),
    /// Whoever asked has called it off.
    CalledOff,
}

/// What a persona said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The answer.
    pub text: String,
    /// The model that gave it, as the provider names it.
    pub model: String,
    /// Why it ends.
    pub finish: Finish,
    /// Sources that the provider names.
    pub citations: Vec<Citation>,
    /// What kept it from looking up more, if anything did.
    pub capped: Option<Capped>,
    /// Paths of the reference documents that it was shown, in part or whole.
    pub documents: Vec<String>,
    /// Calls of tools that it made.
    pub tool_calls: u32,
}

impl PersonaAnswer {
    /// The limit that kept it from looking up more, or from answering at all, if one did.
    pub fn capped(&self) -> Option<Capped> {
        match &self.said {
            Ok(said) => said.capped,
            Err(silence) => silence.reached().map(|reached| Capped::Limit(reached.limit)),
        }
    }
}

impl Silence {
    pub(super) fn reached(&self) -> Option<Reached> {
        match self.cause {
            Cause::Limit(reached) => Some(reached),
            Cause::Fault | Cause::CalledOff => None,
        }
    }
}

impl From<Fault> for Silence {
    fn from(fault: Fault) -> Self {
        Self { fault, cause: Cause::Fault }
    }
}

impl Said {
    /// The answer with the pages that it points at, in Markdown.
    pub fn in_words(&self) -> String {
        let cited = self.citations.iter().filter(|citation| citation.cited);
        let unnamed = cited.filter(|citation| !self.text.contains(&citation.url));
        let mut pages: Vec<String> = Vec::new();
        for citation in unnamed {
            let title = citation.title.as_deref().map(text::line).filter(|title| !title.is_empty());
            let page = format!("- {}<{}>", title.map(|title| format!("{title}: ")).unwrap_or_default(), citation.url);
            pages.extend(Some(page).filter(|page| !pages.contains(page)));
        }
        match pages.is_empty() {
            true => self.text.clone(),
            false => format!("{}\n\nSources:\n\n{}", self.text.trim_end(), pages.join("\n")),
        }
    }
}

/// A limit of a persona that was reached before it answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capped {
    /// It had turned to its tools as often as it may.
    ToolRounds,
    /// It had been shown as much of the documents as it may be.
    DocumentBytes,
    /// A limit on what is asked left room for an answer and no more, or not even for that.
    Limit(LimitKind),
}

impl Capped {
    /// The name of the limit, in a persona's file or among the settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::ToolRounds => "tool_rounds",
            Self::DocumentBytes => "document_bytes",
            Self::Limit(LimitKind::Cost) => "max_cost",
            Self::Limit(LimitKind::Tokens) => "max_tokens",
            Self::Limit(LimitKind::Time) => "timeout",
        }
    }
}
