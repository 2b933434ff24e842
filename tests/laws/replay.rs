//! Replay: a log that was altered, or that another program would have written, is told apart from one that was not.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, proptest};
use proptest::test_runner::Config;
use roundtable::debate::event::{Event, FORMAT, Logged};
use roundtable::debate::fold::HistoryError;
use roundtable::debate::log::setup::Setup;
use roundtable::debate::prompt;
use roundtable::debate::replay::{self, Miss};
use roundtable::export::ndjson::{self, NdjsonError};
use serde_json::{Value, json};

use crate::support::replies::by_default;
use crate::support::world::{When, World, built_in, choice, more, open, setup};

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sessions");
    let mut logs: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    logs.retain(|path| path.extension().is_some_and(|ending| ending == "ndjson"));
    logs.sort();
    logs
}

fn read(path: &Path) -> Vec<Logged> {
    ndjson::read(&fs::read_to_string(path).unwrap()).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A session of this format with all that the core computes: options found, rounds, verdicts, two endings.
fn sample() -> Vec<Logged> {
    sample_in(FORMAT)
}

/// The sample as a log of `format` holds it.
fn sample_in(format: u32) -> Vec<Logged> {
    let mut setup = Setup { format, ..setup(&built_in("expert-panel"), 3, open()) };
    setup.seed = 3;
    World::open(setup, &by_default, 1).finish_with(&[(When::Ended, more(1))]).log
}

#[test]
fn every_golden_session_replays_without_a_miss() {
    for path in fixtures() {
        let log = read(&path);
        assert_eq!(replay::verify(&log).unwrap(), [], "{}", path.display());
        let prompts = replay::prompts(&log).unwrap();
        let started = log.iter().filter(|logged| matches!(logged.event, Event::TurnStarted { .. })).count();
        assert!(prompts.len() == started && started > 5, "{}", path.display());
        for sent in prompts {
            let rebuilt = sent.rebuilt.unwrap_or_else(|| panic!("{}: event {}", path.display(), sent.seq));
            assert_eq!(prompt::mark(&rebuilt), sent.recorded, "{}: event {}", path.display(), sent.seq);
        }
    }
}

/// The events whose fields follow from the log, and the fields of others that do.
fn follows(event: &Event) -> Option<&'static [&'static str]> {
    match event {
        Event::PerspectivesChosen { .. }
        | Event::OptionsFrozen(_)
        | Event::RoundClosed(_)
        | Event::Decided { .. }
        | Event::SessionClosed { .. } => Some(&[]),
        Event::TurnStarted { .. } => Some(&["turn", "attempt", "voice", "prompt"]),
        Event::TurnFinished { .. } => Some(&["attempt", "response"]),
        Event::TurnFailed { .. } => Some(&["attempt"]),
        _ => None,
    }
}

/// Every way of changing one value in a JSON tree, with the path of the change.
fn mutations(value: &Value, path: &str) -> Vec<(String, Value)> {
    let inside = |changed: Vec<(String, Value)>, put: &dyn Fn(Value) -> Value| -> Vec<(String, Value)> {
        changed.into_iter().map(|(path, value)| (path, put(value))).collect()
    };
    match value {
        Value::Object(fields) => {
            let field = |(name, field): (&String, &Value)| {
                let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                inside(mutations(field, &below), &|changed| {
                    let mut whole = fields.clone();
                    whole[name] = changed;
                    Value::Object(whole)
                })
            };
            fields.iter().flat_map(field).collect()
        }
        Value::Array(items) => {
            let item = |(at, item): (usize, &Value)| {
                inside(mutations(item, &format!("{path}[{at}]")), &|changed| {
                    let mut whole = items.clone();
                    whole[at] = changed;
                    Value::Array(whole)
                })
            };
            let mut changed: Vec<(String, Value)> = items.iter().enumerate().flat_map(item).collect();
            if let Some((_, fewer)) = items.split_last() {
                changed.push((path.to_owned(), json!(fewer)));
            }
            changed
        }
        Value::String(text) => {
            vec![(path.to_owned(), json!(format!("{text} indeed"))), (path.to_owned(), json!("high"))]
        }
        Value::Number(number) => {
            let changed = match number.as_u64() {
                Some(whole) => json!(whole + 1),
                None => json!(number.as_f64().unwrap() + 0.125),
            };
            vec![(path.to_owned(), changed)]
        }
        Value::Bool(truth) => vec![(path.to_owned(), json!(!truth))],
        Value::Null => vec![(path.to_owned(), json!(1)), (path.to_owned(), json!("o1"))],
    }
}

/// Whether a miss at `field` tells of a change at `path`: there, or where it is a part of something that is compared whole.
fn tells(field: &str, path: &str) -> bool {
    path.starts_with(field) || field.starts_with(path)
}

#[test]
fn a_change_of_any_one_computed_value_is_found_where_it_is() {
    let mut logs = vec![sample()];
    let sampled = logs[0].len();
    // Of an older format, what was emptied cannot be told from what was not known yet.
    let is_of_today =
        |log: &Vec<Logged>| matches!(&log[0].event, Event::SessionOpened(setup) if setup.format == FORMAT);
    logs.extend(fixtures().iter().map(|path| read(path)).filter(is_of_today).take(1));
    let mut tried = 0;
    for log in logs {
        for (place, logged) in log.iter().enumerate() {
            let Some(fields) = follows(&logged.event) else { continue };
            let whole = serde_json::to_value(&logged.event).unwrap();
            // Every third of the fixture's: there are many alike.
            let step = if log.len() == sampled { 1 } else { 3 };
            for (path, changed) in mutations(&whole, "").into_iter().step_by(step) {
                let is_computed = fields.is_empty() || fields.iter().any(|field| path.starts_with(field));
                if path == "event" || !is_computed {
                    continue;
                }
                // Some changes make no event.
                let Ok(event) = serde_json::from_value::<Event>(changed) else { continue };
                if event == logged.event {
                    continue;
                }
                // Another turn can be due as well, in the same words: then it is its reply that comes out of nowhere.
                let is_other_turn = path.starts_with("turn");
                let mut altered = if is_other_turn { log.clone() } else { log[..=place].to_vec() };
                altered[place].event = event;
                let label = format!("{path} of event {} ({})", logged.seq, logged.event.tag());
                tried += 1;
                match replay::verify(&altered) {
                    Ok(misses) => {
                        let first = misses.first().unwrap_or_else(|| panic!("{label} was not found"));
                        let is_here = (first.seq, first.event) == (logged.seq, logged.event.tag());
                        assert!(is_other_turn || is_here && tells(&first.field, &path), "{label}: {first:?}");
                        assert_ne!(first.recorded, first.recomputed, "{label}");
                    }
                    // A reply to a turn that was never started stands out before anything is computed.
                    Err(HistoryError::UnknownTurn { .. }) => assert!(is_other_turn, "{label}"),
                    Err(error) => panic!("{label}: {error}"),
                }
            }
        }
    }
    assert!(tried > 1_000, "{tried}");
}

#[test]
fn one_altered_event_is_one_miss_and_the_walk_goes_on() {
    let mut log = sample();
    let closed: Vec<usize> = (0..log.len()).filter(|at| matches!(log[*at].event, Event::RoundClosed(_))).collect();
    for at in [closed[1], closed[2]] {
        let Event::RoundClosed(round) = &mut log[at].event else { panic!("no round") };
        round.claims += 1;
    }
    let misses = replay::verify(&log).unwrap();
    let places: Vec<(u64, &str)> = misses.iter().map(|miss| (miss.seq, miss.field.as_str())).collect();
    assert_eq!(places, [(log[closed[1]].seq, "claims"), (log[closed[2]].seq, "claims")]);
    let Miss { recorded, recomputed, .. } = &misses[0];
    assert_eq!(recorded.parse::<u32>().unwrap(), recomputed.parse::<u32>().unwrap() + 1);
}

#[test]
fn a_program_that_words_or_counts_otherwise_is_found_out() {
    // As if the log had been written by a program whose modes ask otherwise: its prompts are others.
    let log = sample();
    let mut reworded = log.clone();
    let Event::SessionOpened(setup) = &mut reworded[0].event else { panic!("no session") };
    setup.mode.phases[1].stages[0].ask.push_str(" Be brief.");
    let misses = replay::verify(&reworded).unwrap();
    let started = |miss: &Miss| miss.event == "turn_started" && miss.field.starts_with("prompt.");
    assert!(!misses.is_empty() && misses.iter().all(started), "{misses:?}");
    let first = misses.iter().map(|miss| miss.seq).min().unwrap();
    let Event::TurnStarted { turn, .. } = &log[first as usize - 1].event else { panic!("no turn") };
    assert_eq!((turn.phase.as_str(), turn.round), ("exchange", 1), "the opening is worded as before");
    // And as if by one that needs another quorum, and deals claims another way.
    let mut otherwise = log;
    let Event::SessionOpened(setup) = &mut otherwise[0].event else { panic!("no session") };
    setup.limits.quorum = 4;
    let misses = replay::verify(&otherwise).unwrap();
    let Miss { event, field, recomputed, .. } = &misses[0];
    assert_eq!((*event, field.as_str(), recomputed.as_str()), ("turn_started", "turn", "\"round_closed\""));
}

#[test]
fn what_cannot_have_happened_there_is_a_miss() {
    let whole = World::open(setup(&built_in("vote"), 3, choice()), &by_default, 1).finish().log;
    let insert = |at: usize, event: Value| {
        let event: Event = serde_json::from_value(event).unwrap();
        let mut log = whole.clone();
        log.insert(at, Logged { seq: 0, at_ms: log[at - 1].at_ms, event });
        (1..).zip(&mut log).for_each(|(seq, logged)| logged.seq = seq);
        replay::verify(&log).unwrap().into_iter().map(|miss| (miss.seq, miss.event, miss.field, miss.recomputed)).next()
    };
    let end = whole.len();
    let cases = [
        (end, json!({ "event": "stop_requested", "by": "command" }), Some("\"the session is over\"")),
        (end, json!({ "event": "session_paused", "by": "command" }), Some("\"the session is over\"")),
        (2, json!({ "event": "session_resumed" }), Some("\"the session was under way\"")),
        (end, json!({ "event": "session_continued", "rounds": 0 }), Some("\"no rounds are wanted\"")),
        (2, json!({ "event": "synthesis_requested" }), Some("\"there is no verdict\"")),
        (
            2,
            json!({ "event": "session_closed", "ending": "stopped" }),
            Some("[\"poll/1/poll/1\",\"poll/1/poll/2\",\"poll/1/poll/3\"]"),
        ),
        (end, json!({ "event": "session_closed", "ending": "stopped" }), Some("\"nothing\"")),
        (end, json!({ "event": "session_renamed", "name": null }), None),
        (end, json!({ "event": "session_continued", "rounds": 1 }), None),
        (end, json!({ "event": "synthesis_requested" }), None),
    ];
    for (at, event, expected) in cases {
        let tag = event["event"].clone();
        let found = insert(at, event);
        match (found, expected) {
            (None, None) => {}
            (Some((seq, event, field, recomputed)), Some(expected)) => {
                assert_eq!(
                    (seq as usize, event, field.as_str(), recomputed.as_str()),
                    (at + 1, tag.as_str().unwrap(), "event", expected)
                )
            }
            (found, expected) => panic!("{tag} at {at}: {found:?} for {expected:?}"),
        }
    }
    // While a session is paused, nothing is sent.
    let paused = insert(2, json!({ "event": "session_paused", "by": "command" })).unwrap();
    assert_eq!((paused.1, paused.3.as_str()), ("turn_started", "\"nothing\""));
}

#[test]
fn fields_that_came_later_are_not_held_against_an_older_log() {
    // The last format whose prompts are those of the first.
    let mut log = sample_in(4);
    // As if an older program had not known of ratings.
    let place = log.iter().position(|logged| matches!(&logged.event, Event::RoundClosed(round) if round.consensus.as_ref().is_some_and(|known| !known.ratings.is_empty()))).unwrap();
    let Event::RoundClosed(round) = &mut log[place].event else { panic!("no round") };
    round.consensus.as_mut().unwrap().ratings.clear();
    let held = |log: &[Logged]| replay::verify(log).unwrap().iter().map(|miss| miss.field.clone()).collect::<Vec<_>>();
    assert_eq!(held(&log), ["consensus.ratings"]);
    let Event::SessionOpened(setup) = &mut log[0].event else { panic!("no session") };
    setup.format = 1;
    assert_eq!(held(&log), [""; 0]);
}

// ndjson

#[test]
fn a_log_is_written_as_it_was_read() {
    let text = ndjson::write(&sample());
    assert_eq!(text.lines().count(), sample().len());
    assert!(text.starts_with("{\"seq\":1,\"at_ms\":1000,\"event\":\"session_opened\","), "{}", &text[..80]);
    let variants = [text.clone(), format!("\u{feff}{text}"), format!("{text}\n \n\n"), text.replace('\n', "\r\n")];
    for variant in variants {
        assert_eq!(ndjson::write(&ndjson::read(&variant).unwrap()), text);
    }
    for path in fixtures() {
        let log = read(&path);
        assert_eq!(ndjson::read(&ndjson::write(&log)).unwrap(), log, "{}", path.display());
    }
}

#[test]
fn what_is_no_log_is_refused_with_its_line() {
    let text = ndjson::write(&sample());
    let lines: Vec<&str> = text.lines().collect();
    let with = |at: usize, line: &str| {
        let mut lines = lines.clone();
        lines[at] = line;
        lines.join("\n")
    };
    let newer = lines[0].replacen(&format!("\"format\":{FORMAT}"), "\"format\":99", 1);
    let newer_and_strange = newer.replacen("\"question\"", "\"puzzle\"", 1);
    let unversioned = lines[0].replacen(&format!("\"format\":{FORMAT}"), "\"format\":0", 1);
    let last = lines.len();
    let deep = format!("{{\"seq\":2,\"at_ms\":1,\"event\":{}", "[".repeat(100_000));
    let cases = [
        (String::new(), "the log is empty".to_owned()),
        ("\u{feff}\n\n".to_owned(), "the log is empty".to_owned()),
        (with(1, "{"), "line 2 is not JSON: ".to_owned()),
        (with(1, ""), "line 2 is not JSON: ".to_owned()),
        (with(1, &deep), "line 2 is not JSON: ".to_owned()),
        (with(1, "[]"), "line 2 is not an event: ".to_owned()),
        (
            with(1, r#"{"seq":2,"at_ms":1,"event":"coin_tossed"}"#),
            "line 2 holds an unknown event: coin_tossed".to_owned(),
        ),
        (
            with(1, r#"{"seq":2,"at_ms":1,"event":"session_closed","ending":"coin"}"#),
            "line 2 is not an event: ".to_owned(),
        ),
        (with(1, r#"{"seq":-2,"at_ms":1,"event":"session_resumed"}"#), "line 2 is not an event: ".to_owned()),
        (with(1, lines[2]), "line 2: event 3 stands where event 2 belongs".to_owned()),
        (lines[1..].join("\n"), "line 1: event 2 is out of place".to_owned()),
        (format!("{text}{}", lines[0]), format!("line {}: event 1 stands where event {} belongs", last + 1, last + 1)),
        (
            lines[0].replacen("\"seq\":1", "\"seq\":18446744073709551615", 1),
            "line 1: event 18446744073709551615 stands".to_owned(),
        ),
        (with(0, &newer), "the log has format 99".to_owned()),
        (with(0, &newer_and_strange), "the log has format 99".to_owned()),
        (with(0, &unversioned), "the log has format 0".to_owned()),
    ];
    for (text, expected) in cases {
        let error = ndjson::read(&text).unwrap_err().to_string();
        assert!(error.starts_with(&expected), "{error} for {expected}");
        assert!(error.len() < 400, "{error}");
    }
    let long = format!("{}\n", " ".repeat(ndjson::LINE_BYTES_MAX + 1)) + lines[0];
    assert!(matches!(ndjson::read(&long), Err(NdjsonError::LineTooLong { line: 1, .. })));
}

/// Numbers that stand in an event where a provider, or a formula, put them.
fn with_numbers(numbers: [f64; 3]) -> Vec<Logged> {
    let mut log = World::open(setup(&built_in("vote"), 2, choice()), &by_default, 1).finish().log;
    for logged in &mut log {
        match &mut logged.event {
            Event::TurnFinished { reply, .. } => reply.cost_usd = Some(numbers[0]),
            Event::RoundClosed(round) => {
                let consensus = round.consensus.as_mut().unwrap();
                (consensus.agreement, consensus.interval) = (Some(numbers[1]), Some([numbers[2], numbers[0]]));
            }
            _ => {}
        }
    }
    log
}

fn finite() -> impl Strategy<Value = f64> {
    any::<u64>().prop_map(f64::from_bits).prop_filter("JSON has no other numbers", |number| number.is_finite())
}

proptest! {
    #![proptest_config(Config { cases: 64, failure_persistence: None, ..Config::default() })]

    #[test]
    fn every_number_comes_back_bit_for_bit(a in finite(), b in finite(), c in finite()) {
        let log = with_numbers([a, b, c]);
        let text = ndjson::write(&log);
        let back = ndjson::read(&text).unwrap();
        prop_assert_eq!(&ndjson::write(&back), &text);
        let bits = |log: &[Logged]| -> Vec<u64> {
            let numbers = log.iter().filter_map(|logged| match &logged.event {
                Event::RoundClosed(round) => Some(round.consensus.as_ref()?.agreement?.to_bits()),
                Event::TurnFinished { reply, .. } => Some(reply.cost_usd?.to_bits()),
                _ => None,
            });
            numbers.collect()
        };
        prop_assert_eq!(bits(&log), bits(&back));
    }

    #[test]
    fn no_text_makes_the_reader_panic(at in any::<u32>(), junk in "\\PC{0,12}") {
        let mut text = ndjson::write(&with_numbers([0.5, 0.5, 0.5]));
        let mut at = at as usize % text.len();
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        text.insert_str(at, &junk);
        if let Ok(log) = ndjson::read(&text) {
            prop_assert!(replay::verify(&log).is_ok());
        }
    }
}

/// A log whose every value in turn was set to something absurd is refused, or told apart; it never breaks the core.
#[test]
fn no_absurd_value_breaks_the_core() {
    let whole = sample();
    let mut read = 0;
    for (place, logged) in whole.iter().enumerate() {
        let value = serde_json::to_value(logged).unwrap();
        let mut paths: Vec<String> = mutations(&value, "").into_iter().map(|(path, _)| path).collect();
        // Words alone break nothing, and there are many of them.
        paths.retain(|path| !(path.ends_with("text") || path.ends_with("ask") || path.contains("reply")));
        paths.dedup();
        for path in paths {
            for absurd in [json!(0), json!(u32::MAX), json!(u64::MAX), json!(-1e308), json!([]), Value::Null] {
                let mut changed = value.clone();
                set(&mut changed, &path, absurd);
                let Ok(logged) = serde_json::from_value::<Logged>(changed) else { continue };
                let until = whole.len().min(if place == 0 { 30 } else { place + 3 });
                let mut log = whole[..until].to_vec();
                log[place] = logged;
                let Ok(log) = ndjson::read(&ndjson::write(&log)) else { continue };
                replay::verify(&log).ok();
                read += 1;
            }
        }
    }
    assert!(read > 1_000, "{read}");
}

fn set(value: &mut Value, path: &str, to: Value) {
    let pointer = format!("/{}", path.replace('[', "/").replace(']', "").replace('.', "/"));
    *value.pointer_mut(&pointer).unwrap_or_else(|| panic!("{path}")) = to;
}
