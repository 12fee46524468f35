//! A repair that has begun: copies of the files as they were, and a mark that names them. While the mark is there, no start takes
//! the folder, since its files may be half of what they will be; and a repair that was cut short begins again from the copies.

use crate::StandinError;
use crate::opening::{DYNAMODB, SQS};
use std::fs::File;
use std::io::{ErrorKind, Result, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// The mark: it holds what the copies' names have in addition.
const MARK: &str = "repairing";
/// The endings of the files that belong to a store.
const PARTS: [&str; 5] = ["", "-wal", "-shm", "-journal", "-acknowledged"];

/// The copies of a repair.
pub(crate) struct Begun {
    pub(crate) suffix: String,
    pub(crate) copies: Vec<PathBuf>,
}

impl Begun {
    /// The repair that was cut short, if there is one and its copies are still there.
    pub(crate) fn earlier(data: &Path) -> Result<Option<Begun>> {
        let suffix = match std::fs::read_to_string(data.join(MARK)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            suffix => suffix?.trim().to_owned(),
        };
        let copies: Vec<PathBuf> = pairs(data, &suffix).map(|(_, copy)| copy).filter(|copy| copy.exists()).collect();
        Ok((!suffix.is_empty() && !copies.is_empty()).then_some(Begun { suffix, copies }))
    }

    /// Copies all files of the folder's stores, then makes the mark: when it is there, the copies are complete and synced.
    pub(crate) fn begin(data: &Path) -> Result<Begun> {
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let mut begun = Begun { suffix: format!(".damaged-{seconds}"), copies: Vec::new() };
        begun.copy_and_mark(data).inspect_err(|_| {
            // On a full disk, each attempt would else take more of what room there is.
            for copy in &begun.copies {
                let _ = std::fs::remove_file(copy);
            }
        })?;
        Ok(begun)
    }

    fn copy_and_mark(&mut self, data: &Path) -> Result<()> {
        for (file, copy) in pairs(data, &self.suffix) {
            if file.exists() {
                self.copies.push(copy.clone());
                std::fs::copy(file, &copy)?;
                File::open(&copy)?.sync_all()?;
            }
        }
        let partly = data.join(format!("{MARK}.partly"));
        let mut mark = File::create(&partly)?;
        mark.write_all(self.suffix.as_bytes())?;
        mark.sync_all()?;
        std::fs::rename(partly, data.join(MARK))?;
        File::open(data)?.sync_all()
    }

    /// Makes the folder's files again what they were before the repair.
    pub(crate) fn put_back(&self, data: &Path) -> Result<()> {
        for (file, copy) in pairs(data, &self.suffix) {
            remove_file(&file)?;
            if copy.exists() {
                std::fs::copy(copy, file)?;
            }
        }
        Ok(())
    }
}

/// The error for a folder whose repair was cut short, if that is so.
pub(crate) fn refuse(data: &Path) -> std::result::Result<(), StandinError> {
    let mark = data.join(MARK);
    if mark.exists() { Err(StandinError::HalfRepaired { mark }) } else { Ok(()) }
}

/// Notes that all of a repair is done.
pub(crate) fn finish(data: &Path) -> Result<()> {
    // What the repair stored must not be lost after the mark is.
    File::open(data)?.sync_all()?;
    remove_file(&data.join(MARK))?;
    File::open(data)?.sync_all()
}

/// Removes the files of a store.
pub(crate) fn remove(data: &Path, name: &str) -> Result<()> {
    PARTS.iter().try_for_each(|part| remove_file(&data.join(format!("{name}{part}"))))
}

fn remove_file(file: &Path) -> Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// The files of both stores, each with the place of its copy.
fn pairs(data: &Path, suffix: &str) -> impl Iterator<Item = (PathBuf, PathBuf)> {
    [SQS.name, DYNAMODB.name]
        .into_iter()
        .flat_map(move |name| PARTS.map(|part| (data.join(format!("{name}{part}")), data.join(format!("{name}{suffix}{part}")))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_repair_left_half_written_is_not_beside_the_files_that_are_put_back() {
        let data = tempfile::tempdir().unwrap();
        let data = data.path();
        std::fs::write(data.join("sqs.db"), "old").unwrap();
        Begun::begin(data).unwrap();
        // SQLite would change the file that is put back by the journal of another.
        for part in PARTS.iter().chain(&["-journal"]) {
            std::fs::write(data.join(format!("sqs.db{part}")), "new").unwrap();
        }
        Begun::earlier(data).unwrap().unwrap().put_back(data).unwrap();
        let names = data.read_dir().unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
        let mut left: Vec<String> = names.filter(|name| !name.contains(".damaged-")).collect();
        left.sort();
        assert_eq!(left, ["repairing", "sqs.db"]);
        assert_eq!(std::fs::read(data.join("sqs.db")).unwrap(), b"old");
    }
}
