//! The version of the database.

/// The version of the schema that this program reads and writes: that of the last migration.
pub(super) const VERSION: i64 = 5;
