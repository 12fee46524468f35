//! rookery-queue
