//! Deleting projects and workflows: only tombstones are left, and no delivery goes on.

use crate::requests::request;
use crate::waits::receive_from;
use crate::{World, handle, serve};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use rookery_boot::{Options, TABLE};
use rookery_domain::{
    AgentRef, CallbackAuth, CellId, Collection, ConnectionId, ConnectionState, EntryPointId, EventId, Payload, ProjectId,
    RecordAt, SessionAt, Time, WorkflowRef, random_token,
};
use rookery_egress::Policy;
use rookery_engine::{Call, Dispatcher, Engine, EntryChange, Incoming, Mode, NewTask, Recipients, RecordInput, Settings};
use rookery_queue::Queue;
use rookery_store::keys::{Key, Place, Prefix, Removal};
use rookery_store::{
    Asked, Counts, Credential, DefinitionSource, DeploymentSecrets, Elsewhere, HeldResult, Listing, LogEntry, Named, OpenBreaker,
    OpenSocket, Operation, Provider, Role, SavedDefinition, SessionNames, UsedEntryPoint, WireToken, Workflow,
};
use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

const OPTIONS: &str = r#"{"cells":[
    {"id":"in","type":"agent","agent_type":"manual"},
    {"id":"daily","type":"agent","agent_type":"schedule","config":{"schedule":"every_1d"}},
    {"id":"changed","type":"agent","agent_type":"change_detector","config":{"property":"n"}},
    {"id":"feed","type":"agent","agent_type":"data_output","config":{"template":{"title":"{{ n }}"}}},
    {"id":"ask","type":"agent","agent_type":"manual"},
    {"id":"entry","type":"agent","agent_type":"client","config":{"access":"open"}},
    {"id":"l1","type":"link","source":{"id":"in"},"target":{"id":"changed"}},
    {"id":"l2","type":"link","source":{"id":"changed"},"target":{"id":"feed"}}
]}"#;

type Attributes = HashMap<String, AttributeValue>;

pub(crate) fn client(world: &World) -> Client {
    Client::from_conf(world.standins.dynamodb_config().build())
}

/// All items of the table, with their keys.
pub(crate) async fn scan(client: &Client) -> Vec<(Key, Attributes)> {
    let (mut items, mut after) = (Vec::new(), None);
    loop {
        let page = client.scan().table_name(TABLE).set_exclusive_start_key(after).send().await.unwrap();
        items.extend(page.items.unwrap_or_default());
        after = page.last_evaluated_key;
        if after.is_none() {
            break;
        }
    }
    let text = |item: &Attributes, name: &str| item[name].as_s().unwrap().clone();
    items.into_iter().map(|item| (Key { pk: text(&item, "pk"), sk: text(&item, "sk") }, item)).collect()
}

/// The prefix of a key of the table. A key without one would be in no list of what is removed.
pub(crate) fn prefix_of(key: &Key) -> Prefix {
    let partition: Vec<&str> = key.pk.split('#').collect();
    let sort = key.sk.split('#').next().unwrap();
    let found = |place: Place, letters: &str| {
        Prefix::ALL.iter().copied().find(|prefix| prefix.place() == place && prefix.letters() == letters)
    };
    let inside = |prefix: Prefix| match prefix {
        Prefix::Requests => found(Place::InRequests, sort),
        Prefix::Workflow => found(Place::InWorkflow, sort),
        Prefix::Sessions if partition.len() == 2 => found(Place::InSessions, sort),
        Prefix::Sessions => found(Place::InSession, sort),
        Prefix::Connections => found(Place::InConnections, sort),
        Prefix::Tasks => found(Place::InTasks, sort),
        Prefix::Records => found(Place::InRecords, sort),
        other => Some(other),
    };
    let found = match partition.as_slice() {
        [letters, ..] if found(Place::Table, letters).is_some() => found(Place::Table, letters),
        [_] => found(Place::InProject, sort),
        [_, letters] => found(Place::Project, letters).and_then(inside),
        [_, letters, _] if *letters == Prefix::Sessions.letters() => inside(Prefix::Sessions),
        [_, letters, ..] => found(Place::Workflow, letters).and_then(inside),
        [] => None,
    };
    found.unwrap_or_else(|| panic!("{key:?} has no prefix of the table"))
}

/// Ticks until nothing is due, or panics.
async fn tick_until_calm(engine: &Engine, most: usize) -> usize {
    for ticks in 0..most {
        if engine.tick(Time::now()).await.unwrap() == 0 {
            return ticks;
        }
    }
    panic!("something is still due after {most} ticks");
}

/// Starts a workflow with a stage that uses an entry point, and asks it.
async fn ask(world: &World, project: &ProjectId, provider: &Workflow) {
    let entry = EntryPointId::of(&provider.id, &CellId("entry".into()));
    let config = serde_json::json!({"project_id": provider.id.project, "client_stage_id": entry});
    let options = serde_json::json!({"cells": [
        {"id": "start", "type": "agent", "agent_type": "manual"},
        {"id": "stage", "type": "agent", "agent_type": "agent", "config": config},
        {"id": "l", "type": "link", "source": {"id": "start"}, "target": {"id": "stage"}},
    ]});
    let (workflow, _) = world.calm.create_workflow(project, "consumer", &options.to_string()).await.unwrap();
    let (workflow, _) = world.calm.start(&workflow).await.unwrap();
    let incoming = Incoming::new(Payload::parse(b"{}").unwrap(), Vec::new(), None);
    world.calm.accept_at_trigger(&workflow, &CellId("start".into()), incoming).await.unwrap();
}

/// Stores one item of every prefix. The stages of the project use an entry point of another one, and the other way round.
async fn fill(world: &World, workflow: &Workflow, other: &Workflow) {
    ask(world, &workflow.id.project, other).await;
    ask(world, &other.id.project, workflow).await;
    let sent = NewTask {
        id: Some(NewTask::id_of_key(&workflow.id.project, "k")),
        to: Recipients::All,
        task_type: "news".into(),
        payload: Payload::parse(b"{}").unwrap(),
        answers: None,
        hop: 0,
        created_at: Time::now(),
    };
    assert_eq!(world.calm.send_tasks(&workflow.id.project, &sent).await.unwrap().len(), 1);

    let (store, project, now) = (&world.calm.store, &workflow.id.project, Time::now());
    store.create_api_key(project, "k", Role::Owner).await.unwrap();
    let credential = Credential { name: "c".into(), value: "secret".into(), hosts: Vec::new(), updated_at: now };
    store.put_credential(project, &credential).await.unwrap();
    let definition = SavedDefinition {
        text: "{}",
        source: DefinitionSource::Api,
        error_count: 0,
        description: None,
        webhook: true,
        restored_from: None,
    };
    store.save_definition(project, &"guide".parse().unwrap(), 0, &definition).await.unwrap();
    store.put_name(Named::Served, &workflow.id, "served", &CellId("in".into())).await.unwrap();
    let elsewhere = Elsewhere {
        tasks_url: "https://other.invalid/_tasks".into(),
        project: "p".into(),
        entry_point: "e".into(),
        token: WireToken::new("a token of another deployment".into()),
        task_url: "https://here.invalid/_tasks".into(),
        state: ConnectionState::Active,
        schemas: Default::default(),
    };
    let agent = AgentRef { workflow: workflow.id.clone(), cell: CellId("in".into()), incarnation: 1 };
    let connection = ConnectionId(EventId::fresh().own);
    let used = UsedEntryPoint { agent, provider: Provider::Elsewhere(Box::new(elsewhere)), connection, created_at: now };
    store.put_used_entry_point(&used).await.unwrap();
    // Its message would be sent by the ticks that purge: it is in the future.
    store.put_left(&used, now.plus(600_000), "{}", now.plus(600_000)).await.unwrap();
    let request = request(workflow, CallbackAuth::RequestId);
    store.open_request(&request, 10).await.unwrap();
    store.put_outstanding_task(project, used.stage(), &request.pending).await.unwrap();
    store.acknowledge_request(&request, "callee", now).await.unwrap();
    store.begin_call(project, request.pending.id, now.plus(60_000)).await.unwrap();
    let held = HeldResult { body: "{}".into(), headers: Vec::new(), received_at: now };
    assert!(store.hold_result(project, "unknown", &held).await.unwrap());
    store.trip_breaker(project, "https://down.example.com", OpenBreaker { since: now, probe_at: now }).await.unwrap();
    let names = SessionNames { agent: "support".into(), instance: "a/b".into(), session: "default".into() };
    let session = SessionAt { project: project.clone(), key: names.key() };
    let operation = Operation { n: 1, asked: "{}".into(), at: now, after: 0, lease: None, aside: None, ended: None };
    let asked = Some(Asked { key: "k", hash: "h" });
    // Its guard would be sent by the ticks that purge: it is in the future.
    let listing = Listing { names: &names, is_new: true, is_run: true };
    store.put_operation(&session, &operation, (now.plus(600_000), "{}"), listing, asked).await.unwrap();
    assert!(store.append_entry(&session, 1, "{}").await.unwrap());
    let long: String = (0..60_000).map(|_| random_token(10)).collect();
    assert!(store.append_entry(&session, 2, &long).await.unwrap());
    assert!(store.put_file(&session, &"notes/1.md".parse().unwrap(), "text", "write", 2).await.unwrap());
    assert!(store.take_session(&session, "me", now, now.plus(1000)).await.unwrap());
    let socket = OpenSocket { path: format!("/p/{project}/agents/guide/i"), socket: "{}".into() };
    store.put_socket("a socket", &socket).await.unwrap();
    store.deployment_secrets(&DeploymentSecrets { token_key: [1; 32], signing_seed: [2; 32] }).await.unwrap();
    assert!(store.use_proof(project, "https://other.example.com", "1", now.plus(60_000)).await.unwrap());
    assert!(store.count_issuer(project, "https://other.example.com", now, 1).await.unwrap());
    let entry = LogEntry { at: now, event_id: None, lines: vec!["line".into()] };
    store.put_log(&request.pending.agent, EventId::fresh(), &entry).await.unwrap();
    store
        .add_metrics(&workflow.id, (&request.pending.agent.cell, 1), now, &Counts { received: 1, ..Counts::default() })
        .await
        .unwrap();

    fill_records(&world.calm, &agent_of(workflow)).await;

    let call = Call { payload: Payload::parse(br#"{"n": 2}"#).unwrap(), instance: Some("i".into()), key: None };
    let called = world.calm.call_workflow(project, "promises", call).await.unwrap().unwrap();
    assert!(world.calm.progress(&called).await.unwrap().is_some());
    let incoming = Incoming::new(Payload::parse(br#"{"n": 1}"#).unwrap(), Vec::new(), None);
    world.calm.accept_at_trigger(workflow, &CellId("in".into()), incoming).await.unwrap();
    let dispatcher = Dispatcher(world.calm.clone());
    loop {
        let messages = receive_from(&world.sqs, &world.urls.of(Queue::Deliver).queue).await;
        if messages.is_empty() {
            // What is still to be counted would be written after the purge, and go by its time to live.
            return world.calm.flush_metrics().await;
        }
        for message in messages {
            handle(&dispatcher, message).await.unwrap();
        }
    }
}

fn agent_of(workflow: &Workflow) -> AgentRef {
    AgentRef { workflow: workflow.id.clone(), cell: CellId("in".into()), incarnation: 1 }
}

/// Stores a record in a segment and a list, with what is kept of it. Its messages stay in their queue.
async fn fill_records(engine: &Engine, agent: &AgentRef) {
    let (project, condition) = (&agent.workflow.project, serde_json::json!({"path": "n", "operator": "eq", "value": 1}));
    let segment = engine.create_segment(project, "ones", "person", &condition).await.unwrap();
    let list = engine.create_record_list(project, "leads", vec!["new".into()]).await.unwrap();
    engine.store.put_listener(&Collection::Segment(segment.id).into(), agent, None).await.unwrap();
    let at = RecordAt::new("person", "ada").unwrap();
    let attributes = serde_json::json!({"n": 1}).as_object().unwrap().clone();
    let input = RecordInput { at: at.clone(), attributes, mode: Mode::Merge, must_exist: false, hop: 0 };
    engine.begin_keyed(project, "k", b"asked").await.unwrap();
    engine.write_records(project, &[input], Some("k")).await.unwrap();
    engine.change_entries(project, &list, &[(at, EntryChange::To(None))], None, 0).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_purge_leaves_tombstones_alone() {
    let world = World::start(21).await;
    let (doomed, other) = (world.started(OPTIONS).await, world.started(OPTIONS).await);
    let default = world.calm.store.default_project().await.unwrap().id;
    fill(&world, &doomed, &other).await;
    let provided = async || world.calm.store.connections(&other.id.project, 10, None).await.unwrap().items.len();
    assert_eq!(provided().await, 1);
    let client = client(&world);
    let before = scan(&client).await;
    let there: BTreeSet<String> = before.iter().map(|(key, _)| format!("{:?}", prefix_of(key))).collect();
    // Items in these partitions have the prefix of their sort key; entries of an index are items of the table.
    let partitions = [
        Prefix::Requests,
        Prefix::Workflow,
        Prefix::Sessions,
        Prefix::Connections,
        Prefix::Tasks,
        Prefix::Records,
        Prefix::Purge,
    ];
    let of_table = |prefix: &&Prefix| {
        !matches!(prefix.place(), Place::Recent | Place::RecentOfProject | Place::RecentOfTable | Place::Due)
            && !partitions.contains(prefix)
    };
    let missing: Vec<_> = Prefix::ALL.iter().filter(of_table).filter(|prefix| !there.contains(&format!("{prefix:?}"))).collect();
    assert!(missing.is_empty(), "the test has no item of {missing:?}: give it one");

    world.calm.delete_project(&doomed.id.project).await.unwrap();
    tick_until_calm(&world.calm, 10).await;
    for (key, item) in scan(&client).await {
        if key.pk.starts_with(other.id.project.as_str())
            || [other.id.project.as_str(), default.as_str()].contains(&key.sk.as_str())
        {
            continue;
        }
        match prefix_of(&key).removal() {
            Removal::Never => assert!(item.contains_key("deleted"), "{key:?} is no tombstone"),
            Removal::Stays => {}
            Removal::Ttl => assert!(item.contains_key("expires_at"), "{key:?} would stay for ever"),
            removal => panic!("{key:?} is left, but goes {removal:?}"),
        }
    }
    let of_other = |(key, _): &&(Key, Attributes)| key.pk.starts_with(other.id.project.as_str());
    let after = scan(&client).await;
    assert_eq!(provided().await, 0, "the other side knows the stage no more");
    let (before, after) = (before.iter().filter(of_other).count(), after.iter().filter(of_other).count());
    assert_eq!(before - 1, after, "all else of another project is untouched");
    assert!(before > 3);
}

/// A message goes on with the delivery that follows, and reads nothing for it but whether its workflow is still there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn once_a_workflow_is_deleted_no_delivery_goes_on() {
    let world = World::start(46).await;
    let egress = Policy { allow: vec!["127.0.0.1/32".parse().unwrap()], ..Policy::default() };
    let engine = world.engine(|inner| inner, Options { egress, settings: Settings::default() });
    let (calls, doomed) = (Arc::new(AtomicUsize::new(0)), Arc::new(OnceLock::<WorkflowRef>::new()));
    let (deleting, count, target) = (engine.clone(), calls.clone(), doomed.clone());
    let app = axum::Router::new().fallback(async move || {
        if count.fetch_add(1, Ordering::SeqCst) == 0 {
            deleting.delete_workflow(target.get().unwrap()).await.unwrap();
        }
        "ok"
    });
    let url = serve(app).await;
    let call = |id: &str| serde_json::json!({"id": id, "type": "agent", "agent_type": "http_request", "config": {"url": url, "method": "post"}});
    let link =
        |a: &str, b: &str| serde_json::json!({"id": format!("{a}{b}"), "type": "link", "source": {"id": a}, "target": {"id": b}});
    let start = serde_json::json!({"id": "in", "type": "agent", "agent_type": "manual"});
    let options = serde_json::json!({"cells": [start, call("a"), call("b"), link("in", "a"), link("a", "b")]}).to_string();
    let workflow = world.started(&options).await;
    doomed.set(workflow.id.clone()).unwrap();
    let incoming = Incoming::new(Payload::parse(b"{}").unwrap(), Vec::new(), None);
    engine.accept_at_trigger(&workflow, &CellId("in".into()), incoming).await.unwrap();
    for message in receive_from(&world.sqs, &world.urls.of(Queue::Deliver).queue).await {
        handle(&Dispatcher(engine.clone()), message).await.unwrap();
    }
    assert_eq!(calls.load(Ordering::SeqCst), 1, "the second call would be after the deletion");
    assert_eq!(world.messages_left().await, 0, "no message was sent for it, either");
}
