//! The README keeps its word: its commands run, its links lead somewhere, its tables are complete.

use std::fs;
use std::path::Path;
use std::process::Command;

use roundtable::error::FailureKind;
use roundtable::modes::{self, Folders};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The lines of the README's shell blocks, in order.
fn shell_lines() -> Vec<String> {
    let text = read("README.md");
    let blocks = text.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.flat_map(str::lines).map(str::to_owned).collect()
}

/// Splits a command line at spaces outside of double quotes, and leaves out the comment at its end.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            '#' if !quoted => break,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().expect("there is always one").push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn program(home: &Path) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_roundtable"));
    program.env_clear().env("HOME", home).current_dir(home);
    program
}

#[test]
fn the_first_command_prints_a_decision_without_a_key() {
    let lines = shell_lines();
    let arguments = words(&lines[0]);
    assert_eq!(arguments[..4], ["cargo", "run", "--release", "--"]);
    let home = tempfile::tempdir().expect("a temporary folder");
    let output = program(home.path()).args(&arguments[4..]).output().expect("the program runs");
    let stdout = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(stdout.contains("rehearsal: no model was asked") && stdout.contains("agree ("), "{stdout}");
}

#[test]
fn the_second_command_is_what_ci_runs() {
    let lines = shell_lines();
    assert!(read(".ci/run").lines().any(|line| line == lines[1]), "{} is not in .ci/run", lines[1]);
}

/// Makes a folder a repository in which a branch adds files to `main`.
fn repository(folder: &Path, added: &[&str]) {
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.current_dir(folder).env("HOME", folder).env("GIT_CONFIG_NOSYSTEM", "1");
        command.args(["-c", "user.name=t", "-c", "user.email=t@example.org"]).args(arguments);
        assert!(command.output().expect("git runs").status.success(), "git {arguments:?}");
    };
    git(&["init", "--quiet", "--initial-branch=main"]);
    git(&["commit", "--quiet", "--allow-empty", "--message=begin"]);
    git(&["checkout", "--quiet", "-b", "change"]);
    for file in added {
        fs::write(folder.join(file), "It holds.").expect("a writable folder");
        git(&["add", file]);
    }
    git(&["commit", "--quiet", "--message=add"]);
}

/// Every `roundtable …` line is one the program understands. Those that would ask a provider rehearse instead.
#[test]
fn every_command_is_understood() {
    let home = tempfile::tempdir().expect("a temporary folder");
    for file in ["proposal.md", "adr.md"] {
        fs::write(home.path().join(file), "Should we?").expect("a writable folder");
    }
    fs::write(home.path().join("ballot.yaml"), "{ option: 1, because: it is time }").expect("a writable folder");
    fs::write(home.path().join("load-test.txt"), "412 a second").expect("a writable folder");
    fs::create_dir_all(home.path().join("docs/decisions")).expect("a writable folder");
    fs::write(home.path().join("docs/decisions/0007-queue.md"), "# Queue").expect("a writable folder");
    fs::copy(root().join("docs/bench.yaml"), home.path().join("docs/bench.yaml")).expect("a writable folder");
    repository(home.path(), &["plan.md", "docs/limits.md"]);
    let commands: Vec<String> = shell_lines().into_iter().filter(|line| line.starts_with("roundtable ")).collect();
    assert!(commands.len() >= 9, "{commands:?}");
    for command in commands {
        let of_program = command.split(['|', '>']).next().expect("a first part");
        let mut arguments = words(of_program);
        // A rehearsal cannot meet a gate, so a command with one gets as far as the missing key.
        let has_gate = arguments.iter().any(|argument| argument == "--min-agreement");
        if ["start", "ask"].contains(&arguments[1].as_str()) && !has_gate {
            arguments.push("--rehearse".to_owned());
        }
        let output = program(home.path()).args(&arguments[1..]).output().expect("the program runs");
        let stderr = String::from_utf8_lossy(&output.stderr);
        // The README's sessions are not those of this folder.
        let is_example =
            ["there is no session", "fits ", "waits for somebody's turn"].iter().any(|told| stderr.contains(told));
        let waits = output.status.code() == Some(i32::from(FailureKind::Waiting.exit_code()));
        let lacks_key = has_gate && output.status.code() == Some(i32::from(FailureKind::Credentials.exit_code()));
        // In this folder the key is what is wrong.
        let tells_what_is_wrong = arguments[1] == "doctor" || arguments.iter().any(|argument| argument == "--check");
        let lacks_key = lacks_key || tells_what_is_wrong && stderr.contains("API");
        assert!(output.status.success() || is_example || waits || lacks_key, "{command}: {stderr}");
    }
}

#[test]
fn the_manual_of_modes_begins_with_commands_that_work() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let manual = read("docs/modes.md");
    let commands: Vec<&str> = manual.lines().filter(|line| line.starts_with("roundtable ")).collect();
    assert!(commands.len() >= 3, "{commands:?}");
    for command in commands {
        let output = program(home.path()).args(&words(command)[1..]).output().expect("the program runs");
        assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn its_links_lead_to_files() {
    let text = read("README.md");
    let targets: Vec<&str> = text.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    assert!(!targets.is_empty());
    for target in targets.into_iter().filter(|target| !target.starts_with("http")) {
        let target = target.split('#').next().unwrap_or_default();
        assert!(root().join(target).exists(), "README.md links to {target}, which is not there");
    }
}

#[test]
fn its_table_of_modes_names_every_mode() {
    let text = read("README.md");
    for listed in modes::list(&Folders::default()) {
        assert!(text.contains(&format!("`{}`", listed.name)), "README.md does not name mode {}", listed.name);
    }
}

#[test]
fn its_exit_codes_are_the_programs() {
    let text = read("README.md");
    for kind in [
        FailureKind::Internal,
        FailureKind::Usage,
        FailureKind::Gate,
        FailureKind::Waiting,
        FailureKind::Providers,
        FailureKind::Credentials,
        FailureKind::Mismatch,
        FailureKind::Interrupted,
    ] {
        assert!(
            text.contains(&format!("\n| {} |", kind.exit_code())),
            "README.md lacks exit code {}",
            kind.exit_code()
        );
    }
}
