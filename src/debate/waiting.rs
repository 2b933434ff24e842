//! What a debate waits for, and what it was answered.

use crate::debate::event::Fact;
use crate::debate::log::ids::TurnId;
use crate::debate::response::NeedId;

/// What a session waits for from people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Waiting {
    /// Facts.
    Facts(Vec<NeedId>),
    /// Turns.
    Turns(Vec<TurnId>),
}

/// Facts that a session waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Awaited {
    /// How many rounds had been closed.
    pub after: usize,
    /// Which.
    pub needs: Vec<NeedId>,
}

/// What came of a wait for facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    /// Place of the event that tells it.
    pub seq: u64,
    /// How many rounds had been closed.
    pub after: usize,
    /// What was supplied.
    pub facts: Vec<Fact>,
    /// What stays unanswered.
    pub unanswered: Vec<NeedId>,
}

impl Answers {
    /// What came of a wait, by the event at `seq` and after so many closed rounds.
    pub(crate) fn to(waited: Option<Waiting>, seq: u64, after: usize, facts: Vec<Fact>) -> Self {
        let is_supplied = |need: &NeedId| facts.iter().any(|fact| fact.need.as_ref() == Some(need));
        let unanswered = match waited {
            Some(Waiting::Facts(needs)) => needs.into_iter().filter(|need| !is_supplied(need)).collect(),
            Some(Waiting::Turns(_)) | None => Vec::new(),
        };
        Self { seq, after, facts, unanswered }
    }
}
