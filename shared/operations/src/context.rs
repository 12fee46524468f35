//! What a model is told: the instructions of the agent's definition, and the conversation so far.

use crate::tools::Tools;
use rookery_domain::{Error, Kind, Result, ThinkingLevel};
use rookery_models::ModelRequest;
use rookery_sessions::definition::{Definition, Environment, Seen};
use rookery_sessions::log::Loaded;
use rookery_sessions::progress::Open;
use std::collections::HashMap;

/// The next request of an open operation. Errors: 422, when the definition cannot be used so.
pub(crate) fn request(
    loaded: &Loaded,
    open: &Open,
    definition: &Definition,
    tools: &Tools,
    environment: &Environment,
    instance: &str,
) -> Result<ModelRequest> {
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
        key: format!("{}-{}", loaded.at.operation(open.begin.n).run_id(), open.steps),
    })
}
