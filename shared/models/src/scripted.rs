//! Models that are scripts in this program: `demo/guide`, which shows what an agent does without a key, and those of tests. They
//! call nobody.

use crate::{Answer, Completed, Keys, Model, ModelError, ModelRequest, StreamEvent};
use async_trait::async_trait;
use futures::stream::{StreamExt, iter};
use rookery_domain::{Args, Message, Part, Payload, Role, Stop, ToolCall, Usage, hashed_uuid};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;

/// A script: from a request to an answer. It may answer from a channel of a test, fail, or never answer.
type Script = Arc<dyn Fn(&ModelRequest) -> Answer + Send + Sync>;

/// The scripted models, by the name after `demo/`.
#[derive(Clone)]
pub struct Scripted(HashMap<String, Script>);

impl Default for Scripted {
    /// The scripts of the program itself: `guide`.
    fn default() -> Self {
        Scripted(HashMap::new()).with("guide", |request| answer(request, guide(request)))
    }
}

/// What a script says in one answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// A text, which comes word by word.
    Text(String),
    /// A tool to call, with its arguments.
    Call(String, Value),
}

impl Scripted {
    /// Adds a script, or replaces the one of this name.
    pub fn with(mut self, name: &str, script: impl Fn(&ModelRequest) -> Answer + Send + Sync + 'static) -> Self {
        self.0.insert(name.to_owned(), Arc::new(script));
        self
    }

    /// Adds a script that says the same each time.
    pub fn saying(self, name: &str, said: Vec<Said>) -> Self {
        self.with(name, move |request| answer(request, said.clone()))
    }

    pub(crate) fn find(&self, name: &str) -> Result<Arc<dyn Model>, ModelError> {
        let script = self.0.get(name).ok_or_else(|| {
            let mut names: Vec<_> = self.0.keys().map(|name| format!("`demo/{name}`")).collect();
            names.sort();
            ModelError::new("model_unknown", format!("There is no model `demo/{name}`: there is {}.", names.join(", ")))
        })?;
        Ok(Arc::new(Play(script.clone())))
    }
}

struct Play(Script);

#[async_trait]
impl Model for Play {
    async fn stream(&self, request: &ModelRequest, _: &dyn Keys) -> Result<Answer, ModelError> {
        Ok((self.0)(request))
    }
}

/// The answer of what a script says. Words count as tokens.
pub(crate) fn answer(request: &ModelRequest, said: Vec<Said>) -> Answer {
    let mut events = Vec::new();
    let mut parts = Vec::new();
    for (number, said) in said.into_iter().enumerate() {
        match said {
            Said::Text(text) => {
                events.extend(text.split_inclusive(' ').map(|word| StreamEvent::Text(word.to_owned())));
                parts.push(Part::Text(text));
            }
            Said::Call(name, args) => {
                let id = format!("call_{}", hashed_uuid(&[request.key.as_bytes(), &number.to_be_bytes()]).simple());
                let args = Payload::of(args).map_or_else(|error| Args::Malformed(error.message), Args::Json);
                parts.push(Part::ToolCall(ToolCall { id, name, args, seal: None }));
            }
        }
    }
    let message = Message { role: Role::Assistant, parts };
    let words = |message: &Message| message.text().split_whitespace().count() as u64;
    let (input, output) = (request.messages.iter().map(words).sum(), words(&message));
    let usage = Usage { input, output, total_tokens: input + output, ..Usage::default() };
    let stop = if message.tool_calls().next().is_some() { Stop::Tools } else { Stop::End };
    events.extend(message.tool_calls().cloned().map(StreamEvent::ToolCall));
    events.push(StreamEvent::Done(Completed { message, stop, usage, model: request.model.to_string(), request_id: None }));
    iter(events).map(Ok).boxed()
}

/// What the guide says: it keeps a note (`note: ...`), lists the notes (`notes`), calls a tool (`call: write {"path": ...}`), or says what
/// it heard.
fn guide(request: &ModelRequest) -> Vec<Said> {
    let Some(last) = request.messages.last() else { return Vec::new() };
    let results: Vec<_> =
        last.parts.iter().filter_map(|part| if let Part::ToolResult(result) = part { Some(result) } else { None }).collect();
    if let Some(result) = results.last() {
        let so = if result.is_error { "That did not work" } else { "Done" };
        return vec![Said::Text(format!("{so}. The tool says: {}", result.text))];
    }
    let offers = |name: &str| request.tools.iter().any(|tool| tool.name == name);
    let heard = last.text();
    let word = heard.trim_start().split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_lowercase();
    if ["note", "remember"].contains(&word.as_str()) && offers("write") {
        let text =
            heard.trim_start().chars().skip(word.chars().count()).collect::<String>().trim_start_matches([':', ' ']).to_owned();
        let calls = request.messages.iter().flat_map(Message::tool_calls);
        let path = format!("notes/{}.md", calls.filter(|call| call.name == "write").count() + 1);
        return vec![
            Said::Text("I keep this note. ".to_owned()),
            Said::Call("write".to_owned(), json!({ "path": path, "text": text })),
        ];
    }
    if word == "notes" && offers("list") {
        return vec![Said::Call("list".to_owned(), json!({ "prefix": "notes/" }))];
    }
    if word == "call" {
        let call = heard.trim_start()[word.len()..].trim_start_matches([':', ' ']);
        let (name, args) = call.split_once(char::is_whitespace).unwrap_or((call, "{}"));
        return match serde_json::from_str(args) {
            Ok(args) => vec![Said::Call(name.to_owned(), args)],
            Err(error) => vec![Said::Text(format!("The arguments are not JSON: {error}."))],
        };
    }
    let is_question =
        |message: &&Message| message.role == Role::User && message.parts.iter().any(|part| matches!(part, Part::Text(_)));
    let number = request.messages.iter().filter(is_question).count();
    vec![Said::Text(format!(
        "This is a demonstration: no model was asked. You said: \"{}\". It is message {number} of this session. \
         Say \"note: ...\" and I keep a note; say \"notes\" and I list what I keep.",
        heard.trim()
    ))]
}
