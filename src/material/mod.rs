//! Material from outside, on its way into a session: files and folders, standard input, what git tells; and the project's
//! files again, when a decision's premises are looked at later; and reference documents, which models look things up in.
//!
//! Must never change a file, follow a link out of the project's folder, hand a word from outside to a shell, or repeat a
//! secret that it has found.

mod decode;
mod diff;
mod documents;
mod error;
mod gather;
mod guard;
mod legacy;
mod limits;
mod project;
mod secrets;

pub use crate::material::decode::{Decoded, Source, Undecodable, decode};
pub use crate::material::diff::diff;
pub use crate::material::documents::{Document, Documents, Passage, lies_in};
pub use crate::material::error::MaterialError;
pub use crate::material::gather::{Gathered, Place, gather};
pub use crate::material::guard::{Guard, looks_secret};
pub use crate::material::limits::{FILE_BYTES_MAX, FILES_MAX, TOTAL_BYTES_MAX};
pub use crate::material::project::{Content, Located, RecordFile, Walked, located, read_premise, records};
pub use crate::material::secrets::{Finding, Held, findings};
