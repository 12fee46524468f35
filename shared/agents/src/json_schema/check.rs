//! The check of a value. Its work is counted, since a few references can make a small schema judge a value millions of times.

use super::Mismatch;
use super::node::{Id, Lists, NamedPattern, Node, Numbers, Objects, Texts, Types, Values};
use super::place::{Checked, Fault, Path, shortened};
use crate::Searches;
use crate::compare::{canonical, order};
use bigdecimal::{BigDecimal, Zero};
use serde_json::{Map, Number, Value};
use std::cmp::Ordering;
use std::collections::HashSet;
use std::str::FromStr;

/// The most work of one check, in steps of about a tenth of a microsecond.
const STEPS: usize = 2_000_000;
/// How many bytes of text are looked at in a step.
const STEP_BYTES: usize = 64;
/// How many parts of a schema may judge within one another: each takes some of the stack.
const DEPTH: usize = 256;

/// A check of one value.
pub(super) struct Check<'s> {
    nodes: &'s [Node],
    steps: usize,
    depth: usize,
    searches: Searches,
}

impl<'s> Check<'s> {
    pub(super) fn new(nodes: &'s [Node]) -> Self {
        Check::resumed(nodes, STEPS, Searches::default())
    }

    /// A check that may take what another one has left.
    pub(super) fn resumed(nodes: &'s [Node], steps: usize, searches: Searches) -> Self {
        Check { nodes, steps, depth: DEPTH, searches }
    }

    /// What it has left.
    pub(super) fn rest(self) -> (usize, Searches) {
        (self.steps, self.searches)
    }

    /// Whether a part takes the value; none if to know that takes too long.
    pub(super) fn takes(&mut self, part: Id, value: &Value) -> Option<bool> {
        self.fits(part, value, &Path::Root).ok()
    }

    /// Checks the value against the schema itself.
    pub(super) fn whole(&mut self, value: &Value) -> Result<(), Mismatch> {
        self.node(0, value, &Path::Root).map_err(|fault| match fault {
            Fault::Mismatch(mismatch) => mismatch,
            Fault::TooLong => {
                let message = "takes too long to check against its schema: send less, or make the schema simpler".to_owned();
                Mismatch { field: String::new(), message }
            }
        })
    }

    pub(super) fn spend(&mut self, steps: usize) -> Checked {
        self.steps = self.steps.checked_sub(steps).ok_or(Fault::TooLong)?;
        Ok(())
    }

    fn read(&mut self, text: &str) -> Checked {
        self.spend(1 + text.len() / STEP_BYTES)
    }

    pub(super) fn node(&mut self, id: Id, value: &Value, path: &Path<'_>) -> Checked {
        self.spend(1)?;
        self.depth = self.depth.checked_sub(1).ok_or(Fault::TooLong)?;
        let node = &self.nodes[id];
        let checked = self.itself(node, value, path).and_then(|()| self.in_place(node, value, path));
        self.depth += 1;
        checked
    }

    /// What the part says itself.
    fn itself(&mut self, node: &Node, value: &Value, path: &Path<'_>) -> Checked {
        if node.never {
            return path.wrong("is not allowed");
        }
        if let Value::Number(number) = value {
            self.read(number.as_str())?;
        }
        if let Some(types) = node.types
            && !Types::of(value).within(types)
        {
            return path.wrong(format!("must be {}", types.described()));
        }
        if let Some(values) = &node.constant {
            self.one_of_values(values, "must be", value, path)?;
        }
        if let Some(values) = &node.values {
            self.one_of_values(values, "must be one of", value, path)?;
        }
        match value {
            Value::Number(_) => self.number(&node.numbers, value, path),
            Value::String(text) => self.text(&node.texts, text, path),
            Value::Array(items) => self.items(&node.lists, items, path),
            Value::Object(members) => self.members(&node.objects, members, value, path),
            Value::Null | Value::Bool(_) => Ok(()),
        }
    }

    fn one_of_values(&mut self, values: &Values, must: &str, value: &Value, path: &Path<'_>) -> Checked {
        let text = self.canonical(value)?;
        if values.texts.contains(&text) {
            return Ok(());
        }
        let told: Vec<String> = values.values.iter().map(Value::to_string).collect();
        path.wrong(format!("{must} {}", shortened(told.join(", "))))
    }

    fn canonical(&mut self, value: &Value) -> Result<String, Fault> {
        let text = canonical(value);
        self.read(&text)?;
        Ok(text)
    }

    fn number(&mut self, asked: &Numbers, value: &Value, path: &Path<'_>) -> Checked {
        let bounds = [
            (&asked.minimum, Ordering::Less, false, "at least"),
            (&asked.above, Ordering::Less, true, "more than"),
            (&asked.maximum, Ordering::Greater, false, "at most"),
            (&asked.below, Ordering::Greater, true, "less than"),
        ];
        for (bound, outside, exclusive, told) in bounds {
            let Some(bound) = bound else { continue };
            let order = order(value, bound);
            if order == Some(outside) || (exclusive && order == Some(Ordering::Equal)) {
                return path.wrong(format!("must be {told} {bound}"));
            }
        }
        let Some(divisor) = &asked.multiple_of else { return Ok(()) };
        self.spend(100)?;
        if divides(divisor, value).ok_or(Fault::TooLong)? {
            Ok(())
        } else {
            path.wrong(format!("must be a multiple of {divisor}"))
        }
    }

    fn text(&mut self, asked: &Texts, text: &str, path: &Path<'_>) -> Checked {
        if asked.min.is_some() || asked.max.is_some() {
            self.read(text)?;
            check_count(text.chars().count(), asked.min, asked.max, "characters", path)?;
        }
        match &asked.pattern {
            Some(named) if !self.matches(named, text)? => path.wrong(format!("must match `{:.200}`", named.text)),
            _ => Ok(()),
        }
    }

    fn matches(&mut self, named: &NamedPattern, text: &str) -> Result<bool, Fault> {
        self.read(text)?;
        self.searches.is_match(&named.pattern, text).map_err(|_| Fault::TooLong)
    }

    fn items(&mut self, asked: &Lists, items: &[Value], path: &Path<'_>) -> Checked {
        check_count(items.len(), asked.min, asked.max, "items", path)?;
        for (i, item) in items.iter().enumerate() {
            if let Some(id) = asked.first.get(i).copied().or(asked.rest) {
                self.node(id, item, &Path::Item(path, i))?;
            }
        }
        if asked.unique {
            let mut seen = HashSet::new();
            for (i, item) in items.iter().enumerate() {
                if !seen.insert(self.canonical(item)?) {
                    return Path::Item(path, i).wrong("must not be there twice");
                }
            }
        }
        let Some(contains) = &asked.contains else { return Ok(()) };
        let mut fit = 0;
        for (i, item) in items.iter().enumerate() {
            fit += u64::from(self.fits(contains.item, item, &Path::Item(path, i))?);
        }
        match contains.max {
            _ if fit < contains.min => {
                path.wrong(format!("must have {} or more items that fit `contains` of its schema", contains.min))
            }
            Some(max) if fit > max => path.wrong(format!("must have at most {max} items that fit `contains` of its schema")),
            _ => Ok(()),
        }
    }

    fn members(&mut self, asked: &Objects, members: &Map<String, Value>, value: &Value, path: &Path<'_>) -> Checked {
        self.spend(asked.required.len())?;
        let has = |name: &&String| members.contains_key(*name);
        if let Some(name) = asked.required.iter().find(|name| !has(name)) {
            return path.property(name).wrong("is missing");
        }
        for (name, needed) in asked.dependent_required.iter().filter(|(name, _)| has(name)) {
            self.spend(needed.len())?;
            if let Some(missing) = needed.iter().find(|name| !has(name)) {
                return path.property(missing).wrong(format!("is missing: it is needed beside `{name:.200}`"));
            }
        }
        for (name, value) in members {
            self.member(asked, name, value, &path.property(name))?;
        }
        check_count(members.len(), asked.min, asked.max, "properties", path)?;
        for (_, id) in asked.dependent_schemas.iter().filter(|(name, _)| has(name)) {
            self.node(*id, value, path)?;
        }
        Ok(())
    }

    fn member(&mut self, asked: &Objects, name: &str, value: &Value, path: &Path<'_>) -> Checked {
        self.read(name)?;
        if let Some(names) = asked.names
            && !self.fits(names, &name.into(), path)?
        {
            return path.wrong("has a name that is not allowed");
        }
        let property = asked.properties.get(name);
        let mut is_known = property.is_some();
        if let Some(id) = property {
            self.node(*id, value, path)?;
        }
        for (pattern, id) in &asked.patterns {
            if self.matches(pattern, name)? {
                is_known = true;
                self.node(*id, value, path)?;
            }
        }
        match asked.others {
            Some(id) if !is_known => self.node(id, value, path),
            _ => Ok(()),
        }
    }
}

fn check_count(count: usize, min: Option<u64>, max: Option<u64>, what: &str, path: &Path<'_>) -> Checked {
    let count = u64::try_from(count).unwrap_or(u64::MAX);
    match (min, max) {
        (Some(min), _) if count < min => path.wrong(format!("must have at least {min} {what}")),
        (_, Some(max)) if count > max => path.wrong(format!("must have at most {max} {what}")),
        _ => Ok(()),
    }
}

/// Whether a number is a multiple of another; none if to know that takes too long.
pub(super) fn divides(divisor: &Value, number: &Value) -> Option<bool> {
    let (number, divisor) = (decimal(number.as_number()?)?, decimal(divisor.as_number()?)?);
    Some((number % divisor).is_zero())
}

/// A number to divide with; none if that would take long.
pub(super) fn decimal(number: &Number) -> Option<BigDecimal> {
    let text = number.as_str();
    let exponent: i32 = text.split_once(['e', 'E']).map_or(Ok(0), |(_, exponent)| exponent.parse()).ok()?;
    (text.len() <= 100 && exponent.abs() <= 400).then(|| BigDecimal::from_str(text).ok()).flatten()
}
