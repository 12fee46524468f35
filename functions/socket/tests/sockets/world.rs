//! Each test has its own world: stand-ins on a temporary folder, the function, and in the place of API Gateway a server that notes what is
//! pushed.

use aws_sdk_apigatewaymanagement::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_sqs::types::QueueAttributeName;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::http::{Method, Request, StatusCode};
use axum::routing::any;
use lambda_runtime::{Context, LambdaEvent};
use rookery_api::{Agents, Auth, Config};
use rookery_boot::{Booted, Clients, Options, TABLE};
use rookery_sessions::definition::Environment;
use rookery_socket::Sockets;
use rookery_standins::Standins;
use rookery_store::Store;
use serde_json::{Value, json};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use tower::ServiceExt;

pub(crate) const ROOT_KEY: &str = "the-root-key-of-the-tests-0123456789";
/// The id of a connection, as API Gateway makes them.
pub(crate) const CONNECTION: &str = "L0SM9cOFvHcCIhw=";

/// What happened at a connection.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Pushed {
    Frame(Value),
    Closed,
}

/// The place of API Gateway.
#[derive(Clone, Default)]
struct Gateway {
    pushed: Arc<Mutex<Vec<Pushed>>>,
    /// What is answered to the next pushes, which then come to nothing.
    answers: Arc<Mutex<VecDeque<StatusCode>>>,
}

pub(crate) struct World {
    pub(crate) sockets: Arc<Sockets>,
    pub(crate) store: Store,
    gateway: Gateway,
    api: Router,
    sqs: aws_sdk_sqs::Client,
    queue: String,
    standins: Standins,
    _data: tempfile::TempDir,
}

impl World {
    pub(crate) async fn start() -> World {
        let data = tempfile::tempdir().unwrap();
        let standins = Standins::start(data.path()).unwrap();
        let clients = Clients::new(standins.dynamodb_config().build(), standins.sqs_config().build());
        let queues = rookery_boot::create(&clients).await.unwrap();
        let made = clients.sqs.create_queue().queue_name("sockets").attributes(QueueAttributeName::VisibilityTimeout, "900");
        let queue = made.send().await.unwrap().queue_url.unwrap();
        let booted = rookery_boot::assemble(clients, TABLE, queues, Options::default());
        let operations = rookery_boot::operations(&booted, Environment::default(), []).unwrap();
        let (agents, Booted { engine, sqs, .. }) = (Agents::asked(Arc::new(operations)), booted);
        let config = Config { auth: Auth::Required { root_key: Some(ROOT_KEY.parse().unwrap()) }, hosts: Vec::new() };
        let api = rookery_api::router(engine.clone(), config.clone(), agents.clone());
        let router = rookery_api::prompts_router(engine.clone(), config, agents);
        let (gateway, pushes) = gateway().await;
        let store = engine.store.clone();
        let sockets = Arc::new(Sockets::new(store.clone(), router, sqs.clone(), queue.clone(), pushes));
        World { sockets, store, gateway, api, sqs, queue, standins, _data: data }
    }

    pub(crate) async fn stop(self) {
        self.standins.stop().await;
    }

    async fn handle(&self, event: Value) -> Value {
        rookery_socket::handle(self.sockets.clone(), LambdaEvent::new(event, Context::default())).await.unwrap()
    }

    /// Opens a connection, as API Gateway does. Gives the status.
    pub(crate) async fn open(&self, key: Option<&str>, path: &str) -> u64 {
        let mut event: Value = serde_json::from_str(include_str!("../../../../events/apigw-socket-connect.json")).unwrap();
        event["queryStringParameters"]["path"] = path.into();
        event["multiValueQueryStringParameters"]["path"] = json!([path]);
        for headers in ["headers", "multiValueHeaders"] {
            let headers = event[headers].as_object_mut().unwrap();
            headers.remove("Authorization");
        }
        if let Some(key) = key {
            event["headers"]["Authorization"] = format!("Bearer {key}").into();
            event["multiValueHeaders"]["Authorization"] = json!([format!("Bearer {key}")]);
        }
        self.handle(event).await["statusCode"].as_u64().unwrap()
    }

    /// A message of the client comes.
    pub(crate) async fn say(&self, id: &str, text: &str) {
        let mut event: Value = serde_json::from_str(include_str!("../../../../events/apigw-socket-message.json")).unwrap();
        event["body"] = text.into();
        event["requestContext"]["requestId"] = id.into();
        event["requestContext"]["messageId"] = id.into();
        assert_eq!(self.handle(event).await, json!({"statusCode": 200}));
    }

    /// The client has closed the connection.
    pub(crate) async fn leave(&self) {
        let mut event: Value = serde_json::from_str(include_str!("../../../../events/apigw-socket-message.json")).unwrap();
        event["requestContext"]["eventType"] = "DISCONNECT".into();
        assert_eq!(self.handle(event).await, json!({"statusCode": 200}));
    }

    /// The messages in the queue, as a batch of the function's mapping. They stay there until [`World::done`].
    pub(crate) async fn batch(&self) -> Value {
        let mut records = Vec::new();
        loop {
            let receive = self.sqs.receive_message().queue_url(&self.queue).wait_time_seconds(0).max_number_of_messages(10);
            let messages = receive.send().await.unwrap().messages.unwrap_or_default();
            if messages.is_empty() {
                return json!({"Records": records});
            }
            records.extend(messages.into_iter().map(|message| {
                json!({"messageId": message.message_id, "receiptHandle": message.receipt_handle, "body": message.body,
                    "attributes": {"ApproximateReceiveCount": "1"}, "eventSource": "aws:sqs", "awsRegion": "us-east-1"})
            }));
        }
    }

    /// Has a batch answered. Gives the ids of the messages that failed.
    pub(crate) async fn answer(&self, batch: Value) -> Vec<Value> {
        let answer = self.handle(batch).await;
        answer["batchItemFailures"].as_array().unwrap().iter().map(|failure| failure["itemIdentifier"].clone()).collect()
    }

    /// Has all answered that waits, and gives what was pushed since the last time.
    pub(crate) async fn pushed(&self) -> Vec<Pushed> {
        let batch = self.batch().await;
        assert_eq!(self.answer(batch).await, Vec::<Value>::new());
        self.heard()
    }

    /// What was pushed since the last time.
    pub(crate) fn heard(&self) -> Vec<Pushed> {
        std::mem::take(&mut self.gateway.pushed.lock().unwrap())
    }

    /// Has the next pushes answered with these statuses.
    pub(crate) fn answer_pushes(&self, statuses: &[StatusCode]) {
        self.gateway.answers.lock().unwrap().extend(statuses);
    }

    /// Asks the API with the root key.
    pub(crate) async fn api(&self, method: Method, path: &str, body: Value) -> Value {
        let request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {ROOT_KEY}"));
        let request = request.header("content-type", "application/json");
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let answer = self.api.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let status = answer.status();
        let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        assert!(status.is_success(), "{path}: {status} {}", String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).unwrap_or_default()
    }

    /// Saves the demo's agent in the project that is the default, and gives the path of the project.
    pub(crate) async fn guide(&self) -> String {
        let project = format!("/api/v1/projects/{}", self.store.default_project().await.unwrap().id);
        let text = "---\nmodel: demo/guide\n---\nYou help.";
        self.api(Method::PUT, &format!("{project}/agents/guide"), json!({"text": text})).await;
        project
    }
}

async fn gateway() -> (Gateway, aws_sdk_apigatewaymanagement::Client) {
    let gateway = Gateway::default();
    let app = Router::new().route("/live/@connections/{id}", any(taken)).with_state(gateway.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let stage = format!("http://{}/live", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, app).into_future());
    let config = aws_sdk_apigatewaymanagement::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("key", "secret", None, None, "tests"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(stage);
    (gateway, aws_sdk_apigatewaymanagement::Client::from_conf(config.build()))
}

async fn taken(State(gateway): State<Gateway>, Path(ids): Path<HashMap<String, String>>, request: Request<Body>) -> StatusCode {
    assert_eq!(ids["id"], CONNECTION);
    assert!(request.headers()["authorization"].to_str().unwrap().contains("/execute-api/aws4_request"));
    if let Some(status) = gateway.answers.lock().unwrap().pop_front() {
        return status;
    }
    let pushed = match *request.method() {
        Method::POST => {
            let frame = to_bytes(request.into_body(), 128 * 1024).await.expect("a frame that API Gateway takes");
            Pushed::Frame(serde_json::from_slice(&frame).unwrap())
        }
        _ => Pushed::Closed,
    };
    gateway.pushed.lock().unwrap().push(pushed);
    StatusCode::OK
}
