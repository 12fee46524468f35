//! How outputs become text: one rule for all values, wherever they come from. The library renders its own objects, which filters and
//! `assign` make, as keys and values in a row; so each output of a source is led through one more filter, which no user writes.

use super::bounds::State;
use super::filters::Named;
use super::node;
use liquid_core::model::{Value, ValueView};
use liquid_core::parser::{Filter, FilterArguments, FilterReflection, Language, ParseFilter};
use liquid_core::{Result, Runtime};
use std::fmt;

/// The filter's name.
pub(super) const FILTER: &str = "_text";

pub(super) fn register(language: &mut Language) {
    language.filters.register(FILTER.to_owned(), Box::new(Text));
}

/// The source with the filter at the end of each output. What cannot be read stays as it is, for the parser to tell of it.
pub(super) fn through_filter(source: &str) -> String {
    let (mut made, mut rest) = (String::with_capacity(source.len() * 2), source);
    while let Some(start) = ["{{", "{%"].iter().filter_map(|open| rest.find(open)).min() {
        let (before, inside) = rest.split_at(start + 2);
        let is_output = before.ends_with("{{");
        let Some(length) = length_to(if is_output { "}}" } else { "%}" }, inside) else { break };
        let (inner, after) = inside.split_at(length);
        let own = inner.trim_end_matches('-');
        made += before;
        made += own;
        if is_output {
            made += &format!(" | {FILTER}");
        }
        made += &inner[own.len()..];
        rest = after;
        // What stands in these blocks is text.
        let tag = inner.trim_matches(|c: char| c == '-' || c.is_whitespace());
        if !is_output && ["raw", "comment"].contains(&tag) {
            let Some(end) = rest.find(&format!("end{tag}")) else { break };
            let (text, after) = rest.split_at(end);
            made += text;
            rest = after;
        }
    }
    made + rest
}

/// How far it is to the closing mark outside of quotes.
fn length_to(close: &str, inside: &str) -> Option<usize> {
    let mut quote = None;
    for (at, char) in inside.char_indices() {
        match (quote, char) {
            (Some(open), _) if open == char => quote = None,
            (None, '\'' | '"') => quote = Some(char),
            (None, _) if inside[at..].starts_with(close) => return Some(at),
            _ => {}
        }
    }
    None
}

#[derive(Clone, Copy, Debug)]
struct Text;

impl ParseFilter for Text {
    fn parse(&self, _: FilterArguments<'_>) -> Result<Box<dyn Filter>> {
        Ok(Box::new(Text))
    }
    fn reflection(&self) -> &dyn FilterReflection {
        &Named(FILTER)
    }
}

impl Filter for Text {
    fn evaluate(&self, input: &dyn ValueView, runtime: &dyn Runtime) -> Result<Value> {
        let state = runtime.registers().get_mut::<State>();
        Ok(Value::scalar(node::to_text(input, &state.exact)))
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(FILTER)
    }
}

#[cfg(test)]
mod tests {
    use super::through_filter;

    #[test]
    fn outputs_alone_are_led_through_the_filter() {
        for (source, expected) in [
            ("a {{ b }}{{-c|d: '}}' -}} {", "a {{ b  | _text}}{{-c|d: '}}'  | _text-}} {"),
            ("{% assign a = '{{ b }}' %}{{ a }}", "{% assign a = '{{ b }}' %}{{ a  | _text}}"),
            ("{%- raw -%}{{ a }}{% endraw %}{{ b }}", "{%- raw -%}{{ a }}{% endraw %}{{ b  | _text}}"),
            ("{% comment %}don't{{ a' }}{% endcomment %}{{ b }}", "{% comment %}don't{{ a' }}{% endcomment %}{{ b  | _text}}"),
            ("{{ a", "{{ a"),
            ("{{ 'a }}", "{{ 'a }}"),
        ] {
            assert_eq!(through_filter(source), expected);
        }
    }
}
