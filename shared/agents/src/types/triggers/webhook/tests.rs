//! Requests and what becomes of them.

use crate::testing::{agent, problem, problems};
use crate::{Accepted, Answer, HookRequest};
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

/// The payload of an accepted POST.
fn payload(config: Value, headers: &[(&'static str, &str)], body: impl AsRef<[u8]>) -> String {
    let accepted = post(config, headers, body).unwrap();
    assert_eq!(accepted.groups, ["on_receive"]);
    accepted.payload.unwrap().as_str().to_owned()
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
    assert_eq!(accepted.payload.unwrap().as_str(), r#"{"a":["1","2"],"b":"ü"}"#);
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
fn only_verified_requests_pass() {
    let config = json!({"verify": {"scheme": "token", "credential": "hook"}, "event_headers": "X-Event"});
    let hook = agent("webhook", config.clone());
    let secret = hook.facts().hook_secret.as_ref().unwrap();
    assert_eq!((secret.credential.as_str(), &hook.facts().credentials), ("hook", &vec!["hook".to_owned()]));
    let passed = post(config.clone(), &[JSON, ("authorization", "Bearer s3cret"), ("idempotency-key", "k1")], "{}").unwrap();
    assert_eq!(passed.key.as_deref(), Some("k1"));
    // The proof comes first: strangers learn nothing of what the hook takes.
    for headers in [&[][..], &[("authorization", "Bearer wrong")]] {
        assert_eq!(post(config.clone(), headers, "x").unwrap_err().kind, Kind::Unauthenticated);
    }
    let unset = hook.hook(&request(Method::POST, &[], b""), None).unwrap_err();
    assert_eq!(unset.kind, Kind::Unavailable);
    assert_eq!(post(json!({}), &[JSON, ("x-github-delivery", "guid")], "{}").unwrap().key.as_deref(), Some("guid"));
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    let mut encoder = flate2::read::GzEncoder::new(bytes, flate2::Compression::best());
    std::io::Read::read_to_end(&mut encoder, &mut packed).unwrap();
    packed
}

#[test]
fn bodies_come_packed_in_charsets_and_in_parts() {
    let packed = [JSON, ("content-encoding", "gzip")];
    assert_eq!(payload(json!({}), &packed, gzip(br#"{"n": 1.10}"#)), r#"{"n": 1.10}"#);
    let bomb = gzip(&vec![b' '; 10 * 1024 * 1024]);
    assert_eq!(post(json!({}), &packed, bomb).unwrap_err().kind, Kind::TooLarge);
    for (content_type, body, expected) in [
        ("application/json", &b"\xef\xbb\xbf{\"a\": 1}"[..], r#"{"a": 1}"#),
        ("text/plain; charset=ISO-8859-1", b"caf\xe9", r#"{"text":"café"}"#),
        ("text/plain", b"\xff\xfec\0a\0f\0\xe9\0", r#"{"text":"café"}"#),
        ("application/xml", b"<?xml version=\"1.0\" encoding=\"windows-1252\"?><a>\x80</a>", concat!(
            r#"{"text":"<?xml version=\"1.0\" encoding=\"windows-1252\"?>"#, "<a>€</a>\"}"
        )),
        ("application/x-www-form-urlencoded; charset=windows-1252", b"a=%80", r#"{"a":"€"}"#),
        (
            "multipart/form-data; boundary=x",
            b"--x\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nA\r\n--x\r\nContent-Disposition: form-data; name=\"f\"; \
              filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n\x00\xff\r\n--x--\r\n",
            r#"{"title":"A","f":{"name":"a.png","type":"image/png","size":2,"base64":"AP8="}}"#,
        ),
    ] {
        assert_eq!(payload(json!({}), &[("content-type", content_type)], body), expected);
    }
    let refused = post(json!({}), &[("content-type", "image/png")], "x").unwrap_err();
    assert!(refused.message.contains("`image/png`") && refused.details.contains("`multipart/form-data`"), "{refused:?}");
}

#[test]
fn json_in_a_text_is_read_where_the_sender_or_the_hook_says_so() {
    let form = ("content-type", "application/x-www-form-urlencoded");
    let body = "payload=%7B%22ref%22%3A%22refs%2Fheads%2Fmain%22%2C%22n%22%3A1.10%7D";
    let inner = r#"{"ref":"refs/heads/main","n":1.10}"#;
    let github = json!({"verify": {"scheme": "github", "credential": "hook"}});
    let signature = "sha256=965fa3a953050eb77768ce224ef08b3e5a4d637f26d31cea7903805233c53552";
    assert_eq!(payload(github, &[form, ("x-hub-signature-256", signature)], body), inner);
    assert_eq!(payload(json!({"sender": "slack"}), &[form], body), inner);
    assert_eq!(payload(json!({"sender": "slack"}), &[form], "command=%2Fx&text=a"), r#"{"command":"/x","text":"a"}"#);
    assert_eq!(payload(json!({}), &[form], "payload=%7B%7D"), r#"{"payload":"{}"}"#, "not unless it is said");
    assert_eq!(payload(json!({"parse_json": ["payload"]}), &[form], body), format!(r#"{{"payload":{inner}}}"#));
    assert_eq!(payload(json!({"parse_json": ["payload"], "payload_path": "payload.ref"}), &[form], body), r#""refs/heads/main""#);

    let text = ("content-type", "text/plain; charset=UTF-8");
    assert_eq!(payload(json!({"parse_json": ["."]}), &[text], r#"{"n": 1.10}"#), r#"{"n": 1.10}"#);
    let sns = r#"{"Type":"Notification","MessageId":"m1","Message":"{\"n\":1.10}"}"#;
    let accepted = post(json!({"sender": "aws_sns", "parse_json": ["Message"]}), &[text], sns).unwrap();
    assert_eq!(accepted.payload.unwrap().as_str(), r#"{"Type":"Notification","MessageId":"m1","Message":{"n":1.10}}"#);
    assert_eq!(accepted.key.as_deref(), Some("m1"));
    for (config, body) in [(json!({"parse_json": ["."]}), "x"), (json!({"parse_json": ["text"]}), "{")] {
        assert_eq!(post(config, &[text], body).unwrap_err().kind, Kind::Invalid);
    }
    assert_eq!(payload(json!({"parse_json": ["text", "none"]}), &[text], "[1]"), r#"{"text":[1]}"#);
}

#[test]
fn a_query_stands_where_the_hook_says() {
    let with = |config: Value, method: Method, headers: &[(&'static str, &str)], body: &str| {
        let query = vec![("a".to_owned(), "1".to_owned()), ("a".to_owned(), "2".to_owned())];
        let request = HookRequest { query, ..request(method, headers, body.as_bytes()) };
        agent("webhook", config).hook(&request, None).unwrap().payload.unwrap().as_str().to_owned()
    };
    let keyed = || json!({"event_query_key": "query"});
    assert_eq!(with(keyed(), Method::POST, &[JSON], r#"{"n": 1.10}"#), r#"{"n":1.10,"query":{"a":["1","2"]}}"#);
    assert_eq!(with(keyed(), Method::POST, &[JSON], "[1]"), r#"{"payload":[1],"query":{"a":["1","2"]}}"#);
    assert_eq!(with(keyed(), Method::GET, &[], ""), r#"{"query":{"a":["1","2"]}}"#);
    assert_eq!(with(json!({}), Method::POST, &[JSON], r#"{"n": 1.10}"#), r#"{"n": 1.10}"#, "the very text");
}

#[test]
fn probes_are_answered_and_are_no_events() {
    let of = |config: Value, method: Method, headers: &[(&'static str, &str)]| {
        let accepted = agent("webhook", config).hook(&request(method, headers, b""), None).unwrap();
        assert!(accepted.payload.is_none());
        let answer = accepted.answer.unwrap();
        let headers = answer.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>();
        (answer.status, headers.join("\n"))
    };
    let verified = json!({"verify": {"scheme": "github", "credential": "hook"}, "verbs": "post"});
    assert_eq!(of(verified.clone(), Method::HEAD, &[]), (200, String::new()));
    assert_eq!(of(verified, Method::OPTIONS, &[]), (204, "allow: POST".to_owned()));
    let asks = [
        ("origin", "https://shop.example.com"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type"),
    ];
    assert_eq!(
        of(json!({}), Method::OPTIONS, &asks),
        (204, "allow: GET, POST, PUT, PATCH, DELETE".to_owned()),
        "none by default"
    );
    let (status, headers) =
        of(json!({"cors": "https://Shop.example.com, https://b.test:8443", "verbs": "post,head"}), Method::OPTIONS, &asks);
    assert_eq!(status, 204);
    assert_eq!(
        headers,
        "allow: POST\naccess-control-allow-origin: https://shop.example.com\nvary: Origin\n\
         access-control-allow-methods: POST\naccess-control-max-age: 600\naccess-control-allow-headers: content-type"
    );
    let other = [("origin", "https://evil.example"), asks[1]];
    assert_eq!(
        of(json!({"cors": "https://shop.example.com"}), Method::OPTIONS, &other).1,
        "allow: GET, POST, PUT, PATCH, DELETE"
    );
    let sent = post(json!({"cors": "*"}), &[JSON, ("origin", "https://any.example")], "{}").unwrap();
    assert_eq!((sent.payload.unwrap().as_str(), sent.headers[0].1.as_str()), ("{}", "*"));
    assert!(post(json!({"cors": "*"}), &[JSON], "{}").unwrap().headers.is_empty());
}

#[test]
fn handshakes_are_answered_and_are_no_events() {
    let query = [("hub.mode", "subscribe"), ("hub.challenge", "1158201444"), ("hub.verify_token", "meatyhamhock")];
    let query = |_| query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Vec<_>>();
    let meta = json!({"verify": {"scheme": "meta", "credential": "hook"}, "verify_token": "meatyhamhock", "verbs": "post"});
    let asked = HookRequest { query: query(()), ..request(Method::GET, &[], b"") };
    let accepted = agent("webhook", meta.clone()).hook(&asked, Some("s3cret")).unwrap();
    assert_eq!((accepted.payload, accepted.answer), (None, Some(Answer::text("1158201444"))));
    let mut strange = meta;
    strange["verify_token"] = json!("another");
    assert_eq!(agent("webhook", strange).hook(&asked, Some("s3cret")).unwrap_err().kind, Kind::Unauthenticated);
    // Where nobody says who sends, it is a request like any other.
    assert!(agent("webhook", json!({})).hook(&asked, None).unwrap().payload.is_some());

    let zoom = json!({"verify": {"scheme": "zoom", "credential": "hook"}});
    let body = r#"{"event":"endpoint.url_validation","payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"}}"#;
    let headers = [
        JSON,
        ("x-zm-request-timestamp", "1531420618"),
        ("x-zm-signature", "v0=d6b307ab644b991140bd487da343b93e7ceec11348c5540fd666c57f75824cfa"),
    ];
    let accepted = post(zoom.clone(), &headers, body).unwrap();
    let expected = json!({"plainToken": "qgg8vlvZRS6UYooatFL8Aw", "encryptedToken": "f54f2d5fee8f181aab8371bada7fed9bb675eae464f18ed4fb91715244b58ef4"});
    assert_eq!((accepted.payload, accepted.answer), (None, Some(Answer::json(&expected))));
    assert_eq!(post(zoom, &headers[..2], body).unwrap_err().kind, Kind::Unauthenticated);

    let url = "https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription";
    let body = json!({"Type": "SubscriptionConfirmation", "SubscribeURL": url}).to_string();
    let accepted = post(json!({"sender": "aws_sns"}), &[("content-type", "text/plain; charset=UTF-8")], body).unwrap();
    assert_eq!((accepted.payload, accepted.confirm.as_deref()), (None, Some(url)));
}

#[test]
fn slacks_handshake_is_answered_and_is_no_event() {
    let config = json!({"verify": {"scheme": "slack", "credential": "hook"}});
    let body = r#"{"type":"url_verification","challenge":"3eZbrw"}"#;
    // HMAC-SHA256 of "v0:1531420618:" and the body, with "s3cret".
    let signature = "v0=c963f221b06c6e91abf36ce357034ce9f8e223a83fbc4b5adc115f0754bfb51f";
    let headers = [JSON, ("x-slack-request-timestamp", "1531420618"), ("x-slack-signature", signature)];
    let accepted = post(config.clone(), &headers, body).unwrap();
    assert_eq!(accepted.payload, None);
    assert_eq!(accepted.answer.unwrap().body, "3eZbrw");
    assert_eq!(post(config, &headers[..2], body).unwrap_err().kind, Kind::Unauthenticated);
    // Elsewhere it is a body like any other.
    assert_eq!(payload(json!({}), &[JSON], body), body);
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
