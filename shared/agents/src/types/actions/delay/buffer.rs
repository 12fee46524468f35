//! The mode `buffer` of `delay`: events are gathered, and a check passes them on. The memory has their places alone, in the order in which they came.

use crate::agent::Problems;
use crate::{AgentError, Context, Effects, Emit, gathered};
use rookery_domain::EventAt;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The most events that wait, so that the memory stays small.
const MOST: usize = 1000;
/// The most events that one check passes on: their payloads are read at once.
const AT_ONCE: usize = 500;
/// The memory.
const WAITING: &str = "waiting";

/// What becomes of an event that comes when as many wait as may.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Keep {
    /// It waits, and the one that has waited longest is dropped.
    #[default]
    Newest,
    /// It is dropped.
    Oldest,
}

/// How events are gathered.
pub struct Buffer {
    most: usize,
    keep: Keep,
    at_once: usize,
}

impl Buffer {
    pub(super) fn new(most: usize, keep: Keep, at_once: Option<usize>, problems: &mut Problems) -> Option<Buffer> {
        if !(1..=MOST).contains(&most) {
            problems.add("max_events", format!("Give 1 to {MOST}."));
        }
        if !(1..=AT_ONCE).contains(&at_once.unwrap_or(AT_ONCE)) {
            problems.add("max_emitted_events", format!("Give 1 to {AT_ONCE}."));
        }
        problems.errors.is_empty().then_some(Buffer { most, keep, at_once: at_once.unwrap_or(AT_ONCE) })
    }

    /// Lets an event wait.
    pub(super) fn receive(&self, cx: &Context<'_>) -> Effects {
        let Some(event) = cx.event else { return Effects::none() };
        let mut waiting = waiting(cx);
        if waiting.len() >= self.most && self.keep == Keep::Oldest {
            return Effects::none()
                .outcome("dropped")
                .log(format!("{} events wait already: this one was dropped.", waiting.len()));
        }
        waiting.push(event.at());
        let dropped = waiting.len().saturating_sub(self.most);
        waiting.drain(..dropped);
        let effects = Effects::none().remember(remembered(&waiting));
        if dropped == 0 { effects } else { effects.log(format!("{dropped} of the events that waited longest were dropped.")) }
    }

    /// Passes on the events that have waited longest. Those that are no longer kept are gone.
    pub(super) async fn check(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let mut waiting = waiting(cx);
        if waiting.is_empty() {
            return Ok(Effects::none());
        }
        let due: Vec<EventAt> = waiting.drain(..self.at_once.min(waiting.len())).collect();
        let found = gathered::read(cx, &due).await?;
        let emit: Vec<Emit> =
            found.into_iter().map(|event| Emit { groups: vec!["on_delay".to_owned()], payload: event.payload }).collect();
        let gone = due.len() - emit.len();
        let effects = Effects { emit, ..Effects::none() }.remember(remembered(&waiting));
        Ok(if gone == 0 {
            effects
        } else {
            effects.log(format!("{gone} events were kept no longer: raise `keep_events_for` of their agents."))
        })
    }
}

fn waiting(cx: &Context<'_>) -> Vec<EventAt> {
    let places = cx.memory.get(WAITING).and_then(Value::as_array).into_iter().flatten();
    places.filter_map(|place| place.as_str()?.parse().ok()).collect()
}

fn remembered(waiting: &[EventAt]) -> Value {
    json!({WAITING: waiting.iter().map(ToString::to_string).collect::<Vec<_>>()})
}

#[cfg(test)]
mod tests {
    use crate::testing::{World, agent, cell, context, emitted, event, problem};
    use crate::{Context, Effects, Memory};
    use rookery_domain::DeliveryId;
    use serde_json::{Value, json};
    use uuid::Uuid;

    /// What three checks pass on, after these payloads came, and what is remembered in the end.
    async fn passed(config: Value, payloads: &[&str]) -> (Vec<Vec<String>>, Value) {
        let (cell, agent) = (cell(), agent("delay", config));
        let events: Vec<_> = payloads.iter().map(|payload| event("source", payload)).collect();
        let mut world = World::default();
        let mut memory = Value::Null;
        let keep = |effects: &Effects, memory: &mut Value| {
            if let Memory::Set(new) = &effects.memory {
                *memory = new.clone();
            }
        };
        for event in &events {
            let mut cx = context(&cell, event, &world);
            cx.memory = memory.clone();
            keep(&agent.receive(&cx).await.unwrap(), &mut memory);
        }
        world.events = events.into_iter().filter(|event| event.payload.as_str() != "0").collect();
        let mut checks = Vec::new();
        for _ in 0..3 {
            let mut cx = Context::new(&cell, DeliveryId(Uuid::nil()), &world);
            cx.memory = memory.clone();
            let effects = agent.check(&cx).await.unwrap();
            keep(&effects, &mut memory);
            checks.push(emitted(&effects).into_iter().map(|(_, payload)| payload.to_owned()).collect());
        }
        (checks, memory)
    }

    #[tokio::test]
    async fn events_wait_for_the_next_check_in_their_order() {
        let none = Vec::<String>::new();
        let (checks, memory) = passed(json!({"mode": "buffer"}), &["1", "2", "3"]).await;
        assert_eq!(
            (checks, memory),
            (vec![vec!["1".into(), "2".into(), "3".into()], none.clone(), none.clone()], json!({"waiting": []}))
        );
        let some = json!({"mode": "buffer", "max_emitted_events": "2"});
        assert_eq!(passed(some, &["1", "2", "3"]).await.0, [vec!["1".to_owned(), "2".into()], vec!["3".into()], none.clone()]);
        let newest = json!({"mode": "buffer", "max_events": "2"});
        assert_eq!(passed(newest, &["1", "2", "3"]).await.0[0], ["2", "3"]);
        let oldest = json!({"mode": "buffer", "max_events": 2, "keep": "oldest"});
        assert_eq!(passed(oldest, &["1", "2", "3"]).await.0[0], ["1", "2"]);
        assert_eq!(passed(json!({"mode": "buffer"}), &["0", "1"]).await.0[0], ["1"], "what is kept no longer");
    }

    #[test]
    fn errors_name_the_field() {
        assert_eq!(problem("delay", json!({"mode": "buffer", "max_events": 0})), "config.max_events");
        assert_eq!(problem("delay", json!({"mode": "buffer", "max_emitted_events": 501})), "config.max_emitted_events");
        assert_eq!(problem("delay", json!({"mode": "buffer", "seconds": 5})), "config.mode");
        assert_eq!(problem("delay", json!({"mode": "buffer", "keep": "all"})), "config.keep");
    }
}
