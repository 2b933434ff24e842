//! What would leave the machine, and where it would go: a look at a debate before it is started.
//!
//! Must never send or store anything.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::app::program::App;
use crate::app::rehearsal::{REHEARSAL, REHEARSAL_NOTE};
use crate::app::request::{Needs, StartRequest};
use crate::app::{failures, panel, search, start};
use crate::debate::agent::Seat;
use crate::debate::event::{Event, Logged};
use crate::debate::history::History;
use crate::debate::log::setup::Setup;
use crate::debate::{material, prompt};
use crate::error::Failure;

/// Format and version of what is told.
const SCHEMA: &str = "roundtable.egress/1";

/// Who would be sent what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Egress {
    /// Format and version.
    pub schema: &'static str,
    /// Said when nobody would be sent anything.
    pub note: Option<&'static str>,
    /// Who would be asked, by name. Each is sent all texts.
    pub recipients: Vec<Recipient>,
    /// What is sent with every prompt.
    pub texts: Vec<Outgoing>,
    /// Length in bytes of what opens every prompt: the texts, the rules, and the marks of quotation.
    pub shared_bytes: u64,
    /// What was left out of the material.
    pub warnings: Vec<String>,
}

/// A provider that would be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recipient {
    /// Its name.
    pub provider: String,
    /// Where it is reached.
    pub address: String,
    /// The seats it would hold.
    pub seats: Vec<Seat>,
    /// Whether it may moderate.
    pub moderates: bool,
    /// Whether it may look things up on the web, in words that it draws from the texts.
    pub searches: bool,
}

/// A text that would be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outgoing {
    /// What it is: `question`, `options`, `personas`, or a premise by its id.
    pub what: String,
    /// The name of a premise that has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its length in bytes.
    pub bytes: u64,
}

impl App {
    /// Tells what a debate would send to whom.
    ///
    /// # Errors
    /// Fails as [`App::open`] does before it stores anything: on bad input, on what looks like a secret, and on a
    /// missing key.
    pub fn egress(&self, request: &StartRequest) -> Result<Egress, Failure> {
        let (setup, warnings) = start::draw_up(self, request, Needs::Access)?;
        let recipients = self.recipients(&setup);
        let texts = texts(&setup);
        let first = Logged { seq: 1, at_ms: 0, event: Event::SessionOpened(Box::new(setup)) };
        let history = History::open(&first).map_err(failures::history_failure)?;
        Ok(Egress {
            schema: SCHEMA,
            note: recipients.is_empty().then_some(REHEARSAL_NOTE),
            recipients,
            texts,
            shared_bytes: prompt::shared(&history).len() as u64,
            warnings,
        })
    }

    fn recipients(&self, setup: &Setup) -> Vec<Recipient> {
        let mut seats: BTreeMap<&str, Vec<Seat>> = BTreeMap::new();
        for voice in &setup.moderators {
            seats.entry(&voice.provider).or_default();
        }
        for agent in &setup.agents {
            seats.entry(&agent.voice.provider).or_default().push(agent.seat);
        }
        let recipient = |(provider, seats): (&str, Vec<Seat>)| Recipient {
            provider: provider.to_owned(),
            address: panel::address(&self.config, provider).unwrap_or_default(),
            seats,
            searches: search::may_search(&setup.web_search, provider),
            moderates: setup.moderators.iter().any(|voice| voice.provider == provider),
        };
        seats.into_iter().filter(|(provider, _)| *provider != REHEARSAL).map(recipient).collect()
    }
}

fn texts(setup: &Setup) -> Vec<Outgoing> {
    let own = |what: &str, bytes: usize| Outgoing { what: what.to_owned(), name: None, bytes: bytes as u64 };
    let mut texts = vec![own("question", setup.question.topic.len())];
    let options: usize = setup.question.options.iter().map(|choice| choice.text.len()).sum();
    let personas: usize = setup.agents.iter().map(|agent| agent.name.len() + agent.persona.character.len()).sum();
    texts.extend((options > 0).then(|| own("options", options)));
    texts.extend(setup.question.estimate.as_ref().map(|unit| own("unit", unit.0.len())));
    texts.push(own("personas", personas));
    texts.extend(material::premises(setup).iter().map(|premise| Outgoing {
        what: premise.id.clone(),
        name: premise.name().map(str::to_owned),
        bytes: premise.text().len() as u64,
    }));
    texts
}
