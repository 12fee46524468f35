//! `slack` in a world that records the calls.

use crate::Retry;
use crate::testing::{answered, emitted, problem, sent};
use serde_json::{Value, json};

const URL: &str = "https://hooks.slack.com/services/T0/B1/s3cr3t";

/// What is sent for an event.
async fn body(more: Value, payload: &str) -> Value {
    let mut config = json!({"webhook_url": URL});
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let (result, calls) = sent("slack", config, payload, answered(200, "text/plain", "ok")).await;
    assert_eq!(emitted(&result.unwrap()), [("on_sent", r#"{"status":200,"body":"ok"}"#)]);
    let [call] = calls.as_slice() else { panic!("{calls:?}") };
    assert_eq!((call.method.as_str(), call.url.as_str()), ("POST", URL));
    let key = ("Idempotency-Key".to_owned(), "00000000000000000000000000000000".to_owned());
    assert_eq!(call.headers, [("Content-Type".to_owned(), "application/json".to_owned()), key]);
    serde_json::from_slice(call.body.as_ref().unwrap()).unwrap()
}

#[tokio::test]
async fn a_message_is_sent_as_slack_takes_it() {
    assert_eq!(body(json!({}), r#"{"message": "Hi"}"#).await, json!({"text": "Hi", "username": "Huginn"}));
    let all = json!({
        "channel": "#{{ room }}", "username": "", "icon": ":{{ room }}:", "unfurl_links": "false", "message": "{{ room }}",
        "attachments": [{"text": "{{ n }}", "n": "{{ n | as_object }}"}], "blocks": "{{ blocks | as_object }}"
    });
    assert_eq!(
        body(all, r#"{"room": "tea", "n": 7, "blocks": {"type": "divider"}}"#).await,
        json!({
            "text": "tea", "channel": "#tea", "icon_emoji": ":tea:", "unfurl_links": false, "attachments": [{"text": "7", "n": 7}],
            "blocks": [{"type": "divider"}]
        })
    );
    let image = json!({"icon": "https://a.test/i.png", "unfurl_links": true, "attachments": "", "blocks": []});
    assert_eq!(
        body(image, r#"{"message": "Hi"}"#).await,
        json!({"text": "Hi", "username": "Huginn", "icon_url": "https://a.test/i.png", "unfurl_links": true})
    );
    let links = r#"{"message": "<a class='x' href='https://a.test/?b'>A</a>, [B](https://b.test/), [c](d) <https://e.test>"}"#;
    assert_eq!(body(json!({}), links).await["text"], "<https://a.test/?b|A>, <https://b.test/|B>, [c](d) <https://e.test>");
}

#[tokio::test]
async fn the_webhook_is_named_by_a_credential_or_by_its_team() {
    let webhook = json!({"webhook_url": " {% credential hook %} ", "message": "Hi"});
    let (_, calls) = sent("slack", webhook, "{}", answered(200, "text/plain", "ok")).await;
    assert!(calls[0].url.starts_with("⟦credential:") && calls[0].url.ends_with(":hook⟧"), "{}", calls[0].url);
    let team = json!({"team_name": "{{ team }}", "auth_token": "a b", "message": "Hi"});
    let (_, calls) = sent("slack", team.clone(), r#"{"team": "tea"}"#, answered(200, "text/plain", "ok")).await;
    assert_eq!(calls[0].url, "https://tea.slack.com/services/hooks/incoming-webhook?token=a+b");
    let (result, calls) = sent("slack", team, r#"{"team": "evil.test/"}"#, answered(200, "text/plain", "ok")).await;
    assert_eq!((result.unwrap_err().code.as_str(), calls.len()), ("invalid_team_name", 0));
}

#[tokio::test]
async fn no_failure_shows_the_address() {
    for (status, code, retry) in
        [(404, "http_error", Retry::Never), (500, "http_error", Retry::Backoff), (302, "redirect_refused", Retry::Never)]
    {
        let mut answer = answered(status, "text/plain", "no_service: /services/T0/B1/s3cr3t");
        answer.headers.push(("location".to_owned(), format!("{URL}/x")));
        let (result, _) = sent("slack", json!({"webhook_url": URL, "message": "Hi"}), "{}", answer).await;
        let error = result.unwrap_err();
        assert_eq!((error.code.as_str(), error.retry), (code, retry));
        assert_eq!(error.details.as_ref().unwrap()["status"], status);
        assert!(!format!("{error:?}").contains("s3cr3t"), "{error:?}");
    }
    let (result, calls) = sent("slack", json!({"webhook_url": URL}), "{}", answered(200, "text/plain", "ok")).await;
    assert_eq!((result.unwrap_err().code.as_str(), calls.len()), ("empty_message", 0));
}

#[test]
fn errors_name_the_field() {
    for (config, field) in [
        (json!({}), "webhook_url"),
        (json!({"team_name": "a"}), "webhook_url"),
        (json!({"webhook_url": "hooks.slack.com"}), "webhook_url"),
        (json!({"webhook_url": "https://{% credential c %}/x"}), "webhook_url"),
        (json!({"team_name": "a", "auth_token": " "}), "auth_token"),
        (json!({"webhook_url": URL, "message": "{{ a"}), "message"),
        (json!({"webhook_url": URL, "attachments": "[{\"a\": 1}]"}), "attachments"),
        (json!({"webhook_url": URL, "unfurl_links": 7}), "unfurl_links"),
        (json!({"webhook_url": URL, "room": "a"}), "room"),
    ] {
        assert_eq!(problem("slack", config), format!("config.{field}"));
    }
}
