//! The words of a conversation with a model: messages and their parts, tool calls and results, what a call used and cost. They are
//! ours, and no provider's: what a provider says is translated in `shared/models`. Stored histories are made of these types, so
//! old forms must stay readable.

use crate::Payload;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::iter::Sum;
use std::ops::{Add, AddAssign};

/// Who says a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "MessageRole")]
pub enum Role {
    /// The caller, or a tool: results of tools are parts of the user's messages.
    User,
    /// The model.
    Assistant,
}

/// One message of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Message {
    /// Who says it.
    pub role: Role,
    /// What is said, in order.
    pub parts: Vec<Part>,
}

/// A part of a message. In JSON, it is an object with one field, which is named like the kind of part: `{"text": "Hello"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// A text.
    Text(String),
    /// An image, which is kept elsewhere.
    Image(ImageRef),
    /// What the model thought before it answered.
    Thinking(Thinking),
    /// A tool that the model asks for.
    ToolCall(ToolCall),
    /// What came of a tool call.
    ToolResult(ToolResult),
}

/// A model's thoughts, or the summary that its provider gives of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Thinking {
    /// The text; empty where the provider keeps it to itself.
    pub text: String,
    /// What the provider wants back with the thoughts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<Seal>,
}

/// What a provider attached to a part, and wants back unchanged: a signature, or encrypted thoughts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Seal {
    /// The wire that the seal came over. It is sent back over this wire only.
    pub wire: String,
    /// The seal itself.
    pub text: String,
}

/// An image by reference: messages hold no bytes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ImageRef {
    /// The media type, for example `image/png`.
    pub media_type: String,
    /// Where the image is.
    pub at: ImageAt,
}

/// Where an image is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImageAt {
    /// A file of the session, by its path.
    File(String),
    /// An address that the provider reads by itself.
    Url(String),
}

/// A tool that the model asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ToolCall {
    /// The call's id: its result names it. No two calls of a conversation have the same.
    pub id: String,
    /// The tool's name.
    pub name: String,
    /// The arguments.
    pub args: Args,
    /// What the provider wants back with the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<Seal>,
}

/// The arguments of a tool call, as the model wrote them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Args {
    /// JSON. Whether it fits the tool's schema is not known yet.
    Json(Payload),
    /// A text that is no JSON, or too large. The tool does not run; the model is told.
    Malformed(String),
}

/// What came of a tool call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ToolResult {
    /// The id of the call.
    pub call: String,
    /// Whether the tool failed.
    pub is_error: bool,
    /// What the model is told.
    pub text: String,
}

/// Why a model ended its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// The model has said all.
    End,
    /// The model waits for the results of tools.
    Tools,
    /// The answer was cut at its greatest length.
    Length,
    /// The model or its provider refused to answer, or cut the answer for its content.
    Refused,
}

impl Stop {
    /// Why an answer is not all that the model had to say, if it is not: such an answer must not look like a whole one.
    pub fn cut(self) -> Option<Self> {
        matches!(self, Stop::Length | Stop::Refused).then_some(self)
    }
}

/// The tokens of one call of a model, or of several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Usage {
    /// Tokens that were read and not cached.
    pub input: u64,
    /// Tokens that were written, with those of thoughts.
    pub output: u64,
    /// Tokens that were read from the provider's cache.
    pub cache_read: u64,
    /// Tokens that were read and put into the provider's cache.
    pub cache_write: u64,
    /// All tokens.
    pub total_tokens: u64,
}

/// What the tokens cost, in US dollars.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cost {
    /// For [`Usage::input`].
    pub input: f64,
    /// For [`Usage::output`].
    pub output: f64,
    /// For [`Usage::cache_read`].
    pub cache_read: f64,
    /// For [`Usage::cache_write`].
    pub cache_write: f64,
    /// For all.
    pub total: f64,
}

/// The tokens of calls of models, with what they cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PaidUsage {
    /// In tokens.
    #[serde(flatten)]
    pub tokens: Usage,
    /// In US dollars; zeros where prices are not known.
    #[serde(default)]
    pub cost: Cost,
}

impl Message {
    /// A user's message of one text.
    pub fn user(text: impl Into<String>) -> Self {
        Message { role: Role::User, parts: vec![Part::Text(text.into())] }
    }

    /// The texts of the message, joined. Thoughts are not among them.
    pub fn text(&self) -> String {
        self.parts.iter().filter_map(|part| if let Part::Text(text) = part { Some(text.as_str()) } else { None }).collect()
    }

    /// The tools that the message asks for, in order.
    pub fn tool_calls(&self) -> impl Iterator<Item = &ToolCall> {
        self.parts.iter().filter_map(|part| if let Part::ToolCall(call) = part { Some(call) } else { None })
    }
}

impl Add for Usage {
    type Output = Usage;

    /// The sum, which stops at the largest number: the counters come from outside.
    fn add(self, other: Usage) -> Usage {
        Usage {
            input: self.input.saturating_add(other.input),
            output: self.output.saturating_add(other.output),
            cache_read: self.cache_read.saturating_add(other.cache_read),
            cache_write: self.cache_write.saturating_add(other.cache_write),
            total_tokens: self.total_tokens.saturating_add(other.total_tokens),
        }
    }
}

impl Add for Cost {
    type Output = Cost;

    fn add(self, other: Cost) -> Cost {
        Cost {
            input: self.input + other.input,
            output: self.output + other.output,
            cache_read: self.cache_read + other.cache_read,
            cache_write: self.cache_write + other.cache_write,
            total: self.total + other.total,
        }
    }
}

impl AddAssign for Usage {
    fn add_assign(&mut self, other: Usage) {
        *self = *self + other;
    }
}

impl AddAssign for Cost {
    fn add_assign(&mut self, other: Cost) {
        *self = *self + other;
    }
}

impl Sum for Usage {
    fn sum<I: Iterator<Item = Usage>>(usages: I) -> Usage {
        usages.fold(Usage::default(), Add::add)
    }
}

impl Sum for Cost {
    fn sum<I: Iterator<Item = Cost>>(costs: I) -> Cost {
        costs.fold(Cost::default(), Add::add)
    }
}

#[cfg(test)]
mod tests;
