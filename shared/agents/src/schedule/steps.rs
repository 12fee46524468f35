//! Steps of cron expressions that are longer than their field: `*/90` in minutes reads like every 90 minutes, but is due every hour.

/// Each field of a cron expression: its name, how many values it has, and the letter of its interval.
const FIELDS: [(&str, u32, Option<char>); 6] = [
    ("second", 60, Some('s')),
    ("minute", 60, Some('m')),
    ("hour", 24, Some('h')),
    ("day", 31, Some('d')),
    ("month", 12, None),
    ("weekday", 7, Some('d')),
];

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
    // The second may be left out, and then the first field is the minute.
    let names = &FIELDS[FIELDS.len().checked_sub(fields.len())?..];
    fields.iter().zip(names).find_map(|(field, (name, size, unit))| {
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
