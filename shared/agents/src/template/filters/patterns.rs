//! Filters with regular expressions. Only expressions that are written in the template are allowed here.

use super::{Given, Own};
use crate::pattern::Pattern;
use crate::template::Limit;
use crate::template::bounds::{exceed, spend};
use liquid_core::model::{Value, ValueView};
use liquid_core::{Error, Expression, Result};
use regex::Captures;

pub(super) const FILTERS: &[Own] = &[
    Own { has_pattern: true, ..Own::new("regex_extract", 1, 2, regex_extract) },
    Own { has_pattern: true, ..Own::new("regex_replace", 2, 2, regex_replace) },
];

pub(super) fn compile(expression: &Expression) -> Result<Pattern> {
    let Expression::Literal(text) = expression else {
        return Err(Error::with_msg("a regular expression must be a text in quotes, not a variable"));
    };
    Pattern::new(&text.to_kstr()).map_err(|error| Error::with_msg(error.replace('\n', " ")))
}

fn regex_replace(given: &Given<'_>) -> Result<Value> {
    let Some(pattern) = given.pattern else { return Ok(given.input.to_value()) };
    let (input, with) = (given.text(), given.argument_text(1, ""));
    let mut text = String::new();
    let mut copied = 0;
    let Some(regex) = pattern.to_capture(&input) else { return exceed(given.runtime, Limit::Search) };
    for found in regex.captures_iter(&input) {
        // Each search may read to the end of the text, so that all of them take a time that grows with its square: each looks at the
        // clock.
        spend(given.runtime, 0)?;
        let Some(whole) = found.get(0) else { continue };
        text.push_str(&input[copied..whole.start()]);
        found.expand(&with, &mut text);
        copied = whole.end();
        given.check_size(text.len())?;
    }
    text.push_str(&input[copied..]);
    Ok(Value::scalar(text))
}

fn regex_extract(given: &Given<'_>) -> Result<Value> {
    let input = given.text();
    let Some(pattern) = given.pattern else { return Ok(Value::Nil) };
    let Some(regex) = pattern.to_capture(&input) else { return exceed(given.runtime, Limit::Search) };
    let Some(found) = regex.captures(&input) else { return Ok(Value::Nil) };
    let group = |found: &Captures<'_>| {
        let Some(group) = given.argument(1) else { return found.get(0).map(|text| text.as_str().to_owned()) };
        let text = match group.as_scalar().and_then(|group| group.to_integer()) {
            Some(number) => found.get(usize::try_from(number).ok()?),
            None => found.name(&group.to_kstr()),
        };
        text.map(|text| text.as_str().to_owned())
    };
    Ok(group(&found).map_or(Value::Nil, Value::scalar))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Scope;
    use crate::template::bounds::{Budget, State, Wants};
    use crate::template::runtime::Lax;
    use liquid_core::Runtime;
    use std::time::Duration;

    #[test]
    fn a_replacement_ends_when_its_time_is_over() {
        let (scope, pattern) = (Scope::new(serde_json::Map::new()), Pattern::new("a").unwrap());
        let (input, with) = (Value::scalar("banana"), [Value::scalar("a").into(), Value::scalar("o").into()]);
        let replace = |time| {
            let runtime = Lax::root(scope.view());
            *runtime.registers().get_mut() = State::new(&Budget::of(time), &scope, Wants::Text);
            let given = Given {
                name: "regex_replace",
                input: &input,
                arguments: &with,
                keyword: None,
                pattern: Some(&pattern),
                runtime: &runtime,
            };
            regex_replace(&given).map(|text| text.to_kstr().to_string()).map_err(|error| error.to_string())
        };
        assert_eq!(replace(Duration::from_secs(60)), Ok("bonono".to_owned()));
        let error = replace(Duration::ZERO).unwrap_err();
        assert!(error.contains(&Limit::Time.to_string()), "{error}");
    }
}
