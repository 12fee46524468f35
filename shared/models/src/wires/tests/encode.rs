//! From a conversation to the JSON of each wire.

use super::{call, sealed};
use crate::wires::{Anthropic, Bedrock, Gemini, OpenAi, Wire};
use crate::{ModelRequest, ToolSpec};
use bytes::Bytes;
use rookery_domain::{ImageAt, ImageRef, Message, Part, Role, Thinking, ThinkingLevel, ToolResult};
use serde_json::{Value, json};

/// A conversation with every kind of part, begun over one wire and gone on with over each.
fn conversation(model: &str) -> ModelRequest {
    let user = |parts| Message { role: Role::User, parts };
    let image = |at| Part::Image(ImageRef { media_type: "image/png".into(), at });
    let result = |call: &str, is_error| Part::ToolResult(ToolResult { call: call.into(), is_error, text: "gone".into() });
    ModelRequest {
        model: model.parse().unwrap(),
        system: "Be brief.".into(),
        messages: vec![
            user(vec![Part::Text("Look.".into()), image(ImageAt::File("a.png".into())), image(ImageAt::File("b.png".into()))]),
            Message {
                role: Role::Assistant,
                parts: vec![
                    Part::Thinking(Thinking { text: "hm".into(), seal: sealed("anthropic", "c2ln") }),
                    Part::Thinking(Thinking { text: "no seal".into(), seal: None }),
                    call("call_1", "read", r#"{"n": 1.10}"#, sealed("gemini", "Z2Vt")),
                    call("fc.2", "read", "{", None),
                ],
            },
            user(vec![result("call_1", false), result("fc.2", true), Part::Text("Go on.".into())]),
        ],
        files: [("a.png".to_owned(), Bytes::from_static(b"png"))].into(),
        tools: vec![ToolSpec { name: "read".into(), description: "Reads.".into(), parameters: json!({ "type": "object" }) }],
        thinking: ThinkingLevel::Xhigh,
        max_output: Some(500),
        key: "op-1".into(),
    }
}

const MISSING: &str = "[The image `b.png` is not there any more.]";

#[test]
fn a_conversation_is_told_to_openai() {
    let body = OpenAi.body(&conversation("openai/gpt-5"));
    let function = |arguments: &str| json!({ "name": "read", "arguments": arguments });
    assert_eq!(
        body,
        json!({
            "model": "gpt-5",
            "messages": [
                { "role": "system", "content": "Be brief." },
                { "role": "user", "content": [
                    { "type": "text", "text": "Look." },
                    { "type": "image_url", "image_url": { "url": "data:image/png;base64,cG5n" } },
                    { "type": "text", "text": MISSING },
                ] },
                { "role": "assistant", "content": null, "tool_calls": [
                    { "id": "call_1", "type": "function", "function": function(r#"{"n": 1.10}"#) },
                    { "id": "fc.2", "type": "function", "function": function(r#"{"malformed":"{"}"#) },
                ] },
                { "role": "tool", "tool_call_id": "call_1", "content": "gone" },
                { "role": "tool", "tool_call_id": "fc.2", "content": "gone" },
                { "role": "user", "content": "Go on." },
            ],
            "tools": [{ "type": "function", "function": { "name": "read", "description": "Reads.", "parameters": { "type": "object" } } }],
            "reasoning_effort": "xhigh",
            "max_completion_tokens": 500,
            "stream": true,
            "stream_options": { "include_usage": true },
        })
    );
    assert_eq!(OpenAi.body(&conversation("groq/llama"))["max_tokens"], 500);
}

#[test]
fn a_conversation_is_told_to_anthropic() {
    let body = Anthropic.body(&conversation("anthropic/claude-sonnet-4-5"));
    let n: Value = serde_json::from_str(r#"{"n": 1.10}"#).unwrap();
    assert_eq!(
        body,
        json!({
            "model": "claude-sonnet-4-5",
            "thinking": { "type": "enabled", "budget_tokens": 32_000 },
            "max_tokens": 32_500,
            "system": "Be brief.",
            "messages": [
                { "role": "user", "content": [
                    { "type": "text", "text": "Look." },
                    { "type": "image", "source": { "type": "base64", "media_type": "image/png", "data": "cG5n" } },
                    { "type": "text", "text": MISSING },
                ] },
                { "role": "assistant", "content": [
                    { "type": "thinking", "thinking": "hm", "signature": "c2ln" },
                    { "type": "tool_use", "id": "call_1", "name": "read", "input": n },
                    { "type": "tool_use", "id": "fc_2", "name": "read", "input": { "malformed": "{" } },
                ] },
                { "role": "user", "content": [
                    { "type": "tool_result", "tool_use_id": "call_1", "content": "gone", "is_error": false },
                    { "type": "tool_result", "tool_use_id": "fc_2", "content": "gone", "is_error": true },
                    { "type": "text", "text": "Go on.", "cache_control": { "type": "ephemeral" } },
                ] },
            ],
            "tools": [{ "name": "read", "description": "Reads.", "input_schema": { "type": "object" } }],
            "stream": true,
        })
    );
    let later = Anthropic.body(&conversation("anthropic/claude-opus-4-7"));
    let told = [&later["thinking"]["type"], &later["output_config"]["effort"], &later["max_tokens"]];
    assert_eq!(told, [&json!("adaptive"), &json!("xhigh"), &json!(500)]);
}

#[test]
fn a_conversation_is_told_to_gemini() {
    let request = conversation("gemini/gemini-2.5-pro");
    assert_eq!(Gemini.path(&request).0, "/models/gemini-2.5-pro:streamGenerateContent");
    let n: Value = serde_json::from_str(r#"{"n": 1.10}"#).unwrap();
    assert_eq!(
        Gemini.body(&request),
        json!({
            "systemInstruction": { "parts": [{ "text": "Be brief." }] },
            "contents": [
                { "role": "user", "parts": [
                    { "text": "Look." }, { "inlineData": { "mimeType": "image/png", "data": "cG5n" } }, { "text": MISSING },
                ] },
                { "role": "model", "parts": [
                    { "functionCall": { "name": "read", "args": n }, "thoughtSignature": "Z2Vt" },
                    { "functionCall": { "name": "read", "args": { "malformed": "{" }, "id": "fc.2" } },
                ] },
                { "role": "user", "parts": [
                    { "functionResponse": { "name": "read", "response": { "output": "gone" } } },
                    { "functionResponse": { "name": "read", "response": { "error": "gone" }, "id": "fc.2" } },
                    { "text": "Go on." },
                ] },
            ],
            "tools": [{ "functionDeclarations": [
                { "name": "read", "description": "Reads.", "parametersJsonSchema": { "type": "object" } },
            ] }],
            "generationConfig": { "maxOutputTokens": 500, "thinkingConfig": { "includeThoughts": true, "thinkingBudget": 24_576 } },
        })
    );
    let later = Gemini.body(&conversation("gemini/gemini-3-pro-preview"));
    assert_eq!(later["generationConfig"]["thinkingConfig"]["thinkingLevel"], "high");
}

#[test]
fn a_conversation_is_told_to_bedrock() {
    let request = conversation("bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0");
    assert_eq!(Bedrock.path(&request).0, "/model/eu.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse-stream");
    let n: Value = serde_json::from_str(r#"{"n": 1.10}"#).unwrap();
    let body = Bedrock.body(&request);
    assert_eq!(
        body,
        json!({
            "messages": [
                { "role": "user", "content": [
                    { "text": "Look." },
                    { "image": { "format": "png", "source": { "bytes": "cG5n" } } },
                    { "text": MISSING },
                ] },
                { "role": "assistant", "content": [
                    { "reasoningContent": { "reasoningText": { "text": "hm", "signature": "c2ln" } } },
                    { "toolUse": { "toolUseId": "call_1", "name": "read", "input": n } },
                    { "toolUse": { "toolUseId": "fc_2", "name": "read", "input": { "malformed": "{" } } },
                ] },
                { "role": "user", "content": [
                    { "toolResult": { "toolUseId": "call_1", "content": [{ "text": "gone" }] } },
                    { "toolResult": { "toolUseId": "fc_2", "content": [{ "text": "gone" }], "status": "error" } },
                    { "text": "Go on." },
                    { "cachePoint": { "type": "default" } },
                ] },
            ],
            "system": [{ "text": "Be brief." }],
            "toolConfig": { "tools": [
                { "toolSpec": { "name": "read", "description": "Reads.", "inputSchema": { "json": { "type": "object" } } } },
            ] },
            "additionalModelRequestFields": { "thinking": { "type": "enabled", "budget_tokens": 32_000 } },
            "inferenceConfig": { "maxTokens": 32_500 },
        })
    );
}

#[test]
fn each_model_of_bedrock_is_told_what_it_understands() {
    for (model, thinking) in [
        ("anthropic.claude-opus-4-7", json!({ "thinking": { "type": "adaptive" }, "output_config": { "effort": "xhigh" } })),
        ("us.amazon.nova-2-lite-v1:0", json!({ "reasoningConfig": { "type": "enabled", "maxReasoningEffort": "high" } })),
        ("openai.gpt-oss-120b-1:0", json!({ "reasoning_effort": "high" })),
        ("meta.llama3-3-70b-instruct-v1:0", Value::Null),
    ] {
        let body = Bedrock.body(&conversation(&format!("bedrock/{model}")));
        assert_eq!(body["additionalModelRequestFields"], thinking, "{model}");
        assert_eq!(body["inferenceConfig"]["maxTokens"], 500);
        let text = body.to_string();
        assert_eq!(
            (text.contains("reasoningText"), text.contains("cachePoint")),
            (model.contains("claude"), model.contains("claude"))
        );
    }
    let old = Bedrock.body(&conversation("bedrock/anthropic.claude-3-haiku-20240307-v1:0")).to_string();
    assert!(!old.contains("cachePoint"), "it would refuse to be told");
    let arn = conversation("bedrock/arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3");
    let path = "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile%2Fa1b2c3/converse-stream";
    assert_eq!(Bedrock.path(&arn).0, path);
    // The calls of a conversation are told only beside tools, and an empty text not at all.
    let mut bare = ModelRequest { tools: Vec::new(), thinking: ThinkingLevel::Off, max_output: None, ..arn };
    if let Some(Part::ToolResult(result)) = bare.messages[2].parts.first_mut() {
        result.text = String::new();
    }
    let body = Bedrock.body(&bare);
    assert_eq!(body["toolConfig"]["tools"].as_array().map(Vec::len), Some(1));
    assert_eq!(body["toolConfig"]["tools"][0]["toolSpec"]["name"], "read");
    let first = &body["messages"][2]["content"][0]["toolResult"];
    assert_eq!(first["content"][0]["text"], "[The result is empty.]");
    assert!(body.get("inferenceConfig").or(body.get("additionalModelRequestFields")).is_none());
}

#[test]
fn nothing_is_asked_of_a_model_that_need_not_think() {
    for wire in [&OpenAi as &dyn Wire, &Anthropic, &Gemini] {
        let plain = ModelRequest { thinking: ThinkingLevel::Off, max_output: None, tools: Vec::new(), ..conversation("x/y") };
        let body = wire.body(&plain).to_string();
        for word in ["reasoning", "\"thinking\":{", "thinkingConfig", "tools\"", "generationConfig"] {
            assert!(!body.contains(word), "{word} {body}");
        }
    }
}
