//! A person's turn on paper: what their seat is shown, and a form to fill in.
//!
//! Must never show more than the seat may see: it is drawn from the seat's own prompt.

use crate::debate::ask::Role;
use crate::debate::history::History;
use crate::debate::person::Due;
use crate::debate::prompt::quote;
use crate::debate::question::{Choice, Unit};
use crate::debate::response::contract::{Contract, StanceTerms};
use crate::debate::text::{clip, line, plain};
use crate::export::record::name;

/// Longest topic on a paper, in characters.
const TOPIC_CHARS_MAX: usize = 400;

/// The options of a turn, those of an open question that are not yet found left out.
pub fn options(contract: &Contract) -> &[Choice] {
    terms(contract).map(|terms| terms.options.as_slice()).unwrap_or_default()
}

/// The unit of the number that a turn asks for; `None` where it asks for none.
pub fn unit(contract: &Contract) -> Option<&Unit> {
    terms(contract)?.estimate.as_ref()
}

fn terms(contract: &Contract) -> Option<&StanceTerms> {
    match contract {
        Contract::Position(terms, _) => terms.as_ref(),
        Contract::Ballot(terms) => Some(terms),
        Contract::Questions | Contract::Perspectives(_) | Contract::Sorting(_) | Contract::Synthesis => None,
    }
}

/// What a person is shown before their turn: the question, what is new to their seat, what is asked. Plain lines.
pub fn briefing(history: &History, due: &Due) -> Vec<String> {
    let turn = &due.ask.turn;
    let mut lines = vec![
        format!("{}: {}, round {}", line(&name(history, turn.speaker)), line(&turn.phase), turn.round),
        String::new(),
        clip(&history.setup.question.topic, TOPIC_CHARS_MAX),
        String::new(),
    ];
    let nonce = quote::nonce(history.setup.seed);
    let marks = [format!("quoted {nonce}"), format!("end of quote {nonce}")];
    let told = due.ask.prompt.messages.iter().rfind(|message| message.role == Role::User);
    let told = told.map_or("", |message| message.text.as_str());
    // The last paragraph names the fields for a model.
    let told = told.rsplit_once("\n\n").map_or(told, |(told, _)| told);
    let shown = told.lines().filter(|line| !marks.iter().any(|mark| mark == line));
    lines.extend(shown.map(|line| {
        plain(line.strip_prefix("> ").map_or(line, |quoted| quoted)).replace(['\t', '\u{2028}', '\u{2029}'], " ")
    }));
    lines
}

/// A paper for every turn that is due, ready to be filled in and handed in, in the way that `hand_in` tells: YAML, with the briefing
/// as its comments.
pub fn paper(history: &History, due: &Due, hand_in: &str) -> String {
    let mut lines = briefing(history, due);
    lines.push(String::new());
    lines.extend(
        options(&due.contract)
            .iter()
            .enumerate()
            .map(|(at, choice)| format!("{}. {} ({})", at + 1, line(&choice.text), choice.id)),
    );
    lines.push(format!("Fill in and hand in: {}", line(hand_in)));
    let comments = lines.iter().map(|line| format!("# {line}").trim_end().to_owned());
    comments.chain(fields(due)).collect::<Vec<_>>().join("\n") + "\n"
}

fn fields(due: &Due) -> Vec<String> {
    let contract = &due.contract;
    let field = |name: &str, about: String| format!("{:<12}  # {about}", format!("{name}:"));
    let mut fields = Vec::new();
    if matches!(contract, Contract::Questions) {
        return vec![field("questions", "a list of at most 3 questions to the panel".to_owned())];
    }
    if let Some(unit) = unit(contract) {
        fields.push(field(
            "estimate",
            format!("your number, in {}, or {{ value, low, high }}; null to abstain", line(&unit.0)),
        ));
    }
    let options = options(contract);
    if !options.is_empty() {
        fields.push(field("option", format!("1 to {}; abstain to choose none", options.len())));
    }
    fields.push(field("because", "one sentence".to_owned()));
    fields.push(field("confidence", "0 to 1, or leave it empty".to_owned()));
    if !options.is_empty() {
        fields.push(field("ratings", "-2 to 2 for each, such as { o1: 2, o2: -1 }, or leave it empty".to_owned()));
    }
    if contract.fields(due.scope).contains(&"blocking_objection") {
        fields.push(field("blocking_objection", "what forbids the leading option, if anything does".to_owned()));
    }
    fields
}
