//! One client on standard input and output.
//!
//! Must never let a debate go on once the client has gone: nobody would see what it costs.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use rmcp::ServiceExt;
use rmcp::transport::stdio;
use tokio::io::{AsyncRead, ReadBuf};

use crate::app::{Runs, Signals};
use crate::error::Failure;
use crate::mcp::state::Server;

/// Serves the client until it closes standard input, or a signal says so.
pub(super) async fn serve(server: &Server) -> Result<(), Failure> {
    let (input, output) = stdio();
    let input = Watched { input, runs: Arc::clone(server.runs()) };
    let serving = async {
        // A client that goes away before it has said hello is no failure of ours.
        if let Ok(service) = server.clone().serve((input, output)).await {
            service.waiting().await.ok();
        }
    };
    tokio::select! {
        // Whoever has had an answer can count on signals being heeded.
        biased;
        () = signalled() => {}
        () = serving => {}
    }
    Ok(())
}

/// Resolves when the process is asked to end; never where that cannot be known.
pub(super) async fn signalled() {
    match Signals::new() {
        Some(mut signals) => drop(signals.next().await),
        None => std::future::pending().await,
    }
}

/// Standard input that brings every debate to rest at its end, before anybody has waited for their answers.
struct Watched<R> {
    input: R,
    runs: Arc<Runs>,
}

impl<R: AsyncRead + Unpin> AsyncRead for Watched<R> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.input).poll_read(cx, buffer);
        if let Poll::Ready(result) = &read
            && (result.is_err() || buffer.filled().len() == before)
        {
            self.runs.leave();
        }
        read
    }
}
