//! Clients that take what others need: the time and number of connections are limited.

use rookery_tests::agent;
use serde_json::json;
use std::io::{Read, Write};
use std::net::TcpStream;

#[tokio::test]
async fn idle_connections_do_not_stop_others_and_are_told_once() {
    let mut rookery = super::rookery().open_files(160).start().await;
    let address = rookery.api.base().strip_prefix("http://").unwrap().to_owned();
    // There are more connections than files that the program may open.
    let mut idle: Vec<TcpStream> = (0..300).map(|_| TcpStream::connect(&address).unwrap()).collect();
    let workflow = rookery.started(&rookery_tests::cells([agent("hook", "webhook", json!({}))])).await;
    let hook = workflow.hook_url("hook").await;
    for n in 0..20 {
        workflow.api.post(&hook, &json!({"n": n})).await.expect(202);
    }
    assert!(matches!(idle[0].read(&mut [0]), Ok(0) | Err(_)), "the oldest was closed");
    let log = rookery.log();
    assert_eq!(log.matches("as many connections as open files allow").count(), 1, "{log}");
}

/// Sends bytes, and reads until the other side closes.
fn raw(address: &str, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request).unwrap();
    let mut answer = Vec::new();
    // What came before a reset counts.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_request_that_names_no_host_or_path_is_refused_in_words_and_panics_nowhere() {
    let rookery = super::rookery().arg("--trusted-proxy").arg("127.0.0.1").start().await;
    let address = rookery.api.base().strip_prefix("http://").unwrap().to_owned();
    let port = address.split(':').nth(1).unwrap();
    let list = format!("{address}, x");
    let hosts =
        ["x:99999", "a b", "[::1", "a:b:c", "127.0.0.1:http", "", "a/b", "u@127.0.0.1", "1.2.3.4.5", "%zz", &list, "\u{fc}.de"];
    let requests = hosts.iter().map(|host| format!("GET /health HTTP/1.1\r\nhost: {host}"));
    let targets = ["GET *", "OPTIONS *", "POST *", "CONNECT a:1"].map(|target| format!("{target} HTTP/1.1\r\nhost: {address}"));
    let told = [
        "forwarded: host=\"a b\"",
        "forwarded: host=\"x:99999\"",
        "forwarded: host=\"[::1\";proto=\"a b\"",
        "x-forwarded-host: a:b:c",
        "x-forwarded-host: a/b?c",
    ];
    let told = told.map(|header| format!("GET /health HTTP/1.1\r\nhost: {address}\r\n{header}"));
    let two = format!("GET /health HTTP/1.1\r\nhost: {address}\r\nhost: localhost");
    // A URI has at most 65,534 bytes, and each `|` may become three.
    let long = format!("GET /{} HTTP/1.1\r\nhost: {address}", "^".repeat(30_000));
    for request in requests.chain(targets).chain(told).chain([two]) {
        let answer = raw(&address, format!("{request}\r\nconnection: close\r\n\r\n").as_bytes());
        assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("\"type\":\"invalid_request\""), "{request}: {answer}");
    }
    let fine = [
        format!("localhost:{port}"),
        address.clone(),
        "[::1]".to_owned(),
        format!("{address}\r\nx-forwarded-proto: https, http"),
        format!("{address}\r\nx-forwarded-proto: a b"),
        format!("{address}\r\nx-forwarded-port: x\r\nx-forwarded-for: [, y"),
        format!("{address}\r\nx: {}", "y".repeat(31 * 1024)),
    ];
    for host in fine {
        let answer = raw(&address, format!("GET /health HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").as_bytes());
        assert!(answer.starts_with("HTTP/1.1 200"), "{host}: {answer}");
    }
    let answer = raw(&address, format!("{long}\r\nconnection: close\r\n\r\n").as_bytes());
    assert!(answer.starts_with("HTTP/1.1 40"), "{answer}");
    for length in [33, 40, 60] {
        let header = "y".repeat(length * 1000);
        let answer = raw(
            &address,
            format!("GET /health HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\nx: {header}\r\n\r\n").as_bytes(),
        );
        assert!(answer.starts_with("HTTP/1.1 431"), "{length}: {answer}");
    }
    let head = "content-type: application/json\r\nconnection: close\r\nexpect: 100-continue\r\ncontent-length: 9000000";
    let answer = raw(&address, format!("POST /hooks/x HTTP/1.1\r\nhost: {address}\r\n{head}\r\n\r\n").as_bytes());
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("payload_too_large"), "{answer}");
    assert!(!rookery.log().contains("panicked"), "{}", rookery.log());
}
