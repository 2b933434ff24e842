//! The store: one SQLite file of event logs, or one log in memory. Stamps place and time.
//!
//! Must never change or lose an event that it has acknowledged, and never let two writers into one session. The log is
//! the only truth; all else in the database is an index, derived from events in the transaction that appends them.

mod append;
mod check;
mod connect;
mod database;
mod error;
mod excerpt;
mod health;
mod identity;
mod index;
mod key;
mod lease;
mod leased;
mod ledger;
mod list;
mod mailbox;
mod memory;
mod migrations;
mod phrase;
mod read;
mod requests;
mod search;
mod standing;
mod version;
mod words;
mod writer;

pub use crate::store::append::now_ms;
pub use crate::store::database::{FILE, Store};
pub use crate::store::error::StoreError;
pub use crate::store::health::{Health, Soundness, examine};
pub use crate::store::lease::Lease;
pub use crate::store::leased::LeasedLog;
pub use crate::store::ledger::{AskOutcome, LedgerEntry, LedgerKey, LedgerRow, Taken};
pub use crate::store::list::{Filter, Listed};
pub use crate::store::memory::{MemoryLog, OutOfPlace};
pub use crate::store::search::Hit;
pub use crate::store::standing::Standing;
