//! No hot partition: what 10,000 events a second into one workflow would ask of each partition key, on paper. A partition gives 1,000 write
//! units and 3,000 read units a second, however much one pays, so the test allows a half of that.
//!
//! The real engine handles a few events. There are several engines, each of which stands for a process of a function. The units that they
//! use are counted for each partition (`units.rs`). Two loads are compared, of which one has twice as many events for each engine:
//!
//! - What grows with the events is used by *each* event: it is multiplied by 10,000.
//! - What does not grow, a process uses *once* in a while: reads of heads and keys, and writes of metrics. It is multiplied by the number of
//!   processes, and divided by the time after which a process does it again. The engines are told that they are among very many, so that
//!   none of them does it twice during the test.
//! - A partition that only one of the loads uses belongs to the run of one event, and does not grow with the load at all.

use crate::units::{Partition, Units, Used};
use crate::{World, serve};
use aws_lambda_events::event::sqs::{SqsEvent, SqsMessage};
use rookery_agents::HookRequest;
use rookery_boot::Options;
use rookery_domain::{CellId, Payload, Time, random_token};
use rookery_egress::Policy;
use rookery_engine::{ChainBounds, Dispatcher, Engine, Incoming, Settings, metrics_pause};
use rookery_queue::Queue;
use rookery_store::keys::{LIST_SHARDS, WAIT_SHARDS};
use rookery_store::{Credential, Role, Workflow, shared_for};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Events a second.
const EVENTS: f64 = 10_000.0;
/// Processes that accept at once: each has a request for 20 ms.
const ACCEPTING: u32 = 200;
/// Processes that dispatch at once: the default of `DispatchConcurrency`.
const DISPATCHING: u32 = 50;
/// What a partition may be asked for in a second.
const MOST: Used = Used { writes: 500.0, reads: 1_500.0 };

/// A time after which all that waits is due.
const DAY_MS: i64 = 24 * 3_600_000;
/// Engines of each function.
const ENGINES: usize = 2;
/// Events of each engine in the shorter load: two batches. The longer load has twice as many.
const EACH: usize = 20;
/// An engine that is one of so many does again after hours what it did once.
const VERY_MANY: u32 = 10_000_000;

/// How events come in.
#[derive(Clone, Copy)]
enum Source {
    /// At the hook, with a token that verifies the sender.
    Hook,
    /// By `POST .../events`, with an API key.
    Post,
}

/// A workflow: a hook, a condition, a formatting, and an agent at the end.
fn options(condition: &str, title: &str, end: Value) -> String {
    let verify = json!({"scheme": "token", "credential": "sender", "header": "X-Token"});
    let config = json!({"condition": {"path": "type", "operator": "eq", "value": condition}});
    let mut end = end;
    end["id"] = "end".into();
    end["type"] = "agent".into();
    let link = |source: &str, target: &str| json!({"id": format!("{source}-{target}"), "type": "link", "source": {"id": source}, "target": {"id": target}});
    json!({"cells": [
        {"id": "hook", "type": "agent", "agent_type": "webhook", "config": {"verify": verify}},
        {"id": "paid", "type": "agent", "agent_type": "condition", "config": config},
        {"id": "format", "type": "agent", "agent_type": "event_formatting", "config": {"mode": "merge", "instructions": {"title": title}}},
        end,
        link("hook", "paid"), link("paid", "format"), link("format", "end"),
    ]})
    .to_string()
}

/// A load, and all that it needs.
struct Load {
    world: World,
    workflow: Workflow,
    source: Source,
    /// The text of an API key.
    key: String,
    units: Units,
}

impl Load {
    async fn new(options: &str, source: Source) -> Load {
        let world = World::start(31).await;
        let store = &world.calm.store;
        let project = store.create_project("hot").await.unwrap().id;
        let secret =
            Credential { name: "sender".into(), value: "a token of the sender".into(), hosts: vec![], updated_at: Time::now() };
        store.put_credential(&project, &secret).await.unwrap();
        let (_, key) = store.create_api_key(&project, "sender", Role::Ingest).await.unwrap();
        let (workflow, result) = world.calm.create_workflow(&project, "hot", options).await.unwrap();
        assert_eq!(result.errors, []);
        let workflow = world.calm.start(&workflow).await.unwrap().0;
        Load { world, workflow, source, key, units: Units::default() }
    }

    /// Engines that are counted from now on. They know the workflow's graph, as a process does after its first event.
    async fn engines(&self) -> Vec<Arc<Engine>> {
        let egress = Policy { allow: vec!["127.0.0.1/32".parse().unwrap()], ..Policy::default() };
        // Where a chain ends must not depend on how fast this machine is.
        let chains = ChainBounds { time: Duration::MAX, quick: Duration::MAX, ..ChainBounds::default() };
        let public_url = "http://127.0.0.1:1".parse().ok();
        let settings = Settings { processes: VERY_MANY, public_url, chains, ..Settings::default() };
        let mut engines = Vec::new();
        for _ in 0..ENGINES {
            let options = Options { egress: egress.clone(), settings: settings.clone() };
            let engine = self.world.engine(|inner| self.units.metered(inner), options);
            engine.built(&self.workflow.id, self.workflow.built).await.unwrap();
            engines.push(engine);
        }
        self.units.take();
        engines
    }

    /// An event comes in, as at the functions `webhook` and `ingress`.
    async fn accept(&self, engine: &Arc<Engine>, number: usize) {
        let event = json!({"type": "order.paid", "number": number, "id": random_token(12), "note": "leave it with our neighbour, please ".repeat(26)});
        let cell = CellId("hook".into());
        match self.source {
            Source::Hook => {
                let built = engine.built(&self.workflow.id, self.workflow.built).await.unwrap();
                let secret = built.agent(&cell).unwrap().0.token.clone().unwrap();
                let token = format!("{}{}{secret}", self.workflow.id.project, self.workflow.id.workflow);
                let mut headers = http::HeaderMap::new();
                headers.insert("x-token", "a token of the sender".parse().unwrap());
                headers.insert("content-type", "application/json".parse().unwrap());
                let (method, query, body) = (http::Method::POST, Vec::new(), event.to_string().into_bytes());
                engine.hook(&token, &HookRequest { method, headers, query, body, now: Time::now() }).await.unwrap();
            }
            Source::Post => {
                let (store, id) = (&engine.store, &self.workflow.id);
                let read =
                    tokio::try_join!(store.find_api_key(&self.key), store.known_project(&id.project), store.known_workflow(id));
                let (key, _, workflow) = read.unwrap();
                assert!(key.is_some());
                let incoming = Incoming::new(Payload::of(event).unwrap(), Vec::new(), None);
                engine.accept_at_trigger(&workflow.unwrap(), &cell, incoming).await.unwrap();
            }
        }
    }

    /// Receives a batch from the queue of deliveries.
    async fn receive(&self) -> SqsEvent {
        let queue = &self.world.urls.of(Queue::Deliver).queue;
        let receive = self.world.sqs.receive_message().queue_url(queue).max_number_of_messages(10).wait_time_seconds(0);
        let mut batch = SqsEvent::default();
        for message in receive.send().await.unwrap().messages.unwrap_or_default() {
            let delete = self.world.sqs.delete_message().queue_url(queue);
            delete.receipt_handle(message.receipt_handle.unwrap()).send().await.unwrap();
            let mut record = SqsMessage::default();
            (record.message_id, record.body) = (message.message_id, message.body);
            batch.records.push(record);
        }
        batch
    }

    /// The units that so many events of each engine use: where they are accepted, where they are dispatched, and where a tick finds them.
    async fn run(&self, each: usize) -> [BTreeMap<Partition, Used>; 3] {
        for engine in self.engines().await {
            for number in 0..each {
                self.accept(&engine, number).await;
            }
        }
        let accepting = self.units.take();
        for engine in self.engines().await.into_iter().cycle() {
            let batch = self.receive().await;
            if batch.records.is_empty() {
                break;
            }
            let answer = rookery_queue::handle(Arc::new(Dispatcher(engine)), batch).await;
            assert_eq!(answer.batch_item_failures.len(), 0);
        }
        let dispatching = self.units.take();
        // What this sends is not received before its time.
        self.engines().await[0].tick(Time::now().plus(DAY_MS)).await.unwrap();
        [accepting, dispatching, self.units.take()]
    }

    /// What the load would ask of each partition in a second.
    async fn rates(&self) -> BTreeMap<Partition, Used> {
        let (short, long) = (self.run(EACH).await, self.run(2 * EACH).await);
        let mut rates: BTreeMap<Partition, Used> = BTreeMap::new();
        for (processes, (short, long)) in [ACCEPTING, DISPATCHING, 1].into_iter().zip(short.into_iter().zip(long)) {
            for (partition, short) in self.named(short) {
                let Some(long) = self.named(long.clone()).remove(&partition) else { continue };
                let rate = rates.entry(partition).or_default();
                let in_a_second = |short: f64, long: f64, pause: &dyn Fn(f64) -> Duration| {
                    let each = (long - short) / (ENGINES * EACH) as f64;
                    let once = (short - each * (ENGINES * EACH) as f64) / ENGINES as f64;
                    each * EVENTS + once * f64::from(processes) / pause(once).as_secs_f64()
                };
                rate.writes += in_a_second(short.writes, long.writes, &|once| metrics_pause(processes, once as usize));
                rate.reads += in_a_second(short.reads, long.reads, &|_| shared_for(processes));
            }
        }
        for (partition, rate) in &mut rates {
            let spread = match partition.as_str() {
                "due due#*" => WAIT_SHARDS,
                "table P#e#W#*" => LIST_SHARDS,
                _ => 1,
            };
            (rate.writes, rate.reads) = (rate.writes / f64::from(spread), rate.reads / f64::from(spread));
            eprintln!("{partition:16} {:8.0} write units/s {:8.0} read units/s", rate.writes, rate.reads);
        }
        rates
    }

    /// The partitions by names that a person can read: project and workflow are `P` and `W`. The partitions of the due index are one here,
    /// since the hash of an item's key spreads them evenly, and so are those of the list of events.
    fn named(&self, used: BTreeMap<Partition, Used>) -> BTreeMap<Partition, Used> {
        let mut named: BTreeMap<Partition, Used> = BTreeMap::new();
        for (partition, used) in used {
            let name = partition.replace(self.workflow.id.project.as_str(), "P").replace(self.workflow.id.workflow.as_str(), "W");
            let spread = ["due due#", "table P#e#W#"].into_iter().find(|prefix| name.starts_with(prefix));
            let name = spread.map_or(name, |prefix| format!("{prefix}*"));
            let sum = named.entry(name).or_default();
            (sum.writes, sum.reads) = (sum.writes + used.writes, sum.reads + used.reads);
        }
        named
    }

    /// The partitions that are asked for more than they may.
    async fn hot(&self) -> Vec<Partition> {
        let rates = self.rates().await.into_iter();
        rates.filter(|(_, rate)| rate.writes > MOST.writes || rate.reads > MOST.reads).map(|(partition, _)| partition).collect()
    }
}

/// A call of a server that answers at once.
async fn call() -> Value {
    let url = serve(axum::Router::new().fallback(async || "ok")).await;
    json!({"agent_type": "http_request", "config": {"url": url, "method": "post"}})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hooks_make_no_partition_hot() {
    let load = Load::new(&options("order.paid", "{{ number }} is paid", call().await), Source::Hook).await;
    assert_eq!(load.hot().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn posts_make_no_partition_hot() {
    let load = Load::new(&options("order.paid", "{{ number }} is paid", call().await), Source::Post).await;
    assert_eq!(load.hot().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_that_lead_nowhere_make_no_partition_hot() {
    let load = Load::new(&options("order.open", "{{ number }} is open", call().await), Source::Hook).await;
    assert_eq!(load.hot().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn long_waits_make_no_partition_hot() {
    let end = json!({"agent_type": "delay", "config": {"hours": 2}});
    let load = Load::new(&options("order.paid", "{{ number }} waits", end), Source::Hook).await;
    assert_eq!(load.hot().await, [""; 0]);
}

/// What an agent remembers, the log lines of agents, and the lists of failures and of requests are one partition for each workflow, and
/// the count of outstanding requests is one item for each agent: `docs/operating.md` says how far they go.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failures_make_only_their_list_and_their_logs_hot() {
    let load = Load::new(&options("order.paid", "{{ 1 | divided_by: 0 }}", call().await), Source::Hook).await;
    assert_eq!(load.hot().await, ["recent P#W#f", "table P#l#W"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memories_make_only_themselves_hot() {
    let end = json!({"agent_type": "change_detector", "config": {"property": "number", "key": "{{ id }}"}});
    let load = Load::new(&options("order.paid", "{{ number }} is new", end), Source::Hook).await;
    assert_eq!(load.hot().await, ["table P#m#W"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_make_only_their_list_and_their_count_hot() {
    let url = serve(axum::Router::new().fallback(async || axum::Json(json!({"requestId": "x"})))).await;
    let end = json!({"agent_type": "ai_agent_proxy", "config": {"endpoint": url, "input": "?", "max_outstanding": 1000}});
    let load = Load::new(&options("order.paid", "{{ number }} is asked", end), Source::Hook).await;
    assert_eq!(load.hot().await, ["recent P#W#q", "table P#q", "table P#q#W"]);
}
