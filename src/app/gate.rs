//! The gate: from what was asked for to its terms, and from a verdict that does not meet them to a failure.

use crate::app::Who;
use crate::config;
use crate::debate::gate::{Condition, GateTerms};
use crate::debate::history::History;
use crate::debate::mode::Mode;
use crate::debate::question::{OptionId, Question};
use crate::debate::text::folded;
use crate::error::Failure;

/// What a decision is asked to meet. Nothing by default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GateRequest {
    /// The least share of the panel behind the winning option, 0 to 1, as it was written.
    pub min_agreement: Option<String>,
    /// The option that must win: its text, or its id.
    pub expect: Option<String>,
    /// Whether an objection that its holder calls blocking closes the gate.
    pub no_blocking_dissent: bool,
}

impl GateRequest {
    /// The flags that ask for something, in words.
    fn flags(&self) -> String {
        let flags = [
            ("--min-agreement", self.min_agreement.is_some()),
            ("--expect", self.expect.is_some()),
            ("--no-blocking-dissent", self.no_blocking_dissent),
        ];
        let given: Vec<&str> = flags.into_iter().filter(|(_, is_given)| *is_given).map(|(flag, _)| flag).collect();
        given.join(" and ")
    }
}

/// Checks what was asked for; `None` when nothing was.
pub(super) fn terms(
    request: &GateRequest,
    question: &Question,
    mode: &Mode,
    who: Who,
) -> Result<Option<GateTerms>, Failure> {
    if *request == GateRequest::default() {
        return Ok(None);
    }
    if question.estimate.is_some() {
        return Err(Failure::usage(format!("{} needs options, and --estimate asks for a number", request.flags()))
            .with_hint("leave out --estimate, or the gate"));
    }
    let terms = GateTerms {
        min_agreement: request.min_agreement.as_deref().map(share).transpose()?,
        expect: request.expect.as_deref().map(|wanted| expected(wanted, question)).transpose()?,
        no_blocking_dissent: request.no_blocking_dissent,
    };
    if terms.no_blocking_dissent && !mode.has_ballots() {
        return Err(Failure::usage(format!(
            "--no-blocking-dissent needs ballots, in which objections are raised; mode {} takes none",
            mode.mode
        ))
        .with_hint("choose a mode with ballots, such as vote, adversarial or devils-advocate"));
    }
    match who {
        Who::Providers => Ok(Some(terms)),
        // A script that forgot the flag would pass without a single model having been asked.
        Who::Rehearsal(_) => {
            Err(Failure::usage(format!("{} cannot be met by a rehearsal, in which no model is asked", request.flags()))
                .with_hint("leave out --rehearse, or the gate"))
        }
    }
}

fn share(given: &str) -> Result<f64, Failure> {
    config::share(given.trim())
        .ok_or_else(|| Failure::usage(format!("--min-agreement is `{given}`; {}", config::SHARE_NEEDED)))
}

/// The option that `wanted` names, by its text before its id.
fn expected(wanted: &str, question: &Question) -> Result<OptionId, Failure> {
    if question.is_open() {
        return Err(Failure::usage(format!("--expect is `{wanted}`, and there are no options to choose from"))
            .with_hint("give them with --option or --yes-no"));
    }
    let options = &question.options;
    let by_text = options.iter().find(|choice| folded(&choice.text) == folded(wanted));
    let found = by_text.or_else(|| options.iter().find(|choice| choice.id.0 == wanted.trim()));
    found.map(|choice| choice.id.clone()).ok_or_else(|| {
        let known: Vec<String> = options.iter().map(|choice| format!("`{}` ({})", choice.text, choice.id)).collect();
        Failure::usage(format!("--expect is `{wanted}`, which is none of the options"))
            .with_hint(format!("expect one of {}", known.join(", ")))
    })
}

/// The failure of a decision that does not meet the terms of its session; `None` when it does, or there are none.
pub(super) fn failure(history: &History) -> Option<Failure> {
    let gate = history.decision.as_ref()?.gate.as_ref().filter(|gate| !gate.holds)?;
    let unmet: Vec<String> = gate.unmet().map(Condition::to_string).collect();
    let failure = Failure::gate(format!("decided, but the gate does not hold: {}", unmet.join("; ")));
    let session = history.setup.session;
    Some(failure.with_hint(format!("`roundtable show {session}` prints who dissents and why; its gate stays as it is")))
}
