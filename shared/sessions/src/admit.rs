//! Admission: an operation gets its place in the order of a session, or is refused because the session is busy.

use crate::Sessions;
use crate::ask::Ask;
use crate::delete::is_deletion;
use crate::entry::Over;
use crate::log::read;
use rookery_domain::{Error, Kind, OperationAt, Result, SessionAt, Time, limits};
use rookery_queue::Message;
use rookery_store::{Asked, Listing, Operation, PutOperation, SessionNames};
use std::time::Duration;

/// How often others may be faster before admission is given up.
const ROUNDS: u64 = 40;
/// When somebody looks at an operation that was admitted, unless it is over: whoever admitted it may be gone.
const GUARD_MS: i64 = 120_000;
/// The longest time after which a refused caller is told to come again, in seconds.
const COME_AGAIN: u64 = 5;

/// What is to be admitted.
#[derive(Clone, Debug)]
pub struct Admit<'a> {
    /// Where the session is.
    pub at: &'a SessionAt,
    /// The session's names.
    pub names: &'a SessionNames,
    /// What is asked.
    pub ask: &'a Ask,
    /// The idempotency key, with the hash of what is asked.
    pub key: Option<Asked<'a>>,
    /// The name of this process, if it begins the operation itself, and until when others may rely on that.
    pub here: Option<(&'a str, Time)>,
    /// Whether it is refused if it would have to wait.
    pub only_if_free: bool,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admitted {
    /// It has its place; so many operations are to be done before.
    New {
        /// The operation.
        operation: OperationAt,
        /// When it was admitted.
        at: Time,
        /// The number of the last entry of the log at that time.
        after: u64,
        /// How many come first.
        before: u64,
    },
    /// It was asked before: this is the operation.
    Same(OperationAt),
}

impl Sessions {
    /// Admits an operation. Errors: 409 `session_busy` and 503 `session_full`, with the time after which to come again; 409
    /// `idempotency_conflict`; 422 `question_too_large`.
    pub async fn admit(&self, admit: &Admit<'_>) -> Result<Admitted> {
        let asked = serde_json::to_string(admit.ask).map_err(Error::internal)?;
        let room = self.hub.room(admit.at);
        let _door = room.door.lock().await;
        for round in 0..ROUNDS {
            let (last, log) = futures::try_join!(self.store.last_operation(admit.at), self.store.last_entry(admit.at))?;
            let (after, over) = match log {
                Some((number, text)) => (number, read(&text)?.over),
                None => (0, Over::default()),
            };
            let last_n = last.as_ref().map_or(0, |last| last.n);
            let before = (over.upto + 1..=last_n).filter(|n| !over.has(*n)).count() as u64;
            let refused = match &last {
                Some(last) if before > 0 && admit.only_if_free => Some(busy(last)),
                _ if before >= limits::WAITING_OPERATIONS => Some(full()),
                _ => None,
            };
            if let Some(refused) = refused {
                // With an idempotency key, what was asked before decides.
                return match admit.key {
                    Some(key) => self.asked_before(admit.at, key, refused).await,
                    None => Err(refused),
                };
            }
            let now = Time::now();
            let here = admit.here.filter(|_| before == 0).map(|(by, until)| (by.to_owned(), until));
            let operation =
                Operation { n: last_n + 1, asked: asked.clone(), at: now, after, lease: here, aside: None, ended: None };
            let guard = Message::guard(&admit.at.operation(operation.n)).encode();
            let is_new = last.as_ref().map_or(Ok(true), is_deletion)?;
            let listing = Listing { names: admit.names, is_new, is_run: admit.ask.source.asks_a_model() };
            match self.store.put_operation(admit.at, &operation, (now.plus(GUARD_MS), &guard), listing, admit.key).await? {
                PutOperation::Put => {
                    return Ok(Admitted::New { operation: admit.at.operation(operation.n), at: now, after, before });
                }
                PutOperation::Same(n) => return Ok(Admitted::Same(admit.at.operation(n))),
                PutOperation::Conflict => return Err(conflict()),
                PutOperation::Taken => tokio::time::sleep(Duration::from_millis(fastrand::u64(0..=round.min(20)))).await,
            }
        }
        Err(Error::unavailable("too many ask the same session at once"))
    }

    async fn asked_before(&self, at: &SessionAt, key: Asked<'_>, refused: Error) -> Result<Admitted> {
        match self.store.asked_before(at, key).await? {
            PutOperation::Same(n) => Ok(Admitted::Same(at.operation(n))),
            PutOperation::Conflict => Err(conflict()),
            PutOperation::Put | PutOperation::Taken => Err(refused),
        }
    }
}

fn conflict() -> Error {
    let remedy = "Use a new Idempotency-Key for a new request.";
    Error::new(Kind::Conflict, "idempotency_conflict", "This key came before, with another body.", remedy)
}

fn busy(last: &Operation) -> Error {
    // What has run for long will run for longer.
    let seconds = u64::try_from(Time::now().0.saturating_sub(last.at.0) / 1000).unwrap_or(0).clamp(1, COME_AGAIN);
    let remedy = "Come again later, or say `on_busy: queue` in the agent's definition.";
    Error::new(Kind::Conflict, "session_busy", "The session works on another request.", remedy).come_again_after(seconds)
}

fn full() -> Error {
    let message = format!("The session has {} requests that wait; it takes no more.", limits::WAITING_OPERATIONS);
    let remedy = "Come again later, cancel what waits, or use another session.";
    Error::new(Kind::Unavailable, "session_full", message, remedy).come_again_after(COME_AGAIN)
}
