//! Templates in agents' options: Liquid, bounded in steps, time, memory and output. Here are parsing, rendering and the values
//! that templates see. There is no I/O here, no agent type, and no value of a credential: `{% credential name %}` renders a mark
//! that the egress client replaces.
//!
//! Sources are read as Ruby's Liquid reads them in lax mode (`lax`). Differences from it: an object renders as JSON; numbers keep their
//! text; there is no `include`, `render` or `ifchanged`. Output is never rendered again. `docs/templates.md` explains all this to users.

mod bounds;
mod conditions;
mod error;
mod filters;
mod json;
mod lax;
mod loops;
mod node;
mod outputs;
mod preview;
#[cfg(test)]
mod properties;
mod replaces;
mod runtime;
mod scan;
mod scope;
mod tags;
#[cfg(test)]
mod tests;

pub(crate) use error::below;
pub use error::{Limit, Problem, TemplateError};
pub use json::JsonTemplate;
pub use lax::Note;
pub use preview::preview;
pub use scope::Scope;

use bounds::{Budget, Capped, MAX_OUTPUT, State};
use liquid_core::parser::{self, Language};
use liquid_core::runtime::{Renderable, Runtime};
use liquid_lib::stdlib;
use runtime::Lax;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;

static LANGUAGE: LazyLock<Language> = LazyLock::new(|| {
    let mut language = Language::empty();
    tags::register(&mut language, stdlib::AssignTag);
    tags::register(&mut language, stdlib::BreakTag);
    tags::register(&mut language, stdlib::ContinueTag);
    tags::register(&mut language, stdlib::CycleTag);
    tags::register(&mut language, stdlib::IncrementTag);
    tags::register(&mut language, stdlib::DecrementTag);
    tags::register(&mut language, tags::Credential);
    tags::register(&mut language, tags::Made::LineBreak);
    tags::register(&mut language, tags::Made::Uuid);
    tags::register_block(&mut language, stdlib::CommentBlock);
    tags::register_block(&mut language, conditions::Branching::If);
    tags::register_block(&mut language, conditions::Branching::Unless);
    tags::register_block(&mut language, stdlib::CaseBlock);
    tags::register_block(&mut language, tags::Capture);
    tags::register_block(&mut language, replaces::ReplaceBlock::All);
    tags::register_block(&mut language, replaces::ReplaceBlock::First);
    tags::register_block(&mut language, loops::LoopBlock::For);
    tags::register_block(&mut language, loops::LoopBlock::TableRow);
    filters::register(&mut language);
    outputs::register(&mut language);
    language
});

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
        scan::check(source)?;
        if !source.contains("{{") && !source.contains("{%") {
            let source = source.to_owned();
            return Ok(Template { source, parsed: None, credentials: Vec::new(), is_captured: false, notes: Vec::new() });
        }
        let strict = lax::Strict::read(source)?;
        tags::begin();
        // The library panics on some malformed sources.
        let parsed = catch_unwind(|| parser::parse(&strict.source, &LANGUAGE));
        let (credentials, is_captured) = (tags::found(), tags::is_captured());
        let parsed = match parsed {
            Ok(parsed) => parsed.map_err(|error| Problem::syntax(&error, &strict.source))?,
            Err(_) => return Err(Problem::Syntax { line: 1, reason: "it cannot be read; simplify it".to_owned() }.into()),
        };
        let parsed = Some(liquid_core::Template::new(parsed));
        Ok(Template { source: source.to_owned(), parsed, credentials, is_captured, notes: strict.notes })
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
    // The library can still panic on some unexpected values; that must not stop the program.
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
