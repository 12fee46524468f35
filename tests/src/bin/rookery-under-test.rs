//! The `rookery` program, as the journeys start it: it ends when the test that started it has ended.

use clap::Parser;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args = rookery_local::cli::Args::parse();
    // The test holds the other end of the input.
    std::thread::spawn(|| {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(1);
    });
    Ok(rookery_local::cli::run(args)?)
}
