//! What triggers are to be told of a record: stored with the change that it comes of, until they are told. It is a due item: its message comes
//! again if whoever was to tell them is gone.

use crate::item::Item;
use crate::keys::{self, Key, Prefix};
use crate::sdk::Store;
use crate::tasks::with_due;
use rookery_domain::{Error, ListId, Payload, ProjectId, RecordAt, Result, SegmentId, Time};
use serde::{Deserialize, Serialize};

/// What triggers are to be told of a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct News {
    /// Which write it comes of.
    pub tag: String,
    /// The record.
    pub at: RecordAt,
    /// What it says of itself.
    pub attributes: Payload,
    /// The segments that it entered.
    #[serde(default)]
    pub entered: Vec<SegmentId>,
    /// The stage that it came to.
    #[serde(default)]
    pub moved: Option<Moved>,
    /// How many links and connections lie behind it.
    pub hop: u16,
}

/// The stage of a list that a record came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// The list.
    pub list: ListId,
    /// The stage.
    pub stage: String,
    /// The stage before; none if it was not in the list.
    pub from: Option<String>,
}

impl News {
    pub(crate) fn item(&self, project: &ProjectId, due: Time, message: &str) -> Item {
        let key = key(project, &self.tag);
        // It is made of texts, lists and a number, which always can be written.
        let text = serde_json::to_string(self).unwrap_or_default();
        with_due(Item::new(&key).packed("news", &text), &key, due, message)
    }
}

impl Store {
    /// What is still to be told of a write.
    pub async fn news(&self, project: &ProjectId, tag: &str) -> Result<Option<News>> {
        let Some(item) = self.get(key(project, tag)).await? else { return Ok(None) };
        serde_json::from_str(&item.unpacked("news")?).map(Some).map_err(Error::internal)
    }

    /// Notes that all was told of a write.
    pub async fn forget_news(&self, project: &ProjectId, tag: &str) -> Result<()> {
        self.delete(&key(project, tag)).await
    }
}

fn key(project: &ProjectId, tag: &str) -> Key {
    keys::of_records(project, Prefix::News, tag)
}
