//! Packs come back as they were written, and fit into a transaction.

use super::*;
use crate::chain::Chain;
use crate::events::{event_item, read_item};
use proptest::prelude::*;
use rookery_domain::{Cause, CellId, ProjectId, Time, WorkflowId, WorkflowRef, limits};

/// A commit with events of these sizes, and the delivery that it handled.
fn committed(sizes: &[usize], arm: u32, is_check: bool) -> (Commit, Vec<Event>) {
    let from = EventId::fresh();
    let (cell, message) = (CellId("source".into()), String::new());
    let failure = crate::Failure { code: "none".into(), message: String::new(), details: None };
    let mut commit = Commit::failed(from, from.delivery(&cell), cell.clone(), 3, failure, message);
    commit.arm = arm;
    (commit.first_child, commit.children) = (0, sizes.len() as u32);
    let event = |(id, size): (EventId, &usize)| Event {
        id,
        item: id,
        version: 2,
        cell: cell.clone(),
        incarnation: 3,
        groups: (0..size % 3).map(|n| format!("g{n}")).collect(),
        payload: Payload::stored(format!("\"{}\"", "é".repeat(size / 2))),
        created_at: Time(1_800_000_000_000),
        hop: 4,
        cause: (!is_check).then_some(Cause { event: from, delivery: Some(commit.delivery), receiver: None }),
        keep_until: Time(1_900_000_000_000),
        last: size % 7 == 0,
    };
    let last = sizes.first().is_some_and(|size| size % 7 == 0);
    let events = commit.child_ids().into_iter().zip(sizes).map(event).map(|event| Event { last, ..event }).collect();
    (commit, events)
}

proptest! {
    #[test]
    fn a_pack_comes_back_as_it_was_written(
        sizes in prop::collection::vec(0..20_000usize, 1..60), arm in 0..3u32, is_check in any::<bool>()
    ) {
        let workflow = WorkflowRef { project: ProjectId::random(), workflow: WorkflowId::random() };
        let (mut commit, mut events) = committed(&sizes, arm, is_check);
        commit.items = pack(&mut events, 0);
        let mut ordinal = 0;
        let mut back = Vec::new();
        for events in events.chunk_by(|before, event| before.item == event.item) {
            let item = event_item(&workflow, &events[0], &Chain::default()).unwrap();
            let item = write(events, &commit, ordinal, item).unwrap();
            back.extend(read_item(events[0].item, &item).unwrap().into_events());
            ordinal += events.len() as u32;
        }
        prop_assert_eq!(&back, &events);
        let mut items: Vec<EventId> = events.iter().map(|event| event.item).collect();
        items.dedup();
        prop_assert_eq!(commit.item_ids(), items);
    }

    #[test]
    fn what_a_commit_may_hold_fits_into_one_transaction(sizes in prop::collection::vec(0..40_000usize, 1..limits::CHILDREN)) {
        let (_, mut events) = committed(&sizes, 0, false);
        let bytes: usize = events.iter().map(|event| event.payload.as_str().len()).sum();
        prop_assume!(bytes <= limits::CHILDREN_BYTES);
        let items = match pack(&mut events, 0).len() {
            0 => events.len(),
            items => items,
        };
        // A memory, a schedule and timers may be written, too.
        prop_assert!(items <= 2 * PACKS + 1);
        for pack in events.chunk_by(|before, event| before.item == event.item) {
            prop_assert!(pack.iter().map(|event| event.payload.as_str().len()).sum::<usize>() <= 2 * limits::PAYLOAD_BYTES);
        }
    }
}
