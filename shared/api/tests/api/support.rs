//! Each test has its own world: stand-ins on a temporary folder, an engine, the API's router, and requests to it.

use crate::fake::Fake;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use rookery_api::{Agents, Auth, Config};
use rookery_boot::{Booted, Clients, Options, TABLE};
use rookery_engine::{Dispatcher, Engine};
use rookery_queue::{Handler, Message, Queue};
use rookery_sessions::definition::Source;
use rookery_sessions::ports::Prompts;
use rookery_standins::Standins;
use rookery_store::DefinitionSource;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tower::ServiceExt;

/// The host of a project that is not there.
pub(crate) const OWN_HOST: &str = "rookery.lan=0123456789ab";
pub(crate) const ROOT_KEY: &str = "the-root-key-of-the-tests-0123456789";

pub(crate) struct World {
    pub(crate) router: Router,
    pub(crate) engine: Arc<Engine>,
    /// Who is asked for answers of agents.
    pub(crate) fake: Arc<Fake>,
    /// Counts the requests to the table.
    pub(crate) requests: Requests,
    sqs: aws_sdk_sqs::Client,
    deliver: String,
    standins: Standins,
    _data: tempfile::TempDir,
}

/// How many requests were made to the table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Requests(Arc<AtomicUsize>);

impl Requests {
    /// How many there were since the last look.
    pub(crate) fn take(&self) -> usize {
        self.0.swap(0, Ordering::Relaxed)
    }
}

impl Intercept for Requests {
    fn name(&self) -> &'static str {
        "requests"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl World {
    /// A world where no key is needed.
    pub(crate) async fn open() -> World {
        World::with(Auth::Open).await
    }

    /// A world where a key is needed.
    pub(crate) async fn locked() -> World {
        World::with(Auth::Required { root_key: Some(ROOT_KEY.parse().unwrap()) }).await
    }

    async fn with(auth: Auth) -> World {
        let data = tempfile::tempdir().unwrap();
        let standins = Standins::start(data.path()).unwrap();
        let requests = Requests::default();
        let dynamodb = standins.dynamodb_config().interceptor(requests.clone());
        let clients = Clients::new(dynamodb.build(), standins.sqs_config().build());
        let queues = rookery_boot::create(&clients).await.unwrap();
        let Booted { engine, sqs, queues, .. } = rookery_boot::assemble(clients, TABLE, queues, Options::default());
        let config = Config { auth, hosts: vec![OWN_HOST.parse().unwrap()] };
        let fake = Arc::new(Fake::new(&engine));
        let router = rookery_api::router(engine.clone(), config, Agents::asked(fake.clone()));
        World { router, engine, fake, requests, sqs, deliver: queues.of(Queue::Deliver).queue.clone(), standins, _data: data }
    }

    pub(crate) async fn stop(self) {
        self.standins.stop().await;
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer { status: parts.status, headers: parts.headers, bytes: to_bytes(body, usize::MAX).await.unwrap().to_vec() }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(request("GET", path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(request("DELETE", path).body(Body::empty()).unwrap()).await
    }

    /// Sends a request with a JSON body, given as text.
    pub(crate) async fn json(&self, method: &str, path: &str, body: &str) -> Answer {
        let request = request(method, path).header("content-type", "application/json");
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.json("POST", path, &body.to_string()).await
    }

    /// Sends a request with a key.
    pub(crate) async fn keyed(&self, key: &str, method: &str, path: &str, body: Option<Value>) -> Answer {
        let request = request(method, path).header("authorization", format!("Bearer {key}"));
        let body = match body {
            Some(body) => (request.header("content-type", "application/json"), Body::from(body.to_string())),
            None => (request, Body::empty()),
        };
        self.send(body.0.body(body.1).unwrap()).await
    }

    /// Makes a new project, and gives the path of its routes.
    pub(crate) async fn project(&self) -> String {
        let project = self.engine.store.create_project("p").await.unwrap();
        format!("/api/v1/projects/{}", project.id)
    }

    /// Saves a persistent agent with this front matter in the project that is the default, and gives that project's id.
    pub(crate) async fn persistent(&self, name: &str, front_matter: &str) -> String {
        let project = self.engine.store.default_project().await.unwrap().id.to_string();
        self.define(&project, name, front_matter).await;
        project
    }

    /// Saves a persistent agent with this front matter.
    pub(crate) async fn define(&self, project: &str, name: &str, front_matter: &str) {
        let source = Source { text: format!("---\n{front_matter}\n---\nYou help."), ..Source::default() };
        let (project, name) = (project.parse().unwrap(), name.parse().unwrap());
        let saved = self.fake.definitions().save(&project, &name, &source, DefinitionSource::Api, None).await.unwrap();
        assert_eq!(saved.1.errors, []);
    }

    /// Makes a workflow of these cells in a new project, starts it, and gives the path of its routes.
    pub(crate) async fn started(&self, cells: Value) -> String {
        let project = self.project().await;
        let made = self.post(&format!("{project}/workflows"), json!({"name": "w", "options": {"cells": cells}})).await;
        let workflow = format!("{project}/workflows/{}", made.ok(201)["data"]["id"].as_str().unwrap());
        self.post(&format!("{workflow}/start"), json!({})).await.ok(200);
        workflow
    }

    /// Handles deliveries until the queue has none that can be received now.
    pub(crate) async fn drain(&self) {
        let dispatcher = Dispatcher(self.engine.clone());
        loop {
            let receive = self.sqs.receive_message().queue_url(&self.deliver).wait_time_seconds(0).max_number_of_messages(10);
            let messages = receive.send().await.unwrap().messages.unwrap_or_default();
            if messages.is_empty() {
                return self.engine.flush_metrics().await;
            }
            for message in messages {
                dispatcher.handle(Message::decode(message.body().unwrap()).unwrap()).await.unwrap();
                let delete = self.sqs.delete_message().queue_url(&self.deliver);
                delete.receipt_handle(message.receipt_handle.unwrap()).send().await.unwrap();
            }
            assert!(dispatcher.write_gathered().await.is_empty());
        }
    }
}

impl Answer {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap()
    }

    pub(crate) fn value(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    /// The body of the answer, which must have this status.
    #[track_caller]
    pub(crate) fn ok(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        if self.bytes.is_empty() { Value::Null } else { self.value() }
    }

    /// The message of an error, which must be in the envelope with this status and type.
    #[track_caller]
    pub(crate) fn error(&self, status: u16, code: &str) -> String {
        let body = self.ok(status);
        let error = body["error"].as_object().unwrap();
        assert_eq!(error["type"], code, "{body}");
        assert!(!error["message"].as_str().unwrap().is_empty() && !error["details"].as_str().unwrap().is_empty(), "{body}");
        assert_eq!(body.as_object().unwrap().len(), 1);
        error["message"].as_str().unwrap().to_owned()
    }
}

/// A request that is sent to this machine.
pub(crate) fn request(method: &str, path: &str) -> axum::http::request::Builder {
    Request::builder().method(method).uri(path).header("host", "127.0.0.1:8080")
}

/// An agent cell.
pub(crate) fn agent(id: &str, agent_type: &str, config: Value) -> Value {
    json!({"id": id, "type": "agent", "agent_type": agent_type, "config": config})
}

/// A link cell.
pub(crate) fn link(id: &str, source: &str, target: &str) -> Value {
    json!({"id": id, "type": "link", "source": {"id": source}, "target": {"id": target}})
}
