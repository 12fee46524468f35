//! Failures: deliveries, checks and timers that failed for good, and their replay.

use crate::App;
use crate::across::{InWorkflow, Listing, Looked, Scope, page};
use crate::auth::Access;
use crate::body::{Input, Json};
use crate::error::Result;
use crate::ids::Ids;
use crate::list::{One, Query, Window, one};
use crate::route::{PROJECT, Route, WORKFLOW};
use axum::Extension;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::IntoResponse;
use rookery_domain::{CellId, Error, EventId, RunId, Time};
use rookery_engine::{Replayed, RunVersion};
use rookery_store::{Cursor, Page, Placed, Project, Role, RunItem, Store, Workflow};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How long an attempt takes at most, in milliseconds, with much to spare.
const ATTEMPT_MS: i64 = 5 * 60_000;

pub(crate) fn routes() -> Vec<Route> {
    let (viewer, editor) = (Access::Project(Role::Viewer), Access::Project(Role::Editor));
    let all = format!("{WORKFLOW}/failures");
    vec![
        filtered(Route::new(Method::GET, &all, viewer, "Lists what failed for good, newest first.", list))
            .tool("list_failures", "Lists what failed for good in a workflow, newest first: which agent, on which event, why, and what to do about it.")
            .answers::<Looked<FailureView>>(200),
        filtered(Route::new(
            Method::GET,
            format!("{PROJECT}/failures"),
            viewer,
            "Lists what failed for good in all workflows of the project, newest first.",
            list_of_project,
        ))
        .query("workflow", "Only those of this workflow.")
        .answers::<Looked<InWorkflow<FailureView>>>(200),
        Route::new(
            Method::POST,
            format!("{all}/{{failure}}/replay"),
            editor,
            "Tries again what failed, in the version of its run; a check in the last built one. With `{\"version\": \"newest\"}`, the event is \
             given to the agent in the last built version, in a run of its own. What failed again is tried once more. 409 when nothing is left to \
             try again, and while an earlier replay is under way.",
            replay,
        )
        .tool("replay_failure", "Tries again what failed, after its cause is removed, in the version of its run or in the newest.")
        .takes::<ReplayInput>()
        .answers::<One<Replayed>>(202),
        Route::new(
            Method::POST,
            format!("{all}/replay"),
            editor,
            "Tries again all that failed and was not replayed yet, each in the version of its run; checks in the last built one. With \
             `{\"version\": \"newest\"}`, events are given to their agents in the last built version; those stay whose agents it does not have.",
            replay_all,
        )
        .takes::<ReplayInput>()
        .answers::<One<Replayed>>(202),
    ]
}

/// In which version is replayed.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ReplayInput {
    /// The version: `run`, that of the failure's own run; or `newest`, the last built one, in a run of its own.
    #[serde(default = "of_the_run")]
    version: RunVersion,
}

impl Input for ReplayInput {
    const OPTIONAL: bool = true;
}

fn of_the_run() -> RunVersion {
    RunVersion::Run
}

/// Adds the filters of a list of failures.
fn filtered(route: Route) -> Route {
    route
        .query("agent", "Only those of this agent: the id of its cell.")
        .query("code", "Only those with this code.")
        .query(
            "version",
            "Only those of agents of this version of the workflow. Failures that an earlier program stored have none.",
        )
        .query("replayed", "Only those that were replayed (`true`), or that were not (`false`).")
        .windowed(["Only what failed from this time on (RFC 3339).", "Only what failed up to this time (RFC 3339)."])
        .paged()
}

/// A delivery, check or timer that failed for good.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "FailureRecord")]
struct FailureView {
    /// The failure's id.
    id: EventId,
    /// The run.
    run_id: RunId,
    /// The version whose agent failed; null where an earlier program stored the failure.
    version: Option<u64>,
    /// The agent that failed.
    cell_id: CellId,
    /// The event that the agent failed on; none for a check.
    #[serde(skip_serializing_if = "Option::is_none")]
    event_id: Option<EventId>,
    /// The stable code, in snake case.
    code: String,
    /// What went wrong, and the remedy.
    message: String,
    /// Further details, like the answer of an outside call.
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Value>,
    /// When the delivery failed for good.
    failed_at: Time,
    /// How often the delivery was tried.
    attempts: u32,
    /// When the failure was replayed.
    #[serde(skip_serializing_if = "Option::is_none")]
    replayed_at: Option<Time>,
    /// The event as which the failure was replayed in another version: its run is the replay.
    #[serde(skip_serializing_if = "Option::is_none")]
    replayed_as: Option<EventId>,
}

fn view(item: RunItem) -> Option<FailureView> {
    let commit = item.commit?;
    let failure = commit.failure?;
    Some(FailureView {
        id: item.id,
        run_id: item.id.run,
        version: commit.version,
        cell_id: commit.cell,
        event_id: commit.event,
        code: failure.code,
        message: failure.message,
        details: failure.details,
        failed_at: commit.began.plus(commit.took_ms),
        attempts: commit.attempt + 1,
        replayed_at: commit.replayed_at,
        replayed_as: commit.replayed_as,
    })
}

/// Which failures a list shows.
struct Failures<'q> {
    store: &'q Store,
    version: Option<u64>,
    agent: Option<&'q str>,
    code: Option<&'q str>,
    replayed: Option<bool>,
    window: Window,
}

impl<'q> Failures<'q> {
    fn asked(app: &'q App, query: &'q Query) -> Result<Self> {
        let replayed = match query.get("replayed") {
            None => None,
            Some("true") => Some(true),
            Some("false") => Some(false),
            Some(_) => return Err(Error::invalid("`replayed` is neither `true` nor `false`.", "Leave it out for both.").into()),
        };
        Ok(Failures {
            store: &app.engine.store,
            version: query.version()?,
            agent: query.get("agent"),
            code: query.get("code"),
            replayed,
            window: query.window()?,
        })
    }
}

impl Listing for Failures<'_> {
    type Shown = FailureView;
    const LOOK: usize = 1000;

    fn window(&self) -> Window {
        // A failure stands in its list at the time at which its last attempt began.
        Window { from: self.window.from.map(|from| from.plus(-ATTEMPT_MS)), ..self.window }
    }

    async fn places(&self, workflow: &Workflow, limit: usize, after: Option<&Cursor>) -> Result<Page<Placed>> {
        Ok(self.store.list_failure_places(&workflow.id, self.replayed, limit, after).await?)
    }

    async fn show(&self, workflow: &Workflow, at: &Placed) -> Result<Option<FailureView>> {
        let failure = self.store.run_item(&workflow.id, at.id).await?.and_then(view);
        Ok(failure.filter(|failure| {
            self.agent.is_none_or(|agent| failure.cell_id.as_str() == agent)
                && self.code.is_none_or(|code| failure.code == code)
                && self.version.is_none_or(|version| failure.version == Some(version))
                && self.window.has(failure.failed_at)
                && self.replayed.is_none_or(|replayed| failure.replayed_at.is_some() == replayed)
        }))
    }
}

async fn list(
    State(app): State<App>,
    Extension(workflow): Extension<Workflow>,
    Extension(query): Extension<Query>,
) -> Result<impl IntoResponse> {
    Ok(page(Scope::of(workflow), &Failures::asked(&app, &query)?, &query).await?.listed())
}

async fn list_of_project(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(query): Extension<Query>,
) -> Result<impl IntoResponse> {
    let failures = Failures::asked(&app, &query)?;
    Ok(page(Scope::of_project(&app, &project, &query).await?, &failures, &query).await?.across())
}

async fn replay(
    State(app): State<App>,
    Extension(workflow): Extension<Workflow>,
    ids: Ids,
    Json(input): Json<ReplayInput>,
) -> Result<impl IntoResponse> {
    let id = ids.get("failure").map_err(|_| Error::not_found("failure"))?;
    app.engine.replay(&workflow, id, input.version).await?;
    Ok((StatusCode::ACCEPTED, one(Replayed { replayed: 1, more: false })))
}

async fn replay_all(
    State(app): State<App>,
    Extension(workflow): Extension<Workflow>,
    Json(input): Json<ReplayInput>,
) -> Result<impl IntoResponse> {
    Ok((StatusCode::ACCEPTED, one(app.engine.replay_all(&workflow, input.version).await?)))
}
