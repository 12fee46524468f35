//! The catalogue of agent types: the stencil of the canvas.

use crate::auth::Access;
use crate::error::Result;
use crate::list::{Listed, listed};
use crate::route::{PROJECT, Route};
use axum::http::Method;
use axum::response::IntoResponse;
use rookery_agents::{Example, Kind, TypeInfo};
use rookery_store::{Page, Role};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

pub(crate) fn routes() -> Vec<Route> {
    let path = format!("{PROJECT}/workflows/agent_types");
    vec![
        Route::new(Method::GET, path, Access::Project(Role::Viewer), "Lists the agent types, triggers first.", list)
            .answers::<Listed<AgentTypeView>>(200),
    ]
}

/// An agent type of the catalogue.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AgentType")]
struct AgentTypeView {
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
    /// The JSON Schema (2020-12) of a cell's `config`.
    config_schema: Value,
    /// The defaults of options that are left out.
    defaults: Value,
    /// Examples.
    examples: Vec<Example>,
}

async fn list() -> Result<impl IntoResponse> {
    let page = Page { items: rookery_agents::all().iter().collect(), next: None };
    Ok(listed(page, show))
}

fn show(info: &TypeInfo) -> AgentTypeView {
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
