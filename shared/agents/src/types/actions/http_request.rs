//! `http_request`: calls other systems over HTTP. The request is made in `request`; `answer` makes the event of what comes back.

pub(crate) mod answer;
mod huginn;
mod request;

use crate::agent::{AgentType, Kind, Problems};
use crate::cloud_event::{CloudEventOption, CloudEvents};
use crate::huginn::Mapping;
use crate::meaning::{CredentialName, TemplateJson, TemplateText};
use crate::outside::{Headers, Retries, Timeout, as_webhook, refuse_captured, refuse_json_in_text, url_template};
use crate::template::{JsonTemplate, Template};
use crate::{AgentError, Call, Context, CredentialUse, Effects, Example, Facts, judge};
use answer::{Form, HeaderStyle};
use request::{ContentType, Method};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

const MAX_REDIRECTS: u8 = 10;

/// Calls a URL for each event, and on a schedule if it has one (then with an empty event). The answer is emitted in the group
/// `on_response`: `{"status", "headers", "body"}`. The body is JSON if its content type says so; a form becomes an object; other
/// text, in any declared charset, becomes a text. A body that is not text is in base64, with `"body_encoding": "base64"`. Answers
/// may have up to 128 KB, unpacked.
///
/// Calls that are answered with status 408, 425, 429, or 500 and above are tried again (after `Retry-After`, if it comes with 429
/// or 503); other errors from 400 on are not. When no try is left, `on_error` has in `details` the method and the URL (with `***` in place of
/// credentials), the status and the start of the body. Redirects fail as `redirect_refused`, which names the new address, unless
/// `follow_redirects` allows them. All tries of one delivery carry the same `Idempotency-Key` header, unless you set that header yourself.
/// URL path and query, headers and payload may have credentials: `{% credential my_token %}`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The URL to call: a template, like `https://api.example.com/orders/{{ order.id | url_encode }}`.
    url: TemplateText,
    /// The method.
    #[serde(default)]
    method: Method,
    /// Headers: their names, and templates for their values, like `"Authorization": "Bearer {% credential my_token %}"`.
    #[serde(default)]
    headers: BTreeMap<String, TemplateText>,
    /// What is sent: JSON in which all texts are templates. Without it, `post`, `put` and `patch` send the event's payload; `get`
    /// and `head` put it into the URL's query.
    payload: Option<TemplateJson>,
    /// How the payload is written.
    #[serde(default)]
    content_type: ContentType,
    /// Whether the event's fields are sent, too, beside those of `payload`, and in the place of those with the same name.
    #[serde(default)]
    merge_event: bool,
    /// Whether the answer is emitted. Failures go to `on_error` in any case.
    #[serde(default = "yes")]
    emit_events: bool,
    /// Whether the answer's body is read by its content type. Otherwise it is a text.
    #[serde(default = "yes")]
    parse_body: bool,
    /// The headers of the answer that are emitted, separated by commas. Without this option, all are.
    event_headers: Option<String>,
    /// How the names of these headers are written.
    #[serde(default)]
    event_headers_style: HeaderStyle,
    /// The key under which these headers are emitted.
    #[serde(default = "headers_key")]
    event_headers_key: String,
    /// Whether the answer is emitted alone, or added to the payload that came in.
    #[serde(default)]
    output_mode: OutputMode,
    /// How long a call may take, in seconds: 1 to 30.
    #[serde(default)]
    timeout_seconds: Timeout,
    /// How many redirects a `get` or `head` follows, within the one timeout: 0 to 10. Each new address is judged like the first,
    /// and none may lead from https to http. Credentials, and headers that may identify you, are sent only to the first host.
    #[serde(default)]
    #[schemars(range(min = 0, max = 10))]
    follow_redirects: u8,
    /// How often a failed call is made again: 0 to 5, with growing waits up to hours.
    #[serde(default)]
    retries: Retries,
    /// Sends the payload as the data of a CloudEvent (version 1.0).
    cloud_event: Option<CloudEventOption>,
    /// The credential with the secret (`whsec_...`) that signs what is sent, as in Standard Webhooks. The secret itself is sent nowhere, so its
    /// hosts do not matter. A payload that is signed may hold no credentials.
    signing_credential: Option<CredentialName>,
}

/// What the emitted payload has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum OutputMode {
    /// The answer alone.
    #[default]
    Clean,
    /// The payload that came in, with the answer's `status`, `headers` and `body` added.
    Merge,
}

fn yes() -> bool {
    true
}

fn headers_key() -> String {
    "headers".to_owned()
}

/// The agent.
pub struct HttpRequest {
    url: Template,
    method: Method,
    headers: Headers,
    payload: Option<JsonTemplate>,
    content_type: ContentType,
    merge_event: bool,
    emit_events: bool,
    form: Form,
    output_mode: OutputMode,
    timeout: Duration,
    redirects: u8,
    retries: u32,
    cloud_events: Option<CloudEvents>,
    signing_credential: Option<String>,
    credentials: Vec<CredentialUse>,
    /// The names of these credentials, each once.
    credential_names: Vec<String>,
}

impl AgentType for HttpRequest {
    const NAME: &'static str = "http_request";
    const KIND: Kind = Kind::Action;
    const TITLE: &'static str = "HTTP request";
    const GROUPS: &'static [&'static str] = &["on_response"];
    const CHECKS: bool = true;
    const HUGINN: Option<Mapping> = Some(huginn::MAPPING);
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        check(&options, problems);
        let url = url_template("url", &options.url, problems);
        let headers = Headers::take(options.headers, problems);
        let (timeout, retries) = (options.timeout_seconds.take(problems), options.retries.take(problems));
        let payload =
            options.payload.and_then(|payload| problems.take_template("payload", JsonTemplate::parse_with_credentials(&payload)));
        let is_captured = payload.as_ref().is_some_and(JsonTemplate::captures_credential);
        refuse_captured("payload", is_captured, problems);
        let signing_credential = options.signing_credential.map(|name| name.0);
        if signing_credential.is_some() && payload.as_ref().is_some_and(|payload| !payload.credentials().is_empty()) {
            problems.add(
                "payload",
                "What is signed may hold no credentials: put them into `headers`, or leave out `signing_credential`.",
            );
        }
        let cloud_events = options.cloud_event.and_then(|option| CloudEvents::take(option, problems));
        let form = Form::new(options.parse_body, options.event_headers, options.event_headers_style, options.event_headers_key);
        let url = url?;
        let mut credentials = CredentialUse::of("url", url.credentials());
        credentials.extend(headers.credentials());
        credentials.extend(CredentialUse::of("payload", payload.iter().flat_map(JsonTemplate::credentials)));
        // Who signs reads the secret itself: it is no credential that is put into the call.
        let credential_names = CredentialUse::names(&credentials);
        credentials.extend(CredentialUse::of("signing_credential", &signing_credential));
        problems.errors.is_empty().then_some(HttpRequest {
            url,
            method: options.method,
            headers,
            payload,
            content_type: options.content_type,
            merge_event: options.merge_event,
            emit_events: options.emit_events,
            form,
            output_mode: options.output_mode,
            timeout,
            redirects: options.follow_redirects,
            retries,
            cloud_events,
            signing_credential,
            credential_names,
            credentials,
        })
    }

    fn facts(&self) -> Facts {
        Facts { credentials: self.credentials.clone(), retries: self.retries, ..Facts::of::<Self>() }
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        if self.output_mode == OutputMode::Merge && !cx.payload().is_object() {
            let message = "The event's payload is not a JSON object, so that no answer can be merged into it; use `clean`.";
            return Err(AgentError::fail("payload_not_object", message));
        }
        let mut request = self.request(cx)?;
        if self.signing_credential.is_some() {
            as_webhook(cx, &mut request, self.signing_credential.as_deref()).await?;
        }
        let call = Call { request, credentials: &self.credential_names, scope: cx.scope() };
        let line = call.request_line();
        let answered = cx.host.call(call).await.and_then(|response| judge(response, cx.now));
        let response = answered.map_err(|error| error.of_request(&line))?;
        if !self.emit_events {
            return Ok(Effects::none().log(format!("The answer's status was {}.", response.status)));
        }
        let base = cx.event.filter(|_| self.output_mode == OutputMode::Merge).map(|event| &event.payload);
        Ok(Effects::emit("on_response", self.form.payload(&response, base)?))
    }

    async fn check(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        self.receive(cx).await
    }

    fn examples() -> Vec<Example> {
        let answer = |body: Value| json!({"status": 200, "headers": {"content-type": "application/json"}, "body": body});
        vec![
            Example::new(
                "A message to a chat",
                json!({
                    "url": "https://chat.example.com/rooms/{{ room | url_encode }}/messages",
                    "headers": {"Authorization": "Bearer {% credential chat_token %}"},
                    "payload": {"text": "{{ user }} signed up"}
                }),
            )
            .on(json!({"room": "sales", "user": "ada"}))
            .answered(200, r#"{"id":17}"#)
            .emits("on_response", answer(json!({"id": 17}))),
            Example::new(
                "An order, with a key, wherever it has moved to",
                json!({
                    "url": "https://api.example.com/orders/{{ order.id | url_encode }}",
                    "method": "get",
                    "headers": {"Authorization": "Bearer {% credential my_token %}"},
                    "follow_redirects": 3
                }),
            )
            .on(json!({"order": {"id": "7/a"}}))
            .answered(200, r#"{"open":true}"#)
            .emits("on_response", answer(json!({"open": true}))),
            Example::new(
                "A CloudEvent, signed",
                json!({
                    "url": "https://hooks.example.com/orders",
                    "cloud_event": {"type": "com.example.order.shipped", "source": "https://shop.example.com/orders", "subject": "{{ order.id }}"},
                    "signing_credential": "orders_secret"
                }),
            )
            .on(json!({"order": {"id": 7}}))
            .answered(200, "{}")
            .emits("on_response", answer(json!({}))),
            Example::new(
                "On weekdays at nine, a reminder",
                json!({"url": "https://chat.example.com/messages", "payload": {"text": "Good morning"}, "schedule": "TZ=Europe/Berlin 0 9 * * 1-5"}),
            )
            .answered(200, r#"{"id":18}"#)
            .emits("on_response", answer(json!({"id": 18}))),
            Example::new(
                "Every hour, the state of an API",
                json!({"url": "https://api.example.com/status", "method": "get", "payload": {"full": true}, "schedule": "every_1h"}),
            )
            .answered(200, r#"{"up":true}"#)
            .emits("on_response", answer(json!({"up": true}))),
        ]
    }
}

/// Notes the problems of the options, except those of templates.
fn check(options: &Options, problems: &mut Problems) {
    let is_text = matches!(options.content_type, ContentType::Text | ContentType::Xml);
    if is_text && !matches!(options.payload.as_deref(), Some(Value::String(_))) {
        problems.add("payload", "With `content_type` `text` or `xml`, give the whole body as one text.");
    }
    if options.method.takes_query() && matches!(options.payload.as_deref(), Some(Value::String(_) | Value::Array(_))) {
        problems.add("payload", "With `get` and `head`, give an object: its fields become the URL's query.");
    }
    if options.merge_event && matches!(options.payload.as_deref(), Some(Value::String(_) | Value::Array(_))) {
        problems.add("payload", "With `merge_event`, give an object, to which the event's fields are added.");
    }
    if options.method.takes_query() {
        for (field, is_given) in
            [("cloud_event", options.cloud_event.is_some()), ("signing_credential", options.signing_credential.is_some())]
        {
            if is_given {
                problems.add(field, "Leave it out with `get` and `head`, which send no body.");
            }
        }
    }
    match options.follow_redirects {
        0 => {}
        _ if !options.method.takes_query() => {
            problems.add("follow_redirects", "Leave it out: only `get` and `head` follow redirects.");
        }
        1..=MAX_REDIRECTS => {}
        _ => problems.add("follow_redirects", format!("Give 0 to {MAX_REDIRECTS}.")),
    }
    if options.content_type == ContentType::Json && !options.method.takes_query() {
        refuse_json_in_text("payload", options.payload.as_deref(), problems);
    }
}

#[cfg(test)]
mod tests;
