//! The system that the workflow calls: an HTTP server that notes when each event came, by its number, and how often.

use anyhow::{Context, Result};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// When an event had come as often as it is to come, and the number of its arrivals.
#[derive(Clone, Copy)]
struct Arrivals {
    at: Option<Instant>,
    count: usize,
}

/// The arrivals by event number.
pub(crate) struct Sink {
    arrivals: Mutex<Vec<Option<Arrivals>>>,
    /// How often each event is to come.
    calls: usize,
}

#[derive(Deserialize)]
struct Event {
    number: usize,
}

impl Sink {
    /// Starts a sink for events numbered `0..events`, each of which comes `calls` times, on a free port of loopback, until the program ends.
    pub(crate) async fn start(events: usize, calls: usize) -> Result<(Arc<Self>, SocketAddr)> {
        let sink = Arc::new(Sink { arrivals: Mutex::new(vec![None; events]), calls });
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context("the sink's port")?;
        let addr = listener.local_addr()?;
        let app = Router::new().route("/", post(receive)).with_state(sink.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok((sink, addr))
    }

    /// Notes an arrival; `false` for a number that was never sent.
    fn note(&self, number: usize, now: Instant) -> bool {
        let mut arrivals = self.arrivals.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(arrivals) = arrivals.get_mut(number) else { return false };
        let arrivals = arrivals.get_or_insert(Arrivals { at: None, count: 0 });
        arrivals.count += 1;
        if arrivals.count == self.calls {
            arrivals.at = Some(now);
        }
        true
    }

    /// When each of these events had come, if it did.
    pub(crate) fn arrivals(&self, numbers: Range<usize>) -> Vec<Option<Instant>> {
        let arrivals = self.arrivals.lock().unwrap_or_else(PoisonError::into_inner);
        arrivals[numbers].iter().map(|arrivals| arrivals.and_then(|arrivals| arrivals.at)).collect()
    }

    /// How many events came more than once.
    pub(crate) fn doubled(&self) -> usize {
        let arrivals = self.arrivals.lock().unwrap_or_else(PoisonError::into_inner);
        arrivals.iter().flatten().filter(|arrivals| arrivals.count > self.calls).count()
    }
}

async fn receive(State(sink): State<Arc<Sink>>, body: Bytes) -> (StatusCode, Json<Value>) {
    let now = Instant::now();
    match serde_json::from_slice::<Event>(&body) {
        Ok(event) if sink.note(event.number, now) => (StatusCode::OK, Json(json!({"received": event.number}))),
        _ => (StatusCode::BAD_REQUEST, Json(json!({"error": "no event that was sent"}))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_are_counted_and_the_first_arrival_stays() {
        let sink = Sink { arrivals: Mutex::new(vec![None; 3]), calls: 1 };
        let first = Instant::now();
        assert!(sink.note(1, first) && sink.note(1, Instant::now()) && sink.note(2, first));
        assert!(!sink.note(3, first));
        assert_eq!(sink.arrivals(0..2), [None, Some(first)]);
        assert_eq!(sink.doubled(), 1);
    }
}
