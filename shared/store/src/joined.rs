//! Requests of concurrent callers, joined: while some requests are under way, the next one gathers. A caller who is alone does not wait.

use futures::future::BoxFuture;
use std::sync::Arc;
use tokio::sync::{Semaphore, mpsc};

/// How callers are joined.
pub(crate) struct Joining<A> {
    /// The most requests under way at once: few enough that they fill under load.
    pub(crate) requests: usize,
    /// The most callers that wait together for the next request.
    pub(crate) gathered: usize,
    /// How many of the waiting callers, from the first on, fit one request; at least one is taken.
    pub(crate) fit: fn(&[A]) -> usize,
}

impl<A: Send + 'static> Joining<A> {
    /// Starts a task that makes requests, and answers the callers, as long as somebody may call.
    pub(crate) fn start(self, request: impl Fn(Vec<A>) -> BoxFuture<'static, ()> + Send + 'static) -> mpsc::Sender<A> {
        let (sender, asked) = mpsc::channel(1024);
        tokio::spawn(self.run(asked, request));
        sender
    }

    async fn run(self, mut asked: mpsc::Receiver<A>, request: impl Fn(Vec<A>) -> BoxFuture<'static, ()>) {
        let permits = Arc::new(Semaphore::new(self.requests));
        let mut waiting: Vec<A> = Vec::new();
        loop {
            if waiting.is_empty() && asked.recv_many(&mut waiting, self.gathered).await == 0 {
                return;
            }
            let Ok(permit) = permits.clone().acquire_owned().await else { return };
            while waiting.len() < self.gathered {
                let Ok(more) = asked.try_recv() else { break };
                waiting.push(more);
            }
            let count = (self.fit)(&waiting).max(1);
            let made = request(waiting.drain(..count).collect());
            tokio::spawn(async move {
                made.await;
                drop(permit);
            });
        }
    }
}
