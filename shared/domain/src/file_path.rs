//! Paths of files in a session's sandbox. They lead nowhere else: the machine's disk is not behind them.

use crate::{Error, Result};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Longest path, in bytes.
const BYTES: usize = 256;

/// The path of a file in the sandbox of a session: parts separated by `/`, none of them empty, `.` or `..`. Paths are compared to the byte.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FilePath(Arc<str>);

impl FilePath {
    /// The path's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the paths begin with that somebody means who writes this: `/notes`, `./notes` and `notes` are the same, and `.` is all.
    pub fn prefix(text: &str) -> &str {
        let mut rest = text;
        while let Some(shorter) = rest.strip_prefix('/').or_else(|| rest.strip_prefix("./")) {
            rest = shorter;
        }
        if rest == "." { "" } else { rest }
    }
}

impl FromStr for FilePath {
    type Err = Error;

    /// Reads a path. One from the root is one from the sandbox's root.
    fn from_str(text: &str) -> Result<Self> {
        let refused = |message: &str| Err(Error::invalid(message, "Give a path like `notes/1.md`."));
        let parts: Vec<&str> = text.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
        let path = parts.join("/");
        if path.is_empty() || text.ends_with('/') {
            return refused("The path names no file.");
        }
        if parts.contains(&"..") {
            return refused("A path has no `..`.");
        }
        if path.len() > BYTES || path.chars().any(char::is_control) {
            return refused("A path has at most 256 bytes, and no control characters.");
        }
        Ok(FilePath(path.into()))
    }
}

impl fmt::Display for FilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_a_file_of_the_sandbox_or_nowhere() {
        let longest = "é".repeat(128);
        for (text, path) in [
            ("a", "a"),
            ("/etc/passwd", "etc/passwd"),
            ("./a//b/./c.md", "a/b/c.md"),
            ("a b#%2F\\ü🦀", "a b#%2F\\ü🦀"),
            ("..a/b..", "..a/b.."),
            (&longest, &longest),
        ] {
            assert_eq!(text.parse::<FilePath>().unwrap().as_str(), path, "{text}");
        }
        for text in ["", "/", ".", "./", "a/", "..", "../a", "a/../b", "a/..", "a\nb", "a\0", "a\u{85}", &format!("{longest}a")] {
            assert!(text.parse::<FilePath>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_prefix_begins_as_paths_do() {
        for (text, prefix) in [("", ""), (".", ""), ("/", ""), ("./", ""), ("/notes/", "notes/"), ("././a", "a"), (".a", ".a")] {
            assert_eq!(FilePath::prefix(text), prefix, "{text}");
        }
    }
}
