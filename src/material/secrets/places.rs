//! Passwords and tokens by the places where they stand: assignments, addresses, headers, commands, elements.

use crate::material::secrets::shapes::Alphabet;
use crate::material::secrets::value::{is_chosen, is_phrase, is_random};

/// Parts of names whose values are secrets.
const SECRET_NAMES: [&str; 13] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "api_key",
    "apikey",
    "access_key",
    "accesskey",
    "account_key",
    "accountkey",
    "sharedkey",
    "credential",
];
/// Parts of names that say that the value is none, or only tells it from others.
const HARMLESS_NAMES: [&str; 9] = ["hash", "sha", "digest", "checksum", "public", "fingerprint", "max", "count", "url"];
/// Words in which such a part stands by chance.
const CHANCE_WORDS: [&str; 2] = ["account", "shared"];
/// Ends of names whose values are passwords.
const PASSWORD_ENDS: [&str; 6] = ["password", "passwd", "passphrase", "_pwd", "_pass", "sshpass"];
/// The same where names and values stand in a list: a connection string, or the end of an address.
const PASSWORD_PAIRS: [&str; 2] = ["password", "pwd"];
/// Flags of commands that a user name and a password follow.
const USER_FLAGS: [&str; 3] = ["-u", "--user", "--proxy-user"];

/// A place, and what stands there.
struct Place {
    holds: fn(&str) -> bool,
    kind: &'static str,
}

const PLACES: [Place; 6] = [
    Place { holds: holds_address_password, kind: "a password in an address" },
    Place { holds: holds_bearer, kind: "a token in a header" },
    Place { holds: holds_basic, kind: "a password in a header" },
    Place { holds: holds_command_password, kind: "a password in a command" },
    Place { holds: holds_element, kind: "a password or token" },
    Place { holds: assigns_secret, kind: "a password or token" },
];

/// What stands in a line, by its place.
pub(super) fn kind(line: &str) -> Option<&'static str> {
    PLACES.iter().find(|place| (place.holds)(line)).map(|place| place.kind)
}

/// `scheme://user:password@host`.
fn holds_address_password(line: &str) -> bool {
    line.match_indices("://").any(|(at, _)| {
        let rest = &line[at + 3..];
        let authority = &rest[..rest.find(|c: char| c == '/' || c.is_whitespace() || c == '"').unwrap_or(rest.len())];
        let password =
            authority.rsplit_once('@').and_then(|(user, _)| user.split_once(':')).map(|(_, password)| password);
        password.is_some_and(is_chosen)
    })
}

/// `Bearer token`.
fn holds_bearer(line: &str) -> bool {
    after_scheme(line, "bearer").any(is_random)
}

/// `Basic` with a name and a password in base64.
fn holds_basic(line: &str) -> bool {
    after_scheme(line, "basic").any(|value| {
        let pair = from_base64(value).and_then(|bytes| String::from_utf8(bytes).ok());
        pair.as_deref().and_then(|pair| pair.split_once(':')).is_some_and(|(_, password)| is_chosen(password))
    })
}

/// What follows the name of a scheme of authorization, wherever it stands in a line.
fn after_scheme<'a>(line: &'a str, scheme: &'static str) -> impl Iterator<Item = &'a str> {
    let small = line.to_ascii_lowercase();
    let places: Vec<usize> = small.match_indices(scheme).map(|(at, _)| at).collect();
    places.into_iter().filter_map(move |at| {
        let is_joined = line[..at].chars().next_back().is_some_and(char::is_alphanumeric);
        let rest = &line[at + scheme.len()..];
        let value = rest.trim_start_matches(' ');
        let end = value.find(|c: char| !(c.is_ascii_alphanumeric() || "-._~+/=".contains(c))).unwrap_or(value.len());
        (!is_joined && value.len() < rest.len()).then(|| &value[..end])
    })
}

/// Reads base64 with its padding; `None` where it is none.
fn from_base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    if !text.len().is_multiple_of(4) || text.len() - digits.len() > 2 {
        return None;
    }
    let sextet = |c: u8| match c {
        b'A'..=b'Z' => Some(u32::from(c - b'A')),
        b'a'..=b'z' => Some(u32::from(c - b'a') + 26),
        b'0'..=b'9' => Some(u32::from(c - b'0') + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let sextets: Vec<u32> = digits.bytes().map(sextet).collect::<Option<_>>()?;
    let bytes = sextets.chunks(4).flat_map(|part| {
        let bits = part.iter().fold(0, |bits, sextet| bits << 6 | sextet) << (6 * (4 - part.len()));
        let [_, whole @ ..] = bits.to_be_bytes();
        whole.into_iter().take(part.len() * 3 / 4)
    });
    Some(bytes.collect())
}

/// `curl -u user:password`, the flag on a line of its own as well.
fn holds_command_password(line: &str) -> bool {
    if !(line.contains("curl") || line.trim_start().starts_with('-')) {
        return false;
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    let next = words.windows(2).filter(|pair| USER_FLAGS.contains(&pair[0])).map(|pair| pair[1]);
    let joined = words.iter().filter_map(|word| {
        let rest = USER_FLAGS.iter().find_map(|flag| word.strip_prefix(flag))?;
        Some(rest.strip_prefix('=').unwrap_or(rest))
    });
    next.chain(joined).any(|given| {
        let given = given.trim_matches(['"', '\'', '`', '\\', ',', ';']);
        given
            .split_once(':')
            .is_some_and(|(_, password)| is_chosen(password) && password.contains(|c: char| c.is_ascii_alphabetic()))
    })
}

/// `<password>value</password>`.
fn holds_element(line: &str) -> bool {
    line.match_indices('>').any(|(at, _)| {
        let name = line[..at].rsplit_once('<').map_or("", |(_, tag)| tag).split_whitespace().next().unwrap_or("");
        let value = line[at + 1..].split_once("</").map_or("", |(value, _)| value.trim());
        is_password_of(name, value) || names_secret(name) && is_random(value)
    })
}

/// `password = value` and its like.
fn assigns_secret(line: &str) -> bool {
    let signs = line.char_indices().filter(|(_, c)| matches!(c, '=' | ':'));
    signs.map(|(at, sign)| (&line[..at], sign, &line[at + 1..])).any(|(before, sign, after)| {
        let name = name_before(before);
        names_secret(name) && is_random(value_after(after))
            || is_pair(before, name, sign) && is_chosen(pair_value(after))
            || quoted_after(after).is_some_and(|text| is_passphrase_of(name, text))
            || is_variable(name) && is_password_of(name, variable_value(sign, after))
    })
}

/// Whether a name says that its value is a secret.
fn names_secret(name: &str) -> bool {
    let name = folded(name);
    let rest = CHANCE_WORDS.iter().fold(name.clone(), |rest, word| rest.replace(word, ""));
    SECRET_NAMES.iter().any(|part| name.contains(part)) && !HARMLESS_NAMES.iter().any(|part| rest.contains(part))
}

/// Whether a name is a password's, and the value can be one.
fn is_password_of(name: &str, value: &str) -> bool {
    ends_as_password(name) && is_chosen(value)
}

/// Whether a name is a password's, and words in quotes can be one.
fn is_passphrase_of(name: &str, text: &str) -> bool {
    ends_as_password(name) && is_phrase(text)
}

fn ends_as_password(name: &str) -> bool {
    let name = folded(name);
    PASSWORD_ENDS.iter().any(|end| name.ends_with(end))
}

fn folded(name: &str) -> String {
    name.to_lowercase().replace('-', "_")
}

/// Whether a name is one of an environment's: capitals, as shells, compose files and pipelines write them.
fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// Whether `name=` stands in a list of names and values.
fn is_pair(before: &str, name: &str, sign: char) -> bool {
    let is_listed = before.strip_suffix(name).is_some_and(|list| list.trim_end().ends_with([';', '&', '?']));
    sign == '=' && is_listed && PASSWORD_PAIRS.contains(&name.to_lowercase().as_str())
}

fn pair_value(after: &str) -> &str {
    let end = after.find(|c: char| c.is_whitespace() || matches!(c, ';' | '&' | '"' | '\'' | '`'));
    &after[..end.unwrap_or(after.len())]
}

/// The value of a variable. What stands bare after `= `, and what `=` follows after a colon, is code.
fn variable_value(sign: char, after: &str) -> &str {
    match quoted_after(after) {
        Some(text) => text,
        None if sign == '=' && after.starts_with(' ') || sign == ':' && after.contains(" = ") => "",
        None => value_after(after),
    }
}

/// What stands in quotes after a sign, spaces included.
fn quoted_after(text: &str) -> Option<&str> {
    let text = text.trim_start_matches(['=', '>', ':']).trim_start();
    let mark = text.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
    text[1..].split_once(mark).map(|(quoted, _)| quoted)
}

fn name_before(text: &str) -> &str {
    let text = text.trim_end().trim_end_matches(['"', '\'', '`', ']', ':']);
    let start = text
        .rfind(|c: char| !Alphabet::Url.holds(c))
        .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    &text[start..]
}

fn value_after(text: &str) -> &str {
    let text = text.trim_start_matches(['=', '>', ':']).trim_start();
    let text = text.trim_start_matches(['"', '\'', '`']);
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ',' | ';' | ')' | '}'));
    &text[..end.unwrap_or(text.len())]
}
