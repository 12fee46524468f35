//! Triggers are told of records: each is an event, whose id follows from the write and from what it is told of. So whoever tells it again, after
//! a crash, tells the same.

use crate::Engine;
use rookery_domain::{AgentRef, Time};
use rookery_domain::{Collection, Payload, ProjectId, RecordAt, Result, SegmentId, WorkflowRef, limits};
use rookery_queue::{Existing, Outgoing, Task, Tell};
use rookery_store::{Listener, Moved, News, SegmentState};
use serde_json::json;
use std::time::{Duration, Instant};

/// The group of the events of segments.
const ON_ENTER: &str = "on_enter";
/// The group of the events of lists.
const ON_ENTRY: &str = "on_entry";
/// How many records of a segment are told at once, of those that are there already.
const AT_ONCE: usize = 50;
/// How long one message tells of them: the budget of the queue is 38 s.
const BUDGET: Duration = Duration::from_secs(15);
/// How long is waited for a segment that is filled, in milliseconds.
const FILLED_MS: i64 = 2_000;

impl Engine {
    /// Tells triggers of a write; the `route` queue's handler.
    pub(crate) async fn tell(&self, project: &ProjectId, message: &Tell) -> Result<()> {
        let Some(news) = self.store.news(project, &message.tag).await? else { return Ok(()) };
        if news.hop >= limits::HOPS {
            tracing::warn!(%project, record = %news.at, "a record goes round in circles: its triggers are not told");
        } else {
            for segment in &news.entered {
                let of = Collection::Segment(segment.clone()).into();
                for listener in self.store.listeners(project, &of).await? {
                    self.tell_entered(&listener, segment, &news.tag, &news.at, &news.attributes, news.hop).await?;
                }
            }
            if let Some(moved) = &news.moved {
                for listener in self.store.listeners(project, &Collection::List(moved.list.clone()).into()).await? {
                    self.tell_moved(&listener, moved, &news).await?;
                }
            }
        }
        self.store.forget_news(project, &news.tag).await
    }

    /// Tells a trigger that has just started of what is in its segment already; the `route` queue's handler.
    pub(crate) async fn tell_existing(&self, workflow: &WorkflowRef, message: &Existing) -> Result<()> {
        let (project, segment) = (&workflow.project, &message.segment);
        let of = Collection::Segment(segment.clone()).into();
        let agent = AgentRef { workflow: workflow.clone(), cell: message.cell.clone(), incarnation: message.incarnation };
        let again = || Task::Existing(message.clone()).of(workflow);
        let until = Instant::now() + BUDGET;
        loop {
            let Some(listener) = self.store.listener(&of, &agent).await? else { return Ok(()) };
            let Some(after) = &listener.existing else { return Ok(()) };
            match self.store.segment(project, segment).await?.map(|segment| segment.state) {
                None => return self.store.note_existing(&of, &agent, None).await,
                // What its fill finds was there at the start.
                Some(SegmentState::Filling) => {
                    return self.producer.send(vec![Outgoing::at(again(), Time::now().plus(FILLED_MS))]).await;
                }
                Some(SegmentState::Ready) => {}
            }
            let page = self.store.segment_members(project, segment, AT_ONCE, after.as_ref()).await?;
            for (record, tag) in &page.items {
                self.tell_entered(&listener, segment, tag, &record.at, &record.attributes, 0).await?;
            }
            self.store.note_existing(&of, &agent, page.next.as_ref()).await?;
            if page.next.is_none() {
                return Ok(());
            }
            if Instant::now() >= until {
                return self.producer.send(vec![again().into()]).await;
            }
        }
    }

    async fn tell_entered(
        &self,
        listener: &Listener,
        segment: &SegmentId,
        tag: &str,
        at: &RecordAt,
        attributes: &Payload,
        hop: u16,
    ) -> Result<()> {
        let payload = json!({"kind": at.kind, "id": at.id, "attributes": attributes.value(), "segment_id": segment});
        let of = Collection::Segment(segment.clone()).into();
        self.put_in(listener, &of, None, Payload::of(payload)?, (ON_ENTER, format!("{tag}/{segment}")), hop).await
    }

    async fn tell_moved(&self, listener: &Listener, moved: &Moved, news: &News) -> Result<()> {
        let Moved { list, stage, from } = moved;
        let (at, attributes) = (&news.at, news.attributes.value());
        let payload = json!({
            "kind": at.kind, "id": at.id, "attributes": attributes, "list_id": list, "stage": stage, "from": from
        });
        let of = Collection::List(list.clone()).into();
        let key = (ON_ENTRY, format!("{}/{list}", news.tag));
        self.put_in(listener, &of, Some(stage), Payload::of(payload)?, key, news.hop).await
    }
}
