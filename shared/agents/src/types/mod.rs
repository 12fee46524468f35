//! One file for each agent type, by what it is on the canvas.

pub mod actions;
pub mod filters;
pub mod triggers;
