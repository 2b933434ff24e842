//! A debate whose process is killed, again and again, comes to what it would have come to.
//!
//! The real program talks to the fake provider, is killed with SIGKILL, and is resumed until it is done, with up to three
//! kills to a debate. Replies are scripted: the same call gets the same reply, in the undisturbed run and in every other.
//! After each kill and at the end it is checked that
//! - a call whose reply is in the log is never sent again, and no process sends a call twice;
//! - calls sent minus unique calls is at most the calls in flight at the kills: those that the fake had not answered in
//!   full, and those that it had and whose reply was on its way to the disk, never more of both than there are seats;
//! - each call in flight is on disk as a turn that was started, and the record counts each that was sent again as lost;
//! - but for that count, the session's id and the clock, the decision record is that of the undisturbed run;
//! - the log only grows, and SQLite finds the database sound.
//!
//! Moments are not waited for by the clock. Either the fake tells: the n-th call of a process has arrived, has been
//! answered half, has been answered. Or the log does: so many events are on disk. The boundary after event k is the state
//! of the disk between two commits; events that are recorded together are on disk together, so that a boundary within
//! them does not exist, and the kill comes after all of them. The boundary after event 0 is a program that has stored
//! nothing and has asked nobody; so is the one that is killed as soon as it runs. What a kill cannot show is a power cut:
//! what the operating system was given stays given.
//!
//! By default 40 debates are killed: a sample of the random moments, and one boundary of every mode.
//! All of them, 300 random moments and every boundary of every mode:
//!
//! ```text
//! ROUNDTABLE_KILLS=300 cargo test --test laws crash_recovery -- --nocapture
//! ```
//!
//! A failure names its case, which runs alone with `ROUNDTABLE_KILLS_CASE=NAME`; `ROUNDTABLE_KILLS_SEED` draws others.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use roundtable::modes::{self, Folders};
use roundtable::stats::shuffle::{self, SplitMix64};
use serde_json::{Value, json};

use crate::support::book::{Book, Setting};
use crate::support::fake::{Behaviour, Fake, Script};
use crate::support::program::{Desk, Ran, Running};
use crate::support::stored;
use crate::support::stored::{Log, Watch};

/// Where all draws begin.
const SEED: u64 = 0x6b69_6c6c;
/// Debates killed at random moments when nothing else is said; one boundary of every mode comes on top.
const SAMPLE: usize = 28;
/// Debates run at the same time.
const THREADS: usize = 2;
/// Kills of one debate.
const KILLS_MAX: usize = 3;
/// Draws until a moment is met before the debate is over.
const DRAWS_MAX: usize = 20;
/// How often it is looked whether the moment has come.
const PACE: Duration = Duration::from_micros(50);
/// A moment that has not come by then never will.
const PATIENCE: Duration = Duration::from_secs(30);

/// When a process is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// As soon as it runs.
    Born,
    /// As soon as there is a database, with anything in it or not.
    Founded,
    /// When its n-th call has arrived, which then gets no answer.
    Asked(usize),
    /// When its n-th call has been answered half.
    Half(usize),
    /// When its n-th call has been answered, whether the program knows it yet or not.
    Answered(usize),
    /// When so many events are on disk.
    Stored(usize),
}

impl Moment {
    /// Draws one in a process that has so many calls to make, and so many events on disk of the number there will be.
    fn draw(random: &mut SplitMix64, calls: usize, on_disk: usize, events: usize) -> Self {
        let nth = |random: &mut SplitMix64| 1 + random.below(calls.max(1));
        match random.below(20) {
            0 => Self::Born,
            1 => Self::Founded,
            2..8 => Self::Asked(nth(random)),
            8..11 => Self::Half(nth(random)),
            11..15 => Self::Answered(nth(random)),
            _ => Self::Stored(on_disk + 1 + random.below(events.saturating_sub(on_disk + 1))),
        }
    }

    /// The script of a process that is to be killed at this moment.
    fn script(self, book: &Arc<Book>, tell: Sender<()>) -> Script {
        book.script(move |number, text| match self {
            Self::Asked(n) if number + 1 == n => {
                tell.send(()).ok();
                Behaviour::Hang
            }
            Self::Half(n) if number + 1 == n => Behaviour::FallSilentTelling(text, tell.clone()),
            Self::Answered(n) if number + 1 == n => Behaviour::SayTelling(text, tell.clone()),
            _ => Behaviour::Say(text),
        })
    }

    /// Whether the moment has come, as far as the disk tells.
    fn has_come(self, watch: &mut Watch) -> bool {
        match self {
            Self::Born => true,
            Self::Founded => watch.is_there(),
            Self::Stored(count) => watch.events() >= count,
            Self::Asked(_) | Self::Half(_) | Self::Answered(_) => false,
        }
    }
}

/// One debate to be killed.
#[derive(Debug, Clone)]
struct Case {
    name: String,
    setting: Setting,
    /// The event after which the first kill comes; drawn when there is none.
    boundary: Option<usize>,
}

/// What is known of the cases so far.
#[derive(Debug, Default)]
struct Tally {
    kills: usize,
    calls: usize,
    again: usize,
    in_flight: usize,
    /// Of the calls in flight, those that the fake had answered in full.
    on_the_way: usize,
    /// The events on disk at the first kill.
    first: Option<usize>,
}

/// One process of a debate.
struct Life {
    /// The replies to the calls that it sent, each call once for every time it was sent.
    sent: Vec<String>,
    /// Of these, the ones that the fake answered in full.
    answered: BTreeSet<String>,
    was_killed: bool,
    ran: Ran,
    log: Option<Log>,
}

impl Life {
    fn live(desk: &mut Desk, book: &Arc<Book>, arguments: &[&str], moment: Option<Moment>, title: &str) -> Self {
        let (tell, told) = mpsc::channel();
        let script =
            moment.map_or_else(|| book.script(|_, text| Behaviour::Say(text)), |m| m.script(book, tell.clone()));
        // A fake of its own: no call of this process can pass for one of the next.
        let fake = Fake::start(script);
        desk.point(fake.url());
        let mut running = desk.spawn(arguments);
        if let Some(moment) = moment {
            kill_at(moment, &mut running, &told, &mut Watch::new(&desk.data()), title);
        }
        let ran = running.wait();
        let asked = fake.wait_for(|log| log.iter().all(|seen| seen.ended.is_some()));
        let reply =
            |seen| book.reply(seen).unwrap_or_else(|| panic!("{title}: the undisturbed run never asked {seen:#?}"));
        let sent = asked.iter().map(|seen| reply(seen).to_owned()).collect();
        let answered = asked.iter().filter(|seen| seen.answered).map(|seen| reply(seen).to_owned()).collect();
        let mut logs = stored::read(&desk.data());
        assert!(logs.len() <= 1, "{title}: one session");
        Self { sent, answered, was_killed: ran.signal == Some(9), ran, log: logs.pop_first().map(|(_, log)| log) }
    }
}

/// Kills the process at the moment, unless it ends before.
fn kill_at(moment: Moment, running: &mut Running, told: &Receiver<()>, watch: &mut Watch, title: &str) {
    let give_up = Instant::now() + PATIENCE;
    while !moment.has_come(watch) && told.recv_timeout(PACE).is_err() {
        if running.has_ended() {
            return;
        }
        assert!(Instant::now() < give_up, "{title}: {moment:?} has not come within {PATIENCE:?}");
    }
    running.kill();
}

/// A debate that goes from kill to kill.
struct Debate<'a> {
    case: &'a Case,
    title: String,
    book: Arc<Book>,
    desk: Desk,
    log: Log,
    tally: Tally,
    unique: BTreeSet<String>,
}

impl Case {
    /// Kills and resumes the debate until it is done; does so again while the first kill came too late.
    fn run(&self, seed: u64) -> Tally {
        let mut random = SplitMix64::new(shuffle::seed_for(seed, &self.name));
        let book = undisturbed(&self.setting);
        for _draw in 0..DRAWS_MAX {
            let title = format!("case {} of seed {seed}: {:?}", self.name, self.setting);
            let debate = Debate {
                case: self,
                title,
                book: Arc::clone(&book),
                desk: self.setting.desk(),
                log: Log(Vec::new()),
                tally: Tally::default(),
                unique: BTreeSet::new(),
            };
            let tally = debate.run(&mut random);
            if self.is_met(&book, tally.first) {
                return tally;
            }
        }
        panic!("case {} of seed {seed}: no kill came in time", self.name);
    }

    /// Whether the first kill came where it should, as far as that can be told before.
    fn is_met(&self, book: &Book, first: Option<usize>) -> bool {
        let kind = |place: usize| book.log.0.get(place).and_then(|event| event["event"].as_str());
        match self.boundary {
            None => first.is_some(),
            Some(0) => first == Some(0),
            Some(event) => match (kind(event - 1), kind(event)) {
                // Recorded together.
                (Some("turn_started"), Some("turn_started")) => true,
                // Recorded together if they arrive together.
                (Some("turn_finished"), Some("turn_finished")) => true,
                // Nothing is left to be killed but the way out.
                (Some("session_closed"), _) => true,
                _ => first == Some(event),
            },
        }
    }
}

impl Debate<'_> {
    fn run(mut self, random: &mut SplitMix64) -> Tally {
        let kills = 1 + random.below(KILLS_MAX);
        let mut lives = 0;
        loop {
            let moment = (lives < kills).then(|| self.moment(lives, random));
            lives += 1;
            let life = self.live(moment);
            if !life.was_killed {
                self.check_end(&life.ran.expect(0).record());
                return self.tally;
            }
            if self.log.has_ended() {
                let ended = self.desk.run(&["resume", "@"]).expect(0);
                assert!(ended.stderr.contains("nothing is asked again"), "{}: {}", self.title, ended.stderr);
                let record = self.desk.run(&["show", "@", "--format", "json"]).expect(0).record();
                self.check_end(&record);
                return self.tally;
            }
        }
    }

    fn moment(&self, lives: usize, random: &mut SplitMix64) -> Moment {
        match (lives, self.case.boundary) {
            (0, Some(0)) => Moment::Founded,
            (0, Some(event)) => Moment::Stored(event),
            _ => {
                let left = self.book.calls() - self.log.replies().len();
                Moment::draw(random, left, self.log.0.len(), self.book.log.0.len())
            }
        }
    }

    /// Runs a process to its end or to its kill, and checks what it left.
    fn live(&mut self, moment: Option<Moment>) -> Life {
        let title = format!("{}, {} kills before, then {moment:?}", self.title, self.tally.kills);
        let start = self.case.setting.arguments();
        let start: Vec<&str> = start.iter().map(String::as_str).collect();
        let resume = ["resume", "@", "--quiet", "--format", "json"];
        let arguments = if self.log.0.is_empty() { &start[..] } else { &resume[..] };
        let life = Life::live(&mut self.desk, &self.book, arguments, moment, &title);
        let log = life.log.clone().unwrap_or(Log(Vec::new()));
        let sent: BTreeSet<&str> = life.sent.iter().map(String::as_str).collect();
        assert_eq!(sent.len(), life.sent.len(), "{title}: one process sends a call once");
        let repeated: Vec<_> = sent.intersection(&self.log.replies()).copied().collect();
        assert!(repeated.is_empty(), "{title}: sent again although the reply was in the log: {repeated:#?}");
        log.check(&title);
        assert!(log.0.starts_with(&self.log.0), "{title}: the log has lost or changed what it held");
        let replies = log.replies();
        let on_the_way = life.answered.iter().filter(|reply| !replies.contains(reply.as_str())).count();
        let in_flight = sent.difference(&replies).count();
        assert!(in_flight <= log.open_turns(), "{title}: {in_flight} calls in flight, {} on disk", log.open_turns());
        assert!(in_flight <= self.case.setting.seats.max(2), "{title}: {in_flight} calls in flight");
        self.tally.calls += sent.len();
        self.tally.in_flight += in_flight;
        self.tally.on_the_way += on_the_way;
        self.unique.extend(life.sent.iter().cloned());
        if life.was_killed {
            self.tally.kills += 1;
            self.tally.first.get_or_insert(log.0.len());
        }
        if log.0.is_empty() {
            assert!(life.sent.is_empty(), "{title}: asked before anything was on disk");
            let listed = self.desk.run(&["list", "--format", "json"]).expect(0).json();
            assert_eq!(listed, json!({ "sessions": [] }), "{title}");
            self.desk.run(&["resume", "@"]).expect(2);
        }
        self.log = log;
        life
    }

    fn check_end(&mut self, record: &Value) {
        let (title, tally) = (&self.title, &mut self.tally);
        tally.again = tally.calls - self.unique.len();
        assert!(tally.again <= tally.in_flight, "{title}: {} calls again, {} in flight", tally.again, tally.in_flight);
        let lost = self.log.of("turn_started").count() - self.log.of("turn_finished").count();
        assert_eq!(record["usage"]["total"]["unknown"], lost, "{title}: replies that were lost");
        assert!(tally.again <= lost, "{title}: {} calls again, {lost} of them in the record", tally.again);
        assert!(self.log.has_ended(), "{title}: {:?}", self.log.0.last());
        assert_eq!(self.unique.len(), self.book.calls(), "{title}: calls that were ever sent");
        let (record_now, due) = (comparable(record), comparable(&self.book.record));
        for (field, due) in due.as_object().unwrap() {
            assert_eq!(record_now[field], *due, "{title}: `{field}` of the record");
        }
        let shown = self.desk.run(&["show", "@", "--format", "json"]).expect(0).record();
        assert_eq!(shown, *record, "{title}: what is shown later");
    }
}

/// A record without the session's id and clock, and without the count of replies that were lost.
fn comparable(record: &Value) -> Value {
    fn without_unknown(spent: &mut Value) {
        match spent {
            Value::Object(fields) => {
                fields.remove("unknown");
                fields.values_mut().for_each(without_unknown);
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {}
        }
    }
    let mut record = record.clone();
    for field in ["session", "times"] {
        assert!(record.as_object_mut().unwrap().remove(field).is_some());
    }
    without_unknown(&mut record["usage"]);
    record
}

/// The undisturbed run of a setting, made when it is first wanted.
fn undisturbed(setting: &Setting) -> Arc<Book> {
    type Books = BTreeMap<Setting, Arc<OnceLock<Arc<Book>>>>;
    static BOOKS: Mutex<Books> = Mutex::new(BTreeMap::new());
    let book = Arc::clone(BOOKS.lock().unwrap().entry(setting.clone()).or_default());
    Arc::clone(book.get_or_init(|| Arc::new(Book::write(setting))))
}

fn modes() -> Vec<String> {
    modes::list(&Folders::default()).into_iter().map(|listed| listed.name).collect()
}

/// The setting whose boundaries are swept: the smallest panel, every other mode on an open question.
fn of_boundaries(mode: &str) -> Setting {
    let place = modes().iter().position(|name| name == mode).unwrap();
    Setting { mode: mode.to_owned(), seats: 2, is_open: place.is_multiple_of(2) }
}

fn random_case(seed: u64, number: usize) -> Case {
    let name = format!("random/{number}");
    let modes = modes();
    let mut random = SplitMix64::new(shuffle::seed_for(seed, &format!("setting of {name}")));
    let mode = modes[number % modes.len()].clone();
    Case { name, setting: Setting { mode, seats: 2 + random.below(3), is_open: random.below(2) == 0 }, boundary: None }
}

fn boundary_case(mode: &str, event: usize) -> Case {
    Case { name: format!("{mode}/{event}"), setting: of_boundaries(mode), boundary: Some(event) }
}

/// Every boundary of a mode, or one that is drawn.
fn boundaries(seed: u64, mode: &str, all: Extent) -> Vec<Case> {
    let events = undisturbed(&of_boundaries(mode)).log.0.len();
    match all {
        Extent::Full => (0..=events).map(|event| boundary_case(mode, event)).collect(),
        Extent::Sample => vec![boundary_case(mode, SplitMix64::new(shuffle::seed_for(seed, mode)).below(events + 1))],
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    Sample,
    Full,
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn cases(seed: u64) -> Vec<Case> {
    if let Some(name) = variable("ROUNDTABLE_KILLS_CASE") {
        let (kind, number) = name.split_once('/').unwrap();
        let number = number.parse().unwrap();
        return vec![if kind == "random" { random_case(seed, number) } else { boundary_case(kind, number) }];
    }
    let asked: Option<usize> = variable("ROUNDTABLE_KILLS").map(|count| count.parse().unwrap());
    let extent = if asked.is_some() { Extent::Full } else { Extent::Sample };
    let random = (0..asked.unwrap_or(SAMPLE)).map(|number| random_case(seed, number));
    random.chain(modes().iter().flat_map(|mode| boundaries(seed, mode, extent))).collect()
}

#[test]
fn a_killed_debate_comes_to_what_it_would_have_come_to() {
    let began = Instant::now();
    let seed = variable("ROUNDTABLE_KILLS_SEED").map_or(SEED, |seed| seed.parse().unwrap());
    let cases = cases(seed);
    let (next, tallies) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let tally = catch_unwind(AssertUnwindSafe(|| case.run(seed))).unwrap_or_else(|panic| {
                next.store(cases.len(), Ordering::Relaxed);
                eprintln!("run it alone with ROUNDTABLE_KILLS_SEED={seed} ROUNDTABLE_KILLS_CASE={}", case.name);
                resume_unwind(panic)
            });
            tallies.lock().unwrap().push(tally);
        }
    };
    std::thread::scope(|scope| {
        for _thread in 0..THREADS {
            scope.spawn(work);
        }
    });
    report(&cases, &tallies.into_inner().unwrap(), began.elapsed());
}

fn report(cases: &[Case], tallies: &[Tally], took: Duration) {
    let sum = |of: fn(&Tally) -> usize| tallies.iter().map(of).sum::<usize>();
    println!(
        "{} debates, {} kills, {} calls sent, {} of them again with {} in flight ({} on the way to the disk), {} boundaries, {took:.0?}",
        cases.len(),
        sum(|tally| tally.kills),
        sum(|tally| tally.calls),
        sum(|tally| tally.again),
        sum(|tally| tally.in_flight),
        sum(|tally| tally.on_the_way),
        cases.iter().filter(|case| case.boundary.is_some()).count(),
    );
}
