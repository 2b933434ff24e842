//! The program: parses the command line, runs the command, ends with its exit code.

use std::process::ExitCode;

use roundtable::cli::{self, Servers};

fn main() -> ExitCode {
    cli::main(&Servers {
        #[cfg(feature = "mcp")]
        mcp: Some(roundtable::mcp::serve),
        #[cfg(not(feature = "mcp"))]
        mcp: None,
    })
}
