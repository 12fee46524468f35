//! Google's generateContent of Gemini. Source: ai.google.dev/api/generate-content, "Function calling" and "Thinking".

use super::{Decoder, Ended, Facts, Shown, Wire, args_of, image, json_of};
use crate::assemble::Assembly;
use crate::{ModelError, ModelRequest, StreamEvent};
use rookery_domain::{Message, Part, Role, Seal, Stop, ThinkingLevel, Usage};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// The wire of our seals.
const WIRE: &str = "gemini";

pub(crate) struct Gemini;

impl Wire for Gemini {
    fn path(&self, request: &ModelRequest) -> (String, Option<(&'static str, &'static str)>) {
        (format!("/models/{}:streamGenerateContent", request.model.model()), Some(("alt", "sse")))
    }

    fn headers(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    fn key_header(&self) -> (&'static str, &'static str) {
        ("x-goog-api-key", "")
    }

    fn body(&self, request: &ModelRequest) -> Value {
        let mut body = Map::new();
        if !request.system.is_empty() {
            body.insert("systemInstruction".into(), json!({ "parts": [{ "text": request.system }] }));
        }
        // A result names the function, not only the call.
        let calls = request.messages.iter().flat_map(Message::tool_calls);
        let names: HashMap<&str, &str> = calls.map(|call| (call.id.as_str(), call.name.as_str())).collect();
        let contents = request.messages.iter().filter_map(|message| content(message, request, &names));
        body.insert("contents".into(), contents.collect());
        if !request.tools.is_empty() {
            let tools = request.tools.iter().map(
                |tool| json!({ "name": tool.name, "description": tool.description, "parametersJsonSchema": tool.parameters }),
            );
            body.insert("tools".into(), json!([{ "functionDeclarations": tools.collect::<Vec<_>>() }]));
        }
        let mut config = Map::new();
        config.extend(request.max_output.map(|most| ("maxOutputTokens".to_owned(), most.into())));
        config.extend(thinking(request).map(|thinking| ("thinkingConfig".to_owned(), thinking)));
        if !config.is_empty() {
            body.insert("generationConfig".into(), config.into());
        }
        Value::Object(body)
    }

    fn decoder(&self) -> Box<dyn Decoder> {
        Box::<Reader>::default()
    }
}

/// Models before Gemini 3 know budgets, later ones levels, of which not all know each.
fn thinking(request: &ModelRequest) -> Option<Value> {
    let (budget, level) = match request.thinking {
        ThinkingLevel::Off => return None,
        ThinkingLevel::Minimal => (512, "low"),
        ThinkingLevel::Low => (2048, "low"),
        ThinkingLevel::Medium => (8192, "medium"),
        ThinkingLevel::High => (16_384, "high"),
        ThinkingLevel::Xhigh => (24_576, "high"),
    };
    let has_budgets = ["gemini-1", "gemini-2"].iter().any(|old| request.model.model().starts_with(old));
    Some(match has_budgets {
        true => json!({ "includeThoughts": true, "thinkingBudget": budget }),
        false => json!({ "includeThoughts": true, "thinkingLevel": level }),
    })
}

fn content(message: &Message, request: &ModelRequest, names: &HashMap<&str, &str>) -> Option<Value> {
    let role = match message.role {
        Role::User => "user",
        Role::Assistant => "model",
    };
    let parts: Vec<Value> = message.parts.iter().filter_map(|part| self::part(part, request, names)).collect();
    (!parts.is_empty()).then(|| json!({ "role": role, "parts": parts }))
}

fn part(part: &Part, request: &ModelRequest, names: &HashMap<&str, &str>) -> Option<Value> {
    match part {
        Part::Text(text) => (!text.is_empty()).then(|| json!({ "text": text })),
        Part::Image(reference) => Some(match image(reference, request) {
            Shown::Url(url) => json!({ "fileData": { "mimeType": reference.media_type, "fileUri": url } }),
            Shown::Base64(data) => json!({ "inlineData": { "mimeType": reference.media_type, "data": data } }),
            Shown::Missing(note) => json!({ "text": note }),
        }),
        // Only the seals of calls are wanted back.
        Part::Thinking(_) => None,
        Part::ToolCall(call) => {
            let mut part =
                json!({ "functionCall": with_id(&call.id, json!({ "name": call.name, "args": args_of(&call.args) })) });
            if let Some(seal) = call.seal.as_ref().filter(|seal| seal.wire == WIRE) {
                part["thoughtSignature"] = seal.text.as_str().into();
            }
            Some(part)
        }
        Part::ToolResult(result) => {
            let name = names.get(result.call.as_str()).copied().unwrap_or(&result.call);
            let response = if result.is_error { json!({ "error": result.text }) } else { json!({ "output": result.text }) };
            Some(json!({ "functionResponse": with_id(&result.call, json!({ "name": name, "response": response })) }))
        }
    }
}

/// Adds a call's id, unless it is of our own making or came over another wire: those are not known to the model.
fn with_id(id: &str, mut value: Value) -> Value {
    if !["call_", "toolu_"].iter().any(|foreign| id.starts_with(foreign)) {
        value["id"] = id.into();
    }
    value
}

#[derive(Default)]
struct Reader {
    assembly: Assembly,
    facts: Facts,
    /// The place of the block at work, and its kind: the wire numbers no blocks.
    at: u64,
    kind: Option<Kind>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Thinking,
    Call,
}

impl Decoder for Reader {
    fn frame(&mut self, data: &str) -> Result<Vec<StreamEvent>, ModelError> {
        let frame = json_of(data)?;
        if let Some(model) = frame["modelVersion"].as_str() {
            model.clone_into(&mut self.facts.model);
        }
        if frame["usageMetadata"].is_object() {
            self.facts.usage = usage(&frame["usageMetadata"]);
        }
        if frame["promptFeedback"]["blockReason"].is_string() {
            self.facts.stop = Some(Stop::Refused);
        }
        let candidate = &frame["candidates"][0];
        let parts = candidate["content"]["parts"].as_array().into_iter().flatten();
        let events = parts.filter_map(|part| self.part(part)).collect();
        if let Some(reason) = candidate["finishReason"].as_str() {
            self.facts.stop = Some(stop(reason)?);
        }
        Ok(events)
    }

    /// The wire has no last frame but the end of the body.
    fn is_done(&self) -> bool {
        false
    }

    fn end(self: Box<Self>, key: &str) -> Result<Ended, ModelError> {
        self.facts.end(self.assembly.finish(key))
    }
}

impl Reader {
    fn part(&mut self, part: &Value) -> Option<StreamEvent> {
        let call = &part["functionCall"];
        if call.is_object() {
            let at = self.place(Kind::Call);
            let open = self.assembly.call(at)?;
            open.id = call["id"].as_str().unwrap_or_default().to_owned();
            open.name = call["name"].as_str().unwrap_or_default().to_owned();
            open.args = if call["args"].is_null() { String::new() } else { call["args"].to_string() };
            open.seal = part["thoughtSignature"].as_str().map(|text| Seal { wire: WIRE.to_owned(), text: text.to_owned() });
            return None;
        }
        let text = part["text"].as_str().filter(|text| !text.is_empty())?;
        if part["thought"] == true {
            let at = self.place(Kind::Thinking);
            return self.assembly.thinking(at, text);
        }
        let at = self.place(Kind::Text);
        self.assembly.text(at, text)
    }

    /// The place of a part: a new one, unless it goes on with the text or the thoughts before it.
    fn place(&mut self, kind: Kind) -> u64 {
        if kind == Kind::Call || self.kind != Some(kind) {
            self.at += 1;
            self.kind = Some(kind);
        }
        self.at
    }
}

fn stop(reason: &str) -> Result<Stop, ModelError> {
    match reason {
        "MAX_TOKENS" => Ok(Stop::Length),
        "SAFETY" | "RECITATION" | "LANGUAGE" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" | "IMAGE_SAFETY" => Ok(Stop::Refused),
        "MALFORMED_FUNCTION_CALL" | "UNEXPECTED_TOOL_CALL" => {
            let message = "The model asked for a tool in a form that its provider cannot read. Ask again.";
            Err(ModelError { retry: crate::Retry::Backoff, ..ModelError::new("malformed_call", message) })
        }
        _ => Ok(Stop::End),
    }
}

/// Their tokens of the prompt count the cached ones, and those of thoughts stand alone.
fn usage(usage: &Value) -> Usage {
    let count = |key: &str| usage[key].as_u64().unwrap_or(0);
    let cache_read = count("cachedContentTokenCount");
    let prompt = count("promptTokenCount").saturating_add(count("toolUsePromptTokenCount"));
    let output = count("candidatesTokenCount").saturating_add(count("thoughtsTokenCount"));
    let total_tokens = usage["totalTokenCount"].as_u64().unwrap_or(prompt.saturating_add(output));
    Usage { input: prompt.saturating_sub(cache_read), output, cache_read, cache_write: 0, total_tokens }
}
