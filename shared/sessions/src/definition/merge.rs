//! How a profile and what stands beside it become one: own values replace the profile's, own lists follow the profile's.

use super::{Compaction, Instructions, OrFalse, Skill, ToolWithOptions};
use rookery_domain::{ModelName, ThinkingLevel};
use std::sync::Arc;

/// What a model is told, and what it may use.
#[derive(Clone, Debug, Default)]
pub struct Behaviour {
    /// The name; of a profile that is no subagent, it says nothing.
    pub name: String,
    /// What the agent is for.
    pub description: Option<String>,
    /// The model, as `provider/name`. An agent has said which, or `false`; a subagent that says nothing has the model of its agent.
    pub model: Option<OrFalse<ModelName>>,
    /// How long the model may think.
    pub thinking_level: Option<ThinkingLevel>,
    /// What the model is told before the first message.
    pub instructions: Option<Arc<Instructions>>,
    /// The tools.
    pub tools: Vec<ToolWithOptions>,
    /// The skills.
    pub skills: Vec<Skill>,
    /// The subagents. One that several agents use is there once.
    pub subagents: Vec<Arc<Behaviour>>,
    /// When a long history is made shorter.
    pub compaction: Option<OrFalse<Compaction>>,
}

impl Behaviour {
    /// Puts this behaviour over a profile's.
    pub(super) fn over(self, profile: &Behaviour) -> Behaviour {
        let profile = profile.clone();
        Behaviour {
            name: self.name,
            description: self.description.or(profile.description),
            model: self.model.or(profile.model),
            thinking_level: self.thinking_level.or(profile.thinking_level),
            instructions: self.instructions.or(profile.instructions),
            tools: [profile.tools, self.tools].concat(),
            skills: [profile.skills, self.skills].concat(),
            subagents: [profile.subagents, self.subagents].concat(),
            compaction: self.compaction.or(profile.compaction),
        }
    }

    /// The model, if there is one.
    pub fn model(&self) -> Option<&ModelName> {
        match &self.model {
            Some(OrFalse::Value(model)) => Some(model),
            _ => None,
        }
    }

    /// When a long history is made shorter, if ever.
    pub fn compaction(&self) -> Option<Compaction> {
        match &self.compaction {
            None => Some(Compaction::default()),
            Some(OrFalse::Value(compaction)) => Some(compaction.clone()).filter(|compaction| compaction.enabled),
            Some(OrFalse::False) => None,
        }
    }
}
