//! Roundtable: personas played by language models debate a question and leave a decision that can be audited.
//!
//! Everything a debate *decides* is pure and lives in [`debate`]; everything it *does* is at the edge. A session is its
//! log of events, nothing else: [`debate::protocol::next`] looks at the log and says what comes next, [`engine`] does
//! it and appends what came of it, and so first run, resume and replay are one code path.
//!
//! ```text
//! program                                what the binary calls: hands the command line the servers that it may start
//!    ▼
//!   cli ─┐                               the front-ends: private, and reached through the program alone
//!   mcp ─┴► app ──► store ───► engine       append before act, act before show; the store is one place for its log
//!            │                  │   └──► providers    wires are pure; the gateway alone touches the network
//!            │                  ▼
//!            ├────────────► debate ──► stats          the core: no clock, no network, no randomness
//!            ├──► modes                     YAML → debate::mode::Mode
//!            ├──► personas                  Markdown with front matter → who is asked alone, or seated
//!            ├──► bench                     YAML → modes × topics × panels × repeats
//!            ├──► material                  files, folders, diffs → debate::material; what looks like a secret
//!            ├──► message                   what to tell people, as values; cli and mcp find the words
//!            ├──► telemetry               notices → log lines on stderr; traces and metrics, where the build has them
//!            └──► export                    log → text, markdown, adr, html, json, ndjson; views of one side of it; progress
//! ```
//!
//! A debate runs in any program, against a log in memory and with any [`providers::Provider`]; here the script plays:
//!
//! ```
//! use roundtable::debate::event::Event;
//! use roundtable::debate::history::History;
//! use roundtable::debate::log::ids::SessionId;
//! use roundtable::debate::log::setup::Setup;
//! use roundtable::debate::personas;
//! use roundtable::debate::question::Question;
//! use roundtable::engine::{Control, Run, SessionLog};
//! use roundtable::modes::{self, Folders};
//! use roundtable::providers::rehearsal::{self, Rehearsal};
//! use roundtable::store::MemoryLog;
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let mode = modes::find("vote", &Folders::default())?.mode;
//! let agents = personas::seat(&mode.panel.personas, mode.panel.numbering(), 3, &[rehearsal::voice()]);
//! let question = Question::new("Should we move?", &["Yes".to_owned(), "No".to_owned()])?;
//! let setup = Setup::new(SessionId(uuid::Uuid::now_v7()), question, mode, agents);
//!
//! let log = MemoryLog::default();
//! let history = History::replay(&log.append(vec![Event::SessionOpened(Box::new(setup))]).await?)?;
//! // Nobody watches: with its receiver gone, nothing waits to be heard.
//! let (notices, _) = tokio::sync::mpsc::channel(1);
//! let provider = &Rehearsal::default();
//! let run = Run { log: &log, history, provider, notices, heard: &|_| {}, control: Control::default() };
//! let decision = run.finish().await?.decision.expect("a debate that ended has a decision");
//! assert_eq!(decision.text.as_deref(), Some("Yes"));
//! # Ok::<(), Box<dyn std::error::Error>>(()) })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! `examples/embed.rs` does so with a provider of its own, and tells how it goes. Whoever wants the whole program instead calls
//! [`program::main`], as the binary does. `tests/laws/layers.rs` holds the arrows above. What the words mean:
//!
//! | word | means |
//! |---|---|
//! | debate, session | the activity; one stored debate, with an id |
//! | mode | the recipe: who debates, how it runs, how it ends |
//! | persona, agent | a viewpoint; that persona seated with a provider and a model |
//! | provider, model, wire | a vendor; its model; the format it speaks |
//! | phase, round, stage, turn | part of a mode; one pass over its stages; a set of speakers; one speaker's slot |
//! | response, stance, ballot | what was said in a turn; the option it holds; a sealed rating of every option |
//! | consensus, decision, synthesis | measured agreement; the computed verdict; the closing text |
//! | event, notice | a stored fact; a passing signal |
//! | history | a session's events, folded |

pub mod stats;

pub mod debate;

pub mod modes;

pub mod bench;
pub mod personas;

pub mod providers;

pub mod store;

pub mod material;

pub mod engine;

pub mod export;

pub mod error;

pub mod message;

pub mod config;

pub mod telemetry;

pub mod app;

mod cli;

#[cfg(feature = "mcp")]
mod mcp;

pub mod program;
