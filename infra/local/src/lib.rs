//! rookery-local
