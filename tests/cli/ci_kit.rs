//! The kit for CI: the shell script and the action, run as a CI system runs them, in an empty home with nothing but a path.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::{Map, Value, json};

use crate::support::fake::{Behaviour, Fake, Seen};
use crate::support::program;
use crate::support::program::{Desk, Ran, lines_with};
use crate::support::voices;

const REPORTS: [&str; 5] = ["decision.md", "decision.adr.md", "decision.html", "decision.json", "decision.ndjson"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A checkout in an empty home: the program on the path, the kit beside it, keys for four vendors at the fake.
fn checkout(fake: &Fake) -> Desk {
    let mut desk = Desk::at(fake.url(), 4);
    desk.unset("XDG_DATA_HOME");
    desk.unset("XDG_CONFIG_HOME");
    fs::create_dir(desk.work().join("bin")).unwrap();
    symlink(env!("CARGO_BIN_EXE_roundtable"), desk.work().join("bin/roundtable")).unwrap();
    symlink(root().join("docs"), desk.work().join("docs")).unwrap();
    desk.write("adr.md", "Should we ship on Friday?");
    desk
}

/// Runs a line as a job's step does.
fn step(desk: &Desk, line: &str) -> Ran {
    desk.shell(&format!("PATH=\"$PWD/bin:$PATH\"; export PATH; unset roundtable; {line}"))
}

/// A panel of four, of which so many vote for the first option; from the `answered`-th request on, nobody answers.
fn panel(yes: usize, answered: &Arc<AtomicUsize>) -> Fake {
    let answered = Arc::clone(answered);
    Fake::start(Arc::new(move |seen, number| {
        if number >= answered.load(Ordering::SeqCst) {
            return Behaviour::Hang;
        }
        let mut reply: Value = serde_json::from_str(&voices::reply(seen, number)).unwrap();
        let vendor = program::VENDORS.iter().position(|vendor| vendor.wire == seen.vendor_wire).unwrap();
        for (field, value) in
            [("option", json!(if vendor < yes { "o1" } else { "o2" })), ("abstain_reason", Value::Null)]
        {
            if reply.get(field).is_some() {
                reply[field] = value;
            }
        }
        Behaviour::Say(reply.to_string())
    }))
}

fn always() -> Arc<AtomicUsize> {
    Arc::new(AtomicUsize::new(usize::MAX))
}

/// The requests that were answered; fails if one of them was sent twice.
fn paid(log: &[Seen]) -> usize {
    let answered: Vec<(&str, String)> =
        log.iter().filter(|seen| seen.answered).map(|seen| (seen.path.as_str(), seen.body.to_string())).collect();
    assert_eq!(answered.iter().collect::<BTreeSet<_>>().len(), answered.len(), "a reply was paid for twice");
    answered.len()
}

fn check_reports(desk: &Desk, folder: &str) -> Value {
    for report in REPORTS {
        assert!(!desk.read(&format!("{folder}/{report}")).trim().is_empty(), "{report}");
    }
    serde_json::from_str(&desk.read(&format!("{folder}/decision.json"))).unwrap()
}

const VOTE: &str = "--topic @adr.md --mode vote --yes-no --no-synthesis";

#[test]
fn a_job_that_is_run_again_pays_for_nothing_and_ends_alike() {
    for (yes, gate, code, ending) in [
        (4, "--min-agreement 0.75", 0, "decided"),
        (2, "--min-agreement 0.75", 3, "decided, but the gate does not hold"),
    ] {
        let fake = panel(yes, &always());
        let desk = checkout(&fake);
        let line = format!(
            "DECISION_NAME=change-1 GITHUB_STEP_SUMMARY=summary GITHUB_OUTPUT=output sh docs/ci.sh {VOTE} {gate}"
        );
        let ran = step(&desk, &line).expect(code);
        assert_eq!(lines_with(&ran.stderr, "change-1: "), [format!("change-1: {ending}")], "{}", ran.stderr);
        let record = check_reports(&desk, "decision");
        assert_eq!(record["decision"]["gate"]["holds"], code == 0);
        let summary = desk.read("summary");
        assert!(summary.starts_with(&format!("**{ending}**\n\n# ")), "{summary}");
        assert_eq!(desk.read("output"), format!("exit-code={code}\n"));
        let calls = fake.log().len();
        step(&desk, &line).expect(code);
        assert_eq!((fake.log().len(), check_reports(&desk, "decision")), (calls, record));
        // The same name for another question is a mistake, and no decision.
        let other = step(&desk, "DECISION_NAME=change-1 sh docs/ci.sh --topic x --mode vote --yes-no").expect(2);
        assert!(other.stderr.contains("another topic"), "{}", other.stderr);
        assert_eq!(fake.log().len(), calls);
    }
}

#[test]
fn a_job_that_is_killed_goes_on_where_it_stood() {
    let answered = Arc::new(AtomicUsize::new(4));
    let fake = panel(4, &answered);
    let desk = checkout(&fake);
    let debate = "sh docs/ci.sh --topic @adr.md --mode collaborative --yes-no --no-synthesis --min-agreement 0.1";
    let line = format!("DECISION_NAME=change-1 setsid sh -c 'echo $$ > pid; exec {debate}'");
    thread::scope(|scope| {
        let running = scope.spawn(|| step(&desk, &line));
        fake.wait_for(|log| log.len() == 8);
        let group = format!("-{}", desk.read("pid").trim());
        assert!(Command::new("kill").args(["-KILL", "--", &group]).status().unwrap().success());
        assert_ne!(running.join().unwrap().code, Some(0));
    });
    answered.store(usize::MAX, Ordering::SeqCst);
    assert_eq!(paid(&fake.log()), 4);
    step(&desk, &format!("DECISION_NAME=change-1 {debate}")).expect(0);
    let (calls, record) = (fake.log().len(), check_reports(&desk, "decision"));
    assert_eq!(record["status"], "decided");
    assert_eq!(paid(&fake.log()), calls - 4, "what hung at the kill is asked again, and nothing else");
    step(&desk, &format!("DECISION_NAME=change-1 {debate}")).expect(0);
    assert_eq!(fake.log().len(), calls);
}

#[test]
fn without_keys_a_job_says_so_and_a_rehearsal_runs() {
    let mut desk = checkout(&panel(4, &always()));
    for vendor in &program::VENDORS {
        desk.unset(vendor.key_variable);
    }
    let line = |more: &str| format!("DECISION_DIR=out DECISION_NAME=r sh docs/ci.sh {VOTE} {more}");
    let ran = step(&desk, &line("")).expect(7);
    assert!(ran.stderr.ends_with("r: no decision, exit code 7; the log says why\n"), "{}", ran.stderr);
    step(&desk, &line("--rehearse")).expect(0);
    assert_eq!(check_reports(&desk, "out")["note"], "rehearsal: no model was asked");
    step(&desk, &line("--rehearse --min-agreement 0.5")).expect(2);
    let nameless = step(&desk, &format!("sh docs/ci.sh {VOTE} --rehearse"));
    assert_ne!(nameless.code, Some(0), "no commit, no name");
}

// The action

fn action() -> Value {
    serde_yaml::from_str(&read("action.yml")).unwrap()
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// The expressions in a text, without their braces.
fn expressions(text: &str) -> Vec<&str> {
    text.split("${{").skip(1).map(|rest| rest.split("}}").next().unwrap().trim()).collect()
}

/// Checks what GitHub documents of an action's metadata; a wrong key is passed over there, and fails no job.
#[test]
fn the_action_keeps_to_the_documented_syntax() {
    let action = action();
    let allowed = BTreeSet::from(["name", "description", "inputs", "outputs", "runs", "branding"]);
    assert!(keys(&action).is_subset(&allowed), "{:?}", keys(&action));
    assert!(action["name"].is_string() && action["description"].is_string());
    assert_eq!(action["runs"]["using"], "composite");
    for (name, input) in action["inputs"].as_object().unwrap() {
        assert!(input["description"].is_string(), "{name}");
        assert!(
            input["required"] == true || input["default"].is_string(),
            "{name} is required or has a text as default"
        );
        assert!(keys(input).is_subset(&BTreeSet::from(["description", "required", "default"])), "{name}");
    }
    let inputs = keys(&action["inputs"]);
    let mut used = BTreeSet::new();
    for step in action["runs"]["steps"].as_array().unwrap() {
        let name = step["name"].as_str().unwrap();
        assert!(
            keys(step).is_subset(&BTreeSet::from(["name", "id", "if", "shell", "env", "run", "uses", "with"])),
            "{name}"
        );
        assert!(step["run"].is_string() != step["uses"].is_string(), "{name} either runs or uses");
        if let Some(run) = step["run"].as_str() {
            assert_eq!(step["shell"], "sh", "{name}: a composite action must name its shell");
            assert!(!run.contains("${{"), "{name}: an input in the text of a script is a command of whoever sets it");
        }
        let values = ["env", "with"].into_iter().filter_map(|part| step[part].as_object()).flat_map(Map::values);
        for expression in values.filter_map(Value::as_str).flat_map(expressions) {
            match expression.split_once('.') {
                Some(("inputs", input)) => {
                    assert!(inputs.contains(input), "{input}");
                    used.insert(input.to_owned());
                }
                Some(("github" | "runner" | "strategy", _)) => {}
                _ => panic!("{name}: {expression}"),
            }
        }
    }
    assert_eq!(used.len(), inputs.len(), "every input is used");
    for output in action["outputs"].as_object().unwrap().values() {
        assert_eq!(expressions(output["value"].as_str().unwrap()), ["steps.debate.outputs.exit-code"]);
    }
}

/// The environment of a step, its expressions replaced.
fn environment(step: &Value, inputs: &[(&str, &str)], defaults: &Value) -> Vec<(String, String)> {
    let value = |expression: &str| match expression.split_once('.').unwrap() {
        ("inputs", name) => {
            let given = inputs.iter().find(|(input, _)| *input == name).map(|(_, value)| (*value).to_owned());
            given.unwrap_or_else(|| defaults[name]["default"].as_str().unwrap().to_owned())
        }
        ("github", "action_path") => root().display().to_string(),
        ("runner", "temp") => "temp".to_owned(),
        other => panic!("{other:?}"),
    };
    let variables = step["env"].as_object().unwrap().iter();
    let replaced = |text: &str| {
        expressions(text)
            .iter()
            .fold(text.to_owned(), |text, found| text.replace(&format!("${{{{ {found} }}}}"), &value(found)))
    };
    variables.map(|(name, text)| (name.clone(), replaced(text.as_str().unwrap()))).collect()
}

/// Runs the action's own scripts with these inputs, as `sh -e FILE`. Returns the last one's end.
fn act(desk: &mut Desk, inputs: &[(&str, &str)]) -> Ran {
    let action = action();
    let mut ran = None;
    for (name, value) in [
        ("GITHUB_SHA", "abc123"),
        ("GITHUB_JOB", "decide"),
        ("GITHUB_STEP_SUMMARY", "summary"),
        ("GITHUB_OUTPUT", "output"),
    ] {
        desk.set(name, value);
    }
    for script in action["runs"]["steps"].as_array().unwrap().iter().filter(|step| step["run"].is_string()) {
        desk.write("step.sh", script["run"].as_str().unwrap());
        let variables = environment(script, inputs, &action["inputs"]);
        variables.iter().for_each(|(name, value)| desk.set(name, value));
        ran = Some(step(desk, "sh -e step.sh"));
        variables.iter().for_each(|(name, _)| desk.unset(name));
    }
    ran.unwrap()
}

#[test]
fn the_action_debates_keeps_and_fails_by_the_gate() {
    let fake = panel(2, &always());
    let mut desk = checkout(&fake);
    let inputs = [
        ("topic", "@adr.md"),
        ("mode", "vote"),
        ("options", "Ship on Friday\nWait until Monday\n"),
        ("providers", "anthropic\nopenai\ngoogle\nperplexity"),
        ("agent-count", "4"),
        ("min-agreement", "0.75"),
        ("expect", "Ship on Friday"),
        ("no-blocking-dissent", "true"),
        ("directory", "out"),
    ];
    let ran = act(&mut desk, &inputs).expect(3);
    assert!(ran.stderr.contains("ci-abc123-decide: decided, but the gate does not hold"), "{}", ran.stderr);
    let record = check_reports(&desk, "out");
    assert_eq!(record["name"], "ci-abc123-decide");
    assert_eq!(record["question"]["options"][1]["text"], "Wait until Monday");
    assert_eq!(
        record["decision"]["gate"]["conditions"].as_array().map(Vec::len),
        Some(4),
        "{}",
        record["decision"]["gate"]
    );
    assert!(desk.work().join("temp/roundtable/roundtable.db").is_file(), "where the cache looks for it");
    assert_eq!(desk.read("output"), "exit-code=3\n");
    let calls = fake.log().len();
    act(&mut desk, &inputs).expect(3);
    assert_eq!(fake.log().len(), calls, "a second attempt pays nothing");
}

#[test]
fn no_input_of_the_action_is_read_as_a_command() {
    let mut desk = checkout(&panel(4, &always()));
    let nasty = "$(touch hurt) `touch hurt` ; touch hurt # '\" && touch hurt\nEND_OF_OPTIONS\ntouch hurt";
    for input in ["topic", "mode", "options", "providers", "agent-count", "rounds", "min-agreement", "expect", "name"] {
        let inputs: Vec<(&str, &str)> = [("topic", "x"), ("rehearse", "true")]
            .into_iter()
            .filter(|(name, _)| *name != input)
            .chain([(input, nasty)])
            .collect();
        act(&mut desk, &inputs);
        assert!(!desk.work().join("hurt").exists(), "{input}");
    }
    let record = {
        act(
            &mut desk,
            &[("topic", nasty), ("mode", "vote"), ("rehearse", "true"), ("name", "-n"), ("directory", "a b")],
        )
        .expect(0);
        check_reports(&desk, "a b")
    };
    assert_eq!((&record["question"]["topic"], &record["name"]), (&json!(nasty), &json!("-n")));
}

// The README

#[test]
fn what_the_readme_says_of_ci_is_true() {
    let readme = read("README.md");
    let fake = panel(4, &always());
    let desk = checkout(&fake);
    let commands: Vec<&str> = readme.lines().filter(|line| line.contains("docs/ci.sh -")).collect();
    assert!(!commands.is_empty());
    for command in commands {
        step(&desk, &format!("GITHUB_SHA=abc123; export GITHUB_SHA; {command}")).expect(0);
        check_reports(&desk, "decision");
    }
    let example =
        readme.split("```yaml\n").find_map(|block| block.split("```").next().filter(|text| text.contains("uses:")));
    let workflow: Value = serde_yaml::from_str(example.unwrap()).unwrap();
    let uses = |step: &&Value| step["uses"].as_str().is_some_and(|action| action.contains("/roundtable@"));
    let step = workflow["jobs"]["decide"]["steps"].as_array().unwrap().iter().find(uses).unwrap();
    let (action, given) = (action(), keys(&step["with"]));
    assert!(given.is_subset(&keys(&action["inputs"])), "{given:?}");
    for name in keys(&workflow["jobs"]["decide"]["env"]) {
        assert!(program::VENDORS.iter().any(|vendor| vendor.key_variable == name), "{name}");
    }
}
