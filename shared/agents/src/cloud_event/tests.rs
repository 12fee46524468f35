//! CloudEvents as `http_request` sends them, plain and signed.

use crate::testing::{World, agent, cell, context, event, problem};
use crate::{HookRequest, verify_standard_webhook};
use rookery_domain::Time;
use rookery_egress::{Request, Response};
use serde_json::{Value, json};

async fn sent(more: Value, payload: &str) -> Result<Request, crate::AgentError> {
    let mut config = json!({"url": "https://a.test/"});
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let (cell, event) = (cell(), event("source", payload));
    let world = World {
        answer: Some(Response { status: 204, headers: Vec::new(), body: "".into(), url: String::new() }),
        ..World::default()
    };
    agent("http_request", config).receive(&context(&cell, &event, &world)).await?;
    Ok(world.calls.lock().unwrap().pop().expect("a call was made"))
}

fn body(request: &Request) -> &str {
    std::str::from_utf8(request.body.as_deref().unwrap()).unwrap()
}

#[tokio::test]
async fn an_event_goes_out_in_binary_mode_with_its_attributes_as_headers() {
    let option = json!({"type": "com.example.{{ kind }}", "source": "/shop", "subject": "Größe \"7\" 100%"});
    let request = sent(json!({"cloud_event": option}), r#"{"kind":"paid","n":1.10}"#).await.unwrap();
    assert_eq!(body(&request), r#"{"kind":"paid","n":1.10}"#, "the data are the body, as it came");
    let header = |name: &str| request.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    for (name, value) in [
        ("ce-specversion", "1.0"),
        ("ce-id", "00000000000000000000000000000000"),
        ("ce-type", "com.example.paid"),
        ("ce-source", "/shop"),
        ("ce-subject", "Gr%C3%B6%C3%9Fe%20%227%22%20100%25"),
        ("ce-time", &Time(0).to_string()),
        ("Content-Type", "application/json"),
    ] {
        assert_eq!(header(name), Some(value), "{name}");
    }
}

#[tokio::test]
async fn an_event_goes_out_in_structured_mode_as_one_object() {
    let option = json!({"type": "t", "source": "s", "mode": "structured"});
    let request = sent(json!({"cloud_event": option}), r#"{"n":1.10}"#).await.unwrap();
    assert!(body(&request).ends_with(r#","datacontenttype":"application/json","data":{"n":1.10}}"#), "{}", body(&request));
    let event: Value = serde_json::from_str(body(&request)).unwrap();
    assert_eq!((&event["specversion"], &event["type"], &event["source"]), (&json!("1.0"), &json!("t"), &json!("s")));
    assert!(request.headers.contains(&("Content-Type".to_owned(), "application/cloudevents+json".to_owned())));
    let text = json!({"cloud_event": option, "content_type": "text", "payload": "say \"hi\""});
    let event: Value = serde_json::from_str(body(&sent(text, "{}").await.unwrap())).unwrap();
    assert_eq!(event["data"], "say \"hi\"");
    let nothing: Value =
        serde_json::from_str(body(&sent(json!({"cloud_event": option, "method": "delete"}), "{}").await.unwrap())).unwrap();
    assert_eq!(nothing.get("data"), None);
}

#[tokio::test]
async fn what_is_signed_is_verified_by_who_knows_the_secret() {
    let option = json!({"type": "t", "source": "s", "mode": "structured"});
    for more in [json!({}), json!({"cloud_event": option})] {
        let mut config = json!({"signing_credential": "secret"});
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let request = sent(config, r#"{"n":1}"#).await.unwrap();
        let headers = request.headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        let received = |body: &[u8]| HookRequest {
            method: http::Method::POST,
            headers: Clone::clone(&headers),
            query: Vec::new(),
            body: body.to_vec(),
            now: Time(1_000_000),
        };
        let body = request.body.as_deref().unwrap();
        verify_standard_webhook(&received(body), "secret", Some("whsec_dGVzdA==")).unwrap();
        verify_standard_webhook(&received(b"{}"), "secret", Some("whsec_dGVzdA==")).unwrap_err();
    }
}

#[tokio::test]
async fn what_is_wrong_names_its_field() {
    let wrong = |more: Value| {
        let mut config = json!({"url": "https://a.test/"});
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        problem("http_request", config)
    };
    assert_eq!(wrong(json!({"cloud_event": {"type": "", "source": "s"}})), "config.cloud_event.type");
    assert_eq!(wrong(json!({"cloud_event": {"type": "t", "source": "{{ s"}})), "config.cloud_event.source");
    assert_eq!(wrong(json!({"cloud_event": {"type": "t", "source": "s"}, "method": "get"})), "config.cloud_event");
    assert_eq!(wrong(json!({"signing_credential": "c", "method": "get"})), "config.signing_credential");
    let secret = json!({"key": "{% credential k %}"});
    assert_eq!(wrong(json!({"signing_credential": "c", "payload": secret})), "config.payload");
    let empty = sent(json!({"cloud_event": {"type": "{{ kind }}", "source": "s"}}), "{}").await.unwrap_err();
    assert_eq!(empty.code, "cloud_event_invalid");
}
