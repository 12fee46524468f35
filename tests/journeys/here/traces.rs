//! One trace for a run: from the caller's header, over every function, to the called system and to the collector.

use rookery_tests::{Sink, agent, cells, link, wait_until};
use serde_json::{Value, json};
use std::collections::HashMap;

/// All spans that a collector got.
fn spans(collector: &Sink) -> Vec<Value> {
    let bodies = collector.requests().into_iter().map(|request| {
        assert_eq!((request.path.as_str(), request.header("content-type")), ("/v1/traces", "application/json"));
        request.json()
    });
    bodies.flat_map(|body| body["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap().clone()).collect()
}

fn attribute<'a>(span: &'a Value, name: &str) -> &'a str {
    let attributes = span["attributes"].as_array().unwrap();
    attributes
        .iter()
        .find(|attribute| attribute["key"] == name)
        .map_or("", |attribute| attribute["value"]["stringValue"].as_str().unwrap())
}

#[tokio::test]
async fn a_run_is_one_trace_from_its_caller_to_whom_it_calls() {
    const CALLER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let (collector, sink) = (Sink::start(), Sink::start());
    let program = super::rookery().calls(&sink).env("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url());
    let mut rookery = program.start().await;
    let workflow = rookery
        .started(&cells([
            agent("start", "manual", json!({})),
            agent("shape", "event_formatting", json!({"instructions": {"n": "{{ n }}"}})),
            agent("call", "http_request", json!({"url": sink.url()})),
            link("start", "shape"),
            link("shape", "call"),
        ]))
        .await;
    let accepted =
        workflow.event_call("start", &json!({"n": "secret-payload"})).header("traceparent", CALLER).send().await.expect(202);
    let run = accepted["data"]["run_id"].as_str().unwrap().to_owned();
    workflow.finished(&run).await;

    let trace = &CALLER[3..35];
    let found = wait_until("three spans of the run", async || {
        let mut spans = spans(&collector);
        spans.retain(|span| span["traceId"] == trace);
        (spans.len() >= 3).then_some(spans)
    })
    .await;
    let by_id: HashMap<&str, &Value> = found.iter().map(|span| (span["spanId"].as_str().unwrap(), span)).collect();
    let call = found.iter().find(|span| attribute(span, "rookery.agent") == "call").unwrap();
    let shape = by_id[call["parentSpanId"].as_str().unwrap()];
    let request = by_id[shape["parentSpanId"].as_str().unwrap()];
    assert_eq!((attribute(shape, "rookery.agent"), attribute(shape, "rookery.run")), ("shape", run.as_str()));
    assert_eq!((&request["kind"], &request["parentSpanId"]), (&json!(2), &json!(&CALLER[36..52])));
    assert!(request["name"].as_str().unwrap().ends_with("/agents/{cell}/events"), "{request}");
    assert_eq!((&call["name"], &call["kind"], &call["status"]), (&json!("deliver"), &json!(5), &json!({})));
    // The called system may continue the trace.
    let called = sink.requests()[0].header("traceparent").to_owned();
    assert_eq!(called, format!("00-{trace}-{}-01", call["spanId"].as_str().unwrap()));
    // Spans have only ids.
    assert!(!Value::from(found.clone()).to_string().contains("secret-payload"));
}
