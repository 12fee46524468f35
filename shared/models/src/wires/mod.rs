//! The wires: from a request to the JSON that a provider wants, and from the frames of its answer to events. Pure: no I/O, no keys,
//! no clock.

mod anthropic;
mod bedrock;
mod gemini;
mod openai;
#[cfg(test)]
mod tests;

pub(crate) use anthropic::Anthropic;
pub(crate) use bedrock::Bedrock;
pub(crate) use gemini::Gemini;
pub(crate) use openai::OpenAi;

use crate::framing::Framing;
use crate::{ModelError, ModelRequest, StreamEvent};
use base64::prelude::{BASE64_STANDARD, Engine};
use rookery_domain::{Args, ImageAt, ImageRef, Message, Stop, Usage};
use serde_json::{Value, json};

/// How a kind of provider is spoken to.
pub(crate) trait Wire: Send + Sync {
    /// What is added to the base URL: the path, and a parameter of the query.
    fn path(&self, request: &ModelRequest) -> (String, Option<(&'static str, &'static str)>);
    /// The headers of every call, besides those of all wires.
    fn headers(&self) -> &'static [(&'static str, &'static str)];
    /// The header of the key, and what stands before the key in it.
    fn key_header(&self) -> (&'static str, &'static str);
    /// How the frames of an answer are packed.
    fn framing(&self) -> Framing {
        Framing::Sse
    }
    /// The body of a call.
    fn body(&self, request: &ModelRequest) -> Value;
    /// A reader for one answer.
    fn decoder(&self) -> Box<dyn Decoder>;
}

/// Reads the frames of one answer.
pub(crate) trait Decoder: Send {
    /// Reads a frame's data, and gives what it adds to the answer. Errors: the provider's own, within the stream; `invalid_stream`.
    fn frame(&mut self, data: &str) -> Result<Vec<StreamEvent>, ModelError>;
    /// Whether the last frame has come.
    fn is_done(&self) -> bool;
    /// The whole answer. Errors: `stream_cut` if the wire's last word is missing.
    fn end(self: Box<Self>, key: &str) -> Result<Ended, ModelError>;
}

/// The whole answer, as a wire knows it.
#[derive(Debug, PartialEq)]
pub(crate) struct Ended {
    pub(crate) message: Message,
    pub(crate) stop: Stop,
    pub(crate) usage: Usage,
    /// The model's name, as the provider gives it; empty if it gives none.
    pub(crate) model: String,
}

/// What an answer says of itself besides its message.
#[derive(Default)]
struct Facts {
    stop: Option<Stop>,
    usage: Usage,
    model: String,
}

impl Facts {
    fn end(self, message: Message) -> Result<Ended, ModelError> {
        let stop = match self.stop.ok_or_else(ModelError::cut)? {
            // Some servers say that the answer ended where they wait for tools.
            Stop::End if message.tool_calls().next().is_some() => Stop::Tools,
            stop => stop,
        };
        Ok(Ended { message, stop, usage: self.usage, model: self.model })
    }
}

/// Reads a frame as JSON. Errors: the one that the frame tells; `invalid_stream`.
fn json_of(data: &str) -> Result<Value, ModelError> {
    let frame: Value =
        serde_json::from_str(data).map_err(|error| ModelError::unreadable(&format!("a frame is no JSON ({error})")))?;
    ModelError::in_frame(&frame).map_or(Ok(frame), Err)
}

/// The arguments of an earlier call, which must be an object wherever they are sent.
fn args_of(args: &Args) -> Value {
    match args {
        Args::Json(json) if json.value().is_object() => json.value().clone(),
        Args::Json(json) => json!({ "malformed": json.as_str() }),
        Args::Malformed(text) => json!({ "malformed": text }),
    }
}

/// An image, as the wires need it.
enum Shown<'r> {
    Url(&'r str),
    Base64(String),
    /// The file is not there; the model is told so.
    Missing(String),
}

fn image<'r>(image: &'r ImageRef, request: &ModelRequest) -> Shown<'r> {
    match &image.at {
        ImageAt::Url(url) => Shown::Url(url),
        ImageAt::File(path) => match request.files.get(path) {
            Some(bytes) => Shown::Base64(BASE64_STANDARD.encode(bytes)),
            None => Shown::Missing(format!("[The image `{path}` is not there any more.]")),
        },
    }
}
