//! `slack`: writes into a channel of Slack. The options are those of Huginn's SlackAgent.

use crate::agent::{AgentType, Kind, Problems};
use crate::huginn::Mapping;
use crate::meaning::{TemplateJson, TemplateText};
use crate::outside::refuse_json_in_text;
use crate::service::{Flag, Reader, SENT, Service, flag_in, json_message, text_in};
use crate::template::{JsonTemplate, Template};
use crate::{AgentError, Context, Effects, Example, Facts};
use regex::Regex;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;
use url::form_urlencoded::byte_serialize;

/// Links of HTML and of Markdown, which Slack writes in a way of its own.
static LINKS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?s)<a\s[^>]*?href=['"](?P<a>[^'"]+)['"][^>]*>(?P<of_a>.+?)</a>|\[(?P<of_b>[^\[\]]+)\]\((?P<b>(?:https?://|mailto:)[^\s)]+)\)"#)
        .ok()
});

/// Writes a message into a channel of Slack, or of a service with the same incoming webhooks. What was sent goes on in the group `on_sent`, with the
/// answer: `{"status", "body"}`. Calls that fail and may succeed later are made again.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The address of the incoming webhook. Whoever knows it can write into the channel: put the whole of it into a credential, and name that
    /// here, as in `{% credential slack_webhook %}`.
    webhook_url: Option<TemplateText>,
    /// In place of `webhook_url`, for a webhook of old: the name of the team, with which its address begins.
    team_name: Option<TemplateText>,
    /// With `team_name`: the webhook's token, like `{% credential slack_token %}`.
    auth_token: Option<TemplateText>,
    /// The channel, like `#general`, or a member. Webhooks of today write into the channel that they were made for, whatever stands here.
    channel: Option<TemplateText>,
    /// The name under which the message is written.
    #[serde(default = "huginn")]
    username: TemplateText,
    /// The text: a template. Links may be written as in HTML or Markdown.
    #[serde(default = "message")]
    message: TemplateText,
    /// The picture beside the message: an emoji, like `:ghost:`, or the address of an image.
    icon: Option<TemplateText>,
    /// Whether Slack shows what the links in the text lead to.
    unfurl_links: Option<Flag>,
    /// Attachments: a list of objects in which all texts are templates.
    attachments: Option<TemplateJson>,
    /// Blocks of Slack's Block Kit, in the same way.
    blocks: Option<TemplateJson>,
}

fn huginn() -> TemplateText {
    TemplateText("Huginn".to_owned())
}

fn message() -> TemplateText {
    TemplateText("{{ message }}".to_owned())
}

/// The agent.
pub struct Slack {
    to: To,
    message: Template,
    channel: Option<Template>,
    username: Option<Template>,
    icon: Option<Template>,
    unfurl_links: Option<Template>,
    lists: Vec<(&'static str, JsonTemplate)>,
    service: Service,
}

/// Which webhook is called.
enum To {
    Url(Template),
    Team { name: Template, token: Template },
}

impl AgentType for Slack {
    const NAME: &'static str = "slack";
    const KIND: Kind = Kind::Action;
    const TITLE: &'static str = "Slack";
    const GROUPS: &'static [&'static str] = SENT;
    const HUGINN: Option<Mapping> = Some(Mapping {
        emits: false,
        secrets: &["webhook_url", "auth_token"],
        hosts: &["*.slack.com"],
        ..Mapping::of("SlackAgent")
    });
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        for (field, value) in [("attachments", &options.attachments), ("blocks", &options.blocks)] {
            refuse_json_in_text(field, value.as_deref(), problems);
        }
        let mut reader = Reader::new(problems);
        let to = To::read(options.webhook_url, options.team_name, options.auth_token, &mut reader);
        let message = options.message.take("message", reader.problems);
        let channel = reader.option("channel", options.channel);
        let username = reader.option("username", Some(options.username));
        let icon = reader.option("icon", options.icon);
        let unfurl_links = reader.option("unfurl_links", options.unfurl_links);
        let lists = [("attachments", options.attachments), ("blocks", options.blocks)];
        let lists = lists.into_iter().filter_map(|(field, list)| Some((field, reader.json(field, list)?))).collect();
        let service = reader.service();
        problems.errors.is_empty().then_some(Slack {
            to: to?,
            message: message?,
            channel,
            username,
            icon,
            unfurl_links,
            lists,
            service,
        })
    }

    fn facts(&self) -> Facts {
        Facts { credentials: self.service.credentials(), ..Facts::of::<Self>() }
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let message = json_message(&self.to.url(cx)?, &self.body(cx)?);
        self.service.send(cx, vec![message]).await
    }

    fn examples() -> Vec<Example> {
        let sent = json!({"status": 200, "body": {"ok": true}});
        let of_old =
            json!({"team_name": "tea", "auth_token": "{% credential slack_token %}", "channel": "@ada", "unfurl_links": false});
        vec![
            Example::new(
                "A message to a channel",
                json!({
                    "webhook_url": "{% credential slack_webhook %}", "channel": "#general", "username": "Shop", "icon": ":ghost:",
                    "message": "Order {{ id }}: [details](https://shop.example.com/{{ id }})"
                }),
            )
            .on(json!({"id": 7}))
            .answered(200, r#"{"ok":true}"#)
            .emits("on_sent", sent.clone()),
            Example::new("A webhook of old", of_old)
                .on(json!({"message": "Tea is ready"}))
                .answered(200, r#"{"ok":true}"#)
                .emits("on_sent", sent.clone()),
            Example::new(
                "With attachments",
                json!({
                    "webhook_url": "{% credential slack_webhook %}", "message": "{{ title }}",
                    "attachments": [{"title": "{{ title }}", "color": "good", "fields": "{{ fields | as_object }}"}],
                    "blocks": []
                }),
            )
            .on(json!({"title": "Done", "fields": [{"title": "Took", "value": "7 s"}]}))
            .answered(200, r#"{"ok":true}"#)
            .emits("on_sent", sent),
        ]
    }
}

impl To {
    fn read(
        url: Option<TemplateText>,
        team: Option<TemplateText>,
        token: Option<TemplateText>,
        reader: &mut Reader<'_>,
    ) -> Option<To> {
        if let Some(url) = url.filter(|url| !url.trim().is_empty()) {
            return reader.secret_url("webhook_url", &url).map(To::Url);
        }
        let (Some(team), Some(token)) = (team, token) else {
            reader
                .problems
                .add("webhook_url", "Give the address of an incoming webhook, by the name of a credential that holds it.");
            return None;
        };
        let (name, token) = (reader.needed("team_name", team), reader.secret("auth_token", token));
        Some(To::Team { name: name?, token: token? })
    }

    fn url(&self, cx: &Context<'_>) -> Result<String, AgentError> {
        let (name, token) = match self {
            To::Url(url) => return Ok(url.render(cx.scope())?.trim().to_owned()),
            To::Team { name, token } => (name.render(cx.scope())?, token.render(cx.scope())?),
        };
        let name = name.trim();
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
            let message = "The `team_name` comes out as no name of a team: it has letters, digits and `-`.";
            return Err(AgentError::fail("invalid_team_name", message));
        }
        let token: String = byte_serialize(token.trim().as_bytes()).collect();
        Ok(format!("https://{name}.slack.com/services/hooks/incoming-webhook?token={token}"))
    }
}

impl Slack {
    fn body(&self, cx: &Context<'_>) -> Result<Value, AgentError> {
        let mut body = Map::new();
        if let Some(text) = text_in(cx, Some(&self.message))? {
            body.insert("text".to_owned(), with_links(&text).into());
        }
        for (name, list) in &self.lists {
            match list.render(cx.scope())? {
                Value::Null => {}
                Value::String(text) if text.trim().is_empty() => {}
                Value::Array(items) if items.is_empty() => {}
                Value::Array(items) => drop(body.insert((*name).to_owned(), items.into())),
                one @ Value::Object(_) => drop(body.insert((*name).to_owned(), json!([one]))),
                _ => return Err(AgentError::fail("not_a_list", format!("`{name}` comes out as no list of objects."))),
            }
        }
        if body.is_empty() {
            let message = "The message comes out empty for this event: name a field that it has, or give `blocks`.";
            return Err(AgentError::fail("empty_message", message));
        }
        for (name, option) in [("channel", &self.channel), ("username", &self.username)] {
            if let Some(text) = text_in(cx, option.as_ref())? {
                body.insert(name.to_owned(), text.trim().into());
            }
        }
        if let Some(icon) = text_in(cx, self.icon.as_ref())? {
            let name = if icon.trim().starts_with(':') { "icon_emoji" } else { "icon_url" };
            body.insert(name.to_owned(), icon.trim().into());
        }
        if let Some(unfurls) = flag_in(cx, self.unfurl_links.as_ref())? {
            body.insert("unfurl_links".to_owned(), unfurls.into());
        }
        Ok(body.into())
    }
}

/// The text, with its links as Slack writes them.
fn with_links(text: &str) -> String {
    let Some(links) = LINKS.as_ref() else { return text.to_owned() };
    links.replace_all(text, "<${a}${b}|${of_a}${of_b}>").into_owned()
}

#[cfg(test)]
mod tests;
