//! Where a vendor is reached, with which key, and how long is waited for it.

use std::fmt;
use std::time::Duration;

use secrecy::SecretString;

use crate::providers::gateway::limiter::Limits;
use crate::providers::table::vendor::Vendor;

/// Where a vendor is reached, and with which key.
pub struct Endpoint {
    /// The vendor's row in the table.
    pub vendor: &'static Vendor,
    /// An `http` or `https` URL without query; the wire appends its path, see
    /// [`Wire::url`](crate::providers::wire::Wire::url).
    pub base_url: String,
    /// Sent in the wire's own header, to this base URL only.
    pub key: Option<SecretString>,
    /// The variable the key is read from, for hints; empty when the vendor needs none.
    pub key_variable: String,
    /// What the account allows.
    pub limits: Limits,
}

impl fmt::Debug for Endpoint {
    /// Leaves out the key, and the base URL too: it may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("vendor", &self.vendor.name)
            .field("has_key", &self.key.is_some())
            .finish_non_exhaustive()
    }
}

/// How long the gateway waits, phase by phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection, TLS included.
    pub connect: Duration,
    /// For the answer's head, and then for the first byte of its body.
    pub first_byte: Duration,
    /// Between two chunks of the body.
    pub silence: Duration,
    /// For the whole ask: all attempts and the waits between them. Waiting for a slot is not counted.
    pub turn: Duration,
    /// For a slot, before each attempt.
    pub queue: Duration,
    /// Longest wait before the second attempt; doubles with each further one, up to 30 seconds.
    pub backoff_base: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            first_byte: Duration::from_secs(120),
            silence: Duration::from_secs(60),
            turn: Duration::from_secs(600),
            queue: Duration::from_secs(3_600),
            backoff_base: Duration::from_millis(500),
        }
    }
}

/// Why no gateway can be built from a configuration.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// Neither the system's certificates nor the compiled-in ones make a client.
    #[error("no HTTPS client can be built: {0}")]
    Client(String),
    /// A base URL is not one.
    #[error("{provider}: the base URL is not usable: {reason}")]
    BaseUrl {
        /// Vendor name.
        provider: &'static str,
        /// What is wrong with it, without the URL.
        reason: String,
    },
    /// A key holds a character that no header can carry, such as a line end.
    #[error("{provider}: the key in {key_variable} holds a character that cannot be sent")]
    Key {
        /// Vendor name.
        provider: &'static str,
        /// Where the key was read.
        key_variable: String,
    },
    /// A vendor has two endpoints.
    #[error("{0} is configured twice")]
    Twice(&'static str),
}

pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
