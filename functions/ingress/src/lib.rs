//! rookery-ingress
