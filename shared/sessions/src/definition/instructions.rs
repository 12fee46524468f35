//! Instructions: a template over `id`, `env` and `payload`. It is bounded as all templates are, and knows no credential.

use rookery_agents::template::{Noted, Problem, Scope, Template};
use rookery_domain::{Error, Kind, Result};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt;

/// The environment variables that agents may see, by name: those that whoever runs this process allowed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// Of these variables, those that agents may see at all: the ones that do not look like secrets.
    pub fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        Environment(variables.into_iter().filter(|(name, _)| !looks_secret(name)).collect())
    }

    /// The value of a variable that agents may see.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Whether agents may see a variable.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
}

/// The values are nobody's business.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Whether a variable's name says that its value is a secret.
pub(super) fn looks_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    ["_KEY", "_TOKEN"].iter().any(|end| name.ends_with(end)) || ["SECRET", "PASSWORD"].iter().any(|part| name.contains(part))
}

/// What instructions are rendered for.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'s> {
    /// The id of the agent's instance.
    pub id: &'s str,
    /// The variables that agents may see.
    pub environment: &'s Environment,
    /// Of these, the ones that the definition names.
    pub env: &'s [String],
    /// The input of a dispatch; none for a prompt.
    pub payload: Option<&'s Value>,
}

/// The text that tells a model what it is for.
#[derive(Debug)]
pub struct Instructions(Form);

#[derive(Debug)]
enum Form {
    Template(Template),
    /// A text that a program made.
    Text(String),
}

impl Instructions {
    /// A text that is told as it stands: `None` where it is blank.
    pub fn literal(text: String) -> Option<Self> {
        (!text.trim().is_empty()).then_some(Instructions(Form::Text(text)))
    }

    /// Reads a text that begins in this line of its file: `None` where it is blank. An error has the line in the file.
    pub(super) fn parse(text: &str, first_line: usize) -> Result<Option<Self>, (usize, String)> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        let template = Template::parse(text).map_err(|error| match error.problem() {
            Problem::Syntax { line, reason } => {
                (first_line + line - 1, format!("The template cannot be read: {}.", reason.trim_end_matches('.')))
            }
            problem => (first_line, format!("The template cannot be used: {problem}.")),
        })?;
        match template.notes().first() {
            Some((_, note)) => {
                Err((first_line + note.line - 1, format!("The template does not do what it says: {}.", note.message)))
            }
            None => Ok(Some(Instructions(Form::Template(template)))),
        }
    }

    /// Renders the text. 422 `instructions_failed` if that is not possible.
    pub fn render(&self, seen: &Seen<'_>) -> Result<String> {
        let template = match &self.0 {
            Form::Template(template) => template,
            Form::Text(text) => return Ok(text.trim().to_owned()),
        };
        let variable = |name: &String| Some((name.clone(), Value::from(seen.environment.0.get(name)?.as_str())));
        let env = seen.env.iter().filter_map(variable).collect::<Map<_, _>>();
        let scope = Map::from_iter([
            ("id".to_owned(), seen.id.into()),
            ("env".to_owned(), Value::Object(env)),
            ("payload".to_owned(), seen.payload.cloned().unwrap_or_default()),
        ]);
        match template.render(&Scope::new(scope)) {
            Ok(text) => Ok(text.trim().to_owned()),
            Err(error) => Err(Error::new(
                Kind::Unprocessable,
                "instructions_failed",
                format!("The agent's instructions cannot be rendered: {}.", error.problem()),
                "Change the text below the front matter of its definition.",
            )),
        }
    }
}
