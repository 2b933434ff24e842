//! The program as people and scripts run it: files, streams, exit codes and what is printed.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

#[path = "../support/mod.rs"]
mod support;

mod answers;
mod ask;
mod bench;
mod bench_files;
mod check;
mod ci_kit;
mod commands;
mod context;
mod continue_sessions;
mod diff;
mod doctor;
#[cfg(unix)]
mod documents;
mod exit_codes;
mod gate;
mod interrupts;
mod limits;
mod logs;
mod manual;
mod outcomes;
mod outputs;
mod pause_and_stop;
mod policy;
mod probe;
mod progress;
mod provider_failures;
mod readme;
mod results;
mod schemas;
mod secrets;
mod streams;
mod telemetry;
mod topics;
mod usage;
mod usage_errors;
mod views;
mod waiting_for_people;
mod web_search;
