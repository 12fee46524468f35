//! Which runs a repair could not keep: those that the old files name, and the repaired ones do not. The files are searched as
//! bytes, because what SQLite cannot read may still be there.

use regex::bytes::Regex;
use rookery_domain::{RunId, WorkflowRef};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::PathBuf;

/// A run's key in the table, and the event in a message of a queue.
const NAMES: &str = r#"(?-u)([0-9a-z]{12})#r#([0-9a-z]{12})#([0-9a-f]{32})|"project":"([0-9a-z]{12})","workflow":"([0-9a-z]{12})"[^{}]{0,200}?"event":"([0-9a-f]{32})"#;
/// No name is longer.
const LONGEST: usize = 512;
/// How much of a file is searched at once.
const AT_ONCE: usize = 1024 * 1024;

/// A run, by its project, workflow and id.
pub(crate) type Named = BTreeSet<(WorkflowRef, RunId)>;

/// The runs that files name. A file that does not exist names none.
pub(crate) fn named_in(files: &[PathBuf]) -> anyhow::Result<Named> {
    let names = Regex::new(NAMES)?;
    let mut found = Named::new();
    for file in files {
        match File::open(file) {
            Ok(file) => search(&names, file, &mut found)?,
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(found)
}

fn search(names: &Regex, mut file: impl Read, found: &mut Named) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    loop {
        // A name may stand on the border of two parts.
        bytes.drain(..bytes.len().saturating_sub(LONGEST));
        if file.by_ref().take(AT_ONCE as u64).read_to_end(&mut bytes)? == 0 {
            return Ok(());
        }
        found.extend(names.captures_iter(&bytes).filter_map(|captures| {
            let (_, parts) = captures.extract::<3>();
            let [project, workflow, run] = parts.map(|part| std::str::from_utf8(part).unwrap_or_default());
            Some((WorkflowRef { project: project.parse().ok()?, workflow: workflow.parse().ok()? }, run.parse().ok()?))
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_found_in_keys_and_in_messages_wherever_they_stand() {
        let run = |n: u32| format!("{n:032x}");
        let key = format!("0123456789ab#r#abcdefghjkmn#{}", run(1));
        let message = format!(
            r#"{{"v":1,"traceparent":"00-4bf9-01","project":"0123456789ab","workflow":"abcdefghjkmn","kind":"deliver","event":"{}-{}""#,
            run(2),
            run(3)
        );
        let mut bytes = vec![0xff; AT_ONCE - 20];
        bytes.extend(key.bytes());
        bytes.extend([0, 0x80]);
        bytes.extend(message.bytes());
        let mut found = Named::new();
        search(&Regex::new(NAMES).unwrap(), &bytes[..], &mut found).unwrap();
        let found: Vec<String> = found.iter().map(|(of, run)| format!("{} {} {run}", of.project, of.workflow)).collect();
        assert_eq!(found, [1, 2].map(|n| format!("0123456789ab abcdefghjkmn {}", run(n))));
    }
}
