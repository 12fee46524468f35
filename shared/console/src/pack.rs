//! How the console's build becomes code: its files, compressed once, and a table of them. The build script uses this.

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io::{Result, Write as _};
use std::path::Path;
use std::{fs, io};

/// A file, as it is kept.
pub(crate) struct Packed {
    /// The path below the folder, with slashes.
    pub(crate) path: String,
    /// The tag of its bytes, in quotes.
    pub(crate) etag: String,
    pub(crate) gzip: Vec<u8>,
}

/// The files of a build, by path; none if there is no page to begin with. What only developers need (source maps, hidden files) is left
/// out.
pub(crate) fn pack(dist: &Path) -> Result<Vec<Packed>> {
    let mut files = Vec::new();
    if dist.join("index.html").is_file() {
        collect(dist, "", &mut files)?;
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn collect(folder: &Path, below: &str, files: &mut Vec<Packed>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().into_string().map_err(|name| io::Error::other(format!("{name:?} is not UTF-8")))?;
        if name.starts_with('.') || name.ends_with(".map") {
            continue;
        }
        let path = format!("{below}{name}");
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{path}/"), files)?;
        } else {
            let bytes = fs::read(entry.path())?;
            files.push(Packed { path, etag: etag(&bytes), gzip: compressed(&bytes)? });
        }
    }
    Ok(())
}

fn etag(bytes: &[u8]) -> String {
    let mut etag = "\"".to_owned();
    for byte in &Sha256::digest(bytes)[..16] {
        // Writing to a text does not fail.
        let _ = write!(etag, "{byte:02x}");
    }
    etag + "\""
}

fn compressed(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// Writes the compressed bytes into a folder, and gives the expression that is the table of the files.
pub(crate) fn code(files: &[Packed], out: &Path) -> Result<String> {
    let mut code = "&[\n".to_owned();
    for (number, Packed { path, etag, gzip }) in files.iter().enumerate() {
        let place = out.join(format!("{number}.gz"));
        fs::write(&place, gzip)?;
        code += &format!("    Asset {{ path: {path:?}, etag: {etag:?}, gzip: include_bytes!({place:?}) }},\n");
    }
    Ok(code + "]\n")
}
