//! The gateway to the chosen vendors.

use crate::error::Failure;
use crate::providers::Provider;
use crate::providers::gateway::{Accounts, Endpoint, Gateway, Timeouts};

pub(super) fn gateway(endpoints: Vec<Endpoint>, accounts: &Accounts) -> Result<Box<dyn Provider>, Failure> {
    Ok(Box::new(gateway_of(endpoints, accounts)?))
}

pub(super) fn gateway_of(endpoints: Vec<Endpoint>, accounts: &Accounts) -> Result<Gateway, Failure> {
    Gateway::sharing(endpoints, Timeouts::default(), accounts)
        .map_err(|error| Failure::usage(error.to_string()).with_source(error))
}
