//! Who moderated, in a record, and whether the moderator is a party to what it closes.

use std::collections::BTreeSet;

use crate::debate::agent::Voice;
use crate::debate::history::History;
use crate::debate::log::ids::Speaker;

/// What gateways add to a model's name to choose how it is served.
const SERVED: [&str; 5] = [":free", ":nitro", ":floor", ":online", ":exacto"];

/// The distinct voices that answered moderating turns, in order of their names.
pub fn moderators(history: &History) -> BTreeSet<&Voice> {
    let moderated = history.turns.iter().filter(|(turn, _)| turn.speaker == Speaker::Moderator);
    moderated
        .flat_map(|(_, turn)| turn.attempts.iter())
        .filter(|attempt| attempt.reply().is_some())
        .map(|attempt| &attempt.voice)
        .collect()
}

/// Whether a model that moderated also holds a seat, or spoke from one in another's place, through whichever gateway.
pub(super) fn is_party(history: &History) -> bool {
    let seated = history.agents.iter().map(|agent| &agent.voice);
    let from_seats = history.turns.iter().filter(|(turn, _)| turn.speaker != Speaker::Moderator);
    let spoke = from_seats
        .flat_map(|(_, turn)| turn.attempts.iter())
        .filter(|attempt| attempt.reply().is_some())
        .map(|attempt| &attempt.voice);
    let models: BTreeSet<String> = seated.chain(spoke).map(model).collect();
    moderators(history).into_iter().any(|voice| models.contains(&model(voice)))
}

/// The name that a model has wherever it is reached: without its vendor's folder, a gateway's addition and a date, and with
/// one sign between numbers.
fn model(voice: &Voice) -> String {
    let spelled = voice.model.to_lowercase();
    let served = SERVED.iter().find_map(|suffix| spelled.strip_suffix(suffix)).unwrap_or(&spelled);
    let name = served.rsplit('/').next().unwrap_or(served).replace('.', "-");
    undated(&name).to_owned()
}

/// `name` without a date at its end: `-20260301`, `-2026-03-01` or `-latest`.
fn undated(name: &str) -> &str {
    if let Some(short) = name.strip_suffix("-latest") {
        return short;
    }
    let is_digits = |part: &str, length: usize| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = name.rsplitn(4, '-').collect();
    match parts.as_slice() {
        [day, month, year, short] if is_digits(day, 2) && is_digits(month, 2) && is_digits(year, 4) => short,
        [date, ..] if is_digits(date, 8) => name.get(..name.len() - date.len() - 1).unwrap_or(name),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::model;
    use crate::debate::agent::Voice;

    fn check(one: (&str, &str), other: (&str, &str), is_same: bool) {
        let voice = |(provider, model): (&str, &str)| Voice {
            provider: provider.to_owned(),
            model: model.to_owned(),
            family: String::new(),
        };
        assert_eq!(model(&voice(one)) == model(&voice(other)), is_same, "{one:?} and {other:?}");
    }

    #[test]
    fn a_model_is_the_same_through_every_gateway() {
        check(("anthropic", "claude-sonnet-5-5"), ("openrouter", "anthropic/claude-sonnet-5.5"), true);
        check(("anthropic", "claude-sonnet-5-5-20260301"), ("openrouter", "anthropic/claude-sonnet-5.5"), true);
        check(("openai", "gpt-6.1-terra-2026-03-01"), ("openrouter", "openai/gpt-6.1-terra:free"), true);
        check(("mistral", "mistral-large-latest"), ("openrouter", "mistralai/mistral-large"), true);
        check(("openrouter", "Google/Gemini-3.8-flash"), ("google", "gemini-3.8-flash"), true);
        check(("openrouter", "openai/gpt-6.1-terra"), ("openrouter", "anthropic/claude-sonnet-5.5"), false);
        check(("anthropic", "claude-sonnet-5-5"), ("anthropic", "claude-opus-5-5"), false);
        check(("openai", "gpt-6.1"), ("openai", "gpt-6.1-terra"), false);
        check(("ollama", "llama4:8b"), ("ollama", "llama4:70b"), false);
    }
}
