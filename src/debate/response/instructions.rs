//! The forms in words, field by field, for the shared part of every prompt. Holds no JSON that could be read as a response.

use crate::debate::mode::Form;
use crate::debate::response::contract::{Needs, Objections};

/// What a debate asks for beyond the forms of its mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asks {
    /// Facts from outside.
    pub needs: Needs,
    /// Objections that forbid an option.
    pub objections: Objections,
    /// Options, or a number.
    pub answer: Answer,
}

/// What answers the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// One of several options.
    Option,
    /// A number.
    Number,
}

/// Words the forms of which some seat is asked for every field.
pub fn whole(forms: &[Form], asks: Asks) -> String {
    let objections = |asked| if asked { format!("\n{BLOCKING}") } else { String::new() };
    let described = forms.iter().map(|form| match form {
        Form::Position => {
            let refers = match asks.answer {
                Answer::Option => "supports (option ids) and rebuts (claim ids)",
                Answer::Number => "rebuts (claim ids)",
            };
            let needs = if asks.needs == Needs::Asked { format!("\n{NEEDS}") } else { String::new() };
            format!(
                "Form position:\n{REASONING}\n{STATEMENT}{}\n{CONFIDENCE}\n{CLAIMS} {refers}.\n{CONCESSIONS}\n{WOULD_CHANGE}{needs}",
                objections(asks.objections == Objections::Asked),
            )
        }
        Form::Questions => QUESTIONS.to_owned(),
        Form::Ballot => {
            format!("{SEALED}\n{BECAUSE}\n{STATEMENT}{}\n{CONFIDENCE}", objections(asks.answer == Answer::Option))
        }
    });
    let stance = match asks.answer {
        Answer::Option => VOTE,
        Answer::Number => NUMBER,
    };
    described.chain([stance.to_owned()]).collect::<Vec<_>>().join("\n")
}

/// Words the forms where every seat is asked for the compact ones.
pub fn compact(forms: &[Form], asks: Asks) -> String {
    let objections = if asks.objections == Objections::Asked { format!("\n{BLOCKING}") } else { String::new() };
    let described = forms.iter().map(|form| match form {
        Form::Position => format!("Form position:\n{SHORT_REASONING}\n{STATEMENT}{objections}\n{CONFIDENCE}"),
        Form::Questions => SHORT_QUESTION.to_owned(),
        Form::Ballot => format!("{SEALED}\n{BECAUSE}\n{STATEMENT}{objections}\n{CONFIDENCE}"),
    });
    let stance = match asks.answer {
        Answer::Option => SHORT_VOTE,
        Answer::Number => SHORT_NUMBER,
    };
    described.chain([stance.to_owned()]).collect::<Vec<_>>().join("\n")
}

const REASONING: &str = "\
- reasoning: how you reach your position, in at most 200 words. Kept for the record; the others see your claims instead.";
const SHORT_REASONING: &str = "- reasoning: how you reach your position, in at most 60 words.";
const BECAUSE: &str = "- because: the reason in at most 60 words.";
const STATEMENT: &str = "- statement: your position in at most 40 words.";
const BLOCKING: &str = "\
- blocking: true if something forbids the leading option whatever its support, otherwise false.
- blocking_objection: what forbids it, or null.";
const CONFIDENCE: &str = "\
- confidence: a whole number from 0 to 100, in steps of 5: the chance in percent that this position survives an informed review.";
const CLAIMS: &str = "\
- claims: new claims only, at most 6, each with text (one sentence), kind (fact, inference, value or assumption), evidence (a list of type: citation, \
calculation, example or material; ref: where it can be found; quote: the words relied on, or empty) and, once there are any,";
const CONCESSIONS: &str = "\
- concessions: claims of others that you now accept, or of your own that you give up: claim (its id) and consequence (what follows for your position).";
const WOULD_CHANGE: &str = "- would_change_my_mind: observations that would, concrete enough to check.";
const SEALED: &str = "Form ballot (sealed: nobody sees it before all are in):";
const SHORT_QUESTION: &str = "\
Form questions:
- questions: one, with kind (clarify, assumption, evidence, counterexample or implication) and text.";

const VOTE: &str = "\
Further fields, in the requests that list them:
- option: the id of the option you hold, or null to abstain.
- abstain_reason: null, or why you abstain.
- ratings: every option from -2 (harmful) over 0 (neutral) to 2 (clearly right), by option id.
- change: null if you hold what you held before; otherwise because (what was decisive) and decisive_claims (the ids of the claims that were).
- opening_was: null if your opening statement was counted for the right option; otherwise the id of the right one.";
const SHORT_VOTE: &str = "\
Further field, in the requests that list it:
- option: the id of the option you hold, or null to abstain; then your statement says why.";
const SHORT_NUMBER: &str = "\
Further field, in the requests that list it:
- estimate: low, high and value, plain numbers in the unit of the question, or null to abstain; then your statement says why. The true number should lie \
between low and high four times out of five; value is your best single number and lies between them.";
/// As formats 1 to 4 of the log word it too.
const NUMBER: &str = STANCE_ESTIMATE;

/// Words the forms as formats 1 to 4 of the log do.
pub fn former(forms: &[Form], asks: Asks) -> String {
    match asks.answer {
        Answer::Option => describe(forms, asks.needs, asks.objections),
        Answer::Number => describe_estimate(forms, asks.needs),
    }
}

fn describe(forms: &[Form], needs: Needs, objections: Objections) -> String {
    let described = forms.iter().map(|form| match (form, objections) {
        (Form::Position, Objections::NotAsked) => position(needs),
        (Form::Position, Objections::Asked) => format!("{}\n{OBJECTION} {FORBIDS}", position(needs)),
        (Form::Questions, _) => QUESTIONS.to_owned(),
        (Form::Ballot, _) => BALLOT.to_owned(),
    });
    described.chain([STANCE.to_owned()]).collect::<Vec<_>>().join("\n")
}

/// Like [`describe`], for a question that a number answers.
fn describe_estimate(forms: &[Form], needs: Needs) -> String {
    let described = forms.iter().map(|form| match form {
        Form::Position => position(needs).replace(SUPPORTS, "supports (always empty: there are no options)"),
        Form::Questions => QUESTIONS.to_owned(),
        Form::Ballot => BALLOT.lines().filter(|line| !line.starts_with(OBJECTION)).collect::<Vec<_>>().join("\n"),
    });
    described.chain([STANCE_ESTIMATE.to_owned()]).collect::<Vec<_>>().join("\n")
}

fn position(needs: Needs) -> String {
    match needs {
        Needs::NotAsked => POSITION.to_owned(),
        Needs::Asked => format!("{POSITION}\n{NEEDS}"),
    }
}

/// What an estimate has no use for, as the forms word it.
const SUPPORTS: &str = "supports (option ids)";
const OBJECTION: &str = "- blocking_objection:";
/// What an objection is, as the form ballot words it too.
const FORBIDS: &str = "a reason that forbids the leading option whatever its support, or null.";

const POSITION: &str = "\
Form position:
- reasoning: how you reach your position, in at most 200 words. Kept for the record; the others see your claims instead.
- claims: new claims only, at most 6, each with text (one sentence), kind (fact, inference, value or assumption), evidence (a list of type: citation, \
calculation, example or material; ref: where it can be found; quote: the words relied on, or empty), supports (option ids) and rebuts (claim ids).
- concessions: claims of others that you now accept, or of your own that you give up: claim (its id) and consequence (what follows for your position).
- statement: your position in at most 40 words.
- confidence: between 0 and 1, the chance that this position survives an informed review.
- would_change_my_mind: observations that would, concrete enough to check.";

const NEEDS: &str = "\
- needs: facts from outside this debate that nobody on the panel can know, at most 2, each with query (what a person should find out, as one question), reason \
(what it would settle) and required (true only if no position can be justified without it). Nearly always an empty list.";

const QUESTIONS: &str = "\
Form questions:
- questions: at most 3, each with kind (clarify, assumption, evidence, counterexample or implication), about (the id of the claim it is about, or null) and text.";

const BALLOT: &str = "\
Form ballot (sealed: nobody sees it before all are in):
- because: the reason in at most 60 words.
- statement: your position in one sentence.
- blocking_objection: a reason that forbids the leading option whatever its support, or null.
- confidence: between 0 and 1, the chance that this position survives an informed review.";

const STANCE: &str = "\
Further fields, in the requests that list them:
- ratings: every option from -2 (harmful) over 0 (neutral) to 2 (clearly right), by option id.
- option: the id of the option you hold, or null to abstain.
- abstain_reason: null, or why you abstain.
- change: null if you hold what you held before; otherwise because (what was decisive) and decisive_claims (the ids of the claims that were).
- opening_was: null if your opening statement was counted for the right option; otherwise the id of the right one.";

const STANCE_ESTIMATE: &str = "\
Further fields, in the requests that list them:
- estimate: low, high and value, plain numbers in the unit of the question, or null to abstain. The true number should lie between low and high four times out \
of five; value is your best single number and lies between them.
- abstain_reason: null, or why you abstain.
- change: null if value is what you gave before; otherwise because (what was decisive) and decisive_claims (the ids of the claims that were).";
