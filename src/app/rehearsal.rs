//! The provider that asks no model.

use crate::providers::rehearsal;

/// The provider name of the rehearsal.
pub const REHEARSAL: &str = rehearsal::NAME;

/// How the rehearsal announces itself.
pub const REHEARSAL_NOTE: &str = rehearsal::NOTE;
