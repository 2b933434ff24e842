//! Debates side by side share nothing, and what only reads asks nobody.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use roundtable::app::{
    App, Control, Elsewhere, Filter, Notice, OnNeeds, Opened, Rounds, StartRequest, Who, vendor_keys,
};
use roundtable::config::{Config, Sources};
use roundtable::debate::event::{Ending, Event};
use roundtable::debate::history::History;
use tokio::sync::{Barrier, mpsc};

use crate::support::fake::{Behaviour, Fake, Seen};
use crate::support::program::{Desk, VENDORS};
use crate::support::voices;
use crate::support::voices::marks;

const DEBATES: usize = 20;
const MODES: [&str; 5] = ["collaborative", "adversarial", "delphi", "expert-panel", "oxford"];

fn app(fake: &Fake, folder: &Path, mode: &str) -> App {
    let mut sources =
        Sources { working_folder: folder.to_owned(), data_folder: Some(folder.join("data")), ..Sources::default() };
    for vendor in &VENDORS {
        sources.environment.insert(vendor.key_variable.to_owned(), vendor.key.into());
        sources.environment.insert(vendor.base_url_variable.to_owned(), fake.url().into());
    }
    sources.environment.insert("ROUNDTABLE_MODE".to_owned(), mode.into());
    App::new(Config::load(&sources, &vendor_keys()).unwrap())
}

/// The word that stands in one debate's topic and in nothing else of ours.
fn topic(debate: usize) -> String {
    format!("zt{debate:04}x")
}

fn request(debate: usize) -> StartRequest {
    StartRequest {
        topic: format!("Should we move to {}?", topic(debate)),
        options: Vec::new(),
        estimate: None,
        perspectives: Vec::new(),
        seated: Vec::new(),
        people: Vec::new(),
        on_needs: OnNeeds::Wait,
        rounds: Rounds::AsTheModeSays,
        who: Who::Providers,
        gate: roundtable::app::GateRequest::default(),
        synthesis: true,
        seed: Some(debate as u64),
        name: None,
        tags: std::collections::BTreeMap::new(),
        supplied: roundtable::app::Supplied::default(),
    }
}

async fn debate(app: App, debate: usize) -> History {
    let Opened::Running(session) = app.open(&request(debate), Elsewhere::Return).await.unwrap() else {
        panic!("a name of its own")
    };
    let (notices, mut watched) = mpsc::channel(8);
    let watching = tokio::spawn(async move { while watched.recv().await.is_some() {} });
    let history = session.run(notices, Control::default()).await.unwrap();
    watching.await.unwrap();
    history
}

/// All that a request holds.
fn whole(seen: &Seen) -> String {
    let messages = seen.messages.iter().map(|(_, text)| text.as_str());
    std::iter::once(seen.system.as_str()).chain(messages).collect::<Vec<_>>().join("\n")
}

/// A fake that answers nobody before every debate has asked something.
fn all_under_way() -> Fake {
    let known: Mutex<BTreeSet<usize>> = Mutex::default();
    let barrier = Arc::new(Barrier::new(DEBATES));
    Fake::start(Arc::new(move |seen, number| {
        let reply = Behaviour::Say(voices::reply(seen, number));
        let is_first = marks("zt", &whole(seen)).into_iter().any(|topic| known.lock().unwrap().insert(topic));
        if is_first { Behaviour::Together(Arc::clone(&barrier), Box::new(reply)) } else { reply }
    }))
}

/// Runs the debates at once: on a few threads, several to a thread.
fn all_at_once(fake: &Fake, folder: &Path) -> Vec<History> {
    let numbers: Vec<usize> = (0..DEBATES).collect();
    std::thread::scope(|scope| {
        let run = |numbers: &[usize]| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let debates = numbers.iter().map(|number| debate(app(fake, folder, MODES[number % MODES.len()]), *number));
            runtime.block_on(futures_util::future::join_all(debates))
        };
        let threads: Vec<_> = numbers.chunks(DEBATES / 4).map(|numbers| scope.spawn(move || run(numbers))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn twenty_debates_at_once_share_nothing() {
    let fake = all_under_way();
    let folder = tempfile::tempdir().unwrap();
    let mut sessions = BTreeSet::new();
    let mut turns = 0;
    for (number, history) in all_at_once(&fake, folder.path()).into_iter().enumerate() {
        assert_eq!(history.ending, Some(Ending::Decided), "{number}");
        assert!(history.setup.question.topic.contains(&topic(number)));
        assert!(sessions.insert(history.setup.session), "{number}");
        turns += history.turns.len();
        let stored = app(&fake, folder.path(), "vote").load(&history.setup.session.to_string()).unwrap();
        assert_eq!(stored, history, "{number}: the log tells what the run told");
    }
    let log = fake.log();
    assert_eq!(log.len(), turns, "one request for every turn");
    // The debate of every request, by its topic; the words of every reply are those of one request.
    let of: Vec<BTreeSet<usize>> = log.iter().map(|seen| marks("zt", &whole(seen))).collect();
    let mut requests: BTreeMap<usize, usize> = BTreeMap::new();
    for (number, seen) in log.iter().enumerate() {
        assert_eq!(of[number].len(), 1, "a prompt with the topics of {:?}", of[number]);
        *requests.entry(*of[number].first().unwrap()).or_default() += 1;
        for prefix in ["zq", "zw"] {
            for said in marks(prefix, &whole(seen)) {
                assert_eq!(of[said], of[number], "a prompt of one debate holds the words of another");
            }
        }
    }
    assert_eq!(requests.len(), DEBATES);
}

#[tokio::test]
async fn one_thread_is_enough_for_many_debates() {
    let fake = Fake::start(voices::script(Duration::ZERO));
    let folder = tempfile::tempdir().unwrap();
    let apps = (0..4).map(|number| debate(app(&fake, folder.path(), "vote"), number));
    for history in futures_util::future::join_all(apps).await {
        assert_eq!(history.ending, Some(Ending::Decided));
    }
    assert_eq!(app(&fake, folder.path(), "vote").list(&Filter::default(), 10).unwrap().len(), 4);
}

#[test]
fn what_only_reads_asks_nobody() {
    let fake = Fake::start(voices::script(Duration::ZERO));
    let desk = Desk::at(fake.url(), 4);
    desk.run(&["start", "--topic", "Move?", "--mode", "vote", "--rehearse", "--quiet"]).expect(0);
    assert!(fake.log().is_empty(), "a rehearsal asks nobody, keys or no keys");
    let commands: &[(&[&str], i32)] = &[
        (&["list"], 0),
        (&["list", "--format", "json"], 0),
        (&["show", "@"], 0),
        (&["show", "@", "--format", "json"], 0),
        (&["resume", "@"], 0),
        (&["modes", "list"], 0),
        (&["modes", "show", "vote"], 0),
        (&["modes", "check"], 0),
        (&["modes", "new", "our-way"], 0),
        (&["modes", "schema"], 0),
        (&["providers"], 0),
        (&["doctor"], 0),
        (&["config", "show"], 0),
        (&["--help"], 0),
        (&["--version"], 0),
        (&["start", "--topic", " "], 2),
        (&["start", "--topic", "x", "--agent-count", "99"], 2),
        (&["start", "--topic", "x", "--mode", "nothing"], 2),
        (&["start", "--topic", "x", "--rounds", "99"], 2),
        (&["start", "--topic", "x", "--output", "x.pdf"], 2),
        (&["start", "--topic", "x", "--provider", "nobody"], 2),
    ];
    for (arguments, code) in commands {
        desk.run(arguments).expect(*code);
        assert!(fake.log().is_empty(), "{arguments:?}");
    }
}

#[tokio::test]
async fn a_session_that_is_opened_has_asked_nobody_yet() {
    let fake = Fake::start(voices::script(Duration::ZERO));
    let folder = tempfile::tempdir().unwrap();
    let app = app(&fake, folder.path(), "collaborative");
    drop(app.open(&request(0), Elsewhere::Return).await.unwrap());
    let Opened::Running(resumed) = app.resume("@", Duration::ZERO).await.unwrap() else { panic!("it goes on") };
    assert!(resumed.history.turns.is_empty());
    assert!(fake.log().is_empty(), "{:?}", fake.log());
}

#[tokio::test]
async fn an_abort_leaves_the_session_open_and_a_resume_repeats_nothing() {
    let fake = Fake::start(voices::script(Duration::ZERO));
    let folder = tempfile::tempdir().unwrap();
    let app = app(&fake, folder.path(), "collaborative");
    let control = Control::default();
    let Opened::Running(session) = app.open(&request(0), Elsewhere::Return).await.unwrap() else {
        panic!("a name of its own")
    };
    let (notices, mut watched) = mpsc::channel(1);
    let abort = control.clone();
    // After the first round has closed, whatever is under way then.
    let watching = tokio::spawn(async move {
        while let Some(notice) = watched.recv().await {
            if matches!(&notice, Notice::Recorded(logged) if matches!(logged.event, Event::RoundClosed(_))) {
                abort.abort();
            }
        }
    });
    let failure = session.run(notices, control).await.unwrap_err();
    watching.await.unwrap();
    assert_eq!((failure.kind.exit_code(), failure.kind.is_retryable()), (130, true));
    let open = app.load("@").unwrap();
    assert_eq!(open.ending, None);
    let heard = open.turns.values().flat_map(|turn| turn.replies()).count();
    let Opened::Running(resumed) = app.resume("@", Duration::ZERO).await.unwrap() else { panic!("it goes on") };
    let (notices, nobody) = mpsc::channel(1);
    drop(nobody);
    let history = resumed.run(notices, Control::default()).await.unwrap();
    assert_eq!(history.ending, Some(Ending::Decided));
    let turns: usize = history.turns.values().flat_map(|turn| turn.replies()).count();
    let dropped =
        open.turns.values().flat_map(|turn| &turn.attempts).filter(|attempt| attempt.outcome.is_none()).count();
    assert!(heard >= 4, "the opening had been heard");
    assert!(
        fake.log().len() <= turns + dropped,
        "{} requests for {turns} replies, {dropped} of them twice",
        fake.log().len()
    );
}
