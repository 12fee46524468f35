//! Tasks between deployments, below `/p/{project}/_tasks`: entry points, connections, tasks and replies. Nobody has an API key here; a client
//! proves who it is when it connects, and is known by its token after that. Bodies may have fields that are not known here.

use crate::App;
use crate::error::{Result, wrong_method};
use crate::ids::Ids;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Method, header};
use axum::routing::{MethodRouter, get, post};
use axum::{Json, Router};
use rookery_agents::TaskError;
use rookery_domain::{ConnectionState, Error, Kind, Payload, ProjectId, Time, limits, not_json};
use rookery_engine::{ClientStage, Deprecated, Given, ReplyIn, TaskIn};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// The most that a body may take beside a payload, in bytes.
const AROUND: usize = 16 * 1024;
/// The longest id of a task, and the longest code and message of an error, in characters.
const ID_CHARS: usize = 255;
const ERROR_CHARS: usize = 2000;

/// The routes. They are not in the table of routes: whoever asks has no key.
pub(crate) fn routes() -> Router<App> {
    let at = |path: &str| format!("/p/{{project}}/_tasks/{path}");
    let only = |methods: MethodRouter<App>, known: &'static [Method]| {
        methods.fallback(async move |method: Method| wrong_method(&method, known))
    };
    Router::new()
        .route(&at("agent/entrypoints"), only(get(entry_points), &[Method::GET, Method::HEAD]))
        .route(
            &at("agent/connection"),
            only(post(connect).patch(update).delete(disconnect), &[Method::DELETE, Method::PATCH, Method::POST]),
        )
        .route(&at("agent"), only(post(take_task), &[Method::POST]))
        .route(&at("client"), only(post(take_reply), &[Method::POST]))
}

/// Whether a path is one of these routes.
pub(crate) fn is_wire(path: &str) -> bool {
    path.strip_prefix("/p/").and_then(|rest| rest.split_once('/')).is_some_and(|(_, rest)| rest.starts_with("_tasks/"))
}

async fn entry_points(State(app): State<App>, ids: Ids) -> Result<Json<Value>> {
    let found = app.engine.entry_points_for_others(&ids.get("project")?).await?;
    let of = |task_type: &str, schema: Option<Value>| {
        schema.map(|schema| json!([{"task_type": task_type, "task_payload_schema": schema}]))
    };
    let shown = found.into_iter().map(|entry| {
        let deprecated: Vec<Deprecated> = entry.deprecated(Time::now()).map(Deprecated::of).collect();
        json!({
            "version": entry.version, "deprecated": deprecated,
            "input_schema": &entry.published.input_schema, "output_schema": &entry.published.output_schema,
            "title": entry.published.title, "client_stage_id": entry.id,
            "input_schemas": of("task", entry.published.input_schema), "output_schemas": of("reply", entry.published.output_schema),
        })
    });
    Ok(Json(shown.collect()))
}

#[derive(Deserialize)]
struct Connect {
    client_tasks_url: String,
    /// The client's stage.
    client_stage_id: String,
    /// The entry point.
    agent_stage_id: String,
}

/// A connection, as it is told to its client.
#[derive(Serialize)]
struct Told {
    token: String,
    client_project_id: String,
    client_stage_id: String,
    client_task_url: String,
    agent_project_id: String,
    agent_stage_id: String,
    state: ConnectionState,
}

impl From<Given> for Told {
    fn from(Given { connection, token }: Given) -> Self {
        let ends = connection.ends;
        Told {
            token,
            client_project_id: ends.client.project,
            client_stage_id: ends.stage,
            client_task_url: connection.task_url.unwrap_or_default(),
            agent_project_id: ends.provider.workflow.project.to_string(),
            agent_stage_id: ends.entry.to_string(),
            state: connection.state,
        }
    }
}

async fn connect(State(app): State<App>, ids: Ids, headers: HeaderMap, body: Body) -> Result<Json<Told>> {
    let project: ProjectId = ids.get("project")?;
    let proof = authorization(&headers).strip_prefix("Bearer ").unwrap_or_default();
    let client = app.engine.check_proof(proof, &project).await?;
    let Connect { client_tasks_url, client_stage_id, agent_stage_id } = read(body).await?;
    let (stage, entry_point, task_url) = (&*client_stage_id, &*agent_stage_id, &*client_tasks_url);
    Ok(Json(app.engine.connect_client(&project, ClientStage { client, stage, entry_point, task_url }).await?.into()))
}

#[derive(Deserialize)]
struct Update {
    client_tasks_url: String,
}

async fn update(State(app): State<App>, ids: Ids, headers: HeaderMap, body: Body) -> Result<Json<Told>> {
    let project: ProjectId = ids.get("project")?;
    let token = authorization(&headers);
    // Whoever has no good token is told nothing about the body.
    app.engine.client_of(&project, token).await?;
    let Update { client_tasks_url } = read(body).await?;
    Ok(Json(app.engine.move_client(&project, token, &client_tasks_url).await?.into()))
}

async fn disconnect(State(app): State<App>, ids: Ids, headers: HeaderMap) -> Result<Json<Value>> {
    app.engine.disconnect_client(&ids.get("project")?, authorization(&headers)).await?;
    Ok(success())
}

#[derive(Deserialize)]
struct Task {
    task_data: TaskData,
    target_stage_id: String,
}

#[derive(Deserialize)]
struct TaskData {
    r#type: String,
    payload: Box<RawValue>,
}

async fn take_task(State(app): State<App>, ids: Ids, headers: HeaderMap, body: Body) -> Result<Json<Value>> {
    let connection = app.engine.client_of(&ids.get("project")?, authorization(&headers)).await?;
    let Task { task_data, target_stage_id } = read(body).await?;
    if target_stage_id != connection.ends.entry.to_string() {
        return Err(rookery_engine::not_connected().into());
    }
    let task = TaskIn {
        id: id_of(&headers)?,
        task_type: task_data.r#type,
        payload: payload(&task_data.payload, "task_data.payload")?,
        hop: hops(&headers)?,
        deadline: deadline(&headers)?,
        context: None,
    };
    app.engine.take_task(&connection, task).await?;
    Ok(success())
}

#[derive(Deserialize)]
struct Reply {
    id: String,
    r#type: String,
    payload: Box<RawValue>,
    /// The task that it answers; null if it answers none; not there if its sender cannot say.
    #[serde(default, deserialize_with = "present")]
    reply_to: Option<Option<String>>,
    error: Option<TaskError>,
}

/// For a field that may be left out, which is not the same as null.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

async fn take_reply(State(app): State<App>, ids: Ids, headers: HeaderMap, body: Body) -> Result<Json<Value>> {
    let used = app.engine.stage_of(&ids.get("project")?, authorization(&headers)).await?;
    let Reply { id, r#type, payload: said, reply_to, error } = read(body).await?;
    if !(1..=ID_CHARS).contains(&id.chars().count()) {
        return Err(wrong("id", &format!("must have 1 to {ID_CHARS} characters")).into());
    }
    let short = |text: String| text.chars().take(ERROR_CHARS).collect();
    let error = error.map(|error| TaskError { code: short(error.code), message: short(error.message) });
    let (is_plain, hop) = (reply_to.is_none(), hops(&headers)?);
    let reply = ReplyIn { id, task_type: r#type, payload: payload(&said, "payload")?, answers: reply_to.flatten(), error, hop };
    app.engine.take_reply_from(&used, reply, is_plain).await?;
    Ok(success())
}

fn success() -> Json<Value> {
    Json(json!({"success": true}))
}

fn authorization(headers: &HeaderMap) -> &str {
    headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn text<'h>(headers: &'h HeaderMap, name: &'static str) -> Result<Option<&'h str>> {
    let text = |value: &'h axum::http::HeaderValue| value.to_str().map_err(|_| wrong(name, "must be ASCII"));
    Ok(headers.get(name).map(text).transpose()?)
}

fn id_of(headers: &HeaderMap) -> Result<Option<String>> {
    let id = text(headers, "idempotency-key")?;
    if id.is_some_and(|id| !(1..=ID_CHARS).contains(&id.len())) {
        return Err(wrong("idempotency-key", &format!("must have 1 to {ID_CHARS} characters")).into());
    }
    Ok(id.map(str::to_owned))
}

/// How many links and connections lie behind a task. A number that is too large is refused with the task.
fn hops(headers: &HeaderMap) -> Result<u16> {
    let Some(text) = text(headers, "rookery-hops")? else { return Ok(0) };
    Ok(text.parse().map_err(|_| wrong("rookery-hops", "must be a number of hops"))?)
}

fn deadline(headers: &HeaderMap) -> Result<Option<Time>> {
    let Some(text) = text(headers, "rookery-deadline")? else { return Ok(None) };
    Ok(Some(serde_json::from_value(json!(text)).map_err(|_| wrong("rookery-deadline", "must be a time as RFC 3339 has it"))?))
}

/// A payload, without the token that Abstra puts into it.
fn payload(raw: &RawValue, field: &'static str) -> Result<Payload> {
    let payload = Payload::parse(raw.get().as_bytes())?;
    let mut value = payload.value().clone();
    let fields = value.as_object_mut().ok_or_else(|| wrong(field, "must be an object"))?;
    Ok(match fields.shift_remove("connection_token") {
        Some(_) => Payload::of(value)?,
        None => payload,
    })
}

/// Reads a body. 422 names the field that is wrong.
async fn read<T: DeserializeOwned>(body: Body) -> Result<T> {
    let bytes = crate::body::read(body, limits::PAYLOAD_BYTES + AROUND).await?;
    let mut json = serde_json::Deserializer::from_slice(&bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        if !inner.is_data() {
            return not_json(&inner);
        }
        let says = inner.to_string();
        let missing = says.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
        let field = match (path.as_str(), missing) {
            (".", Some(missing)) => missing.to_owned(),
            (path, Some(missing)) => format!("{path}.{missing}"),
            (path, None) => path.to_owned(),
        };
        wrong(&field, if missing.is_some() { "is missing" } else { "is of the wrong type" })
    })?;
    json.end().map_err(|error| not_json(&error))?;
    Ok(value)
}

fn wrong(field: &str, what: &str) -> Error {
    let error = Error::new(Kind::Unprocessable, "invalid_field", format!("`{field}` {what}."), "Correct this field.");
    error.with_meta(json!({"field": field}))
}
