//! Schemas in the dialect of each vendor, and in words for servers that enforce none.
//!
//! Must never loosen a schema without saying the lost rule in words: what a vendor cannot enforce moves to
//! `description`.

use serde_json::{Map, Value, json};

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

/// The dialect of Anthropic's `output_config.format`, as its SDK derives it: an enum stands without a type, and bounds
/// are not enforced. Type lists become `anyOf`, because there a list of types cannot carry properties or items.
pub(crate) fn anthropic(schema: &Value) -> Value {
    let Value::Object(fields) = schema else {
        return schema.clone();
    };
    if !fields.contains_key("enum")
        && let Some(Value::Array(types)) = fields.get("type")
    {
        return any_of(fields, types, anthropic);
    }
    let mut kept = Map::new();
    let mut lost = Map::new();
    for (key, value) in fields {
        match key.as_str() {
            "type" if fields.contains_key("enum") => None,
            "properties" => kept.insert(key.clone(), each(value, anthropic)),
            "items" => kept.insert(key.clone(), anthropic(value)),
            "anyOf" => kept.insert(key.clone(), each(value, anthropic)),
            "type" | "enum" | "const" | "required" | "additionalProperties" | "description" | "title" => {
                kept.insert(key.clone(), value.clone())
            }
            "minItems" if value.as_u64().is_some_and(|least| least <= 1) => kept.insert(key.clone(), value.clone()),
            _ => lost.insert(key.clone(), value.clone()),
        };
    }
    tell(&mut kept, &lost);
    Value::Object(kept)
}

/// The dialect of Google's `responseJsonSchema`: the keywords its SDK lists, and enums of strings and numbers only.
pub(crate) fn gemini(schema: &Value) -> Value {
    let Value::Object(fields) = schema else {
        return schema.clone();
    };
    if let Some(Value::Array(values)) = fields.get("enum")
        && values.contains(&Value::Null)
    {
        return nullable_enum(fields, values);
    }
    let mut kept = Map::new();
    let mut lost = Map::new();
    for (key, value) in fields {
        match key.as_str() {
            "properties" | "anyOf" => kept.insert(key.clone(), each(value, gemini)),
            "items" => kept.insert(key.clone(), gemini(value)),
            "type"
            | "format"
            | "title"
            | "description"
            | "enum"
            | "minItems"
            | "maxItems"
            | "minimum"
            | "maximum"
            | "additionalProperties"
            | "required" => kept.insert(key.clone(), value.clone()),
            _ => lost.insert(key.clone(), value.clone()),
        };
    }
    tell(&mut kept, &lost);
    Value::Object(kept)
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

fn each(value: &Value, adapt: fn(&Value) -> Value) -> Value {
    match value {
        Value::Object(fields) => fields.iter().map(|(name, field)| (name.clone(), adapt(field))).collect(),
        Value::Array(items) => items.iter().map(adapt).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// One variant for each type of a list; only `description` and `title` stay outside.
fn any_of(fields: &Map<String, Value>, types: &[Value], adapt: fn(&Value) -> Value) -> Value {
    let (mut outside, inside): (Map<_, _>, Map<_, _>) =
        fields.clone().into_iter().partition(|(key, _)| key == "description" || key == "title");
    let variants = types.iter().map(|name| {
        let mut variant = if name == "null" { Map::new() } else { inside.clone() };
        variant.insert("type".to_owned(), name.clone());
        adapt(&Value::Object(variant))
    });
    outside.insert("anyOf".to_owned(), variants.collect());
    Value::Object(outside)
}

fn nullable_enum(fields: &Map<String, Value>, values: &[Value]) -> Value {
    let (filled, _): (Vec<_>, Vec<_>) = values.iter().cloned().partition(|value| !value.is_null());
    let kind = match filled.first() {
        Some(Value::Number(_)) => "number",
        _ => "string",
    };
    let mut nullable = json!({ "anyOf": [{ "type": kind, "enum": filled }, { "type": "null" }] });
    if let Some(description) = fields.get("description") {
        nullable["description"] = description.clone();
    }
    nullable
}

/// Says in the description what the vendor does not enforce.
fn tell(kept: &mut Map<String, Value>, lost: &Map<String, Value>) {
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
