//! `webhook`: starts a flow with the requests that come to its address.

mod body;

use crate::agent::{Address, AgentType, Kind, Problems};
use crate::paths::Path;
use crate::template::{Scope, Template};
use crate::verify::{Scheme, Verify, delivery_id, slack_challenge};
use crate::{Accepted, Answer, Example, Facts, HookRequest};
use http::Method;
use rookery_domain::{Error, Kind as ErrorKind, Payload};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Starts a flow with the requests that come to its address, which is hard to guess, each as an event in the group
/// `on_receive`. A request is answered once its event is safe.
///
/// The payload is the body:
/// - JSON (`application/json`, or any `+json`): as it came;
/// - a form (`application/x-www-form-urlencoded`): an object of its fields; a field that comes more than once is a list;
/// - text (`text/plain` and other `text/`): `{"text": "..."}`;
/// - no body, as with GET: an object of the query's fields.
///
/// The same delivery sent again is the same event: it is known by the sender's delivery id (`webhook-id`,
/// `X-GitHub-Delivery`, the `id` of a Stripe event, the `event_id` of Slack) or by an `Idempotency-Key` header.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The methods that are taken, like `get,post`; left out, all are. Others get 405.
    #[serde(default)]
    verbs: Option<String>,
    /// Where in a JSON body the payload stands, like `data.object`; left out or `.`, it is the whole body. Requests that
    /// have nothing there get 422.
    #[serde(default)]
    payload_path: Option<String>,
    /// Headers to take into the payload, like `X-GitHub-Event, User-Agent`. A payload that is no object moves under the
    /// key `payload`.
    #[serde(default)]
    event_headers: Option<String>,
    /// The key of the payload under which those headers stand.
    #[serde(default = "headers_key")]
    event_headers_key: String,
    /// The answer's body: a template over the event's payload. Without it and `code`, the answer is 202 with the ids of
    /// the event and its run.
    #[serde(default)]
    response: Option<String>,
    /// The answer's status, 200 to 299; 200 when only `response` is given.
    #[serde(default)]
    #[schemars(range(min = 200, max = 299))]
    code: Option<u16>,
    /// The media type of `response`: `text/plain`, `application/json`, `application/xml` or `text/xml`.
    #[serde(default = "text_plain")]
    #[schemars(extend("enum" = RESPONSE_TYPES))]
    response_content_type: String,
    /// Takes only requests that prove to come from a sender who knows a secret.
    #[serde(default)]
    verify: Option<Verify>,
}

fn headers_key() -> String {
    "headers".to_owned()
}

fn text_plain() -> String {
    "text/plain".to_owned()
}

/// What `response` may be: nothing that a browser would run as a page of this host.
const RESPONSE_TYPES: [&str; 4] = ["text/plain", "application/json", "application/xml", "text/xml"];
const METHODS: [Method; 7] =
    [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::HEAD, Method::OPTIONS];

/// The agent.
pub struct Webhook {
    /// None: all.
    verbs: Option<Vec<Method>>,
    payload_path: Option<(String, Path)>,
    event_headers: Vec<String>,
    event_headers_key: String,
    reply: Option<Reply>,
    verify: Option<Verify>,
}

struct Reply {
    status: u16,
    content_type: String,
    body: Option<Template>,
}

impl AgentType for Webhook {
    const NAME: &'static str = "webhook";
    const KIND: Kind = Kind::Trigger;
    const TITLE: &'static str = "Webhook";
    const GROUPS: &'static [&'static str] = &["on_receive"];
    const ADDRESS: Option<Address> = Some(Address::Hook);
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        let verbs = options.verbs.as_deref().and_then(|verbs| problems.take("verbs", methods(verbs)));
        let whole = |path: &String| matches!(path.trim(), "" | "." | "$");
        let payload_path = options.payload_path.clone().filter(|path| !whole(path));
        let payload_path =
            payload_path.and_then(|text| problems.take("payload_path", Path::parse(&text)).map(|path| (text, path)));
        let event_headers = event_headers(&options, problems);
        let reply = reply(&options, problems);
        if let Some(verify) = &options.verify {
            verify.validate(problems);
        }
        let Options { event_headers_key, verify, .. } = options;
        problems.0.is_empty().then_some(Webhook { verbs, payload_path, event_headers, event_headers_key, reply, verify })
    }

    fn facts(&self) -> Facts {
        let credential = self.verify.as_ref().map(|verify| verify.credential.clone());
        Facts { credentials: credential.iter().cloned().collect(), hook_credential: credential, ..Facts::of::<Self>() }
    }

    fn hook(&self, request: &HookRequest, secret: Option<&str>) -> Result<Accepted, Error> {
        self.allow(&request.method)?;
        if let Some(verify) = &self.verify {
            verify.check(request, secret)?;
        }
        let scheme = self.verify.as_ref().map(|verify| verify.scheme);
        if let Some(challenge) = slack_challenge(request).filter(|_| scheme == Some(Scheme::Slack)) {
            let answer = Answer { status: 200, content_type: text_plain(), body: challenge };
            return Ok(Accepted { payload: None, groups: Vec::new(), key: None, answer: Some(answer) });
        }
        let payload = self.payload(request)?;
        Ok(Accepted {
            answer: self.reply.as_ref().map(|reply| reply.answer(&payload)).transpose()?,
            payload: Some(payload),
            groups: vec!["on_receive".to_owned()],
            key: delivery_id(scheme, request),
        })
    }

    fn examples() -> Vec<Example> {
        let github =
            json!({"verify": {"scheme": "github", "credential": "github_secret"}, "event_headers": "X-GitHub-Event, User-Agent"});
        let gitlab = json!({"verify": {"scheme": "token", "credential": "gitlab_token", "header": "X-Gitlab-Token"}});
        let stripe = json!({
            "verify": {"scheme": "stripe", "credential": "stripe_secret"}, "payload_path": "data.object"
        });
        let answers = json!({"verbs": "get,post", "response": "Thanks, {{ name }}.", "code": 201});
        vec![
            Example::new("Anything that is sent", json!({})),
            Example::new("GitHub, signed", github),
            Example::new("GitLab, by its token", gitlab),
            Example::new("The object of a Stripe event", stripe),
            Example::new("An answer of its own", answers),
        ]
    }
}

impl Webhook {
    fn allow(&self, method: &Method) -> Result<(), Error> {
        match &self.verbs {
            Some(verbs) if !verbs.contains(method) => {
                let allowed = verbs.iter().map(Method::as_str).collect::<Vec<_>>();
                let message = format!("This hook does not take {method}; it takes {}.", allowed.join(", "));
                let error = Error::new(ErrorKind::Method, "method_not_allowed", message, "Send it with one of these methods.");
                Err(error.with_meta(json!({"allow": allowed})))
            }
            _ => Ok(()),
        }
    }

    /// A body that nothing reshapes keeps its text.
    fn payload(&self, request: &HookRequest) -> Result<Payload, Error> {
        let payload = body::read(request)?;
        if self.payload_path.is_none() && self.event_headers.is_empty() {
            return Ok(payload);
        }
        let whole = payload.value();
        let part = match &self.payload_path {
            None => &whole,
            Some((text, path)) => path.get(&whole).ok_or_else(|| {
                let message = format!("The body has nothing at `{text}`, where this hook looks for its payload.");
                Error::new(
                    ErrorKind::Unprocessable,
                    "payload_path",
                    message,
                    "Send it there, or change the hook's `payload_path`.",
                )
            })?,
        };
        Payload::of(&self.with_headers(part.clone(), request))
    }

    fn with_headers(&self, payload: Value, request: &HookRequest) -> Value {
        if self.event_headers.is_empty() {
            return payload;
        }
        let headers = self.event_headers.iter().filter_map(|name| Some((name.clone(), request.header(name)?.into())));
        let mut object = match payload {
            Value::Object(object) => object,
            other => Map::from_iter([("payload".to_owned(), other)]),
        };
        object.insert(self.event_headers_key.clone(), Value::Object(headers.collect()));
        Value::Object(object)
    }
}

impl Reply {
    fn answer(&self, payload: &Payload) -> Result<Answer, Error> {
        // Nothing of the time is in scope, so that the same delivery gets the same answer.
        let scope = Scope::new(Map::from_iter([("payload".to_owned(), payload.value())]));
        let body = self.body.as_ref().map(|template| template.render(&scope)).transpose().map_err(|error| {
            let message = format!("The hook's `response` cannot be written for this request: {error}.");
            Error::new(ErrorKind::Unprocessable, "template_error", message, "Correct the template, or send what it needs.")
        })?;
        let body = body.unwrap_or_default();
        Ok(Answer { status: self.status, content_type: format!("{}; charset=utf-8", self.content_type), body })
    }
}

fn methods(verbs: &str) -> Result<Vec<Method>, String> {
    let one = |verb: &str| METHODS.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(verb.trim()));
    verbs
        .split(',')
        .map(|verb| one(verb).ok_or_else(|| format!("`{verb}` is not a method. Write them like `get,post`.")))
        .collect()
}

fn event_headers(options: &Options, problems: &mut Problems) -> Vec<String> {
    let names = options.event_headers.iter().flat_map(|names| names.split(',')).map(str::trim).filter(|name| !name.is_empty());
    let proof = options.verify.as_ref().map(Verify::header);
    for name in names.clone() {
        if http::HeaderName::try_from(name).is_err() {
            problems
                .add("event_headers", format!("`{name}` is not the name of a header. Write them like `User-Agent, X-Event`."));
        }
        // Secrets never stand in events.
        if proof.into_iter().chain(["authorization", "cookie"]).any(|secret| secret.eq_ignore_ascii_case(name)) {
            problems.add("event_headers", format!("`{name}` holds a secret, which must not stand in events: leave it out."));
        }
    }
    names.map(str::to_owned).collect()
}

fn reply(options: &Options, problems: &mut Problems) -> Option<Reply> {
    let body = options.response.as_deref().and_then(|text| problems.take("response", Template::parse(text)));
    let content_type = options.response_content_type.clone();
    if !RESPONSE_TYPES.contains(&content_type.as_str()) {
        problems.add("response_content_type", format!("Use one of {}.", RESPONSE_TYPES.join(", ")));
    }
    match options.code {
        Some(code) if !(200..=299).contains(&code) => {
            problems.add("code", "Give a status from 200 to 299; hooks do not redirect.")
        }
        Some(204 | 205) if body.is_some() => problems.add("code", "This status has no body: leave `response` out, or use 200."),
        _ => {}
    }
    (body.is_some() || options.code.is_some()).then(|| Reply { status: options.code.unwrap_or(200), content_type, body })
}

#[cfg(test)]
mod tests;
