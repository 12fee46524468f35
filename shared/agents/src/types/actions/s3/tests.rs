//! What `s3` asks of a bucket, emits and remembers. A store that checks signatures is in the journeys.

use super::bucket::address;
use super::reading::{digest, packed, unpacked};
use crate::testing::{World, agent, answered, cell, context, emitted, event, problem};
use crate::{AgentError, Context, Effects, Memory, Retry};
use http::Method;
use proptest::prelude::*;
use rookery_domain::DeliveryId;
use rookery_egress::Response;
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

fn config(more: Value) -> Value {
    let mut config = json!({
        "mode": "read", "access_key_id": "AKIDEXAMPLE", "access_key_secret": "{% credential aws_secret %}", "region": "eu-central-1", "bucket": "photos"
    });
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    config
}

/// A world in which a bucket lists these names, each with its ETag, and more of them if there is a token.
fn listing(objects: &[(String, &str)], token: Option<&str>) -> World {
    let contents = objects.iter().map(|(name, etag)| {
        format!("<Contents><Key>{name}</Key><LastModified>2026-01-01T08:00:00.000Z</LastModified><ETag>&quot;{etag}&quot;</ETag><Size>5</Size></Contents>")
    });
    let contents: String = contents.collect();
    let more = token.map(|token| format!("<NextContinuationToken>{token}</NextContinuationToken>")).unwrap_or_default();
    let text = format!(
        "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><EncodingType>url</EncodingType>\
         <KeyCount>{}</KeyCount><IsTruncated>{}</IsTruncated>{more}{contents}</ListBucketResult>",
        objects.len(),
        token.is_some()
    );
    answering(answered(200, "application/xml", &text))
}

fn answering(answer: Response) -> World {
    World { answer: Some(answer), ..World::default() }
}

async fn check(config: Value, world: &World, memory: Value) -> Result<Effects, AgentError> {
    let cell = cell();
    let mut cx = Context::new(&cell, DeliveryId(Uuid::nil()), world);
    cx.memory = memory;
    agent("s3", config).check(&cx).await
}

async fn write(config: Value, payload: Value, world: &World) -> Result<Effects, AgentError> {
    let (cell, event) = (cell(), event("source", &payload.to_string()));
    agent("s3", config).receive(&context(&cell, &event, world)).await
}

fn memory(effects: &Effects) -> Value {
    let Memory::Set(memory) = &effects.memory else { panic!("nothing is remembered: {effects:?}") };
    memory.clone()
}

fn objects(names: &[&str]) -> Vec<(String, &'static str)> {
    names.iter().map(|name| ((*name).to_owned(), "e")).collect()
}

/// The names of what was emitted, each with what became of it.
fn told(effects: &Effects) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let told = effects.emit.iter().map(|emit| emit.payload.value());
    told.map(|payload| (text(&payload["file"]), text(&payload["event_type"]))).collect()
}

#[tokio::test]
async fn a_bucket_that_is_watched_tells_of_what_changes() {
    let first = check(config(json!({})), &listing(&objects(&["a", "b+c", "d"]), None), Value::Null).await.unwrap();
    assert_eq!((first.emit.len(), memory(&first)["objects"].as_array().unwrap().len()), (0, 3));
    let same = check(config(json!({})), &listing(&objects(&["a", "b+c", "d"]), None), memory(&first)).await.unwrap();
    assert_eq!(same, Effects::none());
    let world = listing(&[("a".into(), "e"), ("d".into(), "other"), ("gr%C3%B6%C3%9Fe+%2B/%26.jpg".into(), "e")], None);
    let changed = check(config(json!({})), &world, memory(&first)).await.unwrap();
    let expected = [("b c", "removed"), ("d", "modified"), ("größe +/&.jpg", "added")];
    assert_eq!(told(&changed), expected.map(|(name, kind)| (name.to_owned(), kind.to_owned())));
    let added = changed.emit[2].payload.value();
    let expected = json!({
        "bucket": "photos", "file": "größe +/&.jpg", "size": 5, "etag": "e", "last_modified": "2026-01-01T08:00:00.000Z",
        "url": "https://photos.s3.eu-central-1.amazonaws.com/gr%C3%B6%C3%9Fe%20%2B/%26.jpg?X-Amz-Expires=3600&X-Amz-Signature=0", "event_type": "added"
    });
    assert_eq!(added, &expected);
    // An attempt that comes again tells the same.
    assert_eq!(check(config(json!({})), &world, memory(&first)).await.unwrap(), changed);
    // What another bucket has is no change.
    let other = check(config(json!({"prefix": "x"})), &world, memory(&first)).await.unwrap();
    assert_eq!(other.emit.len(), 0);
    let request = world.calls.lock().unwrap()[0].clone();
    assert_eq!(
        (request.method, request.url.as_str(), request.max_body),
        (
            Method::GET,
            "https://photos.s3.eu-central-1.amazonaws.com/?list-type=2&encoding-type=url&max-keys=1000",
            Some(4 * 1024 * 1024)
        )
    );
    assert!(request.timeout.is_some_and(|limit| limit <= Duration::from_secs(30)) && request.aws.is_some());
}

#[tokio::test]
async fn more_changes_than_one_delivery_may_emit_come_in_the_next_checks() {
    let empty = json!({"place": "https://photos.s3.eu-central-1.amazonaws.com?", "objects": []});
    let many: Vec<(String, &str)> = (0..1000).map(|n| (format!("{}{n:04}", "%01".repeat(1000)), "e")).collect();
    let (world, mut at, mut found) = (listing(&many, None), empty, Vec::new());
    while found.len() < many.len() {
        let effects = check(config(json!({})), &world, at).await.unwrap();
        assert!(effects.bytes() <= rookery_domain::limits::CHILDREN_BYTES && (1..=500).contains(&effects.emit.len()));
        found.extend(told(&effects).into_iter().map(|(name, _)| name));
        at = memory(&effects);
    }
    assert!(found.into_iter().eq((0..1000).map(|n| format!("{}{n:04}", "\u{1}".repeat(1000)))));
}

#[tokio::test]
async fn without_a_watch_each_object_is_told_of_and_the_next_check_goes_on() {
    let all = config(json!({"watch": false}));
    let world = listing(&objects(&["a", "b"]), Some("token"));
    let first = check(all.clone(), &world, Value::Null).await.unwrap();
    assert_eq!((told(&first).len(), &memory(&first)["after"]), (2, &json!("b")));
    assert!(first.emit[0].payload.value().get("event_type").is_none());
    let last = listing(&objects(&["c"]), None);
    let second = check(all.clone(), &last, memory(&first)).await.unwrap();
    assert_eq!((told(&second)[0].0.as_str(), &memory(&second)["after"]), ("c", &Value::Null));
    assert!(last.calls.lock().unwrap()[0].url.ends_with("&max-keys=500&start-after=b"));
    check(all, &world, memory(&second)).await.unwrap();
    assert!(world.calls.lock().unwrap()[1].url.ends_with("&max-keys=500"));
}

#[tokio::test]
async fn too_many_objects_are_refused_and_no_store_lists_without_end() {
    for (world, what) in [
        (listing(&objects(&["a"]), Some("again")), "a list that never ends"),
        (listing(&(0..10_001).map(|n| (n.to_string(), "e")).collect::<Vec<_>>(), None), "too many objects"),
        (listing(&(0..1000).map(|n| (format!("{n:04}{}{n}", "x".repeat(500)), "e")).collect::<Vec<_>>(), None), "long names"),
    ] {
        let error = check(config(json!({})), &world, Value::Null).await.unwrap_err();
        assert!(
            error.code == "too_many_objects" && error.message.contains("`prefix`") && error.retry == Retry::Never,
            "{what}: {error}"
        );
        assert!(world.calls.lock().unwrap().len() <= 50, "{what}");
    }
    let all = listing(&(0..10_000).map(|n| (format!("photos/2026/{n:05}.jpg"), "e")).collect::<Vec<_>>(), None);
    assert!(check(config(json!({})), &all, Value::Null).await.is_ok());
}

#[tokio::test]
async fn what_lists_no_bucket_is_told_and_nothing_seems_removed() {
    let known = json!({"place": "https://photos.s3.eu-central-1.amazonaws.com?", "objects": [[0, "a", "0"]]});
    for text in [
        "",
        "<html><body>Hello</body></html>",
        "<ListBucketResult></ListBucketResult>",
        "<ListBucketResult><KeyCount>2</KeyCount><IsTruncated>false</IsTruncated><Contents><Key>a</Key></Contents></ListBucketResult>",
        "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
        "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><ETag>a</ETag></Contents></ListBucketResult>",
        "<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated><Contents><Key>%FF</Key></Contents></ListBucketResult>",
    ] {
        let error =
            check(config(json!({})), &answering(answered(200, "application/xml", text)), known.clone()).await.unwrap_err();
        assert!(error.code == "no_listing" && error.message.contains("`endpoint`"), "{text}: {error}");
    }
}

#[tokio::test]
async fn what_a_store_refuses_names_the_option() {
    for (status, code, more, expected, option) in [
        (403, "InvalidAccessKeyId", "", "access_key_refused", "`access_key_id`"),
        (403, "SignatureDoesNotMatch", "", "signature_refused", "`access_key_secret`"),
        (403, "AccessDenied", "", "access_denied", "`bucket`"),
        (404, "NoSuchBucket", "", "bucket_not_found", "`bucket`"),
        (301, "PermanentRedirect", "", "wrong_region", "`region`"),
        (400, "AuthorizationHeaderMalformed", "<Region>eu-west-9</Region>", "wrong_region", "`eu-west-9`"),
        (403, "RequestTimeTooSkewed", "", "clock_differs", "clocks"),
        (400, "Strange", "", "http_error", "Strange"),
        (503, "SlowDown", "", "http_error", "overloaded"),
        (400, "RequestTimeout", "", "http_error", "400"),
    ] {
        let text = format!("<?xml version=\"1.0\"?>\n<Error><Code>{code}</Code><Message>It says.</Message>{more}</Error>");
        let error =
            check(config(json!({})), &answering(answered(status, "application/xml", &text)), Value::Null).await.unwrap_err();
        assert_eq!(error.code, expected, "{code}: {error}");
        assert!(error.message.contains(option), "{code}: {error}");
        assert_eq!(error.retry == Retry::Never, !["SlowDown", "RequestTimeout"].contains(&code), "{code}");
        assert_eq!(error.details.unwrap()["status"], status);
    }
    let page = answering(answered(403, "text/html", "<html>Go away</html>"));
    assert_eq!(check(config(json!({})), &page, Value::Null).await.unwrap_err().code, "http_error");
}

#[tokio::test]
async fn an_event_is_put_under_its_name() {
    let writes = config(json!({
        "mode": "write", "filename": "{{ name }}", "data": "{{ text }}", "endpoint": "http://127.0.0.1:9000/", "access_key_secret": "plain-secret"
    }));
    let mut answer = answered(200, "", "");
    answer.headers.push(("etag".to_owned(), "\"abc\"".to_owned()));
    let world = answering(answer);
    let effects = write(writes.clone(), json!({"name": "/a b/ü+%?#.txt", "text": "Tee für 2"}), &world).await.unwrap();
    let expected = json!({"bucket": "photos", "file": "/a b/ü+%?#.txt", "size": 10, "etag": "abc"});
    assert_eq!(emitted(&effects), [("on_write", expected.to_string().as_str())]);
    let request = world.calls.lock().unwrap().remove(0);
    assert_eq!(
        (request.method, request.url.as_str(), request.body.as_deref()),
        (Method::PUT, "http://127.0.0.1:9000/photos//a%20b/%C3%BC%2B%25%3F%23.txt", Some("Tee für 2".as_bytes()))
    );
    for name in ["", "a/../b", ".", "a/."] {
        let error = write(writes.clone(), json!({"name": name}), &world).await.unwrap_err();
        assert!(error.code == "invalid_filename" && error.message.contains("`filename`"), "{name}: {error}");
    }
    let echo = answering(answered(403, "application/xml", "<Error><Code>X</Code><Message>plain-secret</Message></Error>"));
    let error = write(writes.clone(), json!({"name": "a"}), &echo).await.unwrap_err();
    assert!(!format!("{error:?}").contains("plain-secret"), "{error:?}");
    let any = config(json!({"mode": "write", "filename": "a", "bucket": "{{ bucket }}"}));
    for bucket in ["", "a", "evil.example/x", "a..b", "a b", "x@evil.example"] {
        let error = write(any.clone(), json!({"bucket": bucket}), &world).await.unwrap_err();
        assert_eq!(error.code, "invalid_bucket", "{bucket}");
    }
    // Nothing is written by a check, and nothing read for an event.
    assert_eq!(check(writes, &World::default(), Value::Null).await.unwrap(), Effects::none());
    assert_eq!(write(config(json!({})), json!({}), &World::default()).await.unwrap().logs.len(), 1);
}

#[test]
fn buckets_of_amazon_have_hosts_of_their_own_where_they_can() {
    for (region, bucket, host, path) in [
        ("us-east-1", "my-photos", "my-photos.s3.us-east-1.amazonaws.com", ""),
        ("cn-north-1", "photos", "photos.s3.cn-north-1.amazonaws.com.cn", ""),
        ("eu-west-1", "my.photos", "s3.eu-west-1.amazonaws.com", "/my.photos"),
        ("us-east-1", "My_Photos", "s3.us-east-1.amazonaws.com", "/My_Photos"),
    ] {
        assert_eq!(address(region, bucket), (host.to_owned(), path.to_owned()));
    }
}

#[test]
fn only_an_agent_that_reads_is_checked() {
    assert!(agent("s3", config(json!({}))).facts().schedule.is_some());
    let writes = config(json!({"mode": "write", "filename": "a", "schedule": "every_1h"}));
    assert!(agent("s3", writes).facts().schedule.is_none());
}

#[test]
fn problems_name_the_field() {
    for (more, field) in [
        (json!({"mode": "watch"}), "mode"),
        (json!({"access_key_id": " "}), "access_key_id"),
        (json!({"access_key_secret": ""}), "access_key_secret"),
        (json!({"region": ""}), "region"),
        (json!({"region": "eu.example/"}), "region"),
        (json!({"bucket": ""}), "bucket"),
        (json!({"bucket": "{% credential aws_secret %}"}), "bucket"),
        (json!({"endpoint": "minio.example.com"}), "endpoint"),
        (json!({"endpoint": "https://minio.example.com/?a"}), "endpoint"),
        (json!({"mode": "write"}), "filename"),
        (json!({"mode": "write", "filename": "a", "data": " "}), "data"),
    ] {
        assert_eq!(problem("s3", config(more.clone())), format!("config.{field}"), "{more}");
    }
}

proptest! {
    #[test]
    fn names_are_remembered_as_they_are(names in prop::collection::btree_set("[aäb/ ]{1,6}", 0..40)) {
        let objects = names.into_iter().map(|name| (name.clone(), digest(&name))).collect();
        prop_assert_eq!(unpacked(&packed(&objects)), objects);
    }

    #[test]
    fn whatever_is_listed_is_read(
        text in "(<ListBucketResult>|<Contents>|</Contents>|<Key>|</Key>|<IsTruncated>|true|</IsTruncated>|<EncodingType>url</EncodingType>|%|ä|<|&#0;|a){0,30}"
    ) {
        drop(super::listing::Page::read(&text));
    }
}
