//! What must not leave the machine: secrets in what is asked stop a debate before the first call, files with secrets stay
//! at home, and what would be sent can be looked at first.

use std::sync::Arc;
use std::time::Duration;

use crate::support::fake::{Behaviour, Fake, Seen};
use crate::support::program::{Desk, VENDORS, files_below};
use crate::support::voices;
use serde_json::{Value, json};

/// A token that no scanner of this repository knows for one.
fn token() -> String {
    ["gh", "p_", "9aZ3kQ7xW2mB5vN8cT4yL6pR1sD0fGhJ9aZ3"].concat()
}

fn arguments<'a>(more: &[&'a str]) -> Vec<&'a str> {
    ["start", "--topic", "Move?", "--mode", "vote", "--quiet"].iter().chain(more).copied().collect()
}

/// Checks that a command stops with exit code 2, says where and what, never repeats the secret, and sends and stores nothing.
fn check_stopped(desk: &Desk, fake: &Fake, arguments: &[&str], secret: &str, named: &[&str]) {
    let before = fake.log().len();
    let ran = desk.run(arguments).expect(2);
    for name in named {
        assert!(ran.stderr.contains(name), "{arguments:?} must name {name}: {}", ran.stderr);
    }
    assert!(ran.stderr.contains("hint: take it out"), "{}", ran.stderr);
    assert!(!ran.stderr.contains(secret) && !ran.stdout.contains(secret), "{arguments:?} repeats the secret");
    assert_eq!(fake.log().len(), before, "{arguments:?} asked somebody");
    let held = files_below(desk.data().parent().unwrap());
    let holds = |bytes: &[u8]| bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
    assert!(!held.iter().any(|(_, bytes)| holds(bytes)), "{arguments:?} stored the secret");
}

#[test]
fn a_secret_stops_a_debate_wherever_it_stands() {
    let fake = Fake::start(voices::script(Duration::ZERO));
    let desk = Desk::at(fake.url(), 2);
    let token = token();
    let own = VENDORS[1].key;
    desk.write("notes/deploy.md", format!("# Deploy\n\nrun it with {token}\n"));
    desk.write("unseen.md", token.replacen('Q', "Q\u{200b}", 1));
    desk.write("settings.xml", "<server>\n  <password>w1nter-25</password>\n</server>\n");
    desk.write("run.sh", "curl -u app:w1nter-25 https://api.example.net\n");
    desk.write("roundtable.yaml", format!("assumptions:\n  login: The token {token} works.\n"));
    let kind = "a GitHub token";
    let asks = format!("Is {token} safe?");
    let rows: Vec<(Vec<&str>, &str, Vec<&str>)> = vec![
        (vec!["start", "--topic", &asks, "--quiet"], &token, vec!["--topic, line 1", kind]),
        (arguments(&["--option", "Keep it", "--option", &asks]), &token, vec!["--option", kind]),
        (arguments(&["--context", "notes/deploy.md"]), &token, vec!["notes/deploy.md, line 3", kind]),
        (arguments(&["--context", "notes"]), &token, vec!["notes/deploy.md, line 3", kind]),
        (arguments(&["--assume", "login"]), &token, vec!["--assume", kind]),
        (arguments(&["--assume", own]), own, vec!["--assume"]),
        (arguments(&["--show-egress", "--context", "notes"]), &token, vec!["notes/deploy.md, line 3", kind]),
        (arguments(&["--context", "unseen.md"]), "7xW2mB5v", vec!["unseen.md, line 1", kind]),
        (arguments(&["--context", "settings.xml"]), "w1nter-25", vec!["settings.xml, line 2: a password or token"]),
        (arguments(&["--context", "run.sh"]), "w1nter-25", vec!["run.sh, line 1: a password in a command"]),
        (arguments(&["--rehearse", "--context", "notes"]), &token, vec!["notes/deploy.md, line 3", kind]),
    ];
    for (arguments, secret, named) in rows {
        check_stopped(&desk, &fake, &arguments, secret, &named);
    }
    let leak = format!("it is {own}");
    check_stopped(&desk, &fake, &["start", "--topic", &leak], own, &["--topic", "the value of OPENAI_API_KEY"]);
    desk.run(&arguments(&[])).expect(0);
    let fact = format!("Key={asks}");
    let text = "--focus, line 1";
    check_stopped(&desk, &fake, &["continue", "@", "--focus", &asks], &token, &[text, kind]);
    check_stopped(&desk, &fake, &["continue", "@", "--fact", &fact], &token, &["--fact \"Key\"", kind]);
}

#[test]
fn who_insists_sends_it() {
    let fake = Fake::start(voices::script(Duration::ZERO));
    let desk = Desk::at(fake.url(), 1);
    let token = token();
    desk.write("deploy.md", &token);
    desk.write("prod.env", "A=b\n");
    desk.run(&arguments(&["--context", "deploy.md", "--context", "prod.env", "--allow-secrets"])).expect(0);
    assert!(fake.log().iter().all(|seen| seen.system.contains(&token) && seen.system.contains("> A=b")));
}

#[test]
fn what_would_be_sent_can_be_looked_at_first() {
    let fake = Fake::start(voices::script(Duration::ZERO));
    let desk = Desk::at(fake.url(), 2);
    desk.write("plan.md", "The queue holds.\n");
    let look = ["--show-egress", "--context", "plan.md", "--assume", "Nobody is hired.", "--agent-count", "3"];
    let text = desk.run(&arguments(&look)).expect(0);
    for line in [
        &format!("anthropic at {}: seats 1, 3, may moderate\n", fake.url()),
        &format!("openai at {}: seats 2, may moderate\n", fake.url()),
        "        5 bytes  question\n",
        "       17 bytes  m1 plan.md\n",
        "       16 bytes  a1\n",
        "\nNothing has been sent.\n",
    ] {
        assert!(text.stdout.contains(line), "{line}: {}", text.stdout);
    }
    let found = desk.run(&arguments(&[&look[..], &["--format", "json"]].concat())).expect(0).json();
    assert_eq!(found["schema"], "roundtable.egress/1");
    assert_eq!(
        found["recipients"][1],
        json!({ "provider": "openai", "address": fake.url(), "seats": [2], "moderates": true, "searches": false })
    );
    assert!(fake.log().is_empty() && !desk.data().join("roundtable.db").exists(), "a look sends and stores nothing");
    let rehearsed = desk.run(&arguments(&["--show-egress", "--rehearse"])).expect(0).stdout;
    assert!(rehearsed.starts_with("rehearsal: no model") && rehearsed.contains("The panel is shown:"), "{rehearsed}");
}

/// What the record says was sent is what arrived.
#[test]
fn the_record_tells_what_went_where() {
    let fake = Fake::start(voices::script(Duration::ZERO));
    let desk = Desk::at(fake.url(), 2);
    desk.write("plan.md", "The queue holds.\n");
    let record = desk.run(&arguments(&["--context", "plan.md", "--format", "json"])).expect(0).record();
    let sent = record["sent"].as_array().unwrap();
    let prompts: u64 = sent.iter().map(|one| one["prompts"].as_u64().unwrap()).sum();
    assert_eq!(prompts, fake.log().len() as u64);
    let names: Vec<&str> = sent.iter().map(|one| one["provider"].as_str().unwrap()).collect();
    assert_eq!(names, ["anthropic", "openai"]);
    let least = fake.log()[0].system.len() as u64;
    assert!(sent.iter().all(|one| one["bytes"].as_u64().unwrap() > least), "{sent:?}");
    let without = desk.run(&arguments(&["--format", "json"])).expect(0).record();
    assert!(without.get("sent").is_none() && without.get("premises").is_none());
}

/// Vendors that repeat the key they were sent: one in a refusal, the others in what they say.
fn echoing() -> Fake {
    Fake::start(Arc::new(|seen: &Seen, number| {
        let own = VENDORS.iter().find(|vendor| vendor.wire == seen.vendor_wire).unwrap();
        let key = seen.headers[own.key_header.0].clone();
        if own.name == "openai" {
            let error = json!({ "error": { "message": format!("no such key: {key}"), "type": "x", "code": null } });
            return Behaviour::json(401, &error).with_header("x-request-id", format!("req-{}", own.key));
        }
        let mut said: Value = serde_json::from_str(&voices::reply(seen, number)).unwrap();
        for (name, field) in said.as_object_mut().unwrap() {
            if ["statement", "reasoning", "because", "conclusion"].contains(&name.as_str()) && field.is_string() {
                *field = json!(format!("{} {key}", field.as_str().unwrap()));
            }
        }
        Behaviour::Say(said.to_string())
    }))
}

/// What a fake saw of each request, and of whom: its own vendor's key stands in its own header, and all else counts.
fn requests(fake: &Fake) -> Vec<(String, Vec<u8>)> {
    let mut seen_by_number = Vec::new();
    for (number, seen) in fake.log().iter().enumerate() {
        let own = VENDORS.iter().find(|vendor| vendor.wire == seen.vendor_wire).unwrap();
        let mut headers = seen.headers.clone();
        let carried = headers.remove(own.key_header.0).unwrap();
        assert_eq!(carried, [own.key_header.1, own.key].concat(), "request {number}");
        let whole = format!("{} {headers:?} {} {} {:?}", seen.path, seen.body, seen.system, seen.messages);
        seen_by_number.push((format!("request {number}, to {}", own.name), whole.into_bytes()));
    }
    seen_by_number
}

/// A key reaches its own vendor alone, and a secret in a folder nobody: not in any request, file, report, error or prompt, even
/// where a vendor repeats what it was sent.
#[test]
fn canaries_are_found_nowhere() {
    let canary = "canary-7f3e9b1d-in-a-file";
    let outputs = ["r.md", "r.json", "r.html", "r.ndjson", "r.txt", "r.adr.md"];
    for fake in [Fake::start(voices::script(Duration::ZERO)), echoing()] {
        let desk = Desk::at(fake.url(), 4);
        desk.write("src/main.md", "It runs.\n");
        desk.write("src/.env", format!("TOKEN={canary}\n"));
        desk.write("src/tls/server.key", canary);
        let start =
            ["start", "--topic", "Move?", "--yes-no", "--mode", "collaborative", "--rounds", "1", "--web-search"];
        let written = outputs.iter().flat_map(|name| ["--output", name]);
        let debate: Vec<&str> = start.into_iter().chain(["--context", "src"]).chain(written).collect();
        let shown = ["rounds", "agents", "thoughts", "claims", "citations", "ballots", "costs", "prompts", "events"];
        let mut ran = vec![desk.run(&debate).expect(0), desk.run(&arguments(&["--context", "src/.env"])).expect(2)];
        ran.extend(shown.map(|view| desk.run(&["show", "@", "--view", view, "--format", "json"]).expect(0)));
        ran.push(desk.run(&["providers"]));
        let mut told: Vec<(String, Vec<u8>)> = ran
            .into_iter()
            .map(|ran| (ran.what.clone(), [ran.stdout.into_bytes(), ran.stderr.into_bytes()].concat()))
            .collect();
        told.extend(outputs.map(|name| (name.to_owned(), desk.read(name).into_bytes())));
        told.extend(files_below(&desk.data()).into_iter().map(|(path, bytes)| (path.display().to_string(), bytes)));
        told.extend(requests(&fake));
        assert!(told.len() > 25, "{}", told.len());
        let canaries: Vec<&str> = VENDORS.iter().map(|vendor| vendor.key).chain([canary]).collect();
        for (place, bytes) in &told {
            for canary in &canaries {
                let is_there = bytes.windows(canary.len()).any(|window| window == canary.as_bytes());
                assert!(!is_there, "{canary} is in {place}: {}", String::from_utf8_lossy(bytes));
            }
        }
    }
}
