//! Prompts: a question to an instance of an agent, whose caller waits for the answer, whole or while it comes.

use super::body::{DEFAULT, Fields};
use super::error::{FlueError, Result};
use super::frames::{self, HEARTBEAT};
use super::{accepted, listing, name_of, nobody_waits, run_id_header, streams, workflows};
use crate::App;
use crate::auth::Caller;
use crate::events::idempotency_key;
use crate::ids::Ids;
use axum::extract::{FromRequest, Request, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use futures::{Stream, StreamExt};
use rookery_domain::{Args, Error, PaidUsage, ToolCall};
use rookery_sessions::definition::Definition;
use rookery_sessions::ports::{DispatchAsk, Frame, OpError, PromptAsk, Reply, Running};
use rookery_store::{Project, SessionNames};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// The body of a prompt: the message is `message` or `prompt`. All may be in an object `payload`.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "it documents a body that is read without it")]
pub(super) struct Message {
    /// The question.
    message: Option<String>,
    /// The question, by another name.
    prompt: Option<String>,
    /// The session; `default` if it is left out.
    session: Option<String>,
    /// All of this, wrapped.
    payload: Option<Map<String, Value>>,
}

/// The body of a prompt to the default agent.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "it documents a body that is read without it")]
pub(super) struct Prompt {
    /// The question.
    prompt: Option<String>,
    /// It, wrapped.
    payload: Option<Map<String, Value>>,
}

/// An answer.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "FlueReply")]
pub(super) struct Shown {
    /// What the agent says.
    text: String,
    /// Where it comes from.
    metadata: Value,
    /// What all calls of models took together.
    usage: PaidUsage,
    /// The model of the last answer.
    model: ShownModel,
}

/// A model.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "FlueModel")]
struct ShownModel {
    /// Its name, like `openai/gpt-5`.
    id: String,
}

/// An answer, wrapped.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "FlueResult")]
pub(super) struct Answered {
    /// The answer.
    result: Shown,
}

/// Whether the data of a frame also has its type.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Data {
    Typed,
    Plain,
}

/// `POST /agents/{name}/{id}`
pub(super) async fn ask(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(caller): Extension<Caller>,
    ids: Ids,
    request: Request,
) -> Result<Response> {
    let name = ids.text("name");
    if app.running(&project.id, name).await?.is_none() && app.engine.workflow_by_name(&project.id, name).await?.is_some() {
        return workflows::ask(&app, &project.id, caller, &ids, request).await;
    }
    let definition = app.reachable(&project.id, &caller, name).await?;
    let instance = name_of(ids.text("id"), "id of the agent")?;
    let headers = request.headers().clone();
    let fields = Fields::from_request(request, &()).await?;
    let (message, session) = (fields.question(&["message", "prompt"])?, fields.session()?);
    let names = SessionNames { agent: definition.name.to_string(), instance, session };
    let session_id = format!("{}:{}", names.instance, names.session);
    let ask = PromptAsk { project: project.id, names, message, on_busy: None, key: idempotency_key(&headers)? };
    if nobody_waits(&headers) {
        return accept(&app, &caller, ask).await;
    }
    let prompt = Asked::ask(&app, &caller, &definition, ask).await?;
    match streams(&headers) {
        true => prompt.stream(session_id, Data::Typed).await,
        false => {
            let run_id = prompt.run_id();
            let result = prompt.whole().await?;
            Ok((run_id_header(&run_id), Json(Answered { result })).into_response())
        }
    }
}

/// `POST /prompt/{session}`
pub(super) async fn ask_default(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(caller): Extension<Caller>,
    ids: Ids,
    request: Request,
) -> Result<Response> {
    let prompt = Asked::ask_default(&app, project, &caller, ids.text("session"), request).await?;
    let run_id = prompt.run_id();
    Ok((run_id_header(&run_id), Json(prompt.whole().await?)).into_response())
}

/// `POST /prompt/{session}/events`
pub(super) async fn stream_default(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(caller): Extension<Caller>,
    ids: Ids,
    request: Request,
) -> Result<Response> {
    let session = ids.text("session");
    Asked::ask_default(&app, project, &caller, session, request).await?.stream(session.to_owned(), Data::Plain).await
}

/// Takes a prompt whose caller does not wait.
async fn accept(app: &App, caller: &Caller, ask: PromptAsk) -> Result<Response> {
    let PromptAsk { project, names, message, key, .. } = ask;
    let ask = DispatchAsk { project, names, message, payload: None, key };
    let taken = app.prompts()?.dispatch(ask).await.map_err(|error| seen_by(caller, error.into()))?;
    Ok(accepted(&taken.operation.run_id()))
}

/// An error, as this caller may see it.
pub(super) fn seen_by(caller: &Caller, error: FlueError) -> FlueError {
    if caller.may_see() { error } else { error.without_dev() }
}

/// A prompt under way.
struct Asked {
    running: Running,
    caller: Caller,
    agent: String,
}

impl Asked {
    async fn ask(app: &App, caller: &Caller, definition: &Definition, ask: PromptAsk) -> Result<Self> {
        let running = app.prompts()?.prompt(ask).await.map_err(|error| seen_by(caller, error.into()))?;
        Ok(Asked { running, caller: caller.clone(), agent: definition.name.to_string() })
    }

    /// Asks the agent named `default`, or the only one that there is.
    async fn ask_default(app: &App, project: Project, caller: &Caller, session: &str, request: Request) -> Result<Self> {
        let definition = listing::default_agent(app, &project, caller).await?;
        let names = SessionNames {
            agent: definition.name.to_string(),
            instance: DEFAULT.to_owned(),
            session: name_of(session, "name of the session")?,
        };
        let key = idempotency_key(request.headers())?;
        let message = Fields::from_request(request, &()).await?.question(&["prompt", "message"])?;
        let ask = PromptAsk { project: project.id, names, message, on_busy: None, key };
        Asked::ask(app, caller, &definition, ask).await
    }

    fn run_id(&self) -> String {
        self.running.operation.run_id()
    }

    /// The end of the run, as the caller may see it.
    fn error(&self, error: OpError) -> FlueError {
        seen_by(&self.caller, FlueError::from(error).of_run(&self.run_id()))
    }

    /// The whole answer, once it is there.
    async fn whole(mut self) -> Result<Shown> {
        while let Some(frame) = self.running.frames.next().await {
            match frame {
                Frame::End(reply) => return Ok(self.shown(reply)),
                Frame::Error(error) => return Err(self.error(error)),
                _ => {}
            }
        }
        Err(no_end())
    }

    /// The answer while it comes. What goes wrong before anything is there is an answer of its own.
    async fn stream(mut self, session_id: String, data: Data) -> Result<Response> {
        let first = match tokio::time::timeout(HEARTBEAT, self.running.frames.next()).await {
            Ok(Some(Frame::Error(error))) => return Err(self.error(error)),
            Ok(Some(frame)) => Some(frame),
            Ok(None) => return Err(no_end()),
            Err(_) => None, // It waits for its turn; the caller is kept with heartbeats.
        };
        let run_id = self.run_id();
        let mut response = frames::answer(self.frames(first, session_id, data));
        response.headers_mut().extend(run_id_header(&run_id).map(|(name, value)| (Some(name), value)));
        Ok(response)
    }

    /// The frames as texts. Nothing follows the end.
    fn frames(self, first: Option<Frame>, session_id: String, data: Data) -> impl Stream<Item = String> + Send + 'static {
        futures::stream::unfold(Some((self, first, session_id, data)), async |state| {
            let (mut asked, first, session_id, data) = state?;
            let frame = match first {
                Some(frame) => Some(frame),
                None => asked.running.frames.next().await,
            };
            let Some(frame) = frame else { return Some((frames::error_frame(&no_end()), None)) };
            let is_last = matches!(frame, Frame::End(_) | Frame::Error(_));
            let text = asked.text(frame, &session_id, data);
            Some((text, (!is_last).then_some((asked, None, session_id, data))))
        })
    }

    fn text(&self, frame: Frame, session_id: &str, data: Data) -> String {
        let (event, fields) = match frame {
            Frame::Error(error) => return frames::error_frame(&self.error(error)),
            Frame::Start => ("start", json!({"session_id": session_id})),
            Frame::Delta(text) => ("delta", json!({"text": text})),
            Frame::ToolStart(call) => ("tool_start", json!({"toolName": call.name, "toolCallId": call.id, "args": args(&call)})),
            Frame::ToolEnd { call, result } => (
                "tool_end",
                json!({"toolName": call.name, "toolCallId": call.id, "isError": result.is_error, "result": result.text}),
            ),
            Frame::End(reply) => {
                let Shown { text, metadata, .. } = self.shown(reply);
                ("end", json!({"text": text, "metadata": metadata}))
            }
        };
        let mut all = json!({});
        if data == Data::Typed {
            all["type"] = event.into();
        }
        if let (Value::Object(all), Value::Object(fields)) = (&mut all, fields) {
            all.extend(fields);
        }
        frames::frame(None, event, &all)
    }

    fn shown(&self, reply: Reply) -> Shown {
        shown(reply, &self.agent, &self.run_id())
    }
}

/// An answer of an agent, in a run.
pub(super) fn shown(reply: Reply, agent: &str, run_id: &str) -> Shown {
    let mut metadata = json!({"harness": "rookery", "model": reply.model, "agent": agent, "run_id": run_id});
    if reply.cost.is_none() {
        metadata["cost_known"] = false.into();
    }
    if let Some(stop) = reply.stop.cut() {
        metadata["stop"] = json!(stop);
    }
    Shown {
        text: reply.text,
        metadata,
        usage: PaidUsage { tokens: reply.usage, cost: reply.cost.unwrap_or_default() },
        model: ShownModel { id: reply.model },
    }
}

fn args(call: &ToolCall) -> Value {
    match &call.args {
        Args::Json(payload) => payload.value().clone(),
        Args::Malformed(text) => text.as_str().into(),
    }
}

fn no_end() -> FlueError {
    Error::internal("the frames of a prompt have no end").into()
}
