//! One call of a tool: the app it is made with, who hears of it, and who calls it off.

use std::future::pending;

use rmcp::RoleServer;
use rmcp::model::{ProgressNotificationParam, ProgressToken};
use rmcp::service::{Peer, RequestContext};
use tokio_util::sync::CancellationToken;

use crate::app::{App, Runs};
use crate::error::Failure;
use crate::mcp::progress::Heard;
use crate::mcp::state::Server;

/// One call of a tool.
pub(super) struct Call {
    server: Server,
    cancelled: CancellationToken,
    peer: Peer<RoleServer>,
    progress: Option<ProgressToken>,
}

/// An argument that stands for a setting: its name, the setting's variable, the value as text.
pub(super) type SettingArgument = (&'static str, &'static str, Option<String>);

impl Call {
    /// A call that its client may call off, and may have asked to be told of.
    pub(super) fn new(server: &Server, context: RequestContext<RoleServer>) -> Self {
        Self {
            server: server.clone(),
            progress: context.meta.get_progress_token(),
            cancelled: context.ct,
            peer: context.peer,
        }
    }

    /// The app, with `arguments` over the configuration.
    pub(super) fn app(&self, arguments: &[SettingArgument]) -> Result<App, Failure> {
        self.server.app(arguments)
    }

    /// The debates under way.
    pub(super) fn runs(&self) -> &Runs {
        self.server.runs()
    }

    /// Cancelled when the client calls it off.
    pub(super) fn leave(&self) -> &CancellationToken {
        &self.cancelled
    }

    /// Resolves when the client calls it off.
    pub(super) async fn called_off(&self) {
        self.cancelled.cancelled().await;
    }

    /// Tells the client how it goes, if it asked to be told.
    pub(super) async fn tell(&self, heard: &Heard) {
        let Some(token) = &self.progress else { return pending().await };
        let told = ProgressNotificationParam::new(token.clone(), f64::from(heard.count)).with_message(&heard.line);
        // A client that has gone hears nothing; its session stays.
        self.peer.notify_progress(told).await.ok();
    }
}
