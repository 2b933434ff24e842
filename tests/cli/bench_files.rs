//! What a bench file may say and where it is told what is wrong; and the report as a pure function of what its debates came to.

use std::fs;

use roundtable::app::schema_of_benches;
use roundtable::bench::{self, Bench, Cell};
use roundtable::debate::agent::Seat;
use roundtable::debate::log::decision::Label;
use roundtable::debate::log::setup::Setup;
use roundtable::debate::question::OptionId;
use roundtable::export::bench::{Compared, Entry, Found, Group, Held, Marks, Report, SeatMark, Taken, report, text};
use roundtable::export::html;
use roundtable::export::record::Status;
use serde_json::Value;

use crate::support::program::Desk;
use crate::support::world::{built_in, setup};

const FILE: &str = "\
bench: small
repeats: 4
modes: [vote]
topics:
  - { name: move, text: Should we move?, yes_no: true, answer: Yes }
";

fn parsed(file: &str) -> Bench {
    bench::parse(file, "bench.yaml").unwrap_or_else(|error| panic!("{error}\n{file}"))
}

fn check_refused(file: &str, place: &str, told: &str) {
    let error = bench::parse(file, "bench.yaml").map(drop).expect_err(file).to_string();
    assert!(error.starts_with(&format!("bench.yaml:{place}: ")) && error.contains(told), "{error}\n{file}");
}

#[test]
fn a_file_is_refused_where_it_is_wrong() {
    let replaced = |from: &str, to: &str| {
        assert!(FILE.contains(from));
        FILE.replace(from, to)
    };
    let cases = [
        (replaced("bench: small", "bench: Not Small"), "1:8", "not a name"),
        (replaced("repeats: 4", "repeats: 0"), "2:10", "1 to 100"),
        (replaced("repeats: 4", "repeats: many"), "2:10", "expected a whole number"),
        (replaced("repeats: 4", "repeat: 4"), "2:1", "did you mean `repeats`?"),
        (replaced("modes: [vote]", "modes: []"), "3:8", "`modes` holds 0"),
        (replaced("modes: [vote]", "modes: [vote, vote]"), "3:15", "`vote` is listed twice"),
        (replaced("modes: [vote]", "modes: [{ mode: vote, round: 2 }]"), "3:23", "did you mean `rounds`?"),
        (replaced("modes: [vote]", "modes: [1]"), "3:9", "a mode's name"),
        (replaced("answer: Yes", "answer: Yess"), "5:64", "did you mean `Yes`?"),
        (replaced("yes_no: true", "yes_no: true, estimate: weeks"), "5:5", "only one of"),
        (replaced("Should we move?", "\"@move.md\""), "5:25", "`@` reads no file"),
        (replaced("yes_no: true", "options: [a]"), "5:51", "2 to 7"),
        (replaced("yes_no: true, ", ""), "5:50", "an open question"),
        (replaced("yes_no: true", "estimate: weeks"), "5:67", "is a number"),
        (replaced("text: Should we move?, ", ""), "5:5", "missing key `text`"),
        (FILE.to_owned() + "panels: [{ name: p, agents: 1 }]\n", "6:29", "2 to 50"),
        (FILE.to_owned() + "panels: [{ name: p }, { name: p }]\n", "6:23", "listed twice"),
        (FILE.to_owned() + "  - { text: Should we move?, yes_no: true }\n", "6:5", "topic move asks the same"),
        (FILE.to_owned() + "extra: 1\n", "6:1", "unknown key `extra`"),
    ];
    for (file, place, told) in cases {
        check_refused(&file, place, told);
    }
    let refused = |file: &str| {
        let desk = Desk::new();
        desk.write("bench.yaml", file);
        desk.run(&["bench", "bench.yaml", "--rehearse"]).expect(2).stderr
    };
    for (file, told) in [
        (replaced("vote", "votee"), "error: bench.yaml:3:9: votee, move, default, repeat 1: "),
        (replaced("[vote]", "[{ mode: vote, rounds: 2 }]"), "error: bench.yaml:3:9: vote x2, move"),
        (
            FILE.to_owned() + "panels: [{ name: p, providers: [nobody] }]\n",
            "error: bench.yaml:6:10: providers is `nobody`",
        ),
    ] {
        let error = refused(&file);
        assert!(error.contains(told), "{error}\nwanted: {told}");
    }
    assert!(Desk::new().run(&["bench", "none.yaml"]).expect(2).stderr.contains("none.yaml: no such file"));
}

#[test]
fn the_example_is_a_bench_that_runs() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/bench.yaml");
    let file = fs::read_to_string(path).unwrap();
    let value: Value = serde_yaml::from_str(&file).unwrap();
    let validator = jsonschema::draft202012::new(&schema_of_benches()).unwrap();
    validator.validate(&value).unwrap();
    assert!(!validator.is_valid(&serde_json::json!({ "bench": "x", "modes": [3], "topics": [] })));
    assert_eq!(parsed(&file).cells().len(), 18);
    let desk = Desk::new();
    let report = desk.run(&["bench", path, "--rehearse", "--quiet", "--format", "json"]).expect(0).json();
    assert_eq!((&report["complete"], &report["total"]["cells"]), (&true.into(), &18.into()));
    // The README's file is one as well.
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let shown = readme.split("```yaml\nbench: ").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    assert_eq!(parsed(&format!("bench: {shown}")).cells().len(), 18);
}

#[test]
fn seeds_and_cells_hang_on_the_file_alone() {
    let bench = parsed(&FILE.replace("[vote]", "[vote, council]"));
    let cells = bench.cells();
    let seed = |bench: &Bench, mode, repeat| bench.seed(Cell { mode, panel: 0, topic: 0, repeat });
    assert_eq!(cells.len(), 8);
    assert_eq!(seed(&bench, 0, 1), seed(&bench, 1, 1), "all modes meet a topic with the same seed");
    assert_ne!(seed(&bench, 0, 1), seed(&bench, 0, 2));
    assert!(cells.iter().all(|cell| bench.seed(*cell) < 1 << 52));
    assert_ne!(seed(&parsed(&format!("{FILE}seed: 5\n")), 0, 1), seed(&parsed(FILE), 0, 1));
}

/// A debate with three seats: what it chose, whether each seat was right alone, what it took.
fn held(option: Option<&str>, seats: [bool; 3], (cost_usd, changed): (Option<f64>, (u32, u32))) -> Held {
    let marks = seats.iter().zip(1..).map(|(mark, seat)| SeatMark { seat: Seat(seat), mark: *mark }).collect();
    let sealed = seats.iter().filter(|mark| **mark).count() >= 2;
    let found = Found {
        option: option.map(|option| OptionId(option.to_owned())),
        value: None,
        text: option.map(str::to_owned),
        label: Label::Majority,
        rounds: 2,
        sealed_agreement: Some(2.0 / 3.0),
        agreement: option.map(|_| 1.0),
        changed_cited: changed.0,
        changed_uncited: changed.1,
        debate_tokens: 300,
        marks: Some(Marks::Choice(Compared { last: option == Some("o1"), sealed, seats: marks })),
    };
    let taken = Taken { calls: 6, input_tokens: 400, output_tokens: 100, cost_usd };
    Held { status: Status::Decided, taken, found: Some(found) }
}

fn drawn(bench: &Bench, debates: Vec<Option<Held>>) -> Report {
    let setup =
        Setup { name: Some("bench:0".to_owned()), ..setup(&built_in("vote"), 3, bench.topics[0].question.clone()) };
    let entries = bench.cells().into_iter().zip(debates).map(|(cell, held)| Entry { cell, setup: &setup, held });
    report(bench, &entries.collect::<Vec<_>>())
}

/// The only combination of a bench of one mode, panel and topic.
fn only(report: &Report) -> &Group {
    assert_eq!((report.groups.len(), report.by_topic.len()), (1, 1));
    assert_eq!(Group { topic: None, ..report.by_topic[0].clone() }, report.groups[0]);
    &report.groups[0]
}

#[test]
fn a_combination_is_counted_by_the_definitions() {
    let bench = parsed(FILE);
    let right = [true, false, true];
    let debates = vec![
        Some(held(Some("o1"), right, (Some(0.25), (2, 0)))),
        Some(held(Some("o1"), [true, false, false], (Some(0.75), (0, 1)))),
        Some(held(Some("o2"), [true, true, false], (Some(0.5), (0, 0)))),
        Some(held(None, [false, false, true], (Some(0.5), (0, 0)))),
    ];
    let report = drawn(&bench, debates);
    let group = only(&report);
    // Two of four came out as most do; the other two did not, each in its own way.
    assert_eq!((group.flips.count, group.flips.n, group.flips.value), (2, 4, Some(0.5)));
    let [low, high] = group.flips.interval.unwrap();
    assert!((low - 0.150_04).abs() < 1e-4 && (high - 0.849_96).abs() < 1e-4, "{low} {high}");
    assert_eq!((group.changed_cited, group.changed_uncited), (2, 1));
    assert_eq!(group.tokens_per_changed_ballot.value, Some(400.0));
    assert_eq!((group.cost_usd.value, group.cost_usd.interval), (Some(0.5), None));
    assert_eq!(group.cost_usd.reason, Some("fewer_than_five_values"));
    assert_eq!((group.agreement.n, group.agreement.value), (3, Some(1.0)), "no agreement where nobody chose");
    let accuracy = group.accuracy.unwrap();
    assert_eq!((accuracy.best_seat.seat, accuracy.best_seat.measure.value), (Seat(1), Some(0.75)));
    assert_eq!((accuracy.mean_seat.count, accuracy.mean_seat.n), (6, 12));
    assert_eq!((accuracy.sealed.value, accuracy.last.value), (Some(0.5), Some(0.5)));
    assert!(group.error.is_none() && report.complete);
    assert_eq!(report.total.taken.cost_usd, Some(2.0));
}

#[test]
fn what_is_undefined_says_why() {
    let bench = parsed(FILE);
    let one = Some(held(Some("o1"), [true; 3], (None, (0, 0))));
    let alone = drawn(&bench, vec![one.clone(), None, None, None]);
    let group = only(&alone);
    assert_eq!((group.flips.value, group.flips.reason), (None, Some("fewer_than_two_values")));
    assert_eq!((group.cost_usd.value, group.cost_usd.reason), (None, Some("price_unknown")));
    assert_eq!(group.tokens_per_changed_ballot.reason, Some("no_flips"));
    assert_eq!((alone.complete, alone.total.begun, alone.total.taken.cost_usd), (false, 1, None));
    assert_eq!(alone.cells[1].status, None);
    let none = drawn(&bench, vec![None; 4]);
    let group = only(&none);
    assert_eq!((group.decided, group.calls.reason, group.agreement.reason), (0, Some("no_values"), Some("no_values")));
    assert!(group.accuracy.is_none());
    for (question, reason) in [("", "open_question"), ("estimate: weeks", "not_a_choice")] {
        let bench = parsed(&FILE.replace("yes_no: true, answer: Yes", question));
        assert_eq!(only(&drawn(&bench, vec![one.clone(); 4])).flips.reason, Some(reason));
    }
}

/// Benches of one and of several modes and panels, with names that are long and hostile.
fn odd() -> Vec<Report> {
    let hostile = "</title><script>alert(1)</script> & \\\"quoted\\\" \\u202e https://evil.example/x";
    let file = FILE.replace("Should we move?", &format!("\"{hostile}\""));
    let panels = "panels: [{ name: a-panel-whose-name-is-longer-than-any-column-for-it-is-wide }, { name: b }]\n";
    let benches = [
        file.clone(),
        file.clone() + panels,
        file.replace("[vote]", "[vote, council, { mode: delphi, rounds: 3 }]") + panels,
    ];
    benches
        .iter()
        .map(|file| {
            let bench = parsed(file);
            let some = |place: usize| (place % 5 != 4).then(|| held(Some(hostile), [true; 3], (Some(123.456), (7, 1))));
            drawn(&bench, (0..bench.cells().len()).map(some).collect())
        })
        .collect()
}

#[test]
fn the_table_fits_a_terminal() {
    for report in odd() {
        let text = text(&report);
        let long: Vec<&str> = text.lines().filter(|line| line.chars().count() > 80).collect();
        assert!(long.is_empty(), "{long:#?}");
        for title in ["A debate takes", "Minds changed", "Right answers"] {
            assert!(text.contains(title), "{text}");
        }
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
    }
}

#[test]
fn the_page_holds_no_script_and_asks_for_nothing() {
    for report in odd() {
        let page = html::bench::render(&report);
        let document = roxmltree::Document::parse_with_options(
            &page,
            roxmltree::ParsingOptions { allow_dtd: true, ..roxmltree::ParsingOptions::default() },
        );
        let document = document.unwrap_or_else(|error| panic!("{error}\n{page}"));
        for node in document.descendants().filter(roxmltree::Node::is_element) {
            assert!(!["script", "iframe", "object", "img", "form"].contains(&node.tag_name().name()));
            let asks = node.attributes().find(|attribute| {
                let goes_out =
                    ["src", "href", "action"].contains(&attribute.name()) && !attribute.value().starts_with(['#', 'd']);
                goes_out || attribute.name().starts_with("on")
            });
            assert!(asks.is_none(), "{asks:?}");
        }
        let ids: Vec<&str> = document.descendants().filter_map(|node| node.attribute("id")).collect();
        let distinct: std::collections::BTreeSet<&&str> = ids.iter().collect();
        assert_eq!(ids.len(), distinct.len(), "{ids:?}");
        let points = document.descendants().filter(|node| node.attribute("class") == Some("point")).count();
        assert_eq!(points, 4 * report.groups.len(), "a mark for each combination in each chart");
        assert!(page.contains("default-src &#39;none&#39;"));
    }
}
