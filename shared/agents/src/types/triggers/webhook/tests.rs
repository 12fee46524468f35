//! Requests to a hook, and what becomes of them.

mod bodies;
mod cloud_events;
mod senders;

use crate::testing::{agent, problem, problems};
use crate::{Accepted, Answer, CredentialUse, HookEvent, HookRequest};
use http::Method;
use rookery_domain::{Error, Kind, Time};
use serde_json::{Value, json};

const JSON: (&str, &str) = ("content-type", "application/json");

fn request(method: Method, headers: &[(&'static str, &str)], body: &[u8]) -> HookRequest {
    let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
    HookRequest { method, headers, query: Vec::new(), body: body.to_vec(), now: Time(1_531_420_618_000) }
}

fn post(config: Value, headers: &[(&'static str, &str)], body: impl AsRef<[u8]>) -> Result<Accepted, Error> {
    agent("webhook", config).hook(&request(Method::POST, headers, body.as_ref()), Some("s3cret"))
}

/// The one event of a request.
fn only(accepted: &Accepted) -> &HookEvent {
    assert_eq!((accepted.events.len(), accepted.is_batch), (1, false));
    &accepted.events[0]
}

/// The payload of an accepted POST.
fn payload(config: Value, headers: &[(&'static str, &str)], body: impl AsRef<[u8]>) -> String {
    let accepted = post(config, headers, body).unwrap();
    assert_eq!(accepted.groups, ["on_receive"]);
    only(&accepted).payload.as_str().to_owned()
}

#[test]
fn json_stays_as_it_came() {
    let body = r#" {"n": 12345678901234567890123, "f":1.10, "e":1e400, "":"", "u":"\u0000🦀", "d":1, "d":2} "#;
    for media_type in ["application/json", "application/json; charset=utf-8", "application/cloudevents+json", "Application/JSON"]
    {
        assert_eq!(payload(json!({}), &[("content-type", media_type)], body), body);
    }
    assert_eq!(payload(json!({}), &[JSON], "[1]"), "[1]");
}

#[test]
fn forms_texts_and_queries_become_objects() {
    let form = [("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(
        payload(json!({}), &form, "a=1&b=x+y%2B&a=%F0%9F%A6%80&a=3&c&=e&&"),
        r#"{"a":["1","🦀","3"],"b":"x y+","c":"","":"e"}"#
    );
    assert_eq!(payload(json!({}), &[("content-type", "text/plain; charset=utf-8")], "<a>\n"), r#"{"text":"<a>\n"}"#);
    assert_eq!(payload(json!({}), &[JSON], ""), "{}");
    let query = vec![("a".to_owned(), "1".to_owned()), ("b".to_owned(), "ü".to_owned()), ("a".to_owned(), "2".to_owned())];
    let request = HookRequest { query, ..request(Method::GET, &[], b"") };
    let accepted = agent("webhook", json!({})).hook(&request, None).unwrap();
    assert_eq!(only(&accepted).payload.as_str(), r#"{"a":["1","2"],"b":"ü"}"#);
}

#[test]
fn bodies_that_cannot_be_read_are_refused() {
    let deep = "[".repeat(65) + &"]".repeat(65);
    let large = format!("\"{}\"", "x".repeat(256 * 1024));
    let form = ("content-type", "application/x-www-form-urlencoded");
    let text = ("content-type", "text/plain");
    for (headers, body, kind) in [
        (&[][..], &b"{}"[..], Kind::MediaType),
        (&[("content-type", "multipart/form-data; boundary=x")], b"x", Kind::Invalid),
        (&[("content-type", "text/plain; charset=x-klingon")], b"x", Kind::MediaType),
        (&[JSON, ("content-encoding", "br")], b"x", Kind::MediaType),
        (&[JSON, ("content-encoding", "gzip")], b"x", Kind::Invalid),
        (&[("content-type", "application/octet-stream")], b"x", Kind::MediaType),
        (&[JSON], b"{", Kind::Invalid),
        (&[JSON], b"\"\xff\"", Kind::Invalid),
        (&[JSON], deep.as_bytes(), Kind::Invalid),
        (&[JSON], large.as_bytes(), Kind::TooLarge),
        (&[text], large.as_bytes(), Kind::TooLarge),
        (&[text], b"\xff", Kind::Invalid),
        (&[form], b"a=%ff", Kind::Invalid),
        (&[form], b"a=\xff", Kind::Invalid),
    ] {
        let error = post(json!({}), headers, body).unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
        assert!(!error.details.is_empty());
    }
}

#[test]
fn verbs_limit_the_methods() {
    let hook = agent("webhook", json!({"verbs": "get, Post"}));
    for (method, allowed) in [(Method::GET, true), (Method::POST, true), (Method::PUT, false)] {
        assert_eq!(hook.hook(&request(method, &[], b""), None).is_ok(), allowed);
    }
    let error = hook.hook(&request(Method::DELETE, &[], b""), None).unwrap_err();
    assert_eq!((error.kind, error.meta), (Kind::Method, Some(json!({"allow": ["GET", "POST"]}))));
    assert!(error.message.contains("GET, POST"), "{}", error.message);
    assert!(agent("webhook", json!({})).hook(&request(Method::DELETE, &[], b""), None).is_ok());
}

#[test]
fn a_part_of_the_body_and_headers_can_be_the_payload() {
    let body = r#"{"data": {"object": {"n": 1.10}, "list": [1]}}"#;
    let headers = [JSON, ("X-Event", "push"), ("User-Agent", "test")];
    let with = |more: Value| {
        let mut config = json!({"event_headers": "x-event, User-Agent,X-None"});
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        payload(config, &headers, body)
    };
    assert_eq!(payload(json!({"payload_path": "data.object"}), &headers, body), r#"{"n":1.10}"#);
    assert_eq!(payload(json!({"payload_path": "."}), &headers, body), body);
    let headers_text = r#"{"x-event":"push","User-Agent":"test"}"#;
    assert_eq!(with(json!({"payload_path": "data.object"})), format!(r#"{{"n":1.10,"headers":{headers_text}}}"#));
    let listed = with(json!({"payload_path": "data.list", "event_headers_key": "h"}));
    assert_eq!(listed, format!(r#"{{"payload":[1],"h":{headers_text}}}"#));
    let error = post(json!({"payload_path": "data.nothing"}), &[JSON], body).unwrap_err();
    assert_eq!(error.kind, Kind::Unprocessable);
    assert!(error.message.contains("`data.nothing`"), "{}", error.message);
}

#[test]
fn answers_are_as_configured() {
    let answer = |config: Value| post(config, &[JSON], r#"{"name":"Ada"}"#).unwrap().answer;
    assert_eq!(answer(json!({})), None);
    let config = json!({"response": "Thanks, {{ name }}{{ payload.name }}.", "code": 201});
    assert_eq!(answer(config), Some(Answer { status: 201, ..Answer::text("Thanks, AdaAda.") }));
    assert_eq!(answer(json!({"code": 204})), Some(Answer { status: 204, ..Answer::text("") }));
    let json = answer(json!({"response": "{}", "response_content_type": "application/json"})).unwrap();
    assert_eq!((json.status, json.content_type.as_str()), (200, "application/json; charset=utf-8"));
}

#[test]
fn what_is_of_another_kind_is_said_in_plain_words() {
    for (config, message) in [
        (json!({"parse_json": "a"}), "the text \"a\" stands here; give a list"),
        (json!({"verify": "github"}), "the text \"github\" stands here; give an object"),
        (json!({"response": ["x"]}), "a list stands here; give a text"),
    ] {
        assert_eq!(problems("webhook", config)[0].1, message);
    }
}

#[test]
fn only_verified_requests_pass() {
    let config = json!({"verify": {"scheme": "token", "credential": "hook"}, "event_headers": "X-Event"});
    let hook = agent("webhook", config.clone());
    let secret = hook.facts().hook_secret.as_ref().unwrap();
    assert_eq!(hook.facts().credentials, CredentialUse::of("verify.credential", [&secret.credential]));
    assert_eq!(secret.credential, "hook");
    let passed = post(config.clone(), &[JSON, ("authorization", "Bearer s3cret"), ("idempotency-key", "k1")], "{}").unwrap();
    assert_eq!(only(&passed).key.as_deref(), Some("k1"));
    // The proof is checked first: strangers learn nothing about what the hook takes.
    for headers in [&[][..], &[("authorization", "Bearer wrong")]] {
        assert_eq!(post(config.clone(), headers, "x").unwrap_err().kind, Kind::Unauthenticated);
    }
    // The token may be in the query: there it is no part of the payload, and a header that is wrong is wrong all the same.
    let asked = |token: &str, headers: &[(&'static str, &str)]| {
        let query = vec![("access_token".to_owned(), token.to_owned()), ("a".to_owned(), "1".to_owned())];
        hook.hook(&HookRequest { query, ..request(Method::GET, headers, b"") }, Some("s3cret"))
    };
    assert_eq!(only(&asked("s3cret", &[]).unwrap()).payload.as_str(), r#"{"a":"1","headers":{}}"#);
    for (token, headers) in [("wrong", &[][..]), ("", &[]), ("s3cret", &[("authorization", "Bearer wrong")])] {
        assert_eq!(asked(token, headers).unwrap_err().kind, Kind::Unauthenticated);
    }
    let by_header = json!({"verify": {"scheme": "token", "credential": "hook", "header": "X-Token"}});
    let query = vec![("access_token".to_owned(), "s3cret".to_owned())];
    let refused = agent("webhook", by_header).hook(&HookRequest { query, ..request(Method::GET, &[], b"") }, Some("s3cret"));
    assert_eq!(refused.unwrap_err().kind, Kind::NotVerified);
    let unset = hook.hook(&request(Method::POST, &[], b""), None).unwrap_err();
    assert_eq!(unset.kind, Kind::Unavailable);
    let known = post(json!({}), &[JSON, ("x-github-delivery", "guid")], "{}").unwrap();
    assert_eq!(only(&known).key.as_deref(), Some("guid"));
}

#[test]
fn every_problem_names_its_field() {
    for (config, field) in [
        (json!({"verbs": "get,psot"}), "config.verbs"),
        (json!({"verbs": ""}), "config.verbs"),
        (json!({"payload_path": "a..b"}), "config.payload_path"),
        (json!({"event_headers": "a b"}), "config.event_headers"),
        (json!({"event_headers": "Authorization"}), "config.event_headers"),
        (json!({"response": "{{ name"}), "config.response"),
        (json!({"response": "{% credential hook %}"}), "config.response"),
        (json!({"code": 302}), "config.code"),
        (json!({"code": 204, "response": "x"}), "config.code"),
        (json!({"response_content_type": "text/html"}), "config.response_content_type"),
        (json!({"verify": {"scheme": "github", "credential": ""}}), "config.verify.credential"),
        (json!({"verify": {"scheme": "github", "credential": "c", "header": "X"}}), "config.verify.header"),
        (json!({"verify": {"scheme": "token", "credential": "c", "header": "a b"}}), "config.verify.header"),
        (json!({"verify": {"scheme": "gitlab", "credential": "c"}}), "config.verify.scheme"),
        (json!({"secret": "x"}), "config.secret"),
        (json!({"sender": "zoom"}), "config.sender"),
        (json!({"sender": "slack", "verify": {"scheme": "github", "credential": "c"}}), "config.sender"),
        (json!({"sender": "meta"}), "config.verify_token"),
        (json!({"verify": {"scheme": "meta", "credential": "c"}, "verify_token": " "}), "config.verify_token"),
        (json!({"verify_token": "x"}), "config.verify_token"),
        (json!({"sender": "cloud_events", "parse_json": ["data"]}), "config.parse_json"),
        (json!({"sender": "cloud_events", "event_query_key": "query"}), "config.event_query_key"),
        (json!({"sender": "cloud_events", "response": "Thanks"}), "config.response"),
        (json!({"sender": "cloud_events", "verbs": "put"}), "config.verbs"),
        (json!({"sender": "cloud_events", "verify": {"scheme": "github", "credential": "c"}}), "config.sender"),
        (json!({"sender": "cloud_events", "verify_token": "x"}), "config.verify_token"),
        (json!({"parse_json": [""]}), "config.parse_json[0]"),
        (json!({"event_query_key": ""}), "config.event_query_key"),
        (json!({"cors": "shop.example.com"}), "config.cors"),
        (json!({"cors": "https://shop.example.com/path"}), "config.cors"),
        (
            json!({"event_headers": "svix-signature", "verify": {"scheme": "standard_webhooks", "credential": "c"}}),
            "config.event_headers",
        ),
        (json!({"response": "{\"a\": thanks}", "response_content_type": "application/json"}), "config.response"),
    ] {
        assert_eq!(problem("webhook", config.clone()), field, "{config}");
    }
    let config =
        json!({"verify": {"scheme": "token", "credential": "c", "header": "X-Key"}, "event_headers": "x-key", "code": 99});
    assert_eq!(problems("webhook", config).len(), 2);
}

#[test]
fn each_item_of_a_list_may_be_an_event() {
    let config = json!({"payload_path": "$.orders", "split_list": "true", "event_headers": "X-A"});
    let headers = [JSON, ("x-a", "b"), ("idempotency-key", "k")];
    let accepted = post(config.clone(), &headers, r#"{"orders": [{"n": 1}, {"n": 2}]}"#).unwrap();
    let events: Vec<(&str, Option<&str>)> =
        accepted.events.iter().map(|event| (event.payload.as_str(), event.key.as_deref())).collect();
    let expected = [(r#"{"n":1,"headers":{"X-A":"b"}}"#, Some("k/0")), (r#"{"n":2,"headers":{"X-A":"b"}}"#, Some("k/1"))];
    assert_eq!((events, accepted.is_batch), (expected.to_vec(), true));
    let of = |orders: Value| post(config.clone(), &[JSON], json!({"orders": orders}).to_string());
    assert_eq!(of(json!({"n": 1})).unwrap().events.len(), 1, "what is no list is one event");
    assert_eq!(of(json!([])).unwrap().events.len(), 0);
    assert_eq!(of(json!(vec![1; 100])).unwrap().events.len(), 100);
    assert_eq!(of(json!(vec![1; 101])).unwrap_err().code, "batch_too_large");
}
