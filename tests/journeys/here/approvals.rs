//! Questions to persons: the link is sent, opened, and answered, or a key answers; each question has one end, and goes on once.

use reqwest::Method;
use rookery_tests::{Answer, Rookery, Sink, Workflow, agent, cells, deliveries, events, link, link_of, wait_until};
use serde_json::{Value, json};

const FORM: &str = "application/x-www-form-urlencoded";

/// A workflow that asks before it goes on. All that comes of it is sent to the sink, by the name of its group.
async fn started(rookery: &mut Rookery, sink: &Sink, more: Value) -> Workflow {
    let mut config = json!({"question": "May {{ name }} in?", "details": "<b>{{ name }}</b>"});
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let mut drawn = vec![agent("start", "manual", json!({})), agent("ask", "approval", config), link("start", "ask")];
    for group in ["on_request", "on_approved", "on_rejected", "on_expired"] {
        drawn.push(agent(group, "http_request", json!({"url": format!("{}{group}", sink.url())})));
        drawn.push(link_of(group, "ask", group));
    }
    rookery.started(&cells(drawn)).await
}

/// Asks, and gives the run and what the sink was told of the question.
async fn asked(workflow: &Workflow, sink: &Sink) -> (String, Value) {
    let before = sink.requests().len();
    let run = workflow.emit("start", json!({"name": "Ann", "n": 1})).await;
    let told = sink.wait_for(before + 1).await.remove(before);
    assert_eq!(told.path, "/on_request");
    let told = told.json();
    assert_eq!((&told["question"], &told["details"]), (&json!("May Ann in?"), &json!("<b>Ann</b>")), "{told}");
    assert_eq!(told["payload"], json!({"name": "Ann", "n": 1}), "{told}");
    (run, told)
}

fn url(told: &Value) -> &str {
    told["url"].as_str().unwrap()
}

/// Opens a link, as somebody without a key and from a page elsewhere.
async fn open(workflow: &Workflow, method: Method, url: &str) -> Answer {
    workflow.api.without_key().call(method, url).send().await
}

/// Sends the form of the page, as a browser does.
async fn send(workflow: &Workflow, url: &str, form: &str) -> Answer {
    workflow.api.without_key().call(Method::POST, url).header("origin", "null").text(FORM, form).send().await
}

/// What came to the sink under this path.
fn came(sink: &Sink, group: &str) -> Vec<Value> {
    let requests = sink.requests().into_iter();
    requests.filter(|request| request.path == format!("/{group}")).map(|request| request.json()).collect()
}

#[tokio::test]
async fn whoever_has_the_link_answers_once_and_looking_decides_nothing() {
    let sink = Sink::start();
    let mut rookery = super::rookery().calls(&sink).start().await;
    let workflow = started(&mut rookery, &sink, json!({})).await;
    let (run, told) = asked(&workflow, &sink).await;
    let url = url(&told);
    for method in [Method::HEAD, Method::GET, Method::GET] {
        let page = open(&workflow, method.clone(), url).await;
        assert_eq!(page.status, 200, "{}", page.text);
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("script-src"), "{policy}");
        assert_eq!((page.header("cache-control"), page.header("referrer-policy")), (Some("no-store"), Some("no-referrer")));
        let shows = |part: &str| method == Method::HEAD || page.text.contains(part);
        assert!(shows("May Ann in?") && shows("&lt;b&gt;Ann&lt;/b&gt;") && !page.text.contains("<b>"), "{}", page.text);
        assert!(shows("value=\"approve\"") && shows(told["expires_at"].as_str().unwrap()), "{}", page.text);
    }
    workflow.waiting(&run, "ask").await;
    let request = workflow.list("/requests?state=open").await.remove(0);
    assert_eq!((&request["id"], &request["question"]), (&told["request_id"], &json!("May Ann in?")), "{request}");
    assert!(request["endpoint"].is_null() && !request.to_string().contains("secret"), "{request}");

    for (media_type, form, status) in [
        (FORM, "", 400),
        (FORM, "decision=maybe", 400),
        (FORM, "decision=approve&decision=reject", 400),
        ("application/json", "{\"decision\": \"approve\"}", 415),
    ] {
        let refused = workflow.api.without_key().call(Method::POST, url).text(media_type, form).send().await;
        assert_eq!(refused.status, status, "{form}: {}", refused.text);
    }
    assert_eq!(send(&workflow, url, &format!("decision=approve&comment={}", "x".repeat(2001))).await.status, 400);
    assert_eq!(send(&workflow, url, &format!("decision=approve&comment={}", "x".repeat(40_000))).await.status, 413);
    open(&workflow, Method::PUT, url).await.error(405, "method_not_allowed");
    assert_eq!(workflow.run(&run).await["state"], "running");

    let answered = send(&workflow, url, "decision=approve&comment=%3Ci%3EFine%3C%2Fi%3E").await;
    assert!(answered.status == 200 && answered.text.contains("Approved"), "{}", answered.text);
    assert!(answered.text.contains("&lt;i&gt;Fine") && !answered.text.contains("<i>"), "{}", answered.text);
    let tree = workflow.finished(&run).await;
    assert_eq!(tree["state"], "done");
    // The same again is no error; another answer is refused; whoever opens the link is told.
    assert_eq!(send(&workflow, url, "decision=approve&comment=again").await.status, 200);
    assert_eq!(send(&workflow, url, "decision=reject").await.status, 409);
    let page = open(&workflow, Method::GET, url).await;
    assert!(page.status == 409 && page.text.contains("Approved") && !page.text.contains("<form"), "{}", page.text);

    let asking = deliveries(&tree).into_iter().find(|delivery| delivery["cell_id"] == "ask").unwrap();
    let mut groups: Vec<String> = events(&json!({"events": asking["events"]}))
        .into_iter()
        .filter(|event| event["cell_id"] == "ask")
        .map(|event| event["groups"][0].as_str().unwrap().to_owned())
        .collect();
    groups.sort();
    assert_eq!(groups, ["on_approved", "on_request"], "both are of the event that was asked about");
    let approved = came(&sink, "on_approved");
    let [approved] = approved.as_slice() else { panic!("{approved:?}") };
    assert_eq!((&approved["name"], &approved["n"]), (&json!("Ann"), &json!(1)));
    let decision = &approved["approval"];
    assert_eq!(
        (&decision["approved"], &decision["by"], &decision["comment"]),
        (&json!(true), &json!("link"), &json!("<i>Fine</i>")),
        "{decision}"
    );
    assert!(decision["at"].is_string(), "{decision}");
    assert_eq!(sink.requests().len(), 2);
}

#[tokio::test]
async fn a_key_answers_too_and_foreign_tokens_answer_nothing() {
    let sink = Sink::start();
    let mut rookery = super::rookery().calls(&sink).start().await;
    let workflow = started(&mut rookery, &sink, json!({})).await;
    let (run, told) = asked(&workflow, &sink).await;
    let url = url(&told);
    let path = |what: &str| format!("/requests/{}/{what}", told["request_id"].as_str().unwrap());

    let last = if url.ends_with('0') { "1" } else { "0" };
    let other = format!("{}{last}", &url[..url.len() - 1]);
    for foreign in [other.as_str(), &format!("{}/approvals/x", rookery.api.base())] {
        let (shown, answered) = (open(&workflow, Method::GET, foreign).await, send(&workflow, foreign, "decision=approve").await);
        assert_eq!((shown.status, answered.status), (404, 404));
        assert!(!shown.text.contains("Ann") && !answered.text.contains("Ann"), "{}", shown.text);
    }
    // A result of an external agent is no answer, although it comes with the token.
    let result = json!({"requestId": "x", "result": {"agentOutcome": {"finish": {"result": {"approved": true}}}}});
    let token = url.rsplit('/').next().unwrap();
    let post = workflow.api.call(Method::POST, "/api/agentProxy/sendResult").header("x-callback-token", token).json(&result);
    post.send().await.error(404, "not_found");
    workflow.post(&path("reject"), &json!({"comment": 7})).await.error(400, "invalid_request");
    workflow.post(&path("reject"), &json!({"comment": "x".repeat(2001)})).await.error(400, "invalid_request");

    let rejected = workflow.post(&path("reject"), &json!({"comment": " Not today. "})).await.expect(200)["data"].clone();
    assert_eq!((&rejected["state"], &rejected["result"]["comment"]), (&json!("answered"), &json!("Not today.")), "{rejected}");
    assert_eq!(workflow.post(&path("reject"), &json!({})).await.expect(200)["data"], rejected, "the same again");
    workflow.post(&path("approve"), &json!({})).await.error(409, "decided_differently");
    workflow.post(&path("cancel"), &json!({})).await.error(409, "request_over");
    assert_eq!(send(&workflow, url, "decision=approve").await.status, 409);
    assert_eq!(workflow.finished(&run).await["state"], "done");
    let came = came(&sink, "on_rejected");
    let [came] = came.as_slice() else { panic!("{came:?}") };
    assert_eq!(came["approval"], rejected["result"]);
    assert_eq!((sink.requests().len(), &came["approval"]["approved"]), (2, &json!(false)));

    // Asked again, it is another question, with another link.
    workflow.post(&path("retry"), &json!({})).await.expect(202);
    let again = sink.wait_for(3).await.remove(2).json();
    assert_ne!(again["url"], told["url"]);
    assert_eq!(send(&workflow, self::url(&again), "decision=approve").await.status, 200);
    sink.wait_for(4).await;
    workflow.finished(&run).await;
}

#[tokio::test]
async fn a_question_that_is_over_takes_no_answer() {
    let sink = Sink::start();
    let mut rookery = super::rookery().calls(&sink).leaves_timers().start().await;
    let workflow = started(&mut rookery, &sink, json!({"expires_in": 1})).await;
    let (run, told) = asked(&workflow, &sink).await;
    assert_eq!(workflow.finished(&run).await["state"], "done");
    let expired = came(&sink, "on_expired");
    let nobody = json!({"approved": false, "by": null, "comment": null, "at": null});
    assert_eq!(expired, [json!({"name": "Ann", "n": 1, "approval": nobody})]);
    let gone = async |told: &Value| {
        assert_eq!(open(&workflow, Method::GET, url(told)).await.status, 410);
        assert_eq!(send(&workflow, url(told), "decision=approve").await.status, 410);
        let path = format!("/requests/{}/approve", told["request_id"].as_str().unwrap());
        workflow.post(&path, &json!({})).await.error(410, "request_over");
    };
    gone(&told).await;

    workflow
        .restart_with(&cells([agent("start", "manual", json!({})), link("start", "ask"), agent("ask", "approval", json!({}))]))
        .await;
    let run = workflow.emit("start", json!("only a text")).await;
    let told = wait_until("a question", async || {
        workflow.payloads("ask").await.into_iter().find(|told| told["payload"] == "only a text")
    });
    let told = told.await;
    assert!(told["question"].as_str().unwrap().contains(&run), "it names the event: {told}");
    assert_eq!(open(&workflow, Method::GET, url(&told)).await.status, 200);
    let path = format!("/requests/{}/cancel", told["request_id"].as_str().unwrap());
    assert_eq!(workflow.post(&path, &json!({})).await.expect(200)["data"]["state"], "cancelled");
    assert_eq!(workflow.finished(&run).await["state"], "done");
    gone(&told).await;
    assert_eq!(sink.requests().len(), 2, "nothing more came of it");

    assert!(rookery.api.delete(&workflow.path("")).await.status < 300);
    assert_eq!(open(&workflow, Method::GET, url(&told)).await.status, 404);
}
