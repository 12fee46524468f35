//! A workflow's life: it is judged, saved, built, started, stopped, deleted. No event is handled here.

pub(crate) mod build;
pub(crate) mod built;
pub(crate) mod delete;
pub(crate) mod secrets;
