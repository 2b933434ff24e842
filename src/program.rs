//! The program `roundtable`, whose `main` is [`main`] and nothing else.
//!
//! Joins the front-ends: the command line is handed the servers that it may start. Must never do anything itself.

use std::process::ExitCode;

use crate::cli::{self, Servers};
#[cfg(feature = "mcp")]
use crate::mcp;

/// The plumbing of the server for assistants, for the conformance suite to speak through.
///
/// Hidden, and no promise: its types are those of axum and rmcp, so that it changes whenever they do.
#[cfg(feature = "mcp")]
#[doc(hidden)]
pub use crate::mcp::router as mcp_router;

/// Runs the program on the arguments, the environment and the streams of this process; returns the exit code to end with.
///
/// Parses the command line and runs one command to its end. What goes wrong is told on standard error, not returned. Takes
/// over the signals and the panic hook of the process: call it once, from `main`, outside of any async runtime.
pub fn main() -> ExitCode {
    cli::main(&Servers {
        #[cfg(feature = "mcp")]
        mcp: Some(mcp::serve),
        #[cfg(not(feature = "mcp"))]
        mcp: None,
    })
}
