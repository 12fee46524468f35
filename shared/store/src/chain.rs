//! Chains: deliveries that are stored in the item of the event that they began with, and the events that they emitted.
//!
//! An item with a chain has one packed text in `payload`: the payload of its own event, then the chain as JSON; `chain` says where the
//! second part begins. Both are packed as one, because the events of a chain resemble each other. What follows from something else (ids,
//! hops, causes, times) is not written, and a payload that is the same as that of another event stands only once.

use crate::commit::record::{Commit, child_id};
use crate::events::remembered_until;
use crate::item::{Item, malformed};
use rookery_domain::{Cause, CellId, Event, EventId, Payload, Result, Time};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// What is stored in an event's item besides the event and the commit that emitted it. All of it is in one run and one version, and began at
/// one time, that of the item's event.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chain {
    /// The deliveries, in the order in which they were handled. Each of them is of the item's event or of an event of the chain.
    pub commits: Vec<Commit>,
    /// The events that they emitted, in this order.
    pub events: Vec<Event>,
}

/// A delivery as JSON. The names are short, because each chain has many of them.
#[derive(Serialize, Deserialize)]
struct Delivery {
    /// Which event was delivered: 0 is that of the item, then come those of the chain.
    f: usize,
    /// The agent.
    c: String,
    /// The agent's incarnation.
    i: u64,
    /// The outcome, unless it is `done`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    o: Option<String>,
    /// How long it took, in milliseconds.
    #[serde(default, skip_serializing_if = "is_zero")]
    t: i64,
    /// How long its events are kept.
    #[serde(default, skip_serializing_if = "is_zero")]
    k: i64,
    /// Its events: for each its groups, and its payload.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    e: Vec<(Vec<String>, Content)>,
}

/// A payload.
#[derive(Serialize, Deserialize)]
enum Content {
    /// It is the same as that of this event.
    #[serde(rename = "s")]
    Same(usize),
    #[serde(rename = "p")]
    Own(Box<RawValue>),
}

fn is_zero(number: &i64) -> bool {
    *number == 0
}

impl Chain {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.commits.is_empty()
    }

    /// Until when what is stored of the item's event and of the chain may be asked for.
    pub(crate) fn remembered_until(&self, event: &Event) -> Time {
        remembered_until(event.created_at, self.keep_until(event))
    }

    /// Until when one of the events is kept.
    pub(crate) fn keep_until(&self, event: &Event) -> Time {
        self.events.iter().map(|event| event.keep_until).fold(event.keep_until, Time::max)
    }

    /// Adds the payload of the item's event, with the chain, to an item.
    pub(crate) fn write(&self, event: &Event, item: Item) -> Result<Item> {
        let payload = event.payload.as_str();
        if self.is_empty() {
            return Ok(item.packed("payload", payload));
        }
        let written = serde_json::to_string(&self.written(event)?).map_err(rookery_domain::Error::internal)?;
        Ok(item.packed("payload", &format!("{payload}{written}")).n("chain", payload.len()))
    }

    fn written(&self, event: &Event) -> Result<Vec<Delivery>> {
        let all: Vec<&Event> = std::iter::once(event).chain(&self.events).collect();
        let mut next = 1;
        let mut deliveries = Vec::with_capacity(self.commits.len());
        for commit in &self.commits {
            let events = all.get(next..next + commit.children as usize).ok_or_else(|| malformed("chain"))?;
            let content = |(index, child): (usize, &&Event)| {
                let content = match all[..next + index].iter().position(|before| before.payload == child.payload) {
                    Some(same) => Content::Same(same),
                    None => {
                        Content::Own(RawValue::from_string(child.payload.as_str().to_owned()).map_err(|_| malformed("payload"))?)
                    }
                };
                Ok((child.groups.clone(), content))
            };
            deliveries.push(Delivery {
                f: all.iter().position(|from| Some(from.id) == commit.event).ok_or_else(|| malformed("from"))?,
                c: commit.cell.to_string(),
                i: commit.incarnation,
                o: (commit.outcome != "done").then(|| commit.outcome.clone()),
                t: commit.took_ms,
                k: events.first().map_or(0, |child| child.keep_until.0 - child.created_at.0),
                e: events.iter().enumerate().map(content).collect::<Result<_>>()?,
            });
            next += commit.children as usize;
        }
        Ok(deliveries)
    }

    /// Takes the chain of an item out of what was read as its event's payload. An item without a chain has an empty one.
    pub(crate) fn read(event: &mut Event, item: &Item) -> Result<Self> {
        let Some(length) = item.opt_num::<usize>("chain") else { return Ok(Chain::default()) };
        let text = event.payload.as_str();
        let (payload, written) = text.split_at_checked(length).ok_or_else(|| malformed("chain"))?;
        let written: Vec<Delivery> = serde_json::from_str(written).map_err(|_| malformed("chain"))?;
        event.payload = Payload::stored(payload.to_owned());
        let mut chain = Chain::default();
        for delivery in written {
            chain.add(event, delivery)?;
        }
        Ok(chain)
    }

    /// The event with this number: 0 is that of the item.
    fn event<'a>(&'a self, first: &'a Event, number: usize) -> Result<&'a Event> {
        let found = if number == 0 { Some(first) } else { self.events.get(number - 1) };
        found.ok_or_else(|| malformed("chain"))
    }

    fn add(&mut self, first: &Event, written: Delivery) -> Result<()> {
        let from = self.event(first, written.f)?;
        let (event, hop) = (from.id, from.hop + 1);
        let cell = CellId(written.c);
        let delivery = event.delivery(&cell);
        let id = EventId::child(event.run, delivery, 0, 0);
        let children = written.e.len() as u32;
        for (ordinal, (groups, content)) in written.e.into_iter().enumerate() {
            let payload = match content {
                Content::Same(number) => self.event(first, number)?.payload.clone(),
                Content::Own(text) => Payload::stored(text.get().to_owned()),
            };
            self.events.push(Event {
                id: child_id(id, delivery, 0, ordinal as u32),
                item: first.item,
                version: first.version,
                cell: cell.clone(),
                incarnation: written.i,
                groups,
                payload,
                created_at: first.created_at,
                hop,
                cause: Some(Cause { event, delivery: Some(delivery), receiver: None }),
                keep_until: first.created_at.plus(written.k),
                last: false,
            });
        }
        self.commits.push(Commit {
            id,
            delivery,
            arm: 0,
            event: Some(event),
            cell,
            incarnation: written.i,
            outcome: written.o.unwrap_or_else(|| "done".to_owned()),
            first_child: u32::from(children == 0),
            children,
            items: Vec::new(),
            timers: Vec::new(),
            began: first.created_at,
            took_ms: written.t,
            attempt: 0,
            failure: None,
            version: None,
            message: None,
            replayed_at: None,
            replayed_as: None,
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests;
