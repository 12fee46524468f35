//! `rate_limit`: passes so many events in a time, and no more.

use crate::agent::{AgentType, Kind, MemoryUse, Problems};
use crate::meaning::TemplateText;
use crate::template::Template;
use crate::{AgentError, Context, Effects, Example, Facts, Memory};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// The most events of a period, whose times are remembered.
const MOST: usize = 1_000;
/// The longest period.
const MOST_SECONDS: i64 = 30 * 24 * 3600;
/// The memory: when the events of the last period passed, in milliseconds since 1970, the oldest first.
const PASSED: &str = "passed";

/// Passes events on, unchanged, in the group `on_pass`: at most so many in any span of time that is as long as the period. The others end here,
/// unless `emit_on_limit` is set; they are not held back, and do not count.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// How many events pass in a period: 1 to 1,000.
    #[schemars(range(min = 1, max = 1000))]
    limit: usize,
    /// How long the period is, in seconds: at most 30 days.
    #[serde(default = "minute")]
    #[schemars(range(min = 1, max = 2_592_000), extend("x-rookery" = "seconds"))]
    period_seconds: i64,
    /// A template for what is limited, like `{{ user.id }}`: with it, so many events of each pass.
    key: Option<TemplateText>,
    /// Whether events that are too many go on in the group `on_limit`.
    #[serde(default)]
    emit_on_limit: bool,
}

fn minute() -> i64 {
    60
}

/// The agent.
pub struct RateLimit {
    limit: usize,
    period_ms: i64,
    key: Option<Template>,
    emit_on_limit: bool,
}

impl AgentType for RateLimit {
    const NAME: &'static str = "rate_limit";
    const KIND: Kind = Kind::Filter;
    const TITLE: &'static str = "Rate limit";
    const GROUPS: &'static [&'static str] = &["on_pass", "on_limit"];
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        if !(1..=MOST).contains(&options.limit) {
            problems.add("limit", format!("Give 1 to {MOST} events."));
        }
        if !(1..=MOST_SECONDS).contains(&options.period_seconds) {
            problems.add("period_seconds", "Give 1 second to 30 days (2592000), in seconds.");
        }
        let key = options.key.and_then(|key| key.take("key", problems));
        problems.errors.is_empty().then_some(RateLimit {
            limit: options.limit,
            period_ms: options.period_seconds * 1000,
            key,
            emit_on_limit: options.emit_on_limit,
        })
    }

    fn facts(&self) -> Facts {
        let mut facts = Facts::of::<Self>();
        if !self.emit_on_limit {
            facts.groups.retain(|group| group != "on_limit");
        }
        facts
    }

    fn memory(&self, cx: &Context<'_>) -> Result<MemoryUse, AgentError> {
        let Some(key) = &self.key else { return Ok(MemoryUse::Agent) };
        match key.render(cx.scope())? {
            key if key.is_empty() => {
                Err(AgentError::fail("empty_key", "The `key` comes out empty for this event: name a field that it has."))
            }
            key => Ok(MemoryUse::Scope(key)),
        }
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let Some(event) = cx.event else { return Ok(Effects::none()) };
        let remembered = cx.memory.get(PASSED).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_i64);
        let mut passed: Vec<i64> = remembered.filter(|at| *at > cx.now.0 - self.period_ms).collect();
        if passed.len() >= self.limit {
            let told = self.emit_on_limit.then(|| Effects::emit("on_limit", event.payload.clone()));
            return Ok(told.unwrap_or_default());
        }
        passed.push(cx.now.0);
        // When the period is over, nothing is left to remember.
        let memory = Memory::SetUntil(json!({PASSED: passed}), cx.now.plus(self.period_ms));
        Ok(Effects { memory, ..Effects::emit("on_pass", event.payload.clone()) })
    }

    fn examples() -> Vec<Example> {
        let hourly = json!({"limit": 2, "period_seconds": 3600, "key": "{{ user.id }}", "emit_on_limit": true});
        let (event, now) = (json!({"user": {"id": 7}}), 1_767_225_600_000_i64);
        vec![
            Example::new("The second event of a user in an hour", hourly.clone())
                .on(event.clone())
                .remembering(json!({PASSED: [now - 3_600_000, now - 60_000]}))
                .emits("on_pass", event.clone())
                .remembers(json!({PASSED: [now - 60_000, now]})),
            Example::new("The third is told of", hourly)
                .on(event.clone())
                .remembering(json!({PASSED: [now - 60_000, now - 1_000]}))
                .emits("on_limit", event.clone()),
            Example::new("At most one event a minute", json!({"limit": 1}))
                .on(event)
                .remembering(json!({PASSED: [now - 59_999]})),
        ]
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{World, agent, cell, context, event, problem};
    use crate::{Memory, MemoryUse};
    use rookery_domain::Time;
    use serde_json::{Value, json};

    /// The groups of events that come at these seconds; nothing where an event ends.
    async fn groups(config: Value, seconds: &[i64]) -> Vec<String> {
        let (cell, world, agent, mut memory) = (cell(), World::default(), agent("rate_limit", config), Value::Null);
        let mut groups = Vec::new();
        for at in seconds {
            let event = event("source", r#"{"n":1.10}"#);
            let mut cx = context(&cell, &event, &world);
            (cx.memory, cx.now) = (memory.clone(), Time(at * 1000));
            let effects = agent.receive(&cx).await.unwrap();
            let emitted = effects.emit.first();
            assert!(emitted.is_none_or(|emit| emit.payload.as_str() == r#"{"n":1.10}"#));
            groups.push(emitted.map(|emit| emit.groups[0].clone()).unwrap_or_default());
            match effects.memory {
                Memory::SetUntil(new, until) => {
                    assert!(until > cx.now);
                    memory = new;
                }
                kept => assert_eq!(kept, Memory::Keep, "what does not pass does not count"),
            }
        }
        groups
    }

    #[tokio::test]
    async fn no_span_as_long_as_the_period_has_more_events_than_the_limit() {
        let (pass, limit) = ("on_pass", "on_limit");
        let config = json!({"limit": "2", "period_seconds": 10, "emit_on_limit": true});
        let told = groups(config, &[0, 9, 9, 10, 11, 18, 19, 19]).await;
        assert_eq!(told, [pass, pass, limit, pass, limit, limit, pass, limit]);
        assert_eq!(groups(json!({"limit": 1}), &[100, 159, 160, 150]).await, [pass, "", pass, ""]);
    }

    #[test]
    fn each_key_has_a_limit_of_its_own() {
        let (cell, world) = (cell(), World::default());
        let agent = agent("rate_limit", json!({"limit": 1, "key": "{{ user }}"}));
        let of = |payload: &str| agent.memory(&context(&cell, &event("source", payload), &world));
        assert_eq!(of(r#"{"user": "a"}"#), Ok(MemoryUse::Scope("a".to_owned())));
        assert_eq!(of("{}").unwrap_err().code, "empty_key");
        assert_eq!(agent.facts().groups, ["on_pass"], "nothing else is told");
    }

    #[test]
    fn errors_name_the_field() {
        for (config, field) in [
            (json!({}), "limit"),
            (json!({"limit": 0}), "limit"),
            (json!({"limit": 1001}), "limit"),
            (json!({"limit": 1, "period_seconds": 0}), "period_seconds"),
            (json!({"limit": 1, "period_seconds": 2592001}), "period_seconds"),
            (json!({"limit": 1, "key": "{{ a"}), "key"),
        ] {
            assert_eq!(problem("rate_limit", config), format!("config.{field}"));
        }
    }
}
