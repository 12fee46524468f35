//! Segments are filled: the records that were there before are looked through, page by page, in the background. What is written meanwhile knows
//! the segment. How far it is stands in the segment's item, which is due until all is done.

use super::What;
use super::apply::Planned;
use super::segments::fill as fill_task;
use super::write::{new_tag, nothing};
use crate::Engine;
use rookery_agents::Matcher;
use rookery_domain::{Error, ProjectId, RecordAt, Result};
use rookery_queue::{Fill, Sweep};
use rookery_store::{Record, RecordFilter, SegmentState};
use std::time::{Duration, Instant};

/// How many records are looked through at once.
const AT_ONCE: usize = 100;
/// How long one message works on it: the budget of the queue is 38 s.
const BUDGET: Duration = Duration::from_secs(15);
/// How many entries of a deleted segment or list one message removes.
const SWEPT: usize = 5000;

impl Engine {
    /// Looks a part of a segment's records through; the `route` queue's handler.
    pub(crate) async fn fill(&self, project: &ProjectId, message: &Fill) -> Result<()> {
        let until = Instant::now() + BUDGET;
        loop {
            let Some(segment) = self.store.segment(project, &message.segment).await? else { return Ok(()) };
            if segment.generation != message.generation || segment.state == SegmentState::Ready {
                return Ok(());
            }
            let of_kind = RecordFilter { kind: Some(segment.kind.clone()), ..RecordFilter::default() };
            let page = self.store.list_records(project, &of_kind, AT_ONCE, segment.after.as_ref()).await?;
            let condition =
                Matcher::parse(&segment.condition).map_err(|_| Error::internal("a condition is not understood any more"))?;
            let is_right = |record: &Record, matches: bool| record.segments.contains(&segment.id) == matches;
            // What is right now stays so: whoever writes it knows the segment.
            let wrong = page.items.iter().filter(|record| !is_right(record, condition.matches(record.attributes.value())));
            let wrong: Vec<RecordAt> = wrong.map(|record| record.at.clone()).collect();
            let plan = |record: Option<&Record>, matches: Option<bool>| match (record, matches) {
                (Some(record), Some(matches)) if !is_right(record, matches) => {
                    let mut after = Record { tag: new_tag(), ..record.clone() };
                    match matches {
                        true => after.segments.insert(segment.id.clone()),
                        false => after.segments.remove(&segment.id),
                    };
                    Planned { after: Some(Some(after)), news: None, outcome: What::Changed.into() }
                }
                // It is right, or gone, or the segment has another condition by now, by which it is filled anew.
                _ => nothing(),
            };
            self.apply(project, &wrong, None, |_, record, known| {
                let matches =
                    record.and_then(|record| known.matches(&segment.id, &segment.generation, record.attributes.value()));
                Ok(plan(record, matches))
            })
            .await?;
            // If somebody else fills it, too, the one who is behind goes on from where the other is.
            self.store.note_filled(project, &segment, page.next.as_ref(), page.items.len() as u64).await?;
            if Instant::now() >= until {
                return self.producer.send(vec![fill_task(&segment).of_project(project).into()]).await;
            }
        }
    }

    /// Removes a part of who was in a deleted segment or list; the `route` queue's handler.
    pub(crate) async fn sweep(&self, project: &ProjectId, message: &Sweep) -> Result<()> {
        let mut budget = SWEPT;
        match self.store.sweep(project, &message.of, &mut budget).await? {
            true => self.store.forget_collection(project, &message.of).await,
            false => self.producer.send(vec![super::segments::sweep(message.of.clone(), project).into()]).await,
        }
    }
}
