//! `delay`: holds events back for seconds to months, or until a check (`buffer`).

mod buffer;

use crate::agent::{AgentType, Kind, MemoryUse, Problems};
use crate::huginn::{Mapping, Taken};
use crate::meaning::TemplateText;
use crate::template::Template;
use crate::{AgentError, Context, Effects, Example};
use buffer::{Buffer, Keep};
use rookery_domain::Time;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

const MAX_SECONDS: u64 = 366 * 24 * 3600;

/// Holds each event back for a while, or until a time, and passes it on unchanged in the group `on_delay`.
///
/// Give a duration in `seconds`, `minutes`, `hours` and `days`, which are added up, or give `until`. The delay is at most 366
/// days. A time in the past does not hold the event back, and neither does a duration of 0 that a template gives.
///
/// With the `mode` `buffer`, events wait for the next check of the agent instead, by its schedule or by hand, which passes them on in the order in
/// which they came.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Whether each event is held back for itself, or until the next check.
    #[serde(default)]
    mode: Mode,
    /// Seconds to wait: a number, or a template for one, like `{{ seconds }}`.
    #[serde(default)]
    seconds: Seconds,
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
    until: Option<TemplateText>,
    /// With `buffer`: how many events wait at most, 1 to 1,000.
    #[serde(default = "hundred")]
    #[schemars(range(min = 1, max = 1000))]
    max_events: usize,
    /// With `buffer`: which events are kept when more come.
    #[serde(default)]
    keep: Keep,
    /// With `buffer`: how many events a check passes on at most, 1 to 500; the others wait for the next. Without it, 500.
    #[schemars(range(min = 1, max = 500))]
    max_emitted_events: Option<usize>,
}

/// What an event waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Mode {
    /// For its own time.
    #[default]
    Each,
    /// For the next check.
    Buffer,
}

fn hundred() -> usize {
    100
}

/// Seconds, or a template for them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "Give a whole number of seconds, 0 or more, or a template for a number.")]
enum Seconds {
    /// So many.
    Number(u64),
    /// Whatever the template gives: a number, 0 or more.
    Template(TemplateText),
}

impl Default for Seconds {
    fn default() -> Self {
        Seconds::Number(0)
    }
}

/// The agent: how long it holds events back.
pub enum Delay {
    /// A duration in milliseconds.
    For(i64),
    /// A template for seconds, and milliseconds that are added.
    ForSeconds(Template, i64),
    /// A template for the time at which the delay ends.
    Until(Template),
    /// Events wait for the next check.
    Buffer(Buffer),
}

impl AgentType for Delay {
    const NAME: &'static str = "delay";
    const KIND: Kind = Kind::Action;
    const TITLE: &'static str = "Delay";
    const GROUPS: &'static [&'static str] = &["on_delay"];
    const CHECKS: bool = true;
    const HUGINN: Option<Mapping> = Some(Mapping { schedule: Some("every_12h"), map: from_huginn, ..Mapping::of("DelayAgent") });
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        let Options { mode, seconds, minutes, hours, days, until, max_events, keep, max_emitted_events } = options;
        let (seconds, template) = match seconds {
            Seconds::Number(seconds) => (seconds, None),
            Seconds::Template(template) => (0, Some(template)),
        };
        let parts = [(seconds, 1), (minutes, 60), (hours, 3600), (days, 24 * 3600)];
        let total = parts.into_iter().fold(0u64, |sum, (count, unit)| sum.saturating_add(count.saturating_mul(unit)));
        let total_ms = total as i64 * 1000;
        if mode == Mode::Buffer {
            if total > 0 || template.is_some() || until.is_some() {
                problems.add("mode", "With `buffer`, events wait for the next check: leave out `until` and the duration.");
            }
            return Buffer::new(max_events, keep, max_emitted_events, problems).map(Delay::Buffer);
        }
        match (until, template) {
            (Some(_), template) if total > 0 || template.is_some() => {
                problems.add("until", "Give either a duration or `until`, not both.");
                None
            }
            (Some(until), _) => until.take("until", problems).map(Delay::Until),
            _ if total > MAX_SECONDS => {
                problems.add("days", "Wait at most 366 days in all.");
                None
            }
            (None, Some(text)) if !text.contains("{{") && !text.contains("{%") && read_seconds(&text).is_err() => {
                problems.add("seconds", "Give a number of seconds, 0 or more, or a template for one, like `{{ seconds }}`.");
                None
            }
            (None, Some(template)) => template.take("seconds", problems).map(|template| Delay::ForSeconds(template, total_ms)),
            (None, None) if total == 0 => {
                problems.add("seconds", "Say how long to wait: `seconds`, `minutes`, `hours`, `days`, or `until`.");
                None
            }
            (None, None) => Some(Delay::For(total_ms)),
        }
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let Some(event) = cx.event else { return Ok(Effects::none()) };
        let emit = || Effects::emit("on_delay", event.payload.clone());
        if cx.waited_until.is_some() {
            return Ok(emit());
        }
        let until = match self {
            Delay::For(ms) => cx.now.plus(*ms),
            Delay::ForSeconds(template, more) => cx.now.plus(read_seconds(&template.render(cx.scope())?)?.saturating_add(*more)),
            Delay::Until(template) => read_time(&template.render(cx.scope())?)?,
            Delay::Buffer(buffer) => return Ok(buffer.receive(cx)),
        };
        if until > cx.now.plus(MAX_SECONDS as i64 * 1000) {
            let field = if let Delay::Until(_) = self { "until" } else { "seconds" };
            let message =
                format!("`{field}` leads to {until}: more than 366 days away. Is it in milliseconds? It takes seconds.");
            return Err(AgentError::fail(&format!("{field}_too_far"), message));
        }
        Ok(if until > cx.now { Effects::wait_until(until) } else { emit() })
    }

    fn memory(&self, _cx: &Context<'_>) -> Result<MemoryUse, AgentError> {
        Ok(if let Delay::Buffer(_) = self { MemoryUse::Agent } else { MemoryUse::None })
    }

    async fn check(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        match self {
            Delay::Buffer(buffer) => buffer.check(cx).await,
            _ => Ok(Effects::none().log("Each event is held back for itself, so that a check has nothing to do.")),
        }
    }

    fn examples() -> Vec<Example> {
        vec![
            Example::new("Each hour, all that came", json!({"mode": "buffer", "schedule": "every_1h"})).on(json!({"order": 7})),
            Example::new("A day and a half", json!({"days": 1, "hours": 12})).on(json!({"order": 7})),
            Example::new("As many seconds as the event says", json!({"seconds": "{{ seconds }}"}))
                .on(json!({"seconds": 2.5, "order": 7})),
            Example::new("Until a time that the event names, which is over", json!({"until": "{{ meeting.starts_at }}"}))
                .on(json!({"meeting": {"starts_at": "2020-02-29T12:00:00Z"}}))
                .emits("on_delay", json!({"meeting": {"starts_at": "2020-02-29T12:00:00Z"}})),
        ]
    }
}

/// Takes the options of Huginn's DelayAgent, which gathers events and emits them by a schedule.
fn from_huginn(taken: &mut Taken<'_>) {
    taken.options.insert("mode".to_owned(), "buffer".into());
    if taken.number("emit_interval") == Some(0) {
        taken.options.remove("emit_interval");
    }
    taken.lacks("emit_interval", "The events of one check are emitted at once, without pauses.");
}

/// Seconds that a template gave, in milliseconds.
fn read_seconds(text: &str) -> Result<i64, AgentError> {
    let seconds = text.trim().parse::<f64>().ok().filter(|seconds| seconds.is_finite() && *seconds >= 0.0);
    seconds.map(|seconds| (seconds * 1000.0) as i64).ok_or_else(|| {
        let message = format!("`seconds` gives \"{}\": make it a number, 0 or more.", shown(text));
        AgentError::fail("seconds_invalid", message)
    })
}

/// The beginning of a text, for a message.
fn shown(text: &str) -> String {
    text.chars().take(100).collect()
}

fn read_time(text: &str) -> Result<Time, AgentError> {
    let text = text.trim();
    let seconds = text.parse().ok().filter(|seconds: &f64| seconds.is_finite());
    let stamp = || text.parse::<jiff::Timestamp>().ok().map(|time| Time(time.as_millisecond()));
    seconds.map(|seconds| Time((seconds * 1000.0) as i64)).or_else(stamp).ok_or_else(|| {
        let shown = shown(text);
        let message = format!("`until` gives \"{shown}\": make it an RFC 3339 time with its zone, or seconds since 1970.");
        AgentError::fail("until_invalid", message)
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

    #[tokio::test]
    async fn seconds_may_be_a_template() {
        let config = json!({"seconds": "{{ seconds }}", "minutes": 1});
        let delayed = |payload: &'static str| receive("delay", config.clone(), payload);
        for (payload, ms) in [(r#"{"seconds": 2.5}"#, 62_500), (r#"{"seconds": " 3 "}"#, 63_000), (r#"{"seconds": 0}"#, 60_000)] {
            assert_eq!(delayed(payload).await.unwrap(), Effects::wait_until(Time(1_000_000 + ms)), "{payload}");
        }
        for (payload, code) in [
            ("{}", "seconds_invalid"),
            (r#"{"seconds": -1}"#, "seconds_invalid"),
            (r#"{"seconds": "soon"}"#, "seconds_invalid"),
            (r#"{"seconds": 1e300}"#, "seconds_too_far"),
        ] {
            assert_eq!(delayed(payload).await.unwrap_err().code, code, "{payload}");
        }
        let now = receive("delay", json!({"seconds": "{{ seconds }}"}), r#"{"seconds": 0}"#).await.unwrap();
        assert_eq!(emitted(&now), [("on_delay", r#"{"seconds": 0}"#)]);
    }

    #[test]
    fn errors_name_the_field() {
        assert_eq!(problem("delay", json!({})), "config.seconds");
        assert_eq!(problem("delay", json!({"days": 367})), "config.days");
        assert_eq!(problem("delay", json!({"days": u64::MAX})), "config.days");
        assert_eq!(problem("delay", json!({"hours": -1})), "config.hours");
        assert_eq!(problem("delay", json!({"seconds": 1, "until": "{{ a }}"})), "config.until");
        assert_eq!(problem("delay", json!({"until": "{{ a"})), "config.until");
        assert_eq!(problem("delay", json!({"seconds": "{{ a"})), "config.seconds");
        assert_eq!(problem("delay", json!({"seconds": -1})), "config.seconds");
        assert_eq!(problem("delay", json!({"seconds": "soon"})), "config.seconds");
        assert_eq!(problem("delay", json!({"seconds": "{{ a }}", "until": "{{ a }}"})), "config.until");
        assert_eq!(problem("delay", json!({"seconds": "{{ a }}", "days": 400})), "config.days");
    }
}
