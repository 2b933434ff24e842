//! The accounts in use: one limiter for each vendor and key, shared by every gateway of the process.
//!
//! Must never show a key, and never share anything else.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use secrecy::{ExposeSecret, SecretString};

use crate::providers::gateway::endpoint::Endpoint;
use crate::providers::gateway::limiter::Limiter;

/// The limiters by account. Clones are the same.
#[derive(Clone, Default)]
pub struct Accounts(Arc<Mutex<Vec<Account>>>);

struct Account {
    vendor: &'static str,
    base_url: String,
    key: Option<SecretString>,
    limiter: Arc<Limiter>,
}

impl Accounts {
    /// The limiter of the endpoint's account; the first to use it sets its limits.
    pub(super) fn limiter(&self, endpoint: &Endpoint) -> Arc<Limiter> {
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = accounts.iter().find(|account| account.is_of(endpoint)) {
            return Arc::clone(&known.limiter);
        }
        let limiter = Arc::new(Limiter::new(endpoint.limits));
        accounts.push(Account {
            vendor: endpoint.vendor.name,
            base_url: endpoint.base_url.clone(),
            key: endpoint.key.clone(),
            limiter: Arc::clone(&limiter),
        });
        limiter
    }
}

impl Account {
    fn is_of(&self, endpoint: &Endpoint) -> bool {
        fn exposed(key: &Option<SecretString>) -> Option<&str> {
            key.as_ref().map(ExposeSecret::expose_secret)
        }
        self.vendor == endpoint.vendor.name
            && self.base_url == endpoint.base_url
            && exposed(&self.key) == exposed(&endpoint.key)
    }
}

impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accounts").finish_non_exhaustive()
    }
}
