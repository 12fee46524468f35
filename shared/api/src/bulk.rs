//! Starting and stopping many workflows by one request, and copying one. What that means for one of them is not here.

use crate::App;
use crate::auth::Access;
use crate::body::{Input, Json, check_name, present};
use crate::error::{Result, Shown};
use crate::list::{One, one};
use crate::route::{PROJECT, Route, WORKFLOW};
use crate::workflow_view::{Saved, raw, saved};
use axum::Extension;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::IntoResponse;
use futures::{FutureExt, StreamExt, stream};
use rookery_domain::{Error, Kind, ProjectId, WorkflowRef, limits};
use rookery_store::{Project, Role, State as WorkflowState, Workflow};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// The most workflows that one request starts or stops: an answer must come within 30 s.
const MOST: usize = 100;
/// How many of them are started or stopped at the same time.
const AT_ONCE: usize = 8;

pub(crate) fn routes() -> Vec<Route> {
    let editor = Access::Project(Role::Editor);
    let all = |what: &str| format!("{PROJECT}/workflows/{what}");
    vec![
        Route::new(
            Method::POST,
            all("start"),
            editor,
            "Builds the last versions of many workflows and lets them run. One that has errors stays as it is, and the others start.",
            start,
        )
        .takes::<Chosen>()
        .answers::<One<Vec<Outcome>>>(200),
        Route::new(Method::POST, all("stop"), editor, "Lets the triggers and schedules of many workflows rest.", stop)
            .takes::<Chosen>()
            .answers::<One<Vec<Outcome>>>(200),
        Route::new(
            Method::POST,
            format!("{WORKFLOW}/clone"),
            editor,
            "Makes a workflow that is a copy of the last version. It has agents of its own, with addresses of their own and nothing remembered, and is not started.",
            copy,
        )
        .takes::<CopyName>()
        .answers::<Saved>(201),
    ]
}

/// The workflows that are started or stopped: either these, or those with a tag.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Chosen {
    /// The ids of 1 to 100 workflows.
    #[serde(default, deserialize_with = "present")]
    workflows: Option<Vec<String>>,
    /// The tag of the workflows, which are 100 at most.
    #[serde(default, deserialize_with = "present")]
    tag: Option<String>,
}

impl Input for Chosen {}

/// What became of one of them.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WorkflowOutcome")]
struct Outcome {
    /// The workflow.
    id: String,
    outcome: Became,
    /// Why it failed, as the same request for this workflow alone would say.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Shown>,
}

#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum Became {
    /// It runs its last version now.
    Started,
    /// It rests now.
    Stopped,
    /// It was so already.
    Unchanged,
    /// It is as it was before.
    Failed,
}

/// What became of all of them.
type Outcomes = Result<axum::Json<One<Vec<Outcome>>>>;

/// The name of a copy.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CopyName {
    /// What people call the copy: 1 to 200 characters. Without it, the name of the workflow and ` (copy)`.
    #[serde(default, deserialize_with = "present")]
    name: Option<String>,
}

impl Input for CopyName {}

async fn start(app: State<App>, project: Extension<Project>, chosen: Json<Chosen>) -> Outcomes {
    for_each(app, project, chosen, Became::Started).await
}

async fn stop(app: State<App>, project: Extension<Project>, chosen: Json<Chosen>) -> Outcomes {
    for_each(app, project, chosen, Became::Stopped).await
}

/// Starts or stops each of the chosen workflows. What fails with one of them is told, and stops no other.
async fn for_each(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Json(chosen): Json<Chosen>,
    wanted: Became,
) -> Outcomes {
    let ids = chosen.ids(&app, &project).await?;
    let acted = ids.into_iter().map(|id| act(app.clone(), project.id.clone(), id, wanted).boxed());
    Ok(one(stream::iter(acted).buffered(AT_ONCE).collect().await))
}

async fn act(app: App, project: ProjectId, id: String, wanted: Became) -> Outcome {
    let acted = async {
        let workflow = WorkflowRef { project, workflow: id.parse().map_err(|_| Error::not_found("workflow"))? };
        let workflow = app.engine.store.workflow(&workflow).await?;
        let is_active = workflow.state == WorkflowState::Active;
        match wanted {
            Became::Started if is_active && workflow.built == workflow.version => return Ok(Became::Unchanged),
            Became::Started => app.engine.make(&workflow, Some(WorkflowState::Active), None).await?,
            _ if !is_active => return Ok(Became::Unchanged),
            _ => app.engine.stop(&workflow).await?,
        };
        Ok(wanted)
    };
    match acted.await {
        Ok(outcome) => Outcome { id, outcome, error: None },
        Err::<_, Error>(error) => Outcome { id, outcome: Became::Failed, error: Some(error.into()) },
    }
}

impl Chosen {
    /// The ids of the chosen workflows, each once.
    async fn ids(self, app: &App, project: &Project) -> Result<Vec<String>> {
        match (self.workflows, self.tag) {
            (Some(mut ids), None) if (1..=MOST).contains(&ids.len()) => {
                let mut known = HashSet::new();
                ids.retain(|id| known.insert(id.clone()));
                Ok(ids)
            }
            (Some(_), None) => {
                let message = "`workflows` names none, or too many.";
                Err(Error::invalid(message, format!("Name 1 to {MOST} workflows.")).into())
            }
            (None, Some(tag)) => {
                let tagged = app.engine.store.list_tagged(&project.id, &tag, MOST + 1, None).await?.items;
                if tagged.len() > MOST {
                    let message = format!("More than {MOST} workflows have the tag.");
                    let details = format!("Name them by `workflows`, {MOST} at a time. `GET .../workflows?tag=` lists them.");
                    return Err(Error::new(Kind::Unprocessable, "too_many_workflows", message, details).into());
                }
                Ok(tagged.into_iter().map(|workflow| workflow.id.workflow.to_string()).collect())
            }
            _ => {
                let message = "One of `workflows` and `tag` is needed.";
                Err(Error::invalid(message, "Send the ids of workflows, or a tag that they have.").into())
            }
        }
    }
}

async fn copy(
    State(app): State<App>,
    Extension(workflow): Extension<Workflow>,
    Json(CopyName { name }): Json<CopyName>,
) -> Result<impl IntoResponse> {
    let name = name.unwrap_or_else(|| name_of_copy(&workflow.name));
    check_name(&name)?;
    let options = app.engine.store.options(&workflow.id, workflow.version).await?;
    let (copy, meta) = app.engine.import(&workflow.id.project, None, &name, &options, &[], &workflow.about).await?;
    Ok((StatusCode::CREATED, saved(&app, copy, meta, Some(raw(options)?)).await?))
}

/// The name with ` (copy)` behind it, as much of the name as leaves place for that.
fn name_of_copy(name: &str) -> String {
    const COPY: &str = " (copy)";
    format!("{}{COPY}", name.chars().take(limits::NAME_CHARS - COPY.len()).collect::<String>())
}
