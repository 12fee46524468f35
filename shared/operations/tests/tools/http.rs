//! The tool `http`: whom it may call, and how.

use crate::world::World;
use rookery_domain::Time;
use rookery_store::Credential;
use serde_json::json;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

/// What a server got: the lines of the head, and the body.
type Got = Arc<Mutex<Vec<(Vec<String>, String)>>>;

/// Answers each request by what its path says: `/large`, `/binary`, `/away`, `/broken`, `/echo` of the key, or a text.
async fn serve() -> (String, Got) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let got = Got::default();
    let kept = got.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let mut stream = BufReader::new(stream);
            let (mut head, mut length) = (Vec::new(), 0);
            loop {
                let mut line = String::new();
                stream.read_line(&mut line).await.unwrap();
                let line = line.trim_end().to_owned();
                if line.is_empty() {
                    break;
                }
                if let Some(value) = line.to_lowercase().strip_prefix("content-length: ") {
                    length = value.parse().unwrap();
                }
                head.push(line);
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).await.unwrap();
            let (status, headers, answer): (_, _, Vec<u8>) = match head[0].split(' ').nth(1).unwrap() {
                "/large" => ("200 OK", "Content-Type: text/plain", "ü".repeat(100_000).into()),
                "/binary" => ("200 OK", "Content-Type: image/png", vec![0xff; 10]),
                "/away" => ("302 Found", "Location: http://example.com/", Vec::new()),
                "/echo" => {
                    let sent = head.iter().filter(|line| line.to_lowercase().starts_with("authorization"));
                    ("200 OK", "Content-Type: text/plain", sent.cloned().collect::<Vec<_>>().join("\n").into())
                }
                "/broken" => ("503 Unavailable", "Retry-After: 7", "come later".into()),
                _ => ("200 OK", "Content-Type: text/plain", "hello".into()),
            };
            kept.lock().unwrap().push((head, String::from_utf8(body).unwrap()));
            let head = format!("HTTP/1.1 {status}\r\n{headers}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", answer.len());
            stream.write_all(&[head.as_bytes(), &answer].concat()).await.unwrap();
        }
    });
    (host, got)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_hosts_of_the_definition_are_called() {
    let ((host, got), (other, others)) = (serve().await, serve().await);
    let world = World::start("[http]", &format!("\"{host}\"")).await;
    let call = |url: String| json!(["http", {"method": "GET", "url": url}]);
    let told = world
        .results(&json!([[
            call(format!("http://{host}/a")),
            call(format!("http://{other}/")),
            call(format!("http://{host}@{other}/")),
            call("http://169.254.169.254/latest".into()),
            call("file:///etc/passwd".into()),
            call(format!("http://{host}/away")),
        ]]))
        .await;
    assert_eq!(told[0].text, "HTTP 200\ncontent-type: text/plain\n\nhello");
    for refused in &told[1..5] {
        assert!(refused.is_error && (refused.text.contains("not allowed") || refused.text.contains("refused")), "{refused:?}");
    }
    assert!(told[5].text.starts_with("HTTP 302\nlocation: http://example.com/\n"), "a redirect is not followed: {:?}", told[5]);
    assert_eq!((got.lock().unwrap().len(), others.lock().unwrap().len()), (2, 0));
    let none = World::start("[http]", "").await;
    assert!(none.told(&json!([[call(format!("http://{host}/"))]])).await[0].contains("No host is allowed"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_call_is_made_as_the_model_says_and_its_answer_is_bounded() {
    let (host, got) = serve().await;
    let world = World::start("[http]", &format!("\"{host}\"")).await;
    let url = |path: &str| format!("http://{host}{path}");
    let told = world
        .results(&json!([
            [["http", {"method": "POST", "url": url("/x"), "body": {"a": 1.5}, "headers": {"idempotency-key": "mine", "X-A": "b"}}]],
            [["http", {"method": "PUT", "url": url("/x"), "body": "text", "headers": {"Content-Type": "text/plain"}}]],
            [["http", {"method": "GET", "url": url("/large")}], ["http", {"method": "GET", "url": url("/binary")}]],
            [["http", {"method": "GET", "url": url("/broken")}], ["http", {"method": "GET", "url": url("/"), "headers": {"Host": "x"}}]],
        ]))
        .await;
    let got = got.lock().unwrap();
    let header = |index: usize, name: &str| -> Vec<String> {
        let lines = got[index].0.iter().filter_map(|line| line.split_once(": "));
        lines.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned()).collect()
    };
    assert_eq!((got[0].1.as_str(), got[1].1.as_str()), (r#"{"a":1.5}"#, "text"));
    assert_eq!(
        (header(0, "content-type"), header(1, "content-type")),
        (vec!["application/json".into()], vec!["text/plain".into()])
    );
    let (first, second) = (header(0, "idempotency-key"), header(1, "idempotency-key"));
    assert!(first.len() == 1 && first[0].len() == 32 && second.len() == 1 && first != second, "{first:?} {second:?}");
    assert_eq!((header(0, "x-a"), header(2, "idempotency-key")), (vec!["b".to_owned()], vec![]));
    assert!(told[2].text.len() <= 128 * 1024 && told[2].text.ends_with("[The body is cut. It has 200000 bytes.]"));
    assert!(told[3].text.ends_with("[The body is no text. It has 10 bytes.]"), "{:?}", told[3]);
    assert!(told[4].is_error && told[4].text == "HTTP 503\nretry-after: 7\n\ncome later", "{:?}", told[4]);
    assert!(told[5].is_error && told[5].text.contains("`Host` is refused"), "{:?}", told[5]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_credential_of_the_definition_goes_to_its_hosts_and_the_model_never_sees_it() {
    let ((host, got), (other, others)) = (serve().await, serve().await);
    let tools = r#"[{name: http, headers: {Authorization: "Bearer {% credential crm %}"}}]"#;
    let world = World::start(tools, &format!("\"{host}\", \"{other}\"")).await;
    let get = |host: &str| {
        let headers = json!({"authorization": "of the model"});
        json!(["http", {"method": "GET", "url": format!("http://{host}/echo"), "headers": headers}])
    };
    let missing = world.told(&json!([[get(&host)]])).await;
    assert!(missing[0].contains("no credential `crm`") && got.lock().unwrap().is_empty(), "{missing:?}");
    let secret = "s3cret-of-the-crm";
    let hosts = vec![host.clone()];
    let credential = Credential { name: "crm".into(), value: secret.into(), hosts, updated_at: Time::now() };
    world.store.put_credential(&world.project, &credential).await.unwrap();
    let told = world.told(&json!([[get(&host), get(&other)]])).await;
    let sent = |got: &Got| -> Vec<String> {
        let got = got.lock().unwrap();
        let lines = got.iter().flat_map(|(head, _)| head.clone());
        lines.filter(|line| line.to_lowercase().starts_with("authorization")).collect()
    };
    assert_eq!(sent(&got), [format!("authorization: Bearer {secret}")]);
    assert_eq!(sent(&others), ["authorization: of the model"], "it is not bound to this host");
    assert!(told[0].contains("Bearer [credential crm]"), "{told:?}");
    assert!(!format!("{:?}", world.log().await).contains(secret));
}
