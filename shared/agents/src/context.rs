//! What an agent sees while it handles one delivery.

use crate::Host;
use crate::template::Scope;
use rookery_domain::{Cell, DeliveryId, Event, Time};
use serde_json::{Map, Value, json};
use std::sync::{LazyLock, OnceLock};

/// What a check, which has no event, sees as payload.
static NO_PAYLOAD: LazyLock<Value> = LazyLock::new(|| json!({}));

/// One delivery, check or timer, as its agent sees it.
pub struct Context<'a> {
    /// The agent.
    pub cell: &'a Cell,
    /// The id of the agent's workflow.
    pub workflow: &'a str,
    /// The event that woke the agent: none for a check; for a timer, the event of the delivery that set the timer.
    pub event: Option<&'a Event>,
    /// The links by which the event came, by cell id.
    pub links: Vec<String>,
    /// All links that lead to this agent, by cell id.
    pub incoming: Vec<String>,
    /// The agents that this one controls, in the order of its control links.
    pub controlled: Vec<&'a Cell>,
    /// What the stores hold that control this agent, by the variables under which templates see it.
    pub stores: Vec<(String, Value)>,
    /// The memory that [`AgentType::memory`](crate::AgentType::memory) asked for; `Null` when there is none yet.
    pub memory: Value,
    /// The id of this delivery (or check, or timer): the same in every attempt.
    pub delivery: DeliveryId,
    /// How many attempts were made before this one.
    pub attempt: u32,
    /// Until when an earlier [`Effects::wait_until`](crate::Effects::wait_until) of this delivery waited.
    pub waited_until: Option<Time>,
    /// For a check: when it was due.
    pub due: Option<Time>,
    /// The time of this attempt.
    pub now: Time,
    /// The world outside.
    pub host: &'a dyn Host,
    scope: OnceLock<Scope>,
}

impl<'a> Context<'a> {
    /// A context with only an agent and a host: the caller fills in the rest.
    pub fn new(cell: &'a Cell, delivery: DeliveryId, host: &'a dyn Host) -> Self {
        Context {
            cell,
            workflow: "",
            event: None,
            links: Vec::new(),
            incoming: Vec::new(),
            controlled: Vec::new(),
            stores: Vec::new(),
            memory: Value::Null,
            delivery,
            attempt: 0,
            waited_until: None,
            due: None,
            now: Time::now(),
            host,
            scope: OnceLock::new(),
        }
    }

    /// The event's payload, parsed once; `{}` for a check.
    pub fn payload(&self) -> &Value {
        self.event.map_or(&NO_PAYLOAD, |event| event.payload.value())
    }

    /// The variables of templates: the payload's keys, `payload`, `event`, `agent`, `now` (and `due` at a check). Made once.
    pub fn scope(&self) -> &Scope {
        self.scope.get_or_init(|| {
            // The scope also finds the keys of `payload` at the top level.
            let mut variables = Map::from_iter(self.stores.iter().cloned());
            variables.insert("payload".to_owned(), self.payload().clone());
            if let Some(event) = self.event {
                let event = json!({
                    "id": event.id, "run_id": event.id.run, "cell_id": event.cell,
                    "groups": event.groups, "created_at": event.created_at,
                });
                variables.insert("event".into(), event);
            }
            variables.insert("agent".into(), json!({"cell_id": self.cell.id, "name": self.cell.name}));
            variables.insert("now".into(), json!(self.now));
            if let Some(due) = self.due {
                variables.insert("due".into(), json!(due));
            }
            Scope::new(variables).seeded(&self.delivery.to_string())
        })
    }
}
