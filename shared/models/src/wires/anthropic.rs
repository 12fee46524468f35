//! Anthropic's messages. Source: docs.claude.com, "Messages", "Streaming", "Extended thinking" and "Adaptive thinking".

use super::{Decoder, Ended, Facts, Shown, Wire, args_of, image, json_of};
use crate::assemble::Assembly;
use crate::{ModelError, ModelRequest, StreamEvent};
use rookery_domain::{Message, Part, Role, Seal, Stop, ThinkingLevel};
use serde_json::{Map, Value, json};

/// The wire of our seals: a signature over thoughts, or thoughts that are encrypted as a whole.
pub(super) const SIGNED: &str = "anthropic";
const REDACTED: &str = "anthropic/redacted";
/// The most tokens of an answer, where the request has no bound: the wire demands one.
pub(super) const MAX_TOKENS: u32 = 16_000;

pub(crate) struct Anthropic;

impl Wire for Anthropic {
    fn path(&self, _: &ModelRequest) -> (String, Option<(&'static str, &'static str)>) {
        ("/v1/messages".to_owned(), None)
    }

    fn headers(&self) -> &'static [(&'static str, &'static str)] {
        &[("anthropic-version", "2023-06-01")]
    }

    fn key_header(&self) -> (&'static str, &'static str) {
        ("x-api-key", "")
    }

    fn body(&self, request: &ModelRequest) -> Value {
        let mut body = Map::new();
        body.insert("model".into(), request.model.model().into());
        let most = request.max_output.unwrap_or(MAX_TOKENS);
        let budget = think(request.model.model(), request.thinking, &mut body);
        // Thoughts of a fixed budget are counted with the answer.
        body.insert("max_tokens".into(), most.saturating_add(budget).into());
        if !request.system.is_empty() {
            body.insert("system".into(), request.system.as_str().into());
        }
        let mut messages: Vec<Value> = request.messages.iter().filter_map(|message| self::message(message, request)).collect();
        remember(&mut messages);
        body.insert("messages".into(), messages.into());
        if !request.tools.is_empty() {
            let tools = request
                .tools
                .iter()
                .map(|tool| json!({ "name": tool.name, "description": tool.description, "input_schema": tool.parameters }));
            body.insert("tools".into(), tools.collect());
        }
        body.insert("stream".into(), true.into());
        Value::Object(body)
    }

    fn decoder(&self) -> Box<dyn Decoder> {
        Box::<Reader>::default()
    }
}

/// Has the provider keep all up to here in its cache: the next call of a session begins with the same.
fn remember(messages: &mut [Value]) {
    let last = messages.iter_mut().rev().find(|message| message["role"] == "user");
    if let Some(block) = last.and_then(|message| message["content"].as_array_mut()?.last_mut()?.as_object_mut()) {
        block.insert("cache_control".into(), json!({ "type": "ephemeral" }));
    }
}

/// Says how hard to think, and gives the tokens that are set aside for it. Models before 4.6 know budgets, later ones efforts.
pub(super) fn think(model: &str, level: ThinkingLevel, body: &mut Map<String, Value>) -> u32 {
    let (budget, effort) = match level {
        ThinkingLevel::Off => return 0,
        ThinkingLevel::Minimal => (1024, "low"),
        ThinkingLevel::Low => (2048, "low"),
        ThinkingLevel::Medium => (8192, "medium"),
        ThinkingLevel::High => (16_384, "high"),
        ThinkingLevel::Xhigh => (32_000, "xhigh"),
    };
    let has_budgets = model.starts_with("claude-3") || ["-4-0", "-4-1", "-4-5", "-4-2025"].iter().any(|old| model.contains(old));
    if has_budgets {
        body.insert("thinking".into(), json!({ "type": "enabled", "budget_tokens": budget }));
        return budget;
    }
    // The first models with efforts do not know the greatest one.
    let effort = if effort == "xhigh" && model.contains("-4-6") { "high" } else { effort };
    body.insert("thinking".into(), json!({ "type": "adaptive" }));
    body.insert("output_config".into(), json!({ "effort": effort }));
    0
}

/// A message without anything that could be sent is left out: the wire refuses empty ones.
fn message(message: &Message, request: &ModelRequest) -> Option<Value> {
    let role = match message.role {
        Role::User => "user",
        Role::Assistant => "assistant",
    };
    let mut content: Vec<Value> = message.parts.iter().filter_map(|part| block(part, request)).collect();
    // Results must stand first.
    content.sort_by_key(|block| block["type"] != "tool_result" && message.role == Role::User);
    (!content.is_empty()).then(|| json!({ "role": role, "content": content }))
}

fn block(part: &Part, request: &ModelRequest) -> Option<Value> {
    let text = |text: &str| (!text.trim().is_empty()).then(|| json!({ "type": "text", "text": text }));
    let source = |source: Value| Some(json!({ "type": "image", "source": source }));
    match part {
        Part::Text(said) => text(said),
        Part::Image(reference) => match image(reference, request) {
            Shown::Url(url) => source(json!({ "type": "url", "url": url })),
            Shown::Base64(data) => source(json!({ "type": "base64", "media_type": reference.media_type, "data": data })),
            Shown::Missing(note) => text(&note),
        },
        Part::Thinking(thoughts) => match thoughts.seal.as_ref()? {
            Seal { wire, text } if wire == SIGNED => {
                Some(json!({ "type": "thinking", "thinking": thoughts.text, "signature": text }))
            }
            Seal { wire, text } if wire == REDACTED => Some(json!({ "type": "redacted_thinking", "data": text })),
            _ => None,
        },
        Part::ToolCall(call) => {
            Some(json!({ "type": "tool_use", "id": id(&call.id), "name": call.name, "input": args_of(&call.args) }))
        }
        Part::ToolResult(result) => Some(json!({
            "type": "tool_result", "tool_use_id": id(&result.call), "content": result.text, "is_error": result.is_error,
        })),
    }
}

/// An id that came over another wire may have characters that are refused here.
pub(super) fn id(id: &str) -> String {
    id.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect()
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
        let index = frame["index"].as_u64().unwrap_or(0);
        let event = match frame["type"].as_str().unwrap_or_default() {
            "message_start" => {
                frame["message"]["model"].as_str().unwrap_or_default().clone_into(&mut self.facts.model);
                self.count(&frame["message"]["usage"]);
                None
            }
            "content_block_start" => self.begin(index, &frame["content_block"]),
            "content_block_delta" => self.add(index, &frame["delta"]),
            "message_delta" => {
                self.count(&frame["usage"]);
                self.facts.stop = frame["delta"]["stop_reason"].as_str().map(stop).or(self.facts.stop);
                None
            }
            "message_stop" => {
                self.done = true;
                None
            }
            // `content_block_stop`, `ping`, and what is new.
            _ => None,
        };
        Ok(event.into_iter().collect())
    }

    fn is_done(&self) -> bool {
        self.done
    }

    fn end(self: Box<Self>, key: &str) -> Result<Ended, ModelError> {
        if !self.done {
            return Err(ModelError::cut());
        }
        self.facts.end(self.assembly.finish(key))
    }
}

impl Reader {
    fn begin(&mut self, index: u64, block: &Value) -> Option<StreamEvent> {
        let text = |key: &str| block[key].as_str().unwrap_or_default();
        match text("type") {
            "text" => self.assembly.text(index, text("text")),
            "thinking" => self.assembly.thinking(index, text("thinking")),
            "redacted_thinking" => {
                self.assembly.seal(index, REDACTED, text("data"));
                None
            }
            "tool_use" => {
                let call = self.assembly.call(index)?;
                (call.id, call.name) = (text("id").to_owned(), text("name").to_owned());
                // The arguments come in pieces, after an empty object; servers that do not stream them send them here.
                if block["input"].as_object().is_some_and(|input| !input.is_empty()) {
                    call.args = block["input"].to_string();
                }
                None
            }
            _ => None,
        }
    }

    /// Adds to a block that was begun. Blocks of unknown kinds were not.
    fn add(&mut self, index: u64, delta: &Value) -> Option<StreamEvent> {
        if !self.assembly.has(index) {
            return None;
        }
        let text = |key: &str| delta[key].as_str().unwrap_or_default();
        match text("type") {
            "text_delta" => self.assembly.text(index, text("text")),
            "thinking_delta" => self.assembly.thinking(index, text("thinking")),
            "signature_delta" => {
                self.assembly.seal(index, SIGNED, text("signature"));
                None
            }
            "input_json_delta" => {
                self.assembly.call(index)?.args.push_str(text("partial_json"));
                None
            }
            _ => None,
        }
    }

    /// The counters are totals, and those that a frame leaves out stay.
    fn count(&mut self, told: &Value) {
        let usage = &mut self.facts.usage;
        for (counter, key) in [
            (&mut usage.input, "input_tokens"),
            (&mut usage.output, "output_tokens"),
            (&mut usage.cache_read, "cache_read_input_tokens"),
            (&mut usage.cache_write, "cache_creation_input_tokens"),
        ] {
            *counter = told[key].as_u64().unwrap_or(*counter);
        }
        let counters = [usage.input, usage.output, usage.cache_read, usage.cache_write];
        usage.total_tokens = counters.into_iter().fold(0, u64::saturating_add);
    }
}

fn stop(reason: &str) -> Stop {
    match reason {
        "tool_use" => Stop::Tools,
        "max_tokens" | "model_context_window_exceeded" => Stop::Length,
        "refusal" => Stop::Refused,
        _ => Stop::End,
    }
}
