//! Many events of one delivery: all of them are there, each once, whatever fails, and small ones cost little.

use crate::World;
use crate::chains::ALONE;
use crate::faults::handle_all;
use rookery_domain::{CellId, Payload, limits};
use rookery_engine::{Incoming, Settings};
use rookery_store::EventFilter;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const OPTIONS: &str = r#"{"cells":[
    {"id":"in","type":"agent","agent_type":"manual"},
    {"id":"rows","type":"agent","agent_type":"csv"},
    {"id":"out","type":"agent","agent_type":"data_output"},
    {"id":"1","type":"link","source":{"id":"in"},"target":{"id":"rows"}},
    {"id":"2","type":"link","source":{"id":"rows"},"target":{"id":"out"},"group_id":"on_result"}
]}"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_events_of_one_delivery_are_there_once_whatever_fails() {
    let settings = Settings { chains: ALONE, ..Settings::default() };
    let world = World::on(tempfile::tempdir().unwrap(), 20_261_127, settings).await;
    let workflow = world.started(OPTIONS).await;
    // Rows of different sizes, so that packs are of different lengths, and some rows have an item of their own.
    let row = |n: usize| format!("{n},{}", "x".repeat(if n.is_multiple_of(97) { 9000 } else { n % 50 }));
    let text = (0..limits::CHILDREN).fold("n,text\n".to_owned(), |text, n| text + &row(n) + "\n");
    let payload = Payload::of(json!({"data": text})).unwrap();
    let incoming = Incoming::new(payload, Vec::new(), Some("all".into()));
    let accepted = loop {
        if let Ok(id) = world.tested.accept_at_trigger(&workflow, &CellId("in".into()), incoming.clone()).await {
            break id;
        }
    };
    handle_all(&world).await;

    let all: BTreeSet<String> = (0..limits::CHILDREN).map(|n| n.to_string()).collect();
    let numbers = |payloads: Vec<&Value>| -> BTreeSet<String> {
        payloads.into_iter().map(|payload| payload["data"]["n"].as_str().unwrap().to_owned()).collect()
    };
    let items = world.calm.store.list_run(&workflow.id, accepted.run, 1000, None).await.unwrap().items;
    let stored: Vec<_> = items.iter().flat_map(|item| item.events()).filter(|event| event.cell.as_str() == "rows").collect();
    assert_eq!(stored.len(), limits::CHILDREN);
    assert_eq!(numbers(stored.iter().map(|event| event.payload.value()).collect()), all);
    let holding: BTreeSet<_> = stored.iter().map(|event| event.item).collect();
    assert!(holding.len() < 15, "{} items hold what a transaction can store", holding.len());

    let filter = EventFilter { cell: Some(CellId("rows".into())), ..EventFilter::default() };
    let (mut listed, mut cursor) = (Vec::new(), None);
    loop {
        let page = world.calm.list_events(&workflow, &filter, 70, cursor.as_ref()).await.unwrap();
        listed.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(listed.len(), limits::CHILDREN, "the list has each once, page after page");
    assert_eq!(numbers(listed.iter().map(|event| event.payload.value()).collect()), all);
    let found = world.calm.store.find_event(&workflow.id, listed[3].id).await.unwrap();
    assert_eq!(found.map(|event| event.payload), Some(listed[3].payload.clone()), "it is found by its id alone");

    let built = world.calm.built(&workflow.id, workflow.built).await.unwrap();
    let (out, _) = built.agent(&CellId("out".into())).unwrap();
    let published = world.calm.store.list_published(&workflow.id.agent(out), 1000).await.unwrap();
    assert_eq!(published.len(), limits::CHILDREN, "each event came out once");
}
