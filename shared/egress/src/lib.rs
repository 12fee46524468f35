//! The one client for every outside call. What lives here: which addresses a call may reach, how a credential is put
//! into a request, and the caps on time and size. What must not: who calls whom and why, retries, storage, and any
//! second way to open a connection.
//!
//! A call is refused unless the address that it *connects to* is on the public internet or in [`Policy::allow`]:
//! names are resolved once for each connection, every answer is checked, and those very addresses are used. Redirects are
//! followed where a request asks for it, each hop as a call of its own. There are no proxies, cookies or retries of sent requests
//! here: the client has none to turn off.
//!
//! ```no_run
//! # async fn example() -> Result<(), rookery_egress::EgressError> {
//! use rookery_egress::{Egress, Policy, Request};
//! let egress = Egress::new(Policy::default());
//! let response = egress.send(Request::new(http::Method::GET, "https://example.com/")).await?;
//! assert_eq!(response.status, 200);
//! # Ok(()) }
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod address;
mod client;
mod connect;
mod error;
mod escape;
mod policy;
mod redact;
mod redirect;
mod request;
mod secret;
mod target;
mod unpack;

pub use address::{Allow, InvalidAllow};
pub use client::Egress;
pub use connect::{Resolver, Resolving, SystemResolver};
pub use error::EgressError;
pub use policy::Policy;
pub use redact::{MIN_REDACTED_BYTES, Redactor};
pub use request::{Request, Response};
pub use secret::Secret;
