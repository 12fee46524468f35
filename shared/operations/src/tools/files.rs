//! The tools for the files of the session's sandbox, but for the search. The files are in the table; no path leads to a disk.

use super::tool::{Tool, ToolContext, ToolFailure, define_tool};
use rookery_domain::{FilePath, limits};
use rookery_store::SessionFile;
use schemars::JsonSchema;
use serde::Deserialize;
use std::fmt::Write as _;

/// How many files are read from the table at once.
pub(super) const PAGE: usize = 100;
/// The bytes of a file's text that one call reads, with room for what is said about it.
const READ_BYTES: usize = limits::TOOL_RESULT_BYTES - 1024;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Read {
    /// The file's path.
    path: String,
    /// The first line to read; 1 unless given.
    from_line: Option<usize>,
    /// The most lines to read; all unless given.
    lines: Option<usize>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Write {
    /// The file's path. A file that is there is replaced.
    path: String,
    /// The whole text of the file.
    text: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Edit {
    /// The file's path.
    path: String,
    /// The text that is replaced, exactly as the file has it.
    #[schemars(length(min = 1))]
    old: String,
    /// The text that takes its place.
    new: String,
    /// Whether it is replaced wherever it stands. Unless said so, it must stand there once.
    all: Option<bool>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct List {
    /// What the paths begin with; all files unless given.
    prefix: Option<String>,
}

/// `read`, `write`, `edit`, `list`.
pub(super) fn tools() -> [Tool; 4] {
    [
        define_tool("read", "Reads a file of this session, or some of its lines.", read),
        define_tool("write", "Writes a file of this session: a new one, or a new text for one that is there.", write),
        define_tool("edit", "Replaces a text in a file of this session.", edit),
        define_tool("list", "Lists the files of this session, with their sizes.", list),
    ]
    .map(Tool::repeatable)
}

async fn read(args: Read, of: ToolContext) -> Result<String, ToolFailure> {
    let path = of.path(&args.path)?;
    let text = of.file(&path).await?.text()?;
    if text.is_empty() {
        return Ok("[The file is empty.]".to_owned());
    }
    let (first, most) = (args.from_line.unwrap_or(1).max(1), args.lines.unwrap_or(usize::MAX));
    let (mut part, mut last, total) = (String::new(), first - 1, text.lines().count());
    for line in text.split_inclusive('\n').skip(first - 1).take(most) {
        if part.len() + line.len() > READ_BYTES {
            if part.is_empty() {
                part.push_str(&line[..line.floor_char_boundary(READ_BYTES)]);
                part.push_str("\n[The line is cut: it is too long.]\n");
                last += 1;
            }
            break;
        }
        part.push_str(line);
        last += 1;
    }
    match (first, last) {
        (1, last) if last == total => Ok(part),
        (first, last) if first > last => Ok(format!("[The file has {total} lines.]")),
        (first, last) => Ok(format!("[Lines {first} to {last} of {total}.]\n{part}")),
    }
}

async fn write(args: Write, of: ToolContext) -> Result<String, ToolFailure> {
    let path = of.path(&args.path)?;
    of.put(&path, &args.text).await?;
    Ok(format!("`{path}` is written: {} bytes.", args.text.len()))
}

async fn edit(args: Edit, of: ToolContext) -> Result<String, ToolFailure> {
    let path = of.path(&args.path)?;
    let file = of.file(&path).await?;
    let mut bytes = file.bytes;
    // Whoever made this very call before may have died after it was done.
    if file.tag != of.key {
        let text = file.text()?;
        let changed = match text.matches(&args.old).count() {
            0 => {
                return Err(
                    format!("`old` is not in `{path}`. Read the file, and give the text exactly as it stands there.").into()
                );
            }
            1 => text.replacen(&args.old, &args.new, 1),
            _ if args.all == Some(true) => text.replace(&args.old, &args.new),
            times => {
                return Err(
                    format!("`old` is {times} times in `{path}`. Give more of what stands around it, or say `all`.").into()
                );
            }
        };
        of.put(&path, &changed).await?;
        bytes = changed.len() as u64;
    }
    Ok(format!("`{path}` is changed: it has {bytes} bytes."))
}

async fn list(args: List, of: ToolContext) -> Result<String, ToolFailure> {
    let mut listed = String::new();
    let prefix = args.prefix.unwrap_or_default();
    let mut cursor = None;
    loop {
        let page = of.store.files(&of.session, FilePath::prefix(&prefix), PAGE, cursor.as_ref()).await?;
        for SessionFile { path, bytes, .. } in &page.items {
            // Writing to a text cannot fail.
            let _ = writeln!(listed, "{path} ({bytes} bytes)");
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(if listed.is_empty() { no_files(&prefix) } else { listed });
        }
    }
}

/// What is said where there are no files.
pub(super) fn no_files(prefix: &str) -> String {
    if FilePath::prefix(prefix).is_empty() {
        return "There are no files.".to_owned();
    }
    format!("There are no files whose paths begin with `{prefix:.256}`.")
}

impl ToolContext {
    fn path(&self, path: &str) -> Result<FilePath, ToolFailure> {
        Ok(path.parse::<FilePath>()?)
    }

    async fn file(&self, path: &FilePath) -> Result<SessionFile, ToolFailure> {
        let file = self.store.file(&self.session, path).await?;
        file.ok_or_else(|| format!("There is no file `{path}`. `list` shows which there are.").into())
    }

    async fn put(&self, path: &FilePath, text: &str) -> Result<(), ToolFailure> {
        match self.store.put_file(&self.session, path, text, &self.key, self.after).await? {
            true => Ok(()),
            false => Err(ToolFailure::Overtaken),
        }
    }
}
