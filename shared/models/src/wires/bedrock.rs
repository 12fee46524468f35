//! Amazon Bedrock's Converse. Source: docs.aws.amazon.com, "Amazon Bedrock Runtime", "ConverseStream"; the user guide, "Prompt caching"
//! and "Extended thinking".

use super::anthropic::{self, MAX_TOKENS, SIGNED};
use super::{Decoder, Ended, Facts, Shown, Wire, args_of, image, json_of};
use crate::assemble::Assembly;
use crate::framing::Framing;
use crate::{ModelError, ModelRequest, Retry, StreamEvent};
use rookery_domain::{Message, Part, Role, Seal, Stop, ThinkingLevel};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The wire of seals that hold thoughts as a whole. A seal over thoughts that can be read is Anthropic's own, wherever its models run.
const REDACTED: &str = "bedrock/redacted";

pub(crate) struct Bedrock;

impl Wire for Bedrock {
    fn path(&self, request: &ModelRequest) -> (String, Option<(&'static str, &'static str)>) {
        // A name may be an ARN. It is one segment of the path.
        let name = request.model.model().replace(':', "%3A").replace('/', "%2F").replace('@', "%40").replace('+', "%2B");
        (format!("/model/{name}/converse-stream"), None)
    }

    fn headers(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    fn key_header(&self) -> (&'static str, &'static str) {
        ("authorization", "Bearer ")
    }

    fn framing(&self) -> Framing {
        Framing::EventStream
    }

    fn body(&self, request: &ModelRequest) -> Value {
        let mut body = Map::new();
        let messages = request.messages.iter().filter_map(|message| self::message(message, request));
        let mut messages: Vec<Value> = messages.collect();
        if claude(request).is_some_and(has_cache) {
            remember(&mut messages);
        }
        body.insert("messages".into(), messages.into());
        if !request.system.is_empty() {
            body.insert("system".into(), json!([{ "text": request.system }]));
        }
        let tools = tools(request);
        if !tools.is_empty() {
            body.insert("toolConfig".into(), json!({ "tools": tools }));
        }
        let mut fields = Map::new();
        let budget = think(request, &mut fields);
        if !fields.is_empty() {
            body.insert("additionalModelRequestFields".into(), fields.into());
        }
        // Thoughts of a fixed budget are counted with the answer, whose bound must be above it.
        let most = request.max_output.or((budget > 0).then_some(MAX_TOKENS)).map(|most| most.saturating_add(budget));
        if let Some(most) = most {
            body.insert("inferenceConfig".into(), json!({ "maxTokens": most }));
        }
        Value::Object(body)
    }

    fn decoder(&self) -> Box<dyn Decoder> {
        Box::<Reader>::default()
    }
}

/// Anthropic's own name for the model, if it is one of theirs: `claude-sonnet-4-5-20250929-v1:0`.
fn claude(request: &ModelRequest) -> Option<&str> {
    request.model.model().split_once("anthropic.").map(|(_, name)| name)
}

/// Whether a Claude keeps prompts in a cache if it is told to: those that do not refuse to be told.
fn has_cache(claude: &str) -> bool {
    !["claude-3", "claude-v", "claude-instant"].iter().any(|old| claude.starts_with(old))
}

/// Has the provider keep all up to here in its cache: the next call of a session begins with the same.
fn remember(messages: &mut [Value]) {
    let last = messages.iter_mut().rev().find(|message| message["role"] == "user");
    if let Some(content) = last.and_then(|message| message["content"].as_array_mut()) {
        content.push(json!({ "cachePoint": { "type": "default" } }));
    }
}

/// Says how hard to think, in the words of the model's maker, and gives the tokens that are set aside for it. Other models think as they do.
fn think(request: &ModelRequest, fields: &mut Map<String, Value>) -> u32 {
    let effort = match request.thinking {
        ThinkingLevel::Off => return 0,
        ThinkingLevel::Minimal | ThinkingLevel::Low => "low",
        ThinkingLevel::Medium => "medium",
        ThinkingLevel::High | ThinkingLevel::Xhigh => "high",
    };
    if let Some(claude) = claude(request) {
        return anthropic::think(claude, request.thinking, fields);
    }
    let model = request.model.model();
    if model.contains("amazon.nova-2") {
        fields.insert("reasoningConfig".into(), json!({ "type": "enabled", "maxReasoningEffort": effort }));
    } else if model.contains("openai.gpt-oss") {
        fields.insert("reasoning_effort".into(), effort.into());
    }
    0
}

/// The tools of a request. Whoever speaks of calls must also say which tools there are: where there are none any more, those of the
/// conversation are named.
fn tools(request: &ModelRequest) -> Vec<Value> {
    let tool = |name: &str, description: &str, parameters: &Value| json!({ "toolSpec": { "name": name, "description": description, "inputSchema": { "json": parameters } } });
    if !request.tools.is_empty() {
        return request.tools.iter().map(|spec| tool(&spec.name, &spec.description, &spec.parameters)).collect();
    }
    let names: BTreeSet<&str> = request.messages.iter().flat_map(Message::tool_calls).map(|call| call.name.as_str()).collect();
    names.into_iter().map(|name| tool(name, "It is not there any more.", &json!({ "type": "object" }))).collect()
}

/// A message without anything that could be sent is left out: the wire refuses empty ones.
fn message(message: &Message, request: &ModelRequest) -> Option<Value> {
    let role = match message.role {
        Role::User => "user",
        Role::Assistant => "assistant",
    };
    let mut content: Vec<Value> = message.parts.iter().filter_map(|part| block(part, request)).collect();
    // Results must stand first.
    content.sort_by_key(|block| block.get("toolResult").is_none() && message.role == Role::User);
    (!content.is_empty()).then(|| json!({ "role": role, "content": content }))
}

fn block(part: &Part, request: &ModelRequest) -> Option<Value> {
    let text = |text: &str| (!text.trim().is_empty()).then(|| json!({ "text": text }));
    match part {
        Part::Text(said) => text(said),
        Part::Image(reference) => match image(reference, request) {
            Shown::Url(url) => text(&format!("[The image at {url} cannot be shown here.]")),
            Shown::Base64(data) => {
                let format = reference.media_type.trim_start_matches("image/").replace("jpg", "jpeg");
                Some(json!({ "image": { "format": format, "source": { "bytes": data } } }))
            }
            Shown::Missing(note) => text(&note),
        },
        // Other models than Anthropic's refuse to be told their thoughts.
        Part::Thinking(thoughts) => match claude(request).and(thoughts.seal.as_ref())? {
            Seal { wire, text } if wire == SIGNED => {
                Some(json!({ "reasoningContent": { "reasoningText": { "text": thoughts.text, "signature": text } } }))
            }
            Seal { wire, text } if wire == REDACTED => Some(json!({ "reasoningContent": { "redactedContent": text } })),
            _ => None,
        },
        Part::ToolCall(call) => Some(json!({
            "toolUse": { "toolUseId": anthropic::id(&call.id), "name": call.name, "input": args_of(&call.args) },
        })),
        Part::ToolResult(result) => {
            let content = text(&result.text).unwrap_or_else(|| json!({ "text": "[The result is empty.]" }));
            let mut told = json!({ "toolUseId": anthropic::id(&result.call), "content": [content] });
            // Not every model knows the status, so that of a success is left out.
            if result.is_error {
                told["status"] = "error".into();
            }
            Some(json!({ "toolResult": told }))
        }
    }
}

#[derive(Default)]
struct Reader {
    assembly: Assembly,
    facts: Facts,
    done: bool,
}

impl Decoder for Reader {
    fn frame(&mut self, data: &str) -> Result<Vec<StreamEvent>, ModelError> {
        let frame = json_of(data)?;
        let Some((kind, told)) = frame.as_object().and_then(|frame| frame.iter().next()) else { return Ok(Vec::new()) };
        let index = told["contentBlockIndex"].as_u64().unwrap_or(0);
        let event = match kind.as_str() {
            "contentBlockStart" => self.begin(index, &told["start"]["toolUse"]),
            "contentBlockDelta" => self.add(index, &told["delta"]),
            "messageStop" => {
                self.facts.stop = Some(stop(told["stopReason"].as_str().unwrap_or_default())?);
                None
            }
            "metadata" => {
                self.count(&told["usage"]);
                self.done = true;
                None
            }
            // `messageStart`, `contentBlockStop`, and what is new.
            _ => None,
        };
        Ok(event.into_iter().collect())
    }

    fn is_done(&self) -> bool {
        self.done
    }

    fn end(self: Box<Self>, key: &str) -> Result<Ended, ModelError> {
        self.facts.end(self.assembly.finish(key))
    }
}

impl Reader {
    /// Begins a call; other blocks begin with their first piece.
    fn begin(&mut self, index: u64, call: &Value) -> Option<StreamEvent> {
        let text = |key: &str| call[key].as_str().unwrap_or_default().to_owned();
        if call.is_object() {
            let open = self.assembly.call(index)?;
            (open.id, open.name) = (text("toolUseId"), text("name"));
        }
        None
    }

    fn add(&mut self, index: u64, delta: &Value) -> Option<StreamEvent> {
        if let Some(text) = delta["text"].as_str() {
            return self.assembly.text(index, text);
        }
        if let Some(args) = delta["toolUse"]["input"].as_str().filter(|_| self.assembly.has(index)) {
            self.assembly.call(index)?.args.push_str(args);
            return None;
        }
        let thoughts = &delta["reasoningContent"];
        for (key, wire) in [("signature", SIGNED), ("redactedContent", REDACTED)] {
            if let Some(seal) = thoughts[key].as_str() {
                self.assembly.seal(index, wire, seal);
            }
        }
        self.assembly.thinking(index, thoughts["text"].as_str()?)
    }

    fn count(&mut self, told: &Value) {
        let count = |key: &str| told[key].as_u64().unwrap_or(0);
        let usage = &mut self.facts.usage;
        (usage.input, usage.output) = (count("inputTokens"), count("outputTokens"));
        (usage.cache_read, usage.cache_write) = (count("cacheReadInputTokens"), count("cacheWriteInputTokens"));
        // Whether their total has the tokens of the cache depends on the model.
        let counters = [usage.input, usage.output, usage.cache_read, usage.cache_write];
        usage.total_tokens = counters.into_iter().fold(0, u64::saturating_add);
    }
}

fn stop(reason: &str) -> Result<Stop, ModelError> {
    match reason {
        "tool_use" => Ok(Stop::Tools),
        "max_tokens" | "model_context_window_exceeded" => Ok(Stop::Length),
        "content_filtered" | "guardrail_intervened" => Ok(Stop::Refused),
        "malformed_model_output" | "malformed_tool_use" => {
            let message = "The model answered in a form that its provider cannot read. Ask again.";
            Err(ModelError { retry: Retry::Backoff, ..ModelError::new("malformed_call", message) })
        }
        _ => Ok(Stop::End),
    }
}
