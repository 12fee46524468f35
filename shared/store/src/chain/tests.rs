//! Chains come back as they were written.

use super::*;
use crate::events::{event_item, read_item};
use crate::keys;
use proptest::prelude::*;
use rookery_domain::{ProjectId, WorkflowId, WorkflowRef};

fn first(payload: &str, groups: &[&str]) -> Event {
    let id = EventId::child(EventId::fresh().run, EventId::fresh().delivery(&CellId("before".into())), 2, 0);
    Event {
        id,
        item: id,
        version: 3,
        cell: CellId("first".into()),
        incarnation: 2,
        groups: groups.iter().map(|group| (*group).to_owned()).collect(),
        payload: Payload::stored(payload.to_owned()),
        created_at: Time(1_800_000_000_000),
        hop: 4,
        cause: None,
        keep_until: Time(1_900_000_000_000),
        last: false,
    }
}

/// Adds deliveries: of which event each is, the agent's number, and the payloads that it emits.
fn chain(first: &Event, deliveries: &[(prop::sample::Index, u8, Vec<String>)]) -> Chain {
    let mut chain = Chain::default();
    for (from, agent, payloads) in deliveries {
        let raw = |text: &String| RawValue::from_string(serde_json::to_string(text).unwrap()).unwrap();
        let events = payloads.iter().enumerate().map(|(index, text)| {
            let groups = (0..index).map(|group| format!("g{group}")).collect();
            (groups, if index == 1 { Content::Same(0) } else { Content::Own(raw(text)) })
        });
        let written = Delivery {
            f: from.index(chain.events.len() + 1),
            c: format!("agent {agent}"),
            i: u64::from(*agent),
            o: (*agent == 3).then(|| "late".to_owned()),
            t: i64::from(*agent),
            k: if payloads.is_empty() { 0 } else { i64::from(*agent) * 86_400_000_000 },
            e: events.collect(),
        };
        chain.add(first, written).unwrap();
    }
    chain
}

proptest! {
    #[test]
    fn a_chain_comes_back_as_it_was_written(
        payload in "[\\PC]{0,300}",
        deliveries in prop::collection::vec((any::<prop::sample::Index>(), 0..9u8, prop::collection::vec("[\\PC]{0,50}", 0..4)), 1..12),
    ) {
        let workflow = WorkflowRef { project: ProjectId::random(), workflow: WorkflowId::random() };
        let first = first(&format!(" {} ", serde_json::to_string(&payload).unwrap()), &["on_match"]);
        let chain = chain(&first, &deliveries);
        let item = event_item(&workflow, &first, &chain).unwrap();
        let read = read_item(first.id, &item).unwrap();
        prop_assert_eq!(read.event.as_ref(), Some(&first));
        prop_assert_eq!(&read.chain, &chain);
        for event in read.events() {
            prop_assert!(item.num::<i64>("expires_at").unwrap() >= event.keep_until.ttl_seconds());
        }
    }
}

#[test]
fn a_payload_that_is_passed_on_is_stored_once() {
    let noise: String = (0..20_000u32).map(|n| char::from(b'a' + (n.wrapping_mul(2_654_435_761) >> 27) as u8 % 26)).collect();
    let first = first(&format!("\"{noise}\""), &[]);
    let mut chain = Chain::default();
    for from in 0..20 {
        let e = vec![(vec!["on_match".to_owned()], Content::Same(from))];
        chain.add(&first, Delivery { f: from, c: "pass".into(), i: 1, o: None, t: 0, k: 0, e }).unwrap();
    }
    let workflow = WorkflowRef { project: ProjectId::random(), workflow: WorkflowId::random() };
    let size = |chain| event_item(&workflow, &first, chain).unwrap().raw("payload").unwrap().len();
    let (alone, with) = (size(&Chain::default()), size(&chain));
    assert!(with < alone + 500, "{alone} {with}");
}

#[test]
fn an_item_of_before_has_no_chain() {
    let key = keys::event(&WorkflowRef { project: ProjectId::random(), workflow: WorkflowId::random() }, EventId::fresh());
    let item = Item::new(&key).s("cell", "in").n("inc", 1).n("ver", 2).n("at", 3).n("hop", 0).n("keep", 4);
    let read = read_item(EventId::fresh(), &item.packed("payload", "{}").list("groups", &["g".to_owned()])).unwrap();
    let event = read.event.unwrap();
    assert_eq!(
        (event.cell.as_str(), event.groups, event.payload.as_str(), event.keep_until),
        ("in", vec!["g".to_owned()], "{}", Time(4))
    );
    assert!(read.chain.is_empty());
}
