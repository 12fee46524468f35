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
use rookery_domain::{Event, ProjectId, Result, Time, WorkflowRef};
use rookery_queue::{Message, Outgoing, Task};
use rookery_store::{EventFilter, ScheduleItem, State};

/// How many items a page has.
const AT_ONCE: usize = 100;

impl Engine {
    /// Sends a message for every delivery, timer and check that is not done. Returns how many were sent.
    pub async fn send_unfinished(&self) -> Result<usize> {
        self.send_again(None).await
    }

    /// Sends messages for deliveries that nobody has begun, of events that came from outside since then: after an end between the
    /// storing of such an event and its messages. Whoever sent it got no answer. All other work has a message that comes again.
    pub async fn send_unsent(&self, since: Time) -> Result<usize> {
        self.send_again(Some(since)).await
    }

    async fn send_again(&self, since: Option<Time>) -> Result<usize> {
        let (mut sent, mut cursor) = (0, None);
        loop {
            let page = self.store.list_projects(AT_ONCE, cursor.as_ref()).await?;
            for project in &page.items {
                sent += self.send_again_of(&project.id, since).await?;
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(sent);
            }
        }
    }

    async fn send_again_of(&self, project: &ProjectId, since: Option<Time>) -> Result<usize> {
        let (mut sent, mut cursor) = (0, None);
        loop {
            let page = self.store.list_workflows(project, AT_ONCE, cursor.as_ref()).await?;
            for workflow in &page.items {
                if let Some(since) = since {
                    sent += self.send_unsent_deliveries(&workflow.id, since).await?;
                    continue;
                }
                sent += self.send_unfinished_deliveries(&workflow.id).await?;
                if workflow.state == State::Active {
                    for schedule in self.store.schedules(&workflow.id).await? {
                        sent += self.send_unfinished_work(&workflow.id, sent_checks(&schedule, Time::now())).await?;
                    }
                }
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(sent);
            }
        }
    }

    async fn send_unfinished_deliveries(&self, workflow: &WorkflowRef) -> Result<usize> {
        let (mut sent, mut cursor) = (0, None);
        loop {
            let page = self.store.list_events(workflow, &EventFilter::default(), AT_ONCE, cursor.as_ref()).await?;
            for event in &page.items {
                sent += self.send_unfinished_work(workflow, self.open_deliveries(workflow, event).await?).await?;
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(sent);
            }
        }
    }

    /// The deliveries of an event that are not stored with it.
    async fn open_deliveries(&self, workflow: &WorkflowRef, event: &Event) -> Result<Vec<Message>> {
        let built = self.built(workflow, event.version).await?;
        let chain = self.store.run_item(workflow, event.item).await?.map(|item| item.chain).unwrap_or_default();
        Ok(open_deliveries(workflow, &built, event, &chain))
    }

    async fn send_unsent_deliveries(&self, workflow: &WorkflowRef, since: Time) -> Result<usize> {
        let (mut sent, mut cursor) = (0, None);
        loop {
            let page = self.store.list_events(workflow, &EventFilter::default(), AT_ONCE, cursor.as_ref()).await?;
            let mut outgoing = Vec::new();
            // The list begins with the newest.
            for event in page.items.iter().take_while(|event| event.created_at >= since).filter(|event| event.item.is_root()) {
                for message in self.open_deliveries(workflow, event).await? {
                    let Some(work) = Work::of(&message) else { continue };
                    if self.store.run_item(workflow, work.commit).await?.is_none() {
                        outgoing.push(message.into());
                    }
                }
            }
            sent += outgoing.len();
            self.producer.send(outgoing).await?;
            cursor = page.next.filter(|_| page.items.last().is_none_or(|oldest| oldest.created_at >= since));
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
                if let (Some(failed), Some(_)) = (commit.message, commit.replayed_at) {
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
