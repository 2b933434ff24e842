//! The commands about modes, providers and settings, and what every command says of itself.

use std::fs;

use crate::support::program::{Desk, Ran, VENDORS, lines_with};
use serde_json::{Value, json};

fn check_refusal(ran: Ran, named: &[&str]) {
    let ran = ran.expect(2);
    assert_eq!(ran.stdout, "", "`{}`", ran.what);
    let errors = lines_with(&ran.stderr, "error: ");
    assert!(!errors.is_empty(), "`{}`: {}", ran.what, ran.stderr);
    for name in named {
        assert!(errors.iter().any(|error| error.contains(name)), "`{}` must name {name}: {}", ran.what, ran.stderr);
    }
}

#[test]
fn every_command_says_what_it_does() {
    let commands = [
        "",
        "start",
        "plan",
        "bench",
        "resume",
        "continue",
        "pause",
        "stop",
        "synthesize",
        "list",
        "show",
        "search",
        "rename",
        "delete",
        "import",
        "export",
        "replay",
        "check",
        "ask",
        "usage",
        "personas",
        "personas list",
        "personas show",
        "personas check",
        "personas new",
        "modes",
        "modes list",
        "modes show",
        "modes check",
        "modes new",
        "modes schema",
        "schema",
        "diff",
        "mcp",
        "providers",
        "doctor",
        "config",
        "config show",
        "completions",
        "man",
    ];
    for command in commands {
        let arguments: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
        let ran = Desk::new().run(&arguments).expect(0);
        assert_eq!(ran.stderr, "");
        let name = if command.is_empty() { "roundtable".to_owned() } else { command.replace(' ', "_") };
        insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "../snapshots/help", description => format!("roundtable {}", arguments.join(" ")) }, {
            insta::assert_snapshot!(name, ran.stdout);
        });
    }
    let help = Desk::new().run(&["--help"]).expect(0).stdout;
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // Long descriptions go on in further lines, which are indented deeper.
    let names = listed.filter_map(|line| line.strip_prefix("  ").filter(|line| !line.starts_with(' ')));
    for name in names.filter_map(|line| line.split(' ').next()).filter(|name| *name != "help") {
        assert!(commands.contains(&name), "the help of `{name}` is read by nobody");
    }
    let version = Desk::new().run(&["--version"]).expect(0).stdout;
    assert_eq!(version, format!("roundtable {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn modes_are_listed_shown_and_checked() {
    let desk = Desk::new();
    let listed = desk.run(&["modes", "list", "--format", "json"]).expect(0).json();
    let modes = listed["modes"].as_array().unwrap();
    assert_eq!(modes.len(), 12);
    let text = desk.run(&["modes", "list"]).expect(0).stdout;
    for mode in modes {
        let name = mode["name"].as_str().unwrap();
        assert!(mode["error"].is_null() && mode["path"].is_null() && mode["title"].is_string(), "{mode}");
        assert_eq!(lines_with(&text, &format!("{name} ")).len(), 1, "{name}");
        let shown = desk.run(&["modes", "show", name]).expect(0).stdout;
        let file = fs::read_to_string(format!("{}/modes/{name}.yaml", env!("CARGO_MANIFEST_DIR"))).unwrap();
        assert_eq!(shown, file, "{name}");
    }
    let checked = desk.run(&["modes", "check"]).expect(0);
    assert_eq!((lines_with(&checked.stdout, "ok ").len(), checked.stderr.as_str()), (12, ""));
    assert_eq!(desk.run(&["modes", "check", "vote", "delphi"]).expect(0).stdout, "ok vote\nok delphi\n");
    check_refusal(desk.run(&["modes", "show", "debate"]), &["unknown mode `debate`"]);
    check_refusal(desk.run(&["modes", "show", "socratc"]), &["did you mean `socratic`"]);
    let mixed = desk.run(&["modes", "check", "vote", "socratc"]).expect(2);
    assert_eq!(mixed.stdout, "ok vote\n");
    assert!(mixed.stderr.contains("socratc") && mixed.stderr.contains("1 of 2 modes"), "{}", mixed.stderr);
}

#[test]
fn a_new_mode_passes_its_own_check_and_overwrites_nothing() {
    let desk = Desk::new();
    let made = desk.run(&["modes", "new", "our-way"]).expect(0);
    let path = made.stdout.trim_end().to_owned();
    assert!(path.ends_with("our-way.yaml"), "{path}");
    assert_eq!(desk.run(&["modes", "check", "our-way"]).expect(0).stdout, "ok our-way\n");
    desk.run(&["start", "--topic", "Move?", "--rehearse", "--mode", "our-way", "--quiet"]).expect(0);
    fs::write(&path, "mine").unwrap();
    check_refusal(desk.run(&["modes", "new", "our-way"]), &["our-way.yaml is there already"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    let elsewhere = desk.run(&["modes", "new", "other", "--output", "other.yaml"]).expect(0);
    assert_eq!(elsewhere.stdout, "other.yaml\n");
    assert_eq!(lines_with(&desk.read("other.yaml"), "mode: other ").len(), 1);
    assert_eq!(desk.run(&["modes", "check", "./other.yaml"]).expect(0).stdout, "ok ./other.yaml\n");
    check_refusal(desk.run(&["modes", "new", "other", "--output", "other.yaml"]), &["other.yaml is there already"]);
    check_refusal(
        desk.run(&["modes", "new", "other", "--output", "nowhere/other.yaml"]),
        &["cannot write nowhere/other.yaml"],
    );
    for name in ["Our Way", "", "-x", "../x", "a--b", "1st", "ünï"] {
        check_refusal(desk.run(&["modes", "new", "--", name]), &[name, "name a mode"]);
    }
}

#[test]
fn a_broken_mode_is_named_with_line_and_column() {
    let desk = Desk::new();
    let vote = desk.run(&["modes", "show", "vote"]).expect(0).stdout;
    let line = 1 + vote.lines().position(|line| line.trim() == "form: ballot").unwrap();
    let broken = vote.replacen("form: ballot", "form: balot", 1);
    desk.write("bad.yaml", &broken);
    let place = format!("bad.yaml:{line}:15: ");
    for arguments in [
        &["modes", "check", "bad.yaml"][..],
        &["modes", "show", "bad.yaml"],
        &["start", "--topic", "x", "--rehearse", "--mode", "bad.yaml"],
    ] {
        check_refusal(desk.run(arguments), &[&place, "did you mean `ballot`"]);
    }
    desk.write(".roundtable/modes/vote.yaml", &broken);
    check_refusal(
        desk.run(&["start", "--topic", "x", "--rehearse", "--mode", "vote"]),
        &[&format!("vote.yaml:{line}:15: ")],
    );
    let listed = desk.run(&["modes", "list"]).expect(0).stdout;
    assert!(lines_with(&listed, "vote ")[0].contains("cannot be used"), "{listed}");
    let checked = desk.run(&["modes", "check"]).expect(2);
    assert!(
        lines_with(&checked.stdout, "ok ").len() == 11 && checked.stderr.contains("1 of 12 modes"),
        "{}",
        checked.stderr
    );
}

#[test]
fn a_folder_of_modes_overrides_what_is_built_in() {
    let desk = Desk::new();
    let title = |desk: &Desk| {
        let listed = desk.run(&["modes", "list", "--format", "json"]).expect(0).json();
        let modes = listed["modes"].as_array().unwrap();
        let title = modes.iter().find(|mode| mode["name"] == "vote").unwrap()["title"].clone();
        let record = desk
            .run(&["start", "--topic", "x", "--rehearse", "--mode", "vote", "--format", "json", "--quiet"])
            .expect(0)
            .record();
        assert_eq!(record["mode_title"], title);
        title
    };
    let source = desk.run(&["modes", "show", "vote"]).expect(0).stdout;
    assert_eq!(title(&desk), "Vote");
    fs::create_dir_all(desk.config().join("modes")).unwrap();
    fs::write(desk.config().join("modes/vote.yaml"), source.replace("title: Vote", "title: The user's")).unwrap();
    assert_eq!(title(&desk), "The user's");
    desk.write(".roundtable/modes/vote.yaml", source.replace("title: Vote", "title: The project's"));
    assert_eq!(title(&desk), "The project's");
    assert_eq!(desk.run(&["modes", "list"]).expect(0).stdout.lines().count(), 12, "one line for each name");
}

#[test]
fn the_schema_of_modes_accepts_what_is_built_in() {
    let schema = Desk::new().run(&["modes", "schema"]).expect(0).json();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(!validator.is_valid(&json!({ "mode": "x", "colour": "red" })));
    assert!(schema["properties"]["phases"].is_object());
}

#[test]
fn providers_tell_what_is_set_up_and_no_key() {
    let mut desk = Desk::at("http://127.0.0.1:9", 2);
    desk.set("OPENAI_MODEL", "gpt-x");
    desk.set("OLLAMA_HOST", "localhost");
    let json = desk.run(&["providers", "--format", "json"]).expect(0);
    let listed = json.json();
    let usable: Vec<&Value> =
        listed["providers"].as_array().unwrap().iter().filter(|provider| provider["usable"] == true).collect();
    assert_eq!(
        usable.iter().map(|provider| provider["name"].as_str().unwrap()).collect::<Vec<_>>(),
        ["anthropic", "openai", "ollama"]
    );
    assert_eq!(
        (&usable[1]["model"], &usable[1]["input_usd_per_million"]),
        (&json!("gpt-x"), &Value::Null),
        "a price that is not known is none"
    );
    let text = desk.run(&["providers"]).expect(0);
    assert!(lines_with(&text.stdout, "anthropic")[0].contains("set up"), "{}", text.stdout);
    assert!(lines_with(&text.stdout, "google")[0].contains("set GOOGLE_API_KEY"), "{}", text.stdout);
    for vendor in &VENDORS {
        assert!(!format!("{json:?}{text:?}").contains(vendor.key));
    }
}

#[test]
fn settings_are_shown_with_their_origin_and_keys_not_at_all() {
    let mut desk = Desk::new();
    desk.set("ANTHROPIC_API_KEY", VENDORS[0].key);
    desk.set("GEMINI_API_KEY", VENDORS[2].key);
    desk.set("ROUNDTABLE_MAX_AGENTS", "7");
    desk.write(
        ".env",
        format!("OPENAI_API_KEY={}\nPERPLEXITY_API_KEY=your-key-here\nROUNDTABLE_MAX_AGENTS=9\n", VENDORS[1].key),
    );
    desk.write("roundtable.yaml", "mode: vote\nmax_agents: 8\n");
    fs::create_dir_all(desk.config()).unwrap();
    fs::write(desk.config().join("config.yaml"), "default_agent_count: 3\n").unwrap();
    let json = desk.run(&["config", "show", "--format", "json"]).expect(0);
    let text = desk.run(&["config", "show"]).expect(0);
    for vendor in &VENDORS {
        assert!(!format!("{json:?}{text:?}").contains(vendor.key), "{}", text.stdout);
    }
    let settings = json.json()["settings"].clone();
    let setting = |name: &str| {
        settings.as_array().unwrap().iter().find(|s| s["names"].as_array().unwrap().contains(&json!(name))).unwrap()
    };
    let rows = [
        ("ROUNDTABLE_MAX_AGENTS", json!("7"), json!("environment")),
        ("ROUNDTABLE_MODE", json!("vote"), json!("roundtable.yaml:1")),
        ("ROUNDTABLE_DEFAULT_AGENT_COUNT", json!("3"), json!("~/config/roundtable/config.yaml:1")),
        ("ROUNDTABLE_PROVIDERS", Value::Null, Value::Null),
        ("GOOGLE_MODEL", Value::Null, Value::Null),
    ];
    for (name, value, origin) in rows {
        assert_eq!((&setting(name)["value"], &setting(name)["origin"]), (&value, &origin), "{name}");
    }
    for (name, origin) in
        [("ANTHROPIC_API_KEY", "environment"), ("OPENAI_API_KEY", ".env:1"), ("GOOGLE_API_KEY", "environment")]
    {
        assert_eq!(setting(name)["origin"], origin, "{name}");
        assert!(lines_with(&text.stdout, name)[0].contains(origin), "{name}: {}", text.stdout);
    }
    assert!(
        setting("PERPLEXITY_API_KEY")["value"].is_null()
            && setting("PERPLEXITY_API_KEY")["ignored"][0].as_str().unwrap().contains("placeholder")
    );
}

#[test]
fn a_variable_of_ours_that_does_not_exist_is_warned_of() {
    let mut desk = Desk::new();
    desk.set("ROUNDTABLE_MAX_AGENT", "7");
    for arguments in
        [&["config", "show"][..], &["start", "--topic", "x", "--rehearse", "--mode", "vote", "--progress", "none"]]
    {
        let ran = desk.run(arguments).expect(0);
        let warnings = lines_with(&ran.stderr, "warning: ");
        assert!(warnings.len() == 1 && warnings[0].contains("ROUNDTABLE_MAX_AGENTS"), "{}", ran.stderr);
    }
}

#[test]
fn a_projects_file_seats_no_server_on_another_machine() {
    let mut desk = Desk::new();
    desk.write("roundtable.yaml", "ollama_host: http://elsewhere.example:80\n");
    let ran = desk.run(&["config", "show"]).expect(2);
    assert!(ran.stderr.contains("ollama_host (in roundtable.yaml:1)"), "{}", ran.stderr);
    desk.write("roundtable.yaml", "ollama_host: 127.0.0.1:11434\n");
    desk.run(&["config", "show"]).expect(0);
    desk.write("roundtable.yaml", "max_agents: 5\n");
    desk.set("OLLAMA_HOST", "http://elsewhere.example:80");
    desk.run(&["config", "show"]).expect(0);
}

#[test]
fn what_shows_nothing_is_no_topic_and_no_option() {
    let start = ["start", "--rehearse", "--quiet", "--topic"];
    for blank in ["\u{200b}", "\u{2060}\u{feff} ", " \u{200f}"] {
        check_refusal(Desk::new().run(&[&start[..], &[blank]].concat()), &["--topic"]);
        check_refusal(
            Desk::new().run(&[&start[..], &["Which?", "--option", "A", "--option", blank]].concat()),
            &["--option"],
        );
    }
    check_refusal(
        Desk::new().run(&[&start[..], &["X", "--perspective", "Moderator: fairness"]].concat()),
        &["Moderator"],
    );
}

const ASK: [&str; 8] = ["start", "--rehearse", "--quiet", "--seed", "1", "--topic", "How long?", "--estimate"];

#[test]
fn a_number_is_asked_for_and_told_in_every_format() {
    let desk = Desk::new();
    let told = |format: &str| {
        let arguments = [&ASK[..], &["weeks", "--mode", "delphi", "-n", "5", "--format", format]].concat();
        desk.run(&arguments).expect(0).stdout
    };
    let record: Value = serde_json::from_str(&told("json")).unwrap();
    let schema = serde_json::to_value(roundtable::export::schema::decision()).unwrap();
    assert!(jsonschema::draft202012::is_valid(&schema, &record), "{record}");
    assert_eq!((&record["question"]["kind"], &record["question"]["unit"]), (&json!("estimate"), &json!("weeks")));
    let decision = &record["decision"];
    assert_eq!((&decision["agreement"], &decision["agreement_undefined"]), (&Value::Null, &json!("not_a_choice")));
    let settings = [(r"session [0-9a-f-]{36}.*", "session SESSION"), (r", [0-9.]+ s\b", ", TIME")];
    insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "../snapshots/estimate", filters => settings }, {
        insta::assert_snapshot!("text", told("text"));
        insta::assert_snapshot!("markdown", told("markdown"));
        insta::assert_snapshot!("json", serde_json::to_string_pretty(decision).unwrap());
    });
}

#[test]
fn what_does_not_go_with_a_number_is_refused() {
    let wrong: [(&[&str], &[&str]); 8] = [
        (&["weeks", "--yes-no"], &["--estimate", "--yes-no"]),
        (&["weeks", "--option", "A", "--option", "B"], &["--estimate", "--option"]),
        (&[""], &["--estimate"]),
        (&["weeks", "--mode", "adversarial"], &["--estimate", "adversarial"]),
        (&["weeks", "--mode", "six-hats"], &["--estimate", "six-hats"]),
        (&["weeks", "--min-agreement", "0.5"], &["--min-agreement", "--estimate"]),
        (&["weeks", "--expect", "8"], &["--expect", "--estimate"]),
        (&["weeks", "--mode", "vote", "--no-blocking-dissent"], &["--no-blocking-dissent", "--estimate"]),
    ];
    for (arguments, named) in wrong {
        check_refusal(Desk::new().run(&[&ASK[..], arguments].concat()), named);
    }
}
