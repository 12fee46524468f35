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
