//! `delay`: holds events back for seconds to months.

use crate::agent::{AgentType, Kind, Problems};
use crate::template::Template;
use crate::{AgentError, Context, Effects, Example};
use rookery_domain::Time;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

const MAX_SECONDS: u64 = 366 * 24 * 3600;

/// Holds each event back for a while, or until a time, and passes it on unchanged in the group `on_delay`.
///
/// Give a duration in `seconds`, `minutes`, `hours` and `days`, which are added up, or give `until`. The delay is at most 366
/// days. A time in the past does not hold the event back.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Seconds to wait.
    #[serde(default)]
    seconds: u64,
    /// Minutes to wait.
    #[serde(default)]
    minutes: u64,
    /// Hours to wait.
    #[serde(default)]
    hours: u64,
    /// Days of 24 hours to wait.
    #[serde(default)]
    days: u64,
    /// Instead of a duration: a template for the time at which the delay ends, like `{{ meeting.starts_at }}`. It gives an RFC
    /// 3339 time (`2026-01-31T09:00:00+01:00`) or seconds since 1970.
    until: Option<String>,
}

/// The agent: how long it holds events back.
pub enum Delay {
    /// A duration in milliseconds.
    For(i64),
    /// A template for the time at which the delay ends.
    Until(Template),
}

impl AgentType for Delay {
    const NAME: &'static str = "delay";
    const KIND: Kind = Kind::Action;
    const TITLE: &'static str = "Delay";
    const GROUPS: &'static [&'static str] = &["on_delay"];
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        let Options { seconds, minutes, hours, days, until } = options;
        let parts = [(seconds, 1), (minutes, 60), (hours, 3600), (days, 24 * 3600)];
        let total = parts.into_iter().fold(0u64, |sum, (count, unit)| sum.saturating_add(count.saturating_mul(unit)));
        match until {
            Some(_) if total > 0 => problems.add("until", "Give either a duration or `until`, not both."),
            Some(until) => return problems.take("until", Template::parse(&until)).map(Delay::Until),
            None if total == 0 => {
                problems.add("seconds", "Say how long to wait: `seconds`, `minutes`, `hours`, `days`, or `until`.")
            }
            None if total > MAX_SECONDS => problems.add("days", "Wait at most 366 days in all."),
            None => return Some(Delay::For(total as i64 * 1000)),
        }
        None
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let Some(event) = cx.event else { return Ok(Effects::none()) };
        let emit = || Effects::emit("on_delay", event.payload.clone());
        if cx.waited_until.is_some() {
            return Ok(emit());
        }
        let until = match self {
            Delay::For(ms) => cx.now.plus(*ms),
            Delay::Until(template) => read_time(&template.render(cx.scope())?)?,
        };
        if until > cx.now.plus(MAX_SECONDS as i64 * 1000) {
            let message =
                format!("`until` gives {until}, which is more than 366 days away. Is it in milliseconds? It takes seconds.");
            return Err(AgentError::fail("until_too_far", message));
        }
        Ok(if until > cx.now { Effects::wait_until(until) } else { emit() })
    }

    fn examples() -> Vec<Example> {
        vec![
            Example::new("A day and a half", json!({"days": 1, "hours": 12})).on(json!({"order": 7})),
            Example::new("Until a time that the event names, which is over", json!({"until": "{{ meeting.starts_at }}"}))
                .on(json!({"meeting": {"starts_at": "2020-02-29T12:00:00Z"}}))
                .emits("on_delay", json!({"meeting": {"starts_at": "2020-02-29T12:00:00Z"}})),
        ]
    }
}

fn read_time(text: &str) -> Result<Time, AgentError> {
    let text = text.trim();
    let seconds = text.parse().ok().filter(|seconds: &f64| seconds.is_finite());
    let stamp = || text.parse::<jiff::Timestamp>().ok().map(|time| Time(time.as_millisecond()));
    seconds.map(|seconds| Time((seconds * 1000.0) as i64)).or_else(stamp).ok_or_else(|| {
        let shown: String = text.chars().take(100).collect();
        AgentError::fail(
            "until_invalid",
            format!("`until` gives \"{shown}\": make it an RFC 3339 time with its zone, or seconds since 1970."),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{World, agent, cell, context, emitted, event, problem, receive};

    #[tokio::test]
    async fn a_duration_is_summed_and_waited_for_once() {
        let config = json!({"seconds": 1, "minutes": 1, "hours": 1, "days": 1});
        let effects = receive("delay", config.clone(), "{\"n\":1.0}").await.unwrap();
        assert_eq!(effects, Effects::wait_until(Time(1_000_000 + 90_061_000)));
        let (cell, event, world) = (cell(), event("source", "{\"n\":1.0}"), World::default());
        let mut cx = context(&cell, &event, &world);
        cx.waited_until = effects.wait.map(|wait| wait.until);
        assert_eq!(emitted(&agent("delay", config).receive(&cx).await.unwrap()), [("on_delay", "{\"n\":1.0}")]);
    }

    #[tokio::test]
    async fn until_takes_times_and_seconds() {
        let until = |payload: &'static str| receive("delay", json!({"until": "{{ at }}"}), payload);
        for (payload, ms) in [
            (r#"{"at": "1970-01-01T01:20:00+01:00"}"#, 1_200_000),
            (r#"{"at": 1200}"#, 1_200_000),
            (r#"{"at": "1200.5"}"#, 1_200_500),
        ] {
            assert_eq!(until(payload).await.unwrap(), Effects::wait_until(Time(ms)), "{payload}");
        }
        for payload in [r#"{"at": "1970-01-01T00:00:00Z"}"#, r#"{"at": 1000}"#, r#"{"at": -5}"#] {
            assert_eq!(emitted(&until(payload).await.unwrap()), [("on_delay", payload)], "it is over");
        }
        for (payload, code) in [
            (r#"{"at": "tomorrow"}"#, "until_invalid"),
            (r#"{"at": "2026-01-01T00:00:00"}"#, "until_invalid"),
            (r#"{"at": "inf"}"#, "until_invalid"),
            (r#"{"at": 1700000000000}"#, "until_too_far"),
        ] {
            assert_eq!(until(payload).await.unwrap_err().code, code, "{payload}");
        }
    }

    #[test]
    fn errors_name_the_field() {
        assert_eq!(problem("delay", json!({})), "config.seconds");
        assert_eq!(problem("delay", json!({"days": 367})), "config.days");
        assert_eq!(problem("delay", json!({"days": u64::MAX})), "config.days");
        assert_eq!(problem("delay", json!({"hours": -1})), "config.hours");
        assert_eq!(problem("delay", json!({"seconds": 1, "until": "{{ a }}"})), "config.until");
        assert_eq!(problem("delay", json!({"until": "{{ a"})), "config.until");
    }
}
