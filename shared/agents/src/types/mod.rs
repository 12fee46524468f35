//! One file for each agent type.
