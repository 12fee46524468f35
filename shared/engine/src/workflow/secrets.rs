//! What a workflow names is judged before the first event: that each credential is set that an agent names, that hooks can use theirs, and
//! that persistent agents are defined; when a workflow is saved or built, and when a credential is set.

use super::build::Draft;
use crate::Engine;
use rookery_agents::{CredentialUse, Facts, HookSecret, in_config};
use rookery_domain::{AgentName, CellId, Error, Kind, Problem, ProjectId, Result, is_valid_name, limits};
use rookery_egress::{MIN_REDACTED_BYTES, is_sought};
use rookery_store::{Credential, State};
use std::collections::{BTreeSet, HashMap};
use std::fmt;

/// The most workflows that are looked at when a credential is set; others are judged when they are next saved.
const WORKFLOWS: usize = 200;
/// The most credentials that are read by their names. Options may name a hundred thousand; then all that the project has are read,
/// which cannot be as many.
const NAMES: usize = 100;

/// A credential that an agent names.
pub(super) struct Named {
    cell: CellId,
    used: CredentialUse,
    /// How the credential verifies requests, if the agent is a hook.
    hook: Option<HookSecret>,
}

impl Named {
    /// All the credentials that an agent names.
    pub(super) fn all(cell: &CellId, facts: &Facts) -> impl Iterator<Item = Named> {
        facts.credentials.iter().map(|used| {
            let hook = facts.hook_secret.clone().filter(|hook| hook.credential == used.name);
            Named { cell: cell.clone(), used: used.clone(), hook }
        })
    }

    fn problem(&self, message: String) -> Problem {
        Problem::new(self.cell.as_str(), in_config(&self.used.field), message)
    }
}

/// A hook of an active workflow that is verified by a credential.
struct ActiveHook {
    cell: CellId,
    workflow: String,
    secret: HookSecret,
}

impl fmt::Display for ActiveHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "hook `{}` of the workflow `{}`", self.cell, self.workflow)
    }
}

/// What whoever sets a credential has to know, although it is set.
pub fn credential_warning(credential: &Credential) -> Option<String> {
    let is_sent = !credential.hosts.is_empty();
    (is_sent && !is_sought(&credential.value)).then(|| {
        format!(
            "The value, or a part of it that is a secret by itself, has fewer than {MIN_REDACTED_BYTES} bytes. Where a host answers with it, it \
             is not taken out of the event, since so short a text stands in many texts by chance. Use a longer secret, except for tests."
        )
    })
}

impl Engine {
    /// Judges options, and the credentials and persistent agents that they name. What is not there yet is no problem for a save.
    pub async fn draft(&self, project: &ProjectId, options: &str) -> Result<Draft> {
        let mut draft = Draft::check(options)?;
        let names = draft.credentials.iter().map(|named| &named.used.name);
        // No credential has another name, and the store refuses keys that are too long.
        let names: BTreeSet<&String> = names.filter(|name| is_valid_name(name)).collect();
        let names: Vec<String> = names.into_iter().cloned().collect();
        let values = self.values(project, &names).await?;
        for named in &draft.credentials {
            let name = &named.used.name;
            let how = format!("set it by `PUT /api/v1/projects/{project}/credentials/{name}`");
            match (values.get(name), &named.hook) {
                (Some(value), Some(hook)) => draft.problems.extend(hook.judge(value).err().map(|message| named.problem(message))),
                (Some(_), None) => {}
                (None, Some(_)) => draft.at_start.push(named.problem(format!(
                    "There is no credential `{name}`, without which this hook can verify no request: {how}, then start the \
                     workflow. A build gives the hook its URL before that."
                ))),
                (None, None) => {
                    draft.warnings.push(named.problem(format!(
                        "There is no credential `{name}`, without which this agent fails on each event: {how}."
                    )))
                }
            }
        }
        draft.warnings.extend(self.undefined(project, &draft).await?);
        let (problems, warnings) = self.judge_entry_points(&draft.used).await?;
        draft.problems.extend(problems);
        draft.warnings.extend(warnings);
        draft.problems.extend(self.judge_collections(project, &draft.collections).await?);
        Ok(draft)
    }

    /// The cells that ask persistent agents which are not defined. The definition may come later.
    async fn undefined(&self, project: &ProjectId, draft: &Draft) -> Result<Vec<Problem>> {
        // A project cannot have more agents than that; cells that name others are not looked at.
        let names: BTreeSet<&AgentName> = draft.asked.iter().map(|(_, agent)| agent).take(limits::DEFINITIONS).collect();
        let mut missing = BTreeSet::new();
        for name in names {
            if self.store.running_definition(project, name).await?.is_none() {
                missing.insert(name);
            }
        }
        let asked = draft.asked.iter().filter(|(_, agent)| missing.contains(agent));
        let told = asked.map(|(cell, agent)| {
            let message = format!(
                "There is no persistent agent `{agent}`, without which this cell fails on each event: define it by \
                 `PUT /api/v1/projects/{project}/agents/{agent}`."
            );
            Problem::new(cell.as_str(), in_config("agent"), message)
        });
        Ok(told.collect())
    }

    /// The values of those of the credentials that are set.
    async fn values(&self, project: &ProjectId, names: &[String]) -> Result<HashMap<String, String>> {
        let mut found = Vec::new();
        if names.len() <= NAMES {
            found.extend(self.store.credentials(project, names).await?.into_iter().flatten());
        } else {
            let mut cursor = None;
            loop {
                let page = self.store.list_credentials(project, NAMES, cursor.as_ref()).await?;
                found.extend(page.items);
                cursor = page.next;
                if cursor.is_none() {
                    break;
                }
            }
        }
        Ok(found.into_iter().map(|found| (found.name, found.value)).collect())
    }

    /// Judges a credential's value before it is set: 422 `credential_unusable` when a hook of an active workflow could not use it.
    pub async fn judge_credential(&self, project: &ProjectId, name: &str, value: &str) -> Result<()> {
        for hook in self.active_hooks(project, name).await? {
            if let Err(message) = hook.secret.judge(value) {
                let details = format!("The {hook} is verified by it.");
                return Err(Error::new(Kind::Unprocessable, "credential_unusable", message, details));
            }
        }
        Ok(())
    }

    /// Deletes a credential. Gives what its deleter has to know: that hooks of active workflows can verify no request without it.
    pub async fn delete_credential(&self, project: &ProjectId, name: &str) -> Result<Option<String>> {
        self.store.delete_credential(project, name).await?;
        let hooks = self.active_hooks(project, name).await?;
        Ok(hooks.first().map(|first| {
            let others = match hooks.len() - 1 {
                0 => String::new(),
                others => format!(" (and {others} more)"),
            };
            format!("The {first}{others} can verify no request without it: each gets an error until the credential is set again.")
        }))
    }

    /// The hooks of active workflows that are verified by a credential.
    async fn active_hooks(&self, project: &ProjectId, credential: &str) -> Result<Vec<ActiveHook>> {
        let mut hooks = Vec::new();
        let workflows = self.store.list_workflows(project, WORKFLOWS, None).await?.items;
        for workflow in workflows.into_iter().filter(|workflow| workflow.state == State::Active) {
            let built = self.built(&workflow.id, workflow.built).await?;
            for cell in built.graph.cells() {
                let Ok((_, agent)) = built.agent(&cell.id) else { continue };
                let secret = agent.facts().hook_secret.clone().filter(|secret| secret.credential == credential);
                hooks.extend(secret.map(|secret| ActiveHook { cell: cell.id.clone(), workflow: workflow.name.clone(), secret }));
            }
        }
        Ok(hooks)
    }
}
