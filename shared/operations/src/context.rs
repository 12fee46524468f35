//! What a model is told: the instructions of the agent's definition, and the conversation so far.

use crate::Operations;
use crate::tools::Tools;
use rookery_domain::{AgentName, Error, Kind, Result, SessionAt, ThinkingLevel};
use rookery_models::ModelRequest;
use rookery_sessions::definition::{Definition, Environment, Seen};
use rookery_sessions::log::Loaded;
use rookery_sessions::progress::Open;
use std::collections::HashMap;
use std::sync::Arc;

/// The next request of an open operation. Errors: 422, when the definition cannot be used so.
pub(crate) fn request(loaded: &Loaded, open: &Open, asked: &AskedAgent, environment: &Environment) -> Result<ModelRequest> {
    let AskedAgent { definition, tools, instance } = asked;
    let behaviour = &definition.behaviour;
    let Some(model) = behaviour.model() else {
        return Err(Error::new(
            Kind::Unprocessable,
            "no_model",
            "The agent has no model, so nothing can be asked of it.",
            "Name one in its definition: `model: provider/name`.",
        ));
    };
    let payload = open.begin.payload.as_ref().map(|payload| payload.value());
    let seen = Seen { id: instance, environment, env: &definition.env, payload };
    let system = behaviour.instructions.as_ref().map_or_else(|| Ok(String::new()), |instructions| instructions.render(&seen))?;
    Ok(ModelRequest {
        model: model.clone(),
        system,
        messages: loaded.progress.context().cloned().collect(),
        files: HashMap::new(),
        tools: tools.specs(behaviour),
        thinking: behaviour.thinking_level.unwrap_or(ThinkingLevel::Off),
        max_output: None,
        key: loaded.at.operation(open.begin.n).name_of(&[b"model", &open.steps.to_be_bytes()]),
    })
}

/// The agent that works on an operation.
pub(crate) struct AskedAgent {
    /// Its definition, for this instance and input.
    pub(crate) definition: Arc<Definition>,
    /// The tools that there are.
    pub(crate) tools: Tools,
    /// The id of the instance.
    pub(crate) instance: String,
}

impl Operations {
    /// The names of the session's agent and instance; or why there is no such agent.
    pub(crate) async fn agent(&self, at: &SessionAt) -> Result<Result<(AgentName, String)>> {
        let Some((names, _)) = self.store.session(at).await? else { return Ok(Err(Error::not_found("session"))) };
        Ok(names.agent.parse().map(|agent| (agent, names.instance)))
    }

    /// The agent of an open operation; or why there is none.
    pub(crate) async fn asked(&self, at: &SessionAt, open: &Open) -> Result<Result<AskedAgent>> {
        let (agent, instance) = match self.agent(at).await? {
            Ok(found) => found,
            Err(error) => return Ok(Err(error)),
        };
        let stored = self.definitions.version(&at.project, &agent, open.begin.version).await;
        let found = stored.and_then(|stored| self.for_instance(&at.project, stored, &instance, open.begin.payload.as_ref()));
        Ok(found.map(|(definition, tools)| AskedAgent { definition, tools, instance }))
    }
}
