//! `telegram`: sends messages as a bot of Telegram. The options are those of Huginn's TelegramAgent.

use crate::agent::{AgentType, Kind, Problems};
use crate::compose::text_of;
use crate::huginn::Mapping;
use crate::meaning::TemplateText;
use crate::service::{Flag, Reader, SENT, Service, cut, flag_in, json_message, text_in};
use crate::template::Template;
use crate::{AgentError, Context, Effects, Example, Facts};
use rookery_egress::Request;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The most characters of a text and of a caption (core.telegram.org/bots/api, 2026).
const TEXT: usize = 4_096;
const CAPTION: usize = 1_024;
/// The most messages of one event.
const MESSAGES: usize = 20;
/// The keys of an event that are sent, and the methods that send them.
const METHODS: [(&str, &str); 6] = [
    ("text", "sendMessage"),
    ("photo", "sendPhoto"),
    ("audio", "sendAudio"),
    ("document", "sendDocument"),
    ("video", "sendVideo"),
    ("group", "sendMediaGroup"),
];

/// Sends messages into a chat, as a bot of Telegram. Each of these keys that the event has makes a message: `text`; the addresses `photo`, `audio`,
/// `document` and `video`; and `group`, a list of 2 to 10 objects of the kind InputMedia of Telegram's Bot API. An event without any of them
/// fails.
///
/// Each message that was sent goes on in the group `on_sent`, with the answer: `{"status", "body"}`. If the first message fails and may succeed later, the
/// event is tried again; if a later one fails, that is told in the group `on_error`, and what was sent is not sent again.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The bot's token: a credential, like `{% credential telegram_token %}`.
    auth_token: TemplateText,
    /// The number of the chat, or the name of a channel, like `@tea_news`.
    chat_id: TemplateText,
    /// The text below a photo, audio, document or video.
    caption: Option<TemplateText>,
    /// Whether the message comes without a sound.
    disable_notification: Option<Flag>,
    /// Whether links in a text are shown without what they lead to.
    disable_web_page_preview: Option<Flag>,
    /// What becomes of a text over 4,096 characters, and of a caption over 1,024.
    #[serde(default)]
    long_message: LongMessage,
    /// How marks in a text are read.
    parse_mode: Option<ParseMode>,
    /// The address of Telegram's Bot API, or of a server that stands for it.
    #[serde(default = "api_url")]
    api_url: String,
}

/// What becomes of what is too long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum LongMessage {
    /// It is cut.
    #[default]
    Truncate,
    /// It is sent in several messages, at most 20 for an event. Marks do not reach from one into the next.
    Split,
}

/// How marks are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum ParseMode {
    /// As HTML.
    #[serde(alias = "HTML")]
    Html,
    /// As Markdown of the old kind.
    #[serde(alias = "Markdown")]
    Markdown,
    /// As Markdown of the new kind.
    #[serde(alias = "MarkdownV2")]
    MarkdownV2,
}

fn api_url() -> String {
    "https://api.telegram.org".to_owned()
}

/// The agent.
pub struct Telegram {
    auth_token: Template,
    chat_id: Template,
    caption: Option<Template>,
    disable_notification: Option<Template>,
    disable_web_page_preview: Option<Template>,
    splits: bool,
    parse_mode: Option<&'static str>,
    api_url: String,
    service: Service,
}

impl AgentType for Telegram {
    const NAME: &'static str = "telegram";
    const KIND: Kind = Kind::Action;
    const TITLE: &'static str = "Telegram";
    const GROUPS: &'static [&'static str] = SENT;
    const HUGINN: Option<Mapping> = Some(Mapping {
        emits: false,
        secrets: &["auth_token"],
        hosts: &["api.telegram.org"],
        map: |taken| taken.as_texts(&["chat_id"]),
        ..Mapping::of("TelegramAgent")
    });
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        let mut reader = Reader::new(problems);
        let auth_token = reader.secret("auth_token", options.auth_token);
        let chat_id = reader.needed("chat_id", options.chat_id);
        // What may be cut can hold no credential: a part of one would be left.
        let caption = options.caption.and_then(|caption| caption.take("caption", reader.problems));
        let disable_notification = reader.option("disable_notification", options.disable_notification);
        let disable_web_page_preview = reader.option("disable_web_page_preview", options.disable_web_page_preview);
        let api_url = reader.api_url(&options.api_url);
        let service = reader.service();
        problems.errors.is_empty().then_some(Telegram {
            auth_token: auth_token?,
            chat_id: chat_id?,
            caption,
            disable_notification,
            disable_web_page_preview,
            splits: options.long_message == LongMessage::Split,
            parse_mode: options.parse_mode.map(|mode| match mode {
                ParseMode::Html => "HTML",
                ParseMode::Markdown => "Markdown",
                ParseMode::MarkdownV2 => "MarkdownV2",
            }),
            api_url: api_url?,
            service,
        })
    }

    fn facts(&self) -> Facts {
        Facts { credentials: self.service.credentials(), ..Facts::of::<Self>() }
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let mut messages = Vec::new();
        for (key, method) in METHODS {
            match cx.payload().get(key) {
                Some(Value::Array(media)) if key == "group" && !media.is_empty() => {
                    messages.push(self.message(cx, method, json!({"media": media}))?);
                }
                Some(value) if key != "group" && !text_of(value).trim().is_empty() => {
                    self.add(cx, (key, method), &text_of(value), &mut messages)?;
                }
                _ => {}
            }
        }
        if messages.is_empty() {
            let keys = METHODS.map(|(key, _)| format!("`{key}`")).join(", ");
            return Err(AgentError::fail("nothing_to_send", format!("The event has none of {keys}: give it one of them.")));
        }
        let left = messages.len().saturating_sub(MESSAGES);
        messages.truncate(MESSAGES);
        let effects = self.service.send(cx, messages).await?;
        Ok(if left > 0 {
            effects.log(format!("The last {left} parts were not sent: an event makes at most {MESSAGES} messages."))
        } else {
            effects
        })
    }

    fn examples() -> Vec<Example> {
        let with = |more: Value| {
            let mut config = json!({"auth_token": "{% credential telegram_token %}", "chat_id": "@tea_news"});
            if let (Some(config), Some(more)) = (config.as_object_mut(), more.as_object()) {
                config.extend(more.clone());
            }
            config
        };
        let (answer, sent) = (r#"{"ok":true}"#, json!({"status": 200, "body": {"ok": true}}));
        vec![
            Example::new("A text", with(json!({"parse_mode": "html", "disable_web_page_preview": true})))
                .on(json!({"text": "<b>Tea</b> is ready"}))
                .answered(200, answer)
                .emits("on_sent", sent.clone()),
            Example::new(
                "A text and a photo, without a sound",
                with(json!({"caption": "{{ title }}", "disable_notification": true, "long_message": "split"})),
            )
            .on(json!({"title": "Tea", "text": "Tea is ready", "photo": "https://example.com/tea.jpg"}))
            .answered(200, answer)
            .emits("on_sent", sent.clone())
            .emits("on_sent", sent),
        ]
    }
}

impl Telegram {
    /// Adds the messages for a key: what is too long is cut, or goes on in further ones.
    fn add(
        &self,
        cx: &Context<'_>,
        (key, method): (&str, &str),
        value: &str,
        messages: &mut Vec<Request>,
    ) -> Result<(), AgentError> {
        if key == "text" {
            let parts = if self.splits { parts(value, TEXT) } else { vec![cut(value, TEXT)] };
            for part in parts {
                messages.push(self.text(cx, &part)?);
            }
            return Ok(());
        }
        let caption = text_in(cx, self.caption.as_ref())?.unwrap_or_default();
        let parts = if self.splits { parts(&caption, CAPTION) } else { vec![cut(&caption, CAPTION)] };
        let (mut parts, mut body) = (parts.into_iter(), json!({key: value}));
        if let Some(caption) = parts.next().filter(|caption| !caption.is_empty()) {
            body["caption"] = caption.into();
        }
        messages.push(self.message(cx, method, body)?);
        for part in parts {
            messages.push(self.text(cx, &part)?);
        }
        Ok(())
    }

    fn text(&self, cx: &Context<'_>, text: &str) -> Result<Request, AgentError> {
        let mut body = json!({"text": text});
        if let Some(is) = flag_in(cx, self.disable_web_page_preview.as_ref())? {
            body["disable_web_page_preview"] = is.into();
        }
        if let Some(mode) = self.parse_mode {
            body["parse_mode"] = mode.into();
        }
        self.message(cx, METHODS[0].1, body)
    }

    fn message(&self, cx: &Context<'_>, method: &str, mut body: Value) -> Result<Request, AgentError> {
        body["chat_id"] = self.chat_id.render(cx.scope())?.trim().into();
        if let Some(is) = flag_in(cx, self.disable_notification.as_ref())? {
            body["disable_notification"] = is.into();
        }
        let token = self.auth_token.render(cx.scope())?;
        Ok(json_message(&format!("{}/bot{}/{method}", self.api_url, token.trim()), &body))
    }
}

/// The parts of a text, each of at most so many characters, between words where that is possible.
fn parts(text: &str, most: usize) -> Vec<String> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let (mut rest, mut parts) = (text.trim(), Vec::new());
    while !rest.is_empty() {
        let end = rest.char_indices().nth(most).map_or(rest.len(), |(at, _)| at);
        let is_between = |at: usize| {
            let (before, after) = (rest[..at].chars().next_back(), rest[at..].chars().next());
            before.is_some_and(is_word) != after.is_some_and(is_word)
        };
        let between =
            rest[..end].char_indices().map(|(at, _)| at).filter(|at| *at > 0).chain([end]).rev().find(|at| is_between(*at));
        let at = if end == rest.len() { end } else { between.unwrap_or(end) };
        let part = rest[..at].trim();
        if !part.is_empty() {
            parts.push(part.to_owned());
        }
        rest = rest[at..].trim_start();
    }
    parts
}

#[cfg(test)]
mod tests;
