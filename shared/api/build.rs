//! Packs the documents that the API's tests agreed on, for functions, which do not make them (`src/kept.rs`).

use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::{Result, Write};
use std::path::PathBuf;
use std::{env, fs, io};

const DOCUMENTS: [(&str, &str); 3] = [
    ("openapi", "api__openapi__the_document_is_the_one_that_was_agreed"),
    ("agent_types", "api__agent_types__the_types_are_those_that_were_agreed"),
    ("tools", "api__mcp__the_tools_are_those_that_were_agreed"),
];

fn main() -> Result<()> {
    let variable = |name| env::var_os(name).map(PathBuf::from).ok_or_else(|| io::Error::other(format!("no {name}")));
    let (snapshots, out) = (variable("CARGO_MANIFEST_DIR")?.join("tests/api/snapshots"), variable("OUT_DIR")?);
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", snapshots.display());
    for (name, snapshot) in DOCUMENTS {
        // A snapshot that is to be made anew may be missing: the test that makes it is compiled after this.
        let snapshot = fs::read_to_string(snapshots.join(format!("{snapshot}.snap"))).unwrap_or_default();
        let document = snapshot.splitn(3, "---\n").nth(2).unwrap_or("null");
        let mut packed = GzEncoder::new(fs::File::create(out.join(format!("{name}.gz")))?, Compression::best());
        packed.write_all(document.as_bytes())?;
        packed.finish()?;
    }
    Ok(())
}
