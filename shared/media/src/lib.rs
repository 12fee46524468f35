//! How bodies are read: one table of media types, charsets and content codings, for requests that come in at hooks and for
//! answers that are fetched. Begin with [`read`]. There is no I/O here, and nothing about what is done with a body.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod charset;
mod coding;
mod form;
mod multipart;
mod table;
mod unreadable;

pub use charset::{is_charset, lossy, text_in, to_utf8};
pub use coding::{CODINGS, unpack};
pub use form::fields;
pub use table::{Body, read};
pub use unreadable::Unreadable;
