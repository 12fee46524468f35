//! The tool that puts an event on the workflow that asked the agent.

use super::tool::{Tool, ToolContext, ToolFailure, define_tool};
use rookery_domain::Payload;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Emit {
    /// What the event says: an object.
    payload: Map<String, Value>,
}

/// `emit`. The event's id follows from the call, so that a call that is made again puts no second event there.
pub(super) fn tool() -> Tool {
    let description =
        "Puts an event on the workflow that asked, now: before the answer, and as often as there is something to tell.";
    define_tool("emit", description, emit).repeatable()
}

async fn emit(args: Emit, of: ToolContext) -> Result<String, ToolFailure> {
    let Some((cell, workflows)) = of.asked_by else {
        return Err("No workflow asked, so there is none to put an event on. Say it in the answer.".to_owned().into());
    };
    let event = workflows.emit(&cell, &of.key, Payload::of(Value::Object(args.payload))?).await?;
    Ok(format!("The event {event} is on the workflow."))
}
