//! Why a panel that was heard chose nothing: the reasons of the seats that abstain at the end, in their own words.

use crate::debate::log::decision::{Kind, Label};
use crate::debate::text::line;
use crate::export::record::Record;

/// The seats that abstain where too few chose, a line for each reason they give; empty for any other verdict.
pub fn reasons(record: &Record) -> Vec<String> {
    let chose_nothing = record.decision.as_ref().is_some_and(|decision| decision.label == Label::NoChoice);
    let mut given: Vec<(String, Vec<String>)> = Vec::new();
    let abstain = record.dissent.iter().filter(|dissent| dissent.kind == Kind::Final && dissent.position().is_none());
    for dissent in abstain.filter(|_| chose_nothing) {
        let (name, reason) = (line(record.name(dissent.seat)), line(&dissent.words));
        match given.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, names)) => names.push(name),
            None => given.push((reason, vec![name])),
        }
    }
    let told = |(reason, names): (String, Vec<String>)| match (reason.is_empty(), names.len()) {
        (true, 1) => format!("{} abstains without a reason", names.join(", ")),
        (true, _) => format!("{} abstain without a reason", names.join(", ")),
        (false, 1) => format!("{} abstains: {reason}", names.join(", ")),
        (false, _) => format!("{} abstain: {reason}", names.join(", ")),
    };
    given.into_iter().map(told).collect()
}

/// The seats that abstain at the end among all of the panel: "2 of 4".
pub fn share(record: &Record) -> String {
    let panel = record.panel.len();
    let estimates = record.decision.as_ref().and_then(|decision| decision.estimate.as_ref()?.last.as_ref());
    let abstained = record.last.as_ref().map(|last| last.abstained).or(estimates.map(|last| last.abstained));
    format!("{} of {panel}", abstained.unwrap_or(0))
}
