//! One file for each agent type, in the folder of its kind on the canvas.

pub mod actions;
pub mod filters;
pub mod triggers;
