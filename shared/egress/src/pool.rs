//! The connections that are kept, and how they are made: plain, or with TLS. Nothing here knows what is sent.

use crate::client::MAX_HEAD;
use crate::connect::{Connector, Timed, Way};
use bytes::Bytes;
use http_body_util::Full;
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use std::time::Duration;

/// Connections are kept by scheme, host and port, so a kept one leads to an address that was checked for exactly this host. The
/// pool opens a new connection when a kept one turns out to be closed before the first byte of the request. A request that was
/// sent is never sent again.
pub(crate) type Pool = Client<Timed, Full<Bytes>>;

/// For how long unused connections are kept, and how many of each host.
#[derive(Clone, Copy)]
pub(crate) struct Unused {
    pub(crate) kept: Duration,
    pub(crate) of_each_host: usize,
}

/// Connections without TLS.
pub(crate) fn plain(connector: Connector, unused: Unused) -> Pool {
    let limit = connector.policy.connect_timeout;
    pool(Timed { way: Way::Plain(connector), limit }, unused)
}

/// Connections with TLS. The machine's certificates are read here, which takes milliseconds. The error says what is missing.
pub(crate) fn secure(connector: Connector, unused: Unused) -> Result<Pool, &'static str> {
    let limit = connector.policy.connect_timeout;
    let provider = rustls::crypto::ring::default_provider();
    let builder = HttpsConnectorBuilder::new()
        .with_provider_and_native_roots(provider)
        .map_err(|_| "this machine has no root certificates: install ca-certificates")?;
    let connector = builder.https_only().enable_http1().wrap_connector(connector);
    Ok(pool(Timed { way: Way::Secure(connector), limit }, unused))
}

fn pool(connector: Timed, unused: Unused) -> Pool {
    Client::builder(TokioExecutor::new())
        .pool_idle_timeout(unused.kept)
        .pool_timer(TokioTimer::new())
        .pool_max_idle_per_host(unused.of_each_host)
        .http1_max_buf_size(MAX_HEAD)
        .build(connector)
}
