//! All queues in memory, and what the API's operations do to them. Every change is also noted in the journal, which the broker
//! writes to disk before anybody sees the change. There is no I/O here and no clock: the caller gives `now`.

use super::config::{Config, arn, queue_of_arn};
use super::error::{Code, Error};
use super::journal::{Change, Journal};
use super::message::{Content, Message, Millis, Receipt, size};
use super::queue::Queue;
use std::collections::BTreeMap;
use uuid::Uuid;

/// How long expired messages may still be counted, in milliseconds; they are never handed out.
const SWEEP_EVERY: Millis = 10_000;

#[derive(Default)]
pub(crate) struct Queues {
    by_name: BTreeMap<String, Queue>,
    pub(crate) journal: Journal,
    last_id: i64,
    swept_at: Millis,
}

impl Queues {
    /// Adds a stored queue.
    pub(crate) fn load(&mut self, name: String, queue: Queue) {
        self.last_id = self.last_id.max(queue.id);
        self.by_name.insert(name, queue);
    }

    pub(crate) fn create(&mut self, name: &str, attributes: &BTreeMap<String, String>, now: Millis) -> Result<(), Error> {
        if let Some(queue) = self.by_name.get(name) {
            let same = queue.config.clone().with(attributes)? == queue.config;
            let differs = || {
                Error::new(
                    Code::QueueNameExists,
                    format!("A queue named {name} exists with other attributes: set them, or choose another name."),
                )
            };
            return same.then_some(()).ok_or_else(differs);
        }
        let config = self.checked(Config::default().with(attributes)?)?;
        self.last_id += 1;
        self.journal.push(Change::Queue(self.last_id, name.to_owned(), config.clone(), now, now));
        self.by_name.insert(name.to_owned(), Queue::new(self.last_id, config, now, now));
        Ok(())
    }

    pub(crate) fn configure(&mut self, name: &str, attributes: &BTreeMap<String, String>, now: Millis) -> Result<(), Error> {
        let config = self.checked(self.get(name)?.config.clone().with(attributes)?)?;
        let (queue, journal) = self.queue(name)?;
        queue.config = config.clone();
        queue.modified_at = now;
        journal.push(Change::Queue(queue.id, name.to_owned(), config, queue.created_at, now));
        Ok(())
    }

    fn checked(&self, config: Config) -> Result<Config, Error> {
        match &config.redrive {
            Some(redrive) if !self.by_name.contains_key(&redrive.dead_letters) => Err(Error::new(
                Code::InvalidAttributeValue,
                format!(
                    "Invalid value for the parameter RedrivePolicy: the queue {} does not exist, create it first.",
                    redrive.dead_letters
                ),
            )),
            _ => Ok(config),
        }
    }

    pub(crate) fn drop_queue(&mut self, name: &str) -> Result<(), Error> {
        let queue = self.by_name.remove(name).ok_or_else(|| unknown(name))?;
        self.journal.push(Change::Drop(queue.id));
        Ok(())
    }

    pub(crate) fn get(&self, name: &str) -> Result<&Queue, Error> {
        self.by_name.get(name).ok_or_else(|| unknown(name))
    }

    pub(crate) fn queue(&mut self, name: &str) -> Result<(&mut Queue, &mut Journal), Error> {
        let queue = self.by_name.get_mut(name).ok_or_else(|| unknown(name))?;
        Ok((queue, &mut self.journal))
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &String> {
        self.by_name.keys()
    }

    /// Adds one message. `delay` is in seconds; without it, the queue's own delay counts.
    pub(crate) fn send(&mut self, name: &str, content: Content, delay: Option<i64>, now: Millis) -> Result<(), Error> {
        let (queue, journal) = self.queue(name)?;
        if size(&content.body, &content.attributes) as i64 > queue.config.max_size {
            let limit = queue.config.max_size;
            let reason = format!("One or more parameters are invalid. Reason: Message must be shorter than {limit} bytes.");
            return Err(Error::new(Code::InvalidParameterValue, reason));
        }
        let delay = delay.unwrap_or(queue.config.delay);
        queue.add(content, now + delay * 1_000, now, journal);
        Ok(())
    }

    /// Receives up to `max` messages that are not of the groups in `pass_over`, and hides them for `visibility` seconds. A message
    /// that was received too often goes to its dead-letter queue instead: as on AWS, at the receive that would be one too many.
    pub(crate) fn receive(
        &mut self,
        name: &str,
        max: usize,
        visibility: Option<i64>,
        pass_over: &[String],
        now: Millis,
    ) -> Result<Vec<Message>, Error> {
        let (queue, journal) = self.queue(name)?;
        let redrive = queue.config.redrive.clone();
        let mut taken = Vec::new();
        let mut dead = Vec::new();
        while taken.len() < max {
            let Some(message) = queue.next_waiting(pass_over) else { break };
            let (id, count, content) = (message.content.id, message.progress.receive_count, message.content.clone());
            if queue.expired(&content, now) {
                queue.remove(id, journal);
            } else if redrive.as_ref().is_some_and(|redrive| count >= redrive.max_receives) {
                dead.push(id);
            } else {
                taken.push(id);
            }
        }
        let until = now + visibility.unwrap_or(queue.config.visibility) * 1_000;
        let mut received: Vec<Message> = taken.into_iter().filter_map(|id| queue.receive(id, until, now, journal)).collect();
        for id in dead {
            let target = redrive.as_ref().map(|redrive| redrive.dead_letters.as_str()).unwrap_or_default();
            if self.by_name.contains_key(target) {
                self.bury(name, target, id, now)?;
            } else {
                // The dead-letter queue was deleted, so the message stays where it is.
                let (queue, journal) = self.queue(name)?;
                received.extend(queue.receive(id, until, now, journal));
            }
        }
        Ok(received)
    }

    /// Moves a message to a dead-letter queue: with the same id and time of sending, and a receive count of zero.
    fn bury(&mut self, name: &str, target: &str, id: Uuid, now: Millis) -> Result<(), Error> {
        let (queue, journal) = self.queue(name)?;
        if let Some(content) = queue.remove(id, journal) {
            let content = Content { source: Some(name.to_owned()), ..(*content).clone() };
            let (target, journal) = self.queue(target)?;
            target.add(content, now, now, journal);
        }
        Ok(())
    }

    /// Deletes the message of a receipt. As on AWS, an old receipt changes nothing and is no error.
    pub(crate) fn delete(&mut self, name: &str, receipt: Receipt) -> Result<(), Error> {
        let (queue, journal) = self.queue(name)?;
        if queue.held_by(receipt).is_some() {
            queue.remove(receipt.id, journal);
        }
        Ok(())
    }

    /// Hides a message that is in flight for `seconds` from now.
    pub(crate) fn change_visibility(&mut self, name: &str, receipt: Receipt, seconds: i64, now: Millis) -> Result<(), Error> {
        let (queue, journal) = self.queue(name)?;
        if !queue.in_flight(receipt) {
            return Err(Error::new(
                Code::MessageNotInflight,
                "The message of this receipt handle is not in flight: receive it again.",
            ));
        }
        queue.hide(receipt.id, now + seconds * 1_000, now, journal);
        Ok(())
    }

    /// Moves the messages of a dead-letter queue to `destination`, or to where each message came from. A moved message is a new
    /// one, with a new id and time of sending.
    pub(crate) fn move_messages(&mut self, source_arn: &str, destination_arn: Option<&str>, now: Millis) -> Result<(), Error> {
        let missing = |arn: &str| Error::new(Code::ResourceNotFoundException, format!("The queue {arn} does not exist."));
        let named = |arn: &str| {
            queue_of_arn(arn).filter(|name| self.by_name.contains_key(*name)).map(str::to_owned).ok_or_else(|| missing(arn))
        };
        let source = named(source_arn)?;
        let destination = destination_arn.map(named).transpose()?;
        let buries_here = |queue: &Queue| queue.config.redrive.as_ref().is_some_and(|redrive| redrive.dead_letters == source);
        if !self.by_name.values().any(buries_here) {
            let reason = "Source queue must be configured as a Dead Letter Queue: name one in a RedrivePolicy.";
            return Err(Error::new(Code::UnsupportedOperation, reason));
        }
        let (queue, _) = self.queue(&source)?;
        let ids: Vec<Uuid> = std::iter::from_fn(|| queue.next_waiting(&[]).map(|message| message.content.id)).collect();
        for id in ids {
            let (queue, journal) = self.queue(&source)?;
            let Some(content) = queue.remove(id, journal) else { continue };
            let origin = content.source.clone().filter(|origin| self.by_name.contains_key(origin));
            // A message whose origin no longer exists stays in the dead-letter queue.
            let target = destination.clone().or(origin).unwrap_or_else(|| source.clone());
            let moved = Content { id: Uuid::now_v7(), sent_at: now, source: None, ..(*content).clone() };
            let (target, journal) = self.queue(&target)?;
            target.add(moved, now, now, journal);
        }
        Ok(())
    }

    /// Makes messages visible whose time has come and, now and then, removes expired ones.
    pub(crate) fn wake(&mut self, now: Millis) {
        let sweep = now - self.swept_at >= SWEEP_EVERY;
        for queue in self.by_name.values_mut() {
            queue.wake(now);
            if sweep {
                queue.sweep(now, &mut self.journal);
            }
        }
        if sweep {
            self.swept_at = now;
        }
    }

    /// When the next message becomes visible.
    pub(crate) fn next_due(&self) -> Option<Millis> {
        self.by_name.values().filter_map(Queue::next_due).min()
    }

    /// A queue's attributes as the API shows them.
    pub(crate) fn attributes(&self, name: &str) -> Result<BTreeMap<String, String>, Error> {
        let queue = self.get(name)?;
        let counts = queue.counts();
        let mut attributes = queue.config.attributes();
        attributes.extend([
            ("QueueArn".to_owned(), arn(name)),
            ("CreatedTimestamp".to_owned(), (queue.created_at / 1_000).to_string()),
            ("LastModifiedTimestamp".to_owned(), (queue.modified_at / 1_000).to_string()),
            ("ApproximateNumberOfMessages".to_owned(), counts.visible.to_string()),
            ("ApproximateNumberOfMessagesNotVisible".to_owned(), counts.in_flight.to_string()),
            ("ApproximateNumberOfMessagesDelayed".to_owned(), counts.delayed.to_string()),
        ]);
        Ok(attributes)
    }
}

fn unknown(name: &str) -> Error {
    Error::new(Code::QueueDoesNotExist, format!("The specified queue {name} does not exist: create it first."))
}
