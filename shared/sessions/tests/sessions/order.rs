//! Which place what is asked has, and what those see who follow a session.

use crate::{World, admit, ask, session, step};
use futures::StreamExt;
use rookery_boot::TABLE;
use rookery_domain::{Message, Time, limits};
use rookery_sessions::admit::{Admit, Admitted};
use rookery_store::{Asked, Listing, Operation, Store};
use std::collections::BTreeMap;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_many_dispatch_is_done_once_and_in_order_whoever_dies() {
    const DISPATCHES: usize = 60;
    let world = World::start().await;
    let (names, at) = session();
    let senders = (0..3).map(|sender| {
        let (sessions, names, at) = (world.process(), names.clone(), at.clone());
        tokio::spawn(async move {
            let mut places = Vec::new();
            for number in 0..DISPATCHES / 3 {
                let message = format!("{sender} {number}");
                let Admitted::New { operation, .. } = admit(&sessions, &names, &at, &message, false).await.unwrap() else {
                    panic!("it was not asked before")
                };
                places.push((operation.n, message));
            }
            places
        })
    });
    let senders: Vec<_> = senders.collect();
    // Workers know nothing of each other, and die at any moment: each is dropped after a short while, in the middle of whatever it does.
    let workers = (0..3).map(|worker| {
        let (sessions, store, at) = (world.process(), Store::new(world.clients().dynamodb, TABLE), at.clone());
        tokio::spawn(async move {
            for life in 0.. {
                let by = format!("{worker}.{life}");
                let work = async {
                    let mut loaded = sessions.load(&at).await.unwrap();
                    while step(&sessions, &mut loaded, &store, &by).await {}
                    loaded.progress.over.upto == DISPATCHES as u64
                };
                let lives = Duration::from_micros(fastrand::u64(500..20_000));
                if tokio::time::timeout(lives, work).await == Ok(true) {
                    return;
                }
            }
        })
    });
    let workers: Vec<_> = workers.collect();
    let mut asked = BTreeMap::new();
    for sender in senders {
        asked.extend(sender.await.unwrap());
    }
    for worker in workers {
        worker.await.unwrap();
    }
    let loaded = world.process().load(&at).await.unwrap();
    assert_eq!(asked.len(), DISPATCHES);
    assert_eq!(loaded.progress.last, 2 * DISPATCHES as u64, "a beginning and an answer for each");
    let questions: Vec<String> = loaded.progress.history.iter().step_by(2).map(Message::text).collect();
    assert_eq!(questions, asked.values().cloned().collect::<Vec<_>>(), "in the order in which they were taken");
    for pair in loaded.progress.history.chunks(2) {
        assert!(pair[1].text().starts_with(&format!("{} by ", pair[0].text())));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_prompts_at_once_one_is_taken_and_the_others_are_told_when_to_come_again() {
    let world = World::start().await;
    let (names, at) = session();
    let all = (0..20).map(|number| {
        let (sessions, names, at) = (world.process(), names.clone(), at.clone());
        tokio::spawn(async move { admit(&sessions, &names, &at, &number.to_string(), true).await })
    });
    let mut taken = 0;
    for one in all.collect::<Vec<_>>() {
        match one.await.unwrap() {
            Ok(Admitted::New { operation, before, .. }) => {
                assert_eq!((operation.n, before), (1, 0));
                taken += 1;
            }
            Ok(same) => panic!("{same:?}"),
            Err(error) => {
                assert_eq!(error.code, "session_busy");
                assert!(error.retry_after_seconds().unwrap() >= 1);
            }
        }
    }
    assert_eq!(taken, 1);
    // Once it is over, the next one is taken.
    let (sessions, store) = (world.process(), Store::new(world.clients().dynamodb, TABLE));
    let mut loaded = sessions.load(&at).await.unwrap();
    while step(&sessions, &mut loaded, &store, "me").await {}
    for (message, only_if_free, place) in [("next", true, (2, 0, 2)), ("waits", false, (3, 1, 2))] {
        match admit(&sessions, &names, &at, message, only_if_free).await.unwrap() {
            Admitted::New { operation, after, before, .. } => assert_eq!((operation.n, before, after), place),
            same => panic!("{same:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_takes_no_more_than_may_wait() {
    let world = World::start().await;
    let ((names, at), sessions) = (session(), world.process());
    let store = Store::new(world.clients().dynamodb, TABLE);
    let asked = serde_json::to_string(&ask("waits")).unwrap();
    for n in 1..=limits::WAITING_OPERATIONS {
        let operation = Operation { n, asked: asked.clone(), at: Time::now(), after: 0, lease: None, aside: None, ended: None };
        let listing = Listing { names: &names, is_new: n == 1, is_run: true };
        store.put_operation(&at, &operation, (Time::now().plus(60_000), "{}"), listing, None).await.unwrap();
    }
    let error = admit(&sessions, &names, &at, "one more", false).await.unwrap_err();
    assert_eq!((error.code, error.retry_after_seconds()), ("session_full", Some(5)));
    let mut loaded = sessions.load(&at).await.unwrap();
    for _ in 0..2 {
        assert!(step(&sessions, &mut loaded, &store, "me").await);
    }
    assert!(admit(&sessions, &names, &at, "one more", false).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_finds_what_was_asked_even_while_the_session_is_busy() {
    let world = World::start().await;
    let ((names, at), sessions) = (session(), world.process());
    let (first, other) = (ask("a"), ask("b"));
    let with =
        |ask, hash| Admit { at: &at, names: &names, ask, key: Some(Asked { key: "k", hash }), here: None, only_if_free: true };
    let new = sessions.admit(&with(&first, "1")).await.unwrap();
    assert!(matches!(new, Admitted::New { operation, before: 0, .. } if operation == at.operation(1)));
    assert_eq!(sessions.admit(&with(&first, "1")).await.unwrap(), Admitted::Same(at.operation(1)));
    assert_eq!(sessions.admit(&with(&other, "2")).await.unwrap_err().code, "idempotency_conflict");
}

/// Two processes write, each hears the other only by the table; whoever follows either from any number sees the log as it is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_follows_a_session_sees_each_entry_once_and_in_order() {
    const OPERATIONS: u64 = 30;
    let world = World::start().await;
    let ((names, at), processes) = (session(), [world.process(), world.process()]);
    let followers = [(0, 0), (0, 1), (1, 0), (1, 7)].map(|(process, after)| {
        let entries = processes[process].follow(&at, after);
        tokio::spawn(async move {
            let some = entries.map(|entry| entry.unwrap()).take(usize::try_from(2 * OPERATIONS - after).unwrap());
            (after, some.collect::<Vec<_>>().await)
        })
    });
    for number in 0..OPERATIONS {
        admit(&processes[0], &names, &at, &number.to_string(), false).await.unwrap();
    }
    let workers = processes.clone().map(|sessions| {
        let (store, at) = (Store::new(world.clients().dynamodb, TABLE), at.clone());
        tokio::spawn(async move {
            let mut loaded = sessions.load(&at).await.unwrap();
            while step(&sessions, &mut loaded, &store, "me").await {}
        })
    });
    for worker in workers {
        worker.await.unwrap();
    }
    let log: Vec<_> = processes[0].follow(&at, 0).map(|entry| entry.unwrap()).take(60).collect().await;
    assert!(log.iter().map(|(number, _)| *number).eq(1..=2 * OPERATIONS));
    for follower in followers {
        let (after, seen) = follower.await.unwrap();
        assert_eq!(seen, log[usize::try_from(after).unwrap()..]);
    }
}
