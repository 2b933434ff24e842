//! An assistant's side of the Model Context Protocol, as plain lines and plain requests: what the program's own library makes of
//! the protocol is not taken for granted.

#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ExitStatus};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::program::Desk;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A client on the program's standard streams.
pub(crate) struct Client {
    child: Child,
    input: Option<ChildStdin>,
    frames: Receiver<Result<Value, String>>,
    last: u64,
    /// Notifications heard so far.
    pub(crate) heard: Vec<Value>,
}

impl Client {
    /// Starts the program and says hello in this revision of the protocol.
    pub(crate) fn start(desk: &Desk, revision: &str) -> Self {
        let mut client = Self::connect(desk);
        let hello = client.request("initialize", hello(revision));
        assert_eq!(hello["result"]["protocolVersion"], revision, "{hello}");
        client.notify("notifications/initialized", json!({}));
        client
    }

    /// Starts the program and says nothing.
    pub(crate) fn connect(desk: &Desk) -> Self {
        let mut child = desk.converse(&["mcp"]);
        let (told, frames) = mpsc::channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let frame: Option<Value> = serde_json::from_str(&line).ok();
                told.send(frame.filter(|frame| frame["jsonrpc"] == "2.0").ok_or(line)).ok();
            }
        });
        let input = child.stdin.take();
        Self { child, input, frames, last: 0, heard: Vec::new() }
    }

    fn send(&mut self, frame: &Value) {
        writeln!(self.input.as_mut().unwrap(), "{frame}").unwrap();
    }

    /// Sends a notification.
    pub(crate) fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Sends a request and returns its number.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> u64 {
        self.last += 1;
        let id = self.last;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        id
    }

    /// Waits for the answer to a request; keeps the notifications that come before it.
    pub(crate) fn answer(&mut self, id: u64) -> Value {
        loop {
            let frame = self.frames.recv_timeout(PATIENCE).expect("an answer in time").expect("a frame");
            if frame["id"] == id {
                return frame;
            }
            assert!(frame["id"].is_null(), "an answer to nothing: {frame}");
            self.heard.push(frame);
        }
    }

    /// Waits for the next answer, to whichever request.
    pub(crate) fn next_answer(&mut self) -> Value {
        loop {
            let frame = self.frames.recv_timeout(PATIENCE).expect("an answer in time").expect("a frame");
            if !frame["id"].is_null() {
                return frame;
            }
            self.heard.push(frame);
        }
    }

    /// Waits for a notification that is as wanted.
    pub(crate) fn hear(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let frame = self.frames.recv_timeout(PATIENCE).expect("a notification in time").expect("a frame");
            self.heard.push(frame.clone());
            if wanted(&frame) {
                return frame;
            }
        }
    }

    /// Sends a request and waits for its answer.
    pub(crate) fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params);
        self.answer(id)
    }

    /// Calls a tool and returns its result.
    pub(crate) fn call(&mut self, tool: &str, arguments: Value) -> Value {
        let answer = self.request("tools/call", json!({ "name": tool, "arguments": arguments }));
        assert!(answer["result"].is_object(), "{tool}: {answer}");
        answer["result"].clone()
    }

    /// Calls a tool that is to succeed, and returns its structured content.
    pub(crate) fn called(&mut self, tool: &str, arguments: Value) -> Value {
        let result = self.call(tool, arguments);
        assert_eq!(result["isError"], false, "{tool}: {result}");
        assert!(!result["content"][0]["text"].as_str().unwrap().is_empty(), "{tool}: {result}");
        result["structuredContent"].clone()
    }

    /// Goes away as a client does that ends in order, and returns how the program ended.
    pub(crate) fn leave(mut self) -> ExitStatus {
        drop(self.input.take());
        self.ended()
    }

    /// Tells the program to end while its input stays open, and returns how it did.
    pub(crate) fn terminate(mut self) -> ExitStatus {
        terminate(&self.child);
        self.ended()
    }

    /// Waits for the end of the program, up to which it writes nothing but frames.
    fn ended(&mut self) -> ExitStatus {
        let status = self.child.wait().unwrap();
        for frame in self.frames.iter() {
            frame.expect("a frame");
        }
        status
    }

    /// Goes away in order, and returns what the program wrote to standard error.
    pub(crate) fn leave_hearing(mut self) -> String {
        drop(self.input.take());
        std::io::read_to_string(self.child.stderr.take().unwrap()).unwrap()
    }

    /// Kills the program.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The first request of a client.
pub(crate) fn hello(revision: &str) -> Value {
    json!({ "protocolVersion": revision, "capabilities": {}, "clientInfo": { "name": "assistant", "version": "1" } })
}

/// What every request of the stateless revision carries.
pub(crate) fn stateless(mut params: Value) -> Value {
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { "name": "assistant", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    params
}

fn terminate(child: &Child) {
    let told = std::process::Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(told.success());
}

/// The program serving over HTTP. Killed when dropped.
pub(crate) struct HttpServer {
    child: Child,
    /// Where it is.
    pub(crate) url: String,
}

impl HttpServer {
    /// Starts the program at a free port of the loopback.
    pub(crate) fn start(desk: &Desk) -> Self {
        Self::start_with(desk, &[])
    }

    /// Starts it with more arguments.
    pub(crate) fn start_with(desk: &Desk, more: &[&str]) -> Self {
        let mut child = desk.converse(&[&["mcp", "--http", "127.0.0.1:0"], more].concat());
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let url = lines.find_map(|line| Some(line.strip_prefix("listening at ")?.to_owned())).expect("an address");
        Self { child, url }
    }

    /// Tells it to end, and returns how it did.
    pub(crate) fn terminate(mut self) -> ExitStatus {
        terminate(&self.child);
        self.child.wait().unwrap()
    }
}

impl Drop for HttpServer {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
