//! Steps of cron expressions that are longer than their field: `*/90` in minutes reads like every 90 minutes, but is due every hour.

use super::fields::{self, Field};

/// A step that is so long that it never reaches its second value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "The step `{part}` is longer than its field: the {field} begins anew after {size}, so the step never takes effect. {remedy}"
)]
pub struct StepTooLong {
    part: String,
    field: &'static str,
    size: u32,
    remedy: String,
}

/// The first such step in a cron expression, which may begin with a time zone. A step of exactly the whole field, like `*/60` in
/// minutes, is all right.
pub(super) fn too_long(text: &str) -> Option<StepTooLong> {
    let fields: Vec<&str> = text.split_whitespace().filter(|field| !field.starts_with("TZ=")).collect();
    fields.iter().zip(fields::of(fields.len())).find_map(|(field, Field { name, size, unit, .. })| {
        field.split(',').find_map(|part| {
            let step: u32 = part.split_once('/')?.1.parse().ok()?;
            let remedy = match unit {
                Some(unit) => format!("For an interval, use `every_{step}{unit}`."),
                None => "Name the months, as in `1,7`.".to_owned(),
            };
            (step > *size).then(|| StepTooLong { part: part.to_owned(), field: name, size: *size, remedy })
        })
    })
}
