//! Reasoning that stands in the same text as the answer.
//!
//! Must never take a word for a mark that only speaks of one: a tag in quotes, or in a text of a JSON object, is no tag.

use crate::debate::response::json;

/// A reply, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parted {
    /// What was thought, without its marks; empty where nothing was.
    pub reasoning: String,
    /// What was said.
    pub answer: String,
}

/// Longest name of a tag, and longest list of its attributes, in bytes.
const NAME_MAX: usize = 40;
const ATTRIBUTES_MAX: usize = 120;

/// Parts of names that tell a tag of reasoning, whatever model or template it comes from.
const NAMES: [&str; 7] = ["think", "thought", "reason", "reflect", "scratchpad", "monologue", "rumination"];

/// How tags are set off: what stands before and after the name.
const BRACKETS: [(&str, &str); 5] =
    [("<|", "|>"), ("<", ">"), ("[", "]"), ("\u{25c1}", "\u{25b7}"), ("\u{3010}", "\u{3011}")];

/// What a mark does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Opens,
    Closes,
}

/// A mark of reasoning and where it stands.
#[derive(Debug, Clone, Copy)]
struct Tag {
    start: usize,
    end: usize,
    mark: Mark,
}

/// Takes the reasoning off a text: what stands in tags of reasoning or in channels that are not the final one, and what stands
/// before a closing tag whose opening one never came. Reasoning that is never closed reaches to the end.
pub fn part(text: &str) -> Parted {
    let objects: Vec<(usize, usize)> = json::pieces(text)
        .into_iter()
        .filter(|piece| piece.object.is_ok())
        .map(|piece| (piece.start, piece.end))
        .collect();
    let quoted = quoted_lines(text);
    let is_said = |at: usize| is_within(&objects, at) || is_within(&quoted, at);
    if let Some(Parted { mut reasoning, answer }) = channels(text, &is_said) {
        // The final channel may hold tags of its own.
        let within =
            if answer.len() < text.len() { part(&answer) } else { Parted { reasoning: String::new(), answer } };
        add(&mut reasoning, &within.reasoning);
        return Parted { reasoning, answer: within.answer };
    }
    let tags: Vec<Tag> = tags(text).into_iter().filter(|tag| !is_said(tag.start)).collect();
    let last_closing = tags.iter().rev().find(|tag| tag.mark == Mark::Closes).map_or(0, |tag| tag.start);
    let last_brace = text.rfind('{').unwrap_or(0);
    // An opening tag within a line, with neither an end nor a form after it, is spoken of.
    let is_spoken_of = |tag: &Tag| tag.start > last_closing.max(last_brace) && !begins_line(text, tag.start);
    let (mut reasoning, mut answer, mut from, mut is_open) = (String::new(), String::new(), 0, false);
    for tag in tags {
        match (tag.mark, is_open) {
            (Mark::Opens, false) if !is_spoken_of(&tag) => {
                answer.push_str(&text[from..tag.start]);
                (is_open, from) = (true, tag.end);
            }
            (Mark::Closes, true) => {
                add(&mut reasoning, &text[from..tag.start]);
                (is_open, from) = (false, tag.end);
            }
            // The opening tag stood in the template, or what was thought spoke of tags.
            (Mark::Closes, false) if !is_mentioned(text, tag) => {
                add(&mut reasoning, &std::mem::take(&mut answer));
                add(&mut reasoning, &text[from..tag.start]);
                from = tag.end;
            }
            (Mark::Closes, false) | (Mark::Opens, true | false) => {}
        }
    }
    match is_open {
        // The tag stood in a text of an object that was written badly, and nothing of that object is an answer.
        true if unmatched_end(&text[from..]).is_some() => {
            return Parted { reasoning: text.trim().to_owned(), answer: String::new() };
        }
        true => add(&mut reasoning, &text[from..]),
        false => answer.push_str(&text[from..]),
    }
    if reasoning.is_empty() && answer.trim().len() == text.trim().len() {
        return Parted { reasoning, answer: text.to_owned() };
    }
    Parted { reasoning, answer: answer.trim().to_owned() }
}

/// Where the lines stand that quote somebody, as Markdown has it, in bytes.
pub(super) fn quoted_lines(text: &str) -> Vec<(usize, usize)> {
    let mut end = 0;
    let lines = text.split_inclusive('\n').map(|line| {
        end += line.len();
        (line, end - line.len(), end)
    });
    lines.filter(|(line, ..)| line.trim_start().starts_with('>')).map(|(_, start, end)| (start, end)).collect()
}

/// Whether a place lies within one of several stretches, which stand in order and apart.
pub(super) fn is_within(stretches: &[(usize, usize)], at: usize) -> bool {
    // The last one that begins before a place is the only one that may hold it.
    let begun = stretches.partition_point(|(start, _)| *start <= at);
    begun.checked_sub(1).is_some_and(|last| at < stretches[last].1)
}

/// The place of the first closing brace of a text that closes nothing in it.
pub(super) fn unmatched_end(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    let braces = text.bytes().enumerate().filter(|(_, byte)| matches!(byte, b'{' | b'}'));
    for (at, byte) in braces {
        match (byte, depth) {
            (b'{', _) => depth += 1,
            (_, 0) => return Some(at),
            (_, _) => depth -= 1,
        }
    }
    None
}

fn add(reasoning: &mut String, more: &str) {
    let more = more.trim();
    if !more.is_empty() && !reasoning.is_empty() {
        reasoning.push('\n');
    }
    reasoning.push_str(more);
}

/// The tags of a text, but for those that stand in quotes.
fn tags(text: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find(['<', '[', '\u{25c1}', '\u{3010}']).map(|at| from + at) {
        match tag(text, at) {
            Some(tag) => {
                from = tag.end;
                if !is_quoted(text, tag) {
                    tags.push(tag);
                }
            }
            None => from = at + text[at..].chars().next().map_or(1, char::len_utf8),
        }
    }
    tags
}

/// The tag that begins at `at`, if one does.
fn tag(text: &str, at: usize) -> Option<Tag> {
    let rest = &text[at..];
    if let Some(channel) = rest.strip_prefix("<|channel>").or_else(|| rest.strip_prefix("<channel|>")) {
        let is_closing = rest.starts_with("<channel|>");
        let name = channel.len() - channel.trim_start_matches(|c: char| c.is_ascii_alphanumeric()).len();
        let length = rest.len() - channel.len() + if is_closing { 0 } else { name };
        return Some(Tag { start: at, end: at + length, mark: if is_closing { Mark::Closes } else { Mark::Opens } });
    }
    let (open, close) = BRACKETS.into_iter().find(|(open, _)| rest.starts_with(open))?;
    let inner = &rest[open.len()..];
    let window = &inner[..floor(inner, NAME_MAX + ATTRIBUTES_MAX)];
    let inner = &window[..window.find(close)?];
    let name_and_more = inner.trim();
    let (name_and_more, slashed) = match name_and_more.strip_prefix('/') {
        Some(name) => (name.trim_start(), true),
        None => (name_and_more, false),
    };
    let name_length = name_and_more
        .find(|c: char| !c.is_alphanumeric() && !matches!(c, ':' | '_' | '-' | '|'))
        .unwrap_or(name_and_more.len());
    let (name, attributes) = name_and_more.split_at(name_length);
    let is_attributes =
        attributes.is_empty() || attributes.starts_with(char::is_whitespace) && attributes.contains('=');
    let name = name.to_ascii_lowercase();
    // `[think]` in brackets stands for a template's own mark; prose puts other words in brackets.
    let is_ours = NAMES.iter().any(|part| name.contains(part)) && name.len() <= NAME_MAX && is_attributes;
    let length = open.len() + inner.len() + close.len();
    if !is_ours || open == "[" && !slashed && is_bracketed_word(text, at, length) {
        return None;
    }
    let ends = slashed || name.starts_with("end") || name.contains("_end") || name.ends_with("end_of_thinking");
    let mark = if ends { Mark::Closes } else { Mark::Opens };
    Some(Tag { start: at, end: at + length, mark })
}

/// Whether a word in square brackets is a link, a note or a word of a sentence: a template writes its mark in capitals, or at
/// the beginning of a line.
fn is_bracketed_word(text: &str, at: usize, length: usize) -> bool {
    let is_in_capitals = !text[at..at + length].chars().any(char::is_lowercase);
    text[at + length..].starts_with(['(', '[', ':']) || !is_in_capitals && !begins_line(text, at)
}

fn begins_line(text: &str, at: usize) -> bool {
    text[..at].trim_end_matches([' ', '\t']).chars().next_back().is_none_or(|c| c == '\n')
}

/// The largest place up to `max` at which a character begins.
fn floor(text: &str, max: usize) -> usize {
    let max = max.min(text.len());
    (0..=max).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Whether quotation marks stand on both sides of a tag.
fn is_quoted(text: &str, tag: Tag) -> bool {
    let quotes = ['`', '"', '\'', '\u{201c}', '\u{201d}', '\u{201e}', '\u{ab}', '\u{bb}', '\u{300c}', '\u{300d}'];
    text[..tag.start].ends_with(quotes) && text[tag.end..].starts_with(quotes)
}

/// Whether a sentence goes on around a tag: then it speaks of the tag.
fn is_mentioned(text: &str, tag: Tag) -> bool {
    let before = &text[..tag.start];
    let space = &before[before.trim_end().len()..];
    let goes_on =
        text[tag.end..].strip_prefix(' ').and_then(|rest| rest.chars().next()).is_some_and(char::is_lowercase);
    space.ends_with(' ') && !space.contains('\n') && space.len() < before.len() && goes_on
}

/// Parts a text that names the channels of the harmony format, whole or with its special tokens left out; `None` where it
/// names none.
fn channels(text: &str, is_said: &dyn Fn(usize) -> bool) -> Option<Parted> {
    const FINAL: &str = "<|channel|>final";
    const MESSAGE: &str = "<|message|>";
    let said = |mark: &str| text.match_indices(mark).map(|(at, _)| at).filter(|at| !is_said(*at)).last();
    let parted = |reasoning: &str, answer: &str| {
        let ends = ["<|return|>", "<|end|>", "<|call|>"].into_iter();
        let end = ends.filter_map(|mark| Some((answer.find(mark)?, mark.len()))).min();
        let (end, length) = end.unwrap_or((answer.len(), 0));
        let rest = answer[end + length..].trim();
        // Nothing but another channel follows the final one; else its marks were quoted.
        let is_final = rest.is_empty() || rest.starts_with("<|") && !rest.contains(['{', '}']);
        is_final.then(|| Parted { reasoning: reasoning.trim().to_owned(), answer: answer[..end].trim().to_owned() })
    };
    if let Some(at) = said(FINAL) {
        let rest = &text[at..];
        let answer = rest.find(MESSAGE).map_or("", |message| &rest[message + MESSAGE.len()..]);
        return parted(&text[..at], answer);
    }
    if said("<|channel|>").is_some() {
        return parted(text, "");
    }
    let bare = text.trim_start().strip_prefix("analysis")?;
    let at = said("assistantfinal")?;
    let start = text.len() - bare.len();
    (at >= start).then(|| parted(&text[start..at], &text[at + "assistantfinal".len()..])).flatten()
}
