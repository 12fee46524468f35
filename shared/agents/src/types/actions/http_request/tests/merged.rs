//! What is sent with the event's fields, and what an answer is made of: the options that Huginn's posts have.

use super::{emitted, problem, response, sent};
use serde_json::json;

#[tokio::test]
async fn the_fields_of_the_event_are_sent_in_the_place_of_the_payloads() {
    let event = r#"{"a": "event", "n": 1.10}"#;
    let config = json!({"url": "https://a.test/", "merge_event": true, "payload": {"a": "{{ n }}", "b": "{{ a }}"}});
    assert_eq!(sent(config.clone(), event).await.2.as_deref(), Some(r#"{"a":"event","b":"event","n":1.10}"#));
    assert_eq!(sent(config, "[1]").await.2.as_deref(), Some(r#"{"a":"","b":""}"#), "only an object has fields");
    let form = json!({"url": "https://a.test/", "merge_event": "true", "content_type": "form"});
    assert_eq!(sent(form, event).await.2.as_deref(), Some("a=event&n=1.10"));
    let get = json!({"url": "https://a.test/", "method": "get", "merge_event": true});
    assert_eq!(sent(get, event).await.0, "GET https://a.test/?a=event&n=1.10");
    let text = json!({"url": "https://a.test/", "merge_event": true, "content_type": "text", "payload": "x"});
    assert_eq!(problem("http_request", text), "config.payload");
}

#[tokio::test]
async fn an_answer_is_emitted_as_the_options_say() {
    let headers = [("content-type", "application/json"), ("x-rate-LIMIT", "5"), ("link", "a"), ("link", "b")];
    let config = json!({
        "url": "https://a.test/", "parse_body": "false", "event_headers": "Content-Type, link", "event_headers_style": "capitalized",
        "event_headers_key": "heads"
    });
    let answer = || response(200, &headers, r#"{"a": 1.0}"#);
    let expected = r#"{"status":200,"heads":{"Content-Type":"application/json","Link":"a, b"},"body":"{\"a\": 1.0}"}"#;
    assert_eq!(emitted(config, answer()).await, expected);
    for (style, name) in
        [("raw", "x-rate-LIMIT"), ("downcased", "x-rate-limit"), ("snakecased", "x_rate_limit"), ("capitalized", "X-Rate-Limit")]
    {
        let config = json!({"url": "https://a.test/", "event_headers": "X-Rate-Limit", "event_headers_style": style});
        assert!(emitted(config, answer()).await.contains(&format!("{{\"{name}\":\"5\"}}")), "{style}");
    }
    let latin = response(200, &[("content-type", "text/plain; charset=iso-8859-1")], vec![0xe9]);
    assert!(emitted(json!({"url": "https://a.test/", "parse_body": false}), latin).await.contains("\"body\":\"é\""));
}
