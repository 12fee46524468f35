//! Deletions and forks: whole, or not at all.

use crate::{World, admit, admit_of, ask, session, step};
use rookery_boot::TABLE;
use rookery_domain::{Message, SessionAt};
use rookery_sessions::admit::{Admit, Admitted};
use rookery_sessions::ask::{Ask, Source};
use rookery_sessions::entry::{EndError, EndState, What};
use rookery_sessions::log::Loaded;
use rookery_store::{Asked, CopyTo, SessionNames, Store};
use std::time::Duration;

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
        if let Some(first) = sessions.unfinished(&at, 0, 100).await.unwrap().0.first() {
            tokio::time::timeout(alive, sessions.clear(&at, first.operation.n)).await.ok();
        }
        if lives == 10 {
            for unfinished in sessions.unfinished(&at, 0, 100).await.unwrap().0 {
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
                whole = sessions.unfinished(&forked, 0, 100).await.unwrap().0.is_empty().then_some(forked);
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

/// A fork has all files as they were when it was asked for, or there is none.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fork_has_all_files_or_there_is_none() {
    let world = World::start().await;
    let ((names, at), sessions) = (session(), world.process());
    let store = Store::new(world.clients().dynamodb, TABLE);
    let to = |session: &str| SessionNames { session: session.into(), ..names.clone() };
    let forked = |session: &str| SessionAt { key: to(session).key(), ..at.clone() };
    admit(&sessions, &names, &at, "one", false).await.unwrap();
    let mut loaded = sessions.load(&at).await.unwrap();
    while step(&sessions, &mut loaded, &store, "me").await {}
    let write = async |at: &SessionAt, path: &str, text: &str| {
        let last = store.last_entry(at).await.unwrap().unwrap().0;
        assert!(store.put_file(at, &path.parse().unwrap(), text, &format!("{path} {text}"), last).await.unwrap());
    };
    let files = async |at: &SessionAt| {
        let page = store.files(at, "", 1000, None).await.unwrap();
        page.items.iter().map(|file| (file.path.clone(), file.text().unwrap())).collect::<Vec<_>>()
    };
    for number in 0..40 {
        write(&at, &format!("notes/{number:03}.md"), &format!("note {number}")).await;
    }
    let (mut is_whole, mut attempts) = (false, 0);
    while !is_whole {
        attempts += 1;
        let lives = Duration::from_micros(fastrand::u64(100..20_000) * attempts);
        match tokio::time::timeout(lives, sessions.fork(&at, None, &to("copy"))).await {
            Ok(Ok(_)) => is_whole = true,
            Ok(Err(error)) => {
                assert_eq!(error.code, "session_exists", "it has its place, and its guard has it done");
                let first = store.operation(&forked("copy").operation(1)).await.unwrap().unwrap();
                tokio::time::timeout(lives, sessions.done_without_model(&forked("copy"), &first)).await.ok();
                is_whole = sessions.unfinished(&forked("copy"), 0, 100).await.unwrap().0.is_empty();
            }
            Err(_) => {}
        }
    }
    assert_eq!(files(&forked("copy")).await, files(&at).await);

    // Each goes on by itself, and the copy counts what it has.
    write(&forked("copy"), "notes/000.md", "mine").await;
    write(&at, "notes/001.md", "theirs").await;
    let (copy, original) = (files(&forked("copy")).await, files(&at).await);
    assert_eq!((&*copy[0].1, &*copy[1].1, &*original[0].1, &*original[1].1), ("mine", "note 1", "note 0", "theirs"));

    // A fork that finds other files than those that it was asked for fails, and its name is free again.
    let stale = Ask { source: Source::Fork { from: at.key, upto: 2, writes: Some(40) }, ..ask("") };
    let late = to("late");
    sessions.admit(&admit_of(&late, &forked("late"), &stale)).await.unwrap();
    let first = store.operation(&forked("late").operation(1)).await.unwrap().unwrap();
    assert!(sessions.done_without_model(&forked("late"), &first).await.unwrap());
    assert!(sessions.head(&forked("late")).await.unwrap().is_none(), "no empty session is left");
    assert_eq!(
        (files(&forked("late")).await.len(), sessions.load(&forked("late")).await.unwrap().progress.history.len()),
        (0, 0)
    );
    sessions.fork(&at, None, &late).await.unwrap();
    assert_eq!(files(&forked("late")).await, original);
    assert_eq!(sessions.load(&forked("late")).await.unwrap().progress.history, loaded.progress.history);
}

/// Whoever copies may die at any moment, also after the failure is in the log, and may also live on when others take them to be dead.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fork_that_failed_leaves_no_files_whoever_dies() {
    let world = World::start().await;
    let ((names, at), sessions) = (session(), world.process());
    let store = Store::new(world.clients().dynamodb, TABLE);
    admit(&sessions, &names, &at, "one", false).await.unwrap();
    let mut loaded = sessions.load(&at).await.unwrap();
    while step(&sessions, &mut loaded, &store, "me").await {}
    let last = loaded.progress.last;
    for number in 0..10 {
        let path = format!("{number}.md").parse().unwrap();
        assert!(store.put_file(&at, &path, "text", &format!("{number}"), last).await.unwrap());
    }
    let to = SessionNames { session: "copy".into(), ..names };
    let copy = SessionAt { key: to.key(), ..at.clone() };
    let asked = Ask { source: Source::Fork { from: at.key, upto: last, writes: Some(10) }, ..ask("") };
    sessions.admit(&admit_of(&to, &copy, &asked)).await.unwrap();
    let files = async || store.files(&copy, "", 100, None).await.unwrap().items.len();
    let target = CopyTo { session: &copy, after: 0, last: 0 };
    assert!(store.copy_files(&at, 10, target).await.unwrap());
    assert_eq!(files().await, 10);
    assert_eq!(sessions.settled(&copy).await.unwrap_err().code, "session_busy", "nobody reads them yet");

    let mut loaded = sessions.load(&copy).await.unwrap();
    let error = Some(EndError::new("fork_failed", "Its files were written."));
    sessions.append(&mut loaded, What::End { n: 1, state: EndState::Failed, error }).await.unwrap();
    sessions.finish(&copy.operation(1), None).await.unwrap();
    assert_eq!(files().await, 0);
    store.copy_files(&at, 10, target).await.unwrap();
    assert_eq!(files().await, 0, "who is late copies nothing");
    sessions.settled(&copy).await.unwrap();
    sessions.fork(&at, None, &to).await.unwrap();
    assert_eq!(files().await, 10);
}
