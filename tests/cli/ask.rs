//! Personas asked alone, met from outside: who is asked what with which key, how many at once, and what stays behind.

use std::sync::Arc;
use std::time::Duration;

use crate::support::fake::{Behaviour, Fake, Seen};
use crate::support::program::{Desk, VENDORS, files_below, lines_with};
use crate::support::tool_speech::{calling, may_call};
use crate::support::voices;
use rusqlite::Connection;
use serde_json::{Value, json};
use tokio::sync::Barrier;

/// The text of a persona file with this front matter.
fn persona(front: &str) -> String {
    format!("---\n{front}\n---\nYou look at cakes.\n")
}

fn answers(desk: &Desk, arguments: &[&str]) -> Vec<Value> {
    let printed = desk.run(&[&["ask"], arguments, &["--format", "json"]].concat()).expect(0).json();
    assert_eq!(printed["schema"], "roundtable.answers/1");
    printed["answers"].as_array().unwrap().clone()
}

#[test]
fn an_answer_goes_to_stdout_and_what_it_took_to_stderr() {
    let fake = Fake::always(Behaviour::Say("Keep it **whole**.".to_owned()));
    let desk = Desk::at(fake.url(), 1);
    desk.write("notes/plan.md", "Split the ledger in March.");
    let ran = desk.run(&["ask", "architect", "Should we split it?", "--context", "notes"]).expect(0);
    assert_eq!(ran.stdout, "Keep it **whole**.\n");
    assert!(
        ran.stderr.contains("architect: anthropic · ") && ran.stderr.contains("1 call, 150 tokens, $"),
        "{}",
        ran.stderr
    );
    let [seen] = fake.log().try_into().unwrap();
    assert!(seen.system.starts_with("You are Software architect: "), "{}", seen.system);
    assert!(seen.schema.is_null() && seen.body.get("tools").is_none(), "{}", seen.body);
    let (role, text) = &seen.messages[0];
    assert!(role == "user" && text.starts_with("Should we split it?\n\nMaterial m1, "), "{text}");
    assert!(text.contains("notes/plan.md") && text.contains("> Split the ledger in March."), "{text}");
}

#[test]
fn several_are_asked_at_once_and_answered_in_order() {
    // Nobody is answered before all three have asked.
    let barrier = Arc::new(Barrier::new(3));
    let fake = Fake::start(Arc::new(move |seen, _| {
        let title = seen.system.split([':', '\n']).next().unwrap().replace("You are ", "");
        Behaviour::Together(Arc::clone(&barrier), Box::new(Behaviour::Say(format!("As {title}: yes."))))
    }));
    let desk = Desk::at(fake.url(), 2);
    let spoken = answers(&desk, &["architect, security,sre", "Should we?"]);
    let told: Vec<(&str, &str, &str)> = spoken
        .iter()
        .map(|answer| {
            let field = |name: &str| answer[name].as_str().unwrap();
            (field("persona"), field("provider"), field("text"))
        })
        .collect();
    assert_eq!(
        told,
        [
            ("architect", "anthropic", "As Software architect: yes."),
            ("security", "openai", "As Security engineer: yes."),
            ("sre", "anthropic", "As Site reliability engineer: yes."),
        ]
    );
    let ways: std::collections::BTreeSet<_> = fake.log().iter().map(|seen| seen.peer).collect();
    assert_eq!(ways.len(), 3, "each has a connection of its own");
    let headed = desk.run(&["ask", "architect,qa,data", "Should we?"]).expect(0).stdout;
    assert_eq!(lines_with(&headed, "# "), ["# Software architect", "# Quality engineer", "# Data engineer"]);
}

#[test]
fn no_more_are_asked_at_once_than_may_be() {
    // Two must meet to be answered, which takes long enough for a third to be seen.
    let barrier = Arc::new(Barrier::new(2));
    let fake = Fake::start(Arc::new(move |_, _| {
        let answer = Behaviour::Delayed(Duration::from_millis(50), Box::new(Behaviour::Say("Yes.".to_owned())));
        Behaviour::Together(Arc::clone(&barrier), Box::new(answer))
    }));
    let mut desk = Desk::at(fake.url(), 4);
    desk.set("ROUNDTABLE_PERSONA_CONCURRENCY", "2");
    assert_eq!(answers(&desk, &["architect,engineer,security,sre,qa,data", "Should we?"]).len(), 6);
    assert_eq!(fake.most_at_once(), 2);
}

#[test]
fn nothing_stays_behind_but_a_row() {
    let fake = Fake::always(Behaviour::Say("zanzibarish words".to_owned()));
    let desk = Desk::at(fake.url(), 1);
    desk.write("c.md", "quuxical context");
    desk.run(&["ask", "qa", "a frobnicated task", "--context", "c.md"]).expect(0);
    let files = files_below(&desk.data());
    assert!(!files.is_empty());
    for word in ["zanzibarish", "frobnicated", "quuxical", VENDORS[0].key] {
        let holds = |bytes: &[u8]| bytes.windows(word.len()).any(|window| window == word.as_bytes());
        assert!(files.iter().all(|(_, bytes)| !holds(bytes)), "{word} was stored");
    }
    assert!(desk.run(&["list"]).expect(0).stdout.is_empty(), "it is no session");
}

#[test]
fn a_key_of_its_own_opens_the_door_where_there_is_one() {
    let fake = Fake::always(Behaviour::Say("Yes.".to_owned()));
    let mut desk = Desk::at(fake.url(), 1);
    desk.write(
        ".roundtable/personas/baker.md",
        persona("name: baker\ndescription: bakes\nprovider: anthropic\nkey: my-team"),
    );
    let key = |fake: &Fake| fake.log().last().unwrap().headers["authorization"].clone();
    assert_eq!(answers(&desk, &["qa", "Should we?"])[0]["key"], "own");
    assert_eq!(key(&fake), format!("Bearer {}", VENDORS[0].key));
    desk.set("ROUNDTABLE_PERSONA_ANTHROPIC_KEY", "sk-canary-persona-77");
    assert_eq!(answers(&desk, &["qa", "Should we?"])[0]["key"], "persona");
    assert_eq!(key(&fake), "Bearer sk-canary-persona-77");
    // A persona that names a key is asked with no other.
    let asked = fake.log().len();
    let ran = desk.run(&["ask", "baker", "Should we?"]).expect(7);
    assert!(
        ran.stderr.contains("ROUNDTABLE_MY_TEAM_ANTHROPIC_KEY") && ran.stderr.contains("persona baker"),
        "{}",
        ran.stderr
    );
    assert_eq!(fake.log().len(), asked);
    desk.set("ROUNDTABLE_MY_TEAM_ANTHROPIC_KEY", "sk-canary-team-55");
    assert_eq!(answers(&desk, &["baker", "Should we?"])[0]["key"], "my-team");
    assert_eq!(key(&fake), "Bearer sk-canary-team-55");
    // A provider that has only a persona's key can be asked by personas, and by nobody else.
    desk.unset(VENDORS[0].key_variable);
    answers(&desk, &["qa", "Should we?"]);
    desk.run(&["start", "--topic", "Should we?", "--yes-no"]).expect(7);
    let shown = desk.run(&["config", "show"]).expect(0).stdout;
    assert!(shown.contains("ROUNDTABLE_MY_TEAM_ANTHROPIC_KEY") && !shown.contains("canary"), "{shown}");
}

#[test]
fn a_checkout_cannot_send_a_personas_key_away() {
    let mut desk = Desk::new();
    desk.set("ROUNDTABLE_PERSONA_ANTHROPIC_KEY", "sk-canary-persona-77");
    desk.write("roundtable.yaml", "anthropic_base_url: https://evil.example\n");
    let ran = desk.run(&["ask", "qa", "Should we?"]).expect(2);
    assert!(ran.stderr.contains("anthropic_base_url") && !ran.stderr.contains("canary"), "{}", ran.stderr);
}

#[test]
fn what_cannot_be_asked_is_refused_before_anything_is_sent() {
    let fake = Fake::always(Behaviour::Say("Yes.".to_owned()));
    let desk = Desk::at(fake.url(), 1);
    desk.write("leak.txt", format!("it says {} here", VENDORS[0].key));
    desk.write(".roundtable/personas/odd.md", persona("name: odd\ndescription: odd\nprovider: nobody"));
    let many = ["qa"; 9].iter().enumerate().map(|(index, name)| format!("{name}{index}")).collect::<Vec<_>>().join(",");
    for (arguments, named) in [
        (["archtect", "x"].as_slice(), "did you mean `architect`?"),
        (&["qa", " "], "the task is 0 bytes long"),
        (&["", "x"], "0 personas are named"),
        (&[&many, "x"], "9 personas are named"),
        (&["odd", "x"], "persona odd: unknown provider `nobody`"),
        (&["qa", "x", "--context", "leak.txt"], "leak.txt, line 1: the value of ANTHROPIC_API_KEY"),
        (&["qa", VENDORS[0].key], "the task, line 1: the value of ANTHROPIC_API_KEY"),
        (&["qa", "x", "--context", "nothing.txt"], "nothing.txt"),
        (&["qa", "x", "--provider", "openai"], ""),
    ] {
        let ran = desk.run(&[&["ask"], arguments].concat());
        assert!(matches!(ran.code, Some(2 | 7)), "{arguments:?}: {ran:?}");
        assert!(ran.stderr.contains(named) && !ran.stderr.contains(VENDORS[0].key), "{arguments:?}: {}", ran.stderr);
    }
    assert!(fake.log().is_empty());
}

#[test]
fn who_gives_no_answer_is_told_beside_those_who_do() {
    let refusal = json!({ "error": { "type": "authentication_error", "message": "no" } });
    let fake = Fake::start(Arc::new(move |seen, _| match seen.vendor_wire {
        "anthropic" => Behaviour::Say("Yes.".to_owned()),
        _ => Behaviour::json(401, &refusal),
    }));
    let desk = Desk::at(fake.url(), 2);
    let ran = desk.run(&["ask", "qa,sre", "Should we?", "--format", "json"]).expect(5);
    let printed = ran.json();
    assert_eq!(printed["answers"][0]["text"], "Yes.");
    assert_eq!(
        (&printed["answers"][1]["text"], &printed["answers"][1]["fault"]["kind"]),
        (&Value::Null, &json!("auth"))
    );
    assert!(
        ran.stderr.contains("1 of 2 personas gave no answer") && ran.stderr.contains("\"retryable\":false"),
        "{}",
        ran.stderr
    );
    let silent = Fake::always(Behaviour::Say(String::new()));
    let ran = Desk::at(silent.url(), 1).run(&["ask", "qa", "Should we?"]).expect(5);
    assert!(ran.stderr.contains("without a word"), "{}", ran.stderr);
}

#[test]
fn an_answer_that_came_as_reasoning_alone_is_told_as_that() {
    let delta = json!({ "role": "assistant", "content": "", "reasoning_content": "Cut at billing." });
    let chunk = json!({
        "id": "r1", "object": "chat.completion.chunk", "model": "m1",
        "choices": [{ "index": 0, "finish_reason": "stop", "delta": delta }],
    });
    let apart = Behaviour::Status {
        code: 200,
        headers: vec![("content-type", "text/event-stream".to_owned())],
        body: format!("data: {chunk}\n\ndata: [DONE]\n\n").into_bytes(),
    };
    for behaviour in [Behaviour::Say("<think>Cut at billing.".to_owned()), apart] {
        let fake = Fake::always(behaviour);
        let mut desk = Desk::new();
        desk.set("VLLM_BASE_URL", fake.url());
        let ran = desk.run(&["ask", "qa", "Should we?", "--provider", "vllm=m1"]).expect(5);
        assert!(ran.stderr.contains("the reply holds reasoning and no answer after it"), "{}", ran.stderr);
        assert!(!ran.stderr.contains("without a word") && !ran.stdout.contains("billing"), "{ran:?}");
    }
}

#[test]
fn a_rehearsal_asks_nobody() {
    let fake = Fake::always(Behaviour::Hang);
    let desk = Desk::at(fake.url(), 4);
    let ran = desk.run(&["ask", "qa", "Should we?", "--rehearse"]).expect(0);
    assert!(
        ran.stdout.contains("rehearsal: no model was asked") && ran.stderr.contains("no model was asked"),
        "{ran:?}"
    );
    assert!(fake.log().is_empty());
}

#[test]
fn the_nearest_file_says_who_a_persona_is() {
    let desk = Desk::new();
    let file = |what: &str| persona(&format!("name: qa\ntitle: {what}\ndescription: tests"));
    let title = |desk: &Desk| {
        let listed = desk.run(&["personas", "list", "--format", "json"]).expect(0).json();
        let personas = listed["personas"].as_array().unwrap().clone();
        assert_eq!(personas.len(), 6);
        personas.iter().find(|persona| persona["name"] == "qa").unwrap()["title"].clone()
    };
    assert_eq!(title(&desk), "Quality engineer");
    std::fs::create_dir_all(desk.config().join("personas")).unwrap();
    std::fs::write(desk.config().join("personas/qa.md"), file("Mine")).unwrap();
    assert_eq!(title(&desk), "Mine");
    desk.write(".roundtable/personas/qa.md", file("Ours"));
    assert_eq!(title(&desk), "Ours");
    assert_eq!(desk.run(&["personas", "show", "qa"]).expect(0).stdout, file("Ours"));
    let named =
        desk.run(&["ask", ".roundtable/personas/qa.md", "x", "--rehearse", "--format", "json"]).expect(0).json();
    assert_eq!(named["answers"][0]["title"], "Ours");
}

#[test]
fn a_new_persona_can_be_used_as_it_is_written() {
    let desk = Desk::new();
    let path = desk.run(&["personas", "new", "baker"]).expect(0).stdout;
    assert!(path.trim_end().ends_with(".roundtable/personas/baker.md"), "{path}");
    desk.run(&["personas", "check", "baker", path.trim_end()]).expect(0);
    desk.run(&["personas", "check"]).expect(0);
    desk.run(&["ask", "baker", "Which cake?", "--rehearse"]).expect(0);
    desk.run(&["personas", "new", "baker"]).expect(2);
    desk.run(&["personas", "new", "../baker"]).expect(2);
}

#[test]
fn what_is_wrong_with_a_file_is_named_with_its_place() {
    let desk = Desk::new();
    let rows = [
        ("name: p\ndescription: d\ncolour: red", "p.md:4:1: unknown key `colour`"),
        ("name: p\ndescriptio: d", "did you mean `description`?"),
        ("name: p", "p.md:2:1: missing key `description`"),
        ("name: Q\ndescription: d", "p.md:2:7: persona `Q` is not a name"),
        ("name: other\ndescription: d", "p.md:2:7: persona `other` stands in a file called `p`"),
        ("name: p\ndescription: d\ntools: [shell]", "p.md:4:9: unknown value `shell`"),
        ("name: p\ndescription: d\nlimits: { tool_rounds: 99 }", "p.md:4:24: `tool_rounds` is 99; 1 to 20"),
        ("name: p\ndescription: d\nlimits: { rounds: 9 }", "unknown key `rounds`"),
        ("name: p\ndescription: d\nmodel: m", "p.md:4:8: `model` needs `provider`"),
        ("name: p\ntitle: Moderator\ndescription: d", "p.md:3:8: `title` is that of the moderator"),
        ("name: [p]\ndescription: d", "p.md:2:7: expected a text"),
    ];
    for (front, named) in rows {
        desk.write(".roundtable/personas/p.md", persona(front));
        let ran = desk.run(&["personas", "check", "p"]).expect(2);
        assert!(ran.stderr.contains(named), "{front}: {}", ran.stderr);
        assert!(desk.run(&["personas", "list"]).expect(0).stdout.contains("cannot be used"), "{front}");
        desk.run(&["ask", "p", "x", "--rehearse"]).expect(2);
    }
    for (text, named) in [
        ("no front", "p.md:1:1: a persona begins with its front matter"),
        ("---\nname: p\n", "p.md:1:1: the front matter has no end"),
        ("---\nname: p\ndescription: d\n---\n \n", "p.md:5:1: nothing stands below"),
        ("---\nname: p\ndescription: d\n---\nring \u{7}\n", "p.md:5:1: the text holds the control character U+0007"),
    ] {
        desk.write(".roundtable/personas/p.md", text);
        let ran = desk.run(&["personas", "check", "p"]).expect(2);
        assert!(ran.stderr.contains(named), "{text:?}: {}", ran.stderr);
    }
}

/// Name, provider and id of each agent of the latest session.
fn panel(desk: &Desk) -> Vec<(String, String, String)> {
    let record = desk.run(&["show", "@", "--format", "json"]).expect(0).record();
    let text = |agent: &Value, field: &str| agent[field].as_str().unwrap().to_owned();
    let agents = record["panel"].as_array().unwrap_or_else(|| panic!("{record}"));
    agents.iter().map(|agent| (text(agent, "name"), text(agent, "provider"), text(agent, "id"))).collect()
}

#[test]
fn a_persona_takes_a_seat_in_a_debate() {
    let fake = Fake::start(Arc::new(|seen, number| Behaviour::Say(voices::reply(seen, number))));
    let mut desk = Desk::at(fake.url(), 2);
    desk.write(
        ".roundtable/personas/baker.md",
        persona("name: baker\ntitle: Baker\ndescription: bakes\nprovider: anthropic"),
    );
    let start = ["start", "--topic", "Which cake?", "--yes-no", "--quiet", "--mode"];
    desk.run(&[&start[..], &["collaborative", "--seat", "baker", "--seat", "architect"]].concat()).expect(0);
    let seated = panel(&desk);
    assert_eq!(seated.len(), 4, "{seated:?}");
    let of = |place: usize| (seated[place].0.as_str(), seated[place].1.as_str(), seated[place].2.as_str());
    assert_eq!(of(2), ("Baker", "anthropic", "anthropic-persona-3"));
    assert_eq!(of(3), ("Software architect", "openai", "openai-persona-4"));
    let told = |words: &str| fake.log().iter().any(|seen| seen.messages.iter().any(|(_, text)| text.contains(words)));
    assert!(told("You are Baker: bakes.\n\nYou look at cakes."), "what its file tells it");
    desk.run(&["replay", "@"]).expect(0);
    // In a mode whose personas give way, those that are seated are the panel, and nobody proposes others.
    let before = fake.log().len();
    desk.run(&[&start[..], &["expert-panel", "--seat", "security", "--seat", "baker"]].concat()).expect(0);
    let names: Vec<String> =
        panel(&desk).into_iter().map(|(name, provider, _)| format!("{name}, {provider}")).collect();
    assert_eq!(names, ["Security engineer, anthropic", "Baker, anthropic"]);
    assert!(!fake.log()[before..].iter().any(|seen| seen.schema["properties"]["perspectives"].is_object()));
    // A flag says who speaks, whatever the file says.
    let arguments =
        ["start", "--topic", "Which cake?", "--yes-no", "--mode", "vote", "--seat", "baker", "--provider", "openai"];
    let ran = desk.run(&arguments).expect(0);
    assert!(ran.stderr.contains("in mode vote everybody speaks for themselves"), "{}", ran.stderr);
    assert_eq!(panel(&desk)[3].1, "openai");
    let asked = fake.log().len();
    let vote = [&start[..], &["vote"]].concat();
    for (more, code, named) in [
        (["--seat", "bakr"].as_slice(), 2, "did you mean `baker`?"),
        (&["--seat", "baker", "--seat", "baker"], 2, "--seat is `baker`, and the panel has a Baker already"),
        (&["--seat", "baker", "--seat", "human:Baker"], 2, "--seat is `human:Baker`"),
        (&["--seat", "qa", "--seat", "sre", "--seat", "data", "--seat", "baker"], 2, "fewer than 2 seats"),
        (&["--seat", "robot:Ada"], 2, "nobody's seat"),
    ] {
        let ran = desk.run(&[&vote[..], more].concat()).expect(code);
        assert!(ran.stderr.contains(named), "{more:?}: {}", ran.stderr);
    }
    desk.unset(VENDORS[0].key_variable);
    let ran = desk.run(&[&vote[..], &["--seat", "baker"]].concat()).expect(7);
    assert!(ran.stderr.contains("ANTHROPIC_API_KEY"), "{}", ran.stderr);
    assert_eq!(fake.log().len(), asked);
}

#[test]
fn a_person_and_a_persona_sit_side_by_side() {
    let desk = Desk::new();
    let start = ["start", "--topic", "Which cake?", "--yes-no", "--rehearse", "--mode", "vote", "--quiet"];
    desk.run(&[&start[..], &["-n", "3", "--seat", "human:Ada", "--seat", "qa"]].concat()).expect(4);
    let names: Vec<String> = panel(&desk).into_iter().map(|(name, _, _)| name).collect();
    assert_eq!((names.len(), &names[2..]), (4, &["Quality engineer".to_owned(), "Ada".to_owned()][..]));
}

/// A little less than an amount.
fn below(amount: f64, flag: &str) -> String {
    if flag == "--max-tokens" { format!("{:.0}", amount * 0.98) } else { format!("{:.4}", amount * 0.98) }
}

#[test]
fn limits_are_shared_equally_and_leave_nothing_half_asked() {
    let fake = Fake::always(Behaviour::Say("Yes.".to_owned()));
    let mut desk = Desk::at(fake.url(), 1);
    let ask = |desk: &Desk, who: &str, flag: &str, limit: &str| desk.run(&["ask", who, "Should we?", flag, limit]);
    let least = |desk: &Desk, who: &str, flag: &str| -> f64 {
        let refused = ask(desk, who, flag, if flag == "--max-tokens" { "1" } else { "0.0001" }).expect(2);
        assert!(refused.stderr.contains(&format!("{flag} is too low to ask persona ")), "{}", refused.stderr);
        hinted(&refused.stderr, flag).parse().unwrap()
    };
    for flag in ["--max-cost", "--max-tokens"] {
        let (one, three) = (least(&desk, "qa", flag), least(&desk, "qa,sre,data", flag));
        assert!(three > 2.9 * one && three < 3.2 * one, "{flag}: {one}, {three}");
        let before = fake.log().len();
        ask(&desk, "qa,sre,data", flag, &below(three, flag)).expect(2);
        assert_eq!(fake.log().len(), before, "{flag}: something was sent");
        ask(&desk, "qa,sre,data", flag, &three.to_string()).expect(0);
        assert_eq!(fake.log().len(), before + 3);
    }
    desk.set("OPENAI_API_KEY", VENDORS[1].key);
    let unpriced = desk.run(&["ask", "qa", "x", "--provider", "openai=new-1", "--max-cost", "1"]).expect(2);
    assert!(unpriced.stderr.contains("--max-cost cannot be kept: the price of new-1"), "{}", unpriced.stderr);
    // What is set for every debate holds here too.
    desk.set("ROUNDTABLE_MAX_COST", "0.0001");
    assert!(desk.run(&["ask", "qa", "Should we?"]).expect(2).stderr.contains("is too low"));
}

/// A look at the documents that took this many tokens, more than anybody could foresee.
fn dear_look(seen: &Seen, turn: usize, tokens: u64) -> Behaviour {
    let look = calling(seen, turn, &[("list_documents", r#"{"under":""}"#)]);
    let Behaviour::Status { code, headers, body } = look else { panic!("calls are streamed") };
    let told = String::from_utf8(body).unwrap();
    let body = told.replace("\"input_tokens\":100", &format!("\"input_tokens\":{tokens}")).into_bytes();
    Behaviour::Status { code, headers, body }
}

/// The least that a failure's hint asks for.
fn hinted<'a>(stderr: &'a str, flag: &str) -> &'a str {
    let (_, least) = stderr.split_once(&format!("pass {flag} ")).unwrap_or_else(|| panic!("{stderr}"));
    least.split(' ').next().unwrap()
}

#[test]
fn a_limit_that_leaves_no_room_for_an_answer_is_told_as_a_limit() {
    for (flag, limit, name) in [("--max-tokens", "400000", "max_tokens"), ("--max-cost", "2", "max_cost")] {
        let fake = Fake::start(Arc::new(|seen, turn| match may_call(seen) {
            true => dear_look(seen, turn, 500_000),
            false => Behaviour::Say("Enough.".to_owned()),
        }));
        let mut desk = Desk::at(fake.url(), 1);
        desk.write("standards/style.md", "Names are whole words.\n");
        desk.set("ROUNDTABLE_DOCUMENTS", "standards");
        let ask = |limit: &str| desk.run(&["ask", "qa,sre", "Should we?", "--format", "json", flag, limit]);
        let ran = ask(limit).expect(6);
        assert!(
            ran.stderr.contains("2 of 2 personas gave no answer") && ran.stderr.contains("the limit on"),
            "{ran:?}"
        );
        assert!(ran.stderr.contains("\"kind\":\"limit\"") && ran.stderr.contains("\"retryable\":false"), "{ran:?}");
        let answer = ran.json()["answers"][0].clone();
        assert_eq!((&answer["text"], &answer["capped"], &answer["calls"]), (&Value::Null, &json!(name), &json!(1)));
        assert_eq!(fake.log().len(), 2, "{flag}: nothing is sent that may not be");
        let ran = ask(hinted(&ran.stderr, flag)).expect(0);
        assert_eq!(
            (&ran.json()["answers"][1]["text"], &ran.json()["answers"][1]["capped"]),
            (&json!("Enough."), &json!(name))
        );
    }
}

#[test]
fn a_limit_that_leaves_no_room_for_another_try_is_told_as_a_limit() {
    let fake = Fake::always(Behaviour::CutMidStream("half an answer".to_owned()));
    let mut desk = Desk::at(fake.url(), 1);
    let ask = |desk: &Desk, more: &[&str]| desk.run(&[&["ask", "qa", "Should we?"], more].concat());
    let refused = ask(&desk, &["--max-tokens", "1"]).expect(2).stderr;
    let ran = ask(&desk, &["--max-tokens", hinted(&refused, "--max-tokens")]).expect(6);
    assert!(ran.stderr.contains("the limit leaves no room for another request"), "{}", ran.stderr);
    assert_eq!(fake.log().len(), 1);
    // With the room that is asked for, it is tried once more, and with all the room there is, the provider is at fault.
    let again = hinted(&ran.stderr, "--max-tokens").to_owned();
    ask(&desk, &["--max-tokens", &again]).expect(6);
    assert_eq!(fake.log().len(), 3);
    desk.set("ROUNDTABLE_MAX_TOKENS", "9000000");
    assert!(!ask(&desk, &[]).expect(5).stderr.contains("limit"));
}

#[test]
fn a_provider_that_fails_beside_a_limit_is_told_first() {
    let refusal = json!({ "error": { "type": "authentication_error", "message": "no" } });
    let fake = Fake::start(Arc::new(move |seen, turn| match seen.vendor_wire {
        "anthropic" if may_call(seen) => dear_look(seen, turn, 500_000),
        "anthropic" => Behaviour::Say("Enough.".to_owned()),
        _ => Behaviour::json(401, &refusal),
    }));
    let mut desk = Desk::at(fake.url(), 2);
    desk.write("standards/style.md", "Names are whole words.\n");
    desk.set("ROUNDTABLE_DOCUMENTS", "standards");
    let ran = desk.run(&["ask", "qa,sre", "Should we?", "--max-tokens", "400000"]).expect(5);
    assert!(ran.stderr.contains("2 of 2 personas gave no answer: openai"), "{}", ran.stderr);
}

/// What the ledger says that was taken: calls, requests, those of them that are lost, input tokens; and calls that broke off.
fn taken(desk: &Desk) -> [u64; 5] {
    let told = desk.run(&["usage", "--format", "json"]).expect(0).json();
    let of = |field: &str| told["total"][field].as_u64().unwrap();
    [of("calls"), of("requests"), of("unknown"), of("input_tokens"), told["broken_off"].as_u64().unwrap()]
}

/// A desk with a document, and a provider that looks at it once before it goes on.
fn looking_once(then: Behaviour) -> (Fake, Desk) {
    let fake = Fake::start(Arc::new(move |seen, turn| match turn {
        0 => calling(seen, turn, &[("list_documents", r#"{"under":""}"#)]),
        _ => then.clone(),
    }));
    let mut desk = Desk::at(fake.url(), 1);
    desk.write("standards/style.md", "Names are whole words.\n");
    desk.set("ROUNDTABLE_DOCUMENTS", "standards");
    (fake, desk)
}

#[test]
fn what_was_taken_outlives_whoever_is_killed() {
    let (fake, desk) = looking_once(Behaviour::Hang);
    let mut asking = desk.spawn(&["ask", "qa", "Should we?"]);
    fake.wait_for(|seen| seen.len() == 2);
    asking.kill();
    asking.wait();
    let [calls, requests, unknown, input_tokens, broken_off] = taken(&desk);
    assert_eq!((calls, requests, unknown, broken_off), (1, 2, 1, 1));
    assert!(input_tokens > 0, "what the first reply took");
}

#[test]
fn those_that_had_answered_are_heard_when_the_others_are_called_off() {
    for (signal, format) in [("INT", "json"), ("TERM", "text")] {
        let fake = Fake::start(Arc::new(|_, turn| match turn {
            0 | 1 => Behaviour::Say(format!("Answer {turn}.")),
            _ => Behaviour::Hang,
        }));
        let mut desk = Desk::at(fake.url(), 1);
        // One after the other, so that the third one's request tells that two have answered.
        desk.set("ROUNDTABLE_PERSONA_CONCURRENCY", "1");
        let asking = desk.spawn(&["ask", "qa,sre,data,architect", "Should we?", "--format", format]);
        fake.wait_for(|seen| seen.len() == 3);
        asking.signal(signal);
        let ran = asking.wait().expect(130);
        assert!(ran.stderr.contains("interrupted; what was asked and not answered is dropped"), "{}", ran.stderr);
        assert!(ran.stdout.contains("Answer 0.") && ran.stdout.contains("Answer 1."), "{}", ran.stdout);
        if format == "json" {
            let told = ran.json();
            let of = |place: usize| {
                let answer = &told["answers"][place];
                (answer["fault"]["kind"].as_str(), answer["requests"].as_u64(), answer["unknown"].as_u64())
            };
            assert_eq!([of(0), of(1)], [(None, Some(1), Some(0)); 2]);
            assert_eq!(of(2), (Some("cancelled"), Some(1), Some(1)));
            assert_eq!(of(3), (Some("cancelled"), Some(0), Some(0)), "it was not asked yet");
        }
        fake.wait_for(|seen| seen[2].ended.is_some());
        let [calls, requests, unknown, _, broken_off] = taken(&desk);
        assert_eq!((calls, requests, unknown, broken_off), (2, 3, 1, 0), "{signal}");
    }
}

#[test]
fn requests_that_were_sent_again_are_in_the_ledger_too() {
    let fake = Fake::start(Arc::new(|_, turn| match turn {
        0 => Behaviour::CutMidStream("half an answer".to_owned()),
        _ => Behaviour::Hang,
    }));
    let desk = Desk::at(fake.url(), 1);
    let mut killed = desk.spawn(&["ask", "qa", "Should we?"]);
    fake.wait_for(|seen| seen.len() == 2);
    killed.kill();
    killed.wait();
    let [calls, requests, unknown, input_tokens, broken_off] = taken(&desk);
    assert_eq!((calls, requests, unknown, broken_off), (0, 2, 1, 1));
    assert!(input_tokens > 0, "what the first one told before it broke off");
}

#[test]
fn nothing_is_sent_that_cannot_be_noted() {
    let (fake, mut desk) = looking_once(Behaviour::Say("Yes.".to_owned()));
    desk.run(&["ask", "qa", "Should we?"]).expect(0);
    let (ledger, asked) = (desk.data().join("roundtable.db"), fake.log().len());
    let spoiling = Fake::start(Arc::new(move |seen, turn| {
        Connection::open(&ledger).unwrap().execute_batch("DROP TABLE asks").unwrap();
        calling(seen, turn, &[("list_documents", r#"{"under":""}"#)])
    }));
    desk.point(spoiling.url());
    let ran = desk.run(&["ask", "qa", "Should we?"]).expect(5);
    assert!(ran.stderr.contains("nothing more was sent, since the ledger cannot be written"), "{}", ran.stderr);
    assert!(ran.stderr.contains("the ledger lacks what qa took"), "{}", ran.stderr);
    assert_eq!((fake.log().len(), spoiling.log().len()), (asked, 1));
}

#[test]
fn a_request_that_waits_for_its_slot_has_not_left() {
    for signal in ["INT", "KILL"] {
        let fake = Fake::always(Behaviour::Hang);
        let mut desk = Desk::at(fake.url(), 1);
        desk.set("ANTHROPIC_CONCURRENCY", "1");
        let asking = desk.spawn(&["ask", "qa,sre", "Should we?"]);
        fake.wait_for(|seen| seen.len() == 1);
        asking.signal(signal);
        asking.wait();
        let [calls, requests, unknown, ..] = taken(&desk);
        assert_eq!((calls, requests, unknown), (0, 1, 1), "{signal}");
    }
}
