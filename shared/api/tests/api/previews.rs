//! Previews of templates and schedules.

use crate::support::World;
use serde_json::{Value, json};

#[tokio::test]
async fn a_template_is_shown_as_it_would_be_rendered() {
    let world = World::open().await;
    let path = format!("{}/templates/preview", world.project().await);
    let payload = json!({"name": "Ada", "total": 1, "items": [{"sku": "a"}, {"sku": "b"}]});
    for (template, result) in [
        (json!("Hello {{ name }}"), json!("Hello Ada")),
        (json!("{% for item in items %}{{ item.sku }};{% endfor %}"), json!("a;b;")),
        (json!({"a": ["{{ total }}", 7], "b": "{{ items | as_object }}"}), json!({"a": ["1", 7], "b": payload["items"]})),
        (json!("{{ event.groups[0] }} of {{ agent.name }}: {{ nothing }}"), json!("big of Orders: ")),
        (json!("Bearer {% credential token %}"), json!("Bearer ***")),
        (json!(null), json!(null)),
    ] {
        let body = json!({"template": template, "payload": payload, "event": {"groups": ["big"]}, "agent": {"name": "Orders"}});
        let shown = world.post(&path, body).await.ok(200)["data"].clone();
        assert_eq!(shown, json!({"result": result, "warnings": []}), "{template}");
    }
    let alone = world.post(&path, json!({"template": "{{ event.id | size }} {{ payload | json }}"})).await.ok(200);
    assert_eq!(alone["data"]["result"], "32 {}", "without a payload");

    let odd = json!({"a": [{"b c": "{{.name}}\n{{ name | jsonify }}"}]});
    let shown = world.post(&path, json!({"template": odd, "payload": payload})).await.ok(200)["data"].clone();
    assert_eq!(shown["result"], json!({"a": [{"b c": "Ada\nAda"}]}));
    let warning = |line: usize, message: &str| json!({"path": "a[0][\"b c\"]", "line": line, "message": message});
    let warnings = [warning(1, "`.name` is read as `name`"), warning(2, "there is no filter `jsonify`, so it changes nothing")];
    assert_eq!(shown["warnings"], json!(warnings));

    for (template, says, at, line) in [
        (json!("a\n{{ b | append }}"), "append", "", json!(2)),
        (json!({"a": {"b": ["x", "{% if %}"]}}), "`a.b[1]`", "a.b[1]", json!(1)),
        (json!({"a": "{{ 1 | divided_by: 0 }}"}), "`a`", "a", Value::Null),
        (json!("{% for a in (1..99999) %}{% endfor %}"), "range", "", Value::Null),
    ] {
        let answer = world.post(&path, json!({"template": template, "payload": {}})).await;
        assert!(answer.ok(422)["error"]["message"].as_str().unwrap().contains(says), "{}", answer.text());
        let error = answer.value()["error"].clone();
        assert_eq!((&error["type"], &error["meta"]), (&json!("template_error"), &json!({"path": at, "line": line})));
    }
    for (body, names) in [
        (json!({}), "`template`"),
        (json!({"template": "", "paths": true}), "`paths`"),
        (json!({"template": "", "payload": null, "event": []}), "`event`"),
    ] {
        assert!(world.post(&path, body).await.error(400, "invalid_request").contains(names));
    }
    world.stop().await;
}

#[tokio::test]
async fn a_schedule_is_said_in_words_with_its_next_times() {
    let world = World::open().await;
    let path = format!("{}/schedules/preview", world.project().await);
    let from = "2030-03-29T12:00:00Z";
    let weekdays = world.post(&path, json!({"schedule": "TZ=Europe/Berlin 0 9 * * 1-5", "from": from, "count": 2})).await.ok(200);
    assert_eq!(weekdays["data"]["times"], json!(["2030-04-01T07:00:00.000Z", "2030-04-02T07:00:00.000Z"]), "summer time");
    let text = weekdays["data"]["text"].as_str().unwrap();
    assert!(text.contains("09:00") && text.contains("Monday") && text.ends_with("Europe/Berlin"), "{text}");
    for (schedule, text, times) in
        [("every_5m", "Every 5 minutes", 5), ("@daily", "At 00:00, UTC", 5), ("every_1d", "Every day", 5), ("never", "Never", 0)]
    {
        let shown = world.post(&path, json!({"schedule": schedule})).await.ok(200)["data"].clone();
        assert_eq!((&shown["text"], shown["times"].as_array().unwrap().len()), (&json!(text), times), "{shown}");
    }
    for (schedule, says) in
        [("soon", "is not a schedule"), ("TZ=Mars/Base 9am", "time zone"), ("*/90 * * * *", "90"), ("0 0 30 2 *", "never due")]
    {
        let message = world.post(&path, json!({"schedule": schedule})).await.error(422, "schedule_invalid");
        assert!(message.contains(says), "{message}");
    }
    for (body, names) in [
        (json!({"schedule": "noon", "count": 0}), "`count`"),
        (json!({"schedule": "noon", "count": 51}), "`count`"),
        (json!({"schedule": "noon", "from": "tomorrow"}), "`from`"),
        (json!({}), "`schedule`"),
    ] {
        assert!(world.post(&path, body).await.error(400, "invalid_request").contains(names));
    }
    world.stop().await;
}
