//! Any file: the reader never panics, loses no agent, and links what the file links.

use super::super::import;
use super::{cells, settings};
use proptest::prelude::*;
use serde_json::{Value, json};

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
        prop::sample::select(vec!["true", "5", "{{ a", "{{.a}}", "{% credential x %}", "", "6am", "https://u:p@x/?token=a"])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{0,8}", inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn any_options() -> impl Strategy<Value = Value> {
    let name = prop::sample::select(vec![
        "mode",
        "payload",
        "post_url",
        "template",
        "instructions",
        "matchers",
        "property",
        "lookback",
        "headers",
        "method",
        "verbs",
        "code",
        "secret",
        "basic_auth",
        "bucket",
        "region",
        "events_to_show",
        "content_type",
        "no_merge",
        "event_headers",
        "url",
        "max_events",
        "user_agent",
    ]);
    prop::collection::btree_map(name, any_json(), 0..6)
        .prop_map(|fields| Value::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()))
}

fn any_agent() -> impl Strategy<Value = Value> {
    let kind = prop::sample::select(vec![
        "Agents::PostAgent",
        "WebhookAgent",
        "Agents::DataOutputAgent",
        "Agents::CsvAgent",
        "Agents::S3Agent",
        "Agents::DelayAgent",
        "Agents::X::EventFormattingAgent",
        "Agents::ManualEventAgent",
        "Agents::ChangeDetectorAgent",
        "Agents::DeDuplicationAgent",
        "Agents::RssAgent",
        "::",
        "Gem",
    ]);
    (kind, any_options(), prop::option::of("[ab]{0,2}"), any_json(), any_json()).prop_map(|(kind, options, guid, kept, schedule)| {
        json!({"type": kind, "options": options, "guid": guid, "name": schedule, "keep_events_for": kept, "schedule": schedule, "disabled": kept})
    })
}

proptest! {
    #[test]
    fn no_agent_is_lost_and_links_lead_where_they_led(
        agents in prop::collection::vec(any_agent(), 0..8),
        links in prop::collection::vec((-2..10_i64, -2..10_i64), 0..12),
    ) {
        let links_json: Vec<Value> = links.iter().map(|(from, to)| json!({"source": from, "receiver": to.to_string()})).collect();
        let controls: Vec<Value> = links.iter().map(|(from, to)| json!({"controller": from, "control_target": to})).collect();
        let file = json!({"name": "x", "schema_version": 1, "agents": agents, "links": links_json, "control_links": controls});
        let Ok(imported) = import(&file.to_string(), &settings("UTC", &[])) else { return Ok(()) };
        let report = &imported.report;
        let made = cells(&imported, "agent");
        prop_assert_eq!((made.len(), report.agents.len()), (agents.len(), agents.len()));
        let mut ids: Vec<&Value> = imported.options["cells"].as_array().unwrap().iter().map(|cell| &cell["id"]).collect();
        let all = ids.len();
        ids.sort_by_key(|id| id.as_str());
        ids.dedup();
        prop_assert_eq!(ids.len(), all, "each id once");
        for (cell, (told, agent)) in made.iter().zip(report.agents.iter().zip(&agents)) {
            prop_assert_eq!(cell["id"].as_str(), Some(&*told.cell_id));
            prop_assert_eq!(cell["agent_type"].as_str(), Some(told.agent_type.unwrap_or(agent["type"].as_str().unwrap().trim())));
            prop_assert!(cell["position"]["x"].is_u64());
        }
        for (list, report, kind) in [("source", &report.links, "link"), ("controller", &report.control_links, "control_link")] {
            prop_assert_eq!(report.made + report.left_out.len(), links.len(), "{}", list);
            let drawn = cells(&imported, kind);
            prop_assert_eq!(drawn.len(), report.made);
            for cell in drawn {
                let index: usize = cell["id"].as_str().unwrap().rsplit('-').next().unwrap().parse().unwrap();
                let (from, to) = links[index];
                prop_assert_eq!(&cell["source"]["id"], &made[from as usize]["id"]);
                prop_assert_eq!(&cell["target"]["id"], &made[to as usize]["id"]);
            }
        }
        let canvas = rookery_domain::Options::parse(&imported.options.to_string()).unwrap();
        prop_assert_eq!(canvas.agents.len(), agents.len());
        prop_assert_eq!(canvas.problems, vec![]);
    }

    #[test]
    fn any_text_is_answered(value in any_json(), cut in 0..40_usize) {
        let text = json!({"name": value, "agents": [value, {"type": "A", "options": value}], "links": value}).to_string();
        let _ = import(&text, &settings("UTC", &[]));
        let cut: String = text.chars().take(cut).collect();
        prop_assert!(import(&cut, &settings("UTC", &[])).is_err());
    }
}
