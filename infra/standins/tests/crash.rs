//! `kill -9` at random moments: what the stand-ins acknowledged is there after the restart, once, and what they deleted stays deleted.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "conformance/world.rs"]
#[allow(dead_code)]
mod world;
