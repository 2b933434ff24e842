//! Names as idempotency keys: the same name with the same inputs is the same session.

use uuid::Uuid;

use crate::debate::agent::Agent;
use crate::debate::log::gate::GateTerms;
use crate::debate::log::material::{Assumption, with_line_feeds};
use crate::debate::log::setup::Setup;
use crate::debate::question::{Choice, Question};
use crate::debate::text;
use crate::error::Failure;
use crate::message::{Field, Message, message};

/// Longest name, and longest key or value of a tag, in characters.
const CHARS_MAX: usize = 100;

/// Checks a session's name: one line of 1 to 100 characters that cannot be taken for an id, `@` or `@~1`.
pub(super) fn check_name(called: impl Into<Message>, name: &str) -> Result<String, Failure> {
    let worded = text::line(name);
    if worded != name
        || text::is_blank(name)
        || name.chars().count() > CHARS_MAX
        || name.starts_with('@')
        || Uuid::parse_str(name).is_ok()
    {
        return Err(Failure::usage(called.into().and(format!(" is `{name}`, which cannot name a session"))).with_hint(format!(
            "use one line of 1 to {CHARS_MAX} characters, with no space at its ends, no @ at its start, and no session id"
        )));
    }
    Ok(worded)
}

/// Checks a tag's key and value: one line of 1 to 100 characters each.
pub(super) fn check_tag(key: &str, value: &str) -> Result<(), Failure> {
    let is_word = |word: &str| {
        !text::is_blank(word) && text::line(word) == word && word.chars().count() <= CHARS_MAX && !word.contains('=')
    };
    if is_word(key) && is_word(value) {
        return Ok(());
    }
    Err(Failure::usage(message![Field::Tags, format!(" is `{key}={value}`, which cannot label a session")])
        .with_hint(format!("write KEY=VALUE, each one line of 1 to {CHARS_MAX} characters without a further =")))
}

/// The input that says whether a debate waits for facts.
pub(super) const TERMS_FOR_FACTS: &str = "other terms for facts";

/// Names the inputs in which `wanted` differs from what a session was opened with, each as the session has it; none when it is
/// the same debate.
///
/// The inputs are the question, the material and assumptions that come with it, the mode, the seats with their personas and
/// providers, the moderators and the fallbacks, the rounds and the thresholds that end them, whether it waits for facts, the
/// web search, the gate, whether a closing text is written, and the seed where one was asked for. Labels are none. What people
/// write is the same where readers take it for the same, however a keyboard or a file system composes it.
pub(super) fn differences(stored: &Setup, wanted: &Setup, seed: Option<u64>) -> Vec<&'static str> {
    let terms = |setup: &Setup| setup.gate.as_ref().map(GateTerms::without_origins);
    let (ours, theirs) = (&stored.question, &wanted.question);
    let unit = |question: &Question| question.estimate.as_ref().map(|unit| text::identity(&unit.0));
    let same_option = |one: &Choice, other: &Choice| one.id == other.id && text::same(&one.text, &other.text);
    let same_assumption =
        |one: &Assumption, other: &Assumption| one.name == other.name && text::same(&one.text, &other.text);
    let inputs = [
        // A session of an earlier version may have been asked with other line ends.
        ("another topic", text::same(&with_line_feeds(&ours.topic), &theirs.topic)),
        ("another unit", unit(ours) == unit(theirs)),
        ("other options", all_same(&ours.options, &theirs.options, same_option)),
        ("another context", stored.context == wanted.context),
        ("other assumptions", all_same(&stored.assumptions, &wanted.assumptions, same_assumption)),
        ("another mode", stored.mode == wanted.mode),
        ("another agent count", stored.agents.len() == wanted.agents.len()),
        ("another panel", all_same(&stored.agents, &wanted.agents, same_seat) && stored.frames == wanted.frames),
        ("other moderators", stored.moderators == wanted.moderators),
        ("other fallbacks", stored.fallbacks == wanted.fallbacks),
        ("another number of rounds", stored.rounds == wanted.rounds),
        ("another choice about the closing text", stored.synthesis == wanted.synthesis),
        ("other limits", stored.limits == wanted.limits),
        (TERMS_FOR_FACTS, stored.needs == wanted.needs),
        ("other thresholds", stored.thresholds == wanted.thresholds),
        ("another web search", stored.web_search == wanted.web_search),
        ("another gate", terms(stored) == terms(wanted)),
        ("another seed", seed.is_none_or(|seed| seed == stored.seed)),
    ];
    inputs.into_iter().filter(|(_, same)| !same).map(|(input, _)| input).collect()
}

fn all_same<T>(ours: &[T], theirs: &[T], same: impl Fn(&T, &T) -> bool) -> bool {
    ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(one, other)| same(one, other))
}

fn same_seat(one: &Agent, other: &Agent) -> bool {
    let (ours, theirs) = (&one.persona, &other.persona);
    let same_persona = text::same(&ours.name, &theirs.name)
        && text::same(&ours.character, &theirs.character)
        && (&ours.team, ours.stance) == (&theirs.team, theirs.stance);
    same_persona && (one.seat, &one.voice) == (other.seat, &other.voice)
}
