//! A hundred debates in one process behind one key that allows sixty requests a minute: nobody is turned away, and nobody
//! waits much longer than the others.
//!
//! The clock is virtual: it runs fifty times as fast as the world. The network is the real one, on loopback.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use roundtable::debate::event::{Ending, Event};
use roundtable::debate::history::History;
use roundtable::debate::log::ids::SessionId;
use roundtable::engine::{Control, Run};
use roundtable::providers::gateway::{Accounts, Endpoint, Gateway, Limits, Timeouts};
use roundtable::store::Store;
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::Instant;
use uuid::Uuid;

use crate::support::asking::{endpoint, vendor};
use crate::support::fake::{Behaviour, Fake};
use crate::support::voices;
use crate::support::world::{built_in, choice, setup_with, voice};

const DEBATES: u128 = 100;
/// What the vendor allows in any minute.
const LIMIT: usize = 60;
const MINUTE_MS: u64 = 60_000;
/// Virtual time that passes in a millisecond of the world.
const STEP: Duration = Duration::from_millis(50);

/// A vendor that counts the requests of the last minute, by the virtual clock, and turns away what is too much.
fn strict(clock_ms: Arc<AtomicU64>, turned_away: Arc<AtomicU64>) -> Fake {
    let served: Mutex<VecDeque<u64>> = Mutex::default();
    Fake::start(Arc::new(move |seen, number| {
        let now_ms = clock_ms.load(Ordering::SeqCst);
        let mut served = served.lock().unwrap();
        while served.front().is_some_and(|at_ms| at_ms + MINUTE_MS <= now_ms) {
            served.pop_front();
        }
        if served.len() >= LIMIT {
            turned_away.fetch_add(1, Ordering::SeqCst);
            let wait_s = (served[0] + MINUTE_MS - now_ms).div_ceil(1_000);
            return Behaviour::json(429, &json!({ "error": { "type": "rate_limit_error", "message": "slow down" } }))
                .with_header("retry-after", wait_s.to_string());
        }
        served.push_back(now_ms);
        Behaviour::Say(voices::reply(seen, number))
    }))
}

/// Drives the virtual clock until it is dropped with the test's runtime.
async fn hurry(clock_ms: Arc<AtomicU64>) {
    let start = Instant::now();
    loop {
        tokio::task::spawn_blocking(|| std::thread::park_timeout(Duration::from_millis(1))).await.unwrap();
        tokio::time::pause();
        tokio::time::advance(STEP).await;
        tokio::time::resume();
        clock_ms.store(u64::try_from(start.elapsed().as_millis()).unwrap(), Ordering::SeqCst);
    }
}

/// Runs one debate of two seats; returns how it ended, and after how many seconds.
async fn debate(store: &Store, gateway: &Gateway, number: u128) -> (Option<Ending>, f64) {
    let start = Instant::now();
    let mut setup = setup_with(&built_in("vote"), 2, choice(), &[voice(("anthropic", "model-x", "x"))]);
    (setup.synthesis, setup.session) = (false, SessionId(Uuid::from_u128(number)));
    let lease = store.lease(setup.session).unwrap();
    let opened = store.append(&lease, vec![Event::SessionOpened(Box::new(setup))]).await.unwrap();
    let history = History::replay(&opened).unwrap();
    // Nobody watches.
    let (notices, _) = mpsc::channel(1);
    let log = store.log(&lease);
    let run = Run { log: &log, history, provider: gateway, notices, heard: &|_| {}, control: Control::default() };
    let history = run.finish().await.unwrap();
    let heard = history.decision.as_ref().and_then(|decision| decision.last.as_ref()).map(|last| last.absent);
    assert_eq!(heard, Some(0), "debate {number}");
    (history.ending, start.elapsed().as_secs_f64())
}

#[tokio::test]
async fn a_hundred_debates_share_one_key() {
    let (clock_ms, turned_away) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let fake = strict(Arc::clone(&clock_ms), Arc::clone(&turned_away));
    let limits = Limits { requests_per_minute: Some(60), ..Limits::default() };
    // Two gateways, as two front-ends have: the key is what they share.
    let accounts = Accounts::default();
    let gateway = || {
        let endpoint = Endpoint { limits, ..endpoint(vendor("anthropic"), fake.url()) };
        Gateway::sharing(vec![endpoint], Timeouts::default(), &accounts).unwrap()
    };
    let gateways = [gateway(), gateway()];
    let store = Store::in_memory().unwrap();
    let debates = (0..DEBATES).map(|number| debate(&store, &gateways[number as usize % 2], number));
    let ended = tokio::select! {
        ended = join_all(debates) => ended,
        () = hurry(clock_ms) => unreachable!("the clock never stops"),
    };
    assert!(ended.iter().all(|(ending, _)| *ending == Some(Ending::Decided)));
    let mut seconds: Vec<f64> = ended.into_iter().map(|(_, seconds)| seconds).collect();
    seconds.sort_by(f64::total_cmp);
    let (median, slowest) = (seconds[seconds.len() / 2], seconds[seconds.len() - 1]);
    let (requests, turned_away) = (fake.log().len() as u64, turned_away.load(Ordering::SeqCst));
    eprintln!("{requests} requests, {turned_away} turned away; median {median:.0} s, slowest {slowest:.0} s");
    assert!(requests >= 200 && turned_away * 50 <= requests, "{turned_away} of {requests} turned away");
    assert!(slowest <= 3.0 * median, "the slowest took {slowest} s, half of them {median} s");
    assert!(slowest >= 150.0, "{requests} requests at sixty a minute took {slowest} s");
}
