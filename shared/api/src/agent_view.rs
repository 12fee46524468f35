//! Agents as they are shown: what a cell of the canvas became. Nothing is read here.

use crate::auth::Caller;
use crate::external::ExternalView;
use crate::host::Base;
use rookery_agents::{Address, Kind};
use rookery_domain::{Cell, CellId, Time};
use rookery_engine::{Activity, Built, Working};
use rookery_store::{LogEntry, Role, ScheduleItem, State as WorkflowState, Workflow};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

/// An agent.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Agent")]
pub(crate) struct AgentView {
    /// The agent's cell.
    cell_id: CellId,
    /// The name of the agent's type.
    agent_type: String,
    /// What the agent is on the canvas.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<Kind>,
    /// What people call the agent.
    name: String,
    /// The state of the agent's workflow.
    state: WorkflowState,
    /// Whether the agent is disabled in that version: it receives and emits nothing.
    disabled: bool,
    /// The version in which this incarnation of the agent began.
    incarnation: u64,
    /// The groups of the agent's events.
    groups: Vec<String>,
    /// The options of the agent's type.
    config: Map<String, Value>,
    #[serde(flatten)]
    activity: Activity,
    /// Whether the agent does what its options expect of it; nothing where they expect nothing, or while it rests.
    #[serde(skip_serializing_if = "Option::is_none")]
    working: Option<Working>,
    /// When the agent is checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule: Option<ScheduleView>,
    /// The address of the hook. Whoever has it can post events, so only keys that may post events anyway are shown it: those from
    /// `editor` on.
    #[serde(skip_serializing_if = "Option::is_none")]
    hook_url: Option<String>,
    /// The address of the feed: with `.json` or `.xml` added; JSON without.
    #[serde(skip_serializing_if = "Option::is_none")]
    feed_url: Option<String>,
    /// The address of the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    page_url: Option<String>,
    /// The external agent that the agent asks. Not shown in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    external: Option<ExternalView>,
    /// What the agent remembers; an object with its first 50 scopes, where it has many memories. Not shown in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    memory: Option<Value>,
    /// The agent's latest logs. Not shown in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    logs: Option<Vec<LogEntry>>,
}

impl AgentView {
    /// The agent, with what lists do not show.
    pub(crate) fn in_full(self, external: Option<ExternalView>, memory: Value, logs: Vec<LogEntry>) -> Self {
        AgentView { external, memory: Some(memory), logs: Some(logs), ..self }
    }
}

/// When an agent is checked.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Schedule")]
struct ScheduleView {
    /// The schedule's text, as it was written.
    spec: String,
    /// The next due time for which no check was sent yet.
    next_due: Option<Time>,
    /// The last due time whose check was handled.
    last_due: Option<Time>,
    /// How many due times were left out because a later one was overdue, too.
    skipped: u64,
}

impl From<ScheduleItem> for ScheduleView {
    fn from(item: ScheduleItem) -> Self {
        let next_due = Some(item.next_due).filter(|next| *next < Time(i64::MAX));
        ScheduleView { spec: item.spec, next_due, last_due: item.last_due, skipped: item.skipped }
    }
}

/// Shows agents of one workflow to one caller.
pub(crate) struct Viewed<'a> {
    pub(crate) workflow: &'a Workflow,
    pub(crate) built: &'a Built,
    pub(crate) caller: &'a Caller,
    pub(crate) base: &'a Base,
}

impl Viewed<'_> {
    pub(crate) fn agent(&self, cell: &Cell, activity: Activity, schedule: Option<ScheduleItem>) -> AgentView {
        let Viewed { workflow, built, caller, base } = self;
        let may_post = caller.allow(&workflow.id.project, Role::Editor).is_ok();
        let info = rookery_agents::find(&cell.agent_type);
        let facts = built.any_agent(&cell.id).map(|(_, agent)| agent.facts()).ok();
        let own_groups = facts.map(|facts| facts.groups.clone()).unwrap_or_default();
        let is_at_work = workflow.state == WorkflowState::Active && !cell.disabled;
        let working = facts
            .filter(|_| is_at_work)
            .and_then(|facts| Working::judge(&facts.expected, &activity, workflow.created_at, Time::now()));
        let address = |wanted: Address, below: &str| {
            let token = cell.token.as_ref().filter(|_| info.and_then(|info| info.address) == Some(wanted))?;
            Some(format!("{}/{below}/{}{}{token}", base.0, workflow.id.project, workflow.id.workflow))
        };
        AgentView {
            cell_id: cell.id.clone(),
            agent_type: cell.agent_type.clone(),
            kind: info.map(|info| info.kind),
            name: cell.name.clone(),
            state: workflow.state,
            disabled: cell.disabled,
            incarnation: cell.incarnation,
            groups: own_groups.into_iter().chain(["on_error".to_owned()]).collect(),
            config: cell.config.clone(),
            activity,
            working,
            schedule: schedule.map(ScheduleView::from),
            hook_url: address(Address::Hook, "hooks").filter(|_| may_post),
            feed_url: address(Address::Feed, "feeds"),
            page_url: address(Address::Page, "pages"),
            external: None,
            memory: None,
            logs: None,
        }
    }
}
