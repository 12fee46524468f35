//! What all agents of a file have in common: values that may stand as texts, schedules, and how long events are kept.

use super::mapping::Taken;
use crate::erased::EXPECTED_DAYS;
use crate::schedule::names_zone;
use rookery_domain::limits;
use serde_json::{Map, Number, Value, json};

/// The longest time that events are kept, in seconds.
const LONGEST: i64 = limits::KEEP_EVENTS_SECONDS * 13;
/// The shortest.
const SHORTEST: i64 = 60;

/// Whether a value is true, or the text `true`.
pub(super) fn is_true(value: &Value) -> bool {
    value.as_bool() == Some(true) || value.as_str().is_some_and(|text| text.trim().eq_ignore_ascii_case("true"))
}

/// A whole number, which may stand as a text.
pub(super) fn integer(value: &Value) -> Option<i64> {
    let number = match value {
        Value::Number(number) => number.clone(),
        Value::String(text) => text.trim().parse::<Number>().ok()?,
        _ => return None,
    };
    number.as_i64().or_else(|| number.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 1e15).map(|n| n as i64))
}

/// A schedule with the zone that its times of day are in. Intervals have none.
pub(super) fn in_zone(schedule: &str, timezone: &str) -> String {
    let has_zone = schedule.starts_with("TZ=") || schedule.starts_with("every") || schedule == "never" || names_zone(schedule);
    if has_zone || timezone == "UTC" { schedule.to_owned() } else { format!("TZ={timezone} {schedule}") }
}

/// Takes out what is expected of an agent, in days. Huginn knows no longest time.
pub(super) fn expected(taken: &mut Taken<'_>) -> Map<String, Value> {
    let mut expected = Map::new();
    for field in ["expected_update_period_in_days", "expected_receive_period_in_days"] {
        let number = match taken.options.shift_remove(field) {
            Some(Value::Number(days)) => Some(days),
            Some(Value::String(days)) => days.trim().parse::<Number>().ok(),
            _ => None,
        };
        let Some((number, days)) = number.and_then(|days| Some((days.clone(), days.as_f64()?))) else { continue };
        if days > EXPECTED_DAYS {
            taken.note(field, "Here it is expected within 31 days, which is the longest.");
            expected.insert(field.to_owned(), json!(31));
        } else if days > 0.0 {
            expected.insert(field.to_owned(), number.into());
        }
    }
    expected
}

/// Sets how long events are kept.
pub(super) fn keep_events(taken: &mut Taken<'_>, seconds: i64) {
    let field = "keep_events_for";
    let kept = match seconds {
        0 => {
            taken.note(field, "Huginn keeps these events for ever; here they are kept for 390 days, which is the longest.");
            LONGEST
        }
        LONGEST.. => {
            if seconds > LONGEST {
                taken.note(field, "The events are kept for 390 days, which is the longest.");
            }
            LONGEST
        }
        seconds => seconds.max(SHORTEST),
    };
    taken.options.insert(field.to_owned(), kept.into());
}
