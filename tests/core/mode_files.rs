//! Mode files: what comes with the program, what is refused and where, who overrides whom, and that hostile files do no
//! harm.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;

use roundtable::debate::agent::Stance;
use roundtable::debate::mode::{Form, Labels, Mode, Order, Perspectives, Sees, Speakers, Stage, StopRule};
use roundtable::modes::{self, Folders, ModeError, Origin};
use serde_json::Value;
use tempfile::TempDir;

/// A valid mode that the tests break one edit at a time. Line numbers in expectations refer to it.
const SAMPLE: &str = r#"mode: sample
title: Sample
summary: Everyone answers, then all answer again.
best_for: tests
panel:
  numbered: true
  personas:
    - { name: Red One, team: red, trait: attacking }
    - { name: Blue One, team: blue, stance: "yes", trait: defending }
phases:
  - name: opening
    stages:
      - speakers: all
        sees: nothing
        form: position
        ask: Answer as {{ persona }}.
  - name: exchange
    rounds: { default: 2, min: 1, max: 4 }
    until: [stable]
    stages:
      - name: attack
        speakers: { team: red }
        sees: everything
        form: position
        ask: >-
          Round {{ round }} for
          {{ team }}: {{ proposal }}
      - name: defend
        speakers: { persona: Blue One }
        sees: previous_round
        form: position
        ask: "Answer \u0022{{ round }}\u0022."
"#;

fn built_in(name: &str) -> Mode {
    modes::find(name, &Folders::default()).unwrap().mode
}

/// Breaks the sample by replacing `from` with `to`, and checks what the refusal says.
fn check_refusal(from: &str, to: &str, expected: &str) {
    assert_eq!(SAMPLE.matches(from).count(), 1, "`{from}` must stand in the sample once");
    let broken = SAMPLE.replace(from, to);
    match modes::parse(&broken, "f") {
        Ok(_) => panic!("accepted: `{from}` -> `{to}`"),
        Err(error) => assert_eq!(error.to_string(), format!("f:{expected}"), "`{from}` -> `{to}`"),
    }
}

fn check_source(source: &str, expected: &str) {
    assert_eq!(modes::parse(source, "f").unwrap_err().to_string(), format!("f:{expected}"), "{source}");
}

fn check_acceptance(source: &str) {
    assert_eq!(modes::parse(source, "f").map(|_| ()), Ok(()), "{source}");
}

// What comes with the program

#[test]
fn every_file_in_modes_is_built_in_and_valid() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("modes");
    let files: BTreeSet<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let listed = modes::list(&Folders::default());
    let names: BTreeSet<String> = listed.iter().map(|mode| format!("{}.yaml", mode.name)).collect();
    assert_eq!(files, names);
    for mode in listed {
        assert_eq!(mode.origin, Origin::BuiltIn);
        assert_eq!(mode.result.unwrap().mode, mode.name);
    }
}

#[test]
fn the_seven_keep_their_personas() {
    for (name, expected) in [
        ("collaborative", vec!["Synthesizer", "Analyst", "Creative", "Pragmatist"]),
        ("adversarial", vec!["Proponent", "Opponent"]),
        ("socratic", vec!["Questioner", "Respondent"]),
        ("expert-panel", vec!["Domain Expert", "Generalist", "Skeptic", "Innovator"]),
        ("devils-advocate", vec!["Advocate", "Challenger", "Evaluator"]),
        ("delphi", vec!["Participant"]),
        ("red-team-blue-team", vec!["Red Team", "Blue Team"]),
    ] {
        let mode = built_in(name);
        let personas: Vec<&str> = mode.panel.personas.iter().map(|persona| persona.name.as_str()).collect();
        assert_eq!(personas, expected, "{name}");
    }
}

#[test]
fn rounds_are_as_the_protocol_says() {
    for (name, expected) in [
        ("collaborative", Some((2, 1, 4))),
        ("adversarial", Some((2, 1, 4))),
        ("socratic", Some((2, 1, 4))),
        ("expert-panel", Some((2, 1, 4))),
        ("devils-advocate", Some((2, 1, 4))),
        ("delphi", Some((3, 2, 4))),
        ("red-team-blue-team", Some((3, 1, 5))),
        ("vote", None),
        ("council", None),
        ("premortem", Some((1, 1, 4))),
        ("six-hats", Some((2, 1, 4))),
        ("oxford", Some((2, 1, 4))),
    ] {
        let rounds = built_in(name).phases.into_iter().find_map(|phase| phase.rounds);
        assert_eq!(rounds.map(|rounds| (rounds.default, rounds.min, rounds.max)), expected, "{name}");
    }
}

#[test]
fn assigned_roles_are_framed_by_a_poll_and_a_verdict() {
    for name in ["adversarial", "socratic", "devils-advocate", "red-team-blue-team", "premortem", "six-hats", "oxford"]
    {
        let mode = built_in(name);
        let (first, last) = (mode.phases.first().unwrap(), mode.phases.last().unwrap());
        assert_eq!((first.name.as_str(), last.name.as_str()), ("poll", "verdict"), "{name}");
        for (phase, sees) in [(first, Sees::Nothing), (last, Sees::Everything)] {
            let stage = &phase.stages[0];
            assert_eq!((stage.form, stage.in_role, stage.sees), (Form::Ballot, false, sees), "{name}/{}", phase.name);
        }
        let ballots = mode.stages().filter(|stage| stage.form == Form::Ballot).count();
        assert_eq!(ballots, 2, "{name}: what is argued in a role is never a ballot");
    }
    for name in ["collaborative", "expert-panel", "delphi"] {
        assert!(!built_in(name).has_ballots(), "{name}: positions carry the stances");
    }
}

#[test]
fn who_sees_what_is_as_the_protocol_says() {
    let exchange = |name: &str| -> Stage {
        let mode = built_in(name);
        mode.phases.iter().find(|phase| phase.rounds.is_some()).unwrap().stages[0].clone()
    };
    for (name, sees, labels, statistics, order) in [
        ("collaborative", Sees::PreviousRound, Labels::Anonymous, false, Order::Parallel),
        ("delphi", Sees::PreviousRound, Labels::Anonymous, true, Order::Parallel),
        ("expert-panel", Sees::PreviousRound, Labels::Named, false, Order::Parallel),
        ("adversarial", Sees::Everything, Labels::Named, false, Order::Sequential),
        ("socratic", Sees::Everything, Labels::Named, false, Order::Parallel),
        ("devils-advocate", Sees::Everything, Labels::Named, false, Order::Parallel),
        ("red-team-blue-team", Sees::Everything, Labels::Named, false, Order::Parallel),
    ] {
        let stage = exchange(name);
        assert_eq!(
            (stage.sees, stage.labels, stage.statistics, stage.order),
            (sees, labels, statistics, order),
            "{name}"
        );
    }
    assert_eq!(built_in("delphi").phases[1].until, [StopRule::Stable]);
    assert_eq!(built_in("expert-panel").panel.perspectives, Perspectives::Open);
    let stances: Vec<_> = built_in("devils-advocate").panel.personas.iter().map(|persona| persona.stance).collect();
    assert_eq!(stances, [Some(Stance::Yes), Some(Stance::No), Some(Stance::Neutral)]);
}

#[test]
fn two_seats_are_enough_for_every_phase() {
    for listed in modes::list(&Folders::default()) {
        let mode = listed.result.unwrap();
        let seated: Vec<_> = mode.panel.personas.iter().cycle().take(2).collect();
        for phase in &mode.phases {
            let speaks = phase.stages.iter().any(|stage| match &stage.speakers {
                Speakers::All => true,
                Speakers::Moderator => false,
                Speakers::Team(team) => seated.iter().any(|persona| persona.team.as_ref() == Some(team)),
                Speakers::Persona(name) => seated.iter().any(|persona| persona.name == *name),
            });
            assert!(speaks, "{}: nobody speaks in {} with two seats", mode.mode, phase.name);
        }
    }
}

// What is accepted

#[test]
fn the_sample_is_valid_and_defaults_are_filled_in() {
    let mode = modes::parse(SAMPLE, "f").unwrap();
    assert_eq!(mode.phases[0].stages[0].name, "opening", "an only stage is called like its phase");
    assert_eq!(mode.phases[1].stages[0].ask, "Round {{ round }} for {{ team }}: {{ proposal }}");
    assert!(mode.decision.synthesis);
}

#[test]
fn a_byte_order_mark_changes_nothing() {
    let marked = format!("\u{feff}{SAMPLE}");
    assert_eq!(modes::parse(&marked, "f"), modes::parse(SAMPLE, "f"));
    let refusal = "16:17: unknown name `x` in `{{ }}`";
    check_source(&marked.replace("Answer as {{ persona }}.", "Hö {{ x }}."), refusal);
    check_source(
        &marked.replace("mode: sample", "mode: Sample").replace("mode: ", "mode:  "),
        "1:8: mode `Sample` is not a name of lower-case letters, digits and single dashes, a letter first, at most 60 characters",
    );
}

#[test]
fn block_text_loses_its_last_line_break_and_an_alias_may_repeat_a_text() {
    let source = SAMPLE
        .replace("ask: Answer as {{ persona }}.", "ask: &same |\n          One.\n\n          Two.\n\n")
        .replace("ask: \"Answer \\u0022{{ round }}\\u0022.\"", "ask: *same");
    let mode = modes::parse(&source, "f").unwrap();
    assert_eq!(mode.phases[0].stages[0].ask, "One.\n\nTwo.");
    assert_eq!(mode.phases[1].stages[1].ask, "One.\n\nTwo.");
}

#[test]
fn the_starter_is_a_mode() {
    let mode = modes::parse(&modes::template("board-review"), "f").unwrap();
    assert_eq!(mode.mode, "board-review");
}

#[test]
fn the_manual_shows_a_mode() {
    let manual = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/modes.md")).unwrap();
    let example = manual.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    assert_eq!(modes::parse(example, "docs/modes.md").unwrap().mode, "board-review");
}

#[test]
fn names_are_slugs() {
    for (name, expected) in [
        ("a", true),
        ("six-hats", true),
        ("a1-2b", true),
        ("", false),
        ("1a", false),
        ("A", false),
        ("a_b", false),
        ("a--b", false),
        ("-a", false),
        ("a-", false),
        ("../a", false),
        ("ä", false),
        ("a\n", false),
    ] {
        assert_eq!(modes::is_name(name), expected, "{name:?}");
    }
    assert!(modes::is_name(&"a".repeat(60)) && !modes::is_name(&"a".repeat(61)));
}

// What is refused, and where

#[test]
fn broken_yaml_is_refused_where_it_breaks() {
    for (from, to, expected) in [
        ("mode: sample", "mode: [sample", "1:7: expected a text"),
        ("mode: sample", "mode: \"sample", "2:1: invalid indentation in multiline quoted scalar"),
        ("mode: sample", "- mode", "1:1: expected keys with values"),
        ("mode: sample\n", "", "1:1: missing key `mode`"),
        ("default: 2, ", "", "18:13: missing key `default`"),
        ("        sees: everything\n", "", "21:9: missing key `sees`"),
        ("name: Red One, ", "", "8:7: missing key `name`"),
        ("title: Sample", "titel: Sample", "2:1: unknown key `titel`; did you mean `title`?"),
        ("    until:", "    stagse: []\n    until:", "19:5: unknown key `stagse`; did you mean `stages`?"),
        ("title: Sample", "zzz: Sample", "2:1: unknown key `zzz`"),
        ("title: Sample", "\"ti\\etle\": Sample", "2:1: unknown key `ti\\u{1b}tle`; did you mean `title`?"),
        ("title: Sample", "title: Sample\ntitle: Again", "3:1: key `title` is given twice"),
        ("until: [stable]", "until: stable", "19:12: expected a list"),
        (
            "until: [stable]",
            "until: [stabel]",
            "19:13: unknown value `stabel`; expected `max_rounds`, `agreed`, `consensus`, `confidence`, `convergence`, `stable`, `saturated` or `oscillating`; did you mean `stable`?",
        ),
        (
            "sees: nothing",
            "sees: nothin",
            "14:15: unknown value `nothin`; expected `nothing`, `own_team`, `predecessor`, `previous_round` or `everything`; did you mean `nothing`?",
        ),
        (
            "speakers: { team: red }",
            "speakers: { teams: red }",
            "22:21: unknown value `teams`; expected `all`, `moderator`, `team` or `persona`; did you mean `team`?",
        ),
        ("speakers: { team: red }", "speakers: team", "22:19: `team` lacks a name: write { team: NAME }"),
        ("speakers: { team: red }", "speakers: \"persona\"", "22:19: `persona` lacks a name: write { persona: NAME }"),
        (
            "speakers: all",
            "speakers: [all]",
            "13:19: expected a single word; `speakers` also takes { team: NAME } or { persona: NAME }",
        ),
        (
            "{ team: red }",
            "{ team: red, persona: x }",
            "22:32: expected a single word; `speakers` also takes { team: NAME } or { persona: NAME }",
        ),
        ("default: 2", "default: two", "18:24: expected a whole number"),
        ("default: 2", "default: -1", "18:24: expected a whole number"),
        ("numbered: true", "numbered: yes", "6:13: expected `true` or `false`"),
        ("until: [stable]", "until: [*none]", "19:13: reference to unknown value"),
        ("until: [stable]", "<<: {}", "19:5: merge key not allowed here"),
        ("until: [stable]", "until: !run [stable]", "19:17: unsupported tag `!run`"),
    ] {
        check_refusal(from, to, expected);
    }
}

#[test]
fn broken_panels_are_refused() {
    for (from, to, expected) in [
        (
            "mode: sample",
            "mode: Sam ple",
            "1:7: mode `Sam ple` is not a name of lower-case letters, digits and single dashes, a letter first, at most 60 characters",
        ),
        ("title: Sample", "title: \"\"", "2:8: `title` is empty"),
        ("title: Sample", "title: |\n  a\n  b", "3:3: `title` must be a single line"),
        ("best_for: tests", "best_for: \"a\\eb\"", "4:11: `best_for` holds the control character U+001B"),
        ("best_for: tests", "best_for: \"a\\u202Eb\"", "4:11: `best_for` holds the control character U+202E"),
        ("name: Blue One", "name: RED one", "9:15: persona `RED one` is defined twice"),
        (
            "name: Red One",
            "name: Red 1",
            "8:15: a persona's name may not end in a number: seats are numbered by the program",
        ),
        (
            "name: Red One",
            "name: moderator",
            "8:15: `Moderator` is the program's own voice; call the persona something else",
        ),
        ("name: Red One", "name: \" Red\"", "8:15: `name` starts or ends with a space"),
        ("trait: attacking", "trait: \"  \"", "8:42: `trait` is empty"),
        (
            "team: blue",
            "team: Blue",
            "9:31: team `Blue` is not a name of lower-case letters, digits and single dashes, a letter first, at most 60 characters",
        ),
        (
            "numbered: true",
            "perspectives: open",
            "8:30: with open perspectives personas are replaced, so none may have a team",
        ),
    ] {
        check_refusal(from, to, expected);
    }
    check_acceptance(&SAMPLE.replace("Red One", "Red 2nd"));
    let long = format!("trait: {}", "x".repeat(601));
    check_refusal("trait: attacking", &long, "8:42: `trait` has 601 characters; at most 600 are allowed");
    let personas = "    - { name: Red One, team: red, trait: attacking }\n    - { name: Blue One, team: blue, stance: \"yes\", trait: defending }\n";
    check_refusal(personas, "    []\n", "8:5: `personas` holds 0; 1 to 10 are allowed");
    let eleven: String = ('a'..='k').map(|c| format!("    - {{ name: {c}, trait: x }}\n")).collect();
    check_refusal(personas, &eleven, "8:5: `personas` holds 11; 1 to 10 are allowed");
}

#[test]
fn broken_openings_are_refused() {
    let opening = "  - name: opening\n    stages:\n";
    for (from, to, expected) in [
        (
            opening,
            "  - name: opening\n    rounds: { default: 1, max: 1 }\n    stages:\n",
            "12:13: the first phase is the sealed opening: it takes one round, without `rounds`",
        ),
        (
            opening,
            "  - name: opening\n    until: [stable]\n    stages:\n",
            "12:12: the first phase is the sealed opening: it takes one round, without `until`",
        ),
        (
            "speakers: all",
            "speakers: { team: red }",
            "13:19: the first phase is the sealed opening: its speakers are `all`",
        ),
        (
            "sees: nothing",
            "sees: nothing\n        order: sequential",
            "15:16: the first phase is the sealed opening: its order is `parallel`",
        ),
        ("sees: nothing", "sees: everything", "14:15: the first phase is the sealed opening: it sees `nothing`"),
        (
            "        form: position\n        ask: Answer",
            "        form: questions\n        ask: Answer",
            "15:15: the first phase is the sealed opening: its form is `position` or `ballot`",
        ),
        (
            "{{ persona }}.",
            "{{ persona }} on {{ proposal }}.",
            "16:41: `{{ proposal }}` is not known before the first phase has ended",
        ),
        (
            "sees: nothing",
            "sees: nothing\n        statistics: true",
            "15:21: a stage that sees nothing is sealed, and may not see statistics",
        ),
    ] {
        check_refusal(from, to, expected);
    }
    let second = "        ask: Answer as {{ persona }}.\n";
    let two = format!("{second}      - {{ name: more, speakers: all, sees: nothing, form: position, ask: x }}\n");
    check_refusal(second, &two, "13:9: in a phase of several stages each needs a name");
    let named = format!("        name: first\n{two}");
    check_refusal(second, &named, "13:7: the first phase is the sealed opening: it has one stage");
}

#[test]
fn broken_phases_are_refused() {
    for (from, to, expected) in [
        ("name: exchange", "name: opening", "17:11: phase `opening` is defined twice"),
        ("name: exchange", "name: synthesis", "17:11: phase name `synthesis` is reserved for the program"),
        (
            "name: exchange",
            "name: a/b",
            "17:11: phase `a/b` is not a name of lower-case letters, digits and single dashes, a letter first, at most 60 characters",
        ),
        ("name: defend", "name: attack", "28:15: stage `attack` is defined twice"),
        ("{ team: red }", "{ team: rde }", "22:27: no team is called `rde`; did you mean `red`?"),
        ("persona: Blue One", "persona: Blu One", "29:30: no persona is called `Blu One`; did you mean `Blue One`?"),
        ("persona: Blue One", "persona: Nobody", "29:30: no persona is called `Nobody`"),
        ("min: 1", "min: 0", "18:32: `min` is 0; a phase takes at least one round"),
        ("min: 1", "min: 3", "18:24: `default` is 2, below `min`, which is 3"),
        ("max: 4", "max: 1", "18:24: `default` is 2, above `max`, which is 1"),
        ("max: 4", "max: 11", "18:40: `max` is 11; a phase takes at most 10 rounds"),
        (
            "    rounds: { default: 2, min: 1, max: 4 }\n",
            "",
            "18:12: `until` needs `rounds`: a phase without them runs once",
        ),
        ("[stable]", "[stable, stable]", "19:21: rule `stable` is listed twice"),
        ("[stable]", "[&rule stable, *rule]", "19:27: rule `stable` is listed twice"),
        (
            "{ persona: Blue One }",
            "moderator",
            "31:15: the moderator only asks questions: its form must be `questions`",
        ),
    ] {
        check_refusal(from, to, expected);
    }
    let phase = |n: u32| {
        format!("  - {{ name: p{n}, stages: [{{ speakers: all, sees: nothing, form: position, ask: x }}] }}\n")
    };
    let (head, _) = SAMPLE.split_once("  - name: opening").unwrap();
    check_source(&format!("{head}    []\n"), "11:5: `phases` holds 0; 1 to 10 are allowed");
    let eleven: String = (0..11).map(phase).collect();
    check_source(&format!("{head}{eleven}"), "11:3: `phases` holds 11; 1 to 10 are allowed");
    let again = SAMPLE.replace("name: exchange", "name: again").split_once("  - name: again").unwrap().1.to_owned();
    let twice = format!("{SAMPLE}  - name: again{again}");
    check_source(
        &twice,
        "34:13: phase `exchange` has rounds already; only one phase can take the rounds that are asked for",
    );
}

#[test]
fn broken_asks_are_refused() {
    for (from, to, expected) in [
        ("{{ round }} for", "{{ ruond }} for", "26:17: unknown name `ruond` in `{{ }}`; did you mean `round`?"),
        ("{{ team }}", "{{ team", "27:11: `{{` is never closed by `}}`"),
        ("{{ proposal }}", "{% raw %}", "27:23: `{%` is not supported; a template knows only `{{ name }}`"),
        ("{{ team }}", "{# team #}", "27:11: `{#` is not supported; a template knows only `{{ name }}`"),
        ("\\u0022{{ round }}", "\\u0022{{ rond }}", "32:28: unknown name `rond` in `{{ }}`; did you mean `round`?"),
        ("Answer as {{ persona }}.", "\" \"", "16:14: `ask` is empty"),
        ("team: red, trait", "trait", "22:27: no team is called `red`"),
        ("team: blue, ", "", "ok"),
        ("Answer \\u0022{{ round }}", "Answer \\u0022{{ team }}", "ok"),
        ("Answer as {{ persona }}.", "Answer, {{ team }}.", "ok"),
    ] {
        match expected {
            "ok" => check_acceptance(&SAMPLE.replace(from, to)),
            _ => check_refusal(from, to, expected),
        }
    }
    let without_team = SAMPLE.replace("team: blue, ", "");
    let nobody = "`{{ team }}` stands for nothing: not every speaker of this stage has a team";
    check_source(&without_team.replace("Answer as {{ persona }}.", "Go, {{ team }}."), &format!("16:18: {nobody}"));
    check_source(&without_team.replace("\\u0022{{ round }}", "\\u0022{{ team }}"), &format!("32:28: {nobody}"));
    let long = format!("\"{}\"", "x".repeat(4097));
    check_refusal("Answer as {{ persona }}.", &long, "16:14: `ask` has 4097 bytes; at most 4096 are allowed");
}

#[test]
fn stop_rules_need_their_inputs_and_a_debate_ends_in_stances() {
    // With a ballot in the mode, positions carry no stance.
    let polled = SAMPLE.replace("form: position\n        ask: Answer", "form: ballot\n        ask: Answer");
    for rule in ["agreed", "confidence", "stable", "oscillating"] {
        check_source(
            &polled.replace("stable", rule),
            &format!("19:13: rule `{rule}` needs stances, and no stage of this phase brings any"),
        );
    }
    check_source(
        &polled.replace("stable", "saturated"),
        "21:7: the last phase must end in stances: one of its stages needs the form `ballot`",
    );
    let verdict = "  - name: verdict\n    rounds: { default: 1, max: 1 }\n    until: [agreed, RULE]\n    stages:\n      - { speakers: all, sees: everything, form: ballot, ask: x }\n";
    let (head, _) = SAMPLE.split_once("  - name: exchange").unwrap();
    check_acceptance(&format!("{head}{}", verdict.replace("RULE", "stable")));
    check_source(
        &format!("{head}{}", verdict.replace("RULE", "saturated")),
        "19:21: rule `saturated` needs positions or questions, and no stage of this phase brings any",
    );
    let asked = SAMPLE.replace("previous_round\n        form: position", "previous_round\n        form: questions");
    check_acceptance(&asked);
    let all_asked =
        asked.replace("sees: everything\n        form: position", "sees: everything\n        form: questions");
    check_source(&all_asked, "19:13: rule `stable` needs stances, and no stage of this phase brings any");
    check_source(
        &all_asked.replace("stable", "saturated"),
        "21:7: the last phase must end in stances: one of its stages needs the form `position`",
    );
}

#[test]
fn stop_rules_go_by_other_names_too() {
    let rules = |names: &str| {
        let mode = modes::parse(&SAMPLE.replace("[stable]", names), "sample.yaml").unwrap();
        mode.phases.into_iter().flat_map(|phase| phase.until).collect::<Vec<StopRule>>()
    };
    assert_eq!(
        rules("[convergence, max_rounds, consensus, confidence]"),
        [StopRule::Stable, StopRule::MaxRounds, StopRule::Agreed, StopRule::Confidence]
    );
    assert_eq!(rules("[stable, agreed]"), rules("[convergence, consensus]"));
    check_source(&SAMPLE.replace("[stable]", "[stable, convergence]"), "19:21: rule `stable` is listed twice");
    let validator = jsonschema::validator_for(&modes::schema()["$defs"]["StopRule"]).unwrap();
    for name in ["max_rounds", "agreed", "consensus", "confidence", "stable", "convergence", "saturated", "oscillating"]
    {
        assert!(validator.is_valid(&Value::from(name)), "{name}");
    }
    assert!(!validator.is_valid(&Value::from("majority")));
}

#[test]
fn open_perspectives_are_not_relied_on() {
    let open = SAMPLE.replace("numbered: true", "perspectives: open");
    let teamless = open.replace("team: red, ", "").replace("team: blue, ", "").replace("{{ team }}: ", "");
    check_source(
        &teamless.replace("{ team: red }", "all"),
        "9:33: with open perspectives personas are replaced, so none may have a stance",
    );
    let plain = teamless.replace("{ team: red }", "all").replace("stance: \"yes\", ", "");
    check_source(&plain, "29:19: with open perspectives personas are replaced, so no stage may address one");
    check_acceptance(&plain.replace("{ persona: Blue One }", "all"));
}

// Folders and files

/// Writes the sample under another name, with another title.
fn write_mode(folder: &Path, file: &str, name: &str, title: &str) {
    let source =
        SAMPLE.replace("mode: sample", &format!("mode: {name}")).replace("title: Sample", &format!("title: {title}"));
    fs::write(folder.join(file), source).unwrap();
}

fn both(user: &TempDir, project: &TempDir) -> Folders {
    Folders { user: Some(user.path().to_owned()), project: Some(project.path().to_owned()) }
}

#[test]
fn the_project_overrides_the_user_who_overrides_the_program() {
    let (user, project) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write_mode(user.path(), "delphi.yaml", "delphi", "User's");
    write_mode(user.path(), "vote.yml", "vote", "User's");
    write_mode(user.path(), "mine.yaml", "mine", "User's");
    write_mode(project.path(), "delphi.yaml", "delphi", "Project's");
    fs::write(project.path().join("notes.txt"), "not a mode").unwrap();
    let folders = both(&user, &project);
    for (name, origin, title) in [
        ("delphi", Origin::Project, "Project's"),
        ("vote", Origin::User, "User's"),
        ("mine", Origin::User, "User's"),
        ("council", Origin::BuiltIn, "Council"),
    ] {
        let found = modes::find(name, &folders).unwrap();
        assert_eq!((found.origin, found.mode.title.as_str()), (origin, title), "{name}");
        assert!(found.source.starts_with("mode: ") || found.source.starts_with('#'), "{name}");
        let listed: Vec<_> = modes::list(&folders).into_iter().filter(|listed| listed.name == name).collect();
        assert_eq!(listed.len(), 1, "{name} is listed once");
        assert_eq!((listed[0].origin, listed[0].result.as_ref().unwrap()), (origin, &found.mode), "{name}");
    }
    let names: Vec<String> = modes::list(&folders).into_iter().map(|listed| listed.name).collect();
    assert_eq!((names[0].as_str(), names.last().unwrap().as_str()), ("collaborative", "mine"));
}

#[test]
fn a_broken_file_is_listed_and_hides_what_it_overrides() {
    let (user, project) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(project.path().join("delphi.yaml"), "mode: delphi\n").unwrap();
    write_mode(user.path(), "delphi.yaml", "delphi", "User's");
    write_mode(user.path(), "other.yaml", "sample", "Misnamed");
    write_mode(user.path(), "twice.yaml", "twice", "One");
    write_mode(user.path(), "twice.yml", "twice", "Two");
    let folders = both(&user, &project);
    for (name, ending, expected) in [
        ("delphi", "/delphi.yaml:1:1: missing key `title`", Origin::Project),
        ("other", "/other.yaml:1:7: mode `sample` stands in a file called `other`; the two must agree", Origin::User),
        ("twice", "/twice.yml: a file of the same name ending in `.yaml` stands beside it; keep one", Origin::User),
    ] {
        let error = modes::find(name, &folders).unwrap_err();
        assert!(error.to_string().ends_with(ending), "{error}");
        let listed = modes::list(&folders).into_iter().find(|listed| listed.name == name).unwrap();
        assert_eq!((listed.origin, listed.result), (expected, Err(error)), "{name}");
    }
}

#[test]
fn a_path_names_a_file_outright() {
    let folder = tempfile::tempdir().unwrap();
    write_mode(folder.path(), "any-name.yaml", "sample", "By path");
    let path = folder.path().join("any-name.yaml");
    let found = modes::find(path.to_str().unwrap(), &Folders::default()).unwrap();
    assert_eq!((found.origin, found.mode.mode.as_str()), (Origin::File, "sample"));
    // Without a slash or an ending it is a name, whatever lies in the working folder.
    for (argument, expected) in [
        ("none/such", "none/such: no such file"),
        ("delphi.yaml", "delphi.yaml: no such file"),
        ("delphi.yml", "delphi.yml: no such file"),
        ("a\u{1b}/b", "a\\u{1b}/b: no such file"),
        ("delfi", "unknown mode `delfi`; did you mean `delphi`?"),
        ("red-team", "unknown mode `red-team`; did you mean `red-team-blue-team`?"),
        ("..", "unknown mode `..`"),
        ("", "unknown mode ``"),
    ] {
        assert_eq!(modes::find(argument, &Folders::default()).unwrap_err().to_string(), expected);
    }
}

#[test]
fn a_folder_that_is_missing_is_empty_and_one_that_cannot_be_read_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let folders = Folders { user: Some(folder.path().join("none")), project: None };
    assert!(modes::list(&folders).iter().all(|listed| listed.origin == Origin::BuiltIn));
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let folders = Folders { user: None, project: Some(file) };
    let listed = modes::list(&folders).into_iter().find(|listed| listed.origin == Origin::Project).unwrap();
    assert!(matches!(listed.result, Err(ModeError::Unreadable { .. })), "{:?}", listed.result);
    assert!(matches!(modes::find("delphi", &folders), Err(ModeError::Unreadable { .. })));
}

// Hostile input

#[test]
fn hostile_texts_are_refused() {
    let laughs = {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for n in 1..12 {
            let item = format!("*a{}", n - 1);
            text += &format!("a{n}: &a{n} [{}]\n", vec![item; 9].join(", "));
        }
        text
    };
    let bomb = format!("a: &a [{}]\nb: [{}]\n", vec!["1"; 10_000].join(","), vec!["*a"; 8_000].join(","));
    for (what, text) in [
        ("billion laughs", laughs),
        ("55 KB of aliases", bomb),
        ("deep flow lists", format!("mode: {}", "[".repeat(10_000))),
        ("deep flow maps", format!("mode: {}", "{a: ".repeat(10_000))),
        ("deep block lists", format!("mode:\n  {}x", "- ".repeat(10_000))),
        ("a self-reference", "mode: &a [*a]\n".to_owned()),
        ("many keys", (0..6_000).map(|n| format!("k{n}: 1\n")).collect()),
        ("many documents", "---\n".repeat(10_000)),
        ("many comments", format!("mode:\n{}", "#\n".repeat(20_000))),
        ("one long key", "k".repeat(60_000)),
        ("a list of phases without end", format!("{}{}", SAMPLE, "  - {}\n".repeat(5_000))),
        ("zero bytes", "\0".repeat(1_000)),
    ] {
        let error = modes::parse(&text, "f").unwrap_err();
        assert!(matches!(error, ModeError::Invalid { .. }), "{what}: {error}");
        assert!(error.to_string().len() < 500 && !error.to_string().contains(char::is_control), "{what}: {error}");
    }
    let keys: String = (0..200_000).map(|n| format!("k{n}: 1\n")).collect();
    let error = modes::parse(&keys, "f").unwrap_err();
    assert_eq!(error.to_string(), "f: larger than 64 KiB, the most a mode file may hold");
}

#[test]
fn aliases_may_not_add_up() {
    // Ninety small aliases of a phase that is itself well-formed; none of the other limits is near.
    let rules = vec!["stable"; 300].join(", ");
    let phase = format!("&p {{ name: a, until: [{rules}], stages: [] }}");
    let (head, _) = SAMPLE.split_once("phases:").unwrap();
    let error = modes::parse(&format!("{head}phases: [{phase}, {}]\n", vec!["*p"; 90].join(", ")), "f").unwrap_err();
    assert!(error.to_string().ends_with(": too large or too deeply nested for a mode file"), "{error}");
}

#[test]
fn what_is_not_a_small_plain_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    File::create(at("huge.yaml")).unwrap().set_len(100 << 20).unwrap();
    fs::write(at("over.yaml"), " ".repeat(modes::FILE_BYTES_MAX + 1)).unwrap();
    fs::create_dir(at("folder.yaml")).unwrap();
    fs::write(at("latin.yaml"), b"mode: a\ntitle: caf\xe9\n").unwrap();
    for (name, expected) in [
        ("huge", "huge.yaml: larger than 64 KiB, the most a mode file may hold"),
        ("over", "over.yaml: larger than 64 KiB, the most a mode file may hold"),
        ("folder", "folder.yaml: not a plain file"),
        ("latin", "latin.yaml:2:11: not UTF-8 text"),
    ] {
        let by_path = modes::find(at(&format!("{name}.yaml")).to_str().unwrap(), &Folders::default()).unwrap_err();
        assert!(by_path.to_string().ends_with(expected), "{by_path}");
        let folders = Folders { user: None, project: Some(folder.path().to_owned()) };
        assert_eq!(modes::find(name, &folders).unwrap_err(), by_path);
    }
}

#[cfg(unix)]
#[test]
fn pipes_and_devices_are_refused_without_opening_them() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe.yaml");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for path in [pipe.to_str().unwrap(), "/dev/zero"] {
        let error = modes::find(path, &Folders::default()).unwrap_err();
        assert_eq!(error.to_string(), format!("{path}: not a plain file"));
    }
    let folders = Folders { user: Some(folder.path().to_owned()), project: None };
    assert!(modes::list(&folders).iter().any(|listed| listed.name == "pipe" && listed.result.is_err()));
}

// The schema

#[test]
fn the_schema_fits_every_mode_and_rejects_a_broken_one() {
    let validator = jsonschema::validator_for(&modes::schema()).unwrap();
    let value = |source: &str| -> Value {
        let options = serde_yaml::options! { strict_booleans: true };
        serde_yaml::from_str_with_options(source, options).unwrap()
    };
    for listed in modes::list(&Folders::default()) {
        let source = modes::find(&listed.name, &Folders::default()).unwrap().source;
        let errors: Vec<String> = validator.iter_errors(&value(&source)).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new(), "{}", listed.name);
    }
    assert!(validator.is_valid(&value(&modes::template("a"))));
    assert!(validator.is_valid(&value(SAMPLE)));
    for (from, to) in [
        ("title: Sample", "titel: Sample"),
        ("sees: nothing", "sees: nothin"),
        ("{ team: red }", "{ teams: red }"),
        ("default: 2", "default: two"),
        ("        ask: Answer as {{ persona }}.\n", ""),
    ] {
        assert!(!validator.is_valid(&value(&SAMPLE.replace(from, to))), "`{from}` -> `{to}`");
    }
}
