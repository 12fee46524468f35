//! Prices of what a deployment uses, each stated once: those of AWS in us-east-1, on demand, in dollars.

/// A write unit of DynamoDB.
pub const WRITE_UNIT: f64 = 0.625e-6;
/// A read unit of DynamoDB.
pub const READ_UNIT: f64 = 0.125e-6;
/// A request to SQS.
pub const SQS_REQUEST: f64 = 0.40e-6;
/// A request to a function.
pub const LAMBDA_REQUEST: f64 = 0.20e-6;
/// A GB of memory of a function for a second.
pub const LAMBDA_GB_SECOND: f64 = 0.000_013_333_4;
/// A request over an HTTP API.
pub const HTTP_REQUEST: f64 = 1e-6;
/// A kilobyte of logs.
pub const LOG_KB: f64 = 0.50e-6;
