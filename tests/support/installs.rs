//! What is set up from the package registries: where it cannot be had, that is said on standard error, and the test skipped;
//! `ROUNDTABLE_TEST_CLIENTS=required` makes it a failure.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::fs;
use std::process::Command;

use tempfile::TempDir;

/// Runs a set-up step; `None`, and a word on standard error, where it cannot be done here.
pub(crate) fn set_up(command: &mut Command, what: &str) -> Option<()> {
    let failed = match command.output() {
        Ok(output) if output.status.success() => return Some(()),
        Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        Err(error) => error.to_string(),
    };
    let skipped = format!("skipped: {what} cannot be set up here: {failed}");
    assert!(std::env::var_os("ROUNDTABLE_TEST_CLIENTS").is_none(), "{skipped}");
    eprintln!("{skipped}");
    None
}

/// Installs packages of Node's in a folder.
pub(crate) fn node(folder: &TempDir, packages: &[&str], what: &str) -> Option<()> {
    let install = ["install", "--no-fund", "--no-audit", "--fetch-retries=0", "--fetch-timeout=30000"];
    fs::write(folder.path().join("package.json"), "{\"private\": true}").unwrap();
    set_up(Command::new("npm").args(install).args(packages).current_dir(folder), what)
}
