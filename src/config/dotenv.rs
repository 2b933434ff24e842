//! Reads the text of a `.env` file into assignments.
//!
//! Must never expand anything, never touch the environment, and never repeat the text in an error: it may hold a key.

/// One `NAME=value`.
#[derive(Clone)]
pub(crate) struct Assignment {
    /// Name, as written.
    pub(crate) name: String,
    /// Value without its quotes.
    pub(crate) text: String,
    /// Line of the name, from 1.
    pub(crate) line: u32,
}

/// Where and why the text cannot be read.
pub(crate) struct Malformed {
    /// Line, from 1.
    pub(crate) line: u32,
    /// What is wrong there.
    pub(crate) what: &'static str,
}

/// Reads every assignment, in order.
///
/// Blank lines, `#` comments, an optional `export`, `NAME=value`. A bare value ends at the line's end or before a `#`
/// that follows a space. Quoted values may span lines; within double quotes `\n`, `\"` and `\\` are escapes and any
/// other backslash is itself.
pub(crate) fn parse(text: &str) -> Result<Vec<Assignment>, Malformed> {
    let text = text.replace("\r\n", "\n");
    let mut rest = text.as_str();
    let mut line = 1;
    let mut assignments = Vec::new();
    while !rest.is_empty() {
        let first = rest.split('\n').next().unwrap_or_default();
        let used = if is_ignorable(first) {
            first.len()
        } else {
            let (name, value) = split(first).map_err(|what| Malformed { line, what })?;
            let start = first.len() - value.len();
            let (text, used) = read_value(&rest[start..], value).map_err(|what| Malformed { line, what })?;
            assignments.push(Assignment { name: name.to_owned(), text, line });
            start + used
        };
        let (read, after) = rest.split_at(used);
        line += u32::try_from(read.matches('\n').count()).unwrap_or(u32::MAX) + 1;
        rest = after.strip_prefix('\n').unwrap_or(after);
    }
    Ok(assignments)
}

fn is_ignorable(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}

/// Splits a line into its name and what follows `=`, without leading spaces before a quote.
fn split(line: &str) -> Result<(&str, &str), &'static str> {
    let (name, value) = line.split_once('=').ok_or("`=` is missing")?;
    let name = name.trim();
    let name = match name.strip_prefix("export") {
        Some(exported) if exported.starts_with([' ', '\t']) => exported.trim_start(),
        Some(_) | None => name,
    };
    let mut letters = name.chars();
    let starts_well = letters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    if !starts_well || !letters.all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Err("what stands before `=` is not the name of a variable");
    }
    let trimmed = value.trim_start();
    Ok((name, if trimmed.starts_with(['\'', '"']) { trimmed } else { value }))
}

/// Reads a value from `rest`, whose first line is `first`; returns it and the bytes used up to its line's end.
fn read_value(rest: &str, first: &str) -> Result<(String, usize), &'static str> {
    let Some(quote) = first.chars().next().filter(|c| matches!(c, '\'' | '"')) else {
        return Ok((bare(first).to_owned(), first.len()));
    };
    let (text, close) = quoted(&rest[1..], quote).ok_or("the quote that opens here is never closed")?;
    let end = 1 + close + 1;
    let tail = rest[end..].split('\n').next().unwrap_or_default();
    let is_comment = tail.starts_with([' ', '\t']) && tail.trim_start().starts_with('#');
    if !is_comment && !tail.trim().is_empty() {
        return Err("text follows the closing quote");
    }
    Ok((text, end + tail.len()))
}

fn bare(value: &str) -> &str {
    let comment =
        value.match_indices('#').find(|(at, _)| value[..*at].ends_with([' ', '\t'])).map_or(value.len(), |(at, _)| at);
    value[..comment].trim()
}

/// Reads up to the closing quote; returns the text and the byte the quote stands at.
fn quoted(text: &str, quote: char) -> Option<(String, usize)> {
    let mut value = String::new();
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        if letter == quote {
            return Some((value, at));
        }
        let escaped = match letters.peek() {
            Some((_, 'n')) => Some('\n'),
            Some((_, escaped @ ('"' | '\\'))) => Some(*escaped),
            Some(_) | None => None,
        };
        match escaped {
            Some(escaped) if quote == '"' && letter == '\\' => {
                letters.next();
                value.push(escaped);
            }
            Some(_) | None => value.push(letter),
        }
    }
    None
}
