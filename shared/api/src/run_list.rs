//! Lists of runs: of a workflow, and of all workflows of a project. What became of a run is not stored: whoever lists runs reads the items of
//! each that is shown, up to [`ITEMS`].

use crate::App;
use crate::across::{InWorkflow, Listing, Looked, Rows, Scope, page};
use crate::auth::Access;
use crate::error::Result;
use crate::event_view::{PAGE_BYTES, PAYLOADS, Payloads, is_kept};
use crate::list::{Query, Window};
use crate::route::{PROJECT, Route, WORKFLOW};
use crate::run_tree::{RunState, RunTree};
use crate::runs::versions;
use axum::Extension;
use axum::extract::State;
use axum::http::Method;
use axum::response::IntoResponse;
use rookery_domain::{CellId, Error, Event, EventId, Payload, RunId, Time};
use rookery_store::{Cursor, EventFilter, Page, Placed, Project, Role, RunItem, Workflow, run_place};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tokio::sync::OnceCell;

/// How many items of a run are read to say what became of it.
const ITEMS: usize = 200;

pub(crate) fn routes() -> Vec<Route> {
    let viewer = Access::Project(Role::Viewer);
    vec![
        filtered(Route::new(Method::GET, format!("{WORKFLOW}/runs"), viewer, "Lists the runs, newest first. A run is in the list when its first delivery has begun; by its id, it is there at once.", list))
            .tool("list_runs", "Lists a workflow's runs, newest first, with what became of each. A run is an event from outside and all that came of it.")
            .answers::<Looked<RunSummary>>(200),
        filtered(Route::new(Method::GET, format!("{PROJECT}/runs"), viewer, "Lists the runs of all workflows of the project, newest first.", list_of_project))
            .query("workflow", "Only those of this workflow.")
            .answers::<Looked<InWorkflow<RunSummary>>>(200),
    ]
}

/// Adds the filters of a list of runs.
fn filtered(route: Route) -> Route {
    route
        .query("state", "Only those in this state: in_flight, waiting, failed or done; and those that are too large to be judged. Failed ones are found by their failures, and come in the order of these; the others by looking at runs, 200 for a page.")
        .query("version", "Only those that are pinned to this version.")
        .query("agent", "Only those that this agent began: the id of a trigger's cell. Runs in which another agent took part are found by its events (`GET .../events?agent=`).")
        .query(PAYLOADS, "Shows the payload with which each run began: `short` only those of up to 10,000 bytes, `true` all, as many as one answer may have. Without it, and with `false`, none.")
        .windowed(["Only those that began at this time or later (RFC 3339).", "Only those that began up to this time (RFC 3339)."])
        .paged()
}

/// How it stands with a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum ListedState {
    /// A delivery is to be handled.
    InFlight,
    /// Nothing is to be handled, but a delivery waits: for a time, a retry, or an answer.
    Waiting,
    /// All is handled, and a delivery failed and was not replayed.
    Failed,
    /// All is handled. A timer may still be to come.
    Done,
}

impl ListedState {
    fn parse(name: &str) -> Result<Self> {
        match name {
            "in_flight" => Ok(ListedState::InFlight),
            "waiting" => Ok(ListedState::Waiting),
            "failed" => Ok(ListedState::Failed),
            "done" => Ok(ListedState::Done),
            _ => Err(Error::invalid("`state` is not one that a run has.", "Give in_flight, waiting, failed or done.").into()),
        }
    }
}

/// A run in a list.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RunSummary")]
struct RunSummary {
    /// The run's id.
    id: RunId,
    /// When the run began.
    created_at: Time,
    /// The workflow version that it is pinned to.
    version: u64,
    /// The agent that emitted the run's first event.
    cell_id: CellId,
    /// The groups of the first event.
    groups: Vec<String>,
    /// The payload of the first event, where `payloads` asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<Payload>,
    /// `payloads` asks for the payload, which is too large here: read the event with the run's id.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    payload_omitted: bool,
    /// How it stands with the run; null for one that is too large to be judged in a list. Parts that failed show in `failure_count` also while
    /// others are in flight.
    state: Option<ListedState>,
    /// How many events the run has; about, if it is too large to be judged.
    event_count: u64,
    /// How many of its deliveries failed for good and were not replayed; null if it is too large to be judged.
    failure_count: Option<u64>,
    /// When its last event was committed; null if it is too large to be judged.
    last_event_at: Option<Time>,
}

/// Which runs a list shows.
struct Runs<'q> {
    app: &'q App,
    payloads: Payloads,
    state: Option<ListedState>,
    version: Option<u64>,
    agent: Option<&'q str>,
    window: Window,
    /// By failures, a run is listed once for each: the last failure of each run that was looked at, at which it is shown.
    last_failures: Mutex<HashMap<RunId, Arc<OnceCell<Option<EventId>>>>>,
}

impl<'q> Runs<'q> {
    fn asked(app: &'q App, query: &'q Query) -> Result<Self> {
        Ok(Runs {
            app,
            payloads: Payloads::named(query)?.unwrap_or(Payloads::LeftOut),
            state: query.get("state").map(ListedState::parse).transpose()?,
            version: query.version()?,
            agent: query.get("agent"),
            window: query.window()?,
            last_failures: Mutex::default(),
        })
    }

    fn is_by_failures(&self) -> bool {
        self.state == Some(ListedState::Failed)
    }

    /// Whether a run that began with this event may be shown.
    fn may_select(&self, root: &Event) -> bool {
        self.version.is_none_or(|version| root.version == version)
            && self.agent.is_none_or(|agent| root.cell.as_str() == agent)
            && self.window.has(root.created_at)
    }
}

impl Listing for Runs<'_> {
    type Shown = RunSummary;
    const LOOK: usize = 200;

    fn window(&self) -> Window {
        // A run may fail long after it began, but not before.
        Window { to: self.window.to.filter(|_| !self.is_by_failures()), ..self.window }
    }

    async fn places(&self, workflow: &Workflow, limit: usize, after: Option<&Cursor>) -> Result<Page<Placed>> {
        let engine = &self.app.engine;
        if self.is_by_failures() {
            return Ok(engine.store.list_failure_places(&workflow.id, Some(false), limit, after).await?);
        }
        let cell = self.agent.map(|agent| CellId(agent.to_owned()));
        let roots = EventFilter { cell, version: self.version, roots: true, since: self.window.from, ..EventFilter::default() };
        Ok(engine.store.list_event_places(workflow, &roots, limit, after).await?)
    }

    async fn show(&self, workflow: &Workflow, at: &Placed) -> Result<Option<RunSummary>> {
        let (run, store) = (at.id.run, &self.app.engine.store);
        let last_failure = self.is_by_failures().then(|| self.last_failure(run));
        if last_failure.as_ref().and_then(|last| last.get()).is_some_and(|known| *known != Some(at.id)) {
            return Ok(None);
        }
        let read = store.list_run(&workflow.id, run, ITEMS, None).await?;
        let (mut items, is_whole) = (read.items, read.next.is_none());
        // Of a run that was read in part, its first event and what it is listed for are read as well.
        for id in [EventId::root(run), at.id].into_iter().filter(|_| !is_whole) {
            if items.iter().all(|item| item.id != id) {
                items.extend(store.run_item(&workflow.id, id).await?);
            }
        }
        let is_here = match last_failure {
            Some(last) => {
                *last.get_or_try_init(|| self.find_last_failure(workflow, run, &items, read.next)).await? == Some(at.id)
            }
            // A check may begin a run with several events.
            None => run_place(items.iter().flat_map(RunItem::events)).is_some_and(|place| place == at.place),
        };
        if !is_here {
            return Ok(None);
        }
        let events_about = items.iter().map(|item| item.run_events).max().unwrap_or(0);
        let events = || items.iter().flat_map(RunItem::events);
        let Some(root) = events().min_by_key(|event| (!event.id.is_root(), event.hop)).cloned() else { return Ok(None) };
        if !is_kept(&root) || !self.may_select(&root) {
            return Ok(None);
        }
        let built = versions(self.app, workflow, events().map(|event| event.version)).await?;
        let view = RunTree::new(items, &built, RunState::Pending, Payloads::LeftOut).view(run);
        let state = match view.state {
            RunState::Running if view.only_waits => ListedState::Waiting,
            RunState::Running => ListedState::InFlight,
            RunState::Failed => ListedState::Failed,
            _ => ListedState::Done,
        };
        let events = if is_whole { view.event_count as u64 } else { events_about.max(view.event_count as u64) };
        let payload = self.payloads.have(&root).then_some(root.payload);
        let row = RunSummary {
            payload_omitted: payload.is_none() && self.payloads != Payloads::LeftOut,
            payload,
            id: run,
            created_at: root.created_at,
            version: root.version,
            cell_id: root.cell,
            groups: root.groups,
            state: is_whole.then_some(state),
            event_count: events,
            failure_count: is_whole.then_some(view.failure_count as u64),
            last_event_at: view.last_event_at.filter(|_| is_whole),
        };
        Ok(Some(row).filter(|row| self.state.is_none_or(|wanted| row.state.is_none_or(|state| state == wanted))))
    }
}

impl Runs<'_> {
    /// The last failure of a run, once somebody has found it.
    fn last_failure(&self, run: RunId) -> Arc<OnceCell<Option<EventId>>> {
        let mut known = self.last_failures.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        known.entry(run).or_default().clone()
    }

    /// The last failure of a run that was not replayed: in these items, or in those from `next` on.
    async fn find_last_failure(
        &self,
        workflow: &Workflow,
        run: RunId,
        items: &[RunItem],
        mut next: Option<Cursor>,
    ) -> Result<Option<EventId>> {
        let mut last = last_failure(items);
        while let Some(cursor) = next {
            let page = self.app.engine.store.list_run(&workflow.id, run, ITEMS, Some(&cursor)).await?;
            (last, next) = (last.max(last_failure(&page.items)), page.next);
        }
        Ok(last.map(|(.., id)| id))
    }
}

/// The last of these failures that were not replayed, in the order of their list.
fn last_failure(items: &[RunItem]) -> Option<(Time, String, EventId)> {
    let commits = items.iter().filter_map(|item| Some((item.commit.as_ref()?, item.id)));
    let open = commits.filter(|(commit, _)| commit.message.is_some() && commit.replayed_at.is_none());
    open.map(|(commit, id)| (commit.began, id.to_string(), id)).max()
}

/// Leaves out payloads once an answer has as many as it may have.
fn bounded(mut rows: Rows<RunSummary>) -> Rows<RunSummary> {
    let mut bytes = 0;
    for row in rows.iter_mut() {
        bytes += row.payload.as_ref().map_or(0, |payload| payload.as_str().len());
        if bytes > PAGE_BYTES && row.payload.take().is_some() {
            row.payload_omitted = true;
        }
    }
    rows
}

async fn list(
    State(app): State<App>,
    Extension(workflow): Extension<Workflow>,
    Extension(query): Extension<Query>,
) -> Result<impl IntoResponse> {
    let runs = Runs::asked(&app, &query)?;
    app.engine.write_lists().await;
    Ok(bounded(page(Scope::of(workflow), &runs, &query).await?).listed())
}

async fn list_of_project(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(query): Extension<Query>,
) -> Result<impl IntoResponse> {
    let runs = Runs::asked(&app, &query)?;
    app.engine.write_lists().await;
    let scope = Scope::of_project(&app, &project, &query).await?;
    Ok(bounded(page(scope, &runs, &query).await?).across())
}
