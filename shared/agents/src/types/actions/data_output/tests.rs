use super::*;
use crate::testing::{agent, problem, receive};
use rookery_domain::{EventId, RunId, Time};
use rss::{Category, Enclosure};

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
    let answer =
        feed(json!({"template": {"title": "T", "link": "https://a.test/"}}), FeedFormat::Json, &items(vec![exact, json!([1])]));
    assert_eq!((answer.status, answer.content_type.as_str()), (200, "application/json; charset=utf-8"));
    // The parsed value keeps each number's digits.
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    let text = body.to_string();
    let item = r#""items":[{"id":7,"n":1.10,"date_published":"2023-11-14T22:13:20.000Z"},{"content":[1],"id":"00000000000000000000000000000001""#;
    assert!(text.contains(item), "{text}");
    assert!(
        text.starts_with(
            r#"{"title":"T","description":"","link":"https://a.test/","feed_url":"https://rookery.test/feeds/t.xml""#
        )
    );
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
    assert_eq!((channel.title(), channel.link(), channel.ttl()), ("My <feed>", "https://rookery.test/feeds/t.xml", Some("5")));
    let clean = "a]]>b <script>&amp; 🦀";
    let first = &channel.items()[0];
    assert_eq!((first.title(), first.description(), first.link()), (Some(clean), Some(clean), Some("https://a.test/?a=1&b=2")));
    assert_eq!(first.categories().iter().map(Category::name).collect::<Vec<_>>(), ["x", "<y>"]);
    assert_eq!(first.guid().map(|guid| (guid.value(), guid.is_permalink())), Some(("g", false)));
    assert_eq!(first.pub_date(), Some("Tue, 14 Nov 2023 22:13:20 GMT"));
    assert_eq!(channel.items()[1].description(), Some(r#"{"n":1}"#));
    assert_eq!(channel.items()[2].description(), Some("text"));
    assert_eq!(channel.items()[3].enclosure().map(Enclosure::length), Some("5"));
}

#[test]
fn both_forms_say_the_same_date() {
    let came = ("2023-11-14T22:13:20.000Z", "Tue, 14 Nov 2023 22:13:20 GMT");
    for (own, json, rss) in [
        (json!("2024-12-22T18:59:56+01:00"), "2024-12-22T18:59:56+01:00", "Sun, 22 Dec 2024 17:59:56 GMT"),
        (json!("Sun, 22 Dec 2024 17:59:56 GMT"), "Sun, 22 Dec 2024 17:59:56 GMT", "Sun, 22 Dec 2024 17:59:56 GMT"),
        (json!("yesterday"), came.0, came.1),
        (json!(""), came.0, came.1),
        (json!(null), came.0, came.1),
        (json!(7), came.0, came.1),
    ] {
        let items = items(vec![json!({"title": "t", "date_published": own})]);
        let shown: Value = serde_json::from_str(&feed(json!({}), FeedFormat::Json, &items).body).unwrap();
        assert_eq!(shown["items"][0]["date_published"], json, "{own}");
        let channel = Channel::read_from(feed(json!({}), FeedFormat::Rss, &items).body.as_bytes()).unwrap();
        assert_eq!(channel.items()[0].pub_date(), Some(rss), "{own}");
    }
}

#[test]
fn an_rss_feed_says_where_it_is() {
    let body = feed(json!({"template": {"link": "https://a.test/"}}), FeedFormat::Rss, &[]).body;
    assert!(body.contains(r#"xmlns:atom="http://www.w3.org/2005/Atom""#), "{body}");
    let link = r#"<atom:link href="https://rookery.test/feeds/t.xml" rel="self" type="application/rss+xml">"#;
    assert!(body.contains(link), "{body}");
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
