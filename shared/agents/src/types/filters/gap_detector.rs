//! `gap_detector`: tells when no events come any more. The options are those of Huginn's GapDetectorAgent.

use crate::agent::{AgentType, Kind, MemoryUse, Problems};
use crate::compose::text_of;
use crate::huginn::Mapping;
use crate::json_path::JsonPath;
use crate::meaning::{PathText, TemplateText};
use crate::template::Template;
use crate::{AgentError, Context, Effects, Example};
use rookery_domain::Payload;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

const DAY_SECONDS: f64 = 24.0 * 3600.0;

/// Emits one event in the group `on_gap` when it is checked and no event has come for some days: `{"message", "gap_started_at"}`, with the time of the
/// last event in seconds since 1970. It tells of each gap once, and of none before the first event.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The text of `message`: a template.
    #[serde(default = "no_data")]
    message: TemplateText,
    /// For how many days no event may come; parts of days like 0.5 are allowed.
    #[serde(default = "two")]
    window_duration_in_days: f64,
    /// The JSONPath to a value: events in which it is missing or blank do not count.
    value_path: Option<PathText>,
}

fn no_data() -> TemplateText {
    TemplateText("No data has been received!".to_owned())
}

fn two() -> f64 {
    2.0
}

/// The memory.
#[derive(Default, Serialize, Deserialize)]
struct Last {
    /// When the last event came, in seconds.
    newest_event_created_at: Option<i64>,
    /// Whether the gap after it was told of.
    #[serde(default)]
    is_told: bool,
}

/// The agent.
pub struct GapDetector {
    message: Template,
    window_seconds: f64,
    path: Option<JsonPath>,
}

impl AgentType for GapDetector {
    const NAME: &'static str = "gap_detector";
    const KIND: Kind = Kind::Filter;
    const TITLE: &'static str = "Gap detector";
    const GROUPS: &'static [&'static str] = &["on_gap"];
    const CHECKS: bool = true;
    const DEFAULT_SCHEDULE: Option<&'static str> = Some("every_10m");
    const HUGINN: Option<Mapping> = Some(Mapping::of("GapDetectorAgent"));
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        let days = options.window_duration_in_days;
        if !(days > 0.0 && days <= 3_650.0) {
            problems.add("window_duration_in_days", "Give more than 0 and at most 3650 days.");
        }
        let message = options.message.take("message", problems);
        let path = options.value_path.filter(|path| !path.trim().is_empty());
        let path = path.map(|path| problems.take("value_path", JsonPath::parse(&path)));
        problems.errors.is_empty().then_some(GapDetector {
            message: message?,
            window_seconds: days * DAY_SECONDS,
            path: path.flatten(),
        })
    }

    fn memory(&self, _cx: &Context<'_>) -> Result<MemoryUse, AgentError> {
        Ok(MemoryUse::Agent)
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let Some(event) = cx.event else { return Ok(Effects::none()) };
        let last = Last::deserialize(&cx.memory).unwrap_or_default();
        let value = self.path.as_ref().map(|path| path.first(cx.payload())).transpose()?;
        let counts = value.is_none_or(|value| value.is_some_and(|value| !text_of(value).trim().is_empty()));
        let at = event.created_at.0 / 1000;
        if !counts || last.newest_event_created_at.is_some_and(|newest| at <= newest) {
            return Ok(Effects::none());
        }
        Ok(Effects::none().remember(json!(Last { newest_event_created_at: Some(at), is_told: false })))
    }

    async fn check(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let last = Last::deserialize(&cx.memory).unwrap_or_default();
        let Some(newest) = last.newest_event_created_at.filter(|_| !last.is_told) else { return Ok(Effects::none()) };
        if ((cx.now.0 / 1000 - newest) as f64) <= self.window_seconds {
            return Ok(Effects::none());
        }
        let payload = Payload::of(json!({"message": self.message.render(cx.scope())?, "gap_started_at": newest}))?;
        Ok(Effects::emit("on_gap", payload).remember(json!(Last { is_told: true, ..last })))
    }

    fn examples() -> Vec<Example> {
        let config = json!({"message": "No reading came", "window_duration_in_days": 0.5, "value_path": "$.reading", "schedule": "every_1h"});
        let now = 1_767_225_600;
        let memory = |at: i64, is_told: bool| json!({"newest_event_created_at": at, "is_told": is_told});
        vec![
            Example::new("An event without a value does not count", config.clone())
                .on(json!({"reading": ""}))
                .remembers(json!(null)),
            Example::new("No event came for a day", config.clone())
                .remembering(memory(now - 86_400, false))
                .emits("on_gap", json!({"message": "No reading came", "gap_started_at": now - 86_400}))
                .remembers(memory(now - 86_400, true)),
            Example::new("It was told of", config.clone()).remembering(memory(now - 86_400, true)),
            Example::new("One came lately", config).remembering(memory(now - 60, false)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use crate::Memory;
    use crate::testing::{World, agent, cell, context, event, problem};
    use rookery_domain::{Event, Time};
    use serde_json::json;

    #[tokio::test]
    async fn a_later_event_ends_the_gap_and_an_earlier_one_does_not() {
        let (agent, cell, world) = (agent("gap_detector", json!({})), cell(), World::default());
        for (at, memory, expected) in [
            (50_000, json!(null), Some(50)),
            (50_000, json!({"newest_event_created_at": 40, "is_told": true}), Some(50)),
            (50_000, json!({"newest_event_created_at": 50, "is_told": true}), None),
            (50_000, json!({"newest_event_created_at": 60, "is_told": true}), None),
        ] {
            let event = Event { created_at: Time(at), ..event("source", "{}") };
            let mut cx = context(&cell, &event, &world);
            cx.memory = memory;
            let found = agent.receive(&cx).await.unwrap().memory;
            let told = expected.map_or(Memory::Keep, |at| Memory::Set(json!({"newest_event_created_at": at, "is_told": false})));
            assert_eq!(found, told);
        }
    }

    #[test]
    fn errors_name_the_field() {
        for (field, wrong) in [("message", json!("{{ a")), ("window_duration_in_days", json!(0)), ("value_path", json!("a["))] {
            assert_eq!(problem("gap_detector", json!({field: wrong})), format!("config.{field}"));
        }
    }
}
