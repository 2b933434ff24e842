//! Signs that a panel came to agree without reasons. Transparent rules of thumb: no study has calibrated the thresholds.

use crate::stats::sum::{count, share};
use crate::stats::undefined::Undefined;

/// What a round and the one before it came to. To be shown beside the flags.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Course {
    /// Van der Eijk's agreement before, -1 to 1; `None` where undefined.
    pub agreement_before: Option<f64>,
    /// Van der Eijk's agreement now, -1 to 1; `None` where undefined.
    pub agreement_now: Option<f64>,
    /// Pieces of evidence that are new in this round.
    pub new_evidence: u32,
    /// Claims that are new in this round.
    pub new_claims: u32,
    /// Participants who answered.
    pub n_respondents: u32,
    /// Median confidence before, 0 to 1; `None` where none was stated.
    pub confidence_before: Option<f64>,
    /// Median confidence now, 0 to 1; `None` where none was stated.
    pub confidence_now: Option<f64>,
    /// Changes of option to that of the previous plurality.
    pub flips_to_plurality: u32,
    /// Of those, the ones without a cited cause.
    pub uncited_to_plurality: u32,
    /// Participants, or positions, in the minority before.
    pub minority_before: u32,
    /// Participants, or positions, in the minority now.
    pub minority_now: u32,
    /// Claims of that minority that were rebutted or conceded.
    pub minority_claims_answered: u32,
    /// Whether all agreed in the sealed opening.
    pub is_sealed_unanimous: bool,
    /// Model families on the panel.
    pub n_families: u32,
}

/// The flags of a round. Each is undefined where its rule cannot be evaluated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroupthinkFlags {
    /// Agreement rose by 0.15 or more with less than one new piece of evidence for three respondents;
    /// [`Undefined::AgreementMissing`] when that of a round is undefined.
    pub agreement_without_evidence: Result<bool, Undefined>,
    /// Median confidence rose by 0.05 or more without a new claim or evidence; [`Undefined::ConfidenceMissing`] when
    /// that of a round is.
    pub confidence_without_claims: Result<bool, Undefined>,
    /// Half or more of the changes to the plurality's option cite no cause; [`Undefined::NoFlips`] without such a change.
    pub uncited_conformity: Result<bool, Undefined>,
    /// The minority is gone, and none of its claims was answered; [`Undefined::NoMinority`] when there was none.
    pub minority_extinguished: Result<bool, Undefined>,
    /// All agreed in the sealed opening, and all are of one family; [`Undefined::NoRespondents`] when nobody answered.
    pub homogeneous_unanimity: Result<bool, Undefined>,
}

/// How grave the flags are together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// None could be evaluated.
    Unknown,
    /// None fired.
    Low,
    /// One fired.
    Elevated,
    /// Two or more fired.
    High,
}

/// Rise of agreement from which evidence is asked for.
const AGREEMENT_RISE: f64 = 0.15;
/// Rise of median confidence from which a claim or evidence is asked for.
const CONFIDENCE_RISE: f64 = 0.05;
/// Respondents for whom one new piece of evidence is enough.
const RESPONDENTS_PER_EVIDENCE: u64 = 3;

/// Evaluates the flags of a round.
///
/// Source: our definition, in the conventions of the test vectors.
pub fn groupthink_flags(course: &Course) -> GroupthinkFlags {
    let has_little_evidence =
        u64::from(course.new_evidence) * RESPONDENTS_PER_EVIDENCE < u64::from(course.n_respondents);
    let has_nothing_new = course.new_claims == 0 && course.new_evidence == 0;
    let is_mostly_uncited = u64::from(course.uncited_to_plurality) * 2 >= u64::from(course.flips_to_plurality);
    let is_gone_unanswered = course.minority_now == 0 && course.minority_claims_answered == 0;
    let is_of_one_kind = course.is_sealed_unanimous && course.n_families == 1;
    GroupthinkFlags {
        agreement_without_evidence: has_risen(course.agreement_before, course.agreement_now, AGREEMENT_RISE)
            .map(|rose| rose && has_little_evidence)
            .ok_or(Undefined::AgreementMissing),
        confidence_without_claims: has_risen(course.confidence_before, course.confidence_now, CONFIDENCE_RISE)
            .map(|rose| rose && has_nothing_new)
            .ok_or(Undefined::ConfidenceMissing),
        uncited_conformity: given(course.flips_to_plurality, is_mostly_uncited).ok_or(Undefined::NoFlips),
        minority_extinguished: given(course.minority_before, is_gone_unanswered).ok_or(Undefined::NoMinority),
        homogeneous_unanimity: given(course.n_respondents, is_of_one_kind).ok_or(Undefined::NoRespondents),
    }
}

impl GroupthinkFlags {
    /// Returns the flags in the order of the fields.
    pub fn all(&self) -> [Result<bool, Undefined>; 5] {
        [
            self.agreement_without_evidence,
            self.confidence_without_claims,
            self.uncited_conformity,
            self.minority_extinguished,
            self.homogeneous_unanimity,
        ]
    }

    /// Returns how many flags fired, 0 to 5.
    pub fn fired(&self) -> u32 {
        count(self.all().iter().filter(|flag| **flag == Ok(true)).count())
    }

    /// Returns how many flags could be evaluated, 0 to 5.
    pub fn evaluable(&self) -> u32 {
        count(self.all().iter().filter(|flag| flag.is_ok()).count())
    }

    /// Returns the share of flags that fired among those that could be evaluated, 0 to 1.
    ///
    /// # Errors
    /// [`Undefined::NothingEvaluable`] when no flag could be evaluated.
    pub fn score(&self) -> Result<f64, Undefined> {
        share(self.fired(), self.evaluable()).ok_or(Undefined::NothingEvaluable)
    }

    /// Returns how grave the flags are together.
    pub fn level(&self) -> Level {
        match (self.evaluable(), self.fired()) {
            (0, _) => Level::Unknown,
            (_, 0) => Level::Low,
            (_, 1) => Level::Elevated,
            _ => Level::High,
        }
    }
}

/// Whether a number rose by at least `rise`; `None` when one of the two is missing or not finite.
fn has_risen(before: Option<f64>, now: Option<f64>, rise: f64) -> Option<bool> {
    let (before, now) = (before.filter(|n| n.is_finite())?, now.filter(|n| n.is_finite())?);
    // From 0.80 to 0.95 is a rise of 0.15, though the difference of the two falls short by a rounding error.
    Some(now - before >= rise - 1e-9)
}

/// Passes `flag` on if there is anything to judge.
fn given(n: u32, flag: bool) -> Option<bool> {
    (n > 0).then_some(flag)
}
