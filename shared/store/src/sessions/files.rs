//! The files of a session's sandbox: texts by their paths, in the session's own partition, never on a disk. The session's head counts them.
//!
//! A file is written only while the log is as its writer read it: whoever was taken to be dead, and lives on, writes nothing any more.

use super::nobody;
use crate::expression::Expr;
use crate::item::{Item, unpack};
use crate::keys::{self, Key, Prefix};
use crate::page::{Cursor, Page};
use crate::sdk::{Store, Transacted};
use rookery_domain::{Error, FilePath, Kind, Result, SessionAt, Time, limits};

/// How often a file is written again that somebody else wrote at the same time.
const ROUNDS: u32 = 5;

/// A file of a session's sandbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionFile {
    /// The path.
    pub path: String,
    /// The bytes of its text.
    pub bytes: u64,
    /// When it was written last.
    pub at: Time,
    /// Which write wrote it last.
    pub tag: String,
    packed: Vec<u8>,
}

impl SessionFile {
    /// The text.
    pub fn text(&self) -> Result<String> {
        unpack(&self.packed)
    }

    fn read(item: &Item) -> Result<Self> {
        let missing = crate::item::malformed;
        Ok(SessionFile {
            path: Prefix::File.name(item.str("sk")?).ok_or_else(|| missing("sk"))?.to_owned(),
            bytes: item.num("bytes")?,
            at: item.time("at")?,
            tag: item.str("tag")?.to_owned(),
            packed: item.raw("body").ok_or_else(|| missing("body"))?.to_vec(),
        })
    }
}

impl Store {
    /// Writes a file. `tag` names the write: whoever makes the same one again changes nothing. `after` is the last entry of the log that
    /// the writer knows; `false` when there is a later one, and nothing was written. Errors: 422 `file_too_large`, `sandbox_full`; 404
    /// when the session is gone.
    pub async fn put_file(&self, at: &SessionAt, path: &FilePath, text: &str, tag: &str, after: u64) -> Result<bool> {
        if text.len() > limits::FILE_BYTES {
            return Err(too_large(text.len()));
        }
        let (key, head) = (keys::file(at, path), keys::of_session(at, Prefix::SessionHead));
        let item = Item::new(&key).packed("body", text).n("bytes", text.len()).n("at", Time::now().0).s("tag", tag);
        let item = item.n("after", after);
        for _ in 0..ROUNDS {
            let before = self.get(key.clone()).await?;
            let (known, files, bytes) = match &before {
                Some(item) if item.opt_str("tag") == Some(tag) => return Ok(true),
                Some(item) => (Expr::new("tag = :before").s(":before", item.str("tag")?), 0, item.num::<i64>("bytes")?),
                None => (nobody().unwrap_or_default(), 1, 0),
            };
            let bytes = text.len() as i64 - bytes;
            let count =
                Expr::new("ADD #files :files, #bytes :bytes, writes :one").name("#files", "files").name("#bytes", "bytes");
            let count = count.n(":files", files).n(":bytes", bytes).n(":one", 1);
            let room = Expr::new(
                "attribute_exists(pk) AND (attribute_not_exists(#files) OR (#files <= :most_files AND #bytes <= :most_bytes))",
            );
            let room = room.n(":most_files", limits::FILES as i64 - files).n(":most_bytes", limits::FILES_BYTES as i64 - bytes);
            let writes = vec![
                self.check_in_transaction(&keys::numbered(at, Prefix::Log, after + 1), nobody().unwrap_or_default()),
                self.put_in_transaction(item.clone(), Some(known)),
                self.update_in_transaction(&head, count, room),
            ];
            match self.transact_calmly(writes).await? {
                Transacted::Done => return Ok(true),
                // The answer got lost, and the transaction was made again.
                _ if self.has_tag(&key, tag).await? => return Ok(true),
                Transacted::Refused(0) => return Ok(false),
                Transacted::Refused(1) | Transacted::Contended => {}
                Transacted::Refused(_) if self.session(at).await?.is_none() => return Err(Error::not_found("session")),
                Transacted::Refused(_) => return Err(full()),
            }
        }
        Err(Error::unavailable("too many write the same file at once"))
    }

    /// A file, read consistently.
    pub async fn file(&self, at: &SessionAt, path: &FilePath) -> Result<Option<SessionFile>> {
        self.get(keys::file(at, path)).await?.as_ref().map(SessionFile::read).transpose()
    }

    /// Removes a file that was written before the log had a later entry than this.
    pub(super) async fn remove_file(&self, key: &Key, last: u64) -> Result<()> {
        self.delete_if(key, Expr::new("#after <= :last").name("#after", "after").n(":last", last)).await
    }

    /// A page of the files whose paths begin so, by their paths.
    pub async fn files(&self, at: &SessionAt, prefix: &str, limit: usize, cursor: Option<&Cursor>) -> Result<Page<SessionFile>> {
        let page = self.page(&keys::session(at), &Prefix::File.sort(prefix), limit, cursor).await?;
        page.try_map(|item| SessionFile::read(&item))
    }
}

fn too_large(bytes: usize) -> Error {
    Error::new(
        Kind::Unprocessable,
        "file_too_large",
        format!("The file would have {bytes} bytes; at most {} are kept.", limits::FILE_BYTES),
        "Write less, or spread it over several files.",
    )
}

fn full() -> Error {
    let (files, bytes) = (limits::FILES, limits::FILES_BYTES);
    Error::new(
        Kind::Unprocessable,
        "sandbox_full",
        format!("There is no room: all files together may be {files}, with {bytes} bytes."),
        "Make files that are there already shorter, or write to them.",
    )
}
