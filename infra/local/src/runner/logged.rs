//! What is logged of an event at the default level, in the form that the functions write: all that operators look for, and few bytes,
//! since they are paid for.

use super::Runner;
use crate::cli::Args;
use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use clap::Parser;
use rookery_domain::CellId;
use rookery_store::Workflow;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tracing::level_filters::LevelFilter;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::SubscriberExt;

/// The most bytes of logs that an event of three hops may cost, with the access log of API Gateway.
const MOST: usize = 750;
const TEMPLATE: &str = include_str!("../../../template.yaml");

#[derive(Clone)]
struct Log(UnboundedSender<String>);

impl std::io::Write for Log {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        let _ = self.0.send(String::from_utf8(line.to_vec()).unwrap());
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

struct World {
    runner: Runner,
    workflow: Workflow,
    log: UnboundedReceiver<String>,
    sink: SocketAddr,
    _logs: DefaultGuard,
    _data: tempfile::TempDir,
}

impl World {
    /// A program that logs as a function does, with a started workflow of three hops.
    async fn start() -> World {
        let (sender, mut log) = unbounded_channel();
        let writer = Log(sender);
        let lines = rookery_boot::lines_as_json(move || writer.clone()).with_filter(LevelFilter::INFO);
        let logs = tracing::subscriber::set_default(tracing_subscriber::registry().with(lines));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let sink = listener.local_addr().unwrap();
        let router = Router::new().route("/", post(async || "{}")).route("/broken", post(async || StatusCode::BAD_REQUEST));
        tokio::spawn(axum::serve(listener, router).into_future());
        let data = tempfile::tempdir().unwrap();
        let mut args = Args::parse_from(["rookery", "--no-demo", "--addr", "127.0.0.1:0"]);
        args.data = data.path().to_owned();
        args.egress_allow = vec![format!("127.0.0.1/32:{}", sink.port()).parse().unwrap()];
        let runner = Runner::start(args).await.unwrap();
        let project = runner.engine.store.create_project("Logs").await.unwrap();
        let (workflow, result) = runner.engine.create_workflow(&project.id, "Logs", &options(sink)).await.unwrap();
        assert_eq!(result.errors, []);
        let workflow = runner.engine.start(&workflow).await.unwrap().0;
        while log.try_recv().is_ok() {} // What a start says of the folder.
        World { runner, workflow, log, sink, _logs: logs, _data: data }
    }

    async fn hook(&self) -> String {
        let built = self.runner.engine.built(&self.workflow.id, self.workflow.built).await.unwrap();
        let token = built.agent(&CellId("hook".to_owned())).unwrap().0.token.clone().unwrap();
        format!("/hooks/{}{}{token}", self.workflow.id.project, self.workflow.id.workflow)
    }

    fn events(&self) -> String {
        format!("/api/v1/projects/{}/workflows/{}/agents/hook/events", self.workflow.id.project, self.workflow.id.workflow)
    }

    /// Posts JSON, and gives the status and the body.
    async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let (addr, body) = (self.runner.addr, body.to_string());
        let mut stream = TcpStream::connect(addr).await.unwrap();
        let head = format!("POST {path} HTTP/1.1\r\nhost: {addr}\r\nconnection: close\r\ncontent-type: application/json\r\n");
        stream.write_all(format!("{head}content-length: {}\r\n\r\n{body}", body.len()).as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head[9..12].parse().unwrap(), serde_json::from_str(body).unwrap())
    }

    /// The next lines, up to one with this message.
    async fn lines_to(&mut self, message: &str) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let line = tokio::time::timeout(Duration::from_secs(60), self.log.recv()).await;
            let line = line.unwrap_or_else(|_| panic!("no `{message}` after {lines:#?}")).unwrap();
            let is_last = read(&line)["message"] == message;
            lines.push(line);
            if is_last {
                return lines;
            }
        }
    }

    /// Stops the program. Nothing may be logged after the lines that were read.
    async fn stop(mut self) {
        self.runner.stop().await;
        assert_eq!(self.log.try_recv().ok(), None);
    }
}

fn options(sink: SocketAddr) -> String {
    let agent = |id: &str, agent_type: &str, config: Value| json!({"id": id, "type": "agent", "agent_type": agent_type, "config": config});
    let link = |source: &str, target: &str| json!({"id": format!("{source}-{target}"), "type": "link", "source": {"id": source}, "target": {"id": target}});
    let broken = json!({"url": format!("http://{sink}/{{{{ path }}}}"), "method": "post"});
    let cells = json!([
        agent("hook", "webhook", json!({})),
        agent("paid", "condition", json!({"condition": {"path": "total", "operator": "gt", "value": 0}})),
        agent("format", "event_formatting", json!({"mode": "merge", "instructions": {"title": "{{ total }} EUR"}})),
        agent("send", "http_request", broken),
        link("hook", "paid"),
        link("paid", "format"),
        link("format", "send"),
    ]);
    json!({"cells": cells}).to_string()
}

/// Reads a line. A field that is there twice would be lost on the way.
fn read(line: &str) -> Value {
    let value: Value = serde_json::from_str(line).unwrap();
    assert_eq!(format!("{value}\n"), line, "a field is there twice, or the line is longer than it need be");
    value
}

/// The line of API Gateway's access log about a request of this route: the template's format, with values of the usual length.
fn access_line(route: &str) -> String {
    let (_, format) = TEMPLATE.split_once("Format: >-\n").unwrap();
    let format: Vec<&str> = format.lines().take_while(|line| line.starts_with("          ")).map(str::trim).collect();
    let values = [
        ("$context.requestId", "JKJaXmPLvHcESHA="),
        ("$context.routeKey", route),
        ("$context.status", "202"),
        ("$context.responseLatency", "12"),
        ("$context.identity.sourceIp", "203.0.113.123"),
        ("$context.integrationErrorMessage", "-"),
    ];
    let line = values.iter().fold(format.join(" "), |line, (name, value)| line.replace(name, value));
    assert!(!line.contains("$context"), "give it a value of the usual length: {line}");
    line
}

#[tokio::test]
async fn an_event_of_three_hops_has_two_lines_with_all_ids_in_few_bytes() {
    let mut world = World::start().await;
    let (hook, events) = (world.hook().await, world.events());
    for (path, body, route) in
        [(hook, json!({"total": 12}), "ANY /hooks/{token}"), (events, json!({"payload": {"total": 12}}), "$default")]
    {
        let (status, answer) = world.post(&path, &body).await;
        assert_eq!(status, 202, "{answer}");
        let lines = world.lines_to("delivered").await;
        let [accepted, delivered] = lines.iter().map(|line| read(line)).collect::<Vec<_>>().try_into().unwrap();
        for line in [&accepted, &delivered] {
            assert_eq!(line["run"], answer["data"]["run_id"], "{line}");
            assert_eq!(line["project"], world.workflow.id.project.as_str(), "{line}");
            assert_eq!(line["workflow"], world.workflow.id.workflow.as_str(), "{line}");
            assert_eq!(line["trace"], accepted["trace"], "{line}");
            assert!(line["took_ms"].is_u64() && line["timestamp"].is_string() && line["level"] == "INFO", "{line}");
        }
        assert_eq!(
            (&accepted["message"], &accepted["agent"], &accepted["more"]),
            (&json!("accepted"), &json!("hook"), &json!(2))
        );
        assert_eq!((&delivered["outcome"], &delivered["agent"]), (&json!("done"), &json!("send")));
        assert_eq!(delivered["event"].as_str().unwrap().len(), 32, "{delivered}");
        let bytes = lines.iter().map(String::len).sum::<usize>() + access_line(route).len();
        assert!(bytes <= MOST, "{bytes} bytes: {lines:#?}");
    }
    world.stop().await;
}

#[tokio::test]
async fn refused_requests_and_failures_have_lines_of_their_own() {
    let mut world = World::start().await;
    let (status, answer) = world.post("/hooks/0123456789", &json!({})).await;
    assert_eq!(status, 404, "{answer}");
    let refused = read(&world.lines_to("answered").await[0]);
    assert_eq!(
        (&refused["status"], &refused["method"], &refused["route"]),
        (&json!(404), &json!("POST"), &json!("/hooks/{token}"))
    );
    assert!(refused["trace"].is_string() && refused["took_ms"].is_u64(), "{refused}");

    let (_, answer) = world.post(&world.events(), &json!({"payload": {"total": 1, "path": "broken"}})).await;
    let lines = world.lines_to("delivery failed").await;
    let failed = read(lines.last().unwrap());
    assert_eq!((&failed["level"], &failed["outcome"], &failed["agent"]), (&json!("WARN"), &json!("failed"), &json!("send")));
    assert_eq!(failed["run"], answer["data"]["run_id"], "{failed}");
    assert!(failed["code"].is_string() && failed["delivery"].is_string(), "{failed}");
    assert!(!failed.to_string().contains(&world.sink.port().to_string()), "a failure's message may quote a payload: {failed}");
    world.stop().await;
}
