//! Reads that are shared for a moment: nobody acts on what was before, once the change is answered.

use crate::World;
use futures::future::try_join_all;
use rookery_boot::Options;
use rookery_domain::{CellId, Kind, Payload, Time};
use rookery_engine::{Engine, Incoming, Settings};
use rookery_store::{Credential, Role, State, Workflow};
use std::sync::Arc;

const OPTIONS: &str = r#"{"cells":[{"id":"in","type":"agent","agent_type":"manual"}]}"#;

/// Puts an event in, as the API does: the workflow is known.
async fn post(engine: &Arc<Engine>, workflow: &Workflow) -> Result<(), Kind> {
    let known = engine.store.known_workflow(&workflow.id).await.unwrap().unwrap();
    let incoming = Incoming::new(Payload::parse(b"{}").unwrap(), Vec::new(), None);
    let accepted = engine.accept_at_trigger(&known, &CellId("in".into()), incoming).await;
    accepted.map(drop).map_err(|error| error.kind)
}

fn credential(value: &str) -> Credential {
    Credential { name: "c".into(), value: value.into(), hosts: Vec::new(), updated_at: Time::now() }
}

/// Two processes: one changes things, and both are asked.
async fn changes_are_noticed(changing: Arc<Engine>, asked: Arc<Engine>) {
    let store = &changing.store;
    let project = store.create_project("known").await.unwrap().id;
    let (workflow, _) = changing.create_workflow(&project, "known", OPTIONS).await.unwrap();
    let workflow = changing.start(&workflow).await.unwrap().0;
    let (key, text) = store.create_api_key(&project, "key", Role::Ingest).await.unwrap();
    store.put_credential(&project, &credential("first")).await.unwrap();
    let value = async || asked.store.credentials(&project, &["c".to_owned()]).await.unwrap().remove(0).map(|found| found.value);

    post(&asked, &workflow).await.unwrap();
    changing.stop(&workflow).await.unwrap();
    assert_eq!(post(&asked, &workflow).await, Err(Kind::Conflict), "it is stopped");
    changing.start(&workflow).await.unwrap();
    post(&asked, &workflow).await.unwrap();

    assert_eq!(value().await.as_deref(), Some("first"));
    store.put_credential(&project, &credential("second")).await.unwrap();
    assert_eq!(value().await.as_deref(), Some("second"));
    store.delete_credential(&project, "c").await.unwrap();
    assert_eq!(value().await, None);
    store.put_credential(&project, &credential("third")).await.unwrap();
    assert_eq!(value().await.as_deref(), Some("third"), "that there was none is not kept");

    assert!(asked.store.find_api_key(&text).await.unwrap().is_some());
    store.delete_api_key(&project, &key.id).await.unwrap();
    assert!(asked.store.find_api_key(&text).await.unwrap().is_none(), "it is revoked");

    assert!(asked.store.known_project(&project).await.is_ok());
    changing.delete_project(&project).await.unwrap();
    assert!(asked.store.known_project(&project).await.is_err(), "it is deleted");
    assert!(asked.store.known_workflow(&workflow.id).await.unwrap().unwrap().deleted, "it went with its project");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_sees_its_own_changes_at_once() {
    let world = World::start(41).await;
    changes_are_noticed(world.calm.clone(), world.calm.clone()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn once_a_change_is_answered_no_other_process_acts_on_what_was_before() {
    let world = World::start(42).await;
    let one_of_two = || Options { settings: Settings { processes: 2, ..Settings::default() }, ..Options::default() };
    let [changing, asked] = [one_of_two(), one_of_two()].map(|options| world.engine(|inner| inner, options));
    changes_are_noticed(changing, asked).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_that_ask_at_once_read_once() {
    let world = World::start(43).await;
    let workflow = world.started(OPTIONS).await;
    let (engine, requests) = world.counted();
    let known = try_join_all((0..50).map(|_| engine.store.known_workflow(&workflow.id))).await.unwrap();
    assert!(known.iter().all(|known| known.as_ref().is_some_and(|known| known.state == State::Active)));
    assert_eq!(requests.of("BatchGetItem"), 1);
}
