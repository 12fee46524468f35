//! The limits that apply to all calls of one client. Nothing here makes a call.

use crate::address::{Allow, is_public};
use std::net::SocketAddr;
use std::time::Duration;

/// The limits of all calls. By default, only the public internet can be reached.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Private ranges that calls may reach, besides the public internet.
    pub allow: Vec<Allow>,
    /// The time limit of the whole call, from the name's resolution to the last byte of the body. A request may ask for less.
    /// This is also how long a receiver may take nothing of a request before its connection is given up.
    pub timeout: Duration,
    /// The time limit for resolving the name, opening the connection and the TLS handshake; within `timeout`.
    pub connect_timeout: Duration,
    /// The largest response body, in bytes.
    pub max_body: usize,
}

impl Default for Policy {
    fn default() -> Self {
        Policy {
            allow: Vec::new(),
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            max_body: 1024 * 1024,
        }
    }
}

impl Policy {
    /// Whether a connection to this address may be opened.
    pub fn permits(&self, address: SocketAddr) -> bool {
        is_public(address.ip()) || self.allows(address)
    }

    /// Whether the address is in an allowed range.
    pub(crate) fn allows(&self, address: SocketAddr) -> bool {
        self.allow.iter().any(|allow| allow.contains(address))
    }
}
