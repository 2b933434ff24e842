//! How many seats must be heard, and how many choose.

use crate::debate::history::History;
use crate::debate::log::decision::Label;
use crate::debate::log::setup::quorum;
use crate::debate::rules::Rule;

/// How many seats an outcome needs, and what they must have done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quorum {
    seats: u32,
    rule: QuorumRule,
}

/// What a quorum counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum QuorumRule {
    /// Who was heard, abstaining included; fewer who chose are no choice.
    Heard,
    /// Who chose: the rule up to format 4 of the log.
    Chose,
}

/// How many seats were heard, and how many of those chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Attendance {
    pub(crate) heard: u32,
    pub(crate) chose: u32,
}

impl Quorum {
    /// The quorum of a session, by the rules of its log.
    pub(crate) fn of(history: &History) -> Self {
        let rule = match Rule::HeardIsNotChosen.holds_in(history.setup.format) {
            true => QuorumRule::Heard,
            false => QuorumRule::Chose,
        };
        Self { seats: history.setup.limits.quorum, rule }
    }

    /// The quorum of a smaller panel, never more than this one.
    pub(crate) fn of_panel(self, panel: u32) -> Self {
        Self { seats: self.seats.min(quorum(panel)), ..self }
    }

    /// The label of a panel that falls short of it; `None` when enough chose.
    pub(crate) fn missed_by(self, found: Attendance) -> Option<Label> {
        match self.rule {
            QuorumRule::Heard if found.heard < self.seats => Some(Label::NoQuorum),
            QuorumRule::Heard => (found.chose < self.seats).then_some(Label::NoChoice),
            QuorumRule::Chose => (found.chose < self.seats).then_some(Label::NoQuorum),
        }
    }
}
