//! An HTTP client with one keep-alive connection, as small as possible, because it shares the machine with what it measures.

use anyhow::{Context, Result, ensure};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::SendRequest;
use hyper::header::{ACCEPT, CONTENT_TYPE, HOST};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::net::SocketAddr;
use tokio::net::TcpStream;

/// A connection to Rookery.
pub(crate) struct Client {
    addr: SocketAddr,
    sender: SendRequest<Full<Bytes>>,
}

impl Client {
    pub(crate) async fn connect(addr: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(addr).await.with_context(|| format!("connecting to {addr}"))?;
        stream.set_nodelay(true)?;
        let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        // If the connection fails, the next request fails.
        tokio::spawn(connection);
        Ok(Client { addr, sender })
    }

    /// Sends JSON, and reads the whole answer.
    pub(crate) async fn send(&mut self, method: Method, path: &str, body: Bytes) -> Result<(StatusCode, Bytes)> {
        self.sender.ready().await?;
        let request = Request::builder().method(method).uri(path).header(HOST, self.addr.to_string());
        let request = request.header(CONTENT_TYPE, "application/json").body(Full::new(body))?;
        let response = self.sender.send_request(request).await?;
        let status = response.status();
        Ok((status, response.into_body().collect().await?.to_bytes()))
    }

    /// Sends JSON, and shows what has come of the answer, a stream of server-sent events, whenever more of it is there.
    pub(crate) async fn stream(&mut self, path: &str, body: Bytes, mut show: impl FnMut(&str)) -> Result<()> {
        self.sender.ready().await?;
        let request = Request::builder().method(Method::POST).uri(path).header(HOST, self.addr.to_string());
        let request = request.header(CONTENT_TYPE, "application/json").header(ACCEPT, "text/event-stream");
        let response = self.sender.send_request(request.body(Full::new(body))?).await?;
        ensure!(response.status().is_success(), "{path} was answered with {}", response.status());
        let (mut body, mut text) = (response.into_body(), String::new());
        while let Some(frame) = body.frame().await {
            if let Some(data) = frame?.data_ref() {
                text.push_str(&String::from_utf8_lossy(data));
                show(&text);
            }
        }
        Ok(())
    }

    /// Makes a call of the API, and gives its `data`, which is null where nothing is said. An answer that is not 2xx is an error.
    pub(crate) async fn call(&mut self, method: Method, path: &str, body: &Value) -> Result<Value> {
        let (status, answer) = self.send(method.clone(), path, Bytes::from(serde_json::to_vec(body)?)).await?;
        ensure!(status.is_success(), "{method} {path} was answered with {status}: {}", String::from_utf8_lossy(&answer));
        if answer.is_empty() {
            return Ok(Value::Null);
        }
        let answer: Value = serde_json::from_slice(&answer).with_context(|| format!("the answer of {method} {path}"))?;
        Ok(answer["data"].clone())
    }
}
