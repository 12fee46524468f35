//! The `rookery` program.

use clap::Parser;

/// Everything here is small, short-lived and shared between threads: a seventh of the time went into the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> anyhow::Result<()> {
    rookery_local::cli::run(rookery_local::cli::Args::parse())
}
