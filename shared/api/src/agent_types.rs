//! The catalogue of agent types: the stencil of the canvas.

use crate::App;
use crate::auth::Access;
use crate::documents;
use crate::error::Result;
use crate::ids::Ids;
use crate::list::{Listed, One, listed, one};
use crate::route::{PROJECT, Route};
use axum::Extension;
use axum::extract::State;
use axum::http::Method;
use axum::response::IntoResponse;
#[cfg(feature = "schemas")]
use rookery_agents::TypeInfo;
use rookery_agents::{Example, Kind, SegmentKind};
use rookery_domain::{Error, limits};
use rookery_store::{Page, Project, RecordList, Role, Segment, Workflow};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

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
    /// Whether its agents control others: those that their control links lead to.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schemars(default)]
    controls: bool,
    /// The JSON Schema (2020-12) of a cell's `config`. In it, `x-rookery` says what an option is for beyond its type: `template` (a text that is
    /// one), `templates` (JSON in which all texts are), `values` (JSON that is taken as it is), `path`, `credential`, `persistent_agent` (names),
    /// `schedule`, `condition`, `shares`, `seconds`, `json_schema`, `script`, `segment`, `list`, `stage` or `workflow`. What names one of these four also has
    /// `x-choices`: those of this project, as `[{"value", "title"}]`.
    config_schema: Value,
    /// The defaults of options that are left out.
    defaults: Value,
    /// Examples.
    examples: Vec<Example>,
}

async fn list(State(app): State<App>, Extension(project): Extension<Project>) -> Result<impl IntoResponse> {
    let choices = Choices::of(&app, &project).await?;
    let mut items = documents::agent_types().into_iter().map(to_value).collect::<Result<Vec<_>>>()?;
    items.iter_mut().for_each(|kind| choices.add_to(kind));
    Ok(listed(Page { items, next: None }, |kind| kind))
}

async fn show_one(State(app): State<App>, Extension(project): Extension<Project>, ids: Ids) -> Result<impl IntoResponse> {
    let kind = documents::agent_type(ids.text("agent_type")).ok_or_else(|| Error::not_found("agent_type"))?;
    let mut kind = to_value(kind)?;
    Choices::of(&app, &project).await?.add_to(&mut kind);
    Ok(one(kind))
}

fn to_value(kind: impl Serialize) -> Result<Value> {
    Ok(serde_json::to_value(kind).map_err(Error::internal)?)
}

/// What the project has that agents name: it is offered in the forms of their options.
struct Choices {
    segments: Vec<Segment>,
    lists: Vec<RecordList>,
    workflows: Vec<Workflow>,
}

impl Choices {
    async fn of(app: &App, project: &Project) -> Result<Self> {
        let store = &app.engine.store;
        let (segments, lists, workflows) = tokio::try_join!(
            store.segments(&project.id),
            store.list_record_lists(&project.id, limits::LISTS, None),
            store.list_workflows(&project.id, limits::PAGE_MAX, None)
        )?;
        Ok(Choices { segments, lists: lists.items, workflows: workflows.items })
    }

    /// Adds the choices to the schemas of those options of a type that name a segment, a list, a stage or a workflow.
    fn add_to(&self, kind: &mut Value) {
        let segments = kind["type"].as_str().and_then(SegmentKind::of_type);
        let options = kind["config_schema"]["properties"].as_object_mut();
        for option in options.into_iter().flat_map(|options| options.values_mut()) {
            let choices = match option["x-rookery"].as_str() {
                Some("segment") => {
                    let fit = self.segments.iter().filter(|segment| segments.is_some_and(|kind| kind.takes(&segment.kind)));
                    fit.map(|segment| choice(segment.id.as_str(), &segment.name)).collect()
                }
                Some("list") => self.lists.iter().map(|list| choice(list.id.as_str(), &list.name)).collect(),
                Some("stage") => self.stages(),
                Some("workflow") => {
                    let of_each = |workflow: &Workflow| choice(workflow.id.workflow.as_str(), &workflow.name);
                    self.workflows.iter().map(of_each).collect()
                }
                _ => continue,
            };
            option["x-choices"] = Value::Array(choices);
        }
    }

    /// The stages of all lists, each with the lists that have it.
    fn stages(&self) -> Vec<Value> {
        let mut stages: Vec<(&str, Vec<&str>)> = Vec::new();
        for (list, stage) in self.lists.iter().flat_map(|list| list.stages.iter().map(move |stage| (list, stage))) {
            match stages.iter_mut().find(|(known, _)| known == stage) {
                Some((_, lists)) => lists.push(list.name.as_str()),
                None => stages.push((stage.as_str(), vec![list.name.as_str()])),
            }
        }
        stages.iter().map(|(stage, lists)| choice(stage, &format!("{stage} ({})", lists.join(", ")))).collect()
    }
}

fn choice(value: &str, title: &str) -> Value {
    json!({"value": value, "title": title})
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
        controls: info.controls,
        defaults: info.defaults(),
        config_schema,
        examples: (info.examples)(),
    }
}
