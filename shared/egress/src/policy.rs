//! What every call of one client is held to. Nothing here performs a call.

use crate::address::{Allow, is_public};
use std::net::SocketAddr;
use std::time::Duration;

/// The limits of all calls. The default reaches the public internet only.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Private ranges that calls may reach, besides the public internet.
    pub allow: Vec<Allow>,
    /// For the whole call, from the name's resolution to the last byte of the body. A request may ask for less. For so long, too, a
    /// receiver may take nothing of a request before its connection is given up.
    pub timeout: Duration,
    /// For resolving the name, opening the connection and the TLS handshake; within `timeout`.
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

    /// Whether the address is in a range that was allowed by name.
    pub(crate) fn allows(&self, address: SocketAddr) -> bool {
        self.allow.iter().any(|allow| allow.contains(address))
    }
}
