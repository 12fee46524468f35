//! From the pieces of an answer to one message. The wires say which piece belongs to which block; what a piece means on the wire is
//! not known here.

use crate::StreamEvent;
use rookery_domain::{Args, Message, Part, Payload, Role, Seal, Thinking, ToolCall, hashed_uuid};
use rookery_egress::Redactor;
use std::collections::{BTreeMap, HashSet};

/// The name of a tool for which a model gave none.
const UNNAMED: &str = "unnamed";

/// An answer that is being put together: its blocks by their place in the message.
#[derive(Default)]
pub(crate) struct Assembly {
    blocks: BTreeMap<u64, Block>,
}

enum Block {
    Text(String),
    Thinking(Thinking),
    Call(OpenCall),
}

/// A tool call whose arguments are still coming.
#[derive(Default)]
pub(crate) struct OpenCall {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) args: String,
    pub(crate) seal: Option<Seal>,
}

impl Assembly {
    /// Adds to the text at this place.
    pub(crate) fn text(&mut self, at: u64, text: &str) -> Option<StreamEvent> {
        match self.blocks.entry(at).or_insert_with(|| Block::Text(String::new())) {
            Block::Text(whole) => whole.push_str(text),
            // A piece of another kind than its block is passed over.
            _ => return None,
        }
        (!text.is_empty()).then(|| StreamEvent::Text(text.to_owned()))
    }

    /// Adds to the thoughts at this place.
    pub(crate) fn thinking(&mut self, at: u64, text: &str) -> Option<StreamEvent> {
        self.thoughts(at)?.text.push_str(text);
        (!text.is_empty()).then(|| StreamEvent::Thinking(text.to_owned()))
    }

    /// Adds to the seal of the thoughts at this place.
    pub(crate) fn seal(&mut self, at: u64, wire: &str, text: &str) {
        if let Some(thoughts) = self.thoughts(at) {
            let seal = thoughts.seal.get_or_insert_with(|| Seal { wire: wire.to_owned(), text: String::new() });
            seal.text.push_str(text);
        }
    }

    fn thoughts(&mut self, at: u64) -> Option<&mut Thinking> {
        match self.blocks.entry(at).or_insert_with(|| Block::Thinking(Thinking::default())) {
            Block::Thinking(thoughts) => Some(thoughts),
            _ => None,
        }
    }

    /// The tool call at this place, which is begun if it is not there.
    pub(crate) fn call(&mut self, at: u64) -> Option<&mut OpenCall> {
        match self.blocks.entry(at).or_insert_with(|| Block::Call(OpenCall::default())) {
            Block::Call(call) => Some(call),
            _ => None,
        }
    }

    /// Whether there is something at this place.
    pub(crate) fn has(&self, at: u64) -> bool {
        self.blocks.contains_key(&at)
    }

    /// The whole message. Calls without an id get one that is made of the request's key.
    pub(crate) fn finish(self, key: &str) -> Message {
        let mut ids = HashSet::new();
        let parts = self.blocks.into_iter().filter_map(|(at, block)| match block {
            Block::Text(text) => (!text.is_empty()).then_some(Part::Text(text)),
            Block::Thinking(thoughts) => {
                (!thoughts.text.is_empty() || thoughts.seal.is_some()).then_some(Part::Thinking(thoughts))
            }
            Block::Call(OpenCall { mut id, mut name, args, seal }) => {
                // Providers refuse a conversation in which a call has no name, or the id of another: the model is to be told instead.
                if name.is_empty() {
                    UNNAMED.clone_into(&mut name);
                }
                if id.is_empty() || !ids.insert(id.clone()) {
                    id = format!("call_{}", hashed_uuid(&[key.as_bytes(), &at.to_be_bytes()]).simple());
                }
                Some(Part::ToolCall(ToolCall { id, name, args: read_args(args), seal }))
            }
        });
        Message { role: Role::Assistant, parts: parts.collect() }
    }
}

/// Reads arguments. A tool without arguments is called with none, or with an empty text.
fn read_args(text: String) -> Args {
    let json = if text.trim().is_empty() { "{}" } else { text.trim() };
    Payload::parse(json.as_bytes()).map_or_else(|_| Args::Malformed(text), Args::Json)
}

/// Takes keys out of all that is said in a message: they may have come in pieces, or in an escaped form over the border of two.
pub(crate) fn redact(message: &mut Message, redactor: &Redactor) {
    let clean = |text: &mut String| {
        if redactor.finds(text.as_bytes()) {
            *text = redactor.redact_text(text);
        }
    };
    for part in &mut message.parts {
        match part {
            Part::Text(text) => clean(text),
            Part::Thinking(thoughts) => clean(&mut thoughts.text),
            Part::ToolCall(ToolCall { args, .. }) => match args {
                Args::Json(json) if redactor.finds(json.as_str().as_bytes()) => {
                    *args = read_args(redactor.redact_text(json.as_str()))
                }
                Args::Json(_) => {}
                Args::Malformed(text) => clean(text),
            },
            Part::Image(_) | Part::ToolResult(_) => {}
        }
    }
}
