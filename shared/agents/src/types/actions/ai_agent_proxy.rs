//! `ai_agent_proxy`: calls an agent elsewhere, in any language, that speaks the protocol of external agents. What is sent is made
//! in `request`; the engine keeps the record, makes the call and waits for the result.

mod request;
#[cfg(test)]
mod tests;

use crate::agent::{AgentType, Kind, Problems};
use crate::agent_protocol::{Outcome, read_result};
use crate::meaning::{CredentialName, TemplateJson, TemplateText};
use crate::outside::{Headers, Retries, refuse_json_in_text, whole_url};
use crate::pattern::Searches;
use crate::template::{JsonTemplate, Template};
use crate::types::filters::condition::{Node, Test, build_conditions};
use crate::{AgentError, AskFor, Call, Context, CredentialUse, Effects, Emit, Example, Facts, Reply};
use request::Window;
use rookery_domain::{CallbackAuth, Payload, is_valid_group, limits};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;

/// The longest deadline of a result, in seconds: 30 days.
const MAX_DEADLINE: u64 = 30 * 24 * 3600;
const MAX_OUTSTANDING: u32 = 10_000;

/// Calls an agent that runs elsewhere, in any language and framework: `POST {endpoint}/api/execute` with the protocol's request.
/// The agent answers at once with a request id of its own. It posts its result later, within the deadline, to the address in
/// `X-Callback-Url`, with the token in `X-Callback-Token`. The delivery waits for the result; nothing runs meanwhile.
///
/// A result goes on in the group `on_finish`: `{"result", "messages", "intermediateSteps"}`. An error of the agent, a result that
/// does not come in time (`timeout`) and a call that fails for good go to `on_error`. The first result counts; later ones that
/// differ are refused. A failed call is made again, with the same `Idempotency-Key`. If half of at least 20 calls of an endpoint
/// in a minute fail, the endpoint is left alone; then one call every 30 s tries whether it is back.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The agent's base URL; `/api/execute` is added, like `https://agents.example.com/weather`.
    endpoint: String,
    /// Which agent at the endpoint to ask: a template. Without it, the cell's name.
    agent_name: Option<TemplateText>,
    /// How the agent should behave: a template.
    system_message: Option<TemplateText>,
    /// What the agent is asked: a template.
    #[serde(default = "default_input")]
    input: TemplateText,
    /// Further data for the agent: JSON in which all texts are templates. Without it, the event's payload; `{}` for none.
    data: Option<TemplateJson>,
    /// The memory that the agent shall use, if it keeps one: a template. No history is sent then.
    memory_id: Option<TemplateText>,
    /// How much of the conversation is sent: the payload's `messages` (or `chatHistory`), of which the latest are kept.
    #[serde(default)]
    chat_history: Window,
    /// How many of the earlier steps are sent: the payload's `intermediateSteps`, of which the latest are kept.
    #[serde(default)]
    intermediate_steps: Window,
    /// On whose behalf the agent works: JSON in which all texts are templates, like `{"userId": "{{ user.id | as_object }}"}`.
    auth_context: Option<TemplateJson>,
    /// Headers of the call: their names, and templates for their values, like `"Authorization": "Bearer {% credential key %}"`.
    #[serde(default)]
    headers: BTreeMap<String, TemplateText>,
    /// How long the result may take, in seconds: 1 to 30 days.
    #[serde(default = "default_deadline")]
    #[schemars(range(min = 1, max = 2_592_000), extend("x-rookery" = "seconds"))]
    deadline_seconds: u64,
    /// How often a failed call is made again: 0 to 5.
    #[serde(default)]
    retries: Retries,
    /// How a posted result proves its sender.
    #[serde(default)]
    callback_auth: CallbackAuth,
    /// With `signature`: the name of the credential that holds the agent's signing secret (`whsec_...`).
    callback_credential: Option<CredentialName>,
    /// More groups for a result that matches a condition over `result`, `messages` and `intermediateSteps`.
    #[serde(default)]
    agent_outcomes: Vec<AgentOutcome>,
    /// How many requests of this agent may be outstanding; others wait. 1 to 10,000.
    #[serde(default = "default_outstanding")]
    #[schemars(range(min = 1, max = 10_000))]
    max_outstanding: u32,
}

/// A condition, and the group of the results that match it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AgentOutcome {
    /// As in the agent `condition`, like `{"path": "result", "operator": "contains", "value": "rain"}`.
    condition: Node,
    /// The group.
    group: String,
}

fn default_input() -> TemplateText {
    TemplateText("{{ input }}".to_owned())
}

fn default_deadline() -> u64 {
    900
}

fn default_outstanding() -> u32 {
    100
}

/// The agent.
pub struct AiAgentProxy {
    endpoint: String,
    agent_name: Option<Template>,
    system_message: Option<Template>,
    input: Template,
    data: Option<JsonTemplate>,
    memory_id: Option<Template>,
    chat_history: Window,
    intermediate_steps: Window,
    auth_context: Option<JsonTemplate>,
    headers: Headers,
    deadline_seconds: u64,
    retries: u32,
    callback_auth: CallbackAuth,
    callback_credential: Option<String>,
    outcomes: Vec<(Test, String)>,
    max_outstanding: u32,
    /// The names of the credentials in the headers.
    credentials: Vec<String>,
}

impl AgentType for AiAgentProxy {
    const NAME: &'static str = "ai_agent_proxy";
    const KIND: Kind = Kind::Action;
    const TITLE: &'static str = "AI agent proxy";
    const GROUPS: &'static [&'static str] = &["on_finish"];
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        check(&options, problems);
        let mut text = |field: &str, source: &Option<TemplateText>| source.as_ref().and_then(|text| text.take(field, problems));
        let agent_name = text("agent_name", &options.agent_name);
        let system_message = text("system_message", &options.system_message);
        let memory_id = text("memory_id", &options.memory_id);
        let input = text("input", &Some(options.input));
        let mut json = |field: &str, source: &Option<TemplateJson>| source.as_ref().and_then(|json| json.take(field, problems));
        let (data, auth_context) = (json("data", &options.data), json("auth_context", &options.auth_context));
        let headers = Headers::take(options.headers, problems);
        let credentials = CredentialUse::names(&headers.credentials().collect::<Vec<_>>());
        let retries = options.retries.take(problems);
        let outcomes = outcomes(options.agent_outcomes, problems);
        let input = input?;
        problems.errors.is_empty().then_some(AiAgentProxy {
            endpoint: options.endpoint.trim().trim_end_matches('/').to_owned(),
            agent_name,
            system_message,
            input,
            data,
            memory_id,
            chat_history: options.chat_history,
            intermediate_steps: options.intermediate_steps,
            auth_context,
            headers,
            deadline_seconds: options.deadline_seconds,
            retries,
            callback_auth: options.callback_auth,
            callback_credential: options.callback_credential.map(|name| name.0),
            outcomes,
            max_outstanding: options.max_outstanding,
            credentials,
        })
    }

    fn facts(&self) -> Facts {
        let mut facts = Facts::of::<Self>();
        facts.groups.extend(self.outcomes.iter().map(|(_, group)| group.clone()));
        facts.credentials.extend(self.headers.credentials());
        facts.credentials.extend(CredentialUse::of("callback_credential", &self.callback_credential));
        Facts { endpoint: Some(self.endpoint.clone()), retries: self.retries, ..facts }
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let call = Call { request: self.request(cx)?, credentials: &self.credentials, scope: cx.scope() };
        let ask = AskFor {
            endpoint: &self.endpoint,
            deadline_ms: self.deadline_seconds as i64 * 1000,
            auth: self.callback_auth,
            secret: self.callback_credential.as_deref(),
            most: self.max_outstanding,
        };
        let line = call.request_line();
        match cx.host.ask(call, ask).await? {
            Reply::Result(result) => self.finish(&result),
            Reply::WaitsUntil(deadline) => {
                Ok(Effects::wait_for_reply(deadline, format!("The result of the agent at {}.", self.endpoint)))
            }
            Reply::NotNow(at, why) => Ok(Effects::wait_for_reply(at, why)),
            Reply::Expired => {
                let message = format!("The agent at {} gave no result within {} s.", self.endpoint, self.deadline_seconds);
                Err(AgentError::fail("timeout", message).of_request(&line))
            }
            Reply::Cancelled => Ok(Effects::none().outcome("cancelled").log("The request was cancelled.")),
        }
    }

    fn examples() -> Vec<Example> {
        let config = json!({
            "endpoint": "https://agents.example.com/weather",
            "agent_name": "ExampleAgent",
            "system_message": "You are a helpful AI Assistant.",
            "input": "What is the weather like in {{ city }}?",
            "agent_outcomes": [{"condition": {"path": "result", "operator": "contains", "value": "rain"}, "group": "take_umbrella"}]
        });
        let on_behalf = json!({
            "endpoint": "https://agents.example.com/weather",
            "input": "{{ question }}",
            "headers": {"Authorization": "Bearer {% credential key %}"},
            "auth_context": {"userId": "{{ user.id | as_object }}"},
            "agent_outcomes": [{"condition": {"path": "messages[0].text", "operator": "exists"}, "group": "talked"}]
        });
        let finished = |text: &str| json!({"requestId": "uuid12345", "result": {"agentOutcome": {"finish": {"result": text}}}});
        let emitted = |text: &str| json!({"result": text, "messages": [], "intermediateSteps": []});
        vec![
            Example::new("An agent that knows the weather", config.clone())
                .on(json!({"city": "New York"}))
                .replied(finished("The weather in New York is sunny."))
                .emits("on_finish", emitted("The weather in New York is sunny.")),
            Example::new("A result of a group of its own", config)
                .on(json!({"city": "Bergen"}))
                .replied(finished("It will rain in Bergen."))
                .emits("on_finish,take_umbrella", emitted("It will rain in Bergen.")),
            Example::new("On behalf of a user, with a key", on_behalf)
                .on(json!({"question": "Is it warm?", "user": {"id": 7}}))
                .replied(finished("It is."))
                .emits("on_finish", emitted("It is.")),
        ]
    }
}

impl AiAgentProxy {
    /// The effects of a result.
    fn finish(&self, result: &str) -> Result<Effects, AgentError> {
        match read_result(result.as_bytes())?.outcome {
            Outcome::Finish { result, messages, steps } => {
                let payload = json!({"result": result, "messages": messages, "intermediateSteps": steps});
                let mut groups = vec!["on_finish".to_owned()];
                let mut searches = Searches::default();
                for (test, group) in &self.outcomes {
                    if test.matches(&payload, &mut searches)? {
                        groups.push(group.clone());
                    }
                }
                groups.dedup();
                Ok(Effects { emit: vec![Emit { groups, payload: Payload::of(payload)? }], ..Effects::none() })
            }
            Outcome::Error { code, message, details } => Err(AgentError::fail(&code, message).with_details(details)),
        }
    }
}

/// Notes the problems of the options, except those of templates and conditions.
fn check(options: &Options, problems: &mut Problems) {
    let endpoint = problems.take("endpoint", whole_url(&options.endpoint));
    if endpoint.is_some_and(|endpoint| endpoint.contains(['?', '#'])) {
        problems.add("endpoint", "Leave out the query: `/api/execute` is added to the end.");
    }
    refuse_json_in_text("data", options.data.as_deref(), problems);
    refuse_json_in_text("auth_context", options.auth_context.as_deref(), problems);
    if !(1..=MAX_DEADLINE).contains(&options.deadline_seconds) {
        problems.add("deadline_seconds", format!("Give 1 to {MAX_DEADLINE}."));
    }
    if !(1..=MAX_OUTSTANDING).contains(&options.max_outstanding) {
        problems.add("max_outstanding", format!("Give 1 to {MAX_OUTSTANDING}."));
    }
    match (options.callback_auth, &options.callback_credential) {
        (CallbackAuth::Signature, None) => {
            problems.add("callback_credential", "Name the credential that holds the agent's signing secret.");
        }
        (CallbackAuth::CallbackToken | CallbackAuth::RequestId, Some(_)) => {
            problems.add("callback_credential", "Leave it out: only `signature` takes a credential.");
        }
        _ => {}
    }
    if options.agent_outcomes.len() > limits::EVENT_GROUPS - 1 {
        problems.add("agent_outcomes", format!("Give at most {}.", limits::EVENT_GROUPS - 1));
    }
}

fn outcomes(given: Vec<AgentOutcome>, problems: &mut Problems) -> Vec<(Test, String)> {
    let mut built = Vec::new();
    for (index, outcome) in given.into_iter().enumerate() {
        let at = format!("agent_outcomes[{index}]");
        if !is_valid_group(&outcome.group) || ["on_finish", "on_error"].contains(&outcome.group.as_str()) {
            problems.add(format!("{at}.group"), format!("Give a name of its own, of 1 to {} characters.", limits::GROUP_CHARS));
        }
        if let Some(test) = build_conditions(outcome.condition, &format!("{at}.condition"), problems) {
            built.push((test, outcome.group));
        }
    }
    built
}
