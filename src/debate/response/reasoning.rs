//! Reasoning that stands in the same text as the answer.
//!
//! Must never take a word for a mark that only speaks of one: a tag in quotes, in code, in a sentence, or in a text of a JSON
//! object, is no tag. Where an object may stand within what was thought, it does.

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

/// A word that also names data: it is a tag of reasoning before anything is said, and nowhere else.
const DATA: &str = "reason";
/// The word in square brackets that is a template's mark, and no heading, where it stands in capitals.
const TEMPLATE: &str = "[THINK]";

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
    kind: Kind,
}

/// How surely a tag is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sure,
    /// It may be an element of data.
    Data,
    /// It may be a heading.
    Heading,
}

/// Where things stand in a text that tell what its tags are, in order.
struct Layout<'a> {
    text: &'a str,
    braces: Vec<usize>,
    line_ends: Vec<usize>,
    /// Where the last line begins that an object or a block of code begins with.
    last_form: usize,
    /// Where the last closing tag begins.
    last_closing: usize,
    /// Blocks of code, and code within lines.
    code: Vec<(usize, usize)>,
}

impl<'a> Layout<'a> {
    fn of(text: &'a str, tags: &[Tag]) -> Self {
        let last_closing = tags.iter().rfind(|tag| tag.mark == Mark::Closes).map_or(0, |tag| tag.start);
        let code = code(text);
        let mut layout = Self { text, braces: Vec::new(), line_ends: Vec::new(), last_form: 0, last_closing, code };
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            if begins_form(line) {
                layout.last_form = start;
            }
            layout.braces.extend(line.match_indices('{').map(|(at, _)| start + at));
            start += line.len();
            layout.line_ends.push(start);
        }
        layout
    }

    /// Whether an object may stand in a stretch.
    fn holds_object(&self, start: usize, end: usize) -> bool {
        self.braces.get(self.braces.partition_point(|at| *at < start)).is_some_and(|at| *at < end)
    }

    /// What follows a place on its line.
    fn rest_of_line(&self, at: usize) -> &'a str {
        let end = self.line_ends.get(self.line_ends.partition_point(|end| *end <= at));
        &self.text[at..end.copied().unwrap_or(self.text.len())]
    }

    /// The code that a place lies in.
    fn code_at(&self, at: usize) -> Option<(usize, usize)> {
        let last = self.code.partition_point(|(start, _)| *start <= at).checked_sub(1)?;
        Some(self.code[last]).filter(|(_, end)| at < *end)
    }

    /// Whether an opening tag sets reasoning off, before `later` tags, and after nothing but reasoning where `is_first`.
    fn opens(&self, tag: &Tag, later: &[Tag], is_first: bool) -> bool {
        let closing = later.first().filter(|next| next.mark == Mark::Closes);
        if let Some((_, end)) = self.code_at(tag.start) {
            return self.holds_object(tag.end, closing.map_or(end, |closing| closing.start.min(end)));
        }
        match tag.kind {
            Kind::Data => is_first,
            Kind::Heading if self.last_closing > tag.start => true,
            Kind::Heading => {
                let has_form_apart = self.last_form > tag.end && !begins_form(&self.text[tag.end..]);
                self.holds_object(tag.end, self.text.len()) && !has_form_apart
            }
            Kind::Sure => begins_line(self.text, tag.start) || !self.is_spoken_of(tag, closing),
        }
    }

    /// Whether a sentence speaks of an opening tag within a line.
    fn is_spoken_of(&self, tag: &Tag, closing: Option<&Tag>) -> bool {
        let before = self.text[..tag.start].strip_suffix(' ').and_then(|before| before.chars().next_back());
        let follows_word = before.is_some_and(|before| before.is_alphanumeric() || before == ',');
        if let Some(closing) = closing {
            let holds_object = self.holds_object(tag.end, closing.start);
            return follows_word && !holds_object && sentence_goes_on(&self.text[closing.end..]);
        }
        let line = self.rest_of_line(tag.end);
        let goes_on = line.strip_prefix(' ').is_some_and(|rest| rest.starts_with(char::is_lowercase));
        let ends = line.trim_end().ends_with(['.', '!', '?', ':', ';']);
        !self.holds_object(tag.end, self.text.len()) || follows_word && goes_on && ends && !line.contains('{')
    }

    /// Whether a closing tag ends reasoning whose opening tag never came.
    fn closes(&self, tag: &Tag, before: Option<&Tag>) -> bool {
        let is_example = self.code_at(tag.start).is_some_and(|(start, _)| !self.holds_object(start, tag.start));
        let opening = before.filter(|before| before.mark == Mark::Opens && before.kind == Kind::Sure);
        let is_of_pair = opening.is_some_and(|opening| self.is_spoken_of(opening, Some(tag)));
        tag.kind == Kind::Sure && !is_example && !is_of_pair && !is_mentioned(self.text, *tag)
    }
}

/// Whether an object, or a block of code, is the first thing in a text.
fn begins_form(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with('{') || text.starts_with(FENCE)
}

const FENCE: &str = "```";

/// Where code stands in a text, as Markdown has it: in closed blocks, and between backticks of one line.
fn code(text: &str) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    let (mut block, mut spans_before, mut start) = (None, 0, 0);
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        match (line.trim().strip_prefix(FENCE), block) {
            (Some(""), Some(begun)) => {
                found.truncate(spans_before);
                found.push((begun, end));
                block = None;
            }
            // A block that another one begins in was never closed.
            (Some(_), _) => (block, spans_before) = (Some(start), found.len()),
            (None, _) => {
                let ticks: Vec<usize> = line.match_indices('`').map(|(at, _)| start + at).collect();
                found.extend(ticks.as_chunks::<2>().0.iter().map(|[open, close]| (*open, close + 1)));
            }
        }
        start = end;
    }
    found
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
    let layout = Layout::of(text, &tags);
    let (mut reasoning, mut answer, mut from, mut open) = (String::new(), String::new(), 0, None);
    for (place, tag) in tags.iter().enumerate() {
        match (tag.mark, open) {
            (Mark::Opens, None) => {
                let is_first = answer.trim().is_empty() && text[from..tag.start].trim().is_empty();
                if layout.opens(tag, &tags[place + 1..], is_first) {
                    answer.push_str(&text[from..tag.start]);
                    (open, from) = (Some(tag.kind), tag.end);
                }
            }
            (Mark::Closes, Some(kind)) if tag.kind != Kind::Data || kind == Kind::Data => {
                add(&mut reasoning, &text[from..tag.start]);
                (open, from) = (None, tag.end);
            }
            // The opening tag stood in the template, or what was thought spoke of tags.
            (Mark::Closes, None) if layout.closes(tag, place.checked_sub(1).map(|before| &tags[before])) => {
                add(&mut reasoning, &std::mem::take(&mut answer));
                add(&mut reasoning, &text[from..tag.start]);
                from = tag.end;
            }
            (Mark::Closes, None | Some(_)) | (Mark::Opens, Some(_)) => {}
        }
    }
    match open.is_some() {
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
        let mark = if is_closing { Mark::Closes } else { Mark::Opens };
        return Some(Tag { start: at, end: at + length, mark, kind: Kind::Sure });
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
    let is_ours = is_ours && name != "reasons";
    let length = open.len() + inner.len() + close.len();
    if !is_ours || open == "[" && !slashed && is_bracketed_word(text, at, length) {
        return None;
    }
    let ends = slashed || name.starts_with("end") || name.contains("_end") || name.ends_with("end_of_thinking");
    let mark = if ends { Mark::Closes } else { Mark::Opens };
    let kind = match open {
        _ if name == DATA => Kind::Data,
        "[" if mark == Mark::Opens && !rest.starts_with(TEMPLATE) => Kind::Heading,
        _ => Kind::Sure,
    };
    Some(Tag { start: at, end: at + length, mark, kind })
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

/// Whether a sentence goes on, or ends, around a tag: then it speaks of the tag.
fn is_mentioned(text: &str, tag: Tag) -> bool {
    let before = text[..tag.start].strip_suffix([' ', '(']).and_then(|before| before.chars().next_back());
    let follows_word = before.is_some_and(|before| !before.is_whitespace() && !matches!(before, '}' | ']' | '`'));
    follows_word && sentence_goes_on(&text[tag.end..])
}

/// Whether a sentence goes on with `rest`, or ends there with a mark.
fn sentence_goes_on(rest: &str) -> bool {
    let mut rest = rest.chars();
    match rest.next() {
        Some(' ') => rest.next().is_some_and(char::is_lowercase),
        Some(next) => ['.', ',', ';', ':', '!', '?', ')'].contains(&next),
        None => false,
    }
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
