//! A workflow's life: judged, saved, built, started, stopped, deleted. No event moves here.

pub(crate) mod build;
pub(crate) mod built;
pub(crate) mod delete;
mod secrets;
