//! Finding the JSON objects in a reply, as models write them.
//!
//! Takes what has one meaning only: comments, commas too many, line breaks in texts, Python's words. Must never invent a value:
//! what has no meaning is broken, and the caller is told where it stood.

use serde_json::{Map, Number, Value};

/// Deepest nesting that is read.
const DEPTH_MAX: usize = 64;
/// Bytes that may be looked at for each byte of a text: bounds the work on hostile ones.
const LOOKS_PER_BYTE: usize = 24;

/// One object that stands in a text by itself.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piece {
    /// Where it begins, in bytes.
    pub(super) start: usize,
    /// Where it ends; the length of the text for one that is never closed.
    pub(super) end: usize,
    /// What it says, or what is wrong with it.
    pub(super) object: Result<Map<String, Value>, String>,
}

/// Returns the objects of `text` that stand outside others, in order. Braces that open no object are passed over.
///
/// A key that is given twice with two values holds a list of both, so that no reader takes one for the other.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let (mut from, mut looks) = (0, text.len().saturating_mul(LOOKS_PER_BYTE).saturating_add(4_096));
    while let Some(start) = text[from..].find('{').map(|at| from + at) {
        let mut parser = Parser { text, at: start, furthest: start };
        let object = parser.object(0);
        let seen = parser.furthest - start + 1;
        if looks < seen {
            let problem = "it holds too many braces to be read".to_owned();
            pieces.push(Piece { start, end: text.len(), object: Err(problem) });
            break;
        }
        looks -= seen;
        from = match object {
            Ok(object) => {
                pieces.push(Piece { start, end: parser.at, object: Ok(object) });
                parser.at
            }
            // Braces stand in prose and in code, too.
            Err(_) if !begins_object(&text[start + 1..]) => start + 1,
            Err(problem) => {
                let length = balanced_end(&text[start..]);
                looks = looks.saturating_sub(length.unwrap_or(text.len() - start));
                let end = length.map_or(text.len(), |length| start + length);
                pieces.push(Piece { start, end, object: Err(problem) });
                // What an object holds that cannot be parsed was not said by itself; one that is never closed may be prose.
                if length.is_some() { end } else { start + 1 }
            }
        };
    }
    pieces
}

/// Reads a text that is nothing but one JSON value.
pub(super) fn value(text: &str) -> Option<Value> {
    let mut parser = Parser { text, at: 0, furthest: 0 };
    let value = parser.value(0).ok()?;
    parser.skip_space();
    (parser.at == text.len()).then_some(value)
}

/// Whether what follows a brace is a quoted key: code has braces in quotes, and keys begin with no punctuation.
fn begins_object(rest: &str) -> bool {
    let key = rest.trim_start().strip_prefix('"').and_then(|key| key.chars().next());
    key.is_some_and(|first| !first.is_ascii() || first.is_ascii_alphanumeric() || first == '_')
}

/// Returns the length of the balanced object at the start of `text`, braces within strings not counted.
fn balanced_end(text: &str) -> Option<usize> {
    let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' if !in_string => depth += 1,
            b'}' if !in_string => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// What closes a string that begins with `open`; `None` where no string does.
fn closing_quote(open: char) -> Option<&'static [char]> {
    Some(match open {
        '"' => &['"'],
        '\'' => &['\''],
        '\u{201c}' | '\u{201e}' => &['\u{201d}', '\u{201c}'],
        _ => return None,
    })
}

/// Reads forwards; `at` is the place of the next character.
struct Parser<'a> {
    text: &'a str,
    at: usize,
    /// The furthest place that was looked at.
    furthest: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn advance(&mut self, bytes: usize) {
        self.at += bytes;
        self.furthest = self.furthest.max(self.at);
    }

    fn takes(&mut self, expected: char) -> bool {
        let is_next = self.peek() == Some(expected);
        if is_next {
            self.advance(expected.len_utf8());
        }
        is_next
    }

    /// Passes over white space and comments.
    fn skip_space(&mut self) {
        loop {
            let rest = &self.text[self.at..];
            let space = rest.len() - rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}').len();
            self.advance(space);
            let rest = &self.text[self.at..];
            let comment = match (rest.starts_with("//"), rest.starts_with("/*")) {
                (true, _) => rest.find('\n').unwrap_or(rest.len()),
                (false, true) => rest.find("*/").map_or(0, |end| end + 2),
                (false, false) => 0,
            };
            if comment == 0 {
                return;
            }
            self.advance(comment);
        }
    }

    /// Passes over commas too many, and over what may stand around them.
    fn skip_commas(&mut self) {
        self.skip_space();
        while self.takes(',') {
            self.skip_space();
        }
    }

    fn object(&mut self, depth: usize) -> Result<Map<String, Value>, String> {
        if depth > DEPTH_MAX {
            return Err(format!("it is nested deeper than {DEPTH_MAX}"));
        }
        self.takes('{');
        let mut object = Map::new();
        loop {
            self.skip_commas();
            if self.takes('}') {
                return Ok(object);
            }
            let key = self.key()?;
            self.skip_space();
            if !self.takes(':') {
                return Err(format!("a colon is missing after `{}`", shown(&key)));
            }
            let value = self.value(depth + 1)?;
            let value = self.with_fraction(value);
            keep(&mut object, key, value);
            self.skip_space();
            if !self.takes(',') && self.peek() != Some('}') {
                return Err(self.unexpected("a comma or the end of the object"));
            }
        }
    }

    /// A key: quoted, or a bare word as in JavaScript.
    fn key(&mut self) -> Result<String, String> {
        match self.peek() {
            None => Err("it is never closed".to_owned()),
            Some(open) if closing_quote(open).is_some() => self.string(),
            Some(first) if first.is_alphabetic() || first == '_' => {
                let rest = &self.text[self.at..];
                let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                let key = rest[..length].to_owned();
                self.advance(length);
                Ok(key)
            }
            Some(_) => Err(self.unexpected("a key")),
        }
    }

    fn value(&mut self, depth: usize) -> Result<Value, String> {
        if depth > DEPTH_MAX {
            return Err(format!("it is nested deeper than {DEPTH_MAX}"));
        }
        self.skip_space();
        match self.peek() {
            None => Err("it is never closed".to_owned()),
            Some('{') => self.object(depth).map(Value::Object),
            Some('[') => self.array(depth).map(Value::Array),
            Some(open) if closing_quote(open).is_some() => self.string().map(Value::String),
            Some(_) => self.bare(),
        }
    }

    fn array(&mut self, depth: usize) -> Result<Vec<Value>, String> {
        self.takes('[');
        let mut items = Vec::new();
        loop {
            self.skip_commas();
            if self.takes(']') {
                return Ok(items);
            }
            items.push(self.value(depth + 1)?);
            self.skip_space();
            if !self.takes(',') && self.peek() != Some(']') {
                return Err(self.unexpected("a comma or the end of the list"));
            }
        }
    }

    /// A text; line breaks and other control characters may stand in it as they are.
    fn string(&mut self) -> Result<String, String> {
        let Some((open, ends)) = self.peek().and_then(|open| Some((open, closing_quote(open)?))) else {
            return Err(self.unexpected("a text"));
        };
        self.advance(open.len_utf8());
        let mut string = String::new();
        while let Some(c) = self.peek() {
            self.advance(c.len_utf8());
            match c {
                c if ends.contains(&c) => return Ok(string),
                '\\' => {
                    let sign = self.escape(&mut string)?;
                    string.push(sign);
                }
                c => string.push(c),
            }
        }
        Err("it is never closed".to_owned())
    }

    /// The sign that an escape stands for; one that stands for none leaves its backslash in the text.
    fn escape(&mut self, string: &mut String) -> Result<char, String> {
        let Some(c) = self.peek() else { return Err("it is never closed".to_owned()) };
        self.advance(c.len_utf8());
        Ok(match c {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'u' => return self.unicode(),
            // A backslash before what needs none, as in `\'`.
            '"' | '\'' | '\\' | '/' => c,
            // One that was not doubled, as in a path or a pattern: it stays what it is.
            c => {
                string.push('\\');
                c
            }
        })
    }

    fn unicode(&mut self) -> Result<char, String> {
        let high = self.hex()?;
        if !(0xd800..0xdc00).contains(&high) {
            return Ok(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        if !self.text[self.at..].starts_with("\\u") {
            return Ok(char::REPLACEMENT_CHARACTER);
        }
        self.advance(2);
        let low = self.hex()?;
        let code = 0x10000 + ((high - 0xd800) << 10) + (low.wrapping_sub(0xdc00) & 0x3ff);
        Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex(&mut self) -> Result<u32, String> {
        let digits = self.text[self.at..].get(..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let digits = digits.ok_or_else(|| "`\\u` needs four digits".to_owned())?;
        let code = u32::from_str_radix(digits, 16).map_err(|error| error.to_string())?;
        self.advance(4);
        Ok(code)
    }

    /// A number, or one of the words that stand for nothing, true and false. A number that cannot be kept whole stays text, and
    /// so does one that is none, such as `Infinity`.
    fn bare(&mut self) -> Result<Value, String> {
        let rest = &self.text[self.at..];
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.' | '_' | '%');
        let length = rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
        let word = &rest[..length];
        let value = match word {
            "null" | "None" | "undefined" => Value::Null,
            "true" | "True" => Value::Bool(true),
            "false" | "False" => Value::Bool(false),
            "NaN" | "Infinity" | "-Infinity" => Value::String(word.to_owned()),
            _ if word.bytes().any(|byte| byte.is_ascii_digit()) => {
                number(word).ok_or_else(|| self.unexpected("a value"))?
            }
            _ => return Err(self.unexpected("a value")),
        };
        self.advance(length);
        Ok(value)
    }

    /// A number with a comma before its fraction, as half of the world writes it: no key can begin with a digit.
    fn with_fraction(&mut self, value: Value) -> Value {
        let Value::Number(whole) = &value else { return value };
        let Some(rest) = self.text[self.at..].strip_prefix(',') else { return value };
        let length = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let ends = rest[length..].trim_start().starts_with([',', '}']);
        if length == 0 || !ends {
            return value;
        }
        let written = format!("{whole},{}", &rest[..length]);
        self.advance(1 + length);
        Value::String(written)
    }

    fn unexpected(&self, wanted: &str) -> String {
        match self.peek() {
            None => "it is never closed".to_owned(),
            Some(c) => format!("`{}` stands where {wanted} belongs", shown(&c.to_string())),
        }
    }
}

/// A number as JSON has it, or with a sign or a point that JSON does without; text where it is too small to be told from 0 or
/// has other letters. `None` for what has no digits in front.
fn number(word: &str) -> Option<Value> {
    let plain = word.strip_prefix('+').unwrap_or(word);
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain), |digits| ("-", digits));
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let completed = match digits.strip_prefix('.') {
        Some(fraction) => format!("{sign}0.{fraction}"),
        None => format!("{sign}{}", digits.strip_suffix('.').unwrap_or(digits)),
    };
    let read: Option<Number> = serde_json::from_str(&completed).ok();
    let vanishes = |number: &Number| {
        let mantissa = completed.split(['e', 'E']).next().unwrap_or_default();
        number.as_f64() == Some(0.0) && mantissa.bytes().any(|byte| (b'1'..=b'9').contains(&byte))
    };
    Some(match read.filter(|number| !vanishes(number)) {
        Some(number) => Value::Number(number),
        None => Value::String(word.to_owned()),
    })
}

/// Keeps a value under its key; of two different ones, both.
fn keep(object: &mut Map<String, Value>, key: String, value: Value) {
    match object.get_mut(&key) {
        None => {
            object.insert(key, value);
        }
        Some(known) if *known == value => {}
        Some(known) => *known = Value::Array(vec![known.take(), value]),
    }
}

fn shown(text: &str) -> String {
    crate::debate::text::clip(text, 40)
}
