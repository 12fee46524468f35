//! A server that answers as providers do, by a script, and who asks it.
#![allow(unreachable_pub, dead_code, reason = "each program of tests uses some of it")]

use futures::StreamExt;
use rookery_domain::{Message, ThinkingLevel};
use rookery_egress::{Egress, Policy, StreamLimits};
use rookery_models::{Completed, Keys, ModelError, ModelRequest, Models, Providers, Scripted, StreamEvent};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// What the server does with one request, step by step. After the last step it closes the connection.
#[derive(Clone)]
pub enum Step {
    Send(Vec<u8>),
    Pause(Duration),
    /// Nothing more, for ever.
    Hang,
}

/// The simplest request.
pub fn request(model: &str) -> ModelRequest {
    ModelRequest {
        model: model.parse().unwrap(),
        system: String::new(),
        messages: vec![Message::user("Hello")],
        files: Default::default(),
        tools: Vec::new(),
        thinking: ThinkingLevel::Off,
        max_output: None,
        key: "op-1-step-1".into(),
    }
}

/// The events before the end, and the end.
pub type Outcome = (Vec<StreamEvent>, Result<Completed, ModelError>);

/// Asks a model of the providers that these variables say, by the operator's keys.
pub async fn ask_by(variables: impl IntoIterator<Item = (String, String)>, model: &str, limits: StreamLimits) -> Outcome {
    let providers = Arc::new(Providers::from_env(variables).unwrap());
    ask_for(providers.clone(), &*providers, model, limits).await
}

/// Asks a model by the keys of somebody.
pub async fn ask_for(providers: Arc<Providers>, keys: &dyn Keys, model: &str, limits: StreamLimits) -> Outcome {
    let egress = Egress::new(Policy { allow: vec!["127.0.0.2".parse().unwrap()], ..Policy::default() });
    let models = Models::new(egress, providers, Scripted::default()).with_limits(limits);
    let request = request(model);
    let mut answer = match models.find(&request.model).unwrap().stream(&request, keys).await {
        Ok(answer) => answer,
        Err(error) => return (Vec::new(), Err(error)),
    };
    let mut events = Vec::new();
    while let Some(event) = answer.next().await {
        match event {
            Ok(StreamEvent::Done(end)) => {
                assert!(answer.next().await.is_none(), "nothing follows the end");
                return (events, Ok(end));
            }
            Ok(event) => events.push(event),
            Err(error) => {
                assert!(answer.next().await.is_none(), "nothing follows an error");
                return (events, Err(error));
            }
        }
    }
    panic!("an answer has an end");
}

/// The text that was told in pieces.
pub fn texts(events: &[StreamEvent]) -> String {
    events.iter().filter_map(|event| if let StreamEvent::Text(text) = event { Some(text.as_str()) } else { None }).collect()
}

/// The head of an answer with this status, and all of its body.
pub fn status(status: u16, headers: &str, body: &str) -> Vec<Step> {
    vec![Step::Send(format!("HTTP/1.1 {status} X\r\n{headers}content-length: {}\r\n\r\n{body}", body.len()).into())]
}

/// A stream of events, whose end is the connection's.
pub fn stream(text: &str) -> Vec<Step> {
    vec![
        Step::Send(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nx-request-id: req_7\r\nconnection: close\r\n\r\n".into(),
        ),
        Step::Send(text.into()),
    ]
}

/// A provider on loopback: it answers each request by the next of its answers, and the last one for ever.
pub struct Provider {
    pub base: String,
    requests: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Provider {
    pub async fn start(answers: Vec<Vec<Step>>) -> Provider {
        let listener = TcpListener::bind("127.0.0.2:0").await.unwrap();
        let base = format!("http://{}/v1", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let log = requests.clone();
        let task = tokio::spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                open.spawn(converse(stream, log.clone(), answers.clone()));
            }
        });
        Provider { base, requests, task }
    }

    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn converse(mut stream: TcpStream, log: Arc<Mutex<Vec<String>>>, answers: Vec<Vec<Step>>) {
    let Some(request) = read_request(&mut stream).await else { return };
    let number = {
        let mut log = log.lock().unwrap();
        log.push(request);
        log.len() - 1
    };
    for step in &answers[number.min(answers.len() - 1)] {
        match step {
            Step::Send(bytes) => {
                if stream.write_all(bytes).await.is_err() {
                    return;
                }
            }
            Step::Pause(time) => tokio::time::sleep(*time).await,
            Step::Hang => std::future::pending().await,
        }
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Some(text);
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}
