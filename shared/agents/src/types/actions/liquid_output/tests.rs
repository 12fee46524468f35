//! Pages: what they are made of, and what is refused.

use crate::testing::{World, agent, cell, context, event, problem};
use crate::{FeedFormat, FeedItem, FeedRequest, Memory};
use rookery_domain::{EventId, Time};
use serde_json::{Value, json};

/// The page of these items, newest first, each so many milliseconds old.
fn page(config: Value, items: &[(Value, i64)]) -> crate::Answer {
    let items: Vec<FeedItem> = items
        .iter()
        .map(|(value, age)| FeedItem { id: EventId::fresh(), at: Time::now().plus(-age), value: value.clone() })
        .collect();
    let request = FeedRequest { format: FeedFormat::Page, url: "https://rookery.test/pages/t", name: "Page", items: &items };
    agent("liquid_output", config).feed(&request).unwrap()
}

#[test]
fn a_page_is_made_of_the_last_event_or_of_the_last_events() {
    let items = [(json!({"n": 2}), 0), (json!({"n": 1}), 1000 * 3600)];
    assert_eq!(page(json!({"content": "<b>{{ n }}</b>"}), &items).body, "<b>2</b>");
    assert_eq!(page(json!({"content": "<b>{{ n }}</b>"}), &[]).body, "<b></b>");
    let all = "{% for event in events %}{{ event.n }} {% endfor %}";
    let events = |limit: Value| page(json!({"content": all, "mode": "Last X events", "event_limit": limit}), &items).body;
    assert_eq!(events(json!("10")), "2 1 ");
    assert_eq!(events(json!(1)), "2 ");
    assert_eq!(events(json!("30 minutes")), "2 ");
    assert_eq!(events(json!("2.days")), "2 1 ");
}

#[test]
fn the_answer_has_its_type_and_headers() {
    let answer = page(json!({"content": "a\r\nb", "line_break_is_lf": "true", "response_headers": {"X-A": "1"}}), &[]);
    assert_eq!((answer.body.as_str(), answer.content_type.as_str()), ("a\nb", "text/html; charset=utf-8"));
    assert_eq!(answer.headers.len(), 1);
    assert_eq!(page(json!({"content": "{}", "mime_type": "application/json"}), &[]).content_type, "application/json");
}

#[tokio::test]
async fn merged_events_are_remembered() {
    let (agent, cell, world) =
        (agent("liquid_output", json!({"content": "x", "mode": "Merge events"})), cell(), World::default());
    let mut memory = Value::Null;
    for payload in [r#"{"a": 1, "b": 1}"#, r#"{"b": 2}"#, "[3]"] {
        let event = event("source", payload);
        let mut cx = context(&cell, &event, &world);
        cx.memory = memory.clone();
        let effects = agent.receive(&cx).await.unwrap();
        let Memory::Set(new) = effects.memory else { panic!("nothing is remembered of {payload}") };
        assert_eq!(*effects.publish.unwrap().value(), new);
        memory = new;
    }
    assert_eq!(memory, json!({"a": 1, "b": 2}));
}

#[test]
fn errors_name_the_field() {
    for (config, field) in [
        (json!({}), "config.content"),
        (json!({"content": "{{ a"}), "config.content"),
        (json!({"content": "a", "mode": "All"}), "config.mode"),
        (json!({"content": "a", "event_limit": "1001"}), "config.event_limit"),
        (json!({"content": "a", "event_limit": "two days"}), "config.event_limit"),
        (json!({"content": "a", "mime_type": "html"}), "config.mime_type"),
        (json!({"content": "a", "response_headers": {"Set-Cookie": "a=b"}}), "config.response_headers.Set-Cookie"),
        (json!({"content": "a", "response_headers": {"X-A": "b\nc"}}), "config.response_headers.X-A"),
    ] {
        assert_eq!(problem("liquid_output", config.clone()), field, "{config}");
    }
}
