//! `http_status`: tells with which status an address answers. The options are those of Huginn's HttpStatusAgent.

use crate::agent::{AgentType, Kind, MemoryUse, Problems};
use crate::huginn::Mapping;
use crate::meaning::TemplateText;
use crate::outside::url_template;
use crate::template::Template;
use crate::web::{Texts, Web, WebOptions};
use crate::{AgentError, Context, Effects, Example, Facts, Retry};
use rookery_domain::Payload;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::time::Instant;

/// The memory: the last status.
const LAST: &str = "last_status";
/// Failures of the other side that no later call may mend; those that may pass are told of, too.
const UNANSWERED: [&str; 5] = ["body_too_large", "invalid_response", "redirect_refused", "tls_failed", "too_many_redirects"];

/// Calls an address when it is checked, and for each event that comes in, and emits how it answered in the group `on_status`: `{"url", "final_url",
/// "redirected", "response_received", "status", "elapsed_time", "headers"}`. The status is a text, and the time is in seconds. Without an
/// answer, `response_received` is false.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The address: a template, like `https://example.com/{{ page }}`.
    url: TemplateText,
    /// Whether redirects are not followed.
    #[serde(default)]
    disable_redirect_follow: bool,
    /// Whether only statuses are emitted that differ from the one before.
    #[serde(default)]
    changes_only: bool,
    /// The names of headers of the answer that are emitted, with commas between them.
    #[serde(default)]
    headers_to_save: String,
    /// Headers that are sent: their names, and templates for their values.
    #[serde(default)]
    headers: BTreeMap<String, TemplateText>,
    /// The user's name and password: `user:password`, or a list of the two; templates, which may name credentials.
    basic_auth: Option<Texts>,
    /// What is sent as `User-Agent`.
    user_agent: Option<TemplateText>,
}

/// The agent.
pub struct HttpStatus {
    url: Template,
    changes_only: bool,
    saved: Vec<String>,
    web: Web,
}

impl AgentType for HttpStatus {
    const NAME: &'static str = "http_status";
    const KIND: Kind = Kind::Action;
    const TITLE: &'static str = "HTTP status";
    const GROUPS: &'static [&'static str] = &["on_status"];
    const CHECKS: bool = true;
    const DEFAULT_SCHEDULE: Option<&'static str> = Some("every_12h");
    const HUGINN: Option<Mapping> = Some(Mapping::of("HttpStatusAgent"));
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        let url = url_template("url", &options.url, problems);
        let web = WebOptions {
            headers: options.headers,
            basic_auth: options.basic_auth,
            user_agent: options.user_agent,
            force_encoding: None,
            disable_redirect_follow: options.disable_redirect_follow,
            unzip: None,
        };
        let named: Vec<(&str, &Template)> = url.iter().map(|url| ("url", url)).collect();
        let web = Web::take(web, &named, problems);
        let saved =
            options.headers_to_save.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
        problems.errors.is_empty().then_some(HttpStatus { url: url?, changes_only: options.changes_only, saved, web })
    }

    fn facts(&self) -> Facts {
        Facts { credentials: self.web.credentials(), ..Facts::of::<Self>() }
    }

    fn memory(&self, _cx: &Context<'_>) -> Result<MemoryUse, AgentError> {
        Ok(if self.changes_only { MemoryUse::Agent } else { MemoryUse::None })
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let url = self.url.render(cx.scope())?;
        let begun = Instant::now();
        let answer = self.web.get(cx, &url, 1, None).await;
        let elapsed = json!(begun.elapsed().as_secs_f64());
        let (status, payload) = match answer {
            Ok(page) => {
                let status = page.response.status.to_string();
                let mut told = json!({
                    "url": page.called, "final_url": page.url, "redirected": page.url != page.called, "response_received": true,
                    "status": status, "elapsed_time": elapsed,
                });
                if !self.saved.is_empty() {
                    let value = |name: &String| Value::from(page.response.header(&name.to_ascii_lowercase()));
                    told["headers"] = self.saved.iter().map(|name| (name.clone(), value(name))).collect::<Map<_, _>>().into();
                }
                (json!(status), told)
            }
            Err(error) if error.retry != Retry::Never || UNANSWERED.contains(&error.code.as_str()) => {
                let url = error.details.as_ref().map_or(Value::Null, |details| details["url"].clone());
                (Value::Null, json!({"url": url, "response_received": false, "elapsed_time": elapsed, "error": error.message}))
            }
            Err(error) => return Err(error),
        };
        if self.changes_only && cx.memory.get(LAST) == Some(&status) {
            return Ok(Effects::none());
        }
        let effects = Effects::emit("on_status", Payload::of(payload)?);
        Ok(if self.changes_only { effects.remember(json!({LAST: status})) } else { effects })
    }

    async fn check(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        self.receive(cx).await
    }

    fn examples() -> Vec<Example> {
        let config = json!({"url": "https://example.com/{{ page }}", "changes_only": true, "headers_to_save": "Content-Type, Server", "schedule": "every_1h"});
        vec![
            Example::new("The status is the same as before", config)
                .on(json!({"page": "news"}))
                .remembering(json!({"last_status": "404"}))
                .answered(404, ""),
        ]
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{World, agent, cell, context, event, problem};
    use crate::{Effects, Memory};
    use rookery_egress::Response;
    use serde_json::{Value, json};

    async fn look(config: Value, memory: Value, answer: Option<(u16, &str)>) -> Effects {
        let answer = answer.map(|(status, url)| Response {
            status,
            headers: vec![("server".to_owned(), "x".to_owned())],
            body: Default::default(),
            url: url.to_owned(),
        });
        let (cell, world, event) = (cell(), World { answer, ..World::default() }, event("source", "{}"));
        let mut cx = context(&cell, &event, &world);
        cx.memory = memory;
        agent("http_status", config).receive(&cx).await.unwrap()
    }

    fn told(effects: &Effects) -> Value {
        let mut told = effects.emit[0].payload.value().clone();
        assert!(told["elapsed_time"].take().is_number());
        told
    }

    #[tokio::test]
    async fn an_answer_is_told_of_and_no_answer_too() {
        let url = "https://a.example/";
        let config = json!({"url": url, "headers_to_save": "Server,X-None"});
        let moved = told(&look(config.clone(), Value::Null, Some((503, "https://b.example/"))).await);
        let expected = json!({
            "url": url, "final_url": "https://b.example/", "redirected": true, "response_received": true, "status": "503",
            "elapsed_time": null, "headers": {"Server": "x", "X-None": null}
        });
        assert_eq!(moved, expected);
        let none = told(&look(config, Value::Null, None).await);
        assert_eq!(none, json!({"url": url, "response_received": false, "elapsed_time": null, "error": "Nobody answers."}));
    }

    #[tokio::test]
    async fn only_changes_are_told_of_if_that_is_wanted() {
        let config = json!({"url": "https://a.example/", "changes_only": "true"});
        let status = |last: Value| json!({"last_status": last});
        for (last, answer, expected) in [
            (Value::Null, Some((200, "")), Some(status(json!("200")))),
            (status(json!("200")), Some((200, "")), None),
            (status(json!("200")), Some((404, "")), Some(status(json!("404")))),
            (status(json!("200")), None, Some(status(Value::Null))),
            (status(Value::Null), None, None),
        ] {
            let effects = look(config.clone(), last, answer).await;
            assert_eq!(effects.emit.len(), usize::from(expected.is_some()));
            assert_eq!(effects.memory, expected.map_or(Memory::Keep, Memory::Set));
        }
    }

    #[test]
    fn errors_name_the_field() {
        assert_eq!(problem("http_status", json!({})), "config.url");
        assert_eq!(problem("http_status", json!({"url": "a.example"})), "config.url");
    }
}
