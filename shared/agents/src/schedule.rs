//! When an agent is due: names, intervals and cron expressions. Pure: the clock and the time zones of the machine are not used.

mod fields;
mod steps;
mod wall_clock;

use rookery_domain::Time;
use std::fmt;
pub use steps::StepTooLong;
use wall_clock::WallClock;

/// The most missed cron times that are counted.
const COUNTED: u64 = 1_000;
const DAY_SECONDS: i64 = 24 * 3600;
const LONGEST_INTERVAL_SECONDS: i64 = 366 * DAY_SECONDS;
const UNITS: [(char, i64); 4] = [('d', DAY_SECONDS), ('h', 3600), ('m', 60), ('s', 1)];

/// A parsed schedule.
///
/// Its due times depend only on its text, so every process computes the same. Intervals are aligned to the Unix epoch (`every_5m`
/// is due at :00, :05, ...; `every_7d` on Thursdays at midnight UTC), and the time zones are the built-in ones.
///
/// Where clocks change, a time of day that is skipped is due once, at the moment of the change; one that comes twice is due the
/// first time. A cron expression whose hour is `*` follows the real hours instead: it is due in both passes of an hour that comes
/// twice.
///
/// Each due time has one effect, however often it comes. Where the machine's clock is set back, what was done is not done again:
/// the schedule rests until the clock is where it was.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    text: String,
    rule: Rule,
}

#[derive(Clone, Debug, PartialEq)]
enum Rule {
    Never,
    /// An interval, in milliseconds.
    Every(i64),
    WallClock(Box<WallClock>),
}

/// Why a text is not a schedule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum ScheduleError {
    #[error(
        "`{0}` is not a schedule. Use a name like `every_5m`, `every_1h`, `every_7d`, `midnight`, `1am`, `noon`, `11pm`, `@daily` or `never`, \
         an interval like `every_90s`, or a cron expression of five or six fields like `30 9 * * 1-5`."
    )]
    Unknown(String),
    #[error("The interval `{0}` is out of range. Give 1 second to 366 days.")]
    Interval(String),
    #[error("`{0}` has both a time zone and an interval. Leave `TZ=` out, or use a cron expression.")]
    ZonedInterval(String),
    #[error("There is no time zone `{0}`. Use a name of the IANA database, as in `TZ=Europe/Berlin 0 9 * * *`.")]
    Zone(String),
    #[error(
        "The cron expression `{0}` cannot be read: {1}. Its fields are: second (may be left out), minute, hour, day, month, weekday."
    )]
    Cron(String, String),
    #[error("`{0}` is never due: there is no such date. Correct the day or month, or use `never`.")]
    NoSuchDate(String),
}

impl Schedule {
    /// Reads a schedule. One of:
    /// - Huginn's names: `every_1m` to `every_7d`, `midnight`, `1am` to `11am`, `noon`, `1pm` to `11pm` (UTC), `never`;
    /// - cron's names: `@hourly`, `@daily`, `@weekly` (Sundays), `@monthly`, `@yearly` and `@annually` (UTC);
    /// - an interval of 1 second to 366 days: `every_90s` or `every 90s`, in s, m, h or d;
    /// - a cron expression of five fields, or six that begin with the second (UTC).
    ///
    /// An hour's name, one of cron's or a cron expression may be led by a time zone: `TZ=Europe/Berlin 9am`. A cron expression may also have it
    /// behind its fields, as Huginn's have.
    pub fn parse(text: &str) -> Result<Schedule, ScheduleError> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (zone, words) = match words.split_first() {
            Some((first, rest)) if first.starts_with("TZ=") => (first.strip_prefix("TZ="), rest),
            _ => match zone_behind(&words) {
                Some((zone, rest)) => (Some(zone), rest),
                None => (None, &words[..]),
            },
        };
        let body = fields::usual(words);
        if let Some(seconds) = interval(&body)? {
            return match zone {
                None => Ok(Schedule { text: interval_text(seconds), rule: Rule::Every(seconds * 1000) }),
                Some(_) => Err(ScheduleError::ZonedInterval(text.to_owned())),
            };
        }
        let cron = match (body.as_str(), hour(&body), words.len()) {
            ("never", ..) => return Ok(Schedule { text: body, rule: Rule::Never }),
            ("@hourly", ..) => "0 * * * *".to_owned(),
            ("@daily", ..) => "0 0 * * *".to_owned(),
            ("@weekly", ..) => "0 0 * * 0".to_owned(),
            ("@monthly", ..) => "0 0 1 * *".to_owned(),
            ("@yearly" | "@annually", ..) => "0 0 1 1 *".to_owned(),
            (_, Some(hour), _) => format!("0 {hour} * * *"),
            (_, None, 5 | 6) => body.clone(),
            _ => return Err(ScheduleError::Unknown(text.to_owned())),
        };
        let clock = WallClock::parse(&cron, zone)?;
        let text = zone.map_or_else(|| body.clone(), |zone| format!("TZ={zone} {body}"));
        Ok(Schedule { text, rule: Rule::WallClock(Box::new(clock)) })
    }

    /// The first step that does not do what it seems to say. This is judged only at save: schedules that were saved before go on.
    pub fn too_long_step(&self) -> Option<StepTooLong> {
        match self.rule {
            Rule::WallClock(_) => steps::too_long(&self.text),
            Rule::Never | Rule::Every(_) => None,
        }
    }

    /// Whether the schedule is `never`.
    pub fn is_never(&self) -> bool {
        self.rule == Rule::Never
    }

    /// The first due time after `after`. `None` when there is none, or none that the calendar can hold.
    pub fn next(&self, after: Time) -> Option<Time> {
        match &self.rule {
            Rule::Never => None,
            Rule::Every(ms) => after.0.div_euclid(*ms).checked_add(1)?.checked_mul(*ms).map(Time),
            Rule::WallClock(clock) => clock.next(after),
        }
    }

    /// The schedule in words, with the time zone that it follows: `At 09:00, on Monday, Tuesday, UTC`.
    pub fn in_words(&self) -> String {
        match &self.rule {
            Rule::Never => "Never".to_owned(),
            Rule::Every(ms) => interval_in_words(ms / 1000),
            Rule::WallClock(clock) => clock.in_words(),
        }
    }

    /// The latest due time in `(after, until]`, and how many times were due: missed times collapse into the latest.
    ///
    /// The work is bounded, however long the span. For a cron expression, the count is exact below 1,000; 1,000 means that many
    /// or more, and the latest time is then found by bisection.
    pub fn latest(&self, after: Time, until: Time) -> Option<(Time, u64)> {
        let in_time = |time: &Time| *time <= until;
        let mut latest = self.next(after).filter(in_time)?;
        if let Rule::Every(ms) = self.rule {
            let last = until.0.div_euclid(ms);
            return Some((Time(last * ms), last.abs_diff(latest.0.div_euclid(ms)) + 1));
        }
        let mut count = 1;
        while let Some(next) = self.next(latest).filter(in_time) {
            if count == COUNTED {
                return Some((self.bisect(next, until), count));
            }
            (latest, count) = (next, count + 1);
        }
        Some((latest, count))
    }

    /// The last due time up to `until`, found from one that is known.
    fn bisect(&self, due: Time, until: Time) -> Time {
        // `low` is due, and nothing in (high, until] is.
        let (mut low, mut high) = (due, until);
        while low < high {
            let middle = Time(i64::midpoint(low.0, high.0));
            match self.next(middle).filter(|time| *time <= until) {
                Some(time) => low = time,
                None => high = middle,
            }
        }
        low
    }
}

/// Whether a schedule has a time zone behind its fields.
pub(crate) fn names_zone(text: &str) -> bool {
    zone_behind(&text.split_whitespace().collect::<Vec<_>>()).is_some()
}

/// The time zone behind the fields of a cron expression, and these.
fn zone_behind<'w, 't>(words: &'w [&'t str]) -> Option<(&'t str, &'w [&'t str])> {
    let (last, rest) = words.split_last()?;
    (matches!(rest.len(), 5 | 6) && wall_clock::is_zone(last)).then_some((last, rest))
}

impl fmt::Display for Schedule {
    /// Writes the canonical text, which parses to the same schedule.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The seconds of an interval like `every_90s`. `None` for a text that does not look like an interval.
fn interval(text: &str) -> Result<Option<i64>, ScheduleError> {
    let Some(length) = text.strip_prefix("every_").or_else(|| text.strip_prefix("every ")) else { return Ok(None) };
    let unit = UNITS.iter().find_map(|(unit, seconds)| Some((length.strip_suffix(*unit)?, seconds)));
    let Some((digits, seconds)) = unit.filter(|(digits, _)| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
    else {
        return Ok(None);
    };
    let length = digits.parse::<i64>().ok().and_then(|n| n.checked_mul(*seconds));
    match length.filter(|length| (1..=LONGEST_INTERVAL_SECONDS).contains(length)) {
        Some(length) => Ok(Some(length)),
        None => Err(ScheduleError::Interval(text.to_owned())),
    }
}

/// An interval in the largest unit that divides it.
fn in_units(seconds: i64) -> (i64, char) {
    let (unit, size) = UNITS.into_iter().find(|(_, size)| seconds % size == 0).unwrap_or(('s', 1));
    (seconds / size, unit)
}

fn interval_text(seconds: i64) -> String {
    let (count, unit) = in_units(seconds);
    format!("every_{count}{unit}")
}

fn interval_in_words(seconds: i64) -> String {
    let (count, unit) = in_units(seconds);
    let unit = match unit {
        'd' => "day",
        'h' => "hour",
        'm' => "minute",
        _ => "second",
    };
    if count == 1 { format!("Every {unit}") } else { format!("Every {count} {unit}s") }
}

/// The hour that a name stands for.
fn hour(name: &str) -> Option<u8> {
    let of = |digits: &str| digits.parse().ok().filter(|hour| (1..=11).contains(hour) && !digits.starts_with(['0', '+']));
    match name {
        "midnight" => Some(0),
        "noon" => Some(12),
        _ => match name.strip_suffix("am") {
            Some(digits) => of(digits),
            None => name.strip_suffix("pm").and_then(of).map(|hour| hour + 12),
        },
    }
}

#[cfg(test)]
mod tests;
