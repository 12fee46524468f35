//! The counts: by agent and hour in the table, for users; in CloudWatch's format, for operators.

pub(crate) mod activity;
pub(crate) mod cloudwatch;
pub(crate) mod cost;
pub(crate) mod meter;
