//! The prompts: what was sent, rebuilt from the log and held against the mark that was recorded when it was sent.

use serde::Serialize;
use serde_json::Value;

use crate::debate::agent::Voice;
use crate::debate::ask::{Prompt, Role};
use crate::debate::event::Logged;
use crate::debate::fold::HistoryError;
use crate::debate::log::ids::TurnId;
use crate::debate::prompt;
use crate::debate::replay::{self, SentPrompt};
use crate::export::views::page::Block::{self, Part, Section, Verbatim};
use crate::export::views::page::{named, says};
use crate::export::views::scope::Scope;

/// The prompts in scope.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Prompts {
    /// Prompts whose rebuilt text is not what was recorded.
    mismatches: usize,
    prompts: Vec<Sent>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Sent {
    /// Place of the event in the log.
    seq: u64,
    #[serde(flatten)]
    turn: TurnId,
    attempt: u32,
    /// Number of the round.
    number: Option<u32>,
    name: String,
    voice: Voice,
    bytes: u64,
    sha256: String,
    /// Whether what is rebuilt from the log is what was recorded.
    matches: bool,
    /// What was sent; left out unless the view is narrowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt: Option<Whole>,
    #[serde(skip)]
    whereabouts: String,
}

/// A prompt in full.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Whole {
    /// The block that opens every prompt of the session.
    shared: String,
    messages: Vec<Said>,
    schema_name: String,
    schema: Value,
    output_tokens_max: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Said {
    role: &'static str,
    text: String,
}

/// Draws up the prompts.
///
/// # Errors
/// The log is empty, or holds an event that cannot follow from those before it.
pub fn view(scope: &Scope<'_>, log: &[Logged]) -> Result<Prompts, HistoryError> {
    let sent = replay::prompts(log)?.into_iter().filter(|sent| scope.holds(&sent.turn));
    let prompts: Vec<Sent> = sent.map(|sent| entry(scope, sent)).collect();
    Ok(Prompts { mismatches: prompts.iter().filter(|sent| !sent.matches).count(), prompts })
}

fn entry(scope: &Scope<'_>, sent: SentPrompt) -> Sent {
    Sent {
        seq: sent.seq,
        attempt: sent.attempt,
        number: scope.number(&sent.turn),
        name: scope.name(sent.turn.speaker),
        whereabouts: scope.whereabouts(&sent.turn),
        turn: sent.turn,
        voice: sent.voice,
        bytes: sent.recorded.bytes,
        matches: sent.rebuilt.as_ref().is_some_and(|rebuilt| prompt::mark(rebuilt) == sent.recorded),
        sha256: sent.recorded.sha256,
        prompt: sent.rebuilt.filter(|_| scope.is_narrowed()).map(whole),
    }
}

fn whole(prompt: Prompt) -> Whole {
    let role = |role| match role {
        Role::User => "user",
        Role::Assistant => "assistant",
    };
    Whole {
        shared: prompt.shared,
        messages: prompt.messages.into_iter().map(|said| Said { role: role(said.role), text: said.text }).collect(),
        schema_name: prompt.schema.name,
        schema: prompt.schema.json,
        output_tokens_max: prompt.output_tokens_max,
    }
}

/// Lays the prompts out.
pub fn page(prompts: &Prompts) -> Vec<Block> {
    let count = prompts.prompts.len();
    let verdict = match (count, prompts.mismatches) {
        (0, _) => "No prompt was sent here.".to_owned(),
        (1, 0) => "1 prompt; rebuilt from the log, it is what was recorded.".to_owned(),
        (_, 0) => format!("{count} prompts; rebuilt from the log, all are what was recorded."),
        (_, misses) => format!("{count} prompts; rebuilt from the log, {misses} of them are not what was recorded."),
    };
    std::iter::once(says(verdict)).chain(prompts.prompts.iter().flat_map(stanza)).collect()
}

fn stanza(sent: &Sent) -> Vec<Block> {
    let mut blocks = vec![
        Section(format!("Event {} · {} · {}, attempt {}", sent.seq, sent.name, sent.whereabouts, sent.attempt)),
        named("turn", sent.turn.to_string()),
        named("voice", format!("{} · {}", sent.voice.provider, sent.voice.model)),
        named("bytes", sent.bytes.to_string()),
        named("sha256", sent.sha256.as_str()),
        named("rebuilt", if sent.matches { "the same" } else { "not the same" }),
    ];
    if let Some(prompt) = &sent.prompt {
        blocks.extend([Part("Shared".to_owned()), Verbatim(prompt.shared.clone())]);
        for (place, message) in prompt.messages.iter().enumerate() {
            blocks.push(Part(format!("Message {}, {}", place + 1, message.role)));
            blocks.push(Verbatim(message.text.clone()));
        }
        blocks.push(Part(format!("Form {}, at most {} output tokens", prompt.schema_name, prompt.output_tokens_max)));
    }
    blocks
}
