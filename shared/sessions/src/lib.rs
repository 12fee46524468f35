//! Persistent agents: what they are, and what is kept of them.
//!
//! | To know | Begin with |
//! |---|---|
//! | what a file says that defines an agent, and how it is judged | [`definition`], then `definition/check.rs` |
//! | how definitions are kept, and found | [`definition::Definitions`], then `rookery_store`'s `definitions.rs` |
//! | the fields of a definition, with their documentation | `definition/fields.rs` |
//!
//! No model is called here, and no HTTP is known.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod definition;
