//! `reply`: answers the tasks that came in at an entry point.

use crate::agent::{AgentType, Kind, Problems};
use crate::template::{JsonTemplate, Template};
use crate::{AgentError, Context, Effects, Example, SendReply};
use rookery_domain::{Payload, is_valid_group};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// The field of a task's payload that says over which connection the task came.
const CONNECTION_TOKEN: &str = "connection_token";

/// Answers a task that came in at an entry point (`client`): sends a task over the connection that the event names. A task may be
/// answered several times, or not at all; a client may also be told something that it did not ask for.
///
/// A reply that the other side has taken goes on in the group `on_sent`: `{"id", "connection_token"}`. One that does not fit the
/// `output_schema` of the entry point is not sent: `on_error` has the code `invalid_reply`, and names the field.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The connection: a template. The payload of a task names it, under `connection_token`.
    #[serde(default = "default_token")]
    connection_token: String,
    /// The type of the reply, by which the links of the other side may choose.
    #[serde(default = "default_type")]
    task_type: String,
    /// What the reply says: an object in which all texts are templates. Without it, the event's payload, without `connection_token`.
    payload: Option<Value>,
}

fn default_token() -> String {
    "{{ connection_token }}".to_owned()
}

fn default_type() -> String {
    "reply".to_owned()
}

/// The agent.
pub struct Replies {
    connection: Template,
    task_type: String,
    payload: Option<JsonTemplate>,
}

impl AgentType for Replies {
    const NAME: &'static str = "reply";
    const KIND: Kind = Kind::Action;
    const TITLE: &'static str = "Reply";
    const GROUPS: &'static [&'static str] = &["on_sent"];
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        let connection = problems.take("connection_token", Template::parse(&options.connection_token));
        if !is_valid_group(&options.task_type) {
            problems.add("task_type", "Give a text of 1 to 64 characters.");
        }
        let payload = options.payload.and_then(|payload| problems.take("payload", JsonTemplate::parse(&payload)));
        let connection = connection?;
        problems.errors.is_empty().then_some(Replies { connection, task_type: options.task_type, payload })
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let Some(event) = cx.event else { return Ok(Effects::none()) };
        let connection = self.connection.render(cx.scope())?;
        let payload = match &self.payload {
            Some(template) => template.render(cx.scope())?,
            None => without_token(cx.payload()),
        };
        let payload = Payload::of(payload)?;
        let (task_type, hop, at) = (self.task_type.as_str(), event.hop, event.created_at);
        let id = cx.host.send_reply(SendReply { connection: &connection, task_type, payload: &payload, hop, at }).await?;
        Ok(Effects::emit("on_sent", Payload::of(json!({"id": id, CONNECTION_TOKEN: connection}))?))
    }

    fn examples() -> Vec<Example> {
        let task = json!({"seconds": 60, "n": 7, "connection_token": "8c1f1c4b4b0e8f6a9d2f5e7c3a1b0d9e"});
        let sent = json!({
            "id": "00000000000000000000000000000000", "connection_token": "8c1f1c4b4b0e8f6a9d2f5e7c3a1b0d9e"
        });
        vec![
            Example::new("The task comes back as it was", json!({})).on(task.clone()).emits("on_sent", sent.clone()),
            Example::new("An answer of its own", json!({"task_type": "done", "payload": {"took": "{{ seconds | as_object }}"}}))
                .on(task)
                .emits("on_sent", sent),
        ]
    }
}

/// A payload without the name of the connection that it came over.
fn without_token(payload: &Value) -> Value {
    let mut payload = payload.clone();
    if let Some(fields) = payload.as_object_mut() {
        fields.shift_remove(CONNECTION_TOKEN);
    }
    payload
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{World, agent, cell, context, event, problem};

    #[test]
    fn what_is_wrong_with_the_options_is_named() {
        assert_eq!(problem("reply", json!({"connection_token": "{{ x"})), "config.connection_token");
        assert_eq!(problem("reply", json!({"task_type": "x".repeat(65)})), "config.task_type");
        assert_eq!(problem("reply", json!({"payload": {"a": "{{ b"}})), "config.payload");
    }

    #[tokio::test]
    async fn the_payload_goes_back_without_the_name_of_its_connection() {
        let (cell, event, world) = (cell(), event("source", r#"{"b":1.10,"connection_token":"c","a":2}"#), World::default());
        agent("reply", json!({})).receive(&context(&cell, &event, &world)).await.unwrap();
        assert_eq!(*world.replies.lock().unwrap(), [("c".to_owned(), "reply".to_owned(), r#"{"b":1.10,"a":2}"#.to_owned())]);
    }
}
