//! How the log of a session is stored, and how much of it is read.

use crate::{World, admit, session, step};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use rookery_boot::{Clients, TABLE};
use rookery_domain::{Message, Part, Role, random_token};
use rookery_sessions::entry::{Answer, What};
use rookery_sessions::log::Appended;
use rookery_store::Store;
use rookery_store::keys::{self, Key};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// An answer of two megabytes, of which no packing makes much less.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_that_fits_no_item_is_read_as_it_was_written() {
    let world = World::start().await;
    let ((names, at), sessions) = (session(), world.process());
    let store = Store::new(world.clients().dynamodb, TABLE);
    admit(&sessions, &names, &at, "one", false).await.unwrap();
    let mut loaded = sessions.load(&at).await.unwrap();
    assert!(step(&sessions, &mut loaded, &store, "me").await);
    let long: String = (0..200_000).map(|_| random_token(10) + "\n").collect();
    assert!(long.len() > 2 << 20);
    let message = Message { role: Role::Assistant, parts: vec![Part::Text(long.clone())] };
    let (stop, usage) = (rookery_domain::Stop::End, Default::default());
    let answer = Answer { n: 1, message, stop, usage, model: "m".into(), request_id: None, last: true, cost: None };
    let what = What::Answer(Box::new(answer));
    // Of two who write at once, one wins, whole.
    let mut late = loaded.clone();
    assert_eq!(sessions.append(&mut loaded, what.clone()).await.unwrap(), Appended::Won);
    assert_eq!(world.process().append(&mut late, what).await.unwrap(), Appended::Lost);
    for progress in [late.progress, world.process().load(&at).await.unwrap().progress] {
        assert_eq!((progress.last, progress.history[1].text() == long), (2, true));
    }
    assert_eq!(sessions.part(&at, 0, 10).await.unwrap().entries.len(), 2);
    sessions.finish(&at.operation(1), None).await.unwrap();
    admit(&sessions, &names, &at, "two", true).await.expect("the entry says that the first one is over");
    while step(&sessions, &mut loaded, &store, "me").await {}

    let too_long: String = (0..700_000).map(|_| random_token(10)).collect();
    assert_eq!(store.append_entry(&at, 5, &too_long).await.unwrap_err().code, "entry_too_large");

    let part = async || {
        let Key { pk, sk } = keys::log_part(&at, 2, 0);
        let get = world.clients().dynamodb.get_item().table_name(TABLE);
        get.key("pk", AttributeValue::S(pk)).key("sk", AttributeValue::S(sk)).send().await.unwrap().item
    };
    assert!(part().await.is_some());
    sessions.delete(&at).await.unwrap();
    assert!(part().await.is_none());
    assert_eq!(store.entries(&at, 0).await.unwrap().entries.len(), 1);
}

/// Counts the items that queries give.
#[derive(Clone, Debug, Default)]
struct Read(Arc<AtomicUsize>);

impl Intercept for Read {
    fn name(&self) -> &'static str {
        "read"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Ok(output) = context.output_or_error()
            && let Some(output) = output.downcast_ref::<aws_sdk_dynamodb::operation::query::QueryOutput>()
        {
            self.0.fetch_add(usize::try_from(output.count).unwrap(), Ordering::Relaxed);
        }
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_session_that_was_kept_only_what_is_new_is_read() {
    let world = World::start().await;
    let ((names, at), other) = (session(), world.process());
    let read = Read::default();
    let config = world.standins.dynamodb_config().interceptor(read.clone()).build();
    let sessions = world.process_of(Clients::new(config, world.standins.sqs_config().build()));
    let store = sessions.store().clone();
    let mut elsewhere = other.load(&at).await.unwrap();
    let mut ask = async || {
        admit(&other, &names, &at, "ask", false).await.unwrap();
        while step(&other, &mut elsewhere, &store, "me").await {}
        elsewhere.progress.clone()
    };
    for _ in 0..50 {
        ask().await;
    }
    let items = || read.0.swap(0, Ordering::Relaxed);
    items();
    sessions.keep(sessions.load(&at).await.unwrap());
    assert_eq!(items(), 100, "it was not read before");
    let now = ask().await;
    items();
    let again = sessions.load(&at).await.unwrap();
    assert_eq!((items(), again.progress == now), (2, true));
    // What is loaded is not there for others until it is kept.
    sessions.load(&at).await.unwrap();
    assert_eq!(items(), 102);
    sessions.keep(again);
    other.delete(&at).await.unwrap();
    items();
    assert_eq!((sessions.load(&at).await.unwrap().progress.history.len(), items()), (0, 1), "what was deleted is gone");
}
