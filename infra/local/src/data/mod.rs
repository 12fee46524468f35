//! The data folder: it is private to its owner, it can store what it is given, and its removal is noticed. What is inside the
//! stand-ins' files is not judged here.

pub(crate) mod root_key;
mod running;
mod watch;

pub(crate) use running::Running;
pub(crate) use watch::Presence;

use anyhow::Context;
use std::fs::{DirBuilder, File, Metadata, Permissions};
use std::io::{Error, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// The beginnings of our files' names.
const OURS: [&str; 8] = ["dynamodb.db", "sqs.db", "suspect", "repairing", "running", "rookery.pid", "root.key", "demo-"];
/// The permissions of files, and of the folder.
const FILE: u32 = 0o600;
const FOLDER: u32 = 0o700;
/// How many bytes must be free on the disk at a start.
const LEAST_FREE: usize = 256 * 1024;

/// Makes the folder if it does not exist, closes it to other users, and checks that it can be written.
///
/// # Errors
/// What is wrong with the folder, with the remedy.
pub(crate) fn prepare(folder: &Path) -> anyhow::Result<()> {
    let told = |cause: Error| {
        let advice = advice(cause.kind());
        anyhow::Error::new(cause).context(format!("the data folder {} cannot be used: {advice}", folder.display()))
    };
    DirBuilder::new().recursive(true).mode(FOLDER).create(folder).map_err(told)?;
    close(folder).map_err(told)?;
    try_writing(folder).map_err(told)
}

/// The remedy for a folder or a file that cannot be written.
fn advice(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "its disk is full. Make room and start again: what was accepted is still there"
        }
        ErrorKind::ReadOnlyFilesystem => {
            "its disk is mounted read-only. Mount it for writing, after a look at why it is so (`dmesg`), or choose another folder by --data"
        }
        ErrorKind::PermissionDenied => "this user may not write there. Start as its owner, or choose another folder by --data",
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => "a file has its name. Choose another folder by --data",
        _ => "look at the cause, or choose another folder by --data",
    }
}

/// Takes other users' permissions away from the folder and our files: earlier versions, or people, may have left them open.
fn close(folder: &Path) -> std::io::Result<()> {
    let mut is_shared = false;
    let mut closed = 0;
    for entry in folder.read_dir()? {
        let entry = entry?;
        let (name, kind) = (entry.file_name(), entry.file_type()?);
        is_shared |= kind.is_dir() && name != "lost+found";
        let is_ours = kind.is_file() && name.to_str().is_some_and(|name| OURS.iter().any(|ours| name.starts_with(ours)));
        if is_ours && restrict(&entry.path(), &entry.metadata()?, FILE)? {
            closed += 1;
        }
    }
    if closed > 0 {
        tracing::warn!(folder = %folder.display(), files = closed, "files of the data folder were open to other users: closed");
    }
    let about = folder.metadata()?;
    if about.mode() & 0o7777 & !FOLDER == 0 {
        return Ok(());
    }
    // A home folder, /tmp or /var/lib is not ours to close.
    let is_closed = !is_shared && about.mode() & 0o1000 == 0 && restrict(folder, &about, FOLDER).unwrap_or_default();
    match is_closed {
        true => tracing::warn!(folder = %folder.display(), "the data folder was open to other users: closed"),
        false => tracing::warn!(
            folder = %folder.display(),
            "other users may enter the data folder, and it cannot be closed: other things are in it, or it belongs to another user. \
             Its files are closed; a folder of its own (--data) is better"
        ),
    }
    Ok(())
}

/// Limits the permissions to these. Gives whether there were more.
fn restrict(path: &Path, about: &Metadata, most: u32) -> std::io::Result<bool> {
    let mode = about.mode() & 0o7777;
    let has_more = mode & !most != 0;
    if has_more {
        std::fs::set_permissions(path, Permissions::from_mode(mode & most))?;
    }
    Ok(has_more)
}

/// Writes as much as a start needs, and removes it again: SQLite's own messages about a full or read-only disk say less.
fn try_writing(folder: &Path) -> std::io::Result<()> {
    let probe = folder.join("probe");
    let written = File::create(&probe).and_then(|mut file| {
        file.write_all(&vec![0; LEAST_FREE])?;
        file.sync_all()
    });
    let removed = std::fs::remove_file(&probe);
    written.and(removed)
}

/// Writes a file completely or not at all, private to its owner.
pub(crate) fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    let partly = file.with_extension("partly");
    let written = File::options().write(true).create(true).truncate(true).mode(FILE).open(&partly).and_then(|mut to| {
        to.write_all(text.as_bytes())?;
        to.sync_all()?;
        std::fs::rename(&partly, file)?;
        file.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    });
    written.with_context(|| format!("writing {} into the data folder", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().mode() & 0o7777
    }

    fn open(path: &Path, mode: u32) {
        std::fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn the_folder_is_made_and_closed_again_with_its_files() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("a/data");
        prepare(&folder).unwrap();
        assert_eq!(mode(&folder), 0o700);
        for name in ["dynamodb.db", "dynamodb.db-wal", "sqs.db", "root.key", "demo-hook", "notes.txt"] {
            std::fs::write(folder.join(name), "").unwrap();
            open(&folder.join(name), 0o754);
        }
        open(&folder, 0o755);
        prepare(&folder).unwrap();
        assert_eq!(mode(&folder), 0o700);
        for name in ["dynamodb.db", "dynamodb.db-wal", "sqs.db", "root.key", "demo-hook"] {
            assert_eq!(mode(&folder.join(name)), 0o600, "{name}");
        }
        assert_eq!(mode(&folder.join("notes.txt")), 0o754, "it is not ours");
        assert!(!folder.join("probe").exists());
    }

    #[test]
    fn a_folder_with_other_things_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("Documents")).unwrap();
        std::fs::write(folder.path().join("sqs.db"), "").unwrap();
        open(&folder.path().join("sqs.db"), 0o666);
        open(folder.path(), 0o755);
        prepare(folder.path()).unwrap();
        assert_eq!((mode(folder.path()), mode(&folder.path().join("sqs.db"))), (0o755, 0o600));
    }

    #[test]
    fn what_cannot_be_used_is_told_with_its_remedy() {
        let parent = tempfile::tempdir().unwrap();
        let file = parent.path().join("file");
        std::fs::write(&file, "").unwrap();
        for path in [file.clone(), file.join("data")] {
            let told = format!("{:#}", prepare(&path).unwrap_err());
            assert!(told.contains("a file has its name. Choose another folder by --data"), "{told}");
        }
        for (kind, says) in [
            (ErrorKind::StorageFull, "disk is full. Make room"),
            (ErrorKind::QuotaExceeded, "disk is full. Make room"),
            (ErrorKind::ReadOnlyFilesystem, "read-only. Mount it for writing"),
            (ErrorKind::PermissionDenied, "Start as its owner"),
        ] {
            assert!(advice(kind).contains(says), "{kind}");
        }
    }
}
