//! The program: runs the command line, ends with its exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    roundtable::program::main()
}
