//! The rules that each format of the log brought. A log keeps the rules that it was written under, so that replaying it gives
//! what it gave.

use crate::debate::text;

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
    /// A decision on options whose sortings were not confirmed carries a caveat.
    SortingCaveat,
    /// A name that could pass for an order is quoted in front of what its holder said.
    QuotedNames,
    /// A debate that is cut short within a round is decided on what the seats have said in it, too.
    BallotsInHand,
    /// A limit that is reached tells what was spent apart from what is only set aside.
    SetAside,
    /// A reply is read as people would read it: decoration does not matter, and no side field costs a vote.
    RepliesAsMeant,
    /// Forms ask for whole percents, for the vote before everything else and for nothing that could not be filled; short ones
    /// where a seat is small or a reply was cut off.
    SmallerForms,
    /// Options, claims, needs and names are the same where people read them so, and no two options are shown alike.
    ReadAlike,
    /// A name is taken out of what its holder said only where the holder means itself.
    NamesAreRoles,
    /// Who abstains is heard: a panel that was heard and of which too few chose has decided nothing, and lost nobody.
    HeardIsNotChosen,
    /// Ratings that contradict the votes for the winner are a caveat, and lower the level.
    RatingsCaveat,
    /// Sortings say which statements under one option contradict each other; where the only option found holds such, that is
    /// a caveat, and closes a gate.
    OneOptionCaveat,
    /// What others wrote is quoted as people see it: nothing is hidden in it, and every line that a reader sees is marked.
    QuotedAsSeen,
}

impl Rule {
    /// Whether it holds in a log of this format.
    pub fn holds_in(self, format: u32) -> bool {
        let since = match self {
            Self::WholeEvents => 2,
            Self::StrictReplies | Self::LastHeard | Self::SortingCaveat | Self::QuotedNames | Self::BallotsInHand => 3,
            Self::SetAside => 4,
            Self::RepliesAsMeant => 5,
            Self::SmallerForms => 5,
            Self::ReadAlike | Self::NamesAreRoles => 5,
            Self::HeardIsNotChosen | Self::RatingsCaveat | Self::OneOptionCaveat | Self::QuotedAsSeen => 5,
        };
        format >= since
    }
}

/// Returns the form that options, claims, needs and names share which are one and the same in a log of this format.
pub fn identity(format: u32, words: &str) -> String {
    if Rule::ReadAlike.holds_in(format) { text::identity(words) } else { text::folded(words) }
}
