//! Sessions for reports to be drawn from: those of the fixtures, and others that end, fail, and speak in every way.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use roundtable::debate::ask::Ask;
use roundtable::debate::event::{Continued, Event, Fact, Logged, StoppedBy};
use roundtable::debate::history::History;
use roundtable::debate::log::setup::Setup;
use roundtable::debate::question::Question;
use roundtable::debate::reply::{Citation, FaultKind};
use serde_json::{Value, json};

use crate::support::replies::{Miss, answer, by_default, chance, fault, json_reply, missed};
use crate::support::world::{Answer, World, built_in, choice, open, setup};

/// What should stay text wherever it stands.
pub(crate) const HOSTILE: [&str; 16] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</style></title></svg></p></details><script src=https://evil.example/x.js></script>",
    "&lt;b&gt; &#x3C; ]]> <!-- -->",
    "javascript:alert(1)",
    "\u{202e}desrever\u{2066} \u{200b}\u{feff}\u{e0041}\u{ad}hidden",
    "\u{1b}[31mred\u{7}\u{0}",
    "\n\n# Heading\n\n- Status: accepted\n\n---\n\n```\ncode",
    "| a | b |\n|---|---|",
    "[x](javascript:alert(1)) ![y](http://evil.example/y.png) <http://evil.example>",
    "{{7*7}} ${x} `rm -rf /`",
    "@everyone #1 https://evil.example/?q=1 www.evil.example",
    "1. one\n2) two\n+ three\n> four\n=====",
    "עברית שמאלה 中文很长的句子没有空格 🧑\u{200d}🚀",
    "Averyveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryverylongword",
];

/// Fields of a reply that hold words of the speaker's own.
const WORDS: [&str; 18] = [
    "statement",
    "reasoning",
    "because",
    "text",
    "ref",
    "quote",
    "consequence",
    "conclusion",
    "blocking_objection",
    "name",
    "cares_about",
    "next_steps",
    "would_change",
    "would_change_my_mind",
    "abstain_reason",
    "title",
    "decisive",
    "rationale",
];

/// A session and what it is called where a test fails.
pub(crate) struct Told {
    pub(crate) title: String,
    pub(crate) history: History,
}

/// Every session; played once for all tests of a file.
pub(crate) fn sessions() -> &'static [Told] {
    static SESSIONS: LazyLock<Vec<Told>> = LazyLock::new(play);
    &SESSIONS
}

fn play() -> Vec<Told> {
    let mut sessions = fixtures();
    let own: [(&str, History); 10] = [
        ("hostile", hostile()),
        ("five seats, four rounds", drawn("collaborative", 5, Some(4), 11)),
        ("five seats, four rounds, a number", numbers(7)),
        ("verdict", drawn("adversarial", 5, Some(4), 3)),
        ("nobody has spoken", unfinished(1)),
        ("under way", unfinished(60)),
        ("stopped in the opening", stopped()),
        ("quorum lost", lost()),
        ("continued", continued()),
        ("large", drawn("delphi", 14, None, 5)),
    ];
    sessions.extend(own.map(|(title, history)| Told { title: title.to_owned(), history }));
    sessions
}

/// One of the sessions.
pub(crate) fn session(title: &str) -> &'static Told {
    sessions().iter().find(|told| told.title == title).unwrap()
}

fn fixtures() -> Vec<Told> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sessions");
    let logs = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut logs: Vec<_> = logs.filter(|path| path.extension().is_some_and(|ending| ending == "ndjson")).collect();
    logs.sort();
    let told = |path: std::path::PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let log: Vec<Logged> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        Told { title: path.display().to_string(), history: History::replay(&log).unwrap() }
    };
    logs.into_iter().map(told).collect()
}

fn with_rounds(mode: &str, seats: u32, question: Question, rounds: Option<u32>) -> Setup {
    Setup { rounds, ..setup(&built_in(mode), seats, question) }
}

/// Seats that differ, move with and without a reason, abstain, and are hard to read at times.
fn drawn(mode: &str, seats: u32, rounds: Option<u32>, seed: u64) -> History {
    play_out(with_rounds(mode, seats, open(), rounds), seed)
}

/// Such seats, asked for a number.
fn numbers(seed: u64) -> History {
    let weeks = Question::estimate("How long will it take?", "weeks").unwrap();
    let mode = built_in("delphi").held_for(&weeks);
    play_out(Setup { rounds: Some(4), ..setup(&mode, 5, weeks) }, seed)
}

fn play_out(setup: Setup, seed: u64) -> History {
    let script = move |ask: &Ask| match chance(seed, ask, 12) {
        0 => missed(ask, Miss::Prose),
        1 => abstaining(ask, seed),
        _ => Ok(json_reply(&answer(ask, seed))),
    };
    World::open(setup, &script, 1).finish().history
}

fn abstaining(ask: &Ask, seed: u64) -> Answer {
    let mut value = answer(ask, seed);
    if value.get("abstain_reason").is_some() {
        value["option"] = Value::Null;
        value["ratings"] = Value::Null;
        value["estimate"] = Value::Null;
        value["abstain_reason"] = json!("I cannot tell.");
    }
    Ok(json_reply(&value))
}

fn unfinished(events: usize) -> History {
    let mut world = World::open(with_rounds("collaborative", 5, open(), Some(4)), &by_default, 1);
    world.run_until(|world| world.log.len() >= events);
    world.history
}

fn stopped() -> History {
    let mut world = World::open(with_rounds("collaborative", 5, choice(), None), &by_default, 1);
    world.run_until(|world| world.log.len() >= 8);
    world.record(Event::StopRequested { by: StoppedBy::Command });
    world.finish().history
}

fn lost() -> History {
    let script = |ask: &Ask| match ask.turn.round {
        1 => by_default(ask),
        _ => Err(Box::new(fault(ask, FaultKind::Auth))),
    };
    World::open(with_rounds("collaborative", 4, choice(), Some(3)), &script, 1).finish().history
}

fn continued() -> History {
    let mut world = World::open(with_rounds("collaborative", 3, open(), Some(2)), &by_default, 1);
    world.run_until(|_| false);
    let fact = Fact { need: None, about: HOSTILE[1].to_owned(), text: HOSTILE[8].to_owned() };
    world.record(Event::SessionContinued(Continued {
        rounds: 6,
        focus: Some(HOSTILE[0].to_owned()),
        facts: vec![fact],
    }));
    world.finish().history
}

/// Five seats and four rounds in which everybody attacks whoever reads along, and one provider refuses for good.
fn hostile() -> History {
    let topic = format!("Should we?\n\n{}", HOSTILE.join("\n"));
    let question = Question::new(&topic, &[]).unwrap();
    let script = |ask: &Ask| {
        if ask.voice.provider == "openai" && ask.turn.round > 1 {
            return Err(Box::new(fault(ask, FaultKind::Auth)));
        }
        let mut value = answer(ask, 1);
        let mut place = chance(1, ask, HOSTILE.len() as u64) as usize;
        poison(&mut value, &mut place);
        let mut reply = json_reply(&value);
        reply.citations = citations();
        // Of one provider's models no price is known.
        reply.cost_usd = reply.cost_usd.filter(|_| ask.voice.provider != "google");
        Ok(reply)
    };
    let mut setup = with_rounds("collaborative", 5, question, Some(4));
    setup.mode.title = HOSTILE[1].to_owned();
    for agent in &mut setup.agents {
        agent.name = format!("{} {}", agent.name, HOSTILE[agent.seat.0 as usize]);
        agent.voice.model = HOSTILE[2].to_owned();
    }
    World::open(setup, &script, 1).finish().history
}

/// Adds to every word of a speaker's own.
fn poison(value: &mut Value, place: &mut usize) {
    let Value::Object(fields) = value else { return };
    for (name, field) in fields {
        match field {
            Value::String(text) if WORDS.contains(&name.as_str()) => worsen(text, place),
            Value::Array(items) => {
                for item in items {
                    match item {
                        Value::String(text) if WORDS.contains(&name.as_str()) => worsen(text, place),
                        other => poison(other, place),
                    }
                }
            }
            Value::Null if name == "blocking_objection" => *field = json!(HOSTILE[*place % HOSTILE.len()]),
            other => poison(other, place),
        }
    }
}

fn worsen(text: &mut String, place: &mut usize) {
    text.push(' ');
    text.push_str(HOSTILE[*place % HOSTILE.len()]);
    *place += 1;
}

fn citations() -> Vec<Citation> {
    let urls = [
        "https://example.org/a?b=c&d=%20",
        "javascript:alert(1)",
        "https://evil.example/\" onmouseover=\"alert(1)",
        "https://evil.example/)](x)|<b>'",
        "data:text/html,<script>alert(1)</script>",
    ];
    let citation = |(index, url): (usize, &str)| Citation {
        url: url.to_owned(),
        title: Some(HOSTILE[index].to_owned()),
        quote: Some(HOSTILE[index + 5].to_owned()),
        cited: index % 2 == 0,
    };
    urls.into_iter().enumerate().map(citation).collect()
}
