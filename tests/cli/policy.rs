//! A project's policy: the gate of every debate that is started there, where each of its terms came from, and who may not
//! loosen it.

use std::fs;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::support::fake::{Behaviour, Fake};
use crate::support::program::{Desk, Ran, lines_with};
use crate::support::voices;

/// Three for Yes, one for No, who calls an objection blocking.
fn panel() -> Fake {
    Fake::start(Arc::new(|seen, number| {
        let mut reply: Value = serde_json::from_str(&voices::reply(seen, number)).unwrap();
        if reply.get("blocking_objection").is_some() {
            let dissents = seen.vendor_wire == "perplexity";
            reply["option"] = json!(if dissents { "o2" } else { "o1" });
            reply["abstain_reason"] = Value::Null;
            reply["blocking_objection"] = if dissents { json!("it is against the law") } else { Value::Null };
        }
        Behaviour::Say(reply.to_string())
    }))
}

const DEBATE: [&str; 9] = ["start", "--topic", "Ship?", "--yes-no", "--mode", "vote", "-n", "4", "--no-synthesis"];

fn start(desk: &Desk, more: &[&str]) -> Ran {
    desk.run(&[&DEBATE[..], &["--format", "json", "--quiet"], more].concat())
}

/// The conditions of a record, each as name, requirement, whether it holds, and origin.
fn conditions(ran: &Ran) -> Vec<(String, Value, bool, Value)> {
    let record = ran.record();
    let listed = record["decision"]["gate"]["conditions"].as_array().cloned().unwrap_or_default();
    let told = |condition: &Value| {
        let name = condition["name"].as_str().unwrap().to_owned();
        (name, condition["required"].clone(), condition["holds"].as_bool().unwrap(), condition["origin"].clone())
    };
    listed.iter().map(told).collect()
}

#[test]
fn a_policy_is_the_gate_of_every_start_and_a_flag_replaces_its_term() {
    let fake = panel();
    let all = "policy:\n  min_agreement: 0.8\n  expect: Yes\n  no_blocking_dissent: true\n";
    let policy = |line: &str| json!({ "policy": format!("roundtable.yaml:{line}") });
    let named = |name: &str, required: Value, holds: bool, origin: Value| (name.to_owned(), required, holds, origin);
    // (the file, flags, exit code, conditions)
    type Row<'a> = (&'a str, &'a [&'a str], i32, Vec<(String, Value, bool, Value)>);
    let rows: [Row<'_>; 7] = [
        (
            all,
            &[],
            3,
            vec![
                named("min_agreement", json!(0.8), false, policy("2")),
                named("expect", json!("o1"), true, policy("3")),
                named("no_blocking_dissent", json!(0), false, policy("4")),
            ],
        ),
        (
            all,
            &["--min-agreement", "0.75", "--expect", "No"],
            3,
            vec![
                named("min_agreement", json!(0.75), true, json!("flag")),
                named("expect", json!("o2"), false, json!("flag")),
                named("no_blocking_dissent", json!(0), false, policy("4")),
            ],
        ),
        (
            "policy: { min_agreement: 0.75 }\n",
            &["--expect", "Yes"],
            0,
            vec![
                named("min_agreement", json!(0.75), true, policy("1")),
                named("expect", json!("o1"), true, json!("flag")),
            ],
        ),
        (
            "policy: { expect: o1, no_blocking_dissent: false }\n",
            &[],
            0,
            vec![named("expect", json!("o1"), true, policy("1"))],
        ),
        ("policy:\n", &[], 0, vec![]),
        ("max_agents: 4\n", &[], 0, vec![]),
        (all, &["--no-policy"], 0, vec![]),
    ];
    for (file, flags, code, expected) in rows {
        let desk = Desk::at(fake.url(), 4);
        desk.write("roundtable.yaml", file);
        let ran = start(&desk, flags).expect(code);
        assert_eq!(conditions(&ran), expected, "{file} {flags:?}");
        // What is stored is what was decided then, whatever the file says later.
        desk.write("roundtable.yaml", "policy: { min_agreement: 0 }\n");
        assert_eq!(conditions(&desk.run(&["show", "@", "--format", "json"]).expect(0)), expected, "{file} {flags:?}");
        desk.run(&["replay", "@"]).expect(0);
    }
}

#[test]
fn who_fails_a_policy_is_told_which_line_of_it() {
    let fake = panel();
    let desk = Desk::at(fake.url(), 4);
    desk.write("roundtable.yaml", "# ours\npolicy:\n  min_agreement: 0.8\n");
    desk.write("deep/down/x", "");
    let line = format!("cd deep/down && $roundtable {} --quiet", DEBATE.join(" ").replace("Ship?", "Ship"));
    let ran = desk.shell(&line).expect(3);
    let expected = "agreement 0.75, at least 0.80 required (../../roundtable.yaml:3)";
    assert!(lines_with(&ran.stderr, "error: ")[0].ends_with(expected), "{}", ran.stderr);
    assert!(ran.stdout.contains(expected), "{}", ran.stdout);
    let markdown = desk.run(&["show", "@", "--format", "markdown"]).expect(0).stdout;
    assert!(markdown.contains(expected), "{markdown}");
}

#[test]
fn what_a_policy_cannot_ask_of_a_debate_is_refused_with_its_place_and_a_way_out() {
    let fake = panel();
    let rows: [(&str, &[&str], &str, &str); 4] = [
        (
            "policy: { min_agreement: 0.5 }",
            &["--topic", "x", "--rehearse"],
            "policy.min_agreement (in roundtable.yaml:1:11)",
            "--no-policy",
        ),
        (
            "policy: { min_agreement: 0.5 }",
            &["--topic", "x", "--estimate", "weeks"],
            "policy.min_agreement (in roundtable.yaml:1:11)",
            "--no-policy",
        ),
        (
            "policy: { expect: Yes }",
            &["--topic", "x", "-o", "A", "-o", "B"],
            "policy.expect (in roundtable.yaml:1:11) is `Yes`",
            "`A` (o1)",
        ),
        (
            "policy: { expect: Yes }",
            &["--topic", "x"],
            "policy.expect (in roundtable.yaml:1:11) is `Yes`, and there are no options",
            "--option",
        ),
    ];
    for (file, arguments, message, hint) in rows {
        let desk = Desk::at(fake.url(), 4);
        desk.write("roundtable.yaml", file);
        let ran = desk.run(&[&["start", "--quiet"], arguments].concat()).expect(2);
        let lines: Vec<&str> = ran.stderr.lines().collect();
        assert!(lines[0].contains(message) && lines[1].contains(hint), "{file} {arguments:?}: {}", ran.stderr);
        assert!(!desk.data().exists(), "nothing is stored of a debate that cannot begin");
    }
    let desk = Desk::new();
    desk.write("roundtable.yaml", "policy: { min_agreement: 0.5 }");
    let ran = desk.run(&["start", "--topic", "x", "--rehearse", "--no-policy", "--progress", "none"]).expect(0);
    let warning = "warning: the project's policy is left out: policy.min_agreement (in roundtable.yaml:1:11)";
    assert_eq!(ran.stderr.trim_end(), warning);
}

#[test]
fn a_mistake_in_a_policy_is_named_with_file_line_and_column() {
    let rows = [
        (
            "policy:\n  min_agreement: 75%\n",
            "policy.min_agreement is `75%` (in roundtable.yaml:2:3); a number from 0 to 1",
        ),
        (
            "policy:\n  min_agrement: 1\n",
            "roundtable.yaml:2:3: unknown key `policy.min_agrement`; did you mean `policy.min_agreement`?",
        ),
        ("policy:\n  colour: red\n", "roundtable.yaml:2:3: unknown key `policy.colour`"),
        ("policy:\n  expect: Yes\n  expect: No\n", "roundtable.yaml:3:3: this key is set twice"),
        ("policy: strict\n", "roundtable.yaml:1:1: a map of settings is needed"),
        ("policy:\n  no_blocking_dissent: maybe\n", "roundtable.yaml:2:24: "),
        ("policy:\n  no_blocking_dissent: yes\n", "roundtable.yaml:2:24: `true` or `false` is needed"),
        ("policy:\n  min_agreement:\n", "roundtable.yaml:2:3: `policy.min_agreement` has no value"),
        ("policy: { no_blocking_dissent: ~ }\n", "roundtable.yaml:1:11: `policy.no_blocking_dissent` has no value"),
        ("policy: { expect: \"\" }\n", "roundtable.yaml:1:11: `policy.expect` has no value"),
        ("policy:\n  policy: {}\n", "roundtable.yaml:2:3: unknown key `policy.policy`"),
        ("policy.min_agreement: 1\n", "roundtable.yaml:1:1: unknown key `policy.min_agreement`"),
        ("min_agreement: 1\n", "roundtable.yaml:1:1: unknown key `min_agreement`"),
    ];
    for (file, message) in rows {
        let desk = Desk::new();
        desk.write("roundtable.yaml", file);
        let ran = desk.run(&["start", "--topic", "x", "--rehearse"]).expect(2);
        assert!(ran.stderr.starts_with(&format!("error: {message}")), "{file}: {}", ran.stderr);
    }
}

#[test]
fn nobody_loosens_a_policy_from_elsewhere() {
    let mut desk = Desk::new();
    desk.write("roundtable.yaml", "policy:\n  min_agreement: 0.8\n");
    fs::create_dir_all(desk.config()).unwrap();
    fs::write(desk.config().join("config.yaml"), "policy:\n  min_agreement: 0\n").unwrap();
    let ran = desk.run(&["config", "show"]).expect(2);
    let message = "error: ~/config/roundtable/config.yaml:1:1: a policy binds a project: it stands in the project's roundtable.yaml";
    assert!(ran.stderr.starts_with(message), "{}", ran.stderr);
    fs::remove_file(desk.config().join("config.yaml")).unwrap();
    desk.set("policy.min_agreement", "0");
    let shown = desk.run(&["config", "show"]).expect(0).stdout;
    assert_eq!(lines_with(&shown, "policy.min_agreement"), ["policy.min_agreement           0.8 (roundtable.yaml:2)"]);
    assert!(lines_with(&shown, "policy.expect")[0].ends_with("not set"), "{shown}");
    let listed = desk.run(&["config", "show", "--format", "json"]).expect(0).json();
    let term = listed["settings"].as_array().unwrap().iter().find(|s| s["yaml"] == "policy.min_agreement").unwrap();
    assert_eq!((&term["value"], &term["origin"]), (&json!("0.8"), &json!("roundtable.yaml:2")));
}

#[test]
fn a_policys_line_may_move_without_the_session_being_another() {
    let fake = panel();
    let desk = Desk::at(fake.url(), 4);
    desk.write("roundtable.yaml", "policy: { min_agreement: 0.75 }\n");
    start(&desk, &["--name", "one"]).expect(0);
    let calls = fake.log().len();
    desk.write("roundtable.yaml", "\n\npolicy: { min_agreement: 0.75 }\n");
    start(&desk, &["--name", "one"]).expect(0);
    start(&desk, &["--name", "one", "--min-agreement", "0.75"]).expect(0);
    desk.write("roundtable.yaml", "policy: { min_agreement: 0.5 }\n");
    let ran = start(&desk, &["--name", "one"]).expect(2);
    assert!(ran.stderr.contains("another gate"), "{}", ran.stderr);
    assert_eq!(fake.log().len(), calls);
}
