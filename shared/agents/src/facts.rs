//! What an agent tells about itself, once, when it is built. Code that needs to know something of an agent reads it here, and
//! asks for no type.

use crate::AgentType;
use crate::collections::{Listens, NamedList};
use crate::schedule::Schedule;
use crate::verify::HookSecret;
use rookery_domain::{AgentName, Published, limits};
use std::collections::BTreeSet;

/// Facts about a built agent that never change: they follow from its type and its options.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The groups of the agent's events, besides `on_error`, which every agent has.
    pub groups: Vec<String>,
    /// The credentials that the options name.
    pub credentials: Vec<CredentialUse>,
    /// When the agent is due to be checked.
    pub schedule: Option<Schedule>,
    /// How long the agent's events are kept, in milliseconds. Every agent has this option, and types leave it alone.
    pub keep_events_ms: i64,
    /// How often a delivery is tried again after a failure that may pass.
    pub retries: u32,
    /// The base URL of the external agent that this agent asks.
    pub endpoint: Option<String>,
    /// The persistent agent of the project that this agent asks.
    pub persistent_agent: Option<AgentName>,
    /// The agent asks a person.
    pub asks_person: bool,
    /// The secret that verifies requests to the agent's hook.
    pub hook_secret: Option<HookSecret>,
    /// How many published items the agent's feed shows.
    pub feed_items: usize,
    /// Problems that are refused only when a workflow is saved, by field of the config. The agent is built all the same, since it
    /// may have been saved before these problems were refused.
    pub at_save: Vec<(String, String)>,
    /// What is told when a workflow is saved, by field of the config, and keeps nothing from running.
    pub warnings: Vec<(String, String)>,
    /// The agent computes what it emits from the event and its options alone: it has no memory, waits for nothing and asks nothing of the
    /// world outside. The deliveries of such agents are stored together.
    pub only_computes: bool,
    /// Set if callers elsewhere may ask this agent, over the protocol of external agents.
    pub served: Option<Served>,
    /// Whoever calls the workflow by its name calls this agent, if it is the first such agent of the workflow.
    pub takes_calls: bool,
    /// Set if the agent is an entry point that others may use.
    pub published: Option<Published>,
    /// The entry point that this agent uses.
    pub uses: Option<EntryPointAt>,
    /// What the agent is told of the project's records, if it is a trigger that is.
    pub listens: Option<Listens>,
    /// The list of records that the agent names.
    pub list: Option<NamedList>,
    /// The agent's events also have the type of a task as a group, which whoever sends the task chooses.
    pub has_task_types: bool,
    /// The agent checks each agent that it controls, whatever the event: so each must be one that can be checked.
    pub runs_targets: bool,
    /// The variable under which the agents that it controls see what it remembers.
    pub store_variable: Option<String>,
    /// What the agent is expected to do. Every agent has these options, and types leave them alone.
    pub expected: Expected,
}

/// How often an agent is expected to do something, in days. Nothing that runs depends on it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Expected {
    /// In which time it emits an event.
    pub update_days: Option<f64>,
    /// In which time it receives one.
    pub receive_days: Option<f64>,
}

/// Where an entry point is, as the options of an agent name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryPointAt {
    /// The address of tasks of its deployment, without a slash at its end; none for this deployment.
    pub tasks_url: Option<String>,
    /// The project that provides it.
    pub project: String,
    /// Its id.
    pub entry_point: String,
}

/// A credential that an agent's options name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialUse {
    /// The field of the config that names the credential, as a dotted path.
    pub field: String,
    /// The credential's name.
    pub name: String,
}

impl CredentialUse {
    /// The uses of the credentials that one field names.
    pub fn of<'a>(field: &str, names: impl IntoIterator<Item = &'a String>) -> Vec<Self> {
        names.into_iter().map(|name| CredentialUse { field: field.to_owned(), name: name.clone() }).collect()
    }

    /// The names of the credentials, each once.
    pub(crate) fn names(uses: &[Self]) -> Vec<String> {
        uses.iter().map(|used| used.name.clone()).collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// An agent that callers elsewhere may ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// The name by which callers ask for the agent; without one, the cell's name.
    pub name: Option<String>,
}

impl Facts {
    /// Whether the agent asks somebody who answers later.
    pub fn asks(&self) -> bool {
        self.endpoint.is_some() || self.persistent_agent.is_some() || self.asks_person || self.uses.is_some()
    }

    /// The facts of every agent of a type, unless its options say otherwise.
    pub fn of<T: AgentType>() -> Self {
        Facts {
            groups: T::GROUPS.iter().map(|group| (*group).to_owned()).collect(),
            credentials: Vec::new(),
            schedule: None,
            keep_events_ms: limits::KEEP_EVENTS_SECONDS * 1000,
            retries: limits::RETRY_MS.len() as u32,
            endpoint: None,
            persistent_agent: None,
            asks_person: false,
            hook_secret: None,
            feed_items: 0,
            at_save: Vec::new(),
            warnings: Vec::new(),
            only_computes: false,
            served: None,
            takes_calls: false,
            published: None,
            uses: None,
            listens: None,
            store_variable: None,
            list: None,
            has_task_types: false,
            runs_targets: false,
            expected: Expected::default(),
        }
    }
}
