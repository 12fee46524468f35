//! What is kept of mails, under faults: what the first attempt fixed stays, and who has a mail is known from then on.

use crate::World;
use rookery_domain::{DeliveryId, EventId, Kind, Result};
use uuid::Uuid;

const OPTIONS: &str = r#"{"cells":[{"id":"in","type":"agent","agent_type":"manual"}]}"#;

/// Calls until a store that fails at times has answered.
async fn answered<T>(call: impl AsyncFn() -> Result<T>) -> T {
    loop {
        match call().await {
            Ok(answer) => return answer,
            Err(error) => assert_eq!(error.kind, Kind::Unavailable, "{error}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_mailing_began_with_stays_and_who_has_it_is_known_whatever_fails() {
    let world = World::start(20_261_129).await;
    let workflow = world.started(OPTIONS).await;
    let store = &world.tested.store;
    for _ in 0..10 {
        let (run, delivery) = (EventId::fresh().run, DeliveryId(Uuid::now_v7()));
        let begin = async |about: &str| answered(async || store.begin_mailing(&workflow.id, run, delivery, about).await).await;
        let first = begin("1").await;
        assert_eq!((first.about.as_str(), first.sent.len()), ("1", 0));
        for (count, address) in ["a@b.c", "d@e.f", "g@h.i"].iter().enumerate() {
            answered(async || store.note_mailed(&workflow.id, run, delivery, address).await).await;
            let mut found = begin("2").await;
            assert_eq!((found.about.as_str(), found.at), ("1", first.at));
            // Whoever notes it again, since the answer was lost, notes it twice.
            found.sent.dedup();
            assert_eq!((found.sent.len(), found.sent.last().unwrap().as_str()), (count + 1, *address));
        }
        let items = world.calm.store.list_run(&workflow.id, run, 100, None).await.unwrap().items;
        assert!(items.iter().all(|item| item.events().next().is_none() && item.commits().next().is_none()), "it is neither");
        let other = answered(async || store.begin_mailing(&workflow.id, run, DeliveryId(Uuid::now_v7()), "3").await).await;
        assert_eq!((other.about.as_str(), other.sent.len()), ("3", 0));
    }
}
