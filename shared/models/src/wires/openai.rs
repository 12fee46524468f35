//! OpenAI's chat completions, which many servers speak. Source: platform.openai.com/docs/api-reference/chat.

use super::{Decoder, Ended, Facts, Shown, Wire, args_of, image, json_of};
use crate::assemble::Assembly;
use crate::{ModelError, ModelRequest, StreamEvent};
use rookery_domain::{Args, Message, Part, Role, Stop, ThinkingLevel, Usage};
use serde_json::{Map, Value, json};

/// The places of an answer's blocks: thoughts, the text, then the tool calls by their index.
const THOUGHTS: u64 = 0;
const TEXT: u64 = 1;
const CALLS: u64 = 2;

pub(crate) struct OpenAi;

impl Wire for OpenAi {
    fn path(&self, _: &ModelRequest) -> (String, Option<(&'static str, &'static str)>) {
        ("/chat/completions".to_owned(), None)
    }

    fn headers(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    fn key_header(&self) -> (&'static str, &'static str) {
        ("authorization", "Bearer ")
    }

    fn body(&self, request: &ModelRequest) -> Value {
        let mut body = Map::new();
        body.insert("model".into(), request.model.model().into());
        let system = (!request.system.is_empty()).then(|| json!({ "role": "system", "content": request.system }));
        let messages = system.into_iter().chain(request.messages.iter().flat_map(|message| messages(message, request)));
        body.insert("messages".into(), messages.collect());
        if !request.tools.is_empty() {
            let tools = request.tools.iter().map(|tool| {
                let function = json!({ "name": tool.name, "description": tool.description, "parameters": tool.parameters });
                json!({ "type": "function", "function": function })
            });
            body.insert("tools".into(), tools.collect());
        }
        if let Some(effort) = effort(request.thinking) {
            body.insert("reasoning_effort".into(), effort.into());
        }
        if let Some(most) = request.max_output {
            // OpenAI's newer models refuse the older name, which is the only one that some other servers know.
            let name = if request.model.provider() == "openai" { "max_completion_tokens" } else { "max_tokens" };
            body.insert(name.into(), most.into());
        }
        body.insert("stream".into(), true.into());
        body.insert("stream_options".into(), json!({ "include_usage": true }));
        Value::Object(body)
    }

    fn decoder(&self) -> Box<dyn Decoder> {
        Box::<Reader>::default()
    }
}

fn effort(level: ThinkingLevel) -> Option<&'static str> {
    match level {
        ThinkingLevel::Off => None,
        ThinkingLevel::Minimal => Some("minimal"),
        ThinkingLevel::Low => Some("low"),
        ThinkingLevel::Medium => Some("medium"),
        ThinkingLevel::High => Some("high"),
        ThinkingLevel::Xhigh => Some("xhigh"),
    }
}

/// A message of ours is several of theirs: each result of a tool is a message, and must follow the calls at once.
fn messages(message: &Message, request: &ModelRequest) -> Vec<Value> {
    let mut messages = Vec::new();
    let mut content = Vec::new();
    let mut calls = Vec::new();
    for part in &message.parts {
        match part {
            Part::Text(text) => content.push(json!({ "type": "text", "text": text })),
            Part::Image(reference) => content.push(match image(reference, request) {
                Shown::Url(url) => json!({ "type": "image_url", "image_url": { "url": url } }),
                Shown::Base64(data) => {
                    let url = format!("data:{};base64,{data}", reference.media_type);
                    json!({ "type": "image_url", "image_url": { "url": url } })
                }
                Shown::Missing(note) => json!({ "type": "text", "text": note }),
            }),
            // Thoughts are not taken back.
            Part::Thinking(_) => {}
            Part::ToolCall(call) => {
                let arguments = match &call.args {
                    Args::Json(json) if json.value().is_object() => json.as_str().to_owned(),
                    args => args_of(args).to_string(),
                };
                let function = json!({ "name": call.name, "arguments": arguments });
                calls.push(json!({ "id": call.id, "type": "function", "function": function }));
            }
            Part::ToolResult(result) => {
                messages.push(json!({ "role": "tool", "tool_call_id": result.call, "content": result.text }));
            }
        }
    }
    let content = match &mut content[..] {
        [] => None,
        [only] if only["type"] == "text" => Some(only["text"].take()),
        _ => Some(Value::Array(content)),
    };
    match message.role {
        Role::User => messages.extend(content.map(|content| json!({ "role": "user", "content": content }))),
        Role::Assistant if !calls.is_empty() => {
            messages.push(json!({ "role": "assistant", "content": content, "tool_calls": calls }));
        }
        Role::Assistant => messages.extend(content.map(|content| json!({ "role": "assistant", "content": content }))),
    }
    messages
}

#[derive(Default)]
struct Reader {
    assembly: Assembly,
    facts: Facts,
    refused: bool,
    done: bool,
}

impl Decoder for Reader {
    fn frame(&mut self, data: &str) -> Result<Vec<StreamEvent>, ModelError> {
        if data.trim() == "[DONE]" {
            self.done = true;
            return Ok(Vec::new());
        }
        let frame = json_of(data)?;
        if let Some(model) = frame["model"].as_str().filter(|model| !model.is_empty()) {
            model.clone_into(&mut self.facts.model);
        }
        if frame["usage"].is_object() {
            self.facts.usage = usage(&frame["usage"]);
        }
        let choice = &frame["choices"][0];
        let delta = &choice["delta"];
        let thoughts = delta["reasoning_content"].as_str().or(delta["reasoning"].as_str());
        let mut events = Vec::new();
        // An empty text opens no block.
        let said = |text: Option<&'_ str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
        if let Some(thoughts) = said(thoughts) {
            events.extend(self.assembly.thinking(THOUGHTS, &thoughts));
        }
        for (place, text) in pieces(&delta["content"]).filter(|(_, text)| !text.is_empty()) {
            events.extend(if place == TEXT { self.assembly.text(TEXT, text) } else { self.assembly.thinking(THOUGHTS, text) });
        }
        if let Some(refusal) = said(delta["refusal"].as_str()) {
            self.refused = true;
            events.extend(self.assembly.text(TEXT, &refusal));
        }
        for (position, piece) in delta["tool_calls"].as_array().into_iter().flatten().enumerate() {
            self.call(position, piece);
        }
        if let Some(reason) = choice["finish_reason"].as_str() {
            self.facts.stop = Some(stop(reason));
        }
        Ok(events)
    }

    fn is_done(&self) -> bool {
        self.done
    }

    fn end(self: Box<Self>, key: &str) -> Result<Ended, ModelError> {
        let stop = if self.refused { self.facts.stop.map(|_| Stop::Refused) } else { self.facts.stop };
        Facts { stop, ..self.facts }.end(self.assembly.finish(key))
    }
}

impl Reader {
    /// Adds a piece of a tool call. Some servers repeat id and name in each piece, and some send arguments as an object.
    fn call(&mut self, position: usize, piece: &Value) {
        let index = piece["index"].as_u64().unwrap_or(position as u64);
        let Some(call) = self.assembly.call(index.saturating_add(CALLS)) else { return };
        let function = &piece["function"];
        for (field, value) in [(&mut call.id, &piece["id"]), (&mut call.name, &function["name"])] {
            if field.is_empty() {
                field.push_str(value.as_str().unwrap_or_default());
            }
        }
        match &function["arguments"] {
            Value::String(arguments) => call.args.push_str(arguments),
            Value::Object(arguments) => call.args = Value::Object(arguments.clone()).to_string(),
            _ => {}
        }
    }
}

/// What a content says, each piece with the place of its block. Some servers (Mistral, for models that think) send a list of parts: texts, and
/// thoughts that are lists of texts.
fn pieces(content: &Value) -> impl Iterator<Item = (u64, &str)> {
    let whole = content.as_str().map(|text| (TEXT, text));
    let parts = content.as_array().into_iter().flatten().flat_map(|part| {
        let text = part["text"].as_str().map(|text| (TEXT, text));
        let thoughts =
            part["thinking"].as_array().into_iter().flatten().filter_map(|part| Some((THOUGHTS, part["text"].as_str()?)));
        text.into_iter().chain(thoughts)
    });
    whole.into_iter().chain(parts)
}

fn stop(reason: &str) -> Stop {
    match reason {
        "tool_calls" | "function_call" => Stop::Tools,
        "length" => Stop::Length,
        "content_filter" => Stop::Refused,
        _ => Stop::End,
    }
}

/// Their tokens of the prompt count those that were read from the cache or put into it.
fn usage(usage: &Value) -> Usage {
    let count = |value: &Value| value.as_u64().unwrap_or(0);
    let (prompt, output) = (count(&usage["prompt_tokens"]), count(&usage["completion_tokens"]));
    let details = &usage["prompt_tokens_details"];
    let (cache_read, cache_write) = (count(&details["cached_tokens"]), count(&details["cache_write_tokens"]));
    let total_tokens = usage["total_tokens"].as_u64().unwrap_or(prompt.saturating_add(output));
    Usage { input: prompt.saturating_sub(cache_read).saturating_sub(cache_write), output, cache_read, cache_write, total_tokens }
}
