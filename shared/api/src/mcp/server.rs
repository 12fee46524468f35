//! What a project answers as a server of MCP.

use super::calls::internal;
use super::{published, tools};
use crate::App;
use crate::auth::Caller;
use axum::http::request::Parts;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CancelTaskParams, ErrorData, GetTaskParams, GetTaskResult, Implementation,
    ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig, UpdateTaskParams,
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
An error always says what to do next.

A workflow that begins with an agent `client` and answers by `reply` is a tool itself, once it is started.";

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
        ServerConfig::new(ServerCapabilities::builder().enable_tools().enable_tasks().build())
            .with_server_info(Implementation::new("rookery", env!("CARGO_PKG_VERSION")).with_title("Rookery"))
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let offered = self.offered().await.map_err(internal)?;
        let mut all = published::tools(offered);
        all.extend(tools::of(&self.caller, &self.project.id));
        Ok(ListToolsResult::with_all_items(all))
    }

    async fn call_tool(
        &self,
        call: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let arguments = call.arguments.unwrap_or_default();
        if let Some((route, text)) = tools::find(&call.name) {
            return Ok(self.call(route, text, arguments).await.into());
        }
        let knows_tasks = context.client_capabilities().is_some_and(|client| client.supports_tasks());
        let unknown = || ErrorData::invalid_params("There is no tool of this name: `tools/list` has all.", None);
        self.call_published(&call.name, arguments, knows_tasks).await?.ok_or_else(unknown)
    }

    async fn get_task(&self, asked: GetTaskParams, _: RequestContext<RoleServer>) -> Result<GetTaskResult, ErrorData> {
        self.task(&asked.task_id).await?.map(GetTaskResult::new).ok_or_else(no_task)
    }

    async fn update_task(&self, asked: UpdateTaskParams, _: RequestContext<RoleServer>) -> Result<(), ErrorData> {
        // No workflow asks its caller for anything, so there is nothing to answer.
        self.task(&asked.task_id).await?.map(drop).ok_or_else(no_task)
    }

    async fn cancel_task(&self, asked: CancelTaskParams, _: RequestContext<RoleServer>) -> Result<(), ErrorData> {
        if self.cancel(&asked.task_id).await? { Ok(()) } else { Err(no_task()) }
    }
}

fn no_task() -> ErrorData {
    ErrorData::invalid_params("There is no such task.", None)
}
