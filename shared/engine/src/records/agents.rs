//! Records as agents write them. Each attempt of a delivery writes the same under a key that follows from the delivery, so that it is written
//! once, and told alike.

use super::entries::EntryChange;
use super::write::{Mode, RecordInput};
use super::{Outcome, What};
use crate::external::host::{EngineHost, Purpose, Stopped};
use rookery_agents::{AgentError, ChangeEntry, ChangedEntry, ToStage, WriteRecord, WrittenRecord};
use rookery_domain::{Error, Kind, ListId, RecordAt};
use serde_json::Value;

impl EngineHost<'_> {
    pub(crate) async fn write(&self, write: WriteRecord<'_>) -> Result<WrittenRecord, Stopped> {
        let at = RecordAt::new(write.kind, write.id).map_err(told)?;
        if self.purpose != Purpose::Commit {
            self.refuse(format!("would write the record `{at}`"));
            return Err(AgentError::fail("record_written", "A dry run writes no records.").into());
        }
        let mode = if write.replaces { Mode::Replace } else { Mode::Merge };
        let input = RecordInput { at, attributes: write.attributes.clone(), mode, must_exist: false, hop: write.hop };
        let inputs = std::slice::from_ref(&input);
        let outcomes = self.engine.write_records(self.project(), inputs, Some(&self.key())).await.map_err(told)?;
        let record = self.engine.store.records(self.project(), std::slice::from_ref(&input.at)).await.map_err(Stopped::Store)?;
        let attributes = record.into_iter().flatten().next().map_or(Value::Null, |record| record.attributes.value().clone());
        let outcome = match outcomes.first() {
            Some(Outcome { what: What::Created, .. }) => "created",
            Some(Outcome { what: What::Changed, .. }) => "changed",
            _ => "unchanged",
        };
        Ok(WrittenRecord { attributes, outcome })
    }

    pub(crate) async fn change(&self, change: ChangeEntry<'_>) -> Result<ChangedEntry, Stopped> {
        let at = RecordAt::new(change.kind, change.id).map_err(told)?;
        let gone = || AgentError::fail("unknown_list", format!("There is no list `{}` in this project.", change.list));
        let id: ListId = change.list.parse().map_err(|_| gone())?;
        let lists = self.engine.store.record_lists(self.project(), std::slice::from_ref(&id)).await.map_err(Stopped::Store)?;
        let list = lists.into_iter().flatten().next().ok_or_else(gone)?;
        if self.purpose != Purpose::Commit {
            self.refuse(format!("would change the place of `{at}` in the list `{}`", list.name));
            return Err(AgentError::fail("entry_changed", "A dry run changes no lists.").into());
        }
        let stage = change.stage.map(str::to_owned);
        let wanted = match change.to {
            ToStage::Add => EntryChange::To(stage),
            ToStage::Move => EntryChange::Move(stage),
            ToStage::Remove => EntryChange::Remove,
        };
        let (changes, key) = ([(at, wanted)], self.key());
        let changed = self.engine.change_entries(self.project(), &list, &changes, Some(&key), change.hop).await.map_err(told)?;
        let changed = changed.into_iter().next().ok_or_else(|| Error::internal("a change has no outcome"))?;
        Ok(ChangedEntry { is_changed: changed.what != What::Unchanged, from: changed.from, stage: changed.stage })
    }

    /// The key under which an arm of the delivery writes. No caller of the API has such a key: theirs are led by their own word.
    fn key(&self) -> String {
        format!("delivery/{}/{}", self.work.delivery, self.work.arm)
    }
}

/// What a cell is told whose change was refused.
fn told(error: Error) -> Stopped {
    match error.kind {
        Kind::Unavailable | Kind::Internal | Kind::StorageFull => Stopped::Store(error),
        _ => Stopped::Agent(AgentError::from(error)),
    }
}
