//! Saves what is new: a workflow, and the credentials that the secrets of a file of elsewhere became.

use super::build::{SaveResult, saved};
use crate::Engine;
use rookery_domain::{ProjectId, Result};
use rookery_store::{About, Credential, Saved, State, Workflow};

impl Engine {
    /// Makes a workflow of which this is said, or the next version of one, with credentials that are not there yet. All of it is stored by one transaction, so there is
    /// no order of writes in which a program that ends leaves a workflow without its secrets, or secrets that no workflow names.
    pub async fn import(
        &self,
        project: &ProjectId,
        into: Option<&Workflow>,
        name: &str,
        options: &str,
        credentials: &[Credential],
        about: &About,
    ) -> Result<(Workflow, SaveResult)> {
        let draft = self.draft(project, options).await?;
        let saved = Saved { credentials, ..saved(&draft, name, options, None) };
        let workflow = match into {
            None => self.store.create_workflow(project, &saved, about).await?,
            Some(before) => {
                let changed = self.store.save_version(before, before.version, &saved).await?;
                self.renamed(before, &changed).await?;
                changed
            }
        };
        // The draft was judged while the credentials were not there.
        let result = if credentials.is_empty() { draft.result(workflow.version) } else { self.check(&workflow).await? };
        Ok((workflow, result))
    }

    /// Registers a running workflow under its new name.
    pub(super) async fn renamed(&self, before: &Workflow, changed: &Workflow) -> Result<()> {
        if changed.state == State::Active && changed.name != before.name {
            let built = self.built(&changed.id, changed.built).await?;
            self.register_name(changed, &built).await?;
        }
        Ok(())
    }
}
