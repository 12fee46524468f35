//! Models of Amazon Bedrock, against a server that answers as it does: who opens a call, frames that are whole, cut and wrong, and errors.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use async_trait::async_trait;
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use rookery_domain::{Error, Usage};
use rookery_egress::{Secret, StreamLimits};
use rookery_models::{Keys, Providers, Retry};
use std::sync::Arc;
use support::{Outcome, Provider, Step, ask_by, ask_for, status, stream, texts};

const RECORDED: &[u8] = include_bytes!("recorded/bedrock.frames");
const MODEL: &str = "bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0";
const PATH: &str = "POST /v1/model/eu.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse-stream HTTP/1.1\r\n";
const KEY: &str = "bedrock-api-key-0123456789";
const TOKEN: &str = "IQoJb3JpZ2luX2VjE//session/token==";
const CREDENTIALS: [(&str, &str); 4] = [
    ("AWS_REGION", "eu-west-1"),
    ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
    ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG"),
    ("AWS_SESSION_TOKEN", TOKEN),
];

/// The variables of an operator who has these, besides the address.
fn variables(provider: &Provider, others: &[(&str, &str)]) -> Vec<(String, String)> {
    let base = [("BEDROCK_BASE_URL", provider.base.as_str())];
    base.iter().chain(others).map(|(name, value)| (name.to_string(), value.to_string())).collect()
}

async fn ask(provider: &Provider) -> Outcome {
    ask_by(variables(provider, &[("AWS_BEARER_TOKEN_BEDROCK", KEY)]), MODEL, StreamLimits::default()).await
}

/// An answer of these bytes, whose end is the connection's.
fn answer(frames: &[u8]) -> Vec<Step> {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/vnd.amazon.eventstream\r\nx-amzn-requestid: 5b1f\r\nconnection: close\r\n\r\n";
    vec![Step::Send(head.into()), Step::Send(frames.into())]
}

fn packed(kind: [(&'static str, &str); 2], payload: &str) -> Vec<u8> {
    let header = |(name, value): (&'static str, &str)| Header::new(name, HeaderValue::String(value.to_owned().into()));
    let message = Message::new(payload.to_owned()).add_header(header(kind[0])).add_header(header(kind[1]));
    let mut bytes = Vec::new();
    write_message_to(&message, &mut bytes).unwrap();
    bytes
}

fn event(kind: &str, payload: &str) -> Vec<u8> {
    packed([(":message-type", "event"), (":event-type", kind)], payload)
}

fn exception(kind: &str) -> Vec<u8> {
    packed([(":message-type", "exception"), (":exception-type", kind)], r#"{"message":"It fails."}"#)
}

fn text(text: &str) -> Vec<u8> {
    event("contentBlockDelta", &format!(r#"{{"contentBlockIndex":0,"delta":{{"text":"{text}"}}}}"#))
}

fn end() -> Vec<u8> {
    [event("messageStop", r#"{"stopReason":"end_turn"}"#), event("metadata", "{}")].concat()
}

#[tokio::test]
async fn it_is_spoken_to_by_its_path_its_key_and_its_frames() {
    let provider = Provider::start(vec![answer(RECORDED)]).await;
    let (events, end) = ask(&provider).await;
    let end = end.unwrap();
    assert_eq!((end.model.as_str(), end.request_id.as_deref()), (MODEL, Some("5b1f")));
    assert_eq!((texts(&events), end.message.text()), ("I look both up 🦀".into(), "I look both up 🦀".into()));
    assert_eq!(end.message.tool_calls().map(|call| call.name.as_str()).collect::<Vec<_>>(), ["read", "list"]);
    assert_eq!(end.usage, Usage { input: 20, output: 34, cache_read: 100, cache_write: 7, total_tokens: 161 });
    let sent = provider.requests().remove(0);
    let bearer = format!("authorization: Bearer {KEY}\r\n");
    for line in [PATH, &bearer, "accept: application/vnd.amazon.eventstream\r\n", "content-type: application/json\r\n"] {
        assert!(sent.contains(line), "{line}: {sent}");
    }
    assert!(!sent.contains("x-amz-"), "what has a key is not signed: {sent}");
}

/// What would sign a request as it came.
fn signature_of(request: &str) -> String {
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let path = lines.next().unwrap().split(' ').nth(1).unwrap();
    let headers: Vec<_> = lines.map(|line| line.split_once(": ").unwrap()).collect();
    let header = |name: &str| headers.iter().find(|(key, _)| *key == name).unwrap().1;
    let authorization = header("authorization");
    let (_, signed) = authorization.split_once("SignedHeaders=").unwrap();
    let signed: Vec<_> = signed.split(',').next().unwrap().split(';').collect();
    // The signer adds these by itself.
    let own = ["host", "x-amz-date", "x-amz-security-token"];
    assert!(own.iter().all(|name| signed.contains(name)), "{authorization}");
    let others = headers.iter().copied().filter(|(name, _)| signed.contains(name) && !own.contains(name));
    let url = format!("http://{}{path}", header("host"));
    let time = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", header("x-amz-date")).unwrap();
    let time = time.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp();
    let identity =
        Credentials::new(CREDENTIALS[1].1, CREDENTIALS[2].1, Some(header("x-amz-security-token").to_owned()), None, "test");
    let identity = identity.into();
    let params = v4::SigningParams::builder().identity(&identity).region("eu-west-1").name("bedrock").time(time.into());
    let params = params.settings(SigningSettings::default()).build().unwrap().into();
    let request = SignableRequest::new("POST", url, others, SignableBody::Bytes(body.as_bytes())).unwrap();
    let (instructions, _) = sign(request, &params).unwrap().into_parts();
    instructions.headers().find(|(name, _)| *name == "authorization").unwrap().1.to_owned()
}

#[tokio::test]
async fn without_a_key_the_credentials_of_the_environment_sign_what_arrives() {
    let provider = Provider::start(vec![status(503, "", "{}"), answer(RECORDED)]).await;
    let (_, end) = ask_by(variables(&provider, &CREDENTIALS), MODEL, StreamLimits::default()).await;
    end.unwrap();
    let sent = provider.requests();
    let of_its_time = |line: &&str| line.starts_with("authorization: ") || line.starts_with("x-amz-date: ");
    let but_its_time: Vec<Vec<&str>> = sent.iter().map(|sent| sent.lines().filter(|line| !of_its_time(line)).collect()).collect();
    assert_eq!((sent.len(), &but_its_time[0]), (2, &but_its_time[1]), "each try is the same call");
    for sent in &sent {
        assert!(sent.starts_with(PATH) && sent.contains(&format!("x-amz-security-token: {TOKEN}\r\n")), "{sent}");
        assert!(sent.contains(&format!("authorization: {}\r\n", signature_of(sent))), "{sent}");
    }
    let other = sent[0].replace("Hello", "Hallo");
    assert!(!other.contains(&signature_of(&other)), "another body has another signature");
    assert!(!sent[0].contains(CREDENTIALS[2].1), "the secret key is never sent");
}

/// A project that has a key of its own.
struct Project(Secret);

#[async_trait]
impl Keys for Project {
    async fn key(&self, _: &str) -> Result<Option<Secret>, Error> {
        Ok(Some(self.0.clone()))
    }
}

#[tokio::test]
async fn a_projects_key_goes_before_the_operators_credentials() {
    let provider = Provider::start(vec![answer(RECORDED)]).await;
    let providers = Arc::new(Providers::from_env(variables(&provider, &CREDENTIALS)).unwrap());
    let hosts = vec!["127.0.0.2".to_owned()];
    let own = Project(Secret { name: "bedrock".into(), marker: "⟦own⟧".into(), value: KEY.into(), hosts });
    ask_for(providers, &own, MODEL, StreamLimits::default()).await.1.unwrap();
    let sent = provider.requests().remove(0);
    assert!(sent.contains(&format!("authorization: Bearer {KEY}\r\n")) && !sent.contains("x-amz-"), "{sent}");
}

#[tokio::test]
async fn what_passes_is_tried_again_and_the_rest_is_told() {
    for failure in [
        status(429, "x-amzn-errortype: ThrottlingException:http://internal.amazon.com/\r\n", r#"{"message":"Too many tokens"}"#),
        status(424, "x-amzn-errortype: ModelErrorException\r\n", r#"{"message":"m","originalStatusCode":500}"#),
        status(503, "x-amzn-errortype: ServiceUnavailableException\r\n", "{}"),
        answer(&exception("throttlingException")),
        answer(&exception("modelStreamErrorException")),
    ] {
        let provider = Provider::start(vec![failure, answer(RECORDED)]).await;
        assert!(ask(&provider).await.1.is_ok());
        assert_eq!(provider.requests().len(), 2);
    }
    let headers = "x-amzn-requestid: 5b1f\r\nx-amzn-errortype: AccessDeniedException:http://internal.amazon.com/\r\n";
    let refused = status(403, headers, r#"{"message":"You don't have access to the model."}"#);
    let unheaded = status(400, "x-amzn-requestid: 5b1f\r\n", r#"{"__type":"ValidationException","message":"Bad."}"#);
    for (answer, status, code, text) in [
        (refused, 403, "AccessDeniedException", "You don't have access to the model."),
        (unheaded, 400, "ValidationException", "Bad."),
        (self::answer(&exception("validationException")), 400, "validationException", "It fails."),
    ] {
        let provider = Provider::start(vec![answer]).await;
        let error = ask(&provider).await.1.unwrap_err();
        let told = error.provider.as_ref().unwrap();
        assert_eq!((told.status, told.code.as_deref(), told.text.as_str()), (Some(status), Some(code), text));
        assert_eq!((told.request_id.as_deref(), error.retry, provider.requests().len()), (Some("5b1f"), Retry::Never, 1));
    }
}

#[tokio::test]
async fn what_goes_wrong_after_the_first_frame_is_told_and_not_tried_again() {
    let began = [event("messageStart", r#"{"role":"assistant"}"#), text("I look ")].concat();
    let mut broken = text("both up");
    let middle = broken.len() / 2;
    broken[middle] ^= 1;
    for (rest, code, retry) in [
        (Vec::new(), "stream_cut", Retry::Backoff),
        (text("both up")[..30].to_vec(), "stream_cut", Retry::Backoff),
        (broken, "invalid_stream", Retry::Never),
        (b"data: {}\n\ndata: [DONE]\n\n".to_vec(), "invalid_stream", Retry::Never),
        (exception("modelStreamErrorException"), "provider_unavailable", Retry::Backoff),
        (exception("validationException"), "provider_refused", Retry::Never),
    ] {
        let provider = Provider::start(vec![answer(&[began.clone(), rest].concat())]).await;
        let (events, end) = ask(&provider).await;
        let error = end.unwrap_err();
        assert_eq!((texts(&events).as_str(), error.code, error.retry, error.began), ("I look ", code, retry, true));
        assert_eq!(provider.requests().len(), 1);
    }
    // Server-sent events are no answer here.
    let provider = Provider::start(vec![stream("data: {}\n\n")]).await;
    let error = ask(&provider).await.1.unwrap_err();
    assert_eq!((error.code, error.retry, provider.requests().len()), ("invalid_stream", Retry::Never, 1));
}

#[tokio::test]
async fn a_secret_that_comes_back_is_seen_nowhere() {
    for (others, secret) in [(vec![("AWS_BEARER_TOKEN_BEDROCK", KEY)], KEY), (CREDENTIALS.to_vec(), TOKEN)] {
        // In one frame: its checksum is wrong without the secret.
        let provider = Provider::start(vec![answer(&[text("I"), text(&format!("It is {secret}.")), end()].concat())]).await;
        let (events, end) = ask_by(variables(&provider, &others), MODEL, StreamLimits::default()).await;
        assert_eq!(end.as_ref().unwrap_err().code, "invalid_stream");
        assert!(!format!("{events:?} {end:?}").contains(secret));
        // In two: the text is searched, too.
        let (one, two) = secret.split_at(secret.len() / 2);
        let provider = Provider::start(vec![answer(&[text(one), text(two), self::end()].concat())]).await;
        let (events, end) = ask_by(variables(&provider, &others), MODEL, StreamLimits::default()).await;
        assert_eq!(
            (texts(&events).as_str(), end.unwrap().message.text().as_str()),
            ("[credential bedrock]", "[credential bedrock]")
        );
    }
}
