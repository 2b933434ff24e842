//! A collector on loopback: takes what OpenTelemetry's exporter sends, or gives it trouble, and reads it off the bytes.
//!
//! Knows the protocol by its field numbers alone, so that it shares no mistake with the exporter.
//! Source: <https://github.com/open-telemetry/opentelemetry-proto>, trace.proto, metrics.proto and common.proto.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use serde_json::{Value, json};
use tokio::sync::oneshot;

/// What a span of a client's request is.
pub(crate) const CLIENT: u64 = 3;
/// The status of a span that failed.
const ERROR: u64 = 2;
const BODY_BYTES_MAX: usize = 4 << 20;

/// How the collector behaves.
#[derive(Clone)]
pub(crate) enum Manner {
    /// Takes everything.
    Take,
    /// Never answers.
    Hang,
    /// Answers with a web page.
    Garbage,
    /// Asks for an hour's patience.
    Busy,
    /// Refuses.
    Refuse,
    /// Sends the exporter elsewhere.
    Redirect(String),
}

/// A request to the collector.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) path: String,
    /// The value of `x-token`.
    pub(crate) header: String,
    body: Vec<u8>,
}

/// A span.
#[derive(Debug)]
pub(crate) struct Span {
    pub(crate) trace: Vec<u8>,
    pub(crate) id: Vec<u8>,
    /// Empty for the first of a trace.
    pub(crate) parent: Vec<u8>,
    pub(crate) name: String,
    pub(crate) kind: u64,
    /// In nanoseconds since the Unix epoch.
    pub(crate) begun: u64,
    pub(crate) ended: u64,
    pub(crate) error: bool,
    pub(crate) attributes: Value,
}

/// A histogram of one set of attributes.
#[derive(Debug)]
pub(crate) struct Point {
    pub(crate) name: String,
    pub(crate) unit: String,
    pub(crate) count: u64,
    pub(crate) sum: f64,
    pub(crate) bounds: Vec<f64>,
    pub(crate) attributes: Value,
}

/// The running collector. Stops when dropped.
pub(crate) struct Collector {
    url: String,
    seen: Arc<Mutex<Vec<Sent>>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Collector {
    pub(crate) fn start(manner: Manner) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (stop, stopped) = oneshot::channel();
        let app = Router::new().fallback(answer).with_state((manner, Arc::clone(&seen)));
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                tokio::select! {
                    served = axum::serve(listener, app).into_future() => served.unwrap(),
                    _ = stopped => {}
                }
            });
        });
        Self { url, seen, stop: Some(stop), thread: Some(thread) }
    }

    /// `http://127.0.0.1:PORT`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// What it was sent so far.
    pub(crate) fn seen(&self) -> Vec<Sent> {
        self.seen.lock().unwrap().clone()
    }

    /// All of it as it came.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.seen().into_iter().flat_map(|sent| sent.body).collect()
    }

    /// The spans that it was told.
    pub(crate) fn spans(&self) -> Vec<Span> {
        self.told("/v1/traces").iter().flat_map(|scope| messages(scope, 2)).map(span).collect()
    }

    /// The histograms that it was told.
    pub(crate) fn points(&self) -> Vec<Point> {
        self.told("/v1/metrics").iter().flat_map(|scope| messages(scope, 2)).flat_map(points).collect()
    }

    /// Names of the programs that told it anything.
    pub(crate) fn services(&self) -> BTreeSet<String> {
        let resources = self.seen().into_iter().flat_map(|sent| messages(&sent.body, 1));
        let resources = resources.flat_map(|of_resource| messages(&of_resource, 1));
        resources.map(|resource| attributes(&resource, 1)["service.name"].as_str().unwrap().to_owned()).collect()
    }

    /// What every scope holds of what came to a path.
    fn told(&self, path: &str) -> Vec<Vec<u8>> {
        let sent = self.seen().into_iter().filter(|sent| sent.path == path);
        sent.flat_map(|sent| messages(&sent.body, 1)).flat_map(|of_resource| messages(&of_resource, 2)).collect()
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        drop(self.stop.take());
        let served = self.thread.take().unwrap().join();
        assert!(served.is_ok() || std::thread::panicking(), "the collector panicked");
    }
}

async fn answer(State((manner, seen)): State<(Manner, Arc<Mutex<Vec<Sent>>>)>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, BODY_BYTES_MAX).await.unwrap().to_vec();
    let header = head.headers.get("x-token").map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    seen.lock().unwrap().push(Sent { path: head.uri.path().to_owned(), header, body });
    let response = |status: u16| Response::builder().status(status);
    match manner {
        Manner::Take => response(200).body(Body::empty()).unwrap(),
        Manner::Hang => {
            let never: Infallible = std::future::pending().await;
            match never {}
        }
        Manner::Garbage => {
            response(200).header("content-type", "text/html").body(Body::from("<html>\u{1b}[2J")).unwrap()
        }
        Manner::Busy => response(503).header("retry-after", "3600").body(Body::empty()).unwrap(),
        Manner::Refuse => response(401).body(Body::from("who are you?")).unwrap(),
        Manner::Redirect(url) => response(307).header("location", url + head.uri.path()).body(Body::empty()).unwrap(),
    }
}

fn span(bytes: Vec<u8>) -> Span {
    let fields = fields(&bytes);
    Span {
        trace: fields.bytes(1),
        id: fields.bytes(2),
        parent: fields.bytes(4),
        name: fields.text(5),
        kind: fields.number(6),
        begun: fields.number(7),
        ended: fields.number(8),
        error: self::fields(&fields.bytes(15)).number(3) == ERROR,
        attributes: attributes(&bytes, 9),
    }
}

fn points(metric: Vec<u8>) -> Vec<Point> {
    let (name, unit) = (fields(&metric).text(1), fields(&metric).text(3));
    let points = messages(&fields(&metric).bytes(9), 1).into_iter().map(|bytes| {
        let fields = fields(&bytes);
        Point {
            name: name.clone(),
            unit: unit.clone(),
            count: fields.number(4),
            sum: f64::from_bits(fields.number(5)),
            bounds: fields.bytes(7).chunks(8).map(|eight| f64::from_le_bytes(eight.try_into().unwrap())).collect(),
            attributes: attributes(&bytes, 9),
        }
    });
    points.collect()
}

/// The attributes under a number, as a JSON object.
fn attributes(bytes: &[u8], number: u64) -> Value {
    let pair = |pair: Vec<u8>| (fields(&pair).text(1), value(&fields(&pair).bytes(2)));
    messages(bytes, number).into_iter().map(pair).collect::<serde_json::Map<_, _>>().into()
}

fn value(bytes: &[u8]) -> Value {
    let fields = fields(bytes);
    match fields.0.keys().next() {
        Some(1) => json!(fields.text(1)),
        Some(2) => json!(fields.number(2) != 0),
        Some(3) => json!(fields.number(3)),
        Some(4) => json!(f64::from_bits(fields.number(4))),
        Some(5) => messages(&fields.bytes(5), 1).iter().map(|bytes| value(bytes)).collect(),
        other => panic!("a value of kind {other:?}"),
    }
}

/// The messages under a number.
fn messages(bytes: &[u8], number: u64) -> Vec<Vec<u8>> {
    fields(bytes).0.remove(&number).unwrap_or_default()
}

/// What stands under each number of a message; numbers as eight bytes, the least first.
struct Fields(BTreeMap<u64, Vec<Vec<u8>>>);

impl Fields {
    /// The last one under a number; empty where there is none.
    fn bytes(&self, number: u64) -> Vec<u8> {
        self.0.get(&number).and_then(|all| all.last()).cloned().unwrap_or_default()
    }

    fn text(&self, number: u64) -> String {
        String::from_utf8(self.bytes(number)).unwrap()
    }

    fn number(&self, number: u64) -> u64 {
        let bytes = self.bytes(number);
        if bytes.is_empty() { 0 } else { u64::from_le_bytes(bytes.try_into().unwrap()) }
    }
}

fn fields(mut bytes: &[u8]) -> Fields {
    let mut found: BTreeMap<u64, Vec<Vec<u8>>> = BTreeMap::new();
    while !bytes.is_empty() {
        let tag = varint(&mut bytes);
        let content = match tag & 7 {
            0 => varint(&mut bytes).to_le_bytes().to_vec(),
            1 => taken(&mut bytes, 8),
            2 => {
                let length = varint(&mut bytes);
                taken(&mut bytes, usize::try_from(length).unwrap())
            }
            5 => taken(&mut bytes, 4),
            other => panic!("a field of type {other}"),
        };
        found.entry(tag >> 3).or_default().push(content);
    }
    Fields(found)
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let (mut number, mut shift) = (0, 0);
    loop {
        let byte = taken(bytes, 1)[0];
        number |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            return number;
        }
    }
}

fn taken(bytes: &mut &[u8], length: usize) -> Vec<u8> {
    let (taken, rest) = bytes.split_at(length);
    *bytes = rest;
    taken.to_vec()
}
