//! Clients that are slow, idle, or do not read: over sockets in memory, where time is simulated, and in `real_sockets.rs` over real
//! ones, where their number counts.

mod real_sockets;

use super::*;
use axum::http::StatusCode;
use futures::StreamExt;
use http_body_util::BodyExt;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::task::JoinHandle;

const GET: &[u8] = b"GET /1000 HTTP/1.1\r\nhost: a\r\n\r\n";

fn limits() -> Limits {
    let seconds = Duration::from_secs;
    Limits { idle: seconds(75), head: seconds(10), write: seconds(20), connections: 100, held_bytes: usize::MAX }
}

/// Reads a request's body, works for a while at `/sleep`, then answers with as many bytes as the path says.
async fn handler(request: Request<Incoming>, connection: Arc<Connection>) -> Response<Body> {
    let path = request.uri().path().trim_start_matches('/').to_owned();
    let mut request = request;
    let upgrade = hyper::upgrade::on(&mut request);
    let mut body = request.into_body();
    while let Some(Ok(frame)) = body.frame().await {
        connection.hold(frame.data_ref().map_or(0, |data| data.len()));
    }
    connection.received();
    if path == "socket" {
        let listening = connection.clone();
        connection.goes_on_with(Box::pin(async move {
            let mut stream = TokioIo::new(upgrade.await.unwrap());
            loop {
                listening.listens();
                // A byte is a message: it is worked on for ten minutes.
                match stream.read_u8().await {
                    Ok(b'.') => {}
                    Ok(_) => {
                        listening.received();
                        stream.write_all(b"w").await.unwrap();
                        stream.flush().await.unwrap();
                        tokio::time::sleep(Duration::from_secs(600)).await;
                    }
                    Err(_) => return,
                }
            }
        }));
        let answer = Response::builder().status(StatusCode::SWITCHING_PROTOCOLS).header("upgrade", "x");
        return answer.body(Body::empty()).unwrap();
    }
    if path == "sleep" {
        tokio::time::sleep(Duration::from_secs(600)).await;
    }
    if path == "stream" {
        let part = |number: u64| async move {
            tokio::time::sleep(Duration::from_secs(number * 600)).await;
            Ok::<_, Infallible>(if number < 3 { format!("part {number}\n").into_bytes() } else { vec![b'x'; 100_000] })
        };
        return Response::new(Body::from_stream(futures::stream::iter(0..4).then(part)));
    }
    let mut response = Response::new(Body::from(vec![b'x'; path.parse().unwrap_or_default()]));
    *response.status_mut() = StatusCode::OK;
    response
}

/// The client's end of a connection over a pipe that holds a kilobyte.
fn connect(connections: &Arc<Connections>) -> DuplexStream {
    let (client, server) = duplex(1024);
    let connection = connections.open(SocketAddr::from(([127, 0, 0, 1], 1)));
    let place = Arc::new(tokio::sync::Semaphore::new(1)).try_acquire_owned().unwrap();
    tokio::spawn(converse(server, connection, place, connections.clone(), CancellationToken::new(), handler));
    client
}

/// Reads until the server closes the connection.
async fn rest(mut client: DuplexStream) -> Vec<u8> {
    let mut all = Vec::new();
    client.read_to_end(&mut all).await.unwrap();
    all
}

#[tokio::test(start_paused = true)]
async fn a_client_without_a_request_is_closed_and_so_is_one_after_its_request() {
    let connections = Connections::new(limits());
    let in_time = async |client| tokio::time::timeout(limits().idle * 2, rest(client)).await.expect("it is closed");
    assert_eq!(in_time(connect(&connections)).await, b"");
    let mut client = connect(&connections);
    client.write_all(GET).await.unwrap();
    assert!(in_time(client).await.starts_with(b"HTTP/1.1 200"), "it is answered, then idle, then closed");
}

#[tokio::test(start_paused = true)]
async fn a_head_that_comes_byte_by_byte_is_cut_and_one_in_time_is_not() {
    let connections = Connections::new(limits());
    let mut client = connect(&connections);
    let mut slowly = GET.iter();
    let is_cut = loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        match slowly.next() {
            Some(byte) if client.write_all(&[*byte]).await.is_err() => break true,
            Some(_) => {}
            None => break false,
        }
    };
    assert!(is_cut);
    let mut client = connect(&connections);
    for part in [&GET[..10], &GET[10..]] {
        client.write_all(part).await.unwrap();
        tokio::time::sleep(Duration::from_secs(9)).await;
    }
    assert!(rest(client).await.starts_with(b"HTTP/1.1 200"));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_not_taken_is_cut_and_one_that_is_taken_slowly_is_not() {
    let connections = Connections::new(limits());
    let request = b"GET /100000 HTTP/1.1\r\nhost: a\r\n\r\n";
    let mut client = connect(&connections);
    client.write_all(request).await.unwrap();
    tokio::time::sleep(Duration::from_secs(21)).await;
    assert!(rest(client).await.len() < 2000, "what is in the pipe");

    // A byte a second is not enough progress.
    let (mut client, mut taken) = (connect(&connections), 0);
    client.write_all(request).await.unwrap();
    while taken < 100 && client.read_u8().await.is_ok() {
        tokio::time::sleep(Duration::from_secs(1)).await;
        taken += 1;
    }
    assert!(taken < 100 || rest(client).await.len() < 2000);

    let (mut client, mut taken) = (connect(&connections), 0);
    client.write_all(request).await.unwrap();
    let mut part = vec![0; 1024];
    while taken < 100_000 {
        taken += client.read(&mut part).await.unwrap();
        tokio::time::sleep(Duration::from_millis(900)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn work_takes_the_time_that_it_takes() {
    let connections = Connections::new(limits());
    let mut client = connect(&connections);
    client.write_all(b"GET /sleep HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    assert!(rest(client).await.starts_with(b"HTTP/1.1 200"));
}

#[tokio::test(start_paused = true)]
async fn an_answer_may_be_made_while_it_is_sent_but_must_be_taken() {
    let connections = Connections::new(limits());
    let request = b"GET /stream HTTP/1.1\r\nhost: a\r\n\r\n";
    let mut client = connect(&connections);
    client.write_all(request).await.unwrap();
    let all = String::from_utf8(rest(client).await).unwrap();
    assert!(all.contains("part 0") && all.contains("part 1") && all.contains("part 2"), "{all:.500}");
    assert!(all.len() > 100_000, "the parts come after ten minutes each, and all of them come: {}", all.len());

    let mut client = connect(&connections);
    client.write_all(request).await.unwrap();
    tokio::time::sleep(Duration::from_secs(6 * 600 + 21)).await;
    assert!(rest(client).await.len() < 2000, "the last part is not taken");
}

/// A connection that has become a socket.
async fn socket<S: AsyncReadExt + AsyncWriteExt + Unpin>(mut client: S) -> S {
    let head = "GET /socket HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n";
    client.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(client.read_u8().await.unwrap());
    }
    assert!(answer.starts_with(b"HTTP/1.1 101"));
    client
}

#[tokio::test(start_paused = true)]
async fn a_socket_is_open_while_its_client_gives_signs_and_while_it_is_worked_for() {
    let connections = Connections::new(limits());
    let in_time = async |client| tokio::time::timeout(limits().idle * 2, rest(client)).await.expect("it is closed");
    assert_eq!(in_time(socket(connect(&connections)).await).await, b"", "nothing came");
    let mut client = socket(connect(&connections)).await;
    for _ in 0..10 {
        tokio::time::sleep(limits().idle / 2).await;
        client.write_all(b".").await.unwrap();
    }
    client.write_all(b"m").await.unwrap();
    let began = tokio::time::Instant::now();
    assert_eq!(rest(client).await, b"w");
    assert_eq!(began.elapsed().as_secs(), 675, "ten minutes of work, then silence");
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_only_in_memory_until_it_is_written() {
    // Each of the connections has 100 KB in the end; all wait with nothing in memory before.
    let connections = Connections::new(Limits { held_bytes: 150_000, ..limits() });
    for _ in 0..4 {
        let mut client = connect(&connections);
        client.write_all(b"GET /stream HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        assert!(rest(client).await.len() > 100_000);
    }
}

#[tokio::test(start_paused = true)]
async fn who_holds_memory_for_the_longest_is_cut_when_there_is_too_much() {
    let connections = Connections::new(Limits { held_bytes: 250_000, ..limits() });
    let mut clients = Vec::new();
    for _ in 0..3 {
        let mut client = connect(&connections);
        client.write_all(b"GET /100000 HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        // The client begins to read.
        client.read_u8().await.unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
        clients.push(client);
    }
    let all: Vec<usize> = futures_all(clients).await;
    assert!(all[0] < 2000, "the oldest was cut: {all:?}");
    assert!(all[1] > 100_000 && all[2] > 100_000, "the others were not: {all:?}");

    // The bytes of a request's body count, too, and all bytes are given back in the end.
    let mut sender = connect(&connections);
    sender.write_all(b"POST /0 HTTP/1.1\r\nhost: a\r\ncontent-length: 240001\r\n\r\n").await.unwrap();
    sender.write_all(&vec![b'x'; 240_000]).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut reader = connect(&connections);
    reader.write_all(b"GET /100000 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.unwrap();
    assert!(rest(reader).await.len() > 100_000);
    assert_eq!(rest(sender).await, b"");
    let mut client = connect(&connections);
    client.write_all(b"GET /250000 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.unwrap();
    assert!(rest(client).await.len() > 250_000);
}

async fn futures_all(clients: Vec<DuplexStream>) -> Vec<usize> {
    let readers: Vec<JoinHandle<usize>> =
        clients.into_iter().map(|client| tokio::spawn(async move { rest(client).await.len() })).collect();
    let mut lengths = Vec::new();
    for reader in readers {
        lengths.push(reader.await.unwrap());
    }
    lengths
}

impl Socket for DuplexStream {}

#[tokio::test(start_paused = true)]
async fn each_limit_that_cuts_is_logged_once_a_minute_with_how_often_it_was_reached() {
    let log = tempfile::NamedTempFile::new().unwrap();
    let lines = tracing_subscriber::fmt().with_ansi(false).with_writer(Arc::new(log.reopen().unwrap())).finish();
    let _logged = tracing::subscriber::set_default(lines);
    let logged = || std::fs::read_to_string(log.path()).unwrap();
    let connections = Connections::new(Limits { held_bytes: 150_000, ..limits() });
    let large = b"GET /100000 HTTP/1.1\r\nhost: a\r\n\r\n";
    // Two heads that do not end, and three answers that nobody reads: there is memory for one of them.
    let mut clients = Vec::new();
    for request in [&GET[..10], &GET[..10], large, large, large] {
        let mut client = connect(&connections);
        client.write_all(request).await.unwrap();
        clients.push(client);
    }
    tokio::time::sleep(limits().write * 2).await;
    for reached in [Reached::Head, Reached::Write, Reached::HeldBytes] {
        assert_eq!(logged().matches(&reached.to_string()).count(), 1, "{reached}: {}", logged());
    }
    tokio::time::sleep(Duration::from_secs(60)).await;
    let mut client = connect(&connections);
    client.write_all(&GET[..10]).await.unwrap();
    assert_eq!(rest(client).await, b"");
    assert!(logged().lines().any(|line| line.contains(&Reached::Head.to_string()) && line.contains("times=2")), "{}", logged());
}
