//! What the record's short names mean, in a sentence for people. Shared by the formats that people read at length.

use crate::debate::claims::Status as ClaimStatus;
use crate::debate::log::decision::{Caveat, Kind, Label, Level};
use crate::debate::log::limits::Reached;
use crate::debate::log::options::SortingBasis;
use crate::debate::needs;
use crate::debate::response::{ClaimKind, EvidenceKind};
use crate::debate::text::line;
use crate::export::record::{Question, Record, Status};

/// How strong an agreement is.
pub(crate) fn label(label: Label) -> &'static str {
    match label {
        Label::Unanimous => "every seat, from at least two model families",
        Label::Strong => "at least 80% of the panel, and the ratings agree",
        Label::Majority => "more than half of the panel",
        Label::Plurality => "more than any other option, but not more than half of the panel",
        Label::Split => "a tie for the lead",
        Label::Converged => "the middle half of the numbers lies close to the median",
        Label::Spread => "the numbers lie far apart",
        Label::NoChoice => "enough seats were heard, and too few of them chose",
        Label::NoQuorum => "too few seats were heard",
    }
}

/// What to know about a verdict.
pub(crate) fn caveat(caveat: Caveat) -> &'static str {
    match caveat {
        Caveat::Contested => "weighted by stated confidence, another option would lead",
        Caveat::PressureDependent => {
            "the winner changed since the sealed opening only through changes of mind that named no reason that holds"
        }
        Caveat::SingleFamily => "all who chose are of one model family, so their agreement is no independent evidence",
        Caveat::OneOption => {
            "the opening was sorted under one option though its statements may contradict each other, so nobody could choose another"
        }
        Caveat::RatingsDisagree => "those who hold the winning option rate it harmful, or another one clearly better",
        Caveat::UnconfirmedOptions => {
            "two sortings of the opening statements disagreed or could not be read, so one option may be two, or two be one"
        }
    }
}

/// What to do at a level of agreement.
pub(crate) fn advice(level: Level) -> &'static str {
    match level {
        Level::High => "proceed",
        Level::Medium => "verify before you act on it",
        Level::Low => "ask for more detail before you act on it",
    }
}

/// How a session stands, where that needs saying.
pub(crate) fn status(record: &Record) -> Option<String> {
    let told = match record.status {
        Status::Decided => None,
        Status::Open => Some("This session has not ended. What stands here is what is known so far."),
        Status::Paused => Some("This session is paused. What stands here is what is known so far."),
        Status::Waiting => Some("This session waits for people. What stands here is what is known so far."),
        Status::QuorumLost => Some("Too few seats could be heard, so nothing was decided. Ballots in hand are shown."),
        Status::Stopped => Some("This session was stopped early. The verdict rests on the ballots in hand."),
        Status::LimitReached => Some("The verdict rests on what had been said by then."),
    };
    let limit = record.limit.iter().map(limit);
    let cut = record.cut_short.iter().map(|cut| {
        let (spoke, panel) = (cut.spoke.len(), record.panel.len());
        format!(
            "{spoke} of {panel} had spoken in {}, round {}; the others stand by what they said before.",
            line(&cut.phase),
            cut.round
        )
    });
    let sentences: Vec<String> = limit.chain(told.map(str::to_owned)).chain(cut).collect();
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

/// Which limit was reached, with its numbers.
pub(crate) fn limit(reached: &Reached) -> String {
    format!("The limit on {} was reached: {}.", reached.limit.title(), reached.numbers())
}

/// Why an entry stands in the minority report.
pub(crate) fn dissent(kind: Kind) -> &'static str {
    match kind {
        Kind::Final => "held at the end",
        Kind::LastHeard => "held when last heard, not heard at the end",
        Kind::Abandoned => "held in the sealed opening, left without a reason that holds",
        Kind::Unrebutted => "a claim with evidence that nobody rebutted",
    }
}

/// What became of a claim.
pub(crate) fn claim_status(status: ClaimStatus) -> &'static str {
    match status {
        ClaimStatus::Open => "open",
        ClaimStatus::Accepted => "accepted",
        ClaimStatus::Rebutted => "rebutted",
        ClaimStatus::Conceded => "conceded",
    }
}

/// What became of a need.
pub(crate) fn need(status: needs::Status) -> &'static str {
    match status {
        needs::Status::Awaited => "waited for",
        needs::Status::Supplied => "supplied",
        needs::Status::Unanswered => "unanswered",
    }
}

/// What kind of sentence a claim is.
pub(crate) fn claim_kind(kind: ClaimKind) -> &'static str {
    match kind {
        ClaimKind::Fact => "fact",
        ClaimKind::Inference => "inference",
        ClaimKind::Value => "value",
        ClaimKind::Assumption => "assumption",
    }
}

/// Where evidence comes from.
pub(crate) fn evidence(kind: EvidenceKind) -> &'static str {
    match kind {
        EvidenceKind::Citation => "source",
        EvidenceKind::Calculation => "calculation",
        EvidenceKind::Example => "example",
        EvidenceKind::Material => "supplied material",
    }
}

/// An adjusted Rand index with two digits, never rounded up: 0.798 is below the 0.8 from which two sortings agree.
pub(crate) fn rand(index: f64) -> String {
    let down = (index * 100.0).floor() / 100.0;
    if index >= 0.8 { format!("{index:.2}") } else { format!("{down:.2}") }
}

/// How opening statements were sorted into options, and how far two sortings agreed; `None` where options were given.
pub(crate) fn sorting(question: &Question) -> Option<String> {
    let sorting = question.sorting.as_ref()?;
    let index: String =
        sorting.reliability.iter().map(|index| format!(" (adjusted Rand index {})", rand(*index))).collect();
    let basis = match sorting.basis {
        SortingBasis::TwoPasses => "two sortings in opposite orders agreed",
        SortingBasis::Majority => "what two of three sortings put together stands together",
        SortingBasis::OnePass => "only one sorting could be read",
        SortingBasis::Verbatim if question.options.len() > 1 => {
            "no sorting could be read, so only statements in the same words stand together"
        }
        SortingBasis::Verbatim => "all stated it in the same words",
    };
    Some(format!("found in the opening; {basis}{index}"))
}

#[cfg(test)]
mod tests {
    use super::rand;

    #[test]
    fn an_index_is_not_rounded_up_to_agreement() {
        let rows = [
            (0.798, "0.79"),
            (0.7999, "0.79"),
            (0.8, "0.80"),
            (0.996, "1.00"),
            (1.0, "1.00"),
            (-0.5, "-0.50"),
            (0.0, "0.00"),
        ];
        for (index, told) in rows {
            assert_eq!(rand(index), told);
        }
    }
}
