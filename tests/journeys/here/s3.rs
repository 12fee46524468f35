//! Buckets of a store that checks signatures: they are watched, read and written, over pages and odd names, and no secret is shown.

use super::huginn::{agent as huginn_agent, chain, import, status_of};
use rookery_tests::{Bucket, Rookery, Workflow, agent, cells, link, link_of};
use serde_json::{Value, json};

/// Names of which readers of URLs, forms and XML have their own views.
const ODD: [&str; 6] = ["a b.txt", "a+b.txt", "grö/ße 🫖.txt", "100%25&<x>\"'.txt", "/leading//twice/", "q?x=1#y;z:@!$(),*~"];

/// An agent of the type `s3` for this bucket, whose secret is a credential.
fn options(bucket: &Bucket, more: Value) -> Value {
    let mut options = json!({
        "mode": "read", "access_key_id": Bucket::KEY, "access_key_secret": "{% credential store %}", "region": Bucket::REGION,
        "bucket": Bucket::NAME, "endpoint": bucket.url(), "schedule": "never"
    });
    options.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    options
}

async fn program(bucket: &Bucket, secret: &str) -> (Rookery, String) {
    let program = super::rookery().arg("--egress-allow").arg(bucket.cidr()).env("RUST_LOG", "trace");
    let mut rookery = program.start().await;
    let project = rookery.project().await;
    let credential = json!({"value": secret, "hosts": ["127.0.0.1"]});
    rookery.api.put(&format!("/projects/{project}/credentials/store"), &credential).await.expect(200);
    (rookery, project)
}

async fn started(rookery: &Rookery, project: &str, options: &Value) -> Workflow {
    let workflow = Workflow::create(&rookery.api, project, options).await;
    workflow.start().await;
    workflow
}

/// What a check comes to.
async fn report(workflow: &Workflow) -> Value {
    workflow.post("/agents/bucket/check", &json!({})).await.expect(200)["data"].clone()
}

/// The payloads of what a check emits.
async fn check(workflow: &Workflow) -> Vec<Value> {
    let report = report(workflow).await;
    assert!(report.get("error").is_none(), "{report:#}");
    report["events"].as_array().unwrap().iter().map(|event| event["payload"].clone()).collect()
}

fn files<'p>(payloads: &'p [Value], kind: &str) -> Vec<&'p str> {
    let of_kind = payloads.iter().filter(|payload| payload["event_type"] == kind);
    of_kind.map(|payload| payload["file"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_bucket_of_many_pages_is_watched() {
    let bucket = Bucket::start(500);
    let (rookery, project) = program(&bucket, Bucket::SECRET).await;
    for n in 0..1_200 {
        bucket.set(&format!("old/{n:04}"), "before");
    }
    let workflow = started(&rookery, &project, &cells([agent("bucket", "s3", options(&bucket, json!({})))])).await;
    assert_eq!(check(&workflow).await.len(), 0, "the first check takes note of what is there");
    assert_eq!(bucket.calls().len(), 3);
    assert_eq!(check(&workflow).await.len(), 0);
    bucket.remove("old/0007");
    bucket.set("old/1100", "after");
    for n in 0..600 {
        bucket.set(&format!("new/{n:03}"), "new");
    }
    let first = check(&workflow).await;
    assert_eq!((first.len(), files(&first, "removed"), files(&first, "modified")), (500, vec!["old/0007"], vec!["old/1100"]));
    let second = check(&workflow).await;
    let added: Vec<&str> = [files(&first, "added"), files(&second, "added")].concat();
    assert_eq!((added.len(), second.len(), added[0], added[599]), (600, 102, "new/000", "new/599"));
    assert_eq!(check(&workflow).await.len(), 0);
    for secret in [Bucket::SECRET, "of%2Bthe%20journeys"] {
        let shown = [json!(workflow.list("/events").await).to_string(), workflow.get("").await.to_string(), rookery.log()];
        assert!(!shown.concat().contains(secret), "the secret is shown");
    }
}

#[tokio::test]
async fn what_lies_there_is_read_by_the_next_agent_whatever_its_name() {
    let bucket = Bucket::start(4);
    let (rookery, project) = program(&bucket, Bucket::SECRET).await;
    let next = json!({"url": "{{ url }}", "method": "get", "payload": {}});
    let all = cells([
        agent("bucket", "s3", options(&bucket, json!({"watch": false}))),
        agent("get", "http_request", next),
        link_of("on_file", "bucket", "get"),
    ]);
    ODD.iter().for_each(|name| bucket.set(name, &format!("in {name}")));
    let workflow = started(&rookery, &project, &all).await;
    let mut emitted = check(&workflow).await;
    assert_eq!(emitted.len(), 4, "a page of the store");
    emitted.extend(check(&workflow).await);
    let mut named: Vec<&str> = emitted.iter().map(|payload| payload["file"].as_str().unwrap()).collect();
    assert_eq!(check(&workflow).await.len(), 4, "from the start");
    named.sort_unstable();
    let mut expected = ODD;
    expected.sort_unstable();
    assert_eq!(named, expected);
    let got = workflow.emitted("get", 10).await;
    for name in ODD {
        assert!(
            got.iter().any(|payload| payload["body"] == format!("in {name}") && payload["status"] == 200),
            "{name}: {got:#?}"
        );
    }
    // A URL is for one object, and has no more than the hour in which it was made.
    let url = emitted[0]["url"].as_str().unwrap();
    let status = async |url: String| reqwest::get(url).await.unwrap().status().as_u16();
    assert_eq!(status(url.to_owned()).await, 200);
    for (what, other) in [("my-photos/", "my-photos/x"), ("X-Amz-Expires=3600", "X-Amz-Expires=7200")] {
        assert!(url.contains(what), "{url}");
        assert_eq!(status(url.replace(what, other)).await, 403, "{other}");
    }
}

#[tokio::test]
async fn events_are_put_there_under_their_names() {
    let bucket = Bucket::start(1000);
    let (rookery, project) = program(&bucket, Bucket::SECRET).await;
    let write = json!({"mode": "write", "filename": "{{ name }}", "data": "{{ text }}"});
    let all =
        cells([agent("start", "manual", json!({})), agent("bucket", "s3", options(&bucket, write)), link("start", "bucket")]);
    let workflow = started(&rookery, &project, &all).await;
    bucket.script([(503, String::new())]);
    for name in ODD {
        let run = workflow.emit("start", json!({"name": name, "text": format!("Tee in {name}")})).await;
        assert_eq!(workflow.finished(&run).await["state"], "done");
        assert_eq!(bucket.get(name), Some(format!("Tee in {name}")));
    }
    let told = workflow.payloads("bucket").await;
    assert_eq!((told.len(), &told[5]["file"], &told[5]["size"]), (6, &json!(ODD[0]), &json!(14)), "each once: {told:#?}");
    assert_eq!(check(&workflow).await.len(), 0, "what writes reads nothing");
}

#[tokio::test]
async fn what_a_store_refuses_names_the_option() {
    let bucket = Bucket::start(1000);
    bucket.set("a", "a");
    for (secret, more, code, option) in [
        ("another secret", json!({}), "signature_refused", "access_key_secret"),
        (Bucket::SECRET, json!({"access_key_id": "AKIDOFNOBODY"}), "access_key_refused", "access_key_id"),
        (Bucket::SECRET, json!({"bucket": "no-such-bucket"}), "bucket_not_found", "bucket"),
        (Bucket::SECRET, json!({"region": "us-east-1"}), "wrong_region", Bucket::REGION),
    ] {
        let (rookery, project) = program(&bucket, secret).await;
        let workflow = started(&rookery, &project, &cells([agent("bucket", "s3", options(&bucket, more))])).await;
        let failed = report(&workflow).await["error"].clone();
        assert_eq!(failed["code"], code, "{failed:#}");
        assert!(failed["message"].as_str().unwrap().contains(option) && !failed.to_string().contains(secret), "{failed:#}");
    }
    let (rookery, project) = program(&bucket, Bucket::SECRET).await;
    let workflow = started(&rookery, &project, &cells([agent("bucket", "s3", options(&bucket, json!({})))])).await;
    bucket.script([(200, "x".repeat(5 * 1024 * 1024))]);
    assert_eq!(report(&workflow).await["error"]["code"], "body_too_large");
}

#[tokio::test]
async fn a_scenario_of_huginn_says_what_is_different_and_keeps_its_secret() {
    let bucket = Bucket::start(1000);
    let (rookery, project) = program(&bucket, Bucket::SECRET).await;
    let secret = "wJalrXUtnFEMI/of+huginn";
    let s3 = |name: &str, mode: &str| {
        let options = json!({
            "mode": mode, "access_key_id": Bucket::KEY, "access_key_secret": secret, "region": Bucket::REGION, "watch": "true",
            "bucket": Bucket::NAME, "filename": "{{ id }}.txt", "data": "{{ data }}"
        });
        huginn_agent("S3Agent", name, options)
    };
    let made = import(&rookery, &project, "", &chain("Files", vec![s3("read", "read"), s3("write", "write")])).await;
    assert_eq!(status_of(&made), ["different", "mapped"], "{made:#}");
    let report = &made["meta"]["report"];
    assert_eq!(
        (&report["agents"][0]["agent_type"], report["agents"][0]["notes"][0]["field"].as_str()),
        (&json!("s3"), Some("file_pointer"))
    );
    assert_eq!(report["credentials"].as_array().unwrap().len(), 2, "{report:#}");
    let credentials = rookery.api.get(&format!("/projects/{project}/credentials")).await.expect(200).to_string();
    assert!(credentials.contains("my-photos.s3.eu-central-1.amazonaws.com") && !credentials.contains(secret), "{credentials}");
    assert!(!made.to_string().contains(secret));
}
