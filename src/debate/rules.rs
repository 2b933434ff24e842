//! The rules that each format of the log brought. A log keeps the rules that it was written under, so that replaying it gives
//! what it gave.

/// A rule that a later format than the first brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Every field of a computed event is recorded, so that one that is missing differs.
    WholeEvents,
    /// A reply that gives a key twice, or a number too small to be told from 0, is not read; words such as "none" are no
    /// objection.
    StrictReplies,
    /// Who could not be heard at the end keeps its last stance in the minority report, and its objection.
    LastHeard,
    /// A winner among options whose sortings were not confirmed carries a caveat.
    SortingCaveat,
}

impl Rule {
    /// Whether it holds in a log of this format.
    pub fn holds_in(self, format: u32) -> bool {
        let since = match self {
            Self::WholeEvents => 2,
            Self::StrictReplies | Self::LastHeard | Self::SortingCaveat => 3,
        };
        format >= since
    }
}
