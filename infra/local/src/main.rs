//! The `rookery` program.

use clap::Parser;

fn main() -> anyhow::Result<()> {
    rookery_local::cli::run(rookery_local::cli::Args::parse())
}
