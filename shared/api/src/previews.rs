//! What a person sees while they write: what a template gives for a payload, and when a schedule is due. Nothing is stored, and nothing is
//! called.

use crate::auth::Access;
use crate::body::{Input, Json, present};
use crate::error::Result;
use crate::list::{One, one};
use crate::route::{PROJECT, Route};
use axum::http::Method;
use axum::response::IntoResponse;
use rookery_agents::schedule::Schedule;
use rookery_agents::template::{self, Note, Preview, TemplateError};
use rookery_domain::{Error, EventId, Kind, Payload, Time, limits};
use rookery_store::Role;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

/// The most due times of a schedule that are shown.
const TIMES: u8 = 50;

pub(crate) fn routes() -> Vec<Route> {
    let viewer = Access::Project(Role::Viewer);
    vec![
        Route::new(
            Method::POST,
            format!("{PROJECT}/templates/preview"),
            viewer,
            "Renders a template for a payload, and says what was passed over in it. 422 `template_error` when it cannot be read or rendered: `meta` has its `path` and `line`.",
            template,
        )
        .takes::<TemplatePreview>()
        .answers::<One<Rendered>>(200),
        Route::new(
            Method::POST,
            format!("{PROJECT}/schedules/preview"),
            viewer,
            "Says in words what a schedule is, and when it is due next. 422 `schedule_invalid` when a save would refuse it.",
            schedule,
        )
        .takes::<SchedulePreview>()
        .answers::<One<DueTimes>>(200),
    ]
}

/// A template, and what it is rendered for.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TemplatePreview {
    /// A text, or any JSON whose texts are templates.
    template: Value,
    /// The payload of the event that it is rendered for: `{}` when it is left out.
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "Option<Value>")]
    payload: Option<Box<RawValue>>,
    /// What the variable `event` has, besides an `id` and a time that are made up.
    #[serde(default)]
    event: Map<String, Value>,
    /// What the variable `agent` has: `cell_id` and `name`.
    #[serde(default)]
    agent: Map<String, Value>,
}

impl Input for TemplatePreview {
    const BYTES: usize = limits::PAYLOAD_BYTES + 128 * 1024;
}

/// What a template gives.
#[derive(Serialize, JsonSchema)]
struct Rendered {
    /// The text, or the JSON with its texts rendered. `***` stands where the value of a credential would stand.
    result: Value,
    /// What its writer may not have meant, like a filter that does not exist.
    warnings: Vec<TemplateWarning>,
}

/// What was passed over in a template.
#[derive(Serialize, JsonSchema)]
struct TemplateWarning {
    /// Where in the JSON the text stands, like `items[2].name`; empty for a single text.
    path: String,
    /// The number of the line in that text, from 1.
    line: usize,
    /// What was passed over, or how it is read.
    message: String,
}

async fn template(Json(input): Json<TemplatePreview>) -> Result<impl IntoResponse> {
    let payload = Payload::parse(input.payload.as_deref().map_or("{}", RawValue::get).as_bytes())?;
    let (id, now) = (EventId::fresh(), Time::now());
    let made_up = json!({"id": id, "run_id": id.run, "cell_id": "", "groups": [], "created_at": now});
    let Value::Object(mut event) = made_up else { return Err(Error::internal("an object is an object").into()) };
    event.extend(input.event);
    let variables = Map::from_iter([
        ("payload".to_owned(), payload.value().clone()),
        ("event".to_owned(), event.into()),
        ("agent".to_owned(), input.agent.into()),
        ("now".to_owned(), json!(now)),
    ]);
    // A template may take 100 ms of a processor.
    let rendered = tokio::task::spawn_blocking(move || template::preview(&input.template, variables));
    let Preview { result, notes } = rendered.await.map_err(Error::internal)?.map_err(template_error)?;
    let warnings = notes.into_iter().map(|(path, Note { line, message })| TemplateWarning { path, line, message }).collect();
    Ok(one(Rendered { result, warnings }))
}

fn template_error(error: TemplateError) -> Error {
    let details = "Correct the template: docs/templates.md says what it may have.";
    let meta = json!({"path": error.path(), "line": error.problem().line()});
    Error::new(Kind::Unprocessable, "template_error", error.to_string(), details).with_meta(meta)
}

/// A schedule.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SchedulePreview {
    /// The schedule, as it stands in the config of an agent.
    schedule: String,
    /// How many due times are shown: 1 to 50, 5 when it is left out.
    #[serde(default = "five")]
    count: u8,
    /// After which time; now when it is left out.
    #[serde(default, deserialize_with = "present")]
    from: Option<Time>,
}

impl Input for SchedulePreview {}

fn five() -> u8 {
    5
}

/// When a schedule is due.
#[derive(Serialize, JsonSchema)]
struct DueTimes {
    /// The next due times; fewer than were asked for where there are no more.
    times: Vec<Time>,
    /// The schedule in words.
    text: String,
}

async fn schedule(Json(input): Json<SchedulePreview>) -> Result<impl IntoResponse> {
    if !(1..=TIMES).contains(&input.count) {
        return Err(Error::invalid("`count` is not one that is taken.", format!("Give a number from 1 to {TIMES}.")).into());
    }
    let schedule = Schedule::parse(&input.schedule).map_err(schedule_invalid)?;
    if let Some(step) = schedule.too_long_step() {
        return Err(schedule_invalid(step).into());
    }
    let first = schedule.next(input.from.unwrap_or_else(Time::now));
    let times = std::iter::successors(first, |last| schedule.next(*last)).take(input.count.into()).collect();
    Ok(one(DueTimes { times, text: schedule.in_words() }))
}

fn schedule_invalid(why: impl std::fmt::Display) -> Error {
    let details = "Correct `schedule`, or leave it out of the config for none.";
    Error::new(Kind::Unprocessable, "schedule_invalid", why.to_string(), details)
}
