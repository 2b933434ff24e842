//! Every mode at every size, through the built program and a fake provider that keeps a log: who was asked, when, for
//! which model, and what each prompt held.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use roundtable::debate::mode::{Mode, Order};
use roundtable::modes::{self, Folders};
use serde_json::{Value, json};
use tokio::sync::Barrier;

use crate::support::fake::{Behaviour, Fake, Seen};
use crate::support::plan;
use crate::support::plan::{Group, Turn};
use crate::support::program;
use crate::support::program::{Desk, VENDORS};
use crate::support::voices;
use crate::support::voices::{PERSPECTIVES, marks};

/// The modes with the names on a panel of five: the product's contract.
const MODES: [(&str, [&str; 5]); 12] = [
    ("collaborative", ["Synthesizer", "Analyst", "Creative", "Pragmatist", "Synthesizer 2"]),
    ("adversarial", ["Proponent", "Opponent", "Proponent 2", "Opponent 2", "Proponent 3"]),
    ("socratic", ["Questioner", "Respondent", "Questioner 2", "Respondent 2", "Questioner 3"]),
    ("expert-panel", PERSPECTIVES),
    ("devils-advocate", ["Advocate", "Challenger", "Evaluator", "Advocate 2", "Challenger 2"]),
    ("delphi", ["Participant 1", "Participant 2", "Participant 3", "Participant 4", "Participant 5"]),
    ("red-team-blue-team", ["Red Team", "Blue Team", "Red Team 2", "Blue Team 2", "Red Team 3"]),
    ("vote", ["Voter 1", "Voter 2", "Voter 3", "Voter 4", "Voter 5"]),
    ("council", ["Councillor 1", "Councillor 2", "Councillor 3", "Councillor 4", "Councillor 5"]),
    ("premortem", ["Builder", "Operator", "Customer", "Treasurer", "Outsider"]),
    ("six-hats", ["White Hat", "Red Hat", "Black Hat", "Yellow Hat", "Green Hat"]),
    ("oxford", ["Proposition", "Opposition", "Proposition 2", "Opposition 2", "Proposition 3"]),
];
const AGENTS: [usize; 4] = [2, 3, 4, 5];
const PROVIDERS: [usize; 3] = [1, 2, 4];
/// How long the fake takes to answer. What waits for an answer cannot start sooner than this after the request.
const DELAY: Duration = Duration::from_millis(2);
/// Runs under way at the same time.
const THREADS: usize = 4;

/// What a debate is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    AChoice,
    Options,
    ANumber,
}

/// One debate of the matrix, and what is known of it once it has run.
struct Case {
    title: String,
    mode: Mode,
    names: [&'static str; 5],
    agents: usize,
    providers: usize,
    record: Value,
    log: Vec<Seen>,
    /// The turn of every request, in order of arrival.
    turns: Vec<Turn>,
    groups: Vec<Group>,
}

impl Case {
    /// Runs a debate whose question is open or a choice, by turns.
    fn run(mode: (&str, [&'static str; 5]), agents: usize, providers: usize) -> Self {
        let is_open = (agents + providers).is_multiple_of(2);
        Self::run_for(if is_open { Wanted::Options } else { Wanted::AChoice }, mode, agents, providers)
    }

    fn run_for(wanted: Wanted, (name, names): (&str, [&'static str; 5]), agents: usize, providers: usize) -> Self {
        let title = format!("{name} --agent-count {agents}, {providers} providers, {wanted:?}");
        let fake = Fake::start(voices::script(DELAY));
        let count = agents.to_string();
        let mut arguments = vec![
            "start",
            "--topic",
            "Should we move?",
            "--mode",
            name,
            "--agent-count",
            &count,
            "--format",
            "json",
            "--quiet",
        ];
        arguments.extend(match wanted {
            Wanted::AChoice => vec!["--yes-no"],
            Wanted::Options => Vec::new(),
            Wanted::ANumber => vec!["--estimate", "weeks"],
        });
        let ran = Desk::at(fake.url(), providers).run(&arguments).expect(0);
        assert_eq!(ran.stderr, "", "{title}");
        let record = ran.record();
        let mode = modes::find(name, &Folders::default()).unwrap().mode;
        let (log, turns) = (fake.log(), turns(&record, &title));
        assert_eq!(log.len(), turns.len(), "{title}: one request for every turn");
        Self { groups: plan::groups(&mode, &record), title, mode, names, agents, providers, record, log, turns }
    }

    fn vendor(&self, seat: usize) -> &'static program::Vendor {
        &VENDORS[(seat - 1) % self.providers]
    }

    fn calls(&self) -> impl Iterator<Item = (&Seen, &Turn)> {
        self.log.iter().zip(&self.turns)
    }
}

/// The turns in the order of their requests: every reply holds the number of its request.
fn turns(record: &Value, title: &str) -> Vec<Turn> {
    let mut turns = BTreeMap::new();
    for taken in record["turns"].as_array().unwrap() {
        let said = taken["response"].to_string();
        // Personas that were proposed hold no mark; theirs is always the first request.
        let number = if taken["phase"] == "framing" { BTreeSet::from([0]) } else { marks("zq", &said) };
        assert_eq!(number.len(), 1, "{title}: {taken}");
        let other = turns.insert(number.into_iter().next().unwrap(), Turn::read(taken));
        assert_eq!(other, None, "{title}: two turns with one reply: {taken}");
    }
    assert_eq!(turns.keys().copied().collect::<Vec<_>>(), (0..turns.len()).collect::<Vec<_>>(), "{title}");
    turns.into_values().collect()
}

/// All that the program itself says in a request: everything but the seat's own replies.
fn told(seen: &Seen) -> String {
    let users = seen.messages.iter().filter(|(role, _)| role == "user").map(|(_, text)| text.as_str());
    std::iter::once(seen.system.as_str()).chain(users).collect::<Vec<_>>().join("\n")
}

fn check(case: &Case) {
    check_outcome(case);
    check_seating(case);
    check_order(case);
    check_voices(case);
    check_visibility(case);
    check_anonymity(case);
    check_prefixes(case);
}

fn check_outcome(case: &Case) {
    let (record, title) = (&case.record, &case.title);
    assert_eq!(record["status"], "decided", "{title}");
    assert_eq!(record["mode"], case.mode.mode, "{title}");
    assert_eq!(record["synthesis_failure"], Value::Null, "{title}");
    assert!(record["synthesis"].is_object(), "{title}");
    assert_eq!(record["usage"]["total"]["calls"], case.log.len(), "{title}");
    let counted = match record["question"]["kind"] == "estimate" {
        true => &record["decision"]["estimate"]["final"]["n"],
        false => &record["final"]["valid"],
    };
    assert_eq!(*counted, case.agents, "{title}: {}", record["final"]);
}

fn check_seating(case: &Case) {
    let seated: Vec<[&Value; 4]> = case.record["panel"]
        .as_array()
        .unwrap()
        .iter()
        .map(|agent| ["seat", "id", "name", "provider"].map(|f| &agent[f]))
        .collect();
    let due: Vec<[Value; 4]> = (1..=case.agents)
        .map(|seat| {
            let vendor = case.vendor(seat).name;
            [json!(seat), json!(format!("{vendor}-persona-{seat}")), json!(case.names[seat - 1]), json!(vendor)]
        })
        .collect();
    let due: Vec<[&Value; 4]> = due.iter().map(|agent| agent.each_ref()).collect();
    assert_eq!(seated, due, "{}", case.title);
}

/// The groups come one after another, and within a sequential one the speakers do.
fn check_order(case: &Case) {
    let title = &case.title;
    let mut arrived = case.log.iter().zip(&case.turns);
    let mut latest = None;
    for group in &case.groups {
        let calls: Vec<(&Seen, &Turn)> = arrived.by_ref().take(group.turns.len()).collect();
        let mut spoke: Vec<&Turn> = calls.iter().map(|(_, turn)| *turn).collect();
        let mut due: Vec<&Turn> = group.turns.iter().collect();
        if group.order == Order::Parallel {
            spoke.sort();
            due.sort();
        }
        assert_eq!(spoke, due, "{title}: who spoke when");
        for (seen, turn) in calls {
            let since = latest.map(|latest| seen.started.duration_since(latest));
            assert!(
                since.is_none_or(|since| since >= DELAY),
                "{title}: {turn:?} began before what it waits for was answered"
            );
            if group.order == Order::Sequential {
                latest = Some(seen.started);
            }
        }
        latest = case
            .log
            .iter()
            .zip(&case.turns)
            .filter(|(_, turn)| group.turns.contains(turn))
            .map(|(seen, _)| seen.started)
            .max();
    }
    assert_eq!(arrived.next().map(|(_, turn)| turn), None, "{title}: nobody else is asked");
}

/// Each seat is asked on its vendor's wire, for its model, with its vendor's key and no other.
fn check_voices(case: &Case) {
    for (seen, turn) in case.calls() {
        let (vendor, model) = match turn.seat {
            Some(seat) => (case.vendor(seat as usize), &case.record["panel"][seat as usize - 1]["model"]),
            None => (&VENDORS[0], &case.record["moderators"][0]["model"]),
        };
        assert_eq!((seen.vendor_wire, &json!(seen.model)), (vendor.wire, model), "{}: {turn:?}", case.title);
        let (header, before) = vendor.key_header;
        assert_eq!(seen.headers.get(header), Some(&format!("{before}{}", vendor.key)), "{}: {turn:?}", case.title);
        for other in VENDORS.iter().filter(|other| other.name != vendor.name) {
            assert!(
                !format!("{seen:?}").contains(other.key),
                "{}: {turn:?} carries the key of {}",
                case.title,
                other.name
            );
        }
    }
}

/// A prompt holds what the mode promises and nothing else: sealed turns nothing of another seat, ballots and reasoning
/// nowhere.
fn check_visibility(case: &Case) {
    let title = &case.title;
    let number = |turn: &Turn| case.turns.iter().position(|other| other == turn).unwrap();
    // Options come from the moderator's own words, and everybody sees them.
    let of_options: BTreeSet<usize> = case.turns.iter().filter(|turn| turn.phase == "options").map(number).collect();
    for (seen, turn) in case.calls() {
        let told = told(seen);
        let shown: BTreeSet<usize> = marks("zq", &told).difference(&of_options).copied().collect();
        let may_see: BTreeSet<usize> = match turn.phase.as_str() {
            "framing" => BTreeSet::new(),
            "options" => {
                case.groups.iter().find(|group| group.stage.is_some()).unwrap().turns.iter().map(number).collect()
            }
            // The closing text is written from the ledger and the minority report, which quotes its holders.
            "synthesis" => continue,
            _ => plan::visible(&case.mode, &case.groups, turn).iter().map(number).collect(),
        };
        assert_eq!(shown, may_see, "{title}: what {turn:?} is shown");
        assert_eq!(marks("zw", &told), BTreeSet::new(), "{title}: {turn:?} is shown what another seat kept to itself");
        let own: BTreeSet<usize> =
            case.turns.iter().filter(|other| turn.seat.is_some() && other.seat == turn.seat).map(number).collect();
        let replies: String =
            seen.messages.iter().filter(|(role, _)| role == "assistant").map(|(_, text)| text.as_str()).collect();
        let earlier: BTreeSet<usize> = own.into_iter().filter(|other| *other < number(turn)).collect();
        assert_eq!(marks("zq", &replies), earlier, "{title}: {turn:?} goes on from its own replies");
    }
}

fn check_anonymity(case: &Case) {
    let title = &case.title;
    let panel = case.record["panel"].as_array().unwrap();
    for (seen, turn) in case.calls() {
        let told = told(seen);
        let text = |agent: &Value, field: &str| agent[field].as_str().unwrap().to_owned();
        for agent in panel {
            for hidden in ["id", "model", "provider"].map(|field| text(agent, field)) {
                assert!(!told.to_lowercase().contains(&hidden.to_lowercase()), "{title}: {turn:?} is told of {hidden}");
            }
            let name = text(agent, "name");
            let is_other = turn.seat.is_some_and(|seat| agent["seat"] != seat);
            if is_other && plan::is_anonymous(&case.mode) && !is_own_name(case, turn, &name) {
                assert!(!told.contains(&name), "{title}: {turn:?} is told of {name}");
            }
        }
        // Where it matters who speaks, it is said.
        let is_of_mode = case.groups.iter().any(|group| group.turns.contains(turn) && group.stage.is_some());
        if is_of_mode && plan::is_named(&case.groups, turn) {
            for other in plan::visible(&case.mode, &case.groups, turn) {
                let name =
                    other.seat.map_or("The moderator".to_owned(), |seat| text(&panel[seat as usize - 1], "name"));
                assert!(
                    told.contains(&format!("{name}\nquoted")) || told.contains(&format!("{name} (assigned")),
                    "{title}: {turn:?} is not told that {name} spoke"
                );
            }
        }
    }
}

/// Whether a name is part of the speaker's own, as `Synthesizer` is of `Synthesizer 2`.
fn is_own_name(case: &Case, turn: &Turn, name: &str) -> bool {
    turn.seat.is_some_and(|seat| case.names[seat as usize - 1].contains(name))
}

/// Every prompt of a seat begins with that seat's previous prompt, and all begin with the same block.
fn check_prefixes(case: &Case) {
    let shared = case.log.iter().map(|seen| seen.system.as_str()).find(|system| !system.is_empty()).unwrap();
    let mut latest: BTreeMap<u64, &Seen> = BTreeMap::new();
    for (seen, turn) in case.calls() {
        // A vendor whose search reads nothing but the first message gets the block there.
        let block = if seen.system.is_empty() { &seen.messages[0].1 } else { &seen.system };
        assert!(block.starts_with(shared), "{}: the shared block of {turn:?}: {block}", case.title);
        if let Some(before) = turn.seat.and_then(|seat| latest.insert(seat, seen)) {
            assert!(
                seen.messages.starts_with(&before.messages),
                "{}: {turn:?} does not go on from the seat's last prompt",
                case.title
            );
            assert!(seen.messages.len() >= before.messages.len() + 2, "{}: {turn:?} adds nothing", case.title);
        }
    }
}

#[test]
fn every_mode_at_every_size_on_every_number_of_providers() {
    let sizes = AGENTS.iter().flat_map(|agents| PROVIDERS.map(|providers| (*agents, providers)));
    let cases: Vec<_> = sizes.flat_map(|(agents, providers)| MODES.map(|mode| (mode, agents, providers))).collect();
    on_threads(&cases, |(mode, agents, providers)| check(&Case::run(*mode, *agents, *providers)));
}

#[test]
fn every_mode_that_takes_estimates_at_every_size() {
    let takes = |(name, _): &(&str, _)| modes::find(name, &Folders::default()).unwrap().mode.takes_estimates();
    let modes: Vec<_> = MODES.into_iter().filter(takes).collect();
    assert!(modes.len() >= 5, "{modes:?}");
    let sizes = AGENTS.iter().flat_map(|agents| [(*agents, 1), (*agents, 4)]);
    let cases: Vec<_> = sizes.flat_map(|size| modes.iter().map(move |mode| (*mode, size))).collect();
    on_threads(&cases, |(mode, (agents, providers))| {
        check(&Case::run_for(Wanted::ANumber, *mode, *agents, *providers));
    });
}

fn on_threads<T: Sync>(cases: &[T], check: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _thread in 0..THREADS {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    check(case);
                }
            });
        }
    });
}

#[test]
fn a_mode_file_that_uses_every_way_of_seeing() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/modes/axes.yaml");
    for (agents, providers) in [(2, 1), (3, 2), (5, 4)] {
        check(&Case::run((file, ["Red One", "Blue One", "Red Two", "Red One 2", "Blue One 2"]), agents, providers));
    }
}

#[test]
fn the_matrix_covers_every_built_in_mode() {
    let listed: BTreeSet<String> = modes::list(&Folders::default()).into_iter().map(|listed| listed.name).collect();
    assert_eq!(listed, MODES.iter().map(|(name, _)| (*name).to_owned()).collect());
}

#[test]
fn a_parallel_stage_is_asked_at_the_same_time() {
    for (mode, agents, groups) in [("delphi", 5, 3), ("council", 4, 2), ("premortem", 3, 4)] {
        let barrier = Arc::new(Barrier::new(agents));
        // Nobody is answered before all are asked: speakers in single file would wait for ever.
        let fake = Fake::start(Arc::new(move |seen, number| {
            Behaviour::Together(Arc::clone(&barrier), Box::new(Behaviour::Say(voices::reply(seen, number))))
        }));
        let count = agents.to_string();
        let arguments =
            ["start", "--topic", "Move?", "--mode", mode, "-n", &count, "--yes-no", "--no-synthesis", "--quiet"];
        let mut desk = Desk::at(fake.url(), 1);
        desk.set("ANTHROPIC_CONCURRENCY", &count);
        desk.run(&arguments).expect(0);
        assert!(fake.log().len() >= groups * agents, "{mode}");
    }
}
