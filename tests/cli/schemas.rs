//! The published JSON Schemas, held by an independent validator against what the program writes, and against what it
//! never would.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use jsonschema::Validator;
use roundtable::debate::ask::Ask;
use roundtable::debate::event::{Continued, Event, Fact, Logged, StoppedBy};
use roundtable::debate::history::History;
use roundtable::debate::log::setup::Setup;
use roundtable::debate::reply::Citation;
use roundtable::export::{Format, render, schema};
use serde_json::{Value, json};

use crate::support::program::Desk;
use crate::support::replies::{Miss, answer, by_default, chance, json_reply, missed, need, with};
use crate::support::world::{
    Answer, Script, When, World, all_built_in, built_in, choice, open, setup, supplied, with_people,
};

/// Both schemas, ready to validate with.
struct Schemas {
    decision: Validator,
    events: Validator,
}

impl Schemas {
    fn published() -> Self {
        let validator = |schema| jsonschema::draft202012::new(&schema).unwrap();
        Self { decision: validator(schema::decision()), events: validator(schema::events()) }
    }

    fn check(&self, name: &str, log: &[Logged]) -> Value {
        let record = record(log);
        fits(&self.decision, &record, name);
        for logged in log {
            fits(&self.events, &serde_json::to_value(logged).unwrap(), &format!("{name}, event {}", logged.seq));
        }
        record
    }
}

fn fits(validator: &Validator, value: &Value, name: &str) {
    if let Err(error) = validator.validate(value) {
        panic!("{name}: {}: {error}", error.instance_path());
    }
}

fn record(log: &[Logged]) -> Value {
    let history = History::replay(log).unwrap();
    serde_json::from_str(&render(&history, &[], Format::Json)).unwrap()
}

/// The fixtures with an ending, as name and text.
fn fixtures(ending: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sessions");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<(String, String)> = paths
        .filter(|path| path.extension().is_some_and(|found| found == ending))
        .map(|path| (path.display().to_string(), fs::read_to_string(&path).unwrap()))
        .collect();
    found.sort();
    assert!(found.len() >= 3, "{found:?}");
    found
}

#[test]
fn the_schemas_are_what_the_program_prints() {
    let desk = Desk::new();
    let drawn = [
        ("decision", schema::decision()),
        ("events", schema::events()),
        ("mode", Value::Null),
        ("bench", Value::Null),
        ("bench-report", schema::bench_report()),
    ];
    for (name, drawn) in drawn {
        let printed = desk.run(&["schema", name]).expect(0);
        assert_eq!(printed.stderr, "");
        insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "../snapshots/schema" }, {
            insta::assert_snapshot!(name, printed.stdout);
        });
        if name == "mode" {
            assert_eq!(printed.stdout, desk.run(&["modes", "schema"]).expect(0).stdout);
        } else if !drawn.is_null() {
            assert_eq!(printed.json(), drawn);
        }
    }
    desk.run(&["schema", "colour"]).expect(2);
    desk.run(&["schema"]).expect(2);
}

#[test]
fn the_schemas_keep_to_the_standard_and_speak_for_themselves() {
    let printed = |of: &str| Desk::new().run(&["schema", of]).expect(0).json();
    let written_by_people = [printed("mode"), printed("bench")];
    let written_by_us = [schema::decision(), schema::events(), schema::progress(), schema::bench_report()];
    for schema in written_by_people.into_iter().chain(written_by_us) {
        jsonschema::draft202012::meta::validate(&schema).unwrap();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        let id = schema["$id"].as_str().unwrap();
        assert!(id.starts_with("urn:roundtable:") && schema["title"].is_string(), "{id}");
        let types = schema["$defs"].as_object().unwrap();
        for (name, named) in types {
            assert!(!name.ends_with(|last: char| last.is_ascii_digit()), "{id}: two types are called {name}");
            assert!(named["description"].is_string(), "{id}: {name} says nothing");
        }
        let text = schema.to_string();
        assert!(!text.contains("[`"), "{id} holds a link into the source");
        assert!(!text.contains("`None`"), "{id} speaks of `None`");
    }
}

#[test]
fn golden_sessions_fit() {
    let schemas = Schemas::published();
    for (name, text) in fixtures("json") {
        fits(&schemas.decision, &serde_json::from_str(&text).unwrap(), &name);
    }
    for (name, text) in fixtures("ndjson") {
        for line in text.lines() {
            fits(&schemas.events, &serde_json::from_str(line).unwrap(), &name);
        }
    }
}

#[test]
fn what_the_program_prints_fits() {
    let schemas = Schemas::published();
    let desk = Desk::new();
    desk.write("plan.md", "The queue holds.");
    for mode in all_built_in() {
        let arguments =
            ["start", "--topic", "Move?", "--rehearse", "--quiet", "--format", "json", "--mode", &mode.mode];
        let supplied = ["--context", "plan.md", "--assume", "Nobody is hired."];
        let arguments = [&arguments[..], &supplied].concat();
        let record = desk.run(&arguments).expect(0).record();
        fits(&schemas.decision, &record, &mode.mode);
        assert_eq!(record["premises"].as_array().map(Vec::len), Some(2), "{}", mode.mode);
    }
    let log = desk.run(&["export", "@"]).expect(0).stdout;
    log.lines().for_each(|line| fits(&schemas.events, &serde_json::from_str(line).unwrap(), "a log with premises"));
}

/// What becomes of the asks of a session.
const WORLDS: [(&str, &Script<'_>); 4] = [
    ("all well", &by_default),
    ("with misses", &with_misses),
    ("nobody to be heard", &|ask| missed(ask, Miss::Auth)),
    ("hostile", &hostile),
];

fn with_misses(ask: &Ask) -> Answer {
    let misses = [Miss::Prose, Miss::Empty, Miss::Cut, Miss::Refusal, Miss::Filter, Miss::Network, Miss::Auth];
    let place = usize::try_from(chance(3, ask, 24)).unwrap();
    misses.get(place).map_or_else(|| by_default(ask), |miss| missed(ask, *miss))
}

/// Every text is an attack and every number as far out as its type reaches.
fn hostile(ask: &Ask) -> Answer {
    let attack = "\u{1b}]0;x\u{7}\"}],\u{0}\u{2028}</script>🦀";
    let mut said = answer(ask, 1);
    for field in ["statement", "reasoning", "because", "conclusion", "blocking_objection"] {
        if said.get(field).is_some() {
            said[field] = json!(attack);
        }
    }
    if said.get("claims").is_some() {
        said["claims"] = json!([{ "text": attack, "kind": "fact", "supports": [attack], "rebuts": [attack],
            "evidence": [{ "type": "citation", "ref": attack, "quote": attack }] }]);
        said["concessions"] = json!([{ "claim": attack, "consequence": attack }]);
    }
    let mut reply = json_reply(&said);
    reply.usage.input_tokens = u64::MAX;
    reply.usage.estimated = true;
    reply.cost_usd = (chance(1, ask, 2) == 0).then_some(f64::MAX);
    reply.request_id = Some(attack.to_owned());
    let url = format!("https://example.org/{attack}");
    reply.citations = vec![Citation { url, title: Some(attack.to_owned()), quote: None, cited: true }];
    Ok(reply)
}

/// Takes a session that has ended further, in every way there is, and checks it after each.
fn taken_further(schemas: &Schemas, name: &str, world: &mut World<'_>) {
    let facts = vec![Fact { need: None, about: "cost".to_owned(), text: "It has doubled.".to_owned() }];
    let terms = [
        Continued { rounds: 1, focus: None, facts: Vec::new() },
        Continued { rounds: 2, focus: Some("the price".to_owned()), facts },
    ];
    for terms in terms {
        world.record(Event::SessionContinued(terms));
        schemas.check(&format!("{name}, continued"), &world.log);
        world.run_until(|_| false);
        schemas.check(&format!("{name}, continued and ended"), &world.log);
    }
    world.record(Event::SynthesisRequested {});
    world.run_until(|_| false);
    for name in [Some("ours".to_owned()), None] {
        world.record(Event::SessionRenamed { name });
    }
    schemas.check(&format!("{name}, renamed"), &world.log);
}

#[test]
fn records_and_logs_of_every_mode_and_ending_fit() {
    let schemas = Schemas::published();
    let mut seen: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for mode in all_built_in() {
        for (how, script) in WORLDS {
            for question in [choice(), open()] {
                let name = format!("{}, {how}, {} options", mode.mode, question.options.len());
                let mut world = World::open(setup(&mode, 4, question), script, 5);
                schemas.check(&format!("{name}, opened"), &world.log);
                world.run_until(|world| world.log.len() >= 12);
                schemas.check(&format!("{name}, under way"), &world.log);
                let mut stopped = World::resume(&world.log, script, 6);
                stopped.record(Event::SessionPaused { by: StoppedBy::Command });
                schemas.check(&format!("{name}, paused"), &stopped.log);
                stopped.record(Event::SessionResumed {});
                stopped.record(Event::StopRequested { by: StoppedBy::Interrupt });
                stopped.run_until(|_| false);
                world.run_until(|_| false);
                for world in [&stopped, &world] {
                    let record = schemas.check(&format!("{name}, ended"), &world.log);
                    seen.entry("status").or_default().insert(record["status"].to_string());
                    seen.entry("label").or_default().insert(record["decision"]["label"].to_string());
                }
                taken_further(&schemas, &name, &mut world);
                seen.entry("event").or_default().extend(world.log.iter().chain(&stopped.log).map(tag));
            }
        }
    }
    for (name, setup, asking) in waiting_worlds() {
        let world = World::open(setup, asking, 5).finish();
        let record = schemas.check(name, &world.log);
        seen.entry("waiting").or_default().insert(record["status"].to_string());
        seen.entry("event").or_default().extend(world.log.iter().map(tag));
        let world = World::resume(&world.log, asking, 6).finish_with(&[(When::Waiting, supplied(&[("n1", "412")]))]);
        schemas.check(&format!("{name}, answered"), &world.log);
        seen.entry("event").or_default().extend(world.log.iter().map(tag));
    }
    assert!(seen.remove("waiting").is_some_and(|status| status.contains("\"waiting\"")));
    assert_eq!(seen["event"].len(), 18, "every event was met: {:?}", seen["event"]);
    assert!(seen["status"].len() == 3 && seen["label"].len() >= 4, "{seen:?}");
}

/// Sessions that wait for people.
fn waiting_worlds() -> [(&'static str, Setup, &'static Script<'static>); 2] {
    let asking: &Script<'_> = &|ask: &Ask| match ask.prompt.schema.name.as_str() {
        "position" => with(ask, &json!({ "needs": [need("What is the peak load?", true)] })),
        _ => by_default(ask),
    };
    let setup = || setup(&built_in("collaborative"), 3, choice());
    [("waiting for facts", setup(), asking), ("with people", with_people(setup(), &["Ada"]), asking)]
}

fn tag(logged: &Logged) -> String {
    serde_json::to_value(logged).unwrap()["event"].to_string()
}

/// Every place in a value once, as JSON pointers: of several places in lists that differ by their index alone, the first.
fn places(value: &Value) -> Vec<String> {
    fn visit(value: &Value, at: &str, pattern: &str, found: &mut BTreeMap<String, String>) {
        found.entry(pattern.to_owned()).or_insert_with(|| at.to_owned());
        match value {
            Value::Object(object) => {
                for (key, value) in object {
                    let key = key.replace('~', "~0").replace('/', "~1");
                    visit(value, &format!("{at}/{key}"), &format!("{pattern}/{key}"), found);
                }
            }
            Value::Array(items) => {
                for (index, value) in items.iter().enumerate() {
                    visit(value, &format!("{at}/{index}"), &format!("{pattern}/*"), found);
                }
            }
            _ => {}
        }
    }
    let mut found = BTreeMap::new();
    visit(value, "", "", &mut found);
    found.into_values().collect()
}

/// A value of another type, which stands nowhere in a record in place of the given one.
fn of_another_type(value: &Value) -> Value {
    match value {
        Value::Null => json!([true]),
        Value::Number(_) => json!(true),
        Value::Bool(_) | Value::String(_) => json!(7.5),
        Value::Array(_) => json!({ "0": null }),
        Value::Object(_) => json!([null]),
    }
}

/// Changes every place of `value` in turn. Whatever has another type must be refused; returns the keys that may be
/// missing, each below the last key before it.
fn may_be_missing(validator: &Validator, value: &Value, name: &str) -> BTreeSet<String> {
    fits(validator, value, name);
    let mut optional = BTreeSet::new();
    for place in places(value) {
        let mut changed = value.clone();
        let here = changed.pointer_mut(&place).unwrap();
        *here = of_another_type(here);
        assert!(!validator.is_valid(&changed), "{name}: {place} of another type goes unseen");
        let Some((parent, key)) = place.rsplit_once('/') else { continue };
        let mut changed = value.clone();
        if let Value::Object(object) = changed.pointer_mut(parent).unwrap() {
            object.remove(key);
            if validator.is_valid(&changed) {
                let named = parent.rsplit('/').find(|key| !key.bytes().all(|byte| byte.is_ascii_digit()));
                optional.insert(format!("{}/{key}", named.unwrap_or_default()));
            }
        }
    }
    optional
}

/// Fields that are only written when there is something to write, below the keys that they stand under.
const OPTIONAL: [(&str, &[&str]); 42] = [
    ("agreement_undefined", &["decision"]),
    ("estimates", &["", "rounds"]),
    ("shift", &["", "rounds"]),
    ("estimate", &["", "decision", "dissent", "question", "stance"]),
    ("unit", &["question"]),
    ("ratings", &["consensus", "final", "sealed", "stance"]),
    ("change", &["stance"]),
    ("abstained", &["stance"]),
    ("opening_was", &["stance"]),
    ("stance", &["position", "persona", "personas"]),
    ("team", &["persona", "personas"]),
    ("would_settle", &["dissent"]),
    ("repeats", &["claims"]),
    ("dropped", &["synthesis"]),
    ("status", &["fault"]),
    ("lost", &["fault", "reply"]),
    ("loss", &["fault", "reply"]),
    ("set_aside", &["", "limit"]),
    ("request_id", &["fault", "reply"]),
    ("citations", &["reply"]),
    ("quote", &["citations"]),
    ("name", &["", "premises"]),
    ("context", &[""]),
    ("premises", &[""]),
    ("unread", &["position"]),
    ("contradicting", &["sorting"]),
    ("ask_estimate", &["stages"]),
    ("tags", &[""]),
    ("parent", &[""]),
    ("continuations", &[""]),
    ("inherited", &["usage"]),
    ("caps", &[""]),
    ("tokens", &["", "caps"]),
    ("grant", &[""]),
    ("limit", &[""]),
    ("focus", &["", "continuations"]),
    ("facts", &["", "continuations"]),
    ("need", &["facts"]),
    ("needs", &["", "position"]),
    ("gate", &["", "decision"]),
    ("no_blocking_dissent", &["gate"]),
    (
        "reason",
        &[
            "confidence_of_changed",
            "conformity_rate",
            "kendall_w",
            "krippendorff_alpha",
            "obstinacy_rate",
            "rating_drift",
            "rating_shift",
            "signs",
            "uncited_share",
        ],
    ),
];

/// Checks that nothing may be missing but keys of maps, [`OPTIONAL`] fields, and `more`.
fn check_missing(found: &BTreeSet<String>, more: &[&str]) {
    let is_of_map = |key: &str| {
        ["tally/", "ratings/", "by_speaker/", "by_phase/", "shares/", "borda/"].iter().any(|map| key.starts_with(map))
    };
    let is_optional = |key: &str| {
        let (parent, field) = key.split_once('/').unwrap();
        OPTIONAL.iter().any(|(name, parents)| *name == field && parents.contains(&parent))
    };
    let unseen: Vec<&String> = found
        .iter()
        .filter(|key| !is_of_map(key) && !more.contains(&key.as_str()) && !is_optional(key.as_str()))
        .collect();
    assert!(unseen.is_empty(), "nobody sees that these are missing: {unseen:?}");
    assert!(found.contains("consensus/ratings"), "{found:?}");
}

#[test]
fn a_record_with_a_field_missing_or_of_another_type_is_refused() {
    let schemas = Schemas::published();
    let mut optional = BTreeSet::new();
    for (name, text) in fixtures("json") {
        optional.extend(may_be_missing(&schemas.decision, &serde_json::from_str(&text).unwrap(), &name));
    }
    check_missing(&optional, &[]);
}

#[test]
fn an_event_with_a_field_missing_or_of_another_type_is_refused() {
    let schemas = Schemas::published();
    let (mut optional, mut met) = (BTreeSet::new(), BTreeSet::new());
    for (name, text) in fixtures("ndjson") {
        for line in text.lines() {
            let event: Value = serde_json::from_str(line).unwrap();
            if met.insert(format!("{} of {name}", event["event"])) {
                optional.extend(may_be_missing(&schemas.events, &event, &name));
            }
        }
    }
    assert!(met.len() >= 20, "{met:?}");
    check_missing(&optional, &["question/options", "/focus", "/facts"]);
}

#[test]
fn labels_and_numbers_that_do_not_exist_are_refused() {
    let schemas = Schemas::published();
    let (_, text) = fixtures("json").swap_remove(0);
    let golden: Value = serde_json::from_str(&text).unwrap();
    let rows = [
        ("/schema", json!("roundtable.decision/2")),
        ("/status", json!("finished")),
        ("/question/kind", json!("poll")),
        ("/decision/label", json!("landslide")),
        ("/decision/caveats/0", json!("biased")),
        ("/decision/level", json!("huge")),
        ("/decision/advice", json!("panic")),
        ("/decision/stop/reason", json!("bored")),
        ("/decision/agreement", json!(1.5)),
        ("/decision/interval", json!([0.1])),
        ("/final/tally/o1", json!(-1)),
        ("/final/rating_agreement", json!(-2)),
        ("/dissent/0/kind", json!("loud")),
        ("/claims/0/status", json!("ignored")),
        ("/claims/0/kind", json!("rumour")),
        ("/turns/0/speaker", json!("audience")),
        ("/turns/0/round", json!(1.5)),
        ("/turns/0/response", json!({ "speech": {} })),
        ("/turns/0/response/ballot/stance/ratings/o1", json!(3)),
        ("/turns/0/response/ballot/confidence", json!(70)),
        ("/panel/0/seat", json!(0)),
        ("/seed", json!(-1)),
    ];
    for (place, value) in rows {
        let mut changed = golden.clone();
        *changed.pointer_mut(place).unwrap_or_else(|| panic!("{place} is not in the record")) = value;
        assert!(!schemas.decision.is_valid(&changed), "{place}");
    }
    let event = json!({ "seq": 3, "at_ms": 1, "event": "session_closed", "ending": "decided" });
    fits(&schemas.events, &event, "an ending");
    for (place, value) in [
        ("/event", json!("session_forgotten")),
        ("/ending", json!("lost")),
        ("/seq", json!(0)),
        ("/at_ms", json!("now")),
    ] {
        let mut changed = event.clone();
        *changed.pointer_mut(place).unwrap() = value;
        assert!(!schemas.events.is_valid(&changed), "{place}");
    }
}

/// The promise to readers: what is added later does not break a schema of today, except where one thing is chosen of
/// several.
#[test]
fn fields_that_are_added_are_ignored() {
    let schemas = Schemas::published();
    let check = |validator: &Validator, value: &Value| {
        for place in places(value) {
            let mut grown = value.clone();
            let Some(Value::Object(object)) = grown.pointer_mut(&place) else { continue };
            object.insert("added later".to_owned(), json!({ "x": 1 }));
            let key = place.rsplit('/').next().unwrap_or_default();
            let is_map = ["tally", "ratings", "by_speaker", "by_phase", "tags", "shares", "borda"].contains(&key);
            let is_union = ["response", "speaker", "speakers"].contains(&key);
            assert_eq!(validator.is_valid(&grown), !is_map && !is_union, "{place}");
        }
    };
    for (_, text) in fixtures("json") {
        check(&schemas.decision, &serde_json::from_str(&text).unwrap());
    }
    let (_, text) = fixtures("ndjson").swap_remove(0);
    for line in text.lines() {
        check(&schemas.events, &serde_json::from_str(line).unwrap());
    }
}
