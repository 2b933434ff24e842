//! Asking each provider for one word: does the address answer, does the key open it, does it have the model.
//!
//! Must never store anything, and never ask for more than the word: a check costs next to nothing.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::app::panel::{self, VendorStatus};
use crate::app::program::App;
use crate::debate::agent::Voice;
use crate::debate::ask::{Ask, Message, Prompt, Role, Schema};
use crate::debate::log::ids::{SessionId, Speaker, TurnId};
use crate::debate::reply::{Fault, FaultKind, Reply};
use crate::debate::search::WebSearch;
use crate::error::Failure;
use crate::message::{Action, message};
use crate::providers::Provider;
use crate::providers::gateway::{Gateway, Timeouts};

/// Room for the word in tokens. A model that thinks first uses it up and is cut off, which is an answer as good as any.
const OUTPUT_TOKENS_MAX: u32 = 64;
/// How long a connection may take to be made.
const CONNECT_MAX: Duration = Duration::from_secs(10);

/// Whom to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    /// Whoever a debate would ask: the chosen providers, else every one that is set up; the moderator and the fallbacks.
    OfDebate,
    /// The chosen providers alone.
    Chosen,
}

/// What came of asking a provider.
#[derive(Debug, Clone, PartialEq)]
pub struct Probed {
    /// The provider, with the model that was asked for.
    pub vendor: VendorStatus,
    /// Its reply, or why there is none. One that is not set up is not asked.
    pub outcome: Result<Reply, Fault>,
}

impl App {
    /// Asks each provider for a word, all at once; each has `patience`, retries included. What has not been answered when
    /// `leave` is cancelled is given up.
    ///
    /// # Errors
    /// A credentials failure when no provider is set up or chosen. What a provider does wrong stands in what is
    /// returned.
    pub async fn probe(
        &self,
        whom: Whom,
        patience: Duration,
        leave: &CancellationToken,
    ) -> Result<Vec<Probed>, Failure> {
        let asked = self.asked(whom);
        if asked.is_empty() {
            return Err(panel::nothing_usable().with_hint(message![
                "set a key in the environment or in .env; ",
                Action::ListProviders,
                " lists the variables"
            ]));
        }
        Ok(join_all(asked.into_iter().map(|vendor| self.ask_for_a_word(vendor, patience, leave))).await)
    }

    fn asked(&self, whom: Whom) -> Vec<VendorStatus> {
        let mut asked = self.chosen_vendors();
        if asked.is_empty() {
            asked.extend(self.vendors().into_iter().filter(|vendor| vendor.usable));
        }
        if whom == Whom::OfDebate {
            let others = self.config.moderator().into_iter().chain(self.config.fallbacks());
            asked.extend(others.filter_map(|choice| panel::chosen_vendor(&self.config, choice)));
        }
        let mut once: Vec<VendorStatus> = Vec::new();
        for vendor in asked {
            if !once.contains(&vendor) {
                once.push(vendor);
            }
        }
        once
    }

    async fn ask_for_a_word(&self, vendor: VendorStatus, patience: Duration, leave: &CancellationToken) -> Probed {
        let ask = ask(&vendor);
        // A gateway each: one address or key that cannot be used says nothing about the others.
        let gateway = Gateway::new(panel::endpoints(&self.config, &[vendor.name]), timeouts(patience));
        let outcome = match gateway {
            Ok(gateway) => tokio::select! {
                outcome = gateway.ask(&ask, &|_| {}) => outcome,
                () = leave.cancelled() => Err(given_up(&vendor)),
            },
            Err(error) => Err(fault(&vendor, FaultKind::InvalidRequest, error.to_string(), set_anew(&vendor))),
        };
        Probed { vendor, outcome }
    }
}

fn timeouts(patience: Duration) -> Timeouts {
    Timeouts {
        connect: CONNECT_MAX.min(patience),
        first_byte: patience,
        silence: patience,
        turn: patience,
        ..Timeouts::default()
    }
}

/// The cheapest request that shows all that a debate needs: the model by its name, an answer in JSON.
fn ask(vendor: &VendorStatus) -> Ask {
    let word = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["word"],
        "properties": { "word": { "type": "string", "description": "The word." } },
    });
    Ask {
        // A check belongs to no session.
        session: SessionId(Uuid::nil()),
        turn: TurnId { phase: "check".to_owned(), round: 1, stage: "check".to_owned(), speaker: Speaker::Moderator },
        attempt: 1,
        voice: Voice {
            provider: vendor.name.to_owned(),
            model: vendor.model.clone(),
            // No ballot is cast, so nobody counts families.
            family: vendor.name.to_owned(),
        },
        prompt: Prompt {
            shared: "This checks a connection.".to_owned(),
            messages: vec![Message { role: Role::User, text: "Answer with the JSON {\"word\":\"ready\"}.".to_owned() }],
            schema: Schema { name: "word".to_owned(), json: word },
            output_tokens_max: OUTPUT_TOKENS_MAX,
        },
        search: WebSearch::Off,
        grant: None,
    }
}

fn given_up(vendor: &VendorStatus) -> Fault {
    fault(vendor, FaultKind::Cancelled, "interrupted before it answered".to_owned(), "check it again".to_owned())
}

fn set_anew(vendor: &VendorStatus) -> String {
    format!("set {} anew", vendor.variable)
}

fn fault(vendor: &VendorStatus, kind: FaultKind, message: String, hint: String) -> Fault {
    Fault {
        kind,
        message,
        provider: vendor.name.to_owned(),
        model: vendor.model.clone(),
        status: None,
        request_id: None,
        hint,
        requests: 0,
        lost: 0,
        loss: None,
    }
}

/// The failure that providers who do not answer mean to a script; `None` when all of them do.
pub fn probe_failure(checked: &[Probed]) -> Option<Failure> {
    let faults: Vec<&Fault> = checked.iter().filter_map(|checked| checked.outcome.as_ref().err()).collect();
    let first = faults.first()?;
    if faults.iter().any(|fault| fault.kind == FaultKind::Cancelled) {
        return Some(Failure::interrupted("interrupted before every provider answered").with_hint("check again"));
    }
    let failure = Failure::providers(format!("{} of {} providers do not answer: {first}", faults.len(), checked.len()))
        .with_hint(&first.hint);
    Some(if faults.iter().any(|fault| fault.kind.is_retryable()) { failure } else { failure.lasting() })
}
