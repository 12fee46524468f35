//! From the frames of an answer to its events and its message.

use super::{call, sealed};
use crate::wires::{Anthropic, Bedrock, Ended, Gemini, OpenAi, Wire};
use crate::{ModelError, Retry, StreamEvent};
use bytes::Bytes;
use futures::executor::block_on;
use futures::stream::{StreamExt, iter};
use proptest::prelude::*;
use rookery_domain::{Args, Message, Part, Role, Stop, Thinking, Usage};

const OPENAI: &str = include_str!("../../../tests/recorded/openai.sse");
const ANTHROPIC: &str = include_str!("../../../tests/recorded/anthropic.sse");
const GEMINI: &str = include_str!("../../../tests/recorded/gemini.sse");
const BEDROCK: &[u8] = include_bytes!("../../../tests/recorded/bedrock.frames");
/// Each wire with an answer, and where its end begins at the earliest.
const RECORDED: [(&dyn Wire, &[u8], &str); 4] = [
    (&OpenAi, OPENAI.as_bytes(), "\"finish"),
    (&Anthropic, ANTHROPIC.as_bytes(), "event: message_stop"),
    (&Gemini, GEMINI.as_bytes(), "\"finish"),
    (&Bedrock, BEDROCK, "messageStop"),
];

type Read = Result<(Vec<StreamEvent>, Ended), ModelError>;

/// Decodes a stream whose bytes come in pieces that end at these places.
fn read(wire: &dyn Wire, stream: &[u8], cuts: &[usize]) -> Read {
    let mut pieces = Vec::new();
    let mut from = 0;
    for to in cuts.iter().copied().chain([stream.len()]) {
        pieces.push(Ok(Bytes::copy_from_slice(&stream[from..to])));
        from = to;
    }
    let frames: Vec<_> = block_on(wire.framing().frames(iter(pieces).boxed()).collect());
    let mut decoder = wire.decoder();
    let mut events = Vec::new();
    for frame in frames {
        events.extend(decoder.frame(&frame?)?);
        if decoder.is_done() {
            break;
        }
    }
    Ok((events, decoder.end("op-1")?))
}

#[test]
fn a_content_in_parts_is_text_and_thoughts() {
    let delta =
        |content: serde_json::Value| format!("data: {}\n\n", serde_json::json!({"choices": [{"delta": {"content": content}}]}));
    let thinking = serde_json::json!([{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}]);
    let text = serde_json::json!([{"type": "text", "text": "Four"}, {"type": "text", "text": "."}, {"type": "else"}]);
    let end = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
    let stream = [&delta(thinking), &delta(text), end].concat();
    let (events, ended) = read(&OpenAi, stream.as_bytes(), &[]).unwrap();
    let said = [StreamEvent::Thinking("Hm.".into()), StreamEvent::Text("Four".into()), StreamEvent::Text(".".into())];
    assert_eq!(events, said);
    let thought = Part::Thinking(Thinking { text: "Hm.".into(), seal: None });
    assert_eq!(ended.message.parts, [thought, Part::Text("Four.".into())]);
}

#[test]
fn recorded_streams_become_messages() {
    let text = || Part::Text("I look both up 🦀".into());
    let thinking = |text: &str, seal| Part::Thinking(Thinking { text: text.into(), seal });
    let usage = |input, cache_write| Usage { input, output: 34, cache_read: 100, cache_write, total_tokens: 154 + cache_write };
    let id = |at: u64| format!("call_{}", rookery_domain::hashed_uuid(&[b"op-1", &at.to_be_bytes()]).simple());
    let expected = [
        (
            vec![text(), call("call_a1", "read", r#"{"path":"a.md"}"#, None), call("call_b2", "list", "{}", None)],
            usage(20, 0),
            "gpt-5-2025-08-07",
        ),
        (
            vec![
                thinking("Two files, then.", sealed("anthropic", "EqQBCgIYAg==")),
                thinking("", sealed("anthropic/redacted", "EmwKAhgB")),
                text(),
                call("toolu_01A", "read", r#"{"path": "a.md"}"#, None),
                call("toolu_01B", "list", "{}", None),
            ],
            usage(20, 7),
            "claude-sonnet-4-5-20250929",
        ),
        (
            vec![
                thinking("Two files, then.", None),
                text(),
                call(&id(3), "read", r#"{"path":"a.md"}"#, sealed("gemini", "CiQB0e2Kb")),
                call(&id(4), "list", "{}", None),
            ],
            usage(20, 0),
            "gemini-2.5-pro",
        ),
        (
            vec![
                thinking("Two files, then.", sealed("anthropic", "EqQBCgIYAg==")),
                thinking("", sealed("bedrock/redacted", "EmwKAhgB")),
                text(),
                call("tooluse_01A", "read", r#"{"path": "a.md"}"#, None),
                call("tooluse_01B", "list", "{}", None),
            ],
            usage(20, 7),
            "",
        ),
    ];
    for ((wire, stream, _), (parts, usage, model)) in RECORDED.into_iter().zip(expected) {
        let (events, ended) = read(wire, stream, &[]).unwrap();
        let message = Message { role: Role::Assistant, parts };
        assert_eq!(ended, Ended { message, stop: Stop::Tools, usage, model: model.into() });
        let said: Vec<_> = events.iter().filter(|event| matches!(event, StreamEvent::Text(_))).cloned().collect();
        assert_eq!(said, [StreamEvent::Text("I look ".into()), StreamEvent::Text("both up 🦀".into())]);
        let thought = events.iter().any(|event| matches!(event, StreamEvent::Thinking(_)));
        assert_eq!(thought, model != "gpt-5-2025-08-07");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn pieces_are_decoded_as_the_whole_is(wire in 0..RECORDED.len(), mut cuts in prop::collection::vec(0..1000usize, 0..40)) {
        let (wire, stream, _) = RECORDED[wire];
        cuts.iter_mut().for_each(|cut| *cut = *cut * stream.len() / 1000);
        cuts.sort_unstable();
        prop_assert_eq!(read(wire, stream, &cuts), read(wire, stream, &[]));
    }

    /// Nothing that a server sends makes a decoder panic, and a stream that is cut is never a whole answer.
    #[test]
    fn a_cut_stream_is_no_answer(wire in 0..RECORDED.len(), share in 0..1000usize) {
        let (wire, stream, end) = RECORDED[wire];
        let last = stream.windows(end.len()).rposition(|bytes| bytes == end.as_bytes()).unwrap();
        let cut = last * share / 1000;
        prop_assert_eq!(read(wire, &stream[..cut], &[]).unwrap_err().code, "stream_cut");
    }

    #[test]
    fn strange_frames_are_read_without_harm(wire in 0..RECORDED.len(), frame in r#"\{("(type|index|delta|choices|tool_calls|candidates|parts|content|usage|error|contentBlockStart|contentBlockDelta|messageStop|toolUse|reasoningContent)":(\[|\{|null|1e99|-1|"x"|"content_block_delta"|\]|\}|,)){0,6}\}?"#) {
        let mut decoder = RECORDED[wire].0.decoder();
        let _ = decoder.frame(&frame);
        let _ = decoder.end("key");
    }
}

#[test]
fn malformed_arguments_are_kept_as_they_are() {
    for (bad, expected) in [("{\\\"path\\\": ", "{\"path\": "), ("nothing", "nothing"), ("{} {}", "{} {}")] {
        let piece = format!(
            r#"{{"choices":[{{"delta":{{"tool_calls":[{{"index":0,"id":"c","function":{{"name":"read","arguments":"{bad}"}}}}]}},"finish_reason":"stop"}}]}}"#
        );
        let (_, ended) = read(&OpenAi, format!("data: {piece}\n\ndata: [DONE]\n\n").as_bytes(), &[]).unwrap();
        assert_eq!(ended.stop, Stop::Tools, "who says `stop` and calls a tool waits for it");
        assert_eq!(ended.message.tool_calls().next().unwrap().args, Args::Malformed(expected.into()));
    }
}

#[test]
fn each_call_has_a_name_and_an_id_of_its_own() {
    let calls = r#"[{"index":0,"id":"c","function":{"name":"read"}},{"index":1,"id":"c","function":{"name":"list"}},{"index":2,"function":{}}]"#;
    let frame = format!(r#"{{"choices":[{{"delta":{{"tool_calls":{calls}}},"finish_reason":"tool_calls"}}]}}"#);
    let (_, ended) = read(&OpenAi, format!("data: {frame}\n\ndata: [DONE]\n\n").as_bytes(), &[]).unwrap();
    let calls: Vec<_> = ended.message.tool_calls().map(|call| (call.name.as_str(), call.id.as_str())).collect();
    assert_eq!(calls.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["read", "list", "unnamed"]);
    let ids: std::collections::BTreeSet<_> = calls.iter().map(|(_, id)| *id).collect();
    assert!(ids.len() == 3 && calls[0].1 == "c", "{ids:?}");
}

#[test]
fn reasons_to_end_are_told_apart() {
    let openai = |reason: &str| format!(r#"{{"choices":[{{"delta":{{"content":"x"}},"finish_reason":"{reason}"}}]}}"#);
    let gemini = |reason: &str| format!(r#"{{"candidates":[{{"finishReason":"{reason}"}}]}}"#);
    let blocked = r#"{"promptFeedback":{"blockReason":"SAFETY"}}"#.to_owned();
    let refusal = r#"{"choices":[{"delta":{"refusal":"No."},"finish_reason":"stop"}]}"#.to_owned();
    for (wire, frame, stop) in [
        (&OpenAi as &dyn Wire, openai("stop"), Stop::End),
        (&OpenAi, openai("length"), Stop::Length),
        (&OpenAi, openai("content_filter"), Stop::Refused),
        (&OpenAi, openai("of_tomorrow"), Stop::End),
        (&OpenAi, refusal, Stop::Refused),
        (&Gemini, gemini("MAX_TOKENS"), Stop::Length),
        (&Gemini, gemini("SAFETY"), Stop::Refused),
        (&Gemini, blocked, Stop::Refused),
    ] {
        assert_eq!(read(wire, format!("data: {frame}\n\n").as_bytes(), &[]).unwrap().1.stop, stop, "{frame}");
    }
    for (reason, stop) in [("end_turn", Stop::End), ("max_tokens", Stop::Length), ("refusal", Stop::Refused)] {
        let stream = ANTHROPIC.replace("\"tool_use\",\"stop_sequence\"", &format!("\"{reason}\",\"stop_sequence\""));
        let expected = if stop == Stop::End { Stop::Tools } else { stop };
        assert_eq!(read(&Anthropic, stream.as_bytes(), &[]).unwrap().1.stop, expected);
    }
}

/// Reads frames of Bedrock, unpacked.
fn read_bedrock(frames: &[&str]) -> Read {
    let mut decoder = Bedrock.decoder();
    let mut events = Vec::new();
    for frame in frames {
        events.extend(decoder.frame(frame)?);
    }
    Ok((events, decoder.end("op-1")?))
}

#[test]
fn a_plain_answer_of_bedrock_needs_no_more_than_its_text_and_its_end() {
    let text = r#"{"contentBlockDelta":{"contentBlockIndex":0,"delta":{"text":"x"}}}"#;
    let unnamed = r#"{"contentBlockDelta":{"contentBlockIndex":1,"delta":{"toolUse":{"input":"{}"}}}}"#;
    for (reason, stop) in [
        ("end_turn", Stop::End),
        ("stop_sequence", Stop::End),
        ("max_tokens", Stop::Length),
        ("model_context_window_exceeded", Stop::Length),
        ("guardrail_intervened", Stop::Refused),
        ("content_filtered", Stop::Refused),
        ("of_tomorrow", Stop::End),
    ] {
        let end = format!(r#"{{"messageStop":{{"stopReason":"{reason}"}}}}"#);
        let (events, ended) = read_bedrock(&[text, unnamed, r#"{"new":{}}"#, "{}", &end]).unwrap();
        let message = Message { role: Role::Assistant, parts: vec![Part::Text("x".into())] };
        assert_eq!(ended, Ended { message, stop, usage: Usage::default(), model: String::new() });
        assert_eq!(events, [StreamEvent::Text("x".into())]);
    }
    let error = read_bedrock(&[text, r#"{"messageStop":{"stopReason":"malformed_tool_use"}}"#]).unwrap_err();
    assert_eq!((error.code, error.retry), ("malformed_call", Retry::Backoff));
}

#[test]
fn an_error_within_a_stream_is_told() {
    for (wire, frame, status, retry) in [
        (&OpenAi as &dyn Wire, r#"{"error":{"message":"slow","type":"server_error","code":null}}"#, Some(500), Retry::Backoff),
        (&OpenAi, r#"{"error":{"message":"no money","type":"x","code":"insufficient_quota"}}"#, Some(429), Retry::Never),
        (&OpenAi, r#"{"error":"out of memory"}"#, None, Retry::Backoff),
        (&Anthropic, r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#, Some(529), Retry::Backoff),
        (
            &Gemini,
            r#"{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED","details":[{"@type":"RetryInfo","retryDelay":"34.5s"}]}}"#,
            Some(429),
            Retry::After(std::time::Duration::from_millis(34_500)),
        ),
        (&Gemini, r#"{"error":{"code":400,"message":"bad","status":"INVALID_ARGUMENT"}}"#, Some(400), Retry::Never),
        (&Bedrock, r#"{"error":{"code":"throttlingException","message":"m"}}"#, Some(429), Retry::Backoff),
        (&Bedrock, r#"{"error":{"code":"serviceUnavailableException","message":"m"}}"#, Some(503), Retry::Backoff),
        (&Bedrock, r#"{"error":{"code":"modelStreamErrorException","message":"m"}}"#, Some(424), Retry::Backoff),
        (&Bedrock, r#"{"error":{"code":"internalServerException","message":"m"}}"#, Some(500), Retry::Backoff),
        (&Bedrock, r#"{"error":{"code":"modelTimeoutException","message":"m"}}"#, Some(408), Retry::Backoff),
        (&Bedrock, r#"{"error":{"code":"validationException","message":"m"}}"#, Some(400), Retry::Never),
        (&Bedrock, r#"{"error":{"code":null,"message":"m"}}"#, None, Retry::Backoff),
    ] {
        let error = wire.decoder().frame(frame).unwrap_err();
        assert_eq!((error.provider.unwrap().status, error.retry), (status, retry), "{frame}");
    }
    assert_eq!(OpenAi.decoder().frame("<html>").unwrap_err().code, "invalid_stream");
}

#[test]
fn servers_that_differ_from_openai_are_read_too() {
    let frames = [
        // OpenRouter and DeepSeek tell the thoughts; Mistral repeats the id and the name; Ollama sends arguments as an object.
        r#"{"model":"m","choices":[{"delta":{"reasoning":"hm","content":""}}]}"#,
        r#"{"model":"","choices":[{"delta":{"reasoning_content":", yes","content":null}}]}"#,
        r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"read","arguments":"{"}}]}}]}"#,
        r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"read","arguments":"}"}}]}}]}"#,
        r#"{"choices":[{"delta":{"tool_calls":[{"index":1,"function":{"name":"list","arguments":{"n":1}}}]}}]}"#,
        r#"{"choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2}}"#,
    ];
    // There is no `[DONE]`.
    let stream: String = frames.iter().map(|frame| format!("data: {frame}\n\n")).collect();
    let (events, ended) = read(&OpenAi, stream.as_bytes(), &[]).unwrap();
    assert_eq!(events, [StreamEvent::Thinking("hm".into()), StreamEvent::Thinking(", yes".into())]);
    let id = format!("call_{}", rookery_domain::hashed_uuid(&[b"op-1", &3u64.to_be_bytes()]).simple());
    let thoughts = Part::Thinking(Thinking { text: "hm, yes".into(), seal: None });
    assert_eq!(ended.message.parts, [thoughts, call("a", "read", "{}", None), call(&id, "list", r#"{"n":1}"#, None)]);
    let usage = Usage { input: 3, output: 2, total_tokens: 5, ..Usage::default() };
    assert_eq!((ended.stop, ended.usage, ended.model.as_str()), (Stop::Tools, usage, "m"));
}
