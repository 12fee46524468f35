//! The trait that an agent type implements: one type, one file in `types/`.

use crate::{Accepted, AgentError, Answer, Context, Effects, Example, Facts, FeedRequest, HookRequest};
use rookery_domain::{Error, Kind as ErrorKind};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

/// What an agent is on the canvas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Starts a flow; receives no events.
    Trigger,
    /// Passes an event on, or ends it.
    Filter,
    /// Does something.
    Action,
}

/// The public address that an agent has, if any. Its last part is an unguessable token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address {
    /// `/hooks/{token}`: requests become events.
    Hook,
    /// `/feeds/{token}.json` and `.xml`: what was published is read.
    Feed,
}

/// Which memory a delivery reads and may write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MemoryUse {
    /// None: nothing is loaded.
    None,
    /// The agent's one memory.
    Agent,
    /// One of many, by this text: deliveries of other scopes never contend with it.
    Scope(String),
}

/// The problems found in a config: `(field, message)`, the field as a dotted path.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Problems {
    /// What no agent can be built of.
    pub errors: Vec<(String, String)>,
    /// What a save refuses, though an agent can be built: one that was saved before it was refused goes on.
    pub at_save: Vec<(String, String)>,
}

impl Problems {
    /// Notes a problem of a field; the message says the remedy.
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.errors.push((field.into(), message.into()));
    }

    /// Notes what a save refuses, though an agent can be built with it.
    pub fn add_at_save(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.at_save.push((field.into(), message.into()));
    }

    /// Keeps the value of a check, or notes its error under the field.
    pub fn take<T, E: std::fmt::Display>(&mut self, field: &str, result: Result<T, E>) -> Option<T> {
        result.map_err(|error| self.add(field, error.to_string())).ok()
    }
}

/// An agent type. The doc comment of its `Options` is its documentation, and those of the fields are its form's help.
///
/// An implementation is built once for a workflow version and shared by all its deliveries: it holds parsed options,
/// never state. State is [`Context::memory`].
pub trait AgentType: Send + Sync + Sized + 'static {
    /// Its name in a cell's `agent_type`, in snake case.
    const NAME: &'static str;
    /// What it is on the canvas.
    const KIND: Kind;
    /// Its name for people.
    const TITLE: &'static str;
    /// The groups that it emits, besides `on_error`, which every type has.
    const GROUPS: &'static [&'static str];
    /// Whether `check` does something: then the cell may have a `schedule`, and can be checked by hand.
    const CHECKS: bool = false;
    /// Its public address.
    const ADDRESS: Option<Address> = None;
    /// Its options as they stand in a cell's `config`. Unknown fields are refused.
    type Options: DeserializeOwned + JsonSchema;

    /// Validates the options and parses their templates. `None` when `problems` got one.
    fn new(options: Self::Options, problems: &mut Problems) -> Option<Self>;

    /// Events that show it at work; each is run as a test.
    fn examples() -> Vec<Example>;

    /// What it says of itself, asked once, after it was built: [`Facts::of`] with what its options change.
    fn facts(&self) -> Facts {
        Facts::of::<Self>()
    }

    /// Which memory this event needs.
    fn memory(&self, _cx: &Context<'_>) -> Result<MemoryUse, AgentError> {
        Ok(MemoryUse::None)
    }

    /// Handles an upstream event.
    fn receive(&self, _cx: &Context<'_>) -> impl Future<Output = Result<Effects, AgentError>> + Send {
        async { Err(AgentError::fail("cannot_receive", format!("`{}` starts a flow and receives no events.", Self::NAME))) }
    }

    /// Is called when its schedule is due.
    fn check(&self, _cx: &Context<'_>) -> impl Future<Output = Result<Effects, AgentError>> + Send {
        async { Err(AgentError::fail("cannot_check", format!("`{}` has nothing to check on a schedule.", Self::NAME))) }
    }

    /// Is called when a timer that it set with [`Effects::wake`] is due, with the same memory.
    fn timer(&self, _cx: &Context<'_>) -> impl Future<Output = Result<Effects, AgentError>> + Send {
        async { Ok(Effects::none()) }
    }

    /// Judges an inbound request: an event to accept, or the error to answer with.
    fn hook(&self, _request: &HookRequest, _secret: Option<&str>) -> Result<Accepted, Error> {
        Err(Error::new(ErrorKind::NotFound, "not_found", "There is no such hook.", "Copy the URL from the agent's `hook_url`."))
    }

    /// Writes the published items as a feed.
    fn feed(&self, _request: &FeedRequest<'_>) -> Result<Answer, Error> {
        Err(Error::new(ErrorKind::NotFound, "not_found", "There is no such feed.", "Copy the URL from the agent's `feed_url`."))
    }
}
