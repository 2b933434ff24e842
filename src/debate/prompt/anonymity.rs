//! Taking its author's names out of a text that is shown without one.
//!
//! Must never tear what is only worded like a name: a persona's name is a role and often an ordinary word, so it is taken out
//! where its author speaks of itself by it ("As Creative, I …"), never from "Creative Commons" or "analyst reports".

use crate::debate::agent::Agent;
use crate::debate::log::setup::Setup;
use crate::debate::prompt::self_reference::{Place, refers_to_author, speaks_as_model};

/// Stands where a name was.
const NAMELESS: &str = "[a participant]";
/// Shortest name of a model that can be nothing else, in characters. `m1` is also the id of a material.
const MODEL_CHARS_MIN: usize = 5;

/// How a name is told from other words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Nothing else is called so: it is taken out wherever it stands.
    Unmistakable,
    /// An ordinary word, too: it is taken out where its author refers to itself.
    Role,
    /// A model or a vendor, whichever the author is: it is taken out where its author says to be that, or made by it.
    Model,
}

/// Models, and those who make them: what an author may call itself, whatever it is.
const MODELS: [&str; 24] = [
    "ChatGPT",
    "GPT",
    "Claude",
    "Gemini",
    "Gemma",
    "Llama",
    "Mistral",
    "Mixtral",
    "DeepSeek",
    "Qwen",
    "Grok",
    "Kimi",
    "Command R",
    "OpenAI",
    "Anthropic",
    "Google DeepMind",
    "Google",
    "Meta AI",
    "Meta",
    "Mistral AI",
    "Alibaba",
    "xAI",
    "Microsoft",
    "Cohere",
];
/// Words behind the name of a model that belong to it, as numbers do.
const VERSIONS: [&str; 12] =
    ["sonnet", "opus", "haiku", "pro", "flash", "mini", "nano", "turbo", "instruct", "large", "small", "ultra"];

struct Name<'a> {
    word: &'a str,
    kind: Kind,
}

/// Returns `text` without the names by which its author could be known.
pub(super) fn without_author(text: &str, agent: &Agent, setup: &Setup) -> String {
    let mut names = names(agent, setup);
    let folded = text.to_ascii_lowercase();
    names.retain(|name| name.kind != Kind::Model || folded.contains(&name.word.to_ascii_lowercase()));
    let mut text = text.to_owned();
    for kind in [Kind::Unmistakable, Kind::Role, Kind::Model] {
        for name in names.iter().filter(|name| name.kind == kind) {
            text = without_name(&text, name);
        }
    }
    text
}

/// The author's names, longer ones before those that are a part of them.
fn names<'a>(agent: &'a Agent, setup: &Setup) -> Vec<Name<'a>> {
    let numbered = if agent.name == agent.persona.name { Kind::Role } else { Kind::Unmistakable };
    let mut names = vec![
        Name { word: &agent.id, kind: Kind::Unmistakable },
        Name { word: &agent.name, kind: numbered },
        Name { word: &agent.persona.name, kind: Kind::Role },
    ];
    if !agent.voice.is_person() {
        let model = agent.voice.model.as_str();
        let short = model.rsplit('/').next().unwrap_or(model);
        names.extend([model, short].map(|word| Name { word, kind: kind_of_model(word, setup) }));
        names.extend([&agent.voice.provider, &agent.voice.family].map(|word| Name { word, kind: Kind::Role }));
    }
    names.extend(MODELS.map(|word| Name { word, kind: Kind::Model }).into_iter().filter(|_| !agent.voice.is_person()));
    names.retain(|name| !name.word.trim().is_empty());
    names.sort_by_key(|name| std::cmp::Reverse(name.word.len()));
    names.dedup_by(|one, other| one.word == other.word && one.kind == other.kind);
    names
}

/// A model's name is a subject of the debate where the question or its material names it.
fn kind_of_model(model: &str, setup: &Setup) -> Kind {
    let is_coded = model.chars().count() >= MODEL_CHARS_MIN && model.contains(|c: char| c.is_ascii_digit());
    let names_it = |text: &str| !starts(text, model).is_empty();
    let question = &setup.question;
    let is_subject = names_it(&question.topic)
        || question.options.iter().any(|choice| names_it(&choice.text))
        || setup.context.iter().any(|material| material.text.contains(model));
    if is_coded && !is_subject { Kind::Unmistakable } else { Kind::Role }
}

/// Takes `name` out wherever it stands alone and means the author.
fn without_name(text: &str, name: &Name<'_>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    for (start, stop) in starts(text, name.word) {
        let version = if name.kind == Kind::Model { version_length(&text[stop..]) } else { 0 };
        let stop = stop + version;
        let place = Place { before: &text[..start], name: name.word, found: &text[start..stop], after: &text[stop..] };
        let is_meant = match name.kind {
            Kind::Unmistakable => true,
            Kind::Role => refers_to_author(&place),
            Kind::Model => speaks_as_model(&place),
        };
        if is_meant && start >= end {
            out.push_str(&text[end..start]);
            out.push_str(NAMELESS);
            end = stop;
        }
    }
    out.push_str(&text[end..]);
    out
}

/// The length of what follows a model's name and belongs to it: "-4o", " 3.5 Sonnet".
fn version_length(after: &str) -> usize {
    let mut length = 0;
    while let Some(rest) = after[length..].strip_prefix(['-', ' ']) {
        let is_part = |c: char| c.is_alphanumeric() || c == '.';
        let word = rest[..rest.find(|c| !is_part(c)).unwrap_or(rest.len())].trim_end_matches('.');
        let is_version =
            word.starts_with(|c: char| c.is_ascii_digit()) || VERSIONS.contains(&word.to_lowercase().as_str());
        if !is_version {
            break;
        }
        length += 1 + word.len();
    }
    length
}

/// Where `name` stands in `text` with no letter or digit around it, in whatever case: the bytes where it begins and ends.
fn starts(text: &str, name: &str) -> Vec<(usize, usize)> {
    let is_joined = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && !crate::debate::text::is_unspaced(c));
    let mut found = Vec::new();
    for (start, _) in text.char_indices() {
        let Some(length) = length_at(&text[start..], name) else { continue };
        let stop = start + length;
        if !is_joined(text[..start].chars().next_back()) && !is_joined(text[stop..].chars().next()) {
            found.push((start, stop));
        }
    }
    found
}

/// The length in bytes of `name` at the start of `text`, where case does not matter.
fn length_at(text: &str, name: &str) -> Option<usize> {
    let mut read = text.char_indices();
    for wanted in name.chars() {
        let (_, c) = read.next()?;
        let is_same = match c.is_ascii() && wanted.is_ascii() {
            true => c.eq_ignore_ascii_case(&wanted),
            false => c.to_lowercase().eq(wanted.to_lowercase()),
        };
        if !(is_same || c.is_whitespace() && wanted.is_whitespace()) {
            return None;
        }
    }
    Some(read.next().map_or(text.len(), |(at, _)| at))
}
