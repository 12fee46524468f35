//! rookery-webhook
