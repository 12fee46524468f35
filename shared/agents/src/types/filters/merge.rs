//! `merge`: brings the branches of a flow together again.

use crate::agent::{AgentType, Kind, MemoryUse, Problems};
use crate::meaning::TemplateText;
use crate::template::Template;
use crate::{AgentError, Context, Effects, Example, Facts, Memory, compose};
use rookery_domain::{Event, EventAt, EventId, Payload, Time, limits};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const MAX_TIMEOUT_SECONDS: i64 = 14 * 24 * 3600;

/// Brings branches together: passes each event on once (`any`), or waits for one event from every link and emits one event (`all`).
///
/// With `all`, the payload in the group `on_merge` has the payloads of the agents that led here, each under its agent's cell id:
/// `{"fetch": {...}, "lookup": {...}}`, at most 256 KB together. If one agent sent two of the events, by two links, each stands
/// under `<cell id>/<link id>`. The first event from each link counts, and a link from a disabled agent is not waited for. Further events, and those that come after the end, go no
/// further and are shown as `late`. When the time is over, `on_timeout` has `{"arrived": {...}, "missing": ["<link id>"]}`. A key
/// is not joined again until 15 days and the time-out have passed since its end.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// What to wait for.
    #[serde(default)]
    mode: Mode,
    /// With `all`: a template for what belongs together, like `{{ order.id }}`. Without it, the events of one run belong together.
    key: Option<TemplateText>,
    /// With `all`: how long to wait for the rest after the first event, in seconds; at most 14 days.
    #[serde(default = "day")]
    #[schemars(range(min = 1, max = 2_592_000), extend("x-rookery" = "seconds"))]
    timeout: i64,
}

/// What a merge waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Mode {
    /// Nothing: each event passes once, however many links it came by.
    #[default]
    Any,
    /// One event from every link.
    All,
}

fn day() -> i64 {
    24 * 3600
}

/// What is remembered about one key.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Join {
    /// The event that opened the join: only the timer that was set for this event may end the join.
    opened_by: EventId,
    /// The event that came by each link, and where it is stored.
    arrived: BTreeMap<String, EventAt>,
    /// Whether the join has ended.
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
            problems.add("timeout", "Give 1 second to 14 days (1209600), in seconds.");
        }
        if options.mode == Mode::Any && options.key.is_some() {
            problems.add("key", "With `mode: any` nothing is joined: remove the key, or set `mode` to `all`.");
        }
        let key = options.key.and_then(|key| key.take("key", problems));
        let timeout_ms = options.timeout.saturating_mul(1000);
        problems.errors.is_empty().then_some(Merge { mode: options.mode, key, timeout_ms })
    }

    fn facts(&self) -> Facts {
        let mut facts = Facts { only_computes: self.mode == Mode::Any, ..Facts::of::<Self>() };
        if self.mode == Mode::Any {
            facts.groups.retain(|group| group != "on_timeout");
        }
        facts
    }

    fn memory(&self, cx: &Context<'_>) -> Result<MemoryUse, AgentError> {
        let (Mode::All, Some(event)) = (self.mode, cx.event) else { return Ok(MemoryUse::None) };
        Ok(MemoryUse::Scope(match &self.key {
            None => format!("run {}", event.id.run),
            Some(key) => match key.render(cx.scope())? {
                key if key.is_empty() => {
                    return Err(AgentError::fail(
                        "empty_key",
                        "The `key` comes out empty for this event: name a field that it has.",
                    ));
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
        join.arrived.extend(new.into_iter().map(|link| (link.clone(), event.at())));
        if missing(cx, &join).is_empty() {
            let payload = joined(cx, &join).await?;
            return self.remember(cx, Join { closed: true, ..join }, Effects::emit("on_merge", payload));
        }
        let wake = if is_first { vec![cx.now.plus(self.timeout_ms)] } else { Vec::new() };
        self.remember(cx, join, Effects { wake, ..Effects::none() })
    }

    async fn timer(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let mine = |join: &Join| !join.closed && cx.event.is_some_and(|event| event.id == join.opened_by);
        let Some(join) = read_join(cx)?.filter(mine) else { return Ok(Effects::none()) };
        let arrived = joined(cx, &join).await?;
        let missing = json!(missing(cx, &join)).to_string();
        let payload = compose::object([("arrived", arrived.as_str()), ("missing", &missing)])?;
        self.remember(cx, Join { closed: true, ..join }, Effects::emit("on_timeout", payload))
    }

    fn examples() -> Vec<Example> {
        vec![
            Example::new("Each event passes once", json!({})).on(json!({"id": 1})).emits("on_merge", json!({"id": 1})),
            Example::new("One event from every link, here from the only one", json!({"mode": "all", "timeout": 3600}))
                .on(json!({"id": 1}))
                .emits("on_merge", json!({"source": {"id": 1}})),
            Example::new("What belongs to one order", json!({"mode": "all", "key": "{{ order.id }}"}))
                .on(json!({"order": {"id": 7}}))
                .emits("on_merge", json!({"source": {"order": {"id": 7}}})),
        ]
    }
}

impl Merge {
    fn remember(&self, cx: &Context<'_>, join: Join, effects: Effects) -> Result<Effects, AgentError> {
        Ok(Effects { memory: Memory::SetUntil(json!(join), self.forget_at(cx.now)), ..effects })
    }

    /// Until when a message may still come back, and the memory is needed.
    fn forget_at(&self, now: Time) -> Time {
        now.plus(self.timeout_ms).plus(limits::COMMIT_MS)
    }
}

fn read_join(cx: &Context<'_>) -> Result<Option<Join>, AgentError> {
    match &cx.memory {
        Value::Null => Ok(None),
        memory => Join::deserialize(memory).map(Some).map_err(|error| {
            AgentError::fail(
                "memory_unreadable",
                format!("The memory is not of this agent type ({error}): clear the agent's memory."),
            )
        }),
    }
}

/// The links that have brought nothing yet.
fn missing<'c>(cx: &'c Context<'_>, join: &Join) -> Vec<&'c str> {
    cx.incoming.iter().filter(|link| !join.arrived.contains_key(*link)).map(String::as_str).collect()
}

/// One payload of all events that have arrived, each under the id of its agent.
async fn joined(cx: &Context<'_>, join: &Join) -> Result<Payload, AgentError> {
    // The events are grouped by their ids, not by links: one event may have come by several links.
    let mut links: BTreeMap<EventId, (EventAt, &str)> = BTreeMap::new();
    for (link, place) in &join.arrived {
        links.entry(place.id).or_insert((*place, link));
    }
    let mut events: BTreeMap<EventId, Event> = cx.event.into_iter().map(|event| (event.id, event.clone())).collect();
    let others = links.values().map(|(place, _)| *place).filter(|place| !events.contains_key(&place.id));
    let others: Vec<EventAt> = others.collect();
    if !others.is_empty() {
        events.extend(cx.host.events(&others).await?.into_iter().map(|event| (event.id, event)));
    }
    let mut found = Vec::new();
    for (id, (_, link)) in &links {
        let event = events.get(id).ok_or_else(|| gone(*id))?;
        found.push((event, *link));
    }
    let is_alone = |event: &Event| found.iter().filter(|(other, _)| other.cell == event.cell).count() == 1;
    let key = |event: &Event, link: &str| match is_alone(event) {
        true => event.cell.to_string(),
        false => format!("{}/{link}", event.cell),
    };
    let named: BTreeMap<String, &str> = found.iter().map(|(event, link)| (key(event, link), event.payload.as_str())).collect();
    compose::object(named)
}

fn gone(id: EventId) -> AgentError {
    AgentError::fail(
        "events_gone",
        format!(
            "The event {id} was to be joined and is gone: raise `keep_events_for` of the agents that lead here above `timeout`."
        ),
    )
}

#[cfg(test)]
mod tests;
