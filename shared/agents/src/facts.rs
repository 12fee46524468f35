//! What an agent says of itself, once, when it is built: who needs to know reads it here, and asks no type.

use crate::AgentType;
use crate::schedule::Schedule;
use crate::verify::HookSecret;
use rookery_domain::limits;

/// What is true of a built agent as long as it lives: of its type, and of its options.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The groups of its events, besides `on_error`, which every agent has.
    pub groups: Vec<String>,
    /// The credentials that its options name.
    pub credentials: Vec<String>,
    /// When it is due to be checked.
    pub schedule: Option<Schedule>,
    /// How long its events are kept, in milliseconds. An option of every agent: types leave it as it is.
    pub keep_events_ms: i64,
    /// How often a delivery is tried again after a failure that may pass.
    pub retries: u32,
    /// The base URL of the external agent that it asks.
    pub endpoint: Option<String>,
    /// What verifies requests to its hook.
    pub hook_secret: Option<HookSecret>,
    /// How many published items its feed shows.
    pub feed_items: usize,
    /// What is refused when a workflow is saved, by field of the config: the agent can be built all the same, since it may have been
    /// saved before that was refused.
    pub at_save: Vec<(String, String)>,
    /// Whether it takes requests of callers elsewhere, over the protocol of external agents.
    pub served: Option<Served>,
}

/// An agent that callers elsewhere may ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// The name by which it is called; its cell's name when there is none.
    pub name: Option<String>,
}

impl Facts {
    /// What is true of every agent of a type, unless its options say otherwise.
    pub fn of<T: AgentType>() -> Self {
        Facts {
            groups: T::GROUPS.iter().map(|group| (*group).to_owned()).collect(),
            credentials: Vec::new(),
            schedule: None,
            keep_events_ms: limits::KEEP_EVENTS_SECONDS * 1000,
            retries: limits::RETRY_MS.len() as u32,
            endpoint: None,
            hook_secret: None,
            feed_items: 0,
            at_save: Vec::new(),
            served: None,
        }
    }
}
