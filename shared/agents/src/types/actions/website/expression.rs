//! Expressions in options, which are read once if they are no templates.

use crate::agent::Problems;
use crate::json_path::JsonPath;
use crate::pattern::Pattern;
use crate::template::Template;
use crate::{AgentError, Context};
use rookery_markup::XPath;

/// The longest template of an expression, rendered, in bytes.
const LONGEST: usize = 10_000;

/// An expression: read once, or for each event if it is a template.
pub(super) enum Expression<T> {
    Ready(T),
    Made(Template, fn(&str) -> Result<T, String>),
}

impl<T> Expression<T> {
    pub(super) fn take(field: &str, text: &str, read: fn(&str) -> Result<T, String>, problems: &mut Problems) -> Option<Self> {
        let template = problems.take_template(field, Template::parse(text))?;
        match template.is_constant() {
            true => problems.take(field, read(text)).map(Expression::Ready),
            false => Some(Expression::Made(template, read)),
        }
    }

    pub(super) fn with<R>(
        &self,
        cx: &Context<'_>,
        name: &str,
        ask: impl FnOnce(&T) -> Result<R, AgentError>,
    ) -> Result<R, AgentError> {
        match self {
            Expression::Ready(expression) => ask(expression),
            Expression::Made(template, read) => {
                let text = template.render(cx.scope())?;
                let expression = if text.len() > LONGEST { Err("it is too long".to_owned()) } else { read(&text) };
                ask(&expression.map_err(|error| failed("invalid_expression", name, &error))?)
            }
        }
    }
}

pub(super) fn failed(code: &str, name: &str, what: &str) -> AgentError {
    AgentError::fail(code, format!("extract.{name}: {what}"))
}

pub(super) fn read_xpath(text: &str) -> Result<XPath, String> {
    XPath::parse(text).map_err(|error| format!("It is no XPath: {error}."))
}

pub(super) fn read_css(text: &str) -> Result<XPath, String> {
    XPath::of_css(text).map_err(|error| format!("It is no CSS selector: {error}."))
}

pub(super) fn read_path(text: &str) -> Result<JsonPath, String> {
    JsonPath::parse(text).map_err(|error| error.to_string())
}

pub(super) fn read_pattern(text: &str) -> Result<Pattern, String> {
    Pattern::of_ruby(text).map_err(|error| format!("It is no regular expression that can be used here: {error}"))
}
