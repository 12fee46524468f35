//! API keys: 256 bits, of which only the hash is stored. A key contains its project and id, so that one read finds it.

use crate::item::{Item, malformed};
use crate::keys::{self, Prefix};
use crate::loader::Found;
use crate::page::{Cursor, Page};
use crate::sdk::Store;
use rookery_domain::{Error, ProjectId, Result, Time, random_token};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::str::FromStr;
use std::sync::Arc;
use subtle::ConstantTimeEq;

/// What a key may do. An `owner` may do everything, an `editor` also what a `viewer` or an `ingest` key may; these two may only
/// read, and only put events in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything in the project, also keys, credentials and deletions.
    Owner,
    /// Workflows, events, replays.
    Editor,
    /// Reading.
    Viewer,
    /// Putting events in.
    Ingest,
}

impl FromStr for Role {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        match text {
            "owner" => Ok(Role::Owner),
            "editor" => Ok(Role::Editor),
            "viewer" => Ok(Role::Viewer),
            "ingest" => Ok(Role::Ingest),
            _ => Err(Error::invalid("`role` is not known.", "Use owner, editor, viewer or ingest.")),
        }
    }
}

impl Role {
    fn as_str(self) -> &'static str {
        match self {
            Role::Owner => "owner",
            Role::Editor => "editor",
            Role::Viewer => "viewer",
            Role::Ingest => "ingest",
        }
    }
}

/// Characters of a key's id.
const KEY_ID_CHARS: usize = 12;

/// A key as it is listed: without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ApiKey {
    /// The key's id.
    pub id: String,
    /// The project that it opens.
    pub project_id: ProjectId,
    /// What people call the key.
    pub name: String,
    /// What the key may do.
    pub role: Role,
    /// When the key was made.
    pub created_at: Time,
}

impl Store {
    /// Makes a key, and gives its text: this is the only time that the text can be seen.
    pub async fn create_api_key(&self, project: &ProjectId, name: &str, role: Role) -> Result<(ApiKey, String)> {
        let (id, secret) = (random_token(KEY_ID_CHARS), random_token(52));
        let key = ApiKey { id, project_id: project.clone(), name: name.to_owned(), role, created_at: Time::now() };
        let item = Item::new(&keys::of_project(project, Prefix::ApiKey, &key.id))
            .s("name", name)
            .s("role", role.as_str())
            .n("created", key.created_at.0)
            .bytes("hash", hash(&secret));
        self.put(item, None).await?;
        let text = format!("rk_{project}_{}_{secret}", key.id);
        Ok((key, text))
    }

    /// The key that has this text, if there is one; perhaps as it was a moment ago (see `shared`).
    pub async fn find_api_key(&self, text: &str) -> Result<Option<ApiKey>> {
        let mut parts = text.split('_');
        let (Some("rk"), Some(project), Some(id), Some(secret), None) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Ok(None);
        };
        let Ok(project) = project.parse::<ProjectId>() else { return Ok(None) };
        let Some(item) = self.api_key_item(&project, id).await? else { return Ok(None) };
        match item.raw("hash").is_some_and(|stored| bool::from(stored.ct_eq(&hash(secret)))) {
            true => read(&project, &item).map(Some),
            false => Ok(None),
        }
    }

    /// The key of a caller who has shown it before, if it was not revoked since; perhaps as it was a moment ago.
    pub async fn known_api_key(&self, project: &ProjectId, id: &str) -> Result<Option<ApiKey>> {
        self.api_key_item(project, id).await?.map(|item| read(project, &item)).transpose()
    }

    async fn api_key_item(&self, project: &ProjectId, id: &str) -> Result<Option<Arc<Found>>> {
        if !is_key_id(id) {
            return Ok(None);
        }
        let key = keys::of_project(project, Prefix::ApiKey, id);
        Ok(self.get_shared(vec![key]).await?.pop().flatten())
    }

    /// A page of a project's keys.
    pub async fn list_api_keys(&self, project: &ProjectId, limit: usize, cursor: Option<&Cursor>) -> Result<Page<ApiKey>> {
        self.page(project.as_str(), &Prefix::ApiKey.start(), limit, cursor).await?.try_map(|item| read(project, &item))
    }

    /// Revokes a key.
    pub async fn delete_api_key(&self, project: &ProjectId, id: &str) -> Result<()> {
        let key = keys::of_project(project, Prefix::ApiKey, id);
        let found = if is_key_id(id) { self.get(key.clone()).await? } else { None };
        found.ok_or_else(|| Error::not_found("API key"))?;
        self.delete(&key).await?;
        self.until_noticed().await;
        Ok(())
    }
}

/// Whether a text can be the id of a key: nothing from outside may become a key that the table refuses.
fn is_key_id(id: &str) -> bool {
    id.len() == KEY_ID_CHARS && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

fn read(project: &ProjectId, item: &Item) -> Result<ApiKey> {
    Ok(ApiKey {
        id: Prefix::ApiKey.name(item.str("sk")?).ok_or_else(|| malformed("sk"))?.to_owned(),
        project_id: project.clone(),
        name: item.str("name")?.to_owned(),
        role: item.parse("role")?,
        created_at: item.time("created")?,
    })
}
