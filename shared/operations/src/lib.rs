//! The work on sessions of persistent agents: whoever is woken for a session calls the model for what is asked of it, step by step, and
//! stores each step before the next.
//!
//! | To know | Begin with |
//! |---|---|
//! | what a message of the queue `agents` leads to | [`Operator`], in `queue.rs` |
//! | how prompts and dispatches come in | `prompts.rs`, which implements `rookery_sessions::ports` |
//! | how a prompt is done for a caller who waits | `inline.rs`, and `frames.rs` for what they see |
//! | how an operation is done | `runner.rs`, then `step.rs` |
//! | what is done while a provider is down | `later.rs` |
//! | when a session expires | `expire.rs` |
//! | what a model is told | `context.rs` |
//! | how a program defines agents of its own | [`create_agent`], in `coded.rs` |
//! | what a model may ask for, and when it is done | [`define_tool`], then `tools/run.rs` |
//! | which key opens a provider | `keys.rs` |
//!
//! What is to be done next is decided in `rookery_sessions`, by the log alone. No HTTP of callers is known here.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod at_work;
mod coded;
mod context;
mod expire;
mod frames;
mod inline;
mod keys;
mod later;
mod prompts;
mod queue;
mod runner;
mod step;
mod tools;

pub use coded::{AgentConfig, AgentContext, AgentProfile, CreatedAgent, create_agent, define_agent_profile};
pub use queue::Operator;
pub use tools::{Tool, ToolContext, ToolFailure, Tools, define_tool};

use at_work::AtWork;
use rookery_domain::{ProjectId, random_token};
use rookery_models::{Models, Providers};
use rookery_queue::Producer;
use rookery_sessions::Sessions;
use rookery_sessions::definition::Definitions;
use rookery_sessions::ports::Workflows;
use rookery_store::Store;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio_util::task::TaskTracker;

/// What work on sessions needs. Cheap to clone.
#[derive(Clone)]
pub struct Operations {
    store: Store,
    producer: Producer,
    sessions: Sessions,
    definitions: Definitions,
    models: Models,
    tools: Tools,
    /// The agents that the program defines, by project and name.
    agents: Arc<BTreeMap<(ProjectId, String), CreatedAgent>>,
    /// The workflows whose cells ask, if this process can put events on them.
    workflows: Option<Arc<dyn Workflows>>,
    /// The operator's keys.
    providers: Arc<Providers>,
    /// The name of this life of the process: no other has it.
    by: Arc<str>,
    at_work: Arc<AtWork>,
    /// What callers of this process wait for.
    tasks: TaskTracker,
    /// No other process lives, so whoever has another name is dead.
    is_alone: bool,
}

impl Operations {
    /// The work on the sessions of a table, for agents with these definitions, by these models. All of a process have the same sessions.
    pub fn new(sessions: Sessions, definitions: Definitions, models: Models, providers: Arc<Providers>) -> Self {
        let (store, producer) = (sessions.store().clone(), sessions.producer().clone());
        let (by, at_work, tasks, tools) = (random_token(12).into(), Arc::default(), TaskTracker::new(), Tools::default());
        let (agents, workflows, is_alone) = (Arc::default(), None, false);
        Operations {
            store,
            producer,
            sessions,
            definitions,
            models,
            tools,
            agents,
            workflows,
            providers,
            by,
            at_work,
            tasks,
            is_alone,
        }
    }

    /// The same work, whose agents may put events on the workflows that ask them.
    #[must_use]
    pub fn with_workflows(self, workflows: Arc<dyn Workflows>) -> Self {
        Operations { workflows: Some(workflows), ..self }
    }

    /// The same work, for a process that is the only one on its table: what another life began is taken over at once. Where that is wrong,
    /// models are called twice, and no harm is done.
    #[must_use]
    pub fn alone(self) -> Self {
        Operations { is_alone: true, ..self }
    }

    /// The same work, with these tools.
    #[must_use]
    pub fn with_tools(self, tools: Tools) -> Self {
        Operations { tools, ..self }
    }

    /// The definitions of agents.
    pub fn definitions(&self) -> &Definitions {
        &self.definitions
    }

    /// The sessions: to admit operations, and to read logs.
    pub fn sessions(&self) -> &Sessions {
        &self.sessions
    }
}
