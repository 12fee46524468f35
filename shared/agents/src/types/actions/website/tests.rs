//! Tests of `website`: what is taken out of pages. Pages over HTTP are in the journeys.

use crate::testing::{emitted, problems, receive};
use crate::{AgentError, Retry};
use serde_json::{Value, json};

/// The events of a page that comes with an event.
async fn rows(kind: &str, page: &str, extract: Value) -> Result<Vec<Value>, AgentError> {
    let config = json!({"data_from_event": "{{ body }}", "type": kind, "extract": extract});
    let effects = receive("website", config, &json!({"body": page}).to_string()).await?;
    Ok(emitted(&effects).into_iter().map(|(_, payload)| serde_json::from_str(payload).unwrap()).collect())
}

/// The values of one extractor.
async fn values(kind: &str, page: &str, how: Value) -> Value {
    let rows = rows(kind, page, json!({"v": how})).await.unwrap();
    rows.into_iter().map(|row| row["v"].clone()).collect()
}

#[tokio::test]
async fn a_value_is_what_its_xpath_gives() {
    let page = "<ul><li class='a'>One &amp; <b>1</b></li><li>Two</li></ul>";
    for (value, expected) in [
        (json!(null), json!(["<li class=\"a\">One &amp; <b>1</b></li>", "<li>Two</li>"])),
        (json!("."), json!(["<li class=\"a\">One &amp; <b>1</b></li>", "<li>Two</li>"])),
        (json!("@class"), json!(["a", ""])),
        (json!("string(.)"), json!(["One & 1", "Two"])),
        (json!("./node()"), json!(["One &amp; <b>1</b>", "Two"])),
        (json!(".//text()"), json!(["One &amp; 1", "Two"])),
        (json!("normalize-space(.)"), json!(["One & 1", "Two"])),
        (json!("count(./b)"), json!(["1", "0"])),
        (json!("boolean(./b)"), json!(["true", "false"])),
        (json!("string-length(.) div 2"), json!(["3.5", "1.5"])),
    ] {
        assert_eq!(values("html", page, json!({"css": "li", "value": value})).await, expected, "{value}");
    }
    for (value, expected) in [
        ("count(./b)", json!([1, 0])),
        ("boolean(./b)", json!([true, false])),
        ("string-length(.) div 2", json!([3.5, 1.5])),
        (".//text()", json!([["One &amp; ", "1"], ["Two"]])),
        ("string(.)", json!(["One & 1", "Two"])),
    ] {
        assert_eq!(values("html", page, json!({"xpath": "//li", "value": value, "raw": true})).await, expected, "{value}");
    }
    assert_eq!(values("html", page, json!({"xpath": "count(//li)"})).await, json!(["2"]));
}

#[tokio::test]
async fn xml_has_namespaces_only_if_they_are_wanted() {
    let page = "<feed xmlns='urn:a' xmlns:dc='urn:dc'><entry><dc:title>A</dc:title><x/></entry></feed>";
    assert_eq!(values("xml", page, json!({"xpath": "//title", "value": "."})).await, json!(["<title>A</title>"]));
    assert_eq!(values("xml", page, json!({"css": "entry > x"})).await, json!(["<x/>"]));
    let config = json!({"data_from_event": "{{ body }}", "type": "xml", "use_namespaces": "true", "extract": {"v": {"xpath": "//dc:title", "value": "string(.)"}, "w": {"xpath": "//xmlns:x"}}});
    let effects = receive("website", config, &json!({"body": page}).to_string()).await.unwrap();
    assert_eq!(emitted(&effects), [("on_item", r#"{"v":"A","w":"<x/>"}"#)]);
    let unknown = rows("xml", "<a xmlns:b='urn:b'/>", json!({"v": {"css": "c|d"}})).await.unwrap_err();
    assert_eq!(unknown.code, "expression_failed");
}

#[tokio::test]
async fn json_keeps_its_values_and_texts_are_matched_on_and_on() {
    let page = r#"{"a": [{"t": 1.50, "l": [1]}, {"t": null}, {"x": 1}]}"#;
    assert_eq!(values("json", page, json!({"path": "a[*].t"})).await.to_string(), "[1.50,null]");
    assert_eq!(values("json", page, json!({"path": "$..l"})).await, json!([[1]]));
    assert_eq!(values("json", "[{\"t\": 1}]", json!({"path": "[*].t"})).await, json!([1]));
    let log = "a=1\nb=2\nc";
    assert_eq!(values("text", log, json!({"regexp": "(\\w)=(?<n>\\d)", "index": 1})).await, json!(["a", "b"]));
    assert_eq!(values("text", log, json!({"regexp": "(?<k>\\w)=(?<n>\\d)", "index": "n"})).await, json!(["1", "2"]));
    assert_eq!(values("text", log, json!({"regexp": "^\\w", "index": "0"})).await, json!(["a", "b", "c"]));
    assert_eq!(values("text", log, json!({"regexp": "(a)|(b)", "index": 2})).await, json!([null, "b"]));
    assert_eq!(rows("json", "{", json!({"v": {"path": "a"}})).await.unwrap_err().code, "not_json");
}

#[tokio::test]
async fn values_make_rows_only_if_they_are_found_equally_often() {
    let page = "<h1>T</h1><p>a</p><p>b</p><i>x</i>";
    let text = |css: &str, more: Value| {
        let mut how = json!({"css": css, "value": "string(.)"});
        how.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        how
    };
    let plain = |css: &str| text(css, json!({}));
    let found = rows(
        "html",
        page,
        json!({"p": plain("p"), "t": text("h1, i", json!({"repeat": true})), "h": text("p", json!({"hidden": true}))}),
    )
    .await
    .unwrap();
    assert_eq!(found, [json!({"p": "a", "t": "T"}), json!({"p": "b", "t": "T"})]);
    let error = rows("html", page, json!({"p": plain("p"), "i": plain("i")})).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.retry), ("unequal_matches", Retry::Never));
    assert!(error.message.contains("`p` 2 times, `i` 1 times"), "{}", error.message);
    assert_eq!(rows("html", page, json!({"p": plain("b"), "i": plain("u")})).await.unwrap(), Vec::<Value>::new());
    let one = rows("html", page, json!({"all": text("p", json!({"single_array": true})), "i": plain("i")})).await.unwrap();
    assert_eq!(one, [json!({"all": ["a", "b"], "i": "x"})]);
    let none = rows("html", page, json!({"all": text("b", json!({"single_array": true})), "i": plain("i")})).await.unwrap();
    assert_eq!(none, [json!({"all": [], "i": "x"})]);
}

#[tokio::test]
async fn expressions_may_come_of_the_event() {
    let config = json!({"data_from_event": "{{ body }}", "mode": "merge", "extract": {"v": {"css": "{{ find }}", "value": "string(.)"}}, "template": {"v": "{{ v }} of {{ n }}"}});
    let event = |find: &str| json!({"body": "<p>a</p>", "find": find, "n": 2}).to_string();
    let effects = receive("website", config.clone(), &event("p")).await.unwrap();
    assert_eq!(emitted(&effects)[0].1, r#"{"body":"<p>a</p>","find":"p","n":2,"v":"a of 2"}"#);
    assert_eq!(receive("website", config.clone(), &event("p[")).await.unwrap_err().code, "invalid_expression");
    assert_eq!(receive("website", config, "[1]").await.unwrap_err().code, "payload_not_object");
}

#[test]
fn errors_name_their_place() {
    let with = |more: Value| {
        let mut config = json!({"url": "https://a.example/", "type": "html", "extract": {"v": {"css": "p"}}});
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        config
    };
    for (config, field) in [
        (json!({"extract": {"v": {"css": "p"}}}), "url"),
        (with(json!({"url": "a.example"})), "url"),
        (with(json!({"url_from_event": "{{ a"})), "url_from_event"),
        (with(json!({"extract": {}})), "extract"),
        (with(json!({"extract": null})), "extract"),
        (with(json!({"extract": {"v": {"css": "p", "repeat": true}}})), "extract"),
        (with(json!({"extract": {"v": {}}})), "extract.v"),
        (with(json!({"extract": {"v": {"css": "p", "xpath": "//p"}}})), "extract.v"),
        (with(json!({"extract": {"v": {"path": "a"}}})), "extract.v"),
        (with(json!({"extract": {"v": {"css": "p["}}})), "extract.v.css"),
        (with(json!({"extract": {"v": {"xpath": "//p["}}})), "extract.v.xpath"),
        (with(json!({"extract": {"v": {"css": "p", "value": "foo()"}}})), "extract.v.value"),
        (with(json!({"type": "json", "extract": {"v": {"path": "a["}}})), "extract.v.path"),
        (with(json!({"type": "text", "extract": {"v": {"regexp": "("}}})), "extract.v.regexp"),
        (with(json!({"type": "text", "extract": {"v": {"regexp": "a", "index": 1}}})), "extract.v.index"),
        (with(json!({"type": "text", "extract": {"v": {"regexp": "a", "index": "b"}}})), "extract.v.index"),
        (with(json!({"template": {"a": "{{ a"}})), "template.a"),
        (with(json!({"mode": "some"})), "mode"),
        (with(json!({"http_success_codes": ["ok"]})), "http_success_codes[0]"),
        (with(json!({"uniqueness_look_back": 10_001})), "uniqueness_look_back"),
    ] {
        let found = problems("website", config.clone());
        assert_eq!(found[0].0, format!("config.{field}"), "{config}: {found:?}");
    }
}

#[tokio::test]
async fn rows_of_an_event_that_are_too_many_are_told_of() {
    let config = json!({"data_from_event": "{{ body }}", "type": "json", "extract": {"n": {"path": "[*]"}}});
    for (count, emitted_rows, told) in [(500, 500, 0), (501, 499, 1)] {
        let body = Value::from_iter(0..count).to_string();
        let effects = receive("website", config.clone(), &json!({"body": body}).to_string()).await.unwrap();
        let groups: Vec<&str> = emitted(&effects).into_iter().map(|(group, _)| group).collect();
        let of = |group: &str| groups.iter().filter(|found| **found == group).count();
        assert_eq!((of("on_item"), of("on_error")), (emitted_rows, told));
        if told == 1 {
            let (_, last) = emitted(&effects).pop().unwrap();
            assert!(last.contains("too_many_rows") && last.contains("2 of 501 rows"), "{last}");
        }
    }
}
