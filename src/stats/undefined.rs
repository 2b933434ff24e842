//! Why a number does not exist. Undefined is said, with its reason; it is never 0, 1 or NaN.

/// Why a statistic is undefined for the data at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Undefined {
    /// The agreement of one of the two rounds is undefined itself.
    AgreementMissing,
    /// Every rater gave all items the same score.
    AllTied,
    /// A round has no median confidence.
    ConfidenceMissing,
    /// Four values, or fewer, are better shown than summed up.
    FewerThanFiveValues,
    /// Fewer than two items were scored by every rater.
    FewerThanTwoItems,
    /// There are not two rounds to compare.
    FewerThanTwoRounds,
    /// One value, or none, shows no spread.
    FewerThanTwoValues,
    /// No unit has two ratings.
    InsufficientPairs,
    /// The median, by which to divide, is 0.
    MedianIsZero,
    /// There are no trials.
    NIsZero,
    /// There are no claims to take a share of.
    NoClaims,
    /// Nobody took part both before and after.
    NoComparable,
    /// Nobody changed.
    NoFlips,
    /// Nobody was in the minority.
    NoMinority,
    /// No option alone had the most votes.
    NoPlurality,
    /// Nobody answered.
    NoRespondents,
    /// Nobody chose an option.
    NoValidVotes,
    /// There are no values.
    NoValues,
    /// All pairable ratings are equal.
    NoVariation,
    /// None of the parts could be evaluated.
    NothingEvaluable,
    /// The numbers are outside of what the formula takes, or too large or too close to compute with.
    OutOfRange,
    /// The scale has fewer than three points.
    ScaleTooShort,
    /// There is one option, or none, to choose from.
    SingleOption,
    /// There is one rater, or none.
    SingleRater,
    /// All weights are 0.
    ZeroTotalWeight,
}

impl Undefined {
    /// Returns the reason in words joined by underscores, as the public test vectors write it. Stable across versions.
    pub fn reason(self) -> &'static str {
        match self {
            Self::AgreementMissing => "agreement_missing",
            Self::AllTied => "all_tied",
            Self::ConfidenceMissing => "confidence_missing",
            Self::FewerThanFiveValues => "fewer_than_five_values",
            Self::FewerThanTwoItems => "fewer_than_two_items",
            Self::FewerThanTwoRounds => "fewer_than_two_rounds",
            Self::FewerThanTwoValues => "fewer_than_two_values",
            Self::InsufficientPairs => "insufficient_pairs",
            Self::MedianIsZero => "median_is_zero",
            Self::NIsZero => "n_is_zero",
            Self::NoClaims => "no_claims",
            Self::NoComparable => "no_comparable",
            Self::NoFlips => "no_flips",
            Self::NoMinority => "no_minority",
            Self::NoPlurality => "no_plurality",
            Self::NoRespondents => "no_respondents",
            Self::NoValidVotes => "no_valid_votes",
            Self::NoValues => "no_values",
            Self::NoVariation => "no_variation",
            Self::NothingEvaluable => "nothing_evaluable",
            Self::OutOfRange => "out_of_range",
            Self::ScaleTooShort => "scale_too_short",
            Self::SingleOption => "single_option",
            Self::SingleRater => "single_rater",
            Self::ZeroTotalWeight => "zero_total_weight",
        }
    }
}

/// Passes a finite number on; NaN and infinity are out of range.
pub(crate) fn finite(number: f64) -> Result<f64, Undefined> {
    if number.is_finite() { Ok(number) } else { Err(Undefined::OutOfRange) }
}
