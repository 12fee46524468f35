//! `webhook`: starts a flow with the requests that are sent to its address.

mod body;
mod event_headers;
mod huginn;
mod probe;
mod reply;
mod sender;

use crate::agent::{Address, AgentType, Kind, Problems};
use crate::cloud_event;
use crate::huginn::Mapping;
use crate::meaning::{PathText, TemplateText};
use crate::paths::Path;
use crate::senders::{Sender, delivery_id};
use crate::verify::Verify;
use crate::{Accepted, CredentialUse, Example, Facts, HookEvent, HookRequest};
use body::Reading;
use event_headers::EventHeaders;
use http::Method;
use probe::Cors;
use reply::{RESPONSE_TYPES, Reply};
use rookery_domain::{Error, Kind as ErrorKind, Payload};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// Starts a flow with the requests that are sent to its address, which is hard to guess. Each request becomes an event in the
/// group `on_receive`, and is answered once the event is stored.
///
/// The payload is the body:
/// - JSON (`application/json`, or any `+json`): as it came;
/// - a form (`application/x-www-form-urlencoded`, `multipart/form-data`): an object of its fields; a field that comes more than
///   once is a list, a file is `{"name", "type", "size", "base64"}`. Values are texts: `250` in a form is `"250"`;
/// - text (`text/plain` and other `text/`, XML): `{"text": "..."}`;
/// - no body, as with GET: an object of the query's fields. When there is a body, `event_query_key` adds the query to it.
///
/// Text may be in any charset that its `Content-Type`, its byte order mark or an XML declaration names; without one, it is UTF-8.
/// Bodies may come with `Content-Encoding: gzip` or `deflate`. Other media types get 415. A payload has at most 256 KB, unpacked.
///
/// With the `sender` `cloud_events`, the payload is the CloudEvent in its JSON form, so that `payload_path: data` gives its data. Each event of a
/// batch becomes an event of its own, and `payload_path`, `event_headers` go for each. A batch has at most 1 MB, each of its events 256 KB. If
/// one of them is wrong, the batch is refused whole: 400 names the attribute and the place. The answer to a batch is a list.
///
/// HEAD and OPTIONS are answered and make no event. Known senders check by a handshake that an address is right; handshakes are
/// answered, too, and make no event: see `sender`.
///
/// The same delivery sent again is the same event. It is recognised by the sender's delivery id (`webhook-id` or `svix-id`,
/// `X-GitHub-Delivery`, the `id` of a Stripe event, the `event_id` of Slack, the `MessageId` of Amazon SNS) or by an
/// `Idempotency-Key` header. Two CloudEvents with the same `source` and `id` are the same event, however they come: the first stays.
///
/// While the workflow runs, it is called by its name as well (`POST /workflows/NAME`), see `manual`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The methods that are accepted, like `get,post`; without this option, all are. Others get 405. HEAD and OPTIONS are always
    /// answered.
    #[serde(default)]
    verbs: Option<String>,
    /// The sender, where `verify` does not name it. The sender's handshake is answered, and its bodies are read in its own way.
    /// `cloud_events` goes with the schemes `standard_webhooks` and `token`, too. A signature covers the body alone: to have the attributes of
    /// CloudEvents signed, have them sent in structured mode or in batches.
    #[serde(default)]
    sender: Option<Sender>,
    /// For Meta: the text that is entered there as Verify token. Only a caller who knows it gets an answer to Meta's challenge;
    /// deliveries are proved by `verify`.
    #[serde(default)]
    verify_token: Option<String>,
    /// Where texts hold JSON: the names of fields of the payload, which become the values that their texts hold; `.` for a text
    /// body that is JSON as a whole. A text that is not JSON gets 400.
    #[serde(default)]
    parse_json: Vec<String>,
    /// Where in the body the payload is, like `data.object`; without this option, or with `.`, it is the whole body. Requests
    /// that have nothing there get 422.
    #[serde(default)]
    payload_path: Option<PathText>,
    /// Whether a list at this place makes an event of each of its items, up to 100, instead of one of the list.
    #[serde(default)]
    split_list: bool,
    /// Headers to add to the payload, like `X-GitHub-Event, User-Agent`. A payload that is not an object moves under the key `payload`.
    #[serde(default)]
    event_headers: Option<String>,
    /// The key of the payload under which those headers are added.
    #[serde(default = "headers_key")]
    event_headers_key: String,
    /// The key of the payload under which the fields of the URL's query are added, like `query`, whatever the method and the
    /// body. Without this option, the query is the payload of a request without a body, and is ignored when there is a body.
    #[serde(default)]
    event_query_key: Option<String>,
    /// The answer's body: a template over the event's payload. Without it and `code`, the answer is 202 with the ids of the event
    /// and its run. With `response_content_type` `application/json` it is JSON, like
    /// `{"hello": "{{ name }}", "items": {{ items | size }}}`: what is put into a text is escaped, and an output in the place of
    /// a value becomes the value.
    #[serde(default)]
    response: Option<TemplateText>,
    /// The answer's status, 200 to 299; 200 when only `response` is given.
    #[serde(default)]
    #[schemars(range(min = 200, max = 299))]
    code: Option<u16>,
    /// The media type of `response`: `text/plain`, `application/json`, `application/xml` or `text/xml`.
    #[serde(default = "text_plain")]
    #[schemars(extend("enum" = RESPONSE_TYPES))]
    response_content_type: String,
    /// Origins whose web pages may send here and read the answer (CORS), like `https://shop.example.com`, separated by commas;
    /// `*` for all. Without this option, browsers let no page of another origin read the answer. Pages cannot read error answers.
    #[serde(default)]
    cors: Option<String>,
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

/// The agent.
pub struct Webhook {
    /// The accepted methods; none when all are.
    verbs: Option<Vec<Method>>,
    sender: Option<Sender>,
    verify_token: Option<String>,
    reading: Reading,
    payload_path: Option<(String, Path)>,
    splits: bool,
    event_headers: EventHeaders,
    reply: Option<Reply>,
    cors: Option<Cors>,
    verify: Option<Verify>,
}

impl AgentType for Webhook {
    const NAME: &'static str = "webhook";
    const KIND: Kind = Kind::Trigger;
    const TITLE: &'static str = "Webhook";
    const GROUPS: &'static [&'static str] = &["on_receive"];
    const ADDRESS: Option<Address> = Some(Address::Hook);
    const HUGINN: Option<Mapping> = Some(huginn::MAPPING);
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        let verbs = options.verbs.as_deref().and_then(|verbs| problems.take("verbs", probe::methods(verbs)));
        let sender = sender::take(&options, problems);
        let reading = Reading::new(sender, &options, problems);
        let whole = |path: &String| matches!(path.trim(), "" | "." | "$");
        let payload_path = options.payload_path.as_deref().filter(|path| !whole(path)).cloned();
        let payload_path =
            payload_path.and_then(|text| problems.take("payload_path", Path::parse(&text)).map(|path| (text, path)));
        let event_headers = EventHeaders::take(&options, problems);
        let reply = Reply::new(&options, problems);
        let cors = options.cors.as_deref().and_then(|cors| problems.take("cors", Cors::parse(cors)));
        if let Some(verify) = &options.verify {
            verify.validate(problems);
        }
        let Options { verify, verify_token, split_list: splits, .. } = options;
        problems.errors.is_empty().then_some(Webhook {
            verbs,
            sender,
            verify_token,
            reading,
            payload_path,
            splits,
            event_headers,
            reply,
            cors,
            verify,
        })
    }

    fn facts(&self) -> Facts {
        let hook_secret = self.verify.as_ref().map(Verify::secret);
        let credentials = CredentialUse::of("verify.credential", hook_secret.iter().map(|secret| &secret.credential));
        Facts { credentials, hook_secret, takes_calls: true, ..Facts::of::<Self>() }
    }

    fn hook(&self, request: &HookRequest, secret: Option<&str>) -> Result<Accepted, Error> {
        if let Some(answer) = self.probed(request, secret)? {
            return Ok(Accepted::only_answered(answer));
        }
        probe::allow(self.verbs.as_deref(), &request.method)?;
        if let Some(verify) = &self.verify {
            verify.check(request, secret)?;
        }
        if self.sender == Some(Sender::CloudEvents) {
            return self.accepted(cloud_event::read(request)?, cloud_event::is_batch(&request.headers), request);
        }
        let body = self.reading.payload(request)?;
        // The text is parsed into a value only where one is needed.
        let value = if self.sender.is_some() { body.value() } else { &Value::Null };
        if let Some(handshake) = self.sender.map(|sender| sender.handshake_in(value, secret)).transpose()?.flatten() {
            return Ok(Accepted { confirm: handshake.confirm, ..Accepted::only_answered(handshake.answer) });
        }
        let key = delivery_id(self.sender, request, value);
        self.accepted(vec![HookEvent { payload: body, key, key_suffices: false }], false, request)
    }

    fn examples() -> Vec<Example> {
        let github =
            json!({"verify": {"scheme": "github", "credential": "github_secret"}, "event_headers": "X-GitHub-Event, User-Agent"});
        let gitlab = json!({"verify": {"scheme": "token", "credential": "gitlab_token", "header": "X-Gitlab-Token"}});
        let stripe = json!({
            "verify": {"scheme": "stripe", "credential": "stripe_secret"}, "payload_path": "data.object"
        });
        let each = json!({"payload_path": "orders", "split_list": true});
        let answers = json!({"verbs": "get,post", "response": "Thanks, {{ name }}.", "code": 201});
        let answers_json = json!({
            "response": r#"{"hello": "{{ name }}", "items": {{ items | size }}}"#, "response_content_type": "application/json"
        });
        let meta = json!({"verify": {"scheme": "meta", "credential": "app_secret"}, "verify_token": "entered-at-meta"});
        let sns = json!({"sender": "aws_sns", "parse_json": ["Message"]});
        let cloud_events = json!({
            "sender": "cloud_events", "payload_path": "data", "verify": {"scheme": "standard_webhooks", "credential": "orders_secret"}
        });
        let page = json!({"verbs": "post", "cors": "https://shop.example.com", "event_query_key": "query"});
        vec![
            Example::new("Anything that is sent", json!({})),
            Example::new("GitHub, signed", github),
            Example::new("GitLab, by its token", gitlab),
            Example::new("The object of a Stripe event", stripe),
            Example::new("Each order of a list", each),
            Example::new("Meta, with its challenge", meta),
            Example::new("Amazon SNS, with the JSON in its messages", sns),
            Example::new("The data of CloudEvents, signed as Standard Webhooks", cloud_events),
            Example::new("A form of a web page elsewhere, with its files", page),
            Example::new("An answer of its own", answers),
            Example::new("An answer in JSON", answers_json),
        ]
    }
}

impl Webhook {
    /// The answer to a request that only asks about the hook, and is not signed.
    fn probed(&self, request: &HookRequest, secret: Option<&str>) -> Result<Option<crate::Answer>, Error> {
        let handshake = self.sender.map(|sender| sender.handshake(request, secret, self.verify_token.as_deref()));
        let probe = || probe::answer(request, self.verbs.as_deref(), self.cors.as_ref());
        Ok(handshake.transpose()?.flatten().or_else(probe))
    }

    /// What comes of a request with these bodies of events.
    fn accepted(&self, bodies: Vec<HookEvent>, is_batch: bool, request: &HookRequest) -> Result<Accepted, Error> {
        let mut events = Vec::with_capacity(bodies.len());
        for (index, event) in bodies.into_iter().enumerate() {
            let in_place = |error| if is_batch { cloud_event::in_batch(index, error) } else { error };
            let payloads = self.payloads(event.payload.clone(), request).map_err(in_place)?;
            for (item, payload) in payloads.into_iter().enumerate() {
                let key = event.key.clone().map(|key| if self.splits { format!("{key}/{item}") } else { key });
                events.push(HookEvent { payload, key, ..event });
            }
        }
        body::check_count(self.splits, events.len())?;
        Ok(Accepted {
            answer: self.reply.as_ref().map(|reply| reply.answer(&events)).transpose()?,
            events,
            is_batch: is_batch || self.splits,
            groups: vec!["on_receive".to_owned()],
            headers: self.cors.as_ref().map(|cors| cors.headers(request)).unwrap_or_default(),
            confirm: None,
        })
    }

    /// Makes the payloads: one, or one for each item of a list. A body that no option reshapes keeps its text.
    fn payloads(&self, body: Payload, request: &HookRequest) -> Result<Vec<Payload>, Error> {
        if self.payload_path.is_none() && self.event_headers.is_empty() && !self.splits {
            return Ok(vec![body]);
        }
        let whole = body.value();
        let part = match &self.payload_path {
            None => whole,
            Some((text, path)) => path.get(whole).ok_or_else(|| {
                let message = format!("The body has nothing at `{text}`, where this hook looks for its payload.");
                Error::new(
                    ErrorKind::Unprocessable,
                    "payload_path",
                    message,
                    "Send it there, or change the hook's `payload_path`.",
                )
            })?,
        };
        let parts = match part {
            Value::Array(items) if self.splits => items,
            one => std::slice::from_ref(one),
        };
        parts.iter().map(|part| Payload::of(self.event_headers.add(part.clone(), request))).collect()
    }
}

#[cfg(test)]
mod tests;
