//! The fields of one object of a reply, each read by itself: one that cannot be read is noted and left out.

use std::cell::RefCell;

use serde_json::{Map, Value};

use crate::debate::response::{ClaimId, Unread};
use crate::debate::text;

/// Longest single text that is taken over from a reply, in characters.
pub(super) const TEXT_CHARS_MAX: usize = 8_000;
/// Longest list that is taken from a reply.
pub(super) const LIST_MAX: usize = 40;
/// Longest account of what could not be read, in characters; and most of them for one reply.
const WHY_CHARS_MAX: usize = 200;
const NOTES_MAX: usize = 40;

/// What was left out of one reply.
#[derive(Debug, Default)]
pub(super) struct Notes(RefCell<Vec<Unread>>);

impl Notes {
    /// Notes that a field was left out, and why.
    pub(super) fn leave_out(&self, field: &str, why: impl AsRef<str>) {
        let mut notes = self.0.borrow_mut();
        if notes.len() < NOTES_MAX {
            notes.push(Unread { field: field.to_owned(), why: text::clip(why.as_ref(), WHY_CHARS_MAX) });
        }
    }

    /// All that was left out, in the order in which it was read.
    pub(super) fn into_unread(self) -> Vec<Unread> {
        self.0.into_inner()
    }
}

/// An object and where it stands in the reply.
#[derive(Debug, Clone)]
pub(super) struct Fields<'a> {
    pub(super) object: &'a Map<String, Value>,
    place: String,
    notes: &'a Notes,
}

/// One item of a list: an object with fields, or words in its place.
#[derive(Debug, Clone)]
pub(super) enum Item<'a> {
    Object(Fields<'a>),
    Words(String),
}

impl<'a> Fields<'a> {
    /// The fields of a whole reply.
    pub(super) fn of(object: &'a Map<String, Value>, notes: &'a Notes) -> Self {
        Self { object, place: String::new(), notes }
    }

    /// Notes that a field was left out.
    pub(super) fn leave_out(&self, name: &str, why: impl AsRef<str>) {
        self.notes.leave_out(&self.path(name), why);
    }

    /// Notes that the object itself was left out.
    pub(super) fn leave_out_whole(&self, why: &str) {
        self.notes.leave_out(&self.place, why);
    }

    fn path(&self, name: &str) -> String {
        if self.place.is_empty() { name.to_owned() } else { format!("{}.{name}", self.place) }
    }

    /// A value that says something; `None` for null and what is not there.
    pub(super) fn value(&self, name: &str) -> Option<&'a Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    /// A text; a list of texts is one text. Empty where there is none.
    pub(super) fn text(&self, name: &str) -> String {
        let Some(value) = self.value(name) else { return String::new() };
        words(value).unwrap_or_else(|| {
            self.leave_out(name, "it must be a text");
            String::new()
        })
    }

    /// Texts; one in place of a list is a list of one.
    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        let items: &[Value] = match self.value(name) {
            None => &[],
            Some(Value::Array(items)) => items,
            Some(one) => std::slice::from_ref(one),
        };
        let read = self.first_of(name, items).iter().enumerate().map(|(index, item)| {
            words(item).unwrap_or_else(|| {
                self.leave_out(&format!("{name}[{index}]"), "it must be a text");
                String::new()
            })
        });
        read.filter(|text| !text.is_empty()).collect()
    }

    /// Ids of claims.
    pub(super) fn claim_ids(&self, name: &str) -> Vec<ClaimId> {
        self.texts(name).into_iter().map(ClaimId).collect()
    }

    /// Objects, or words in their places; one in place of a list is a list of one.
    pub(super) fn items(&self, name: &str) -> Vec<Item<'a>> {
        let items: &'a [Value] = match self.value(name) {
            None => &[],
            Some(Value::Array(items)) => items,
            Some(one) => std::slice::from_ref(one),
        };
        let items = self.first_of(name, items).iter().enumerate();
        let read = items.filter_map(|(index, item)| {
            let place = self.path(&format!("{name}[{index}]"));
            match item {
                Value::Null => None,
                Value::Object(object) => Some(Item::Object(Self { object, place, notes: self.notes })),
                other => match words(other) {
                    Some(words) => Some(Item::Words(words)).filter(|_| !is_filler(other)),
                    None => {
                        self.notes.leave_out(&place, "it must be an object");
                        None
                    }
                },
            }
        });
        read.collect()
    }

    /// The fields of an object within this one.
    pub(super) fn object(&self, name: &str) -> Option<Self> {
        let object = self.value(name)?.as_object()?;
        Some(Self { object, place: self.path(name), notes: self.notes })
    }

    fn first_of(&self, name: &str, items: &'a [Value]) -> &'a [Value] {
        if items.len() <= LIST_MAX {
            return items;
        }
        self.leave_out(name, format!("it has {} entries; the first {LIST_MAX} are taken", items.len()));
        &items[..LIST_MAX]
    }

    /// Whether a field is true.
    pub(super) fn is_true(&self, name: &str) -> bool {
        match self.value(name) {
            None => false,
            Some(Value::Bool(value)) => *value,
            Some(Value::String(word)) if word.trim().eq_ignore_ascii_case("true") => true,
            Some(Value::String(word)) if word.trim().eq_ignore_ascii_case("false") => false,
            Some(_) => {
                self.leave_out(name, "it must be true or false");
                false
            }
        }
    }
}

/// A value as words; `None` for what is no text, number, or list of those.
fn words(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(bounded(text)),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(items) if items.len() <= LIST_MAX && items.iter().all(Value::is_string) => {
            Some(bounded(&items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")))
        }
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Whether a value fills in a field with nothing, as `""`, `"none"` and `"n/a"` do.
pub(super) fn is_filler(value: &Value) -> bool {
    let Some(words) = words(value) else { return false };
    let letters: String =
        words.to_lowercase().chars().filter(|c| c.is_alphanumeric() && !text::is_invisible(*c)).collect();
    matches!(letters.as_str(), "" | "none" | "null" | "na" | "nil" | "undefined")
}

fn bounded(value: &str) -> String {
    let value = text::plain(value);
    value.trim().chars().take(TEXT_CHARS_MAX).collect()
}
