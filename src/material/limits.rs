//! How much material a session takes.

/// Largest text of one file, in bytes.
pub const FILE_BYTES_MAX: u64 = 128 * 1024;

/// Largest material of a session, in bytes of text.
pub const TOTAL_BYTES_MAX: u64 = 384 * 1024;

/// Most files of a session's material.
pub const FILES_MAX: usize = 200;
