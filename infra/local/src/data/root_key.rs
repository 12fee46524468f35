//! The root key in the data folder: made at the first start that asks for keys, and never written again.

use super::write;
use anyhow::Context;
use rookery_api::RootKey;
use rookery_domain::random_token;
use std::io::ErrorKind;
use std::path::Path;

/// The key in the file; if the file does not exist, a key is made.
///
/// # Errors
/// The file cannot be read, or its key could be guessed. It is not replaced, because that would surprise whoever holds the old key.
pub(crate) fn read_or_make(file: &Path) -> anyhow::Result<RootKey> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let text = format!("root_{}", random_token(52));
            write(file, &text)?;
            text
        }
        Err(error) => return Err(error).with_context(|| format!("reading the root key in {}", file.display())),
    };
    let told = || format!("{} (put the key back, or delete the file: then a new one is made)", file.display());
    text.trim().parse().with_context(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("root.key");
        read_or_make(&file).unwrap();
        let made = std::fs::read_to_string(&file).unwrap();
        read_or_make(&file).unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), made);
        assert_eq!(folder.path().read_dir().unwrap().count(), 1);
    }

    #[test]
    fn a_file_without_a_key_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("root.key");
        for text in [&b""[..], b" \n", b"short\n", &[0xff; 40]] {
            std::fs::write(&file, text).unwrap();
            let told = format!("{:#}", read_or_make(&file).unwrap_err());
            assert!(told.contains(&file.display().to_string()), "{told}");
            assert_eq!(std::fs::read(&file).unwrap(), text);
        }
    }
}
