//! `schedule`: starts a flow at set times.

use crate::agent::{AgentType, Kind, Problems};
use crate::meaning::{ScheduleText, TemplateJson};
use crate::schedule::Schedule;
use crate::template::JsonTemplate;
use crate::{AgentError, Context, Effects, Example, Facts};
use rookery_domain::Payload;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

/// Starts a flow at set times: each is one event in the group `on_schedule`. Times that were missed become one event, for
/// the latest of them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The times: a cron expression of five fields, or six that begin with the second (`30 9 * * 1-5`); an interval of 1 second
    /// to 366 days (`every_90s`, `every_5m`, `every_1h`, `every_7d`); an hour (`midnight`, `1am`, `noon`, `11pm`); a name of
    /// cron's (`@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`); or `never`. Hours are in UTC,
    /// unless a time zone comes first: `TZ=Europe/Berlin 30 9 * * 1-5`. A time that was due once is not due again when the
    /// machine's clock is set back.
    schedule: ScheduleText,
    /// The event's payload: JSON in which all texts are templates; `{{ due }}` is the time that was due.
    #[serde(default = "due_at")]
    payload: TemplateJson,
}

fn due_at() -> TemplateJson {
    TemplateJson(json!({"due_at": "{{ due }}"}))
}

/// The agent.
pub struct ScheduleTrigger {
    schedule: Schedule,
    payload: JsonTemplate,
}

impl AgentType for ScheduleTrigger {
    const NAME: &'static str = "schedule";
    const KIND: Kind = Kind::Trigger;
    const TITLE: &'static str = "Schedule";
    const GROUPS: &'static [&'static str] = &["on_schedule"];
    const CHECKS: bool = true;
    const OWN_SCHEDULE: bool = true;
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        let schedule = problems.take("schedule", Schedule::parse(&options.schedule));
        let payload = options.payload.take("payload", problems);
        Some(ScheduleTrigger { schedule: schedule?, payload: payload? })
    }

    fn facts(&self) -> Facts {
        Facts { schedule: Some(self.schedule.clone()), ..Facts::of::<Self>() }
    }

    async fn check(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        Ok(Effects::emit("on_schedule", Payload::of(self.payload.render(cx.scope())?)?))
    }

    fn examples() -> Vec<Example> {
        let morning = json!({"schedule": "TZ=Europe/Berlin 0 9 * * 1-5", "payload": {"text": "Good morning"}});
        let interval = json!({"schedule": "every_90s", "payload": {"kind": "tick"}});
        vec![
            Example::new("On weekdays at nine", morning).emits("on_schedule", json!({"text": "Good morning"})),
            Example::new(
                "Every hour, with the time that was due",
                json!({"schedule": "every_1h", "payload": {"hour": "{{ due }}"}}),
            )
            .emits("on_schedule", json!({"hour": "2026-01-01T00:00:00.000Z"})),
            Example::new("Every 90 seconds", interval).emits("on_schedule", json!({"kind": "tick"})),
        ]
    }
}

#[cfg(test)]
mod tests {
    use crate::Context;
    use crate::testing::{World, agent, cell, emitted, problems};
    use rookery_domain::{DeliveryId, Time};
    use serde_json::{Value, json};
    use uuid::Uuid;

    async fn check(config: Value) -> Vec<(String, String)> {
        let (cell, world) = (cell(), World::default());
        let mut cx = Context::new(&cell, DeliveryId(Uuid::nil()), &world);
        cx.due = Some(Time(1_700_000_000_000));
        let effects = agent("schedule", config).check(&cx).await.unwrap();
        emitted(&effects).into_iter().map(|(group, payload)| (group.to_owned(), payload.to_owned())).collect()
    }

    #[tokio::test]
    async fn a_check_emits_one_event() {
        let emits = |text: &str| vec![("on_schedule".to_owned(), text.to_owned())];
        assert_eq!(check(json!({"schedule": "every_5m"})).await, emits(r#"{"due_at":"2023-11-14T22:13:20.000Z"}"#));
        let payload = json!({"schedule": "9am", "payload": {"n": 1, "by": "{{ agent.name }}"}});
        assert_eq!(check(payload).await, emits(r#"{"n":1,"by":"Agent"}"#));
    }

    #[test]
    fn its_schedule_is_the_option() {
        let schedule =
            |text: &str| agent("schedule", json!({"schedule": text})).facts().schedule.as_ref().map(ToString::to_string);
        assert_eq!(schedule("every 60s").as_deref(), Some("every_1m"));
        assert_eq!(schedule("TZ=Asia/Tokyo 9am").as_deref(), Some("TZ=Asia/Tokyo 9am"));
        assert_eq!(schedule("never"), None);
    }

    #[test]
    fn all_that_is_wrong_is_said() {
        let found = problems("schedule", json!({"schedule": "61 * * * *", "payload": {"a": "{{ due"}}));
        assert_eq!(found.iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>(), ["config.schedule", "config.payload.a"]);
        assert_eq!(problems("schedule", json!({}))[0].0, "config.schedule");
        assert_eq!(problems("schedule", json!({"schedule": 5}))[0].0, "config.schedule");
    }
}
