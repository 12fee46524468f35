//! A stand-in for what Lambda does around a function: it provides the environment, with the stand-ins in place of AWS, and the
//! runtime API, which gives the function one event and takes its answer. Source: "Using the Lambda runtime API for custom
//! runtimes" in the AWS Lambda Developer Guide.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Router, body::Bytes};
use rookery_boot::{Clients, TABLE};
use rookery_queue::QueueUrls;
use rookery_standins::{Endpoints, Standins};
use serde_json::Value;
use std::io::Read;
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::mpsc;

struct Runtime {
    /// The event, until the function has asked for it.
    event: Mutex<Option<String>>,
    outcome: mpsc::UnboundedSender<(String, Bytes)>,
}

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the binary of a function as Lambda does, over a new table and queues, invokes it with an event, and gives its answer.
/// Panics when the function answers with an error, ends, or takes more than a minute.
pub async fn invoke(binary: &str, event: &str) -> Value {
    invoke_logged(binary, event).await.0
}

/// Like [`invoke`], and gives the lines that the function logged: each is JSON.
pub async fn invoke_logged(binary: &str, event: &str) -> (Value, Vec<Value>) {
    let (body, lines) = outcome(binary, event).await;
    (serde_json::from_slice(&body).unwrap(), lines)
}

/// Like [`invoke`] for a function that streams its answers: gives the head of the answer (status and headers), and its body.
pub async fn invoke_streaming(binary: &str, event: &str) -> (Value, String) {
    let (answer, _) = outcome(binary, event).await;
    let end = answer.windows(8).position(|bytes| bytes == [0; 8]).expect("a head, and what marks its end");
    let body = String::from_utf8(answer[end + 8..].to_vec()).unwrap();
    (serde_json::from_slice(&answer[..end]).unwrap(), body)
}

/// What a function answers, and the lines that it logs.
async fn outcome(binary: &str, event: &str) -> (Bytes, Vec<Value>) {
    let data = tempfile::tempdir().unwrap();
    let mut standins = Standins::start(data.path()).unwrap();
    let endpoints = standins.listen().await.unwrap();
    let queues = prepare(&standins).await;
    let (api, mut outcomes) = serve(event).await;
    let mut running = Running(spawn(binary, api, &endpoints, &queues));
    let answered = tokio::time::timeout(Duration::from_secs(60), outcomes.recv()).await;
    let Ok(Some((what, body))) = answered else { panic!("{binary} gave no answer; it is {:?}", running.0.try_wait()) };
    assert_eq!(what, "response", "{binary} failed: {}", String::from_utf8_lossy(&body));
    let mut stdout = running.0.stdout.take().unwrap();
    drop(running);
    let mut log = String::new();
    stdout.read_to_string(&mut log).unwrap();
    standins.stop().await;
    let lines = log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{binary} logs no JSON: {line}")));
    (body, lines.collect())
}

async fn prepare(standins: &Standins) -> QueueUrls {
    let clients = Clients::new(standins.dynamodb_config().build(), standins.sqs_config().build());
    rookery_boot::create(&clients).await.unwrap()
}

fn spawn(binary: &str, api: SocketAddr, endpoints: &Endpoints, queues: &QueueUrls) -> Child {
    let api = api.to_string();
    let environment = [
        ("AWS_LAMBDA_RUNTIME_API", api.as_str()),
        ("AWS_LAMBDA_FUNCTION_NAME", "rookery"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/rookery"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/11/11/[$LATEST]0"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
        ("AWS_SESSION_TOKEN", "local"),
        ("AWS_ENDPOINT_URL_DYNAMODB", &endpoints.dynamodb),
        ("AWS_ENDPOINT_URL_SQS", &endpoints.sqs),
        ("ROOKERY_TABLE", TABLE),
        // Only `socket` has these. Nothing is there.
        ("ROOKERY_SOCKETS_URL", "http://127.0.0.1:9/live"),
        ("ROOKERY_SOCKETS_QUEUE_URL", "http://127.0.0.1:9/sockets"),
    ];
    // The environment has only what Lambda sets.
    let mut command = Command::new(binary);
    command.env_clear().envs(environment).envs(queues.variables());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap()
}

async fn serve(event: &str) -> (SocketAddr, mpsc::UnboundedReceiver<(String, Bytes)>) {
    let (outcome, outcomes) = mpsc::unbounded_channel();
    let runtime = Arc::new(Runtime { event: Mutex::new(Some(event.to_owned())), outcome });
    let app = Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/{what}", post(answered))
        .route("/2018-06-01/runtime/init/error", post(broken))
        .with_state(runtime);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    tokio::spawn(axum::serve(listener, app).into_future());
    (addr, outcomes)
}

async fn next(State(runtime): State<Arc<Runtime>>) -> Response {
    let event = runtime.event.lock().unwrap().take();
    let Some(event) = event else { return std::future::pending().await };
    let deadline = std::time::SystemTime::now() + Duration::from_secs(40);
    let deadline = deadline.duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    let headers = [
        ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned()),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:123456789012:function:rookery".to_owned()),
        ("lambda-runtime-trace-id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0".to_owned()),
        ("content-type", "application/json".to_owned()),
    ];
    let headers: HeaderMap =
        headers.into_iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::try_from(value).unwrap())).collect();
    (headers, event).into_response()
}

async fn answered(State(runtime): State<Arc<Runtime>>, Path((_, what)): Path<(String, String)>, body: Bytes) -> StatusCode {
    let _ = runtime.outcome.send((what, body));
    StatusCode::ACCEPTED
}

async fn broken(State(runtime): State<Arc<Runtime>>, body: Bytes) -> StatusCode {
    let _ = runtime.outcome.send(("init error".to_owned(), body));
    StatusCode::ACCEPTED
}
