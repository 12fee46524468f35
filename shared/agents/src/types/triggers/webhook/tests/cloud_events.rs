//! CloudEvents that come in: the examples of the specification, what is refused, and that what `http_request` sends is read back.

use super::*;
use crate::testing::{World, cell, context, event};
use proptest::prelude::*;
use rookery_egress::{Request, Response};

const STRUCTURED: (&str, &str) = ("content-type", "application/cloudevents+json; charset=UTF-8");
const BATCH: (&str, &str) = ("content-type", "application/cloudevents-batch+json");

fn of(headers: &[(&'static str, &str)], body: impl AsRef<[u8]>) -> Result<Accepted, Error> {
    post(json!({"sender": "cloud_events"}), headers, body)
}

/// The value of the one event of a request.
fn read(headers: &[(&'static str, &str)], body: impl AsRef<[u8]>) -> Value {
    only(&of(headers, body).unwrap()).payload.value().clone()
}

/// The headers of the specification's example in binary mode, and some more.
fn binary<'a>(more: &[(&'static str, &'a str)]) -> Vec<(&'static str, &'a str)> {
    let attributes = [
        ("ce-specversion", "1.0"),
        ("ce-type", "com.example.someevent"),
        ("ce-source", "/mycontext"),
        ("ce-id", "C234-1234-1234"),
        ("ce-time", "2018-04-05T17:31:00Z"),
    ];
    attributes.into_iter().chain(more.iter().copied()).collect()
}

fn example(more: Value) -> Value {
    let mut event = json!({
        "specversion": "1.0", "type": "com.example.someevent", "source": "/mycontext", "id": "C234-1234-1234", "time": "2018-04-05T17:31:00Z"
    });
    event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    event
}

#[test]
fn an_event_is_the_same_in_binary_and_in_structured_mode() {
    for (content_type, body, more) in [
        ("application/json", &b"{\"appinfoA\":\"abc\",\"n\":1.10}"[..], r#"{"data":{"appinfoA":"abc","n":1.10}}"#),
        ("application/json", b"\"I'm just a string\"", r#"{"data":"I'm just a string"}"#),
        ("application/json", b"null", r#"{"data":null}"#),
        ("application/xml", b"<much wow=\"xml\"/>", r#"{"data":"<much wow=\"xml\"/>"}"#),
        ("text/plain; charset=iso-8859-1", b"caf\xe9", r#"{"data":"caf\u00e9"}"#),
        ("application/x-www-form-urlencoded", b"a=1&b=%20", r#"{"data":"a=1&b=%20"}"#),
        ("application/vnd.apache.thrift.binary", b"\0\xff", r#"{"data_base64":"AP8="}"#),
        ("image/png", b"", "{}"),
    ] {
        let headers = binary(&[("content-type", content_type)]);
        let mut expected = example(serde_json::from_str(more).unwrap());
        expected["datacontenttype"] = content_type.into();
        assert_eq!(read(&headers, body), expected, "{content_type}");
        let sent = expected.to_string();
        let (single, binary) = (of(&[STRUCTURED], &sent).unwrap(), of(&headers, body).unwrap());
        assert_eq!(only(&single).payload.as_str(), sent, "an event keeps its text");
        assert_eq!(only(&single).key, only(&binary).key);
        let batch = of(&[BATCH], format!(" [ {sent} ]")).unwrap();
        assert!(batch.is_batch);
        assert_eq!((&batch.events[0].key, batch.events[0].payload.as_str()), (&only(&binary).key, sent.as_str()));
    }
    let untyped = example(json!({"datacontenttype": "application/json", "data": [1]}));
    assert_eq!(read(&binary(&[]), "[1]"), untyped, "data without a type are JSON");
    let bare = example(json!({"data": "I'm just a string", "subject": null, "comexampleothervalue": 5}));
    assert_eq!(read(&[STRUCTURED], bare.to_string()), bare);
}

#[test]
fn attributes_in_headers_are_unquoted_and_decoded_once() {
    for (header, value) in [
        ("Euro%20%E2%82%AC%20%F0%9F%98%80", "Euro € 😀"),
        ("%e2%82%ac%41", "€A"),
        ("100%2525", "100%25"),
        (r#""say \"hi\" \\ %20""#, r#"say "hi" \  "#),
        ("\"", "\""),
        ("a b%", "a b%"),
    ] {
        assert_eq!(read(&binary(&[("ce-comexample", header)]), "")["comexample"], value, "{header}");
    }
    for invalid in ["%C0%A0", "%ff"] {
        let error = of(&binary(&[("ce-subject", invalid)]), "").unwrap_err();
        assert_eq!((error.code, error.meta), ("cloud_event_invalid", Some(json!({"attribute": "subject"}))));
    }
}

#[test]
fn what_is_wrong_names_the_attribute_and_its_place() {
    for (more, attribute) in [
        (json!({"specversion": null}), "specversion"),
        (json!({"specversion": "0.3"}), "specversion"),
        (json!({"id": ""}), "id"),
        (json!({"id": 7}), "id"),
        (json!({"source": null}), "source"),
        (json!({"type": " "}), "type"),
        (json!({"time": "yesterday"}), "time"),
        (json!({"subject": ""}), "subject"),
        (json!({"data_base64": "&"}), "data_base64"),
        (json!({"data_base64": "AP8=", "data": null}), "data_base64"),
    ] {
        let (good, bad) = (example(json!({})), example(more));
        let error = of(&[STRUCTURED], bad.to_string()).unwrap_err();
        assert_eq!((error.kind, error.code), (Kind::Invalid, "cloud_event_invalid"), "{bad}");
        assert_eq!(error.meta, Some(json!({"attribute": attribute})), "{bad}");
        let error = of(&[BATCH], json!([good, bad]).to_string()).unwrap_err();
        assert_eq!(error.meta, Some(json!({"attribute": attribute, "index": 1})), "{bad}");
        assert!(error.message.starts_with("[1] of the batch: ") && error.message.contains(attribute), "{}", error.message);
    }
    for (headers, attribute) in [
        (vec![("content-type", "text/plain")], "specversion"),
        (binary(&[("ce-id", "again")]), "id"),
        (binary(&[("ce-data", "x")]), "data"),
        (binary(&[("ce-data_base64", "AA==")]), "data_base64"),
        (binary(&[("ce-datacontenttype", "text/plain")]), "datacontenttype"),
    ] {
        assert_eq!(of(&headers, "").unwrap_err().meta, Some(json!({"attribute": attribute})));
    }
}

#[test]
fn what_no_event_may_be_is_refused_in_each_mode() {
    let large = "x".repeat(256 * 1024);
    let json = |body: &str| of(&binary(&[JSON]), body).unwrap_err();
    assert_eq!(json(r#"1,"id":"another""#).kind, Kind::Invalid, "data are data");
    assert_eq!(json(&format!("\"{large}\"")).kind, Kind::TooLarge);
    assert_eq!(of(&binary(&[]), "x").unwrap_err().code, "invalid_json", "data without a type");
    for format in [
        "application/cloudevents+avro",
        "application/cloudevents+xml",
        "application/cloudevents-batch+protobuf",
        "application/cloudevents",
    ] {
        let error = of(&binary(&[("content-type", format)]), "x").unwrap_err();
        assert_eq!(error.kind, Kind::MediaType, "{format}");
    }
    for body in ["[]", "7", "{"] {
        assert_eq!(of(&[STRUCTURED], body).unwrap_err().kind, Kind::Invalid, "{body}");
    }
    for body in ["{}", "[1]", "[{]"] {
        assert_eq!(of(&[BATCH], body).unwrap_err().kind, Kind::Invalid, "{body}");
    }
    let many = |count: usize| Value::from(vec![example(json!({})); count]).to_string();
    assert_eq!(of(&[BATCH], many(100)).unwrap().events.len(), 100);
    let error = of(&[BATCH], many(101)).unwrap_err();
    assert_eq!((error.kind, error.code), (Kind::TooLarge, "batch_too_large"));
    let heavy = |data: &str| example(json!({"data": data}));
    let error = of(&[BATCH], json!([heavy("x"), heavy(&large)]).to_string()).unwrap_err();
    assert_eq!((error.kind, error.meta), (Kind::TooLarge, Some(json!({"index": 1}))));
    let half = heavy(&large[..200 * 1024]);
    assert_eq!(of(&[BATCH], json!([half, half, half]).to_string()).unwrap().events.len(), 3, "each is bounded, and all are");
    let empty = of(&[BATCH], "[]").unwrap();
    assert!(empty.events.is_empty() && empty.answer.is_none() && empty.is_batch);
}

#[test]
fn options_go_for_each_event_of_a_batch() {
    let config = json!({"sender": "cloud_events", "payload_path": "data", "event_headers": "X-A", "code": 204});
    let events = [example(json!({"data": {"n": 1}})), example(json!({"data": [2]}))];
    let accepted = post(config.clone(), &[BATCH, ("x-a", "b")], json!(events).to_string()).unwrap();
    let payloads: Vec<&str> = accepted.events.iter().map(|event| event.payload.as_str()).collect();
    assert_eq!(payloads, [r#"{"n":1,"headers":{"X-A":"b"}}"#, r#"{"payload":[2],"headers":{"X-A":"b"}}"#]);
    assert_eq!(accepted.answer, Some(Answer { status: 204, ..Answer::text("") }));
    let error = post(config, &[BATCH], json!([events[0], example(json!({}))]).to_string()).unwrap_err();
    assert_eq!((error.kind, error.meta), (Kind::Unprocessable, Some(json!({"index": 1}))));
}

#[test]
fn source_and_id_together_are_the_key() {
    let key = |source: &str, id: &str| {
        let accepted = of(&[STRUCTURED], example(json!({"source": source, "id": id})).to_string()).unwrap();
        let event = only(&accepted).clone();
        assert!(event.key_suffices);
        event.key.unwrap()
    };
    assert_eq!(key("/a", "1"), key("/a", "1"));
    for (source, id) in [("/a", "2"), ("/b", "1"), ("/a\",\"1", "1"), ("/", "a1")] {
        assert_ne!(key(source, id), key("/a", "1"));
    }
    let with_headers = of(&[STRUCTURED, ("idempotency-key", "k"), ("webhook-id", "w")], example(json!({})).to_string()).unwrap();
    assert_eq!(only(&with_headers).key, only(&of(&binary(&[]), "").unwrap()).key, "the sender's other names do not count");
}

#[test]
fn a_sender_that_asks_for_consent_gets_it() {
    let config = json!({"sender": "cloud_events", "verify": {"scheme": "token", "credential": "hook"}});
    let asked = |headers: &[(&'static str, &str)]| {
        let accepted = agent("webhook", config.clone()).hook(&request(Method::OPTIONS, headers, b""), None).unwrap();
        assert!(accepted.events.is_empty() && accepted.confirm.is_none());
        let answer = accepted.answer.unwrap();
        let headers = answer.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>();
        (answer.status, headers.join("\n"))
    };
    let headers = [
        ("webhook-request-origin", "eventemitter.example.com"),
        ("webhook-request-rate", "120"),
        ("webhook-request-callback", "https://example.com/confirm?id=12345"),
    ];
    let consent = "allow: POST\nwebhook-allowed-origin: eventemitter.example.com\nwebhook-allowed-rate: *";
    assert_eq!(asked(&headers), (200, consent.to_owned()));
    assert_eq!(asked(&[]), (204, "allow: GET, POST, PUT, PATCH, DELETE".to_owned()));
    let other = agent("webhook", json!({})).hook(&request(Method::OPTIONS, &headers, b""), None).unwrap();
    assert_eq!(other.answer.unwrap().status, 204, "only who expects CloudEvents lets them be sent");
}

/// The request with which `http_request` sends a payload.
async fn sent(option: &Value, payload: &str) -> Request {
    let config = json!({"url": "https://a.test/", "cloud_event": option, "signing_credential": "hook"});
    let (cell, event) = (cell(), event("source", payload));
    let world = World {
        answer: Some(Response { status: 204, headers: Vec::new(), body: "".into(), url: String::new() }),
        ..World::default()
    };
    agent("http_request", config).receive(&context(&cell, &event, &world)).await.unwrap();
    world.calls.lock().unwrap().pop().unwrap()
}

proptest! {
    #[test]
    fn what_is_sent_is_read_back(
        kind in "[!-~]{1,9}", source in "[^{}%\\s\\p{C}]{1,9}", subject in "[^{}\\p{C}]{0,5}[^{}\\s\\p{C}]", text in "\\PC{0,20}", n in any::<i64>()
    ) {
        prop_assume!(!kind.contains(['{', '}']));
        let payload = json!({"text": text, "n": n, "f": [1.5, null]}).to_string();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut keys = Vec::new();
        for mode in ["binary", "structured"] {
            let request = runtime.block_on(sent(&json!({"type": kind, "source": source, "subject": subject, "mode": mode}), &payload));
            let headers = request.headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
            let body = request.body.unwrap().to_vec();
            let request = HookRequest { method: request.method, headers, query: Vec::new(), body, now: Time(1_000_000) };
            let config = json!({"sender": "cloud_events", "verify": {"scheme": "standard_webhooks", "credential": "hook"}});
            let accepted = agent("webhook", config).hook(&request, Some("whsec_dGVzdA==")).unwrap();
            let event = only(&accepted);
            let read = event.payload.value();
            prop_assert_eq!((&read["type"], &read["source"], &read["subject"]), (&json!(kind), &json!(source), &json!(subject)));
            prop_assert!(event.payload.as_str().ends_with(&format!(r#","data":{payload}}}"#)), "{}", event.payload.as_str());
            keys.push(event.key.clone());
        }
        prop_assert_eq!(&keys[0], &keys[1]);
    }
}
