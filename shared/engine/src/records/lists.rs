//! Lists of records: made, changed, deleted. Who is in them is in `entries.rs`.

use super::segments::sweep;
use crate::Engine;
use crate::connections::sending::guard_of;
use rookery_domain::{Collection, Error, Kind, ListId, ProjectId, Result, Time, is_valid_stage, limits};
use rookery_store::RecordList;
use serde_json::json;

impl Engine {
    /// Makes a list.
    pub async fn create_record_list(&self, project: &ProjectId, name: &str, stages: Vec<String>) -> Result<RecordList> {
        judge(&stages)?;
        let there = self.store.list_record_lists(project, limits::LISTS + 1, None).await?;
        if there.items.len() >= limits::LISTS {
            let message = format!("A project has at most {} lists.", limits::LISTS);
            return Err(Error::new(Kind::Unprocessable, "too_many_lists", message, "Delete one first."));
        }
        let list = RecordList { id: ListId::random(), name: name.to_owned(), stages, created_at: Time::now() };
        self.store.create_record_list(project, &list).await?;
        Ok(list)
    }

    /// Changes a list. Who is at a stage that is taken out stays there until somebody moves them.
    pub async fn change_record_list(
        &self,
        project: &ProjectId,
        id: &ListId,
        name: &str,
        stages: &[String],
    ) -> Result<RecordList> {
        judge(stages)?;
        self.store.change_record_list(project, id, name, stages).await?.ok_or_else(|| Error::not_found("list"))
    }

    /// Deletes a list.
    pub async fn delete_record_list(&self, project: &ProjectId, id: &ListId) -> Result<()> {
        let message = sweep(Collection::List(id.clone()), project);
        match self.store.delete_record_list(project, id, (guard_of(Time::now()), message.encode())).await? {
            true => self.producer.send(vec![message.into()]).await,
            false => Err(Error::not_found("list")),
        }
    }

    /// A list; 404 when it is not there.
    pub async fn record_list(&self, project: &ProjectId, id: &ListId) -> Result<RecordList> {
        let found = self.store.record_lists(project, std::slice::from_ref(id)).await?.pop().flatten();
        found.ok_or_else(|| Error::not_found("list"))
    }
}

fn judge(stages: &[String]) -> Result<()> {
    let wrong = |field: String, what: String| {
        let error = Error::new(Kind::Unprocessable, "invalid_list", format!("`{field}` {what}."), "Correct it.");
        Err(error.with_meta(json!({"field": field})))
    };
    if !(1..=limits::STAGES).contains(&stages.len()) {
        return wrong("stages".to_owned(), format!("has not 1 to {} stages", limits::STAGES));
    }
    for (index, stage) in stages.iter().enumerate() {
        if !is_valid_stage(stage) {
            return wrong(format!("stages[{index}]"), format!("is not a text of 1 to {} characters", limits::STAGE_CHARS));
        }
        if stages[..index].contains(stage) {
            return wrong(format!("stages[{index}]"), "is there twice".to_owned());
        }
    }
    Ok(())
}
