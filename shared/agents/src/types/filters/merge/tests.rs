//! `merge`: arrivals one after the other, each with the memory that the one before left.

use super::*;
use crate::Agent;
use crate::testing::{World, agent, cell, context, emitted, event, problem};

const ALL: fn() -> Box<dyn Agent> = || agent("merge", json!({"mode": "all", "timeout": 60}));

/// Lets an event arrive by these links, of `l1`, `l2` and `l3`.
async fn arrive(merge: &dyn Agent, world: &World, event: &Event, links: &[&str], memory: Value) -> Result<Effects, AgentError> {
    let cell = cell();
    let mut cx = context(&cell, event, world);
    cx.links = links.iter().map(|link| (*link).to_owned()).collect();
    cx.incoming = ["l1", "l2", "l3"].map(str::to_owned).to_vec();
    cx.memory = memory;
    merge.receive(&cx).await
}

async fn timeout(world: &World, event: &Event, memory: Value) -> Result<Effects, AgentError> {
    let cell = cell();
    let mut cx = context(&cell, event, world);
    cx.incoming = ["l1", "l2", "l3"].map(str::to_owned).to_vec();
    cx.memory = memory;
    ALL().timer(&cx).await
}

fn memory(effects: &Effects) -> Value {
    match &effects.memory {
        Memory::SetUntil(memory, until) => {
            assert_eq!(*until, Time(1_000_000 + 60_000 + limits::COMMIT_MS));
            memory.clone()
        }
        other => panic!("{other:?}"),
    }
}

fn world() -> (World, Event, Event, Event) {
    let (a, b, c) = (event("a", r#"{"n":1.10}"#), event("b", "[1e400]"), event("c", "null"));
    (World { events: vec![a.clone(), b.clone(), c.clone()], ..World::default() }, a, b, c)
}

#[tokio::test]
async fn one_from_each_link_makes_one_event_with_the_very_texts() {
    let (world, a, b, c) = world();
    let first = arrive(&*ALL(), &world, &a, &["l1"], Value::Null).await.unwrap();
    assert_eq!((emitted(&first), &first.wake), (vec![], &vec![Time(1_060_000)]));
    let second = arrive(&*ALL(), &world, &b, &["l2"], memory(&first)).await.unwrap();
    assert_eq!((emitted(&second), second.wake.len()), (vec![], 0), "one timer");
    let third = arrive(&*ALL(), &world, &c, &["l3"], memory(&second)).await.unwrap();
    assert_eq!(emitted(&third), [("on_merge", r#"{"a":{"n":1.10},"b":[1e400],"c":null}"#)]);
    // The same arrival comes again, after another commit won: the winner's memory decides.
    let again = arrive(&*ALL(), &world, &c, &["l3"], memory(&second)).await.unwrap();
    assert_eq!(again, third);
    for (event, link) in [(&c, "l3"), (&event("a", "2"), "l1")] {
        let late = arrive(&*ALL(), &world, event, &[link], memory(&third)).await.unwrap();
        assert_eq!(late, Effects::none().outcome("late"));
    }
    assert_eq!(timeout(&world, &a, memory(&third)).await.unwrap(), Effects::none(), "it is over");
}

#[tokio::test]
async fn a_second_event_from_a_link_is_late_and_the_first_counts() {
    let (world, a, b, c) = world();
    let first = arrive(&*ALL(), &world, &a, &["l1", "l2"], Value::Null).await.unwrap();
    let late = arrive(&*ALL(), &world, &b, &["l2"], memory(&first)).await.unwrap();
    assert_eq!(late.outcome, Some("late"));
    let last = arrive(&*ALL(), &world, &c, &["l3"], memory(&first)).await.unwrap();
    assert_eq!(emitted(&last), [("on_merge", r#"{"a":{"n":1.10},"c":null}"#)], "one event by two links stands once");
}

#[tokio::test]
async fn two_events_of_one_agent_stand_under_their_links() {
    let (mut world, a, _, c) = world();
    let second = event("a", "2");
    world.events.push(second.clone());
    let first = arrive(&*ALL(), &world, &a, &["l1"], Value::Null).await.unwrap();
    let next = arrive(&*ALL(), &world, &second, &["l2"], memory(&first)).await.unwrap();
    let last = arrive(&*ALL(), &world, &c, &["l3"], memory(&next)).await.unwrap();
    assert_eq!(emitted(&last), [("on_merge", r#"{"a/l1":{"n":1.10},"a/l2":2,"c":null}"#)]);
}

#[tokio::test]
async fn the_time_out_tells_what_came_and_what_is_missing() {
    let (world, a, b, c) = world();
    let first = arrive(&*ALL(), &world, &b, &["l2"], Value::Null).await.unwrap();
    assert_eq!(timeout(&world, &a, memory(&first)).await.unwrap(), Effects::none(), "another join's timer");
    let out = timeout(&world, &b, memory(&first)).await.unwrap();
    assert_eq!(emitted(&out), [("on_timeout", r#"{"arrived":{"b":[1e400]},"missing":["l1","l3"]}"#)]);
    let late = arrive(&*ALL(), &world, &c, &["l3"], memory(&out)).await.unwrap();
    assert_eq!(late.outcome, Some("late"));
    assert_eq!(timeout(&world, &b, Value::Null).await.unwrap(), Effects::none(), "the memory was cleared");
}

#[tokio::test]
async fn what_cannot_be_joined_is_a_typed_error() {
    let (mut world, a, b, c) = world();
    let first = arrive(&*ALL(), &world, &a, &["l1"], Value::Null).await.unwrap();
    let second = arrive(&*ALL(), &world, &b, &["l2"], memory(&first)).await.unwrap();
    world.events.remove(0);
    let error = arrive(&*ALL(), &world, &c, &["l3"], memory(&second)).await.unwrap_err();
    assert!(error.code == "events_gone" && error.message.contains(&a.id.to_string()), "{error}");
    let error = arrive(&*ALL(), &world, &c, &["l3"], json!({"else": 1})).await.unwrap_err();
    assert_eq!(error.code, "memory_unreadable");
}

#[tokio::test]
async fn memory_is_scoped_by_run_or_key() {
    let (cell, world) = (cell(), World::default());
    let scope = |config: Value, event: &Event| agent("merge", config).memory(&context(&cell, event, &world));
    let (one, two) = (event("a", r#"{"id":7}"#), event("b", r#"{"id":7}"#));
    assert_eq!(scope(json!({}), &one).unwrap(), MemoryUse::None);
    assert_ne!(scope(json!({"mode": "all"}), &one).unwrap(), scope(json!({"mode": "all"}), &two).unwrap());
    let keyed = json!({"mode": "all", "key": "{{ id }}"});
    assert_eq!(scope(keyed.clone(), &one).unwrap(), MemoryUse::Scope("key 7".into()));
    assert_eq!(scope(keyed.clone(), &one).unwrap(), scope(keyed, &two).unwrap());
    assert_eq!(scope(json!({"mode": "all", "key": "{{ '' }}"}), &one).unwrap_err().code, "empty_key");
}

#[test]
fn errors_name_the_field() {
    assert_eq!(problem("merge", json!({"timeout": 0})), "config.timeout");
    assert_eq!(problem("merge", json!({"timeout": 2_592_001})), "config.timeout");
    assert_eq!(problem("merge", json!({"mode": "some"})), "config.mode");
    assert_eq!(problem("merge", json!({"key": "{{ id }}"})), "config.key");
    assert_eq!(problem("merge", json!({"mode": "all", "key": "{{ id"})), "config.key");
}
