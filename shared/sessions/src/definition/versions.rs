//! Definitions over time: saved as versions, read, restored, stopped, deleted. A version with errors is kept, as a workflow's is, and the
//! last good one goes on.

use super::cache::{Cache, cache};
use super::{Definition, Diagnostic, Environment, Source, check};
use rookery_domain::{AgentName, Error, Kind, ProjectId, Result, limits};
use rookery_store::{Cursor, DefinitionHead, DefinitionSource, DefinitionState, DefinitionVersion, Page, SavedDefinition, Store};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use std::sync::Arc;

/// The definitions of all projects. Cheap to clone.
#[derive(Clone)]
pub struct Definitions {
    store: Store,
    environment: Arc<Environment>,
    cache: Arc<Cache>,
}

/// The `meta` in the answer to a save or a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Judged {
    /// All that keeps the version from running.
    pub errors: Vec<Diagnostic>,
    /// What does not, but is hardly meant.
    pub warnings: Vec<Diagnostic>,
    /// The number of the version that the result is about; 0 if nothing was saved.
    pub version: u64,
}

impl Definitions {
    /// Makes definitions over a table, for agents that may see these environment variables.
    pub fn new(store: Store, environment: Environment) -> Self {
        Definitions { store, environment: Arc::new(environment), cache: Arc::new(cache()) }
    }

    /// The environment variables that agents may see.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Judges a definition, and stores nothing.
    pub fn check(&self, name: &AgentName, source: &Source) -> Judged {
        let checked = check(name, source, &self.environment);
        Judged { errors: checked.errors, warnings: checked.warnings, version: 0 }
    }

    /// The agent of this name that runs; 404 `agent_not_found` when there is none. Of what an operation needs, this is the one read.
    pub async fn running(&self, project: &ProjectId, name: &AgentName) -> Result<Arc<Definition>> {
        let head = self.store.running_definition(project, name).await?.ok_or_else(agent_not_found)?;
        self.version(project, name, head.runs).await
    }

    /// The agent that a version defines, also when another version runs by now. 404 when the version was deleted.
    pub async fn version(&self, project: &ProjectId, name: &AgentName, version: u64) -> Result<Arc<Definition>> {
        let load = async {
            let (_, text) = self.store.definition_version(project, name, version).await?;
            let checked = check(name, &Source::of_text(&text)?, &self.environment);
            let definition = checked.definition.ok_or_else(|| invalid(&checked.errors))?;
            Ok::<_, Error>(Arc::new(Definition { version, ..definition }))
        };
        self.cache.get_or_insert_async(&(project.clone(), name.clone(), version), load).await
    }

    /// The head of a definition; 404 when it is unknown, stopped or deleted.
    pub async fn head(&self, project: &ProjectId, name: &AgentName) -> Result<DefinitionHead> {
        let head = self.store.find_definition(project, name).await?;
        head.filter(|head| head.state == DefinitionState::Active).ok_or_else(agent_not_found)
    }

    /// A page of the definitions by name. Stopped ones are left out, so a page may have fewer than asked for.
    pub async fn list(&self, project: &ProjectId, limit: usize, cursor: Option<&Cursor>) -> Result<Page<DefinitionHead>> {
        let page = self.store.list_definitions(project, limit, cursor).await?;
        let active = page.items.into_iter().filter(|head| head.state == DefinitionState::Active);
        Ok(Page { items: active.collect(), next: page.next })
    }

    /// A page of a definition's versions, newest first.
    pub async fn versions(
        &self,
        project: &ProjectId,
        name: &AgentName,
        limit: usize,
        cursor: Option<&Cursor>,
    ) -> Result<Page<DefinitionVersion>> {
        self.head(project, name).await?;
        self.store.list_definition_versions(project, name, limit, cursor).await
    }

    /// The texts of a version, and what is said of them today.
    pub async fn source(
        &self,
        project: &ProjectId,
        name: &AgentName,
        version: u64,
    ) -> Result<(DefinitionVersion, Source, Judged)> {
        self.head(project, name).await?;
        let (stored, text) = self.store.definition_version(project, name, version).await?;
        let source = Source::of_text(&text)?;
        let judged = Judged { version, ..self.check(name, &source) };
        Ok((stored, source, judged))
    }

    /// Saves a version. `expected` is the version that the change is based on; without it, the last one. What a file says is changed by
    /// that file alone: 409 `managed_by_file`.
    pub async fn save(
        &self,
        project: &ProjectId,
        name: &AgentName,
        source: &Source,
        by: DefinitionSource,
        expected: Option<u64>,
    ) -> Result<(DefinitionHead, Judged)> {
        let before = self.store.find_definition(project, name).await?;
        if by == DefinitionSource::Api {
            before.as_ref().map_or(Ok(()), of_no_file)?;
        }
        let how = How { by, expected, restored_from: None };
        self.put(project, name, before.as_ref(), source, how).await
    }

    /// Saves what a file says, if it is something new and without errors. `None` if it is not new.
    pub async fn save_file(&self, project: &ProjectId, name: &AgentName, source: &Source) -> Result<Option<DefinitionHead>> {
        let before = self.store.find_definition(project, name).await?;
        if let Some(head) = before.as_ref().filter(|head| head.source == DefinitionSource::File && head.is_running())
            && head.runs == head.version
        {
            let (_, text) = self.store.definition_version(project, name, head.version).await?;
            if Source::of_text(&text)? == check(name, source, &self.environment).used {
                return Ok(None);
            }
        }
        let how = How { by: DefinitionSource::File, expected: None, restored_from: None };
        self.put(project, name, before.as_ref(), source, how).await.map(|(head, _)| Some(head))
    }

    /// Makes an earlier version the last one again, as a copy.
    pub async fn restore(&self, project: &ProjectId, name: &AgentName, version: u64) -> Result<(DefinitionHead, Judged)> {
        let head = self.head(project, name).await?;
        of_no_file(&head)?;
        let (_, text) = self.store.definition_version(project, name, version).await?;
        let how = How { by: DefinitionSource::Api, expected: None, restored_from: Some(version) };
        self.put(project, name, Some(&head), &Source::of_text(&text)?, how).await
    }

    /// Deletes a definition with its versions. Its sessions stay.
    pub async fn delete(&self, project: &ProjectId, name: &AgentName) -> Result<()> {
        let head = self.store.find_definition(project, name).await?.ok_or_else(agent_not_found)?;
        of_no_file(&head)?;
        self.store.delete_definition(project, name).await
    }

    /// Stops a definition whose file is gone. Its versions and sessions stay.
    pub async fn stop(&self, project: &ProjectId, name: &AgentName) -> Result<()> {
        self.store.stop_definition(project, name).await
    }

    async fn put(
        &self,
        project: &ProjectId,
        name: &AgentName,
        before: Option<&DefinitionHead>,
        source: &Source,
        how: How,
    ) -> Result<(DefinitionHead, Judged)> {
        let checked = check(name, source, &self.environment);
        let bytes = checked.used.bytes();
        if bytes > limits::DEFINITION_BYTES {
            return Err(too_large(bytes));
        }
        if before.is_none_or(|head| head.state == DefinitionState::Deleted) {
            self.find_room(project).await?;
        }
        let definition = checked.definition.as_ref();
        let text = checked.used.to_text()?;
        let saved = SavedDefinition {
            text: &text,
            source: how.by,
            error_count: checked.errors.len() as u64,
            description: definition.and_then(|definition| definition.behaviour.description.as_deref()),
            webhook: definition.is_some_and(|definition| definition.triggers.webhook),
            restored_from: how.restored_from,
        };
        let expected = how.expected.unwrap_or(before.map_or(0, |head| head.version));
        let head = self.store.save_definition(project, name, expected, &saved).await?;
        Ok((head, Judged { errors: checked.errors, warnings: checked.warnings, version: expected + 1 }))
    }

    /// Whether one more agent may be made.
    async fn find_room(&self, project: &ProjectId) -> Result<()> {
        let (mut count, mut cursor) = (0, None);
        loop {
            let page = self.store.list_definitions(project, limits::PAGE_MAX, cursor.as_ref()).await?;
            count += page.items.len();
            cursor = page.next;
            if count >= limits::DEFINITIONS {
                return Err(Error::new(
                    Kind::Unprocessable,
                    "too_many_agents",
                    format!("The project has {} agents; it can have no more.", limits::DEFINITIONS),
                    "Delete some, or make another project.",
                ));
            }
            if cursor.is_none() {
                return Ok(());
            }
        }
    }
}

/// How a version comes about.
struct How {
    by: DefinitionSource,
    expected: Option<u64>,
    restored_from: Option<u64>,
}

impl Source {
    /// The source as one text.
    fn to_text(&self) -> Result<String> {
        serde_json::to_string(self).map_err(Error::internal)
    }

    fn of_text(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(Error::internal)
    }
}

fn of_no_file(head: &DefinitionHead) -> Result<()> {
    if head.source == DefinitionSource::Api || head.state != DefinitionState::Active {
        return Ok(());
    }
    Err(Error::new(
        Kind::Conflict,
        "managed_by_file",
        format!("A file defines the agent `{}`.", head.name),
        "Change that file; it is read again by itself.",
    ))
}

/// There is no such agent.
pub fn agent_not_found() -> Error {
    Error::new(Kind::NotFound, "agent_not_found", "There is no such agent.", "The list of agents shows which there are.")
}

fn too_large(bytes: usize) -> Error {
    Error::new(
        Kind::TooLarge,
        "definition_too_large",
        format!("The definition has {bytes} bytes; at most {} are kept.", limits::DEFINITION_BYTES),
        "Shorten its text, or those of its profiles.",
    )
}

/// 422: a version that was saved with errors, or that an earlier Rookery took, cannot run.
fn invalid(errors: &[Diagnostic]) -> Error {
    Error::new(
        Kind::Unprocessable,
        "definition_invalid",
        format!("The agent's definition has {} error(s), and cannot run.", errors.len()),
        "`meta.errors` names each file, line, field and remedy.",
    )
    .with_meta(json!({"errors": errors}))
}
