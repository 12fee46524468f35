//! The events of a run: its start, what happens, its end. They are numbered from 1 without a gap, and whoever asks again is told the same.

use super::error::{FlueError, Result};
use super::frames;
use super::named_runs::{Run, RunError, Status, seconds};
use crate::App;
use crate::auth::Access;
use crate::ids::Ids;
use crate::list::Query;
use crate::route::Route;
use crate::sessions::Follows;
use axum::extract::State;
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use futures::stream::{BoxStream, once, try_unfold};
use futures::{Stream, StreamExt, TryStreamExt};
use rookery_domain::Time;
use rookery_engine::{CalledEnd, ToldDelivery};
use rookery_sessions::entry::{Entry, What};
use rookery_store::Project;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

/// The most events of an answer.
const MOST: usize = 1000;

pub(super) fn routes(reads: Access) -> Vec<Route> {
    let after = "The number of the last event that is known; 0 when it is left out.";
    vec![
        Route::new(Method::GET, "/runs/{run_id}/events", reads, "Tells what has happened in a run, in numbered events.", events)
            .query("after", after)
            .query("limit", "How many events an answer has at most: 1 to 1000, 1000 when it is left out.")
            .query("types", "Only events of these types, separated by commas: `run_start`, `log`, `run_end`.")
            .answers::<Events>(200),
        Route::new(Method::GET, "/runs/{run_id}/stream", reads, "Tells what happens in a run, until its end.", stream)
            .query("after", after)
            .header("Last-Event-ID", "As `after`, where that is left out.")
            .streams(),
    ]
}

/// Something that happened in a run.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "FlueRunEvent")]
pub(crate) struct RunEvent {
    /// The run.
    run_id: String,
    #[serde(rename = "runId")]
    run_id_again: String,
    /// Its number: they begin with 1, and have no gap.
    pub(crate) event_index: u64,
    #[serde(rename = "eventIndex")]
    event_index_again: u64,
    /// `run_start`, `log` or `run_end`.
    pub(crate) r#type: &'static str,
    /// When it happened, in seconds since 1970.
    timestamp: f64,
    /// The rest: `level` and `message` of a `log`, `status` and `error` of the `run_end`.
    data: Value,
}

/// Some events of a run.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "FlueRunEvents")]
struct Events {
    /// The run.
    run_id: String,
    #[serde(rename = "runId")]
    run_id_again: String,
    /// The events.
    events: Vec<RunEvent>,
    /// The `after` with which to go on.
    next_after: u64,
    #[serde(rename = "nextAfter")]
    next_after_again: u64,
}

/// An event before it has its number.
type Unnumbered = (&'static str, Time, Value);

/// What happens in a run, from its first event to its last. The numbers of the events are their places.
pub(crate) fn follow(app: &App, run: Run) -> BoxStream<'static, Result<RunEvent>> {
    let (id, start) = (run.id(), start(&run));
    let rest: BoxStream<'static, Result<Vec<Unnumbered>>> = match run {
        Run::Operation(run) => {
            let entries = app.agents.sessions.follow_run(&run);
            entries.map_ok(|(_, entry)| of_entry(&entry)).map_err(FlueError::from).boxed()
        }
        Run::Called(called) => {
            let following = (app.engine.follow_called(called), 0, false);
            try_unfold(following, |(mut following, told, is_over)| async move {
                if is_over {
                    return Ok(None);
                }
                let Some(progress) = following.next().await? else { return Ok(None) };
                let news = progress.deliveries.iter().skip(told).map(of_delivery).chain(progress.end.as_ref().map(of_end));
                let (news, is_over) = (news.collect::<Vec<_>>(), progress.end.is_some());
                Ok(Some((news, (following, progress.deliveries.len(), is_over))))
            })
            .boxed()
        }
    };
    let all = once(async { Ok(vec![start]) }).chain(rest);
    let all = all.map_ok(|events| futures::stream::iter(events.into_iter().map(Ok))).try_flatten();
    all.enumerate().map(move |(place, event)| event.map(|event| numbered(&id, place as u64 + 1, event))).boxed()
}

/// Events as frames. After an error, nothing follows.
pub(crate) fn told(events: impl Stream<Item = Result<RunEvent>> + Send) -> impl Stream<Item = String> + Send {
    until_error(events.map_ok(|event| frame(&event)))
}

/// The frame of an event.
pub(crate) fn frame(event: &RunEvent) -> String {
    frames::frame(Some(event.event_index), event.r#type, event)
}

/// Frames up to the first error, which is one, too.
pub(crate) fn until_error(frames: impl Stream<Item = Result<String>> + Send) -> impl Stream<Item = String> + Send {
    frames.scan(false, |is_over, next| {
        let frame = match next {
            _ if *is_over => None,
            Ok(frame) => Some(frame),
            Err(error) => {
                *is_over = true;
                Some(frames::error_frame(&error))
            }
        };
        std::future::ready(frame)
    })
}

impl RunEvent {
    /// The same, for those who may not see why something failed.
    pub(crate) fn without_reasons(mut self) -> Self {
        let reason = match self.r#type {
            "log" if self.data["level"] == "error" => self.data.get_mut("message"),
            _ => self.data.pointer_mut("/error/message"),
        };
        if let Some(reason) = reason {
            *reason = "It failed; a key that may read sees why.".into();
        }
        self
    }
}

/// How many events there are of these entries of an operation.
pub(super) fn count(entries: &[Entry]) -> u64 {
    1 + entries.iter().map(|entry| of_entry(entry).len() as u64).sum::<u64>()
}

fn numbered(id: &str, index: u64, (r#type, at, data): Unnumbered) -> RunEvent {
    RunEvent {
        run_id: id.to_owned(),
        run_id_again: id.to_owned(),
        event_index: index,
        event_index_again: index,
        r#type,
        timestamp: seconds(at),
        data,
    }
}

fn start(run: &Run) -> Unnumbered {
    let (agent, agent_id) = run.of();
    ("run_start", run.at(), json!({"agent": agent, "agent_id": agent_id}))
}

fn end(at: Time, error: Option<&RunError>) -> Unnumbered {
    let status = if error.is_some() { Status::Failed } else { Status::Succeeded };
    ("run_end", at, json!({"is_error": error.is_some(), "error": error, "status": status}))
}

/// What an entry of an operation tells.
fn of_entry(entry: &Entry) -> Vec<Unnumbered> {
    let log = |level: &str, message: String, mut data: Value| {
        (data["level"], data["message"]) = (level.into(), message.into());
        ("log", entry.at, data)
    };
    match &entry.what {
        What::Begin(begin) => {
            let message = format!("It begins, by version {} of the definition.", begin.version);
            vec![log("info", message, json!({"version": begin.version}))]
        }
        What::Answer(answer) => {
            let calls: Vec<_> = answer.message.tool_calls().map(|call| json!({"id": call.id, "name": call.name})).collect();
            let message = match calls.len() {
                0 => format!("{} answered.", answer.model),
                number => format!("{} asked for {number} call(s) of tools.", answer.model),
            };
            let data = json!({"model": answer.model, "usage": answer.usage, "tool_calls": calls});
            let mut told = vec![log("info", message, data)];
            told.extend(answer.last.then(|| end(entry.at, None)));
            told
        }
        What::ToolBegan { call, .. } => vec![log("info", format!("The call `{call}` began."), json!({"call": call}))],
        What::ToolDone { result, .. } => {
            let (level, became) = if result.is_error { ("error", "failed") } else { ("info", "is done") };
            let data = json!({"call": result.call, "is_error": result.is_error});
            vec![log(level, format!("The call `{}` {became}.", result.call), data)]
        }
        What::End { state, error, .. } => vec![end(entry.at, Some(&RunError::of_end(*state, error.as_ref())))],
        // These are of operations in which nothing is asked.
        What::Cleared { .. } | What::Copied { .. } => Vec::new(),
    }
}

/// What a delivery of a workflow's run tells.
fn of_delivery(told: &ToldDelivery) -> Unnumbered {
    let ToldDelivery { at, cell, outcome, took_ms, events, error, .. } = told;
    let (level, message) = match error {
        Some(error) => ("error", format!("`{cell}` failed ({}): {}", error.code, error.message)),
        None => ("info", format!("`{cell}` handled an event ({outcome}) and emitted {events}.")),
    };
    let code = error.as_ref().map(|error| &error.code);
    let data = json!({"level": level, "message": message, "cell_id": cell, "outcome": outcome, "code": code, "events": events, "took_ms": took_ms});
    ("log", *at, data)
}

fn of_end(told: &CalledEnd) -> Unnumbered {
    end(told.at, told.error.as_ref().map(RunError::of_called).as_ref())
}

/// All events that there are so far.
async fn so_far(app: &App, run: &Run) -> Result<Vec<RunEvent>> {
    let mut all = vec![start(run)];
    match run {
        Run::Operation(run) => all.extend(run.entries.iter().flat_map(of_entry)),
        Run::Called(called) => {
            let progress = app.engine.progress(called).await?.ok_or_else(|| FlueError::no_run(&called.id()))?;
            all.extend(progress.deliveries.iter().map(of_delivery).chain(progress.end.as_ref().map(of_end)));
        }
    }
    let id = run.id();
    Ok((1..).zip(all).map(|(index, event)| numbered(&id, index, event)).collect())
}

/// `GET /runs/{run_id}/events`
async fn events(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(query): Extension<Query>,
    ids: Ids,
) -> Result<Json<Events>> {
    let (after, limit) =
        (query.flue_number("after", 0, 0..=u64::MAX)?, query.flue_number("limit", MOST as u64, 1..=MOST as u64)?);
    let types: Option<Vec<&str>> = query.get("types").filter(|types| !types.is_empty()).map(|types| types.split(',').collect());
    let run = app.run(&project.id, ids.text("run_id")).await?;
    let is_asked = |event: &RunEvent| {
        event.event_index > after && types.as_ref().is_none_or(|types| types.iter().any(|asked| asked.trim() == event.r#type))
    };
    let events: Vec<_> = so_far(&app, &run).await?.into_iter().filter(is_asked).take(limit as usize).collect();
    let next_after = events.last().map_or(after, |event| event.event_index);
    let id = run.id();
    Ok(Json(Events { run_id: id.clone(), run_id_again: id, events, next_after, next_after_again: next_after }))
}

/// `GET /runs/{run_id}/stream`
async fn stream(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(query): Extension<Query>,
    ids: Ids,
    headers: HeaderMap,
) -> Result<Response> {
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let after: u64 = query.get("after").or(last).and_then(|after| after.trim().parse().ok()).unwrap_or(0);
    let run = app.run(&project.id, ids.text("run_id")).await?;
    let is_new = move |event: &Result<RunEvent>| !event.as_ref().is_ok_and(|event| event.event_index <= after);
    let news = follow(&app, run).filter(move |event| std::future::ready(is_new(event)));
    Ok((Extension(Follows), frames::answer(told(news))).into_response())
}
