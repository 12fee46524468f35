//! Scenarios of Huginn that begin with what they read elsewhere: feeds and pages.

use super::huginn::{agent, chain, import, status_of, workflow};
use rookery_tests::{Page, Pages, Sink};
use serde_json::{Value, json};

#[tokio::test]
async fn feeds_and_pages_of_scenarios_are_read_and_what_matches_is_sent() {
    let (sink, pages) = (Sink::start(), Pages::start());
    let entry = |id: usize, title: &str| {
        format!("<item><guid>{id}</guid><title>{title}</title><link>https://e.example/{id}</link></item>")
    };
    let feed = format!("<rss version='2.0'><channel><title>F</title>{}{}</channel></rss>", entry(1, "Rust 2"), entry(2, "Tea"));
    pages.set("/feed", Page::of("application/rss+xml", feed));
    pages.set("/page", Page::of("text/html", "<ul><li><a href='/a'>A</a> 12 EUR<li><a href='/b'>B</a> 7 EUR</ul>"));
    let mut rookery = super::rookery().calls(&sink).arg("--egress-allow").arg(pages.cidr()).start().await;
    let project = rookery.project().await;
    let post = || agent("PostAgent", "post", json!({"post_url": sink.url(), "content_type": "json", "method": "post"}));
    let scheduled = |kind: &str, options: Value| {
        let mut source = agent(kind, "source", options);
        source["schedule"] = json!("never");
        source
    };
    let news = chain(
        "News of Rust",
        vec![
            scheduled("RssAgent", json!({"url": [pages.url("/feed")], "clean": "false", "expected_update_period_in_days": "5"})),
            agent(
                "TriggerAgent",
                "wanted",
                json!({
                    "expected_receive_period_in_days": "2", "keep_event": "false", "message": "{{title}}: {{ url }}",
                    "rules": [{"type": "regex", "value": "rust|ferris", "path": "title"}]
                }),
            ),
            post(),
        ],
    );
    let cheap = chain(
        "Cheap things",
        vec![
            scheduled(
                "WebsiteAgent",
                json!({
                    "url": pages.url("/page"), "type": "html", "mode": "on_change", "expected_update_period_in_days": "2",
                    "extract": {"name": {"css": "li a", "value": "string(.)"}, "price": {"xpath": "//li", "value": "normalize-space(text()[last()])"}}
                }),
            ),
            agent(
                "TriggerAgent",
                "wanted",
                json!({"keep_event": "true", "must_match": "1", "rules": [{"type": "field<value", "value": "10", "path": "price"}]}),
            ),
            agent("DeDuplicationAgent", "new", json!({"property": "{{ name }}", "lookback": "100"})),
            post(),
        ],
    );
    let cases = [(news, json!({"message": "Rust 2: https://e.example/1"})), (cheap, json!({"name": "B", "price": "7 EUR"}))];
    for (file, body) in cases {
        let before = sink.requests().len();
        let made = import(&rookery, &project, "", &file).await;
        assert!(status_of(&made).iter().all(|status| *status == "mapped"), "{made:#}");
        let workflow = workflow(&rookery, &project, &made);
        workflow.start().await;
        for (check, sent) in [("the first", 1), ("another, which finds nothing new", 0)] {
            let report = workflow.post("/agents/guid-of-source/check", &json!({})).await.expect(200);
            for event in report["data"]["events"].as_array().unwrap() {
                // Events of one check are of one run, by which their ids begin.
                workflow.finished(event["id"].as_str().unwrap().split('-').next().unwrap()).await;
            }
            assert_eq!(report["data"]["events"].as_array().unwrap().is_empty(), sent == 0, "{check}: {report}");
        }
        let requests = sink.requests();
        assert_eq!((requests.len(), requests[before].json()), (before + 1, body));
    }
}
