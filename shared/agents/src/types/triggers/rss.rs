//! `rss`: reads feeds, and emits what is new in them. The options are those of Huginn's RssAgent. `feed` is what all feeds become, `xml` and
//! `json` read them.

mod channel;
mod feed;
mod json;
#[cfg(test)]
mod tests;
mod xml;

use crate::agent::{AgentType, Kind, MemoryUse, Problems};
use crate::huginn::Mapping;
use crate::meaning::TemplateText;
use crate::seen::{self, Seen};
use crate::template::{JsonTemplate, Template};
use crate::web::{AT_ONCE, Page, Texts, Unzip, Web, WebOptions, failed, take_urls};
use crate::{AgentError, Context, Effects, Emit, Example, Facts};
use feed::{Entry, Feed};
use futures::future::join_all;
use rookery_domain::{Payload, limits};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Reads feeds (RSS, RDF, Atom, JSON Feed) and emits each new entry in the group `on_item`, the oldest first.
///
/// An entry is known by its id alone, in whichever of the feeds it stands. A feed that cannot be read is told of in the group `on_error`, and
/// the others are read all the same. Entries that are more than one check emits come in the next ones.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The address of the feed, or a list of addresses: templates, like `https://example.com/news.atom`.
    url: Texts,
    /// Whether unsafe HTML is taken out of `description` and `content`.
    #[serde(default)]
    clean: bool,
    /// Whether each event has `feed`, with what the feed says of itself.
    #[serde(default)]
    include_feed_info: bool,
    /// How many new entries one check emits at most. The others come in the next ones.
    max_events_per_run: Option<usize>,
    /// How many ids are remembered; those of the last answer of each feed are remembered in any case.
    #[serde(default = "five_hundred")]
    #[schemars(range(max = 10000))]
    remembered_id_count: usize,
    /// In which order events are emitted: a list of templates over the entry, each alone, or as a list with `string`, `number` or `time`, and
    /// `true` for the largest first: `[["{{ title }}", "string", true]]`. By `date_published` and `last_updated` unless said otherwise.
    #[schemars(schema_with = "order_schema")]
    #[serde(default)]
    events_order: Option<Value>,
    /// Whether addresses are called as they are written. They are, except for characters that no address may have.
    #[serde(default)]
    #[expect(dead_code, reason = "Addresses are written as they must be in any case; scenarios have the option.")]
    disable_url_encoding: bool,
    /// Headers: their names, and templates for their values.
    #[serde(default)]
    headers: BTreeMap<String, TemplateText>,
    /// The user's name and password: `user:password`, or a list of the two; templates, which may name credentials.
    basic_auth: Option<Texts>,
    /// What is sent as `User-Agent`.
    user_agent: Option<TemplateText>,
    /// The encoding in which the feed is read, whatever the server says.
    force_encoding: Option<String>,
    /// Whether redirects are not followed.
    #[serde(default)]
    disable_redirect_follow: bool,
    /// How the feed is packed, besides what its headers say.
    unzip: Option<Unzip>,
}

fn order_schema(generator: &mut SchemaGenerator) -> Schema {
    let template = generator.subschema_for::<TemplateText>();
    let part = json!({"type": "array", "items": {"anyOf": [template, {"type": "boolean"}]}});
    json_schema!({"type": ["array", "null"], "items": {"anyOf": [template, part]}, "default": null})
}

fn five_hundred() -> usize {
    500
}

/// The agent.
pub struct Rss {
    urls: Vec<Template>,
    clean: bool,
    include_feed_info: bool,
    limit: usize,
    remembered: usize,
    order: Option<JsonTemplate>,
    web: Web,
}

impl AgentType for Rss {
    const NAME: &'static str = "rss";
    const KIND: Kind = Kind::Trigger;
    const TITLE: &'static str = "RSS and Atom";
    const GROUPS: &'static [&'static str] = &["on_item"];
    const CHECKS: bool = true;
    const DEFAULT_SCHEDULE: Option<&'static str> = Some("every_1d");
    const HUGINN: Option<Mapping> = Some(Mapping::of("RssAgent"));
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        let urls = take_urls(Some(options.url), problems);
        if urls.is_empty() && problems.errors.is_empty() {
            problems.add("url", "Give the address of a feed.");
        }
        if options.remembered_id_count > seen::MOST {
            problems.add("remembered_id_count", format!("Remember at most {} ids.", seen::MOST));
        }
        let order = options.events_order.filter(|order| *order != json!([])).and_then(|order| {
            if order.as_array().is_some_and(|parts| parts.iter().all(feed::is_order)) {
                return problems.take_template("events_order", JsonTemplate::parse(&order));
            }
            let message =
                "Give a list of templates, each alone or as `[template, \"string\", \"number\" or \"time\", true or false]`.";
            problems.add("events_order", message);
            None
        });
        let web = WebOptions {
            headers: options.headers,
            basic_auth: options.basic_auth,
            user_agent: options.user_agent,
            force_encoding: options.force_encoding,
            disable_redirect_follow: options.disable_redirect_follow,
            unzip: options.unzip,
        };
        let named: Vec<(&str, &Template)> = urls.iter().map(|url| ("url", url)).collect();
        let web = Web::take(web, &named, problems);
        let limit =
            options.max_events_per_run.filter(|limit| *limit > 0).map_or(limits::CHILDREN, |limit| limit.min(limits::CHILDREN));
        problems.errors.is_empty().then_some(Rss {
            urls,
            clean: options.clean,
            include_feed_info: options.include_feed_info,
            limit,
            remembered: options.remembered_id_count,
            order,
            web,
        })
    }

    fn facts(&self) -> Facts {
        Facts { credentials: self.web.credentials(), ..Facts::of::<Self>() }
    }

    fn memory(&self, _cx: &Context<'_>) -> Result<MemoryUse, AgentError> {
        Ok(MemoryUse::Agent)
    }

    async fn check(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let mut seen = Seen::read(&cx.memory);
        let urls: Vec<String> = self.urls.iter().map(|url| url.render(cx.scope())).collect::<Result<_, _>>()?;
        let mut answers = Vec::new();
        for some in urls.chunks(AT_ONCE) {
            answers.extend(join_all(some.iter().map(|url| self.read(cx, url, urls.len(), &seen))).await);
        }
        if let [Err(_)] = answers.as_slice() {
            return answers.pop().map_or(Ok(Effects::none()), |answer| answer.map(|_| Effects::none()));
        }
        let mut effects = Effects::none();
        let mut fresh = Vec::new();
        seen.keep_only(urls.iter().map(String::as_str));
        for (url, answer) in urls.iter().zip(answers) {
            match answer {
                Ok(None) => {}
                Ok(Some((page, feed))) => {
                    seen.answered(url, &page.validators, feed.entries.iter().map(|entry| entry.id.as_str()));
                    if feed.left_out > 0 {
                        effects
                            .logs
                            .push(format!("{} has {} entries more than are read: the first ones are.", page.url, feed.left_out));
                    }
                    let info = self.include_feed_info.then_some(feed.info);
                    fresh.extend(
                        feed.entries.into_iter().filter(|entry| !seen.knows(&entry.id)).map(|entry| (entry, info.clone())),
                    );
                }
                Err(error) => effects.emit.push(failed(error)?),
            }
        }
        self.sort(cx, &mut fresh)?;
        self.emit(fresh, &mut seen, &mut effects)?;
        Ok(effects.remember(seen.write(self.remembered)?))
    }

    fn examples() -> Vec<Example> {
        let feed = r#"<rss version="2.0"><channel><title>News</title><link>https://example.com/</link>
            <item><guid isPermaLink="false">7</guid><title>Tea is ready</title><link>/7</link><category>drinks</category>
            <description>&lt;p&gt;Come in.&lt;/p&gt;</description><pubDate>Thu, 01 Jan 2026 08:00:00 GMT</pubDate></item>
            </channel></rss>"#;
        let url = "https://example.com/7";
        let item = json!({
            "id": "7", "url": url, "urls": [url], "links": [{"href": url}], "title": "Tea is ready",
            "description": "<p>Come in.</p>", "content": "<p>Come in.</p>", "image": null, "enclosure": null, "authors": [],
            "categories": ["drinks"], "date_published": "2026-01-01T08:00:00Z", "last_updated": "2026-01-01T08:00:00Z",
        });
        let by_title = json!({"url": ["https://example.com/news.xml"], "events_order": [["{{ title }}", "string", true]]});
        vec![
            Example::new("What is new in a feed", json!({"url": "https://example.com/news.atom", "clean": true}))
                .answered(200, feed)
                .emits("on_item", item),
            Example::new("Nothing has changed", json!({"url": "https://example.com/news.atom", "schedule": "every_1h"})).answered(304, ""),
            Example::new("In an order of its own, ten at a time", json!({"max_events_per_run": 10, "remembered_id_count": 1000, "url": by_title["url"], "events_order": by_title["events_order"]}))
                .answered(200, r#"{"version": "https://jsonfeed.org/version/1.1", "title": "News", "items": []}"#),
        ]
    }
}

/// An entry, and what its feed says of itself if that is wanted.
type Fresh = (Entry, Option<Map<String, Value>>);

impl Rss {
    /// Calls a feed and reads it; none if it has not changed.
    async fn read(&self, cx: &Context<'_>, url: &str, of: usize, seen: &Seen) -> Result<Option<(Page, Feed)>, AgentError> {
        let page = self.web.get_successfully(cx, url, of, seen.validators(url)).await?;
        if page.response.status == 304 {
            return Ok(None);
        }
        let line = page.line();
        let feed = Feed::read(&page.text(false), &page.url).map_err(|error| error.of_request(&line))?;
        Ok(Some((page, feed)))
    }

    fn sort(&self, cx: &Context<'_>, fresh: &mut [Fresh]) -> Result<(), AgentError> {
        let Some(order) = &self.order else {
            fresh.sort_by_key(|(entry, _)| (entry.published, entry.updated));
            return Ok(());
        };
        let mut keys = BTreeMap::new();
        for (entry, _) in fresh.iter() {
            let scope = cx.scope().with(Map::from_iter([("payload".to_owned(), Value::Object(entry.payload.clone()))]));
            keys.insert(entry.id.clone(), feed::order_keys(&order.render(&scope)?));
        }
        fresh.sort_by(|(a, _), (b, _)| feed::by_keys(keys.get(&a.id), keys.get(&b.id)));
        Ok(())
    }

    /// Emits as much as may be at once. What is left over stays unknown, so that the next check finds it.
    fn emit(&self, fresh: Vec<Fresh>, seen: &mut Seen, effects: &mut Effects) -> Result<(), AgentError> {
        let (mut count, mut bytes, mut left_over) = (0, effects.bytes(), 0);
        for (entry, info) in fresh {
            if seen.knows(&entry.id) {
                continue;
            }
            let id = entry.id.clone();
            let payload = self.payload(entry, info, &mut effects.logs)?;
            bytes += payload.as_str().len();
            if count >= self.limit || effects.emit.len() >= limits::CHILDREN || bytes > limits::CHILDREN_BYTES {
                seen.left_over(&id);
                left_over += 1;
                continue;
            }
            count += 1;
            seen.add(&id);
            effects.emit.push(Emit { groups: vec!["on_item".to_owned()], payload });
        }
        if left_over > 0 {
            effects.logs.push(format!("{left_over} new entries come in the next checks."));
        }
        Ok(())
    }

    /// The payload of an entry. Texts that are too long for an event are left out.
    fn payload(&self, entry: Entry, info: Option<Map<String, Value>>, logs: &mut Vec<String>) -> Result<Payload, AgentError> {
        let Entry { id, mut payload, .. } = entry;
        if self.clean {
            for field in ["description", "content"] {
                if let Some(Value::String(html)) = payload.get_mut(field) {
                    *html = rookery_markup::clean(html);
                }
            }
        }
        if let Some(info) = info {
            payload.insert("feed".to_owned(), info.into());
        }
        match Payload::of(Value::Object(payload.clone())) {
            Ok(payload) => Ok(payload),
            Err(_) => {
                logs.push(format!("The entry `{id:.200}` is too large for an event: its texts are left out."));
                payload
                    .retain(|name, value| ["url", "date_published", "last_updated"].contains(&name.as_str()) || value.is_null());
                payload.insert("id".to_owned(), id.chars().take(1_000).collect::<String>().into());
                Ok(Payload::of(Value::Object(payload))?)
            }
        }
    }
}
