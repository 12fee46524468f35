//! rookery-routing
