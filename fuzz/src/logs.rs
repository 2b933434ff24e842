//! A session's log from elsewhere: what is imported, replayed, verified and written out in every way.

use roundtable::debate::event::Logged;
use roundtable::debate::history::History;
use roundtable::debate::{protocol, replay};
use roundtable::export::views::scope::Narrowing;
use roundtable::export::views::{self, Layout, View};
use roundtable::export::{self, Format, ndjson};
use serde_json::{Value, json};

/// The logs that `log_edited` starts from.
const LOGS: [&str; 9] = [
    include_str!("../../tests/fixtures/sessions/v1-adversarial.ndjson"),
    include_str!("../../tests/fixtures/sessions/v1-collaborative.ndjson"),
    include_str!("../../tests/fixtures/sessions/v1-expert-panel.ndjson"),
    include_str!("../../tests/fixtures/sessions/v2-aborted.ndjson"),
    include_str!("../../tests/fixtures/sessions/v2-branched.ndjson"),
    include_str!("../../tests/fixtures/sessions/v2-continued.ndjson"),
    include_str!("../../tests/fixtures/sessions/v2-estimate.ndjson"),
    include_str!("../../tests/fixtures/sessions/v2-limited.ndjson"),
    include_str!("../../tests/fixtures/sessions/v2-paused.ndjson"),
];

const VIEWS: [View; 9] = [
    View::Rounds,
    View::Agents,
    View::Thoughts,
    View::Claims,
    View::Citations,
    View::Ballots,
    View::Costs,
    View::Prompts,
    View::Events,
];

/// Target `log`: a text is a log that can be stored, replayed and shown, or it is refused.
pub fn log(data: &[u8]) {
    take_in(&String::from_utf8_lossy(data), data.len());
}

/// Target `log_edited`: the same with a log that somebody changed. The first byte chooses the log; every four further
/// bytes are an edit: what to do, at which line, where in it, with what.
pub fn log_edited(data: &[u8]) {
    let Some((first, edits)) = data.split_first() else { return };
    let mut lines: Vec<Value> = LOGS[usize::from(*first) % LOGS.len()]
        .lines()
        .map(|line| serde_json::from_str(line).expect("the kept logs are JSON"))
        .collect();
    for edit in edits.chunks_exact(4).take(12) {
        change(&mut lines, [edit[0], edit[1], edit[2], edit[3]]);
    }
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    take_in(&text, data.len());
}

fn change(lines: &mut Vec<Value>, [what, line, place, with]: [u8; 4]) {
    if lines.is_empty() {
        return;
    }
    let line = usize::from(line) % lines.len();
    match what % 8 {
        0 => drop(lines.remove(line)),
        1 => lines.truncate(line + 1),
        2 => {
            let other = usize::from(with) % lines.len();
            lines.swap(line, other);
        }
        3 => {
            let again = lines[line].clone();
            lines.insert(usize::from(with) % lines.len(), again);
        }
        // Only some edits leave the numbers as they are: a log that is refused for them is soon understood.
        4 => return,
        _ => {
            let spots = spots(&lines[line]);
            let spot = &spots[usize::from(place) % spots.len()];
            let old = lines[line].pointer(spot).cloned().unwrap_or_default();
            let new = replacement(&old, with);
            if let Some(value) = lines[line].pointer_mut(spot) {
                *value = new;
            }
        }
    }
    for (seq, line) in (1..).zip(lines) {
        line["seq"] = json!(seq);
    }
}

/// The places within a line, as JSON pointers, containers included.
fn spots(line: &Value) -> Vec<String> {
    fn collect(value: &Value, path: &str, found: &mut Vec<String>) {
        found.push(path.to_owned());
        match value {
            Value::Object(fields) => {
                for (name, field) in fields {
                    let name = name.replace('~', "~0").replace('/', "~1");
                    collect(field, &format!("{path}/{name}"), found);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    collect(item, &format!("{path}/{index}"), found);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut found = Vec::new();
    collect(line, "", &mut found);
    found
}

/// A value of the same kind mostly, since one of another kind is refused at once.
fn replacement(old: &Value, with: u8) -> Value {
    let pick = usize::from(with);
    match old {
        Value::Number(_) => {
            let numbers = [json!(0), json!(1), json!(2), json!(-1), json!(0.5), json!(1e308), json!(u64::MAX)];
            let more =
                [json!(u32::MAX), json!(i64::MIN), json!(1e-308), json!(100), json!(5), json!(4_000_000_000_u64)];
            numbers.iter().chain(&more).nth(pick % 13).cloned().unwrap_or_default()
        }
        Value::String(_) => {
            let texts = [
                "",
                "o1",
                "o2",
                "o9",
                "c1",
                "c99",
                "1",
                "moderator",
                "opening",
                "exchange",
                "closing",
                "ü\u{1b}[2J|`<b>",
            ];
            let more = ["Majority", "anthropic", "seat", "\u{202e}\n\r\n# x", "complete", "truncated", "refused"];
            json!(texts.iter().chain(&more).nth(pick % 19).copied().unwrap_or_default())
        }
        Value::Bool(old) => json!(!old),
        Value::Null => [json!(0), json!("o1"), json!({}), json!([])][pick % 4].clone(),
        Value::Array(items) => match pick % 4 {
            0 => json!([]),
            1 => Value::Null,
            2 => json!(items.iter().skip(1).collect::<Vec<_>>()),
            _ => json!(items.iter().chain(items.first()).collect::<Vec<_>>()),
        },
        Value::Object(fields) => {
            let mut fields = fields.clone();
            let name = fields.keys().nth(pick % fields.len().max(1)).cloned();
            name.map(|name| fields.shift_remove(&name));
            Value::Object(fields)
        }
    }
}

/// Does with a log what an import and every export do. `pick` chooses one of the views: all of them would take long.
fn take_in(text: &str, pick: usize) {
    let log = match ndjson::read(text) {
        Ok(log) => log,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let written = ndjson::write(&log);
    let again = ndjson::read(&written).expect("what was written can be read");
    assert_eq!(ndjson::write(&again), written, "a log comes back byte for byte");
    let history = History::replay(&log).expect("what was read can be replayed");
    protocol::next(&history);
    replay::verify(&log).expect("what was read can be verified");
    for (format, _, _) in Format::ALL {
        let text = export::render(&history, &log, format);
        assert!(text.ends_with('\n'), "{format:?} ends with a line feed");
        assert!(!text.contains('\u{1b}'), "{format:?} passes an escape on");
    }
    look(&log, pick);
}

fn look(log: &[Logged], pick: usize) {
    let layouts = [Layout::Text { columns: Some(60) }, Layout::Markdown, Layout::Json];
    let view = VIEWS[pick % VIEWS.len()];
    for layout in layouts {
        let page = views::render(log, view, &Narrowing::default(), layout);
        let page = page.expect("a session that is not narrowed can be viewed");
        assert!(!page.contains('\u{1b}'), "{view:?} passes an escape on");
    }
}
