//! One call as its caller writes it, and its answer. What is made of it on the wire is in [`crate::client`].

use crate::Secret;
use bytes::Bytes;
use http::Method;
use std::time::Duration;

/// A call to be made.
#[derive(Debug, Clone)]
pub struct Request {
    /// Any but CONNECT and TRACE.
    pub method: Method,
    /// `http://` or `https://`; markers of `secrets` may stand after the host.
    pub url: String,
    /// In the order sent; names may repeat. Those that frame the message are refused.
    pub headers: Vec<(String, String)>,
    /// Sent as it is, with its length.
    pub body: Option<Bytes>,
    /// Shortens the policy's timeout; never lengthens it.
    pub timeout: Option<Duration>,
    /// How many redirects are followed, within the one timeout. Only a GET or HEAD without a body follows any, never from https to
    /// http; to another host, port or scheme go neither credentials nor headers that may identify the caller.
    pub redirects: u8,
    /// The credentials that this call may use.
    pub secrets: Vec<Secret>,
}

impl Request {
    /// A call without headers, body or credentials.
    pub fn new(method: Method, url: impl Into<String>) -> Self {
        let (headers, secrets) = (Vec::new(), Vec::new());
        Request { method, url: url.into(), headers, body: None, timeout: None, redirects: 0, secrets }
    }
}

/// An answer, whatever its status: errors, and redirects that were not to be followed, are returned too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// 100 to 999.
    pub status: u16,
    /// Names in lower case, in the order received; bytes that are not UTF-8 are replaced.
    pub headers: Vec<(String, String)>,
    /// Unpacked, and text in UTF-8 where its charset is declared; the headers then say so.
    pub body: Bytes,
}

impl Response {
    /// The first header of that name, which must be in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}
