//! Names, intervals, cron, changes of clocks, and laws that all schedules obey.

use super::*;
use proptest::prelude::*;

fn schedule(text: &str) -> Schedule {
    Schedule::parse(text).unwrap()
}

fn time(text: &str) -> Time {
    serde_json::from_value(text.into()).unwrap()
}

/// The due times in `(after, until]`, as text.
fn due(text: &str, after: &str, until: &str) -> Vec<String> {
    walk(&schedule(text), time(after), time(until)).iter().map(|time| time.to_string().replace(".000Z", "Z")).collect()
}

fn walk(schedule: &Schedule, after: Time, until: Time) -> Vec<Time> {
    std::iter::successors(schedule.next(after), |last| schedule.next(*last)).take_while(|time| *time <= until).collect()
}

#[test]
fn every_name_of_huginn_is_known_and_comes_back() {
    let intervals = ["1m", "2m", "5m", "10m", "30m", "1h", "2h", "5h", "12h", "1d", "2d", "7d"].map(|n| format!("every_{n}"));
    let hours = (1..=11).flat_map(|hour| [format!("{hour}am"), format!("{hour}pm")]);
    for name in intervals.into_iter().chain(hours).chain(["midnight", "noon", "never"].map(str::to_owned)) {
        let parsed = schedule(&name);
        assert_eq!(parsed.to_string(), name);
        assert_eq!(parsed.is_never(), name == "never");
        assert_eq!(parsed.next(Time(0)).is_none(), name == "never");
    }
}

#[test]
fn the_canonical_text_parses_to_the_same() {
    for (text, canonical) in [
        (" every 90s ", "every_90s"),
        ("every_3600s", "every_1h"),
        ("every_366d", "every_366d"),
        (" 0  9 * *  MON-FRI", "0 9 * * MON-FRI"),
        ("TZ=Europe/Berlin   9am", "TZ=Europe/Berlin 9am"),
        (" TZ=Asia/Tokyo  @daily", "TZ=Asia/Tokyo @daily"),
        ("TZ=Asia/Tokyo */10 * * * * *", "TZ=Asia/Tokyo */10 * * * * *"),
    ] {
        assert_eq!(schedule(text).to_string(), canonical);
        assert_eq!(schedule(canonical), schedule(text));
    }
}

#[test]
fn due_times() {
    let (after, until) = ("2026-01-31T09:59:59.999Z", "2026-01-31T10:10:00Z");
    assert_eq!(due("every_5m", after, until), ["2026-01-31T10:00:00Z", "2026-01-31T10:05:00Z", "2026-01-31T10:10:00Z"]);
    assert_eq!(due("every_7m", after, until), ["2026-01-31T10:06:00Z"]);
    assert_eq!(due("*/5 * * * *", after, until), due("every_5m", after, until));
    assert_eq!(due("30 */5 10 * * *", after, until), ["2026-01-31T10:00:30Z", "2026-01-31T10:05:30Z"]);
    let (after, until) = ("2026-01-31T10:00:00Z", "2026-02-02T10:00:00Z");
    assert_eq!(due("10am", after, until), ["2026-02-01T10:00:00Z", "2026-02-02T10:00:00Z"]);
    assert_eq!(due("TZ=America/New_York midnight", after, until), ["2026-02-01T05:00:00Z", "2026-02-02T05:00:00Z"]);
    assert_eq!(due("TZ=Asia/Kolkata 0 9 * * MON", after, until), ["2026-02-02T03:30:00Z"]);
    assert_eq!(due("0 12 L * *", after, until), ["2026-01-31T12:00:00Z"]);
    assert_eq!(due("@daily", after, until), due("midnight", after, until));
    assert_eq!(due("TZ=Europe/Berlin @hourly", after, until).len(), 48);
    assert_eq!(due("@weekly", after, until), ["2026-02-01T00:00:00Z"], "a Sunday");
    assert_eq!(due("@monthly", after, until), ["2026-02-01T00:00:00Z"]);
    assert_eq!(due("@yearly", after, "2027-01-02T00:00:00Z"), ["2027-01-01T00:00:00Z"]);
    assert_eq!(due("every_7d", "2026-01-01T00:00:00Z", "2026-01-14T00:00:00Z"), ["2026-01-08T00:00:00Z"]);
}

#[test]
fn cron_as_huginn_writes_it() {
    let (after, until) = ("2026-01-31T10:00:00Z", "2026-03-31T10:00:00Z");
    assert_eq!(due("0 22 31 1 * Europe/Paris", after, until), ["2026-01-31T21:00:00Z"]);
    assert_eq!(due("30 0 9 * * Sun#1 UTC", after, until), ["2026-02-01T09:00:30Z", "2026-03-01T09:00:30Z"]);
    for last in ["Sun#L1", "sun#l1", "0#L", "SUN#-1"] {
        assert_eq!(due(&format!("0 9 * * {last}"), after, until), ["2026-02-22T09:00:00Z", "2026-03-29T09:00:00Z"], "{last}");
    }
    assert_eq!(due("0 0 12 L feb * Asia/Tokyo", after, until), ["2026-02-28T03:00:00Z"]);
    assert_eq!(schedule("0 22 * * 1-5 Europe/Paris").to_string(), "TZ=Europe/Paris 0 22 * * 1-5");
    for (text, remedy) in [
        ("0 22 * * 1-5 Europe/Atlantis", "`Europe/Atlantis`"),
        ("TZ=UTC 0 22 * * 1-5 Europe/Paris", "Europe/Paris"),
        ("0 0 * * Sun#9", "the weekday is `Sun#9`"),
        ("9am Europe/Paris", "Use a name"),
    ] {
        let error = Schedule::parse(text).unwrap_err().to_string();
        assert!(error.contains(remedy), "{text}: {error}");
    }
}

#[test]
fn a_time_that_is_skipped_is_due_once() {
    // In Berlin 02:00 to 02:59 did not exist on 29 March 2026.
    let (after, until) = ("2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z");
    assert_eq!(due("TZ=Europe/Berlin 30 2 * * *", after, until), ["2026-03-29T01:00:00Z"]);
    assert_eq!(due("TZ=Europe/Berlin 0 2,3 * * *", after, until), ["2026-03-29T01:00:00Z"]);
    assert_eq!(due("TZ=Europe/Berlin 0 2,10 * * *", after, until), ["2026-03-29T01:00:00Z", "2026-03-29T08:00:00Z"]);
    // In Nuuk, 23:00 to 23:59 of the Saturday did not exist: the clocks changed on another weekday than that of the skipped reading.
    assert_eq!(due("TZ=America/Nuuk 30 23 * * SAT", after, until), ["2026-03-29T01:00:00Z"]);
    // By the real hours, nothing is skipped.
    assert_eq!(due("TZ=Europe/Berlin 30 * * * *", "2026-03-29T00:00:00Z", "2026-03-29T02:00:00Z").len(), 2);
}

#[test]
fn a_time_that_comes_twice_is_due_once() {
    // In Berlin 02:00 to 02:59 came twice on 25 October 2026.
    let (after, until) = ("2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z");
    assert_eq!(due("TZ=Europe/Berlin 30 2 * * *", after, until), ["2026-10-25T00:30:00Z"]);
    assert_eq!(due("TZ=Europe/Berlin */30 2 * * *", after, until), ["2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z"]);
    assert_eq!(due("TZ=Europe/Berlin */30 2 * * *", "2026-10-25T01:10:00Z", until), [""; 0]);
    // By the real hours, it is due in both passes.
    assert_eq!(due("TZ=Europe/Berlin 30 * * * *", "2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z").len(), 2);
}

#[test]
fn what_is_missed_collapses_into_the_latest() {
    let (long_ago, now) = (time("1996-01-01T00:00:00Z"), time("2026-01-01T00:00:30.500Z"));
    let midnight = time("2026-01-01T00:00:00Z");
    assert_eq!(schedule("every_1m").latest(long_ago, now), Some((midnight, (midnight.0 - long_ago.0) as u64 / 60_000)));
    assert_eq!(schedule("* * * * *").latest(long_ago, now), Some((midnight, 1_000)));
    assert_eq!(schedule("0 0 1 1 *").latest(long_ago, now), Some((midnight, 30)));
    assert_eq!(schedule("noon").latest(midnight, now), None);
    assert_eq!(schedule("every_1m").latest(midnight, midnight), None);
    assert_eq!(schedule("never").latest(long_ago, now), None);
    for text in ["every_1m", "0 0 1 1 *"] {
        assert_eq!(schedule(text).next(Time(i64::MAX)), None);
        let _ = schedule(text).latest(Time(i64::MIN), Time(i64::MAX));
    }
}

#[test]
fn what_is_no_schedule_is_refused_with_the_remedy() {
    for (text, remedy) in [
        ("", "Use a name"),
        ("sometimes", "Use a name"),
        ("every_", "Use a name"),
        ("every_xs", "Use a name"),
        ("every_0s", "1 second to 366 days"),
        ("every_367d", "1 second to 366 days"),
        ("every_99999999999999999999s", "1 second to 366 days"),
        ("12pm", "Use a name"),
        ("@fortnightly", "`@daily`"),
        ("TZ=Europe/Berlin @reboot", "Use a name"),
        ("TZ=Europe/Berlin", "Use a name"),
        ("TZ=Europe/Berlin every_5m", "Leave `TZ=` out"),
        ("TZ=Europe/Atlantis 9am", "`Europe/Atlantis`"),
        ("TZ= 9am", "IANA"),
        ("61 * * * *", "`61 * * * *` cannot be read: the minute is `61`. Give 0 to 59"),
        ("61 * * * * *", "the second is `61`"),
        ("0 9 * * FUNDAY", "the weekday is `FUNDAY`. Give 0 to 7"),
        ("0 9-x L 0 *", "the hour is `9-x`. Give 0 to 23"),
        ("0 9 L 0 *", "the month is `0`. Give 1 to 12"),
        ("a 99 * * *", "the minute is `a`"),
        ("* * * * * * 2026", "Use a name"),
        ("0 0 30 2 *", "Correct the day or month"),
        ("* * * 31 4,6,9,11 *", "Correct the day or month"),
    ] {
        let error = Schedule::parse(text).unwrap_err().to_string();
        assert!(error.contains(remedy), "{text}: {error}");
        assert!(!["Component", "Position", "CronPattern"].iter().any(|word| error.contains(word)), "{text}: {error}");
    }
}

#[test]
fn a_step_longer_than_its_field_is_told_with_the_remedy() {
    for (text, part, remedy) in [
        ("*/90 * * * *", "`*/90` is longer than its field: the minute begins anew after 60", "`every_90m`"),
        ("0,*/61 * * * *", "`*/61`", "`every_61m`"),
        ("10-20/90 * * * *", "`10-20/90`", "`every_90m`"),
        ("*/90 * * * * *", "the second", "`every_90s`"),
        ("0 */40 * * *", "the hour begins anew after 24", "`every_40h`"),
        ("0 0 */45 * *", "the day", "`every_45d`"),
        ("0 0 1 */18 *", "the month", "Name the months"),
        ("0 0 * * */14", "the weekday", "`every_14d`"),
        ("TZ=Europe/Berlin */90 * * * *", "the minute", "`every_90m`"),
    ] {
        let told = schedule(text).too_long_step().unwrap_or_else(|| panic!("{text}")).to_string();
        assert!(told.contains(part) && told.contains(remedy), "{text}: {told}");
    }
    for text in [
        "*/60 * * * *",
        "*/40 * * * *",
        "0 */24 * * *",
        "0 0 1 */12 *",
        "0 0 * * */7",
        "9am",
        "every_90m",
        "never",
        "*/7 * * * * *",
    ] {
        assert_eq!(schedule(text).too_long_step(), None, "{text}");
    }
    for interval in ["every_90m", "every_90s", "every_40h", "every_45d"] {
        schedule(interval);
    }
}

/// Schedules of all kinds, some dense and some with changes of clocks.
fn schedules() -> impl Strategy<Value = Schedule> {
    let zones = ["", "TZ=Europe/Berlin ", "TZ=America/New_York ", "TZ=Australia/Lord_Howe ", "TZ=America/Nuuk "];
    let crons =
        ["* * * * *", "*/7 * * * * *", "0 */2 * * *", "15,45 1-3 * * *", "* 2 * * *", "30 23 * * SAT", "0 0 L * *", "0 4 29 2 *"];
    let cron = (prop::sample::select(zones.to_vec()), prop::sample::select(crons.to_vec()))
        .prop_map(|(z, c)| schedule(&format!("{z}{c}")));
    prop_oneof![(1i64..=LONGEST_INTERVAL_SECONDS).prop_map(|seconds| schedule(&format!("every_{seconds}s"))), cron]
}

/// Any moment of about ten years, or one close to a change of clocks.
fn times() -> impl Strategy<Value = Time> {
    let changes =
        ["2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z", "2026-03-08T07:00:00Z", "2026-11-01T06:00:00Z", "2026-04-04T15:00:00Z"];
    let near = (prop::sample::select(changes.to_vec()), -7_200_000i64..7_200_000).prop_map(|(change, ms)| time(change).plus(ms));
    prop_oneof![(1_600_000_000_000i64..1_900_000_000_000).prop_map(Time), near]
}

proptest! {
    #[test]
    fn next_grows_and_latest_agrees_with_walking(schedule in schedules(), after in times(), span in 0i64..4_000_000) {
        let until = after.plus(span);
        let walked = walk(&schedule, after, until);
        prop_assert!(walked.iter().all(|time| *time > after));
        prop_assert!(walked.is_sorted_by(|a, b| a < b));
        prop_assert_eq!(schedule.latest(after, until), walked.last().map(|last| (*last, walked.len() as u64)));
        // Bisection finds the same time as walking.
        if let (Some(first), Some(last)) = (walked.first(), walked.last()) {
            prop_assert_eq!(schedule.bisect(*first, until), *last);
        }
    }

    #[test]
    fn a_zone_behind_is_the_zone_in_front(
        minute in 0u8..60,
        hour in 0u8..24,
        day in prop::sample::select(vec!["*", "L", "1-5"]),
        weekday in prop::sample::select(vec!["*", "MON-FRI", "Sun#1", "sat#L1", "7"]),
        seconds in any::<bool>(),
        zone in prop::sample::select(vec!["Europe/Paris", "America/Argentina/Buenos_Aires", "UTC", "Japan", "Etc/GMT+5"]),
    ) {
        let fields = format!("{}{minute} {hour} {day} * {weekday}", if seconds { "7 " } else { "" });
        let behind = Schedule::parse(&format!("{fields}  {zone} "));
        prop_assert!(behind.is_ok());
        prop_assert_eq!(behind, Schedule::parse(&format!("TZ={zone} {fields}")));
    }

    #[test]
    fn the_last_weekday_of_a_month_is_in_its_last_seven_days(weekday in 0i8..7, after in times()) {
        let schedule = schedule(&format!("0 12 * * {weekday}#L1"));
        let next = schedule.next(after).unwrap();
        let date = jiff::Timestamp::from_millisecond(next.0).unwrap().to_zoned(jiff::tz::TimeZone::UTC).date();
        prop_assert_eq!(date.weekday().to_sunday_zero_offset(), weekday);
        prop_assert!(date.days_in_month() - date.day() < 7);
        prop_assert!(next.0 - after.0 <= 36 * DAY_SECONDS * 1000);
    }

    #[test]
    fn every_start_leads_to_the_same_times(schedule in schedules(), after in times(), ms in 0i64..4_000_000) {
        // From any moment before the next time, the next time is the same: starting later skips nothing.
        if let Some(next) = schedule.next(after) {
            let between = Time((after.0 + ms).min(next.0 - 1));
            prop_assert_eq!(schedule.next(between), Some(next));
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "(TZ=[A-Za-z/]{0,8} )?[-0-9a-zA-Z*/,#?+@LW ]{0,24}", any in any::<String>()) {
        for text in [text, any] {
            if let Ok(schedule) = Schedule::parse(&text) {
                prop_assert_eq!(&Schedule::parse(&schedule.to_string()), &Ok(schedule));
            }
        }
    }
}
