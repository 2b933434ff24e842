//! Arguments of tools: their schemas, and reading them so that what is wrong is named.

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::error::Failure;
use crate::mcp::answer::Failed;

/// The schema of a tool's arguments, with nothing to look up elsewhere in it, in the words that every model's vendor takes.
pub(super) fn input<T: JsonSchema>() -> JsonObject {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    let mut schema = object(simple(schema, Null::LeftOut));
    schema.shift_remove("$schema");
    // An object without arguments has no properties to list, and clients look for them all the same.
    schema.entry("properties").or_insert_with(|| json!({}));
    schema
}

/// The schema of what a tool answers: its result, or a failure.
pub(super) fn output<T: JsonSchema>() -> JsonObject {
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let either = [generator.subschema_for::<T>(), generator.subschema_for::<Failed>()];
    let named = generator.take_definitions(true);
    object(simple(json!({ "type": "object", "anyOf": either, "$defs": named }), Null::Kept))
}

/// What becomes of null where a value may be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Null {
    /// It is written down.
    Kept,
    /// It is not: whoever has no value leaves the argument out.
    LeftOut,
}

/// Takes out of a schema what clients stumble over: formats that no standard names, and types that may be null.
fn simple(schema: Value, null: Null) -> Value {
    match schema {
        Value::Object(schema) => {
            let kept = schema.into_iter().filter(|(key, value)| key != "format" || !value.is_string());
            let simpler = kept.map(|(key, value)| match (key.as_str(), &value, null) {
                ("type", Value::Array(types), Null::LeftOut) if types.len() == 2 && types[1] == "null" => {
                    (key, types[0].clone())
                }
                _ => (key, simple(value, null)),
            });
            Value::Object(simpler.collect())
        }
        Value::Array(schemas) => schemas.into_iter().map(|schema| simple(schema, null)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => schema,
    }
}

fn object(value: Value) -> JsonObject {
    match value {
        Value::Object(object) => object,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => JsonObject::new(),
    }
}

/// Reads arguments. Fails naming the one that is missing, unknown or not what it has to be.
pub(super) fn read<T: DeserializeOwned>(arguments: JsonObject) -> Result<T, Failure> {
    let attempt = |arguments: JsonObject| serde_json::from_value::<T>(Value::Object(arguments));
    let error = match attempt(arguments.clone()) {
        Ok(read) => return Ok(read),
        Err(error) => error,
    };
    let said = error.to_string();
    let fails_alike = |arguments: JsonObject| attempt(arguments).is_err_and(|error| error.to_string() == said);
    let message = if names_an_argument(&said, &arguments, fails_alike) {
        format!("arguments: {said}")
    } else {
        // Reading stops at the first argument that is wrong, so the shortest beginning that fails alike ends in it.
        let beginning = |count: usize| arguments.clone().into_iter().take(count).collect();
        let culprit = arguments.keys().enumerate().find(|(index, _)| fails_alike(beginning(index + 1)));
        format!("argument `{}`: {said}", culprit.map_or("", |(_, name)| name))
    };
    Err(Failure::usage(message).with_source(error))
}

/// Whether what was said names an argument itself, not a field within one.
fn names_an_argument(said: &str, arguments: &JsonObject, fails_alike: impl Fn(JsonObject) -> bool) -> bool {
    let quoted = said.split('`').nth(1).unwrap_or_default();
    if said.starts_with("unknown field") {
        return arguments.contains_key(quoted);
    }
    // An argument that is missing is not missing any more once it is there, whatever it holds.
    let given = || arguments.clone().into_iter().chain([(quoted.to_owned(), Value::Null)]).collect();
    said.starts_with("missing field") && !fails_alike(given())
}
