//! Models over HTTP, against servers that answer as providers do: how calls go out, what is tried again, and how answers end.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use rookery_domain::{Args, Part};
use rookery_egress::{Egress, Policy, StreamLimits};
use rookery_models::{Models, Providers, Retry, Scripted, StreamEvent};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use support::{Outcome, Provider, Step, ask_by, request, status, stream, texts};

const OPENAI: &str = include_str!("recorded/openai.sse");
const ANTHROPIC: &str = include_str!("recorded/anthropic.sse");
const GEMINI: &str = include_str!("recorded/gemini.sse");
const KEY: &str = "sk-live-0123456789";

/// Asks a model of this provider: the events before the end, and the end.
async fn ask_with(provider: &Provider, model: &str, limits: StreamLimits) -> Outcome {
    let name = model.split('/').next().unwrap().to_uppercase();
    let variables = [(format!("{name}_BASE_URL"), provider.base.clone()), (format!("{name}_API_KEY"), KEY.to_owned())];
    ask_by(variables, model, limits).await
}

async fn ask(provider: &Provider, model: &str) -> Outcome {
    ask_with(provider, model, StreamLimits::default()).await
}

fn openai_text(text: &str) -> String {
    format!("data: {}\n\n", serde_json::json!({ "model": "m", "choices": [{ "delta": { "content": text } }] }))
}

const OPENAI_END: &str = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";

#[tokio::test]
async fn each_wire_is_spoken_to_by_its_path_its_key_and_its_stream() {
    for (model, recorded, path, key, answered) in [
        ("openai/gpt-5", OPENAI, "/v1/chat/completions", format!("authorization: Bearer {KEY}"), "openai/gpt-5-2025-08-07"),
        (
            "anthropic/claude-sonnet-4-5",
            ANTHROPIC,
            "/v1/v1/messages",
            format!("x-api-key: {KEY}"),
            "anthropic/claude-sonnet-4-5-20250929",
        ),
        (
            "gemini/gemini-2.5-pro",
            GEMINI,
            "/v1/models/gemini-2.5-pro:streamGenerateContent?alt=sse",
            format!("x-goog-api-key: {KEY}"),
            "gemini/gemini-2.5-pro",
        ),
        ("groq/llama", OPENAI, "/v1/chat/completions", format!("authorization: Bearer {KEY}"), "groq/gpt-5-2025-08-07"),
    ] {
        let provider = Provider::start(vec![stream(recorded)]).await;
        let (events, end) = ask(&provider, model).await;
        let end = end.unwrap();
        assert_eq!((end.model.as_str(), end.request_id.as_deref()), (answered, Some("req_7")));
        assert_eq!((texts(&events), end.message.text()), ("I look both up 🦀".into(), "I look both up 🦀".into()));
        let calls: Vec<_> =
            events.iter().filter_map(|event| if let StreamEvent::ToolCall(call) = event { Some(call) } else { None }).collect();
        assert_eq!(calls, end.message.tool_calls().collect::<Vec<_>>());
        assert_eq!(calls.iter().map(|call| call.name.as_str()).collect::<Vec<_>>(), ["read", "list"]);
        let sent = provider.requests().remove(0);
        for line in
            [format!("POST {path} HTTP/1.1"), key, "idempotency-key: op-1-step-1".into(), "accept: text/event-stream".into()]
        {
            assert!(sent.contains(&format!("{line}\r\n")), "{line}: {sent}");
        }
        assert!(sent.contains("Hello") && !sent.contains('⟦'), "{sent}");
    }
}

#[tokio::test]
async fn arguments_that_are_no_json_are_kept() {
    let piece = r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"read","arguments":"{\"path\": a.md}"}}]}}]}"#;
    let provider = Provider::start(vec![stream(&format!("data: {piece}\n\n{OPENAI_END}"))]).await;
    let (_, end) = ask(&provider, "openai/x").await;
    assert_eq!(end.unwrap().message.tool_calls().next().unwrap().args, Args::Malformed("{\"path\": a.md}".into()));
}

#[tokio::test]
async fn a_stream_that_is_cut_is_an_error_and_is_not_tried_again() {
    for (model, recorded) in [("openai/x", OPENAI), ("anthropic/x", ANTHROPIC), ("gemini/x", GEMINI)] {
        let whole = recorded.find("I look ").unwrap();
        let half = &recorded[..whole + recorded[whole..].find("\n\n").unwrap() + 20];
        let provider = Provider::start(vec![stream(half)]).await;
        let (events, end) = ask(&provider, model).await;
        let error = end.unwrap_err();
        assert_eq!((error.code, error.began, error.retry), ("stream_cut", true, Retry::Backoff), "{model}");
        assert_eq!((texts(&events).as_str(), provider.requests().len()), ("I look ", 1));
    }
    // The connection breaks within a chunk.
    let chunked = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\nffff\r\n";
    let provider = Provider::start(vec![vec![Step::Send((chunked.to_owned() + &openai_text("I")).into())]]).await;
    let (events, end) = ask(&provider, "openai/x").await;
    let error = end.unwrap_err();
    assert_eq!((texts(&events).as_str(), error.code, error.began), ("I", "connection_lost", true));
    assert_eq!(provider.requests().len(), 1);
}

#[tokio::test]
async fn an_error_after_the_first_frame_is_told_and_one_before_is_tried_again() {
    let overloaded =
        "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n";
    let provider = Provider::start(vec![stream(overloaded), stream(ANTHROPIC)]).await;
    assert!(ask(&provider, "anthropic/x").await.1.is_ok());
    assert_eq!(provider.requests().len(), 2);
    let late = ANTHROPIC[..ANTHROPIC.find("event: content_block_stop").unwrap()].to_owned() + overloaded;
    let provider = Provider::start(vec![stream(&late)]).await;
    let error = ask(&provider, "anthropic/x").await.1.unwrap_err();
    let told = error.provider.as_ref().unwrap();
    assert_eq!(
        (told.status, told.code.as_deref(), told.request_id.as_deref()),
        (Some(529), Some("overloaded_error"), Some("req_7"))
    );
    assert_eq!((error.began, error.retry, provider.requests().len()), (true, Retry::Backoff, 1));
}

#[tokio::test]
async fn comments_keep_a_slow_answer_alive_and_silence_ends_it() {
    let limits = StreamLimits { idle: Duration::from_secs(1), ..StreamLimits::default() };
    let mut slow = stream(&openai_text("slow"));
    for _ in 0..30 {
        slow.extend([Step::Pause(Duration::from_millis(50)), Step::Send(b": OPENROUTER PROCESSING\n\n".into())]);
    }
    slow.push(Step::Send(OPENAI_END.into()));
    let provider = Provider::start(vec![slow]).await;
    assert_eq!(ask_with(&provider, "openai/x", limits).await.1.unwrap().message.text(), "slow");
    let mut silent = stream(&openai_text("silent"));
    silent.push(Step::Hang);
    let provider = Provider::start(vec![silent]).await;
    let (events, end) = ask_with(&provider, "openai/x", limits).await;
    let error = end.unwrap_err();
    assert_eq!((texts(&events).as_str(), error.code, error.began), ("silent", "idle", true));
}

#[tokio::test]
async fn a_provider_that_never_answers_is_waited_for_once() {
    let provider = Provider::start(vec![vec![Step::Hang]]).await;
    let limits = StreamLimits { first_byte: Duration::from_millis(300), ..StreamLimits::default() };
    let error = ask_with(&provider, "openai/x", limits).await.1.unwrap_err();
    assert_eq!((error.code, error.began, error.retry), ("idle", false, Retry::Backoff));
    assert_eq!(provider.requests().len(), 1);
}

#[tokio::test]
async fn what_passes_is_tried_again_until_it_is_good() {
    let soon = SystemTime::now() + Duration::from_secs(2);
    let date = jiff::Timestamp::try_from(soon).unwrap().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    for failures in [
        vec![status(429, "retry-after: 1\r\n", "{}")],
        vec![status(429, &format!("retry-after: {date}\r\n"), "{}")],
        vec![status(429, "retry-after-ms: 20\r\n", "{}")],
        vec![status(529, "", r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#)],
        vec![status(503, "", "<html>busy</html>")],
        vec![status(500, "", "{}"), status(500, "", "{}")],
        vec![vec![]],
    ] {
        let tries = failures.len() + 1;
        let provider = Provider::start(failures.into_iter().chain([stream(OPENAI)]).collect()).await;
        assert!(ask(&provider, "openai/x").await.1.is_ok());
        let sent = provider.requests();
        assert_eq!(sent.len(), tries);
        assert!(sent.iter().all(|request| request == &sent[0]), "each try is the same call, with the same key");
    }
}

#[tokio::test]
async fn a_wait_that_is_too_long_is_told_and_not_made() {
    let far = "retry-after: Thu, 31 Dec 2099 23:59:59 GMT\r\n";
    for (headers, body) in [
        ("retry-after: 60\r\n", "{}"),
        (far, "{}"),
        ("", r#"[{"error":{"code":503,"message":"m","status":"UNAVAILABLE","details":[{"retryDelay":"3600s"}]}}]"#),
    ] {
        let provider = Provider::start(vec![status(503, headers, body)]).await;
        let error = ask(&provider, "openai/x").await.1.unwrap_err();
        assert!(matches!(error.retry, Retry::After(wait) if wait >= Duration::from_secs(60)), "{error:?}");
        assert_eq!((error.code, provider.requests().len()), ("provider_unavailable", 1));
    }
}

#[tokio::test]
async fn a_refusal_is_told_once_and_without_the_key() {
    let body = format!(
        r#"{{"error":{{"message":"Incorrect API key: {KEY}.","type":"invalid_request_error","code":"invalid_api_key"}}}}"#
    );
    for (code, status_of, body) in [
        ("invalid_api_key", 401, body.as_str()),
        ("insufficient_quota", 429, r#"{"error":{"message":"No money.","type":"x","code":"insufficient_quota"}}"#),
        ("not_found_error", 404, r#"{"type":"error","error":{"type":"not_found_error","message":"model: x"}}"#),
        ("INVALID_ARGUMENT", 400, r#"[{"error":{"code":400,"message":"Bad.","status":"INVALID_ARGUMENT"}}]"#),
    ] {
        let provider = Provider::start(vec![status(status_of, "request-id: req_9\r\n", body)]).await;
        let error = ask(&provider, "openai/x").await.1.unwrap_err();
        assert_eq!((error.code, error.retry, error.began), ("provider_refused", Retry::Never, false), "{error:?}");
        let told = error.provider.as_ref().unwrap();
        assert_eq!((told.status, told.code.as_deref(), told.request_id.as_deref()), (Some(status_of), Some(code), Some("req_9")));
        assert!(!format!("{error:?}").contains(KEY) && !error.message.contains(&told.text), "{error:?}");
        assert_eq!(provider.requests().len(), 1);
    }
}

#[tokio::test]
async fn an_answer_that_is_no_stream_is_refused_at_once() {
    let html = status(200, "content-type: text/html\r\n", "<html>");
    let garbage = stream("data: <html>\n\n");
    let moved = status(307, "location: http://127.0.0.1/\r\n", "");
    let told = |body: &str| status(200, "content-type: application/json\r\n", body);
    let error = told(r#"{"error": {"code": "invalid_prompt", "message": "No."}}"#);
    let listed = told(r#"[{"error": {"code": 400, "message": "No.", "status": "INVALID_ARGUMENT"}}]"#);
    for (answer, code) in [
        (html, "invalid_stream"),
        (garbage, "invalid_stream"),
        (told("{}"), "invalid_stream"),
        (moved, "provider_refused"),
        (error, "provider_refused"),
        (listed, "provider_refused"),
    ] {
        let provider = Provider::start(vec![answer]).await;
        let error = ask(&provider, "openai/x").await.1.unwrap_err();
        assert_eq!((error.code, error.retry, provider.requests().len()), (code, Retry::Never, 1));
    }
}

#[tokio::test]
async fn an_answer_of_two_megabytes_comes_whole_and_one_of_nine_is_cut() {
    let piece = openai_text(&"x".repeat(16 * 1024));
    let provider = Provider::start(vec![stream(&(piece.repeat(128) + OPENAI_END))]).await;
    let (events, end) = ask(&provider, "openai/x").await;
    assert_eq!((texts(&events).len(), end.unwrap().message.text().len()), (2 << 20, 2 << 20));
    let provider = Provider::start(vec![stream(&(piece.repeat(9 * 64) + OPENAI_END))]).await;
    assert_eq!(ask(&provider, "openai/x").await.1.unwrap_err().code, "body_too_large");
}

#[tokio::test]
async fn a_key_that_a_model_repeats_is_in_no_event_and_not_in_the_message() {
    let text = format!("The key is {KEY}, I think. sk-");
    let pieces: String = text.split_inclusive(['-', '4', ' ']).map(openai_text).collect();
    let call = format!(
        r#"{{"choices":[{{"delta":{{"tool_calls":[{{"index":0,"id":"c","function":{{"name":"read","arguments":"{{\"path\":\"{KEY}\"}}"}}}}]}}}}]}}"#
    );
    let provider = Provider::start(vec![stream(&format!("{pieces}data: {call}\n\n{OPENAI_END}"))]).await;
    let (events, end) = ask(&provider, "openai/x").await;
    let end = end.unwrap();
    assert_eq!(texts(&events), "The key is [credential openai], I think. sk-");
    assert_eq!(end.message.parts[0], Part::Text(texts(&events)));
    assert!(!format!("{events:?} {end:?}").contains(KEY));
    assert!(
        matches!(&end.message.tool_calls().next().unwrap().args, Args::Json(args) if args.as_str().contains("[credential openai]"))
    );
}

#[tokio::test]
async fn a_key_is_needed_where_the_address_is_the_providers_own() {
    let providers = Arc::new(Providers::from_env([]).unwrap());
    let models = Models::new(Egress::new(Policy::default()), providers.clone(), Scripted::default());
    let request = request("anthropic/claude-sonnet-4-5");
    let error = models.find(&request.model).unwrap().stream(&request, &*providers).await.err().unwrap();
    assert!(error.code == "key_missing" && error.message.contains("ANTHROPIC_API_KEY"), "{error}");
    assert_eq!(models.find(&"groq/x".parse().unwrap()).err().unwrap().code, "model_unknown");
}

#[tokio::test]
async fn a_private_address_that_is_not_allowed_is_not_called() {
    let provider = Provider::start(vec![stream(OPENAI)]).await;
    let providers = Arc::new(Providers::from_env([("VLLM_BASE_URL".to_owned(), provider.base.clone())]).unwrap());
    let models = Models::new(Egress::new(Policy::default()), providers.clone(), Scripted::default());
    let request = request("vllm/x");
    let error = models.find(&request.model).unwrap().stream(&request, &*providers).await.err().unwrap();
    assert_eq!((error.code, error.retry, provider.requests().len()), ("address_refused", Retry::Never, 0));
}
