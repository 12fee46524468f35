//! Outside calls: tried again with the same key, refused where nothing is allowed, not made by a dry run.

use rookery_tests::{Reply, Sink, agent, cells, deliveries, link, link_of};
use serde_json::{Value, json};
use std::time::Duration;

fn calling(sink: &Sink, config: Value) -> Value {
    let mut call = json!({"url": format!("{}orders/{{{{ n }}}}", sink.url())});
    call.as_object_mut().unwrap().extend(config.as_object().unwrap().clone());
    cells([agent("start", "manual", json!({})), agent("call", "http_request", call), link("start", "call")])
}

#[tokio::test]
async fn a_call_is_tried_again_when_the_server_says_and_with_the_same_key() {
    let sink = Sink::start();
    sink.script([Reply::status(503).retry_after(1), Reply::hangs_up(), Reply::status(201)]);
    let mut rookery = super::rookery().calls(&sink).start().await;
    let workflow = rookery.started(&calling(&sink, json!({}))).await;
    let run = workflow.emit("start", json!({"n": 7})).await;
    let tree = workflow.finished(&run).await;
    let requests = sink.requests();
    assert_eq!(requests.len(), 3);
    for request in &requests {
        assert_eq!((request.method.as_str(), request.path.as_str(), request.json()), ("POST", "/orders/7", json!({"n": 7})));
        assert_eq!(request.header("content-type"), "application/json");
        assert!(request.header("user-agent").starts_with("Rookery/"));
    }
    assert_eq!((sink.keys().len(), requests[0].header("idempotency-key").is_empty()), (1, false));
    assert!(requests[1].at - requests[0].at >= Duration::from_millis(900), "Retry-After is honoured");
    let delivery = deliveries(&tree)[0];
    assert_eq!((&delivery["state"], &delivery["attempt"]), (&json!("done"), &json!(2)));
    let events = workflow.list(&format!("/events?agent=call&run={run}")).await;
    assert_eq!((events.len(), &events[0]["groups"], &events[0]["payload"]["status"]), (1, &json!(["on_response"]), &json!(201)));
    let other = workflow.emit("start", json!({"n": 8})).await;
    workflow.finished(&other).await;
    assert_eq!(sink.keys().len(), 2, "another delivery has another key");
}

#[tokio::test]
async fn a_redirect_is_followed_where_the_options_say_so() {
    let sink = Sink::start();
    let mut rookery = super::rookery().calls(&sink).leaves_failures("redirect_refused").start().await;
    for (config, status) in [(json!({"method": "get", "follow_redirects": 1}), 200), (json!({"method": "get"}), 301)] {
        sink.script([Reply::status(301).to("/moved?n=7"), Reply::status(200)]);
        let workflow = rookery.started(&calling(&sink, config)).await;
        let run = workflow.emit("start", json!({"n": 7})).await;
        workflow.finished(&run).await;
        let answer = workflow.payloads("call").await[0].clone();
        match status {
            200 => assert_eq!(answer["status"], 200, "{answer}"),
            _ => {
                assert_eq!((&answer["code"], &answer["details"]["status"]), (&json!("redirect_refused"), &json!(301)), "{answer}")
            }
        }
    }
    let requests = sink.requests();
    let paths: Vec<&str> = requests.iter().map(|request| request.path.as_str()).collect();
    assert_eq!(paths, ["/orders/7", "/moved?n=7", "/orders/7"]);
    let key = |index: usize| requests[index].header("idempotency-key");
    assert_eq!(key(0), key(1), "one call, one key");
}

#[tokio::test]
async fn a_call_that_takes_too_long_is_cut_and_tried_again() {
    let sink = Sink::start();
    sink.script([Reply::status(200).after(Duration::from_secs(20))]);
    let mut rookery = super::rookery().calls(&sink).start().await;
    let workflow = rookery.started(&calling(&sink, json!({"timeout_seconds": 1}))).await;
    let run = workflow.emit("start", json!({"n": 7})).await;
    let tree = workflow.waiting(&run, "call").await;
    assert!(deliveries(&tree)[0]["error"]["code"].is_string(), "why it waits is shown: {tree}");
    assert_eq!(workflow.finished(&run).await["state"], "done");
    assert_eq!((sink.requests().len(), sink.keys().len()), (2, 1));
}

#[tokio::test]
async fn a_call_that_fails_for_good_goes_to_the_error_workflow() {
    let sink = Sink::start();
    sink.otherwise(Reply::status(422));
    let mut rookery = super::rookery().calls(&sink).leaves_failures("http_error").start().await;
    let mut options = calling(&sink, json!({}));
    options["cells"].as_array_mut().unwrap().extend([
        agent(
            "handle",
            "event_formatting",
            json!({"instructions": {"what": "{{ code }} on order {{ failed_event.payload.n }}"}}),
        ),
        agent("ignore", "event_formatting", json!({"instructions": {}})),
        link_of("on_error", "call", "handle"),
        link_of("on_response", "call", "ignore"),
    ]);
    let workflow = rookery.started(&options).await;
    let run = workflow.emit("start", json!({"n": 7})).await;
    let tree = workflow.finished(&run).await;
    assert_eq!(tree["state"], "failed");
    assert_eq!(workflow.payloads("handle").await, [json!({"what": "http_error on order 7"})]);
    assert_eq!(workflow.payloads("ignore").await.len(), 0);
    assert_eq!(sink.requests().len(), 1, "what the server refused is not asked again");
    let error = workflow.payloads("call").await[0].clone();
    assert_eq!((&error["details"]["status"], &error["failed_event"]["cell_id"]), (&json!(422), &json!("start")), "{error}");
    assert_eq!(
        (&error["details"]["method"], &error["details"]["url"]),
        (&json!("POST"), &json!(format!("{}orders/7", sink.url()))),
        "{error}"
    );
}

#[tokio::test]
async fn what_is_not_allowed_is_not_called() {
    let sink = Sink::start();
    // The allowed port is not the sink's.
    let mut rookery =
        super::rookery().arg("--egress-allow").arg("127.0.0.1/32:1").leaves_failures("address_refused").start().await;
    let workflow = rookery.started(&calling(&sink, json!({}))).await;
    workflow.emit("start", json!({"n": 1})).await;
    let failure = workflow.failures(1).await[0].clone();
    assert!(failure["message"].as_str().is_some_and(|message| !message.is_empty()), "{failure}");
    assert_eq!(sink.requests().len(), 0);
}

#[tokio::test]
async fn a_dry_run_calls_nobody_unless_asked_to() {
    let sink = Sink::start();
    let mut rookery = super::rookery().calls(&sink).start().await;
    let workflow = rookery.started(&calling(&sink, json!({}))).await;
    let dry = async |outside_calls: bool| {
        let body = json!({"event": {"payload": {"n": 7}}, "outside_calls": outside_calls});
        workflow.post("/agents/call/dry_run", &body).await.expect(200)["data"].clone()
    };
    let refused = dry(false).await;
    assert_eq!((&refused["error"]["code"], sink.requests().len()), (&json!("outside_call"), 0), "{refused}");
    let called = dry(true).await;
    assert_eq!((&called["events"][0]["payload"]["status"], sink.requests().len()), (&json!(200), 1), "{called}");
    for list in ["/events", "/runs", "/failures"] {
        assert_eq!(workflow.list(list).await.len(), 0, "nothing is committed: {list}");
    }
}

#[tokio::test]
async fn a_credential_goes_to_its_hosts_and_is_seen_nowhere_else() {
    let sink = Sink::start();
    let mut rookery = super::rookery().calls(&sink).leaves_failures("credential_refused").start().await;
    let url = format!("{}?key={{% credential token %}}", sink.url());
    let config = json!({"url": url, "headers": {"Authorization": "Bearer {% credential token %}"}, "retries": 0});
    let workflow = rookery.started(&calling(&sink, config)).await;
    let set = async |hosts: Value| {
        let path = format!("/projects/{}/credentials/token", workflow.project);
        rookery.api.put(&path, &json!({"value": "s3cr3t-value", "hosts": hosts})).await.expect(200);
    };
    set(json!(["127.0.0.1"])).await;
    let run = workflow.emit("start", json!({"n": 1})).await;
    workflow.finished(&run).await;
    assert_eq!(sink.requests()[0].header("authorization"), "Bearer s3cr3t-value");
    set(json!(["api.example.com"])).await;
    let run = workflow.emit("start", json!({"n": 2})).await;
    let tree = workflow.finished(&run).await;
    assert_eq!((&tree["state"], sink.requests().len()), (&json!("failed"), 1), "bound to its hosts");
    let failed = deliveries(&tree).into_iter().find(|delivery| delivery["cell_id"] == "call").unwrap();
    assert_eq!(failed["error"]["details"], json!({"method": "POST", "url": format!("{}?key=***", sink.url())}));
    for seen in [tree.to_string(), workflow.get("/events").await.to_string(), workflow.agent("call").await.to_string()] {
        assert!(!seen.contains("s3cr3t-value"));
    }
}
