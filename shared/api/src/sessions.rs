//! Sessions of persistent agents: what was said, what happens, what runs and waits. Instances and sessions have names of any text.

use crate::App;
use crate::auth::Access;
use crate::body::{Json, Nothing};
use crate::error::{ApiError, Result};
use crate::flue::{NAME_BYTES, frames};
use crate::ids::Ids;
use crate::list::{Listed, One, Query, bad_cursor, cursor_at, listed, one, place_of};
use crate::route::{Route, SESSION};
use crate::session_log::{AskedBy, EventView, MessageView, event, said, told};
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rookery_domain::{AgentName, Error, Kind, OperationAt, PaidUsage, SessionAt, SessionKey, Time};
use rookery_sessions::ask::Source;
use rookery_sessions::history::Head;
use rookery_sessions::stop::Stopped;
use rookery_sessions::unfinished::Unfinished;
use rookery_store::{Page, Project, Role};
use schemars::JsonSchema;
use serde::Serialize;

pub(crate) fn routes() -> Vec<Route> {
    let (viewer, editor) = (Access::Project(Role::Viewer), Access::Project(Role::Editor));
    let below = |what: &str| format!("{SESSION}{what}");
    vec![
        Route::new(Method::GET, SESSION, viewer, "Shows a session of a persistent agent.", show).answers::<One<SessionView>>(200),
        Route::new(Method::DELETE, SESSION, editor, "Deletes a session with all that was said in it.", delete),
        Route::new(Method::GET, below("/messages"), viewer, "Lists what was said, oldest first.", messages)
            .paged()
            .answers::<Listed<MessageView>>(200),
        Route::new(
            Method::GET,
            below("/events"),
            viewer,
            "Tells what happens, in numbered events; as a stream, for ever.",
            events,
        )
        .query("after", "The number of the last event that is known; 0 when it is left out.")
        .query("limit", "How many events an answer has at most, unless it is a stream.")
        .header("Accept", "With `text/event-stream`, each event is sent when it happens.")
        .header("Last-Event-ID", "As `after`, where that is left out.")
        .answers::<Events>(200)
        .streams(),
        Route::new(Method::GET, below("/usage"), viewer, "Says what all answers of models in the session took and cost.", usage)
            .answers::<One<UsageView>>(200),
        Route::new(Method::GET, below("/operations"), viewer, "Lists what runs and what waits, in order.", operations)
            .paged()
            .answers::<Listed<OperationView>>(200),
        Route::new(
            Method::POST,
            below("/operations/{operation}/cancel"),
            editor,
            "Takes back what waits, or ends what runs.",
            cancel,
        )
        .takes::<Nothing>()
        .answers::<One<Cancelled>>(200),
    ]
}

/// On an answer that has no end of its own.
#[derive(Clone, Copy, Debug)]
pub struct Follows;

/// A session.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Session")]
struct SessionView {
    /// The agent.
    agent: String,
    /// The id of the agent's instance.
    instance: String,
    /// The session's name.
    session: String,
    /// When something was first asked in it.
    created_at: Time,
    /// How many prompts and dispatches it was given so far.
    operations: u64,
    /// The number of the last event.
    last_event: u64,
    /// What runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    running: Option<String>,
    /// How many wait.
    waiting: usize,
}

/// What the models took in a session so far.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SessionUsage")]
struct UsageView {
    #[serde(flatten)]
    paid: PaidUsage,
    /// Whether `cost` is all of it. False if the price of a model was not known: then `cost` is that of the others.
    cost_known: bool,
}

/// Some of a session's events.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SessionEvents")]
struct Events {
    data: Vec<EventView>,
    meta: EventsMeta,
}

/// Where events go on.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SessionEventsMeta")]
struct EventsMeta {
    /// The `after` with which to go on.
    next_after: u64,
    /// Whether there are more already.
    more: bool,
}

/// Something that runs or waits.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SessionOperation")]
struct OperationView {
    /// Its run.
    run_id: String,
    /// `running` or `waiting`.
    state: &'static str,
    /// What is asked.
    message: String,
    /// What it is: a `prompt`, a `dispatch`, the question of a `cell`, the `deletion` of the session, or the `fork` that
    /// makes it.
    source: &'static str,
    /// When it was asked.
    at: Time,
    /// The delivery of a workflow that waits for the end, if it is the question of a cell.
    #[serde(skip_serializing_if = "Option::is_none")]
    asked_by: Option<AskedBy>,
}

/// What became of it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CancelledOperation")]
struct Cancelled {
    /// The run.
    run_id: String,
    /// `cancelled` for what waited, `aborted` for what ran.
    state: &'static str,
}

/// Finds the session of a path; 404 when nothing was ever asked in it.
pub(crate) async fn find(app: &App, project: &Project, ids: &Ids) -> Result<(SessionAt, Head)> {
    let agent: AgentName = ids.get("agent")?;
    for (name, what) in [("instance", "id of the instance"), ("session", "name of the session")] {
        let bytes = ids.text(name).len();
        if bytes > NAME_BYTES {
            let details = format!("Give one of 1 to {NAME_BYTES} bytes.");
            return Err(Error::invalid(format!("The {what} has {bytes} bytes."), details).into());
        }
    }
    let key = SessionKey::of(agent.as_str(), ids.text("instance"), ids.text("session"));
    let at = SessionAt { project: project.id.clone(), key };
    let head = app.agents.sessions.head(&at).await?.ok_or_else(|| Error::not_found("session"))?;
    Ok((at, head))
}

async fn show(State(app): State<App>, Extension(project): Extension<Project>, ids: Ids) -> Result<impl IntoResponse> {
    let (at, head) = find(&app, &project, &ids).await?;
    let at_work = app.agents.sessions.at_work(&at).await?;
    Ok(one(SessionView {
        agent: head.names.agent,
        instance: head.names.instance,
        session: head.names.session,
        created_at: head.at,
        operations: head.operations,
        last_event: head.last_entry,
        running: at_work.running.map(|operation| operation.run_id()),
        waiting: at_work.waiting,
    }))
}

async fn delete(State(app): State<App>, Extension(project): Extension<Project>, ids: Ids) -> Result<StatusCode> {
    let (at, _) = find(&app, &project, &ids).await?;
    app.agents.sessions.delete(&at).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn messages(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(query): Extension<Query>,
    ids: Ids,
) -> Result<impl IntoResponse> {
    let (at, _) = find(&app, &project, &ids).await?;
    let part = app.agents.sessions.part(&at, after(&query)?, query.limit()?).await?;
    let ends = app.agents.sessions.ends(&at, &part).await?;
    let next = match (part.more, part.entries.last()) {
        (true, Some((number, _))) => Some(cursor_at(&number.to_string())?),
        _ => None,
    };
    let said = part.entries.iter().filter_map(|(number, entry)| said(&at, *number, entry, &ends));
    Ok(listed(Page { items: said.collect(), next }, |message| message))
}

async fn events(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(query): Extension<Query>,
    ids: Ids,
    headers: HeaderMap,
) -> Result<Response> {
    let (at, _) = find(&app, &project, &ids).await?;
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let after = query.get("after").or(text("last-event-id")).map_or(Ok(0), |after| after.parse()).map_err(|_| {
        let details = "Give the number of an event, or leave it out to begin with the first.";
        ApiError::from(Error::invalid("`after`, or `Last-Event-ID`, is no number.", details))
    })?;
    if !text(header::ACCEPT.as_str()).is_some_and(|accept| accept.contains("text/event-stream")) {
        let part = app.agents.sessions.part(&at, after, query.limit()?).await?;
        let data: Vec<_> = part.entries.iter().map(|(number, entry)| event(&at, *number, entry)).collect();
        let next_after = data.last().map_or(after, |event| event.number);
        return Ok(axum::Json(Events { data, meta: EventsMeta { next_after, more: part.more } }).into_response());
    }
    let coming = app.agents.sessions.follow(&at, after);
    Ok((Extension(Follows), frames::answer(told(at, coming))).into_response())
}

async fn usage(State(app): State<App>, Extension(project): Extension<Project>, ids: Ids) -> Result<impl IntoResponse> {
    let (at, _) = find(&app, &project, &ids).await?;
    let loaded = app.agents.sessions.load(&at).await?;
    let progress = &loaded.progress;
    let paid = PaidUsage { tokens: progress.usage, cost: progress.cost };
    let answer = one(UsageView { paid, cost_known: !progress.is_unpriced });
    app.agents.sessions.keep(loaded);
    Ok(answer)
}

async fn operations(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(query): Extension<Query>,
    ids: Ids,
) -> Result<impl IntoResponse> {
    let (at, _) = find(&app, &project, &ids).await?;
    let (items, next) = app.agents.sessions.unfinished(&at, after(&query)?, query.limit()?).await?;
    let next = next.map(|number| cursor_at(&number.to_string())).transpose()?;
    Ok(listed(Page { items, next }, view))
}

/// The number of an entry or an operation that a cursor says.
fn after(query: &Query) -> Result<u64> {
    let Some(cursor) = query.cursor()? else { return Ok(0) };
    Ok(place_of(&cursor).and_then(|place| place.parse().ok()).ok_or_else(bad_cursor)?)
}

fn view(unfinished: Unfinished) -> OperationView {
    let asked_by = unfinished.ask.cell().map(AskedBy::from);
    OperationView {
        asked_by,
        run_id: unfinished.operation.run_id(),
        state: if unfinished.is_open { "running" } else { "waiting" },
        message: unfinished.ask.message,
        source: match unfinished.ask.source {
            Source::Prompt => "prompt",
            Source::Dispatch => "dispatch",
            Source::Deletion => "deletion",
            Source::Fork { .. } => "fork",
            Source::Cell(_) => "cell",
        },
        at: unfinished.at,
    }
}

async fn cancel(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    ids: Ids,
    _: Json<Nothing>,
) -> Result<impl IntoResponse> {
    let (at, _) = find(&app, &project, &ids).await?;
    let run_id = ids.text("operation").to_owned();
    let operation = OperationAt::of_run_id(&project.id, &run_id).filter(|operation| operation.session == at);
    let operation = operation.ok_or_else(|| Error::not_found("operation"))?;
    let state = match app.agents.sessions.end(&operation).await? {
        Stopped::Cancelled => "cancelled",
        Stopped::Aborted => "aborted",
        Stopped::Over => {
            let (message, details) = ("It is over already.", "Only what runs or waits can be cancelled.");
            return Err(Error::new(Kind::Conflict, "operation_over", message, details).into());
        }
    };
    Ok(one(Cancelled { run_id, state }))
}
