//! Agents that control others, under faults: each event has its target checked once, and makes one version at most.

use crate::World;
use crate::faults::handle_all;
use rookery_domain::{CellId, Payload};
use rookery_engine::Incoming;
use serde_json::json;

const EVENTS: usize = 12;
const OPTIONS: &str = r#"{"cells":[
    {"id":"in","type":"agent","agent_type":"manual"},
    {"id":"run","type":"agent","agent_type":"commander"},
    {"id":"set","type":"agent","agent_type":"commander","config":{"action":"configure","configure_options":{"payload":{"set":true}}}},
    {"id":"target","type":"agent","agent_type":"manual","config":{"payload":{"n":1.10}}},
    {"id":"1","type":"link","source":{"id":"in"},"target":{"id":"run"}},
    {"id":"2","type":"link","source":{"id":"in"},"target":{"id":"set"}},
    {"id":"3","type":"control_link","source":{"id":"run"},"target":{"id":"target"}},
    {"id":"4","type":"control_link","source":{"id":"set"},"target":{"id":"target"}}
]}"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_event_has_its_target_checked_once_and_configured_in_one_version_whatever_fails() {
    let world = World::start(20_261_128).await;
    let workflow = world.started(OPTIONS).await;
    let mut runs = Vec::new();
    for n in 0..EVENTS {
        let incoming = Incoming::new(Payload::of(json!({"n": n})).unwrap(), Vec::new(), None);
        runs.push(world.calm.accept_at_trigger(&workflow, &CellId("in".into()), incoming).await.unwrap().run);
    }
    handle_all(&world).await;
    for run in runs {
        let items = world.calm.store.list_run(&workflow.id, run, 100, None).await.unwrap().items;
        let checked = items.iter().flat_map(|item| item.events()).filter(|event| event.cell.as_str() == "target").count();
        assert_eq!(checked, 1);
        assert!(items.iter().flat_map(|item| item.commits()).all(|commit| commit.outcome == "done"), "{items:?}");
    }
    let head = world.calm.store.workflow(&workflow.id).await.unwrap();
    assert_eq!((head.version, head.built), (2, 2), "one version, which is built");
    let options = world.calm.store.options(&workflow.id, 2).await.unwrap();
    assert_eq!(
        options,
        OPTIONS.replace(
            r#"{"id":"target","type":"agent","agent_type":"manual","config":{"payload":{"n":1.10}}}"#,
            r#"{"id":"target","type":"agent","agent_type":"manual","config":{"payload":{"n":1.10,"set":true}}}"#
        )
    );
}
