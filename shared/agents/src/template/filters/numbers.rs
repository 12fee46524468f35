//! Arithmetic in decimals: 0.1 and 0.2 are 0.3, and whole numbers of any length are exact. As in Liquid, two whole numbers give a
//! whole number, and a number with a point keeps the point (`7.0`), whatever its value.

use super::{Given, Own, State};
use crate::template::node;
use bigdecimal::num_bigint::Sign;
use bigdecimal::{BigDecimal, RoundingMode, Zero};
use liquid_core::Result;
use liquid_core::model::{Value, ValueView};
use std::sync::Arc;

pub(super) const FILTERS: &[Own] = &[
    Own::new("abs", 0, 0, |given| change(given, |value| value.abs())),
    Own::new("at_least", 1, 1, |given| one_of(given, |input, limit| input.value < limit.value)),
    Own::new("at_most", 1, 1, |given| one_of(given, |input, limit| input.value > limit.value)),
    Own::new("ceil", 0, 0, |given| whole(given, RoundingMode::Ceiling)),
    Own::new("divided_by", 1, 1, divided_by),
    Own::new("floor", 0, 0, |given| whole(given, RoundingMode::Floor)),
    Own::new("minus", 1, 1, |given| combine(given, |a, b| a - b)),
    Own::new("modulo", 1, 1, modulo),
    Own::new("plus", 1, 1, |given| combine(given, |a, b| a + b)),
    Own::new("round", 0, 1, round),
    Own::new("times", 1, 1, |given| combine(given, |a, b| a * b)),
];

/// The most digits of a number, with the zeros before and behind the point.
const MAX_DIGITS: u64 = 1_000;

/// A number as arithmetic sees it.
pub(super) struct Number {
    value: BigDecimal,
    /// Whether the number is written with a point.
    is_float: bool,
}

impl Number {
    pub(super) fn zero() -> Self {
        Number { value: BigDecimal::zero(), is_float: false }
    }

    pub(super) fn plus(self, other: &Number) -> Self {
        Number { value: self.value + &other.value, is_float: self.is_float || other.is_float }
    }

    pub(super) fn into_decimal(self) -> BigDecimal {
        self.value
    }
}

/// Reads a number, or a text that is one. As in Liquid, nothing and a blank text are 0.
pub(super) fn read(given: &Given<'_>, value: &dyn ValueView) -> Result<Number> {
    let (kind, text) = (value.type_name(), value.to_kstr());
    let text = text.trim();
    let is_list = value.is_array() || value.is_object();
    if text.is_empty() && !is_list {
        return Ok(Number::zero());
    }
    // A name like `inf` is not a number here, though the library reads some of them.
    let is_numeric = !is_list && text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    if text.len() as u64 > MAX_DIGITS * 2 {
        return Err(too_long(given));
    }
    let number = is_numeric.then(|| text.parse::<BigDecimal>().ok()).flatten();
    let value = number.ok_or_else(|| given.error(&format!("a number is needed, not {}", given.kind(value))))?;
    if !fits(&value) {
        return Err(too_long(given));
    }
    // The library writes 7.0 as `7`.
    let is_float = kind == "fractional number" || text.contains(['.', 'e', 'E']);
    Ok(Number { value, is_float })
}

/// Writes a number for other filters and for the output.
pub(super) fn write(given: &Given<'_>, number: &Number) -> Result<Value> {
    if !fits(&number.value) {
        return Err(too_long(given));
    }
    let value = number.value.normalized();
    let mut text = value.to_plain_string();
    if !number.is_float {
        if let Ok(integer) = text.parse::<i64>() {
            return Ok(Value::scalar(integer));
        }
    } else if let Some(float) = node::faithful(&text) {
        return Ok(Value::scalar(float));
    } else if !text.contains('.') {
        text.push_str(".0");
    }
    // A number that no machine type holds is written as a text, and is noted as a number.
    let mut state = given.runtime.registers().get_mut::<State>();
    Arc::make_mut(&mut state.exact).insert(text.clone());
    Ok(Value::scalar(text))
}

fn fits(value: &BigDecimal) -> bool {
    value.digits() + value.fractional_digit_count().unsigned_abs() <= MAX_DIGITS
}

fn too_long(given: &Given<'_>) -> liquid_core::Error {
    given.error(&format!("a number is too long: {MAX_DIGITS} digits are the limit"))
}

fn input(given: &Given<'_>) -> Result<Number> {
    read(given, given.input)
}

fn operand(given: &Given<'_>) -> Result<Number> {
    read(given, given.arguments.first().map_or(&Value::Nil, |operand| operand.as_view()))
}

fn change(given: &Given<'_>, change: fn(BigDecimal) -> BigDecimal) -> Result<Value> {
    let Number { value, is_float } = input(given)?;
    write(given, &Number { value: change(value), is_float })
}

fn combine(given: &Given<'_>, combine: fn(BigDecimal, BigDecimal) -> BigDecimal) -> Result<Value> {
    let (a, b) = (input(given)?, operand(given)?);
    write(given, &Number { value: combine(a.value, b.value), is_float: a.is_float || b.is_float })
}

/// The input, or the argument when the comparison says so.
fn one_of(given: &Given<'_>, gives_way: fn(&Number, &Number) -> bool) -> Result<Value> {
    let (input, limit) = (input(given)?, operand(given)?);
    write(given, if gives_way(&input, &limit) { &limit } else { &input })
}

/// Divides. A whole divisor rounds down; a divisor with a point gives the digits that a float holds.
fn divided_by(given: &Given<'_>) -> Result<Value> {
    let (a, b) = (input(given)?, divisor(given)?);
    let is_float = a.is_float || b.is_float;
    if !is_float {
        let whole = |value: BigDecimal| value.with_scale(0).into_bigint_and_scale().0;
        let multiple = &a.value - remainder(&a.value, &b.value);
        return write(given, &Number { value: (whole(multiple) / whole(b.value)).into(), is_float });
    }
    let quotient = a.value / b.value;
    // Seventeen digits tell any two floats apart; parsing them gives the float, whose shortest text is then written.
    let float: Option<f64> = quotient.to_string().parse().ok();
    match float.filter(|float| float.is_normal() || quotient.is_zero()) {
        Some(float) => Ok(Value::scalar(float)),
        None => write(given, &Number { value: quotient.with_prec(17), is_float }),
    }
}

/// The remainder. It has the sign of the divisor, as in Ruby.
fn modulo(given: &Given<'_>) -> Result<Value> {
    let (a, b) = (input(given)?, divisor(given)?);
    write(given, &Number { value: remainder(&a.value, &b.value), is_float: a.is_float || b.is_float })
}

fn divisor(given: &Given<'_>) -> Result<Number> {
    let divisor = operand(given)?;
    if divisor.value.is_zero() { Err(given.error("Can't divide by zero")) } else { Ok(divisor) }
}

fn remainder(a: &BigDecimal, b: &BigDecimal) -> BigDecimal {
    let remainder = a % b;
    let is_other_side = remainder.sign() != Sign::NoSign && remainder.sign() != b.sign();
    if is_other_side { remainder + b } else { remainder }
}

fn whole(given: &Given<'_>, mode: RoundingMode) -> Result<Value> {
    let value = input(given)?.value.with_scale_round(0, mode);
    write(given, &Number { value, is_float: false })
}

/// Rounds to a number of digits behind the point, or before the point if the number is negative. Halves are rounded away from zero.
fn round(given: &Given<'_>) -> Result<Value> {
    let digits = given.argument_whole(0)?.unwrap_or(0);
    let Number { value, is_float } = input(given)?;
    // Zeros are not added when there is nothing to round.
    let value = if digits >= value.fractional_digit_count() {
        value
    } else {
        value.with_scale_round(digits.max(-(MAX_DIGITS as i64)), RoundingMode::HalfUp)
    };
    write(given, &Number { value, is_float: is_float && digits != 0 })
}
