//! How a call is made: its limits of time and size, its headers, what it does only when asked (redirects) and never (proxies).
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use http::Method;
use rookery_egress::{Egress, EgressError, Policy, Request};
use std::io::Read;
use std::time::Duration;
use support::{OK, Server, Trap, egress, policy};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

async fn get(server: &Server) -> Result<rookery_egress::Response, EgressError> {
    egress().send(Request::new(Method::GET, server.url("/"))).await
}

#[tokio::test]
async fn a_call_goes_out_as_written() {
    let server = Server::start("127.0.0.2", "HTTP/1.1 404 Not Found\r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 2\r\n\r\nno").await;
    let request = Request {
        headers: vec![("Idempotency-Key".into(), "k".into()), ("X-Many".into(), "1".into()), ("X-Many".into(), "2".into())],
        body: Some("{\"a\":1}".into()),
        ..Request::new(Method::POST, server.url("/a%20b c?d=é#fragment"))
    };
    let response = egress().send(request).await.unwrap();
    assert_eq!((response.status, &response.body[..]), (404, &b"no"[..]));
    assert_eq!(
        response.headers,
        [("x-a", "1"), ("x-a", "2"), ("content-length", "2")].map(|(k, v)| (k.to_owned(), v.to_owned()))
    );
    let sent = &server.requests()[0];
    assert!(sent.starts_with("POST /a%20b%20c?d=%C3%A9 HTTP/1.1\r\n"), "{sent}");
    assert!(sent.ends_with("\r\n\r\n{\"a\":1}"), "{sent}");
    for line in ["idempotency-key: k", "x-many: 1", "x-many: 2", "content-length: 7", &format!("host: {}", server.address)] {
        assert!(sent.lines().any(|sent| sent == line), "{line} in {sent}");
    }
    assert!(sent.contains("accept-encoding: gzip, deflate\r\n"), "{sent}");
}

#[tokio::test]
async fn a_packed_answer_is_unpacked_and_its_text_is_utf8() {
    let packed = |headers: &str, body: &[u8]| {
        let body = gzip(body);
        let head = format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n{headers}content-length: {}\r\n\r\n", body.len());
        [head.as_bytes(), &body].concat()
    };
    let json = Server::start("127.0.0.2", packed("content-type: application/json\r\n", b"{\"a\":1}")).await;
    let answer = get(&json).await.unwrap();
    assert_eq!(&answer.body[..], b"{\"a\":1}");
    assert_eq!(answer.headers, [("content-type".to_owned(), "application/json".to_owned())]);
    let latin = Server::start("127.0.0.2", packed("content-type: text/html; charset=iso-8859-1\r\n", b"caf\xe9")).await;
    let answer = get(&latin).await.unwrap();
    assert_eq!((&answer.body[..], answer.header("content-type")), ("caf\u{e9}".as_bytes(), Some("text/html; charset=utf-8")));

    let bomb = Server::start("127.0.0.2", packed("", &vec![0; 5 * 1024 * 1024])).await;
    assert_eq!(get(&bomb).await.unwrap_err(), EgressError::BodyTooLarge(1024 * 1024));
    let broken = Server::start("127.0.0.2", "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\nno").await;
    assert_eq!(get(&broken).await.unwrap_err().code(), "invalid_response");
    let unasked = Server::start("127.0.0.2", "HTTP/1.1 200 OK\r\ncontent-encoding: br\r\ncontent-length: 2\r\n\r\nno").await;
    assert_eq!(&get(&unasked).await.unwrap().body[..], b"no");

    let part = Request { headers: vec![("Range".into(), "bytes=0-1".into())], ..Request::new(Method::GET, unasked.url("/")) };
    egress().send(part).await.unwrap();
    assert!(!unasked.requests()[1].contains("accept-encoding"), "{:?}", unasked.requests());
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    flate2::read::GzEncoder::new(bytes, flate2::Compression::fast()).read_to_end(&mut packed).unwrap();
    packed
}

#[tokio::test]
async fn a_body_that_drips_is_cut_at_the_timeout() {
    let server = Server::drip("127.0.0.2", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n", "x".repeat(100)).await;
    let quick = Policy { timeout: Duration::from_millis(200), ..policy(&["127.0.0.2"]) };
    let error = Egress::new(quick).send(Request::new(Method::GET, server.url("/"))).await.unwrap_err();
    assert_eq!(error, EgressError::Timeout(Duration::from_millis(200)));
    assert!(error.is_unknown() && error.retryable());
    // A request may ask for less than the policy gives, never for more.
    let asked = Request { timeout: Some(Duration::from_millis(100)), ..Request::new(Method::GET, server.url("/")) };
    assert_eq!(egress().send(asked).await.unwrap_err(), EgressError::Timeout(Duration::from_millis(100)));
    let quick = Egress::new(Policy { timeout: Duration::from_millis(200), ..policy(&["127.0.0.2"]) });
    let asked = Request { timeout: Some(Duration::from_secs(60)), ..Request::new(Method::GET, server.url("/")) };
    assert_eq!(quick.send(asked).await.unwrap_err(), EgressError::Timeout(Duration::from_millis(200)));
}

#[tokio::test]
async fn headers_that_drip_are_cut_at_the_timeout() {
    let server = Server::drip("127.0.0.2", "HTTP/1.1 200 OK\r\nx-", "a".repeat(100)).await;
    let quick = Policy { timeout: Duration::from_millis(200), ..policy(&["127.0.0.2"]) };
    let error = Egress::new(quick).send(Request::new(Method::GET, server.url("/"))).await.unwrap_err();
    assert_eq!(error.code(), "timeout");
}

#[tokio::test]
async fn a_call_that_is_cut_closes_its_connection() {
    let quick = Egress::new(Policy { timeout: Duration::from_millis(300), ..policy(&["127.0.0.2"]) });
    // One server never answers, and the body of the other stops.
    for answer in ["", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx"] {
        let listener = tokio::net::TcpListener::bind("127.0.0.2:0").await.unwrap();
        let calling = quick.send(Request::new(Method::POST, format!("http://{}/", listener.local_addr().unwrap())));
        let serving = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.read_exact(&mut [0; 20]).await.unwrap();
            stream.write_all(answer.as_bytes()).await.unwrap();
            stream
        };
        let (result, mut stream) = tokio::join!(calling, serving);
        assert_eq!(result.unwrap_err().code(), "timeout");
        // What was on its way can still be read; then the end comes.
        let mut nowhere = tokio::io::sink();
        let end = tokio::time::timeout(Duration::from_secs(20), tokio::io::copy(&mut stream, &mut nowhere)).await;
        end.expect("the connection is closed").unwrap();
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_receiver_that_does_not_read_keeps_no_connection() {
    let quick = Egress::new(Policy { timeout: Duration::from_millis(300), ..policy(&["127.0.0.2"]) });
    let listener = tokio::net::TcpListener::bind("127.0.0.2:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    // The body is larger than the system's buffers.
    let body = Some(vec![b'x'; 32 << 20].into());
    let request = Request { body, ..Request::new(Method::POST, format!("http://{address}/")) };
    let (result, accepted) = tokio::join!(quick.send(request), listener.accept());
    assert_eq!(result.unwrap_err().code(), "timeout");
    // The remote end of our connection, as the system writes it.
    let end = format!(" 0200007F:{:04X} ", address.port());
    let is_open = || std::fs::read_to_string("/proc/self/net/tcp").unwrap().lines().skip(1).any(|line| line[15..].contains(&end));
    let closed = async {
        while is_open() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), closed).await.expect("the connection is given up");
    drop(accepted);
}

#[tokio::test]
async fn a_large_answer_is_cut() {
    const TEN_MB: usize = 10 * 1024 * 1024;
    let body = "x".repeat(TEN_MB);
    let sized = Server::start("127.0.0.2", format!("HTTP/1.1 200 OK\r\ncontent-length: {TEN_MB}\r\n\r\n{body}")).await;
    assert_eq!(get(&sized).await.unwrap_err(), EgressError::BodyTooLarge(1024 * 1024));
    let chunk = format!("{:x}\r\n{}\r\n", 65536, "x".repeat(65536)).repeat(160);
    let chunked =
        Server::start("127.0.0.2", format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{chunk}0\r\n\r\n")).await;
    assert_eq!(get(&chunked).await.unwrap_err(), EgressError::BodyTooLarge(1024 * 1024));
    let fits = "x".repeat(1024 * 1024);
    let fitting = Server::start("127.0.0.2", format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{fits}", fits.len())).await;
    assert_eq!(get(&fitting).await.unwrap().body.len(), fits.len());
}

#[tokio::test]
async fn large_headers_are_cut() {
    for length in [66_000, 100_000, 1_000_000] {
        let long = Server::start("127.0.0.2", format!("HTTP/1.1 200 OK\r\nx-long: {}\r\n\r\n", "x".repeat(length))).await;
        assert_eq!(get(&long).await.unwrap_err().code(), "headers_too_large");
    }
    let many = Server::start("127.0.0.2", format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(500))).await;
    assert_eq!(get(&many).await.unwrap_err().code(), "headers_too_large");
}

#[tokio::test]
async fn what_is_not_http_and_what_breaks_off_is_told_apart() {
    let other = Server::start("127.0.0.2", "SSH-2.0-OpenSSH_9.9\r\n").await;
    assert_eq!(get(&other).await.unwrap_err().code(), "invalid_response");
    let listener = tokio::net::TcpListener::bind("127.0.0.2:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let closing = tokio::spawn(async move { drop(listener.accept().await) });
    let lost = egress().send(Request::new(Method::POST, &url)).await.unwrap_err();
    assert_eq!((lost.code(), lost.is_unknown(), lost.retryable()), ("connection_lost", true, true));
    closing.await.unwrap();
    let refused = egress().send(Request::new(Method::POST, &url)).await.unwrap_err();
    assert_eq!((refused.code(), refused.is_unknown(), refused.retryable()), ("connect_failed", false, true));
}

#[tokio::test]
async fn a_handshake_that_fails_or_hangs_sent_nothing() {
    let listener = tokio::net::TcpListener::bind("127.0.0.2:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut plain, _) = listener.accept().await.unwrap();
        plain.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        let silent = listener.accept().await.unwrap();
        (plain, silent)
    });
    let failed = egress().send(Request::new(Method::POST, &url)).await.unwrap_err();
    assert_eq!((failed.code(), failed.is_unknown(), failed.retryable()), ("tls_failed", false, false));
    let hasty = Egress::new(Policy { connect_timeout: Duration::from_millis(100), ..policy(&["127.0.0.2"]) });
    let hung = hasty.send(Request::new(Method::POST, &url)).await.unwrap_err();
    assert_eq!((hung.code(), hung.is_unknown(), hung.retryable()), ("connect_failed", false, true));
    server.await.unwrap();
}

#[tokio::test]
async fn a_redirect_is_returned_and_not_followed() {
    let trap = Trap::set("127.0.0.1:0".parse().unwrap());
    for status in [301, 302, 303, 307, 308] {
        let answer = format!("HTTP/1.1 {status} Moved\r\nlocation: http://{}/\r\ncontent-length: 0\r\n\r\n", trap.address);
        let server = Server::start("127.0.0.2", answer).await;
        let response = get(&server).await.unwrap();
        assert_eq!(response.status, status);
        assert_eq!(response.header("location"), Some(format!("http://{}/", trap.address).as_str()));
    }
    trap.assert_untouched();
}

#[tokio::test]
async fn cookies_are_not_kept() {
    let server = Server::start("127.0.0.2", "HTTP/1.1 200 OK\r\nset-cookie: a=b\r\ncontent-length: 0\r\n\r\n").await;
    let egress = egress();
    for _ in 0..2 {
        egress.send(Request::new(Method::GET, server.url("/"))).await.unwrap();
    }
    assert!(!server.requests()[1].contains("cookie"));
}

#[test]
fn a_proxy_in_the_environment_is_ignored() {
    let trap = Trap::set("127.0.0.1:0".parse().unwrap());
    let proxy = format!("http://{}", trap.address);
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "child_of_the_proxy_test", "--ignored"]);
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        child.env(name, &proxy);
    }
    let output = child.env_remove("NO_PROXY").env_remove("no_proxy").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
    trap.assert_untouched();
}

#[tokio::test]
#[ignore = "run by `a_proxy_in_the_environment_is_ignored`, with a proxy in the environment"]
async fn child_of_the_proxy_test() {
    let server = Server::start("127.0.0.2", OK).await;
    assert_eq!(get(&server).await.unwrap().status, 200);
    let hasty = Egress::new(Policy { connect_timeout: Duration::from_millis(100), ..policy(&["127.0.0.2"]) });
    hasty.send(Request::new(Method::GET, format!("https://{}/", server.address))).await.unwrap_err();
}

#[tokio::test]
async fn headers_that_frame_the_message_or_break_its_lines_are_refused() {
    let server = Server::start("127.0.0.2", OK).await;
    for (name, value) in [
        ("Host", "example.com"),
        ("CONTENT-LENGTH", "1"),
        ("Transfer-Encoding", "chunked"),
        ("Connection", "close"),
        ("Keep-Alive", "1"),
        ("Proxy-Connection", "close"),
        ("Proxy-Authorization", "x"),
        ("TE", "trailers"),
        ("Trailer", "x"),
        ("Upgrade", "websocket"),
        ("Expect", "100-continue"),
        ("Accept-Encoding", "gzip"),
        ("X-A", "b\r\nX-C: d"),
        ("X-A", "b\nX-C: d"),
        ("X-A", "b\0"),
        ("X-A\r\nX-B", "c"),
        ("X A", "b"),
        ("Host ", "b"),
        ("X-A:", "b"),
        ("", "b"),
    ] {
        let request = Request { headers: vec![(name.into(), value.into())], ..Request::new(Method::GET, server.url("/")) };
        let error = egress().send(request).await.unwrap_err();
        assert!(matches!(&error, EgressError::HeaderRefused { name: named, .. } if named == name), "{name:?}: {error}");
    }
    for method in [Method::CONNECT, Method::TRACE] {
        assert_eq!(egress().send(Request::new(method, server.url("/"))).await.unwrap_err().code(), "method_refused");
    }
    assert_eq!(server.connections(), 0);
}
