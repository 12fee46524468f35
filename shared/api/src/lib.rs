//! rookery-api
