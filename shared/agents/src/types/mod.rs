//! One file for each agent type.

pub mod condition;
pub mod manual;
