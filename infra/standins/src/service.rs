//! A stand-in is a service that answers requests in the AWS JSON 1.0 protocol. It is reached by [`client`](crate::client) in this
//! process, and by [`server`](crate::server) over loopback.

use axum::body::Bytes;
use axum::http::Response;
use std::pin::Pin;

/// An answer under way. When its caller hangs up, it is dropped.
pub(crate) type Answer = Pin<Box<dyn Future<Output = Response<String>> + Send>>;

pub(crate) trait Service: Send + Sync + 'static {
    /// Answers a request. `target` is the header `X-Amz-Target`: `SERVICE_VERSION.Operation`.
    fn answer(&self, target: &str, body: Bytes) -> Answer;
}
