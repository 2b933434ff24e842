//! Finding sessions again: by name, in lists, by what was said. And what is not to be found any more.

use std::path::Path;

use roundtable::debate::event::{Continued, Ending, Event, Fact, Logged, StoppedBy};
use roundtable::debate::log::ids::SessionId;
use roundtable::debate::log::setup::{Branch, Setup};
use roundtable::engine::Request;
use roundtable::stats::shuffle;
use roundtable::store::{Filter, Hit, Lease, Listed, Standing, Store, StoreError};

use crate::support::logs::{
    append, begin, database, events, new_session, opened, renamed, session_at, setup, stop, wait,
};
use crate::support::program::files_below;

const DAY_MS: u64 = 86_400_000;
/// The day from which the sessions of these tests count.
const MONDAY_MS: u64 = 1_790_000_000_000;

/// A session of the table: its place in time, its topic, and what sets it apart.
struct Row {
    topic: &'static str,
    mode: &'static str,
    name: Option<&'static str>,
    tags: &'static [(&'static str, &'static str)],
    then: Vec<Event>,
}

fn closed(ending: Ending) -> Event {
    Event::SessionClosed { ending }
}

fn said(text: &str) -> Event {
    let fact = Fact { need: None, about: "what was said".to_owned(), text: text.to_owned() };
    Event::SessionContinued(Continued { rounds: 1, focus: None, facts: vec![fact] })
}

/// Seven sessions, a day apart, oldest first; the first one is put in last.
fn table() -> Vec<Row> {
    let row = |topic, mode, name, tags, then| Row { topic, mode, name, tags, then };
    let paused = Event::SessionPaused { by: StoppedBy::Command };
    vec![
        row("Postgres or SQLite?", "vote", None, &[("team", "data")], vec![closed(Ending::Decided)]),
        row(
            "Move to Zürich?",
            "vote",
            Some("move"),
            &[("team", "people"), ("year", "2026")],
            vec![closed(Ending::Stopped)],
        ),
        row("Hire a designer?", "delphi", None, &[("team", "people")], vec![closed(Ending::QuorumLost)]),
        row("Move the office?", "delphi", Some("office"), &[], vec![paused.clone()]),
        row("Which queue?", "vote", None, &[("team", "data"), ("year", "2026")], vec![stop()]),
        row("Rewrite it?", "vote", Some("rust"), &[], vec![paused, Event::SessionResumed {}]),
        row(
            "Monolith?",
            "delphi",
            None,
            &[("year", "2025")],
            vec![closed(Ending::Decided), Event::SynthesisRequested {}],
        ),
    ]
}

/// Puts the table into a store, and returns the ids in its order.
fn fill(store: &Store) -> Vec<SessionId> {
    let rows = table();
    let ids: Vec<SessionId> = (0..rows.len() as u64).map(|day| session_at(MONDAY_MS + day * DAY_MS)).collect();
    let mut rows: Vec<(u64, Row)> = (0..).zip(rows).collect();
    rows.rotate_left(1);
    for (day, row) in rows {
        let mut setup = setup(ids[day as usize], row.topic);
        setup.mode.mode = row.mode.to_owned();
        setup.name = row.name.map(str::to_owned);
        setup.tags = row.tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let log = [vec![Event::SessionOpened(Box::new(setup))], row.then].concat();
        let at_ms = MONDAY_MS + day * DAY_MS;
        import(store, ids[day as usize], stamped(log, at_ms)).unwrap();
    }
    ids
}

/// Events as they would have been stored, a second apart.
fn stamped(events: Vec<Event>, at_ms: u64) -> Vec<Logged> {
    (1..).zip(events).map(|(seq, event)| Logged { seq, at_ms: at_ms + (seq - 1) * 1_000, event }).collect()
}

fn import(store: &Store, session: SessionId, log: Vec<Logged>) -> Result<(), StoreError> {
    wait(store.import(&store.lease(session)?, log))
}

fn stores(folder: &Path) -> [Store; 2] {
    [Store::open(folder).unwrap(), Store::in_memory().unwrap()]
}

#[test]
fn a_list_holds_what_fits_newest_first() {
    let any = Filter::default;
    let tag = |key: &str, value: Option<&str>| (key.to_owned(), value.map(str::to_owned));
    let standing = |standing| Filter { standing: Some(standing), ..any() };
    let text = |text: &str| Filter { text: Some(text.to_owned()), ..any() };
    let cases: Vec<(Filter, &[usize])> = vec![
        (any(), &[6, 5, 4, 3, 2, 1, 0]),
        (Filter { mode: Some("delphi".to_owned()), ..any() }, &[6, 3, 2]),
        (Filter { mode: Some("del".to_owned()), ..any() }, &[]),
        (standing(Standing::Open), &[6, 5]),
        (standing(Standing::Running), &[4]),
        (standing(Standing::Paused), &[3]),
        (standing(Standing::Ended(Ending::Decided)), &[0]),
        (standing(Standing::Ended(Ending::Stopped)), &[1]),
        (standing(Standing::Ended(Ending::QuorumLost)), &[2]),
        (standing(Standing::Unreadable), &[]),
        (Filter { tags: vec![tag("team", None)], ..any() }, &[4, 2, 1, 0]),
        (Filter { tags: vec![tag("team", Some("people"))], ..any() }, &[2, 1]),
        (Filter { tags: vec![tag("team", None), tag("year", Some("2026"))], ..any() }, &[4, 1]),
        (Filter { tags: vec![tag("2026", None)], ..any() }, &[]),
        (Filter { opened_from_ms: Some(MONDAY_MS + 5 * DAY_MS), ..any() }, &[6, 5]),
        (Filter { opened_before_ms: Some(MONDAY_MS + DAY_MS), ..any() }, &[0]),
        (
            Filter {
                opened_from_ms: Some(MONDAY_MS + DAY_MS),
                opened_before_ms: Some(MONDAY_MS + 3 * DAY_MS),
                ..any()
            },
            &[2, 1],
        ),
        (text("MOVE"), &[3, 1]),
        (text("zÜrich"), &[1]),
        (text("rus"), &[5]),
        (text("office? office"), &[]),
        (text("%"), &[]),
        (text("' OR true --"), &[]),
        (Filter { mode: Some("delphi".to_owned()), text: Some("move".to_owned()), ..any() }, &[3]),
        (Filter { mode: Some("vote".to_owned()), ..standing(Standing::Open) }, &[5]),
    ];
    let folder = tempfile::tempdir().unwrap();
    for store in stores(folder.path()) {
        let ids = fill(&store);
        let _running = store.lease(ids[4]).unwrap();
        // A decided session that somebody holds, to rename it perhaps, is decided all the same.
        let _held = store.lease(ids[0]).unwrap();
        for (filter, due) in &cases {
            let found: Vec<SessionId> = store.list(filter, 100).unwrap().iter().map(|listed| listed.session).collect();
            let due: Vec<SessionId> = due.iter().map(|row| ids[*row]).collect();
            assert_eq!(found, due, "{filter:?}");
        }
        assert_eq!(store.list(&any(), 2).unwrap().len(), 2);
        assert_eq!(store.list(&any(), 0).unwrap(), Vec::new());
        let second = store.list(&text("zürich"), 1).unwrap().remove(0);
        let expected = Listed {
            session: ids[1],
            opened_ms: MONDAY_MS + DAY_MS,
            latest_ms: MONDAY_MS + DAY_MS + 1_000,
            mode: "vote".to_owned(),
            topic: "Move to Zürich?".to_owned(),
            name: Some("move".to_owned()),
            tags: [("team", "people"), ("year", "2026")].map(|(a, b)| (a.to_owned(), b.to_owned())).into(),
            parent: None,
            standing: Standing::Ended(Ending::Stopped),
        };
        assert_eq!(second, expected);
        for (place, id) in ids.iter().rev().enumerate() {
            assert_eq!(store.find(&format!("@~{place}")).unwrap(), *id);
        }
        assert_eq!(store.check().unwrap(), Vec::<String>::new());
    }
}

#[test]
fn whether_a_session_is_run_is_asked_of_its_lease() {
    let folder = tempfile::tempdir().unwrap();
    let session = new_session();
    {
        let store = Store::open(folder.path()).unwrap();
        assert!(!store.is_running(session));
        assert!(!folder.path().join("locks").exists(), "looking leaves nothing behind");
        let lease = store.lease(session).unwrap();
        assert!(store.is_running(session) && Store::open(folder.path()).unwrap().is_running(session));
        drop(lease);
        assert!(!store.is_running(session));
    }
    // Looking does not get into the way of whoever wants to run it.
    let store = Store::open(folder.path()).unwrap();
    std::thread::scope(|scope| {
        let looking: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(|| {
                    (0..2_000).for_each(|_| {
                        store.is_running(session);
                    })
                })
            })
            .collect();
        while looking.iter().any(|thread| !thread.is_finished()) {
            drop(store.lease(session).unwrap());
        }
    });
}

#[test]
fn what_was_said_is_found() {
    let cases: &[(&str, &[usize])] = &[
        ("monolith", &[4, 1]),
        ("MONOLITH", &[4, 1]),
        ("  monolith  ", &[4, 1]),
        ("zurich", &[2]),
        ("Zürich", &[2]),
        ("monolith tests", &[4, 1]),
        ("tests slow", &[1]),
        ("monolith zurich", &[]),
        ("\"slow tests\"", &[1]),
        ("\"tests slow\"", &[]),
        ("\"slow tests", &[1]),
        ("\"slow   TESTS!\" monolith", &[1]),
        ("mono*", &[4, 1]),
        ("mon", &[]),
        ("\"mono*\"", &[]),
        ("*", &[9]),
        ("* monolith", &[4, 1]),
        ("monolith AND tests", &[1]),
        ("monolith OR zurich", &[]),
        ("NOT monolith", &[]),
        ("monolith -tests", &[4, 1]),
        ("text:monolith", &[]),
        ("NEAR(slow tests)", &[]),
        ("^monolith", &[4, 1]),
        ("(monolith", &[4, 1]),
        ("mono\0lith", &[]),
        ("monolith\0", &[4, 1]),
        ("don't", &[3]),
        ("don''t", &[3]),
        ("c++", &[3]),
        ("multi-agent", &[3]),
        ("multi agent", &[3]),
        ("\"multi agent\"", &[3]),
        ("agent-multi", &[]),
        ("2026-11-21", &[3]),
        ("東京", &[0]),
        ("nickname", &[2]),
        ("mellow", &[2]),
        ("colour", &[2]),
        ("", &[9]),
        ("   ", &[9]),
        ("?!", &[9]),
        ("\"", &[9]),
        ("\"\"", &[9]),
        ("' ; -- \\ % _", &[9]),
        ("🦀", &[9]),
    ];
    let talks: [&[&str]; 5] = [
        &["Is 東京 bigger?"],
        &["Split it?", "The monolith has slow tests", "tests and slow machines"],
        &["Move to Zürich?"],
        &["Which language?", "I don't like C++ for multi-agent work since 2026-11-21"],
        &["Keep the monolith?", "yes", "the tests are fine"],
    ];
    let folder = tempfile::tempdir().unwrap();
    for store in stores(folder.path()) {
        let mut ids = Vec::new();
        for (day, talk) in (0..).zip(talks) {
            let mut setup = setup(session_at(MONDAY_MS + day * DAY_MS), talk[0]);
            if day == 2 {
                setup.name = Some("nickname".to_owned());
                setup.tags = [("colour".to_owned(), "mellow".to_owned())].into();
            }
            ids.push(setup.session);
            begin(&store, setup, talk[1..].iter().map(|text| said(text)).collect()).unwrap();
        }
        for (text, due) in cases {
            let found = store.search(text, 100);
            if *due == [9] {
                assert!(matches!(&found, Err(StoreError::NoWords(said)) if said == text), "{text}: {found:?}");
                continue;
            }
            let found: Vec<SessionId> = found.unwrap().iter().map(|hit| hit.listed.session).collect();
            assert_eq!(found, due.iter().map(|row| ids[*row]).collect::<Vec<_>>(), "{text}");
        }
        // The event is the first that says it all, or else the first that says any of it.
        let at = |text: &str| store.search(text, 1).unwrap().remove(0).seq;
        assert_eq!((at("slow tests"), at("machines"), at("monolith machines"), at("monolith fine")), (2, 3, 2, 1));
        let Hit { listed, event, .. } = store.search("fine", 5).unwrap().remove(0);
        assert_eq!((listed.topic.as_str(), event), ("Keep the monolith?", said("the tests are fine")));
        assert_eq!(store.search("monolith", 1).unwrap().len(), 1);
        assert_eq!(store.search("monolith", 0).unwrap(), Vec::new());
        assert_eq!(store.search(&"monolith ".repeat(10_000), 5).unwrap().len(), 2);
        let many: String = (0..10_000).map(|n| format!("w{n} ")).collect();
        assert_eq!(store.search(&many, 5).unwrap(), Vec::new());
    }
}

/// Checks that a session in which `said` was said is found by `searched`.
fn check_found(said_there: &str, searched: &[&str], not: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    for store in stores(folder.path()) {
        begin(&store, setup(new_session(), "Where to?"), vec![said(said_there)]).unwrap();
        begin(&store, setup(new_session(), "Elsewhere?"), vec![said("nothing of it")]).unwrap();
        for words in searched {
            let hits = store.search(words, 9).unwrap();
            assert_eq!(hits.len(), 1, "`{words}` in {said_there}");
            assert!(hits[0].listed.topic == "Where to?" && hits[0].excerpt.chars().count() <= 160, "{hits:?}");
        }
        for words in not {
            assert_eq!(store.search(words, 9).unwrap(), Vec::new(), "`{words}` in {said_there}");
        }
        assert_eq!(store.check().unwrap(), Vec::<String>::new());
    }
}

#[test]
fn words_are_found_in_scripts_without_spaces() {
    let chinese = "我们应该先做压力测试，再决定是否迁移数据库。";
    check_found(
        chinese,
        &["压力测试", "压力", "测试", "数据库", "库", "压力 迁移", "\"做压力\"", "移数*"],
        &["力压", "测压", "试再"],
    );
    check_found(
        "我们用Kafka做队列，每秒2000个请\n求。",
        &["kafka", "用Kafka", "Kafka做队列", "2000", "请求", "队列"],
        &["Kaf", "列每"],
    );
    check_found(
        "負荷テストのあとで、データベースを移行します。",
        &["テスト", "負荷テスト", "データベース", "移行", "ﾃﾞｰﾀﾍﾞｰｽ"],
        &["テース"],
    );
    check_found(
        "시스템을 먼저 점검해야 합니다.",
        &["시스템", "점검", "\u{1109}\u{1175}\u{1109}\u{1173}", "\"시스템을 먼저\""],
        &["템먼"],
    );
    check_found("ระบบควรทดสอบโหลดก่อนย้ายฐานข้อมูล", &["ทดสอบ", "ฐานข้อมูล", "ย้าย"], &["ข้อระบบ"]);
    check_found("ພວກເຮົາຄວນທົດສອບກ່ອນ", &["ທົດສອບ", "ກ່ອນ"], &["ທົດກ່ອນ"]);
    check_found("យើងគួរ\u{200b}សាកល្បង\u{200b}ជាមុនសិន", &["សាកល្បង", "ជាមុន"], &["សិនយើង"]);
    check_found("ကျွန်ုပ်တို့ စမ်းသပ်သင့်သည်", &["စမ်းသပ်", "သင့်သည်"], &["သည်စမ်း"]);
}

#[test]
fn words_are_found_in_any_form() {
    check_found(
        "Die Gro\u{308}\u{df}enangaben",
        &["Größenangaben", "GRÖSSENANGABEN", "Grossenangaben", "größen*"],
        &["angaben", "größen"],
    );
    check_found("Un café crème à Zürich", &["cafe", "cafe\u{301}", "CAFÉ", "cre\u{300}me", "zurich"], &["caf"]);
    check_found("Ёлка и Йод", &["ёлка", "е\u{308}лка", "йод", "И\u{306}од"], &["ел"]);
    check_found("Ο ΔΡΟΜΟΣ", &["δρόμος", "δρομοσ"], &["δρομ"]);
    check_found("كِتَاب العَـمل", &["كتاب", "العمل"], &["كتا"]);
    check_found("שָׁלוֹם", &["שלום"], &["שלו"]);
    check_found("हिन्दी में लिखा", &["हिन्दी", "लिखा"], &["हिन", "न्दी"]);
    check_found(
        "\u{ff2e}\u{ff21}\u{ff34}\u{ff33} \u{fb01}ts, con\u{ad}figu\u{200b}ration",
        &["nats", "fits", "configuration"],
        &["con"],
    );
    check_found("ISTANBUL ışık", &["istanbul", "ISIK", "IŞIK"], &[]);
}

#[test]
fn sessions_that_share_words_are_all_found() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let mut due = [Vec::new(), Vec::new(), Vec::new()];
    for number in 0..700_u64 {
        let setup = setup(session_at(MONDAY_MS + number * 7), "Which?");
        for (place, every) in [2, 3, 6].into_iter().enumerate() {
            if number % every == 0 {
                due[place].insert(0, setup.session);
            }
        }
        let word = |every: u64, word: &str| (number.is_multiple_of(every)).then(|| said(word));
        let log = [Some(Event::SessionOpened(Box::new(setup.clone()))), word(2, "twofold"), word(3, "threefold")];
        import(&store, setup.session, stamped(log.into_iter().flatten().collect(), MONDAY_MS)).unwrap();
    }
    for (text, due) in ["twofold", "threefold", "twofold threefold"].into_iter().zip(&due) {
        let found: Vec<SessionId> = store.search(text, 1_000).unwrap().iter().map(|hit| hit.listed.session).collect();
        assert_eq!(&found, due, "{text}");
    }
}

#[test]
fn a_name_belongs_to_one_session() {
    let folder = tempfile::tempdir().unwrap();
    for store in stores(folder.path()) {
        let named = |name: &str| Setup { name: Some(name.to_owned()), ..setup(new_session(), "Which?") };
        let (first, second) = (named("first"), named("second"));
        for setup in [&first, &second] {
            begin(&store, setup.clone(), Vec::new()).unwrap();
        }
        assert_eq!(store.find("first").unwrap(), first.session);
        assert_eq!(store.named("second").unwrap(), Some(second.session));
        assert_eq!((store.named("third").unwrap(), store.named("fir").unwrap()), (None, None));
        assert!(matches!(store.find("First"), Err(StoreError::Unknown(_))), "names are exact");

        let again = named("first");
        let refused = begin(&store, again.clone(), Vec::new());
        assert!(
            matches!(&refused, Err(StoreError::NameTaken { name, session }) if name == "first" && *session == first.session),
            "{refused:?}"
        );
        assert!(matches!(store.load(again.session), Err(StoreError::Unknown(_))), "nothing of it was stored");
        let lease = store.lease(second.session).unwrap();
        assert!(matches!(append(&store, &lease, vec![stop(), renamed("first")]), Err(StoreError::NameTaken { .. })));
        assert_eq!(store.load(second.session).unwrap().len(), 1, "all or none");
        append(&store, &lease, vec![renamed("second")]).unwrap();
        append(&store, &lease, vec![renamed("third")]).unwrap();
        assert_eq!((store.named("second").unwrap(), store.find("third").unwrap()), (None, second.session));
        let freed = store.lease(first.session).unwrap();
        append(&store, &freed, vec![Event::SessionRenamed { name: None }]).unwrap();
        append(&store, &lease, vec![renamed("first")]).unwrap();
        assert_eq!(store.find("first").unwrap(), second.session);

        for bad in ["@", "@~1", "@home", "", "  ", " a", "a ", "a\nb", "a\u{1b}[31m", "\u{200b}"] {
            let refused = begin(&store, named(bad), Vec::new());
            assert!(matches!(refused, Err(StoreError::BadName(_))), "{bad:?}: {refused:?}");
        }
        // A name goes before an id that begins like it.
        let prefix = first.session.to_string()[..8].to_owned();
        append(&store, &lease, vec![renamed(&prefix)]).unwrap();
        assert_eq!(store.find(&prefix).unwrap(), second.session);
    }
}

#[test]
fn a_name_that_the_parent_was_given_stays_with_the_parent() {
    let store = Store::in_memory().unwrap();
    let parent = new_session();
    let log = begin(&store, setup(parent, "Which?"), vec![stop(), renamed("mine"), stop()]).unwrap();
    let branch = new_session();
    let parted = Setup { parent: Some(Branch { session: parent, round: 1, seq: 3 }), ..setup(branch, "Which?") };
    let mut copy = stamped(vec![Event::SessionOpened(Box::new(parted))], log[0].at_ms);
    copy.extend_from_slice(&log[1..3]);
    import(&store, branch, copy).unwrap();
    assert_eq!(store.find("mine").unwrap(), parent);
    let of_parent = Filter { parent: Some(parent), ..Filter::default() };
    let listed = store.list(&of_parent, 9).unwrap();
    assert_eq!(
        listed.iter().map(|listed| (listed.session, listed.parent)).collect::<Vec<_>>(),
        [(branch, Some(parent))]
    );
    assert_eq!(store.check().unwrap(), Vec::<String>::new());
}

#[test]
fn a_foreign_log_comes_in_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    for store in stores(folder.path()) {
        let session = session_at(MONDAY_MS);
        let log = stamped(vec![opened(session, "Which?"), said("zebra"), closed(Ending::Decided)], MONDAY_MS);
        import(&store, session, log.clone()).unwrap();
        assert_eq!(store.load(session).unwrap(), log, "stamps kept");
        let bodies = store.bodies(session).unwrap();
        assert_eq!(bodies.len(), 3);
        for (logged, (seq, at_ms, body)) in log.iter().zip(&bodies) {
            assert_eq!((*seq, *at_ms), (logged.seq, logged.at_ms));
            assert_eq!(*body, serde_json::to_string(&logged.event).unwrap());
        }
        assert!(matches!(import(&store, session, log.clone()), Err(StoreError::Exists(there)) if there == session));
        assert_eq!(store.load(session).unwrap(), log);

        let other = new_session();
        let good = stamped(vec![opened(other, "Which?"), stop(), stop()], MONDAY_MS);
        let without = |place: usize| {
            let mut log = good.clone();
            log.remove(place);
            log
        };
        let twice = stamped(vec![opened(other, "Which?"), stop(), opened(other, "Which?")], MONDAY_MS);
        let of_another = stamped(vec![opened(session, "Which?")], MONDAY_MS);
        for (bad, at) in [(without(0), 2), (without(1), 3), (twice, 3), (of_another, 1)] {
            let refused = import(&store, other, bad);
            assert!(matches!(refused, Err(StoreError::OutOfPlace { seq, .. }) if seq == at), "{at}: {refused:?}");
            assert!(matches!(store.load(other), Err(StoreError::Unknown(_))));
        }
        assert_eq!(store.search("zebra", 9).unwrap().len(), 1);
        // The clock of whoever wrote it was ahead.
        let ahead = stamped(vec![opened(other, "Which?"), stop()], 99 * MONDAY_MS);
        import(&store, other, ahead.clone()).unwrap();
        let lease = store.lease(other).unwrap();
        assert_eq!(append(&store, &lease, vec![stop()]).unwrap()[0].at_ms, ahead[1].at_ms);
        assert_eq!(store.check().unwrap(), Vec::<String>::new());
    }
}

#[test]
fn a_session_has_room_for_so_many_events_and_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let session = new_session();
    begin(&store, setup(session, "Which?"), Vec::new()).unwrap();
    let last = "INSERT INTO events (place, at_ms, body) SELECT place | 1048574, at_ms, body FROM events";
    assert_eq!(database(folder.path()).execute(last, []).unwrap(), 1);
    let lease = store.lease(session).unwrap();
    let refused = append(&store, &lease, vec![stop()]);
    assert!(matches!(refused, Err(StoreError::TooLong(_))), "{refused:?}");
    // The neighbour in time, whose place begins where this one's ends.
    begin(&store, setup(new_session(), "Next?"), Vec::new()).unwrap();
    assert_eq!(store.bodies(session).unwrap().len(), 2);
}

#[test]
fn sessions_of_the_same_millisecond_keep_apart() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let at = |ms| session_at(ms);
    let ids =
        [at(MONDAY_MS), at(MONDAY_MS), at(MONDAY_MS + 1), at(MONDAY_MS), at(u64::MAX >> 16), at(0), at(u64::MAX >> 16)];
    // An id that holds no time, as one from elsewhere may be.
    let ids = [&ids[..], &[SessionId(uuid::Uuid::from_u128(7))]].concat();
    for (number, id) in ids.iter().enumerate() {
        begin(&store, setup(*id, &format!("Number {number}?")), vec![said(&format!("word{number}"))]).unwrap();
    }
    for (number, id) in ids.iter().enumerate() {
        assert_eq!(store.load(*id).unwrap().len(), 2);
        let found = store.search(&format!("word{number}"), 9).unwrap();
        assert_eq!(found.iter().map(|hit| hit.listed.session).collect::<Vec<_>>(), [*id]);
    }
    assert_eq!(store.list(&Filter::default(), 100).unwrap().len(), ids.len());
    assert_eq!(store.check().unwrap(), Vec::<String>::new());
}

#[test]
fn a_request_is_heeded_once() {
    let folder = tempfile::tempdir().unwrap();
    let [in_folder, in_memory] = stores(folder.path());
    // The one who asks is another process.
    let outside = Store::open_existing(folder.path()).unwrap().unwrap();
    for (store, asking) in [(&in_folder, &outside), (&in_memory, &in_memory)] {
        let (session, other) = (new_session(), new_session());
        for session in [session, other] {
            begin(store, setup(session, "Which?"), Vec::new()).unwrap();
        }
        let lease = store.lease(session).unwrap();
        assert_eq!((store.requested(session).unwrap(), wait(store.take_request(&lease)).unwrap()), (None, None));
        for (asked, due) in [
            (&[Request::Pause][..], Request::Pause),
            (&[Request::Stop], Request::Stop),
            (&[Request::Pause, Request::Stop], Request::Stop),
            (&[Request::Stop, Request::Pause], Request::Stop),
        ] {
            asked.iter().for_each(|request| asking.request(session, *request).unwrap());
            assert_eq!((store.requested(session).unwrap(), store.requested(other).unwrap()), (Some(due), None));
            assert_eq!(wait(store.take_request(&lease)).unwrap(), Some(due));
            assert_eq!((store.requested(session).unwrap(), wait(store.take_request(&lease)).unwrap()), (None, None));
        }
        let refused = asking.request(new_session(), Request::Stop);
        assert!(matches!(refused, Err(StoreError::Unknown(_))), "{refused:?}");
    }
}

/// The files in the folder that hold any of these words.
fn holding<'a>(folder: &Path, words: &[&'a str]) -> Vec<(String, &'a str)> {
    let files = files_below(folder);
    let contains =
        |content: &[u8], word: &str| content.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()));
    files
        .iter()
        .flat_map(|(path, content)| {
            let found = words.iter().filter(|word| contains(content, word));
            found.map(|word| (path.display().to_string(), *word))
        })
        .collect()
}

#[test]
fn what_is_deleted_is_gone() {
    let words = ["quetzalcoatlus", "xylographic", "brobdingnagian", "zugzwang"];
    let long = format!("{} {}", words[1], "filling of no note ".repeat(2_000));
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let secret = Setup {
        name: Some(words[2].to_owned()),
        tags: [(words[3].to_owned(), "a value".to_owned())].into(),
        ..setup(new_session(), &format!("Is {} right?", words[0]))
    };
    // Among others, some of them written at the same time, so that pages are shared, split and merged.
    let others: Vec<SessionId> = (0..40).map(|_| new_session()).collect();
    let lease = store.lease(secret.session).unwrap();
    append(&store, &lease, vec![Event::SessionOpened(Box::new(secret.clone()))]).unwrap();
    for other in &others {
        begin(&store, setup(*other, "Something else?"), vec![said("a common word"), said(&"other ".repeat(300))])
            .unwrap();
        append(&store, &lease, vec![said(&format!("{} and {}", words[0], words[1])), said(&long)]).unwrap();
    }
    store.request(secret.session, Request::Pause).unwrap();
    assert!(holding(folder.path(), &words).len() >= words.len(), "it was there");
    let before: Vec<Vec<Logged>> = others.iter().map(|other| store.load(*other).unwrap()).collect();

    wait(store.delete(&lease)).unwrap();
    assert_eq!(holding(folder.path(), &words), Vec::new(), "with the store still open");
    assert!(matches!(wait(store.delete(&lease)), Err(StoreError::Unknown(_))));
    assert!(matches!(append(&store, &lease, vec![stop()]), Err(StoreError::Unknown(_))));
    for gone in [store.load(secret.session).map(drop), store.find(words[2]).map(drop)] {
        assert!(matches!(gone, Err(StoreError::Unknown(_))), "{gone:?}");
    }
    assert_eq!(store.requested(secret.session).unwrap(), None);
    assert_eq!(store.search(words[0], 9).unwrap(), Vec::new());
    assert_eq!(store.search("common", 99).unwrap().len(), others.len());
    assert_eq!(store.list(&Filter::default(), 99).unwrap().len(), others.len());
    assert_eq!(store.check().unwrap(), Vec::<String>::new());
    drop((lease, store));
    assert_eq!(holding(folder.path(), &words), Vec::new(), "and once it is closed");
    let store = Store::open(folder.path()).unwrap();
    let after: Vec<Vec<Logged>> = others.iter().map(|other| store.load(*other).unwrap()).collect();
    assert_eq!(after, before);
    // The name is free, and so is the id.
    begin(&store, secret, vec![stop()]).unwrap();
    assert_eq!(store.check().unwrap(), Vec::<String>::new());
}

#[test]
fn no_scrap_of_what_is_deleted_is_left_on_pages_that_were_shared() {
    const SESSIONS: usize = 12;
    // Some of these leave scraps behind where SQLite alone is trusted with it.
    for seed in 0..6 {
        let mut draws = (0..).map(|place| shuffle::seed_for(seed, &format!("draw {place}")));
        let mut draw = |below: u64| usize::try_from(draws.next().unwrap() % below).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let leases: Vec<Lease> = (0..SESSIONS).map(|_| store.lease(new_session()).unwrap()).collect();
        let word = |place: usize| format!("secretword{place}x");
        for (place, lease) in leases.iter().enumerate() {
            append(&store, lease, vec![opened(lease.session(), &word(place))]).unwrap();
        }
        for _event in 0..150 {
            let (place, size) = (draw(SESSIONS as u64), [1, 5, 20, 60, 200, 600][draw(6)]);
            append(&store, &leases[place], vec![said(&format!("{} ", word(place)).repeat(size))]).unwrap();
        }
        for (place, lease) in leases.iter().enumerate() {
            wait(store.delete(lease)).unwrap();
            assert_eq!(holding(folder.path(), &[&word(place)]), Vec::new(), "seed {seed}");
        }
    }
}

#[test]
fn an_index_that_says_something_else_than_the_events_is_found_out() {
    let plant = |sql: &str| {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let ids = fill(&store);
        store.request(ids[0], Request::Stop).unwrap();
        drop(store);
        database(folder.path()).execute_batch(sql).unwrap();
        let faults = Store::open(folder.path()).unwrap().check().unwrap();
        assert_eq!(faults.len(), usize::from(!sql.is_empty()), "{sql}: {faults:?}");
        faults.into_iter().next().unwrap_or_default()
    };
    let latest = "(SELECT max(key) FROM sessions)";
    for (sql, named) in [
        ("".to_owned(), ""),
        (format!("UPDATE sessions SET standing = 'decided' WHERE key = {latest}"), "row of session"),
        (format!("UPDATE sessions SET topic = 'Other?' WHERE key = {latest}"), "row of session"),
        (format!("UPDATE sessions SET name = 'other' WHERE key = {latest}"), "row of session"),
        (format!("UPDATE sessions SET latest_ms = 1 WHERE key = {latest}"), "row of session"),
        (format!("UPDATE tags SET value = 'other' WHERE session = {latest}"), "tags of session"),
        ("DELETE FROM events WHERE seq = 2 AND place = (SELECT max(place) - 1 FROM events)".to_owned(), "without gaps"),
        (format!("INSERT INTO tags VALUES ({latest} + 1, 'a', 'b')"), "belong to no session"),
        (format!("INSERT INTO requests VALUES ({latest} + 1, 'stop')"), "belong to no session"),
        (format!("INSERT INTO words (rowid, text) VALUES (({latest} << 20) + 2, 'planted')"), "full-text index"),
        ("INSERT INTO words (words) VALUES ('delete-all')".to_owned(), "full-text index"),
    ] {
        let fault = plant(&sql);
        assert!(fault.contains(named), "{sql}: {fault}");
    }
}

#[test]
fn the_same_events_are_found_by_whoever_looks_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let writing = Store::open(folder.path()).unwrap();
    let reading = Store::open_existing(folder.path()).unwrap().unwrap();
    let lease = writing.lease(new_session()).unwrap();
    let log = append(&writing, &lease, vec![opened(lease.session(), "Which?"), said("giraffe")]).unwrap();
    assert_eq!(reading.search("giraffe", 9).unwrap()[0].seq, 2);
    assert_eq!(events(&reading.load(lease.session()).unwrap()), events(&log));
}
