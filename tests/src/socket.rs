//! A client of WebSockets.

use crate::Api;
use futures::{SinkExt, StreamExt};
use serde_json::Value;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Bytes, Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

/// How long the other side may be silent.
const PATIENCE: Duration = Duration::from_secs(60);

/// An open WebSocket.
pub struct Socket(WebSocketStream<TcpStream>);

/// What came over a WebSocket.
#[derive(Debug, PartialEq)]
pub enum Came {
    /// A frame of JSON.
    Frame(Value),
    /// The answer to a ping.
    Pong,
    /// The other side closed the socket, with this code.
    Close(u16),
    /// The connection ended without a word.
    Gone,
}

impl Socket {
    /// Opens a socket at a path of the server, with this value of `Authorization`; otherwise it is the status of the answer.
    pub async fn open(api: &Api, path: &str, authorization: Option<&str>) -> Result<Socket, u16> {
        Socket::open_with(api, path, authorization.map(|value| ("authorization", value)).as_slice()).await
    }

    /// The same, with these headers.
    pub async fn open_with(api: &Api, path: &str, headers: &[(&'static str, &str)]) -> Result<Socket, u16> {
        let address = api.base().strip_prefix("http://").unwrap();
        let mut request = format!("ws://{address}{path}").into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let stream = TcpStream::connect(address).await.unwrap();
        match client_async(request, stream).await {
            Ok((stream, _)) => Ok(Socket(stream)),
            Err(Error::Http(answer)) => Err(answer.status().as_u16()),
            Err(error) => panic!("{path}: {error}"),
        }
    }

    /// Sends a text.
    pub async fn say(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.unwrap();
    }

    /// Sends a ping.
    pub async fn ping(&mut self) {
        self.0.send(Message::Ping(Bytes::new())).await.unwrap();
    }

    /// What comes next; pings of the other side are answered meanwhile. Panics when nothing comes.
    pub async fn next(&mut self) -> Came {
        loop {
            match tokio::time::timeout(PATIENCE, self.0.next()).await.expect("something comes") {
                Some(Ok(Message::Text(text))) => return Came::Frame(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Pong(_))) => return Came::Pong,
                Some(Ok(Message::Close(close))) => return Came::Close(close.map_or(1005, |close| close.code.into())),
                Some(Ok(_)) => {}
                None | Some(Err(_)) => return Came::Gone,
            }
        }
    }

    /// The next frame.
    pub async fn frame(&mut self) -> Value {
        match self.next().await {
            Came::Frame(frame) => frame,
            other => panic!("no frame: {other:?}"),
        }
    }
}
