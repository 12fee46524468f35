//! Examples of `website`.

use crate::Example;
use serde_json::json;

pub(super) fn examples() -> Vec<Example> {
    let html = r#"<ul class="news"><li><a href="/tea">Tea is ready</a></li><li><a href="/rum">Rum &amp; raisins</a></li></ul>"#;
    let news = json!({
        "url": "https://example.com/news?page={{ page }}",
        "mode": "on_change",
        "schedule": "every_1h",
        "extract": {
            "title": {"css": "ul.news > li a", "value": "string(.)"},
            "link": {"xpath": "//ul[@class=\"news\"]/li//a", "value": "@href"}
        },
        "template": {"link": "{{ link | to_uri: _response_.url }}"}
    });
    let shop =
        json!({"url_from_event": "{{ url }}", "type": "json", "mode": "merge", "extract": {"name": {"path": "items[*].title"}}});
    let log = json!({
        "data_from_event": "{{ body }}", "type": "text",
        "extract": {"code": {"regexp": "^(?<code>\\d+) (.*)$", "index": "code"}, "text": {"regexp": "^(?<code>\\d+) (.*)$", "index": 2}}
    });
    let page = json!({
        "data_from_event": "{{ body }}", "type": "html",
        "extract": {
            "title": {"css": "h1", "value": "string(.)", "repeat": true},
            "words": {"css": "li", "value": "normalize-space(.)", "single_array": true},
            "count": {"xpath": "//ul", "value": "count(./li)", "raw": true}
        }
    });
    vec![
        Example::new("News of a page that are new, every hour", news)
            .answered(200, html)
            .emits("on_item", json!({"title": "Tea is ready", "link": "https://example.com/tea"}))
            .emits("on_item", json!({"title": "Rum & raisins", "link": "https://example.com/rum"})),
        Example::new("What an address of an event holds, laid over the event", shop)
            .on(json!({"url": "https://example.com/items.json", "shop": 7}))
            .answered(200, r#"{"items": [{"title": "Tea"}, {"title": "Rum"}]}"#)
            .emits("on_item", json!({"url": "https://example.com/items.json", "shop": 7, "name": "Tea"}))
            .emits("on_item", json!({"url": "https://example.com/items.json", "shop": 7, "name": "Rum"})),
        Example::new("Lines of a text that came with an event", log)
            .on(json!({"body": "200 all is well\n404 nothing there\n"}))
            .emits("on_item", json!({"code": "200", "text": "all is well"}))
            .emits("on_item", json!({"code": "404", "text": "nothing there"})),
        Example::new("A list of all matches, a number, and a title", page)
            .on(json!({"body": "<h1>Drinks</h1><ul><li> Tea </li><li>Rum</li></ul>"}))
            .emits("on_item", json!({"title": "Drinks", "words": ["Tea", "Rum"], "count": 2})),
        Example::new(
            "A whole document of JSON",
            json!({"url": "https://example.com/state.json", "headers": {"Accept": "application/json"}}),
        )
        .answered(200, r#"{"is_open": true}"#)
        .emits("on_item", json!({"is_open": true})),
    ]
}
