//! What the protocol's requests come to: tools, resources and prompts.
//!
//! Must never answer for a debate itself: tools do, each in its own file.

use std::fmt;
use std::sync::Arc;

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, ErrorData, GetPromptRequestParams, GetPromptResponse, Implementation,
    ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult, ListToolsResult, PaginatedRequestParams,
    ReadResourceRequestParams, ReadResourceResponse, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::RequestContext;
use rmcp::{RoleServer, ServerHandler};

use crate::app::{Accounts, App, Runs, Telemetry, Turnstile, vendor_keys};
use crate::config::{Config, Sources};
use crate::error::Failure;
use crate::mcp::call::{Call, SettingArgument};
use crate::mcp::state::Server;
use crate::mcp::{answer, prompts, resources, tools};

/// What a client is told about the server as a whole.
const INSTRUCTIONS: &str = "\
Roundtable lets several LLM personas debate a question and leaves a decision that can be audited. Use it for decisions with \
real alternatives and real stakes: architecture, priorities, trade-offs, whether to ship. Do not use it for facts that can be \
looked up. A debate asks several models several times: it takes minutes and costs money. start_roundtable answers with the \
decision and what to make of it: `proceed`, `verify` or `query_detail`; get_session shows more of one side; \
continue_roundtable takes the debate further with a focus or with facts. For the view of one field without a debate there is ask_persona. If your host ends long calls, start with wait: false \
and poll get_session. A call that is cancelled or cut off loses nothing: control_session resumes it, and nothing that arrived \
is paid for again.";

impl Server {
    pub(super) fn new(sources: Sources, config: &Config, telemetry: &Telemetry) -> Self {
        Self {
            sources: Arc::new(sources),
            runs: Arc::new(Runs::new(config.max_debates())),
            accounts: Accounts::default(),
            turnstile: Turnstile::default(),
            telemetry: telemetry.clone(),
        }
    }

    /// The debates under way.
    pub(super) fn runs(&self) -> &Arc<Runs> {
        &self.runs
    }

    /// The app with the configuration as its files stand now, and `arguments` on top.
    pub(super) fn app(&self, arguments: &[SettingArgument]) -> Result<App, Failure> {
        let mut sources = Sources::clone(&self.sources);
        for (name, setting, text) in arguments {
            if let Some(text) = text {
                sources.flag(*name, *setting, text);
            }
        }
        let app = App::new(Config::load(&sources, &vendor_keys())?);
        Ok(app.sharing(&self.accounts).through(&self.turnstile).telling(&self.telemetry))
    }
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder().enable_tools().enable_resources().enable_prompts().build();
        let program = Implementation::new("roundtable", env!("CARGO_PKG_VERSION")).with_title("Roundtable");
        ServerConfig::new(capabilities).with_server_info(program).with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _page: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools::TOOLS.iter().map(tools::Row::published).collect()))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        tools::find(name).map(tools::Row::published)
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let Some(tool) = tools::find(&request.name) else {
            return Err(ErrorData::invalid_params(format!("there is no tool `{}`", request.name), None));
        };
        let answered = (tool.run)(Call::new(self, context), request.arguments.unwrap_or_default()).await;
        Ok(answer::result(answered).into())
    }

    async fn list_resources(
        &self,
        _page: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let listed = self.app(&[]).and_then(|app| resources::list(&app)).map_err(answer::error)?;
        Ok(ListResourcesResult::with_all_items(listed))
    }

    async fn list_resource_templates(
        &self,
        _page: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        Ok(ListResourceTemplatesResult::with_all_items(resources::templates()))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let app = self.app(&[]).map_err(answer::error)?;
        resources::read(&app, &request.uri).map(Into::into)
    }

    async fn list_prompts(
        &self,
        _page: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        let app = self.app(&[]).map_err(answer::error)?;
        Ok(ListPromptsResult::with_all_items(prompts::list(&app)))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        let app = self.app(&[]).map_err(answer::error)?;
        prompts::get(&app, &request.name, &request.arguments.unwrap_or_default()).map(Into::into)
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").finish_non_exhaustive()
    }
}
