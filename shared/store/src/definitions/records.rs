//! What is stored of definitions, and how it is read.

use crate::item::{Item, malformed};
use crate::keys::Prefix;
use rookery_domain::{AgentName, Result, Time};
use serde::{Deserialize, Serialize};

/// Who wrote a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DefinitionSource {
    /// Somebody over the API.
    Api,
    /// A file that Rookery reads at its start and when it changes.
    File,
}

impl DefinitionSource {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            DefinitionSource::Api => "api",
            DefinitionSource::File => "file",
        }
    }
}

/// Whether a definition can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefinitionState {
    /// It can, if a version of it runs.
    Active,
    /// Its file is gone.
    Stopped,
    /// Somebody deleted it.
    Deleted,
}

/// The head of a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefinitionHead {
    /// The agent's name.
    pub name: AgentName,
    /// Whether the definition can be used.
    pub state: DefinitionState,
    /// Who wrote it.
    pub source: DefinitionSource,
    /// The number of the last saved version.
    pub version: u64,
    /// The number of the version that runs: the last with which nothing is wrong; 0 if there is none.
    pub runs: u64,
    /// What the running version says that the agent is for.
    pub description: Option<String>,
    /// Whether the running version can be reached over HTTP.
    pub webhook: bool,
    /// When the definition was first saved.
    pub created_at: Time,
    /// When the definition was last changed.
    pub updated_at: Time,
}

impl DefinitionHead {
    /// Whether somebody who asks for the agent finds it.
    pub fn is_running(&self) -> bool {
        self.state == DefinitionState::Active && self.runs > 0
    }
}

/// A version, without its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct DefinitionVersion {
    /// The version's number, from 1.
    pub version: u64,
    /// When the version was saved.
    pub created_at: Time,
    /// How many errors were found when the version was saved.
    pub error_count: u64,
    /// The version that this one is a copy of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restored_from: Option<u64>,
}

/// What a save stores.
#[derive(Clone, Copy, Debug)]
pub struct SavedDefinition<'a> {
    /// The text.
    pub text: &'a str,
    /// Who wrote it.
    pub source: DefinitionSource,
    /// How many errors were found. A version with errors does not run: the one before goes on.
    pub error_count: u64,
    /// What the agent is for.
    pub description: Option<&'a str>,
    /// Whether the agent can be reached over HTTP.
    pub webhook: bool,
    /// The version that this one is a copy of.
    pub restored_from: Option<u64>,
}

pub(super) const ACTIVE: &str = "active";
pub(super) const STOPPED: &str = "stopped";
pub(super) const DELETED: &str = "deleted";

/// Reads a head.
pub(super) fn read(item: &Item) -> Result<DefinitionHead> {
    let state = match item.str("state")? {
        ACTIVE => DefinitionState::Active,
        STOPPED => DefinitionState::Stopped,
        DELETED => DefinitionState::Deleted,
        _ => return Err(malformed("state")),
    };
    Ok(DefinitionHead {
        name: Prefix::Definition.name(item.str("sk")?).and_then(|name| name.parse().ok()).ok_or_else(|| malformed("sk"))?,
        state,
        source: if item.str("source")? == DefinitionSource::File.as_str() {
            DefinitionSource::File
        } else {
            DefinitionSource::Api
        },
        version: item.num("ver")?,
        runs: item.opt_num("built").unwrap_or_default(),
        description: item.opt_str("title").filter(|title| !title.is_empty()).map(str::to_owned),
        webhook: item.opt_num("webhook") == Some(1),
        created_at: item.opt_num("created").map_or_else(|| item.time("updated"), |at| Ok(Time(at)))?,
        updated_at: item.time("updated")?,
    })
}

/// Reads a version, without its text.
pub(super) fn read_version(item: &Item) -> Result<DefinitionVersion> {
    let number = item.str("sk")?.rsplit('#').next().and_then(|number| number.parse().ok());
    Ok(DefinitionVersion {
        version: number.ok_or_else(|| malformed("sk"))?,
        created_at: item.time("at")?,
        error_count: item.num("errors")?,
        restored_from: item.opt_num("restored"),
    })
}
