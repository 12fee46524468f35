//! What becomes of agents, links and schedules.

use super::super::{LeftOut, Settings, Status, import};
use super::{agents, cells, one, settings};
use crate::registry;
use serde_json::{Value, json};

#[test]
fn options_of_huginns_names_are_taken_and_others_are_left_out() {
    let options = json!({
        "mode": "parse", "separator": ";", "with_header": "false", "use_fields": "", "data_path": "$.body", "output": "event_per_file",
        "expected_update_period_in_days": "2", "expected_receive_period_in_days": "", "colour": "red"
    });
    let taken = json!({
        "mode": "parse", "separator": ";", "with_header": "false", "data_path": "$.body", "output": "event_per_file",
        "expected_update_period_in_days": 2
    });
    assert_eq!(one("CsvAgent", options), (taken, Status::Mapped, vec!["colour".to_owned()]));
    let (config, status, notes) = one("CsvAgent", json!({"expected_receive_period_in_days": "90"}));
    assert_eq!((&config["expected_receive_period_in_days"], status), (&json!(31), Status::Mapped));
    assert_eq!(notes, ["expected_receive_period_in_days"]);
    let (config, status, notes) = one("DeDuplicationAgent", json!({"property": "", "lookback": "0"}));
    assert_eq!((config, status, notes.len()), (json!({"property": "", "lookback": "0"}), Status::Mapped, 0));
    assert_eq!(one("JsonParseAgent", json!({"data": "{{.data}}", "data_key": "data"})).1, Status::Mapped);
    assert_eq!(one("ChangeDetectorAgent", json!({})).0, json!({"property": "{{output}}"}));
    assert_eq!(
        one("ManualEventAgent", json!({"payload": {"created_at": "{{ created_at }}"}})).0["payload"]["created_at"],
        "{{ created_at }}"
    );
}

#[test]
fn a_post_sends_a_form_of_all_and_emits_nothing_unless_it_says_otherwise() {
    let (config, status, notes) =
        one("PostAgent", json!({"post_url": "https://a.test/", "expected_receive_period_in_days": "1"}));
    let expected = json!({
        "url": "https://a.test/", "method": "post", "content_type": "form", "payload": {}, "merge_event": true, "emit_events": false,
        "parse_body": false, "event_headers_style": "capitalized", "expected_receive_period_in_days": 1
    });
    assert_eq!((config, status, notes), (expected, Status::Mapped, vec![]));
    let (config, status, notes) = one(
        "PostAgent",
        json!({
            "post_url": "https://a.test/", "method": "PUT", "content_type": "json", "no_merge": "true", "emit_events": "true",
            "payload": {"text": "{{ $.a.b }}", "created": "{{ created_at | date: '%s' }}"}, "headers": {"X-Count": 5},
            "event_headers": ["Link", "ETag"], "output_mode": "merge", "user_agent": "Huginn", "retries_of_old": ""
        }),
    );
    assert_eq!(status, Status::Mapped, "{notes:?}");
    assert_eq!(
        (&config["method"], &config["merge_event"], &config["content_type"]),
        (&json!("put"), &json!(false), &json!("json"))
    );
    assert_eq!(config["headers"], json!({"X-Count": "5", "User-Agent": "Huginn"}));
    assert_eq!(
        (&config["event_headers"], &config["payload"]["created"]),
        (&json!("Link, ETag"), &json!("{{ event.created_at | date: '%s' }}"))
    );
    let (config, status, _) = one(
        "PostAgent",
        json!({"post_url": "https://a.test/", "no_merge": true, "content_type": "text/csv", "payload": "a,{{ b }}"}),
    );
    assert_eq!(
        (status, &config["headers"], &config["content_type"]),
        (Status::Mapped, &json!({"Content-Type": "text/csv"}), &json!("text"))
    );
    for (more, field) in [
        (json!({"content_type": "xml"}), "content_type"),
        (json!({"disable_ssl_verification": "true"}), "disable_ssl_verification"),
        (json!({"method": "delete"}), "method"),
        (json!({"method": "{{ how }}"}), "method"),
        (json!({"payload": {"by": "{{ agent.type }}"}}), "agent"),
        (json!({"post_url": ""}), "url"),
    ] {
        let mut options = json!({"post_url": "https://a.test/"});
        options.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let (_, status, notes) = one("PostAgent", options);
        assert_eq!((status, notes.contains(&field.to_owned())), (Status::Different, true), "{more}: {notes:?}");
    }
}

#[test]
fn hooks_and_feeds_say_that_their_addresses_are_new() {
    let (config, status, notes) =
        one("WebhookAgent", json!({"secret": "s3cret-of-old", "payload_path": ".", "verbs": "get;post"}));
    assert_eq!(config, json!({"payload_path": ".", "verbs": "get,post", "code": 201, "response": "Event Created"}));
    assert_eq!((status, notes), (Status::Mapped, vec!["secret".to_owned()]));
    assert_eq!(one("WebhookAgent", json!({"payload_path": "$.a"})).0["split_list"], true);
    let (config, status, notes) = one("WebhookAgent", json!({"code": "302", "response_headers": {"Location": "https://a.test"}}));
    assert_eq!((config["code"].clone(), status), (json!(201), Status::Different), "{notes:?}");
    let template = json!({
        "title": "XKCD", "description": "", "item": {
            "title": "{{title}}", "guid": {"_attributes": {"isPermaLink": "false"}, "_contents": "{{id}}"},
            "enclosure": {"_attributes": {"url": "{{u}}", "type": "audio/mpeg", "length": "1"}}
        }
    });
    let (config, status, notes) =
        one("DataOutputAgent", json!({"secrets": ["a-secret-1"], "events_to_show": "20", "ttl": "5", "template": template}));
    assert_eq!((status, notes), (Status::Mapped, vec!["secrets".to_owned()]));
    assert_eq!(config["template"]["item"]["guid"], "{{id}}");
    assert_eq!(config["template"]["item"]["enclosure"]["type"], "audio/mpeg");
    let (config, status, _) =
        one("DataOutputAgent", json!({"events_to_show": 500, "template": {"icon": "x", "item": {"a": "b"}}}));
    assert_eq!(
        (status, &config["events_to_show"], &config["template"]),
        (Status::Different, &json!(100), &json!({"item": {"a": "b"}}))
    );
}

#[test]
fn times_of_day_have_the_zone_and_events_are_kept_as_long_as_they_may_be() {
    let file = |version: Value, kept: Value, schedule: Value| {
        let agent = json!({"type": "Agents::PostAgent", "options": {"post_url": "https://a.test/"}, "keep_events_for": kept, "schedule": schedule});
        let file = json!({"name": "x", "schema_version": version, "agents": [agent]}).to_string();
        let imported = import(&file, &settings("Europe/Berlin", &[])).unwrap();
        let config = &imported.options["cells"][0]["config"];
        (config["schedule"].clone(), config["keep_events_for"].clone(), imported.report.agents[0].status)
    };
    for (schedule, ours) in [
        (json!("6am"), json!("TZ=Europe/Berlin 6am")),
        (json!("every_2h"), json!("every_2h")),
        (json!("midnight"), json!("TZ=Europe/Berlin midnight")),
        (json!("never"), Value::Null),
        (json!(""), Value::Null),
        (Value::Null, Value::Null),
    ] {
        assert_eq!(file(json!(1), json!(3600), schedule), (ours, json!(3600), Status::Mapped));
    }
    assert_eq!(file(json!(1), json!(3600), json!("sometimes")).2, Status::Different);
    for (version, kept, ours) in [
        (json!(1), json!("0"), json!(390 * 86400)),
        (json!(1), json!(7), json!(60)),
        (json!("1"), json!("86400"), json!(86400)),
        (json!(0), json!(7), json!(7 * 86400)),
        (Value::Null, json!(i64::MAX), json!(390 * 86400)),
        (json!(1), json!("soon"), Value::Null),
    ] {
        assert_eq!(file(version.clone(), kept.clone(), json!("never")).1, ours, "{version} {kept}");
    }
    let (config, status, _) = one("DelayAgent", json!({"max_events": "100", "keep": "newest"}));
    assert_eq!(
        (config, status),
        (json!({"mode": "buffer", "max_events": "100", "keep": "newest", "schedule": "every_12h"}), Status::Mapped)
    );
    assert_eq!(one("DelayAgent", json!({"emit_interval": "5"})).1, Status::Different);
}

#[test]
fn services_keep_their_options_and_their_secrets_go_to_them_alone() {
    let imported = agents(json!([
        {"type": "Agents::SlackAgent", "name": "s", "options": {
            "webhook_url": "https://hooks.example.com:8443/services/T0/B1/xyz", "channel": "#general", "username": "Huginn",
            "message": "{{ text }}", "icon": "https://img.example.com/i.png", "expected_receive_period_in_days": "2"
        }},
        {"type": "Agents::PushoverAgent", "name": "p", "options": {
            "token": "abc-token", "user": "abc-user", "message": "{{ message }}", "url": "https://shop.example.com/", "priority": "0",
            "html": "false", "device": ""
        }},
        {"type": "Agents::TelegramAgent", "name": "t", "options": {
            "auth_token": "12:abc", "chat_id": -1007, "long_message": "split", "parse_mode": "", "api_url": "http://127.0.0.1:8081"
        }},
        {"type": "Agents::TwilioAgent", "name": "w", "options": {
            "account_sid": "AC1", "auth_token": "abc-twilio", "sender_cell": 15005550006_i64, "receiver_cell": "{% credential phone %}",
            "server_url": "http://somename.com:3000", "receive_text": "true", "receive_call": "false"
        }}
    ]));
    let config = |index: usize| imported.options["cells"][index]["config"].clone();
    assert_eq!(imported.report.counts.mapped, 4, "{:?}", imported.report.agents);
    assert_eq!(config(0)["webhook_url"], "{% credential s_webhook_url %}");
    assert_eq!(
        (&config(1)["token"], &config(1)["user"]),
        (&json!("{% credential p_token %}"), &json!("{% credential p_user %}"))
    );
    assert_eq!(config(2)["chat_id"], "-1007");
    assert_eq!((&config(3)["sender_cell"], config(3).get("server_url")), (&json!("15005550006"), None));
    let hosts: Vec<(&str, &str)> =
        imported.credentials.iter().map(|brought| (brought.name.as_str(), brought.hosts[0].as_str())).collect();
    assert_eq!(
        hosts,
        [
            ("s_webhook_url", "hooks.example.com:8443"),
            ("p_token", "api.pushover.net"),
            ("p_user", "api.pushover.net"),
            ("t_auth_token", "127.0.0.1:8081"),
            ("w_auth_token", "api.twilio.com"),
        ]
    );
    assert!(imported.credentials.iter().all(|brought| brought.hosts.len() == 1));
}

#[test]
fn links_take_what_huginn_would_emit_and_those_to_nowhere_are_told() {
    let file = json!({
        "name": "x",
        "agents": [
            {"type": "Agents::WebhookAgent", "guid": "hook"},
            {"type": "Agents::EventFormattingAgent", "guid": "format", "options": {"instructions": {"a": "{{.b}}"}}, "disabled": true},
            {"type": "Agents::DataOutputAgent", "guid": "feed"},
            {"type": "Agents::ShellCommandAgent", "guid": "shell", "options": {"command": "ls"}},
            {"type": "Agents::SchedulerAgent", "guid": "clock", "options": {"action": "run"}}
        ],
        "links": [
            {"source": 0, "receiver": 1}, {"source": "1", "receiver": 2}, {"source": 3, "receiver": 1}, {"source": 2, "receiver": 3},
            {"source": 1, "receiver": 0}, {"source": 1, "receiver": 9}, {"source": -1, "receiver": 1}, "x"
        ],
        "control_links": [{"controller": 4, "control_target": 3}, {"controller": 4, "control_target": 5}]
    });
    let imported = import(&file.to_string(), &Settings { timezone: "UTC".into(), ..Settings::default() }).unwrap();
    let links: Vec<(&Value, &Value, &Value)> =
        cells(&imported, "link").iter().map(|link| (&link["source"]["id"], &link["target"]["id"], &link["group_id"])).collect();
    assert_eq!(
        links,
        [
            (&json!("hook"), &json!("format"), &json!("on_receive")),
            (&json!("format"), &json!("feed"), &json!("on_format")),
            (&json!("shell"), &json!("format"), &Value::Null),
        ]
    );
    let left: Vec<usize> = imported.report.links.left_out.iter().map(|LeftOut { index, .. }| *index).collect();
    assert_eq!((left, imported.report.links.made), (vec![3, 4, 5, 6, 7], 3));
    assert_eq!((imported.report.control_links.made, imported.report.control_links.left_out.len()), (1, 1));
    assert_eq!(cells(&imported, "control_link")[0]["target"]["id"], "shell");
    let counts = &imported.report.counts;
    assert_eq!((counts.mapped, counts.different, counts.unsupported), (3, 1, 1));
    assert_eq!(imported.options["cells"][1]["disabled"], true);
    assert_eq!(
        (&imported.options["cells"][3]["agent_type"], imported.report.agents[3].agent_type),
        (&json!("Agents::ShellCommandAgent"), None)
    );
    let columns: Vec<i64> = cells(&imported, "agent").iter().map(|cell| cell["position"]["x"].as_i64().unwrap()).collect();
    assert!(columns[0] < columns[1] && columns[1] < columns[2], "{columns:?}");
}

#[test]
fn what_is_no_scenario_is_refused_with_what_it_seems_to_be() {
    for (file, path, says) in [
        (json!({}), "/agents", "neither"),
        (json!([]), "", "not an object"),
        (json!("x"), "", "not an object"),
        (json!({"name": "x", "agents": {}}), "/agents", "not a list"),
        (json!({"name": "x", "nodes": [], "connections": {}}), "/agents", "n8n"),
        (json!([{"id": "1", "type": "tab"}, {"id": "2", "type": "inject", "wires": [[]]}]), "", "Node-RED"),
        (json!({"schema_version": 2, "name": "x", "agents": []}), "/schema_version", "schema_version"),
        (json!({"schema_version": "new", "name": "x", "agents": []}), "/schema_version", "schema_version"),
        (json!({"name": "x", "agents": [{"type": "Agents::A"}, {"name": "b"}]}), "/agents/1/type", "type"),
        (json!({"name": "x", "agents": [{"type": " "}]}), "/agents/0/type", "type"),
        (json!({"name": "x", "agents": [{"type": "A", "options": "{}"}]}), "/agents/0/options", "options"),
        (json!({"name": "x", "agents": [7]}), "/agents/0", "object"),
        (json!({"name": "x", "agents": [], "links": {}}), "/links", "list"),
    ] {
        let error = import(&file.to_string(), &settings("UTC", &[])).unwrap_err();
        assert_eq!((error.code, &error.meta.unwrap()["path"]), ("invalid_scenario", &json!(path)), "{file}");
        assert!(error.message.contains(says), "{file}: {}", error.message);
    }
    let error = import("{\n  // a comment\n}", &settings("UTC", &[])).unwrap_err();
    assert_eq!((error.code, error.meta.unwrap()), ("invalid_json", json!({"line": 2, "column": 3})));
}

#[test]
fn cells_are_called_by_guids_that_are_alone() {
    let kinds = |guids: &[Value]| {
        let list: Vec<Value> = guids.iter().map(|guid| json!({"type": "Agents::ManualEventAgent", "guid": guid})).collect();
        agents(json!(list)).report.agents.into_iter().map(|agent| agent.cell_id).collect::<Vec<_>>()
    };
    let same = [json!("a"), json!("b"), json!("b"), json!(7), Value::Null, json!("agent-0"), json!("link-1"), json!("x\u{0}")];
    assert_eq!(kinds(&same), ["a", "agent-1", "agent-2", "agent-3", "agent-4", "agent-5", "agent-6", "agent-7"]);
}

#[test]
fn each_type_of_huginn_is_taken_by_one_of_ours_and_its_options_are_known() {
    let mut names: Vec<&str> = registry::all().iter().filter_map(|info| info.huginn.map(|mapping| mapping.name)).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all, "each name once");
    for info in registry::all().iter().filter(|info| info.huginn.is_some()) {
        assert!(info.options.is_some(), "{}: what it does not know cannot be left out", info.name);
    }
}
