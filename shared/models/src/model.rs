//! What goes into a model and what comes out: the request, the events of an answer, and the two traits that join them. No provider is
//! named here.

use crate::ModelError;
use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use rookery_domain::{Error, Message, ModelName, Stop, ThinkingLevel, ToolCall, Usage};
use rookery_egress::Secret;
use serde_json::Value;
use std::collections::HashMap;

/// What a model is asked.
#[derive(Clone, Debug)]
pub struct ModelRequest {
    /// The model.
    pub model: ModelName,
    /// The instructions; empty for none.
    pub system: String,
    /// The conversation, which ends with a user's message.
    pub messages: Vec<Message>,
    /// The files that images of the messages name, by path. An image without its file is named to the model, but not shown.
    pub files: HashMap<String, Bytes>,
    /// The tools that the model may ask for.
    pub tools: Vec<ToolSpec>,
    /// How hard the model thinks.
    pub thinking: ThinkingLevel,
    /// The most tokens of the answer; the provider's own bound if none is given.
    pub max_output: Option<u32>,
    /// Names this call, the same for each try: providers that know the key answer it once. The ids of tool calls that come without
    /// one are made of it, so no two calls of a conversation may have the same.
    pub key: String,
}

/// A tool, as a model is told about it.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolSpec {
    /// The name: letters, digits, `_` and `-`, at most 64.
    pub name: String,
    /// What the tool does, and when to ask for it.
    pub description: String,
    /// The JSON Schema of the arguments, which are an object.
    pub parameters: Value,
}

/// A part of an answer that is coming.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamEvent {
    /// More of the text.
    Text(String),
    /// More of the thoughts.
    Thinking(String),
    /// A tool that the model asks for, once its arguments are whole.
    ToolCall(ToolCall),
    /// The end: the whole answer.
    Done(Completed),
}

/// A whole answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completed {
    /// What the model said: all texts, thoughts and tool calls, in order.
    pub message: Message,
    /// Why it ended.
    pub stop: Stop,
    /// The tokens of this call.
    pub usage: Usage,
    /// Which model answered, by the provider and the name that the provider gives: `openai/gpt-5-2025-08-07`. Of a provider that gives
    /// none, it is the name that was asked for.
    pub model: String,
    /// The provider's id of the request.
    pub request_id: Option<String>,
}

/// An answer that is coming. Its last item is [`StreamEvent::Done`] or an error. Dropping it ends the call.
pub type Answer = BoxStream<'static, Result<StreamEvent, ModelError>>;

/// A model that can be asked.
#[async_trait]
pub trait Model: Send + Sync {
    /// Asks the model, and waits until its answer begins. Until then, a call that failed is made again where that may help, for
    /// less than 50 s in all; afterwards, an error is the end of the answer.
    async fn stream(&self, request: &ModelRequest, keys: &dyn Keys) -> Result<Answer, ModelError>;
}

/// Who has the keys of providers: a project's credential goes before the operator's.
#[async_trait]
pub trait Keys: Send + Sync {
    /// The key for a provider, if there is one. Its hosts say where it may be sent.
    async fn key(&self, provider: &str) -> Result<Option<Secret>, Error>;
}
