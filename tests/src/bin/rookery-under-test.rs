//! The `rookery` program, as the journeys start it: it ends when the test that started it has ended.

use std::process::ExitCode;

fn main() -> ExitCode {
    // The test holds the other end of the input.
    std::thread::spawn(|| {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(1);
    });
    rookery_local::cli::main()
}
