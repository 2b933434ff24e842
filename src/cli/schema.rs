//! `schema`: the JSON Schemas of what the program reads and writes.

use crate::app::schema_of_modes;
use crate::cli::args::SchemaArg;
use crate::cli::output;
use crate::error::Failure;
use crate::export::schema::{decision, events, progress};

pub(crate) fn schema(of: SchemaArg) -> Result<(), Failure> {
    let schema = match of {
        SchemaArg::Decision => decision(),
        SchemaArg::Mode => schema_of_modes(),
        SchemaArg::Events => events(),
        SchemaArg::Progress => progress(),
    };
    output::result(&format!("{schema:#}\n"))
}
