//! rookery-dispatch
