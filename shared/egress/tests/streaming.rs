//! Answers that are handed on while they come: their caps, their end when nobody reads on, and credentials over the borders of
//! their pieces.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use bytes::Bytes;
use futures::StreamExt;
use http::Method;
use rookery_egress::{EgressError, Policy, Request, Secret, StreamLimits, Streamed};
use std::time::Duration;
use support::{Server, Trap, egress};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
const LONG: Duration = Duration::from_secs(30);
const SHORT: Duration = Duration::from_millis(100);
const LIMITS: StreamLimits = StreamLimits { first_byte: LONG, idle: LONG, total: LONG, bytes: 1 << 20 };

/// Opens a stream to a server that the test plays itself: it has the stream, and the server's end of the connection.
async fn open(limits: StreamLimits, head: &str, secrets: Vec<Secret>) -> (Streamed, TcpStream) {
    let listener = TcpListener::bind("127.0.0.2:0").await.unwrap();
    let mut request = Request::new(Method::POST, format!("http://{}/", listener.local_addr().unwrap()));
    request.headers.extend(secrets.iter().map(|secret| ("x-key".to_owned(), secret.marker.clone())));
    request.secrets = secrets;
    let serving = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.read_exact(&mut [0; 20]).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        stream
    };
    let client = egress();
    let (streamed, server) = tokio::join!(client.stream(request, limits), serving);
    (streamed.unwrap(), server)
}

async fn chunk(server: &mut TcpStream, text: &str) {
    server.write_all(format!("{:x}\r\n{text}\r\n", text.len()).as_bytes()).await.unwrap();
}

async fn next(streamed: &mut Streamed) -> Option<Result<Bytes, EgressError>> {
    streamed.body.next().await
}

/// What was on its way can still be read; then the end comes.
async fn is_hung_up(server: &mut TcpStream) {
    let end = tokio::time::timeout(LONG, tokio::io::copy(server, &mut tokio::io::sink())).await;
    let _reset_or_end = end.expect("the connection is closed");
}

#[tokio::test]
async fn pieces_come_as_they_are_sent() {
    let (mut streamed, mut server) = open(LIMITS, HEAD, Vec::new()).await;
    assert_eq!((streamed.status, streamed.headers[0].1.as_str()), (200, "text/event-stream"));
    for text in ["data: one\n\n", ": still here\n\n", "data: two\n\n"] {
        chunk(&mut server, text).await;
        assert_eq!(next(&mut streamed).await.unwrap().unwrap(), text);
    }
    server.write_all(b"0\r\n\r\n").await.unwrap();
    assert_eq!(next(&mut streamed).await, None);
}

#[tokio::test]
async fn a_call_is_under_way_until_its_body_is_dropped() {
    let client = egress();
    let calls = client.calls_under_way();
    let server = Server::start("127.0.0.2", format!("{HEAD}3\r\nabc\r\n")).await;
    let mut streamed = client.stream(Request::new(Method::GET, server.url("/")), LIMITS).await.unwrap();
    assert_eq!(next(&mut streamed).await.unwrap().unwrap(), "abc");
    assert_eq!(*calls.borrow(), 1);
    drop(streamed);
    assert_eq!(*calls.borrow(), 0);
}

#[tokio::test]
async fn identity_is_asked_for_and_a_packed_answer_is_refused() {
    let server = Server::start("127.0.0.2", "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 1\r\n\r\nx").await;
    let refused = egress().stream(Request::new(Method::GET, server.url("/")), LIMITS).await.err().unwrap();
    assert_eq!(refused.code(), "invalid_response");
    assert!(server.requests()[0].contains("accept-encoding: identity\r\n"), "{}", server.requests()[0]);
}

#[tokio::test]
async fn a_first_byte_that_does_not_come_ends_the_call() {
    let limits = StreamLimits { first_byte: SHORT, ..LIMITS };
    let listener = TcpListener::bind("127.0.0.2:0").await.unwrap();
    let request = Request::new(Method::GET, format!("http://{}/", listener.local_addr().unwrap()));
    let error = egress().stream(request, limits).await.err().unwrap();
    assert_eq!((&error, error.is_unknown(), error.retryable()), (&EgressError::Idle(SHORT), true, true));
    // A head is no byte of the body.
    let limits = StreamLimits { first_byte: Duration::from_secs(1), ..LIMITS };
    let (mut streamed, mut server) = open(limits, HEAD, Vec::new()).await;
    assert_eq!(next(&mut streamed).await.unwrap().unwrap_err(), EgressError::Idle(limits.first_byte));
    is_hung_up(&mut server).await;
}

#[tokio::test]
async fn a_silence_ends_the_stream() {
    let (mut streamed, mut server) = open(StreamLimits { idle: SHORT, ..LIMITS }, HEAD, Vec::new()).await;
    chunk(&mut server, "data: one\n\n").await;
    assert!(next(&mut streamed).await.unwrap().is_ok());
    assert_eq!(next(&mut streamed).await.unwrap().unwrap_err(), EgressError::Idle(SHORT));
    assert_eq!(next(&mut streamed).await, None);
    is_hung_up(&mut server).await;
}

#[tokio::test]
async fn a_stream_that_never_rests_ends_at_its_total_time() {
    let total = Duration::from_secs(1);
    let (streamed, mut server) = open(StreamLimits { total, ..LIMITS }, HEAD, Vec::new()).await;
    let talking = async {
        loop {
            let written = server.write_all(b"1\r\nx\r\n").await;
            if written.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let (items, ()) = tokio::join!(streamed.body.collect::<Vec<_>>(), talking);
    assert!(items.len() > 1);
    assert_eq!(items.last().unwrap().as_ref().unwrap_err(), &EgressError::Timeout(total));
}

#[tokio::test]
async fn a_body_with_too_many_bytes_is_cut() {
    let (mut streamed, mut server) = open(StreamLimits { bytes: 10, ..LIMITS }, HEAD, Vec::new()).await;
    chunk(&mut server, "0123456789").await;
    assert_eq!(next(&mut streamed).await.unwrap().unwrap(), "0123456789");
    chunk(&mut server, "x").await;
    assert_eq!(next(&mut streamed).await.unwrap().unwrap_err(), EgressError::BodyTooLarge(10));
    is_hung_up(&mut server).await;
}

#[tokio::test]
async fn the_policys_time_and_size_do_not_count_for_streams() {
    let allow = vec!["127.0.0.2".parse().unwrap()];
    let small = rookery_egress::Egress::new(Policy { allow, timeout: SHORT, max_body: 1, ..Policy::default() });
    let server = Server::start("127.0.0.2", "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc").await;
    let mut streamed = small.stream(Request::new(Method::GET, server.url("/")), LIMITS).await.unwrap();
    tokio::time::sleep(2 * SHORT).await;
    assert_eq!(next(&mut streamed).await.unwrap().unwrap(), "abc");
}

#[tokio::test]
async fn the_server_sees_that_nobody_reads_on() {
    let (mut streamed, mut server) = open(LIMITS, HEAD, Vec::new()).await;
    chunk(&mut server, "data: one\n\n").await;
    assert!(next(&mut streamed).await.unwrap().is_ok());
    drop(streamed);
    is_hung_up(&mut server).await;
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_an_error() {
    let (mut streamed, mut server) = open(LIMITS, HEAD, Vec::new()).await;
    chunk(&mut server, "data: one\n\n").await;
    drop(server);
    assert!(next(&mut streamed).await.unwrap().is_ok());
    assert_eq!(next(&mut streamed).await.unwrap().unwrap_err().code(), "connection_lost");
}

#[tokio::test]
async fn a_private_address_is_refused_for_streams_too() {
    let trap = Trap::set("127.0.0.1:0".parse().unwrap());
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"] {
        let request = Request::new(Method::POST, format!("http://{host}:{}/", trap.address.port()));
        assert_eq!(egress().stream(request, LIMITS).await.err().unwrap().code(), "address_refused", "{host}");
    }
    trap.assert_untouched();
}

#[tokio::test]
async fn a_secret_that_comes_back_in_two_pieces_is_taken_out() {
    let secret =
        || Secret {
            name: "openai".into(), marker: "⟦key⟧".into(), value: "sk-abc123".into(), hosts: vec!["127.0.0.2".into()]
        };
    let head = HEAD.replace("content-type", "x-echo: SK-ABC123\r\ncontent-type");
    let (mut streamed, mut server) = open(LIMITS, &head, vec![secret()]).await;
    assert_eq!(streamed.headers[0].1, "[credential openai]");
    chunk(&mut server, "data: sk-a").await;
    assert_eq!(next(&mut streamed).await.unwrap().unwrap(), "data: ");
    chunk(&mut server, "bc123 is wrong, sk-").await;
    assert_eq!(next(&mut streamed).await.unwrap().unwrap(), "[credential openai] is wrong, ");
    chunk(&mut server, "other\n\n").await;
    assert_eq!(next(&mut streamed).await.unwrap().unwrap(), "sk-other\n\n");
    chunk(&mut server, "sk-").await;
    server.write_all(b"0\r\n\r\n").await.unwrap();
    assert_eq!(next(&mut streamed).await.unwrap().unwrap(), "sk-");
    assert_eq!(next(&mut streamed).await, None);
    // A credential goes to its hosts only.
    let trap = Trap::set("127.0.0.2:0".parse().unwrap());
    let mut request = Request::new(Method::GET, format!("http://{}/⟦key⟧", trap.address));
    request.secrets = vec![Secret { hosts: vec!["api.example.com".into()], ..secret() }];
    assert_eq!(egress().stream(request, LIMITS).await.err().unwrap().code(), "credential_refused");
}
