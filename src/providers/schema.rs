//! Schemas in words for servers that enforce none, and what the wires share when each puts them into its dialect.
//!
//! Must never loosen a schema without saying the lost rule in words: what a vendor cannot enforce moves to
//! `description`.

use serde_json::{Map, Value};

use crate::debate::ask::{Message, Prompt};
use crate::providers::wire::call::Shape;

/// The messages of a prompt. Where the provider does not enforce the schema, the last one ends with it in words: last,
/// so that everything before it stays the prefix that caches know, and that a provider which searches reads the topic
/// first.
pub(crate) fn told(prompt: &Prompt, shape: Shape) -> Vec<Message> {
    let mut messages = prompt.messages.clone();
    match shape {
        Shape::Schema | Shape::Text => {}
        Shape::JsonObject | Shape::Plain => {
            if let Some(last) = messages.last_mut() {
                let schema = &prompt.schema.json;
                last.text.push_str(
                    "\n\nAnswer with one JSON object and nothing else. It must be valid under this JSON Schema:\n",
                );
                last.text.push_str(&schema.to_string());
            }
        }
    }
    messages
}

/// The dialect of vendors that take no bounds on lengths.
pub(crate) fn unbounded(schema: &Value) -> Value {
    let Value::Object(fields) = schema else {
        return schema.clone();
    };
    let mut kept = Map::new();
    let mut lost = Map::new();
    for (key, value) in fields {
        match key.as_str() {
            "properties" | "anyOf" => kept.insert(key.clone(), each(value, unbounded)),
            "items" => kept.insert(key.clone(), unbounded(value)),
            "minLength" | "maxLength" | "minItems" | "maxItems" => lost.insert(key.clone(), value.clone()),
            _ => kept.insert(key.clone(), value.clone()),
        };
    }
    tell(&mut kept, &lost);
    Value::Object(kept)
}

/// The parts of a schema, each as `adapt` makes it.
pub(crate) fn each(value: &Value, adapt: fn(&Value) -> Value) -> Value {
    match value {
        Value::Object(fields) => fields.iter().map(|(name, field)| (name.clone(), adapt(field))).collect(),
        Value::Array(items) => items.iter().map(adapt).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// Says in the description what the vendor does not enforce.
pub(crate) fn tell(kept: &mut Map<String, Value>, lost: &Map<String, Value>) {
    if lost.is_empty() {
        return;
    }
    let rules: Vec<String> = lost.iter().map(|(key, value)| format!("{key}: {value}")).collect();
    let rules = format!("{{{}}}", rules.join(", "));
    let text = match kept.get("description").and_then(Value::as_str) {
        Some(description) => format!("{description}\n\n{rules}"),
        None => rules,
    };
    kept.insert("description".to_owned(), Value::String(text));
}
