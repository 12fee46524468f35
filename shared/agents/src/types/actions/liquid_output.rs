//! `liquid_output`: a page, or any other text, that is made of events by a template whenever somebody reads it. `huginn` says how Huginn's
//! LiquidOutputAgent is taken.

mod huginn;
#[cfg(test)]
mod tests;

use crate::agent::{Address, AgentType, Kind, MemoryUse, Problems};
use crate::huginn::Mapping;
use crate::meaning::TemplateText;
use crate::template::{Scope, Template};
use crate::{AgentError, Answer, Context, Effects, Example, Facts, FeedItem, FeedRequest};
use http::{HeaderName, HeaderValue};
use rookery_domain::{Error, Payload, Time};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The most events that a page is made of.
const MOST: usize = 1_000;
/// The most bytes of payloads that a page is made of: Lambda's answers end at 6 MB.
const BYTES: usize = 3 * 1024 * 1024;
/// Headers that are set here: they keep browsers from running a page with the rights of the console, or say how the answer is read.
const OWN_HEADERS: [&str; 9] = [
    "content-security-policy",
    "content-type",
    "content-length",
    "content-encoding",
    "connection",
    "etag",
    "set-cookie",
    "transfer-encoding",
    "x-content-type-options",
];

/// Gives a page, or any other text, at an address that cannot be guessed: the agent's `page_url`. The text is made of `content` whenever somebody
/// reads it.
///
/// By `mode`, the template speaks of the last event (`{{ title }}`), of all events merged, later values over earlier ones, or of the last events:
/// `{% for event in events %}<p>{{ event.title }}</p>{% endfor %}`, newest first. Readers that send back the `ETag` get 304 while the text is the same. In a
/// browser, the page stands for itself: its scripts run, but reach neither the console nor its cookies.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The template of the text.
    content: TemplateText,
    /// The media type of the text.
    #[serde(default = "html")]
    mime_type: String,
    /// Which events the template speaks of.
    #[serde(default)]
    mode: Mode,
    /// With `Last X events`: how many (1 to 1,000), or of how long, like `2 days` or `12 hours`.
    #[serde(default = "hundred")]
    #[schemars(with = "String")]
    event_limit: Value,
    /// Further headers of the answer.
    #[serde(default)]
    response_headers: BTreeMap<String, String>,
    /// Whether lines end with LF alone, also where `content` has CR and LF.
    #[serde(default)]
    line_break_is_lf: bool,
}

fn html() -> String {
    "text/html".to_owned()
}

fn hundred() -> Value {
    "100".into()
}

/// Which events a page is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
enum Mode {
    /// The last event.
    #[default]
    #[serde(rename = "Last event in")]
    Last,
    /// All events, later values over earlier ones.
    #[serde(rename = "Merge events")]
    Merged,
    /// The last events, as `events`.
    #[serde(rename = "Last X events")]
    Events,
}

/// Which of the last events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Limit {
    Count(usize),
    Milliseconds(i64),
}

/// The agent.
pub struct LiquidOutput {
    content: Template,
    mime_type: String,
    mode: Mode,
    limit: Limit,
    headers: Vec<(HeaderName, String)>,
}

impl AgentType for LiquidOutput {
    const NAME: &'static str = "liquid_output";
    const KIND: Kind = Kind::Action;
    const TITLE: &'static str = "Page";
    const GROUPS: &'static [&'static str] = &[];
    const ADDRESS: Option<Address> = Some(Address::Page);
    const HUGINN: Option<Mapping> = Some(huginn::MAPPING);
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        let Options { content, mime_type, mode, event_limit, response_headers, line_break_is_lf } = options;
        let content = if line_break_is_lf { TemplateText(content.replace("\r\n", "\n")) } else { content };
        let content = content.take("content", problems);
        if mime_type.parse::<mime::Mime>().is_err() {
            problems.add("mime_type", "Give a media type, like `text/html` or `text/calendar`.");
        }
        let limit = limit(&event_limit);
        if limit.is_none() {
            problems.add("event_limit", format!("Give 1 to {MOST}, or a time like `2 days`, `12 hours` or `30 minutes`."));
        }
        let headers = headers(response_headers, problems);
        let (content, limit) = (content?, limit?);
        problems.errors.is_empty().then_some(LiquidOutput { content, mime_type, mode, limit, headers })
    }

    fn memory(&self, _cx: &Context<'_>) -> Result<MemoryUse, AgentError> {
        Ok(if self.mode == Mode::Merged { MemoryUse::Agent } else { MemoryUse::None })
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let Some(event) = cx.event else { return Ok(Effects::none()) };
        if self.mode != Mode::Merged {
            return Ok(Effects { publish: Some(event.payload.clone()), ..Effects::none() });
        }
        let mut merged = cx.memory.as_object().cloned().unwrap_or_default();
        if let Some(came) = event.payload.value().as_object() {
            merged.extend(came.clone());
        }
        let merged = Value::Object(merged);
        let publish = Some(Payload::of(merged.clone())?);
        Ok(Effects { publish, ..Effects::none() }.remember(merged))
    }

    fn facts(&self) -> Facts {
        let items = match (self.mode, self.limit) {
            (Mode::Events, Limit::Count(count)) => count,
            (Mode::Events, Limit::Milliseconds(_)) => MOST,
            _ => 1,
        };
        Facts { feed_items: items, ..Facts::of::<Self>() }
    }

    fn feed(&self, request: &FeedRequest<'_>) -> Result<Answer, Error> {
        let scope = Scope::new(self.variables(request)).seeded(request.url);
        let body = self.content.render(&scope).map_err(|error| {
            Error::new(
                rookery_domain::Kind::Unprocessable,
                "template_failed",
                format!("The page cannot be made: {error}"),
                "Mend `content` of the agent, and start its workflow again.",
            )
        })?;
        let content_type = match self.mime_type.contains("charset") || !self.mime_type.starts_with("text/") {
            true => self.mime_type.clone(),
            false => format!("{}; charset=utf-8", self.mime_type),
        };
        Ok(Answer { content_type, headers: self.headers.clone(), body, ..Answer::empty(200) })
    }

    fn examples() -> Vec<Example> {
        vec![
            Example::new("A page of the last event", json!({"content": "<h1>{{ title }}</h1>"})).on(json!({"title": "Hello"})),
            Example::new(
                "A list of what came within two days",
                json!({
                    "content": "{% for event in events %}<p>{{ event.title }}</p>{% endfor %}",
                    "mode": "Last X events", "event_limit": "2 days"
                }),
            )
            .on(json!({"title": "Hello"})),
            Example::new(
                "The latest of each value, as JSON",
                json!({
                    "content": "{\"rain\": {{ rain | json }}, \"wind\": {{ wind | json }}}", "mime_type": "application/json",
                    "mode": "Merge events", "response_headers": {"Access-Control-Allow-Origin": "*"}
                }),
            )
            .on(json!({"rain": 2})),
        ]
    }
}

impl LiquidOutput {
    /// What the template speaks of.
    fn variables(&self, request: &FeedRequest<'_>) -> Map<String, Value> {
        if self.mode != Mode::Events {
            let last = request.items.first().map_or(Value::Null, |item| item.value.clone());
            return Map::from_iter([("payload".to_owned(), last)]);
        }
        let mut bytes = 0;
        let is_shown = |item: &&FeedItem| {
            bytes += item.value.to_string().len();
            let is_new = match self.limit {
                Limit::Count(_) => true,
                Limit::Milliseconds(ms) => item.at >= Time::now().plus(-ms),
            };
            is_new && bytes <= BYTES
        };
        let most = if let Limit::Count(count) = self.limit { count } else { MOST };
        let events = request.items.iter().take(most).take_while(is_shown).map(|item| item.value.clone());
        Map::from_iter([("events".to_owned(), events.collect())])
    }
}

/// Reads a number of events, or a time.
fn limit(limit: &Value) -> Option<Limit> {
    let text = limit.as_str().map_or_else(|| limit.to_string(), str::to_owned);
    let mut words = text.split([' ', '.', '_']).filter(|word| !word.is_empty());
    let count: usize = words.next()?.parse().ok().filter(|count| *count > 0)?;
    let Some(unit) = words.next() else { return (count <= MOST).then_some(Limit::Count(count)) };
    let seconds = match unit.trim_end_matches('s') {
        "second" => 1,
        "minute" => 60,
        "hour" => 3600,
        "day" => 24 * 3600,
        "week" => 7 * 24 * 3600,
        "month" => 30 * 24 * 3600,
        "year" => 365 * 24 * 3600,
        _ => return None,
    };
    let ms = i64::try_from(count).ok()?.checked_mul(seconds * 1000)?;
    words.next().is_none().then_some(Limit::Milliseconds(ms))
}

/// Reads further headers of the answer.
fn headers(given: BTreeMap<String, String>, problems: &mut Problems) -> Vec<(HeaderName, String)> {
    let mut headers = Vec::new();
    for (name, value) in given {
        let field = format!("response_headers.{name}");
        match name.parse::<HeaderName>() {
            Ok(own) if OWN_HEADERS.contains(&own.as_str()) => problems.add(&field, "This header is set here: leave it out."),
            Ok(header) if HeaderValue::from_str(&value).is_ok() => headers.push((header, value)),
            Ok(_) => problems.add(&field, "Give a text of one line."),
            Err(_) => problems.add(&field, "It is no name of a header."),
        }
    }
    headers
}
