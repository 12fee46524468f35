//! Agents that are defined in Rust, by those who build a program of their own. What such an agent is follows from the instance's id and the
//! input, by a function of the program; the rest of the work knows no difference.
//!
//! The table has a placeholder for each: a definition without a model, so that lists show it, cells find it, and programs which do not know
//! the agent refuse to run it.

use crate::Operations;
use crate::tools::{Tool, Tools};
use rookery_domain::{AgentName, Error, Kind, ModelName, Payload, ProjectId, Result, ThinkingLevel};
use rookery_sessions::definition::{
    Behaviour, Definition, Environment, Instructions, OnBusy, OrFalse, Persist, Source, ToolWithOptions,
};
use rookery_store::DefinitionSource;
use serde_json::Value;
use std::sync::Arc;

/// What an agent is made for: its initializer sees this.
#[derive(Clone, Copy, Debug)]
pub struct AgentContext<'a> {
    /// The id of the instance: a customer, a ticket, a thread.
    pub id: &'a str,
    /// The input of a dispatch, or the event that a cell handles; none for a prompt.
    pub payload: Option<&'a Value>,
    /// The environment variables that agents may see.
    pub env: &'a Environment,
}

/// What an agent is: the fields of a definition's front matter, as functions, and its tools.
#[derive(Clone, Default)]
pub struct AgentConfig {
    model: Option<String>,
    instructions: String,
    thinking_level: Option<ThinkingLevel>,
    tools: Vec<Arc<Tool>>,
    own_tools: Vec<String>,
    hosts: Vec<String>,
    on_busy: OnBusy,
    persist: Persist,
    deadline_seconds: Option<u32>,
}

/// What several agents share: each begins with it, by [`AgentConfig::of`].
#[derive(Clone, Default)]
pub struct AgentProfile(AgentConfig);

/// Makes a profile.
pub fn define_agent_profile(config: AgentConfig) -> AgentProfile {
    AgentProfile(config)
}

impl AgentConfig {
    /// Nothing yet: an agent needs a model at least.
    pub fn new() -> Self {
        AgentConfig::default()
    }

    /// What the profile says. What is set afterwards takes the place of what it says; tools and hosts are added.
    pub fn of(profile: &AgentProfile) -> Self {
        profile.0.clone()
    }

    /// The model, as `provider/name`.
    #[must_use]
    pub fn model(self, name: impl Into<String>) -> Self {
        AgentConfig { model: Some(name.into()), ..self }
    }

    /// What the model is told before the first message: this text, which is no template.
    #[must_use]
    pub fn instructions(self, text: impl Into<String>) -> Self {
        AgentConfig { instructions: text.into(), ..self }
    }

    /// How long the model may think.
    #[must_use]
    pub fn thinking_level(self, level: ThinkingLevel) -> Self {
        AgentConfig { thinking_level: Some(level), ..self }
    }

    /// One more tool of the program.
    #[must_use]
    pub fn tool(mut self, tool: Tool) -> Self {
        self.tools.push(Arc::new(tool));
        self
    }

    /// One more tool of Rookery's own: `read`, `write`, `edit`, `list`, `grep`, `http`, `emit`.
    #[must_use]
    pub fn own_tool(mut self, name: &str) -> Self {
        self.own_tools.push(name.to_owned());
        self
    }

    /// One more host that the tool `http` may call.
    #[must_use]
    pub fn host(mut self, host: &str) -> Self {
        self.hosts.push(host.to_owned());
        self
    }

    /// What a prompt does that meets a session at work.
    #[must_use]
    pub fn on_busy(self, on_busy: OnBusy) -> Self {
        AgentConfig { on_busy, ..self }
    }

    /// How long a session is kept after its last message.
    #[must_use]
    pub fn persist(self, persist: Persist) -> Self {
        AgentConfig { persist, ..self }
    }

    /// How long one operation may take, in seconds.
    #[must_use]
    pub fn deadline_seconds(self, seconds: u32) -> Self {
        AgentConfig { deadline_seconds: Some(seconds), ..self }
    }
}

type Initializer = dyn Fn(&AgentContext<'_>) -> AgentConfig + Send + Sync;

/// An agent that is defined in Rust.
#[derive(Clone)]
pub struct CreatedAgent {
    name: String,
    init: Arc<Initializer>,
}

/// Makes an agent. `init` says what it is for an instance and an input; it is asked before each step of an operation, so it should be quick, and
/// say the same for the same.
pub fn create_agent(name: &str, init: impl Fn(&AgentContext<'_>) -> AgentConfig + Send + Sync + 'static) -> CreatedAgent {
    CreatedAgent { name: name.to_owned(), init: Arc::new(init) }
}

/// The description of a placeholder, by which it is known.
const PLACEHOLDER: &str = "Defined in a program in Rust, and run there only.";

impl Operations {
    /// The same work, with these agents of the program in a project, whose placeholders are put there. Errors: 400, when a name is none; 409
    /// `managed_by_file`, when a file defines an agent of the name.
    pub async fn with_agents(self, project: &ProjectId, agents: impl IntoIterator<Item = CreatedAgent>) -> Result<Self> {
        let agents = agents.into_iter().map(|agent| ((project.clone(), agent.name.clone()), agent)).collect();
        let operations = Operations { agents: Arc::new(agents), ..self };
        operations.put_placeholders(project).await?;
        Ok(operations)
    }

    async fn put_placeholders(&self, project: &ProjectId) -> Result<()> {
        let source = Source { text: format!("---\ndescription: {PLACEHOLDER}\nmodel: false\n---\n"), ..Source::default() };
        for (_, name) in self.agents.keys() {
            let name: AgentName = name.parse()?;
            match self.definitions.running(project, &name).await {
                Ok(there) if is_placeholder(&there) => continue,
                Err(error) if error.kind != Kind::NotFound => return Err(error),
                _ => self.definitions.save(project, &name, &source, DefinitionSource::Api, None).await?,
            };
        }
        Ok(())
    }

    /// What an agent is for an instance and an input, with the tools that there are: as the program says, or as it is stored. Errors: 422
    /// `invalid_definition`.
    pub(crate) fn for_instance(
        &self,
        project: &ProjectId,
        stored: Arc<Definition>,
        id: &str,
        payload: Option<&Payload>,
    ) -> Result<(Arc<Definition>, Tools)> {
        match self.agents.get(&(project.clone(), stored.name.to_string())) {
            Some(agent) => {
                let env = self.definitions.environment();
                let of = AgentContext { id, payload: payload.map(|payload| payload.value()), env };
                agent.definition(&of, &stored, &self.tools)
            }
            None => Ok((stored, self.tools.clone())),
        }
    }
}

fn is_placeholder(stored: &Definition) -> bool {
    stored.behaviour.description.as_deref() == Some(PLACEHOLDER)
}

impl CreatedAgent {
    /// The agent's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the agent is for an instance and an input. `stored` is its placeholder. Errors: 422 `invalid_definition`.
    fn definition(&self, of: &AgentContext<'_>, stored: &Definition, tools: &Tools) -> Result<(Arc<Definition>, Tools)> {
        let config = (self.init)(of);
        let invalid = |error: Error| {
            let message = format!("The agent `{}` cannot be used: {}", self.name, error.message);
            Error::new(Kind::Unprocessable, "invalid_definition", message, error.details)
        };
        let model = config.model.as_deref().map(str::parse::<ModelName>).transpose().map_err(invalid)?;
        let mut tools = tools.clone();
        let mut names = config.own_tools;
        for tool in config.tools {
            names.push(tool.spec().name.clone());
            tools = tools.with_shared(tool).map_err(invalid)?;
        }
        let named = |name| ToolWithOptions { name, options: Default::default() };
        let behaviour = Behaviour {
            name: self.name.clone(),
            model: model.map(OrFalse::Value),
            thinking_level: config.thinking_level,
            instructions: Instructions::literal(config.instructions).map(Arc::new),
            tools: names.into_iter().map(named).collect(),
            ..Behaviour::default()
        };
        let mut definition = stored.clone();
        definition.behaviour = behaviour;
        (definition.hosts, definition.deadline_seconds) = (config.hosts, config.deadline_seconds);
        (definition.on_busy, definition.persist) = (config.on_busy, config.persist);
        Ok((Arc::new(definition), tools))
    }
}
