//! A loopback HTTP server on a thread and a runtime of its own, so that what it blocks on never delays the caller's runtime.

use crate::StandinError;
use std::future::Future;
use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;
use tokio::sync::oneshot;

const GRACE: Duration = Duration::from_secs(10);

/// A running server. Dropping it asks it to stop and does not wait.
pub(crate) struct Server {
    url: String,
    stop: oneshot::Sender<()>,
    stopped: oneshot::Receiver<()>,
}

impl Server {
    /// Binds a free port and runs `serve` (the listener, and a future that ends when the server shall stop) on a new runtime.
    /// Connections are accepted from now on: they wait in the listener until `serve` takes them.
    pub(crate) fn spawn<F, S>(name: &'static str, workers: usize, serve: F) -> Result<Server, StandinError>
    where
        F: FnOnce(tokio::net::TcpListener, oneshot::Receiver<()>) -> S + Send + 'static,
        S: Future<Output = ()>,
    {
        let listen = |cause| StandinError::Listen { name, cause };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(listen)?;
        listener.set_nonblocking(true).map_err(listen)?;
        let url = format!("http://{}", listener.local_addr().map_err(listen)?);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .thread_name(name)
            .worker_threads(workers)
            .enable_all()
            .build()
            .map_err(listen)?;
        let (stop, stopping) = oneshot::channel();
        let (stopped_sender, stopped) = oneshot::channel();
        let run = move || {
            runtime.block_on(async {
                match tokio::net::TcpListener::from_std(listener) {
                    Ok(listener) => serve(listener, stopping).await,
                    Err(cause) => tracing::error!(name, %cause, "the stand-in cannot accept connections"),
                }
            });
            // What is left: detached connection tasks, and a sweep that may be under way.
            runtime.shutdown_timeout(Duration::from_secs(5));
            let _ = stopped_sender.send(());
        };
        std::thread::Builder::new().name(name.to_owned()).spawn(run).map_err(listen)?;
        Ok(Server { url, stop, stopped })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Waits until the server has finished its requests and its runtime is gone, or for ten seconds:
    /// a client that sends half a request must not hold up the end.
    pub(crate) async fn stop(self) {
        let _ = self.stop.send(());
        if tokio::time::timeout(GRACE, self.stopped).await.is_err() {
            tracing::warn!(url = self.url, "a request did not end: left behind");
        }
    }
}
