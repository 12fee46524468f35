//! The fields of a definition, each said once: from here come how a field is read, its schema and its documentation. What a value must
//! be beyond its type is judged in `check.rs`.

use super::shapes::{NameOr, OrFalse, Persist};
use rookery_domain::{ModelName, ThinkingLevel};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The fields of the front matter. In an agent's file, the instructions are the text below it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Fields {
    /// The name, which the file's name says already: both must be the same.
    pub name: Option<String>,
    /// What the agent is for, in a sentence for people. A subagent's description tells the model when to hand work to it.
    pub description: Option<String>,
    /// The model, as `provider/name`; `false` for none.
    pub model: Option<OrFalse<ModelName>>,
    /// How long the model may think before it answers. Models that do not think ignore it.
    pub thinking_level: Option<ThinkingLevel>,
    /// What a subagent is told before its first message: a template, as the text below an agent's front matter is.
    pub instructions: Option<String>,
    /// The tools that the model may use: names, or objects with a name and the tool's options. They follow those of the profile.
    pub tools: Vec<NameOr<ToolWithOptions>>,
    /// Descriptions of how to do something, which the model reads when it needs them. They follow those of the profile.
    pub skills: Vec<Skill>,
    /// Agents to which the model may hand work: names of profiles, or objects with their fields. They follow those of the profile.
    pub subagents: Vec<NameOr<Fields>>,
    /// When a long history is made shorter; `false` for never.
    pub compaction: Option<OrFalse<Compaction>>,
    /// The profile that says what is not said here: the name of a file in `profiles`.
    pub profile: Option<String>,
    /// How the agent may be reached.
    pub triggers: Triggers,
    /// What a prompt does that meets a session at work.
    pub on_busy: OnBusy,
    /// How long a session is kept: `true` for ever, a time after its last message like `30d` or `12h`, or `false` for one hour.
    pub persist: Persist,
    /// How long one prompt may take, in seconds, from 1 to 86400. Without it, a prompt has 600, and a dispatch 900.
    pub deadline_seconds: Option<u32>,
    /// Where the tools' files are.
    pub sandbox: Sandbox,
    /// The folder in the sandbox that paths of files begin at.
    pub cwd: Option<String>,
    /// The names of environment variables that the instructions may use, as `{{ env.NAME }}`. Whoever runs Rookery allows them by
    /// `--agent-env`. Variables that look like secrets are refused.
    pub env: Vec<String>,
    /// The hosts that the tool `http` may call: `api.example.com`, `*.example.com`.
    pub hosts: Vec<String>,
}

impl Fields {
    /// The fields that say where and how an agent runs. A profile has none of them.
    pub(super) const RUNTIME: [&str; 9] =
        ["profile", "triggers", "on_busy", "persist", "deadline_seconds", "sandbox", "cwd", "env", "hosts"];
}

/// A tool with its options.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ToolWithOptions {
    /// The tool's name.
    pub name: String,
    /// The tool's own options.
    #[serde(flatten)]
    pub options: Map<String, Value>,
}

/// A description of how to do something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Skill {
    /// The skill's name.
    pub name: String,
    /// When the skill is of use: the model decides by it.
    pub description: String,
    /// How it is done.
    #[serde(default)]
    pub instructions: String,
}

/// When a long history is made shorter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Compaction {
    /// Whether it is done at all.
    pub enabled: bool,
    /// How many tokens the model can read.
    pub context_window_tokens: u32,
    /// How many of them are left for the answer.
    pub reserve_tokens: u32,
    /// How many of the latest tokens stay as they are.
    pub keep_recent_tokens: u32,
    /// The model that writes the summary, as `provider/name`; the agent's own unless said otherwise.
    pub model: Option<ModelName>,
}

impl Default for Compaction {
    fn default() -> Self {
        Compaction {
            enabled: true,
            context_window_tokens: 128_000,
            reserve_tokens: 16_384,
            keep_recent_tokens: 20_000,
            model: None,
        }
    }
}

/// How an agent may be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Triggers {
    /// Whether the agent can be reached over HTTP and WebSocket. Workflows and programs reach it in any case.
    pub webhook: bool,
}

impl Default for Triggers {
    fn default() -> Self {
        Triggers { webhook: true }
    }
}

/// What a prompt does that meets a session at work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnBusy {
    /// It is refused.
    #[default]
    Reject,
    /// It waits for its turn.
    Queue,
    /// It ends a running prompt. Behind a dispatch, it waits.
    Interrupt,
}

/// Where the tools' files are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sandbox {
    /// In the session: files of its own, which no other session sees, and never the machine's.
    #[default]
    Virtual,
}

/// The JSON Schema (2020-12) of the front matter. Its descriptions are the documentation of the fields.
pub fn schema() -> Value {
    let mut settings = schemars::generate::SchemaSettings::draft2020_12();
    settings.meta_schema = None;
    settings.into_generator().into_root_schema_for::<Fields>().to_value()
}
