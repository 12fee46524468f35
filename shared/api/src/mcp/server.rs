//! What a project answers as a server of MCP.

use super::tools;
use crate::App;
use crate::auth::Caller;
use axum::http::request::Parts;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, ErrorData, Implementation, ListToolsResult, PaginatedRequestParams,
    ServerCapabilities, ServerConfig,
};
use rmcp::service::RequestContext;
use rmcp::{RoleServer, ServerHandler};
use rookery_store::Project;
use std::sync::Arc;

/// What a model is told of Rookery before it uses the tools.
const INSTRUCTIONS: &str = "\
Rookery runs workflows: events enter at triggers, follow links, and wake agents. These tools are about one project.

A workflow is a canvas, `{\"cells\": [...]}`, of two kinds of cells:
- an agent: {\"id\": \"big\", \"type\": \"agent\", \"agent_type\": \"condition\", \"name\": \"Big orders\", \"config\": {...}}
- a link: {\"id\": \"l1\", \"type\": \"link\", \"source\": {\"id\": \"orders\"}, \"target\": {\"id\": \"big\"}, \"group_id\": \"on_match\"}
A link without `group_id` takes all events of its source, also `on_error`. Ids are yours to choose.

To build one: list_agent_types, read_agent_type for each type that you use, list_ready_cells for what others have made, check_canvas until it has no errors, create_workflow, \
build_workflow, dry_run_agent for each agent, start_workflow, send_event at a trigger, read_run until it is done, list_failures. \
An error always says what to do next.";

/// A project as one caller sees it, for one request.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) app: App,
    pub(super) project: Project,
    pub(super) caller: Caller,
    /// The head of the client's request.
    pub(super) request: Arc<Parts>,
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("rookery", env!("CARGO_PKG_VERSION")).with_title("Rookery"))
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools::of(&self.caller, &self.project.id)))
    }

    async fn call_tool(&self, call: CallToolRequestParams, _: RequestContext<RoleServer>) -> Result<CallToolResponse, ErrorData> {
        let unknown = || ErrorData::invalid_params("There is no tool of this name: `tools/list` has all.", None);
        let (route, text) = tools::find(&call.name).ok_or_else(unknown)?;
        Ok(self.call(route, text, call.arguments.unwrap_or_default()).await.into())
    }
}
