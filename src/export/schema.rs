//! The JSON Schemas of what the program writes, drawn from the types that it writes: the record, the event log, and the
//! lines of progress.
//!
//! Must never describe by hand what a type can tell: such a schema would stay as it is when the type changes.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use crate::debate::event::Logged;
use crate::export::bench::{self, Report};
use crate::export::progress::{self, Line};
use crate::export::record::{Record, SCHEMA};

/// What all schemas say about what they do not name.
const GROWTH: &str = "A later program may add fields and labels under the same version: a reader must ignore fields it \
does not know, and takes the schema from the program that wrote the text. No field is taken away, and none changes its \
meaning.";

/// Returns the schema of the decision record.
pub fn decision() -> Value {
    let description = "The record of one session as JSON, drawn from the event log alone.";
    published::<Record>("urn:roundtable:decision:1", &format!("Decision record ({SCHEMA})"), description)
}

/// Returns the schema of a bench's report.
pub fn bench_report() -> Value {
    let description = "What a bench came to, drawn from the event logs of its debates alone.";
    published::<Report>("urn:roundtable:bench-report:1", &format!("Report of a bench ({})", bench::SCHEMA), description)
}

/// Returns the schema of one line of an event log.
pub fn events() -> Value {
    let description = "One line of a session's event log: a fact with its place and time.";
    published::<Logged>("urn:roundtable:event:1", "Event of a session", description)
}

/// Returns the schema of one line of progress.
pub fn progress() -> Value {
    let description = "One line of progress, on standard error: an event of the session that runs, a signal that \
passes, a failure, or the exit code, which is the last.";
    published::<Line>("urn:roundtable:progress:1", &format!("Line of progress ({})", progress::SCHEMA), description)
}

fn published<T: JsonSchema>(id: &str, title: &str, description: &str) -> Value {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut drawn = generator.into_root_schema_for::<T>();
    let mut schema = Map::new();
    schema.extend(drawn.remove("$schema").map(|draft| ("$schema".to_owned(), draft)));
    schema.insert("$id".to_owned(), id.into());
    schema.insert("title".to_owned(), title.into());
    schema.insert("description".to_owned(), format!("{description} {GROWTH}").into());
    for (name, value) in drawn.ensure_object() {
        schema.entry(name.as_str()).or_insert(value.take());
    }
    let mut schema = Value::Object(schema);
    open_types(&mut schema);
    reword(&mut schema);
    schema
}

/// Lets every named type grow. Unions stay closed: an object that is one of several alternatives has one key.
fn open_types(schema: &mut Value) {
    for named in schema.get_mut("$defs").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut) {
        if let Some(object) = named.as_object_mut()
            && object.get("additionalProperties") == Some(&Value::Bool(false))
        {
            object.shift_remove("additionalProperties");
        }
    }
}

/// Puts the words of the source into those of JSON, each paragraph on one line.
fn reword(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if let Some(Value::String(description)) = object.get_mut("description") {
                let paragraphs = description.split("\n\n").map(|paragraph| paragraph.replace('\n', " "));
                *description = paragraphs.collect::<Vec<_>>().join("\n\n").replace("`None`", "`null`");
            }
            object.values_mut().for_each(reword);
        }
        Value::Array(items) => items.iter_mut().for_each(reword),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
