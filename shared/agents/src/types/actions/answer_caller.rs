//! `answer_caller`: posts a run's outcome to whoever asked for it over the protocol of external agents.

use crate::agent::{AgentType, Kind, Problems};
use crate::agent_protocol::{ExecutionResult, Outcome, write_result};
use crate::cloud_event::{CloudEventOption, CloudEvents};
use crate::meaning::{CredentialName, TemplateJson};
use crate::outside::{Retries, as_webhook, header_or, refuse_json_in_text, whole_url};
use crate::template::JsonTemplate;
use crate::{AgentError, Call, Context, CredentialUse, Effects, Example, Facts, judge};
use http::Method;
use rookery_egress::Request;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// Posts the outcome of a run to its caller: the system elsewhere that asked a `served_agent`. The outcome goes to the address
/// that came with the request, or to a registered one. An event of the group `on_error` is posted as an error, any other event as
/// a result. A failed post is made again, with the same `Idempotency-Key` and `webhook-id`. Runs without such a caller are not
/// answered.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The result: JSON in which all texts are templates. Without it, the payload's `result`, or the whole payload.
    result: Option<TemplateJson>,
    /// The messages to share: JSON in which all texts are templates. Without it, the payload's `messages`.
    messages: Option<TemplateJson>,
    /// The steps to share: JSON in which all texts are templates. Without it, the payload's `intermediateSteps`.
    intermediate_steps: Option<TemplateJson>,
    /// A registered address, used instead of the one that comes with each request.
    callback_url: Option<String>,
    /// The credential with the secret (`whsec_...`) that signs the posts, as in Standard Webhooks.
    signing_credential: Option<CredentialName>,
    /// Posts the outcome as a CloudEvent (version 1.0), whose data it is. Its `id` is the same at each try, and its `time` is when the event
    /// came that is answered.
    cloud_event: Option<CloudEventOption>,
    /// How often a failed post is made again: 0 to 5.
    #[serde(default)]
    retries: Retries,
}

/// The agent.
pub struct AnswerCaller {
    result: Option<JsonTemplate>,
    messages: Option<JsonTemplate>,
    steps: Option<JsonTemplate>,
    callback_url: Option<String>,
    signing_credential: Option<String>,
    cloud_events: Option<CloudEvents>,
    retries: u32,
}

impl AgentType for AnswerCaller {
    const NAME: &'static str = "answer_caller";
    const KIND: Kind = Kind::Action;
    const TITLE: &'static str = "Answer the caller";
    const GROUPS: &'static [&'static str] = &[];
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        if let Some(url) = &options.callback_url {
            problems.take("callback_url", whole_url(url));
        }
        for (field, value) in [("messages", &options.messages), ("intermediate_steps", &options.intermediate_steps)] {
            refuse_json_in_text(field, value.as_deref(), problems);
        }
        let retries = options.retries.take(problems);
        let cloud_events = options.cloud_event.and_then(|option| CloudEvents::take(option, problems));
        let mut json = |field: &str, source: Option<TemplateJson>| source.and_then(|json| json.take(field, problems));
        let (result, messages) = (json("result", options.result), json("messages", options.messages));
        let steps = json("intermediate_steps", options.intermediate_steps);
        problems.errors.is_empty().then_some(AnswerCaller {
            result,
            messages,
            steps,
            callback_url: options.callback_url,
            signing_credential: options.signing_credential.map(|name| name.0),
            cloud_events,
            retries,
        })
    }

    fn facts(&self) -> Facts {
        let credentials = CredentialUse::of("signing_credential", &self.signing_credential);
        Facts { credentials, retries: self.retries, ..Facts::of::<Self>() }
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let Some(event) = cx.event else { return Ok(Effects::none()) };
        let Some(caller) = cx.host.caller(event.id.run).await? else {
            return Ok(Effects::none().outcome("no_caller").log("Nobody asked for this run."));
        };
        let Some(url) = self.callback_url.clone().or(caller.url) else {
            let message = "The caller gave no `X-Callback-Url`, and no `callback_url` is registered here.";
            return Err(AgentError::fail("no_callback_url", message));
        };
        let outcome = self.outcome(cx, event.groups.iter().any(|group| group == "on_error"))?;
        let body = write_result(&ExecutionResult { request_id: event.id.run.to_string(), outcome }).to_string();
        let mut request = Request::new(Method::POST, url);
        let mut header = |name: &str, value: String| request.headers.push((name.to_owned(), value));
        header("Idempotency-Key", cx.delivery.to_string());
        if let Some(token) = caller.token {
            header("X-Callback-Token", token);
        }
        match &self.cloud_events {
            Some(events) => events.write(cx, &mut request, Some(body), "application/json")?,
            None => {
                header_or(&mut request, "Content-Type", "application/json");
                request.body = Some(body.into());
            }
        }
        as_webhook(cx, &mut request, self.signing_credential.as_deref()).await?;
        let response = judge(cx.host.call(Call { request, credentials: &[], scope: cx.scope() }).await?, cx.now)?;
        Ok(Effects::none().outcome("answered").log(format!("The caller's answer had the status {}.", response.status)))
    }

    fn examples() -> Vec<Example> {
        vec![
            Example::new("The answer of a served agent", json!({"result": "{{ text }}"}))
                .on(json!({"text": "It is sunny."}))
                .answered(200, "{}"),
            Example::new(
                "The answer as a CloudEvent",
                json!({"cloud_event": {
                    "type": "com.example.order.shipped", "source": "https://shop.example.com/orders", "subject": "{{ order.id }}"
                }}),
            )
            .on(json!({"order": {"id": 7}, "result": {"parcel": 12}}))
            .answered(200, "{}"),
        ]
    }
}

impl AnswerCaller {
    fn outcome(&self, cx: &Context<'_>, is_error: bool) -> Result<Outcome, AgentError> {
        let payload = cx.payload();
        if is_error {
            let text = |name: &str, or: &str| payload[name].as_str().unwrap_or(or).to_owned();
            return Ok(Outcome::Error {
                code: text("code", "failed"),
                message: text("message", "The run failed."),
                details: payload["details"].clone(),
            });
        }
        let render = |template: &Option<JsonTemplate>, or: &str| match template {
            Some(template) => template.render(cx.scope()).map(Some),
            None => Ok(payload.get(or).cloned()),
        };
        let list = |value: Option<Value>| match value {
            Some(Value::Array(list)) => list,
            _ => Vec::new(),
        };
        Ok(Outcome::Finish {
            result: render(&self.result, "result")?.unwrap_or_else(|| payload.clone()),
            messages: list(render(&self.messages, "messages")?),
            steps: list(render(&self.steps, "intermediateSteps")?),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{World, agent, cell, context, event, problem};
    use serde_json::{Value, json};

    /// The body that is posted for an event with these groups and this payload.
    async fn posted(config: Value, groups: &[&str], payload: Value) -> Value {
        let (cell, mut event, world) =
            (cell(), event("source", &payload.to_string()), World::called_from("https://caller.example/cb"));
        event.groups = groups.iter().map(|group| (*group).to_owned()).collect();
        let effects = agent("answer_caller", config).receive(&context(&cell, &event, &world)).await.unwrap();
        assert_eq!(effects.outcome, Some("answered"));
        let request = world.calls.lock().unwrap()[0].clone();
        let header = |name: &str| request.headers.iter().find(|(given, _)| given == name).map(|(_, value)| value.clone());
        assert_eq!((request.url.as_str(), header("X-Callback-Token").as_deref()), ("https://caller.example/cb", Some("token")));
        assert_eq!(header("webhook-id"), header("Idempotency-Key"));
        let body: Value = serde_json::from_slice(&request.body.unwrap()).unwrap();
        assert_eq!(body["requestId"], event.id.run.to_string());
        body["result"]["agentOutcome"].clone()
    }

    #[tokio::test]
    async fn a_result_and_an_error_are_posted_as_the_protocol_says() {
        let payload = json!({"result": "sunny", "messages": [{"text": "hi", "type": "USER"}]});
        let outcome = posted(json!({}), &["on_finish"], payload.clone()).await;
        assert_eq!((&outcome["finish"]["result"], &outcome["messages"]), (&json!("sunny"), &payload["messages"]));
        let outcome = posted(json!({"result": {"weather": "{{ result }}"}}), &["on_finish"], payload).await;
        assert_eq!(outcome["finish"]["result"], json!({"weather": "sunny"}));
        let outcome =
            posted(json!({}), &["on_error"], json!({"code": "http_error", "message": "It failed.", "details": {"status": 500}}))
                .await;
        assert_eq!(outcome["error"], json!({"code": "http_error", "message": "It failed.", "details": {"status": 500}}));
    }

    #[tokio::test]
    async fn a_registered_address_is_used_and_the_post_is_signed() {
        let (cell, event, world) = (cell(), event("source", r#"{"result": 1}"#), World::called_from("https://caller.example/cb"));
        let config = json!({"callback_url": "https://registered.example/results", "signing_credential": "signing"});
        agent("answer_caller", config).receive(&context(&cell, &event, &world)).await.unwrap();
        let request = world.calls.lock().unwrap()[0].clone();
        assert_eq!(request.url, "https://registered.example/results");
        let header = |name: &str| request.headers.iter().find(|(given, _)| given == name).unwrap().1.clone();
        let body = String::from_utf8(request.body.clone().unwrap().to_vec()).unwrap();
        let text = format!("{}.{}.{body}", header("webhook-id"), header("webhook-timestamp"));
        assert_eq!(header("webhook-signature"), crate::sign_standard_webhook("whsec_dGVzdA==", &text).unwrap());
    }

    #[tokio::test]
    async fn the_outcome_is_posted_as_a_cloud_event_where_the_option_says_so() {
        let (cell, event) = (cell(), event("source", r#"{"result": 1}"#));
        for (mode, content_type) in [("binary", "application/json"), ("structured", "application/cloudevents+json")] {
            let world = World::called_from("https://caller.example/cb");
            let option = json!({"type": "com.example.answered", "source": "/weather", "mode": mode});
            agent("answer_caller", json!({"cloud_event": option})).receive(&context(&cell, &event, &world)).await.unwrap();
            let request = world.calls.lock().unwrap()[0].clone();
            let header = |name: &str| request.headers.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str());
            assert_eq!((header("Content-Type"), header("X-Callback-Token")), (Some(content_type), Some("token")));
            let body: Value = serde_json::from_slice(&request.body.clone().unwrap()).unwrap();
            let (kind, data) = match mode {
                "binary" => (header("ce-type").unwrap(), &body),
                _ => (body["type"].as_str().unwrap(), &body["data"]),
            };
            assert_eq!((kind, &data["requestId"]), ("com.example.answered", &json!(event.id.run.to_string())));
        }
    }

    #[test]
    fn errors_name_the_field() {
        assert_eq!(problem("answer_caller", json!({"callback_url": "caller.example"})), "config.callback_url");
        assert_eq!(problem("answer_caller", json!({"retries": 9})), "config.retries");
        assert_eq!(problem("answer_caller", json!({"cloud_event": {"type": "t", "source": ""}})), "config.cloud_event.source");
        assert_eq!(problem("answer_caller", json!({"messages": "[{\"text\": \"{{ a }}\"}]"})), "config.messages");
        assert_eq!(problem("answer_caller", json!({"result": "{{ a"})), "config.result");
    }
}
