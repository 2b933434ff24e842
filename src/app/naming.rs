//! Names as idempotency keys: the same name with the same inputs is the same session.

use uuid::Uuid;

use crate::debate::agent::Agent;
use crate::debate::event::Setup;
use crate::debate::gate::GateTerms;
use crate::debate::material::with_line_feeds;
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

/// Names the first input in which `wanted` differs from what a session was opened with; `None` when it is the same debate.
///
/// The inputs are the question, the material and assumptions that come with it, the mode, the seats with their personas and
/// providers, the moderators and the fallbacks, the rounds and the thresholds that end them, whether it waits for facts, the
/// web search, the gate, whether a closing text is written, and the seed where one was asked for. Labels are none.
pub(super) fn difference(stored: &Setup, wanted: &Setup, seed: Option<u64>) -> Option<&'static str> {
    let seat = |agent: &Agent| (agent.seat, agent.persona.clone(), agent.voice.clone());
    let seats = |setup: &Setup| setup.agents.iter().map(seat).collect::<Vec<_>>();
    let terms = |setup: &Setup| setup.gate.as_ref().map(GateTerms::without_origins);
    let inputs = [
        // A session of an earlier version may have been asked with other line ends.
        ("topic", with_line_feeds(&stored.question.topic) == wanted.question.topic),
        ("unit", stored.question.estimate == wanted.question.estimate),
        ("options", stored.question.options == wanted.question.options),
        ("context", stored.context == wanted.context),
        ("assumptions", stored.assumptions == wanted.assumptions),
        ("mode", stored.mode == wanted.mode),
        ("agent count", stored.agents.len() == wanted.agents.len()),
        ("panel", seats(stored) == seats(wanted) && stored.frames == wanted.frames),
        ("moderators", stored.moderators == wanted.moderators),
        ("fallbacks", stored.fallbacks == wanted.fallbacks),
        ("rounds", stored.rounds == wanted.rounds),
        ("closing text", stored.synthesis == wanted.synthesis),
        ("limits", stored.limits == wanted.limits),
        ("terms for facts", stored.needs == wanted.needs),
        ("thresholds", stored.thresholds == wanted.thresholds),
        ("web search", stored.web_search == wanted.web_search),
        ("gate", terms(stored) == terms(wanted)),
        ("seed", seed.is_none_or(|seed| seed == stored.seed)),
    ];
    inputs.into_iter().find(|(_, same)| !same).map(|(input, _)| input)
}
