//! A template as whoever writes it sees it: rendered for some variables, with `***` where a credential's value would stand.

use super::{JsonTemplate, Scope, TemplateError};
use serde_json::{Map, Value};

/// Renders a JSON value whose texts are templates, within the bounds of any other.
pub fn preview(template: &Value, variables: Map<String, Value>) -> Result<Value, TemplateError> {
    let template = JsonTemplate::parse_with_credentials(template)?;
    let scope = Scope::new(variables);
    let mut rendered = template.render(&scope)?;
    if !template.credentials().is_empty() {
        hide(&mut rendered, &|text| scope.without_marks(text, template.credentials()));
    }
    Ok(rendered)
}

fn hide(value: &mut Value, hidden: &impl Fn(&str) -> String) {
    match value {
        Value::String(text) => *text = hidden(text),
        Value::Array(items) => items.iter_mut().for_each(|item| hide(item, hidden)),
        Value::Object(entries) => entries.values_mut().for_each(|item| hide(item, hidden)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
