//! Tasks that a project sends over the connections of its entry points: sent by programs, and listed with those of its cells. And the tasks
//! that its stages send to entry points of others: a person may end the wait for a reply.

use crate::App;
use crate::auth::Access;
use crate::body::{Input, Json, Nothing, present};
use crate::error::Result;
use crate::event_view::cut;
use crate::events::idempotency_key;
use crate::ids::Ids;
use crate::list::{Listed, One, Query, listed, one};
use crate::route::{PROJECT, Route, WORKFLOW};
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::IntoResponse;
use rookery_domain::{ClientName, ConnectionId, Error, Kind, Payload, RunId, TaskId, TaskState, Time, is_valid_group, limits};
use rookery_engine::{Answers, NewTask as Asked, Recipients};
use rookery_store::{Project, Role, SentTask, Workflow, task_place};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// The field of a payload that names a connection.
const CONNECTION_TOKEN: &str = "connection_token";
/// The longest id of a task of the other side, in bytes.
const ID_BYTES: usize = 256;

pub(crate) fn routes() -> Vec<Route> {
    let (viewer, editor) = (Access::Project(Role::Viewer), Access::Project(Role::Editor));
    let all = format!("{PROJECT}/tasks");
    vec![
        Route::new(
            Method::POST,
            &all,
            editor,
            "Sends a task to stages that use the project's entry points, one over each connection. Once it is answered, each task will be delivered, or end as failed.",
            send,
        )
        .header("Idempotency-Key", "The same key with the same body is the same tasks, however often it is sent.")
        .takes::<NewTask>()
        .answers::<One<Vec<AcceptedTask>>>(202),
        Route::new(Method::GET, &all, viewer, "Lists the tasks that the project has sent over the connections of its entry points in the last 30 days, newest first: replies, and what programs sent. Tasks of its stages are in their runs. A task for more than a hundred connections is in the list a moment after it was sent.", list)
            .paged()
            .answers::<Listed<TaskView>>(200),
        Route::new(
            Method::POST,
            format!("{WORKFLOW}/tasks/{{task}}/cancel"),
            editor,
            "Ends the wait for the reply to a task that a stage of the workflow has sent: the `task` of a delivery, in the run. The delivery ends; a reply that comes later is an event of its own.",
            cancel,
        )
        .takes::<Nothing>()
        .answers::<One<CancelledTask>>(200),
    ]
}

/// A task as it is sent.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewTask {
    /// Its type, by which the links of the other side may choose: a text of 1 to 64 characters.
    #[serde(rename = "type")]
    task_type: String,
    /// What it says: an object, with at most 256 KB and 64 levels. It must fit the `output_schema` of the entry points.
    #[schemars(with = "serde_json::Map<String, Value>")]
    payload: Box<RawValue>,
    /// Whom it is for: `"all"`, or an object with either `connection_tokens`, or `client_project_id` and, for a project of another
    /// deployment, `client_deployment`. Without it, the connection that `connection_token` in the payload names; the payload is then
    /// sent without this field.
    #[serde(default, deserialize_with = "present")]
    to: Option<To>,
    /// The task of the other side that it answers, where it goes over one connection: the `task_id` in the `origin` of the task's run.
    /// A stage that waits for the reply to this task then goes on; any other reply is an event of its own there.
    #[serde(default, deserialize_with = "present")]
    reply_to: Option<String>,
}

impl Input for NewTask {
    // The names of all connections, besides the payload.
    const BYTES: usize = limits::PAYLOAD_BYTES + limits::TASK_CONNECTIONS * 40 + 16 * 1024;
}

/// Whom a task is for.
#[derive(Deserialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "`to` must be `\"all\"`, `{\"connection_tokens\": [\"...\"]}`, or `{\"client_project_id\": \"...\"}`"
)]
enum To {
    /// `"all"`: all active connections.
    All(All),
    /// Some of them.
    Part(Part),
}

/// All active connections.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum All {
    /// All active connections.
    All,
}

/// Some connections.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Part {
    /// These connections, at most 5,000.
    #[serde(default, deserialize_with = "present")]
    connection_tokens: Option<Vec<String>>,
    /// All active connections of this project.
    #[serde(default, deserialize_with = "present")]
    client_project_id: Option<String>,
    /// The deployment of the project, as `https://flows.example.com`.
    #[serde(default, deserialize_with = "present")]
    client_deployment: Option<String>,
}

/// A task that was taken.
#[derive(Serialize, JsonSchema)]
struct AcceptedTask {
    /// Its id.
    id: TaskId,
    /// The connection that it goes over.
    connection_token: ConnectionId,
    /// What became of it.
    state: TaskState,
}

/// A task that a project has sent.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Task")]
struct TaskView {
    /// Its id.
    id: TaskId,
    /// The connection that it goes over.
    connection_token: ConnectionId,
    /// Its type.
    #[serde(rename = "type")]
    task_type: String,
    /// What it says.
    payload: Payload,
    /// The task of the other side that it answers.
    reply_to: Option<String>,
    /// `pending` while it is still to be sent, or to be sent again; `delivered`, or `failed`.
    state: TaskState,
    /// Why it was not delivered, or not yet.
    problem: Option<String>,
    /// How often it was sent in vain.
    failed_attempts: u32,
    /// When it was made.
    created_at: Time,
}

impl From<SentTask> for TaskView {
    fn from(task: SentTask) -> Self {
        TaskView {
            id: task.id,
            connection_token: task.connection,
            task_type: task.task_type,
            payload: task.payload,
            reply_to: task.answers,
            state: task.state,
            problem: task.problem,
            failed_attempts: task.failed,
            created_at: task.created_at,
        }
    }
}

/// A task whose reply is not waited for any more.
#[derive(Serialize, JsonSchema)]
struct CancelledTask {
    /// Its id.
    id: String,
    /// The run that sent it.
    run_id: RunId,
    /// When the wait ended.
    ended_at: Option<Time>,
}

impl NewTask {
    /// Checks the fields, and puts together what is asked for.
    fn read(self, id: Option<TaskId>) -> Result<Asked> {
        if !is_valid_group(&self.task_type) {
            return Err(wrong("type", "is not a text of 1 to 64 characters"));
        }
        let mut payload = Payload::parse(self.payload.get().as_bytes())?;
        if !payload.value().is_object() {
            return Err(wrong("payload", "must be an object"));
        }
        if self.reply_to.as_ref().is_some_and(|task| task.is_empty() || task.len() > ID_BYTES) {
            return Err(wrong("reply_to", "is not the id of a task"));
        }
        let to = match self.to {
            Some(to) => to.read()?,
            None => {
                let mut value = payload.value().clone();
                let name = value.as_object_mut().and_then(|fields| fields.shift_remove(CONNECTION_TOKEN));
                let Some(Value::String(name)) = name else {
                    return Err(wrong("payload.connection_token", "names no connection, and there is no `to`"));
                };
                payload = Payload::of(value)?;
                Recipients::OfPayload(name)
            }
        };
        let is_for_one = match &to {
            Recipients::OfPayload(_) => true,
            Recipients::Connections(names) => names.len() == 1,
            Recipients::Client(_) | Recipients::All => false,
        };
        if self.reply_to.is_some() && !is_for_one {
            return Err(wrong("reply_to", "is only for a task that goes over one connection"));
        }
        let (task_type, answers, created_at) = (self.task_type, self.reply_to.map(Answers::Task), Time::now());
        Ok(Asked { id, to, task_type, payload, answers, hop: 0, created_at })
    }
}

impl To {
    fn read(self) -> Result<Recipients> {
        match self {
            To::All(All::All) => Ok(Recipients::All),
            To::Part(Part { connection_tokens: Some(names), client_project_id: None, client_deployment: None }) => {
                match (1..=limits::TASK_CONNECTIONS).contains(&names.len()) {
                    true => Ok(Recipients::Connections(names)),
                    false => {
                        let must = format!("must have 1 to {} connections", limits::TASK_CONNECTIONS);
                        Err(wrong("to.connection_tokens", &must))
                    }
                }
            }
            To::Part(Part { connection_tokens: None, client_project_id: Some(project), client_deployment }) => {
                let field = if client_deployment.is_some() { "to.client_deployment" } else { "to.client_project_id" };
                let client = ClientName::new(project, client_deployment.as_deref());
                Ok(Recipients::Client(client.map_err(|_| wrong(field, "names no project of a deployment"))?))
            }
            To::Part(_) => Err(wrong("to", "has neither `connection_tokens` alone, nor `client_project_id`")),
        }
    }
}

fn wrong(field: &str, what: &str) -> crate::error::ApiError {
    let remedy = "Correct this field; /openapi.json shows what is taken here. Nothing was sent.";
    let error = Error::new(Kind::Unprocessable, "invalid_task", format!("`{field}` {what}."), remedy);
    error.with_meta(json!({"field": field})).into()
}

async fn send(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    headers: HeaderMap,
    Json(input): Json<NewTask>,
) -> Result<impl IntoResponse> {
    let id = idempotency_key(&headers)?.map(|key| Asked::id_of_key(&project.id, &key));
    let sent = app.engine.send_tasks(&project.id, &input.read(id)?).await?;
    let accepted =
        sent.into_iter().map(|task| AcceptedTask { id: task.id, connection_token: task.connection, state: task.state });
    Ok((StatusCode::ACCEPTED, one(accepted.collect::<Vec<_>>())))
}

async fn cancel(
    State(app): State<App>,
    Extension(workflow): Extension<Workflow>,
    ids: Ids,
    _: Json<Nothing>,
) -> Result<impl IntoResponse> {
    let pending = app.engine.cancel_task(&workflow.id, ids.text("task")).await?;
    Ok(one(CancelledTask { id: pending.id.parts(), run_id: pending.id.run, ended_at: pending.ended_at }))
}

async fn list(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(query): Extension<Query>,
) -> Result<impl IntoResponse> {
    let page = app.engine.store.tasks(&project.id, query.limit()?, query.cursor()?.as_ref()).await?;
    Ok(listed(cut(page, |task| task.payload.as_str().len(), task_place)?, TaskView::from))
}
