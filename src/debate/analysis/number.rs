//! A number that may be undefined, with the reason why.

use schemars::JsonSchema;
use serde::Serialize;

use crate::stats::undefined::Undefined;

/// A number, or the reason why there is none. Never NaN or infinite.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Number {
    /// The number; `None` where it is undefined.
    pub value: Option<f64>,
    /// Why it is, in words joined by underscores; left out where it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
}

impl From<Result<f64, Undefined>> for Number {
    fn from(number: Result<f64, Undefined>) -> Self {
        match number {
            Ok(value) => Self { value: Some(value), reason: None },
            Err(undefined) => Self { value: None, reason: Some(undefined.reason()) },
        }
    }
}
