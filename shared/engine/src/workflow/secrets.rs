//! Credentials are judged before the first event: that each one is set that an agent names, and that hooks can use theirs; when a
//! workflow is saved or built, and when a credential is set.

use super::build::Draft;
use crate::Engine;
use rookery_agents::{CredentialUse, Facts, HookSecret, in_config};
use rookery_domain::{CellId, Error, Kind, Problem, ProjectId, Result, is_valid_name};
use rookery_egress::{MIN_REDACTED_BYTES, is_sought};
use rookery_store::{Credential, State};
use std::collections::{BTreeSet, HashMap};

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
    /// Judges options, and the credentials that they name. A credential that is not set yet is no problem for a save.
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
        Ok(draft)
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
        let workflows = self.store.list_workflows(project, WORKFLOWS, None).await?.items;
        for workflow in workflows.into_iter().filter(|workflow| workflow.state == State::Active) {
            let built = self.built(&workflow.id, workflow.built).await?;
            for cell in built.graph.cells() {
                let Ok((_, agent)) = built.agent(&cell.id) else { continue };
                let secret = agent.facts().hook_secret.as_ref().filter(|secret| secret.credential == name);
                if let Some(Err(message)) = secret.map(|secret: &HookSecret| secret.judge(value)) {
                    let details = format!("The hook `{}` of the workflow `{}` is verified by it.", cell.id, workflow.name);
                    return Err(Error::new(Kind::Unprocessable, "credential_unusable", message, details));
                }
            }
        }
        Ok(())
    }
}
