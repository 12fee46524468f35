//! JSON options whose strings are templates.

use super::bounds::Budget;
use super::{Note, Noted, Scope, Template, TemplateError, error};
use serde_json::{Map, Value};

/// A JSON value in which every string is a template; keys stay as they are. A string in which `as_object` is reached becomes the
/// value that it is given.
#[derive(Debug)]
pub struct JsonTemplate {
    part: Part,
    credentials: Vec<String>,
}

#[derive(Debug)]
enum Part {
    Fixed(Value),
    Text(Template),
    Array(Vec<Part>),
    Object(Vec<(String, Part)>),
}

impl JsonTemplate {
    /// Parses strings in which `{% credential name %}` is an error.
    pub fn parse(value: &Value) -> Result<JsonTemplate, TemplateError> {
        Self::parse_by(value, Template::parse)
    }

    /// Parses strings that may use `{% credential name %}`.
    pub fn parse_with_credentials(value: &Value) -> Result<JsonTemplate, TemplateError> {
        Self::parse_by(value, Template::parse_with_credentials)
    }

    fn parse_by(value: &Value, parse: Parse) -> Result<JsonTemplate, TemplateError> {
        let part = Part::parse(value, parse)?;
        let mut credentials = Vec::new();
        part.credentials(&mut credentials);
        Ok(JsonTemplate { part, credentials })
    }

    /// The credentials used, each once.
    pub fn credentials(&self) -> &[String] {
        &self.credentials
    }

    /// Whether a credential's mark becomes a variable, where filters could break it.
    pub fn captures_credential(&self) -> bool {
        self.part.captures_credential()
    }

    /// Renders the value for a scope. Its texts share one budget of steps, time and output.
    pub fn render(&self, scope: &Scope) -> Result<Value, TemplateError> {
        let mut budget = Budget::begin(scope);
        let rendered = self.part.render(scope, &mut budget);
        budget.end(scope);
        rendered
    }
}

impl Noted for JsonTemplate {
    fn notes(&self) -> Vec<(String, Note)> {
        self.part.notes()
    }
}

type Parse = fn(&str) -> Result<Template, TemplateError>;

impl Part {
    fn parse(value: &Value, parse: Parse) -> Result<Part, TemplateError> {
        Ok(match value {
            Value::String(source) => {
                let template = parse(source)?;
                if template.is_constant() { Part::Fixed(value.clone()) } else { Part::Text(template) }
            }
            Value::Array(items) => {
                let part = |(index, item)| Part::parse(item, parse).map_err(|error| error.below_index(index));
                Part::Array(items.iter().enumerate().map(part).collect::<Result<_, _>>()?)
            }
            Value::Object(map) => {
                let part = |(key, item): (&String, _)| {
                    let part = Part::parse(item, parse).map_err(|error| error.below_key(key));
                    part.map(|part| (key.clone(), part))
                };
                Part::Object(map.iter().map(part).collect::<Result<_, _>>()?)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => Part::Fixed(value.clone()),
        })
    }

    fn notes(&self) -> Vec<(String, Note)> {
        match self {
            Part::Fixed(_) => Vec::new(),
            Part::Text(template) => template.notes(),
            Part::Array(items) => {
                items.iter().enumerate().flat_map(|(index, item)| item.notes_at(&format!("[{index}]"))).collect()
            }
            Part::Object(entries) => entries.iter().flat_map(|(key, item)| item.notes_at(&error::place(key))).collect(),
        }
    }

    fn notes_at(&self, place: &str) -> Vec<(String, Note)> {
        self.notes().into_iter().map(|(path, note)| (error::below(place, &path), note)).collect()
    }

    fn captures_credential(&self) -> bool {
        match self {
            Part::Fixed(_) => false,
            Part::Text(template) => template.captures_credential(),
            Part::Array(items) => items.iter().any(Part::captures_credential),
            Part::Object(entries) => entries.iter().any(|(_, item)| item.captures_credential()),
        }
    }

    fn credentials(&self, found: &mut Vec<String>) {
        match self {
            Part::Fixed(_) => {}
            Part::Text(template) => {
                for name in template.credentials() {
                    if !found.contains(name) {
                        found.push(name.clone());
                    }
                }
            }
            Part::Array(items) => items.iter().for_each(|item| item.credentials(found)),
            Part::Object(entries) => entries.iter().for_each(|(_, item)| item.credentials(found)),
        }
    }

    fn render(&self, scope: &Scope, budget: &mut Budget) -> Result<Value, TemplateError> {
        Ok(match self {
            Part::Fixed(value) => value.clone(),
            Part::Text(template) => template.value_within(scope, budget)?,
            Part::Array(items) => {
                let mut values = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    values.push(item.render(scope, budget).map_err(|error| error.below_index(index))?);
                }
                Value::Array(values)
            }
            Part::Object(entries) => {
                let mut map = Map::with_capacity(entries.len());
                for (key, item) in entries {
                    map.insert(key.clone(), item.render(scope, budget).map_err(|error| error.below_key(key))?);
                }
                Value::Object(map)
            }
        })
    }
}
