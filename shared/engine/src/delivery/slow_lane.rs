//! The slow lane: agents that compute for long run there, few at a time, so that they hold up none of the threads on which all other
//! deliveries go on. How long an agent takes is measured here too.

use crate::workflow::built::Pace;
use futures::poll;
use rookery_agents::processor_time;
use rookery_domain::{Error, Kind, Result};
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::thread::available_parallelism;
use std::time::Duration;
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::{Mutex, Semaphore, SemaphorePermit, watch};

/// The places in which slow agents compute.
pub(crate) struct SlowLane {
    places: Semaphore,
    /// How much work stands in line.
    in_line: watch::Sender<usize>,
}

/// The most work in line for which more is put into it.
const LONG: usize = 64;
/// The code of the error that the line is long.
pub(crate) const LONG_LINE: &str = "long_line";

/// Whose work it is.
#[derive(Clone, Copy)]
pub(crate) struct Entrant<'a> {
    /// The agent's place in the line.
    pub(crate) turn: &'a Turn,
    /// How long it takes, as far as that is known.
    pub(crate) pace: &'a (dyn Fn() -> Pace + Sync),
    /// Whether the work may be left for later, where much is in line.
    pub(crate) may_wait_elsewhere: bool,
}

/// An agent's place in the line: one for all of its work, so that a new agent does not stand behind all that waits for another.
pub(crate) type Turn = Mutex<()>;

impl SlowLane {
    /// Half of the machine's processors are for slow agents.
    pub(crate) fn of_this_machine() -> Self {
        SlowLane::new((available_parallelism().map_or(1, usize::from) / 2).max(1))
    }

    fn new(places: usize) -> Self {
        SlowLane { places: Semaphore::new(places), in_line: watch::Sender::new(0) }
    }

    /// How much work stands in line, now and whenever that changes.
    pub(crate) fn in_line(&self) -> watch::Receiver<usize> {
        self.in_line.subscribe()
    }

    /// Whether a place is free at the moment.
    pub(crate) fn is_free(&self) -> bool {
        self.places.available_permits() > 0 && !self.places.is_closed()
    }

    /// Lets no more work begin: what stands in line gets no place any more.
    pub(crate) fn close(&self) {
        self.places.close();
    }

    /// Puts more into the line than it should have, for tests.
    #[cfg(test)]
    pub(crate) fn lengthen(&self) {
        self.in_line.send_modify(|works| *works += LONG);
    }

    /// Takes all places, for tests.
    #[cfg(test)]
    pub(crate) async fn take_all(&self) -> impl Drop {
        let places = self.places.available_permits() as u32;
        self.places.acquire_many(places).await.unwrap()
    }

    /// Runs work of an agent, of which each step takes a place for as long as it computes. Work that waits, as for an answer, takes
    /// none. Once the lane is closed, no work begins, which is an error; what has begun goes on, since it may have called somebody.
    pub(crate) async fn run<T>(&self, of: Entrant<'_>, work: impl Future<Output = T>) -> Result<T> {
        let mut work = pin!(work);
        let Some(begun) = self.begin(of).await? else { return Ok(work.await) };
        let mut place = Some(begun);
        loop {
            if let Poll::Ready(done) = poll!(poll_fn(|cx| apart(|| work.as_mut().poll(cx)))) {
                return Ok(done);
            }
            drop(place);
            futures::pending!();
            place = self.places.acquire().await.ok();
        }
    }

    /// A place; none for an agent that needs none any more. It is an error if the work can wait elsewhere and much is before it.
    async fn begin(&self, of: Entrant<'_>) -> Result<Option<SemaphorePermit<'_>>> {
        let _in_line = InLine::stand(&self.in_line);
        let _turn = of.turn.lock().await;
        // More may be known of the agent now.
        match (of.pace)() {
            Pace::Quick => Ok(None),
            Pace::Slow if of.may_wait_elsewhere && *self.in_line.borrow() > LONG => {
                Err(Error::new(Kind::Unavailable, LONG_LINE, "Many slow agents are at work.", "Try again later."))
            }
            _ => self.places.acquire().await.map(Some).map_err(|_| Error::ending()),
        }
    }
}

/// Work that stands in line, until it is dropped.
struct InLine<'a>(&'a watch::Sender<usize>);

impl<'a> InLine<'a> {
    fn stand(count: &'a watch::Sender<usize>) -> Self {
        count.send_modify(|works| *works += 1);
        InLine(count)
    }
}

impl Drop for InLine<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|works| *works -= 1);
    }
}

/// Computes while another thread does the other work of this one. A runtime of one thread has no other.
fn apart<T>(compute: impl FnOnce() -> T) -> T {
    match Handle::try_current().map(|runtime| runtime.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(compute),
        _ => compute(),
    }
}

/// Runs work, and gives for how long a processor was busy with it: time in which it worked on something else makes nobody slow.
pub(crate) async fn busy_during<T>(work: impl Future<Output = T>) -> (T, Duration) {
    let (mut work, mut spent) = (pin!(work), Duration::ZERO);
    let done = poll_fn(|cx| {
        let before = processor_time();
        let polled = work.as_mut().poll(cx);
        spent += processor_time().saturating_sub(before);
        polled
    });
    let done = done.await;
    (done, spent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;

    const fn unknown(turn: &Turn) -> Entrant<'_> {
        Entrant { turn, pace: &|| Pace::Unknown, may_wait_elsewhere: true }
    }

    /// A test that would wait for ever fails after this time.
    const WITHIN: Duration = Duration::from_secs(20);

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn a_slow_agent_leaves_the_only_thread_to_others() {
        let (tell, told) = mpsc::channel();
        let slow = tokio::spawn(async move {
            SlowLane::new(1).run(unknown(&Turn::default()), async move { told.recv_timeout(WITHIN).is_ok() }).await.unwrap()
        });
        // The only thread of the runtime does this, while the slow work blocks.
        tokio::spawn(async move { tell.send(()) }).await.unwrap().unwrap();
        assert!(slow.await.unwrap());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn few_compute_at_a_time_and_those_that_wait_take_no_place() {
        let lane = Arc::new(SlowLane::new(2));
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let all = (0..20).map(|_| {
            let (lane, now, most) = (lane.clone(), now.clone(), most.clone());
            let compute = move || {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                // The others get the chance to begin.
                (0..100).for_each(|_| std::thread::yield_now());
                now.fetch_sub(1, Ordering::SeqCst);
            };
            tokio::spawn(async move {
                let steps = async {
                    compute();
                    tokio::task::yield_now().await;
                    compute();
                };
                lane.run(unknown(&Turn::default()), steps).await.unwrap();
            })
        });
        for one in all.collect::<Vec<_>>() {
            one.await.unwrap();
        }
        assert!((1..=2).contains(&most.load(Ordering::SeqCst)), "{most:?}");
        // One waits for ever: the others still get all the places.
        let waiting = tokio::spawn({
            let lane = lane.clone();
            async move { lane.run(unknown(&Turn::default()), std::future::pending::<()>()).await }
        });
        while lane.places.available_permits() < 2 {
            tokio::task::yield_now().await;
        }
        let both = (lane.places.try_acquire(), lane.places.try_acquire());
        assert!(both.0.is_ok() && both.1.is_ok());
        waiting.abort();
    }

    #[tokio::test]
    async fn a_runtime_of_one_thread_will_do() {
        assert_eq!(SlowLane::of_this_machine().run(unknown(&Turn::default()), async { 7 }).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn once_it_is_closed_nothing_begins_but_what_has_begun_ends() {
        let (lane, turn) = (SlowLane::new(1), Turn::default());
        let (answer, answered) = tokio::sync::oneshot::channel();
        let mut calls = pin!(lane.run(unknown(&turn), answered));
        assert!(poll!(calls.as_mut()).is_pending());
        let place = lane.places.acquire().await.unwrap();
        let mut waits = pin!(lane.run(unknown(&turn), async {}));
        assert!(poll!(waits.as_mut()).is_pending());
        lane.close();
        drop(place);
        assert!(!lane.is_free());
        assert!(waits.await.unwrap_err().is_told());
        answer.send(7).unwrap();
        assert_eq!(calls.await.unwrap().unwrap(), 7);
    }

    #[tokio::test]
    async fn agents_take_turns_however_much_of_one_waits() {
        let (lane, many, new) = (SlowLane::new(1), Turn::default(), Turn::default());
        let place = lane.places.acquire().await.unwrap();
        let done = std::cell::RefCell::new(Vec::new());
        let work = async |turn, agent| lane.run(unknown(turn), async { done.borrow_mut().push(agent) }).await.unwrap();
        let all = futures::future::join_all((0..5).map(|_| work(&many, "many")));
        let (mut all, mut other) = (pin!(all), pin!(work(&new, "new")));
        assert!(poll!(all.as_mut()).is_pending() && poll!(other.as_mut()).is_pending());
        assert_eq!(*lane.in_line().borrow(), 6);
        drop(place);
        tokio::join!(all, other);
        assert_eq!(*done.borrow(), ["many", "new", "many", "many", "many", "many"]);
        assert_eq!(*lane.in_line().borrow(), 0);
    }

    #[tokio::test]
    async fn what_became_known_of_an_agent_meanwhile_counts() {
        let (lane, turn) = (SlowLane::new(1), Turn::default());
        let _place = lane.places.acquire().await.unwrap();
        let quick = Entrant { turn: &turn, pace: &|| Pace::Quick, may_wait_elsewhere: true };
        assert_eq!(lane.run(quick, async { 7 }).await.unwrap(), 7, "it needs no place");
        lane.lengthen();
        let slow = Entrant { pace: &|| Pace::Slow, ..quick };
        assert_eq!(lane.run(slow, async {}).await.unwrap_err().code, LONG_LINE);
        // An agent of which nothing is known may be quick, and a caller who waits has nowhere else to wait.
        for patient in [unknown(&turn), Entrant { may_wait_elsewhere: false, ..slow }] {
            assert!(poll!(pin!(lane.run(patient, async {}))).is_pending());
        }
    }

    #[tokio::test]
    async fn the_time_of_others_does_not_count() {
        let work = async {
            tokio::task::yield_now().await;
            7
        };
        let others = async {
            let began = processor_time();
            while processor_time() - began < Duration::from_millis(30) {}
        };
        let ((seven, spent), ()) = tokio::join!(busy_during(work), others);
        assert_eq!(seven, 7);
        assert!(spent < Duration::from_millis(30), "{spent:?}");
    }
}
