//! One queue in memory: its messages, which of them can be received, and when the others become visible. No I/O, no clock.

use super::config::Config;
use super::journal::{Change, Journal};
use super::message::{Content, Message, Millis, Progress, Receipt};
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use uuid::Uuid;

pub(crate) struct Queue {
    pub(crate) id: i64,
    pub(crate) config: Config,
    pub(crate) created_at: Millis,
    pub(crate) modified_at: Millis,
    messages: HashMap<Uuid, Message>,
    waiting: Waiting,
    /// Hidden messages, ordered by the time at which they become visible: in flight, or delayed if they were never received.
    hidden: BTreeSet<(Millis, Uuid)>,
}

/// How many messages there are: visible, in flight, delayed.
pub(crate) struct Counts {
    pub(crate) visible: usize,
    pub(crate) in_flight: usize,
    pub(crate) delayed: usize,
}

impl Queue {
    pub(crate) fn new(id: i64, config: Config, created_at: Millis, modified_at: Millis) -> Queue {
        Queue {
            id,
            config,
            created_at,
            modified_at,
            messages: HashMap::new(),
            waiting: Waiting::default(),
            hidden: BTreeSet::new(),
        }
    }

    /// Adds a message that is already stored.
    pub(crate) fn load(&mut self, content: Content, progress: Progress, now: Millis) {
        let message = Message { content: Arc::new(content), progress };
        let id = message.content.id;
        if progress.visible_at > now {
            self.hidden.insert((progress.visible_at, id));
        } else {
            self.waiting.push_back(&message);
        }
        self.messages.insert(id, message);
    }

    pub(crate) fn add(&mut self, content: Content, visible_at: Millis, now: Millis, journal: &mut Journal) {
        let progress = Progress { visible_at, ..Progress::default() };
        journal.push(Change::Insert(self.id, content.clone(), progress));
        self.load(content, progress, now);
    }

    pub(crate) fn remove(&mut self, id: Uuid, journal: &mut Journal) -> Option<Arc<Content>> {
        let message = self.messages.remove(&id)?;
        // The id may stay in its line: it is skipped when its turn comes.
        self.hidden.remove(&(message.progress.visible_at, id));
        journal.push(Change::Delete(id));
        Some(message.content)
    }

    pub(crate) fn clear(&mut self, journal: &mut Journal) {
        self.messages.clear();
        self.hidden.clear();
        self.waiting = Waiting::default();
        journal.push(Change::Purge(self.id));
    }

    /// The message of a receipt, if it is the message's latest receipt.
    pub(crate) fn held_by(&self, receipt: Receipt) -> Option<&Message> {
        self.messages.get(&receipt.id).filter(|message| message.progress.receive_count == receipt.receive_count)
    }

    /// Whether the message of a receipt is hidden because of exactly that receive.
    pub(crate) fn in_flight(&self, receipt: Receipt) -> bool {
        self.held_by(receipt).is_some_and(|message| self.hidden.contains(&(message.progress.visible_at, receipt.id)))
    }

    /// Takes the next message that is not of one of these groups out of its line; [`Queue::hide`] or [`Queue::remove`] must follow.
    pub(crate) fn next_waiting(&mut self, pass_over: &[String]) -> Option<&Message> {
        loop {
            let id = self.waiting.pop(pass_over)?;
            if self.messages.contains_key(&id) {
                return self.messages.get(&id);
            }
        }
    }

    /// Notes that a message is received at `now`, and hides it until `until`.
    pub(crate) fn receive(&mut self, id: Uuid, until: Millis, now: Millis, journal: &mut Journal) -> Option<Message> {
        let progress = self.messages.get(&id)?.progress;
        let received = Progress {
            visible_at: until,
            receive_count: progress.receive_count.saturating_add(1),
            first_received_at: progress.first_received_at.or(Some(now)),
        };
        self.set(id, received, now, journal)
    }

    /// Changes when a message that is in flight becomes visible.
    pub(crate) fn hide(&mut self, id: Uuid, until: Millis, now: Millis, journal: &mut Journal) {
        if let Some(progress) = self.messages.get(&id).map(|message| message.progress) {
            self.set(id, Progress { visible_at: until, ..progress }, now, journal);
        }
    }

    /// Takes back a receive whose caller has gone: the message is visible again, first in line, and the receive is not counted.
    pub(crate) fn put_back(&mut self, receipt: Receipt, now: Millis, journal: &mut Journal) {
        let Some(progress) = self.held_by(receipt).map(|message| message.progress) else { return };
        if !self.hidden.remove(&(progress.visible_at, receipt.id)) {
            return; // Visible again already.
        }
        let receive_count = progress.receive_count.saturating_sub(1);
        let first_received_at = progress.first_received_at.filter(|_| receive_count > 0);
        let Some(message) = self.messages.get_mut(&receipt.id) else { return };
        message.progress = Progress { visible_at: now, receive_count, first_received_at };
        journal.push(Change::Progress(receipt.id, message.progress));
        self.waiting.push_front(message);
    }

    fn set(&mut self, id: Uuid, progress: Progress, now: Millis, journal: &mut Journal) -> Option<Message> {
        let message = self.messages.get_mut(&id)?;
        self.hidden.remove(&(message.progress.visible_at, id));
        message.progress = progress;
        journal.push(Change::Progress(id, progress));
        if progress.visible_at > now {
            self.hidden.insert((progress.visible_at, id));
        } else {
            self.waiting.push_back(message);
        }
        Some(message.clone())
    }

    /// Puts the messages in line whose time has come.
    pub(crate) fn wake(&mut self, now: Millis) {
        while let Some(&(due, id)) = self.hidden.first().filter(|(due, _)| *due <= now) {
            self.hidden.remove(&(due, id));
            if let Some(message) = self.messages.get(&id) {
                self.waiting.push_back(message);
            }
        }
    }

    pub(crate) fn next_due(&self) -> Option<Millis> {
        self.hidden.first().map(|(due, _)| *due)
    }

    pub(crate) fn expired(&self, content: &Content, now: Millis) -> bool {
        content.sent_at + self.config.retention * 1_000 <= now
    }

    /// Removes the messages that were kept long enough.
    pub(crate) fn sweep(&mut self, now: Millis, journal: &mut Journal) {
        let expired: Vec<Uuid> = self.messages.values().filter(|m| self.expired(&m.content, now)).map(|m| m.content.id).collect();
        for id in expired {
            self.remove(id, journal);
        }
    }

    pub(crate) fn counts(&self) -> Counts {
        let never_received = |id: &Uuid| self.messages.get(id).is_some_and(|message| message.progress.receive_count == 0);
        let delayed = self.hidden.iter().filter(|(_, id)| never_received(id)).count();
        Counts { visible: self.messages.len() - self.hidden.len(), in_flight: self.hidden.len() - delayed, delayed }
    }
}

/// The messages that can be received: a line for each message group. The groups take turns, so that a busy tenant delays only itself.
#[derive(Default)]
struct Waiting {
    groups: HashMap<Option<Arc<str>>, VecDeque<Uuid>>,
    /// The groups that have a line, in the order of their turns.
    turns: VecDeque<Option<Arc<str>>>,
}

impl Waiting {
    fn push_back(&mut self, message: &Message) {
        self.line(message).push_back(message.content.id);
    }

    fn push_front(&mut self, message: &Message) {
        self.line(message).push_front(message.content.id);
    }

    fn line(&mut self, message: &Message) -> &mut VecDeque<Uuid> {
        let group = &message.content.group;
        let turns = &mut self.turns;
        self.groups.entry(group.clone()).or_insert_with(|| {
            turns.push_back(group.clone());
            VecDeque::new()
        })
    }

    /// Takes the first message of the group whose turn it is. The groups that are passed over keep their turns.
    fn pop(&mut self, pass_over: &[String]) -> Option<Uuid> {
        let is_passed_over = |group: &Option<Arc<str>>| pass_over.iter().any(|name| group.as_deref() == Some(name));
        let turn = self.turns.iter().position(|group| !is_passed_over(group))?;
        let group = self.turns.remove(turn)?;
        let line = self.groups.get_mut(&group)?;
        let id = line.pop_front();
        if line.is_empty() {
            self.groups.remove(&group);
        } else {
            self.turns.push_back(group);
        }
        id
    }
}
