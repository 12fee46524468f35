//! Lists that people put a project's records into: their names and stages. Who is in them is in `record_writes.rs`.

use crate::expression::Expr;
use crate::item::{Item, malformed};
use crate::keys::{self, Key, Prefix};
use crate::page::{Cursor, Page};
use crate::sdk::Store;
use rookery_domain::{ListId, ProjectId, Result, Time};

/// A list of records.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordList {
    /// Its id.
    pub id: ListId,
    /// What people call it.
    pub name: String,
    /// Its stages, in order.
    pub stages: Vec<String>,
    /// When it was made.
    pub created_at: Time,
}

impl Store {
    /// Stores a list that is new.
    pub async fn create_record_list(&self, project: &ProjectId, list: &RecordList) -> Result<()> {
        let item = Item::new(&key(project, &list.id)).s("name", &list.name).list("stages", &list.stages);
        self.put(item.n("created", list.created_at.0), None).await.map(drop)
    }

    /// Changes the name and the stages of a list; none if it is not there.
    pub async fn change_record_list(
        &self,
        project: &ProjectId,
        id: &ListId,
        name: &str,
        stages: &[String],
    ) -> Result<Option<RecordList>> {
        let update =
            Expr::new("SET #name = :name, stages = :stages").name("#name", "name").s(":name", name).list(":stages", stages);
        self.update(&key(project, id), update, Some(there())).await?.as_ref().map(read).transpose()
    }

    /// Deletes a list. Who was in it is swept by the message that is due. `false` if it is not there.
    pub async fn delete_record_list(&self, project: &ProjectId, id: &ListId, due: (Time, String)) -> Result<bool> {
        let key = key(project, id);
        let update = Expr::new("SET deleted = :now, dp = :dp, da = :due, msg = :msg")
            .n(":now", Time::now().0)
            .s(":dp", keys::wait_shard(&key))
            .n(":due", due.0.0)
            .s(":msg", due.1);
        Ok(self.update(&key, update, Some(there())).await?.is_some())
    }

    /// Reads lists, in this order; none for those that are not there.
    pub async fn record_lists(&self, project: &ProjectId, ids: &[ListId]) -> Result<Vec<Option<RecordList>>> {
        let items = self.get_many(ids.iter().map(|id| key(project, id)).collect()).await?;
        items.iter().map(|item| item.as_ref().filter(|item| is_there(item)).map(read).transpose()).collect()
    }

    /// A page of a project's lists.
    pub async fn list_record_lists(
        &self,
        project: &ProjectId,
        limit: usize,
        cursor: Option<&Cursor>,
    ) -> Result<Page<RecordList>> {
        let page = self.page(&keys::records(project), &Prefix::RecordList.start(), limit, cursor).await?;
        let items = page.items.iter().filter(|item| is_there(item));
        Ok(Page { items: items.map(read).collect::<Result<_>>()?, next: page.next })
    }
}

fn there() -> Expr {
    Expr::new("attribute_exists(pk) AND attribute_not_exists(deleted)")
}

fn is_there(item: &Item) -> bool {
    item.opt_num::<i64>("deleted").is_none()
}

fn key(project: &ProjectId, id: &ListId) -> Key {
    keys::of_records(project, Prefix::RecordList, id)
}

fn read(item: &Item) -> Result<RecordList> {
    let id = Prefix::RecordList.name(item.str("sk")?).and_then(|id| id.parse().ok());
    Ok(RecordList {
        id: id.ok_or_else(|| malformed("sk"))?,
        name: item.str("name")?.to_owned(),
        stages: item.strings("stages"),
        created_at: item.time("created")?,
    })
}
