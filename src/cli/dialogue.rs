//! What a person at the terminal is asked, line by line: facts that are needed, and their own turns.
//!
//! Must never touch a terminal: lines come in, lines go out. Must never print text of others without making it harmless.

use serde_json::{Map, Value, json};

use crate::cli::given;
use crate::debate::event::Fact;
use crate::debate::history::History;
use crate::debate::needs::{self, Status};
use crate::debate::person::{self, Due};
use crate::debate::response::contract::Contract;
use crate::debate::text::line;
use crate::export::ballot;

/// Speaks to a person and listens.
pub(super) struct Talk<'a> {
    /// Says a line.
    pub(super) say: &'a mut dyn FnMut(&str),
    /// Asks, and returns the line that is answered; `None` when nothing more will come.
    pub(super) hear: &'a mut dyn FnMut(&str) -> Option<String>,
}

impl Talk<'_> {
    fn say(&mut self, line: &str) {
        (self.say)(line);
    }

    /// The answer, trimmed and made harmless.
    fn hear(&mut self, question: &str) -> Option<String> {
        (self.hear)(question).map(|answer| line(&answer))
    }
}

/// Asks for each fact that is waited for. What is answered with an empty line is gone on without; `None` when the person
/// leaves.
pub(super) fn facts(history: &History, talk: &mut Talk<'_>) -> Option<Vec<Fact>> {
    let mut facts = Vec::new();
    talk.say("Answer in a line, or with @FILE; an empty line goes on without.");
    for entry in needs::needs(history).into_iter().filter(|entry| entry.status == Status::Awaited) {
        talk.say("");
        talk.say(&format!("{}: {}", entry.id, line(&entry.query)));
        if !entry.reason.is_empty() {
            talk.say(&format!("  would settle: {}", line(&entry.reason)));
        }
        loop {
            let answer = talk.hear(&format!("{}> ", entry.id))?;
            // A dash is an answer here: standard input is the terminal itself.
            let told = if answer.starts_with('@') { given::read("the answer", &answer) } else { Ok(answer) };
            match told {
                Ok(told) if told.trim().is_empty() => break,
                Ok(told) => {
                    let text = told.trim().to_owned();
                    facts.push(Fact { need: Some(entry.id.clone()), about: entry.query.clone(), text });
                    break;
                }
                Err(failure) => talk.say(&failure.to_string()),
            }
        }
    }
    Some(facts)
}

/// Shows a person what their seat is shown, and asks for their turn until it can be taken; `None` when they leave.
pub(super) fn turn(history: &History, due: &Due, talk: &mut Talk<'_>) -> Option<Map<String, Value>> {
    ballot::briefing(history, due).iter().for_each(|line| talk.say(line));
    talk.say("");
    loop {
        let form = form(due, talk)?;
        match person::taken(history, due, &form) {
            Ok(_) => return Some(form),
            Err(problem) => talk.say(&format!("That cannot be taken: {problem}. Once more:")),
        }
    }
}

fn form(due: &Due, talk: &mut Talk<'_>) -> Option<Map<String, Value>> {
    let contract = &due.contract;
    let mut form = Map::new();
    if matches!(contract, Contract::Questions) {
        form.insert("questions".to_owned(), json!([talk.hear("Your question to the panel: ")?]));
        return Some(form);
    }
    if let Some(unit) = ballot::unit(contract) {
        let value = talk.hear(&format!("Your number, in {} (empty: abstain): ", line(&unit.0)))?;
        let range = if value.is_empty() { String::new() } else { talk.hear(RANGE)? };
        form.insert("estimate".to_owned(), estimate(&value, &range));
    }
    let options = ballot::options(contract);
    if !options.is_empty() {
        for (at, choice) in options.iter().enumerate() {
            talk.say(&format!("  {} {}", at + 1, line(&choice.text)));
        }
        let chosen = talk.hear(&format!("Your option, 1 to {} (empty: abstain): ", options.len()))?;
        form.insert("option".to_owned(), json!(if chosen.is_empty() { "abstain".to_owned() } else { chosen }));
    }
    form.insert("because".to_owned(), json!(talk.hear("Why, in one sentence: ")?));
    let sure = talk.hear("How sure, 0 to 1 (empty: not said): ")?;
    if !sure.is_empty() {
        form.insert("confidence".to_owned(), json!(sure));
    }
    if !options.is_empty() {
        let rated = talk.hear("Rate each from -2 to 2, in this order (empty: not rated): ")?;
        if !rated.is_empty() {
            let ids = options.iter().map(|choice| choice.id.0.clone());
            let ratings = rated.split([' ', ',']).filter(|rating| !rating.is_empty()).map(|rating| json!(rating));
            form.insert("ratings".to_owned(), Value::Object(ids.zip(ratings).collect()));
        }
    }
    if contract.fields(due.scope).contains(&"blocking_objection") {
        let objection = talk.hear("What forbids the leading option, whatever its support (empty: nothing): ")?;
        if !objection.is_empty() {
            form.insert("blocking_objection".to_owned(), json!(objection));
        }
    }
    Some(form)
}

const RANGE: &str = "The lowest and the highest it may be, as in `6 12` (empty: not said): ";

fn estimate(value: &str, range: &str) -> Value {
    let number = |text: &str| text.parse::<f64>().map_or_else(|_| json!(text), |number| json!(number));
    if value.is_empty() {
        return json!("abstain");
    }
    let ends: Vec<&str> = range.split([' ', ',']).filter(|end| !end.is_empty()).collect();
    match ends.as_slice() {
        [low, high] => json!({ "value": number(value), "low": number(low), "high": number(high) }),
        _ => number(value),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

    use std::collections::VecDeque;

    use super::{Talk, facts, turn};
    use crate::debate::event::Logged;
    use crate::debate::history::History;
    use crate::debate::person;

    const NEEDS: &str = include_str!("../../tests/fixtures/sessions/v2-needs.ndjson");
    const PERSON: &str = include_str!("../../tests/fixtures/sessions/v2-person.ndjson");

    /// A session at the first event of this name.
    fn until(log: &str, tag: &str) -> History {
        let log: Vec<Logged> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let end = log.iter().position(|logged| logged.event.tag() == tag).unwrap();
        History::replay(&log[..=end]).unwrap()
    }

    /// What comes of `answers`, and all that was said and asked.
    fn talked<T>(answers: &[&str], talk: impl FnOnce(&mut Talk<'_>) -> T) -> (T, String) {
        let mut left: VecDeque<String> = answers.iter().map(|answer| format!("{answer}\n")).collect();
        let said = std::cell::RefCell::new(String::new());
        let mut say = |line: &str| said.borrow_mut().push_str(&format!("{line}\n"));
        let mut hear = |question: &str| {
            said.borrow_mut().push_str(&format!("{question}\n"));
            left.pop_front()
        };
        let came = talk(&mut Talk { say: &mut say, hear: &mut hear });
        assert!(left.is_empty(), "not asked for: {left:?}");
        (came, said.into_inner())
    }

    #[test]
    fn facts_are_asked_for_one_by_one() {
        let history = until(NEEDS, "facts_awaited");
        let (given, said) = talked(&["412 a second\u{1b}[2J"], |talk| facts(&history, talk));
        let given = given.unwrap();
        assert_eq!((given.len(), given[0].text.as_str()), (1, "412 a second[2J"));
        assert_eq!(given[0].need.as_ref().unwrap().0, "n1");
        assert!(said.contains("n1: What is the peak load?\n  would settle: It would settle the cost."), "{said}");
        assert!(!said.contains("on call"), "what is only helpful is not asked for: {said}");
        // An empty line goes on without; the end of all lines leaves.
        assert_eq!(talked(&[""], |talk| facts(&history, talk)).0, Some(Vec::new()));
        assert_eq!(talked(&[], |talk| facts(&history, talk)).0, None);
        // A file that is not there is asked for again, and a dash is no file.
        let (given, said) = talked(&["@no-such-file", "-"], |talk| facts(&history, talk));
        assert_eq!(given.unwrap()[0].text, "-");
        assert!(said.contains("cannot read no-such-file"), "{said}");
    }

    /// What is answered, some fields that come of it, and what is said on the way.
    type Case<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)], &'a str);

    #[test]
    fn a_turn_is_asked_for_until_it_can_be_taken() {
        let history = until(PERSON, "turns_awaited");
        let due = person::due(&history).remove(0);
        let cases: [Case<'_>; 4] = [
            (
                &["2", "It failed before.", "", "", ""],
                &[("option", "2"), ("because", "It failed before.")],
                "Why, in one",
            ),
            (
                &["1", "Time.", "80%", "2 -1", "No budget."],
                &[("confidence", "80%"), ("blocking_objection", "No budget.")],
                "What forbids",
            ),
            (&["", "I cannot tell.", "", "", ""], &[("option", "abstain")], "empty: abstain"),
            (
                &["3", "Typo.", "", "", "", "2", "", "", "", "", "2", "Now.", "", "", ""],
                &[("because", "Now.")],
                "`because` is missing",
            ),
        ];
        for (answers, expected, told) in cases {
            let (form, said) = talked(answers, |talk| turn(&history, &due, talk));
            let form = form.unwrap();
            for (field, value) in expected {
                assert_eq!(form[*field], *value, "{answers:?}");
            }
            assert!(said.contains(told), "{said}");
        }
        let rated = talked(&["1", "Time.", "", "2 -1", ""], |talk| turn(&history, &due, talk)).0.unwrap();
        assert_eq!(rated["ratings"], serde_json::json!({ "o1": "2", "o2": "-1" }));
        assert_eq!(talked(&["2"], |talk| turn(&history, &due, talk)).0, None, "who leaves has said nothing");
    }
}
