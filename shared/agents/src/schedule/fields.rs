//! The fields of a cron expression, and which of them cannot be read: croner's errors speak of components and positions.

use croner::Cron;

/// A field of a cron expression.
pub(super) struct Field {
    pub(super) name: &'static str,
    /// How many values the field has.
    pub(super) size: u32,
    /// The letter of the field's interval.
    pub(super) unit: Option<char>,
    /// The values that the field may have, for people.
    allowed: &'static str,
}

const fn field(name: &'static str, size: u32, unit: Option<char>, allowed: &'static str) -> Field {
    Field { name, size, unit, allowed }
}

const FIELDS: [Field; 6] = [
    field("second", 60, Some('s'), "0 to 59"),
    field("minute", 60, Some('m'), "0 to 59"),
    field("hour", 24, Some('h'), "0 to 23"),
    field("day", 31, Some('d'), "1 to 31, or `L` for the last"),
    field("month", 12, None, "1 to 12, or `JAN` to `DEC`"),
    field(
        "weekday",
        7,
        Some('d'),
        "0 to 7 (0 and 7 are Sunday), or `SUN` to `SAT`, `SUN#1` for the first of the month, `SUN#L` for the last",
    ),
];

/// The fields of an expression with so many; the second may be left out, and then the first field is the minute.
pub(super) fn of(count: usize) -> &'static [Field] {
    &FIELDS[FIELDS.len().saturating_sub(count)..]
}

/// The words of a schedule as one text. The last weekday of a month is written as croner does it: `SUN#L` for `Sun#L1` and `Sun#-1`.
pub(super) fn usual(words: &[&str]) -> String {
    let Some((weekday, rest)) = words.split_last().filter(|(_, rest)| matches!(rest.len(), 4 | 5)) else {
        return words.join(" ");
    };
    let is_last = |nth: &str| nth == "-1" || nth.eq_ignore_ascii_case("l1");
    let days = weekday.split(',').map(|day| match day.split_once('#') {
        Some((day, nth)) if is_last(nth) => format!("{day}#L"),
        _ => day.to_owned(),
    });
    let weekday = days.collect::<Vec<_>>().join(",");
    rest.iter().copied().chain([weekday.as_str()]).collect::<Vec<_>>().join(" ")
}

/// Says which field of an expression cannot be read, and what is allowed there.
pub(super) fn unreadable(expression: &str) -> String {
    let given: Vec<&str> = expression.split(' ').collect();
    let fields = of(given.len());
    let alone = |index: usize| {
        let fields = given.iter().enumerate().map(|(at, text)| if at == index { text } else { "*" });
        fields.collect::<Vec<_>>().join(" ").parse::<Cron>()
    };
    match (0..fields.len()).find(|index| alone(*index).is_err()) {
        Some(index) => {
            let Field { name, allowed, .. } = fields[index];
            format!("the {name} is `{}`. Give {allowed}; `*` for all, `1-3`, `1,3`, `*/5`", given[index])
        }
        None => "its fields do not go together".to_owned(),
    }
}
