//! Events: put in at triggers, listed, read.

use crate::App;
use crate::auth::Access;
use crate::body::{Input, Json};
use crate::error::Result;
use crate::event_view::{EventView, PAYLOADS, Payloads, cut, is_kept};
use crate::ids::Ids;
use crate::list::{Listed, One, Query, listed, one};
use crate::observe::IsLogged;
use crate::route::{AGENT, Route, WORKFLOW};
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::IntoResponse;
use rookery_domain::{CellId, Error, Event, EventId, Options, Payload, RunId, is_valid_group, limits};
use rookery_engine::Incoming;
use rookery_store::{EventFilter, Role, Workflow, event_place, place_in_run};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use std::cmp::Reverse;

pub(crate) fn routes() -> Vec<Route> {
    let viewer = Access::Project(Role::Viewer);
    let (all, each) = (format!("{WORKFLOW}/events"), format!("{WORKFLOW}/events/{{event}}"));
    vec![
        Route::new(
            Method::POST,
            format!("{AGENT}/events"),
            Access::Project(Role::Ingest),
            "Puts an event in at a trigger, as if that had emitted it. Once it is answered, the event is safe.",
            accept,
        )
        .tool("send_event", "Puts an event in at a trigger (`cell`) of a workflow that runs, and so begins a run. Follow it by `read_run` with the `run_id` of the answer.")
        .header("Idempotency-Key", "The same key with the same body is the same event, however often it is sent.")
        .takes::<NewEvent>()
        .answers::<One<AcceptedEvent>>(202),
        Route::new(Method::GET, all, viewer, "Lists the events, newest first; those of one run only where one page has them all. An event from outside is in the list when its first delivery has begun, which may be later than that of a newer one; by its id, it is there at once.", list)
            .tool("list_events", "Lists events with their payloads, newest first: of a workflow, of one agent, of one group, or of one run; of a time (`from`, `to`); with these words (`q`).")
            .query(
                "agent",
                "Only the events of this agent: the id of its cell. 400 for one that is neither in the workflow nor in the list.",
            )
            .query("group", "Only the events of this group.")
            .query("q", "Only events whose payload, as JSON, has all of these words, in any case. A page reads 1,000 events at most, so it may be empty although the list goes on.")
            .windowed(["Only events from this time on (RFC 3339).", "Only events up to this time."])
            .query(PAYLOADS, Payloads::HELP)
            .query("run", "Only the events of this run. Where they take several pages, they are in no order: `created_at` and `hop` say what came first.")
            .paged()
            .answers::<Listed<EventView>>(200),
        Route::new(Method::GET, each, viewer, "Shows an event.", show).answers::<One<EventView>>(200),
    ]
}

/// An event as it is sent.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewEvent {
    /// The payload: any JSON, with at most 256 KB and 64 levels.
    #[schemars(with = "Value")]
    payload: Box<RawValue>,
    /// The event's groups, at most 16; without groups, the agent's first group.
    #[serde(default)]
    groups: Vec<String>,
}

impl Input for NewEvent {
    const BYTES: usize = limits::PAYLOAD_BYTES + 16 * 1024;
}

impl NewEvent {
    /// Checks the payload and the groups.
    pub(crate) fn read(self) -> Result<(Payload, Vec<String>)> {
        check_groups(&self.groups)?;
        Ok((Payload::parse(self.payload.get().as_bytes())?, self.groups))
    }
}

pub(crate) fn check_groups(groups: &[String]) -> Result<()> {
    if groups.len() > limits::EVENT_GROUPS {
        let details = format!("Send at most {}.", limits::EVENT_GROUPS);
        return Err(Error::invalid("`groups` has too many.", details).into());
    }
    if let Some(index) = groups.iter().position(|group| !is_valid_group(group)) {
        let details = format!("A group is a text of 1 to {} characters, none of them control characters.", limits::GROUP_CHARS);
        return Err(Error::invalid(format!("`groups[{index}]` is not a group."), details).into());
    }
    Ok(())
}

/// The answer to an accepted event.
#[derive(Serialize, JsonSchema)]
pub(crate) struct AcceptedEvent {
    /// The event.
    event_id: EventId,
    /// The event's run.
    run_id: RunId,
}

impl From<EventId> for AcceptedEvent {
    fn from(id: EventId) -> Self {
        AcceptedEvent { event_id: id, run_id: id.run }
    }
}

/// The idempotency key of a request.
pub(crate) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>> {
    let key = headers.get("idempotency-key").map(|key| key.to_str().map(str::to_owned)).transpose();
    let unreadable =
        |_| Error::invalid("The header `Idempotency-Key` is not visible ASCII text.", "Send a key like a UUID.").into();
    key.map_err(unreadable)
}

async fn accept(
    State(app): State<App>,
    Extension(workflow): Extension<Workflow>,
    ids: Ids,
    headers: HeaderMap,
    Json(input): Json<NewEvent>,
) -> Result<impl IntoResponse> {
    let (payload, groups) = input.read()?;
    let incoming = Incoming::new(payload, groups, idempotency_key(&headers)?);
    let cell = CellId(ids.text("cell").to_owned());
    let id = app.engine.accept_at_trigger(&workflow, &cell, incoming).await?;
    Ok((StatusCode::ACCEPTED, Extension(IsLogged), one(AcceptedEvent::from(id))))
}

async fn list(
    State(app): State<App>,
    Extension(workflow): Extension<Workflow>,
    Extension(query): Extension<Query>,
) -> Result<impl IntoResponse> {
    let (limit, cursor, payloads) = (query.limit()?, query.cursor()?, Payloads::asked(&query)?);
    let window = query.window()?;
    let bytes = |event: &Event| if payloads.have(event) { event.payload.as_str().len() } else { 0 };
    let filter = EventFilter {
        cell: query.get("agent").map(|cell| CellId(cell.to_owned())),
        group: query.get("group").map(str::to_owned),
        words: query.words(),
        since: window.from,
        until: window.to,
        ..EventFilter::default()
    };
    let page = match query.get("run") {
        None => cut(app.engine.list_events(&workflow, &filter, limit, cursor.as_ref()).await?, bytes, event_place)?,
        Some(run) => {
            let wrong = |_| Error::invalid("`run` is not the id of a run.", "Use the `run_id` of an event.");
            let run = run.parse().map_err(wrong)?;
            let page = app.engine.store.list_run_events(&workflow.id, run, &filter, limit, cursor.as_ref()).await?;
            let mut page = cut(page, bytes, place_in_run)?;
            // The list is in the order of its keys, which say nothing of time.
            if cursor.is_none() && page.next.is_none() {
                page.items.sort_by_key(|event| Reverse((event.created_at, event.hop)));
            }
            page
        }
    };
    if let Some(cell) = filter.cell.filter(|_| page.items.is_empty() && page.next.is_none() && cursor.is_none()) {
        known_agent(&app, &workflow, cell).await?;
    }
    let shown = |event| if payloads.have(&event) { EventView::from(event) } else { EventView::without_payload(event) };
    Ok(listed(page, shown))
}

/// 400 for an agent that is neither in the last built version nor in the last saved one, and that was in no other, as far as there are events
/// of it. It is for lists that have none.
async fn known_agent(app: &App, workflow: &Workflow, cell: CellId) -> Result<()> {
    let drawn = Options::parse(&app.engine.store.options(&workflow.id, workflow.version).await?)?;
    if drawn.agents.iter().any(|agent| agent.id == cell) {
        return Ok(());
    }
    if workflow.built > 0 && app.engine.built(&workflow.id, workflow.built).await?.graph.cell(&cell).is_some() {
        return Ok(());
    }
    let message = format!("`agent` names `{cell}`, which is no agent of this workflow, and no event of such an agent is kept.");
    let of_it = EventFilter { cell: Some(cell), ..EventFilter::default() };
    let page = app.engine.list_events(workflow, &of_it, 1, None).await?;
    if page.next.is_some() || !page.items.is_empty() {
        return Ok(());
    }
    Err(Error::invalid(message, "Give the id of a cell: GET .../agents lists the agents.").into())
}

async fn show(State(app): State<App>, Extension(workflow): Extension<Workflow>, ids: Ids) -> Result<impl IntoResponse> {
    Ok(one(EventView::from(find(&app, &workflow, &ids).await?)))
}

pub(crate) async fn find(app: &App, workflow: &Workflow, ids: &Ids) -> Result<Event> {
    find_event(app, workflow, ids.get("event")?).await
}

/// An event that is kept; 404 for others.
pub(crate) async fn find_event(app: &App, workflow: &Workflow, id: EventId) -> Result<Event> {
    let event = app.engine.store.find_event(&workflow.id, id).await?;
    Ok(event.filter(is_kept).ok_or_else(|| Error::not_found("event"))?)
}
