//! The undisturbed run of a debate, and the script that it leaves behind: what was asked, and the reply to each call.
//! The same call gets the same reply for ever after, in whatever order the calls come.

#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;

use crate::support::fake::{Behaviour, Fake, Script, Seen};
use crate::support::program::{Desk, VENDORS};
use crate::support::stored::{self, Log};
use crate::support::voices;

/// Every seventh reply, if the form allows it, cannot be read at first, so that turns of two calls are cut as well.
const STUMBLE: usize = 7;
/// Longest that a reply takes to begin, in milliseconds.
const DELAY_MAX_MS: usize = 4;

/// A debate, but for what interrupts it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Setting {
    pub(crate) mode: String,
    pub(crate) seats: usize,
    pub(crate) is_open: bool,
}

impl Setting {
    /// A place with a key for every seat.
    pub(crate) fn desk(&self) -> Desk {
        Desk::at("http://127.0.0.1:9", self.seats.min(VENDORS.len()))
    }

    /// Starts the debate.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let seats = self.seats.to_string();
        let mut arguments = vec!["start", "--topic", "Should we move?", "--mode", &self.mode, "-n", &seats];
        arguments.extend(["--seed", "7", "--quiet", "--format", "json"]);
        arguments.extend((!self.is_open).then_some("--yes-no"));
        arguments.into_iter().map(str::to_owned).collect()
    }
}

/// What a debate comes to when nobody interrupts it.
pub(crate) struct Book {
    pub(crate) record: Value,
    pub(crate) log: Log,
    /// The number of each call and the reply to it.
    replies: BTreeMap<String, (usize, String)>,
}

impl Book {
    /// Runs the debate once, and writes down what was said.
    pub(crate) fn write(setting: &Setting) -> Self {
        let replies: Arc<Mutex<BTreeMap<String, (usize, String)>>> = Arc::default();
        let book = Arc::clone(&replies);
        let fake = Fake::start(Arc::new(move |seen, number| {
            let text = said(seen, number);
            let before = book.lock().unwrap().insert(call(seen), (number, text.clone()));
            assert_eq!(before, None, "two calls with the same words cannot be told apart");
            Behaviour::Say(text)
        }));
        let mut desk = setting.desk();
        desk.point(fake.url());
        let record = desk.run(&setting.arguments().iter().map(String::as_str).collect::<Vec<_>>()).expect(0).record();
        drop(fake);
        let (_, log) = stored::read(&desk.data()).pop_first().unwrap();
        let replies = Arc::into_inner(replies).unwrap().into_inner().unwrap();
        assert_eq!(
            log.replies().len(),
            replies.len(),
            "{setting:?}: every reply is in the log, and no two are the same"
        );
        Self { record, log, replies }
    }

    /// How many calls the debate takes.
    pub(crate) fn calls(&self) -> usize {
        self.replies.len()
    }

    /// The reply to a call; `None` for a call that the undisturbed run never made.
    pub(crate) fn reply(&self, seen: &Seen) -> Option<&str> {
        self.replies.get(&call(seen)).map(|(_, text)| text.as_str())
    }

    /// The script of a run that may be interrupted.
    pub(crate) fn script(
        self: &Arc<Self>,
        around: impl Fn(usize, String) -> Behaviour + Send + Sync + 'static,
    ) -> Script {
        let book = Arc::clone(self);
        Arc::new(move |seen, number| match book.replies.get(&call(seen)) {
            Some((place, text)) => {
                let delay = Duration::from_millis((place % (DELAY_MAX_MS + 1)) as u64);
                Behaviour::Delayed(delay, Box::new(around(number, text.clone())))
            }
            None => Behaviour::json(400, &Value::from("nobody asked that in the undisturbed run")),
        })
    }
}

/// All that tells one call from another.
fn call(seen: &Seen) -> String {
    format!("{} {}", seen.path, seen.body)
}

fn said(seen: &Seen, number: usize) -> String {
    let is_second = seen.messages.last().is_some_and(|(_, text)| text.contains("could not be read"));
    let is_of_panel =
        ["options", "perspectives", "conclusion"].iter().all(|name| seen.schema["properties"][name].is_null());
    if number % STUMBLE == STUMBLE - 1 && is_of_panel && !is_second {
        return format!("Let me think, {}.", voices::canary(number));
    }
    voices::reply(seen, number)
}
