//! `merge`: brings the branches of a flow together again.

use crate::agent::{AgentType, Kind, MemoryUse, Problems};
use crate::template::Template;
use crate::{AgentError, Context, Effects, Example, Memory, compose};
use rookery_domain::{Event, EventId, Payload, Time, limits};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const MAX_TIMEOUT_SECONDS: i64 = 30 * 24 * 3600;

/// Brings branches together: passes each event on once (`any`), or waits for one from every link and emits one event (`all`).
///
/// With `all`, the payload in the group `on_merge` has the payload of each agent that led here under that agent's cell id:
/// `{"fetch": {...}, "lookup": {...}}`. If one agent sent two of the events, by two links, each stands under
/// `<cell id>/<link id>`. The first event from each link counts; further ones, and those that come after the end, go no further
/// and are shown as `late`. When the time is over, `on_timeout` has `{"arrived": {...}, "missing": ["<link id>"]}`. A key is
/// not joined again until 15 days and the time-out have passed since its last event.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// What to wait for.
    #[serde(default)]
    mode: Mode,
    /// With `all`: a template for what belongs together, like `{{ order.id }}`. Without it, what came of the same event does:
    /// the run.
    key: Option<String>,
    /// With `all`: how long to wait for the rest after the first event, in seconds; at most 30 days.
    #[serde(default = "day")]
    #[schemars(range(min = 1, max = 2_592_000))]
    timeout: i64,
}

/// What a merge waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Mode {
    /// Nothing: each event passes once, whatever the number of links that it came by.
    #[default]
    Any,
    /// One event from every link.
    All,
}

fn day() -> i64 {
    24 * 3600
}

/// What is remembered of one key.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Join {
    /// The event that opened it: only the timer which that one set may end it.
    opened_by: EventId,
    /// The event that came by each link.
    arrived: BTreeMap<String, EventId>,
    /// Whether it is over.
    closed: bool,
}

/// The agent.
pub struct Merge {
    mode: Mode,
    key: Option<Template>,
    timeout_ms: i64,
}

impl AgentType for Merge {
    const NAME: &'static str = "merge";
    const KIND: Kind = Kind::Filter;
    const TITLE: &'static str = "Merge";
    const GROUPS: &'static [&'static str] = &["on_merge", "on_timeout"];
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        if !(1..=MAX_TIMEOUT_SECONDS).contains(&options.timeout) {
            problems.add("timeout", "Give 1 second to 30 days (2592000), in seconds.");
        }
        if options.mode == Mode::Any && options.key.is_some() {
            problems.add("key", "With `mode: any` nothing is joined: remove the key, or set `mode` to `all`.");
        }
        let key = options.key.map(|key| problems.take("key", Template::parse(&key)));
        let key = if let Some(key) = key { Some(key?) } else { None };
        Some(Merge { mode: options.mode, key, timeout_ms: options.timeout.saturating_mul(1000) })
    }

    fn memory(&self, cx: &Context<'_>) -> Result<MemoryUse, AgentError> {
        let (Mode::All, Some(event)) = (self.mode, cx.event) else { return Ok(MemoryUse::None) };
        Ok(MemoryUse::Scope(match &self.key {
            None => format!("run {}", event.id.run),
            Some(key) => match key.render(cx.scope())? {
                key if key.is_empty() => {
                    return Err(AgentError::fail("empty_key", "The `key` comes out empty for this event: name a field that it has."));
                }
                key => format!("key {key}"),
            },
        }))
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let Some(event) = cx.event else { return Ok(Effects::none()) };
        if self.mode == Mode::Any {
            return Ok(Effects::emit("on_merge", event.payload.clone()));
        }
        let remembered = read_join(cx)?;
        let is_first = remembered.is_none();
        let mut join = remembered.unwrap_or(Join { opened_by: event.id, arrived: BTreeMap::new(), closed: false });
        let new: Vec<&String> = cx.links.iter().filter(|link| !join.arrived.contains_key(*link)).collect();
        if join.closed || (new.is_empty() && !is_first) {
            return Ok(Effects::none().outcome("late"));
        }
        join.arrived.extend(new.into_iter().map(|link| (link.clone(), event.id)));
        if missing(cx, &join).is_empty() {
            let payload = joined(cx, &join).await?;
            return self.remember(cx, join, true, Effects::emit("on_merge", payload));
        }
        let wake = if is_first { vec![cx.now.plus(self.timeout_ms)] } else { Vec::new() };
        self.remember(cx, join, false, Effects { wake, ..Effects::none() })
    }

    async fn timer(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let mine = |join: &Join| !join.closed && cx.event.is_some_and(|event| event.id == join.opened_by);
        let Some(join) = read_join(cx)?.filter(mine) else { return Ok(Effects::none()) };
        let arrived = joined(cx, &join).await?;
        let missing = json!(missing(cx, &join)).to_string();
        let payload = compose::object([("arrived", arrived.as_str()), ("missing", &missing)])?;
        self.remember(cx, join, true, Effects::emit("on_timeout", payload))
    }

    fn examples() -> Vec<Example> {
        vec![
            Example::new("Each event passes once", json!({}))
                .on(json!({"id": 1}))
                .emits("on_merge", json!({"id": 1})),
            Example::new("One event from every link, here from the only one", json!({"mode": "all", "timeout": 3600}))
                .on(json!({"id": 1}))
                .emits("on_merge", json!({"source": {"id": 1}})),
        ]
    }
}

impl Merge {
    fn remember(&self, cx: &Context<'_>, join: Join, closed: bool, effects: Effects) -> Result<Effects, AgentError> {
        let memory = json!(Join { closed, ..join });
        Ok(Effects { memory: Memory::SetUntil(memory, self.forget_at(cx.now)), ..effects })
    }

    /// Until then a message may still come back.
    fn forget_at(&self, now: Time) -> Time {
        now.plus(self.timeout_ms).plus(limits::COMMIT_MS)
    }
}

fn read_join(cx: &Context<'_>) -> Result<Option<Join>, AgentError> {
    match &cx.memory {
        Value::Null => Ok(None),
        memory => Join::deserialize(memory).map(Some).map_err(|error| {
            AgentError::fail("memory_unreadable", format!("The memory is not of this agent type ({error}): clear the agent's memory."))
        }),
    }
}

/// The links that have brought nothing yet.
fn missing<'c>(cx: &'c Context<'_>, join: &Join) -> Vec<&'c str> {
    cx.incoming.iter().filter(|link| !join.arrived.contains_key(*link)).map(String::as_str).collect()
}

/// The payloads of what has arrived as one, each under the id of the agent that it is from.
async fn joined(cx: &Context<'_>, join: &Join) -> Result<Payload, AgentError> {
    // By event and not by link: one event may have come by several.
    let mut links: BTreeMap<EventId, &str> = BTreeMap::new();
    for (link, id) in &join.arrived {
        links.entry(*id).or_insert(link);
    }
    let mut events: BTreeMap<EventId, Event> = cx.event.into_iter().map(|event| (event.id, event.clone())).collect();
    let others: Vec<EventId> = links.keys().copied().filter(|id| !events.contains_key(id)).collect();
    if !others.is_empty() {
        events.extend(cx.host.events(&others).await?.into_iter().map(|event| (event.id, event)));
    }
    let mut found = Vec::new();
    for (id, link) in &links {
        let event = events.get(id).ok_or_else(|| gone(*id))?;
        found.push((event, *link));
    }
    let is_alone = |event: &Event| found.iter().filter(|(other, _)| other.cell == event.cell).count() == 1;
    let key = |event: &Event, link: &str| match is_alone(event) {
        true => event.cell.to_string(),
        false => format!("{}/{link}", event.cell),
    };
    let named: BTreeMap<String, &str> =
        found.iter().map(|(event, link)| (key(event, link), event.payload.as_str())).collect();
    compose::object(named)
}

fn gone(id: EventId) -> AgentError {
    AgentError::fail(
        "events_gone",
        format!("The event {id} was to be joined and is gone: raise `keep_events_for` of the agents that lead here above `timeout`."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{World, agent, cell, context, emitted, event, problem};
    use crate::Agent;

    const ALL: fn() -> Box<dyn Agent> = || agent("merge", json!({"mode": "all", "timeout": 60}));

    /// An event arrives by these links, of `l1`, `l2` and `l3`.
    async fn arrive(merge: &dyn Agent, world: &World, event: &Event, links: &[&str], memory: Value) -> Result<Effects, AgentError> {
        let cell = cell();
        let mut cx = context(&cell, event, world);
        cx.links = links.iter().map(|link| (*link).to_owned()).collect();
        cx.incoming = ["l1", "l2", "l3"].map(str::to_owned).to_vec();
        cx.memory = memory;
        merge.receive(&cx).await
    }

    async fn timeout(world: &World, event: &Event, memory: Value) -> Result<Effects, AgentError> {
        let cell = cell();
        let mut cx = context(&cell, event, world);
        cx.incoming = ["l1", "l2", "l3"].map(str::to_owned).to_vec();
        cx.memory = memory;
        ALL().timer(&cx).await
    }

    fn memory(effects: &Effects) -> Value {
        match &effects.memory {
            Memory::SetUntil(memory, until) => {
                assert_eq!(*until, Time(1_000_000 + 60_000 + limits::COMMIT_MS));
                memory.clone()
            }
            other => panic!("{other:?}"),
        }
    }

    fn world() -> (World, Event, Event, Event) {
        let (a, b, c) = (event("a", r#"{"n":1.10}"#), event("b", "[1e400]"), event("c", "null"));
        (World { events: vec![a.clone(), b.clone(), c.clone()], ..World::default() }, a, b, c)
    }

    #[tokio::test]
    async fn one_from_each_link_makes_one_event_with_the_very_texts() {
        let (world, a, b, c) = world();
        let first = arrive(&*ALL(), &world, &a, &["l1"], Value::Null).await.unwrap();
        assert_eq!((emitted(&first), &first.wake), (vec![], &vec![Time(1_060_000)]));
        let second = arrive(&*ALL(), &world, &b, &["l2"], memory(&first)).await.unwrap();
        assert_eq!((emitted(&second), second.wake.len()), (vec![], 0), "one timer");
        let third = arrive(&*ALL(), &world, &c, &["l3"], memory(&second)).await.unwrap();
        assert_eq!(emitted(&third), [("on_merge", r#"{"a":{"n":1.10},"b":[1e400],"c":null}"#)]);
        // The same arrival again, after its commit was lost to another's: the other's memory decides.
        let again = arrive(&*ALL(), &world, &c, &["l3"], memory(&second)).await.unwrap();
        assert_eq!(again, third);
        for (event, link) in [(&c, "l3"), (&event("a", "2"), "l1")] {
            let late = arrive(&*ALL(), &world, event, &[link], memory(&third)).await.unwrap();
            assert_eq!(late, Effects::none().outcome("late"));
        }
        assert_eq!(timeout(&world, &a, memory(&third)).await.unwrap(), Effects::none(), "it is over");
    }

    #[tokio::test]
    async fn a_second_event_from_a_link_is_late_and_the_first_counts() {
        let (world, a, b, c) = world();
        let first = arrive(&*ALL(), &world, &a, &["l1", "l2"], Value::Null).await.unwrap();
        let late = arrive(&*ALL(), &world, &b, &["l2"], memory(&first)).await.unwrap();
        assert_eq!(late.outcome, Some("late"));
        let last = arrive(&*ALL(), &world, &c, &["l3"], memory(&first)).await.unwrap();
        assert_eq!(emitted(&last), [("on_merge", r#"{"a":{"n":1.10},"c":null}"#)], "one event by two links stands once");
    }

    #[tokio::test]
    async fn two_events_of_one_agent_stand_under_their_links() {
        let (mut world, a, _, c) = world();
        let second = event("a", "2");
        world.events.push(second.clone());
        let first = arrive(&*ALL(), &world, &a, &["l1"], Value::Null).await.unwrap();
        let next = arrive(&*ALL(), &world, &second, &["l2"], memory(&first)).await.unwrap();
        let last = arrive(&*ALL(), &world, &c, &["l3"], memory(&next)).await.unwrap();
        assert_eq!(emitted(&last), [("on_merge", r#"{"a/l1":{"n":1.10},"a/l2":2,"c":null}"#)]);
    }

    #[tokio::test]
    async fn the_time_out_tells_what_came_and_what_is_missing() {
        let (world, a, b, c) = world();
        let first = arrive(&*ALL(), &world, &b, &["l2"], Value::Null).await.unwrap();
        assert_eq!(timeout(&world, &a, memory(&first)).await.unwrap(), Effects::none(), "another join's timer");
        let out = timeout(&world, &b, memory(&first)).await.unwrap();
        assert_eq!(emitted(&out), [("on_timeout", r#"{"arrived":{"b":[1e400]},"missing":["l1","l3"]}"#)]);
        let late = arrive(&*ALL(), &world, &c, &["l3"], memory(&out)).await.unwrap();
        assert_eq!(late.outcome, Some("late"));
        assert_eq!(timeout(&world, &b, Value::Null).await.unwrap(), Effects::none(), "the memory was cleared");
    }

    #[tokio::test]
    async fn what_cannot_be_joined_is_a_typed_error() {
        let (mut world, a, b, c) = world();
        let first = arrive(&*ALL(), &world, &a, &["l1"], Value::Null).await.unwrap();
        let second = arrive(&*ALL(), &world, &b, &["l2"], memory(&first)).await.unwrap();
        world.events.remove(0);
        let error = arrive(&*ALL(), &world, &c, &["l3"], memory(&second)).await.unwrap_err();
        assert!(error.code == "events_gone" && error.message.contains(&a.id.to_string()), "{error}");
        let error = arrive(&*ALL(), &world, &c, &["l3"], json!({"else": 1})).await.unwrap_err();
        assert_eq!(error.code, "memory_unreadable");
    }

    #[tokio::test]
    async fn memory_is_scoped_by_run_or_key() {
        let (cell, world) = (cell(), World::default());
        let scope = |config: Value, event: &Event| agent("merge", config).memory(&context(&cell, event, &world));
        let (one, two) = (event("a", r#"{"id":7}"#), event("b", r#"{"id":7}"#));
        assert_eq!(scope(json!({}), &one).unwrap(), MemoryUse::None);
        assert_ne!(scope(json!({"mode": "all"}), &one).unwrap(), scope(json!({"mode": "all"}), &two).unwrap());
        let keyed = json!({"mode": "all", "key": "{{ id }}"});
        assert_eq!(scope(keyed.clone(), &one).unwrap(), MemoryUse::Scope("key 7".into()));
        assert_eq!(scope(keyed.clone(), &one).unwrap(), scope(keyed, &two).unwrap());
        assert_eq!(scope(json!({"mode": "all", "key": "{{ '' }}"}), &one).unwrap_err().code, "empty_key");
    }

    #[test]
    fn errors_name_the_field() {
        assert_eq!(problem("merge", json!({"timeout": 0})), "config.timeout");
        assert_eq!(problem("merge", json!({"timeout": 2_592_001})), "config.timeout");
        assert_eq!(problem("merge", json!({"mode": "some"})), "config.mode");
        assert_eq!(problem("merge", json!({"key": "{{ id }}"})), "config.key");
        assert_eq!(problem("merge", json!({"mode": "all", "key": "{{ id"})), "config.key");
    }
}
