//! The catalogue: the entry points that projects of this deployment publish.

use crate::App;
use crate::auth::{Access, Caller};
use crate::error::Result;
use crate::list::{Listed, Query, listed};
use crate::route::Route;
use axum::Extension;
use axum::extract::State;
use axum::http::Method;
use axum::response::IntoResponse;
use rookery_domain::{Access as May, AgentRef, CellId, ClientName, EntryPointId, ProjectId, Published, Time, Words, WorkflowId};
use rookery_store::{Cursor, EntryPoint, Page};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// The most pages that one request looks through for what it seeks.
const PAGES: usize = 20;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::new(
            Method::GET,
            "/api/v1/catalog",
            Access::Reader,
            "Lists the entry points that workflows publish and the caller may use, by title.",
            list,
        )
        .paged()
        .query("q", "Only those that have all of these words in their title, description or ids.")
        .answers::<Listed<EntryPointView>>(200),
    ]
}

/// An entry point that a project publishes.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "EntryPoint")]
struct EntryPointView {
    /// The project that provides it.
    project_id: ProjectId,
    /// Its id.
    client_stage_id: EntryPointId,
    /// The workflow that publishes it, for who may see that workflow.
    #[serde(skip_serializing_if = "Option::is_none")]
    workflow_id: Option<WorkflowId>,
    /// The cell that publishes it, for who may see its workflow.
    #[serde(skip_serializing_if = "Option::is_none")]
    cell_id: Option<CellId>,
    /// What people call it.
    title: String,
    /// What it does.
    description: String,
    /// The JSON Schema of the payloads of tasks; null if anything is taken.
    input_schema: Option<Value>,
    /// The JSON Schema of the payloads of replies; null if nothing is promised.
    output_schema: Option<Value>,
    /// Who may use it: `open`, `approval` (the provider accepts each connection) or `allow_list`.
    access: May,
    /// The number of its version: each change of a schema is another one.
    version: u64,
    /// Versions before this one that are still taken.
    deprecated: Vec<Deprecated>,
    /// The address of tasks, for stages on other deployments; null where the deployment does not know its own address.
    tasks_url: Option<String>,
}

/// A version of an entry point that is still taken, and not for long.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DeprecatedVersion")]
struct Deprecated {
    /// Its number.
    version: u64,
    /// The JSON Schema of the payloads of tasks.
    input_schema: Option<Value>,
    /// The JSON Schema of the payloads of replies.
    output_schema: Option<Value>,
    /// Until when it is taken.
    until: Time,
}

async fn list(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Extension(query): Extension<Query>,
) -> Result<impl IntoResponse> {
    let client = match &caller {
        Caller::Root => None,
        Caller::Key(key) => Some(ClientName::here(&key.project_id)),
    };
    let page = usable(&app, client.as_ref(), &query.words(), query.limit()?, query.cursor()?).await?;
    Ok(listed(page, |entry| show(&app, &caller, entry)))
}

/// A page of the entry points that a client may use, or anybody, and that have all of these words.
pub(crate) async fn usable(
    app: &App,
    client: Option<&ClientName>,
    words: &Words,
    limit: usize,
    mut cursor: Option<Cursor>,
) -> Result<Page<EntryPoint>> {
    let mut items = Vec::new();
    for _ in 0..PAGES {
        let page = app.engine.store.catalogue(limit, cursor.as_ref()).await?;
        let is_for = |entry: &EntryPoint| client.is_none_or(|client| entry.may_use(client));
        items.extend(page.items.into_iter().filter(|entry| is_for(entry) && words.are_in(&text(entry))));
        cursor = page.next;
        if !items.is_empty() || cursor.is_none() {
            break;
        }
    }
    Ok(Page { items, next: cursor })
}

/// What is searched of an entry point.
fn text(entry: &EntryPoint) -> String {
    let Published { title, description, .. } = &entry.published;
    format!("{title} {description} {} {}", entry.id, entry.agent.workflow.project)
}

fn show(app: &App, caller: &Caller, entry: EntryPoint) -> EntryPointView {
    let deprecated = entry.deprecated(Time::now()).map(|older| Deprecated {
        version: older.version,
        input_schema: older.input_schema.clone(),
        output_schema: older.output_schema.clone(),
        until: older.until,
    });
    let deprecated = deprecated.collect();
    let (AgentRef { workflow, cell, .. }, published) = (entry.agent, entry.published);
    let project = workflow.project;
    let is_own = match caller {
        Caller::Root => true,
        Caller::Key(key) => key.project_id == project,
    };
    EntryPointView {
        workflow_id: is_own.then_some(workflow.workflow),
        cell_id: is_own.then_some(cell),
        tasks_url: app.engine.tasks_url(project.as_str()),
        project_id: project,
        client_stage_id: entry.id,
        title: published.title,
        description: published.description,
        input_schema: published.input_schema,
        output_schema: published.output_schema,
        access: published.access,
        version: entry.version,
        deprecated,
    }
}
