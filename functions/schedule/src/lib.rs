//! rookery-schedule
