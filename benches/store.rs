//! A store of many sessions: its size, and how long it takes to list, filter, search and show.
//!
//! `cargo bench --bench store` makes stores of 1,000 and of 100,000 sessions, which takes minutes and 6 GB in `TMPDIR`;
//! `ROUNDTABLE_BENCH_SESSIONS=100,1000` makes smaller ones. The sessions are rehearsals of every built-in mode, really
//! run, and copies of them with ids, topics, names and tags of their own, put in as an import is. Times are medians of 11
//! runs: within this process, and of whole processes of the program. Fails above 50 ms for a list or a session, and
//! 100 ms for a search, as a whole process.

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use roundtable::debate::event::{Ending, Event, Logged};
use roundtable::debate::log::ids::SessionId;
use roundtable::modes::{self, Folders};
use roundtable::stats::shuffle;
use roundtable::store::{FILE, Filter, Standing, Store};

/// Runs of each measurement; the one in the middle counts.
const RUNS: usize = 11;
/// Sessions that are handed over together.
const BATCH: u64 = 64;
/// When the first session was opened: 2025-01-01. The last one is two years younger, however many there are.
const FIRST_MS: u64 = 1_735_689_600_000;
const SPAN_MS: u64 = 2 * 365 * 86_400_000;
/// Words that the topics are made of.
const VOCABULARY: u64 = 20_000;
/// One session in so many has the rare word in its topic.
const RARE: u64 = 500;

/// Something that is asked of the store.
struct Case {
    name: &'static str,
    /// As the program's arguments.
    arguments: Vec<String>,
    most: Duration,
    /// The same within this process; returns how much was found.
    call: Box<dyn Fn(&Store) -> usize>,
}

fn main() -> ExitCode {
    let counts = std::env::var("ROUNDTABLE_BENCH_SESSIONS").unwrap_or_else(|_| "1000,100000".to_owned());
    let counts: Vec<u64> = counts.split(',').map(|count| count.trim().parse().expect("numbers, with commas")).collect();
    let measured: Vec<Vec<Measured>> = counts.iter().map(|count| bench(*count)).collect();
    let mut is_within = true;
    println!(
        "\n{:<22} {:>10} {:>10} {:>8} {:>8}   (whole processes, medians of {RUNS})",
        "", "first ms", "last ms", "growth", "at most"
    );
    for (place, last) in measured[measured.len() - 1].iter().enumerate() {
        let first = &measured[0][place];
        let growth = match (first.process, last.process) {
            (Some(first), Some(last)) => format!("{:.2}", last.as_secs_f64() / first.as_secs_f64()),
            _ => "-".to_owned(),
        };
        let is_quick = last.process.is_some_and(|process| process <= last.most);
        is_within &= is_quick;
        println!(
            "{:<22} {:>10} {:>10} {growth:>8} {:>8}{}",
            last.name,
            shown(first.process),
            shown(last.process),
            last.most.as_millis(),
            if is_quick { "" } else { "   <- too slow, or failed" }
        );
    }
    if is_within { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What a case came to.
struct Measured {
    name: &'static str,
    most: Duration,
    /// `None` when the program refused.
    process: Option<Duration>,
}

fn bench(count: u64) -> Vec<Measured> {
    let home = tempfile::tempdir().expect("a temporary folder");
    let folder = home.path().join("data");
    let begun = Instant::now();
    let rehearsals = rehearse(home.path(), &folder);
    let store = Store::open(&folder).expect("a store");
    let bytes = fill(&store, &rehearsals, count);
    drop(store);
    let size = std::fs::metadata(folder.join(FILE)).expect("the database").len();
    println!(
        "\n{count} sessions in {:.0} s: {} MB, {:.1} kB a session, of which {:.1} kB are its events as JSON",
        begun.elapsed().as_secs_f64(),
        size / 1_000_000,
        size as f64 / 1e3 / count as f64,
        bytes as f64 / 1e3 / count as f64
    );
    let opening = median(|| drop(Store::open_existing(&folder).expect("a store")));
    println!("{:<22} {:>10} {:>10} {:>8}   opening {} ms", "", "call ms", "process", "found", shown(Some(opening)));
    let store = Store::open_existing(&folder).expect("a store").expect("a store");
    let measure = |case: Case| {
        let found = (case.call)(&store);
        let call = median(|| {
            (case.call)(&store);
        });
        let works = run(home.path(), &folder, &case.arguments);
        let process = works.then(|| {
            median(|| {
                run(home.path(), &folder, &case.arguments);
            })
        });
        println!("{:<22} {:>10} {:>10} {found:>8}", case.name, shown(Some(call)), shown(process));
        Measured { name: case.name, most: case.most, process }
    };
    cases(&store, count).into_iter().map(measure).collect()
}

/// Runs a debate of every built-in mode, and returns their logs.
fn rehearse(home: &Path, folder: &Path) -> Vec<Vec<Logged>> {
    for mode in modes::list(&Folders::default()) {
        let arguments =
            ["start", "--topic", "Should we split the monolith?", "--rehearse", "--quiet", "--mode", &mode.name];
        assert!(run(home, folder, &arguments.map(str::to_owned)), "a rehearsal of {}", mode.name);
    }
    let store = Store::open_existing(folder).expect("a store").expect("the rehearsals");
    let listed = store.list(&Filter::default(), 100).expect("a list");
    listed.iter().map(|listed| store.load(listed.session).expect("a log")).collect()
}

/// Puts copies in until there are `count` sessions. Returns how many bytes of JSON all of them are.
fn fill(store: &Store, rehearsals: &[Vec<Logged>], count: u64) -> usize {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let mut bytes: usize = rehearsals.iter().flatten().map(json_bytes).sum();
    let copies: Vec<u64> = (0..count.saturating_sub(rehearsals.len() as u64)).collect();
    for batch in copies.chunks(BATCH as usize) {
        let put = async |number: &u64| {
            let source = &rehearsals[*number as usize % rehearsals.len()];
            let (session, log) = copy(source, *number, count);
            let bytes: usize = log.iter().map(json_bytes).sum();
            let lease = store.lease(session).expect("a lease");
            store.import(&lease, log).await.expect("an import");
            bytes
        };
        bytes += runtime.block_on(join_all(batch.iter().map(put))).iter().sum::<usize>();
    }
    bytes
}

fn json_bytes(logged: &Logged) -> usize {
    serde_json::to_string(&logged.event).expect("an event").len()
}

/// A session of its own with the same course.
fn copy(source: &[Logged], number: u64, count: u64) -> (SessionId, Vec<Logged>) {
    let draw = |what: &str, below: u64| shuffle::seed_for(number, what) % below;
    let opened_ms = FIRST_MS + SPAN_MS / count * number;
    let random = (u128::from(draw("high", u64::MAX)) << 64 | u128::from(draw("low", u64::MAX))).to_be_bytes();
    let random: [u8; 10] = random[..10].try_into().expect("ten of sixteen");
    let session = SessionId(uuid::Builder::from_unix_timestamp_millis(opened_ms, &random).into_uuid());
    let began_ms = source[0].at_ms;
    let mut log = source.to_vec();
    for logged in &mut log {
        logged.at_ms = opened_ms + (logged.at_ms - began_ms);
        if let Event::SessionOpened(setup) = &mut logged.event {
            setup.session = session;
            let words: Vec<String> =
                (0..12).map(|place| format!("wo{}", draw(&format!("word {place}"), VOCABULARY))).collect();
            let rare = if number % RARE == 7 { " axolotl 压力测试" } else { "" };
            setup.question.topic = format!("Should {} come first{rare}? 先迁移数据库吗", words.join(" "));
            setup.name = number.is_multiple_of(10).then(|| format!("session-{number}"));
            setup.tags = [("team", draw("team", 20)), ("customer", draw("customer", 2_000))]
                .map(|(key, value)| (key.to_owned(), format!("{key}-{value}")))
                .into();
        }
    }
    (session, log)
}

fn cases(store: &Store, count: u64) -> Vec<Case> {
    let listing = |name, arguments: &[&str], filter: Filter| Case {
        name,
        arguments: [&["list", "--limit", "20"], arguments].concat().into_iter().map(str::to_owned).collect(),
        most: Duration::from_millis(50),
        call: Box::new(move |store| store.list(&filter, 20).expect("a list").len()),
    };
    let search = |name, text: &'static str| Case {
        name,
        arguments: ["search", text, "--limit", "20"].map(str::to_owned).into(),
        most: Duration::from_millis(100),
        call: Box::new(move |store| store.search(text, 20).expect("a search").len()),
    };
    let any = Filter::default;
    let middle = store.find(&format!("@~{}", count / 2)).expect("a session in the middle");
    let tag = |key: &str, value: &str| vec![(key.to_owned(), Some(value.to_owned()))];
    let month = Filter { opened_from_ms: Some(FIRST_MS), opened_before_ms: Some(FIRST_MS + 31 * 86_400_000), ..any() };
    let decided = Filter { standing: Some(Standing::Ended(Ending::Decided)), ..any() };
    let stopped = Filter { standing: Some(Standing::Ended(Ending::Stopped)), ..any() };
    vec![
        listing("list", &[], any()),
        listing("list by mode", &["--mode", "delphi"], Filter { mode: Some("delphi".to_owned()), ..any() }),
        listing("list by status", &["--status", "decided"], decided),
        listing("list, no such status", &["--status", "stopped"], stopped),
        listing("list by common tag", &["--tag", "team=team-7"], Filter { tags: tag("team", "team-7"), ..any() }),
        listing(
            "list by rare tag",
            &["--tag", "customer=customer-7"],
            Filter { tags: tag("customer", "customer-7"), ..any() },
        ),
        listing("list of first month", &["--since", "2025-01-01", "--until", "2025-02-01"], month),
        listing("list by text", &["--text", "axolotl"], Filter { text: Some("axolotl".to_owned()), ..any() }),
        listing("list, no such text", &["--text", "zebra"], Filter { text: Some("zebra".to_owned()), ..any() }),
        search("search, rare word", "axolotl"),
        search("search, common word", "should"),
        search("search, phrase", "\"come first axolotl\""),
        search("search, common phrase", "\"taken back\""),
        search("search, two words", "axolotl delphi"),
        search("search, two common", "step costs"),
        search("search, beginning", "axol*"),
        search("search, wide beginning", "wo1*"),
        search("search, two beginnings", "ta* wo*"),
        search("search, one letter", "t*"),
        search("search, rare, unspaced", "压力测试"),
        search("search, common, unspaced", "数据库"),
        search("search, one character", "库"),
        search("search, no such word", "zebra"),
        Case {
            name: "show",
            arguments: vec!["show".to_owned(), middle.to_string()],
            most: Duration::from_millis(50),
            call: Box::new(move |store| store.load(middle).expect("a log").len()),
        },
    ]
}

/// Runs the program; tells whether it succeeded.
fn run(home: &Path, folder: &Path, arguments: &[String]) -> bool {
    let mut command = Command::new(env!("CARGO_BIN_EXE_roundtable"));
    command.args(arguments).env_clear().env("HOME", home).env("ROUNDTABLE_DATA_DIR", folder).current_dir(home);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().expect("the program runs").success()
}

fn median(mut work: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let begun = Instant::now();
            work();
            begun.elapsed()
        })
        .collect();
    times.sort();
    times[RUNS / 2]
}

fn shown(time: Option<Duration>) -> String {
    time.map_or_else(|| "-".to_owned(), |time| format!("{:.2}", time.as_secs_f64() * 1e3))
}
