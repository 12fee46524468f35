//! What the table promises to sessions of persistent agents: one order of what is asked, one order of what happens, whoever writes.

use crate::World;
use crate::waits::receive_from;
use rookery_domain::{ProjectId, SessionAt, Time};
use rookery_queue::{Message, Queue};
use rookery_sessions::ask::{Ask, Source};
use rookery_store::{Asked, Ended, Listing, Operation, PutOperation, SessionNames, Store};
use std::collections::BTreeSet;

const GUARD: i64 = 120_000;

fn names(session: &str) -> SessionNames {
    SessionNames { agent: "support".into(), instance: "ticket/7".into(), session: session.into() }
}

fn operation(n: u64, asked: &str) -> Operation {
    Operation {
        n,
        asked: asked.to_owned(),
        at: Time::now(),
        after: 0,
        lease: Some(("me".to_owned(), Time(7))),
        aside: None,
        ended: None,
    }
}

/// Admits as every caller does: reads the last operation, and puts the next one, until nobody was faster.
async fn admit(store: &Store, at: &SessionAt, names: &SessionNames, asked: &str, key: Option<Asked<'_>>) -> PutOperation {
    loop {
        let last = store.last_operation(at).await.unwrap();
        let listing = Listing { names, is_new: last.is_none(), is_run: true };
        let next = operation(last.map_or(1, |last| last.n + 1), asked);
        match store.put_operation(at, &next, (next.at.plus(GUARD), "{}"), listing, key).await.unwrap() {
            PutOperation::Taken => {}
            put => return put,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_asked_at_once_has_one_order_without_a_gap() {
    let world = World::start(61).await;
    let (store, names) = (world.calm.store.clone(), names("日本"));
    let at = SessionAt { project: ProjectId::random(), key: names.key() };
    assert_eq!(store.session(&at).await.unwrap(), None);
    let all = (0..50).map(|number| {
        let (store, at, names) = (store.clone(), at.clone(), names.clone());
        tokio::spawn(async move { admit(&store, &at, &names, &number.to_string(), None).await })
    });
    for one in all.collect::<Vec<_>>() {
        assert_eq!(one.await.unwrap(), PutOperation::Put);
    }
    let stored = store.operations(&at, 1, 100).await.unwrap();
    assert_eq!(stored.iter().map(|operation| operation.n).collect::<Vec<_>>(), (1..=50).collect::<Vec<_>>());
    let asked: BTreeSet<u32> = stored.iter().map(|operation| operation.asked.parse().unwrap()).collect();
    assert_eq!(asked.len(), 50, "each of them is there once");
    assert_eq!(store.session(&at).await.unwrap().map(|(names, _)| names), Some(names));
    assert_eq!(store.operations(&at, 49, 100).await.unwrap().len(), 2);

    // What became of one is noted once.
    let ended = Ended { state: "succeeded".into(), at: Time(9), entries: (3, 5), outcome: "{}".into() };
    assert!(store.end_operation(&at.operation(7), &ended).await.unwrap());
    assert!(!store.end_operation(&at.operation(7), &Ended { state: "failed".into(), ..ended.clone() }).await.unwrap());
    assert!(!store.end_operation(&at.operation(99), &ended).await.unwrap(), "nobody asked for it");
    let read = store.operation(&at.operation(7)).await.unwrap().unwrap();
    assert_eq!((read.ended, read.lease), (Some(ended), Some(("me".to_owned(), Time(7)))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_asked_twice_with_a_key_is_one_operation() {
    let world = World::start(62).await;
    let (store, names) = (world.calm.store.clone(), names("default"));
    let at = SessionAt { project: ProjectId::random(), key: names.key() };
    let asked = |hash| Some(Asked { key: "order 7", hash });
    assert_eq!(admit(&store, &at, &names, "a", asked("1")).await, PutOperation::Put);
    assert_eq!(admit(&store, &at, &names, "b", None).await, PutOperation::Put);
    let all = (0..20).map(|_| {
        let (store, at, names) = (store.clone(), at.clone(), names.clone());
        tokio::spawn(async move { admit(&store, &at, &names, "a", Some(Asked { key: "order 7", hash: "1" })).await })
    });
    for one in all.collect::<Vec<_>>() {
        assert_eq!(one.await.unwrap(), PutOperation::Same(1));
    }
    assert_eq!(admit(&store, &at, &names, "c", asked("2")).await, PutOperation::Conflict);
    assert_eq!(store.last_operation(&at).await.unwrap().unwrap().n, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_is_appended_to_by_one_and_can_be_followed_without_a_gap() {
    let world = World::start(63).await;
    let (store, at) = (world.calm.store.clone(), SessionAt { project: ProjectId::random(), key: names("s").key() });
    assert_eq!(store.last_entry(&at).await.unwrap(), None);
    let writers = (0..4).map(|writer| {
        let (store, at) = (store.clone(), at.clone());
        tokio::spawn(async move {
            let mut written = 0;
            while written < 60 {
                let last = store.last_entry(&at).await.unwrap().map_or(0, |(number, _)| number);
                written += u32::from(store.append_entry(&at, last + 1, &format!("{writer} {written}")).await.unwrap());
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let (mut entries, mut pages) = (Vec::new(), 0);
    loop {
        let page = store.entries(&at, entries.len() as u64).await.unwrap();
        entries.extend(page.entries);
        pages += 1;
        if !page.more {
            break;
        }
    }
    assert!(pages > 1, "it was read in parts");
    assert_eq!(entries.iter().map(|(number, _)| *number).collect::<Vec<_>>(), (1..=240).collect::<Vec<_>>());
    for writer in 0..4 {
        let own: Vec<_> = entries.iter().filter_map(|(_, text)| text.strip_prefix(&format!("{writer} "))).collect();
        assert_eq!(own, (0..60).map(|n| n.to_string()).collect::<Vec<_>>());
    }
    let large: String = (0..6_000_000).map(|_| fastrand::alphanumeric()).collect();
    assert_eq!(store.append_entry(&at, 241, &large).await.unwrap_err().code, "entry_too_large");

    // A lease is one's own until it is over.
    let now = Time(1_000_000);
    assert!(store.take_session(&at, "a", now, now.plus(1000)).await.unwrap());
    assert!(!store.take_session(&at, "b", now.plus(500), now.plus(2000)).await.unwrap());
    assert!(store.take_session(&at, "a", now.plus(500), now.plus(2000)).await.unwrap());
    assert!(store.take_session(&at, "b", now.plus(2001), now.plus(3000)).await.unwrap());
    assert!(!store.take_session(&at, "a", now.plus(2002), now.plus(3000)).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_loses_an_answer_still_knows_what_is_his() {
    let world = World::start(64).await;
    let (calm, tested, names) = (&world.calm.store, &world.tested.store, names("lost"));
    let at = SessionAt { project: ProjectId::random(), key: names.key() };
    let (mut put, mut appended) = (BTreeSet::new(), BTreeSet::new());
    for number in 0..300u64 {
        let last = calm.last_operation(&at).await.unwrap();
        let n = last.as_ref().map_or(1, |last| last.n + 1);
        let (listing, key) = (Listing { names: &names, is_new: last.is_none(), is_run: true }, format!("k{number}"));
        let asked = (number % 3 == 0).then_some(Asked { key: &key, hash: "h" });
        let operation = operation(n, &number.to_string());
        if let Ok(result) = tested.put_operation(&at, &operation, (operation.at.plus(GUARD), "{}"), listing, asked).await {
            assert_eq!(result, PutOperation::Put, "nobody else asks");
            put.insert(n);
        }
        let last = calm.last_entry(&at).await.unwrap().map_or(0, |(number, _)| number);
        if let Ok(won) = tested.append_entry(&at, last + 1, "{}").await {
            assert!(won, "nobody else writes");
            appended.insert(last + 1);
        }
    }
    assert!(put.len() > 200 && appended.len() > 200, "{} {}", put.len(), appended.len());
    assert!(!tested.append_entry(&at, 1, "{}").await.unwrap_or(false), "the same text is another's, too");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operation_that_crashes_its_workers_ends_and_the_next_one_is_begun() {
    let world = World::start(65).await;
    let (store, names) = (world.calm.store.clone(), names("crashes"));
    let at = SessionAt { project: ProjectId::random(), key: names.key() };
    let (source, wait_until) = (Source::Dispatch, Time::now().plus(60_000));
    let ask = Ask { message: "Hello".into(), payload: None, source, run_ms: 60_000, wait_until };
    for _ in 0..2 {
        assert_eq!(admit(&store, &at, &names, &serde_json::to_string(&ask).unwrap(), None).await, PutOperation::Put);
    }
    let now = Time::now();
    assert!(store.take_session(&at, "a worker", now, now.plus(60_000)).await.unwrap());
    let dead = Message::wake(&at.operation(1));
    let error = world.calm.record_dead(dead.clone()).await.unwrap_err();
    assert_eq!(error.code, "unavailable", "somebody works on it");
    assert!(store.take_session(&at, "a worker", now, now).await.unwrap());
    world.calm.record_dead(dead).await.unwrap();
    let ended = store.operation(&at.operation(1)).await.unwrap().unwrap().ended.unwrap();
    assert!(ended.state == "failed" && ended.outcome.contains("crashed") && ended.entries == (1, 1), "{ended:?}");
    let sent = receive_from(&world.sqs, &world.urls.of(Queue::Agents).queue).await;
    assert_eq!(sent, [Message::wake(&at.operation(2))]);
}
