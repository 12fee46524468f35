//! How prompts and dispatches come in: they are judged, get their place in the order of their session, and are done here or behind the
//! queue.

use crate::Operations;
use crate::frames::Frames;
use async_trait::async_trait;
use rookery_domain::{AgentName, Error, Kind, OperationAt, Payload, ProjectId, Result, SessionAt, Time, hashed_uuid, limits};
use rookery_sessions::Sessions;
use rookery_sessions::admit::{Admit, Admitted};
use rookery_sessions::ask::{Ask, Source};
use rookery_sessions::cell::DISPATCH_MS;
use rookery_sessions::definition::{Definition, Definitions, OnBusy, agent_not_found};
use rookery_sessions::follow::Writer;
use rookery_sessions::ports::{DispatchAsk, Dispatched, OpError, PromptAsk, Prompts, Running};
use rookery_store::{Asked, SessionNames};
use std::sync::Arc;

/// Until when others may rely on it that this process begins a prompt that it admitted.
const BEGINS_MS: i64 = 30_000;
/// How long a prompt may run, in milliseconds, unless its agent's definition says.
const PROMPT_MS: i64 = 600_000;
/// How long anything may wait for its turn, in milliseconds.
const WAIT_MS: i64 = 24 * 3600 * 1000;

#[async_trait]
impl Prompts for Operations {
    async fn prompt(&self, ask: PromptAsk) -> Result<Running, OpError> {
        let operations = self.clone();
        self.whole(async move { operations.take_prompt(ask).await }).await
    }

    async fn dispatch(&self, ask: DispatchAsk) -> Result<Dispatched, OpError> {
        let operations = self.clone();
        self.whole(async move { operations.take_dispatch(ask).await }).await
    }

    fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    fn definitions(&self) -> &Definitions {
        &self.definitions
    }
}

impl Operations {
    /// Does all of something, even if the caller leaves in the middle: what has its place is begun.
    async fn whole<T: Send + 'static>(&self, work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T, OpError> {
        let done = self.tasks.spawn(work).await.map_err(Error::internal)?;
        done.map_err(OpError::from)
    }

    async fn take_prompt(&self, ask: PromptAsk) -> Result<Running> {
        let definition = self.asked_agent(&ask.project, &ask.names, &ask.message, None).await?;
        let on_busy = ask.on_busy.unwrap_or(definition.on_busy);
        let (at, hash) = (ask.at(), hash(&ask.message, None));
        let asked = asks(&ask.message, None, Source::Prompt, PROMPT_MS);
        let key = ask.key.as_deref().map(|key| Asked { key, hash: &hash });
        let here = Some((&*self.by, Time::now().plus(BEGINS_MS)));
        let admit = |only_if_free| Admit { at: &at, names: &ask.names, ask: &asked, key, here, only_if_free };
        let mut admitted = self.sessions.admit(&admit(on_busy != OnBusy::Queue)).await;
        if on_busy == OnBusy::Interrupt && admitted.as_ref().is_err_and(|error| error.code == "session_busy") {
            self.sessions.interrupt(&at).await?;
            admitted = self.sessions.admit(&admit(false)).await;
        }
        Ok(match admitted? {
            Admitted::New { operation, after, before: 0, .. } => {
                let frames = Frames::listen(&self.sessions, &operation, after, Writer::Here);
                let worker = self.spawn(&operation);
                Running { operation, frames: frames.stream(Some(worker)) }
            }
            Admitted::New { operation, after, .. } => {
                let frames = Frames::listen(&self.sessions, &operation, after, Writer::Anybody);
                self.wake(&operation).await;
                Running { operation, frames: frames.stream(None) }
            }
            Admitted::Same(operation) => {
                let after = self.stored(&operation).await?.after;
                let frames = Frames::listen(&self.sessions, &operation, after, Writer::Anybody).stream(None);
                Running { operation, frames }
            }
        })
    }

    async fn take_dispatch(&self, ask: DispatchAsk) -> Result<Dispatched> {
        self.asked_agent(&ask.project, &ask.names, &ask.message, ask.payload.as_ref()).await?;
        let (at, hash) = (ask.at(), hash(&ask.message, ask.payload.as_ref()));
        let asked = asks(&ask.message, ask.payload, Source::Dispatch, DISPATCH_MS);
        let key = ask.key.as_deref().map(|key| Asked { key, hash: &hash });
        let admit = Admit { at: &at, names: &ask.names, ask: &asked, key, here: None, only_if_free: false };
        let (operation, at) = match self.sessions.admit(&admit).await? {
            Admitted::New { operation, at, .. } => {
                self.wake(&operation).await;
                (operation, at)
            }
            Admitted::Same(operation) => {
                let at = self.stored(&operation).await?.at;
                (operation, at)
            }
        };
        Ok(Dispatched { id: dispatch_id(&operation), operation, at })
    }

    /// The agent that is asked. Errors: 404 `agent_not_found`; 400 when it cannot be asked so.
    async fn asked_agent(
        &self,
        project: &ProjectId,
        names: &SessionNames,
        message: &str,
        payload: Option<&Payload>,
    ) -> Result<Arc<Definition>> {
        if message.trim().is_empty() {
            return Err(Error::invalid("The message is empty.", "Say something."));
        }
        if message.len() > limits::MESSAGE_BYTES {
            let most = limits::MESSAGE_BYTES;
            return Err(Error::new(
                Kind::TooLarge,
                "too_large",
                format!("The message has {} bytes; at most {most} are taken.", message.len()),
                "Ask for less at once.",
            ));
        }
        let agent: AgentName = names.agent.parse().map_err(|_| agent_not_found())?;
        let stored = self.definitions.running(project, &agent).await?;
        let (definition, _) = self.for_instance(project, stored, &names.instance, payload)?;
        if definition.behaviour.model().is_none() {
            let remedy = "Name one in its definition: `model: provider/name`.";
            return Err(Error::invalid("The agent has no model, so nothing can be asked of it.", remedy));
        }
        Ok(definition)
    }

    async fn stored(&self, operation: &OperationAt) -> Result<rookery_store::Operation> {
        self.store.operation(operation).await?.ok_or_else(|| Error::not_found("operation"))
    }
}

fn asks(message: &str, payload: Option<Payload>, source: Source, run_ms: i64) -> Ask {
    Ask { message: message.to_owned(), payload, source, run_ms, wait_until: Time::now().plus(WAIT_MS) }
}

/// What is the same when the same is asked.
fn hash(message: &str, payload: Option<&Payload>) -> String {
    let payload = payload.map_or(&b""[..], |payload| payload.as_str().as_bytes());
    hashed_uuid(&[b"asked", message.as_bytes(), payload]).simple().to_string()
}

/// The id that the sender of a dispatch is told.
fn dispatch_id(operation: &OperationAt) -> String {
    let OperationAt { session: SessionAt { key, .. }, n } = operation;
    format!("dispatch_{}", hashed_uuid(&[b"dispatch", key.0.as_bytes(), &n.to_be_bytes()]).simple())
}
