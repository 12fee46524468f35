//! Takes the console's build (`console/dist`, by Vite) into this crate. Without one, the crate has no files.

#[path = "src/pack.rs"]
mod pack;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let variable = |name| env::var_os(name).map(PathBuf::from).ok_or_else(|| io::Error::other(format!("no {name}")));
    let dist = variable("CARGO_MANIFEST_DIR")?.join("../../console/dist");
    if !dist.exists() {
        watch_for(&dist);
    }
    println!("cargo::rerun-if-changed={}", dist.display());
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/pack.rs");
    let out = variable("OUT_DIR")?;
    fs::write(out.join("assets.rs"), pack::code(&pack::pack(&dist)?, &out)?)
}

/// Makes an empty folder, as old as can be: to cargo, a path that is not there has changed each time. If the folder cannot be made, the
/// crate is only built more often than it need be.
fn watch_for(dist: &Path) {
    if fs::create_dir_all(dist).is_ok() {
        let _ = File::open(dist).and_then(|folder| folder.set_modified(SystemTime::UNIX_EPOCH));
    }
}
