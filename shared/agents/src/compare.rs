//! How JSON values compare: numbers by value, to the last digit; RFC 3339 times by the moment that they mean; other texts as
//! texts. A value is never converted to another type. All operators use these rules.

use serde_json::{Number, Value};
use std::cmp::Ordering;

/// Whether two values are equal. Numbers are equal by value (`1`, `1.0` and `10e-1` are), times by moment, in whatever zone. The
/// order of keys does not matter.
pub(crate) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => Decimal::of(a) == Decimal::of(b),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        (Value::String(a), Value::String(b)) => a == b || moment(a).is_some_and(|moment_a| Some(moment_a) == moment(b)),
        _ => a == b,
    }
}

/// The order of two numbers, of two RFC 3339 times (by the moment that they mean), or of two other texts (by Unicode). None for
/// any other pair, like a number and a text, or a time and a text that is no time.
pub(crate) fn order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => Some(Decimal::of(a).cmp(&Decimal::of(b))),
        (Value::String(a), Value::String(b)) => match (moment(a), moment(b)) {
            (Some(a), Some(b)) => Some(a.cmp(&b)),
            (None, None) => Some(a.cmp(b)),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a number has no fraction: `2`, `2.0` and `2e3` have none.
pub(crate) fn is_integer(number: &Number) -> bool {
    let decimal = Decimal::of(number);
    decimal.digits.len() as i64 <= decimal.magnitude
}

/// A text that two values have in common if JSON Schema takes them for equal: numbers by value, and texts as they are.
pub(crate) fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write_canonical(value, &mut text);
    text
}

fn write_canonical(value: &Value, text: &mut String) {
    match value {
        Value::Number(number) => {
            let Decimal { negative, magnitude, digits } = Decimal::of(number);
            text.push_str(if negative { "-" } else { "" });
            text.extend(digits.into_iter().map(char::from));
            *text += &format!("e{magnitude}");
        }
        Value::Array(items) => {
            text.push('[');
            for item in items {
                write_canonical(item, text);
                text.push(',');
            }
            text.push(']');
        }
        Value::Object(members) => {
            text.push('{');
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            for (name, member) in members {
                *text += &Value::String(name.clone()).to_string();
                text.push(':');
                write_canonical(member, text);
                text.push(',');
            }
            text.push('}');
        }
        Value::Null | Value::Bool(_) | Value::String(_) => *text += &value.to_string(),
    }
}

fn moment(text: &str) -> Option<jiff::Timestamp> {
    // The parser also accepts forms of ISO 8601 that RFC 3339 does not have.
    let dated = text.as_bytes().get(4) == Some(&b'-') && matches!(text.as_bytes().get(10), Some(b'T' | b't' | b' '));
    if dated { text.parse().ok() } else { None }
}

/// A number, read from its text: `0.digits` times ten to the power of `magnitude`.
#[derive(PartialEq, Eq)]
struct Decimal {
    negative: bool,
    magnitude: i64,
    /// The digits without zeros at either end; empty for zero.
    digits: Vec<u8>,
}

impl Decimal {
    fn of(number: &Number) -> Self {
        let text = number.as_str();
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        // Exponents that no machine can hold all count as the same.
        let far = if exponent.starts_with('-') { i64::MIN / 2 } else { i64::MAX / 2 };
        let exponent = exponent.parse::<i64>().map_or(far, |exponent| exponent.clamp(i64::MIN / 2, i64::MAX / 2));
        let (negative, mantissa) = mantissa.strip_prefix('-').map_or((false, mantissa), |rest| (true, rest));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = [whole, fraction].concat();
        let digits = all.trim_start_matches('0');
        let magnitude = exponent + whole.len() as i64 - (all.len() - digits.len()) as i64;
        match digits.trim_end_matches('0') {
            "" => Decimal { negative: false, magnitude: 0, digits: Vec::new() },
            digits => Decimal { negative, magnitude, digits: digits.into() },
        }
    }

    fn sign(&self) -> i8 {
        match (self.digits.is_empty(), self.negative) {
            (true, _) => 0,
            (_, true) => -1,
            (_, false) => 1,
        }
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let size = self.magnitude.cmp(&other.magnitude).then_with(|| self.digits.cmp(&other.digits));
        self.sign().cmp(&other.sign()).then(if self.negative { size.reverse() } else { size })
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn value(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn numbers_compare_by_value_to_the_last_digit() {
        let ascending = [
            "-1e400",
            "-12345678901234567891",
            "-12345678901234567890",
            "-2",
            "-1.5",
            "-1e-400",
            "0",
            "1e-400",
            "0.1",
            "0.10000000000000000001",
            "0.2",
            "1",
            "1.5",
            "9",
            "10",
            "11",
            "9007199254740992",
            "9007199254740993",
            "1e400",
            "1e99999999999999999999",
        ];
        for (i, a) in ascending.iter().enumerate() {
            for (j, b) in ascending.iter().enumerate() {
                assert_eq!(order(&value(a), &value(b)), Some(i.cmp(&j)), "{a} {b}");
                assert_eq!(same(&value(a), &value(b)), i == j, "{a} {b}");
            }
        }
        for (a, b) in
            [("1", "1.0"), ("100", "1e2"), ("-0.0", "0"), ("0.001", "1E-3"), ("[{\"a\":1,\"b\":2}]", "[{\"b\":2.0,\"a\":1}]")]
        {
            assert!(same(&value(a), &value(b)), "{a} {b}");
        }
    }

    #[test]
    fn texts_and_times_compare_and_nothing_else_does() {
        assert_eq!(order(&json!("a"), &json!("b")), Some(Ordering::Less));
        assert_eq!(order(&json!("10"), &json!("9")), Some(Ordering::Less), "digits in texts are texts");
        assert_eq!(order(&json!("2024-01-01T01:00:00+02:00"), &json!("2024-01-01T00:00:00Z")), Some(Ordering::Less));
        assert_eq!(order(&json!("2024-01-01T01:00:00.0+01:00"), &json!("2024-01-01T00:00:00Z")), Some(Ordering::Equal));
        let zones = [json!("2024-01-01T01:00:00+01:00"), json!("2024-01-01T00:00:00Z")];
        assert!(same(&zones[0], &zones[1]) && same(&json!([{"at": zones[0]}]), &json!([{"at": zones[1]}])));
        assert!(!same(&zones[0], &json!("2024-01-01T01:00:00Z")) && !same(&zones[0], &json!("2024-01-01")));
        for (a, b) in [
            (json!(1), json!("1")),
            (json!("zebra"), json!("2024-01-01T00:00:00Z")),
            (json!(true), json!(false)),
            (json!(null), json!(0)),
            (json!([1]), json!([2])),
        ] {
            assert_eq!(order(&a, &b), None, "{a} {b}");
        }
    }

    #[test]
    fn whole_numbers_are_known_whatever_their_spelling() {
        for (text, expected) in
            [("2", true), ("2.0", true), ("2e3", true), ("0", true), ("2.5", false), ("25e-1", false), ("-1e-9", false)]
        {
            let Value::Number(number) = value(text) else { panic!("{text}") };
            assert_eq!(is_integer(&number), expected, "{text}");
        }
    }
}
