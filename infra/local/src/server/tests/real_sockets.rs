//! Clients over real sockets: how many there may be, and what the system holds for them.

use super::*;
use tokio::net::TcpStream;

/// A server on a real socket.
async fn listening(limits: Limits) -> (SocketAddr, CancellationToken) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (addr, stopping) = (listener.local_addr().unwrap(), CancellationToken::new());
    tokio::spawn(serve(listener, limits, stopping.clone(), handler));
    (addr, stopping)
}

async fn of_two_places() -> (SocketAddr, CancellationToken) {
    listening(Limits { connections: 2, ..limits() }).await
}

#[tokio::test]
async fn the_system_does_not_hold_for_a_client_what_is_ours_to_count() {
    let (addr, _stopping) = listening(Limits { held_bytes: 3_000_000, ..limits() }).await;
    let mut clients = Vec::new();
    for _ in 0..2 {
        let mut client = TcpStream::connect(addr).await.unwrap();
        client.write_all(b"GET /2000000 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.unwrap();
        // The client begins to read.
        client.read_u8().await.unwrap();
        clients.push(client);
    }
    let mut answer = Vec::new();
    clients[1].read_to_end(&mut answer).await.unwrap();
    assert!(answer.len() > 2_000_000, "the newer is served");
    answer.clear();
    let read = clients[0].read_to_end(&mut answer).await;
    assert!(read.is_err() && answer.len() < 1_000_000, "the older was cut: {read:?}, {}", answer.len());
}

async fn answered(stream: &mut TcpStream) -> bool {
    stream.write_all(b"GET /0 HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return false,
        }
    }
    head.starts_with(b"HTTP/1.1 200")
}

#[tokio::test]
async fn the_oldest_idle_connection_makes_room_for_a_new_one() {
    let (addr, _stopping) = of_two_places().await;
    let (mut first, mut second) = (TcpStream::connect(addr).await.unwrap(), TcpStream::connect(addr).await.unwrap());
    assert!(answered(&mut second).await && answered(&mut first).await, "`second` is idle for longer");
    assert!(answered(&mut TcpStream::connect(addr).await.unwrap()).await);
    assert!(second.read_u8().await.is_err());
    assert!(answered(&mut first).await, "it was used after the other");
}

#[tokio::test]
async fn where_all_are_busy_a_new_one_waits_for_the_first_that_is_not() {
    let (addr, stopping) = of_two_places().await;
    let mut busy = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(addr).await.unwrap();
        // The end of the body is missing, so the request is under way.
        stream.write_all(b"POST /1000 HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n").await.unwrap();
        // Hyper asks for the body once the head is read.
        stream.read_exact(&mut [0; 25]).await.unwrap();
        busy.push(stream);
    }
    let mut third = TcpStream::connect(addr).await.unwrap();
    third.write_all(GET).await.unwrap();
    let waits = tokio::time::timeout(Duration::from_millis(50), third.read_u8()).await;
    assert!(waits.is_err(), "there is no place yet");
    busy[0].write_all(b"{}").await.unwrap();
    let mut answer = vec![0; 1000];
    third.read_exact(&mut answer).await.unwrap();
    busy[1].write_all(b"{}").await.unwrap();
    busy[1].read_exact(&mut answer).await.unwrap();
    stopping.cancel();
}

#[tokio::test]
async fn a_socket_that_asks_nothing_makes_room_for_others() {
    let (addr, _stopping) = of_two_places().await;
    let mut idle = socket(TcpStream::connect(addr).await.unwrap()).await;
    let mut busy = socket(TcpStream::connect(addr).await.unwrap()).await;
    busy.write_all(b"m").await.unwrap();
    assert_eq!(busy.read_u8().await.unwrap(), b'w');
    // A sign of life is no message.
    idle.write_all(b".").await.unwrap();
    assert!(answered(&mut TcpStream::connect(addr).await.unwrap()).await);
    assert!(idle.read_u8().await.is_err());
    assert!(answered(&mut TcpStream::connect(addr).await.unwrap()).await);
    let is_open = tokio::time::timeout(Duration::from_millis(50), busy.read_u8()).await;
    assert!(is_open.is_err(), "it is worked for");
}
