//! The world outside, as agents reach it: calls, requests to external agents and their results, callers who ask us. No commit is made here.

pub(crate) mod acknowledgement;
pub(crate) mod ask;
pub(crate) mod ask_person;
mod ask_session;
pub(crate) mod breaker;
mod by_hand;
pub(crate) mod collect;
mod control;
pub(crate) mod decide;
mod emit;
pub(crate) mod host;
pub(crate) mod mail;
mod mailbox;
pub(crate) mod outside_call;
pub(crate) mod pending;
pub(crate) mod served;
mod watched;
