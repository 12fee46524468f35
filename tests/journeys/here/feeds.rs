//! Feeds and pages that workflows read: of many kinds, changed, broken, and too large for one check.

use rookery_tests::{Page, Pages, Workflow, agent, cells, link_of};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The events of a check by hand, with their groups.
async fn check(workflow: &Workflow, cell: &str) -> Vec<(String, Value)> {
    let report = workflow.post(&format!("/agents/{cell}/check"), &json!({})).await.expect(200)["data"].clone();
    let events = report["events"].as_array().unwrap().iter();
    events.map(|event| (event["groups"][0].as_str().unwrap().to_owned(), event["payload"].clone())).collect()
}

fn rss(items: impl IntoIterator<Item = String>) -> String {
    let items: String = items.into_iter().collect();
    format!("<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>News</title>{items}</channel></rss>")
}

fn item(id: usize) -> String {
    format!("<item><guid isPermaLink='false'>{id}</guid><title>Entry {id}</title><link>/{id}</link></item>")
}

fn ids(events: &[(String, Value)]) -> Vec<String> {
    events.iter().filter(|(group, _)| group == "on_item").map(|(_, payload)| payload["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn feeds_of_all_kinds_are_read_and_one_that_fails_is_told_of() {
    let pages = Pages::start();
    let latin = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><rss version=\"2.0\"><channel><item><guid>latin</guid><title>Caf\u{e9}</title></item></channel></rss>";
    let latin: Vec<u8> = latin.chars().map(|char| char as u8).collect();
    let wide: Vec<u8> = [0xFEFF_u16].into_iter().chain(rss([item(16)]).encode_utf16()).flat_map(u16::to_le_bytes).collect();
    pages.set("/latin", Page::of("application/rss+xml", latin));
    pages.set(
        "/windows",
        Page::of(
            "application/xml; charset=windows-1252",
            b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>windows</id><title>\x93x\x94</title></entry></feed>".to_vec(),
        ),
    );
    pages.set("/wide", Page::of("text/xml", wide));
    pages.set(
        "/json",
        Page::of(
            "application/feed+json",
            r#"{"version":"https://jsonfeed.org/version/1","items":[{"id":5,"content_text":"x"}]}"#,
        ),
    );
    pages.set("/broken", Page::status(500));
    pages.set("/page", Page::of("text/html", "<html><body>no feed</body></html>"));
    let urls: Vec<String> =
        ["/latin", "/windows", "/broken", "/wide", "/page", "/json"].iter().map(|path| pages.url(path)).collect();
    let mut rookery = super::rookery().arg("--egress-allow").arg(pages.cidr()).start().await;
    let workflow = rookery.started(&cells([agent("feeds", "rss", json!({"url": urls, "schedule": "never"}))])).await;
    let events = check(&workflow, "feeds").await;
    assert_eq!(
        ids(&events).into_iter().collect::<BTreeSet<_>>(),
        BTreeSet::from(["latin", "windows", "16", "5"].map(str::to_owned)),
        "{events:?}"
    );
    let titles: BTreeSet<String> = events.iter().filter_map(|(_, payload)| Some(payload["title"].as_str()?.to_owned())).collect();
    assert_eq!(titles, BTreeSet::from(["Café", "\u{201c}x\u{201d}", "Entry 16"].map(str::to_owned)));
    let errors: Vec<&Value> = events.iter().filter(|(group, _)| group == "on_error").map(|(_, payload)| payload).collect();
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert_eq!((&errors[0]["details"]["url"], &errors[0]["details"]["status"]), (&json!(urls[2]), &json!(500)));
    assert_eq!((&errors[1]["details"]["url"], &errors[1]["code"]), (&json!(urls[4]), &json!("not_a_feed")));
    pages.set("/broken", Page::of("text/xml", rss([item(1)])));
    assert_eq!(ids(&check(&workflow, "feeds").await), ["1"], "the others are known, and this one is there again");
}

#[tokio::test]
async fn each_entry_of_a_large_feed_comes_once_in_the_checks_that_follow() {
    let pages = Pages::start();
    pages.set("/feed", Page::of("text/xml", rss((0..1_203).map(item))).header("etag", "\"1\""));
    let mut rookery = super::rookery().arg("--egress-allow").arg(pages.cidr()).start().await;
    let config = json!({"url": pages.url("/feed"), "schedule": "never", "remembered_id_count": 10});
    let workflow = rookery.started(&cells([agent("feed", "rss", config)])).await;
    let mut seen = BTreeSet::new();
    for expected in [500, 500, 203, 0, 0] {
        let ids = ids(&check(&workflow, "feed").await);
        assert_eq!(ids.len(), expected);
        assert!(ids.into_iter().all(|id| seen.insert(id)), "each comes once");
    }
    assert_eq!(seen.len(), 1_203);
    let asked = pages.requests("/feed");
    let sent: Vec<bool> = asked.iter().map(|headers| headers.contains_key("if-none-match")).collect();
    assert_eq!(sent, [false, false, false, true, true], "the server is told what is known once all was emitted");
    pages.set("/feed", Page::of("text/xml", rss([item(7), item(2_000)])).header("etag", "\"2\""));
    assert_eq!(ids(&check(&workflow, "feed").await), ["2000"]);
}

#[tokio::test]
async fn rows_of_pages_are_events_and_changes_are_found() {
    let pages = Pages::start();
    let list = |names: &[&str]| {
        let items: String = names.iter().map(|name| format!("<li><a href='/{name}'>{name}</a>")).collect();
        Page::of("text/html; charset=utf-8", format!("<title>Drinks</title><ul>{items}</ul>"))
    };
    pages.set("/list", list(&["tea", "rum", "tea"]).header("etag", "\"a\""));
    pages.set("/moved", Page::status(302).header("location", "/list"));
    let extract = json!({
        "name": {"css": "li > a", "value": "string(.)"},
        "url": {"xpath": "//li/a", "value": "@href", "hidden": true},
        "title": {"css": "title", "value": "string(.)", "repeat": true}
    });
    let template = json!({"at": "{{ url | to_uri: _response_.url }}", "status": "{{ _response_.status }}"});
    let watch =
        json!({"url": pages.url("/list"), "mode": "on_change", "extract": extract, "template": template, "schedule": "never"});
    let merge = json!({"url_from_event": "{{ page }}", "mode": "merge", "extract": {"first": {"css": "li:first-child", "value": "string(.)"}}});
    let bad = json!({"url": [pages.url("/list"), pages.url("/none")], "extract": {"name": {"css": "a"}, "item": {"css": "title"}}, "schedule": "never"});
    let mut rookery = super::rookery().arg("--egress-allow").arg(pages.cidr()).start().await;
    let workflow = rookery
        .started(&cells([
            agent("watch", "website", watch),
            agent("start", "manual", json!({})),
            agent("merge", "website", merge),
            agent("bad", "website", bad),
            link_of("on_trigger", "start", "merge"),
        ]))
        .await;
    let at = |name: &str| json!({"name": name, "title": "Drinks", "at": pages.url(&format!("/{name}")), "status": "200"});
    let payloads = |events: Vec<(String, Value)>| events.into_iter().map(|(_, payload)| payload).collect::<Vec<_>>();
    assert_eq!(
        payloads(check(&workflow, "watch").await),
        [at("tea"), at("rum"), at("tea")],
        "equal rows of one page are each an event"
    );
    assert_eq!(payloads(check(&workflow, "watch").await), Vec::<Value>::new());
    assert_eq!(pages.requests("/list")[1]["if-none-match"], "\"a\"");
    pages.set("/list", list(&["rum", "milk"]));
    assert_eq!(payloads(check(&workflow, "watch").await), [at("milk")]);
    pages.set("/list", list(&["tea", "milk"]));
    assert_eq!(payloads(check(&workflow, "watch").await), Vec::<Value>::new(), "it is looked for among the latest events");
    let run = workflow.emit("start", json!({"page": pages.url("/moved"), "n": 1})).await;
    workflow.finished(&run).await;
    assert_eq!(workflow.payloads("merge").await, [json!({"page": pages.url("/moved"), "n": 1, "first": "tea"})]);
    let failed = check(&workflow, "bad").await;
    let codes: Vec<(&str, &str)> =
        failed.iter().map(|(group, payload)| (group.as_str(), payload["code"].as_str().unwrap())).collect();
    assert_eq!(codes, [("on_error", "unequal_matches"), ("on_error", "http_error")], "{failed:?}");
}

#[tokio::test]
async fn more_rows_than_a_check_emits_come_in_the_next() {
    let pages = Pages::start();
    pages.set("/items.json", Page::of("application/json", json!({"items": (0..700).collect::<Vec<_>>()}).to_string()));
    let mut rookery = super::rookery().arg("--egress-allow").arg(pages.cidr()).start().await;
    let config = |mode: &str| json!({"url": pages.url("/items.json"), "mode": mode, "extract": {"n": {"path": "items[*]"}}, "schedule": "never"});
    let workflow =
        rookery.started(&cells([agent("all", "website", config("all")), agent("new", "website", config("on_change"))])).await;
    let mut counts = Vec::new();
    for cell in ["all", "all", "all", "new", "new", "new"] {
        let events = check(&workflow, cell).await;
        counts.push((events.len(), events.first().map(|(_, payload)| payload["n"].clone())));
    }
    let first = |count, n: u32| (count, Some(json!(n)));
    assert_eq!(counts, [first(500, 0), first(200, 500), first(500, 0), first(500, 0), first(200, 500), (0, None)]);
}
