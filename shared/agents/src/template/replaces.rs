//! `{% regex_replace "pattern" in %}...{% with %}...{% endregex_replace %}`: the first body is searched, and the second one stands
//! for each match. It sees the named groups, and `match` with all groups. `regex_replace_first` replaces the first match alone.

use super::filters::patterns::{self, replaced};
use super::runtime::Lax;
use super::values::Expression;
use super::{bounds, tags};
use crate::pattern::Pattern;
use liquid_core::error::ResultLiquidReplaceExt;
use liquid_core::model::{KStringRef, Value, ValueView};
use liquid_core::runtime::StackFrame;
use liquid_core::{Renderable, Result, Runtime, Template};
use regex::Captures;
use std::collections::HashMap;
use std::io::Write;
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct Replace {
    /// How many matches are replaced.
    pub(super) most: usize,
    pub(super) expression: Expression,
    /// The compiled expression, if it is a text of the template.
    pub(super) pattern: Option<Arc<Pattern>>,
    pub(super) body: Template,
    pub(super) with: Template,
}

impl Renderable for Replace {
    fn render_to(&self, writer: &mut dyn Write, runtime: &dyn Runtime) -> Result<()> {
        let pattern = match &self.pattern {
            Some(pattern) => pattern.clone(),
            None => patterns::compiled(&self.expression.evaluate(runtime)?.to_kstr(), runtime)?,
        };
        let input = tags::captured(&self.body, runtime)?;
        bounds::spend(runtime, 1 + input.len() / 1024)?;
        let text = replaced(&input, &pattern, self.most, runtime, |found, text| {
            bounds::spend(runtime, 1)?;
            text.push_str(&self.replacement(&pattern, found, runtime)?);
            Ok(())
        })?;
        writer.write_all(text.as_bytes()).replace("the output is full")
    }
}

impl Replace {
    fn replacement(&self, pattern: &Pattern, found: &Captures<'_>, runtime: &dyn Runtime) -> Result<String> {
        let group = |text: Option<regex::Match<'_>>| text.map_or(Value::Nil, |text| Value::scalar(text.as_str().to_owned()));
        let all = Value::array(found.iter().map(group));
        let named = pattern.group_names().flatten().map(|name| (name, group(found.name(name))));
        let named: Vec<(&str, Value)> = named.collect();
        let mut variables: HashMap<KStringRef<'_>, &dyn ValueView> = HashMap::from([("match".into(), &all as &dyn ValueView)]);
        variables.extend(named.iter().map(|(name, value)| (KStringRef::from(*name), value as &dyn ValueView)));
        tags::captured(&self.with, &Lax::frame(StackFrame::new(runtime, &variables)))
    }
}
