//! `javascript`: a script that works on events. The options are those of Huginn's JavaScriptAgent; `engine` runs scripts, and `huginn` says how
//! Huginn's agent is taken.

mod allocator;
mod engine;
mod huginn;
#[cfg(test)]
mod tests;

use crate::agent::{AgentType, Kind, MemoryUse, Problems};
use crate::huginn::Mapping;
use crate::meaning::{ScriptText, TemplateObject};
use crate::template::JsonTemplate;
use crate::{AgentError, Context, CredentialUse, Effects, Emit, Example, Facts};
use engine::{Failed, Run};
use rookery_domain::Payload;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::borrow::Cow;

const GROUP: &str = "on_event";

/// Runs a script in JavaScript, which makes events in the group `on_event`, remembers and logs. With each event, the script is run and then its
/// `Agent.receive()` is called; at a check, `Agent.check()`.
///
/// In both, `this` has `createEvent(payload)`, `incomingEvents()` (each with a `payload`), `memory()`, `memory(key)`, `memory(key, value)`,
/// `setMemory(object)`, `deleteKey(key)`, `options()`, `options(key)`, `log(message)`, `error(message)`, `escapeHtml(text)`,
/// `unescapeHtml(text)`, and `kvs`: what the stores hold that control the agent, by their variables.
///
/// The script reaches nothing else: it has no network, no files, no modules, no timers, no promises and no credentials. It has a second of a
/// processor's time, 8 MB of memory, 500 events and 100 lines of log. What it throws is an error with its line, and then nothing of what it did is kept.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The script, or `credential:` and the name of the credential that holds it.
    code: ScriptText,
    /// What the script reads by `this.options()`: all texts are templates over the event.
    #[serde(default)]
    options: TemplateObject,
}

/// Where the script stands.
enum Code {
    Here(String),
    /// In a credential of this name.
    Credential(String),
}

/// The agent.
pub struct JavaScript {
    code: Code,
    options: JsonTemplate,
}

impl AgentType for JavaScript {
    const NAME: &'static str = "javascript";
    const KIND: Kind = Kind::Action;
    const TITLE: &'static str = "JavaScript";
    const GROUPS: &'static [&'static str] = &[GROUP];
    const CHECKS: bool = true;
    const HUGINN: Option<Mapping> = Some(huginn::MAPPING);
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        let code = match options.code.trim().strip_prefix("credential:").map(str::trim) {
            Some("") => {
                problems.add("code", "Name the credential that holds the script, as in `credential:script`.");
                None
            }
            Some(name) => Some(Code::Credential(name.to_owned())),
            None if options.code.trim().is_empty() => {
                problems.add("code", "Write the script, or name the credential that holds it.");
                None
            }
            None => problems.take("code", engine::compile(&options.code)).map(|()| Code::Here(options.code.0)),
        };
        let options = options.options.take("options", problems);
        Some(JavaScript { code: code?, options: options? })
    }

    fn facts(&self) -> Facts {
        let credentials = match &self.code {
            Code::Here(_) => Vec::new(),
            Code::Credential(name) => CredentialUse::of("code", [name]),
        };
        Facts { credentials, ..Facts::of::<Self>() }
    }

    fn memory(&self, _cx: &Context<'_>) -> Result<MemoryUse, AgentError> {
        Ok(MemoryUse::Agent)
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        self.run(cx, "receive").await
    }

    async fn check(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        self.run(cx, "check").await
    }

    fn examples() -> Vec<Example> {
        let counts = "Agent.receive = function() {\n  var seen = (this.memory('seen') || 0) + 1;\n  this.memory('seen', seen);\n  this.incomingEvents().forEach(function(event) {\n    this.createEvent({ message: event.payload.message, seen: seen });\n  }, this);\n};";
        let checks = "Agent.check = function() {\n  this.createEvent({ html: this.escapeHtml(this.options('greeting')) });\n  this.log('greeted');\n};";
        let words = "Agent.receive = function() {\n  var counts = {};\n  this.options('text').split(' ').forEach(word => counts[word] = (counts[word] || 0) + 1);\n  this.createEvent({ counts });\n};";
        vec![
            Example::new("Counts what came", json!({"code": counts}))
                .on(json!({"message": "tea"}))
                .remembering(json!({"seen": 1}))
                .emits(GROUP, json!({"message": "tea", "seen": 2}))
                .remembers(json!({"seen": 2})),
            Example::new(
                "Greets every morning",
                json!({"code": checks, "options": {"greeting": "Tea & cake"}, "schedule": "6am"}),
            )
            .emits(GROUP, json!({"html": "Tea &amp; cake"})),
            Example::new("Counts words", json!({"code": words, "options": {"text": "{{ title }}"}}))
                .on(json!({"title": "no tea no cake"}))
                .emits(GROUP, json!({"counts": {"no": 2, "tea": 1, "cake": 1}})),
            Example::new("A script of a credential", json!({"code": "credential:script", "schedule": "every_1h"})),
        ]
    }
}

impl JavaScript {
    async fn run(&self, cx: &Context<'_>, function: &'static str) -> Result<Effects, AgentError> {
        let code = match &self.code {
            Code::Here(code) => Cow::Borrowed(code),
            Code::Credential(name) => Cow::Owned(cx.host.script(name).await?),
        };
        let event = |event: &rookery_domain::Event| json!({"id": event.id, "agent_id": event.cell, "payload": event.payload.value(), "created_at": event.created_at});
        let run = Run {
            function,
            is_hidden: matches!(self.code, Code::Credential(_)),
            events: cx.event.map(event).into_iter().collect(),
            memory: &cx.memory,
            options: self.options.render(cx.scope())?,
            stores: cx.stores.iter().cloned().collect(),
        };
        let done = engine::run(&code, run).map_err(|failed| error_of(&failed))?;
        let emit = |payload: Value| Ok(Emit { groups: vec![GROUP.to_owned()], payload: Payload::of(payload)? });
        let emit = done.events.into_iter().map(emit).collect::<Result<_, AgentError>>()?;
        let effects = Effects { emit, logs: done.logs, ..Effects::none() };
        Ok(match done.memory {
            Some(memory) => effects.remember(memory),
            None => effects,
        })
    }
}

fn error_of(failed: &Failed) -> AgentError {
    AgentError::fail(failed.code(), format!("The script failed: {failed}"))
}
