//! What the tests share: a scripted HTTP server, a listener that nobody may connect to, a scripted resolver.
#![allow(dead_code, unreachable_pub, reason = "each test file uses a part of it")]

use rookery_egress::{Allow, Egress, Policy, Resolver, Resolving};
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr, TcpListener as StdListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

type Answer = Arc<dyn Fn(&str) -> Vec<u8> + Send + Sync>;

/// A server on loopback that keeps what it was sent, and counts its connections: all of them, and the open ones.
pub struct Server {
    pub address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    connections: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Server {
    /// Starts a server that gives the same answer to every request.
    pub async fn start(ip: &str, answer: impl Into<Vec<u8>>) -> Server {
        Self::drip(ip, answer, Vec::new()).await
    }

    /// Starts a server that answers a path with a redirect to where the route leads, and all else with [`OK`].
    pub async fn redirecting(ip: &str, routes: &[(&str, u16, &str)]) -> Server {
        let routes: Vec<_> = routes.iter().map(|(path, status, to)| (path.to_string(), *status, to.to_string())).collect();
        let answer = move |request: &str| {
            let path = request.split(' ').nth(1).unwrap_or_default();
            match routes.iter().find(|(route, _, _)| route == path) {
                Some((_, status, to)) => {
                    format!("HTTP/1.1 {status} Moved\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n").into_bytes()
                }
                None => OK.into(),
            }
        };
        Self::answering(ip, Arc::new(answer), Vec::new()).await
    }

    /// Starts a server that sends one byte of `tail` every ten seconds after its answer.
    pub async fn drip(ip: &str, answer: impl Into<Vec<u8>>, tail: impl Into<Vec<u8>>) -> Server {
        let answer = answer.into();
        Self::answering(ip, Arc::new(move |_: &str| answer.clone()), tail.into()).await
    }

    async fn answering(ip: &str, answer: Answer, tail: Vec<u8>) -> Server {
        let listener = TcpListener::bind((ip, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let connections = Arc::new(AtomicUsize::new(0));
        let tail = Arc::new(tail);
        let (log, count) = (requests.clone(), connections.clone());
        let task = tokio::spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                open.spawn(converse(stream, log.clone(), answer.clone(), tail.clone()));
            }
        });
        Server { address, requests, connections, task }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn converse(mut stream: TcpStream, log: Arc<Mutex<Vec<String>>>, answer: Answer, tail: Arc<Vec<u8>>) {
    while let Some(request) = read_request(&mut stream).await {
        let answered = answer(&request);
        log.lock().unwrap().push(request);
        if stream.write_all(&answered).await.is_err() {
            return;
        }
        for byte in tail.iter() {
            tokio::time::sleep(Duration::from_secs(10)).await;
            if stream.write_all(&[*byte]).await.is_err() {
                return;
            }
        }
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Some(text);
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

/// A listener that nobody may connect to.
pub struct Trap {
    pub address: SocketAddr,
    listener: StdListener,
}

impl Trap {
    pub fn set(address: SocketAddr) -> Trap {
        let listener = StdListener::bind(address).unwrap();
        listener.set_nonblocking(true).unwrap();
        Trap { address: listener.local_addr().unwrap(), listener }
    }

    pub fn assert_untouched(&self) {
        let error = self.listener.accept().expect_err("the trap was connected to");
        assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock);
    }
}

/// A resolver that gives its answers for a name in turn, and then the last one for ever.
#[derive(Default)]
pub struct Script {
    answers: Mutex<HashMap<String, Vec<Vec<IpAddr>>>>,
    pub asked: AtomicUsize,
}

impl Script {
    pub fn new(names: &[(&str, &[&[&str]])]) -> Arc<Script> {
        let parse = |addresses: &&[&str]| addresses.iter().map(|address| address.parse().unwrap()).collect();
        let answers = names.iter().map(|(name, turns)| (name.to_string(), turns.iter().map(parse).collect()));
        Arc::new(Script { answers: Mutex::new(answers.collect()), asked: AtomicUsize::new(0) })
    }
}

impl Resolver for Script {
    fn resolve(&self, host: &str) -> Resolving {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.answers.lock().unwrap();
        let answer = match answers.get_mut(host) {
            Some(turns) if turns.len() > 1 => turns.remove(0),
            Some(turns) => turns[0].clone(),
            None => Vec::new(),
        };
        Box::pin(async move { Ok(answer) })
    }
}

/// A policy that allows these ranges, and waits three seconds.
pub fn policy(allow: &[&str]) -> Policy {
    let allow = allow.iter().map(|text| text.parse::<Allow>().unwrap()).collect();
    Policy { allow, timeout: Duration::from_secs(3), ..Policy::default() }
}

/// A client that may reach `127.0.0.2` only.
pub fn egress() -> Egress {
    Egress::new(policy(&["127.0.0.2"]))
}

pub const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
