//! The verbs that every front-end uses: open, run, resume, list, load. Wires the rooms together.
//!
//! Must never print, and never know which front-end calls.

mod ask;
mod bench;
mod changed_limits;
mod check;
mod connect;
mod doctor;
mod egress;
mod endings;
mod failures;
mod files;
mod forms;
mod gate;
mod known;
mod library;
mod limits;
mod logs;
mod naming;
mod open;
mod panel;
mod people;
mod persona;
pub mod plan;
mod probe;
mod program;
mod rehearsal;
mod request;
mod resume;
mod runs;
mod search;
mod seating;
mod session;
mod signals;
mod start;
mod supplied;
mod taken;
mod thresholds;
mod usage;
mod views;

use std::net::SocketAddr;

pub use crate::app::ask::turnstile::Turnstile;
pub use crate::app::ask::{
    AskRequest, Asked as AskedPersonas, Capped, PersonaAnswer, Said, Silence, ask_failure, names_of,
};
pub use crate::app::bench::{
    BenchControl, BenchNews, BenchPlan, BenchRequest, OpenBench, PlannedCells, Purpose, open_bench,
};
pub use crate::app::check::{Change, Checked, Stale, check};
pub use crate::app::doctor::{Area, Finding, State, can_ask, examine, healthy, next_step};
pub use crate::app::egress::{Egress, Outgoing, Recipient};
pub use crate::app::endings::{ending_failure, synthesis_failure};
pub use crate::app::failures::{mode_failure, persona_failure};
pub use crate::app::files::{new_mode, schema_of_benches, schema_of_modes};
pub use crate::app::known::{Elsewhere, run_elsewhere};
pub use crate::app::library::Answered;
pub use crate::app::logs::Verification;
pub use crate::app::panel::{VendorStatus, persona, vendor_keys};
pub use crate::app::people::{Answer, form};
pub use crate::app::persona::new_persona;
pub use crate::app::probe::{Probed, Whom, probe_failure};
pub use crate::app::program::App;
pub use crate::app::rehearsal::{REHEARSAL, REHEARSAL_NOTE};
pub use crate::app::request::{GateRequest, OnNeeds, PolicyUse, Rounds, SEED_MAX, StartRequest, Who};
pub use crate::app::resume::ContinueRequest;
pub use crate::app::runs::{Admission, RunHandle, Runs};
pub use crate::app::session::{Begun, Opened, Session};
pub use crate::app::signals::{Asked, Signals};
pub use crate::app::supplied::Supplied;
pub use crate::app::usage::{UsageBy, UsageFilter, UsageLine, UsageTable};
pub use crate::app::views::view;
pub use crate::engine::{Control, Notice};
pub use crate::material::{Decoded, Guard, Source, Undecodable, decode};
pub use crate::modes::{Found, Listed as ListedMode, ModeError};
pub use crate::personas::{Listed as ListedPersona, PersonaError, PersonaFile};
pub use crate::providers::gateway::Accounts;
pub use crate::store::{Filter, Hit, Listed, Standing};
pub use crate::telemetry::Telemetry;

/// Where a front-end serves over HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpServer {
    /// The address to listen at.
    pub address: SocketAddr,
    /// Names by which it may be called beside the loopback's and the address itself, as clients write them in `Host`.
    pub hosts: Vec<String>,
}
