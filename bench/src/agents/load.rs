//! Asks the agent `bench` of a server over PyFlue's paths: one after the other, by several clients, all at once.

use crate::client::Client;
use crate::load::percentile;
use anyhow::{Context, Result, ensure};
use hyper::Method;
use hyper::body::Bytes;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

/// How long work that was accepted may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// Who asks a server at this address. Each prompt has an instance of its own, so no history grows.
#[derive(Clone, Copy)]
pub(crate) struct Asking {
    addr: SocketAddr,
}

/// How long the model alone takes: the median and the 99th percentile, in milliseconds.
pub(crate) async fn model_alone(addr: SocketAddr, calls: usize) -> Result<[f64; 2]> {
    let mut client = Client::connect(addr).await?;
    let request = json!({"model": "bench", "stream": true, "messages": [{"role": "user", "content": "Hello"}]});
    let mut times = Vec::new();
    for _ in 0..calls {
        times.push(post(&mut client, "/v1/chat/completions", &request, 200).await?);
    }
    times.sort_unstable();
    Ok([percentile(&times, 50), percentile(&times, 99)])
}

/// Waits until this is so.
pub(crate) async fn until(is_so: impl Fn() -> bool) -> Result<()> {
    let asked = Instant::now();
    while !is_so() {
        ensure!(asked.elapsed() < PATIENCE, "what was accepted is not done");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Ok(())
}

async fn post(client: &mut Client, path: &str, body: &Value, expected: u16) -> Result<Duration> {
    let (body, sent) = (Bytes::from(serde_json::to_vec(body)?), Instant::now());
    let (status, answer) = client.send(Method::POST, path, body).await?;
    ensure!(status == expected, "{path} was answered with {status}: {}", String::from_utf8_lossy(&answer));
    Ok(sent.elapsed())
}

impl Asking {
    pub(crate) fn of(addr: SocketAddr) -> Asking {
        Asking { addr }
    }

    /// Asks so many prompts by so many clients, each of which asks its next one when its last one is answered; gives their times, sorted.
    pub(crate) async fn prompts(self, name: &'static str, prompts: usize, clients: usize) -> Result<Vec<Duration>> {
        let next = Arc::new(AtomicUsize::new(0));
        let asking = (0..clients).map(|_| {
            let next = next.clone();
            tokio::spawn(async move {
                let (mut client, mut times) = (Client::connect(self.addr).await?, Vec::new());
                loop {
                    let number = next.fetch_add(1, Relaxed);
                    if number >= prompts {
                        return Ok(times);
                    }
                    let path = format!("/agents/bench/{name}-{number}");
                    times.push(post(&mut client, &path, &json!({"message": "Hello"}), 200).await?);
                }
            })
        });
        let asking: Vec<JoinHandle<Result<Vec<Duration>>>> = asking.collect();
        let mut times = Vec::new();
        for client in asking {
            times.extend(client.await.context("a client")??);
        }
        times.sort_unstable();
        Ok(times)
    }

    /// Asks for streams one after the other; gives the times until their first piece of text, sorted.
    pub(crate) async fn streams(self, name: &str, streams: usize) -> Result<Vec<Duration>> {
        let (mut client, mut times) = (Client::connect(self.addr).await?, Vec::new());
        for number in 0..streams {
            let path = format!("/agents/bench/{name}-{number}");
            let (body, sent) = (Bytes::from_static(br#"{"message":"Hello"}"#), Instant::now());
            let mut first = None;
            client
                .stream(&path, body, |text| first = first.or_else(|| text.contains("event: delta").then(|| sent.elapsed())))
                .await?;
            times.push(first.context("a stream without a piece of text")?);
        }
        times.sort_unstable();
        Ok(times)
    }

    /// Gives dispatches to sessions in turn; gives the times until they were accepted, sorted.
    pub(crate) async fn dispatches(self, dispatches: usize, sessions: usize) -> Result<Vec<Duration>> {
        let (mut client, mut times) = (Client::connect(self.addr).await?, Vec::new());
        for number in 0..dispatches {
            let path = format!("/agents/bench/dispatch-{}/dispatch", number % sessions);
            times.push(post(&mut client, &path, &json!({"input": format!("Number {number}")}), 202).await?);
        }
        times.sort_unstable();
        Ok(times)
    }

    /// Has so many sessions at work at the same time; gives how many of them were answered.
    pub(crate) async fn at_once(self, sessions: usize) -> usize {
        let asking = (0..sessions).map(|number| {
            tokio::spawn(async move {
                let mut client = Client::connect(self.addr).await?;
                post(&mut client, &format!("/agents/bench/together-{number}"), &json!({"message": "together"}), 200).await
            })
        });
        let asking: Vec<JoinHandle<Result<Duration>>> = asking.collect();
        let mut answered = 0;
        for client in asking {
            answered += usize::from(matches!(client.await, Ok(Ok(_))));
        }
        answered
    }
}
