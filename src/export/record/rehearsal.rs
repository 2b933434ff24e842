//! The voice of a rehearsal, and what reports say of it.

/// Family and provider of the scripted voice; see `providers::rehearsal`.
pub(in crate::export) const REHEARSAL: &str = "rehearsal";

/// What every format says of a rehearsed session.
pub(in crate::export) const REHEARSAL_NOTE: &str = "rehearsal: no model was asked";
