//! The tool that searches the files of the session's sandbox.

use super::files::{PAGE, no_files};
use super::tool::{Tool, ToolContext, ToolFailure, define_tool};
use rookery_agents::Pattern;
use rookery_domain::FilePath;
use rookery_store::SessionFile;
use schemars::JsonSchema;
use serde::Deserialize;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// The most lines that are found.
const HITS: usize = 200;
/// After this time, no further file is searched.
const TIME: Duration = Duration::from_secs(2);
/// How much of a line is shown, in characters.
const SHOWN: usize = 200;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Grep {
    /// The regular expression, as Rust's `regex` reads it. Each line is searched by itself.
    pattern: String,
    /// What the paths of the files begin with; all files unless given.
    prefix: Option<String>,
}

/// `grep`.
pub(super) fn tool() -> Tool {
    define_tool("grep", "Finds the lines in this session's files that match a regular expression.", grep).repeatable()
}

async fn grep(args: Grep, of: ToolContext) -> Result<String, ToolFailure> {
    let pattern = Pattern::new(&args.pattern).map_err(|error| format!("The pattern is refused: {error:.500}"))?;
    let prefix = args.prefix.unwrap_or_default();
    let (mut files, mut cursor) = (Vec::new(), None);
    loop {
        let page = of.store.files(&of.session, FilePath::prefix(&prefix), PAGE, cursor.as_ref()).await?;
        files.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    if files.is_empty() {
        return Ok(no_files(&prefix));
    }
    // A search computes for long, perhaps: nothing else waits for it.
    let searched = tokio::task::spawn_blocking(move || search(&pattern, &files)).await;
    searched.map_err(|_| "The search crashed.".to_owned())?
}

/// The lines of the files that match.
fn search(pattern: &Pattern, files: &[SessionFile]) -> Result<String, ToolFailure> {
    let (mut found, mut hits, began) = (String::new(), 0, Instant::now());
    for file in files {
        let text = file.text()?;
        let regex = pattern.to_match(&text).filter(|_| began.elapsed() < TIME);
        let Some(regex) = regex else {
            return Err("The search takes too long: repeat less in the pattern, or give a longer `prefix`.".to_owned().into());
        };
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| regex.is_match(line)) {
            if hits == HITS {
                found.push_str("[There are more: ask for less.]\n");
                return Ok(found);
            }
            hits += 1;
            let shown: String = line.chars().take(SHOWN).collect();
            // Writing to a text cannot fail.
            let _ = writeln!(found, "{}:{number}: {shown}", file.path);
        }
    }
    Ok(if hits == 0 { format!("No line matches; files searched: {}.", files.len()) } else { found })
}
