//! Sending messages again for work that the table does not show as done, after queues lost messages. A message for work that is
//! done is dropped by its receiver.
//!
//! This reads every event that is kept, so it is no part of daily work. Two kinds of work are in no list and are not found: a
//! check by hand, and a check that waits for its next attempt. The schedule itself goes on.

use crate::Engine;
use crate::delivery::timers::{is_near, timer_message};
use crate::delivery::work::Work;
use crate::routing::open_deliveries;
use crate::tick::{AHEAD_MS, check};
use rookery_agents::schedule::Schedule;
use rookery_domain::{Error, Kind, ProjectId, Result, Time, WorkflowRef};
use rookery_queue::{Message, Outgoing, Task};
use rookery_store::keys::{DUE_SHARDS, WAIT_SHARDS};
use rookery_store::{DueItem, RunItem, ScheduleItem, State};

/// How far ahead guards of operations and tasks are due that nobody sent.
const GUARDS_MS: i64 = 180_000;
/// How many items a page has.
const AT_ONCE: usize = 100;

impl Engine {
    /// Sends a message for every delivery, timer and check that is not done. Returns how many were sent.
    pub async fn send_unfinished(&self) -> Result<usize> {
        let (mut sent, mut from) = (self.send_unfinished_checks().await? + self.send_guards().await?, None);
        loop {
            let part = self.store.walk_events(None, from).await?;
            for (workflow, item) in &part.items {
                sent += self.send_unfinished_work(workflow, self.open_deliveries(workflow, item).await?).await?;
            }
            self.list_walked(&part.items).await?;
            from = part.next;
            if from.is_none() {
                return Ok(sent);
            }
        }
    }

    /// Sends messages for deliveries that nobody has begun, of events that came from outside since then: after an end between the
    /// storing of such an event and its messages. Whoever sent it got no answer. So it is with operations of sessions that are not over, and with tasks
    /// that were not sent.
    /// All other work has a message that comes again.
    pub async fn send_unsent(&self, since: Time) -> Result<usize> {
        let (mut sent, mut from) = (self.send_guards().await?, None);
        loop {
            let part = self.store.walk_events(Some(since), from).await?;
            for (workflow, item) in &part.items {
                let mut outgoing = Vec::new();
                for message in self.open_deliveries(workflow, item).await? {
                    let Some(work) = Work::of(&message) else { continue };
                    if self.store.run_item(workflow, work.commit).await?.is_none() {
                        outgoing.push(message.into());
                    }
                }
                sent += outgoing.len();
                self.producer.send(outgoing).await?;
            }
            self.list_walked(&part.items).await?;
            from = part.next;
            if from.is_none() {
                return Ok(sent);
            }
        }
    }

    /// Sends the guards of operations of sessions, and of tasks, before they are due: whoever worked on them is gone. Those that were sent
    /// before come by themselves.
    async fn send_guards(&self) -> Result<usize> {
        let (until, mut sent) = (Time::now().plus(GUARDS_MS), 0);
        for shard in DUE_SHARDS..DUE_SHARDS + WAIT_SHARDS {
            let mut after = None;
            loop {
                let page = self.store.due(shard, until, AT_ONCE, after).await?;
                let messages = page.items.iter().flatten().filter_map(|item| match item {
                    DueItem::Message { message, .. } => Message::decode(message).ok(),
                    DueItem::Schedule(_) | DueItem::Purge { .. } => None,
                });
                let guards: Vec<Outgoing> = messages.filter(|message| message.workflow().is_none()).map(Outgoing::from).collect();
                sent += guards.len();
                self.producer.send(guards).await?;
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
        }
        Ok(sent)
    }

    /// Lists what a walk found: its entries may be lost with the messages.
    async fn list_walked(&self, items: &[(WorkflowRef, RunItem)]) -> Result<()> {
        for (workflow, item) in items {
            self.list_item(workflow, item);
        }
        match self.write_lists().await.is_empty() {
            true => Ok(()),
            false => Err(Error::unavailable("an event could not be listed")),
        }
    }

    /// The deliveries of an item's events that are not stored in it.
    async fn open_deliveries(&self, workflow: &WorkflowRef, item: &RunItem) -> Result<Vec<Message>> {
        let Some(first) = &item.event else { return Ok(Vec::new()) };
        match self.built(workflow, first.version).await {
            Ok(built) => Ok(item.events().flat_map(|event| open_deliveries(workflow, &built, event, &item.chain)).collect()),
            // The workflow is deleted, and its versions are removed already.
            Err(error) if error.kind == Kind::Conflict => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    async fn send_unfinished_checks(&self) -> Result<usize> {
        let (mut sent, mut cursor) = (0, None);
        loop {
            let page = self.store.list_projects(AT_ONCE, cursor.as_ref()).await?;
            for project in &page.items {
                sent += self.send_unfinished_checks_of(&project.id).await?;
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(sent);
            }
        }
    }

    async fn send_unfinished_checks_of(&self, project: &ProjectId) -> Result<usize> {
        let (mut sent, mut cursor) = (0, None);
        loop {
            let page = self.store.list_workflows(project, AT_ONCE, cursor.as_ref()).await?;
            for workflow in page.items.iter().filter(|workflow| workflow.state == State::Active) {
                for schedule in self.store.schedules(&workflow.id).await? {
                    sent += self.send_unfinished_work(&workflow.id, sent_checks(&schedule, Time::now())).await?;
                }
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(sent);
            }
        }
    }

    /// Sends messages for each piece of work that is not done, and for the timers and replays that came of it.
    async fn send_unfinished_work(&self, workflow: &WorkflowRef, mut open: Vec<Message>) -> Result<usize> {
        let (now, mut outgoing) = (Time::now(), Vec::new());
        while let Some(message) = open.pop() {
            let Some(work) = Work::of(&message) else { continue };
            let item = self.store.run_item(workflow, work.commit).await?;
            let (commit, parked) = item.map_or((None, None), |item| (item.commit, item.parked));
            if let Some(commit) = commit {
                open.extend(commit.timers.iter().filter_map(|timer| timer_message(&work, timer)));
                // What was replayed as another event is that event's run.
                if let (Some(failed), Some(_), None) = (commit.message, commit.replayed_at, commit.replayed_as) {
                    open.push(Message::decode(&failed)?.replay());
                }
                continue;
            }
            let (message, until) = match (parked, &message.task) {
                (Some(parked), _) => (message.with_attempt(parked.attempt), parked.until),
                (None, Task::Timer(timer)) => (message.clone(), timer.at),
                (None, _) => (message, now),
            };
            // A timer that is farther away is a due item.
            if is_near(now, until) {
                outgoing.push(Outgoing::at(message, until));
            }
        }
        let sent = outgoing.len();
        self.producer.send(outgoing).await?;
        Ok(sent)
    }
}

/// The checks of a schedule that may have been sent and not done: the latest overdue one, and those ahead.
fn sent_checks(item: &ScheduleItem, now: Time) -> Vec<Message> {
    let Ok(schedule) = Schedule::parse(&item.spec) else { return Vec::new() };
    let sent = |due: &Time| *due < item.next_due && *due <= now.plus(AHEAD_MS);
    let overdue = item.last_due.and_then(|last| schedule.latest(last, now.min(item.next_due.plus(-1)))).map(|(due, _)| due);
    let ahead = std::iter::successors(schedule.next(now).filter(sent), |due| schedule.next(*due).filter(sent));
    overdue.into_iter().chain(ahead).map(|due| check(item, due)).collect()
}
