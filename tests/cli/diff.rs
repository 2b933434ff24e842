//! What changed between two decisions: complete, the same from both sides, and never misled by ids.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use crate::support::program::{Desk, lines_with};
use crate::support::replies::{Miss, chance, drawn, missed};
use crate::support::world::{Answer, World, all_built_in, choice, open, question, setup};
use proptest::prelude::*;
use roundtable::debate::ask::Ask;
use roundtable::debate::board::Board;
use roundtable::debate::consensus;
use roundtable::debate::event::{Continued, Event, StoppedBy};
use roundtable::debate::history::History;
use roundtable::debate::question::Question;
use roundtable::export::diff::{Read, diff, json, markdown, read, text};
use roundtable::export::{Format, render};
use serde_json::{Value, json};

fn fixture(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sessions");
    fs::read_to_string(folder.join(name).with_extension("json")).unwrap()
}

fn golden(mode: &str) -> Value {
    serde_json::from_str(&fixture(&format!("v1-{mode}"))).unwrap()
}

fn record_of(history: &History) -> Value {
    serde_json::from_str(&render(history, &[], Format::Json)).unwrap()
}

fn read_back(record: &Value) -> Read {
    read(&record.to_string()).unwrap()
}

/// The diff of two records as the JSON that a script gets.
fn compared(from: &Value, to: &Value) -> Value {
    serde_json::from_str(&json(&diff(&read_back(from), &read_back(to)))).unwrap()
}

/// A diff seen from the other side.
fn mirrored(diff: &Value) -> Value {
    match diff {
        Value::Object(object) => {
            let other = |key: &str| {
                match key {
                    "from" => "to",
                    "to" => "from",
                    "added" => "removed",
                    "removed" => "added",
                    key => key,
                }
                .to_owned()
            };
            object.iter().map(|(key, value)| (other(key), mirrored(value))).collect()
        }
        Value::Array(items) => items.iter().map(mirrored).collect(),
        plain => plain.clone(),
    }
}

fn is_empty(diff: &Value) -> bool {
    match diff {
        Value::Object(object) => {
            object.iter().all(|(key, value)| ["schema", "from", "to"].contains(&key.as_str()) || is_empty(value))
        }
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// Up to 6 in 24 attempts miss.
fn with_misses(seed: u64) -> impl Fn(&Ask) -> Answer {
    let stable = drawn(seed);
    move |ask| {
        let misses = [Miss::Prose, Miss::Empty, Miss::Cut, Miss::Refusal, Miss::Network, Miss::Auth];
        let place = usize::try_from(chance(seed, ask, 24)).unwrap();
        misses.get(place).map_or_else(|| stable(ask), |miss| missed(ask, *miss))
    }
}

/// Sessions of every mode: decided, stopped, taken further, under way, without a quorum.
static SESSIONS: LazyLock<Vec<History>> = LazyLock::new(|| {
    let mut sessions = Vec::new();
    for (seed, mode) in (0..).zip(all_built_in()) {
        let number = Question::estimate("How long will it take?", "weeks").unwrap();
        let number = mode.takes_estimates().then_some(number);
        let choices = [choice(), open(), question(&["Stay as we are.", "move now", "split it"])];
        for question in choices.into_iter().chain(number) {
            let mode = mode.clone().held_for(&question);
            let clean = drawn(seed);
            let mut whole = World::open(setup(&mode, 4, question.clone()), &clean, seed).finish();
            sessions.push(whole.history.clone());
            whole.record(Event::SessionContinued(Continued { rounds: 1, focus: None, facts: Vec::new() }));
            sessions.push(whole.finish().history);
            let failing = with_misses(seed);
            sessions.push(World::open(setup(&mode, 5, question.clone()), &failing, seed).finish().history);
            for events in [9, 18, 30] {
                let mut cut = World::open(setup(&mode, 3, question.clone()), &failing, seed);
                cut.run_until(|world| world.log.len() >= events);
                sessions.push(cut.history.clone());
                if cut.history.decision.is_none() {
                    cut.record(Event::StopRequested { by: StoppedBy::Interrupt });
                    sessions.push(cut.finish().history);
                }
            }
            sessions.push(World::open(setup(&mode, 3, question), &|ask| missed(ask, Miss::Auth), 1).finish().history);
        }
    }
    sessions
});

static RECORDS: LazyLock<Vec<Value>> = LazyLock::new(|| SESSIONS.iter().map(record_of).collect());

#[test]
fn a_decision_does_not_differ_from_itself() {
    let goldens = ["adversarial", "collaborative", "expert-panel"].map(golden);
    for record in goldens.iter().chain(RECORDS.iter()) {
        let found = compared(record, record);
        assert!(is_empty(&found), "{found:#}");
        let found = diff(&read_back(record), &read_back(record));
        assert!(found.parts().is_empty() && found.is_of_one_question());
        assert_eq!((text(&found).as_str(), markdown(&found).as_str()), ("", ""));
    }
}

/// Where the seats stand is worked out from the record; the engine knows it from the log.
#[test]
fn ballots_are_those_that_were_counted() {
    let (mut chose, mut other) = (0, 0);
    for (history, record) in SESSIONS.iter().zip(RECORDS.iter()) {
        let board = Board::of(history);
        let Some(latest) = history.decision.as_ref().and_then(|_| consensus::latest(&board)) else { continue };
        let due: BTreeMap<u64, (&str, Option<String>, Option<f64>)> = history
            .agents
            .iter()
            .map(|agent| {
                let standing = latest.get(&agent.seat);
                let text = |id| history.options().iter().find(|choice| choice.id == id).unwrap().text.clone();
                let option = standing.and_then(|standing| standing.option.clone()).map(text);
                let stood = match (standing, &option) {
                    (None, _) => "absent",
                    (Some(_), Some(_)) => "chose",
                    (Some(standing), None) if standing.stance.estimate.is_some() => "chose",
                    (Some(standing), None) if standing.stance.abstained.is_some() => "abstained",
                    (Some(_), None) => "uncounted",
                };
                let estimate = standing.and_then(|standing| standing.stance.estimate);
                (u64::from(agent.seat.0), (stood, option, estimate.map(|estimate| estimate.value)))
            })
            .collect();
        let mut nobody = record.clone();
        nobody["panel"] = json!([]);
        let found = compared(&nobody, record)["ballots"].clone();
        let label = format!("{} {:?}", history.setup.mode.mode, history.ending);
        assert_eq!(found.as_array().unwrap().len(), due.len(), "{label}");
        for ballot in found.as_array().unwrap() {
            assert!(ballot["from"].is_null());
            let ballot = &ballot["to"];
            let (stood, option, number) = &due[&ballot["seat"].as_u64().unwrap()];
            assert_eq!((ballot["stood"].as_str().unwrap(), &ballot["option"]), (*stood, &json!(option)), "{label}");
            assert_eq!(ballot["estimate"]["value"].as_f64(), *number, "{label}");
            if *stood == "chose" { chose += 1 } else { other += 1 }
        }
    }
    assert!(chose > 300 && other > 30, "{chose} chose, {other} did not");
}

/// One change to a record, and what the diff must hold for it, and nothing else.
#[test]
fn one_change_is_told_as_one() {
    let base = golden("adversarial");
    let only = |part: &str, due: Value, change: &dyn Fn(&mut Value)| {
        let mut other = base.clone();
        change(&mut other);
        let mut found = compared(&base, &other);
        assert_eq!(found[part], due, "{part}");
        let taken = found[part].take();
        assert!(!is_empty(&taken), "{part}: {taken}");
        found.as_object_mut().unwrap().shift_remove(part);
        assert!(is_empty(&found), "{part}: {found:#}");
    };
    let changed = |name: &str, from: Value, to: Value| json!([{ "name": name, "from": from, "to": to }]);
    only("outcome", changed("label", json!("majority"), json!("strong")), &|r| {
        r["decision"]["label"] = json!("strong")
    });
    only("outcome", changed("agreement", json!(0.75), json!(1.0)), &|r| r["decision"]["agreement"] = json!(1.0));
    only("outcome", changed("caveats", json!(["single_family"]), json!([])), &|r| r["decision"]["caveats"] = json!([]));
    only("outcome", changed("status", json!("decided"), json!("stopped")), &|r| r["status"] = json!("stopped"));
    only("settings", changed("mode", json!("adversarial"), json!("vote")), &|r| r["mode"] = json!("vote"));
    only("settings", changed("topic", json!("Kafka or NATS?"), json!("Which?")), &|r| {
        r["question"]["topic"] = json!("Which?")
    });
    only("settings", changed("moderators", json!(["rehearsal script"]), json!([])), &|r| r["moderators"] = json!([]));
    only("usage", changed("calls", json!(17), json!(18)), &|r| r["usage"]["total"]["calls"] = json!(18));
    only("usage", changed("cost_usd", json!(0.0), Value::Null), &|r| r["usage"]["total"]["cost_usd"] = Value::Null);
    only("options", json!({ "added": ["Redis"], "removed": [] }), &|r| {
        r["question"]["options"].as_array_mut().unwrap().push(json!({ "id": "o3", "text": "Redis" }));
    });
    let claim = |status: &str| {
        json!({ "name": base["panel"][base["claims"][0]["seat"].as_u64().unwrap() as usize - 1]["name"],
            "text": base["claims"][0]["text"], "status": status })
    };
    let was = base["claims"][0]["status"].as_str().unwrap();
    only(
        "claims",
        json!({ "added": [], "removed": [], "changed": [{ "from": claim(was), "to": claim("conceded") }] }),
        &|r| r["claims"][0]["status"] = json!("conceded"),
    );
    only("claims", json!({ "added": [], "removed": [claim(was)], "changed": [] }), &|r| {
        r["claims"].as_array_mut().unwrap().remove(0);
    });
    let objection =
        json!({ "name": "Opponent", "kind": "blocking", "option": null, "words": "No.", "would_settle": [] });
    only("dissent", json!({ "added": [objection], "removed": [], "changed": [] }), &|r| {
        r["blocking"] = json!([{ "seat": 2, "objection": "No." }]);
    });
    let model = |model: &str| json!({ "seat": 1, "name": "Proponent", "trait": base["panel"][0]["persona"]["trait"], "provider": "rehearsal", "model": model });
    only(
        "panel",
        json!({ "added": [], "removed": [], "changed": [{ "from": model("script"), "to": model("other") }] }),
        &|r| r["panel"][0]["model"] = json!("other"),
    );
    let last = base["turns"].as_array().unwrap().iter().rposition(|turn| turn["speaker"]["seat"] == 1).unwrap();
    let mut other = base.clone();
    other["turns"][last]["response"]["ballot"]["stance"]["ratings"]["o2"] = json!(1);
    other["turns"][last]["response"]["ballot"]["confidence"] = json!(0.95);
    let found = compared(&base, &other)["ballots"].clone();
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert_eq!((&found[0]["from"]["ratings"]["NATS"], &found[0]["to"]["ratings"]["NATS"]), (&json!(-1), &json!(1)));
    assert_eq!(found[0]["to"]["confidence"], json!(0.95));
    // An option that only one of the sessions has was not rated otherwise.
    other["question"]["options"][1]["text"] = json!("Redis");
    other["turns"][last]["response"]["ballot"]["confidence"] =
        base["turns"][last]["response"]["ballot"]["confidence"].clone();
    assert!(compared(&base, &other)["ballots"].as_array().unwrap().iter().all(|sides| sides["from"]["seat"] != 1));
}

#[test]
fn numbers_are_compared_with_their_units() {
    let base: Value = serde_json::from_str(&fixture("v2-estimate")).unwrap();
    assert!(is_empty(&compared(&base, &base)));
    let words = |other: &Value| text(&diff(&read_back(&base), &read_back(other)));
    let mut other = base.clone();
    other["decision"]["estimate"]["value"] = json!(99.5);
    other["decision"]["estimate"]["final"]["q3"] = json!(120);
    let last = base["turns"].as_array().unwrap().iter().rposition(|turn| turn["speaker"]["seat"] == 1).unwrap();
    let given = &mut other["turns"][last]["response"]["position"]["stance"]["estimate"];
    assert!(given["value"].is_number(), "{given}");
    *given = json!({ "value": 99.5, "low": 90, "high": 120 });
    let found = compared(&base, &other);
    assert_eq!(found["ballots"][0]["to"]["estimate"]["value"], json!(99.5), "{found:#}");
    assert_eq!((found["ballots"].as_array().unwrap().len(), found["outcome"].as_array().unwrap().len()), (1, 2));
    let told = words(&other);
    for due in [" → 99.5 weeks\n", " to 120 weeks\n", " → 99.5 weeks (90 to 120)\n"] {
        assert!(told.contains(due), "{due}: {told}");
    }
    // What differs in the seventh digit is told with all of them.
    let mut other = base.clone();
    let value = base["decision"]["estimate"]["value"].as_f64().unwrap();
    other["decision"]["estimate"]["value"] = json!(value + 1e-9);
    let told = words(&other);
    assert!(told.contains(&format!("{value} weeks → {} weeks\n", value + 1e-9)), "{told}");
    // A number of the minority report is compared too, and told with it.
    let mut other = base.clone();
    let given = &mut other["dissent"][0]["estimate"];
    let value = given["value"].as_f64().unwrap();
    given["value"] = json!(value + 0.25);
    let told = words(&other);
    assert!(
        told.contains(&format!("{value} weeks (")) && told.contains(&format!(" → {} weeks (", value + 0.25)),
        "{told}"
    );
    other["dissent"] = json!([]);
    assert!(words(&other).contains(&format!("(final, {value} weeks (")), "{}", words(&other));
    // The same numbers in another unit are other numbers.
    let mut other = base.clone();
    other["decision"]["estimate"]["unit"] = json!("days");
    let (told, seats) = (words(&other), base["panel"].as_array().unwrap().len());
    assert_eq!(compared(&base, &other)["ballots"].as_array().unwrap().len(), seats, "{told}");
    assert!(told.contains("weeks → ") && told.contains(" days\n"), "{told}");
}

/// `o1` of one session is not `o1` of another, and neither is `c1`.
#[test]
fn ids_mean_nothing_in_another_session() {
    let base = golden("adversarial");
    let swapped = |text: &str| text.replace("\"o1\"", "\"@\"").replace("\"o2\"", "\"o1\"").replace("\"@\"", "\"o2\"");
    let mut other: Value = serde_json::from_str(&swapped(&base.to_string())).unwrap();
    for claim in other["claims"].as_array_mut().unwrap() {
        claim["id"] = json!(claim["id"].as_str().unwrap().replace('c', "c9"));
    }
    other["question"]["options"].as_array_mut().unwrap().reverse();
    assert!(is_empty(&compared(&base, &other)), "{:#}", compared(&base, &other));
    // A claim made twice is one claim.
    let mut repeat = base["claims"][0].clone();
    (repeat["id"], repeat["repeats"]) = (json!("c99"), json!("c1"));
    let mut other = base.clone();
    other["claims"].as_array_mut().unwrap().push(repeat);
    assert!(is_empty(&compared(&base, &other)));
    // Capitals and full stops mean nothing either.
    let text = base.to_string().replace("\"Kafka\"", "\" KAFKA.\"");
    assert!(is_empty(&compared(&base, &serde_json::from_str(&text).unwrap())));
}

#[test]
fn a_seat_is_known_by_its_name_else_by_its_number() {
    let base = golden("adversarial");
    // The same agents in another order are the same agents.
    let mut other = base.clone();
    for (panelist, seat) in other["panel"].as_array_mut().unwrap().iter_mut().zip([2, 1, 3, 4]) {
        panelist["seat"] = json!(seat);
    }
    let found = compared(&base, &other);
    let changed = found["panel"]["changed"].as_array().unwrap();
    assert_eq!(changed.len(), 2);
    assert!(changed.iter().all(|sides| sides["from"]["name"] == sides["to"]["name"]), "{changed:?}");
    // Another name on the same seat is the same seat.
    let mut other = base.clone();
    other["panel"][1]["name"] = json!("Critic");
    let found = compared(&base, &other);
    assert_eq!(found["panel"]["changed"][0]["to"]["name"], "Critic");
    assert_eq!(found["ballots"], json!([]), "it stands where it stood");
    // A seat that is gone takes its ballot along.
    let mut other = base.clone();
    other["panel"].as_array_mut().unwrap().remove(1);
    let found = compared(&base, &other);
    assert_eq!(found["panel"]["removed"][0]["name"], "Opponent");
    assert_eq!((&found["ballots"][0]["from"]["name"], &found["ballots"][0]["to"]), (&json!("Opponent"), &Value::Null));
}

/// What is done to one of the records before they are compared.
#[derive(Debug, Clone)]
enum Damage {
    /// An entry of a list stands in it twice.
    Twice(&'static str, usize),
    /// An entry is gone.
    Gone(&'static str, usize),
    /// A list runs backwards.
    Backwards(&'static str),
    /// A name is given to a seat that another has already.
    SameName(usize, usize),
    /// A seat number is given to an agent that another has already.
    SameSeat(usize, usize),
    /// Two options say the same, one of them in capitals.
    SameOption(usize, usize),
}

const LISTS: [&str; 7] = ["/panel", "/question/options", "/claims", "/dissent", "/turns", "/rounds", "/moderators"];

fn damage() -> impl Strategy<Value = Damage> {
    let (list, place) = (|| proptest::sample::select(&LISTS[..]), || 0_usize..8);
    prop_oneof![
        (list(), place()).prop_map(|(list, place)| Damage::Twice(list, place)),
        (list(), place()).prop_map(|(list, place)| Damage::Gone(list, place)),
        list().prop_map(Damage::Backwards),
        (place(), place()).prop_map(|(from, to)| Damage::SameName(from, to)),
        (place(), place()).prop_map(|(from, to)| Damage::SameSeat(from, to)),
        (place(), place()).prop_map(|(from, to)| Damage::SameOption(from, to)),
    ]
}

fn damaged(record: &Value, damages: &[Damage]) -> Value {
    let mut record = record.clone();
    for damage in damages {
        let (list, from, to, field) = match *damage {
            Damage::Twice(list, place) | Damage::Gone(list, place) => (list, place, place, None),
            Damage::Backwards(list) => (list, 0, 0, None),
            Damage::SameName(from, to) => ("/panel", from, to, Some("name")),
            Damage::SameSeat(from, to) => ("/panel", from, to, Some("seat")),
            Damage::SameOption(from, to) => ("/question/options", from, to, Some("text")),
        };
        let items = record.pointer_mut(list).unwrap().as_array_mut().unwrap();
        if items.is_empty() {
            continue;
        }
        let (from, to) = (from % items.len(), to % items.len());
        match (damage, field) {
            (Damage::Twice(..), _) => items.push(items[from].clone()),
            (Damage::Gone(..), _) => drop(items.remove(from)),
            (Damage::Backwards(_), _) => items.reverse(),
            (Damage::SameOption(..), Some(field)) => {
                items[to][field] = json!(items[from][field].as_str().unwrap().to_uppercase());
            }
            (_, Some(field)) => items[to][field] = items[from][field].clone(),
            (_, None) => {}
        }
    }
    record
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn exchanging_the_records_mirrors_the_diff(
        from in 0..RECORDS.len(), to in 0..RECORDS.len(), is_other in any::<bool>(),
        first in proptest::collection::vec(damage(), 0..4), second in proptest::collection::vec(damage(), 0..4),
    ) {
        let to = if is_other { to } else { from };
        let (from, to) = (damaged(&RECORDS[from], &first), damaged(&RECORDS[to], &second));
        let (there, back) = (compared(&from, &to), compared(&to, &from));
        prop_assert_eq!(&mirrored(&there), &back);
        for record in [&from, &to] {
            prop_assert!(is_empty(&compared(record, record)));
        }
        // Every option, claim and seat is accounted for.
        let count = |record: &Value, list: &str| record.pointer(list).unwrap().as_array().unwrap().len();
        for (part, list) in [("options", "/question/options"), ("panel", "/panel")] {
            let grown = count(&there[part], "/added") + count(&from, list);
            prop_assert_eq!(grown, count(&there[part], "/removed") + count(&to, list));
        }
        // A text is printed exactly when something differs, and steers no terminal.
        let found = diff(&read_back(&from), &read_back(&to));
        prop_assert_eq!(is_empty(&there), found.parts().is_empty());
        for shown in [text(&found), markdown(&found)] {
            prop_assert_eq!(shown.is_empty(), found.parts().is_empty());
            prop_assert!(shown.chars().all(|c| c == '\n' || !c.is_control()));
        }
    }
}

#[test]
fn what_is_no_record_is_refused_and_why() {
    let golden = golden("adversarial");
    let without = |key: &str| {
        let mut record = golden.clone();
        record.as_object_mut().unwrap().shift_remove(key);
        record.to_string()
    };
    let mut newer = golden.clone();
    newer["schema"] = json!("roundtable.decision/2");
    let mut broken = golden.clone();
    broken["usage"]["total"]["calls"] = json!("many");
    let rows = [
        (String::new(), "not JSON"),
        ("# Kafka".to_owned(), "not JSON"),
        ("[".repeat(100_000), "not JSON"),
        ("[]".to_owned(), "names no schema"),
        ("{}".to_owned(), "names no schema"),
        (r#"{"schema": 1}"#.to_owned(), "names no schema"),
        (newer.to_string(), "its schema is `roundtable.decision/2`"),
        (json!({ "schema": "x\u{1b}[2J" }).to_string(), "its schema is `x[2J`"),
        (r#"{"schema": "roundtable.decision/1"}"#.to_owned(), "missing field"),
        (without("turns"), "missing field `turns`"),
        (without("usage"), "missing field `usage`"),
        (broken.to_string(), "not whole: invalid type"),
    ];
    for (json, due) in rows {
        let error = read(&json).unwrap_err().to_string();
        assert!(error.contains(due), "{due}: {error}");
    }
    // A later program may know more.
    let mut later = golden.clone();
    later["added"] = json!([1]);
    later["decision"]["label"] = json!("overwhelming");
    later["panel"][0]["persona"]["mood"] = json!("calm");
    assert_eq!(compared(&golden, &later)["outcome"][0]["to"], "overwhelming");
    read(&format!("\u{feff}{golden}")).unwrap();
}

#[test]
fn the_changes_between_two_goldens() {
    let found = diff(&read(&fixture("v1-adversarial")).unwrap(), &read(&fixture("v1-collaborative")).unwrap());
    insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "../snapshots/diff" }, {
        insta::assert_snapshot!("text", text(&found));
        insta::assert_snapshot!("markdown", markdown(&found));
        insta::assert_snapshot!("json", json(&found));
    });
}

#[test]
fn what_others_wrote_becomes_no_markup() {
    let attack = "\u{1b}[2J<script>\n# x @all | [a](javascript:b) \u{202e}";
    let base = golden("collaborative");
    let mut other = base.clone();
    other["question"]["topic"] = json!(attack);
    other["question"]["options"][0]["text"] = json!(attack);
    other["claims"][0]["text"] = json!(attack);
    other["panel"][0]["name"] = json!(attack);
    other["blocking"] = json!([{ "seat": 1, "objection": attack }]);
    let found = diff(&read_back(&base), &read_back(&other));
    let shown = text(&found);
    assert!(shown.contains("[2J<script> # x @all") && !shown.contains(['\u{1b}', '\u{202e}']), "{shown}");
    let shown = markdown(&found);
    assert!(shown.contains("&lt;script&gt; \\# x"), "{shown}");
    for broken in ["<script", "\n# x", "@all", " [a](", "\u{1b}", "\u{202e}"] {
        assert!(!shown.contains(broken), "{broken:?} in {shown}");
    }
}

#[test]
fn sessions_and_files_are_compared_from_the_command_line() {
    let desk = Desk::new();
    for more in [&["--mode", "vote"][..], &["--mode", "delphi", "-n", "3"]] {
        let start = ["start", "--topic", "Move?", "--yes-no", "--rehearse", "--quiet"];
        desk.run(&[&start[..], more].concat()).expect(0);
    }
    let diff = |arguments: &[&str], code: i32| desk.run(&[&["diff"][..], arguments].concat()).expect(code);
    let same = diff(&["@", "@", "--exit-code"], 0);
    assert_eq!((same.stdout.as_str(), same.stderr.as_str()), ("", "no difference\n"));
    let same = diff(&["@", "@", "--format", "json"], 0);
    assert!(is_empty(&same.json()) && same.stderr.is_empty());
    let there = diff(&["@~1", "@", "--format", "json"], 0);
    assert_eq!(there.stderr, "");
    assert_eq!(there.json()["schema"], "roundtable.diff/1");
    assert_eq!(mirrored(&there.json()), diff(&["@", "@~1", "--format", "json"], 0).json());
    let gate = diff(&["@~1", "@", "--exit-code"], 8);
    assert!(gate.stdout.contains("mode: vote → delphi") && gate.stderr.contains("error: the decisions differ"));
    let gate = diff(&["@~1", "@", "--exit-code", "--format", "json"], 8);
    let error: Value = serde_json::from_str(&gate.stderr).unwrap();
    assert_eq!((&error["error"]["kind"], gate.json()), (&json!("mismatch"), there.json()));
    // A record in a file is the session it was drawn from.
    desk.run(&["show", "@~1", "--output", "old.json"]).expect(0);
    fs::copy(desk.work().join("old.json"), desk.work().join("record")).unwrap();
    for file in ["old.json", "./old.json", "record"] {
        assert_eq!(diff(&[file, "@~1"], 0).stdout, "", "{file}");
        assert_eq!(diff(&[file, "@", "--format", "json"], 0).stdout, there.stdout, "{file}");
    }
    assert!(diff(&["@~1", "@", "--format", "markdown"], 0).stdout.contains("\n- mode: vote → delphi\n"));
    desk.run(&["start", "--topic", "Stay?", "--yes-no", "--rehearse", "--quiet", "--mode", "vote"]).expect(0);
    let other = diff(&["@", "@~2"], 0);
    assert_eq!(lines_with(&other.stderr, "warning: ").len(), 1, "{}", other.stderr);
    assert!(other.stdout.contains("topic: Stay? → Move?"));
}

#[test]
fn what_cannot_be_compared_is_named() {
    let desk = Desk::new();
    desk.run(&["start", "--topic", "Move?", "--rehearse", "--quiet", "--mode", "vote"]).expect(0);
    desk.write("plain.json", "{}");
    desk.write("notes.md", "# Notes");
    desk.write("newer.json", r#"{"schema": "roundtable.decision/2"}"#);
    fs::create_dir(desk.work().join("folder.json")).unwrap();
    let rows = [
        ("plain.json", "plain.json is no decision record: it names no schema"),
        ("notes.md", "notes.md is no decision record: it is not JSON"),
        ("newer.json", "newer.json is no decision record: its schema is `roundtable.decision/2`"),
        ("missing.json", "cannot read missing.json"),
        ("folder.json", "cannot read folder.json"),
        ("ffffffff", "there is no session `ffffffff`"),
        ("@~7", "there is no session `@~7`"),
    ];
    for (name, due) in rows {
        for arguments in [["diff", name, "@"], ["diff", "@", name]] {
            let ran = desk.run(&arguments).expect(2);
            assert_eq!(ran.stdout, "");
            let errors = lines_with(&ran.stderr, "error: ");
            assert!(errors.len() == 1 && errors[0].contains(due), "{name}: {}", ran.stderr);
        }
    }
    desk.run(&["diff", "@"]).expect(2);
}
