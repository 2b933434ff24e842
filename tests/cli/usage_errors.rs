//! Wrong flags and variables, missing keys, caps: one error line that names what is wrong and where, a hint, an exit
//! code.

use crate::support::program::{Desk, Ran, lines_with};
use serde_json::{Value, json};

/// A debate that runs, to which a test adds what it is about.
const REHEARSED: [&str; 4] = ["start", "--topic", "Should we move?", "--rehearse"];

fn rehearsed<'a>(more: &[&'a str]) -> Vec<&'a str> {
    REHEARSED.iter().copied().chain(more.iter().copied()).collect()
}

/// Checks a refusal: the exit code, nothing on stdout, one error line that holds all of `named`, at most one hint.
fn check_refusal(ran: Ran, code: i32, named: &[&str]) {
    let ran = ran.expect(code);
    assert_eq!(ran.stdout, "", "`{}`", ran.what);
    let errors = lines_with(&ran.stderr, "error: ");
    assert_eq!(errors.len(), 1, "`{}`: {}", ran.what, ran.stderr);
    for name in named {
        assert!(errors[0].contains(name), "`{}` must name {name}: {}", ran.what, ran.stderr);
    }
    assert!(lines_with(&ran.stderr, "hint: ").len() <= 1, "`{}`: {}", ran.what, ran.stderr);
}

/// Checks that our own error, as opposed to one of the argument parser, stands alone.
fn check_own_refusal(ran: Ran, code: i32, named: &[&str], hint: Option<&str>) {
    let lines: Vec<&str> = ran.stderr.lines().collect();
    assert_eq!(lines.len(), 1 + usize::from(hint.is_some()), "`{}`: {}", ran.what, ran.stderr);
    if let Some(hint) = hint {
        assert!(lines[1].starts_with("hint: ") && lines[1].contains(hint), "`{}`: {}", ran.what, ran.stderr);
    }
    check_refusal(ran, code, named);
}

#[test]
fn a_flag_that_cannot_be_used_is_named_with_its_value() {
    // (arguments, what the error names, what the hint holds)
    let rows: &[(&[&str], &[&str], Option<&str>)] = &[
        (&["--agent-count", "0"], &["--agent-count", "`0`", "2 to 50"], None),
        (&["--agent-count", "1"], &["--agent-count", "`1`"], None),
        (&["--agent-count", "-3"], &["--agent-count", "`-3`"], None),
        (&["--agent-count=-3"], &["--agent-count", "`-3`"], None),
        (&["--agent-count", "99"], &["--agent-count", "`99`"], None),
        (&["--agent-count", "abc"], &["--agent-count", "`abc`"], None),
        (&["--agent-count", "3.5"], &["--agent-count", "`3.5`"], None),
        (&["--agent-count", ""], &["--agent-count"], None),
        (&["-n", "99999999999999999999"], &["--agent-count", "`99999999999999999999`"], None),
        (&["--rounds", "0"], &["--rounds", "`0`", "1 to 4"], None),
        (&["--rounds", "99"], &["--rounds", "`99`", "collaborative"], None),
        (&["--rounds", "2", "--mode", "vote"], &["--rounds", "`2`", "vote"], Some("--rounds")),
        (&["--rounds", "1", "--mode", "delphi"], &["--rounds", "`1`", "2 to 4"], None),
        (
            &["--mode", "colaborative"],
            &["--mode", "`colaborative`", "did you mean `collaborative`"],
            Some("`roundtable modes list`"),
        ),
        (&["--mode", ""], &["--mode"], None),
        (&["--mode", "./nowhere.yaml"], &["--mode", "./nowhere.yaml"], None),
        (&["--option", "A"], &["--option", "1 "], None),
        (&["--option", "A", "--option", "a."], &["--option", "`a.`", "twice"], None),
        (&["--option", "A", "--option", " "], &["--option", "option 2"], None),
        (
            &["-o", "A", "-o", "B", "-o", "C", "-o", "D", "-o", "E", "-o", "F", "-o", "G", "-o", "H"],
            &["--option", "8 options", "2 to 7"],
            None,
        ),
        (
            &["--mode", "adversarial", "--perspective", "Pilot: safety"],
            &["--perspective", "adversarial"],
            Some("expert-panel"),
        ),
        (
            &["--mode", "expert-panel", "--perspective", ": safety"],
            &["--perspective", "`: safety`"],
            Some("--perspective"),
        ),
        (&["--min-agreement", "75", "--yes-no"], &["--min-agreement is `75`", "0 to 1", "0.75"], None),
        (&["--min-agreement", "75%"], &["--min-agreement is `75%`"], None),
        (&["--min-agreement", "-0.5"], &["--min-agreement is `-0.5`"], None),
        (&["--min-agreement", "NaN"], &["--min-agreement is `NaN`"], None),
        (&["--min-agreement", "inf"], &["--min-agreement is `inf`"], None),
        (&["--min-agreement", ""], &["--min-agreement is ``"], None),
        (&["--min-agreement", "0.75"], &["--min-agreement", "rehearsal"], Some("--rehearse")),
        (&["--mode", "vote", "--no-blocking-dissent"], &["--no-blocking-dissent", "rehearsal"], Some("--rehearse")),
        (
            &["--yes-no", "--expect", "o2", "--min-agreement", "1"],
            &["--min-agreement and --expect", "rehearsal"],
            Some("--rehearse"),
        ),
        (&["--expect", "Yes"], &["--expect is `Yes`", "no options"], Some("--option")),
        (
            &["--yes-no", "--expect", "Maybe"],
            &["--expect is `Maybe`", "none of the options"],
            Some("`Yes` (o1), `No` (o2)"),
        ),
        (&["--yes-no", "--expect", "o3"], &["--expect is `o3`"], Some("(o2)")),
        (&["--seed", "9007199254740992"], &["--seed", "`9007199254740992`", "9007199254740991"], None),
        (&["--output", "record"], &["--output", "`record`"], Some(".json")),
        (&["--output", "record.pdf"], &["--output", "`record.pdf`"], Some(".md")),
        (&["--output", "nowhere/record.md"], &["--output", "`nowhere/record.md`"], Some("make it first")),
    ];
    for (arguments, named, hint) in rows {
        check_own_refusal(Desk::new().run(&rehearsed(arguments)), 2, named, *hint);
    }
}

#[test]
fn a_provider_that_is_not_known_is_named_with_the_one_that_was_meant() {
    let rows: &[(&[&str], &[&str])] = &[
        (&["--provider", "antropic"], &["--provider", "`antropic`", "did you mean `anthropic`"]),
        (&["--provider", "anthropic", "--provider", "nobody"], &["--provider", "nobody"]),
        (&["--moderator", "opnai"], &["--moderator", "`opnai`", "did you mean `openai`"]),
        (&["--provider", "anthropic="], &["--provider", "anthropic="]),
    ];
    for (arguments, named) in rows {
        let arguments = [&["start", "--topic", "Should we move?"], *arguments].concat();
        check_own_refusal(Desk::new().run(&arguments), 2, named, None);
    }
}

#[test]
fn what_the_argument_parser_refuses_is_named_too() {
    let rows: &[(&[&str], &[&str])] = &[
        (&["--rounds", "-3"], &["'-3'", "--rounds"]),
        (&["--rounds", "abc"], &["'abc'", "--rounds"]),
        (&["--rounds", "2.5"], &["'2.5'", "--rounds"]),
        (&["--seed", "-1"], &["'-1'", "--seed"]),
        (&["--seed", "18446744073709551616"], &["'18446744073709551616'", "--seed"]),
        (&["--format", "yaml"], &["'yaml'", "--format"]),
        (&["--progress", "loud"], &["'loud'", "--progress"]),
        (&["--yes-no", "--option", "A"], &["--yes-no", "--option"]),
        (&["--provider", "openai"], &["--rehearse", "--provider"]),
        (&["--agents", "3"], &["--agents"]),
        (&["--mode"], &["--mode"]),
    ];
    for (arguments, named) in rows {
        check_refusal(Desk::new().run(&rehearsed(arguments)), 2, named);
    }
    check_refusal(Desk::new().run(&["start", "--rehearse"]), 2, &["required"]);
    check_refusal(Desk::new().run(&["list", "--limit", "-1"]), 2, &["'-1'", "--limit"]);
    check_refusal(Desk::new().run(&["begin"]), 2, &["'begin'"]);
}

#[test]
fn a_variable_that_cannot_be_used_is_named_with_its_value_and_place() {
    let rows: &[(&str, &str, &[&str])] = &[
        ("ROUNDTABLE_DEFAULT_AGENT_COUNT", "0", &["`0`"]),
        ("ROUNDTABLE_DEFAULT_AGENT_COUNT", "1", &["`1`"]),
        ("ROUNDTABLE_DEFAULT_AGENT_COUNT", "-3", &["`-3`"]),
        ("ROUNDTABLE_DEFAULT_AGENT_COUNT", "99", &["`99`"]),
        ("ROUNDTABLE_DEFAULT_AGENT_COUNT", "abc", &["`abc`"]),
        ("ROUNDTABLE_DEFAULT_AGENT_COUNT", "3.5", &["`3.5`"]),
        ("ROUNDTABLE_MAX_AGENTS", "none", &["`none`"]),
        ("ROUNDTABLE_EXIT_CONSENSUS", "75%", &["`75%`", "above 0.5 and up to 1"]),
        ("ROUNDTABLE_EXIT_CONVERGENCE", "NaN", &["`NaN`", "0 to 1"]),
        ("ROUNDTABLE_EXIT_CONFIDENCE", "inf", &["`inf`", "0 to 1"]),
        ("ROUNDTABLE_EXIT_MAX_ROUNDS", "0", &["`0`", "1 to 10"]),
        ("ROUNDTABLE_MODE", "colaborative", &["`colaborative`", "did you mean `collaborative`"]),
        ("ROUNDTABLE_PROVIDERS", "anthropic,opnai", &["opnai", "did you mean `openai`"]),
        ("ROUNDTABLE_MODERATOR", "nobody", &["`nobody`"]),
        ("ANTHROPIC_BASE_URL", "ftp://host", &["`ftp://host`"]),
    ];
    for (name, value, named) in rows {
        let mut desk = Desk::new();
        desk.set(name, *value);
        let named: Vec<&str> = [&[*name], *named].concat();
        let hint = (*name == "ROUNDTABLE_MODE").then_some("`roundtable modes list`");
        check_own_refusal(desk.run(&REHEARSED), 2, &[&named[..], &["environment"]].concat(), hint);
        let desk = Desk::new();
        desk.write(".env", format!("# mine\n{name}={value}\n"));
        check_own_refusal(desk.run(&REHEARSED), 2, &[&named[..], &[".env:2"]].concat(), hint);
    }
    let desk = Desk::new();
    desk.write("roundtable.yaml", "max_agents: 7\ndefault_agent_count: many\n");
    check_own_refusal(desk.run(&REHEARSED), 2, &["default_agent_count", "`many`", "roundtable.yaml:2"], None);
    desk.write("roundtable.yaml", "max_agent: 7\n");
    check_own_refusal(
        desk.run(&REHEARSED),
        2,
        &["`max_agent`", "did you mean `max_agents`", "roundtable.yaml:1"],
        Some("config show"),
    );
}

#[test]
fn the_most_rounds_there_may_be_bind_mode_and_flag() {
    let desk = |most: &str| {
        let mut desk = Desk::new();
        desk.set("ROUNDTABLE_EXIT_MAX_ROUNDS", most);
        desk
    };
    let held = |desk: &Desk, arguments: &[&str]| {
        let record = desk.run(&rehearsed(&[arguments, &["--format", "json", "--quiet"]].concat())).expect(0).record();
        record["rounds"].as_array().unwrap().iter().filter(|round| round["phase"] == "exchange").count()
    };
    assert_eq!((held(&Desk::new(), &[]), held(&desk("1"), &[])), (2, 1));
    assert_eq!(held(&desk("3"), &["--rounds", "3"]), 3);
    check_own_refusal(
        desk("3").run(&rehearsed(&["--rounds", "4"])),
        2,
        &["--rounds is `4`", "ROUNDTABLE_EXIT_MAX_ROUNDS is `3`", "environment"],
        Some("at most 3"),
    );
    check_own_refusal(
        desk("1").run(&rehearsed(&["--mode", "delphi"])),
        2,
        &["ROUNDTABLE_EXIT_MAX_ROUNDS is `1`", "environment", "delphi takes at least 2"],
        Some("another mode"),
    );
    let file = Desk::new();
    file.write("roundtable.yaml", "exit_max_rounds: 1\n");
    check_own_refusal(
        file.run(&rehearsed(&["--rounds", "2"])),
        2,
        &["exit_max_rounds is `1`", "roundtable.yaml:1"],
        Some("at most 1"),
    );
}

#[test]
fn a_threshold_that_no_rule_of_the_mode_looks_at_is_warned_of() {
    let variables = ["CONSENSUS", "CONVERGENCE", "CONFIDENCE", "MAX_ROUNDS"];
    let values = ["0.75", "0.25", "0.9", "3"];
    // (arguments, which of the variables are idle)
    let rows: &[(&[&str], &[&str])] = &[
        (&["--mode", "collaborative"], &[]),
        (&["--mode", "adversarial"], &["CONSENSUS", "CONVERGENCE", "CONFIDENCE"]),
        (&["--mode", "delphi"], &[]),
        (&["--mode", "vote"], &["CONSENSUS", "CONVERGENCE", "CONFIDENCE", "MAX_ROUNDS"]),
        // Whoever fixes the rounds knows that no rule ends them.
        (&["--mode", "adversarial", "--rounds", "1"], &[]),
    ];
    for (arguments, idle) in rows {
        let mut desk = Desk::new();
        for (name, value) in variables.iter().zip(values) {
            desk.set(&format!("ROUNDTABLE_EXIT_{name}"), value);
        }
        let ran = desk.run(&rehearsed(&[arguments, &["--progress", "none"][..]].concat())).expect(0);
        let warnings = lines_with(&ran.stderr, "warning: ");
        let expected: Vec<String> =
            idle.iter().map(|name| format!("warning: ROUNDTABLE_EXIT_{name} (in environment)")).collect();
        assert_eq!(warnings.len(), expected.len(), "{arguments:?}: {warnings:?}");
        for (warning, start) in warnings.iter().zip(&expected) {
            assert!(warning.starts_with(start) && warning.contains(arguments[1]), "{warning}");
        }
    }
}

#[test]
fn a_flag_beats_a_bad_variable() {
    let mut desk = Desk::new();
    desk.set("ROUNDTABLE_DEFAULT_AGENT_COUNT", "abc");
    let ran = desk.run(&rehearsed(&["--agent-count", "2", "--format", "json", "--quiet"])).expect(0);
    assert_eq!(ran.record()["panel"].as_array().unwrap().len(), 2);
}

#[test]
fn with_json_an_error_is_one_object() {
    let fields = |ran: &Ran| -> Value {
        assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
        let error: Value = serde_json::from_str(&ran.stderr).unwrap();
        let object = error["error"].as_object().unwrap_or_else(|| panic!("{error}"));
        assert_eq!(object.keys().collect::<Vec<_>>(), ["kind", "message", "hint", "retryable", "session"]);
        error["error"].clone()
    };
    let ran = Desk::new().run(&rehearsed(&["--agent-count", "99", "--format", "json"])).expect(2);
    let error = fields(&ran);
    assert_eq!(
        (&error["kind"], &error["hint"], &error["retryable"], &error["session"]),
        (&json!("usage"), &Value::Null, &json!(false), &Value::Null)
    );
    assert!(error["message"].as_str().unwrap().contains("--agent-count is `99`"));
    let ran = Desk::new().run(&["start", "--topic", "x", "--format", "json"]).expect(7);
    let error = fields(&ran);
    assert_eq!((&error["kind"], &error["retryable"]), (&json!("credentials"), &json!(false)));
    assert!(error["hint"].as_str().unwrap().contains("--rehearse"));
    for command in
        [&["list"][..], &["providers"], &["config", "show"], &["modes", "list"], &["show", "@"], &["resume", "@"]]
    {
        let mut desk = Desk::new();
        desk.set("ROUNDTABLE_MAX_AGENTS", "none");
        let ran = desk.run(&[command, &["--format", "json"]].concat()).expect(2);
        assert_eq!((&fields(&ran)["kind"], ran.stdout.as_str()), (&json!("usage"), ""), "{command:?}");
    }
}

#[test]
fn without_a_key_the_error_says_how_to_get_one() {
    let keyless = |desk: &Desk, arguments: &[&str]| {
        let ran = desk.run(&[&["start", "--topic", "Should we move?"], arguments].concat()).expect(7);
        check_own_refusal(ran, 7, &["no provider is set up"], Some("--rehearse"));
        assert!(!desk.data().exists(), "nothing is stored of a debate that cannot begin");
    };
    keyless(&Desk::new(), &[]);
    let hint = Desk::new().run(&["start", "--topic", "x"]).stderr;
    for name in
        ["ANTHROPIC_API_KEY", "OPENAI_API_KEY", "GOOGLE_API_KEY", "PERPLEXITY_API_KEY", "OLLAMA_HOST", "--rehearse"]
    {
        assert!(hint.contains(name), "{name}: {hint}");
    }
    for placeholder in ["", "   ", "your-key-here", "<your key>", "changeme", "sk-xxxx", "${ANTHROPIC_API_KEY}"] {
        let mut desk = Desk::new();
        desk.set("ANTHROPIC_API_KEY", placeholder);
        keyless(&desk, &[]);
        let desk = Desk::new();
        desk.write(".env", format!("ANTHROPIC_API_KEY=\"{placeholder}\"\n"));
        keyless(&desk, &[]);
    }
    let ran = Desk::new().run(&["start", "--topic", "x", "--provider", "google"]);
    check_own_refusal(ran, 7, &["google", "GOOGLE_API_KEY"], Some("GOOGLE_API_KEY"));
}

#[test]
fn the_cap_on_agents_is_named_when_it_bites() {
    // (variables, arguments, seats, what the warning names)
    type Row<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str], usize, Option<&'a str>);
    let rows: &[Row<'_>] = &[
        (&[], &[], 4, None),
        (&[], &["--agent-count", "5"], 5, None),
        (&[], &["--agent-count", "9"], 5, Some("9 agents")),
        (&[("ROUNDTABLE_MAX_AGENTS", "7")], &["-n", "9"], 7, Some("9 agents")),
        (&[("ROUNDTABLE_MAX_AGENTS", "50")], &["-n", "12"], 12, None),
        (&[("ROUNDTABLE_MAX_AGENTS", "3")], &[], 3, Some("4 agents")),
        (&[("ROUNDTABLE_DEFAULT_AGENT_COUNT", "2")], &[], 2, None),
        (&[("ROUNDTABLE_DEFAULT_AGENT_COUNT", "8")], &[], 5, Some("8 agents")),
    ];
    for (variables, arguments, seats, warning) in rows {
        let mut desk = Desk::new();
        for (name, value) in *variables {
            desk.set(name, *value);
        }
        let ran = desk
            .run(&rehearsed(&[arguments, &["--mode", "vote", "--progress", "none", "--format", "json"][..]].concat()))
            .expect(0);
        assert_eq!(ran.record()["panel"].as_array().unwrap().len(), *seats, "{variables:?} {arguments:?}");
        let warnings = lines_with(&ran.stderr, "warning: ");
        match warning {
            Some(count) => {
                assert_eq!(warnings.len(), 1, "{}", ran.stderr);
                assert!(warnings[0].contains(count) && warnings[0].contains("ROUNDTABLE_MAX_AGENTS"), "{warnings:?}");
            }
            None => assert!(warnings.is_empty(), "{warnings:?}"),
        }
    }
}

#[test]
fn perspectives_are_the_panel() {
    let seated = |arguments: &[&str]| {
        let ran = Desk::new()
            .run(&rehearsed(
                &[&["--mode", "expert-panel", "--progress", "none", "--format", "json"], arguments].concat(),
            ))
            .expect(0);
        let names: Vec<String> = ran.record()["panel"]
            .as_array()
            .unwrap()
            .iter()
            .map(|agent| agent["name"].as_str().unwrap().to_owned())
            .collect();
        (names, ran.stderr)
    };
    let (names, _) = seated(&["--perspective", "Pilot: safety", "--perspective", "Nurse"]);
    assert_eq!(names, ["Pilot", "Nurse"]);
    let (names, _) = seated(&["--perspective", "Pilot: safety", "--agent-count", "3"]);
    assert_eq!(names, ["Pilot", "Pilot 2", "Pilot 3"]);
    let (names, warned) =
        seated(&["--perspective", "Pilot", "--perspective", "Nurse", "--perspective", "Jurist", "-n", "2"]);
    assert_eq!(names, ["Pilot", "Nurse"]);
    assert!(warned.contains("Jurist"), "{warned}");
}
