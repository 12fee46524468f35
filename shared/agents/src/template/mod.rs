//! Templates in agents' options: Liquid, bounded in steps, time, memory and output. Here are parsing, rendering and the values
//! that templates see. There is no I/O here, no agent type, and no value of a credential: `{% credential name %}` renders a mark
//! that the egress client replaces.
//!
//! Sources are read as Ruby's Liquid reads them in lax mode (`lax`); of the library there are only the values and the scopes of
//! variables. Differences from Ruby's: an object renders as JSON; numbers keep their
//! text; there is no `include`, `render` or `ifchanged`. Output is never rendered again. `docs/templates.md` explains all this to users.

mod bounds;
#[cfg(test)]
mod broken;
mod conditions;
mod error;
mod filters;
mod json;
mod lax;
mod loops;
mod node;
mod preview;
#[cfg(test)]
mod properties;
mod replaces;
mod runtime;
mod scope;
mod tags;
#[cfg(test)]
mod tests;
mod values;

pub(crate) use error::below;
pub use error::{Limit, Problem, TemplateError};
pub use json::JsonTemplate;
pub use lax::Note;
pub use preview::{Preview, preview};
pub use scope::Scope;

use bounds::{Budget, Capped, MAX_OUTPUT, MAX_SOURCE, State};
use lax::Parsed;
use liquid_core::runtime::{Renderable, Runtime};
use runtime::Lax;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A parsed template.
#[derive(Debug)]
pub struct Template {
    source: String,
    /// The parsed source; none when the source has nothing to render.
    parsed: Option<liquid_core::Template>,
    credentials: Vec<String>,
    /// Whether a credential stands inside a `capture`.
    is_captured: bool,
    notes: Vec<Note>,
}

impl Template {
    /// Parses a template in which `{% credential name %}` is an error.
    pub fn parse(source: &str) -> Result<Template, TemplateError> {
        let template = Self::parse_with_credentials(source)?;
        match template.credentials.first() {
            Some(name) => Err(Problem::CredentialNotAllowed { name: name.clone() }.into()),
            None => Ok(template),
        }
    }

    /// Parses a template that may use `{% credential name %}`: one whose text is sent with an outside call.
    pub fn parse_with_credentials(source: &str) -> Result<Template, TemplateError> {
        if source.len() > MAX_SOURCE {
            return Err(Problem::Limit(Limit::Source).into());
        }
        if !source.contains("{{") && !source.contains("{%") {
            let source = source.to_owned();
            return Ok(Template { source, parsed: None, credentials: Vec::new(), is_captured: false, notes: Vec::new() });
        }
        let Parsed { template, notes, credentials, is_captured } = lax::read(source)?;
        Ok(Template { source: source.to_owned(), parsed: Some(template), credentials, is_captured, notes })
    }

    /// The credentials used, each once, in the order of their first use.
    pub fn credentials(&self) -> &[String] {
        &self.credentials
    }

    /// Whether a credential's mark becomes a variable, where filters could break it.
    pub fn captures_credential(&self) -> bool {
        self.is_captured
    }

    /// Whether the template renders its own source, whatever the scope.
    pub fn is_constant(&self) -> bool {
        self.parsed.is_none()
    }

    /// The text that was parsed.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Renders the text for a scope, at most 256 KB.
    pub fn render(&self, scope: &Scope) -> Result<String, TemplateError> {
        let mut budget = Budget::begin(scope);
        let rendered = self.render_within(scope, &mut budget);
        budget.end(scope);
        rendered
    }

    fn render_within(&self, scope: &Scope, budget: &mut Budget) -> Result<String, TemplateError> {
        let Some(template) = &self.parsed else {
            return Ok(self.source.clone());
        };
        match render(template, scope, budget)? {
            serde_json::Value::String(text) => Ok(text),
            value => {
                let text = value.to_string();
                if text.len() > MAX_OUTPUT { Err(Problem::Limit(Limit::Output).into()) } else { Ok(text) }
            }
        }
    }

    /// The text, or in its place the value that `as_object` was given.
    fn value_within(&self, scope: &Scope, budget: &mut Budget) -> Result<serde_json::Value, TemplateError> {
        let Some(template) = &self.parsed else {
            return Ok(self.source.clone().into());
        };
        render(template, scope, budget)
    }
}

/// What tells what its writer may not have meant, like a filter that does not exist.
pub trait Noted {
    /// The notes, each with its place in the options, which is empty for a single template.
    fn notes(&self) -> Vec<(String, Note)>;
}

impl Noted for Template {
    fn notes(&self) -> Vec<(String, Note)> {
        self.notes.iter().map(|note| (String::new(), note.clone())).collect()
    }
}

/// Renders within a budget, and takes what was used from the budget.
fn render(template: &liquid_core::Template, scope: &Scope, budget: &mut Budget) -> Result<serde_json::Value, TemplateError> {
    let runtime = Lax::root(scope.view());
    *runtime.registers().get_mut() = State::new(budget, scope);
    let mut output = Capped::new(budget.output);
    // No template is known that panics (`broken`); if one does, that must not stop the program.
    let result = catch_unwind(AssertUnwindSafe(|| template.render_to(&mut output, &runtime)));
    let state = std::mem::take(&mut *runtime.registers().get_mut::<State>());
    *budget = state.budget;
    budget.output = budget.output.saturating_sub(output.bytes.len());
    let limit = state.exceeded.or(output.is_over.then_some(Limit::Output));
    match (limit, state.value, result) {
        (Some(limit), ..) => Err(Problem::Limit(limit).into()),
        (None, Some(value), _) => Ok(value),
        (None, None, Ok(Ok(()))) => Ok(output.into_text().into()),
        (None, None, Ok(Err(error))) => Err(Problem::render(&error).into()),
        (None, None, Err(_)) => Err(Problem::Render("a filter failed on its input; check the kinds of values".to_owned()).into()),
    }
}
