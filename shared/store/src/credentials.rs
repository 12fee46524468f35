//! Credentials: secrets with a name, bound to hosts. Their values are read for calls, and never shown.

use crate::item::{Item, malformed};
use crate::keys::{self, Prefix};
use crate::page::{Cursor, Page};
use crate::sdk::Store;
use rookery_domain::{Error, ProjectId, Result, Time};
use serde::Serialize;
use std::fmt;

/// A secret.
#[derive(Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Credential {
    /// The name that templates use.
    pub name: String,
    /// The secret.
    #[serde(skip)]
    pub value: String,
    /// The hosts that the secret may be sent to: `api.example.com`, `*.example.com`.
    pub hosts: Vec<String>,
    /// When the credential was last set.
    pub updated_at: Time,
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential").field("name", &self.name).field("hosts", &self.hosts).finish_non_exhaustive()
    }
}

impl Store {
    /// Sets a credential.
    pub async fn put_credential(&self, project: &ProjectId, credential: &Credential) -> Result<()> {
        self.put(item(project, credential), None).await?;
        self.until_noticed().await;
        Ok(())
    }

    /// The credentials with these names, perhaps as they were a moment ago (see `shared`); `None` for those that are not set.
    pub async fn credentials(&self, project: &ProjectId, names: &[String]) -> Result<Vec<Option<Credential>>> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let keys = names.iter().map(|name| keys::of_project(project, Prefix::Credential, name)).collect();
        self.get_shared(keys).await?.into_iter().map(|item| item.map(|item| read(&item)).transpose()).collect()
    }

    /// A page of a project's credentials.
    pub async fn list_credentials(&self, project: &ProjectId, limit: usize, cursor: Option<&Cursor>) -> Result<Page<Credential>> {
        self.page(project.as_str(), &Prefix::Credential.start(), limit, cursor).await?.try_map(|item| read(&item))
    }

    /// Deletes a credential.
    pub async fn delete_credential(&self, project: &ProjectId, name: &str) -> Result<()> {
        let key = keys::of_project(project, Prefix::Credential, name);
        self.get(key.clone()).await?.ok_or_else(|| Error::not_found("credential"))?;
        self.delete(&key).await?;
        self.until_noticed().await;
        Ok(())
    }
}

/// The item of a credential.
pub(crate) fn item(project: &ProjectId, credential: &Credential) -> Item {
    Item::new(&keys::of_project(project, Prefix::Credential, &credential.name))
        .s("value", &credential.value)
        .list("hosts", &credential.hosts)
        .n("updated", credential.updated_at.0)
}

fn read(item: &Item) -> Result<Credential> {
    Ok(Credential {
        name: Prefix::Credential.name(item.str("sk")?).ok_or_else(|| malformed("sk"))?.to_owned(),
        value: item.str("value")?.to_owned(),
        hosts: item.strings("hosts"),
        updated_at: item.time("updated")?,
    })
}
