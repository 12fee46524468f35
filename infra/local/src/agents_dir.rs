//! The folder of agents (`--agents DIR`): each `NAME.md` defines the agent NAME of the project `default`, and `profiles/NAME.md` a profile.
//! The folder is read at the start and then each second, which works on every file system. What a definition means is not known here.

#[cfg(test)]
mod tests;

use anyhow::Context;
use rookery_domain::{AgentName, Kind, ProjectId, Result, limits};
use rookery_sessions::definition::{Definitions, Environment, Source};
use rookery_store::{DefinitionSource, DefinitionState, Store};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

/// How often the folder is read.
const BEAT: Duration = Duration::from_secs(1);
/// The folder of profiles in the folder of agents.
const PROFILES: &str = "profiles";

/// The text of a file, or why there is none.
pub(crate) type Text = Result<String, String>;

/// What is in the folder, by the names of the files without their ends.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Files {
    pub(crate) agents: BTreeMap<String, Text>,
    pub(crate) profiles: BTreeMap<String, Text>,
}

/// A folder of agents that is followed.
pub(crate) struct AgentsDir {
    dir: PathBuf,
    store: Store,
    definitions: Definitions,
    project: ProjectId,
    /// What the definitions in the table were made of.
    applied: Option<Files>,
    /// What the last look found.
    last: Option<Files>,
    /// What is wrong, as it was told last: each line is told once.
    told: BTreeSet<String>,
}

/// The environment variables with these names, as agents may see them; one that is not set is empty.
///
/// # Errors
/// Names that look like secrets.
pub(crate) fn environment(names: &[String]) -> anyhow::Result<Environment> {
    let value = |name: &String| (name.clone(), std::env::var(name).unwrap_or_default());
    let environment = Environment::new(names.iter().map(value));
    match names.iter().find(|name| !environment.has(name)) {
        Some(name) => anyhow::bail!("--agent-env {name}: its name is one of a secret, which no model is shown; leave it out"),
        None => Ok(environment),
    }
}

impl AgentsDir {
    /// Reads the folder, and makes the project `default` where it is missing. Files with errors are told, and do not keep the program
    /// from starting.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub(crate) async fn start(dir: &Path, store: &Store, definitions: Definitions) -> anyhow::Result<Self> {
        let files = files(dir)
            .with_context(|| format!("reading the agents in {}: make the folder, or leave --agents out", dir.display()))?;
        let project = store.default_project().await?.id;
        let (dir, store) = (dir.to_owned(), store.clone());
        let mut this = AgentsDir { dir, store, definitions, project, applied: None, last: None, told: BTreeSet::new() };
        this.apply(files).await?;
        Ok(this)
    }

    /// Follows the folder until the program stops.
    pub(crate) async fn follow(mut self, stopping: CancellationToken) {
        let mut beats = tokio::time::interval(BEAT);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while stopping.run_until_cancelled(beats.tick()).await.is_some() {
            let dir = self.dir.clone();
            match tokio::task::spawn_blocking(move || files(&dir)).await {
                Ok(found) => self.look(found).await,
                Err(error) => tracing::error!(%error, "the look at the folder of agents failed"),
            }
        }
    }

    /// Takes what a look found, once two looks found the same: a file that is being written is not read in half, and one that is being
    /// replaced is not missed.
    async fn look(&mut self, found: io::Result<Files>) {
        let found = match found {
            Ok(found) => found,
            Err(error) => return self.tell(BTreeSet::from([format!("it cannot be read: {error}")])),
        };
        if self.applied.as_ref() == Some(&found) {
            self.last = None;
        } else if self.last.as_ref() != Some(&found) {
            self.last = Some(found);
        } else if let Err(error) = self.apply(found).await {
            self.tell(BTreeSet::from([format!("its definitions cannot be stored: {error}")]));
        }
    }

    /// Makes the definitions in the table agree with the files. Of a file with errors, the last good definition stays.
    async fn apply(&mut self, files: Files) -> Result<()> {
        let mut wrong = BTreeSet::new();
        let mut source = Source::default();
        for (profile, text) in &files.profiles {
            match text {
                Ok(text) => drop(source.profiles.insert(profile.clone(), text.clone())),
                Err(why) => drop(wrong.insert(format!("{PROFILES}/{profile}.md:1: {why}"))),
            }
        }
        for (stem, text) in &files.agents {
            match (stem.parse::<AgentName>(), text) {
                (Ok(name), Ok(text)) => {
                    source.text.clone_from(text);
                    wrong.extend(self.save(&name, &source).await?);
                }
                (Ok(_), Err(why)) => drop(wrong.insert(format!("{stem}.md:1: {why}"))),
                (Err(error), _) => drop(wrong.insert(format!("{stem}.md:1: The file's name is no agent's. {}", error.details))),
            }
        }
        self.stop_all_but(&files.agents).await?;
        self.applied = Some(files);
        self.tell(wrong);
        Ok(())
    }

    /// Saves the definition of a file, if it is new and nothing is wrong with it. Gives what is wrong.
    async fn save(&self, name: &AgentName, source: &Source) -> Result<Vec<String>> {
        let judged = self.definitions.check(name, source);
        if !judged.errors.is_empty() {
            return Ok(judged.errors.iter().map(ToString::to_string).collect());
        }
        match self.definitions.save_file(&self.project, name, source).await {
            Ok(Some(head)) => {
                tracing::info!(agent = %name, version = head.version, "the definition of an agent was read");
                judged.warnings.iter().for_each(|warning| tracing::warn!("{}/{warning}", self.dir.display()));
                Ok(Vec::new())
            }
            Ok(None) => Ok(Vec::new()),
            Err(error) if matches!(error.kind, Kind::Unprocessable | Kind::TooLarge) => {
                Ok(vec![format!("{name}.md:1: {} {}", error.message, error.details)])
            }
            Err(error) => Err(error),
        }
    }

    /// Stops the agents whose files are gone.
    async fn stop_all_but(&self, agents: &BTreeMap<String, Text>) -> Result<()> {
        let mut cursor = None;
        loop {
            let page = self.store.list_definitions(&self.project, limits::PAGE_MAX, cursor.as_ref()).await?;
            for head in page.items {
                let is_of_file = head.source == DefinitionSource::File && head.state == DefinitionState::Active;
                if is_of_file && !agents.contains_key(head.name.as_str()) {
                    self.definitions.stop(&self.project, &head.name).await?;
                    tracing::info!(agent = %head.name, "the file of an agent is gone: the agent is stopped");
                }
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(());
            }
        }
    }

    /// Tells what was not told before.
    fn tell(&mut self, wrong: BTreeSet<String>) {
        for line in wrong.difference(&self.told) {
            tracing::error!("{}/{line}", self.dir.display());
        }
        self.told = wrong;
    }
}

/// Reads the files of a folder.
pub(crate) fn files(dir: &Path) -> io::Result<Files> {
    let profiles = match texts(&dir.join(PROFILES)) {
        Err(error) if error.kind() == ErrorKind::NotFound => BTreeMap::new(),
        read => read?,
    };
    Ok(Files { agents: texts(dir)?, profiles })
}

/// The texts of a folder's files `NAME.md`.
fn texts(dir: &Path) -> io::Result<BTreeMap<String, Text>> {
    let mut texts = BTreeMap::new();
    for entry in dir.read_dir()? {
        let path = entry?.path();
        let (Some(stem), Some("md")) = (path.file_stem(), path.extension().and_then(|end| end.to_str())) else { continue };
        let text = match text(&path) {
            // It was removed just now, or is a folder.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::IsADirectory) => continue,
            Err(error) => Err(format!("The file cannot be read: {error}.")),
            Ok(text) => text,
        };
        texts.insert(stem.to_string_lossy().into_owned(), text);
    }
    Ok(texts)
}

fn text(path: &Path) -> io::Result<Text> {
    let most = limits::DEFINITION_BYTES;
    // A pipe would be waited for.
    if !path.metadata()?.is_file() {
        return Err(ErrorKind::IsADirectory.into());
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(most as u64 + 1).read_to_end(&mut bytes)?;
    Ok(match String::from_utf8(bytes) {
        Ok(text) if text.len() <= most => Ok(text),
        Ok(_) => Err(format!("The file has over {most} bytes: shorten it.")),
        Err(_) => Err("The file is not UTF-8 text: save it as that.".to_owned()),
    })
}
