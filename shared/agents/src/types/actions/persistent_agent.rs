//! `persistent_agent`: asks a persistent agent of the project, in one of its sessions. The engine keeps the record, gives the question its
//! place in the session's order, and waits for the answer.

use crate::agent::{AgentType, Kind, Problems};
use crate::meaning::{PersistentAgentName, TemplateText};
use crate::template::Template;
use crate::{AgentError, AgentReply, AskSession, Context, Effects, Example, Facts, Reply, ReplyError};
use rookery_domain::{AgentName, Payload, limits};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// The longest deadline of an answer, in seconds: 7 days. A question is known again for twice as long.
const MAX_DEADLINE: u64 = 7 * 24 * 3600;
const MAX_OUTSTANDING: u32 = 10_000;

/// Asks a persistent agent of this project: the event becomes a question in one of the agent's sessions. There it has its place behind
/// what the session was asked before, and what was said in the session is known to the agent. The delivery waits for the answer; nothing
/// runs meanwhile.
///
/// The answer goes on in the group `on_reply`: `{"text", "model", "usage", "agent", "instance", "session", "run_id"}`, with `stop` where
/// the answer is not whole: `length` or `refused`. `usage` has tokens and,
/// in `cost`, US dollars: zeros with `"cost_known": false` beside `usage`, where the price of a model is not known. An agent that has the
/// tool `emit` may put events on the workflow before that, in the group `on_emit`. A failure goes to `on_error`, with the code of what
/// went wrong: `agent_not_found`, `timeout`, `aborted`, `cancelled`, or that of the model's provider. An agent that its definition
/// closes (`triggers: {webhook: false}`) is asked all the same: this cell is no address that others can call.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The name of the agent's definition, like `support`.
    agent: PersistentAgentName,
    /// Whom the agent's instance is for: a template for its id, like `customer-{{ customer.id }}`. Each id is an agent with sessions of
    /// its own.
    instance: TemplateText,
    /// The conversation that the question belongs to: a template for the session's name.
    #[serde(default = "default_session")]
    session: TemplateText,
    /// The question: a template. Without it, the event's payload: a text as it is, anything else as JSON.
    input: Option<TemplateText>,
    /// How long the answer may take, in seconds, with the time in which others are answered first: 1 second to 7 days. Then the agent is
    /// stopped.
    #[serde(default = "default_deadline")]
    #[schemars(range(min = 1, max = 604_800), extend("x-rookery" = "seconds"))]
    deadline_seconds: u64,
    /// How many questions of this cell may be outstanding; others wait. 1 to 10,000.
    #[serde(default = "default_outstanding")]
    #[schemars(range(min = 1, max = 10_000))]
    max_outstanding: u32,
}

fn default_session() -> TemplateText {
    TemplateText("default".to_owned())
}

fn default_deadline() -> u64 {
    900
}

fn default_outstanding() -> u32 {
    100
}

/// The agent.
pub struct PersistentAgent {
    agent: AgentName,
    instance: Template,
    session: Template,
    input: Option<Template>,
    deadline_seconds: u64,
    max_outstanding: u32,
}

impl AgentType for PersistentAgent {
    const NAME: &'static str = "persistent_agent";
    const KIND: Kind = Kind::Action;
    const TITLE: &'static str = "Persistent agent";
    const GROUPS: &'static [&'static str] = &["on_reply", "on_emit"];
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        let agent = options.agent.parse::<AgentName>();
        let agent = problems.take("agent", agent.map_err(|error| format!("{} {}", error.message, error.details)));
        let instance = options.instance.take("instance", problems);
        let session = options.session.take("session", problems);
        let input = options.input.and_then(|input| input.take("input", problems));
        for (field, text) in [("instance", &options.instance), ("session", &options.session)] {
            if text.is_empty() {
                problems.add(field, "Give a text, or a template for one.");
            }
        }
        if !(1..=MAX_DEADLINE).contains(&options.deadline_seconds) {
            problems.add("deadline_seconds", format!("Give 1 to {MAX_DEADLINE}."));
        }
        if !(1..=MAX_OUTSTANDING).contains(&options.max_outstanding) {
            problems.add("max_outstanding", format!("Give 1 to {MAX_OUTSTANDING}."));
        }
        let (deadline_seconds, max_outstanding) = (options.deadline_seconds, options.max_outstanding);
        let (agent, instance, session) = (agent?, instance?, session?);
        problems.errors.is_empty().then_some(PersistentAgent {
            agent,
            instance,
            session,
            input,
            deadline_seconds,
            max_outstanding,
        })
    }

    fn facts(&self) -> Facts {
        Facts { persistent_agent: Some(self.agent.clone()), ..Facts::of::<Self>() }
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let instance = name("instance", self.instance.render(cx.scope())?)?;
        let session = name("session", self.session.render(cx.scope())?)?;
        let message = match &self.input {
            Some(input) => input.render(cx.scope())?,
            None => asked_by(cx.payload()),
        };
        let ask = AskSession {
            agent: &self.agent,
            instance: &instance,
            session: &session,
            message: &message,
            payload: cx.event.map(|event| &event.payload),
            deadline_ms: self.deadline_seconds as i64 * 1000,
            most: self.max_outstanding,
        };
        match cx.host.ask_session(ask).await? {
            Reply::Result(reply) => told(&reply),
            Reply::WaitsUntil(deadline) => Ok(Effects::wait_for_reply(deadline, format!("The answer of `{}`.", self.agent))),
            Reply::NotNow(at, why) => Ok(Effects::wait_for_reply(at, why)),
            Reply::Expired => {
                let message = format!("The agent `{}` gave no answer within {} s.", self.agent, self.deadline_seconds);
                Err(AgentError::fail("timeout", message))
            }
            Reply::Cancelled => Ok(Effects::none().outcome("cancelled").log("The question was cancelled.")),
        }
    }

    fn examples() -> Vec<Example> {
        let cost = json!({"input": 0.00004, "output": 0.00006, "cache_read": 0.0, "cache_write": 0.0, "total": 0.0001});
        let usage = json!({"input": 40, "output": 12, "cache_read": 0, "cache_write": 0, "total_tokens": 52, "cost": cost});
        let reply = |text: &str, instance: &str, session: &str| {
            json!({
                "text": text, "model": "anthropic/claude-haiku-4-5", "usage": usage, "agent": "support", "instance": instance,
                "session": session, "run_id": "run_3CJ7ZZB8M0V2QK4DPR2A6T9W1X0000001",
            })
        };
        let sorry = reply("I am sorry. A new one is on its way.", "customer-7", "order-12");
        let noted = reply("Noted.", "customer-7", "default");
        vec![
            Example::new(
                "An assistant for each customer, with a conversation for each order",
                json!({
                    "agent": "support", "instance": "customer-{{ customer.id }}", "session": "order-{{ order }}",
                    "input": "The customer writes: {{ text }}"
                }),
            )
            .on(json!({"customer": {"id": 7}, "order": 12, "text": "The cup is broken."}))
            .replied(sorry.clone())
            .emits("on_reply", sorry),
            Example::new(
                "The whole event is the question",
                json!({"agent": "support", "instance": "customer-{{ customer.id }}"}),
            )
            .on(json!({"customer": {"id": 7}, "event": "moved"}))
            .replied(noted.clone())
            .emits("on_reply", noted),
        ]
    }
}

/// The question that an event is: a text as it stands, anything else as its JSON.
fn asked_by(payload: &Value) -> String {
    payload.as_str().map_or_else(|| payload.to_string(), str::to_owned)
}

/// A name of a session that came out of a template.
fn name(field: &str, text: String) -> Result<String, AgentError> {
    match text.len() {
        1..=limits::SESSION_NAME_BYTES => Ok(text),
        bytes => {
            let message = format!("`{field}` has {bytes} bytes here: let its template give 1 to {}.", limits::SESSION_NAME_BYTES);
            Err(AgentError::fail("invalid_session", message))
        }
    }
}

/// The effects of an answer, or the error that it tells of.
fn told(reply: &str) -> Result<Effects, AgentError> {
    let read: AgentReply = serde_json::from_str(reply).map_err(rookery_domain::Error::internal)?;
    match read.error {
        None => Ok(Effects::emit("on_reply", Payload::parse(reply.as_bytes())?)),
        Some(ReplyError { code, message, provider }) => {
            let mut details =
                json!({"agent": read.agent, "instance": read.instance, "session": read.session, "run_id": read.run_id});
            if let Some(provider) = provider {
                details["provider"] = provider;
            }
            Err(AgentError::fail(&code, message).with_details(details))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{World, agent, cell, context, event, problem, receive};

    #[test]
    fn what_is_wrong_with_the_options_is_named() {
        let wrong = |more: Value| {
            let mut config = json!({"agent": "support", "instance": "7"});
            config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            problem("persistent_agent", config)
        };
        assert_eq!(wrong(json!({"agent": "7up"})), "config.agent");
        assert_eq!(wrong(json!({"instance": ""})), "config.instance");
        assert_eq!(wrong(json!({"session": "{{ x"})), "config.session");
        assert_eq!(wrong(json!({"input": "{% credential key %}"})), "config.input");
        assert_eq!(wrong(json!({"deadline_seconds": 604_801})), "config.deadline_seconds");
        assert_eq!(wrong(json!({"max_outstanding": 0})), "config.max_outstanding");
    }

    #[tokio::test]
    async fn a_session_without_a_name_is_not_asked() {
        let config = json!({"agent": "support", "instance": "{{ customer }}"});
        assert_eq!(receive("persistent_agent", config.clone(), "{}").await.unwrap_err().code, "invalid_session");
        let long = json!({"customer": "x".repeat(513)}).to_string();
        assert_eq!(receive("persistent_agent", config, &long).await.unwrap_err().code, "invalid_session");
    }

    #[tokio::test]
    async fn a_failed_operation_is_a_failure_that_names_its_run() {
        let error = json!({"code": "provider_refused", "message": "No.", "provider": {"status": 400}});
        let told = json!({
            "error": error, "usage": rookery_domain::PaidUsage::default(), "agent": "support", "instance": "7", "session": "default",
            "run_id": "run_1"
        });
        let (cell, event, world) = (cell(), event("source", "{}"), World::replying(told));
        let asks = agent("persistent_agent", json!({"agent": "support", "instance": "7"}));
        let failed = asks.receive(&context(&cell, &event, &world)).await.unwrap_err();
        assert_eq!(failed.code, "provider_refused");
        let details = json!({
            "agent": "support", "instance": "7", "session": "default", "run_id": "run_1", "provider": {"status": 400}
        });
        assert_eq!(failed.details, Some(details));
        assert_eq!(asked_by(&json!("as it is")), "as it is");
        assert_eq!(asked_by(&json!({"n": 1})), r#"{"n":1}"#);
    }
}
