//! What a stand-in is: from a request in the AWS JSON 1.0 protocol to its answer. How it is reached is for [`client`](crate::client)
//! (in this process) and [`server`](crate::server) (over loopback).

use axum::body::Bytes;
use axum::http::Response;
use std::pin::Pin;

/// The media type of requests and answers.
pub(crate) const CONTENT_TYPE: &str = "application/x-amz-json-1.0";

/// An answer under way. A caller that hangs up drops it.
pub(crate) type Answer = Pin<Box<dyn Future<Output = Response<String>> + Send>>;

pub(crate) trait Service: Send + Sync + 'static {
    /// `target` is the header `X-Amz-Target`: `SERVICE_VERSION.Operation`.
    fn answer(&self, target: &str, body: Bytes) -> Answer;
}
