//! Dates as feeds and pages write them: RFC 2822, RFC 3339, and what is nearly one of them.

use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use jiff::fmt::strtime::BrokenDownTime;
use jiff::fmt::temporal::Pieces;
use jiff::tz::{Offset, TimeZone};

/// The longest text that is read as a date.
const LONGEST: usize = 100;
/// Zones by name, as far as mails may have them, with their hours from UTC.
const ZONES: [(&str, i8); 14] = [
    ("GMT", 0),
    ("UTC", 0),
    ("UT", 0),
    ("Z", 0),
    ("EST", -5),
    ("EDT", -4),
    ("CST", -6),
    ("CDT", -5),
    ("MST", -7),
    ("MDT", -6),
    ("PST", -8),
    ("PDT", -7),
    ("CET", 1),
    ("CEST", 2),
];
const DAYS: [&str; 7] = ["%d %b %y", "%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y", "%Y/%m/%d", "%Y-%m-%d"];
const TIMES: [&str; 3] = [" %H:%M:%S", " %H:%M", ""];

/// The moment that a text means, and the date in ISO 8601, in its own zone. Without one, it is UTC.
pub(crate) fn read(text: &str) -> Option<(Timestamp, String)> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.len() > LONGEST {
        return None;
    }
    let (time, offset) = rfc_3339(&text).or_else(|| nearly(&text)).or_else(|| rfc_2822(&text))?;
    let moment = time.to_zoned(TimeZone::fixed(offset)).ok()?.timestamp();
    let written = moment.display_with_offset(offset).to_string();
    Some((moment, written.strip_suffix("+00:00").map(|utc| format!("{utc}Z")).unwrap_or(written)))
}

fn rfc_2822(text: &str) -> Option<(DateTime, Offset)> {
    let parser = jiff::fmt::rfc2822::DateTimeParser::new().relaxed_weekday(true);
    let zoned = parser.parse_zoned(text).ok()?;
    Some((zoned.datetime(), zoned.offset()))
}

fn rfc_3339(text: &str) -> Option<(DateTime, Offset)> {
    let pieces = Pieces::parse(text).ok()?;
    let offset = pieces.to_numeric_offset().unwrap_or(Offset::UTC);
    Some((pieces.date().to_datetime(pieces.time().unwrap_or(Time::midnight())), offset))
}

fn nearly(text: &str) -> Option<(DateTime, Offset)> {
    // The name of the day says nothing that the date does not say.
    let text = match text.split_once(',') {
        Some((day, rest)) if day.chars().all(char::is_alphabetic) && rest.contains(|char: char| char.is_ascii_digit()) => rest,
        _ => text,
    };
    let text = text.replace(',', " ");
    let words: Vec<&str> = text.split_whitespace().collect();
    let (zone, rest) = words.split_last()?;
    let hours =
        |name: &str| ZONES.iter().find(|(zone, _)| name.eq_ignore_ascii_case(zone)).map(|(_, hours)| Offset::constant(*hours));
    let numeric = |zone: &str| BrokenDownTime::parse("%z", zone).or_else(|_| BrokenDownTime::parse("%:z", zone)).ok()?.offset();
    let (text, offset) = match hours(zone).or_else(|| numeric(zone)) {
        Some(offset) => (rest.join(" "), offset),
        None => (words.join(" "), Offset::UTC),
    };
    let formats = DAYS.iter().flat_map(|day| TIMES.iter().map(move |time| format!("{day}{time}")));
    let time = formats.filter_map(|format| BrokenDownTime::parse(format, &text).ok()).find_map(|parts| {
        let date = parts.to_date().ok()?;
        Some(date.to_datetime(parts.to_time().unwrap_or(Time::midnight())))
    })?;
    Some((time, offset))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_they_are_found() {
        for (text, expected) in [
            ("Tue, 05 Mar 2024 10:00:00 GMT", "2024-03-05T10:00:00Z"),
            ("Tue, 05 Mar 2024 10:00:00 -0800", "2024-03-05T10:00:00-08:00"),
            ("Mon, 5 Mar 2024 10:00 +0100", "2024-03-05T10:00:00+01:00"),
            ("5 Mar 24 10:00:00 EST", "2024-03-05T10:00:00-05:00"),
            ("Tuesday, 5 March 2024 10:00:00 UTC", "2024-03-05T10:00:00Z"),
            ("Tues, 05 Mar 2024 10:00:00", "2024-03-05T10:00:00Z"),
            ("Tue, 05 Mar 2024 10:00:00 CEST", "2024-03-05T10:00:00+02:00"),
            ("Mar 5, 2024 10:00 +01:00", "2024-03-05T10:00:00+01:00"),
            ("March 5, 2024", "2024-03-05T00:00:00Z"),
            ("2024-03-05T10:00:00Z", "2024-03-05T10:00:00Z"),
            ("2024-03-05T10:00:00.250+05:30", "2024-03-05T10:00:00.25+05:30"),
            ("2024-03-05 10:00:00", "2024-03-05T10:00:00Z"),
            ("2024-03-05 10:00:00 +0100", "2024-03-05T10:00:00+01:00"),
            ("2024-03-05T10:00", "2024-03-05T10:00:00Z"),
            ("2024-03-05", "2024-03-05T00:00:00Z"),
            ("2024/03/05 10:00", "2024-03-05T10:00:00Z"),
            ("\n Tue, 05 Mar 2024\t10:00:00  GMT ", "2024-03-05T10:00:00Z"),
        ] {
            assert_eq!(read(text).map(|(_, text)| text).as_deref(), Some(expected), "{text}");
        }
        for text in
            ["", "yesterday", "32 Mar 2024", "Tue, 05 Xyz 2024 10:00:00 GMT", "2024-13-01", ",", "9999999999", &"1".repeat(200)]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "([A-Za-z]{1,4}|[0-9]{1,5}|[-+:,TZ./ ]){0,14}") {
            let _ = read(&text);
        }
    }
}
