//! What those who take requests know of those who work on sessions: whoever holds a `dyn Prompts` can have an agent asked, and links no
//! model. What needs no model ([`Sessions`]: to follow, abort, cancel, list and read) is reached by it as well, since a process has one.

use crate::Sessions;
use crate::ask::CellAsk;
use crate::definition::{Definitions, OnBusy};
use crate::entry::{EndError, EndState, NoAnswer};
use async_trait::async_trait;
use futures::stream::BoxStream;
use rookery_domain::{
    Cost, Error, EventId, Kind, OperationAt, Payload, ProjectId, SessionAt, Stop, Time, ToolCall, ToolResult, Usage,
};
use rookery_store::SessionNames;

/// The work on sessions, as those who take requests see it.
#[async_trait]
pub trait Prompts: Send + Sync {
    /// Asks an agent, and gives its answer while it comes. Whoever drops the frames does not stop the operation. Errors before the operation
    /// has its place: `NotFound` for the agent, `Invalid`, `Busy`, `Full`, `Conflict`, `Internal`. All that happens afterwards is a frame.
    async fn prompt(&self, ask: PromptAsk) -> Result<Running, OpError>;

    /// Takes something to be done in its turn: once this returns, it is done whoever dies. Also for a prompt whose caller does not wait.
    /// Errors: as for a prompt, but for `Busy`.
    async fn dispatch(&self, ask: DispatchAsk) -> Result<Dispatched, OpError>;

    /// The sessions of this process.
    fn sessions(&self) -> &Sessions;

    /// The definitions of agents. Whether an agent may be reached from outside (`triggers`) is for the caller to look at.
    fn definitions(&self) -> &Definitions;
}

/// The workflows, as the work on sessions sees them.
#[async_trait]
pub trait Workflows: Send + Sync {
    /// Puts an event on the workflow whose delivery waits for an operation, as one of the cell that asked. The same call puts it there
    /// once. Errors: 409 when the delivery waits no more, or has as many such events as it may.
    async fn emit(&self, cell: &CellAsk, call: &str, payload: Payload) -> Result<EventId, Error>;
}

/// A prompt.
#[derive(Clone, Debug)]
pub struct PromptAsk {
    /// The project.
    pub project: ProjectId,
    /// The agent, the instance and the session.
    pub names: SessionNames,
    /// The question: not empty, at most [`rookery_domain::limits::MESSAGE_BYTES`].
    pub message: String,
    /// What to do when the session is busy, if that is not as the agent's definition says.
    pub on_busy: Option<OnBusy>,
    /// The idempotency key: who asks the same with it again follows the operation that is there.
    pub key: Option<String>,
}

/// Something to be done in its turn.
#[derive(Clone, Debug)]
pub struct DispatchAsk {
    /// The project.
    pub project: ProjectId,
    /// The agent, the instance and the session.
    pub names: SessionNames,
    /// The question: not empty, at most [`rookery_domain::limits::MESSAGE_BYTES`].
    pub message: String,
    /// The input as JSON, which the instructions see; none for a prompt whose caller does not wait.
    pub payload: Option<Payload>,
    /// The idempotency key: who asks the same with it again gets the operation that is there.
    pub key: Option<String>,
}

/// An operation at work, or in the line.
pub struct Running {
    /// The operation. Its run id tells where to find it later.
    pub operation: OperationAt,
    /// What happens. `Start` comes first, `End` or `Error` last; of these two, exactly one.
    pub frames: BoxStream<'static, Frame>,
}

/// Something that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispatched {
    /// The operation.
    pub operation: OperationAt,
    /// The id that its sender is told: `dispatch_`, then 32 hex digits.
    pub id: String,
    /// When it was taken.
    pub at: Time,
}

/// What the caller of a prompt sees.
#[derive(Clone, Debug, PartialEq)]
pub enum Frame {
    /// It was taken.
    Start,
    /// More of the text.
    Delta(String),
    /// A tool begins.
    ToolStart(ToolCall),
    /// A tool is done.
    ToolEnd {
        /// The call.
        call: ToolCall,
        /// What came of it.
        result: ToolResult,
    },
    /// The answer. Nothing follows.
    End(Reply),
    /// There is none. Nothing follows.
    Error(OpError),
}

/// An agent's answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// Its text.
    pub text: String,
    /// What all calls of models took together.
    pub usage: Usage,
    /// What that costs; none for a model whose prices are not known.
    pub cost: Option<Cost>,
    /// The model of the last answer, as `provider/name`.
    pub model: String,
    /// Why the model ended it.
    pub stop: Stop,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpError {
    /// Who has to act.
    pub kind: OpErrorKind,
    /// A code in snake case that may say more than the kind: `provider_refused`, `too_many_steps`.
    pub code: String,
    /// One sentence that names what is wrong.
    pub message: String,
    /// What the caller can do about it; may be empty.
    pub details: String,
    /// What the provider of the model said, for those who may see the agent's definition. No keys are in it.
    pub dev: Option<String>,
    /// After how many seconds to come again.
    pub retry_after_s: Option<u64>,
}

/// The kinds of errors of operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpErrorKind {
    /// 409: the session works on something else.
    Busy,
    /// 409: somebody ended the operation.
    Aborted,
    /// 502: the model gave no answer.
    Model,
    /// 503: the model gave no answer, and its provider said when to come again.
    ModelUnavailable,
    /// The deadline passed, or the operation waited too long.
    Expired,
    /// The operation ended for a reason of its own: too many steps, an answer that is too large.
    Failed,
    /// 400: it cannot be asked so.
    Invalid,
    /// 404: there is no such agent.
    NotFound,
    /// 409: the session is being deleted.
    Closed,
    /// 409: the idempotency key came before, with another body.
    Conflict,
    /// 503: too many operations wait.
    Full,
    /// 500 or 503: our fault. The cause is in the log.
    Internal,
}

impl From<Error> for OpError {
    fn from(error: Error) -> Self {
        use OpErrorKind as Is;
        let kind = match error.code {
            "session_busy" => Is::Busy,
            "session_full" => Is::Full,
            "session_closing" => Is::Closed,
            "idempotency_conflict" => Is::Conflict,
            _ => match error.kind {
                Kind::NotFound => Is::NotFound,
                Kind::Invalid | Kind::Unprocessable | Kind::TooLarge => Is::Invalid,
                _ => Is::Internal,
            },
        };
        if let Some(cause) = error.cause() {
            tracing::error!(%cause, "an operation failed");
        }
        let retry_after_s = error.retry_after_seconds();
        let (code, message, details) = (error.code.to_owned(), error.message, error.details);
        OpError { kind, code, message, details, dev: None, retry_after_s }
    }
}

impl OpError {
    /// Why an operation has no answer, by how it ended.
    pub fn of_end(state: EndState, error: Option<&EndError>) -> Self {
        let model = error.and_then(|error| error.model.as_ref());
        let retry_after_s = model.and_then(|model| model.retry_after_s);
        let kind = match (state, model) {
            (EndState::Aborted | EndState::Cancelled, _) => OpErrorKind::Aborted,
            (EndState::Expired, _) => OpErrorKind::Expired,
            (EndState::Failed, Some(_)) if retry_after_s.is_some() => OpErrorKind::ModelUnavailable,
            (EndState::Failed, Some(_)) => OpErrorKind::Model,
            (EndState::Failed, None) => OpErrorKind::Failed,
        };
        let code = error.map_or(state.as_str(), |error| &error.code).to_owned();
        let message = error.map_or_else(|| "It ended without an answer.".to_owned(), |error| error.message.clone());
        OpError { kind, code, message, details: String::new(), dev: model.and_then(NoAnswer::told), retry_after_s }
    }
}

impl std::fmt::Display for OpError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {} {}", self.code, self.message, self.details)
    }
}

impl std::error::Error for OpError {}

impl PromptAsk {
    /// Where the session is.
    pub fn at(&self) -> SessionAt {
        SessionAt { project: self.project.clone(), key: self.names.key() }
    }
}

impl DispatchAsk {
    /// Where the session is.
    pub fn at(&self) -> SessionAt {
        SessionAt { project: self.project.clone(), key: self.names.key() }
    }
}
