//! `telegram` in a world that records the calls.

use super::parts;
use crate::Retry;
use crate::testing::{World, agent, answered, cell, context, emitted, event, problem, sent};
use serde_json::{Value, json};

const OK: &str = r#"{"ok":true,"result":{"message_id":7}}"#;

/// The methods that an event calls, with what is sent to each.
async fn calls(more: Value, payload: Value) -> Vec<(String, Value)> {
    let mut config = json!({"auth_token": "123:s3cret-token", "chat_id": "-100{{ chat }}"});
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let (result, calls) = sent("telegram", config, &payload.to_string(), answered(200, "application/json", OK)).await;
    let effects = result.unwrap();
    let told = format!(r#"{{"status":200,"body":{OK}}}"#);
    assert_eq!(emitted(&effects), vec![("on_sent", told.as_str()); calls.len()]);
    let keys: std::collections::BTreeSet<_> = calls.iter().map(|call| call.headers[1].1.clone()).collect();
    assert_eq!(keys.len(), calls.len(), "each message has a key of its own");
    let method = |url: &str| url.strip_prefix("https://api.telegram.org/bot123:s3cret-token/").unwrap().to_owned();
    calls.iter().map(|call| (method(&call.url), serde_json::from_slice(call.body.as_ref().unwrap()).unwrap())).collect()
}

#[tokio::test]
async fn each_key_of_an_event_is_a_message() {
    let media = json!([{"type": "photo", "media": "https://a.test/1"}, {"type": "photo", "media": "https://a.test/2"}]);
    let event = json!({
        "chat": 7, "text": "Hi", "photo": "https://a.test/p", "audio": "https://a.test/a", "document": "https://a.test/d",
        "video": "https://a.test/v", "group": media
    });
    let more = json!({
        "caption": "C {{ chat }}", "disable_notification": "true", "disable_web_page_preview": false, "parse_mode": "MarkdownV2"
    });
    let file = |key: &str, url: &str| json!({key: url, "caption": "C 7", "chat_id": "-1007", "disable_notification": true});
    assert_eq!(
        calls(more, event).await,
        [
            (
                "sendMessage".to_owned(),
                json!({"text": "Hi", "chat_id": "-1007", "disable_notification": true, "disable_web_page_preview": false, "parse_mode": "MarkdownV2"})
            ),
            ("sendPhoto".to_owned(), file("photo", "https://a.test/p")),
            ("sendAudio".to_owned(), file("audio", "https://a.test/a")),
            ("sendDocument".to_owned(), file("document", "https://a.test/d")),
            ("sendVideo".to_owned(), file("video", "https://a.test/v")),
            ("sendMediaGroup".to_owned(), json!({"media": media, "chat_id": "-1007", "disable_notification": true})),
        ]
    );
    let plain = calls(json!({"disable_notification": ""}), json!({"chat": 7, "text": 15, "photo": "", "group": []})).await;
    assert_eq!(plain, [("sendMessage".to_owned(), json!({"text": "15", "chat_id": "-1007"}))]);
}

#[tokio::test]
async fn what_is_too_long_is_cut_or_split() {
    let (text, caption) = ("word ".repeat(1_000), "word ".repeat(300));
    let event = json!({"text": text, "photo": "https://a.test/p"});
    let cut = calls(json!({"caption": caption}), event.clone()).await;
    assert_eq!((cut.len(), &cut[0].1["text"], &cut[1].1["caption"]), (2, &json!(text[..4096]), &json!(caption[..1024])));
    let split = calls(json!({"caption": caption, "long_message": "split", "parse_mode": "html"}), event).await;
    let words = |value: &Value| value.as_str().unwrap().split(' ').filter(|word| *word == "word").count();
    let methods: Vec<&str> = split.iter().map(|(method, _)| method.as_str()).collect();
    assert_eq!(methods, ["sendMessage", "sendMessage", "sendPhoto", "sendMessage"]);
    assert_eq!(words(&split[0].1["text"]) + words(&split[1].1["text"]), 1_000);
    assert_eq!(words(&split[2].1["caption"]) + words(&split[3].1["text"]), 300);
    assert_eq!((&split[3].1["parse_mode"], &split[2].1["parse_mode"]), (&json!("HTML"), &Value::Null));
    assert_eq!(parts("  aé, bcdefgh i ", 4), ["aé,", "bcde", "fgh", "i"]);
    assert_eq!(parts(" \n ", 4), Vec::<String>::new());
}

#[tokio::test]
async fn no_failure_shows_the_token() {
    let config = json!({"auth_token": "123:s3cret-token", "chat_id": "7"});
    for (status, retry) in [(401, Retry::Never), (429, Retry::Backoff), (302, Retry::Never)] {
        let mut answer = answered(status, "application/json", r#"{"ok":false,"description":"bot123:s3cret-token"}"#);
        answer.headers.push(("location".to_owned(), "https://b.test/bot123:s3cret-token/x".to_owned()));
        let (result, _) = sent("telegram", config.clone(), r#"{"text": "Hi"}"#, answer).await;
        let error = result.unwrap_err();
        assert_eq!(error.retry, retry);
        let shown = format!("{error:?}");
        assert!(shown.contains("sendMessage") && !shown.contains("s3cret"), "{shown}");
    }
    let named = json!({"auth_token": "{% credential bot %}", "chat_id": "7"});
    let (result, _) = sent("telegram", named, r#"{"text": "Hi"}"#, answered(401, "text/plain", "")).await;
    assert_eq!(result.unwrap_err().details.unwrap()["url"], "https://api.telegram.org/bot***/sendMessage");
    let (result, calls) = sent("telegram", config, r#"{"message": "Hi"}"#, answered(200, "text/plain", "")).await;
    assert_eq!((result.unwrap_err().code.as_str(), calls.len()), ("nothing_to_send", 0));
}

/// A world in which the first call succeeds, and the second fails.
struct Once(World);

#[async_trait::async_trait]
impl crate::Host for Once {
    async fn call(&self, call: crate::Call<'_>) -> Result<rookery_egress::Response, crate::AgentError> {
        let answer = crate::Host::call(&self.0, call).await?;
        Ok(if self.0.calls.lock().unwrap().len() == 1 { answer } else { answered(500, "text/plain", "") })
    }
}

#[tokio::test]
async fn what_was_sent_is_not_sent_again_when_another_message_fails() {
    let (cell, event) = (cell(), event("source", r#"{"text": "Hi", "photo": "https://a.test/p"}"#));
    let world = Once(World { answer: Some(answered(200, "application/json", OK)), ..World::default() });
    let mut cx = context(&cell, &event, &world.0);
    cx.host = &world;
    let effects = agent("telegram", json!({"auth_token": "123:t", "chat_id": "7"})).receive(&cx).await.unwrap();
    let told = emitted(&effects);
    assert_eq!((told[0].0, told[1].0), ("on_sent", "on_error"));
    assert!(told[1].1.contains("http_error"), "{told:?}");
}

#[test]
fn errors_name_the_field() {
    for (more, field) in [
        (json!({"auth_token": " "}), "auth_token"),
        (json!({"chat_id": ""}), "chat_id"),
        (json!({"chat_id": 7}), "chat_id"),
        (json!({"caption": "{{ a"}), "caption"),
        (json!({"long_message": "fold"}), "long_message"),
        (json!({"parse_mode": "bbcode"}), "parse_mode"),
        (json!({"api_url": ""}), "api_url"),
    ] {
        let mut config = json!({"auth_token": "123:t", "chat_id": "7"});
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(problem("telegram", config), format!("config.{field}"), "{more}");
    }
}
