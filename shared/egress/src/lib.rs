//! The one client for all outside calls. Here is decided which addresses a call may reach, how a credential is put into a
//! request, and how long and how large a call may be. Who calls whom and why, retries, storage, and any second way to open a
//! connection do not belong here.
//!
//! A call is refused unless the address that it *connects to* is on the public internet or in [`Policy::allow`]: names are
//! resolved once for each connection, every address is checked, and exactly the checked addresses are used. Redirects are
//! followed where a request asks for that, each hop as a call of its own. [`Egress::stream`] hands on an answer while it comes, for
//! those that take minutes; [`Egress::send`] hands on whole answers. There are no proxies, cookies or retries of sent
//! requests: the client has no such features that would have to be turned off. [`Services`] is the same for what the operator named: the
//! deployment's own table and queues. [`Egress::mail`] and [`Egress::imap`] open conversations with mail servers,
//! by the same rules of addresses.
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
mod answer;
mod aws;
mod cause;
mod client;
mod connect;
mod dial;
mod error;
mod escape;
mod hold_back;
mod host;
mod imap;
mod imap_error;
mod imap_response;
mod imap_session;
mod mail;
mod mail_error;
mod mail_server;
mod policy;
mod pool;
mod redact;
mod redirect;
mod request;
mod secret;
mod services;
mod smtp;
mod stream;
mod target;

pub use address::{Allow, InvalidAllow};
pub use aws::AwsKey;
pub use client::Egress;
pub use connect::{Resolver, Resolving, SystemResolver};
pub use error::EgressError;
pub use hold_back::HoldBack;
pub use host::{is_host, leads_to};
pub use imap_error::{ImapError, ImapStep};
pub use imap_session::{ImapFolder, ImapServer, ImapSession};
pub use mail::MailSession;
pub use mail_error::{MailError, MailStep};
pub use mail_server::{InvalidMailServer, MailServer};
pub use policy::Policy;
pub use redact::{MIN_REDACTED_BYTES, Redactor, is_sought};
pub use request::{Request, Response};
pub use secret::{Secret, forms_of_marker};
pub use services::Services;
pub use stream::{StreamLimits, Streamed};
