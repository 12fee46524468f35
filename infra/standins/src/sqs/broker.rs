//! The one thread that owns the queues and their file. Each pass takes all requests that wait, applies them, gives waiting
//! messages to waiting receivers, writes all changes in one transaction, and then answers. Between passes the thread sleeps until
//! the next due moment. While nothing can be written, requests are refused and receivers wait, because their receives could not
//! be noted.

use super::error::{Code, Error};
use super::message::{Message, Millis};
use super::queues::Queues;
use super::received::Received;
use super::store::Store;
use crate::StandinError;
use crate::disk::{Disk, PROBE_EVERY};
use crate::opening::Checked;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, SystemTime};
use tokio::sync::oneshot;

/// The most requests in one transaction, so that a flood cannot delay every answer.
const GROUP: usize = 1_000;

/// Tells a caller its result, or that the transaction failed.
type Answer = Box<dyn FnOnce(Result<(), Error>) + Send>;

/// What a caller wants done to the queues; it gets the error if nothing can be done now.
type Work = Box<dyn FnOnce(Result<(&mut Queues, Millis), Error>) -> Answer + Send>;

enum Job {
    Call(Work),
    Receive(Poll),
    /// Receivers stop waiting.
    Drain,
    Close,
}

/// A receive that may wait.
struct Poll {
    queue: String,
    max: usize,
    visibility: Option<i64>,
    /// The message groups that get nothing of this receive.
    pass_over: Vec<String>,
    /// How long the receive waits, in seconds; without a number, the queue's own time counts.
    wait: Option<i64>,
    /// When the receive ends without messages; known once the queue is.
    until: Millis,
    broker: Broker,
    answer: oneshot::Sender<Result<Received, Error>>,
}

/// The way to the broker's thread; cheap to clone.
#[derive(Clone)]
pub(crate) struct Broker {
    jobs: mpsc::Sender<Job>,
}

impl Broker {
    /// Opens the file, reads it, and starts the thread, which ends after [`Broker::close`].
    pub(crate) fn open(file: Checked, disk: Arc<Disk>) -> Result<(Broker, std::thread::JoinHandle<()>), StandinError> {
        let path = file.path.clone();
        let store = Store::open(file).map_err(|cause| StandinError::unwritable(&path, cause.as_ref()))?;
        let damaged = |cause: Box<dyn std::error::Error + Send + Sync>| StandinError::Damaged { path, cause: cause.to_string() };
        let queues = store.load(now()).map_err(damaged)?;
        let (sender, jobs) = mpsc::channel();
        let mut writer = Writer { jobs, queues, store, disk, polls: Vec::new(), draining: false };
        let run = move || while writer.pass() {};
        let thread = std::thread::Builder::new()
            .name("sqs-writer".to_owned())
            .spawn(run)
            .map_err(|cause| StandinError::Listen { name: "sqs", cause })?;
        Ok((Broker { jobs: sender }, thread))
    }

    /// Runs `work` on the queues, and gives its result once its changes are stored.
    pub(crate) async fn call<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Queues, Millis) -> Result<T, Error> + Send + 'static,
    {
        let (sender, answer) = oneshot::channel();
        self.submit(Job::Call(Box::new(move |queues| {
            let result = queues.and_then(|(queues, now)| work(queues, now));
            Box::new(move |stored| {
                let _ = sender.send(stored.and(result));
            })
        })));
        answer.await.unwrap_or_else(|_| Err(closed()))
    }

    /// Runs `work` on the queues, and waits for nothing. It is not run while nothing can be stored.
    pub(super) fn run(&self, work: impl FnOnce(&mut Queues, Millis) + Send + 'static) {
        self.submit(Job::Call(Box::new(move |queues| {
            if let Ok((queues, now)) = queues {
                work(queues, now);
            }
            Box::new(|_| {})
        })));
    }

    /// Receives one to `max` messages of other groups than `pass_over`, or none after `wait` seconds.
    pub(crate) async fn receive(
        &self,
        queue: String,
        max: usize,
        visibility: Option<i64>,
        pass_over: Vec<String>,
        wait: Option<i64>,
    ) -> Result<Received, Error> {
        let (answer, received) = oneshot::channel();
        let poll = Poll { queue, max, visibility, pass_over, wait, until: 0, broker: self.clone(), answer };
        self.submit(Job::Receive(poll));
        received.await.unwrap_or_else(|_| Err(closed()))
    }

    /// Ends all waiting receives, now and from now on.
    pub(crate) fn drain(&self) {
        self.submit(Job::Drain);
    }

    /// Ends the thread, after the requests that were submitted before.
    pub(crate) fn close(&self) {
        self.submit(Job::Close);
    }

    fn submit(&self, job: Job) {
        // If the thread has ended, the job is dropped, and with it the sender of its answer.
        let _ = self.jobs.send(job);
    }
}

struct Writer {
    jobs: mpsc::Receiver<Job>,
    queues: Queues,
    store: Store,
    disk: Arc<Disk>,
    /// Receives that wait, the oldest first.
    polls: Vec<Poll>,
    draining: bool,
}

impl Writer {
    /// Makes one transaction. Gives false after the last one.
    fn pass(&mut self) -> bool {
        let Some(first) = self.sleep() else { return false };
        let now = now();
        let fault = self.disk.fault();
        if fault.is_none() {
            self.queues.wake(now);
        }
        let mut answers = Vec::new();
        let mut open = true;
        let more: Vec<Job> = self.jobs.try_iter().take(GROUP).collect();
        for job in first.into_iter().chain(more) {
            match job {
                Job::Call(work) => answers.push(match &fault {
                    None => work(Ok((&mut self.queues, now))),
                    Some(fault) => work(Err(fault.into())),
                }),
                Job::Receive(poll) => self.admit(poll, now),
                Job::Drain => self.draining = true,
                Job::Close => open = false,
            }
        }
        let mut served = if fault.is_none() { self.serve(now) } else { Vec::new() };
        served.extend(self.take_over(now));
        let stored = self.commit(now);
        for answer in answers {
            answer(stored.clone());
        }
        for (poll, result) in served {
            // A caller that has left meanwhile drops its messages: see `Received`.
            let _ = poll.answer.send(stored.clone().and(result));
        }
        open
    }

    /// Waits for a request or the next due moment; while nothing can be written, until the next probe of the disk. Gives none
    /// when no caller is left.
    fn sleep(&mut self) -> Option<Option<Job>> {
        let next = match self.disk.fault() {
            None => self.queues.next_due(),
            Some(_) => Some(now() + PROBE_EVERY.as_millis() as Millis),
        };
        let due = next.into_iter().chain(self.polls.iter().map(|poll| poll.until)).min();
        let Some(due) = due else { return self.jobs.recv().ok().map(Some) };
        match self.jobs.recv_timeout(until(due)) {
            Ok(job) => Some(Some(job)),
            Err(RecvTimeoutError::Timeout) => Some(None),
            Err(RecvTimeoutError::Disconnected) => None,
        }
    }

    fn admit(&mut self, mut poll: Poll, now: Millis) {
        match self.queues.get(&poll.queue) {
            Ok(queue) => {
                poll.until = now + poll.wait.unwrap_or(queue.config.wait) * 1_000;
                self.polls.push(poll);
            }
            Err(error) => {
                let _ = poll.answer.send(Err(error));
            }
        }
    }

    /// Takes the receives that end in this pass with messages, in the order in which they came.
    fn serve(&mut self, now: Millis) -> Vec<(Poll, Result<Received, Error>)> {
        let mut served = Vec::new();
        // A receive may bury a message in a queue whose receivers were already served: the loop then runs once more.
        loop {
            let before = self.queues.journal.len();
            let polls = std::mem::take(&mut self.polls);
            for poll in polls.into_iter().filter(|poll| !poll.answer.is_closed()) {
                match self.queues.receive(&poll.queue, poll.max, poll.visibility, &poll.pass_over, now) {
                    Ok(messages) if messages.is_empty() => self.polls.push(poll),
                    result => served.push(poll.with(result)),
                }
            }
            if self.queues.journal.len() == before {
                break;
            }
        }
        served
    }

    /// Takes the receives that end with nothing, because their time is over.
    fn take_over(&mut self, now: Millis) -> impl Iterator<Item = (Poll, Result<Received, Error>)> + use<> {
        let (over, waiting) = std::mem::take(&mut self.polls).into_iter().partition(|poll| self.draining || poll.until <= now);
        self.polls = waiting;
        Vec::into_iter(over).map(|poll| poll.with(Ok(Vec::new())))
    }

    /// Stores the journal. If that fails, memory differs from the file: so the file is read again, and every caller of the pass is told.
    fn commit(&mut self, now: Millis) -> Result<(), Error> {
        let journal = std::mem::take(&mut self.queues.journal);
        if journal.is_empty() {
            return Ok(());
        }
        let failed = match self.store.commit(&journal) {
            Ok(()) => return Ok(()),
            Err(cause) => cause,
        };
        if is_failed_sync(failed.as_ref()) {
            // What the kernel still holds of the log is unknown: anything written after it might not be found again.
            self.disk.has_failed(&failed.to_string());
        } else {
            self.disk.heard(&failed.to_string());
        }
        match self.store.load(now) {
            Ok(queues) => self.queues = queues,
            Err(cause) => self.disk.has_failed(&cause.to_string()),
        }
        Err(self.disk.fault().as_ref().map_or_else(|| Error::new(Code::InternalFailure, failed.to_string()), Error::from))
    }
}

fn is_failed_sync(error: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    let sync = rusqlite::ffi::SQLITE_IOERR_FSYNC;
    error
        .downcast_ref::<rusqlite::Error>()
        .is_some_and(|error| error.sqlite_error().is_some_and(|error| error.extended_code == sync))
}

impl Poll {
    fn with(self, result: Result<Vec<Message>, Error>) -> (Poll, Result<Received, Error>) {
        let received = result.map(|messages| Received::new(self.queue.clone(), messages, self.broker.clone()));
        (self, received)
    }
}

/// The machine's clock, in milliseconds since 1970.
pub(crate) fn now() -> Millis {
    since_1970().as_millis() as Millis
}

/// How long it is until the clock shows `due`: never less than that.
fn until(due: Millis) -> Duration {
    Duration::from_millis(u64::try_from(due).unwrap_or(0)).saturating_sub(since_1970())
}

fn since_1970() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

fn closed() -> Error {
    Error::new(Code::InternalFailure, "The queues are closing: try again after the restart.")
}
