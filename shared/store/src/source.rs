//! The crate's own source code, for tests that compare its tables with its code.

use std::path::PathBuf;

/// Each file with its code, without comments and tests.
pub(crate) fn files() -> Vec<(PathBuf, String)> {
    let (mut folders, mut files) = (vec![PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if path.ends_with("tests.rs") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//")).flat_map(|line| [line, "\n"]).collect();
            files.push((path, code));
        }
    }
    assert!(files.len() > 20, "the source is not where it is looked for");
    files
}
