//! Rookery in a program: started on a folder, asked, stopped.

use futures::StreamExt;
use futures::stream::BoxStream;
use rookery_domain::{Error, Payload, ProjectId};
use rookery_local::Runner;
use rookery_operations::{CreatedAgent, Operations};
use rookery_sessions::ports::{DispatchAsk, Dispatched, Frame, OpError, OpErrorKind, PromptAsk, Prompts, Reply};
use rookery_store::SessionNames;
use serde::Serialize;
use serde_json::Value;
use std::net::SocketAddr;
use std::path::Path;

/// A Rookery on this machine, which runs in this process.
pub struct Rookery {
    runner: Runner,
    operations: Operations,
    project: ProjectId,
}

impl Rookery {
    /// Starts it on a folder, which is made if it does not exist, with these agents. Its HTTP API is at [`Rookery::address`].
    pub async fn start(folder: impl AsRef<Path>, agents: impl IntoIterator<Item = CreatedAgent>) -> anyhow::Result<Self> {
        let runner = Runner::start_with(rookery_local::cli::Args::on(folder.as_ref())?, agents.into_iter().collect()).await?;
        let (operations, project) = (runner.operations().clone(), runner.default_project().await?);
        Ok(Rookery { runner, operations, project })
    }

    /// Where its HTTP API is.
    pub fn address(&self) -> SocketAddr {
        self.runner.address()
    }

    /// Finishes what is under way, and ends. What is not done goes on at the next start on the same folder.
    pub async fn stop(self) {
        self.runner.stop().await;
    }
}

/// An instance of an agent.
#[derive(Clone)]
pub struct Harness {
    operations: Operations,
    project: ProjectId,
    agent: String,
    instance: String,
}

/// A conversation with an instance of an agent.
#[derive(Clone)]
pub struct Session {
    harness: Harness,
    name: String,
}

/// The instance of an agent with this id.
pub fn init_agent(rookery: &Rookery, agent: &CreatedAgent, id: impl Into<String>) -> Harness {
    let (operations, project) = (rookery.operations.clone(), rookery.project.clone());
    Harness { operations, project, agent: agent.name().to_owned(), instance: id.into() }
}

/// Gives an instance something to do in its turn: a text, or what becomes JSON. Once this returns, it is done, whoever dies.
pub async fn dispatch(
    rookery: &Rookery,
    agent: &CreatedAgent,
    id: impl Into<String>,
    session: impl Into<String>,
    input: impl Serialize,
) -> Result<Dispatched, OpError> {
    init_agent(rookery, agent, id).session(session).dispatch(input).await
}

impl Harness {
    /// The session with this name.
    pub fn session(&self, name: impl Into<String>) -> Session {
        Session { harness: self.clone(), name: name.into() }
    }
}

impl Session {
    /// Asks, and waits for the answer.
    pub async fn prompt(&self, message: impl Into<String>) -> Result<Reply, OpError> {
        let mut frames = self.stream(message).await?;
        while let Some(frame) = frames.next().await {
            match frame {
                Frame::End(reply) => return Ok(reply),
                Frame::Error(error) => return Err(error),
                Frame::Start | Frame::Delta(_) | Frame::ToolStart(_) | Frame::ToolEnd { .. } => {}
            }
        }
        Err(Error::internal("the frames of an operation have no end").into())
    }

    /// Asks, and gives the answer while it comes. Whoever drops the frames does not stop the agent.
    pub async fn stream(&self, message: impl Into<String>) -> Result<BoxStream<'static, Frame>, OpError> {
        let (project, names) = self.place();
        let ask = PromptAsk { project, names, message: message.into(), on_busy: None, key: None };
        Ok(self.harness.operations.prompt(ask).await?.frames)
    }

    /// Gives the agent something to do in its turn; see [`dispatch`].
    pub async fn dispatch(&self, input: impl Serialize) -> Result<Dispatched, OpError> {
        let input = serde_json::to_value(input).map_err(|error| {
            let message = format!("The input cannot be written as JSON: {error}.");
            OpError { kind: OpErrorKind::Invalid, ..Error::invalid(message, "Give something that can be.").into() }
        })?;
        let message = match &input {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let (project, names) = self.place();
        let payload = Some(Payload::of(input).map_err(OpError::from)?);
        self.harness.operations.dispatch(DispatchAsk { project, names, message, payload, key: None }).await
    }

    fn place(&self) -> (ProjectId, SessionNames) {
        let Harness { project, agent, instance, .. } = self.harness.clone();
        (project, SessionNames { agent, instance, session: self.name.clone() })
    }
}
