//! `watchdog`: tells when agents of its workflow no longer do what is expected of them.

use crate::agent::{AgentType, Kind, MemoryUse, Problems};
use crate::{AgentError, Context, Effects, Emit, Example, Watched};
use rookery_domain::{Payload, limits};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeSet;

/// Emits an event when it is checked and an agent of its workflow no longer does what is expected of it: in the group `on_silent`, once, with the
/// reason; and in `on_working`, when the agent does so again. What is expected of an agent is said in its own options
/// `expected_update_period_in_days` and `expected_receive_period_in_days`.
///
/// The payload is `{"cell_id", "agent_name", "agent_type", "reason", "last_event_at", "last_received_at", "last_error_at"}`; in `on_working`, there is no
/// `reason`. Agents that are disabled are left alone.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {}

/// The memory: the cells of which it was told that they do not work.
#[derive(Default, Serialize, Deserialize)]
struct Silent {
    silent: BTreeSet<String>,
}

/// The agent.
pub struct Watchdog;

impl AgentType for Watchdog {
    const NAME: &'static str = "watchdog";
    const KIND: Kind = Kind::Trigger;
    const TITLE: &'static str = "Watchdog";
    const GROUPS: &'static [&'static str] = &["on_silent", "on_working"];
    const CHECKS: bool = true;
    const DEFAULT_SCHEDULE: Option<&'static str> = Some("every_1h");
    type Options = Options;

    fn new(_: Options, _: &mut Problems) -> Option<Self> {
        Some(Watchdog)
    }

    fn memory(&self, _: &Context<'_>) -> Result<MemoryUse, AgentError> {
        Ok(MemoryUse::Agent)
    }

    async fn check(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let Silent { silent: before } = Silent::deserialize(&cx.memory).unwrap_or_default();
        let watched = cx.host.watched().await?;
        let is_there = |cell: &String| watched.iter().any(|agent| agent.cell.id.as_str() == cell);
        let mut silent: BTreeSet<String> = before.iter().filter(|cell| is_there(cell)).cloned().collect();
        let mut effects = Effects::none();
        // What one delivery cannot emit is told at the next check.
        for agent in &watched {
            let cell = agent.cell.id.as_str().to_owned();
            let group = match &agent.reason {
                _ if effects.emit.len() == limits::CHILDREN => break,
                Some(_) if silent.insert(cell.clone()) => "on_silent",
                None if silent.remove(&cell) => "on_working",
                _ => continue,
            };
            effects.emit.push(Emit { groups: vec![group.to_owned()], payload: payload(agent)? });
        }
        Ok(if silent == before { effects } else { effects.remember(json!(Silent { silent })) })
    }

    fn examples() -> Vec<Example> {
        vec![
            Example::new("All agents work", json!({"schedule": "every_1h"})),
            Example::new("Looked at each morning", json!({"schedule": "7am"})),
        ]
    }
}

fn payload(agent: &Watched) -> Result<Payload, AgentError> {
    let mut payload = json!({
        "cell_id": agent.cell.id, "agent_name": agent.cell.name, "agent_type": agent.cell.agent_type, "last_event_at": agent.last_event_at,
        "last_received_at": agent.last_received_at, "last_error_at": agent.last_error_at,
    });
    if let Some(reason) = &agent.reason {
        payload["reason"] = json!(reason);
    }
    Ok(Payload::of(payload)?)
}

#[cfg(test)]
mod tests {
    use crate::testing::{World, agent, cell};
    use crate::{Context, Memory, Watched};
    use rookery_domain::{Cell, CellId, DeliveryId, Time};
    use serde_json::{Value, json};
    use uuid::Uuid;

    #[tokio::test]
    async fn each_silence_and_its_end_is_told_once() {
        let (watchdog, own) = (agent("watchdog", json!({})), cell());
        let mut memory = Value::Null;
        let late = "It has emitted nothing for more than 2 days.";
        for (states, told) in [
            ([None, None], vec![]),
            ([Some(late), None], vec![("on_silent", "a")]),
            ([Some(late), Some(late)], vec![("on_silent", "b")]),
            ([Some(late), Some(late)], vec![]),
            ([None, Some(late)], vec![("on_working", "a")]),
            ([Some(late), None], vec![("on_silent", "a"), ("on_working", "b")]),
        ] {
            let watched = ["a", "b"].into_iter().zip(states).map(|(id, reason)| Watched {
                cell: Cell { id: CellId(id.to_owned()), ..own.clone() },
                reason: reason.map(str::to_owned),
                last_event_at: Some(Time(1_000)),
                last_received_at: None,
                last_error_at: None,
            });
            let world = World { watched: watched.collect(), ..World::default() };
            let mut cx = Context::new(&own, DeliveryId(Uuid::nil()), &world);
            cx.memory = memory.clone();
            let effects = watchdog.check(&cx).await.unwrap();
            let events: Vec<(&str, &str)> = effects
                .emit
                .iter()
                .map(|event| (event.groups[0].as_str(), event.payload.value()["cell_id"].as_str().unwrap()))
                .collect();
            assert_eq!(events, told, "{states:?}");
            for event in &effects.emit {
                assert_eq!(event.payload.value().get("reason").is_some(), event.groups == ["on_silent"]);
                assert_eq!(event.payload.value()["last_event_at"], json!(Time(1_000)));
            }
            match effects.memory {
                Memory::Set(new) => memory = new,
                kept => assert_eq!((kept, told.len()), (Memory::Keep, 0)),
            }
        }
    }

    #[tokio::test]
    async fn more_than_one_check_can_tell_is_told_by_the_next() {
        let (watchdog, own) = (agent("watchdog", json!({})), cell());
        let late = |n: usize| Watched {
            cell: Cell { id: CellId(format!("a{n}")), ..own.clone() },
            reason: Some("It has emitted nothing for more than 2 days.".to_owned()),
            last_event_at: None,
            last_received_at: None,
            last_error_at: None,
        };
        let world = World { watched: (0..700).map(late).collect(), ..World::default() };
        let mut cx = Context::new(&own, DeliveryId(Uuid::nil()), &world);
        let first = watchdog.check(&cx).await.unwrap();
        let Memory::Set(memory) = first.memory else { panic!("nothing is remembered") };
        cx.memory = memory;
        assert_eq!((first.emit.len(), watchdog.check(&cx).await.unwrap().emit.len()), (500, 200));
    }

    #[tokio::test]
    async fn an_agent_that_is_gone_is_forgotten() {
        let (watchdog, own, world) = (agent("watchdog", json!({})), cell(), World::default());
        let mut cx = Context::new(&own, DeliveryId(Uuid::nil()), &world);
        cx.memory = json!({"silent": ["gone"]});
        let effects = watchdog.check(&cx).await.unwrap();
        assert_eq!((effects.emit.len(), effects.memory), (0, Memory::Set(json!({"silent": []}))));
    }
}
