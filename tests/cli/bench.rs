//! Benches: what a file may say, that an interruption leaves no trace in the report, that no budget is overshot and no reply paid
//! for twice, and that the numbers are those of the debates.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStderr, Command};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::fake::{Behaviour, Fake, Seen};
use crate::support::program::{Desk, Ran, lines_with};
use crate::support::voices;
use roundtable::export::schema;
use serde_json::{Value, json};

/// Three modes, two topics, three repeats.
const MATRIX: &str = "\
bench: law
repeats: 3
seed: 7
modes: [vote, collaborative, { mode: delphi, rounds: 2 }]
topics:
  - { name: move, text: Should we move?, yes_no: true, answer: Yes }
  - { name: weeks, text: How long will it take?, estimate: weeks, answer: 12 }
";
const CELLS: usize = 18;
/// Attempts to interrupt a bench before it ends.
const DRAWS_MAX: usize = 8;

/// One mode, one topic, three repeats, two seats.
const SMALL: &str = "\
bench: small
repeats: 3
modes: [vote]
topics: [{ text: Should we move?, yes_no: true, answer: No }]
panels: [{ name: two, agents: 2, providers: [anthropic, openai] }]
";
const SMALL_CALLS: usize = 2;

fn with_file(desk: Desk, file: &str) -> Desk {
    desk.write("bench.yaml", file);
    desk
}

fn bench(desk: &Desk, more: &[&str]) -> Ran {
    desk.run(&[&["bench", "bench.yaml"], more].concat())
}

/// A rehearsed bench's report in every format, without a word on standard error.
fn reports(desk: &Desk) -> [String; 3] {
    ["text", "json", "html"].map(|format| {
        let ran = bench(desk, &["--rehearse", "--quiet", "--format", format]).expect(0);
        assert_eq!(ran.stderr, "");
        ran.stdout
    })
}

fn sessions(desk: &Desk, more: &[&str]) -> usize {
    let listed = desk.run(&[&["list", "--limit", "1000", "--format", "json"], more].concat()).expect(0).json();
    listed["sessions"].as_array().unwrap().len()
}

fn fits(of: &Value, value: &Value) {
    let validator = jsonschema::draft202012::new(of).unwrap();
    if let Err(error) = validator.validate(value) {
        panic!("{}: {error}", error.instance_path());
    }
}

/// A bench that has told of some of its debates. Its standard error stays open, so that it can tell of more.
struct Begun {
    child: Child,
    stderr: BufReader<ChildStderr>,
}

impl Begun {
    /// Starts a rehearsed bench and waits until it has told of `told` debates; `None` when it ended before.
    fn new(desk: &Desk, told: usize) -> Option<Self> {
        let mut begun = Self::spawned(desk, &["--rehearse", "--jobs", "3", "--format", "json"]);
        (0..told).all(|_| begun.reads("[").is_some()).then_some(begun)
    }

    fn spawned(desk: &Desk, more: &[&str]) -> Self {
        let mut child = desk.converse(&[&["bench", "bench.yaml"], more].concat());
        let stderr = BufReader::new(child.stderr.take().unwrap());
        Self { child, stderr }
    }

    /// Reads up to a line that begins like this; `None` when there is none.
    fn reads(&mut self, start: &str) -> Option<String> {
        loop {
            let mut line = String::new();
            if self.stderr.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            if line.starts_with(start) {
                return Some(line);
            }
        }
    }

    fn signal(&self, name: &str) {
        let status = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// Its exit code and what it printed, once it has ended.
    fn ends(mut self) -> (Option<i32>, String) {
        // Whoever waits for a process must read what it writes.
        let reading = std::thread::spawn(move || self.stderr.lines().map_while(Result::ok).count());
        self.child.stdin.take();
        let output = self.child.wait_with_output().unwrap();
        reading.join().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    }
}

#[test]
fn no_more_jobs_are_held_than_the_setting_allows() {
    for (setting, jobs, told) in [
        (None, "17", "--jobs is `17`; at most 16 debates may be held at a time"),
        (Some("3"), "4", "--jobs is `4`; at most 3 debates may be held at a time"),
        (Some("20"), "17", ""),
        (Some("1"), "", ""),
    ] {
        let mut desk = with_file(Desk::new(), MATRIX);
        if let Some(most) = setting {
            desk.set("ROUNDTABLE_MAX_JOBS", most);
        }
        let asked = if jobs.is_empty() { vec![] } else { vec!["--jobs", jobs] };
        let ran = bench(&desk, &[&["--rehearse", "--dry-run", "--quiet"], &asked[..]].concat());
        let ran = ran.expect(if told.is_empty() { 0 } else { 2 });
        assert!(ran.stderr.contains(told), "{}", ran.stderr);
        assert_eq!(ran.stderr.contains("ROUNDTABLE_MAX_JOBS"), !told.is_empty(), "{}", ran.stderr);
    }
}

#[test]
fn an_interrupted_bench_reports_what_an_uninterrupted_one_does() {
    let undisturbed = with_file(Desk::new(), MATRIX);
    let wanted = reports(&undisturbed);
    let report: Value = serde_json::from_str(&wanted[1]).unwrap();
    assert_eq!((&report["complete"], &report["total"]["decided"]), (&json!(true), &json!(CELLS)));
    assert_eq!(reports(&undisturbed), wanted, "a finished bench is only read");
    for (kills, signals) in [(vec![1], 0), (vec![6], 1), (vec![13], 0), (vec![1, 2, 3, 4], 0), (vec![2, 5], 2)] {
        let drawn = (0..DRAWS_MAX).find_map(|_| cut_off(&kills, signals));
        let desk = drawn.unwrap_or_else(|| panic!("kills after {kills:?} debates came too late, again and again"));
        assert!(reports(&desk) == wanted, "killed after {kills:?} debates, {signals} signals");
        assert_eq!(sessions(&desk, &[]), CELLS, "no debate is held twice");
    }
}

/// A bench that was killed each time it had told of so many more debates, and then sent so many signals; `None` when it was faster.
fn cut_off(kills: &[usize], signals: usize) -> Option<Desk> {
    let desk = with_file(Desk::new(), MATRIX);
    for told in kills {
        let mut begun = Begun::new(&desk, *told)?;
        begun.child.kill().unwrap();
        begun.ends();
    }
    if signals > 0 {
        let mut begun = Begun::new(&desk, 1)?;
        begun.signal("INT");
        if signals > 1 {
            begun.reads("the debates in hand are finished")?;
            begun.signal("INT");
        }
        let (code, _) = begun.ends();
        assert!([Some(130), Some(0)].contains(&code), "{code:?} after {signals} signals");
    }
    (sessions(&desk, &["--status", "decided"]) < CELLS).then_some(desk)
}

/// A fake that answers so many requests and leaves the rest hanging, until it is told to answer more.
struct Patient {
    fake: Fake,
    answered: Arc<AtomicUsize>,
}

impl Patient {
    fn new(answered: usize) -> Self {
        let answered = Arc::new(AtomicUsize::new(answered));
        let most = Arc::clone(&answered);
        let fake = Fake::start(Arc::new(move |seen, number| {
            let reply = Behaviour::Say(voices::reply(seen, number));
            if number < most.load(Ordering::SeqCst) { reply } else { Behaviour::Hang }
        }));
        Self { fake, answered }
    }

    fn answer_all(&self) {
        self.answered.store(usize::MAX, Ordering::SeqCst);
    }

    fn desk(&self, file: &str) -> Desk {
        with_file(Desk::at(self.fake.url(), 2), file)
    }
}

fn bodies(log: &[Seen]) -> BTreeSet<String> {
    log.iter().map(|seen| format!("{} {}", seen.path, seen.body)).collect()
}

/// Checks that a bench comes to its end, and that nothing of the first `answered` requests is sent again.
fn check_goes_on(patient: &Patient, desk: &Desk, answered: usize) -> Value {
    patient.answer_all();
    let before = patient.fake.log();
    let report = bench(desk, &["--quiet", "--format", "json"]).expect(0).json();
    assert_eq!(report["complete"], true);
    let log = patient.fake.log();
    assert!(
        bodies(&before[..answered]).is_disjoint(&bodies(&log[before.len()..])),
        "a reply in a log is paid for again"
    );
    assert_eq!(bodies(&log).len(), 3 * SMALL_CALLS, "every call is one of the three debates'");
    report
}

#[test]
fn a_killed_bench_pays_for_nothing_twice() {
    for answered in [0, 1, SMALL_CALLS, SMALL_CALLS + 1, 2 * SMALL_CALLS] {
        let patient = Patient::new(answered);
        let desk = patient.desk(SMALL);
        let mut running = desk.spawn(&["bench", "bench.yaml", "--jobs", "1", "--quiet"]);
        // All of the debate in hand has been asked, so what was answered before is on disk.
        let asked = (answered / SMALL_CALLS + 1) * SMALL_CALLS;
        patient.fake.wait_for(|log| log.len() == asked);
        running.kill();
        running.wait();
        // Of the debate in hand, a reply may have been on its way to the disk.
        check_goes_on(&patient, &desk, answered / SMALL_CALLS * SMALL_CALLS);
    }
}

#[test]
fn one_signal_finishes_the_debates_in_hand() {
    let desk = with_file(Desk::new(), MATRIX);
    let mut begun = Begun::new(&desk, 1).unwrap();
    begun.signal("INT");
    begun.reads("the debates in hand are finished").unwrap();
    let (code, printed) = begun.ends();
    let report: Value = serde_json::from_str(&printed).unwrap();
    fits(&schema::bench_report(), &report);
    let cells = report["cells"].as_array().unwrap();
    let decided = cells.iter().filter(|cell| cell["status"] == "decided").count();
    let untouched = cells.iter().filter(|cell| cell["status"].is_null()).count();
    assert_eq!((code, &report["complete"]), (Some(130), &json!(false)));
    assert!(decided > 0 && untouched > 0 && decided + untouched == CELLS, "{decided} decided, {untouched} not begun");
}

#[test]
fn two_signals_end_a_bench_at_once() {
    let patient = Patient::new(SMALL_CALLS);
    let desk = patient.desk(SMALL);
    let mut begun = Begun::spawned(&desk, &["--jobs", "1", "--format", "json"]);
    patient.fake.wait_for(|log| log.len() == 2 * SMALL_CALLS);
    begun.signal("INT");
    // Two signals at once are one to the system.
    begun.reads("the debates in hand are finished").unwrap();
    begun.signal("INT");
    let error = begun.reads("{").unwrap();
    assert!(error.contains("start it again with the same file"), "{error}");
    let (code, printed) = begun.ends();
    assert_eq!((code, printed.as_str()), (Some(130), ""), "who leaves at once is shown nothing");
    check_goes_on(&patient, &desk, SMALL_CALLS);
}

/// Checks that a bench under a budget ends before it takes more, and goes on under a larger one.
fn check_budget(flag: &str, unit: &str, jobs: &str) {
    let patient = Patient::new(usize::MAX);
    let desk = patient.desk(&SMALL.replace("repeats: 3", "repeats: 12"));
    let of = |take: &Value| match unit {
        "cost_usd" => take["cost_usd"].as_f64().unwrap(),
        _ => take["input_tokens"].as_f64().unwrap() + take["output_tokens"].as_f64().unwrap(),
    };
    let plan = bench(&desk, &["--dry-run", "--format", "json"]).expect(0).json();
    assert!(patient.fake.log().is_empty() && sessions(&desk, &[]) == 0, "a dry run sends and stores nothing");
    // The likely case is covered, the opening at its worst is not: that and a few debates is the budget.
    let likely = of(&plan["cells"][0]["each"]["likely"]);
    let scant = if unit == "cost_usd" { likely * 0.9 } else { likely - 1.0 };
    let short = bench(&desk, &[flag, &scant.to_string(), "--quiet"]).expect(6);
    assert!(short.stderr.contains("the next one likely takes") && short.stderr.contains(flag), "{}", short.stderr);
    let stingy = bench(&desk, &[flag, &likely.to_string(), "--quiet"]);
    let told = stingy.expect(6).stderr;
    let needed = told.split_once("up to ").map(|(_, rest)| rest.split(' ').next().unwrap().trim_start_matches('$'));
    let needed: f64 = needed.unwrap_or_else(|| panic!("{told}")).parse().unwrap();
    assert!(patient.fake.log().is_empty(), "what the budget does not cover is not asked");
    let free = patient.desk(SMALL);
    let each = of(&bench(&free, &["--quiet", "--format", "json"]).expect(0).json()["total"]) / 3.0;
    let max = needed * 1.0001 + each * 2.5;
    let max = if unit == "cost_usd" { max } else { max.ceil() };
    let ran = bench(&desk, &[flag, &max.to_string(), "--jobs", jobs, "--quiet", "--format", "json"]).expect(6);
    let report = ran.json();
    fits(&schema::bench_report(), &report);
    let (decided, spent) = (report["total"]["decided"].as_u64().unwrap(), of(&report["total"]));
    assert!((1..12).contains(&decided) && report["complete"] == false, "{decided} of 12 under {max}: {spent}");
    assert!(spent <= max, "{flag} {max} was overshot: {spent}");
    assert_eq!(report["groups"][0]["decided"], decided);
    let error: Value = serde_json::from_str(&ran.stderr).unwrap();
    assert!(error["error"]["hint"].as_str().unwrap().contains(flag), "{error}");
    let rest = of(&bench(&desk, &["--dry-run", "--format", "json"]).expect(0).json()["total"]["likely"]);
    for (budget, told) in
        [(rest + spent * 0.5, "will as a rule end the bench early"), (rest + spent * 1.5, "may end the bench early")]
    {
        let budget = if unit == "cost_usd" { budget } else { budget.ceil() };
        let outlook = bench(&desk, &[flag, &budget.to_string(), "--dry-run"]).expect(0).stdout;
        assert!(outlook.contains(told), "what is spent counts: {outlook}");
    }
    let sent = patient.fake.log().len();
    // The same budget again is used up.
    bench(&desk, &[flag, &max.to_string(), "--jobs", jobs, "--quiet"]).expect(6);
    assert_eq!(patient.fake.log().len(), sent, "a budget that is used up pays for nothing");
    let whole =
        bench(&desk, &[flag, &(max * 40.0).floor().to_string(), "--quiet", "--format", "json"]).expect(0).json();
    assert_eq!(whole["complete"], true);
    assert_eq!(patient.fake.log().len(), (3 + 12) * SMALL_CALLS, "no call is sent twice");
}

#[test]
fn a_budget_holds_for_the_whole_bench() {
    check_budget("--max-cost", "cost_usd", "1");
    check_budget("--max-cost", "cost_usd", "4");
    check_budget("--max-tokens", "tokens", "3");
    let refused = bench(&with_file(Desk::new(), SMALL), &["--rehearse", "--max-cost", "much"]).expect(2);
    assert!(refused.stderr.contains("--max-cost is `much`"), "{}", refused.stderr);
}

#[test]
fn a_debate_that_a_budget_cut_short_goes_on_without_it() {
    let patient = Patient::new(usize::MAX);
    let desk =
        patient.desk(&SMALL.replace("modes: [vote]", "modes: [collaborative]").replace("repeats: 3", "repeats: 1"));
    let likely = bench(&desk, &["--dry-run", "--format", "json"]).expect(0).json()["total"]["likely"].clone();
    let most = |factor: u64| {
        let tokens = likely["input_tokens"].as_u64().unwrap() + likely["output_tokens"].as_u64().unwrap();
        (tokens * factor).to_string()
    };
    // More by and by, until the opening fits; what follows then does not.
    let cut = (1..20).map(|factor| bench(&desk, &["--max-tokens", &most(factor), "--quiet"]).expect(6));
    let cut = cut.into_iter().find(|ran| ran.stdout.contains("limit reached")).unwrap();
    assert!(cut.stderr.contains("the limit on tokens was reached"), "{}", cut.stderr);
    let sent = patient.fake.log().len();
    let report = bench(&desk, &["--quiet", "--format", "json"]).expect(0).json();
    assert!(sent > 0 && report["complete"] == true, "{sent}");
    assert_eq!(bodies(&patient.fake.log()).len(), patient.fake.log().len(), "no call is sent twice");
}

#[test]
fn a_debate_that_loses_its_quorum_is_named_and_taken_up_again() {
    let is_down = Arc::new(AtomicUsize::new(1));
    let switch = Arc::clone(&is_down);
    let fake = Fake::start(Arc::new(move |seen, number| match switch.load(Ordering::SeqCst) {
        0 => Behaviour::Say(voices::reply(seen, number)),
        _ => Behaviour::json(400, &json!({ "error": { "message": "no", "type": "invalid_request_error" } })),
    }));
    let desk = with_file(Desk::at(fake.url(), 2), SMALL);
    let ran = bench(&desk, &["--format", "json"]).expect(5);
    let report = ran.json();
    fits(&schema::bench_report(), &report);
    assert_eq!((&report["total"]["decided"], &report["cells"][0]["status"]), (&json!(0), &json!("quorum_lost")));
    let group = &report["groups"][0];
    assert_eq!((&group["calls"]["value"], &group["calls"]["reason"]), (&Value::Null, &json!("no_values")));
    let error = ran.stderr.lines().last().unwrap();
    assert!(error.contains("vote, t1, two, repeat 1: ") && error.contains("repeat 3"), "{error}");
    let text = bench(&desk, &["--quiet"]).expect(5).stdout;
    assert_eq!(lines_with(&text, "vote, t1, two, repeat ").len(), 3, "{text}");
    is_down.store(0, Ordering::SeqCst);
    assert_eq!(bench(&desk, &["--quiet", "--format", "json"]).expect(0).json()["complete"], true);
    assert_eq!(sessions(&desk, &[]), 3);
}

#[test]
fn a_bench_that_grows_holds_only_what_is_new() {
    let patient = Patient::new(usize::MAX);
    let desk = patient.desk(SMALL);
    bench(&desk, &["--quiet"]).expect(0);
    let sent = patient.fake.log().len();
    desk.write("bench.yaml", SMALL.replace("repeats: 3", "repeats: 4  # one more"));
    bench(&desk, &["--quiet"]).expect(0);
    assert_eq!(patient.fake.log().len(), sent + SMALL_CALLS);
    // A debate that somebody takes further is another one.
    let report = bench(&desk, &["--quiet", "--format", "json"]).expect(0).json();
    let name = report["cells"][0]["session"].as_str().unwrap();
    let record = desk.run(&["show", name, "--format", "json"]).expect(0).record();
    assert_eq!((&record["tags"]["bench"], &record["seed"]), (&json!("small"), &report["cells"][0]["seed"]));
    // A rehearsal of it is another bench.
    bench(&desk, &["--quiet", "--rehearse"]).expect(0);
    assert_eq!((patient.fake.log().len(), sessions(&desk, &[])), (sent + SMALL_CALLS, 8));
}

#[test]
fn the_numbers_are_those_of_the_debates() {
    let desk = with_file(Desk::new(), MATRIX);
    let report = bench(&desk, &["--rehearse", "--quiet", "--format", "json"]).expect(0).json();
    fits(&schema::bench_report(), &report);
    let cells = report["cells"].as_array().unwrap();
    let mut calls = 0;
    for cell in cells {
        let record = desk.run(&["show", cell["session"].as_str().unwrap(), "--format", "json"]).expect(0).record();
        let (total, found) = (&record["usage"]["total"], &cell["found"]);
        calls += total["calls"].as_u64().unwrap();
        for name in ["calls", "input_tokens", "output_tokens", "cost_usd"] {
            assert_eq!(cell["taken"][name], total[name], "{name} of {cell}");
        }
        let (decision, delta) = (&record["decision"], &record["delta"]);
        assert_eq!((&found["option"], &found["text"]), (&decision["option"], &decision["text"]));
        assert_eq!((&found["agreement"], &found["label"]), (&decision["agreement"], &decision["label"]));
        assert_eq!(found["rounds"].as_u64(), Some(record["rounds"].as_array().unwrap().len() as u64));
        assert_eq!(found["debate_tokens"], delta["tokens"]);
        let moved = if cell["topic"] == "move" { &delta["moved"] } else { &decision["estimate"]["revised"] };
        let of = |cited: bool| moved.as_array().unwrap().iter().filter(|moved| moved["cited"] == cited).count() as u64;
        assert_eq!(found["changed_cited"].as_u64(), Some(of(true)), "{cell}");
        assert_eq!(found["changed_uncited"].as_u64(), Some(of(false)), "{cell}");
        match cell["topic"].as_str().unwrap() {
            "move" => {
                assert_eq!(found["marks"]["choice"]["final"], decision["option"] == "o1");
                let right = found["marks"]["choice"]["seats"].as_array().unwrap();
                let right = right.iter().filter(|seat| seat["mark"] == true).count() as u64;
                assert_eq!(Some(right), record["sealed"]["tally"]["o1"].as_u64(), "{cell}");
            }
            _ => {
                let error = (decision["estimate"]["value"].as_f64().unwrap() - 12.0).abs() / 12.0;
                assert_eq!(found["marks"]["estimate"]["final"].as_f64(), Some(error));
            }
        }
    }
    assert_eq!(report["total"]["calls"].as_u64(), Some(calls));
    let seeds: BTreeSet<u64> = cells.iter().map(|cell| cell["seed"].as_u64().unwrap()).collect();
    assert_eq!(seeds.len(), 6, "a seed for each topic and repeat");
    let names: BTreeSet<&str> = cells.iter().map(|cell| cell["session"].as_str().unwrap()).collect();
    assert_eq!(names.len(), CELLS);
    for group in report["groups"].as_array().unwrap() {
        let own: Vec<&Value> = cells.iter().filter(|cell| cell["mode"] == group["mode"]).collect();
        let mean = own.iter().map(|cell| cell["taken"]["calls"].as_f64().unwrap()).sum::<f64>() / own.len() as f64;
        assert_eq!(group["calls"]["value"].as_f64(), Some(mean), "{group}");
        assert_eq!((&group["flips"]["n"], &group["accuracy"]["final"]["n"]), (&json!(3), &json!(3)), "choices alone");
        assert_eq!((&group["accuracy"]["mean_seat"]["n"], &group["error"]["mean_seat"]["n"]), (&json!(12), &json!(12)));
    }
}
