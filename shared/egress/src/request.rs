//! One call as its caller writes it, and its answer. [`crate::client`] makes the bytes of it.

use crate::{AwsKey, Secret};
use bytes::Bytes;
use http::Method;
use std::time::Duration;

/// A call to make.
#[derive(Debug, Clone)]
pub struct Request {
    /// The method: any but CONNECT and TRACE.
    pub method: Method,
    /// The URL, with `http://` or `https://`; markers of `secrets` may stand after the host, or one of them in place of the whole.
    pub url: String,
    /// The headers, in the order in which they are sent; names may repeat. Headers that frame the message are refused.
    pub headers: Vec<(String, String)>,
    /// The body, sent as it is, with its length.
    pub body: Option<Bytes>,
    /// A timeout shorter than the policy's; a longer one has no effect.
    pub timeout: Option<Duration>,
    /// How many redirects are followed, within the one timeout. Only a GET or HEAD without a body follows any, and never from
    /// https to http. Credentials, and headers that may identify the caller, do not go to another host, port or scheme.
    pub redirects: u8,
    /// `user:password`, which may have markers, for the header `Authorization`. It does not go to another host, port or scheme.
    pub basic_auth: Option<String>,
    /// The key of AWS by which the call is signed, which may have markers. It signs for no other host, port or scheme.
    pub aws: Option<AwsKey>,
    /// The largest body of the answer, in place of the policy's.
    pub max_body: Option<usize>,
    /// The charset in which the answer is read, whatever it declares. Bytes that do not fit are replaced.
    pub charset: Option<String>,
    /// The credentials that this call may use.
    pub secrets: Vec<Secret>,
}

impl Request {
    /// Makes a call without headers, body or credentials.
    pub fn new(method: Method, url: impl Into<String>) -> Self {
        let (headers, secrets) = (Vec::new(), Vec::new());
        Request {
            method,
            url: url.into(),
            headers,
            body: None,
            timeout: None,
            redirects: 0,
            basic_auth: None,
            aws: None,
            max_body: None,
            charset: None,
            secrets,
        }
    }
}

/// An answer, whatever its status: errors, and redirects that were not to be followed, are answers, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status: 100 to 999.
    pub status: u16,
    /// The headers: names in lower case, in the order in which they came; bytes that are not UTF-8 are replaced.
    pub headers: Vec<(String, String)>,
    /// The body: unpacked, and in UTF-8 where it is text with a declared charset, and no form; the headers say so. A form in which a
    /// credential was found comes as the JSON of its fields.
    pub body: Bytes,
    /// The address that answered, which is another one after redirects. It may have markers.
    pub url: String,
}

impl Response {
    /// The value of the first header with this name, which must be in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}
