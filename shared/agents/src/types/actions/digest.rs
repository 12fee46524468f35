//! `digest`: gathers events, and tells of them together. The options are those of Huginn's DigestAgent.

use crate::agent::{AgentType, Kind, MemoryUse, Problems};
use crate::gathered::{self, Gathered};
use crate::huginn::Mapping;
use crate::meaning::TemplateText;
use crate::template::Template;
use crate::{AgentError, Context, Effects, Emit, Example};
use rookery_domain::Payload;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The most events that are gathered; the oldest are forgotten first.
const MOST: usize = 2_000;
/// The most bytes of the payloads of one digest. What is more makes another digest.
const BYTES: usize = 200 * 1024;

/// Gathers the events that come in. When it is checked, it emits one event in the group `on_digest`, with `message` and the payloads as `events`, if
/// there are any. More than one event may hold are told of in several.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The text of `message`: a template over `events`, the payloads in the order in which they came, like
    /// `{{ events | map: "title" | join: ", " }}`.
    #[serde(default = "titles")]
    message: TemplateText,
    /// How many of the last events stay, and are told of at each check, new or not. With 0, events are told of once.
    #[serde(default)]
    #[schemars(range(max = 999))]
    retained_events: usize,
}

fn titles() -> TemplateText {
    TemplateText("{{ events | map: \"title\" | join: \",\" }}".to_owned())
}

/// The agent.
pub struct Digest {
    message: Template,
    retained: usize,
}

impl AgentType for Digest {
    const NAME: &'static str = "digest";
    const KIND: Kind = Kind::Action;
    const TITLE: &'static str = "Digest";
    const GROUPS: &'static [&'static str] = &["on_digest"];
    const CHECKS: bool = true;
    const DEFAULT_SCHEDULE: Option<&'static str> = Some("6am");
    const HUGINN: Option<Mapping> = Some(Mapping::of("DigestAgent"));
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        if options.retained_events > 999 {
            problems.add("retained_events", "Give 0 to 999.");
        }
        let message = options.message.take("message", problems);
        problems.errors.is_empty().then_some(Digest { message: message?, retained: options.retained_events })
    }

    fn memory(&self, _cx: &Context<'_>) -> Result<MemoryUse, AgentError> {
        Ok(MemoryUse::Agent)
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        Ok(match self.retained {
            0 => Gathered::gather(cx, MOST, true),
            retained => Gathered::gather(cx, retained, false),
        })
    }

    async fn check(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let gathered = Gathered::of(cx);
        if gathered.events.is_empty() {
            return Ok(Effects::none());
        }
        let found = gathered::read(cx, &gathered.events).await?;
        let (mut parts, mut bytes): (Vec<Vec<Value>>, usize) = (Vec::new(), 0);
        for event in &found {
            let size = event.payload.as_str().len();
            match parts.last_mut().filter(|_| bytes + size <= BYTES) {
                Some(part) => part.push(event.payload.value().clone()),
                None => {
                    bytes = 0;
                    parts.push(vec![event.payload.value().clone()]);
                }
            }
            bytes += size;
        }
        let effects =
            Effects { emit: parts.into_iter().map(|part| self.digest(cx, part)).collect::<Result<_, _>>()?, ..Effects::none() };
        Ok(if self.retained == 0 { effects.remember(json!(Gathered::default())) } else { effects })
    }

    fn examples() -> Vec<Example> {
        let config =
            json!({"message": "{{ events | map: \"title\" | join: \", \" }}", "retained_events": 0, "schedule": "every_1h"});
        vec![
            Example::new("An event is gathered", config.clone()).on(json!({"title": "Tea"})),
            Example::new("Nothing was gathered", json!({"retained_events": 10, "schedule": "9pm"})),
        ]
    }
}

impl Digest {
    fn digest(&self, cx: &Context<'_>, events: Vec<Value>) -> Result<Emit, AgentError> {
        let mut variables: Map<String, Value> = cx.scope().variables().clone();
        variables.insert("events".to_owned(), events.clone().into());
        let message = self.message.render(&cx.scope().with(variables))?;
        let payload = Payload::of(json!({"events": events, "message": message}));
        // A message that has all of the events may be too long; the events are worth more.
        let payload = payload.or_else(|_| Payload::of(json!({"events": events, "message": null})))?;
        Ok(Emit { groups: vec!["on_digest".to_owned()], payload })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{World, agent, cell, context, event, problem};
    use crate::{Context, Memory};
    use rookery_domain::{DeliveryId, Event, EventId, Payload, Time};
    use serde_json::{Value, json};
    use uuid::Uuid;

    /// Receives events with these numbers and checks, one after the other (`None` is a check); gives the digests.
    async fn digests(config: Value, steps: &[Option<u32>]) -> Vec<Value> {
        let (agent, cell, mut world) = (agent("digest", config), cell(), World::default());
        let (mut memory, mut told) = (Value::Null, Vec::new());
        for step in steps {
            let come = step.map(|n| Event {
                id: EventId { own: Uuid::from_u128(u128::from(n)), ..event("source", "{}").id },
                payload: Payload::of(json!({"title": n})).unwrap(),
                ..event("source", "{}")
            });
            let come = come.map(|event| Event { item: event.id, ..event });
            world.events.extend(come.clone());
            let effects = match &come {
                Some(event) => {
                    let mut cx = context(&cell, event, &world);
                    cx.memory = memory.clone();
                    agent.receive(&cx).await.unwrap()
                }
                None => {
                    let mut cx = Context::new(&cell, DeliveryId(Uuid::nil()), &world);
                    (cx.memory, cx.due) = (memory.clone(), Some(Time(0)));
                    agent.check(&cx).await.unwrap()
                }
            };
            told.extend(effects.emit.iter().map(|emit| emit.payload.value().clone()));
            if let Memory::Set(new) = effects.memory {
                memory = new;
            }
        }
        told
    }

    fn digest(numbers: &[u32]) -> Value {
        let events: Vec<Value> = numbers.iter().map(|n| json!({"title": n})).collect();
        let message: Vec<String> = numbers.iter().map(u32::to_string).collect();
        json!({"events": events, "message": message.join(",")})
    }

    #[tokio::test]
    async fn what_was_gathered_is_told_of_once_or_as_long_as_it_stays() {
        let steps = [None, Some(2), Some(1), None, None, Some(3), None];
        assert_eq!(digests(json!({}), &steps).await, [digest(&[2, 1]), digest(&[3])]);
        assert_eq!(digests(json!({"retained_events": "2"}), &steps).await, [digest(&[2, 1]), digest(&[2, 1]), digest(&[1, 3])]);
    }

    #[test]
    fn errors_name_the_field() {
        assert_eq!(problem("digest", json!({"retained_events": 1000})), "config.retained_events");
        assert_eq!(problem("digest", json!({"message": "{{ a"})), "config.message");
        assert_eq!(agent("digest", json!({})).facts().schedule.as_ref().unwrap().to_string(), "6am");
    }
}
