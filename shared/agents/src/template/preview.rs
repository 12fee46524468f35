//! A template as whoever writes it sees it: rendered for some variables, with `***` where a credential's value would stand, and with
//! what was passed over.

use super::{JsonTemplate, Note, Noted, Scope, TemplateError};
use serde_json::{Map, Value};

/// What a template gives, and what its writer may not have meant.
#[derive(Debug)]
pub struct Preview {
    /// The JSON value with its texts rendered.
    pub result: Value,
    /// The notes, each with its place in the JSON value.
    pub notes: Vec<(String, Note)>,
}

/// Renders a JSON value whose texts are templates, within the bounds of any other.
pub fn preview(template: &Value, variables: Map<String, Value>) -> Result<Preview, TemplateError> {
    let template = JsonTemplate::parse_with_credentials(template)?;
    let scope = Scope::new(variables);
    let mut result = template.render(&scope)?;
    if !template.credentials().is_empty() {
        hide(&mut result, &|text| scope.without_marks(text, template.credentials()));
    }
    Ok(Preview { result, notes: template.notes() })
}

fn hide(value: &mut Value, hidden: &impl Fn(&str) -> String) {
    match value {
        Value::String(text) => *text = hidden(text),
        Value::Array(items) => items.iter_mut().for_each(|item| hide(item, hidden)),
        Value::Object(entries) => entries.values_mut().for_each(|item| hide(item, hidden)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
