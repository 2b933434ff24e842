//! The views of a session: what each shows, that narrowing leaves out what it should and nothing else, and that nothing a
//! model wrote can leave its place.

use std::fs;
use std::path::Path;

use roundtable::debate::ask::Ask;
use roundtable::debate::event::{Continued, Event, Fact, Logged, StoppedBy};
use roundtable::debate::history::History;
use roundtable::debate::log::ids::{SessionId, Speaker};
use roundtable::debate::log::setup::Branch;
use roundtable::debate::prompt;
use roundtable::debate::reply::Citation;
use roundtable::export::record::{self, Status};
use roundtable::export::usage::{PaidIn, spent};
use roundtable::export::views::scope::Narrowing;
use roundtable::export::views::{Layout, View, render};
use roundtable::export::{self, Format};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::program::{Desk, lines_with};
use crate::support::replies::{Miss, by_default, claim, holding, missed, with};
use crate::support::world::{Answer, World, built_in, choice, mode, open, question, seat_of, setup};

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

/// The three logs of the first version.
const FIXTURES: [&str; 3] = ["v1-adversarial", "v1-collaborative", "v1-expert-panel"];

/// What a model may try: to steer the terminal, to write a line of ours, to break a table, a fence or a link, to reverse
/// what follows, to call somebody.
const HOSTILE: &str = "Nice\u{1b}[2J\u{1b}]0;owned\u{7}\r\n\nsession 00000000 | a | b |\n```\n# Decided <img src=x onerror=alert(1)> \
                       [link](javascript:alert(1)) @everyone \u{202e}desrever\u{2066} www.evil.example 議論は一晩続いた";

fn fixture(name: &str) -> Vec<Logged> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/sessions/{name}.ndjson"));
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A vote that may be repeated: an opening with ratings, and an exchange in two stages.
fn two_stages() -> roundtable::debate::mode::Mode {
    mode(
        "mode: two-stages
title: Two stages
summary: An opening and an exchange.
best_for: tests
panel: { personas: [{ name: Optimist, trait: what can go well }, { name: Skeptic, trait: what can go wrong }] }
phases:
  - { name: opening, stages: [{ speakers: all, sees: nothing, form: position, ask: Open. }] }
  - name: exchange
    rounds: { default: 1, max: 3 }
    until: [oscillating]
    stages:
      - { name: questions, speakers: { persona: Skeptic }, sees: everything, form: questions, ask: Ask. }
      - { name: replies, speakers: all, sees: everything, form: position, ask: Go on. }
",
    )
}

/// Everything that can go wrong, in the words of somebody who means harm.
fn misbehaves(ask: &Ask) -> Answer {
    let Some(seat) = seat_of(ask) else { return by_default(ask) };
    match (seat, ask.turn.phase.as_str(), ask.turn.round, ask.attempt) {
        (4, "opening", ..) => missed(ask, Miss::Network),
        (5, "opening", _, 1) => missed(ask, Miss::Cut),
        (3, "exchange", 1, _) => missed(ask, Miss::Prose),
        (2, "exchange", 2, _) => missed(ask, Miss::Auth),
        (5, "exchange", ..) if ask.prompt.schema.name != "questions" => {
            let mut fields = holding(ask, "none");
            fields["option"] = Value::Null;
            fields["abstain_reason"] = json!(HOSTILE);
            with(ask, &fields)
        }
        (_, phase, round, _) if ask.prompt.schema.name != "questions" => {
            let option = if seat == 1 && phase == "exchange" { format!("o{}", 8 - round) } else { "o1".to_owned() };
            let mut fields = holding(ask, &option);
            fields["statement"] = json!(HOSTILE);
            fields["confidence"] = json!(0.999);
            fields["claims"] = json!([{
                "text": HOSTILE, "kind": "fact", "supports": ["o1"], "rebuts": [],
                "evidence": [{ "type": "citation", "ref": "https://evil.example/a", "quote": HOSTILE }],
            }]);
            fields["concessions"] = json!([{ "claim": "c1", "consequence": HOSTILE }]);
            if phase == "exchange" {
                fields["change"] = json!({ "because": HOSTILE, "decisive_claims": ["c1", "c999"] });
            }
            let mut reply = with(ask, &fields)?;
            reply.cost_usd = (seat != 2).then_some(0.001);
            let cited = |url: &str, cited| Citation {
                url: url.to_owned(),
                title: Some(HOSTILE.to_owned()),
                quote: Some(HOSTILE.to_owned()),
                cited,
            };
            reply.citations =
                vec![cited("https://evil.example/a", seat == 1), cited("https://evil.example/b|c)", false)];
            Ok(reply)
        }
        _ => by_default(ask),
    }
}

/// A session of five that were taken further, and is paused within a round with a reply outstanding.
fn hostile() -> Vec<Logged> {
    let options = ["one", "two", "three", "four", "five", "six", HOSTILE];
    let mut setup = setup(&two_stages(), 5, question(&options));
    setup.question.topic = HOSTILE.to_owned();
    setup.agents[0].name = HOSTILE.to_owned();
    setup.agents[0].persona.name = HOSTILE.to_owned();
    setup.name = Some(HOSTILE.to_owned());
    setup.tags.insert("team".to_owned(), HOSTILE.to_owned());
    let mut world = World::open(setup, &misbehaves, 3);
    world.run_until(|world| world.history.ending.is_some());
    let facts = vec![Fact { need: None, about: HOSTILE.to_owned(), text: HOSTILE.to_owned() }];
    world.record(Event::SessionContinued(Continued { rounds: 2, focus: Some(HOSTILE.to_owned()), facts }));
    world.run_until(|world| {
        let is_outstanding = world.history.turns.values().any(|turn| turn.unknown() > 0);
        is_outstanding && world.asked.iter().filter(|ask| ask.turn.round == 3).count() > 2
    });
    world.record(Event::SessionPaused { by: StoppedBy::Command });
    world.log
}

/// A session that branched off another after its second round, and was then run to its end.
fn branched() -> Vec<Logged> {
    let mut opened = setup(&built_in("collaborative"), 4, open());
    opened.rounds = Some(2);
    let parent = World::open(opened.clone(), &by_default, 5).finish();
    let closed = |logged: &&Logged| matches!(logged.event, Event::RoundClosed(_));
    let seq = parent.log.iter().filter(closed).nth(1).unwrap().seq;
    let branch = Branch { session: opened.session, round: 2, seq };
    opened.session = SessionId(Uuid::from_u128(7));
    opened.parent = Some(branch);
    let mut log = parent.log[..seq as usize].to_vec();
    log[0].event = Event::SessionOpened(Box::new(opened));
    World::resume(&log, &by_default, 5).finish().log
}

/// A session that was stopped within its second round.
fn stopped() -> Vec<Logged> {
    let mut world = World::open(setup(&two_stages(), 4, choice()), &by_default, 5);
    world.run_until(|world| world.asked_in("exchange").len() > 2);
    world.record(Event::StopRequested { by: StoppedBy::Interrupt });
    world.finish().log
}

fn sessions() -> Vec<(String, Vec<Logged>)> {
    let fixtures = FIXTURES.map(|name| (name.to_owned(), fixture(name)));
    let made = [("hostile", hostile()), ("branched", branched()), ("stopped", stopped())];
    fixtures.into_iter().chain(made.map(|(name, log)| (name.to_owned(), log))).collect()
}

fn narrowing(round: impl Into<Option<u32>>, agent: &str) -> Narrowing {
    Narrowing { round: round.into(), agent: (!agent.is_empty()).then(|| agent.to_owned()) }
}

fn drawn(log: &[Logged], view: View, narrowing: &Narrowing, layout: Layout) -> String {
    render(log, view, narrowing, layout).unwrap()
}

fn json_of(log: &[Logged], view: View, narrowing: &Narrowing) -> Value {
    serde_json::from_str(&drawn(log, view, narrowing, Layout::Json)).unwrap()
}

fn check(view: View) {
    let all = Narrowing::default();
    let snapshot = |name: &str, text: String| {
        insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "../snapshots/views", omit_expression => true }, {
            insta::assert_snapshot!(format!("{}-{name}", view.name()), text);
        });
    };
    let wide = Layout::Text { columns: Some(80) };
    snapshot("collaborative-80", drawn(&fixture("v1-collaborative"), view, &all, wide));
    snapshot("branched-80", drawn(&branched(), view, &all, wide));
    snapshot("hostile-40", drawn(&hostile(), view, &all, Layout::Text { columns: Some(40) }));
    snapshot("hostile-markdown", drawn(&hostile(), view, &narrowing(2, "1"), Layout::Markdown));
    let document = json_of(&fixture("v1-adversarial"), view, &narrowing(None, "2"));
    snapshot("adversarial-json", format!("{document:#}"));
}

#[test]
fn rounds() {
    check(View::Rounds);
}

#[test]
fn agents() {
    check(View::Agents);
}

#[test]
fn thoughts() {
    check(View::Thoughts);
}

#[test]
fn claims() {
    check(View::Claims);
}

#[test]
fn citations() {
    check(View::Citations);
}

#[test]
fn ballots() {
    check(View::Ballots);
}

#[test]
fn costs() {
    check(View::Costs);
}

#[test]
fn prompts() {
    check(View::Prompts);
}

#[test]
fn events() {
    check(View::Events);
}

#[test]
fn a_document_says_what_it_is() {
    for (name, log) in sessions() {
        for view in VIEWS {
            let document = json_of(&log, view, &Narrowing::default());
            assert_eq!(document["schema"], format!("roundtable.view.{}/1", view.name()), "{name}");
            let session = History::replay(&log).unwrap().setup.session.to_string();
            assert_eq!(document["session"], session, "{name}");
            assert!(drawn(&log, view, &Narrowing::default(), Layout::Markdown).contains(&session), "{name}");
        }
    }
}

#[test]
fn the_events_are_the_log() {
    for (name, log) in sessions() {
        let document = json_of(&log, View::Events, &Narrowing::default());
        assert_eq!(document["events"], serde_json::to_value(&log).unwrap(), "{name}");
    }
}

/// No text of others steers the terminal, forges a line, breaks a row or ends a code block.
#[test]
fn what_others_wrote_stays_in_its_place() {
    for (name, log) in sessions() {
        let agents = History::replay(&log).unwrap().panel();
        let scopes =
            [Narrowing::default(), narrowing(2, ""), narrowing(None, "1"), narrowing(None, &agents.to_string())];
        for (view, scope) in VIEWS.iter().flat_map(|view| scopes.iter().map(move |scope| (*view, scope))) {
            let what = format!("{name} {} {scope:?}", view.name());
            for layout in [Layout::Text { columns: None }, Layout::Text { columns: Some(40) }, Layout::Markdown] {
                let text = drawn(&log, view, scope, layout);
                let turns_text = |c: char| matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
                let steers = |c: char| c != '\n' && (c.is_control() || turns_text(c));
                assert!(!text.contains(steers), "{what}: {text}");
                assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{what}");
                let is_ours = |line: &&str| line.starts_with("session ");
                let ours = text.lines().filter(is_ours).count();
                assert!(ours == 1 || layout == Layout::Markdown, "{what}: {text}");
            }
            check_markdown(&drawn(&log, view, scope, Layout::Markdown), &what);
        }
    }
}

fn check_markdown(text: &str, what: &str) {
    let mut fence: Option<&str> = None;
    let mut columns = None;
    for line in text.lines() {
        let ticks = line.len() - line.trim_start_matches('`').len();
        match fence {
            Some(open) if line == open => fence = None,
            Some(_) => continue,
            None if ticks >= 3 => fence = Some(&line[..ticks]),
            None => {
                let bare = line.replace("\\\\", "").replace("\\]", "");
                assert!(!line.contains("<img") && !bare.contains("]("), "{what}: {line}");
                assert!(!line.contains("@everyone") && !line.contains("://"), "{what}: {line}");
                let bars = line.replace("\\\\", "").replace("\\|", "").matches('|').count();
                if line.starts_with('|') {
                    assert_eq!(*columns.get_or_insert(bars), bars, "{what}: {line}");
                } else {
                    assert_eq!(bars, 0, "{what}: {line}");
                    columns = None;
                }
            }
        }
    }
    assert_eq!(fence, None, "{what}: a code block is open at the end");
}

/// A table fits, or it is none.
#[test]
fn numbers_side_by_side_fit_the_terminal() {
    for (name, log) in sessions() {
        for (view, columns) in [(View::Costs, 40), (View::Costs, 80), (View::Ballots, 40), (View::Ballots, 80)] {
            let text = drawn(&log, view, &Narrowing::default(), Layout::Text { columns: Some(columns) });
            let is_row = |line: &&str| line.trim_start().contains("  ");
            for row in text.lines().filter(is_row) {
                assert!(unicode_width::UnicodeWidthStr::width(row) <= columns, "{name} {columns}: {row}");
            }
        }
    }
    let seven = drawn(&hostile(), View::Ballots, &Narrowing::default(), Layout::Text { columns: Some(40) });
    assert!(seven.contains("3 Optimist 2: o1 +2, o2 -1"), "{seven}");
    let wide = drawn(&hostile(), View::Ballots, &Narrowing::default(), Layout::Text { columns: Some(80) });
    assert!(wide.lines().any(|line| line.contains("o1  o2  o3  o4  o5  o6  o7  holds  sure")), "{wide}");
}

/// The turns named anywhere in a document.
fn turns_in(value: &Value) -> Vec<(String, u64, String)> {
    let here = value.get("speaker").zip(value.get("phase")).map(|(speaker, phase)| {
        let speaker = speaker.get("seat").map_or_else(|| speaker.as_str().unwrap().to_owned(), Value::to_string);
        (phase.as_str().unwrap().to_owned(), value["round"].as_u64().unwrap(), speaker)
    });
    let below: Vec<Value> = match value {
        Value::Array(entries) => entries.clone(),
        Value::Object(fields) => fields.values().cloned().collect(),
        _ => Vec::new(),
    };
    here.into_iter().chain(below.iter().flat_map(turns_in)).collect()
}

#[test]
fn narrowing_leaves_out_all_others_and_nothing_else() {
    for (name, log) in sessions() {
        let history = History::replay(&log).unwrap();
        let speakers = history.agents.iter().map(|agent| agent.seat.to_string()).chain(["moderator".to_owned()]);
        let speakers: Vec<String> = speakers.collect();
        for view in VIEWS.into_iter().filter(|view| *view != View::Costs && *view != View::Ballots) {
            let all = turns_in(&json_of(&log, view, &Narrowing::default()));
            let mut together = Vec::new();
            for speaker in &speakers {
                let own = turns_in(&json_of(&log, view, &narrowing(None, speaker)));
                assert!(own.iter().all(|(_, _, other)| other == speaker), "{name} {} {speaker}: {own:?}", view.name());
                together.extend(own);
            }
            let sorted = |mut turns: Vec<_>| {
                turns.sort();
                turns
            };
            assert_eq!(sorted(together), sorted(all.clone()), "{name} {}", view.name());
            let rounds = history.rounds.len() as u32 + u32::from(name == "hostile" || name == "stopped");
            let by_round: Vec<Vec<_>> =
                (1..=rounds).map(|round| turns_in(&json_of(&log, view, &narrowing(round, "")))).collect();
            for (closed, turns) in history.rounds.iter().zip(&by_round) {
                let is_own = |phase: &str| ["framing", "options", "synthesis"].contains(&phase);
                let is_here = |(phase, round, _): &(String, u64, String)| {
                    is_own(phase) || (*phase == closed.phase && *round == u64::from(closed.round))
                };
                assert!(turns.iter().all(is_here), "{name} {} {closed:?}: {turns:?}", view.name());
            }
            assert_eq!(sorted(by_round.concat()), sorted(all), "{name} {}", view.name());
        }
    }
}

#[test]
fn an_agent_has_many_names_and_a_round_one_number() {
    let log = branched();
    let heading = |narrowing: &Narrowing| {
        let view = if narrowing.agent.is_some() { View::Agents } else { View::Rounds };
        let text = drawn(&log, view, narrowing, Layout::Text { columns: None });
        text.lines()
            .filter(|line| line.contains(" (seat ") || line.starts_with("Round ") || line.starts_with("Moderator"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let rows: [(Option<u32>, &str, &[&str]); 10] = [
        (None, "2", &["openai-persona-2 · Analyst (seat 2, openai · gpt-large)"]),
        (None, "openai-persona-2", &["openai-persona-2 · Analyst (seat 2, openai · gpt-large)"]),
        (None, "OpenAI-Persona-2", &["openai-persona-2 · Analyst (seat 2, openai · gpt-large)"]),
        (None, "analyst", &["openai-persona-2 · Analyst (seat 2, openai · gpt-large)"]),
        (None, " Analyst ", &["openai-persona-2 · Analyst (seat 2, openai · gpt-large)"]),
        (None, "moderator", &["Moderator (anthropic · claude-large)"]),
        (Some(1), "", &["Round 1 · opening, round 1"]),
        (Some(2), "", &["Round 2 · exchange, round 1"]),
        (Some(3), "", &["Round 3 · exchange, round 2"]),
        (None, "", &["Round 1 · opening, round 1", "Round 2 · exchange, round 1", "Round 3 · exchange, round 2"]),
    ];
    for (round, agent, expected) in rows {
        assert_eq!(heading(&narrowing(round, agent)), expected, "{round:?} {agent:?}");
    }
    let refused: [(&[Logged], Option<u32>, &str, &str); 8] = [
        (&log, Some(4), "", "the session has no round 4; it has rounds 1 to 3"),
        (&log, Some(0), "", "the session has no round 0; it has rounds 1 to 3"),
        (&log[..1], Some(2), "", "the session has no round 2; it has round 1 alone"),
        (&log, None, "5", "nobody on the panel is `5`; there are anthropic-persona-1 (Synthesizer), openai-persona-2"),
        (&log, None, "nobody\n", "nobody on the panel is `nobody`; there are"),
        (&log, None, "x", "anthropic-persona-4 (Pragmatist) and moderator"),
        (&log, None, "  ", "nobody on the panel is ``"),
        (&hostile(), None, "skeptic 3", "(Skeptic), google-persona-3 (Optimist 2), anthropic-persona-4 (Skeptic 2)"),
    ];
    for (log, round, agent, expected) in refused {
        let error = render(log, View::Rounds, &narrowing(round, agent), Layout::Json).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    let delphi = World::open(setup(&built_in("delphi"), 3, choice()), &by_default, 1).finish().log;
    let several = render(&delphi, View::Agents, &narrowing(None, "participant"), Layout::Json).unwrap_err().to_string();
    assert!(several.contains("`participant` is several agents") && several.contains("(Participant 3)"), "{several}");
}

#[test]
fn rounds_that_are_not_over_say_so() {
    let states = |log: &[Logged]| {
        let document = json_of(log, View::Rounds, &Narrowing::default());
        let rounds = document["rounds"].as_array().unwrap().iter();
        rounds.map(|round| format!("{} {}", round["number"], round["state"].as_str().unwrap())).collect::<Vec<_>>()
    };
    assert_eq!(states(&stopped()), ["1 closed", "2 unfinished"]);
    assert_eq!(states(&hostile()), ["1 closed", "2 closed", "3 closed", "4 open"]);
    assert_eq!(states(&branched()[..1]), ["1 open"]);
    assert_eq!(states(&branched()), ["1 closed", "2 closed", "3 closed"]);
    let lost = World::open(setup(&two_stages(), 4, choice()), &|ask| missed(ask, Miss::Auth), 1).finish();
    assert_eq!(states(&lost.log), ["1 closed"]);
}

#[test]
fn the_parts_of_the_costs_add_up() {
    for (name, log) in sessions() {
        let history = History::replay(&log).unwrap();
        let costs = json_of(&log, View::Costs, &Narrowing::default());
        for number in ["calls", "requests", "input_tokens", "output_tokens", "unknown"] {
            let sum = |parts: &Value| -> u64 {
                let parts: Vec<&Value> = match parts {
                    Value::Array(parts) => parts.iter().collect(),
                    parts => parts.as_object().unwrap().values().collect(),
                };
                parts.iter().map(|part| part[number].as_u64().unwrap()).sum()
            };
            let total = costs["total"][number].as_u64().unwrap();
            for parts in ["by_seat", "by_round", "by_purpose"] {
                assert_eq!(sum(&costs[parts]), total, "{name} {number} {parts}");
            }
        }
        let everywhere = spent(&history, PaidIn::Either, |_| true);
        let inherited = costs.get("inherited").map_or(0, |inherited| inherited["calls"].as_u64().unwrap());
        assert_eq!(costs["total"]["calls"].as_u64().unwrap() + inherited, u64::from(everywhere.calls), "{name}");
    }
    let hostile = json_of(&hostile(), View::Costs, &Narrowing::default());
    assert_eq!(hostile["total"]["cost_usd"], Value::Null, "an unknown price is not 0");
    assert!(hostile["unpriced_calls"].as_u64().unwrap() > 0 && hostile["priced_usd"].as_f64().unwrap() > 0.0);
    assert_eq!(hostile["total"]["unknown"], 1, "a reply is outstanding");
}

#[test]
fn a_prompt_is_rebuilt_as_it_was_sent() {
    for log in [hostile(), branched(), stopped()] {
        let listed = json_of(&log, View::Prompts, &Narrowing::default());
        let started = log.iter().filter(|logged| matches!(logged.event, Event::TurnStarted { .. })).count();
        assert_eq!((listed["mismatches"].as_u64(), listed["prompts"].as_array().unwrap().len()), (Some(0), started));
        assert!(listed["prompts"][0].get("prompt").is_none(), "in full only when narrowed");
    }
    let mut log = branched();
    let altered = log.iter_mut().find_map(|logged| match &mut logged.event {
        Event::TurnStarted { prompt, .. } => Some(prompt),
        _ => None,
    });
    altered.unwrap().sha256 = "0".repeat(64);
    let text = drawn(&log, View::Prompts, &Narrowing::default(), Layout::Text { columns: None });
    assert!(text.contains("1 of them are not what was recorded") && text.contains("rebuilt: not the same"), "{text}");
    let world = World::open(setup(&two_stages(), 3, choice()), &by_default, 2).finish();
    let document = json_of(&world.log, View::Prompts, &narrowing(2, "3"));
    for (sent, ask) in document["prompts"]
        .as_array()
        .unwrap()
        .iter()
        .zip(world.asked_of(3).into_iter().filter(|ask| ask.turn.phase == "exchange"))
    {
        assert_eq!(sent["sha256"], prompt::mark(&ask.prompt).sha256);
        assert_eq!(sent["prompt"]["shared"], ask.prompt.shared);
        let texts: Vec<&str> = ask.prompt.messages.iter().map(|message| message.text.as_str()).collect();
        let shown: Vec<&str> =
            sent["prompt"]["messages"].as_array().unwrap().iter().map(|said| said["text"].as_str().unwrap()).collect();
        assert_eq!(shown, texts);
    }
}

/// What the round's line counts, and who is named below it, come from the same judgement.
fn check_movement(log: &[Logged]) {
    for round in json_of(log, View::Rounds, &Narrowing::default())["rounds"].as_array().unwrap() {
        let (moved, movement) = (round["moved"].as_array().unwrap(), &round["movement"]);
        let uncited = moved.iter().filter(|moved| moved["cited"] == false).count() as u64;
        if !movement.is_null() {
            assert_eq!(Some(moved.len() as u64), movement["changed"].as_u64(), "{round}");
            assert_eq!(Some(uncited), movement["uncited"].as_u64(), "{round}");
        }
    }
}

#[test]
fn who_moved_is_as_many_as_were_counted() {
    let held = |rounds, seed| {
        let mut opened = setup(&built_in("collaborative"), 5, choice());
        (opened.rounds, opened.seed) = (Some(rounds), seed);
        opened
    };
    for seed in 0..20 {
        let script = crate::support::replies::drawn(seed);
        check_movement(&World::open(held(4, seed), &script, seed).finish().log);
    }
    // Seat 1 leaves its option over a claim of its own that it gives up only a round later.
    let gives_up_late = |ask: &Ask| {
        let (first, second) = (ask.turn.phase == "opening", ask.turn.round == 2);
        let is_first_seat = seat_of(ask) == Some(1);
        if seat_of(ask).is_none() {
            return by_default(ask);
        }
        let mut fields = holding(ask, if is_first_seat && !first { "o2" } else { "o1" });
        if is_first_seat && first {
            fields["claims"] = json!([claim("It is cheap")]);
        } else if is_first_seat && second {
            fields["concessions"] = json!([{ "claim": "c1", "consequence": "it is not" }]);
        } else if is_first_seat {
            fields["change"] = json!({ "because": "it is not cheap", "decisive_claims": ["c1"] });
        }
        with(ask, &fields)
    };
    let log = World::open(held(2, 1), &gives_up_late, 1).finish().log;
    check_movement(&log);
    let document = json_of(&log, View::Agents, &narrowing(2, "1"));
    let change = &document["agents"][0]["rounds"][0]["turns"][0]["change"];
    assert_eq!(change["claims"], json!([{ "claim": "c1", "holds": false }]));
}

#[test]
fn the_record_tells_where_a_session_came_from_and_what_was_paid_where() {
    let log = branched();
    let history = History::replay(&log).unwrap();
    let record = record::record(&history);
    assert_eq!(record.parent, history.setup.parent);
    let inherited = record.usage.inherited.unwrap();
    let everything = spent(&history, PaidIn::Either, |_| true);
    assert_eq!(inherited.calls + record.usage.total.calls, everything.calls);
    assert!(inherited.calls >= 8 && record.usage.total.calls >= 5, "{inherited:?}");
    let seats: u32 = record.usage.by_speaker.values().map(|spent| spent.calls).sum();
    assert_eq!(seats, record.usage.total.calls);
    let text = export::render(&history, &[], Format::Text);
    assert!(text.contains("Branched off 00000000-0000-0000-0000-000000000000 after round 2"), "{text}");
    assert!(text.contains("; before the branch: ") && text.contains("1 moved") == (record.delta.moved.len() == 1));
    let continued = record::record(&History::replay(&hostile()).unwrap());
    assert_eq!(continued.status, Status::Paused);
    let document = serde_json::to_value(&continued).unwrap();
    assert_eq!(document["continuations"][0]["after_round"], 2);
    assert_eq!(document["continuations"][0]["rounds"], 2);
    assert_eq!(document["status"], "paused");
    assert_eq!(document["name"], HOSTILE);
    assert_eq!(document["tags"]["team"], HOSTILE);
    let plain = serde_json::to_value(record::record(&History::replay(&stopped()).unwrap())).unwrap();
    for absent in ["name", "tags", "parent", "continuations"] {
        assert!(plain.get(absent).is_none(), "{absent}");
    }
    assert!(plain["usage"].get("inherited").is_none());
}

#[test]
fn the_moderator_has_a_path_too() {
    let log = branched();
    let document = json_of(&log, View::Agents, &narrowing(None, "moderator"));
    let rounds = document["agents"][0]["rounds"].as_array().unwrap();
    let stages: Vec<String> = rounds
        .iter()
        .flat_map(|round| {
            round["turns"]
                .as_array()
                .unwrap()
                .iter()
                .map(|turn| format!("{} {}", round["number"], turn["stage"].as_str().unwrap()))
        })
        .collect();
    assert_eq!(stages, ["1 forward", "1 reverse", "3 synthesis"]);
    assert!(turns_in(&document).iter().all(|(_, _, speaker)| *speaker == Speaker::Moderator.to_string()));
}

#[test]
fn show_takes_a_view_and_narrows_it() {
    let desk = Desk::new();
    desk.run(&["start", "--topic", "Which?", "-o", "A", "-o", "B", "--rehearse", "--mode", "adversarial", "--quiet"])
        .expect(0);
    let first = |arguments: &[&str]| {
        let ran = desk.run(&[&["show", "@"], arguments].concat()).expect(0);
        assert_eq!(ran.stderr, "");
        ran.stdout.lines().next().unwrap().to_owned()
    };
    for view in VIEWS {
        let title = first(&["--view", view.name()]).to_lowercase();
        assert_eq!(title, format!("{}: which?", view.name()));
        let document = desk.run(&["show", "@", "--view", view.name(), "--format", "json"]).expect(0).json();
        assert_eq!(document["schema"], format!("roundtable.view.{}/1", view.name()));
    }
    assert_eq!(first(&["--round", "1"]), "Rounds: Which?");
    assert_eq!(first(&["--agent", "2"]), "Agents: Which?");
    assert_eq!(first(&["--agent", "2", "--round", "1"]), "Agents: Which?");
    assert_eq!(first(&["--agent", "2", "--view", "claims"]), "Claims: Which?");
    assert_eq!(first(&["--view", "decision"]), first(&[]));
    desk.run(&["show", "@", "--view", "costs", "--output", "c.json", "--output", "c.md", "--output", "c.txt"])
        .expect(0);
    assert!(desk.read("c.json").contains("roundtable.view.costs/1"));
    assert!(desk.read("c.md").starts_with("# Costs: Which?\n"));
    assert!(desk.read("c.txt").starts_with("Costs: Which?\n"));
    let refused: [(&[&str], &str); 5] = [
        (&["--round", "9"], "has no round 9; it has rounds 1 to 4"),
        (&["--agent", "Nobody"], "rehearsal-persona-4 (Opponent 2)"),
        (&["--view", "decision", "--round", "1"], "--round and --agent narrow a view"),
        (&["--view", "nothing"], "nothing"),
        (&["--round", "-1"], "-1"),
    ];
    for (arguments, named) in refused {
        let ran = desk.run(&[&["show", "@"], arguments].concat()).expect(2);
        let errors = lines_with(&ran.stderr, "error: ");
        assert!(
            ran.stdout.is_empty() && errors.len() == 1 && errors[0].contains(named),
            "{arguments:?}: {}",
            ran.stderr
        );
        assert_eq!(lines_with(&ran.stderr, "hint: ").len(), 1, "{arguments:?}: {}", ran.stderr);
        // Nothing is written where nothing can be shown.
        let ran = desk.run(&[&["show", "@", "--format", "json", "--output", "no.json"], arguments].concat()).expect(2);
        assert!(ran.stderr.starts_with('{') && !desk.work().join("no.json").exists(), "{arguments:?}: {}", ran.stderr);
    }
}
