//! `http_request` in a world that records the calls.

mod merged;

use crate::testing::{World, agent, cell, context, event, problem};
use crate::{AgentError, Effects, Retry};
use rookery_domain::Time;
use rookery_egress::{Request, Response};
use serde_json::{Value, json};

fn response(status: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Response {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Response { status, headers, body: body.into().into(), url: String::new() }
}

async fn call(config: Value, payload: &str, answer: Response) -> (Result<Effects, AgentError>, Request) {
    let (cell, event) = (cell(), event("source", payload));
    let world = World { answer: Some(answer), ..World::default() };
    let result = agent("http_request", config).receive(&context(&cell, &event, &world)).await;
    let request = world.calls.lock().unwrap().pop().expect("a call was made");
    (result, request)
}

async fn sent(config: Value, payload: &str) -> (String, String, Option<String>) {
    let (result, request) = call(config, payload, response(204, &[], "")).await;
    result.unwrap();
    let body = request.body.as_ref().map(|body| String::from_utf8(body.to_vec()).unwrap());
    let headers = request.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join("\n");
    (format!("{} {}", request.method, request.url), headers, body)
}

async fn emitted(config: Value, answer: Response) -> String {
    let (result, _) = call(config, r#"{"n":1.10,"status":"x"}"#, answer).await;
    let effects = result.unwrap();
    assert_eq!(effects.emit[0].groups, ["on_response"]);
    effects.emit[0].payload.as_str().to_owned()
}

#[tokio::test]
async fn what_is_sent_is_what_the_options_say() {
    let url = "https://a.test/{{ id }}?x=1#y";
    let payload = r#"{"id": 7, "n": 1.10}"#;
    let (line, headers, body) = sent(json!({"url": url}), payload).await;
    assert_eq!(line, "POST https://a.test/7?x=1#y");
    assert_eq!(body.as_deref(), Some(payload), "the very text");
    let key = "00000000000000000000000000000000";
    assert_eq!(headers, format!("Idempotency-Key: {key}\nContent-Type: application/json"));

    let (_, headers, _) =
        sent(json!({"url": url, "headers": {"idempotency-key": "k{{ id }}", "content-type": "text/x"}}), payload).await;
    assert!(headers.contains("idempotency-key: k7") && headers.contains("content-type: text/x"), "{headers}");
    assert!(!headers.contains(key) && !headers.contains("json"), "{headers}");

    for (more, line, body) in [
        (json!({"method": "get"}), "GET https://a.test/7?x=1#y", None),
        (
            json!({"method": "get", "payload": {"q": "a&{{ id }}", "l": [1, null]}}),
            "GET https://a.test/7?x=1&q=a%267&l%5B%5D=1&l%5B%5D=",
            None,
        ),
        (json!({"method": "delete"}), "DELETE https://a.test/7?x=1#y", None),
        (
            json!({"method": "delete", "payload": {"n": "{{ n | as_object }}"}}),
            "DELETE https://a.test/7?x=1#y",
            Some(r#"{"n":1.10}"#),
        ),
        (json!({"method": "put", "content_type": "form"}), "PUT https://a.test/7?x=1#y", Some("id=7&n=1.10")),
        (
            json!({"content_type": "form", "payload": {"a": {"b": [true]}}}),
            "POST https://a.test/7?x=1#y",
            Some("a%5Bb%5D%5B%5D=true"),
        ),
        (
            json!({"method": "patch", "content_type": "xml", "payload": "<id>{{ id }}</id>"}),
            "PATCH https://a.test/7?x=1#y",
            Some("<id>7</id>"),
        ),
    ] {
        let mut config = json!({"url": url});
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let sent = sent(config, payload).await;
        assert_eq!((sent.0.as_str(), sent.2.as_deref()), (line, body), "{more}");
    }
}

#[tokio::test]
async fn credentials_are_sent_as_marks_in_every_place() {
    let mark = "{% credential token %}";
    let config =
        json!({"url": format!("https://a.test/{mark}"), "headers": {"X": mark}, "payload": {"t": mark}, "method": "get"});
    let (line, headers, _) = sent(config.clone(), "{}").await;
    let mut config = config;
    config["method"] = json!("post");
    let (_, _, body) = sent(config, "{}").await;
    for text in [&line, &headers, &body.unwrap()] {
        assert!(text.contains(":token⟧") && !text.contains("{%"), "{text}");
    }
    assert!(line.contains("?t=%E2%9F%A6credential%3A"), "{line}");
}

#[tokio::test]
async fn a_check_calls_with_an_empty_event() {
    let cell = cell();
    let world = World { answer: Some(response(200, &[], "ok")), ..World::default() };
    let cx = crate::Context::new(&cell, rookery_domain::DeliveryId(uuid::Uuid::nil()), &world);
    let config = json!({"url": "https://a.test/", "schedule": "every_1h"});
    let effects = agent("http_request", config).check(&cx).await.unwrap();
    assert_eq!(effects.emit[0].payload.as_str(), r#"{"status":200,"headers":{},"body":"ok"}"#);
    assert_eq!(world.calls.lock().unwrap()[0].body.as_deref(), Some(&b"{}"[..]));
}

#[tokio::test]
async fn answers_become_events_with_the_very_text() {
    let url = json!({"url": "https://a.test/"});
    let json_type = [("content-type", "application/problem+JSON; charset=utf-8"), ("x", "1"), ("x", "2")];
    assert_eq!(
        emitted(url.clone(), response(200, &json_type, r#"{"n":1.10,"u":"\u00e9"}"#)).await,
        r#"{"status":200,"headers":{"content-type":"application/problem+JSON; charset=utf-8","x":"1, 2"},"body":{"n":1.10,"u":"\u00e9"}}"#
    );
    let not_json = response(200, &[("content-type", "application/json")], "{not json");
    assert_eq!(
        emitted(url.clone(), not_json).await,
        r#"{"status":200,"headers":{"content-type":"application/json"},"body":"{not json"}"#
    );
    assert_eq!(emitted(url.clone(), response(304, &[], "{}")).await, r#"{"status":304,"headers":{},"body":"{}"}"#);
    let binary = emitted(url.clone(), response(200, &[], vec![0xff, 0x00])).await;
    assert_eq!(binary, r#"{"status":200,"headers":{},"body":"/wA=","body_encoding":"base64"}"#);
    let latin = [("content-type", "text/plain; charset=iso-8859-1")];
    let text = emitted(url.clone(), response(200, &latin, &b"caf\xe9"[..])).await;
    assert!(text.ends_with(r#""body":"café"}"#), "{text}");
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let fields = emitted(url.clone(), response(200, &form, "a=1&b=x+y")).await;
    assert!(fields.ends_with(r#""body":{"a":"1","b":"x y"}}"#), "{fields}");
    let marked = emitted(url.clone(), response(200, &[("content-type", "application/json")], &b"\xef\xbb\xbf[1]"[..])).await;
    assert!(marked.ends_with(r#""body":[1]}"#), "{marked}");
    let merged = emitted(json!({"url": "https://a.test/", "output_mode": "merge"}), response(201, &[], "x")).await;
    assert_eq!(merged, r#"{"n":1.10,"status":201,"headers":{},"body":"x"}"#);
    let (silent, _) = call(json!({"url": "https://a.test/", "emit_events": false}), "{}", response(200, &[], "x")).await;
    assert!(silent.unwrap().emit.is_empty());
}

#[tokio::test]
async fn failures_say_whether_to_try_again() {
    let after = |value: &'static str| vec![("retry-after", value)];
    let now = Time(1_000_000);
    let soon = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&now.plus(90_000).timestamp()).unwrap();
    for (status, headers, code, retry) in [
        (400, vec![], "http_error", Retry::Never),
        (404, after("5"), "http_error", Retry::Never),
        (408, vec![], "http_error", Retry::Backoff),
        (425, vec![], "http_error", Retry::Backoff),
        (429, vec![], "http_error", Retry::Backoff),
        (429, after("5"), "http_error", Retry::After(5_000)),
        (503, after("0"), "http_error", Retry::After(1_000)),
        (503, after("99999999999999999"), "http_error", Retry::After(24 * 3600 * 1000)),
        (503, vec![("retry-after", soon.as_str())], "http_error", Retry::After(90_000)),
        (503, after("Sun, 06 Nov 1960 08:49:37 GMT"), "http_error", Retry::After(1_000)),
        (503, after("soon"), "http_error", Retry::Backoff),
        (500, after("5"), "http_error", Retry::Backoff),
        (599, vec![], "http_error", Retry::Backoff),
        (600, vec![], "http_error", Retry::Never),
        (302, vec![("location", "https://b.test/")], "redirect_refused", Retry::Never),
    ] {
        let body = "é".repeat(5000);
        let (result, _) = call(json!({"url": "https://a.test/"}), "{}", response(status, &headers, body)).await;
        let error = result.unwrap_err();
        assert_eq!((error.code.as_str(), error.retry), (code, retry), "{status} {headers:?}");
        let details = error.details.unwrap();
        assert_eq!((&details["status"], details["body"].as_str().unwrap()), (&json!(status), "é".repeat(2048).as_str()));
        assert!(status != 302 || error.message.contains("https://b.test/"), "{}", error.message);
    }
}

#[tokio::test]
async fn a_failure_says_which_request_failed_and_shows_no_credential() {
    let mark = "{% credential token %}";
    let url = format!("https://a.test/{{{{ id }}}}?key={mark}");
    let config = json!({"method": "get", "url": url, "payload": {"token": mark, "n": 1}});
    let (result, _) = call(config.clone(), r#"{"id": 7}"#, response(404, &[], "no")).await;
    let expected = json!({"method": "GET", "url": "https://a.test/7?key=***&token=***&n=1", "status": 404, "body": "no"});
    assert_eq!(result.unwrap_err().details, Some(expected));
    // What was not answered has no other details.
    let (cell, event, silent) = (cell(), event("source", "{}"), World::default());
    let error = agent("http_request", config).receive(&context(&cell, &event, &silent)).await.unwrap_err();
    let expected = json!({"method": "GET", "url": "https://a.test/?key=***&token=***&n=1"});
    assert_eq!((error.code.as_str(), error.details), ("connect_failed", Some(expected)));
    let large = json!({"method": "get", "url": "https://a.test/", "payload": {"q": "x".repeat(5000)}});
    let (result, _) = call(large, "{}", response(404, &[], "")).await;
    assert_eq!(result.unwrap_err().details.unwrap()["url"].as_str().unwrap().len(), 2000);
}

#[tokio::test]
async fn what_fits_no_event_fails() {
    let url = json!({"url": "https://a.test/"});
    for body in ["x".repeat(129 * 1024), "\u{1}".repeat(100 * 1024)] {
        let (result, _) = call(url.clone(), "{}", response(200, &[], body)).await;
        let error = result.unwrap_err();
        assert_eq!((error.code.as_str(), error.retry), ("answer_too_large", Retry::Never));
    }
    let (cell, event, world) = (cell(), event("source", "[]"), World::default());
    for config in
        [json!({"url": "https://a.test/", "output_mode": "merge"}), json!({"url": "https://a.test/", "content_type": "form"})]
    {
        let error = agent("http_request", config).receive(&context(&cell, &event, &world)).await.unwrap_err();
        assert_eq!(error.code, "payload_not_object");
    }
    assert!(world.calls.lock().unwrap().is_empty(), "nothing was sent");
}

#[test]
fn options_name_credentials_and_errors_name_fields() {
    let agent = agent(
        "http_request",
        json!({
            "url": "https://a.test/{% credential b %}",
            "headers": {"X": "{% credential a %}{% credential b %}"},
            "payload": {"c": ["{% credential c %}"]},
            "retries": 2
        }),
    );
    let used: Vec<_> = agent.facts().credentials.iter().map(|used| (used.field.as_str(), used.name.as_str())).collect();
    assert_eq!(used, [("url", "b"), ("headers.X", "a"), ("headers.X", "b"), ("payload", "c")]);
    assert_eq!(agent.facts().retries, 2);
    assert_eq!(problem("http_request", json!({})), "config.url");
    for (more, field) in [
        (json!({"url": "example.com"}), "url"),
        (json!({"url": "https://{{ host"}), "url"),
        (json!({"headers": {"a b": "c"}}), "headers.a b"),
        (json!({"headers": {"a": "{{ c"}}), "headers.a"),
        (json!({"method": "trace"}), "method"),
        (json!({"content_type": "yaml"}), "content_type"),
        (json!({"content_type": "xml"}), "payload"),
        (json!({"method": "get", "payload": "q=1"}), "payload"),
        (json!({"payload": r#"{"text": "{{ m }}"}"#}), "payload"),
        (json!({"payload": "{% if a %}{\"a\": 1}{% else %}{}{% endif %}"}), "payload"),
        (json!({"payload": " [1, {{ n }}] "}), "payload"),
        (json!({"timeout_seconds": 31}), "timeout_seconds"),
        (json!({"follow_redirects": 1}), "follow_redirects"),
        (json!({"follow_redirects": 11, "method": "get"}), "follow_redirects"),
        (json!({"retries": 6}), "retries"),
        (json!({"schedule": "sometimes"}), "schedule"),
        (json!({"url": "{% capture x %}{% credential c %}{% endcapture %}https://a.test/{{ x | slice: 0, 5 }}"}), "url"),
        (json!({"headers": {"a": "{% capture x %}{% if b %}{% credential c %}{% endif %}{% endcapture %}{{ x }}"}}), "headers.a"),
        (json!({"payload": {"a": ["{% capture x %}{%- credential c -%}{% endcapture %}"]}}), "payload"),
        (json!({"url": "https://{% credential c %}.a.test/"}), "url"),
        (json!({"url": "https://a.test{%- credential c %}"}), "url"),
        (json!({"url": "{% credential c %}"}), "url"),
        (json!({"url": "{% if a %}https://a.test{% endif %}{% credential c %}"}), "url"),
        (json!({"post_url": "https://a.test/"}), "post_url"),
    ] {
        let mut config = json!({"url": "https://a.test/"});
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(problem("http_request", config), format!("config.{field}"), "{more}");
    }
    for text in ["{{ m }}", "{{ m | as_object }}", "Hello {{ name }}", "{% if a %}{{ a }}{% endif %}", "[{{ level }}] {{ m }}"] {
        crate::testing::agent("http_request", json!({"url": "https://a.test/", "payload": text}));
    }
    for url in [
        "https://a.test/{% credential c %}",
        "https://a.test?k={% credential c %}",
        "{{ base }}{% credential c %}",
        "{% if a %}https://a.test/{% else %}https://b.test/{% endif %}{% credential c %}",
        "https://a.test/{% capture x %}y{% endcapture %}{% credential c %}",
    ] {
        let agent = crate::testing::agent("http_request", json!({ "url": url }));
        assert_eq!(agent.facts().at_save, [], "{url}");
    }
    let as_it_stands = json!({"url": "https://a.test/", "content_type": "text", "payload": "{\"a\": 1}"});
    crate::testing::agent("http_request", as_it_stands);
}

#[test]
fn what_was_saved_before_it_was_refused_goes_on() {
    let before = crate::testing::agent("http_request", json!({"url": "https://a.test/", "payload": r#"{"text": "{{ m }}"}"#}));
    assert_eq!(before.facts().at_save[0].0, "payload");
    for url in ["{% capture x %}{% credential c %}{% endcapture %}https://a.test/{{ x }}", "https://{% credential c %}/"] {
        let before = crate::testing::agent("http_request", json!({ "url": url }));
        assert_eq!((before.facts().at_save[0].0.as_str(), before.facts().at_save.len()), ("url", 1), "{url}");
    }
    let hourly = crate::testing::agent("schedule", json!({"schedule": "*/90 * * * *"}));
    assert_eq!(hourly.facts().at_save[0].0, "schedule");
    let listed = crate::testing::agent("webhook", json!({"verify": ["token", "c", null]}));
    assert_eq!(listed.facts().at_save[0].0, "verify");
    assert_eq!(listed.facts().credentials[0].name, "c");
}
