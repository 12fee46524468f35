//! Entry points that projects publish: what others may use of their workflows. The catalogue of all of them is a partition of the index
//! `recent`, in the order of their titles.

use crate::expression::Query;
use crate::item::{Item, key_attributes};
use crate::keys::{self, Key, Prefix};
use crate::page::{Cursor, Page, bad_cursor};
use crate::sdk::Store;
use rookery_domain::{Access, AgentRef, ClientName, EntryPointId, Error, ProjectId, Published, Result, Time};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An entry point, as it was published last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EntryPoint {
    /// Its id, by which others name it.
    pub id: EntryPointId,
    /// The agent that takes its tasks.
    pub agent: AgentRef,
    /// What it says of itself.
    pub published: Published,
    /// When it was published.
    pub published_at: Time,
    /// The number of its version: each change of a schema is another one.
    pub version: u64,
    /// Versions before this one that are taken for a while, and that may be over by now: see [`EntryPoint::deprecated`].
    pub older: Vec<OlderVersion>,
}

/// A version that came before, and what fits it is taken until a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OlderVersion {
    /// Its number.
    pub version: u64,
    /// The JSON Schema of the payloads of its tasks.
    pub input_schema: Option<Value>,
    /// The JSON Schema of the payloads of its replies.
    pub output_schema: Option<Value>,
    /// When the next version came.
    pub replaced_at: Time,
    /// Until when it is taken.
    pub until: Time,
    /// What the next version broke.
    pub breaks: Vec<String>,
}

impl EntryPoint {
    /// The versions before this one that are still taken.
    pub fn deprecated(&self, now: Time) -> impl Iterator<Item = &OlderVersion> {
        self.older.iter().filter(move |older| older.until > now)
    }

    /// The version that whoever was connected at a time relies on, if it is over soon: that whose time is over first.
    pub fn deprecated_for(&self, connected_at: Time, now: Time) -> Option<&OlderVersion> {
        self.deprecated(now).filter(|older| older.replaced_at > connected_at).min_by_key(|older| older.until)
    }

    /// Whether a project may use the entry point, or may ask to.
    pub fn may_use(&self, client: &ClientName) -> bool {
        client.is(&self.agent.workflow.project)
            || self.published.access != Access::AllowList
            || self.published.allow.contains(client)
    }
}

impl Store {
    /// Publishes an entry point, or what is new about it.
    pub async fn put_entry_point(&self, entry: &EntryPoint) -> Result<()> {
        let project = &entry.agent.workflow.project;
        let text = serde_json::to_string(entry).map_err(Error::internal)?;
        let item = Item::new(&key(project, entry.id))
            .packed("text", &text)
            .s("rp", keys::catalogue())
            .s("rs", keys::place_in_catalogue(&entry.published.title, project, entry.id));
        self.put(item, None).await.map(drop)
    }

    /// An entry point, perhaps as it was a moment ago (see `shared`).
    pub async fn entry_point(&self, project: &ProjectId, id: EntryPointId) -> Result<Option<EntryPoint>> {
        self.get_shared(vec![key(project, id)]).await?.pop().flatten().map(|found| read(&found.item)).transpose()
    }

    /// An entry point as it is now.
    pub async fn entry_point_now(&self, project: &ProjectId, id: EntryPointId) -> Result<Option<EntryPoint>> {
        self.get(key(project, id)).await?.map(|item| read(&item)).transpose()
    }

    /// Entry points of projects, in this order; none for those that are not there.
    pub async fn entry_points_by_id(&self, ids: &[(ProjectId, EntryPointId)]) -> Result<Vec<Option<EntryPoint>>> {
        let keys = ids.iter().map(|(project, id)| key(project, *id)).collect();
        self.get_many(keys).await?.iter().map(|item| item.as_ref().map(read).transpose()).collect()
    }

    /// A page of the entry points of a project.
    pub async fn entry_points(&self, project: &ProjectId, limit: usize, cursor: Option<&Cursor>) -> Result<Page<EntryPoint>> {
        self.page(project.as_str(), &Prefix::EntryPoint.start(), limit, cursor).await?.try_map(|item| read(&item))
    }

    /// Takes an entry point back.
    pub async fn delete_entry_point(&self, project: &ProjectId, id: EntryPointId) -> Result<()> {
        self.delete(&key(project, id)).await?;
        self.until_noticed().await;
        Ok(())
    }

    /// A page of the catalogue: the entry points of all projects, by their titles.
    pub async fn catalogue(&self, limit: usize, cursor: Option<&Cursor>) -> Result<Page<EntryPoint>> {
        let mut after = None;
        if let Some(Cursor(place)) = cursor {
            let (project, id) = keys::of_place_in_catalogue(place).ok_or_else(bad_cursor)?;
            after = Some(Item(key_attributes(&key(&project, id))).s("rp", keys::catalogue()).s("rs", place).0);
        }
        let partition = keys::catalogue();
        let query = Query {
            index: Some(keys::RECENT),
            partition,
            range: None,
            filter: None,
            newest_first: false,
            is_consistent: true,
            limit,
            after,
        };
        let (found, stopped) = self.query(query).await?;
        let next = stopped.map(|key| key.str("rs").map(|rs| Cursor(rs.to_owned()))).transpose()?;
        let keys = found.iter().map(|item| Ok(Key { pk: item.str("pk")?.to_owned(), sk: item.str("sk")?.to_owned() }));
        let items = self.get_many(keys.collect::<Result<_>>()?).await?;
        Ok(Page { items: items.iter().flatten().map(read).collect::<Result<_>>()?, next })
    }
}

fn key(project: &ProjectId, id: EntryPointId) -> Key {
    keys::of_project(project, Prefix::EntryPoint, &id.to_string())
}

fn read(item: &Item) -> Result<EntryPoint> {
    serde_json::from_str(&item.unpacked("text")?).map_err(Error::internal)
}
