//! The rehearsal of a talk: it looks at the tools it is offered once, and then says that no model was asked.

use serde_json::{Map, Value};

use crate::providers::provider::OnProgress;
use crate::providers::rehearsal::{NOTE, Rehearsal, played};
use crate::providers::talk::call::{Called, Calling, Talk, Talker, Talking, Tool, ToolCall};

impl Talker for Rehearsal {
    fn talk<'a>(&'a self, talk: Talk<'a>, progress: OnProgress<'a>) -> Talking<'a> {
        Box::pin(async move {
            let called = first_call(&talk);
            let text = if called.calls.is_empty() { answer(&talk) } else { String::new() };
            Ok((played(self, talk.ask, text, progress).await, called))
        })
    }
}

fn first_call(talk: &Talk<'_>) -> Called {
    let looks = talk.calling == Calling::Allowed && talk.steps.is_empty();
    let call = talk.tools.first().filter(|_| looks).map(|tool| ToolCall {
        id: "call_1".to_owned(),
        name: tool.name.to_owned(),
        arguments: Ok(blank(tool)),
    });
    Called { calls: call.into_iter().collect(), said: Vec::new() }
}

/// Arguments of which each says nothing.
fn blank(tool: &Tool) -> Map<String, Value> {
    let names = tool.parameters["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone());
    names.map(|name| (name, Value::from(""))).collect()
}

fn answer(talk: &Talk<'_>) -> String {
    let bytes: usize = talk.ask.prompt.messages.iter().map(|message| message.text.len()).sum();
    let calls: usize = talk.steps.iter().map(|step| step.called.calls.len()).sum();
    let looked = match calls {
        0 => String::new(),
        1 => ", and looked at its documents once".to_owned(),
        times => format!(", and looked at its documents {times} times"),
    };
    format!("This is a {NOTE}. The persona was given {bytes} bytes to answer to{looked}.")
}
