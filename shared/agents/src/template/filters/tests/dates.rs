//! The filter `date`: the forms of times that it reads, and the directives of `strftime` that it writes.

use super::{all_fail, all_render};
use crate::template::{Scope, Template};
use serde_json::{Map, json};

/// Renders with the product's own variables, as an agent does.
fn render_with(variables: serde_json::Value, source: &str) -> String {
    let variables: Map<_, _> = serde_json::from_value(variables).unwrap();
    Template::parse(source).unwrap().render(&Scope::new(variables)).unwrap()
}

#[test]
fn the_references_examples() {
    let payload = r#"{"article": {"published_at": "2015-07-17T15:04:05Z"}}"#;
    all_render(
        payload,
        &[
            (r#"{{ article.published_at | date: "%a, %b %d, %y" }}"#, "Fri, Jul 17, 15"),
            (r#"{{ article.published_at | date: "%Y" }}"#, "2015"),
            (r#"{{ "March 14, 2016" | date: "%b %d, %y" }}"#, "Mar 14, 16"),
        ],
    );
}

#[test]
fn the_products_own_times_are_read() {
    let variables = json!({"now": "2026-01-31T09:30:00.250Z", "due": "2024-12-22T18:59:56.000Z", "event": {"created_at": "2025-02-03T04:05:06.789Z"}});
    for (source, expected) in [
        ("{{ due | date: '%Y-%m-%d' }}", "2024-12-22"),
        ("{{ now | date: '%H:%M:%S.%L' }}", "09:30:00.250"),
        ("{{ event.created_at | date: '%d.%m.%Y %H:%M' }}", "03.02.2025 04:05"),
        // "Now" is the time of the attempt, not the machine's: rendering the template again in the same attempt gives the same.
        ("{{ 'now' | date: '%Y-%m-%d %H:%M:%S.%L' }}", "2026-01-31 09:30:00.250"),
        ("{{ 'Today' | date: '%s' }}", "1769851800"),
    ] {
        assert_eq!(render_with(variables.clone(), source), expected, "{source}");
    }
}

#[test]
fn every_form_of_a_time_is_read() {
    let same = [
        "2024-12-22T18:59:56Z",
        "2024-12-22t18:59:56z",
        "2024-12-22T18:59:56.000Z",
        "2024-12-22T18:59:56.123456789Z",
        "2024-12-22T19:59:56+01:00",
        "2024-12-22T13:59:56-0500",
        "2024-12-22T18:59:56",
        "2024-12-22 18:59:56",
        "2024-12-22 18:59:56.5",
        "2024-12-22 18:59:56 UTC",
        "2024-12-22 18:59:56 +0000",
        "2024-12-22 19:59:56 +01:00",
        "2024-12-22T19:59:56[Europe/Berlin]",
        "2024-12-22T19:59:56+01:00[Europe/Berlin]",
        "20241222T185956Z",
        "Sun, 22 Dec 2024 18:59:56 +0000",
        "Sun, 22 Dec 2024 18:59:56 GMT",
        "Sun, 22 Dec 2024 13:59:56 EST",
        "22 Dec 2024 18:59:56 +0000",
        "22 Dec 2024 18:59:56",
        "22 December 2024 18:59:56",
        "December 22, 2024, 6:59:56 PM",
        "Sunday, December 22, 2024 at 6:59:56 pm",
        "Sun Dec 22 18:59:56 2024",
        "Sun Dec 22 18:59:56 +0000 2024",
        "2024/12/22 18:59:56",
        "12/22/2024 18:59:56",
        "12/22/2024 19:59:56 +0100",
        "1734893996",
        "1734893996.25",
        "1734893996000",
        "1734893996000000",
        "1734893996000000000",
        "  2024-12-22T18:59:56Z  ",
    ];
    for text in same {
        let payload = json!({"at": text}).to_string();
        all_render(&payload, &[("{{ at | date: '%s' }}", "1734893996")]);
    }
    for number in ["1734893996", "1734893996.75", "1734893996123"] {
        all_render(&format!(r#"{{"at": {number}}}"#), &[("{{ at | date: '%s' }}", "1734893996")]);
    }
    for date in ["2024-12-22", "22 Dec 2024", "December 22, 2024", "22-Dec-2024", "2024/12/22", "12/22/2024", "1734825600"] {
        all_render(&json!({"at": date}).to_string(), &[("{{ at | date: '%Y-%m-%d %H:%M:%S' }}", "2024-12-22 00:00:00")]);
    }
    // Times before 1970, and a time that is written in the template.
    all_render("{}", &[("{{ -86400 | date: '%F' }}{{ 0 | date: ' %F' }}", "1969-12-31 1970-01-01")]);
}

#[test]
fn a_time_keeps_its_own_zone() {
    let payload =
        r#"{"at": "2024-12-22T18:59:56+05:30", "west": "Sun, 22 Dec 2024 01:02:03 -0700", "utc": "2024-12-22T01:02:03Z"}"#;
    all_render(
        payload,
        &[
            ("{{ at | date: '%H:%M %z %:z' }}", "18:59 +0530 +05:30"),
            ("{{ west | date: '%H:%M %z' }}", "01:02 -0700"),
            ("{{ utc | date: '%H:%M %z %Z %%Z' }}", "01:02 +0000 UTC %Z"),
        ],
    );
}

#[test]
fn a_zone_may_be_asked_for() {
    let payload = r#"{"at": "2024-07-22T18:59:56Z", "zone": "Europe/Berlin"}"#;
    all_render(
        payload,
        &[
            ("{{ at | date: '%H:%M %z', zone }} {{ at | date: '%H:%M %z', 'America/New_York' }}", "20:59 +0200 14:59 -0400"),
            ("{{ at | date: '%s', zone }} {{ at | date: '%H', missing }}", "1721674796 18"),
        ],
    );
    all_fail(payload, &[("{{ at | date: '%H', 'Berlin' }}", "date: `Berlin` is no time zone")]);
}

#[test]
fn the_directives_of_strftime() {
    let payload = r#"{"at": "2024-03-05T07:08:09.012345678Z", "night": "2024-03-05T00:08:09Z"}"#;
    for (format, expected) in [
        ("%Y %C %y %m %B %b %h %d %e %j", "2024 20 24 03 March Mar Mar 05  5 065"),
        ("%-m/%-d %^b %^B %-H %_m %3d", "3/5 MAR MARCH 7  3 005"),
        ("%H %k %I %l %M %S %L %N %3N %6N %12N", "07  7 07  7 08 09 012 012345678 012 012345 012345678000"),
        ("%p %P", "AM am"),
        ("%z %:z %::z %Z", "+0000 +00:00 +00:00:00 UTC"),
        ("%A %a %^a %u %w", "Tuesday Tue TUE 2 2"),
        ("%G %g %V %U %W", "2024 24 10 09 10"),
        ("%s", "1709622489"),
        ("%c", "Tue Mar  5 07:08:09 2024"),
        ("%D %F %x %X %T %R %r", "03/05/24 2024-03-05 03/05/24 07:08:09 07:08:09 07:08 07:08:09 AM"),
        ("%v", " 5-MAR-2024"),
        ("%%|%n|%t|", "%|\n|\t|"),
        ("at %H o'clock, é", "at 07 o'clock, é"),
    ] {
        all_render(payload, &[(&format!("{{{{ at | date: \"{format}\" }}}}"), expected)]);
    }
    all_render(payload, &[("{{ night | date: '%I %l %p' }}", "12 12 AM")]);
}

#[test]
fn nothing_stays_nothing_and_what_is_no_time_is_an_error() {
    let long = "x".repeat(100);
    let payload = json!({"text": "next tuesday", "empty": "", "list": ["2024-12-22"], "o": {"a": 1}, "yes": true, "big": 1e300, "long": long, "at": 0});
    let payload = payload.to_string();
    all_render(
        &payload,
        &[("[{{ missing | date: '%Y' }}{{ empty | date: '%Y' }}]", "[]"), ("{{ text | date: '' }}", "next tuesday")],
    );
    all_fail(
        &payload,
        &[
            ("{{ text | date: '%Y' }}", "date: `next tuesday` is not a time"),
            ("{{ list | date: '%Y' }}", "date: "),
            ("{{ o | date: '%Y' }}", "date: `{\"a\":1}` is not a time"),
            ("{{ yes | date: '%Y' }}", "date: `true`"),
            ("{{ big | date: '%Y' }}", "date: "),
            ("{{ '2024-13-01' | date: '%Y' }}", "date: "),
            ("{{ '12/22/24' | date: '%Y' }}", "date: "),
            ("{{ 'noon' | date: '%Y' }}", "date: "),
            ("{{ '-9999-01-01T00:00:00Z' | date: '%Y' }}", "date: "),
            ("{{ long | date: '%Y' }}", "xxxx...` is not a time"),
            ("{{ at | date: '%' }}", "format"),
            ("{{ at | date: '%999Y' }}", "widths of two digits"),
        ],
    );
}
