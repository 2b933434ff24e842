//! A debate inside another program: a provider of its own, a log in memory, notices as it goes, and the decision.
//!
//! ```sh
//! cargo run --example embed
//! ```

use std::error::Error;

use roundtable::debate::agent::{Seat, Voice};
use roundtable::debate::ask::Ask;
use roundtable::debate::event::Event;
use roundtable::debate::history::History;
use roundtable::debate::log::decision::Decision;
use roundtable::debate::log::ids::{SessionId, Speaker};
use roundtable::debate::log::setup::Setup;
use roundtable::debate::personas;
use roundtable::debate::question::Question;
use roundtable::debate::reply::{Finish, Reply, Usage};
use roundtable::engine::{Control, Notice, Run, SessionLog};
use roundtable::modes::{self, Folders};
use roundtable::providers::{Asking, OnProgress, Provider};
use roundtable::store::MemoryLog;
use serde_json::{Map, Value, json};
use tokio::sync::mpsc;
use uuid::Uuid;

/// Answers every prompt by rule: odd seats hold the first option, even ones the second. A real one would send
/// `ask.prompt` to a model, and enforce or state its schema.
struct House;

impl Provider for House {
    fn ask<'a>(&'a self, ask: &'a Ask, _progress: OnProgress<'a>) -> Asking<'a> {
        Box::pin(async move { Ok(reply(ask)) })
    }
}

/// A reply that fits the schema of its prompt: a JSON object with every property.
fn reply(ask: &Ask) -> Reply {
    let Speaker::Seat(Seat(seat)) = ask.turn.speaker else { unreachable!("a vote has no moderator's turn") };
    let held = if seat % 2 == 1 { "o1" } else { "o2" };
    let properties = ask.prompt.schema.json["properties"].as_object().cloned().unwrap_or_default();
    let field = |name: &str| match name {
        "reasoning" | "statement" => json!(format!("Seat {seat} holds {held}, by rule.")),
        "option" => json!(held),
        "ratings" => json!({ "o1": if held == "o1" { 2 } else { -1 }, "o2": if held == "o2" { 2 } else { -1 } }),
        "confidence" => json!(0.8),
        "claims" | "would_change_my_mind" | "concessions" => json!([]),
        // What is left may be null: an objection, a reason to abstain.
        _ => Value::Null,
    };
    let answer: Map<String, Value> = properties.keys().map(|name| (name.clone(), field(name))).collect();
    Reply {
        text: Value::Object(answer).to_string(),
        reasoning: None,
        model: ask.voice.model.clone(),
        finish: Finish::Complete,
        usage: Usage::default(),
        cost_usd: Some(0.0),
        citations: Vec::new(),
        request_id: None,
        elapsed_ms: 0,
        requests: 1,
        lost: 0,
        loss: None,
    }
}

/// Holds a vote of three seats, and returns its decision with what was told meanwhile, a line an event.
pub(crate) async fn vote() -> Result<(Decision, Vec<String>), Box<dyn Error>> {
    let mode = modes::find("vote", &Folders::default())?.mode;
    let voice = Voice { provider: "house".to_owned(), model: "rule".to_owned(), family: "house".to_owned() };
    let agents = personas::seat(&mode.panel.personas, mode.panel.numbering(), 3, &[voice]);
    let question = Question::new("Should we move?", &["Yes".to_owned(), "No".to_owned()])?;
    // Nobody writes a closing text, which would be the moderator's turn.
    let setup = Setup { synthesis: false, ..Setup::new(SessionId(Uuid::now_v7()), question, mode, agents) };

    let log = MemoryLog::default();
    let history = History::replay(&log.append(vec![Event::SessionOpened(Box::new(setup))]).await?)?;
    let (notices, mut watched) = mpsc::channel(64);
    let run = Run { log: &log, history, provider: &House, notices, heard: &|_| {}, control: Control::default() };
    let watching = async {
        let mut told = Vec::new();
        while let Some(notice) = watched.recv().await {
            if let Notice::Recorded(logged) = notice {
                told.push(format!("{:>3} {}", logged.seq, logged.event.tag()));
            }
        }
        told
    };
    let (ended, told) = tokio::join!(run.finish(), watching);
    let decision = ended?.decision.ok_or("the debate was left without a decision")?;
    Ok((decision, told))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (decision, told) = vote().await?;
    for line in told {
        println!("{line}");
    }
    let text = decision.text.as_deref().unwrap_or("no decision");
    println!("{text} ({})", decision.label);
    Ok(())
}
