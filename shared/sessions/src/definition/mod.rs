//! What a persistent agent is: a text with front matter and instructions, and the profiles that the text uses.
//!
//! Begin with `fields.rs`, which has every field with its documentation, and with `check.rs`, which makes a [`Definition`] of a
//! [`Source`], or says all that is wrong with it. `front_matter.rs` reads YAML, `read.rs` makes fields of it, `merge.rs` adds a profile,
//! and `instructions.rs` has the template. [`Definitions`] keeps them in the table, as versions. No session and no model is known here.

mod cache;
mod check;
mod fields;
mod front_matter;
mod headers;
mod instructions;
mod merge;
mod read;
mod shapes;
#[cfg(test)]
mod tests;
mod versions;

pub use check::check;
pub use fields::*;
pub use headers::Headers;
pub use instructions::{Environment, Instructions, Seen};
pub use merge::Behaviour;
pub use shapes::{NameOr, OrFalse, Persist};
pub use versions::{Definitions, Judged, agent_not_found};

use rookery_domain::AgentName;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// The texts of a definition, as people wrote them: the agent's own, and those of the profiles that it uses, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The agent's text: front matter, then instructions.
    pub text: String,
    /// Profiles. Those that the agent does not use are not kept.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub profiles: BTreeMap<String, String>,
}

impl Source {
    /// The bytes of all texts.
    fn bytes(&self) -> usize {
        self.text.len() + self.profiles.values().map(String::len).sum::<usize>()
    }
}

/// An agent, ready to run.
#[derive(Clone, Debug)]
pub struct Definition {
    /// The agent's name.
    pub name: AgentName,
    /// The number of the version; 0 before it is saved.
    pub version: u64,
    /// What its model is told, and may use.
    pub behaviour: Behaviour,
    /// How the agent may be reached.
    pub triggers: Triggers,
    /// What a prompt does that meets a session at work.
    pub on_busy: OnBusy,
    /// How long a session is kept.
    pub persist: Persist,
    /// How long one prompt may take, in seconds.
    pub deadline_seconds: Option<u32>,
    /// The folder in the sandbox that paths of files begin at.
    pub cwd: Option<String>,
    /// The environment variables that the instructions may use.
    pub env: Vec<String>,
    /// The hosts that the tool `http` may call.
    pub hosts: Vec<String>,
    /// The headers that its calls have.
    pub headers: Arc<Headers>,
    /// The bytes of its texts.
    bytes: usize,
}

/// Something that is wrong with a definition, or hardly meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Diagnostic {
    /// The file: `NAME.md`, or `profiles/NAME.md`.
    pub file: String,
    /// The number of the line, from 1.
    pub line: usize,
    /// The field, as a path like `tools[2].name`; empty for the whole text.
    pub field: String,
    /// What is wrong, and the remedy.
    pub message: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Diagnostic { file, line, field, message } = self;
        match field.as_str() {
            "" => write!(f, "{file}:{line}: {message}"),
            _ => write!(f, "{file}:{line}: {field}: {message}"),
        }
    }
}

/// What became of a check.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The agent, if nothing is wrong.
    pub definition: Option<Definition>,
    /// All that keeps the agent from running.
    pub errors: Vec<Diagnostic>,
    /// What does not, but is hardly meant.
    pub warnings: Vec<Diagnostic>,
    /// The texts that count: of the profiles, those that are used.
    pub used: Source,
}

/// What was found so far.
#[derive(Debug, Default)]
struct Found {
    errors: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
}

/// What is found in one file.
struct Report<'f> {
    file: &'f str,
    found: &'f mut Found,
}

impl Report<'_> {
    fn error_at(&mut self, line: usize, field: &str, message: impl Into<String>) {
        self.found.errors.push(self.at(line, field, message.into()));
    }

    fn warning_at(&mut self, line: usize, field: &str, message: impl Into<String>) {
        self.found.warnings.push(self.at(line, field, message.into()));
    }

    fn at(&self, line: usize, field: &str, message: String) -> Diagnostic {
        Diagnostic { file: self.file.to_owned(), line, field: field.to_owned(), message }
    }
}
