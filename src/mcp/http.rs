//! Many clients over streamable HTTP.
//!
//! Must never answer a web page from elsewhere, nor anybody off this machine who does not bring the token.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use rmcp::ServerHandler;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::app::HttpServer;
use crate::config::{Config, keys};
use crate::error::Failure;
use crate::mcp::state::Server;
use crate::mcp::stdio::signalled;

/// Where the protocol is spoken.
const PATH: &str = "/mcp";
/// How long a client's session lasts without a message either way. A single turn may be silent for many minutes.
const SESSION_IDLE_MAX: Duration = Duration::from_secs(3_600);
/// Largest request, in bytes: a topic, options and facts.
const REQUEST_BYTES_MAX: usize = 4 << 20;
/// Web pages that may call: those of this machine.
const ORIGINS: [&str; 6] = [
    "http://localhost:*",
    "http://127.0.0.1:*",
    "http://[::1]:*",
    "https://localhost:*",
    "https://127.0.0.1:*",
    "https://[::1]:*",
];

/// Digest of the token that clients must bring.
type Token = [u8; 32];

/// Serves at the address until a signal says so.
pub(super) async fn serve(server: &Server, config: &Config, http: &HttpServer) -> Result<(), Failure> {
    let token = config.secret(keys::MCP_TOKEN).map(SecretString::expose_secret);
    if token.is_none() && !http.address.ip().is_loopback() {
        return Err(Failure::usage(format!(
            "--http is `{}`, which is open to other machines, and {} is not set",
            http.address,
            keys::MCP_TOKEN
        ))
        .with_hint(format!("set {} to a long random text, or listen at 127.0.0.1", keys::MCP_TOKEN)));
    }
    let unusable = |error: std::io::Error| {
        Failure::usage(format!("--http is `{}`, where nothing can listen: {error}", http.address)).with_source(error)
    };
    let listener = TcpListener::bind(http.address).await.map_err(unusable)?;
    let address = listener.local_addr().map_err(unusable)?;
    let closing = CancellationToken::new();
    let app = router(server.clone(), (address, &http.hosts), token, closing.clone());
    announce(address);
    tokio::select! {
        served = axum::serve(listener, app).into_future() => served.map_err(unusable)?,
        () = signalled() => {}
    }
    server.runs().leave();
    closing.cancel();
    Ok(())
}

/// Tells where clients find the server, if anybody reads it.
fn announce(address: SocketAddr) {
    use std::io::Write;
    writeln!(std::io::stderr().lock(), "listening at http://{address}{PATH}").ok();
}

/// Mounts what speaks the protocol, a clone of it for each session, at `/mcp` of `address`: behind the guards against web pages
/// from elsewhere and names other than this machine's and `hosts`, and behind the token where there is one. Sessions end once
/// they are idle for an hour, and all of them when `closing` is cancelled.
pub fn router<S: ServerHandler + Clone>(
    speaker: S,
    (address, hosts): (SocketAddr, &[String]),
    token: Option<&str>,
    closing: CancellationToken,
) -> Router {
    let own = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).into_iter().chain([address.ip().to_string()]);
    let config = StreamableHttpServerConfig::default()
        .with_allowed_hosts(own.chain(hosts.iter().cloned()))
        .with_allowed_origins(ORIGINS)
        .with_max_request_body_bytes(REQUEST_BYTES_MAX)
        .with_cancellation_token(closing);
    let mut sessions = LocalSessionManager::default();
    sessions.session_config.keep_alive = Some(SESSION_IDLE_MAX);
    let service = StreamableHttpService::new(move || Ok(speaker.clone()), Arc::new(sessions), config);
    let token = token.map(|token| Token::from(Sha256::digest(token.as_bytes())));
    Router::new().nest_service(PATH, service).layer(middleware::from_fn_with_state(token, admit))
}

/// Lets a request pass that brings the token, where one is needed.
async fn admit(State(token): State<Option<Token>>, request: Request, next: Next) -> Response {
    if token.is_none_or(|token| brings(request.headers(), &token)) {
        return next.run(request).await;
    }
    let mut refusal =
        Response::new(Body::from(format!("send the token: Authorization: Bearer ${}\n", keys::MCP_TOKEN)));
    *refusal.status_mut() = StatusCode::UNAUTHORIZED;
    refusal.headers_mut().insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Bearer"));
    refusal
}

/// Whether the headers bring the token. Digests are compared, all of them to the end, so that the time taken tells nothing.
fn brings(headers: &HeaderMap, token: &Token) -> bool {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (scheme, given) = given.split_once(' ').unwrap_or_default();
    let given = Token::from(Sha256::digest(given.trim().as_bytes()));
    let differs = given.iter().zip(token).fold(0, |differs, (ours, theirs)| differs | (ours ^ theirs));
    scheme.eq_ignore_ascii_case("bearer") && differs == 0
}
