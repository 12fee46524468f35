//! Sessions on a real table: whoever works on them, and whoever dies, each operation is done once and in its place.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use futures::StreamExt;
use rookery_boot::{Clients, Options, TABLE};
use rookery_domain::{Message, Part, ProjectId, Role, SessionAt, Stop, Time, Usage, limits};
use rookery_queue::QueueUrls;
use rookery_sessions::Sessions;
use rookery_sessions::admit::{Admit, Admitted};
use rookery_sessions::ask::{Ask, Source};
use rookery_sessions::entry::{Answer, Begin, What};
use rookery_sessions::log::{Appended, Loaded};
use rookery_sessions::progress::Action;
use rookery_standins::Standins;
use rookery_store::{Asked, Listing, Operation, SessionNames, Store};
use std::collections::BTreeMap;
use std::time::Duration;

struct World {
    standins: Standins,
    queues: QueueUrls,
    _folder: tempfile::TempDir,
}

impl World {
    async fn start() -> World {
        let folder = tempfile::tempdir().unwrap();
        let standins = Standins::start(folder.path()).unwrap();
        let queues = rookery_boot::create(&clients(&standins)).await.unwrap();
        World { standins, queues, _folder: folder }
    }

    fn clients(&self) -> Clients {
        clients(&self.standins)
    }

    /// Another process on the same table.
    fn process(&self) -> Sessions {
        rookery_boot::assemble(self.clients(), TABLE, self.queues.clone(), Options::default()).engine.sessions.clone()
    }
}

fn clients(standins: &Standins) -> Clients {
    Clients::new(standins.dynamodb_config().build(), standins.sqs_config().build())
}

fn session() -> (SessionNames, SessionAt) {
    let names = SessionNames { agent: "support".into(), instance: "7".into(), session: "default".into() };
    let at = SessionAt { project: ProjectId::random(), key: names.key() };
    (names, at)
}

fn ask(message: &str) -> Ask {
    Ask {
        message: message.to_owned(),
        payload: None,
        source: Source::Dispatch,
        run_ms: 60_000,
        wait_until: Time::now().plus(60_000),
    }
}

async fn admit(
    sessions: &Sessions,
    names: &SessionNames,
    at: &SessionAt,
    message: &str,
    only_if_free: bool,
) -> rookery_domain::Result<Admitted> {
    sessions.admit(&Admit { only_if_free, ..admit_of(names, at, &ask(message)) }).await
}

fn admit_of<'a>(names: &'a SessionNames, at: &'a SessionAt, ask: &'a Ask) -> Admit<'a> {
    Admit { at, names, ask, key: None, here: None, only_if_free: false }
}

/// Does one step of what is to be done. Gives false when nothing is.
async fn step(sessions: &Sessions, loaded: &mut Loaded, store: &Store, by: &str) -> bool {
    let what = match &loaded.progress.open {
        None => {
            let n = loaded.progress.over.first_open();
            let Some(operation) = store.operation(&loaded.at.operation(n)).await.unwrap() else { return false };
            let ask: Ask = serde_json::from_str(&operation.asked).unwrap();
            let (by, now) = (by.to_owned(), Time::now());
            let begin = Begin {
                n,
                by,
                lease_until: now,
                deadline: now.plus(ask.run_ms),
                version: 1,
                message: ask.message,
                payload: None,
                cell: None,
            };
            What::Begin(begin)
        }
        Some(open) => {
            assert_eq!(open.next(Time::now()), Action::CallModel);
            let parts = vec![Part::Text(format!("{} by {by}", open.begin.message))];
            let message = Message { role: Role::Assistant, parts };
            let (n, stop, usage) = (open.begin.n, Stop::End, Usage::default());
            What::Answer(Box::new(Answer {
                n,
                message,
                stop,
                usage,
                model: "m".into(),
                request_id: None,
                last: true,
                cost: None,
            }))
        }
    };
    if sessions.append(loaded, what).await.unwrap() == Appended::Lost {
        tokio::task::yield_now().await;
    }
    true
}

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
                assert!(error.meta.unwrap()["retry_after"].as_i64().unwrap() >= 1);
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
    assert_eq!((error.code, error.meta.unwrap()["retry_after"].as_i64()), ("session_full", Some(5)));
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

/// A deletion has its place in the order: what was asked before is gone, also if whoever deletes dies in the middle, and what is asked after
/// it finds a new session, whose numbers go on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_session_is_empty_and_its_numbers_go_on() {
    let world = World::start().await;
    let ((names, at), sessions) = (session(), world.process());
    let store = Store::new(world.clients().dynamodb, TABLE);
    let do_all = async || {
        let mut loaded = sessions.load(&at).await.unwrap();
        while step(&sessions, &mut loaded, &store, "me").await {}
        loaded
    };
    assert_eq!(sessions.delete(&at).await.unwrap_err().code, "not_found");
    let asked = ask("one");
    let keyed = Admit { key: Some(Asked { key: "k", hash: "h" }), ..admit_of(&names, &at, &asked) };
    sessions.admit(&keyed).await.unwrap();
    assert_eq!(sessions.delete(&at).await.unwrap_err().code, "session_busy");
    do_all().await;
    admit(&sessions, &names, &at, "two", false).await.unwrap();
    do_all().await;

    let mut lives = 0;
    while store.session(&at).await.unwrap().is_some() || lives < 10 {
        lives += 1;
        let alive = Duration::from_micros(fastrand::u64(100..5_000));
        // Busy, while the deletion of the life before is not over: as whoever is sent the guard, the next one goes on with that.
        tokio::time::timeout(alive, sessions.delete(&at)).await.ok();
        if let Some(first) = sessions.unfinished(&at).await.unwrap().first() {
            tokio::time::timeout(alive, sessions.clear(&at, first.operation.n)).await.ok();
        }
        if lives == 10 {
            for unfinished in sessions.unfinished(&at).await.unwrap() {
                sessions.clear(&at, unfinished.operation.n).await.unwrap();
            }
        }
    }
    let last = store.last_operation(&at).await.unwrap().unwrap();
    sessions.finish(&at.operation(last.n), None).await.unwrap();
    assert_eq!(store.operation(&at.operation(last.n)).await.unwrap().unwrap().ended.unwrap().state, "deleted");
    for n in 1..=2 {
        assert_eq!(store.operation(&at.operation(n)).await.unwrap(), None);
    }
    let loaded = sessions.load(&at).await.unwrap();
    assert_eq!((loaded.progress.history.len(), loaded.progress.over.upto), (0, last.n));
    assert_eq!(store.entries(&at, 0).await.unwrap().entries.len(), 1, "only that the session was deleted");
    assert_eq!(sessions.delete(&at).await.unwrap_err().code, "not_found");

    // The same key asks for something new.
    let Admitted::New { operation, before: 0, .. } = sessions.admit(&keyed).await.unwrap() else { panic!("it is gone") };
    assert_eq!(operation.n, last.n + 1);
    assert_eq!(store.session(&at).await.unwrap().unwrap().0, names);
    let loaded = do_all().await;
    assert_eq!(loaded.progress.history.iter().map(Message::text).collect::<Vec<_>>(), ["one", "one by me"]);
    // A deletion that comes late again removes nothing of it.
    sessions.clear(&at, last.n).await.unwrap();
    store.remove_session(&at, last.n, loaded.progress.last - 2).await.unwrap();
    assert!(store.session(&at).await.unwrap().is_some() && sessions.load(&at).await.unwrap().progress == loaded.progress);
    sessions.delete(&at).await.unwrap();
    assert_eq!(store.session(&at).await.unwrap(), None);
}

/// A fork has the conversation, goes on by itself, and is whole before anything else is done, also if whoever forks dies in the middle.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fork_has_the_conversation_and_goes_on_by_itself() {
    let world = World::start().await;
    let ((names, at), sessions) = (session(), world.process());
    let store = Store::new(world.clients().dynamodb, TABLE);
    let said = |loaded: &Loaded| loaded.progress.history.iter().map(Message::text).collect::<Vec<_>>();
    let do_all = async |at: &SessionAt| {
        let mut loaded = sessions.load(at).await.unwrap();
        while step(&sessions, &mut loaded, &store, "me").await {}
        loaded
    };
    let to = |session: &str| SessionNames { session: session.into(), ..names.clone() };
    assert_eq!(sessions.fork(&at, None, &to("a")).await.unwrap_err().code, "not_found");
    let long = "x".repeat(150_000);
    for message in ["one", &long, &long, "four"] {
        admit(&sessions, &names, &at, message, false).await.unwrap();
    }
    let original = do_all(&at).await;
    admit(&sessions, &names, &at, "waits", false).await.unwrap();

    let part = sessions.fork(&at, Some(3), &to("part")).await.unwrap();
    assert_eq!(said(&sessions.load(&part).await.unwrap()), ["one", "one by me"], "the second question had no answer then");
    let mut whole = None;
    while whole.is_none() {
        let lives = Duration::from_micros(fastrand::u64(100..20_000));
        match tokio::time::timeout(lives, sessions.fork(&at, None, &to("whole"))).await {
            Ok(Ok(forked)) => whole = Some(forked),
            Ok(Err(error)) => {
                assert_eq!(error.code, "session_exists", "it has its place, and its guard has it done");
                let forked = SessionAt { key: to("whole").key(), ..at.clone() };
                let first = store.operation(&forked.operation(1)).await.unwrap().unwrap();
                tokio::time::timeout(lives, sessions.done_without_model(&forked, &first)).await.ok();
                whole = sessions.unfinished(&forked).await.unwrap().is_empty().then_some(forked);
            }
            Err(_) => {}
        }
    }
    let whole = whole.unwrap();
    assert_eq!(said(&sessions.load(&whole).await.unwrap()), said(&original));
    assert!(store.entries(&whole, 0).await.unwrap().entries.len() > 1);
    admit(&sessions, &to("whole"), &whole, "five", false).await.unwrap();
    let forked = do_all(&whole).await;
    assert_eq!(said(&forked).len(), said(&original).len() + 2);
    assert_eq!(said(&sessions.load(&at).await.unwrap()), said(&original), "the original is as it was");
    assert_eq!(sessions.fork(&at, None, &to("whole")).await.unwrap_err().code, "session_exists");
    sessions.delete(&whole).await.unwrap();
    sessions.fork(&at, None, &to("whole")).await.unwrap();
    assert_eq!(said(&sessions.load(&whole).await.unwrap()), said(&original));
}
