//! Filters over lists. As in Shopify's Liquid, nothing counts as an empty list, an object as a list of one, and lists inside a
//! list are flattened. A text or a number is not a list.

use super::{Given, Own, State, node, numbers};
use bigdecimal::BigDecimal;
use indexmap::IndexMap;
use liquid_core::Result;
use liquid_core::model::{State as Is, Value, ValueView, ValueViewCmp};
use std::collections::HashSet;

pub(super) const FILTERS: &[Own] = &[
    Own::new("compact", 0, 1, |given| select(given, |item| !item.is_nil())),
    Own::new("concat", 1, 1, concat),
    Own::new("find", 1, 2, |given| Ok(found(given)?.map_or(Value::Nil, |(_, item)| item.to_value()))),
    Own::new("find_index", 1, 2, |given| Ok(found(given)?.map_or(Value::Nil, |(index, _)| number(index)))),
    Own::new("first", 0, 0, |given| end(given, |list| list.first(), |text| text.chars().next())),
    Own::new("group_by", 1, 1, group_by),
    Own::new("has", 1, 2, |given| Ok(Value::scalar(found(given)?.is_some()))),
    Own::new("join", 0, 1, join),
    Own::new("last", 0, 0, |given| end(given, |list| list.last(), |text| text.chars().next_back())),
    Own::new("map", 1, 1, map),
    Own::new("reject", 1, 2, |given| select(given, |property| !matches(given, property))),
    Own::new("reverse", 0, 0, |given| Ok(values(items(given)?.into_iter().rev()))),
    Own::new("size", 0, 0, size),
    Own::new("slice", 1, 2, slice),
    Own::new("sort", 0, 1, sort),
    Own::new("sort_natural", 0, 1, sort_natural),
    Own::new("sum", 0, 1, sum),
    Own::new("uniq", 0, 1, uniq),
    Own::new("where", 1, 2, |given| select(given, |property| matches(given, property))),
];

type Items<'v> = Vec<&'v dyn ValueView>;

fn values<'v>(items: impl Iterator<Item = &'v dyn ValueView>) -> Value {
    Value::array(items.map(|item| item.to_value()))
}

fn number(count: usize) -> Value {
    Value::scalar(i64::try_from(count).unwrap_or(i64::MAX))
}

fn items<'g>(given: &'g Given<'_>) -> Result<Items<'g>> {
    let mut items = Vec::new();
    match given.input {
        input if input.is_array() => open(input, &mut items),
        input if input.is_object() => items.push(input),
        input if input.is_nil() || input.is_state() => {}
        input => {
            let kind = given.kind(input);
            return Err(given.error(&format!("a list is needed, not {kind}; `split` makes one of a text")));
        }
    }
    Ok(items)
}

fn open<'v>(list: &'v dyn ValueView, items: &mut Items<'v>) {
    match list.as_array() {
        Some(array) => array.values().for_each(|item| open(item, items)),
        None => items.push(list),
    }
}

/// The property of an item that the filter's first argument names; without an argument, the item itself.
fn property<'v>(given: &Given<'_>, item: &'v dyn ValueView) -> Result<&'v dyn ValueView> {
    let Some(name) = given.argument(0) else { return Ok(item) };
    let name = name.to_kstr();
    match item.as_object() {
        Some(object) => Ok(object.get(&name).unwrap_or(&Value::Nil)),
        None if item.is_nil() => Ok(item),
        None => Err(given.error(&format!("`{name}` cannot be taken of {}; the list needs objects", given.kind(item)))),
    }
}

/// The items, each with its property.
fn properties<'g>(given: &'g Given<'_>) -> Result<Vec<(&'g dyn ValueView, &'g dyn ValueView)>> {
    items(given)?.into_iter().map(|item| Ok((item, property(given, item)?))).collect()
}

fn select(given: &Given<'_>, keeps: impl Fn(&dyn ValueView) -> bool) -> Result<Value> {
    Ok(values(properties(given)?.into_iter().filter(|(_, property)| keeps(*property)).map(|(item, _)| item)))
}

/// Whether a property equals the second argument; without one, whether the property is neither nothing nor false.
fn matches(given: &Given<'_>, property: &dyn ValueView) -> bool {
    match given.argument(1) {
        None => !property.is_nil() && property.query_state(Is::Truthy),
        Some(target) => {
            // The library finds every value equal to true, so true is compared here.
            let flag = |value: &dyn ValueView| value.as_scalar().and_then(|value| value.to_bool());
            match (flag(property), flag(target)) {
                (None, None) => ValueViewCmp::new(property) == ValueViewCmp::new(target),
                (a, b) => a == b,
            }
        }
    }
}

fn found<'g>(given: &'g Given<'_>) -> Result<Option<(usize, &'g dyn ValueView)>> {
    let mut all = properties(given)?.into_iter().enumerate();
    Ok(all.find(|(_, (_, property))| matches(given, *property)).map(|(index, (item, _))| (index, item)))
}

fn concat(given: &Given<'_>) -> Result<Value> {
    let other = given.arguments.first().and_then(|list| list.as_array());
    let other = other.ok_or_else(|| given.error("the argument must be a list"))?;
    Ok(values(items(given)?.into_iter().chain(other.values())))
}

fn join(given: &Given<'_>) -> Result<Value> {
    let (items, glue) = (items(given)?, given.argument_text(0, " "));
    let texts: Vec<_> = items.iter().map(|item| given.text_of(*item)).collect();
    given.check_size(texts.iter().map(|text| text.len() + glue.len()).sum())?;
    let texts: Vec<&str> = texts.iter().map(|text| text.as_str()).collect();
    Ok(Value::scalar(texts.join(&glue)))
}

fn map(given: &Given<'_>) -> Result<Value> {
    Ok(values(properties(given)?.into_iter().map(|(_, property)| property)))
}

/// The items in groups of one value of a property, in the order in which the values come. What is no list stays as it is.
fn group_by(given: &Given<'_>) -> Result<Value> {
    if !given.input.is_array() {
        return Ok(given.input.to_value());
    }
    let exact = given.runtime.registers().get_mut::<State>().exact.clone();
    let mut groups: IndexMap<String, (Value, Vec<Value>)> = IndexMap::new();
    for (item, property) in properties(given)? {
        let group = groups.entry(node::to_json(property, &exact).to_string());
        group.or_insert_with(|| (property.to_value(), Vec::new())).1.push(item.to_value());
    }
    let object =
        |(name, items)| Value::Object([("name".into(), name), ("items".into(), Value::Array(items))].into_iter().collect());
    Ok(Value::Array(groups.into_values().map(object).collect()))
}

type End = for<'v> fn(&'v dyn liquid_core::model::ArrayView) -> Option<&'v dyn ValueView>;

/// The item at one end of a list, or the character at one end of a text.
fn end(given: &Given<'_>, item: End, char: fn(&str) -> Option<char>) -> Result<Value> {
    let input = given.input;
    if let Some(array) = input.as_array() {
        return Ok(item(array).map_or(Value::Nil, ValueView::to_value));
    }
    match input.type_name() {
        _ if input.is_nil() || input.is_state() => Ok(Value::Nil),
        "string" => Ok(char(&given.text()).map_or(Value::Nil, |char| Value::scalar(char.to_string()))),
        _ => Err(given.error(&format!("a list or a text is needed, not {}", given.kind(input)))),
    }
}

fn size(given: &Given<'_>) -> Result<Value> {
    let input = given.input;
    let lists = input.as_array().map(|array| array.size()).or_else(|| input.as_object().map(|object| object.size()));
    Ok(lists.map_or_else(|| number(given.text().chars().count()), Value::scalar))
}

/// Takes a part of a list or a text. Beyond either end there is nothing, as in Ruby.
fn slice(given: &Given<'_>) -> Result<Value> {
    let offset = given.argument_whole(0)?.unwrap_or(0);
    let length = usize::try_from(given.argument_whole(1)?.unwrap_or(1)).unwrap_or(0);
    let start = |size: usize| {
        let size = i64::try_from(size).unwrap_or(i64::MAX);
        let start = if offset < 0 { size.saturating_add(offset) } else { offset };
        usize::try_from(start).unwrap_or(usize::MAX)
    };
    Ok(match given.input.as_array() {
        Some(array) => values(array.values().skip(start(array.values().count())).take(length)),
        None => {
            let input = given.text();
            Value::scalar(input.chars().skip(start(input.chars().count())).take(length).collect::<String>())
        }
    })
}

/// The key that items are sorted by: by value among values of one kind, with nothing at the end.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Flag(bool),
    Number(BigDecimal),
    Text(String),
    Nothing,
}

fn sort(given: &Given<'_>) -> Result<Value> {
    let key = |value: &dyn ValueView| {
        Ok(match value.as_scalar() {
            _ if value.is_nil() => Key::Nothing,
            _ if given.is_number(value) => Key::Number(numbers::read(given, value)?.into_decimal()),
            Some(scalar) => scalar.to_bool().map_or_else(|| Key::Text(value.to_kstr().into_string()), Key::Flag),
            None => return Err(given.error(&format!("{} has no order; name a property to sort by", given.kind(value)))),
        })
    };
    let keyed = properties(given)?.into_iter().map(|(item, property)| Ok((key(property)?, item)));
    let keyed = keyed.collect::<Result<Vec<_>>>()?;
    let mut kinds: Vec<_> =
        keyed.iter().map(|(key, _)| key).filter(|key| **key != Key::Nothing).map(std::mem::discriminant).collect();
    kinds.dedup();
    if kinds.len() > 1 {
        return Err(given.error("values of one kind are needed: all numbers or all texts"));
    }
    Ok(sorted(keyed))
}

fn sort_natural(given: &Given<'_>) -> Result<Value> {
    let key = |value: &dyn ValueView| if value.is_nil() { Key::Nothing } else { Key::Text(value.to_kstr().to_lowercase()) };
    Ok(sorted(properties(given)?.into_iter().map(|(item, property)| (key(property), item)).collect()))
}

fn sorted(mut keyed: Vec<(Key, &dyn ValueView)>) -> Value {
    keyed.sort_by(|(a, _), (b, _)| a.cmp(b));
    values(keyed.into_iter().map(|(_, item)| item))
}

fn sum(given: &Given<'_>) -> Result<Value> {
    let mut sum = numbers::Number::zero();
    for (_, property) in properties(given)? {
        sum = sum.plus(&numbers::read(given, property)?);
    }
    numbers::write(given, &sum)
}

fn uniq(given: &Given<'_>) -> Result<Value> {
    let exact = given.runtime.registers().get_mut::<State>().exact.clone();
    let mut seen = HashSet::new();
    let all = properties(given)?;
    let first = all.into_iter().filter(|(_, property)| seen.insert(node::to_json(*property, &exact).to_string()));
    Ok(values(first.map(|(item, _)| item)))
}
