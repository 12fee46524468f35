//! Which key opens a provider: the project's credential of the provider's name, or else the operator's.

use async_trait::async_trait;
use rookery_domain::{ProjectId, Result, random_token};
use rookery_egress::Secret;
use rookery_models::{Keys, Providers};
use rookery_store::Store;

/// The keys of a project.
pub(crate) struct ProjectKeys<'a> {
    pub(crate) store: &'a Store,
    pub(crate) project: &'a ProjectId,
    pub(crate) operators: &'a Providers,
}

#[async_trait]
impl Keys for ProjectKeys<'_> {
    async fn key(&self, provider: &str) -> Result<Option<Secret>> {
        let found = self.store.credentials(self.project, &[provider.to_owned()]).await?;
        match found.into_iter().flatten().next() {
            Some(own) => {
                let marker = format!("⟦key:{}⟧", random_token(20));
                Ok(Some(Secret { name: own.name, marker, value: own.value, hosts: own.hosts }))
            }
            None => self.operators.key(provider).await,
        }
    }
}
