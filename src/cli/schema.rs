//! `schema`: the JSON Schemas of what the program reads and writes.

use crate::app::{schema_of_benches, schema_of_modes};
use crate::cli::args::SchemaArg;
use crate::cli::output;
use crate::error::Failure;
use crate::export::schema::{bench_report, decision, events, progress};

pub(crate) fn schema(of: SchemaArg) -> Result<(), Failure> {
    let schema = match of {
        SchemaArg::Decision => decision(),
        SchemaArg::Mode => schema_of_modes(),
        SchemaArg::Bench => schema_of_benches(),
        SchemaArg::BenchReport => bench_report(),
        SchemaArg::Events => events(),
        SchemaArg::Progress => progress(),
    };
    output::json(&format!("{schema:#}"))
}
