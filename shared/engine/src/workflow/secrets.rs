//! The secrets of hooks are judged before the first request: when a workflow is saved or built, and when a credential is set.

use super::build::Draft;
use crate::Engine;
use rookery_agents::HookSecret;
use rookery_domain::{Error, Kind, Problem, ProjectId, Result};
use rookery_egress::{MIN_REDACTED_BYTES, is_sought};
use rookery_store::{Credential, State};

/// The most workflows that are looked at when a credential is set; others are judged when they are next saved.
const WORKFLOWS: usize = 200;
/// The field of a hook that names its secret.
const FIELD: &str = "config.verify.credential";

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
    /// Judges options, and the secrets that their hooks name. A secret that is not set yet is no problem.
    pub async fn draft(&self, project: &ProjectId, options: &str) -> Result<Draft> {
        let mut draft = Draft::check(options)?;
        let names: Vec<String> = draft.secrets.iter().map(|(_, secret)| secret.credential.clone()).collect();
        let found = self.store.credentials(project, &names).await?;
        let set = draft.secrets.iter().zip(&found).filter_map(|(secret, found)| Some((secret, found.as_ref()?)));
        let problems = set.filter_map(|((cell, secret), found)| {
            secret.judge(&found.value).err().map(|message| Problem::new(cell.as_str(), FIELD, message))
        });
        draft.problems.extend(problems.collect::<Vec<_>>());
        Ok(draft)
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
