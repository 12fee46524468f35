//! rookery-agents
