//! The pure core and what it is read from and written to: replies, numbers, verdicts, mode files, settings.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

#[path = "../support/mod.rs"]
mod support;

mod adr;
mod config;
mod continuation;
mod decision;
mod doubted_votes;
mod engine;
mod error;
mod estimate;
mod fallbacks;
mod forms;
mod html_report;
mod mode_files;
mod needs;
mod people;
mod personas;
mod phrases;
mod planted_panels;
mod protocol;
mod reading;
mod statistics;
mod strict_reading;
mod template;
mod text;
mod thresholds;
mod vectors;
