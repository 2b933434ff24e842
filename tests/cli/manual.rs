//! What a shell and `man` are given: completions that a real shell loads, pages that leave nothing out.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::support::program::{Desk, lines_with};
use roundtable::error::FailureKind;
use roundtable::modes::{self, Folders};

/// Whether a tool is there. A test that has to do without it says so.
fn has(tool: &str) -> bool {
    let is_there = ["/usr/bin", "/bin"].iter().any(|folder| Path::new(folder).join(tool).exists());
    if !is_there {
        eprintln!("skipped: {tool} is not installed");
    }
    is_there
}

/// What bash offers for the last of these words.
fn offered(desk: &Desk, words: &[&str]) -> BTreeSet<String> {
    let (last, before) = (words[words.len() - 1], words[words.len() - 2]);
    let line = format!(
        "bash --norc -c 'source <($roundtable completions bash); COMP_WORDS=({}); COMP_CWORD={}; _roundtable roundtable \"{last}\" \"{before}\"; printf \"%s\\n\" \"${{COMPREPLY[@]}}\"'",
        words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(" "),
        words.len() - 1,
    );
    let ran = desk.shell(&line).expect(0);
    assert_eq!(ran.stderr, "", "{line}");
    ran.stdout.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[test]
fn bash_loads_its_completions_and_offers_what_fits() {
    let desk = Desk::new();
    let loaded = "bash --norc -c 'source <($roundtable completions bash); complete -p roundtable'";
    let registered = desk.shell(loaded).expect(0);
    assert!(registered.stdout.contains("-F _roundtable"), "{}{}", registered.stdout, registered.stderr);
    let all = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    let modes: BTreeSet<String> = modes::list(&Folders::default()).into_iter().map(|mode| mode.name).collect();
    assert_eq!(offered(&desk, &["roundtable", "sy"]), all(&["synthesize"]));
    assert_eq!(offered(&desk, &["roundtable", "start", "--min"]), all(&["--min-agreement"]));
    assert_eq!(offered(&desk, &["roundtable", "start", "--mode", ""]), modes);
    assert_eq!(offered(&desk, &["roundtable", "list", "--mode", "vo"]), all(&["vote"]));
    assert_eq!(offered(&desk, &["roundtable", "start", "--provider", "anth"]), all(&["anthropic"]));
    assert_eq!(offered(&desk, &["roundtable", "ask", "arch"]), all(&["architect"]));
    let formats = all(&["text", "markdown", "adr", "html", "json", "ndjson"]);
    assert_eq!(offered(&desk, &["roundtable", "show", "--format", ""]), formats);
    let vote = desk.run(&["modes", "show", "vote"]).expect(0).stdout;
    desk.write(".roundtable/modes/our-way.yaml", vote.replacen("mode: vote", "mode: our-way", 1));
    assert_eq!(offered(&desk, &["roundtable", "start", "--mode", "our"]), all(&["our-way"]));
    desk.write("roundtable.yaml", "max_agents: none\n");
    assert_eq!(offered(&desk, &["roundtable", "start", "--min"]), all(&["--min-agreement"]), "a bad file is no reason");
}

#[test]
fn zsh_and_fish_read_theirs() {
    for (shell, line) in [
        ("zsh", "$roundtable completions zsh > script && zsh -n script"),
        ("fish", "$roundtable completions fish > script && fish --no-execute script"),
    ] {
        let script = Desk::new().run(&["completions", shell]).expect(0).stdout;
        for word in ["synthesize", "no-blocking-dissent", "six-hats"] {
            assert!(script.contains(word), "{shell} is not told of {word}");
        }
        if has(shell) {
            assert_eq!(Desk::new().shell(line).expect(0).stderr, "", "{shell}");
        }
    }
    Desk::new().run(&["completions", "tcsh"]).expect(2);
}

/// The long flags and the commands that `--help` of a command lists.
fn listed(desk: &Desk, command: &[&str]) -> (BTreeSet<String>, BTreeSet<String>) {
    let help = desk.run(&[command, &["--help"]].concat()).expect(0).stdout;
    let option = |line: &str| line.trim_start().starts_with('-').then(|| line.find("--")).flatten();
    let flags = help.lines().filter_map(|line| {
        let name = line[option(line)?..].split([' ', ',', '=']).next()?;
        Some(name.to_owned())
    });
    let below = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = below.filter_map(|line| line.strip_prefix("  ").filter(|line| !line.starts_with(' ')));
    let names = names.filter_map(|line| line.split(' ').next()).filter(|name| *name != "help");
    (flags.collect(), names.map(str::to_owned).collect())
}

#[test]
fn every_command_has_a_page_with_every_flag_and_exit_code() {
    let desk = Desk::new();
    let printed = desk.run(&["man", "--dir", "pages"]).expect(0).stdout;
    let help = desk.run(&["--help"]).expect(0).stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut pages = 0;
    let mut waiting: Vec<Vec<String>> = vec![Vec::new()];
    while let Some(command) = waiting.pop() {
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        let (flags, below) = listed(&desk, &words);
        let name = [&["roundtable"], &words[..]].concat().join("-");
        let page = desk.read(&format!("pages/{name}.1")).replace("\\-", "-");
        assert!(lines_with(&page, &format!(".TH {name} 1")).len() == 1, "{page}");
        assert!(flags.contains("--help"), "{name}: {flags:?}");
        for flag in flags {
            assert!(page.contains(&flag), "{name}.1 lacks {flag}");
        }
        for kind in FailureKind::ALL {
            let code = format!("; {} ", kind.exit_code());
            assert_eq!(page.contains(&code), help.contains(&code), "{name}.1 and exit code {}", kind.exit_code());
        }
        assert!(page.contains("; 3 decided, but the gate does not hold, or a premise no longer does; "), "{name}");
        assert!(printed.lines().any(|line| line == format!("pages/{name}.1")), "{name}");
        waiting.extend(below.into_iter().map(|name| [command.clone(), vec![name]].concat()));
        pages += 1;
    }
    assert_eq!(printed.lines().count(), pages);
    assert_eq!(desk.run(&["man"]).expect(0).stdout, desk.read("pages/roundtable.1"));
    if has("groff") {
        for path in printed.lines() {
            let drawn = desk.shell(&format!("groff -Kutf8 -man -Tutf8 -P-cbu -ww {path}")).expect(0);
            assert_eq!(drawn.stderr, "", "{path}");
            assert!(drawn.stdout.contains("EXIT STATUS"), "{path}");
        }
    }
}

#[test]
fn pages_that_cannot_be_written_are_named() {
    let desk = Desk::new();
    fs::write(desk.work().join("file"), "").unwrap();
    let ran = desk.run(&["man", "--dir", "file"]).expect(2);
    assert!(ran.stderr.starts_with("error: cannot write file: "), "{}", ran.stderr);
}
