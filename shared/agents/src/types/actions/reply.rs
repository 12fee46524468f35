//! `reply`: answers the tasks that came in at an entry point.

use crate::agent::{AgentType, Kind, Problems};
use crate::meaning::{TemplateJson, TemplateText};
use crate::template::{JsonTemplate, Template};
use crate::{AgentError, Context, Effects, Example, ReplyTo, SendReply};
use rookery_domain::{ClientName, Payload, is_valid_group};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// The field of a task's payload that says over which connection the task came.
const CONNECTION_TOKEN: &str = "connection_token";

/// Answers a task that came in at an entry point (`client`): sends a task over the connection that the event names. A task may be
/// answered several times, or not at all; a client may also be told something that it did not ask for, over one connection or, with
/// `client_project_id`, over all that a project has.
///
/// A reply that the other side has taken goes on in the group `on_sent`: `{"id", "connection_token"}`. A reply to a project goes on when it
/// is stored for each of its active connections, which may be none: `{"sent", "client_project_id", "client_deployment"}`, where `sent` is
/// their number; the list of the project's tasks has what became of each. One that does not fit the `output_schema` of the entry point is
/// not sent: `on_error` has the code `invalid_reply`, and names the field.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The connection: a template. Without this and `client_project_id`, the connection that the event's payload names under
    /// `connection_token`, as that of a task does; or, if the payload names none any more, that of the task which the run began with.
    connection_token: Option<TemplateText>,
    /// Instead of one connection, all active ones of this project: a template for its id.
    client_project_id: Option<TemplateText>,
    /// With `client_project_id`, the deployment of the project: a template for its address, as `https://flows.example.com`. Without it,
    /// or if the template gives an empty text, this deployment.
    client_deployment: Option<TemplateText>,
    /// The type of the reply, by which the links of the other side may choose.
    #[serde(default = "default_type")]
    task_type: String,
    /// What the reply says: an object in which all texts are templates. Without it, the event's payload, without `connection_token`.
    payload: Option<TemplateJson>,
}

/// What names the connection, unless the options say otherwise.
const TOKEN: &str = "{{ connection_token }}";

fn default_type() -> String {
    "reply".to_owned()
}

/// The agent.
pub struct Replies {
    to: To,
    task_type: String,
    payload: Option<JsonTemplate>,
}

/// Whom replies are for.
enum To {
    Connection(Template),
    Client { project: Template, deployment: Option<Template> },
}

impl AgentType for Replies {
    const NAME: &'static str = "reply";
    const KIND: Kind = Kind::Action;
    const TITLE: &'static str = "Reply";
    const GROUPS: &'static [&'static str] = &["on_sent"];
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        let to = To::read(&options, problems);
        if !is_valid_group(&options.task_type) {
            problems.add("task_type", "Give a text of 1 to 64 characters.");
        }
        let payload = options.payload.and_then(|payload| payload.take("payload", problems));
        let to = to?;
        problems.errors.is_empty().then_some(Replies { to, task_type: options.task_type, payload })
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let Some(event) = cx.event else { return Ok(Effects::none()) };
        let payload = match &self.payload {
            Some(template) => template.render(cx.scope())?,
            None => without_token(cx.payload()),
        };
        let payload = Payload::of(payload)?;
        let (task_type, hop, at) = (self.task_type.as_str(), event.hop, event.created_at);
        let send = async |to| cx.host.send_reply(SendReply { to, task_type, payload: &payload, hop, at }).await;
        let told = match &self.to {
            To::Connection(name) => {
                let name = name.render(cx.scope())?;
                let ids = send(ReplyTo::Connection(&name)).await?;
                json!({"id": ids.first(), CONNECTION_TOKEN: name})
            }
            To::Client { project, deployment } => {
                let project = project.render(cx.scope())?.trim().to_owned();
                let deployment = deployment.as_ref().map(|url| url.render(cx.scope())).transpose()?;
                let deployment = deployment.filter(|url| !url.trim().is_empty());
                let client = ClientName::new(project, deployment.as_deref().map(str::trim))?;
                let sent = send(ReplyTo::Client(&client)).await?.len();
                json!({"sent": sent, "client_project_id": client.project, "client_deployment": client.deployment})
            }
        };
        Ok(Effects::emit("on_sent", Payload::of(told)?))
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
            Example::new(
                "News for all stages of a project",
                json!({"client_project_id": "0123456789ab", "task_type": "news", "payload": {"text": "{{ text }}"}}),
            )
            .on(json!({"text": "Closed on Monday."}))
            .emits("on_sent", json!({"sent": 1, "client_project_id": "0123456789ab", "client_deployment": null})),
        ]
    }
}

impl To {
    fn read(options: &Options, problems: &mut Problems) -> Option<To> {
        if options.client_deployment.is_some() && options.client_project_id.is_none() {
            problems.add("client_deployment", "Give the project, too, in `client_project_id`.");
        }
        if options.client_project_id.is_some() && options.connection_token.is_some() {
            problems.add("client_project_id", "Give either this or `connection_token`.");
        }
        let Some(project) = &options.client_project_id else {
            let token = options.connection_token.clone().unwrap_or_else(|| TemplateText(TOKEN.to_owned()));
            return token.take(CONNECTION_TOKEN, problems).map(To::Connection);
        };
        let deployment = match &options.client_deployment {
            Some(text) => Some(text.take("client_deployment", problems)?),
            None => None,
        };
        Some(To::Client { project: project.take("client_project_id", problems)?, deployment })
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
        let both = json!({"connection_token": "c", "client_project_id": "p"});
        assert_eq!(problem("reply", both), "config.client_project_id");
        assert_eq!(problem("reply", json!({"client_project_id": "{{ x"})), "config.client_project_id");
        assert_eq!(problem("reply", json!({"client_project_id": "p", "client_deployment": "{{ x"})), "config.client_deployment");
        assert_eq!(problem("reply", json!({"client_deployment": "https://a.example"})), "config.client_deployment");
        assert_eq!(problem("reply", json!({"task_type": "x".repeat(65)})), "config.task_type");
        assert_eq!(problem("reply", json!({"payload": {"a": "{{ b"}})), "config.payload.a");
    }

    #[tokio::test]
    async fn the_payload_goes_back_without_the_name_of_its_connection() {
        let (cell, event, world) = (cell(), event("source", r#"{"b":1.10,"connection_token":"c","a":2}"#), World::default());
        agent("reply", json!({})).receive(&context(&cell, &event, &world)).await.unwrap();
        assert_eq!(*world.replies.lock().unwrap(), [("c".to_owned(), "reply".to_owned(), r#"{"b":1.10,"a":2}"#.to_owned())]);
    }

    #[tokio::test]
    async fn a_reply_to_a_project_names_its_deployment_if_that_is_another() {
        let config = json!({"client_project_id": "{{ p }}", "client_deployment": "{{ at }}", "payload": {}});
        for (payload, to) in [
            (r#"{"p":"q"}"#, "all of q"),
            (r#"{"p":"q","at":""}"#, "all of q"),
            (r#"{"p":"q","at":"https://a.example/"}"#, "all of q@https://a.example"),
        ] {
            let (cell, event, world) = (cell(), event("source", payload), World::default());
            let effects = agent("reply", config.clone()).receive(&context(&cell, &event, &world)).await.unwrap();
            assert_eq!(world.replies.lock().unwrap()[0].0, to);
            assert_eq!(effects.emit[0].payload.value()["sent"], 1);
        }
        for payload in [r#"{"p":""}"#, r#"{"p":"q","at":"elsewhere"}"#] {
            let (cell, event, world) = (cell(), event("source", payload), World::default());
            assert!(agent("reply", config.clone()).receive(&context(&cell, &event, &world)).await.is_err(), "{payload}");
        }
    }
}
