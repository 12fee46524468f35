//! The catalogue of agent types: the stencil of the canvas.

use crate::auth::Access;
use crate::documents;
use crate::error::Result;
use crate::ids::Ids;
use crate::list::{Listed, One, listed, one};
use crate::route::{PROJECT, Route};
use axum::http::Method;
use axum::response::IntoResponse;
#[cfg(feature = "schemas")]
use rookery_agents::TypeInfo;
use rookery_agents::{Example, Kind};
use rookery_domain::Error;
use rookery_store::{Page, Role};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

pub(crate) fn routes() -> Vec<Route> {
    let (viewer, all) = (Access::Project(Role::Viewer), format!("{PROJECT}/workflows/agent_types"));
    vec![
        Route::new(Method::GET, &all, viewer, "Lists the agent types, triggers first.", list)
            .tool("list_agent_types", "Lists the types of agents that a workflow can be made of: triggers, filters and actions, with what each does and the groups of events that it emits. Begin here when you build a workflow, and then read each type that you use by `read_agent_type`.")
            .without(&["config_schema", "defaults", "examples"])
            .answers::<Listed<AgentTypeView>>(200),
        Route::new(Method::GET, format!("{all}/{{agent_type}}"), viewer, "Shows an agent type.", show_one)
            .tool("read_agent_type", "Shows one agent type: what it does, the JSON Schema of a cell's `config`, the defaults, and examples (config, event in, events out). Read this before you write a cell of the type.")
            .answers::<One<AgentTypeView>>(200),
    ]
}

/// An agent type of the catalogue.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AgentType")]
pub(crate) struct AgentTypeView {
    /// The type's name in a cell's `agent_type`.
    r#type: &'static str,
    /// What an agent of this type is on the canvas.
    kind: Kind,
    /// The type's name for people.
    title: &'static str,
    /// What the type does, in Markdown.
    description: String,
    /// The groups of the events of its agents.
    groups: Vec<String>,
    /// The JSON Schema (2020-12) of a cell's `config`. In it, `x-rookery` says what an option is for beyond its type: `template` (a text that is
    /// one), `templates` (JSON in which all texts are), `values` (JSON that is taken as it is), `path`, `credential`, `persistent_agent` (names),
    /// `schedule`, `condition`, `shares`, `seconds` or `json_schema`.
    config_schema: Value,
    /// The defaults of options that are left out.
    defaults: Value,
    /// Examples.
    examples: Vec<Example>,
}

async fn list() -> impl IntoResponse {
    listed(Page { items: documents::agent_types(), next: None }, |kind| kind)
}

async fn show_one(ids: Ids) -> Result<impl IntoResponse> {
    let kind = documents::agent_type(ids.text("agent_type")).ok_or_else(|| Error::not_found("agent_type"))?;
    Ok(one(kind))
}

#[cfg(feature = "schemas")]
pub(crate) fn show(info: &TypeInfo) -> AgentTypeView {
    let config_schema = (info.schema)();
    AgentTypeView {
        r#type: info.name,
        kind: info.kind,
        title: info.title,
        description: config_schema["description"].as_str().unwrap_or_default().to_owned(),
        groups: info.groups.clone(),
        defaults: info.defaults(),
        config_schema,
        examples: (info.examples)(),
    }
}
