//! `doctor`: every finding says what, where and what to do; nobody is called, nothing is changed, no key is shown.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use rusqlite::Connection;
use serde_json::Value;

use crate::support::fake::{Behaviour, Fake};
use crate::support::program::{Desk, Ran, VENDORS, files_below, lines_with};

/// A desk at which a debate can be held.
fn ready() -> Desk {
    Desk::at("http://127.0.0.1:9", 1)
}

fn looked(desk: &Desk, code: i32) -> Value {
    let ran = desk.run(&["doctor", "--format", "json"]).expect(code);
    let json = ran.json();
    assert_eq!((&json["schema"], &json["healthy"]), (&"roundtable.doctor/1".into(), &(code == 0).into()), "{json:#}");
    if code != 0 {
        let error: Value = serde_json::from_str(ran.stderr.trim_end()).unwrap();
        assert_eq!(error["error"]["hint"], json["next"], "{json:#}");
    }
    for vendor in &VENDORS {
        assert!(!format!("{ran:?}").contains(vendor.key), "{ran:?}");
    }
    json
}

/// The one finding of an area whose words hold `what`.
fn found<'a>(json: &'a Value, area: &str, state: &str, what: &str) -> &'a Value {
    let findings = json["findings"].as_array().unwrap().iter();
    let fits = |finding: &&Value| finding["area"] == area && finding["what"].as_str().unwrap().contains(what);
    let found: Vec<&Value> = findings.filter(fits).collect();
    assert_eq!(found.len(), 1, "`{what}` in {json:#}");
    assert_eq!(found[0]["state"], state, "{:#}", found[0]);
    assert!(state == "ok" || found[0]["next"].is_string(), "what to do? {:#}", found[0]);
    found[0]
}

fn problems(json: &Value) -> usize {
    json["findings"].as_array().unwrap().iter().filter(|finding| finding["state"] == "problem").count()
}

fn rehearsed(desk: &Desk) {
    desk.run(&["start", "--topic", "Move?", "--mode", "vote", "--rehearse", "--quiet"]).expect(0);
}

fn contains(finding: &Value, field: &str, word: &str) {
    assert!(finding[field].as_str().unwrap_or_default().contains(word), "`{word}` in {field} of {finding:#}");
}

#[test]
fn a_newcomer_is_told_what_to_set() {
    let desk = Desk::new();
    let json = looked(&desk, 2);
    let problem = found(&json, "providers", "problem", "no provider is set up");
    contains(problem, "next", "ANTHROPIC_API_KEY");
    contains(problem, "next", "--rehearse");
    assert_eq!(problems(&json), 1);
    found(&json, "sessions", "ok", "no session yet");
    assert!(!desk.data().exists(), "looking makes no store");
    let text = desk.run(&["doctor"]).expect(2);
    let order: Vec<usize> =
        ["Configuration\n", "Providers\n", "Network\n", "Sessions\n", "Modes\n", "Terminal\n", "Next: "]
            .iter()
            .map(|part| {
                text.stdout.find(&format!("\n{part}")).unwrap_or_else(|| panic!("no {part} in {}", text.stdout))
            })
            .collect();
    assert!(order.is_sorted() && text.stdout.starts_with("roundtable "), "{}", text.stdout);
}

#[test]
fn what_is_set_is_told_with_its_place_and_calls_nobody() {
    let fake = Fake::always(Behaviour::Hang);
    let mut desk = Desk::at(fake.url(), 1);
    desk.write(".env", format!("OPENAI_API_KEY={}\nPERPLEXITY_API_KEY=your-key-here\n", VENDORS[1].key));
    desk.unset("OPENAI_BASE_URL");
    desk.set("OPENAI_MODEL", "gpt-x");
    desk.set("ROUNDTABLE_MAX_AGENT", "7");
    desk.set("HTTPS_PROXY", "http://user:hunter2@proxy.example:1");
    let json = looked(&desk, 0);
    contains(found(&json, "providers", "ok", "anthropic is set up"), "where", "ANTHROPIC_API_KEY (environment)");
    let openai = found(&json, "providers", "ok", "openai is set up: model gpt-x, price not known");
    contains(openai, "where", "OPENAI_API_KEY (.env:1)");
    contains(found(&json, "providers", "ok", "not set up: google"), "next", "roundtable providers");
    contains(found(&json, "configuration", "note", "PERPLEXITY_API_KEY is a placeholder"), "where", ".env:2");
    found(&json, "configuration", "note", "did you mean `ROUNDTABLE_MAX_AGENTS`");
    found(&json, "configuration", "ok", ".env is read");
    found(&json, "configuration", "ok", "no roundtable.yaml");
    contains(found(&json, "network", "ok", "proxy"), "where", "HTTPS_PROXY");
    assert!(!json.to_string().contains("hunter2"), "{json}");
    found(&json, "terminal", "ok", "plain lines");
    contains(&json, "next", "roundtable start");
    assert!(fake.log().is_empty(), "nobody is called");
}

#[test]
fn a_configuration_that_cannot_be_used_is_the_first_thing_to_mend() {
    let mut desk = ready();
    desk.write("roundtable.yaml", "max_agents: many\n");
    let problem = looked(&desk, 2);
    contains(found(&problem, "configuration", "problem", "max_agents"), "what", "roundtable.yaml:1");
    contains(&problem, "next", "roundtable doctor");
    desk.write("roundtable.yaml", "max_agents: 5\nproviders: google\n");
    contains(found(&looked(&desk, 2), "providers", "problem", "google is not set up"), "next", "GOOGLE_API_KEY");
    desk.write("roundtable.yaml", "mode: debate\n");
    contains(found(&looked(&desk, 2), "modes", "problem", "unknown mode `debate`"), "next", "roundtable modes list");
    desk.set("ROUNDTABLE_MODE", "vote");
    found(&looked(&desk, 0), "modes", "ok", "`vote` is the default");
}

/// Every wrong setting is told with its place and what to do, and whatever does not need one is looked at all the same.
#[test]
fn every_wrong_setting_is_told_and_the_rest_is_looked_at() {
    let mut desk = ready();
    rehearsed(&desk);
    desk.set("OPENAI_BASE_URL", "ftp://files.example.org");
    desk.set("ROUNDTABLE_MAX_AGENTS", "999");
    desk.write(".env", "ROUNDTABLE_TIMEOUT=soon\nROUNDTABLE_MODE=vote\nROUNDTABLE_MODE=delphi\n");
    desk.write("roundtable.yaml", "colour: red\nexit_consensus: 7\npersonae: 3\n");
    let json = looked(&desk, 2);
    let wrong = [
        (".env:3", "ROUNDTABLE_MODE is already set in line 2"),
        ("environment", "ROUNDTABLE_MAX_AGENTS is `999`"),
        ("environment", "OPENAI_BASE_URL is `ftp://files.example.org`"),
        (".env:1", "ROUNDTABLE_TIMEOUT is `soon`"),
        ("roundtable.yaml:1:1", "unknown key `colour`"),
        ("roundtable.yaml:2:1", "exit_consensus is `7`"),
        ("roundtable.yaml:3:1", "unknown key `personae`"),
    ];
    for (place, what) in wrong {
        let finding = found(&json, "configuration", "problem", what);
        assert_eq!(finding["where"], place, "{finding:#}");
        contains(finding, "next", "roundtable doctor");
    }
    assert_eq!(problems(&json), wrong.len(), "{json:#}");
    found(&json, "providers", "ok", "anthropic is set up");
    contains(found(&json, "providers", "note", "openai: not looked at"), "next", "roundtable doctor");
    found(&json, "network", "note", "not looked at");
    found(&json, "sessions", "ok", "1 session in");
    found(&json, "modes", "note", "12 modes can be used; which is the default: not looked at");
    found(&json, "terminal", "ok", "plain lines");
    let ran = desk.run(&["doctor", "--check"]).expect(2);
    assert!(lines_with(&ran.stderr, "error: ")[0].contains("7 problems were found"), "{}", ran.stderr);
    assert!(!ran.stdout.contains("Answers"), "nobody is asked with it: {}", ran.stdout);
    // Any other command stops at the first of them, as ever.
    let stopped = desk.run(&["list"]).expect(2).stderr;
    assert!(stopped.contains("ROUNDTABLE_MODE is already set"), "{stopped}");
}

/// What cannot be read may set anything that nothing stronger sets.
#[test]
fn a_file_that_cannot_be_read_leaves_in_doubt_what_it_may_set() {
    let mut desk = ready();
    desk.write(".env", "ROUNDTABLE_MODE\n");
    let json = looked(&desk, 2);
    assert_eq!(found(&json, "configuration", "problem", "`=` is missing")["where"], ".env:1");
    found(&json, "sessions", "note", "not looked at");
    found(&json, "providers", "note", "anthropic, openai");
    found(&json, "modes", "note", "not looked at");
    desk.set("ROUNDTABLE_DATA_DIR", desk.work().join("sessions").into_os_string());
    desk.set("ROUNDTABLE_MODE", "vote");
    let json = looked(&desk, 2);
    found(&json, "sessions", "ok", "no session yet");
    found(&json, "modes", "ok", "`vote` is the default");
}

#[test]
fn the_store_is_read_through_and_left_as_it_was() {
    let desk = ready();
    rehearsed(&desk);
    rehearsed(&desk);
    let before = files_below(&desk.data());
    let sound = looked(&desk, 0);
    contains(found(&sound, "sessions", "ok", "2 sessions in"), "what", "all is sound");
    contains(found(&sound, "sessions", "ok", "2 sessions in"), "where", "roundtable.db");
    found(&sound, "sessions", "ok", "are free");
    assert_eq!(files_below(&desk.data()), before);
    let connection = Connection::open(desk.data().join("roundtable.db")).unwrap();
    assert_eq!(connection.execute("UPDATE events SET body = '{\"event\":' WHERE seq = 3", []).unwrap(), 2);
    let damaged = looked(&desk, 2);
    assert!(problems(&damaged) >= 2, "{damaged:#}");
    let fault = damaged["findings"].as_array().unwrap().iter().find(|finding| finding["state"] == "problem").unwrap();
    contains(fault, "what", "event 3 of session");
    contains(fault, "next", "roundtable export");
    connection.pragma_update(None, "user_version", 99).unwrap();
    contains(found(&looked(&desk, 2), "sessions", "problem", "version 99"), "next", "update roundtable");
}

#[test]
fn a_place_that_takes_nothing_is_a_problem() {
    let mut desk = ready();
    desk.write("a-file", "");
    desk.set("ROUNDTABLE_DATA_DIR", desk.work().join("a-file/sessions").into_os_string());
    contains(found(&looked(&desk, 2), "sessions", "problem", "a-file"), "next", "ROUNDTABLE_DATA_DIR");
    // Whoever may do everything may write everywhere.
    let folder = desk.work().join("closed");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o500)).unwrap();
    let may_all = fs::write(folder.join("probe"), "").is_ok();
    desk.set("ROUNDTABLE_DATA_DIR", folder.join("sessions").into_os_string());
    if may_all {
        looked(&desk, 0);
    } else {
        contains(found(&looked(&desk, 2), "sessions", "problem", "closed"), "next", "ROUNDTABLE_DATA_DIR");
    }
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn modes_of_ones_own_are_told_and_broken_ones_are_problems() {
    let desk = ready();
    let vote = desk.run(&["modes", "show", "vote"]).expect(0).stdout;
    desk.write(".roundtable/modes/vote.yaml", &vote);
    desk.write(".roundtable/modes/our-vote.yaml", vote.replacen("mode: vote", "mode: our-vote", 1));
    let json = looked(&desk, 0);
    contains(found(&json, "modes", "note", "`vote` is the project's file, in place"), "where", "vote.yaml");
    contains(found(&json, "modes", "note", "`vote` is the project's file, in place"), "next", "rename");
    found(&json, "modes", "ok", "`our-vote` is the project's file");
    found(&json, "modes", "ok", "13 modes can be used");
    desk.write(".roundtable/modes/our-vote.yaml", vote.replacen("mode: vote", "mode: our-vote", 1) + "colour: red\n");
    let broken = looked(&desk, 2);
    contains(found(&broken, "modes", "problem", "`our-vote` cannot be used"), "next", "modes check our-vote");
    contains(found(&broken, "modes", "problem", "`our-vote` cannot be used"), "what", "our-vote.yaml:");
}

#[test]
fn certificates_are_looked_for_where_they_are_needed() {
    let mut desk = ready();
    found(&looked(&desk, 0), "network", "ok", "no certificates are needed");
    desk.unset("ANTHROPIC_BASE_URL");
    desk.write("none.pem", "");
    desk.set("SSL_CERT_FILE", desk.work().join("none.pem").into_os_string());
    desk.set("SSL_CERT_DIR", desk.work().join("nowhere").into_os_string());
    let own = looked(&desk, 0);
    contains(found(&own, "network", "note", "come with the program"), "where", "SSL_CERT_FILE, SSL_CERT_DIR");
    contains(found(&own, "network", "note", "come with the program"), "next", "ca-certificates");
}

#[test]
fn with_check_it_asks_as_well() {
    let ask = |behaviour: Behaviour| -> Ran {
        let fake = Fake::always(behaviour);
        Desk::at(fake.url(), 1).run(&["doctor", "--check", "--format", "json", "--timeout", "5s"])
    };
    let answered = ask(Behaviour::Say("{\"word\":\"ready\"}".to_owned())).expect(0).json();
    assert_eq!(answered["providers"][0]["check"]["answers"], true, "{answered:#}");
    let refusal = serde_json::json!({ "error": { "type": "authentication_error", "message": "no" } });
    let refused = ask(Behaviour::json(401, &refusal)).expect(5);
    let error: Value = serde_json::from_str(refused.stderr.trim_end()).unwrap();
    assert_eq!(error["error"]["hint"], "check ANTHROPIC_API_KEY");
    let nobody = Desk::new().run(&["doctor", "--check"]).expect(2);
    assert!(lines_with(&nobody.stderr, "error: ")[0].contains("a problem was found"), "{}", nobody.stderr);
}
