//! The trait that an agent type implements: one type, one file in `types/`.

use crate::huginn::Mapping;
use crate::template::{Noted, TemplateError, below};
use crate::{Accepted, AgentError, Answer, Context, Effects, Example, Facts, FeedRequest, HookRequest};
use rookery_domain::{Error, Kind as ErrorKind};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

/// What an agent is on the canvas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Starts a flow, and receives no events.
    Trigger,
    /// Lets an event pass, or ends it.
    Filter,
    /// Does something.
    Action,
}

/// The kind of public address that an agent has, if any. The address ends with an unguessable token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address {
    /// `/hooks/{token}`: requests become events.
    Hook,
    /// `/feeds/{token}.json` and `.xml`: where published items are read.
    Feed,
    /// `/pages/{token}`: a page that is made of published items.
    Page,
}

/// Which memory a delivery reads and may write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MemoryUse {
    /// No memory: nothing is loaded.
    None,
    /// The agent's only memory.
    Agent,
    /// The memory of the scope with this text: deliveries of other scopes do not compete for it.
    Scope(String),
}

/// The problems found in a config: `(field, message)`, the field as a dotted path.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Problems {
    /// Problems with which no agent can be built.
    pub errors: Vec<(String, String)>,
    /// Problems that only a save refuses: an agent that was saved before they were refused can still be built.
    pub at_save: Vec<(String, String)>,
    /// What is told when a workflow is saved, and keeps nothing from running.
    pub warnings: Vec<(String, String)>,
}

impl Problems {
    /// Notes a problem of a field; the message says how to mend it.
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.errors.push((field.into(), message.into()));
    }

    /// Notes a problem that only a save refuses.
    pub fn add_at_save(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.at_save.push((field.into(), message.into()));
    }

    /// Keeps the value of a check, or notes the error under the field.
    pub fn take<T, E: std::fmt::Display>(&mut self, field: &str, result: Result<T, E>) -> Option<T> {
        self.take_or_as_before(field, result, || None)
    }

    /// Keeps a template, or notes the error at its place below the field. What the template may not have meant is a warning there.
    pub(crate) fn take_template<T: Noted>(&mut self, field: &str, result: Result<T, TemplateError>) -> Option<T> {
        let template =
            result.map_err(|error| self.add(error.below(field).path(), format!("template: {}", error.problem()))).ok()?;
        let warnings = template.notes().into_iter().map(|(path, note)| (below(field, &path), format!("template: {note}")));
        self.warnings.extend(warnings);
        Some(template)
    }

    /// Keeps the value of a check; or what earlier versions, which did not check it, took: then the error is for saves alone.
    pub fn take_or_as_before<T, E: std::fmt::Display>(
        &mut self,
        field: &str,
        result: Result<T, E>,
        before: impl FnOnce() -> Option<T>,
    ) -> Option<T> {
        let error = match result {
            Ok(value) => return Some(value),
            Err(error) => error.to_string(),
        };
        let before = before();
        match before {
            Some(_) => self.add_at_save(field, error),
            None => self.add(field, error),
        }
        before
    }
}

/// An agent type. The doc comment of its `Options` is the type's documentation, and the comments of the fields are the help in the form.
///
/// An agent is built once for a workflow version, and all its deliveries share it. It holds parsed options, and no state: state
/// is [`Context::memory`].
pub trait AgentType: Send + Sync + Sized + 'static {
    /// The type's name in a cell's `agent_type`, in snake case.
    const NAME: &'static str;
    /// What the agent is on the canvas.
    const KIND: Kind;
    /// The type's name for people.
    const TITLE: &'static str;
    /// The groups that the agent emits, besides `on_error`, which every type has.
    const GROUPS: &'static [&'static str];
    /// Whether `check` does something: the cell may then have a `schedule`, and can be checked by hand.
    const CHECKS: bool = false;
    /// Whether `schedule` is one of the type's own options. Otherwise a type that checks is given one.
    const OWN_SCHEDULE: bool = false;
    /// When the agent is checked, where its cell does not say.
    const DEFAULT_SCHEDULE: Option<&'static str> = None;
    /// Whether the agent controls others: those that its control links lead to.
    const CONTROLS: bool = false;
    /// The kind of public address that the agent has.
    const ADDRESS: Option<Address> = None;
    /// How the type takes such an agent of Huginn's scenarios, if Huginn has one.
    const HUGINN: Option<Mapping> = None;
    /// The options, as they stand in a cell's `config`. Unknown fields are refused.
    type Options: DeserializeOwned + JsonSchema;

    /// Validates the options and parses their templates. `None` when a problem was added to `problems`.
    fn new(options: Self::Options, problems: &mut Problems) -> Option<Self>;

    /// Examples that show the type at work; each is run as a test.
    fn examples() -> Vec<Example>;

    /// The facts about the agent, asked for once after it is built: [`Facts::of`], with what its options change.
    fn facts(&self) -> Facts {
        Facts::of::<Self>()
    }

    /// The memory that this event needs.
    fn memory(&self, _cx: &Context<'_>) -> Result<MemoryUse, AgentError> {
        Ok(MemoryUse::None)
    }

    /// Handles an upstream event.
    fn receive(&self, _cx: &Context<'_>) -> impl Future<Output = Result<Effects, AgentError>> + Send {
        async { Err(AgentError::fail("cannot_receive", format!("`{}` starts a flow and receives no events.", Self::NAME))) }
    }

    /// Called when the agent's schedule is due.
    fn check(&self, _cx: &Context<'_>) -> impl Future<Output = Result<Effects, AgentError>> + Send {
        async { Err(AgentError::fail("cannot_check", format!("`{}` has nothing to check on a schedule.", Self::NAME))) }
    }

    /// Called when a timer is due that the agent set with [`Effects::wake`], with the same memory.
    fn timer(&self, _cx: &Context<'_>) -> impl Future<Output = Result<Effects, AgentError>> + Send {
        async { Ok(Effects::none()) }
    }

    /// Judges an inbound request: gives an event to accept, or the error to answer with.
    fn hook(&self, _request: &HookRequest, _secret: Option<&str>) -> Result<Accepted, Error> {
        Err(Error::new(ErrorKind::NotFound, "not_found", "There is no such hook.", "Copy the URL from the agent's `hook_url`."))
    }

    /// Writes the published items as a feed.
    fn feed(&self, _request: &FeedRequest<'_>) -> Result<Answer, Error> {
        Err(Error::new(ErrorKind::NotFound, "not_found", "There is no such feed.", "Copy the URL from the agent's `feed_url`."))
    }
}
