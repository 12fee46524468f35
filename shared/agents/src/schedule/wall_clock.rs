//! Cron expressions in a time zone. Croner searches for the times; what happens where clocks change is decided here.

use super::{ScheduleError, fields};
use croner::Cron;
use croner::errors::CronError;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, Zoned};
use rookery_domain::Time;

/// Every date that exists is in these years: in 28 years, 29 February falls on each weekday once.
const ANY_YEAR: &str = "2024-2063";
const FIRST_YEAR: DateTime = DateTime::constant(2024, 1, 1, 0, 0, 0, 0);

/// Whether a word is, or seems to be, the name of a time zone, and no field of a cron expression.
pub(super) fn is_zone(word: &str) -> bool {
    let begins = |part: &str| part.starts_with(|first: char| first.is_ascii_alphabetic());
    let has_region = word.split_once('/').is_some_and(|(region, city)| begins(region) && begins(city));
    has_region || (begins(word) && TimeZoneDatabase::bundled().get(word).is_ok())
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct WallClock {
    cron: Cron,
    zone: TimeZone,
    /// Whether the hour is `*`.
    hourly: bool,
}

impl WallClock {
    /// Parses an expression with five or six fields.
    pub(super) fn parse(text: &str, zone: Option<&str>) -> Result<Self, ScheduleError> {
        // The machine's time zones are not used: they may be missing, as on Lambda, or differ between machines.
        let zone = match zone {
            None => TimeZone::UTC,
            Some(name) => TimeZoneDatabase::bundled().get(name).map_err(|_| ScheduleError::Zone(name.to_owned()))?,
        };
        let read = |text: &str| text.parse::<Cron>();
        let unreadable = |_: CronError| ScheduleError::Cron(text.to_owned(), fields::unreadable(text));
        let cron = read(text).map_err(unreadable)?;
        let fields: Vec<&str> = text.split(' ').collect();
        // For a date that does not exist, croner would search three thousand years.
        let second = if fields.len() == 5 { "0 " } else { "" };
        let soon = read(&format!("{second}{text} {ANY_YEAR}")).map_err(unreadable)?;
        soon.find_next_occurrence(&FIRST_YEAR, true).map_err(|_| ScheduleError::NoSuchDate(text.to_owned()))?;
        let hourly = fields.iter().rev().nth(3) == Some(&"*");
        Ok(WallClock { cron, zone, hourly })
    }

    /// The expression in words, with its time zone.
    pub(super) fn in_words(&self) -> String {
        let zone = self.zone.iana_name().unwrap_or("UTC");
        format!("{}, {zone}", self.cron.describe().trim_end_matches('.'))
    }

    pub(super) fn next(&self, after: Time) -> Option<Time> {
        let after = Timestamp::from_millisecond(after.0).ok()?;
        let next = if self.hourly { self.next_real_hour(after) } else { self.next_time_of_day(after) };
        next.map(|next| Time(next.as_millisecond()))
    }

    /// The next moment whose clock reading matches. A reading that is skipped is not due; one that comes twice is due twice.
    /// Croner does the same for expressions with a wildcard.
    fn next_real_hour(&self, after: Timestamp) -> Option<Timestamp> {
        let after = Zoned::new(after, self.zone.clone());
        self.cron.find_next_occurrence(&after, false).ok().map(|next| next.timestamp())
    }

    /// The next clock reading that matches; each is due once. Croner guarantees that only where second, minute and hour are
    /// single values (`0 2 * * *`, but not `0 2,14 * * *`), so the search here is without a time zone.
    fn next_time_of_day(&self, after: Timestamp) -> Option<Timestamp> {
        // `moment` never decreases as the reading grows, so the search may start at the reading of `after`.
        let mut reading = self.zone.to_datetime(after);
        loop {
            reading = self.cron.find_next_occurrence(&reading, false).ok()?;
            let moment = self.moment(reading)?;
            // In the second pass of an hour, its readings were due already: at most one such hour is walked through.
            if moment > after {
                return Some(moment);
            }
        }
    }

    /// When a clock first shows this reading; if the reading is skipped, when the clocks change.
    fn moment(&self, reading: DateTime) -> Option<Timestamp> {
        let ambiguous = self.zone.to_ambiguous_timestamp(reading);
        let gap = matches!(ambiguous.offset(), AmbiguousOffset::Gap { .. });
        let earlier = ambiguous.earlier().ok()?;
        match gap {
            true => self.zone.following(earlier).next().map(|change| change.timestamp()),
            false => Some(earlier),
        }
    }
}
