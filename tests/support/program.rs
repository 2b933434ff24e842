//! The built program, met from outside: with an environment, a home and a working folder of its own, and a time limit.

#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

/// A program that takes longer hangs.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// A main vendor, as the outside world knows it.
pub(crate) struct Vendor {
    pub(crate) name: &'static str,
    pub(crate) key_variable: &'static str,
    pub(crate) key: &'static str,
    pub(crate) base_url_variable: &'static str,
    /// The fake's name of its wire.
    pub(crate) wire: &'static str,
    /// The header that carries the key, and what stands before it there.
    pub(crate) key_header: (&'static str, &'static str),
}

/// The four main vendors, in seating order.
pub(crate) const VENDORS: [Vendor; 4] = [
    Vendor {
        name: "anthropic",
        key_variable: "ANTHROPIC_API_KEY",
        key: "sk-canary-anthropic-4f81c2",
        base_url_variable: "ANTHROPIC_BASE_URL",
        wire: "anthropic",
        key_header: ("authorization", "Bearer "),
    },
    Vendor {
        name: "openai",
        key_variable: "OPENAI_API_KEY",
        key: "sk-canary-openai-93be07",
        base_url_variable: "OPENAI_BASE_URL",
        wire: "openai_responses",
        key_header: ("authorization", "Bearer "),
    },
    Vendor {
        name: "google",
        key_variable: "GOOGLE_API_KEY",
        key: "sk-canary-google-c1d5e8",
        base_url_variable: "GOOGLE_GEMINI_BASE_URL",
        wire: "gemini",
        key_header: ("x-goog-api-key", ""),
    },
    Vendor {
        name: "perplexity",
        key_variable: "PERPLEXITY_API_KEY",
        key: "sk-canary-perplexity-70a6f4",
        base_url_variable: "PERPLEXITY_BASE_URL",
        wire: "perplexity",
        key_header: ("authorization", "Bearer "),
    },
];

/// A place to run the program in. Nothing of the machine's own environment is seen there.
pub(crate) struct Desk {
    folder: TempDir,
    variables: BTreeMap<String, OsString>,
}

impl Desk {
    /// Makes a home and a working folder, with no key set.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut desk = Self { folder, variables: BTreeMap::new() };
        for (variable, name) in [("HOME", "home"), ("XDG_DATA_HOME", "home/data"), ("XDG_CONFIG_HOME", "home/config")] {
            let path = desk.folder.path().join(name);
            fs::create_dir_all(&path).unwrap();
            desk.variables.insert(variable.to_owned(), path.into());
        }
        fs::create_dir_all(desk.work()).unwrap();
        desk
    }

    /// Makes one with the keys of the first `vendors` main vendors, all of which are reached at `url`.
    pub(crate) fn at(url: &str, vendors: usize) -> Self {
        let mut desk = Self::new();
        desk.point(url);
        for vendor in &VENDORS[..vendors] {
            desk.set(vendor.key_variable, vendor.key);
        }
        desk
    }

    /// Moves all main vendors to `url`.
    pub(crate) fn point(&mut self, url: &str) {
        for vendor in &VENDORS {
            self.set(vendor.base_url_variable, url);
        }
    }

    /// Sets a variable.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.variables.insert(name.to_owned(), value.into());
    }

    /// Takes a variable away.
    pub(crate) fn unset(&mut self, name: &str) {
        self.variables.remove(name);
    }

    /// The working folder.
    pub(crate) fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    /// The user's folder for configuration.
    pub(crate) fn config(&self) -> PathBuf {
        self.folder.path().join("home/config/roundtable")
    }

    /// The folder of the sessions.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("home/data/roundtable")
    }

    /// Writes a file in the working folder, and the folders it needs.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.work().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Reads a file of the working folder.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.work().join(name)).unwrap()
    }

    /// Runs the program to its end, with nothing on its standard input.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.spawn(arguments).wait()
    }

    /// Runs the program to its end with this on its standard input.
    pub(crate) fn feed(&self, arguments: &[&str], input: impl AsRef<[u8]>) -> Ran {
        let mut running = self.spawn(arguments);
        // The program may have read all it wants before it was given all.
        running.input.take().unwrap().write_all(input.as_ref()).ok();
        running.wait()
    }

    /// Starts the program.
    pub(crate) fn spawn(&self, arguments: &[&str]) -> Running {
        let mut command = self.command(env!("CARGO_BIN_EXE_roundtable"));
        command.args(arguments);
        Running::new(command, arguments.join(" "))
    }

    /// Starts the program for a conversation: its streams are the caller's to read and to write.
    pub(crate) fn converse(&self, arguments: &[&str]) -> Child {
        self.command(env!("CARGO_BIN_EXE_roundtable")).args(arguments).spawn().unwrap()
    }

    /// The variables that are set, and the program's own environment with them.
    pub(crate) fn variables(&self) -> &BTreeMap<String, OsString> {
        &self.variables
    }

    /// Runs a line of shell in which `$roundtable` is the program.
    pub(crate) fn shell(&self, line: &str) -> Ran {
        let mut command = self.command("/bin/sh");
        command.env("roundtable", env!("CARGO_BIN_EXE_roundtable")).env("PATH", "/usr/bin:/bin").args(["-c", line]);
        Running::new(command, line.to_owned()).wait()
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(&self.variables).current_dir(self.work());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

/// The program under way. Killed when dropped before it has ended.
pub(crate) struct Running {
    what: String,
    child: Child,
    input: Option<ChildStdin>,
    stdout: JoinHandle<Vec<u8>>,
    stderr: JoinHandle<Vec<u8>>,
    ended: Receiver<()>,
}

impl Running {
    fn new(mut command: Command, what: String) -> Self {
        let mut child = command.spawn().unwrap();
        let input = child.stdin.take();
        let (done, ended) = mpsc::channel();
        let stdout = drained(child.stdout.take().unwrap(), done.clone());
        let stderr = drained(child.stderr.take().unwrap(), done);
        Self { what, child, input, stdout, stderr, ended }
    }

    /// Sends it a signal, such as `INT`.
    pub(crate) fn signal(&self, name: &str) {
        signal(self.child.id(), name);
    }

    /// Sends it a signal until it has ended: two that come together are one.
    pub(crate) fn insist(&mut self, name: &str) {
        while !self.has_ended() {
            self.signal(name);
        }
    }

    /// Kills it, with no process in between that would take its time; no harm when it has ended.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
    }

    /// Whether it has ended by now.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits for its end; fails when that takes longer than a minute.
    pub(crate) fn wait(self) -> Ran {
        self.wait_within(TIME_LIMIT)
    }

    /// Waits for its end; fails when that takes longer than `limit`.
    pub(crate) fn wait_within(mut self, limit: Duration) -> Ran {
        drop(self.input.take());
        for _stream in ["stdout", "stderr"] {
            if self.ended.recv_timeout(limit).is_err() {
                self.child.kill().unwrap();
                let status = self.child.wait().unwrap();
                panic!("`{}` did not end within {limit:?} ({status})", self.what);
            }
        }
        let status = self.child.wait().unwrap();
        let text = |stream: JoinHandle<Vec<u8>>| {
            String::from_utf8(stream.join().unwrap()).expect("what the program writes is UTF-8")
        };
        Ran {
            what: self.what,
            code: status.code(),
            signal: status.signal(),
            stdout: text(self.stdout),
            stderr: text(self.stderr),
        }
    }
}

/// Sends a signal to a process.
fn signal(id: u32, name: &str) {
    let status = Command::new("kill").args([&format!("-{name}"), &id.to_string()]).status().unwrap();
    assert!(status.success(), "cannot send {name}");
}

fn drained(mut stream: impl Read + Send + 'static, done: mpsc::Sender<()>) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut all = Vec::new();
        stream.read_to_end(&mut all).unwrap();
        done.send(()).ok();
        all
    })
}

/// What a run of the program came to.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) what: String,
    pub(crate) code: Option<i32>,
    pub(crate) signal: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// Fails unless the program ended with this exit code.
    pub(crate) fn expect(self, code: i32) -> Self {
        let (stdout, stderr) = (tail(&self.stdout), tail(&self.stderr));
        assert_eq!(self.code, Some(code), "`{}`\nstdout: {stdout}\nstderr: {stderr}", self.what);
        for noise in ["panicked at", "RUST_BACKTRACE"] {
            assert!(!self.stderr.contains(noise), "`{}`\nstderr: {stderr}", self.what);
        }
        self
    }

    /// Standard output as the one JSON value that it must be.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("`{}`: {error}\nstdout: {}", self.what, tail(&self.stdout)))
    }

    /// The decision record on standard output.
    pub(crate) fn record(&self) -> Value {
        let record = self.json();
        assert_eq!(record["schema"], "roundtable.decision/1", "`{}`", self.what);
        record
    }
}

/// The end of a text, on a character boundary.
fn tail(text: &str) -> &str {
    let from = text.len().saturating_sub(3_000);
    let from = (from..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    &text[from..]
}

/// Every byte below a folder, file by file.
pub(crate) fn files_below(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path))
        } else {
            files.push((path.clone(), fs::read(&path).unwrap()))
        }
    }
    files
}

/// The lines of a text that begin with `start`.
pub(crate) fn lines_with<'a>(text: &'a str, start: &str) -> Vec<&'a str> {
    text.lines().filter(|line| line.starts_with(start)).collect()
}
