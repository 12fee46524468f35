//! What stands after a colon in a selector, like `:first-child` and `:nth-child(2n + 1)`.

use super::{LEVELS, Parser, quoted, unexpected};

impl Parser<'_> {
    /// What stands after a `:`, for an element with this name.
    pub(super) fn pseudo(&mut self, name: &str) -> Result<String, String> {
        let word = self.identifier().ok_or_else(|| unexpected(self.rest))?;
        let before = |axis: &str, of: &str| format!("count({axis}-sibling::{of})");
        let fixed = match word.as_str() {
            "first-child" => "not(preceding-sibling::*)".to_owned(),
            "last-child" => "not(following-sibling::*)".to_owned(),
            "only-child" => "not(preceding-sibling::*) and not(following-sibling::*)".to_owned(),
            "first-of-type" => format!("not(preceding-sibling::{name})"),
            "last-of-type" => format!("not(following-sibling::{name})"),
            "only-of-type" => format!("not(preceding-sibling::{name}) and not(following-sibling::{name})"),
            "first" => "position() = 1".to_owned(),
            "last" => "position() = last()".to_owned(),
            "even" => "position() mod 2 = 0".to_owned(),
            "odd" => "position() mod 2 = 1".to_owned(),
            "empty" => "not(node())".to_owned(),
            "parent" => "node()".to_owned(),
            "root" => "not(parent::*)".to_owned(),
            "checked" => "@checked or @selected".to_owned(),
            "disabled" => "@disabled".to_owned(),
            "enabled" => "not(@disabled)".to_owned(),
            "link" | "any-link" => "@href".to_owned(),
            _ => String::new(),
        };
        if !fixed.is_empty() && !self.rest.starts_with('(') {
            return Ok(fixed);
        }
        if !self.takes("(") {
            return Err(format!("there is no `:{word}`"));
        }
        self.level += 1;
        if self.level > LEVELS {
            return Err("it is nested too deeply".to_owned());
        }
        let predicate = match word.as_str() {
            "not" => format!("not({})", self.list("self::")?.join(" or ")),
            "is" | "where" | "matches" | "any" => self.list("self::")?.join(" or "),
            "has" => self.list(".//")?.join(" or "),
            "contains" => format!("contains(., {})", quoted(&self.value()?)),
            "nth-child" => self.nth(&before("preceding", "*"))?,
            "nth-last-child" => self.nth(&before("following", "*"))?,
            "nth-of-type" => self.nth(&before("preceding", name))?,
            "nth-last-of-type" => self.nth(&before("following", name))?,
            "nth" | "eq" | "gt" | "lt" => {
                let sign = match word.as_str() {
                    "gt" => ">",
                    "lt" => "<",
                    _ => "=",
                };
                format!("position() {sign} {}", self.number()?.ok_or_else(|| unexpected(self.rest))?)
            }
            _ => return Err(format!("there is no `:{word}(...)`")),
        };
        self.level -= 1;
        self.needs(")")?;
        Ok(predicate)
    }

    fn number(&mut self) -> Result<Option<i64>, String> {
        self.space();
        let end = self.rest.find(|char: char| !char.is_ascii_digit()).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        self.rest = rest;
        if digits.is_empty() { Ok(None) } else { digits.parse().map(Some).map_err(|_| "a number is too large".to_owned()) }
    }

    /// A place among siblings like `2n + 1`, where `before` counts those before it.
    fn nth(&mut self, before: &str) -> Result<String, String> {
        self.space();
        if self.takes("odd") {
            return Ok(format!("{before} mod 2 = 0"));
        }
        if self.takes("even") {
            return Ok(format!("{before} mod 2 = 1"));
        }
        let is_negative = self.takes("-");
        if !is_negative {
            self.takes("+");
        }
        let number = self.number()?;
        if !self.takes("n") {
            let number = number.filter(|_| !is_negative).ok_or_else(|| unexpected(self.rest))?;
            return Ok(format!("{before} + 1 = {number}"));
        }
        let step = number.unwrap_or(1);
        self.space();
        let sign = if self.takes("+") { 1 } else { -i64::from(self.takes("-")) };
        let from = if sign == 0 { 0 } else { sign * self.number()?.ok_or_else(|| unexpected(self.rest))? };
        let place = format!("({before} + 1 - ({from}))");
        Ok(match (step, is_negative) {
            (0, _) => format!("{place} = 0"),
            (_, false) => format!("{place} >= 0 and {place} mod {step} = 0"),
            (_, true) => format!("{place} <= 0 and {place} mod {step} = 0"),
        })
    }
}
