//! A fake HTTP provider on loopback: it speaks every wire, keeps a log of what it saw, and misbehaves on request.
//!
//! It knows nothing of the program's own encoders and decoders, so that the two cannot share a mistake.

#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

#[path = "fake_line.rs"]
mod line;
#[path = "fake_seen.rs"]
mod seen;
#[path = "fake_speech.rs"]
mod speech;

use std::convert::Infallible;
use std::io;
use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::task::Poll;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::response::Response;
use futures_util::stream::{self, StreamExt};
use serde_json::Value;
use tokio::sync::{Barrier, oneshot};

use self::line::{Line, Listening};
pub(crate) use self::seen::Seen;

/// Request bodies above this size are a mistake of the program.
const REQUEST_BYTES_MAX: usize = 16 << 20;
/// How long [`Fake::wait_for`] waits before it gives up.
const PATIENCE: Duration = Duration::from_secs(10);

/// Says what to do with a request, given how many came before it.
pub(crate) type Script = Arc<dyn Fn(&Seen, usize) -> Behaviour + Send + Sync>;

/// What the fake does with a request.
#[derive(Debug, Clone)]
pub(crate) enum Behaviour {
    /// Streams the text in the wire's own events, usage included.
    Say(String),
    /// Streams the text, and never tells what it took.
    SayWithoutUsage(String),
    /// Waits, then does the other thing.
    Delayed(Duration, Box<Behaviour>),
    /// Waits until as many requests are waiting as the barrier is for, then does the other thing.
    Together(Arc<Barrier>, Box<Behaviour>),
    /// Answers with exactly this.
    Status { code: u16, headers: Vec<(&'static str, String)>, body: Vec<u8> },
    /// Resets the connection without an answer.
    DropConnection,
    /// Streams half of the text, then breaks off.
    CutMidStream(String),
    /// Streams half of the text, then is silent.
    FallSilent(String),
    /// Streams half of the text, says so, then is silent.
    FallSilentTelling(String, mpsc::Sender<()>),
    /// Streams the whole text, and says so.
    SayTelling(String, mpsc::Sender<()>),
    /// Streams the whole text, and keeps the connection open after its terminal event.
    StayOpen(String),
    /// Never answers.
    Hang,
    /// Sends the client elsewhere.
    Redirect(String),
    /// Answers with a web page.
    WrongContentType,
    /// Streams text without end.
    EndlessStream,
    /// Streams a comment every so often, and nothing else, without end.
    Drip(Duration),
}

impl Behaviour {
    /// A JSON answer with this status.
    pub(crate) fn json(code: u16, body: &Value) -> Self {
        Self::Status {
            code,
            headers: vec![("content-type", "application/json".to_owned())],
            body: body.to_string().into_bytes(),
        }
    }

    /// The same answer with one more header.
    pub(crate) fn with_header(self, name: &'static str, value: impl Into<String>) -> Self {
        match self {
            Self::Status { code, mut headers, body } => {
                headers.push((name, value.into()));
                Self::Status { code, headers, body }
            }
            other => panic!("{other:?} takes no header"),
        }
    }
}

/// The running server. Stops when dropped.
pub(crate) struct Fake {
    url: String,
    log: Arc<Log>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Fake {
    /// Starts a server on a thread of its own, so that a test may pause its own clock.
    pub(crate) fn start(script: Script) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let log = Arc::new(Log::default());
        let (stop, stopped) = oneshot::channel();
        let desk = Desk { script, log: Arc::clone(&log) };
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let app = Router::new().fallback(answer).with_state(desk).into_make_service_with_connect_info::<Line>();
                let serving = axum::serve(Listening::new(listener), app).into_future();
                tokio::select! {
                    served = serving => served.unwrap(),
                    _ = stopped => {}
                }
            });
        });
        Self { url, log, stop: Some(stop), thread: Some(thread) }
    }

    /// Starts a server that treats every request alike.
    pub(crate) fn always(behaviour: Behaviour) -> Self {
        Self::start(Arc::new(move |_, _| behaviour.clone()))
    }

    /// Starts a server that behaves as listed, request by request; the last one is for all that follow.
    pub(crate) fn sequence(behaviours: Vec<Behaviour>) -> Self {
        Self::start(Arc::new(move |_, before| behaviours[before.min(behaviours.len() - 1)].clone()))
    }

    /// `http://127.0.0.1:PORT`. Any path may follow: only the end of a path tells the wire.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The most requests that were under way together.
    pub(crate) fn most_at_once(&self) -> usize {
        let log = self.log();
        let is_under_way = |seen: &Seen, at| seen.started <= at && seen.ended.is_none_or(|ended| ended > at);
        log.iter().map(|seen| log.iter().filter(|other| is_under_way(other, seen.started)).count()).max().unwrap_or(0)
    }

    /// What it has seen so far, in order of arrival.
    pub(crate) fn log(&self) -> Vec<Seen> {
        self.log.seen.lock().unwrap().clone()
    }

    /// Waits until the log is as wanted, and fails after ten seconds.
    pub(crate) fn wait_for(&self, wanted: impl Fn(&[Seen]) -> bool) -> Vec<Seen> {
        let seen = self.log.seen.lock().unwrap();
        let (seen, timeout) = self.log.changed.wait_timeout_while(seen, PATIENCE, |seen| !wanted(seen)).unwrap();
        assert!(!timeout.timed_out(), "not seen within {PATIENCE:?}: {seen:#?}");
        seen.clone()
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let served = thread.join();
            assert!(served.is_ok() || std::thread::panicking(), "the fake provider panicked");
        }
    }
}

#[derive(Default)]
struct Log {
    seen: Mutex<Vec<Seen>>,
    changed: Condvar,
}

#[derive(Clone)]
struct Desk {
    script: Script,
    log: Arc<Log>,
}

/// Marks a request as ended when the answer was sent, or when the client went away.
struct Ending {
    log: Arc<Log>,
    index: usize,
}

impl Ending {
    fn answered(&self) {
        self.log.seen.lock().unwrap()[self.index].answered = true;
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.log.seen.lock().unwrap()[self.index].ended = Some(Instant::now());
        self.log.changed.notify_all();
    }
}

async fn answer(State(desk): State<Desk>, ConnectInfo(line): ConnectInfo<Line>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, REQUEST_BYTES_MAX).await.unwrap_or_default();
    let seen = Seen::read(&head, &body, line.peer);
    let index = {
        let mut log = desk.log.seen.lock().unwrap();
        log.push(seen.clone());
        log.len() - 1
    };
    desk.log.changed.notify_all();
    let ending = Ending { log: Arc::clone(&desk.log), index };
    let mut behaviour = (desk.script)(&seen, index);
    loop {
        behaviour = match behaviour {
            Behaviour::Delayed(delay, then) => {
                // From the arrival on, so that composing the answer takes no time of its own.
                tokio::time::sleep_until((seen.started + delay).into()).await;
                *then
            }
            Behaviour::Together(barrier, then) => {
                barrier.wait().await;
                *then
            }
            ready => break behave(ready, &seen, &line, ending).await,
        }
    }
}

async fn behave(behaviour: Behaviour, seen: &Seen, line: &Line, ending: Ending) -> Response {
    match behaviour {
        Behaviour::Say(text) => streaming(events(speech::whole(seen, &text)), ending),
        Behaviour::SayWithoutUsage(text) => streaming(events(speech::without_usage(seen, &text)), ending),
        Behaviour::Delayed(..) | Behaviour::Together(..) => unreachable!("waits are over"),
        Behaviour::Status { code, headers, body } => {
            let headers = headers.iter().map(|(name, value)| (*name, value.as_str()));
            respond(code, headers, stream::iter([Ok(body)]), ending)
        }
        Behaviour::DropConnection => {
            line.cut();
            Response::new(Body::empty())
        }
        Behaviour::CutMidStream(text) => {
            let broken = stream::iter([Err(io::Error::from(io::ErrorKind::ConnectionReset))]);
            streaming(events(speech::half(seen, &text)).chain(sent()).chain(broken), ending)
        }
        Behaviour::FallSilent(text) => streaming(events(speech::half(seen, &text)).chain(stream::pending()), ending),
        Behaviour::FallSilentTelling(text, tell) => {
            streaming(events(speech::half(seen, &text)).chain(telling(tell)).chain(stream::pending()), ending)
        }
        Behaviour::SayTelling(text, tell) => streaming(events(speech::whole(seen, &text)).chain(telling(tell)), ending),
        Behaviour::StayOpen(text) => streaming(events(speech::whole(seen, &text)).chain(stream::pending()), ending),
        Behaviour::Hang => {
            let never: Infallible = std::future::pending().await;
            match never {}
        }
        Behaviour::Redirect(url) => respond(307, [("location", url.as_str())], stream::empty(), ending),
        Behaviour::WrongContentType => {
            let page = b"<html>a web page</html>".to_vec();
            respond(200, [("content-type", "text/html; charset=utf-8")], stream::iter([Ok(page)]), ending)
        }
        Behaviour::EndlessStream => {
            let delta = speech::half(seen, &"on and on ".repeat(20_000)).concat().into_bytes();
            streaming(stream::repeat_with(move || Ok(delta.clone())), ending)
        }
        Behaviour::Drip(pause) => streaming(drip(pause), ending),
    }
}

fn events(events: Vec<String>) -> impl stream::Stream<Item = io::Result<Vec<u8>>> + Send + 'static {
    stream::iter(events.into_iter().map(|event| Ok(event.into_bytes())))
}

/// Adds nothing to a stream, and lets all before it leave.
fn sent() -> impl stream::Stream<Item = io::Result<Vec<u8>>> + Send + 'static {
    then(|| {})
}

/// Adds nothing to a stream, and tells when all before it has left.
fn telling(tell: mpsc::Sender<()>) -> impl stream::Stream<Item = io::Result<Vec<u8>>> + Send + 'static {
    // Whoever wanted to know may have heard enough.
    then(move || {
        tell.send(()).ok();
    })
}

fn then(act: impl FnOnce() + Send + 'static) -> impl stream::Stream<Item = io::Result<Vec<u8>>> + Send + 'static {
    let done = async move {
        // The server sends what it holds when the stream makes it wait.
        tokio::task::yield_now().await;
        act();
        stream::empty()
    };
    stream::once(done).flatten()
}

fn drip(pause: Duration) -> impl stream::Stream<Item = io::Result<Vec<u8>>> + Send + 'static {
    stream::unfold((), move |()| async move {
        tokio::time::sleep(pause).await;
        Some((Ok(b": still here\n\n".to_vec()), ()))
    })
}

fn streaming(body: impl stream::Stream<Item = io::Result<Vec<u8>>> + Send + 'static, ending: Ending) -> Response {
    respond(200, [("content-type", "text/event-stream"), ("request-id", "req_fake")], body, ending)
}

fn respond<'a>(
    code: u16,
    headers: impl IntoIterator<Item = (&'a str, &'a str)>,
    body: impl stream::Stream<Item = io::Result<Vec<u8>>> + Send + 'static,
    ending: Ending,
) -> Response {
    let mut response = Response::builder().status(code);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    // The body owns the ending: it is dropped with the last byte, or with the connection.
    let mut body = Box::pin(body);
    let body = stream::poll_fn(move |cx| {
        let next = body.poll_next_unpin(cx);
        if matches!(next, Poll::Ready(None)) {
            ending.answered();
        }
        next
    });
    response.body(Body::from_stream(body)).unwrap()
}

/// Composes a minimal valid value for a schema of our subset. `choose` may give the value of a property by its name.
pub(crate) fn fill(schema: &Value, choose: &mut dyn FnMut(&str, &Value) -> Option<Value>) -> Value {
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    match kind(schema).as_str() {
        "object" => {
            let properties = schema["properties"].as_object().into_iter().flatten();
            let filled = properties
                .map(|(name, inner)| (name.clone(), choose(name, inner).unwrap_or_else(|| fill(inner, choose))));
            Value::Object(filled.collect())
        }
        "array" => Value::Array(vec![fill(&schema["items"], choose)]),
        "string" => Value::from("text"),
        "number" => schema.get("minimum").cloned().unwrap_or_else(|| Value::from(0.5)),
        "integer" => schema.get("minimum").cloned().unwrap_or_else(|| Value::from(1)),
        "boolean" => Value::from(true),
        "null" => Value::Null,
        other => panic!("no value for the type {other:?} in {schema}"),
    }
}

/// The type, or the first of a list that is not `null`; lower case, for the vendor that writes it in capitals.
fn kind(schema: &Value) -> String {
    let listed = schema["type"].as_array().and_then(|kinds| kinds.iter().find(|kind| *kind != "null"));
    listed.unwrap_or(&schema["type"]).as_str().unwrap_or_default().to_ascii_lowercase()
}
