//! The vendors: what is known of each, with its models, their prices and what its dialect allows. The rows are in
//! `vendors`, what is looked up in them in `lookup`.
//!
//! Must never guess: a price that its vendor does not publish, or that depends on the hour, is `None`, and so is the
//! cost.

mod lookup;
pub(crate) mod vendor;
mod vendors;

pub use crate::providers::table::lookup::{Rates, family, find, is_compact, price, rates};
pub use crate::providers::table::vendor::{
    Billing, Compact, Key, Model, Offer, SMALL_PARAMETERS, Search, Term, Vendor,
};
pub use crate::providers::table::vendors::{PRICES_AS_OF, VENDORS};
