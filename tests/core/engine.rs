//! The engine at its boundary: the same debate against a log in SQLite and one in memory leaves the same events.

#[path = "../../examples/embed.rs"]
#[allow(dead_code, reason = "its main is for those who run it")]
mod embed;

use std::future::pending;
use std::sync::Mutex;
use std::time::Duration;

use roundtable::debate::ask::Ask;
use roundtable::debate::event::{Ending, Event, Logged, StoppedBy};
use roundtable::debate::history::History;
use roundtable::debate::log::setup::Setup;
use roundtable::engine::{Control, Notice, Request, Run, SessionLog};
use roundtable::providers::rehearsal::{self, Rehearsal};
use roundtable::providers::{Asking, OnProgress, Provider};
use roundtable::store::{MemoryLog, Store};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::support::world::{built_in, choice, more, open, setup_with};

/// A run that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// What happens to a run when this many events were recorded in it.
#[derive(Debug, Clone, Copy)]
enum Meddling {
    None,
    Pause(usize),
    Stop(usize),
    /// Another process left a request in the log before the run began.
    Stale(Request),
    /// Another process leaves a request in the log once the exchange has been asked for.
    Late(Request),
}

/// One run of a session: the events that come before it, and what happens to it.
#[derive(Debug)]
struct Stretch {
    events: Vec<Event>,
    meddling: Meddling,
}

fn asks_for_the_exchange(event: &Event) -> bool {
    matches!(event, Event::TurnStarted { turn, .. } if turn.phase == "exchange")
}

/// The rehearsal, in which nobody answers in the exchange.
struct Hanging(Rehearsal);

impl Provider for Hanging {
    fn ask<'a>(&'a self, ask: &'a Ask, progress: OnProgress<'a>) -> Asking<'a> {
        if ask.turn.phase == "exchange" { Box::pin(pending()) } else { self.0.ask(ask, progress) }
    }
}

/// Runs the stretches of a session against a log; `request` leaves a request in it. Returns how the last run ended.
async fn run(
    log: &impl SessionLog,
    stretches: &[Stretch],
    provider: &dyn Provider,
    request: &(dyn Fn(Request) + Sync),
) -> Option<Ending> {
    let mut kept: Vec<Logged> = Vec::new();
    let mut ending = None;
    for Stretch { events, meddling } in stretches {
        kept.extend(log.append(events.clone()).await.unwrap());
        let history = History::replay(&kept).unwrap();
        if let Meddling::Stale(wanted) = *meddling {
            request(wanted);
        }
        let control = Control::default();
        let recorded = Mutex::new(Vec::new());
        let heard = |notice: &Notice| {
            let Notice::Recorded(logged) = notice else { return };
            let mut recorded = recorded.lock().unwrap();
            recorded.push(Logged::clone(logged));
            match *meddling {
                Meddling::Pause(at) if recorded.len() == at => control.pause(StoppedBy::Command),
                Meddling::Stop(at) if recorded.len() == at => control.stop(StoppedBy::Interrupt),
                Meddling::Late(wanted) if asks_for_the_exchange(&logged.event) => request(wanted),
                Meddling::None | Meddling::Pause(_) | Meddling::Stop(_) | Meddling::Stale(_) | Meddling::Late(_) => {}
            }
        };
        // Nobody watches.
        let (notices, _) = mpsc::channel(1);
        let run = Run { log, history, provider, notices, heard: &heard, control: control.clone() };
        ending = match timeout(PATIENCE, run.finish()).await.expect("a run that ends") {
            Ok(history) => history.ending,
            Err(error) => panic!("{error}"),
        };
        kept.extend(recorded.into_inner().unwrap());
    }
    ending
}

/// Fails unless both logs come to hold the same events, and the last run ends as wanted.
async fn check(setup: Setup, mut stretches: Vec<Stretch>, provider: &dyn Provider, wanted: Option<Ending>) {
    let session = setup.session;
    stretches[0].events.insert(0, Event::SessionOpened(Box::new(setup)));

    let store = Store::in_memory().unwrap();
    let lease = store.lease(session).unwrap();
    let ending =
        run(&store.log(&lease), &stretches, provider, &|request| store.request(session, request).unwrap()).await;
    assert_eq!(ending, wanted, "{stretches:?}");

    let memory = MemoryLog::default();
    let ending = run(&memory, &stretches, provider, &|request| memory.request(request)).await;
    assert_eq!(ending, wanted, "{stretches:?}");

    // All but the times, which are the clock's.
    let untimed = |log: Vec<Logged>| log.into_iter().map(|logged| (logged.seq, logged.event)).collect::<Vec<_>>();
    let (stored, kept) = (store.load(session).unwrap(), memory.events());
    for log in [&stored, &kept] {
        assert!(log.is_sorted_by_key(|logged| logged.at_ms) && log[0].at_ms > 0, "{stretches:?}");
    }
    assert_eq!(untimed(stored), untimed(kept), "{stretches:?}");
}

fn stretch(events: Vec<Event>, meddling: Meddling) -> Stretch {
    Stretch { events, meddling }
}

fn setup(mode: &str) -> Setup {
    let question = if mode == "collaborative" { open() } else { choice() };
    setup_with(&built_in(mode), 3, question, &[rehearsal::voice()])
}

#[tokio::test]
async fn a_debate_leaves_the_same_events_in_either_log() {
    let rehearsal = Rehearsal::default();
    for mode in ["collaborative", "adversarial", "delphi", "vote"] {
        check(setup(mode), vec![stretch(Vec::new(), Meddling::None)], &rehearsal, Some(Ending::Decided)).await;
    }
    let whole = || stretch(Vec::new(), Meddling::None);
    let resumed = || stretch(vec![Event::SessionResumed {}], Meddling::None);
    for (first, then) in [
        (stretch(Vec::new(), Meddling::Pause(4)), resumed()),
        (stretch(Vec::new(), Meddling::Stop(9)), resumed()),
        (whole(), stretch(vec![more(1)], Meddling::None)),
    ] {
        check(setup("adversarial"), vec![first, then], &rehearsal, Some(Ending::Decided)).await;
    }
}

#[tokio::test]
async fn a_request_of_another_process_reaches_the_run_through_either_log() {
    let hanging = Hanging(Rehearsal::default());
    let run = |meddling| vec![stretch(Vec::new(), meddling)];
    check(setup("adversarial"), run(Meddling::Late(Request::Stop)), &hanging, Some(Ending::Stopped)).await;
    // What was asked of an earlier run, which ended before it looked, is not asked of the next one.
    for stale in [Request::Pause, Request::Stop] {
        check(setup("vote"), run(Meddling::Stale(stale)), &Rehearsal::default(), Some(Ending::Decided)).await;
    }
}

#[tokio::test]
async fn a_stop_is_not_softened_and_what_is_taken_is_gone() {
    let memory = MemoryLog::default();
    for (asked, taken) in [
        (&[][..], None),
        (&[Request::Pause], Some(Request::Pause)),
        (&[Request::Pause, Request::Stop], Some(Request::Stop)),
        (&[Request::Stop, Request::Pause], Some(Request::Stop)),
    ] {
        asked.iter().for_each(|request| memory.request(*request));
        assert_eq!(memory.take_request().await.unwrap(), taken, "{asked:?}");
        assert_eq!(memory.take_request().await.unwrap(), None, "{asked:?}");
    }
}

#[tokio::test]
async fn a_log_in_memory_begins_with_its_opening_and_has_no_other() {
    let memory = MemoryLog::default();
    let opened = || Event::SessionOpened(Box::new(setup("vote")));
    assert_eq!(memory.append(vec![more(1)]).await.unwrap_err().seq, 1);
    assert_eq!(memory.append(vec![opened(), opened()]).await.unwrap_err().seq, 2);
    assert_eq!(memory.events(), []);
    assert_eq!(memory.append(vec![opened()]).await.unwrap()[0].seq, 1);
    assert_eq!(memory.append(vec![more(1), opened()]).await.unwrap_err().seq, 3);
    assert_eq!(memory.events().len(), 1, "a refused append leaves nothing");
}

#[tokio::test]
async fn the_example_reaches_the_decision_of_its_majority_and_tells_every_event() {
    let (decision, told) = embed::vote().await.unwrap();
    assert_eq!(decision.text.as_deref(), Some("Yes"));
    // The opening was appended before the run.
    let numbers: Vec<String> = told.iter().map(|line| line[..3].trim().to_owned()).collect();
    assert_eq!(numbers, (2..2 + told.len()).map(|seq| seq.to_string()).collect::<Vec<_>>());
    assert!(told.iter().any(|line| line.ends_with(" decided")), "{told:?}");
}
