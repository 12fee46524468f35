//! `data_output`: publishes events as a feed that anyone who has its address can read.

use crate::agent::{Address, AgentType, Kind, Problems};
use crate::template::JsonTemplate;
use crate::{AgentError, Answer, Context, Effects, Example, Facts, FeedFormat, FeedItem, FeedRequest};
use jiff::fmt::rfc2822::DateTimePrinter;
use rookery_domain::{Error, Payload};
use rss::{Category, Channel, Enclosure, Guid, Item};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

const MAX_ITEMS: usize = 100;
/// Lambda's answers end at 6 MB; JSON text may grow a little in XML.
const MAX_FEED_BYTES: usize = 3 * 1024 * 1024;

/// Publishes what comes in as a feed, in JSON and in RSS 2.0, at an address that cannot be guessed: the agent's `feed_url`.
///
/// In JSON, the feed is `{"title", "description", "link", "feed_url", "items": [...]}`, newest first. Each item has what
/// `template.item` gave, and an `id` and `date_published` of its own where that has none; what is no object stands under
/// `content`. RSS shows of each item `title`, `description`, `link`, `author`, `category` (a text or a list), `comments`,
/// `content`, `enclosure` (`{"url", "type", "length"}`) and `guid`; an item with neither title nor description shows its JSON.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// What the feed and its items say.
    #[serde(default)]
    template: FeedTemplate,
    /// How many of the latest items are shown: 1 to 100. Very large items make it fewer: the feed ends at 3 MB.
    #[serde(default = "forty")]
    #[schemars(range(min = 1, max = 100))]
    events_to_show: usize,
    /// For how many minutes readers of the RSS feed may keep a copy.
    #[serde(default = "sixty")]
    ttl: u32,
}

/// What a feed says.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FeedTemplate {
    /// The feed's title; the agent's name when it is left out.
    title: Option<String>,
    /// What the feed is about.
    #[serde(default)]
    description: String,
    /// The web page that the feed belongs to; the feed's own address when it is left out.
    link: Option<String>,
    /// An item: an object, of which the texts are templates over the event, like `{"title": "{{ title }}"}`. The event's
    /// payload when it is left out.
    item: Option<Map<String, Value>>,
}

fn forty() -> usize {
    40
}

fn sixty() -> u32 {
    60
}

/// The agent.
pub struct DataOutput {
    title: Option<String>,
    description: String,
    link: Option<String>,
    item: Option<JsonTemplate>,
    events_to_show: usize,
    ttl: u32,
}

impl AgentType for DataOutput {
    const NAME: &'static str = "data_output";
    const KIND: Kind = Kind::Action;
    const TITLE: &'static str = "Data output";
    const GROUPS: &'static [&'static str] = &[];
    const ADDRESS: Option<Address> = Some(Address::Feed);
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        let FeedTemplate { title, description, link, item } = options.template;
        if !(1..=MAX_ITEMS).contains(&options.events_to_show) {
            problems.add("events_to_show", format!("Give 1 to {MAX_ITEMS}."));
        }
        if let Some(link) = &link
            && let Err(error) = url::Url::parse(link)
        {
            problems.add("template.link", format!("It is not a whole URL like https://example.com/ ({error})."));
        }
        let item = item.and_then(|item| problems.take("template.item", JsonTemplate::parse(&Value::Object(item))));
        let Options { events_to_show, ttl, .. } = options;
        problems.0.is_empty().then_some(DataOutput { title, description, link, item, events_to_show, ttl })
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let Some(event) = cx.event else { return Ok(Effects::none()) };
        let item = match &self.item {
            Some(item) => Payload::of(&item.render(cx.scope())?)?,
            None => event.payload.clone(),
        };
        Ok(Effects { publish: Some(item), ..Effects::none() })
    }

    fn facts(&self) -> Facts {
        Facts { feed_items: self.events_to_show, ..Facts::of::<Self>() }
    }

    fn feed(&self, request: &FeedRequest<'_>) -> Result<Answer, Error> {
        let mut bytes = 0;
        let fits = |item: &&FeedItem| {
            bytes += item.value.to_string().len();
            bytes <= MAX_FEED_BYTES
        };
        let items: Vec<&FeedItem> = request.items.iter().take(self.events_to_show).take_while(fits).collect();
        let title = self.title.as_deref().unwrap_or(request.name);
        let link = self.link.as_deref().unwrap_or(request.url);
        let (content_type, body) = match request.format {
            FeedFormat::Json => {
                let items: Vec<Value> = items.into_iter().map(json_item).collect();
                let feed = json!({
                    "title": title, "description": self.description, "link": link, "feed_url": request.url, "items": items,
                });
                ("application/json; charset=utf-8", format!("{feed:#}"))
            }
            FeedFormat::Rss => {
                let channel = Channel {
                    title: xml(title),
                    description: xml(&self.description),
                    link: xml(link),
                    ttl: Some(self.ttl.to_string()),
                    items: items.into_iter().map(rss_item).collect(),
                    ..Channel::default()
                };
                // Indented: people look at feeds too. Writing into memory does not fail.
                let feed = channel.pretty_write_to(Vec::new(), b' ', 2).unwrap_or_default();
                ("application/rss+xml; charset=utf-8", String::from_utf8_lossy(&feed).into_owned())
            }
        };
        Ok(Answer { status: 200, content_type: content_type.to_owned(), body })
    }

    fn examples() -> Vec<Example> {
        let template = json!({
            "title": "Pushes",
            "description": "What was pushed to our repositories",
            "item": {"title": "{{ pusher }} pushed {{ count }} commits", "link": "{{ url }}"}
        });
        vec![
            Example::new("A feed of pushes", json!({"template": template, "events_to_show": 20}))
                .on(json!({"pusher": "ada", "count": 2, "url": "https://example.com/compare/1f...2e"})),
            Example::new("Items with a title alone", json!({"template": {"item": {"title": "{{ title }}"}}}))
                .on(json!({"title": "Hello", "n": 1})),
            Example::new("All that comes, as it is", json!({})).on(json!({"title": "Hello"})),
        ]
    }
}

fn json_item(item: &FeedItem) -> Value {
    let mut fields = match &item.value {
        Value::Object(fields) => fields.clone(),
        other => Map::from_iter([("content".to_owned(), other.clone())]),
    };
    fields.entry("id").or_insert_with(|| json!(item.id));
    fields.entry("date_published").or_insert_with(|| json!(item.at));
    Value::Object(fields)
}

fn rss_item(item: &FeedItem) -> Item {
    let field = |name: &str| item.value.get(name).filter(|value| !value.is_null()).map(text);
    let description = field("description").or_else(|| match field("title") {
        Some(_) => None,
        None => Some(text(&item.value)),
    });
    let categories: Vec<&Value> = match item.value.get("category") {
        Some(Value::Array(list)) => list.iter().collect(),
        one => one.into_iter().collect(),
    };
    let enclosure = item.value.get("enclosure").and_then(|enclosure| {
        let part = |name: &str| enclosure.get(name).map(text);
        Some(Enclosure { url: part("url")?, mime_type: part("type")?, length: part("length").unwrap_or_else(|| "0".to_owned()) })
    });
    Item {
        title: field("title"),
        description,
        link: field("link"),
        author: field("author"),
        categories: categories.into_iter().map(|name| Category { name: text(name), domain: None }).collect(),
        comments: field("comments"),
        content: field("content"),
        enclosure,
        guid: Some(Guid { value: field("guid").unwrap_or_else(|| item.id.to_string()), permalink: false }),
        // RFC 9110's dates are RFC 822's, with the four digits of the year that RSS prefers.
        pub_date: DateTimePrinter::new().timestamp_to_rfc9110_string(&item.at.timestamp()).ok(),
        ..Item::default()
    }
}

/// A text as it is, anything else as JSON.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => xml(text),
        other => xml(&other.to_string()),
    }
}

/// Without the characters that XML 1.0 cannot have, not even escaped.
fn xml(text: &str) -> String {
    let allowed = |char: &char| matches!(char, '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..);
    text.chars().filter(allowed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{agent, problem, receive};
    use rookery_domain::{EventId, RunId, Time};

    fn items(values: Vec<Value>) -> Vec<FeedItem> {
        let id = |n: usize| EventId::root(RunId(uuid::Uuid::from_u128(n as u128)));
        values.into_iter().enumerate().map(|(n, value)| FeedItem { id: id(n), at: Time(1_700_000_000_000), value }).collect()
    }

    fn feed(config: Value, format: FeedFormat, items: &[FeedItem]) -> Answer {
        let request = FeedRequest { format, url: "https://rookery.test/feeds/t.xml", name: "My <feed>", items };
        agent("data_output", config).feed(&request).unwrap()
    }

    #[tokio::test]
    async fn what_is_published_is_the_payload_or_the_rendered_item() {
        let payload = r#"{"n":1.10,"title":"<b>"}"#;
        let effects = receive("data_output", json!({}), payload).await.unwrap();
        assert_eq!(effects.publish.unwrap().as_str(), payload);
        assert!(effects.emit.is_empty());
        let config = json!({"template": {"item": {"title": "T: {{ title }}", "n": "{{ n | as_object }}"}}});
        let effects = receive("data_output", config, payload).await.unwrap();
        assert_eq!(effects.publish.unwrap().as_str(), r#"{"title":"T: <b>","n":1.10}"#);
    }

    #[test]
    fn json_keeps_the_items_and_says_when() {
        let exact: Value = serde_json::from_str(r#"{"id": 7, "n": 1.10}"#).unwrap();
        let answer = feed(
            json!({"template": {"title": "T", "link": "https://a.test/"}}),
            FeedFormat::Json,
            &items(vec![exact, json!([1])]),
        );
        assert_eq!((answer.status, answer.content_type.as_str()), (200, "application/json; charset=utf-8"));
        // As a value it keeps each number's digits.
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        let text = body.to_string();
        let item = r#""items":[{"id":7,"n":1.10,"date_published":"2023-11-14T22:13:20.000Z"},{"content":[1],"id":"00000000000000000000000000000001""#;
        assert!(text.contains(item), "{text}");
        assert!(text.starts_with(
            r#"{"title":"T","description":"","link":"https://a.test/","feed_url":"https://rookery.test/feeds/t.xml""#
        ));
    }

    #[test]
    fn rss_reads_back_as_it_was_meant() {
        let hostile = "a]]>b <script>&amp; \u{0}\u{b}\u{fffe}🦀";
        let values = vec![
            json!({"title": hostile, "description": hostile, "link": "https://a.test/?a=1&b=2", "category": ["x", "<y>"], "guid": "g"}),
            json!({"n": 1}),
            json!("text"),
            json!({"title": "t", "enclosure": {"url": "https://a.test/1.mp3", "type": "audio/mpeg", "length": 5}}),
        ];
        let answer = feed(json!({"ttl": 5}), FeedFormat::Rss, &items(values));
        assert_eq!(answer.content_type, "application/rss+xml; charset=utf-8");
        let channel = Channel::read_from(answer.body.as_bytes()).unwrap();
        assert_eq!(
            (channel.title(), channel.link(), channel.ttl()),
            ("My <feed>", "https://rookery.test/feeds/t.xml", Some("5"))
        );
        let clean = "a]]>b <script>&amp; 🦀";
        let first = &channel.items()[0];
        assert_eq!(
            (first.title(), first.description(), first.link()),
            (Some(clean), Some(clean), Some("https://a.test/?a=1&b=2"))
        );
        assert_eq!(first.categories().iter().map(Category::name).collect::<Vec<_>>(), ["x", "<y>"]);
        assert_eq!(first.guid().map(|guid| (guid.value(), guid.is_permalink())), Some(("g", false)));
        assert_eq!(first.pub_date(), Some("Tue, 14 Nov 2023 22:13:20 GMT"));
        assert_eq!(channel.items()[1].description(), Some(r#"{"n":1}"#));
        assert_eq!(channel.items()[2].description(), Some("text"));
        assert_eq!(channel.items()[3].enclosure().map(Enclosure::length), Some("5"));
    }

    #[test]
    fn a_feed_ends_at_its_count_and_at_its_size() {
        let shown = |config: Value, values: Vec<Value>| {
            let answer = feed(config, FeedFormat::Json, &items(values));
            serde_json::from_str::<Value>(&answer.body).unwrap()["items"].as_array().unwrap().len()
        };
        assert_eq!(shown(json!({"events_to_show": 2}), vec![json!(1); 5]), 2);
        assert_eq!(shown(json!({}), vec![json!("x".repeat(1024 * 1024 - 2)); 5]), 3);
        assert_eq!(agent("data_output", json!({})).facts().feed_items, 40);
    }

    #[test]
    fn errors_name_the_field() {
        assert_eq!(problem("data_output", json!({"events_to_show": 101})), "config.events_to_show");
        assert_eq!(problem("data_output", json!({"template": {"link": "example.com"}})), "config.template.link");
        assert_eq!(problem("data_output", json!({"template": {"titel": "x"}})), "config.template.titel");
        assert!(problem("data_output", json!({"template": {"item": {"title": "{{ a"}}})).starts_with("config.template.item"));
    }
}
