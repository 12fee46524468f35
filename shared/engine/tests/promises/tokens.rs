//! Clients of other deployments: who is connected, and how long the token is good that a client was told.

use crate::World;
use crate::proofs::provider;
use rookery_domain::{
    AgentRef, CellId, ClientName, ConnectionId, ConnectionState, Error, EventId, Payload, ProjectId, Result, Time, limits,
};
use rookery_engine::{ClientStage, Engine, Given, NewTask, Recipients};
use rookery_store::{Connection, Elsewhere, Ends, EntryPoint, Schemas, UsedEntryPoint, WireToken};
use serde_json::json;
use std::sync::Arc;

const THERE: &str = "http://127.0.0.1:9";
const TASKS_URL: &str = "http://127.0.0.1:9/_tasks/client";

/// A provider with one entry point.
struct Provider {
    world: World,
    engine: Arc<Engine>,
    project: ProjectId,
    entry: EntryPoint,
}

impl Provider {
    async fn start(seed: u64, config: &str) -> Provider {
        let world = World::start(seed).await;
        let cell = format!(r#"{{"id": "in", "type": "agent", "agent_type": "client", "config": {config}}}"#);
        let project = world.started(&format!(r#"{{"cells": [{cell}]}}"#)).await.id.project;
        let engine = provider(&world, None);
        let entry = engine.offered(&project).await.unwrap().remove(0);
        Provider { world, engine, project, entry }
    }

    async fn connect(&self, client: &str, stage: &str, task_url: &str) -> Result<Given> {
        let (client, entry_point) = (client.parse().unwrap(), &*self.entry.id.to_string());
        self.engine.connect_client(&self.project, ClientStage { client, stage, entry_point, task_url }).await
    }

    async fn knows(&self, token: &str) -> bool {
        self.engine.client_of(&self.project, token).await.is_ok()
    }
}

fn field(error: Error) -> String {
    error.meta.unwrap()["field"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_token_is_good_until_some_time_after_the_next_one_and_never_again() {
    let provider = Provider::start(121, r#"{"access": "open"}"#).await;
    let store = &provider.world.calm.store;
    let client = format!("p@{THERE}");
    let first = provider.connect(&client, "s", TASKS_URL).await.unwrap();
    assert_eq!(provider.connect(&client, "s", TASKS_URL).await.unwrap().token, first.token, "the same stage has the same token");
    store.rotate_connection(&first.connection, Time::now()).await.unwrap().unwrap();
    assert!(provider.knows(&first.token).await, "its client has not heard of the next one");
    let second = provider.engine.move_client(&provider.project, &first.token, TASKS_URL).await.unwrap();
    assert!(second.token != first.token && provider.knows(&second.token).await);
    let long_ago = Time::now().plus(-limits::TOKEN_OVERLAP_MS);
    store.rotate_connection(&second.connection, long_ago).await.unwrap().unwrap();
    assert!(!provider.knows(&second.token).await, "its time is over");
    assert!(!provider.knows(&first.token).await);
    // A connection that is made again has no token that it had before.
    let third = provider.connect(&client, "s", TASKS_URL).await.unwrap();
    provider.engine.disconnect_client(&provider.project, &third.token).await.unwrap();
    let fourth = provider.connect(&client, "s", TASKS_URL).await.unwrap();
    assert_eq!(fourth.connection.id(), third.connection.id());
    for old in [&first, &second, &third] {
        assert!(!provider.knows(&old.token).await);
    }
    store.set_connection_state(&fourth.connection, ConnectionState::Revoked).await.unwrap().unwrap();
    assert!(!provider.knows(&fourth.token).await, "it was taken back");
    assert_eq!(provider.connect(&client, "s", TASKS_URL).await.err().unwrap().code, "not_found");
    // Stages of the deployment itself have no tokens.
    let workflow = provider.entry.agent.workflow.clone();
    let agent = Some(AgentRef { workflow, cell: CellId("ask".into()), incarnation: 1 });
    let id: ConnectionId = "7".repeat(32).parse().unwrap();
    let ends = Ends { id, client: ClientName::here(&provider.project), agent, ..fourth.connection.ends };
    let own = store.open_connection(&Connection::new(ends, None, ConnectionState::Active)).await.unwrap();
    assert!(!provider.knows(&provider.engine.connection_token(id, own.generation).await.unwrap()).await);
    // Who names this deployment by its address means those stages.
    let here = crate::proofs::provider(&provider.world, Some("https://here.example"));
    let task = NewTask {
        id: None,
        to: Recipients::Client(format!("{}@https://here.example", provider.project).parse().unwrap()),
        task_type: "news".to_owned(),
        payload: Payload::parse(b"{}").unwrap(),
        answers: None,
        hop: 0,
        created_at: Time::now(),
    };
    let sent = here.send_tasks(&provider.project, &task).await.unwrap();
    assert_eq!(sent.iter().map(|task| task.connection).collect::<Vec<_>>(), [id]);
}

#[tokio::test]
async fn who_is_connected_is_for_the_entry_point_to_say_and_a_project_elsewhere_is_never_its_own() {
    let listed = format!("listed@{THERE}");
    let config = format!(r#"{{"access": "allow_list", "allow": ["{listed}"]}}"#);
    let provider = Provider::start(122, &config).await;
    assert_eq!(provider.connect(&listed, "s", TASKS_URL).await.unwrap().connection.state, ConnectionState::Active);
    let same_name = format!("{}@{THERE}", provider.project);
    for other in [&format!("other@{THERE}"), &same_name] {
        assert_eq!(provider.connect(other, "s", TASKS_URL).await.err().unwrap().code, "not_found", "{other}");
    }
    let known = provider.world.calm.store.connections(&provider.project, 10, None).await.unwrap();
    assert_eq!(known.items.len(), 1, "nothing is stored of who is refused");
    let asked = Provider::start(123, r#"{"access": "approval"}"#).await;
    let same_name = format!("{}@{THERE}", asked.project);
    assert_eq!(asked.connect(&same_name, "s", TASKS_URL).await.unwrap().connection.state, ConnectionState::Pending);
    // What is wrong with the client's stage or address is named.
    let wrong = asked.connect(&same_name, "a\nb", TASKS_URL).await.err().unwrap();
    assert_eq!(field(wrong), "client_stage_id");
    for (client, url) in [(&same_name, "http://127.0.0.2:9/"), (&"p@http://10.0.0.1".to_owned(), "http://10.0.0.1/")] {
        let wrong = asked.connect(client, "s", url).await.err().unwrap();
        assert_eq!(field(wrong), "client_tasks_url", "{url}");
    }
}

#[tokio::test]
async fn what_is_learned_of_a_provider_brings_back_no_connection_that_is_over() {
    let world = World::start(97).await;
    let workflow = world.started(r#"{"cells": [{"id": "in", "type": "agent", "agent_type": "manual"}]}"#).await;
    let store = &world.calm.store;
    let elsewhere = Elsewhere {
        tasks_url: TASKS_URL.into(),
        project: "p".into(),
        entry_point: "e".into(),
        token: WireToken::new("a token of another deployment".into()),
        task_url: "https://here.invalid/_tasks".into(),
        state: ConnectionState::Active,
        schemas: Schemas::default(),
    };
    let used = |input: u8, token: &str| UsedEntryPoint {
        agent: AgentRef { workflow: workflow.id.clone(), cell: CellId("in".into()), incarnation: 1 },
        provider: rookery_store::Provider::Elsewhere(Box::new(Elsewhere {
            schemas: Schemas { input: Some(json!({"minimum": input})), output: None },
            token: WireToken::new(token.into()),
            ..elsewhere.clone()
        })),
        connection: ConnectionId(EventId::fresh().own),
        created_at: Time(0),
    };
    let (project, before, token) = (&workflow.id.project, used(1, "a"), "a");
    let learned = UsedEntryPoint { provider: used(2, "a").provider, ..before.clone() };
    store.put_used_entry_point(&before).await.unwrap();
    store.renew_used_entry_point(&before, &learned).await.unwrap();
    assert_eq!(store.used_entry_point(project, before.stage()).await.unwrap().as_ref(), Some(&learned));
    // Meanwhile it has another token; and then it is over.
    let renewed = used(2, "b");
    store.put_used_entry_point(&renewed).await.unwrap();
    store.renew_used_entry_point(&learned, &before).await.unwrap();
    assert_eq!(store.used_entry_point(project, before.stage()).await.unwrap().as_ref(), Some(&renewed));
    store.forget_used_entry_point(&renewed).await.unwrap();
    store.renew_used_entry_point(&renewed, &before).await.unwrap();
    assert_eq!(store.used_entry_point(project, before.stage()).await.unwrap(), None);
    assert_eq!(store.stage_of_token(project, token).await.unwrap(), None);
}
