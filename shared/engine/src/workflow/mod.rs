//! A workflow's life: it is judged, saved, built, started, called by its name, stopped, deleted. No event is handled here.

pub(crate) mod build;
pub(crate) mod built;
pub(crate) mod by_name;
pub(crate) mod called_run;
mod change;
pub(crate) mod delete;
mod draft_cell;
mod import;
mod links;
pub(crate) mod needs;
pub(crate) mod secrets;
mod upkeep;
pub(crate) mod watched;
