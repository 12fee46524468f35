//! `peak_detector`: tells when a value is far above those before it. The options are those of Huginn's PeakDetectorAgent.

use crate::agent::{AgentType, Kind, MemoryUse, Problems};
use crate::compose::text_of;
use crate::huginn::Mapping;
use crate::json_path::JsonPath;
use crate::meaning::{PathText, TemplateText};
use crate::numbers::from_front;
use crate::template::Template;
use crate::{AgentError, Context, Effects, Example};
use rookery_domain::Payload;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

const DAY_SECONDS: f64 = 24.0 * 3600.0;
/// The most values that are remembered of a group; the oldest are forgotten first.
const MOST: usize = 5_000;
/// The group of events without one.
const NO_GROUP: &str = "no_group";

/// Emits an event in the group `on_peak` when a value is larger than the mean of those before it by some of their standard deviations:
/// `{"message", "peak", "peak_time", "grouped_by"}`, the time in seconds since 1970.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The JSONPath to the value, like `$.count`. Numbers are read from the front of texts, and what is none is 0.
    value_path: PathText,
    /// The JSONPath to what the value is of: values of another group are not compared with it.
    group_by_path: Option<PathText>,
    /// The text of `message`: a template over the event.
    #[serde(default = "a_peak")]
    message: TemplateText,
    /// How many values there must be before one may be a peak: more than so many.
    #[serde(default = "four")]
    min_events: usize,
    /// For how many days values are remembered.
    #[serde(default = "fourteen")]
    window_duration_in_days: f64,
    /// For how many days after a peak there is no other one.
    #[serde(default = "two")]
    min_peak_spacing_in_days: f64,
    /// By how many standard deviations a peak is above the mean.
    #[serde(default = "three")]
    std_multiple: f64,
}

fn a_peak() -> TemplateText {
    TemplateText("A peak was found".to_owned())
}

fn four() -> usize {
    4
}

fn fourteen() -> f64 {
    14.0
}

fn two() -> f64 {
    2.0
}

fn three() -> f64 {
    3.0
}

/// The memory of a group.
#[derive(Default, Serialize, Deserialize)]
struct Values {
    /// Each value with its time in seconds.
    data: Vec<(f64, i64)>,
    last_peak: Option<i64>,
}

/// The agent.
pub struct PeakDetector {
    value: JsonPath,
    group: Option<JsonPath>,
    message: Template,
    min_events: usize,
    window_seconds: f64,
    spacing_seconds: f64,
    deviations: f64,
}

impl AgentType for PeakDetector {
    const NAME: &'static str = "peak_detector";
    const KIND: Kind = Kind::Filter;
    const TITLE: &'static str = "Peak detector";
    const GROUPS: &'static [&'static str] = &["on_peak"];
    const HUGINN: Option<Mapping> = Some(Mapping::of("PeakDetectorAgent"));
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        let value = problems.take("value_path", JsonPath::parse(&options.value_path));
        let group = options.group_by_path.filter(|path| !path.trim().is_empty());
        let group = group.and_then(|path| problems.take("group_by_path", JsonPath::parse(&path)));
        let message = options.message.take("message", problems);
        for (field, days) in [
            ("window_duration_in_days", options.window_duration_in_days),
            ("min_peak_spacing_in_days", options.min_peak_spacing_in_days),
        ] {
            if !(0.0..=3_650.0).contains(&days) {
                problems.add(field, "Give 0 to 3650 days.");
            }
        }
        if options.std_multiple < 0.0 || !options.std_multiple.is_finite() {
            problems.add("std_multiple", "Give 0 or more.");
        }
        problems.errors.is_empty().then_some(PeakDetector {
            value: value?,
            group,
            message: message?,
            min_events: options.min_events,
            window_seconds: options.window_duration_in_days * DAY_SECONDS,
            spacing_seconds: options.min_peak_spacing_in_days * DAY_SECONDS,
            deviations: options.std_multiple,
        })
    }

    fn memory(&self, cx: &Context<'_>) -> Result<MemoryUse, AgentError> {
        Ok(MemoryUse::Scope(self.group_of(cx)?))
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let Some(event) = cx.event else { return Ok(Effects::none()) };
        let value = from_front(&self.value.first(cx.payload())?.map(text_of).unwrap_or_default());
        let value = if value.is_finite() { value } else { f64::MAX.copysign(value) };
        let mut values = Values::deserialize(&cx.memory).unwrap_or_default();
        let at = event.created_at.0 / 1000;
        values.data.push((value, at));
        values.data.retain(|(_, time)| *time > at || ((at - time) as f64) < self.window_seconds || *time == at);
        let forgotten = values.data.len().saturating_sub(MOST);
        values.data.drain(..forgotten);
        let is_soon = values.last_peak.is_some_and(|peak| ((at - peak) as f64) <= self.spacing_seconds);
        if values.data.len() <= self.min_events || is_soon || !self.is_peak(&values.data) {
            return Ok(Effects::none().remember(json!(values)));
        }
        values.last_peak = Some(at);
        let message = self.message.render(cx.scope())?;
        let payload = json!({"message": message, "peak": value, "peak_time": at, "grouped_by": self.group_of(cx)?});
        Ok(Effects::emit("on_peak", Payload::of(payload)?).remember(json!(values)))
    }

    fn examples() -> Vec<Example> {
        let config =
            json!({"value_path": "$.count", "group_by_path": "word", "message": "{{ word }}: {{ count }}", "min_events": 3});
        let before = json!({"data": [[1.0, 0], [2.0, 0], [1.0, 0], [2.0, 0]], "last_peak": null});
        vec![
            Example::new("A value like the others", config.clone())
                .on(json!({"word": "tea", "count": 2}))
                .remembering(before.clone()),
            Example::new("A peak", config)
                .on(json!({"word": "tea", "count": "9 times"}))
                .remembering(before)
                .emits("on_peak", json!({"message": "tea: 9 times", "peak": 9.0, "peak_time": 0, "grouped_by": "tea"})),
        ]
    }
}

impl PeakDetector {
    fn group_of(&self, cx: &Context<'_>) -> Result<String, AgentError> {
        let group = self.group.as_ref().map(|path| path.first(cx.payload())).transpose()?.flatten().map(text_of);
        Ok(group.filter(|group| !group.is_empty()).unwrap_or_else(|| NO_GROUP.to_owned()))
    }

    /// Whether the last value is a peak among those before it.
    fn is_peak(&self, data: &[(f64, i64)]) -> bool {
        let Some(((newest, _), before)) = data.split_last().filter(|(_, before)| !before.is_empty()) else { return false };
        let count = before.len() as f64;
        let mean = before.iter().map(|(value, _)| value).sum::<f64>() / count;
        let variance = before.iter().map(|(value, _)| (value - mean).powi(2)).sum::<f64>() / count;
        *newest > mean + self.deviations * variance.sqrt()
    }
}
