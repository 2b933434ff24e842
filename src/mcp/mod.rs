//! The front-end for assistants: the debate as tools, resources and prompts of the Model Context Protocol.
//!
//! Must never write anything but protocol frames to standard output, never decide anything about a debate, and never lose one:
//! whoever goes away, the session stays where its log ends and can be resumed.

mod answer;
mod arguments;
mod call;
mod following;
mod http;
mod outcome;
mod progress;
mod prompts;
mod resources;
mod server;
mod state;
mod stdio;
mod tools;
mod wording;

use std::time::Duration;

use tokio::runtime;

pub use crate::mcp::http::router;

use crate::app::{HttpServer, Telemetry, vendor_keys};
use crate::config::{Config, Sources};
use crate::error::Failure;
use crate::mcp::state::Server;

/// How long debates under way may take to come to rest when the server ends.
const REST_MAX: Duration = Duration::from_secs(2);

/// Serves until the client goes away or a signal says so: over standard input and output, or over HTTP where an address is given.
///
/// # Errors
/// A configuration that cannot be read, an address that cannot be listened at or must not be without a token.
pub(crate) fn serve(sources: Sources, http: Option<HttpServer>) -> Result<(), Failure> {
    let config = Config::load(&sources, &vendor_keys())?;
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::internal(format!("cannot start: {error}")))?;
    let telemetry = Telemetry::new(&config);
    let served = runtime.block_on(async {
        let server = Server::new(sources, &config, &telemetry);
        let served = match http {
            None => stdio::serve(&server).await,
            Some(http) => http::serve(&server, &config, &http).await,
        };
        tokio::time::timeout(REST_MAX, server.runs().rest()).await.ok();
        served
    });
    // A read from standard input that nobody will ever answer must not keep the process.
    runtime.shutdown_background();
    // Tasks that are left behind may hold on to it.
    telemetry.finish();
    served
}
