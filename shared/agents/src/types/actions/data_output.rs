//! `data_output`: publishes events as a feed that anyone who has its address can read. `forms` says how an item looks in JSON and in RSS.

mod forms;
mod huginn;
#[cfg(test)]
mod tests;

use crate::agent::{Address, AgentType, Kind, Problems};
use crate::huginn::Mapping;
use crate::meaning::TemplateObject;
use crate::template::JsonTemplate;
use crate::{AgentError, Answer, Context, Effects, Example, Facts, FeedFormat, FeedItem, FeedRequest};
use rookery_domain::{Error, Payload};
use rss::Channel;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

const MAX_ITEMS: usize = 100;
/// The most bytes of a feed: Lambda's answers end at 6 MB, and JSON text may grow a little in XML.
const MAX_FEED_BYTES: usize = 3 * 1024 * 1024;

/// Publishes what comes in as a feed, in JSON and in RSS 2.0, at an address that cannot be guessed: the agent's `feed_url`.
///
/// In JSON, the feed is `{"title", "description", "link", "feed_url", "items": [...]}`, newest first. Each item has what
/// `template.item` gave, and an `id` of its own if that gave none; an item that is not an object stands under `content`. In RSS,
/// an item shows `title`, `description`, `link`, `author`, `category` (a text or a list), `comments`, `content`, `enclosure`
/// (`{"url", "type", "length"}`) and `guid`; an item with neither title nor description shows its JSON.
///
/// In both forms, an item's date is its own `date_published`, if that is a time as RFC 3339 or RFC 2822 write it; otherwise it is
/// the time when the item came. Readers that send back a feed's `ETag` get 304 while nothing is new.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The texts of the feed and its items.
    #[serde(default)]
    template: FeedTemplate,
    /// How many of the latest items are shown: 1 to 100. With very large items there are fewer: the feed ends at 3 MB.
    #[serde(default = "forty")]
    #[schemars(range(min = 1, max = 100))]
    events_to_show: usize,
    /// For how many minutes readers of the RSS feed may keep a copy.
    #[serde(default = "sixty")]
    ttl: u32,
}

/// The texts of a feed.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FeedTemplate {
    /// The feed's title. Without it, the agent's name.
    title: Option<String>,
    /// What the feed is about.
    #[serde(default)]
    description: String,
    /// The web page that the feed belongs to. Without it, the feed's own address.
    link: Option<String>,
    /// An item: an object in which all texts are templates over the event, like `{"title": "{{ title }}"}`. Without it, the
    /// event's payload.
    item: Option<TemplateObject>,
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
    const HUGINN: Option<Mapping> = Some(huginn::MAPPING);
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
        let item = item.and_then(|item| item.take("template.item", problems));
        let Options { events_to_show, ttl, .. } = options;
        problems.errors.is_empty().then_some(DataOutput { title, description, link, item, events_to_show, ttl })
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let Some(event) = cx.event else { return Ok(Effects::none()) };
        let item = match &self.item {
            Some(item) => Payload::of(item.render(cx.scope())?)?,
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
                let items: Vec<Value> = items.into_iter().map(forms::json_item).collect();
                let feed = json!({
                    "title": title, "description": self.description, "link": link, "feed_url": request.url, "items": items,
                });
                (forms::JSON, format!("{feed:#}"))
            }
            FeedFormat::Rss | FeedFormat::Page => {
                let (self_link, namespace) = forms::self_link(request.url);
                let channel = Channel {
                    title: forms::xml(title),
                    description: forms::xml(&self.description),
                    link: forms::xml(link),
                    ttl: Some(self.ttl.to_string()),
                    items: items.into_iter().map(forms::rss_item).collect(),
                    extensions: self_link,
                    namespaces: namespace,
                    ..Channel::default()
                };
                // RSS is indented because people look at feeds, too. Writing into memory does not fail.
                let feed = channel.pretty_write_to(Vec::new(), b' ', 2).unwrap_or_default();
                (forms::RSS, String::from_utf8_lossy(&feed).into_owned())
            }
        };
        Ok(Answer { content_type: content_type.to_owned(), body, ..Answer::empty(200) })
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
