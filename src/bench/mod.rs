//! A bench: modes × topics × panels × repeats, read from a file and laid out as debates to hold.
//!
//! Must never hold a debate or ask anybody, and never let the layout depend on anything but the file.

mod layout;
mod read;
mod spec;

use serde_json::Value;

pub use crate::bench::layout::{Bench, Cell, Topic};
pub use crate::bench::read::{parse, read};
pub use crate::bench::spec::{DEFAULT_PANEL, Key, ModeRow, PanelRow, Spec};

/// The JSON Schema of a bench file, generated from the types. A file that fits it may still fail the checks of [`parse`].
pub fn schema() -> Value {
    let mut schema = schemars::schema_for!(Spec);
    schema.insert("$id".to_owned(), "urn:roundtable:bench".into());
    schema.insert("title".to_owned(), "Bench file".into());
    schema.into()
}
