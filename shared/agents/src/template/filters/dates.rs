//! The filter `date`: it reads a time in the forms that events have, and writes it as `strftime` does in Ruby. The machine's
//! clock and time zone must not be used here.

use super::{Given, Own, State, beginning};
use jiff::civil::{self, DateTime};
use jiff::fmt::{rfc2822, strtime, temporal::Pieces};
use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, Zoned};
use liquid_core::Result;
use liquid_core::model::{DateTime as Written, Value};
use rookery_domain::Time;
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::Error as Unwritable;

pub(super) const FILTERS: &[Own] = &[Own::new("date", 1, 2, date)];

/// The longest format, in characters.
const MAX_FORMAT: usize = 256;
/// The longest text of a time, in characters.
const MAX_TEXT: usize = 100;
/// The forms of dates besides RFC 3339 and RFC 2822, without their commas.
const DATES: [&str; 7] = ["%d %B %Y", "%d %b %Y", "%B %d %Y", "%b %d %Y", "%d-%b-%Y", "%Y/%m/%d", "%m/%d/%Y"];
const TIMES: [&str; 5] = ["", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p"];
const ZONES: [&str; 2] = ["", " %z"];
/// The forms of C's `ctime` and of Twitter, without the weekday.
const YEAR_LAST: [&str; 2] = ["%b %d %H:%M:%S %Y", "%b %d %H:%M:%S %z %Y"];

fn date(given: &Given<'_>) -> Result<Value> {
    let (text, format) = (given.text(), given.argument_text(0, ""));
    // As in Liquid, an empty input stays empty, and an empty format changes nothing.
    if text.trim().is_empty() || format.is_empty() {
        return Ok(given.input.to_value());
    }
    let width = format.as_bytes().chunk_by(|a, b| a.is_ascii_digit() && b.is_ascii_digit()).map(<[u8]>::len).max();
    if format.len() > MAX_FORMAT || width.is_some_and(|digits| digits > 2) {
        return Err(given.error("the format may have 256 characters, and widths of two digits"));
    }
    let now = given.runtime.registers().get_mut::<State>().now;
    let unreadable = || {
        let shown = beginning(text.trim());
        given.error(&format!("`{shown}` is not a time; give RFC 3339 like 2026-01-31T09:30:00Z, or Unix seconds"))
    };
    let time = given.input.as_scalar().and_then(|_| read(text.trim(), now)).ok_or_else(unreadable)?;
    let time = match given.argument(1) {
        Some(zone) => time.with_time_zone(zone_of(&given.text_of(zone)).map_err(|error| given.error(&error))?),
        None => time,
    };
    let format = prepared(&format, &time);
    let text = time.strftime("%Y-%m-%d %H:%M:%S %z").to_string();
    let time = Written::deserialize(text.into_deserializer()).map_err(|_: Unwritable| unreadable())?;
    let written = time.format(&format);
    written.map(Value::scalar).map_err(|error| given.error(&format!("the format cannot be read: {error}")))
}

fn zone_of(name: &str) -> std::result::Result<TimeZone, String> {
    let zone = TimeZoneDatabase::bundled().get(name.trim());
    zone.map_err(|_| format!("`{}` is no time zone; give a name like Europe/Berlin", beginning(name)))
}

/// The format, with the parts filled in that the library writes differently from Ruby: fractions of a second, whose leading zeros
/// the library drops, and the name of UTC.
fn prepared(format: &str, time: &Zoned) -> String {
    let (mut text, mut rest) = (String::new(), format);
    while let Some(at) = rest.find('%') {
        let directive = &rest[at + 1..];
        let letter = directive.trim_start_matches(|char: char| char.is_ascii_digit() || "-_^#".contains(char));
        let flags = &directive[..directive.len() - letter.len()];
        let end = rest.len() - letter.len() + letter.chars().next().map_or(0, char::len_utf8);
        text.push_str(&rest[..at]);
        // The library panics at such a character; in Ruby, what is no directive stands for itself.
        if letter.trim_start_matches(['E', 'O', ':']).starts_with(|char: char| !char.is_ascii()) {
            text.push_str("%%");
            rest = directive;
            continue;
        }
        match (letter.chars().next(), flags) {
            (Some('L'), width) => text.push_str(&fraction(time, width, 3)),
            (Some('N'), width) => text.push_str(&fraction(time, width, 9)),
            (Some('Z'), "") if time.offset() == Offset::UTC => text.push_str("UTC"),
            _ => text.push_str(&rest[at..end]),
        }
        rest = &rest[end..];
    }
    text + rest
}

/// The first digits of the fraction of a second.
fn fraction(time: &Zoned, width: &str, default: usize) -> String {
    let width = width.trim_start_matches(|char: char| !char.is_ascii_digit()).parse().unwrap_or(default);
    let digits = format!("{:09}", time.subsec_nanosecond());
    format!("{:0<width$}", digits.get(..width).unwrap_or(&digits))
}

/// Reads a time; a time without a zone is in UTC.
fn read(text: &str, now: Time) -> Option<Zoned> {
    if text.len() > MAX_TEXT {
        return None;
    }
    if ["now", "today"].iter().any(|name| text.eq_ignore_ascii_case(name)) {
        return Some(now.timestamp().to_zoned(TimeZone::UTC));
    }
    if let Some(time) = unix(text) {
        return Some(time.to_zoned(TimeZone::UTC));
    }
    let text = with_offset(text);
    let rfc2822 = || rfc2822::DateTimeParser::new().relaxed_weekday(true).parse_zoned(&text).ok();
    iso(&text).or_else(rfc2822).or_else(|| spelled(&text))
}

/// Reads Unix time: seconds, or by their size milliseconds, microseconds or nanoseconds. Seconds may have a fraction, like Slack's.
fn unix(text: &str) -> Option<Timestamp> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    if [digits, fraction].iter().any(|part| part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let number: i64 = whole.parse().ok()?;
    // Seconds with up to eleven digits reach the year 5138; milliseconds with twelve digits begin in 1973.
    match number.unsigned_abs().checked_ilog10().unwrap_or(0) {
        0..=10 => {
            let nanoseconds: i32 = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
            Timestamp::new(number, if whole.starts_with('-') { -nanoseconds } else { nanoseconds }).ok()
        }
        11..=13 => Timestamp::from_millisecond(number).ok(),
        14..=16 => Timestamp::from_microsecond(number).ok(),
        _ => Timestamp::from_nanosecond(i128::from(number)).ok(),
    }
}

/// The text with an offset in place of a name of UTC at its end.
fn with_offset(text: &str) -> String {
    let named = [" UTC", " GMT", " Z"].iter().find_map(|name| text.strip_suffix(name));
    named.map_or_else(|| text.to_owned(), |time| format!("{time} +0000"))
}

/// Reads RFC 3339 and similar forms: only a date, a blank in place of the `T`, no zone, a zone's name in brackets.
fn iso(text: &str) -> Option<Zoned> {
    let joined = match text.rsplit_once(' ') {
        Some((time, offset)) if offset.starts_with(['+', '-']) => format!("{time}{offset}"),
        _ => text.to_owned(),
    };
    let pieces = Pieces::parse(&joined).ok()?;
    let time = pieces.date().to_datetime(pieces.time().unwrap_or(civil::Time::midnight()));
    match (pieces.to_numeric_offset(), pieces.to_time_zone_with(&TimeZoneDatabase::bundled())) {
        (Some(offset), _) => at(time, offset),
        (None, Ok(Some(zone))) => time.to_zoned(zone).ok(),
        (None, _) => at(time, Offset::UTC),
    }
}

/// Reads a date with the month's name, or with slashes.
fn spelled(text: &str) -> Option<Zoned> {
    let text = text.replace(',', " ").replace(" at ", " ");
    let words: Vec<&str> = text.split_whitespace().collect();
    let words = if words.first().is_some_and(|word| is_weekday(word)) { &words[1..] } else { &words[..] };
    let text = words.join(" ");
    let usual = DATES.iter().flat_map(|date| TIMES.iter().map(move |time| (date, time)));
    let usual = usual.flat_map(|(date, time)| ZONES.iter().map(move |zone| format!("{date}{time}{zone}")));
    let all = usual.chain(YEAR_LAST.iter().map(ToString::to_string));
    all.into_iter().find_map(|format| {
        let parts = strtime::parse(&format, &text).ok()?;
        // A year of two digits would be taken for one of the first century.
        let date = parts.to_date().ok().filter(|date| date.year() >= 1000)?;
        let time = parts.to_time().unwrap_or(civil::Time::midnight());
        at(date.to_datetime(time), parts.offset().unwrap_or(Offset::UTC))
    })
}

fn is_weekday(word: &str) -> bool {
    let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let word = word.to_lowercase();
    word.len() >= 3 && names.iter().any(|name| name.starts_with(&word))
}

fn at(time: DateTime, offset: Offset) -> Option<Zoned> {
    Some(offset.to_timestamp(time).ok()?.to_zoned(TimeZone::fixed(offset)))
}
