//! The moderator's own prompts: framing a panel, sorting opening statements, closing the debate.

use crate::debate::ask::{Message, Prompt, Role};
use crate::debate::board::Board;
use crate::debate::claims::{Entry, Status};
use crate::debate::history::History;
use crate::debate::log::decision::{Decision, Dissent, Kind};
use crate::debate::log::ids::{Speaker, TurnId};
use crate::debate::prompt::{answered, continued, form_line, push_attempts, quote, room, scope, shared};
use crate::debate::question::OPTIONS;
use crate::debate::response::contract::Contract;
use crate::debate::rules::Rule;
use crate::debate::voices;

/// What the moderator is.
pub const ROLE: &str = "You are the moderator of this debate. You hold no position, take no side and count nothing.";

/// Asks for one persona a seat.
pub fn framing(history: &History, turn: &TurnId) -> Prompt {
    let count = voices::models(history);
    let contract = Contract::Perspectives(count);
    let ask = format!(
        "Name exactly {count} perspectives from which a panel should look at this question: fields or interests that differ in what they know and what they \
         stand to lose, so that together they miss as little as possible. For each give a name of at most four words and, in one sentence, what it cares \
         about. Perspectives set a scope; give none of them an opinion on the question."
    );
    closed_prompt(history, turn, &contract, vec![ask])
}

/// Asks to sort `statements`, listed in the given order.
pub fn sorting(history: &History, turn: &TurnId, statements: &[&str]) -> Prompt {
    let contract = Contract::Sorting(u32::try_from(statements.len()).unwrap_or(u32::MAX));
    let mark = quote::Mark::of(&history.setup);
    let listed: Vec<String> = statements
        .iter()
        .enumerate()
        .map(|(place, statement)| format!("Statement {}\n{}", place + 1, quote::fence(&mark, statement)))
        .collect();
    let mut ask = format!(
        "Sort these opening statements into options: statements that would lead to the same decision belong together, whatever their reasons; statements \
         that would not, do not. Form at most {} options. Word each as a decision in at most 20 words, so that its holders would sign it. `statements` holds \
         the numbers of the statements under the option; every statement stands under exactly one.",
        OPTIONS.end()
    );
    if Rule::OneOptionCaveat.holds_in(history.setup.format) {
        ask.push_str(CONTRADICTING);
    }
    closed_prompt(history, turn, &contract, vec![listed.join("\n\n"), ask])
}

const CONTRADICTING: &str = " `contradicting` holds the numbers of those among them that cannot be carried out together with another of them, such as one \
that wants what another refuses; an empty list where there are none.";

/// Asks for the closing text of a decided debate.
pub fn synthesis(board: &Board<'_>, turn: &TurnId, decision: &Decision) -> Prompt {
    let history = board.history;
    let mark = quote::Mark::of(&history.setup);
    let mut parts: Vec<String> = history.answers.iter().map(|answers| answered(board, answers)).collect();
    parts.extend(history.continuations.iter().map(|more| continued(history, &more.terms)));
    parts.push(match &decision.estimate {
        Some(estimate) => estimate.for_the_moderator(decision.label, &mark),
        None => outcome(history, decision, &mark),
    });
    let claims: Vec<String> = board.ledger().iter().filter(|entry| entry.repeats.is_none()).map(worded).collect();
    if !claims.is_empty() {
        parts.push(format!("The claim ledger:\n{}", quote::fence(&mark, &claims.join("\n"))));
    }
    let dissent: Vec<String> = decision.dissent.iter().map(minority).collect();
    if !dissent.is_empty() {
        parts.push(format!("The minority report:\n{}", quote::fence(&mark, &dissent.join("\n"))));
    }
    parts.push(CLOSING.to_owned());
    if claims.is_empty() {
        parts.push("The ledger is empty, so leave the lists of claims empty.".to_owned());
    }
    closed_prompt(history, turn, &Contract::Synthesis, parts)
}

const CLOSING: &str = "\
The ballots have been counted; the outcome above stands whatever you write. Write the closing text from the ledger alone: a conclusion of at most 120 words that \
says what was decided, how far it reaches and what the minority holds against it; the rationale and the risks as points, each with the ids of the claims it rests \
on; next steps; and what would change the decision. Bring in no claim that is not in the ledger, and state no number that is not above.";

fn outcome(history: &History, decision: &Decision, mark: &quote::Mark) -> String {
    let options: Vec<String> = history
        .options()
        .iter()
        .map(|choice| {
            let seats = decision.last.as_ref().and_then(|last| last.tally.get(&choice.id)).copied().unwrap_or(0);
            format!("{}: {} ({seats} of {})", choice.id, choice.text, history.panel())
        })
        .collect();
    let verdict = decision.option.as_ref().map_or_else(|| "no option".to_owned(), ToString::to_string);
    format!(
        "The options and their holders at the end:\n{}\nThe outcome: {verdict}, {}.",
        quote::fence(mark, &options.join("\n")),
        decision.label
    )
}

fn worded(entry: &Entry) -> String {
    let status = match entry.status {
        Status::Open => "open",
        Status::Accepted => "accepted",
        Status::Rebutted => "rebutted",
        Status::Conceded => "given up by its author",
    };
    let mut lines = quote::claim(&entry.id.0, &entry.claim);
    if let Some(head) = lines.first_mut() {
        head.push_str(&format!(" - {status}"));
    }
    lines.join("\n")
}

fn minority(dissent: &Dissent) -> String {
    let option = dissent.position().unwrap_or_else(|| "no option".to_owned());
    let kind = match dissent.kind {
        Kind::Final => "held at the end",
        Kind::LastHeard => "held when last heard, not heard at the end",
        Kind::Abandoned => "held in the opening, left without a reason that holds",
        Kind::Unrebutted => "claim nobody rebutted",
    };
    let claims: Vec<&str> = dissent.claims.iter().map(|claim| claim.0.as_str()).collect();
    format!(
        "{option} ({kind}; claims {}): {}",
        if claims.is_empty() { "none".to_owned() } else { claims.join(", ") },
        dissent.words
    )
}

/// A conversation of one turn, with the attempts at it so far.
fn closed_prompt(history: &History, turn: &TurnId, contract: &Contract, parts: Vec<String>) -> Prompt {
    let scope = scope::of(history, Speaker::Moderator);
    let text = [vec![ROLE.to_owned()], parts, vec![form_line(contract, scope)]].concat().join("\n\n");
    let mut messages = vec![Message { role: Role::User, text }];
    if let Some(known) = history.turns.get(turn) {
        push_attempts(&mut messages, &known.attempts, false, || scope::shorter(history, contract));
    }
    Prompt {
        shared: shared(history),
        messages,
        schema: contract.schema(scope::due(history, Some(turn), scope)),
        output_tokens_max: room(history, Some(turn)),
    }
}
