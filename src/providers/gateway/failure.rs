//! What went wrong in one exchange, and the fault that it becomes when nothing else is tried.
//!
//! Must never carry a key: every text passes [`Route::clean`] before it leaves.

use std::time::Duration;

use crate::debate::ask::Ask;
use crate::debate::reply::{Fault, FaultKind};
use crate::providers::gateway::body::BodyError;
use crate::providers::gateway::client::Route;
use crate::providers::gateway::tally::Tally;
use crate::providers::table;
use crate::providers::table::vendor::Vendor;
use crate::providers::wire::call::WireFault;

/// A longer wait than this is told without a number.
const DAY: Duration = Duration::from_secs(86_400);

/// An exchange that brought no answer.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) kind: FaultKind,
    pub(super) message: String,
    pub(super) status: Option<u16>,
    pub(super) request_id: Option<String>,
    /// How long the provider asks to be left alone.
    pub(super) told_wait: Option<Duration>,
    /// The same, where there is no time for it.
    pub(super) overlong_wait: Option<Duration>,
    /// Whether a looser shape may be taken.
    pub(super) schema_refused: bool,
    /// Whether the refusal is none that an API answers with.
    pub(super) is_foreign: bool,
    /// Whether the provider may have seen the request.
    pub(super) sent: Sent,
    /// Whether what came back was an answer to its beginning.
    pub(super) has_begun: bool,
}

/// Whether a request was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sent {
    /// Perhaps.
    Perhaps,
    /// Surely not: there was no connection.
    Never,
}

impl Failure {
    pub(super) fn new(kind: FaultKind, message: String) -> Self {
        Self {
            kind,
            message,
            status: None,
            request_id: None,
            told_wait: None,
            overlong_wait: None,
            schema_refused: false,
            is_foreign: false,
            sent: Sent::Perhaps,
            has_begun: false,
        }
    }

    pub(super) fn turn_over(turn: Duration) -> Self {
        Self::new(FaultKind::Timeout, format!("no complete answer within {turn:?}"))
    }

    pub(super) fn endless(pauses: u32) -> Self {
        let message = format!("the provider stopped {pauses} times before its answer was complete");
        Self { has_begun: true, ..Self::new(FaultKind::InvalidResponse, message) }
    }

    /// The provider wants no request at all for longer than there is time.
    pub(super) fn left_alone(title: &str, pause: Duration) -> Self {
        let message = format!("{title} has asked all who use this key to wait");
        Self { told_wait: Some(pause), ..Self::new(FaultKind::RateLimit, message) }
    }

    pub(super) fn never_admitted(title: &str, queue: Duration) -> Self {
        Self::new(FaultKind::RateLimit, format!("no slot for a request to {title} within {queue:?}"))
    }

    /// How long everybody behind the key must leave the provider alone after this; `wait` is how long this ask does.
    pub(super) fn pause(&self, wait: Option<Duration>) -> Option<Duration> {
        match self.kind {
            FaultKind::RateLimit => self.told_wait.or(wait),
            FaultKind::Overloaded | FaultKind::Timeout => self.told_wait,
            FaultKind::Auth
            | FaultKind::Quota
            | FaultKind::Network
            | FaultKind::ContextTooLong
            | FaultKind::InvalidRequest
            | FaultKind::InvalidResponse
            | FaultKind::Cancelled => None,
        }
    }

    /// Says so where the wait that the provider wants is what there is no time for.
    pub(super) fn out_of_time(self, left: Duration) -> Self {
        match self.told_wait.filter(|told| *told >= left) {
            Some(told) => {
                let (wait, left) = (in_seconds(told), in_seconds(left));
                let reason = format!("it wants a wait of {wait}, and {left} of the turn are left");
                Self { message: format!("{}; {reason}", self.message), overlong_wait: Some(told), ..self }
            }
            None => self,
        }
    }

    /// A failure before anything was sent.
    pub(super) fn unsent(kind: FaultKind, message: String) -> Self {
        Self { sent: Sent::Never, ..Self::new(kind, message) }
    }

    /// Whether the request may have been billed: it was accepted, or nobody knows. What is refused costs nothing.
    pub(super) fn may_be_billed(&self) -> bool {
        match self.status {
            Some(status) => (200..300).contains(&status),
            None => self.sent == Sent::Perhaps,
        }
    }

    pub(super) fn at(self, status: u16, request_id: Option<String>) -> Self {
        Self { status: Some(status), request_id: self.request_id.or(request_id), ..self }
    }

    pub(super) fn cleaned(self, route: &Route) -> Self {
        Self { message: route.clean(&self.message), request_id: self.request_id.map(|id| route.clean(&id)), ..self }
    }

    pub(super) fn into_fault(self, ask: &Ask, route: &Route, Tally { requests, lost, loss }: Tally) -> Fault {
        Fault {
            hint: hint(&self, ask, route),
            kind: self.kind,
            message: self.message,
            provider: ask.voice.provider.clone(),
            model: ask.voice.model.clone(),
            status: self.status,
            request_id: self.request_id,
            requests,
            lost,
            loss: loss.map(Box::new),
        }
    }
}

impl From<WireFault> for Failure {
    fn from(fault: WireFault) -> Self {
        Self {
            kind: fault.kind,
            message: fault.message,
            status: None,
            request_id: fault.request_id,
            told_wait: fault.retry_after_ms.map(Duration::from_millis),
            overlong_wait: None,
            schema_refused: fault.schema_refused,
            is_foreign: fault.is_foreign,
            sent: Sent::Perhaps,
            has_begun: false,
        }
    }
}

impl From<BodyError> for WireFault {
    fn from(error: BodyError) -> Self {
        let kind = match &error {
            BodyError::Silent(_) => FaultKind::Timeout,
            BodyError::Broken(_) => FaultKind::Network,
            BodyError::TooLong { .. } | BodyError::NotText | BodyError::NotEvents => FaultKind::InvalidResponse,
        };
        Self::new(kind, &error.to_string())
    }
}

/// The fault of an ask for a vendor that has no endpoint: nothing was sent.
pub(super) fn unconfigured(ask: &Ask) -> Fault {
    let provider = &ask.voice.provider;
    let vendor = table::find(provider);
    let hint = match vendor.and_then(|vendor| vendor.key_variables.first().copied().or(vendor.base_url_variable)) {
        Some(variable) => format!("set {variable}"),
        None => "choose a provider from the vendor table".to_owned(),
    };
    Fault {
        kind: FaultKind::Auth,
        message: format!("{provider} is not configured"),
        provider: provider.clone(),
        model: ask.voice.model.clone(),
        status: None,
        request_id: None,
        hint,
        requests: 0,
        lost: 0,
        loss: None,
    }
}

/// The fault of an ask whose limit leaves no room for the request that might have healed it.
pub(super) fn denied(fault: Fault) -> Fault {
    Fault {
        message: format!("{}; the limit leaves no room for another request", fault.message),
        hint: "raise the limit on cost or tokens".to_owned(),
        ..fault
    }
}

fn in_seconds(duration: Duration) -> String {
    if duration > DAY { "more than a day".to_owned() } else { format!("{} s", duration.as_secs_f64().ceil()) }
}

fn hint(failure: &Failure, ask: &Ask, route: &Route) -> String {
    let (vendor, model, host) = (route.vendor(), &ask.voice.model, route.host());
    let title = vendor.title;
    if let Some(wait) = failure.overlong_wait {
        let wait = in_seconds(wait);
        return format!(
            "come back after {wait}, choose another provider, or name one that steps in for {title}: ROUNDTABLE_FALLBACK"
        );
    }
    if is_foreign(failure, route) {
        return format!(
            "what answers at {host} does not speak the API of {title}: check the base URL{}",
            set_by(vendor)
        );
    }
    match failure.kind {
        FaultKind::Auth if route.key_variable().is_empty() => format!("give {host} a key that it accepts"),
        FaultKind::Auth if route.has_key() => format!("check {}", route.key_variable()),
        FaultKind::Auth => format!("set {}", route.key_variable()),
        FaultKind::Quota => format!("add credit to the {title} account, or choose another provider"),
        FaultKind::RateLimit => format!("wait a minute, or seat fewer agents on {title}"),
        FaultKind::Timeout => "try again, or choose a faster model".to_owned(),
        FaultKind::Network => format!("check that {host} can be reached{}", set_by(vendor)),
        FaultKind::Overloaded => "try again later, or choose another model".to_owned(),
        FaultKind::ContextTooLong => "choose a model with a larger window, or fewer rounds".to_owned(),
        FaultKind::InvalidRequest if failure.status == Some(404) => {
            format!("check the model's name, {model}, and the base URL of {title}{}", set_by(vendor))
        }
        FaultKind::InvalidRequest => format!("check that {title} offers {model}, or choose another model"),
        FaultKind::InvalidResponse => "try again, or choose another model".to_owned(),
        FaultKind::Cancelled => "resume the session".to_owned(),
    }
}

/// Whether who answered seems to be no such vendor. At the vendor's own host, a web page is what stands before a vendor in trouble
/// shows; and a limit is a limit whoever sets it.
fn is_foreign(failure: &Failure, route: &Route) -> bool {
    let is_no_answer = failure.kind == FaultKind::InvalidResponse && !failure.has_begun;
    let is_elsewhere = failure.is_foreign && failure.kind != FaultKind::RateLimit && !route.is_the_vendors();
    is_no_answer || is_elsewhere || failure.status == Some(405)
}

fn set_by(vendor: &Vendor) -> String {
    vendor.base_url_variable.map(|variable| format!("; {variable} sets another address")).unwrap_or_default()
}
