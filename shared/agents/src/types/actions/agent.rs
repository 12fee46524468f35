//! `agent`: uses an entry point of another workflow as a stage of this one. The engine has the connection, sends the task, and waits for
//! the reply.

use crate::agent::{AgentType, Kind, Problems};
use crate::meaning::TemplateJson;
use crate::outside::whole_url;
use crate::template::JsonTemplate;
use crate::{AgentError, AskTask, Context, Effects, EntryPointAt, Example, Facts, Reply, TaskReply, task_groups};
use rookery_domain::{Payload, is_valid_group};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

/// The longest wait for a reply, in seconds: 30 days.
const MAX_TIMEOUT: u64 = 30 * 24 * 3600;
/// The most tasks of one stage that wait for a reply; others wait to be sent.
const MAX_OUTSTANDING: u32 = 10_000;

/// Uses an entry point of another workflow: sends it a task for each event, and waits for the reply. Nothing runs meanwhile. The entry
/// point may be one of this project, of another project, or of another deployment; `GET /api/v1/catalog` lists what there is. The
/// connection is made when the workflow is built.
///
/// The first reply to a task goes on in the group `on_reply`: the payload that the provider sent. Each further reply is an event of its own
/// in this group, and so is what the provider sends by itself. The type of a reply is a group of its event, too. When no reply comes in
/// time, the event goes on in `on_timeout` as it came. A failure goes to `on_error`: that of the provider's workflow with its code,
/// `invalid_task` when the payload does not fit the schema of the entry point, `not_connected` when the provider has refused or
/// taken back the connection.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The project that provides the entry point.
    project_id: String,
    /// The id of the entry point, from the catalogue.
    client_stage_id: String,
    /// The address of tasks of the deployment where the entry point is, from its catalogue. Without it, this deployment.
    tasks_url: Option<String>,
    /// The type of the tasks, by which the provider's links may choose.
    #[serde(default = "default_type")]
    task_type: String,
    /// What the task says: an object in which all texts are templates. Without it, the event's payload.
    payload: Option<TemplateJson>,
    /// How long to wait for a reply, in seconds: 1 second to 30 days.
    #[serde(default = "default_timeout")]
    #[schemars(range(min = 1, max = 2_592_000), extend("x-rookery" = "seconds"))]
    timeout_seconds: u64,
}

fn default_type() -> String {
    "task".to_owned()
}

fn default_timeout() -> u64 {
    24 * 3600
}

/// The agent.
pub struct Stage {
    at: EntryPointAt,
    task_type: String,
    payload: Option<JsonTemplate>,
    timeout_seconds: u64,
}

impl AgentType for Stage {
    const NAME: &'static str = "agent";
    const KIND: Kind = Kind::Action;
    const TITLE: &'static str = "Agent";
    const GROUPS: &'static [&'static str] = &["on_reply", "on_timeout"];
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        for (field, text) in [("project_id", &options.project_id), ("client_stage_id", &options.client_stage_id)] {
            if text.is_empty() {
                problems.add(field, "Give the id that the catalogue shows.");
            }
        }
        if let Some(url) = &options.tasks_url {
            problems.take("tasks_url", whole_url(url));
        }
        if !is_valid_group(&options.task_type) {
            problems.add("task_type", "Give a text of 1 to 64 characters.");
        }
        let payload = options.payload.and_then(|payload| payload.take("payload", problems));
        if !(1..=MAX_TIMEOUT).contains(&options.timeout_seconds) {
            problems.add("timeout_seconds", format!("Give 1 to {MAX_TIMEOUT}."));
        }
        let at = EntryPointAt {
            tasks_url: options.tasks_url.map(|url| url.trim_end_matches('/').to_owned()),
            project: options.project_id,
            entry_point: options.client_stage_id,
        };
        let (task_type, timeout_seconds) = (options.task_type, options.timeout_seconds);
        problems.errors.is_empty().then_some(Stage { at, task_type, payload, timeout_seconds })
    }

    fn facts(&self) -> Facts {
        Facts { uses: Some(self.at.clone()), has_task_types: true, ..Facts::of::<Self>() }
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let Some(event) = cx.event else { return Ok(Effects::none()) };
        let payload = match &self.payload {
            Some(template) => Payload::of(template.render(cx.scope())?)?,
            None => event.payload.clone(),
        };
        let ask = AskTask {
            at: &self.at,
            task_type: &self.task_type,
            payload: &payload,
            hop: event.hop,
            deadline_ms: self.timeout_seconds as i64 * 1000,
            most: MAX_OUTSTANDING,
        };
        match cx.host.ask_task(ask).await? {
            Reply::Result(reply) => told(&reply),
            Reply::WaitsUntil(deadline) => Ok(Effects::wait_for_reply(deadline, "The reply of the entry point.")),
            Reply::NotNow(at, why) => Ok(Effects::wait_for_reply(at, why)),
            Reply::Expired => Ok(Effects::emit("on_timeout", event.payload.clone())),
            Reply::Cancelled => Ok(Effects::none().outcome("cancelled").log("The task was cancelled.")),
        }
    }

    fn examples() -> Vec<Example> {
        let reminder = json!({"n": 7, "text": "Call back."});
        vec![
            Example::new(
                "A delay of another project",
                json!({
                    "project_id": "0123456789ab", "client_stage_id": "8c1f1c4b4b0e8f6a9d2f5e7c3a1b0d9e",
                    "payload": {"seconds": "{{ wait | as_object }}", "text": "{{ text }}"}, "timeout_seconds": 86_400
                }),
            )
            .on(json!({"wait": 60, "text": "Call back."}))
            .replied(json!({"id": "0", "task_type": "reply", "payload": reminder}))
            .emits("on_reply", reminder),
        ]
    }
}

/// The effects of a reply, or the error that it tells of.
fn told(reply: &str) -> Result<Effects, AgentError> {
    let reply: TaskReply = serde_json::from_str(reply).map_err(rookery_domain::Error::internal)?;
    match reply.error {
        None => {
            let mut effects = Effects::emit("on_reply", reply.payload);
            effects.emit[0].groups = task_groups("on_reply", &reply.task_type);
            Ok(effects)
        }
        Some(error) => Err(AgentError::fail(&error.code, error.message)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{World, agent, cell, context, emitted, event, problem};
    use serde_json::Value;

    fn config() -> Value {
        json!({"project_id": "p", "client_stage_id": "s"})
    }

    #[test]
    fn what_is_wrong_with_the_options_is_named() {
        let wrong = |more: Value| {
            let mut config = config();
            config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            problem("agent", config)
        };
        assert_eq!(wrong(json!({"project_id": ""})), "config.project_id");
        assert_eq!(wrong(json!({"client_stage_id": ""})), "config.client_stage_id");
        assert_eq!(wrong(json!({"tasks_url": "example.com"})), "config.tasks_url");
        assert_eq!(wrong(json!({"task_type": ""})), "config.task_type");
        assert_eq!(wrong(json!({"payload": {"a": "{{ b"}})), "config.payload.a");
        assert_eq!(wrong(json!({"timeout_seconds": 2_592_001})), "config.timeout_seconds");
    }

    #[tokio::test]
    async fn a_reply_has_its_type_as_a_group_and_an_error_is_a_failure() {
        let (cell, event) = (cell(), event("source", "{}"));
        let world = World::replying(json!({"id": "0", "task_type": "done", "payload": {"n": 1}}));
        let effects = agent("agent", config()).receive(&context(&cell, &event, &world)).await.unwrap();
        assert_eq!(effects.emit[0].groups, ["on_reply", "done"]);
        assert_eq!(emitted(&effects), [("on_reply", r#"{"n":1}"#)]);
        let error = json!({"code": "connect_failed", "message": "Nobody answers."});
        let world = World::replying(json!({"id": "0", "task_type": "", "payload": {}, "error": error}));
        let failed = agent("agent", config()).receive(&context(&cell, &event, &world)).await.unwrap_err();
        assert_eq!((failed.code.as_str(), failed.message.as_str()), ("connect_failed", "Nobody answers."));
    }
}
