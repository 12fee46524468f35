//! Posts events to the hook: as fast as the clients can, or at a given rate.

use crate::client::Client;
use crate::sink::Sink;
use crate::workflow::{Shape, Workflow, event};
use anyhow::{Context, Result, ensure};
use hyper::Method;
use hyper::body::Bytes;
use std::io::Write;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// How long events are posted at a rate, in seconds.
pub(crate) const SECONDS: usize = 10;
/// A load ends when the sink has received nothing for this time.
const QUIET: Duration = Duration::from_secs(15);

/// The results of posted events.
#[derive(Debug)]
pub(crate) struct Load {
    pub(crate) posted: usize,
    /// How many events were answered with 2xx, and the time from the first POST to the last answer.
    pub(crate) accepted: usize,
    pub(crate) accepted_after: Duration,
    /// How many events the sink got, and the time from the first POST to the last arrival.
    pub(crate) completed: usize,
    pub(crate) completed_after: Duration,
    /// Sorted: the times from sending a POST to its answer, and to the event's arrival at the sink.
    pub(crate) answers: Vec<Duration>,
    pub(crate) arrivals: Vec<Duration>,
}

struct Posted {
    number: usize,
    sent: Instant,
    answered: Instant,
    accepted: bool,
}

/// Posts the events of these numbers to workflows of one shape in turn, at full speed: each client posts its next event when its last
/// one is answered.
pub(crate) async fn at_full_speed(workflows: &[Workflow], sink: &Sink, numbers: Range<usize>, clients: usize) -> Result<Load> {
    let Workflow { shape, addr, .. } = *workflows.first().context("no workflow")?;
    let first = numbers.start;
    let hooks: Arc<[String]> = workflows.iter().map(|workflow| workflow.hook.clone()).collect();
    let bodies: Arc<[Bytes]> = numbers.clone().map(|number| event(shape, number)).collect::<Result<Vec<_>>>()?.into();
    let (next, answered) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut connections = Vec::new();
    for _ in 0..clients {
        connections.push(Client::connect(addr).await?);
    }
    let started = Instant::now();
    let posting = connections.into_iter().map(|mut client| {
        let (bodies, next, answered, hooks) = (bodies.clone(), next.clone(), answered.clone(), hooks.clone());
        tokio::spawn(async move {
            let mut posted = Vec::new();
            loop {
                let index = next.fetch_add(1, Relaxed);
                let Some(body) = bodies.get(index) else { return Ok(posted) };
                let hook = &hooks[index % hooks.len()];
                posted.push(post(&mut client, hook, first + index, body.clone()).await?);
                answered.fetch_add(1, Relaxed);
            }
        })
    });
    let posting: Vec<tokio::task::JoinHandle<Result<Vec<Posted>>>> = posting.collect();
    wait_for(shape, sink, numbers.clone(), &answered, started).await;
    let mut posted = Vec::new();
    for client in posting {
        posted.extend(client.await??);
    }
    Ok(summed(shape, sink, numbers, posted, started))
}

/// Posts one event after the other, at equal intervals; they are numbered from `first` on.
pub(crate) async fn at_rate(workflow: &Workflow, sink: &Sink, first: usize, rate: usize) -> Result<Load> {
    let numbers = first..first + rate * SECONDS;
    let answered = AtomicUsize::new(0);
    let mut client = Client::connect(workflow.addr).await?;
    let mut beat = tokio::time::interval(Duration::from_secs(1) / rate as u32);
    let started = Instant::now();
    let mut posted = Vec::new();
    for number in numbers.clone() {
        let body = event(workflow.shape, number)?;
        beat.tick().await;
        posted.push(post(&mut client, &workflow.hook, number, body).await?);
        answered.fetch_add(1, Relaxed);
    }
    wait_for(workflow.shape, sink, numbers.clone(), &answered, started).await;
    Ok(summed(workflow.shape, sink, numbers, posted, started))
}

async fn post(client: &mut Client, hook: &str, number: usize, body: Bytes) -> Result<Posted> {
    let sent = Instant::now();
    let (status, answer) = client.send(Method::POST, hook, body).await?;
    // An answer like this means that the bench itself is wrong, and nothing would be accepted.
    ensure!(!status.is_client_error(), "the hook answered with {status}: {}", String::from_utf8_lossy(&answer));
    Ok(Posted { number, sent, answered: Instant::now(), accepted: status.is_success() })
}

/// Waits until the sink has got all events, or gets no more; shows the progress.
async fn wait_for(shape: Shape, sink: &Sink, numbers: Range<usize>, answered: &AtomicUsize, started: Instant) {
    let (mut last, mut shown) = ((0, 0), Instant::now());
    let mut moved = Instant::now();
    let expected = numbers.clone().filter(|number| shape.arrives(*number)).count();
    while (last.0 < numbers.len() || last.1 < expected) && moved.elapsed() < QUIET {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let now = (answered.load(Relaxed), sink.arrivals(numbers.clone()).iter().flatten().count());
        if now != last {
            (last, moved) = (now, Instant::now());
        }
        if shown.elapsed() >= Duration::from_secs(1) {
            shown = Instant::now();
            let _ =
                write!(std::io::stderr(), "\r  {} accepted, {} completed, {} s ", last.0, last.1, started.elapsed().as_secs());
        }
    }
    let _ =
        write!(std::io::stderr(), "\r  {} accepted, {} completed, {:.1} s\n", last.0, last.1, started.elapsed().as_secs_f64());
}

fn summed(shape: Shape, sink: &Sink, numbers: Range<usize>, posted: Vec<Posted>, started: Instant) -> Load {
    let seen = sink.arrivals(numbers.clone());
    let arrival = |posted: &Posted| seen[posted.number - numbers.start].map(|at| at.saturating_duration_since(posted.sent));
    // An event that does not arrive is completed when it is accepted.
    let ended = posted.iter().filter(|posted| posted.accepted && !shape.arrives(posted.number)).count();
    let last = |times: &mut dyn Iterator<Item = Instant>| times.max().map_or(Duration::ZERO, |last| last - started);
    Load {
        posted: posted.len(),
        accepted: posted.iter().filter(|posted| posted.accepted).count(),
        accepted_after: last(&mut posted.iter().map(|posted| posted.answered)),
        completed: seen.iter().flatten().count() + ended,
        completed_after: last(&mut seen.iter().flatten().copied()),
        answers: sorted(posted.iter().map(|posted| posted.answered - posted.sent)),
        arrivals: sorted(posted.iter().filter_map(arrival)),
    }
}

fn sorted(durations: impl Iterator<Item = Duration>) -> Vec<Duration> {
    let mut durations: Vec<Duration> = durations.collect();
    durations.sort_unstable();
    durations
}

impl Load {
    pub(crate) fn completed_per_second(&self) -> f64 {
        self.completed as f64 / self.completed_after.as_secs_f64().max(1e-9)
    }

    /// How many events were accepted, but never came to the sink.
    pub(crate) fn lost(&self) -> usize {
        self.accepted.saturating_sub(self.completed)
    }
}

/// The nearest-rank percentile of sorted durations, in milliseconds.
pub(crate) fn percentile(sorted: &[Duration], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).map_or(0.0, |duration| duration.as_secs_f64() * 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_nearest_ranks() {
        let sorted: Vec<Duration> = (1..=200).map(Duration::from_millis).collect();
        assert_eq!([50, 95, 99, 100].map(|percent| percentile(&sorted, percent)), [100.0, 190.0, 198.0, 200.0]);
        assert_eq!(percentile(&sorted[..1], 50), 1.0);
        assert_eq!(percentile(&[], 50), 0.0);
    }
}
