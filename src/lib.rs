//! Roundtable: personas played by language models debate a question and leave a decision that can be audited.
//!
//! Everything a debate *decides* is pure and lives in [`debate`]; everything it *does* is at the edge. A session is its
//! log of events, nothing else: [`debate::protocol::next`] looks at the log and says what comes next, [`engine`] does
//! it and appends what came of it, and so first run, resume and replay are one code path.
//!
//! ```text
//!   cli ─┐                               main hands the command line the servers that it may start
//!   mcp ─┴► app ──► engine ──► store        append before act, act before show
//!            │        │   └──► providers    wires are pure; the gateway alone touches the network
//!            │        ▼
//!            ├──► debate ──► stats          the core: no clock, no network, no randomness
//!            ├──► modes                     YAML → debate::mode::Mode
//!            ├──► personas                  Markdown with front matter → who is asked alone, or seated
//!            ├──► bench                     YAML → modes × topics × panels × repeats
//!            ├──► material                  files, folders, diffs → debate::material; what looks like a secret
//!            ├──► telemetry               notices → log lines on stderr; traces and metrics, where the build has them
//!            └──► export                    log → text, markdown, adr, html, json, ndjson; views of one side of it; progress
//! ```
//!
//! `tests/layers.rs` holds these arrows. What the words mean:
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

pub mod config;

pub mod telemetry;

pub mod app;

pub mod cli;

#[cfg(feature = "mcp")]
pub mod mcp;
