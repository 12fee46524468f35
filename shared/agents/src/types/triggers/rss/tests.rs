//! Tests of `rss`: what feeds become, and what is remembered. Feeds over HTTP are in the journeys.

use super::feed::Feed;
use crate::testing::{World, agent, cell, problem};
use crate::{AgentError, Context, Effects, Memory};
use proptest::prelude::*;
use rookery_domain::{DeliveryId, Time};
use rookery_egress::Response;
use serde_json::{Value, json};
use uuid::Uuid;

const AT: &str = "https://example.com/feeds/news.xml";

fn entries(text: &str) -> Vec<Value> {
    let feed = Feed::read(text, AT).unwrap_or_else(|error| panic!("{error}: {text}"));
    feed.entries.into_iter().map(|entry| Value::Object(entry.payload)).collect()
}

fn entry(text: &str) -> Value {
    let mut entries = entries(text);
    assert_eq!(entries.len(), 1, "{text}");
    entries.remove(0)
}

/// The first item of an RSS feed with these elements.
fn item(elements: &str) -> Value {
    entry(&format!(
        "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:content='http://purl.org/rss/1.0/modules/content/' \
         xmlns:atom='http://www.w3.org/2005/Atom' xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd' \
         xmlns:media='http://search.yahoo.com/mrss/'><channel><title>T</title><item>{elements}</item></channel></rss>"
    ))
}

#[test]
fn an_entry_of_rss_has_all_that_it_says() {
    let found = item(
        "<title>A &amp; B</title><link>/a</link><guid isPermaLink='false'> tag:1 </guid><description><![CDATA[<p>d</p>]]></description>
         <content:encoded>&lt;p&gt;c&lt;/p&gt;</content:encoded><pubDate>Tue, 05 Mar 2024 10:00:00 -0800</pubDate>
         <author>ann@example.com (Ann)</author><dc:creator>Bo</dc:creator><category>x</category><dc:subject>y</dc:subject>
         <enclosure url='a.mp3' type='audio/mpeg' length='12'/><media:thumbnail url='/t.png'/>
         <itunes:duration>12:34</itunes:duration><itunes:isClosedCaptioned>no</itunes:isClosedCaptioned><itunes:image href='i.png'/>
         <itunes:episodeType>full</itunes:episodeType>",
    );
    let expected = json!({
        "id": "tag:1", "url": "https://example.com/a", "urls": ["https://example.com/a"], "links": [{"href": "https://example.com/a"}],
        "title": "A & B", "description": "<p>d</p>", "content": "<p>c</p>", "image": "https://example.com/t.png",
        "enclosure": {"url": "https://example.com/feeds/a.mp3", "type": "audio/mpeg", "length": "12"},
        "authors": ["ann@example.com (Ann)", "Bo"], "categories": ["x", "y"],
        "date_published": "2024-03-05T10:00:00-08:00", "last_updated": "2024-03-05T10:00:00-08:00",
        "itunes_duration": "12:34", "itunes_closed_captioned": "no", "itunes_image": "i.png", "itunes_episode_type": "full"
    });
    assert_eq!(found, expected);
}

#[test]
fn an_entry_of_atom_has_all_that_it_says() {
    let found = entry(
        "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='/blog/'><title>T</title><entry xml:base='a/'>
         <id>urn:1</id><title type='html'>A &lt;b&gt;B&lt;/b&gt;</title><link href='x.html'/><link rel='self' href='y.atom' type='application/atom+xml'/>
         <link rel='enclosure' href='z.mp3' type='audio/mpeg' length='7'/><summary>s</summary>
         <content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>c &amp; d</p></div></content>
         <author><name>Ann</name><email>ann@example.com</email><uri>https://ann.example</uri></author><category term='x' label='X'/>
         <published>2024-03-05T10:00:00Z</published><updated>2024-03-06T10:00:00Z</updated></entry></feed>",
    );
    let base = "https://example.com/blog/a/";
    let expected = json!({
        "id": "urn:1", "url": format!("{base}x.html"), "urls": [format!("{base}x.html")],
        "links": [
            {"href": format!("{base}x.html")}, {"href": format!("{base}y.atom"), "rel": "self", "type": "application/atom+xml"},
            {"href": format!("{base}z.mp3"), "rel": "enclosure", "type": "audio/mpeg"}
        ],
        "title": "A <b>B</b>", "description": "s", "content": "<p>c &amp; d</p>", "image": null,
        "enclosure": {"url": format!("{base}z.mp3"), "type": "audio/mpeg", "length": "7"},
        "authors": ["Ann <ann@example.com> (https://ann.example)"], "categories": ["x"],
        "date_published": "2024-03-05T10:00:00Z", "last_updated": "2024-03-06T10:00:00Z"
    });
    assert_eq!(found, expected);
}

#[test]
fn feeds_of_other_kinds_are_read() {
    let rdf = entry(
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/' xmlns:dc='http://purl.org/dc/elements/1.1/'>
         <channel rdf:about='c'><title>T</title></channel><item rdf:about='urn:7'><title>A</title><link>https://a.example/7</link>
         <dc:date>2024-03-05T10:00:00+01:00</dc:date></item></rdf:RDF>",
    );
    assert_eq!(
        (&rdf["id"], &rdf["url"], &rdf["date_published"]),
        (&json!("urn:7"), &json!("https://a.example/7"), &json!("2024-03-05T10:00:00+01:00"))
    );
    let old = entry("<rss version='0.91'><channel><item><title>A</title><link>https://a.example/</link></item></channel></rss>");
    assert_eq!(old["id"], "https://a.example/");
    let undeclared = entry("<feed><entry><id>7</id><dc:creator>Ann</dc:creator><updated>2024-03-05</updated></entry></feed>");
    assert_eq!(
        (&undeclared["id"], &undeclared["authors"], &undeclared["last_updated"]),
        (&json!("7"), &json!(["Ann"]), &json!("2024-03-05T00:00:00Z"))
    );
    let json = entry(
        r#"{"version":"https://jsonfeed.org/version/1.1","title":"T","items":[{"id":7,"url":"a","title":"A","content_html":"<p>c</p>","summary":"s",
            "image":"i.png","tags":["x"],"authors":[{"name":"Ann","url":"https://ann.example"}],"date_published":"2024-03-05T10:00:00Z",
            "attachments":[{"url":"a.mp3","mime_type":"audio/mpeg","size_in_bytes":12}]}, "no item"]}"#,
    );
    let expected = json!({
        "id": "7", "url": "https://example.com/feeds/a", "urls": ["https://example.com/feeds/a"],
        "links": [{"href": "https://example.com/feeds/a", "rel": "alternate"}], "title": "A", "description": "s", "content": "<p>c</p>",
        "image": "https://example.com/feeds/i.png",
        "enclosure": {"url": "https://example.com/feeds/a.mp3", "type": "audio/mpeg", "length": "12"},
        "authors": ["Ann (https://ann.example)"], "categories": ["x"],
        "date_published": "2024-03-05T10:00:00Z", "last_updated": "2024-03-05T10:00:00Z"
    });
    assert_eq!(json, expected);
}

#[test]
fn an_id_is_what_the_feed_gives_or_what_stands_for_it() {
    let md5 = "0cc175b9c0f1b6a831c399e269772661";
    for (elements, expected) in [
        ("<guid>no url</guid><link>/x</link><dc:identifier>i</dc:identifier>", "no url"),
        ("<guid> </guid><dc:identifier>i</dc:identifier><description>a</description>", "i"),
        ("<description>a</description><link>/x</link>", md5),
        ("<content:encoded>a</content:encoded><description>b</description><link>/x</link>", md5),
        ("<title>a</title><link>/x</link>", "https://example.com/x"),
        ("<title>a</title>", ""),
    ] {
        assert_eq!(item(elements)["id"], expected, "{elements}");
    }
    let link = item("<guid>https://a.example/1</guid><title>a</title>");
    assert_eq!((&link["id"], &link["url"]), (&json!("https://a.example/1"), &json!("https://a.example/1")));
}

#[test]
fn what_is_broken_is_read_as_far_as_may_be() {
    let found = item("<guid>1</guid><title>A & B &nbsp;&copy; &nothing;</title><pubDate>soon</pubDate><link></link>");
    assert_eq!(
        (&found["title"], &found["date_published"], &found["url"]),
        (&json!("A & B \u{a0}© &nothing;"), &json!(null), &json!(null))
    );
    let cut = entries("<rss><channel><item><guid>1</guid></item><item><guid>2</gu");
    assert_eq!(cut[0]["id"], "1");
    let two = item("<guid>1</guid><pubDate>soon</pubDate><dc:date>2024-03-05</dc:date>");
    assert_eq!(two["date_published"], json!(null), "Dublin Core counts only where there is no other date");
    for text in ["", "no feed", "<html><body>x</body></html>", "{}", "{\"items\": 1}", "[]", "<", "<?xml?>"] {
        assert_eq!(Feed::read(text, AT).unwrap_err().code, "not_a_feed", "{text}");
    }
}

fn response(status: u16, body: String) -> Response {
    Response { status, headers: vec![("etag".to_owned(), "\"e\"".to_owned())], body: body.into(), url: String::new() }
}

fn feed(ids: &[&str]) -> String {
    let items: String = ids.iter().map(|id| format!("<item><guid>{id}</guid><title>{id}</title></item>")).collect();
    format!("<rss><channel><title>T</title>{items}</channel></rss>")
}

/// Checks an agent with answers, one after the other; gives the ids that each check emits.
async fn checks(config: Value, answers: &[Result<Vec<&str>, u16>]) -> Vec<Vec<String>> {
    let (agent, cell, mut memory, mut emitted) = (agent("rss", config), cell(), Value::Null, Vec::new());
    for answer in answers {
        let answer = answer.as_ref().map_or_else(|status| response(*status, String::new()), |ids| response(200, feed(ids)));
        let world = World { answer: Some(answer), ..World::default() };
        let effects = check(&*agent, &cell, &world, memory.clone()).await.unwrap();
        emitted.push(effects.emit.iter().map(|emit| emit.payload.value()["id"].as_str().unwrap().to_owned()).collect());
        let Memory::Set(new) = effects.memory else { panic!("it remembers") };
        memory = new;
    }
    emitted
}

async fn check(
    agent: &dyn crate::Agent,
    cell: &rookery_domain::Cell,
    world: &World,
    memory: Value,
) -> Result<Effects, AgentError> {
    let mut cx = Context::new(cell, DeliveryId(Uuid::nil()), world);
    (cx.due, cx.memory) = (Some(Time(0)), memory);
    agent.check(&cx).await
}

#[tokio::test]
async fn each_entry_is_emitted_once() {
    let config = |more: Value| {
        let mut config = json!({"url": AT});
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        config
    };
    let found = checks(config(json!({})), &[Ok(vec!["1", "2", "2"]), Ok(vec!["3", "1"]), Err(304), Ok(vec!["2", "3"])]).await;
    assert_eq!(found, [vec!["1", "2"], vec!["3"], vec![], vec![]]);
    let few = checks(
        config(json!({"remembered_id_count": 1})),
        &[Ok(vec!["1", "2", "3"]), Ok(vec!["1", "2", "3"]), Ok(vec![]), Ok(vec!["1", "3"])],
    )
    .await;
    assert_eq!(
        few,
        [vec!["1", "2", "3"], vec![], vec![], vec!["1"]],
        "what the last answer held is known, and the latest one of others"
    );
    let limited = checks(config(json!({"max_events_per_run": "2"})), &vec![Ok(vec!["1", "2", "3", "4", "5"]); 4]).await;
    assert_eq!(limited, [vec!["1", "2"], vec!["3", "4"], vec!["5"], vec![]]);
    let ordered = checks(config(json!({"events_order": [["{{ title }}", "number", true]]})), &[Ok(vec!["2", "10", "1"])]).await;
    assert_eq!(ordered, [vec!["10", "2", "1"]]);
}

#[tokio::test]
async fn the_oldest_comes_first_and_unsafe_html_goes() {
    let items = "<item><guid>new</guid><pubDate>2024-03-06</pubDate></item><item><guid>none</guid></item>
        <item><guid>old</guid><pubDate>2024-03-05</pubDate><description>&lt;p onclick='x'&gt;d&lt;script&gt;x&lt;/script&gt;&lt;/p&gt;</description></item>";
    let feed = format!(
        "<rss><channel><title>T</title><link>https://a.example</link><lastBuildDate>2024-03-07</lastBuildDate>{items}</channel></rss>"
    );
    let world = World { answer: Some(response(200, feed)), ..World::default() };
    let agent = agent(
        "rss",
        json!({"url": [AT], "clean": true, "include_feed_info": "true", "basic_auth": ["u", "{% credential p %}"], "user_agent": "Reader"}),
    );
    assert_eq!(agent.facts().credentials.len(), 1);
    assert_eq!(agent.facts().schedule.as_ref().map(ToString::to_string).as_deref(), Some("every_1d"));
    let effects = check(&*agent, &cell(), &world, Value::Null).await.unwrap();
    let payloads: Vec<&Value> = effects.emit.iter().map(|emit| emit.payload.value()).collect();
    let ids: Vec<&Value> = payloads.iter().map(|payload| &payload["id"]).collect();
    assert_eq!(ids, ["none", "old", "new"]);
    assert_eq!((&payloads[1]["content"], &payloads[1]["description"]), (&json!("<p>d</p>"), &json!("<p>d</p>")));
    let info = &payloads[0]["feed"];
    assert_eq!(
        (&info["title"], &info["type"], &info["url"], &info["last_updated"]),
        (&json!("T"), &json!("rss"), &json!("https://a.example"), &json!("2024-03-07T00:00:00Z"))
    );
    let calls = world.calls.lock().unwrap();
    assert!(calls[0].basic_auth.as_ref().unwrap().starts_with("u:⟦"));
    assert!(calls[0].headers.contains(&("User-Agent".to_owned(), "Reader".to_owned())));
}

#[tokio::test]
async fn a_feed_that_fails_alone_fails_the_check_and_large_entries_lose_their_texts() {
    let config = json!({"url": AT, "schedule": "never"});
    let agent = agent("rss", config);
    assert!(agent.facts().schedule.is_none());
    let world = World { answer: Some(response(404, String::new())), ..World::default() };
    let error = check(&*agent, &cell(), &world, Value::Null).await.unwrap_err();
    assert_eq!((error.code.as_str(), &error.details.unwrap()["url"]), ("http_error", &json!(AT)));
    let large =
        format!("<rss><channel><item><guid>1</guid><description>{}</description></item></channel></rss>", "x".repeat(300_000));
    let world = World { answer: Some(response(200, large)), ..World::default() };
    let effects = check(&*agent, &cell(), &world, Value::Null).await.unwrap();
    assert_eq!((effects.emit.len(), effects.emit[0].payload.value()["id"].clone(), effects.logs.len()), (1, json!("1"), 1));
}

#[test]
fn errors_name_the_field() {
    for (config, field) in [
        (json!({}), "url"),
        (json!({"url": []}), "url"),
        (json!({"url": "example.com"}), "url"),
        (json!({"url": [AT, "{{ a"]}), "url[1]"),
        (json!({"url": [AT, 5]}), "url[1]"),
        (json!({"url": vec![AT; 101]}), "url"),
        (json!({"url": AT, "events_order": "title"}), "events_order"),
        (json!({"url": AT, "events_order": [["{{ a }}", "size"]]}), "events_order"),
        (json!({"url": AT, "remembered_id_count": 10_001}), "remembered_id_count"),
        (json!({"url": AT, "basic_auth": "user"}), "basic_auth"),
        (json!({"url": AT, "force_encoding": "klingon"}), "force_encoding"),
        (json!({"url": AT, "unzip": "zip"}), "unzip"),
        (json!({"url": AT, "headers": {"a b": "c"}}), "headers.a b"),
    ] {
        assert_eq!(problem("rss", config.clone()), format!("config.{field}"), "{config}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(<(/)?(rss|channel|item|entry|feed|guid|link|title|a:b|itunes:image)( (xmlns|href|rdf:about|xml:base)='[^']{0,6}')?/?>|[a-z{}\":,\\[\\]&;]|items|2024-03-05|ä){0,40}") {
        let _ = Feed::read(&text, AT);
        let _ = Feed::read(&format!("<rss><channel>{text}"), AT);
        let _ = Feed::read(&format!("{{\"items\":[{{{text}"), AT);
    }
}
