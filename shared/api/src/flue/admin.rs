//! The lists of agents, of their instances and of runs. They know what had a run. A cursor is opaque: whoever goes on sends it back.

use super::error::{FlueError, Result};
use super::named_runs::{RunView, Status};
use crate::App;
use crate::auth::Access;
use crate::event_view::PAGE_BYTES;
use crate::ids::Ids;
use crate::list::{Query, read_cursor};
use crate::route::Route;
use axum::extract::State;
use axum::http::Method;
use axum::{Extension, Json};
use futures::{StreamExt, TryStreamExt};
use rookery_domain::{Error, Kind};
use rookery_store::{Cursor, Page, Project, RunFilter};
use schemars::JsonSchema;
use serde::Serialize;
use std::ops::RangeInclusive;

/// Items of a page, unless the request says otherwise.
const PAGE: u64 = 100;
/// The most items of a page.
const MOST: u64 = 1000;
/// How many runs are looked at, at once.
const AT_ONCE: usize = 16;
/// How many runs are looked at for one page, if they are chosen by their status.
const LOOKED_AT: usize = 1000;

pub(super) fn routes(reads: Access) -> Vec<Route> {
    let listed = |route: Route| {
        route
            .query("limit", "How many items a page has at most: 1 to 1000, 100 when it is left out.")
            .query("cursor", "Where the page begins: `nextCursor` of the page before.")
    };
    let status = |route: Route| listed(route).query("status", "Only runs that are `active`, `completed` or `errored`.");
    vec![
        listed(Route::new(Method::GET, "/admin/agents", reads, "Lists the agents and workflows that had runs, by name.", agents))
            .answers::<Agents>(200),
        listed(Route::new(
            Method::GET,
            "/admin/agents/{name}/instances",
            reads,
            "Lists the instances of an agent that had runs, by id.",
            instances,
        ))
        .answers::<Instances>(200),
        status(Route::new(
            Method::GET,
            "/admin/agents/{name}/instances/{id}/runs",
            reads,
            "Lists the runs of an instance, newest first.",
            runs_of_instance,
        ))
        .answers::<Runs>(200),
        status(Route::new(Method::GET, "/admin/runs", reads, "Lists the runs of all agents, newest first.", runs))
            .query("agentName", "Only those of this agent.")
            .answers::<Runs>(200),
        Route::new(Method::GET, "/admin/runs/{run_id}", reads, "Shows a run, as `/runs/{run_id}` does.", run)
            .answers::<RunView>(200),
    ]
}

/// An agent that had runs.
#[derive(Clone, Serialize, JsonSchema)]
#[schemars(rename = "FlueAdminAgent")]
struct Agent {
    /// Its name.
    name: String,
    /// Always null: `GET /agents` tells how it is reached.
    triggers: Option<()>,
}

/// Agents that had runs.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "FlueAdminAgents")]
struct Agents {
    /// The agents.
    agents: Vec<Agent>,
    /// The same.
    items: Vec<Agent>,
    /// Where the list goes on; null at the end.
    #[serde(rename = "nextCursor")]
    next_cursor: Option<String>,
}

/// An instance that had runs.
#[derive(Clone, Serialize, JsonSchema)]
#[schemars(rename = "FlueAdminInstance")]
struct Instance {
    /// Its id.
    agent_id: String,
    #[serde(rename = "instanceId")]
    agent_id_again: String,
}

/// Instances that had runs.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "FlueAdminInstances")]
struct Instances {
    /// The agent.
    agent: String,
    #[serde(rename = "agentName")]
    agent_again: String,
    /// The instances.
    instances: Vec<Instance>,
    /// The same.
    items: Vec<Instance>,
    /// Where the list goes on; null at the end.
    #[serde(rename = "nextCursor")]
    next_cursor: Option<String>,
}

/// Runs.
#[derive(Default, Serialize, JsonSchema)]
#[schemars(rename = "FlueAdminRuns")]
struct Runs {
    /// The agent, in the list of an instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<String>,
    #[serde(rename = "agentName", skip_serializing_if = "Option::is_none")]
    agent_again: Option<String>,
    /// The instance, in its list.
    #[serde(skip_serializing_if = "Option::is_none")]
    agent_id: Option<String>,
    #[serde(rename = "instanceId", skip_serializing_if = "Option::is_none")]
    agent_id_again: Option<String>,
    /// The runs.
    runs: Vec<RunView>,
    /// The same.
    items: Vec<RunView>,
    /// Where the list goes on; null at the end. A page may have fewer runs than asked for although the list goes on.
    #[serde(rename = "nextCursor")]
    next_cursor: Option<String>,
}

/// What a request asks of a list.
struct Asked {
    limit: usize,
    cursor: Option<Cursor>,
    status: Option<Status>,
}

impl Query {
    /// A number in the query of a path of PyFlue.
    pub(super) fn flue_number(&self, name: &str, otherwise: u64, range: RangeInclusive<u64>) -> Result<u64> {
        let Some(text) = self.get(name).filter(|text| !text.is_empty()) else { return Ok(otherwise) };
        text.parse().ok().filter(|number| range.contains(number)).ok_or_else(|| {
            let details = format!("Give a number from {} to {}, or leave it out for {otherwise}.", range.start(), range.end());
            FlueError::bad_query(name, text, details)
        })
    }
}

impl Asked {
    fn read(query: &Query) -> Result<Self> {
        let text = |name| query.get(name).filter(|text| !text.is_empty());
        let cursor = text("cursor").map(|cursor| read_cursor(cursor).map_err(|_| bad_cursor(cursor)));
        let status = text("status").map(|status| match status {
            "active" | "running" => Ok(Status::Running),
            "completed" | "succeeded" => Ok(Status::Succeeded),
            "errored" | "failed" => Ok(Status::Failed),
            _ => Err(FlueError::bad_query("status", status, "Give `active`, `completed` or `errored`, or leave it out.")),
        });
        let limit = query.flue_number("limit", PAGE, 1..=MOST)? as usize;
        Ok(Asked { limit, cursor: cursor.transpose()?, status: status.transpose()? })
    }
}

fn bad_cursor(cursor: &str) -> FlueError {
    FlueError::bad_query("cursor", cursor, "Send `nextCursor` of the page before, or leave it out.")
}

/// The error of a list that was asked for from a cursor on, which may be another list's.
fn of_list(cursor: Option<&Cursor>) -> impl FnOnce(Error) -> FlueError {
    move |error| match cursor {
        Some(cursor) if error.kind == Kind::Invalid => bad_cursor(&cursor.encode()),
        _ => error.into(),
    }
}

async fn agents(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(query): Extension<Query>,
) -> Result<Json<Agents>> {
    let asked = Asked::read(&query)?;
    let cursor = asked.cursor.as_ref();
    let page = app.engine.store.list_run_agents(&project.id, asked.limit, cursor).await.map_err(of_list(cursor))?;
    let items: Vec<Agent> = page.items.into_iter().map(|name| Agent { name, triggers: None }).collect();
    Ok(Json(Agents { agents: items.clone(), items, next_cursor: page.next.map(|next| next.encode()) }))
}

async fn instances(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(query): Extension<Query>,
    ids: Ids,
) -> Result<Json<Instances>> {
    let (asked, agent) = (Asked::read(&query)?, ids.text("name").to_owned());
    let cursor = asked.cursor.as_ref();
    let page = app.engine.store.list_run_instances(&project.id, &agent, asked.limit, cursor).await;
    let page = page.map_err(of_list(cursor))?.ok_or_else(|| FlueError::no_agent(&agent, None))?;
    let instance = |id: String| Instance { agent_id: id.clone(), agent_id_again: id };
    let items: Vec<Instance> = page.items.into_iter().map(instance).collect();
    let next_cursor = page.next.map(|next| next.encode());
    Ok(Json(Instances { agent_again: agent.clone(), agent, instances: items.clone(), items, next_cursor }))
}

async fn runs_of_instance(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(query): Extension<Query>,
    ids: Ids,
) -> Result<Json<Runs>> {
    let (asked, agent, id) = (Asked::read(&query)?, ids.text("name"), ids.text("id"));
    let store = &app.engine.store;
    let (has_runs, has_instance) =
        futures::try_join!(store.has_runs(&project.id, agent), store.has_instance(&project.id, agent, id))?;
    if !has_runs {
        return Err(FlueError::no_agent(agent, None));
    }
    if !has_instance {
        return Err(FlueError::no_instance(id));
    }
    let filter = RunFilter { agent: Some(agent), instance: Some(id) };
    let page = page(&app, &project, &filter, asked).await?;
    let (agent, id) = (Some(agent.to_owned()), Some(id.to_owned()));
    Ok(Json(Runs { agent_again: agent.clone(), agent, agent_id_again: id.clone(), agent_id: id, ..listed(page) }))
}

async fn runs(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(query): Extension<Query>,
) -> Result<Json<Runs>> {
    let asked = Asked::read(&query)?;
    let agent = query.get("agentName").or(query.get("agent_name"));
    if let Some(agent) = agent
        && !app.engine.store.has_runs(&project.id, agent).await?
    {
        return Err(FlueError::no_agent(agent, None));
    }
    let filter = RunFilter { agent, instance: None };
    Ok(Json(listed(page(&app, &project, &filter, asked).await?)))
}

async fn run(State(app): State<App>, Extension(project): Extension<Project>, ids: Ids) -> Result<Json<RunView>> {
    app.shown_run(&project.id, ids.text("run_id")).await.map(Json)
}

fn listed(page: Page<RunView>) -> Runs {
    let next_cursor = page.next.map(|next| next.encode());
    Runs { runs: page.items.clone(), items: page.items, next_cursor, ..Runs::default() }
}

/// A page of runs. It ends early when it is large, or when too many runs were looked at.
async fn page(app: &App, project: &Project, filter: &RunFilter<'_>, asked: Asked) -> Result<Page<RunView>> {
    let Asked { limit, mut cursor, status } = asked;
    let (mut items, mut looked_at, mut bytes) = (Vec::<RunView>::new(), 0, 0);
    loop {
        let wanted = (limit - items.len()).min(AT_ONCE);
        let listed = app.engine.store.list_named_runs(&project.id, filter, wanted, cursor.as_ref()).await;
        let listed = listed.map_err(of_list(cursor.as_ref()))?;
        let found = listed.items.len();
        looked_at += found;
        let views = futures::stream::iter(listed.items).map(|run| async move {
            match app.listed_run(&run).await? {
                Some(run) => app.run_view(&run).await,
                None => Ok(None),
            }
        });
        let views: Vec<Option<RunView>> = views.buffered(AT_ONCE).try_collect().await?;
        let is_asked = |view: &RunView| {
            filter.agent.is_none_or(|agent| agent == view.agent)
                && filter.instance.is_none_or(|instance| instance == view.agent_id)
                && status.is_none_or(|status| status == view.status)
        };
        for view in views.into_iter().flatten().filter(is_asked) {
            bytes += view.result.as_ref().map_or(0, |result| result.to_string().len());
            items.push(view);
        }
        cursor = listed.next;
        // If nothing was found, as many entries of the list were looked at as may be.
        let is_enough = items.len() >= limit || bytes > PAGE_BYTES || looked_at >= LOOKED_AT || found == 0;
        if cursor.is_none() || is_enough {
            return Ok(Page { items, next: cursor });
        }
    }
}
