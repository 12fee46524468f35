//! Packs: events that one commit emitted and that share an item. An item of its own for each would cost a write unit and more for each, and a
//! transaction takes a hundred items.
//!
//! An item with a pack has one packed text in `payload`: the payload of its first event, then groups and payloads of the others as JSON. `pack`
//! says where the second part begins, and from which number on the commit emitted them: their ids follow from that. All else is as in the first.

use crate::commit::record::Commit;
use crate::item::{Item, malformed};
use rookery_domain::{DeliveryId, Event, EventId, Payload, Result};
use serde_json::value::RawValue;

/// Bytes of payloads after which a pack ends, before they are packed: whoever handles one of its events reads all of them.
const BYTES: usize = 16 * 1024;
/// About how many packs a commit may have at most, whatever its events hold.
const PACKS: usize = 40;

/// Groups and payload of an event.
type Written = (Vec<String>, Box<RawValue>);

/// Decides which of the events that a commit emits share an item: one after the other, as long as they are small. Gives the numbers of the
/// events with which items begin, the first of them being `first`; none if each event has an item of its own.
pub fn pack(events: &mut [Event], first: u32) -> Vec<u32> {
    let size = |event: &Event| event.payload.as_str().len();
    let most = BYTES.max(events.iter().map(size).sum::<usize>() / PACKS);
    let (mut begins, mut bytes, all) = (Vec::new(), 0, events.len());
    let mut item = None;
    for (event, ordinal) in events.iter_mut().zip(first..) {
        bytes += size(event);
        if bytes > most || item.is_none() {
            (item, bytes) = (Some(event.id), size(event));
            begins.push(ordinal);
        }
        event.item = item.unwrap_or(event.id);
    }
    if begins.len() == all { Vec::new() } else { begins }
}

/// Adds the payloads of a pack, of which the first event is number `ordinal` of the commit.
pub(crate) fn write(events: &[Event], commit: &Commit, ordinal: u32, item: Item) -> Result<Item> {
    let Some((first, others)) = events.split_first().filter(|(_, others)| !others.is_empty()) else { return Ok(item) };
    let raw = |event: &Event| RawValue::from_string(event.payload.as_str().to_owned()).map_err(|_| malformed("payload"));
    let others = others.iter().map(|event| Ok((event.groups.clone(), raw(event)?))).collect::<Result<Vec<Written>>>()?;
    let written = serde_json::to_string(&others).map_err(rookery_domain::Error::internal)?;
    let payload = first.payload.as_str();
    let pack = format!("{} {} {} {ordinal}", payload.len(), commit.delivery, commit.arm);
    Ok(item.packed("payload", &format!("{payload}{written}")).s("pack", pack))
}

/// Takes the other events of a pack out of what was read as the payload of its first one.
pub(crate) fn read(first: &mut Event, item: &Item) -> Result<Vec<Event>> {
    let Some(pack) = item.opt_str("pack") else { return Ok(Vec::new()) };
    let (length, delivery, arm, ordinal) = parts(pack).ok_or_else(|| malformed("pack"))?;
    let text = first.payload.as_str();
    let (payload, written) = text.split_at_checked(length).ok_or_else(|| malformed("pack"))?;
    let written: Vec<Written> = serde_json::from_str(written).map_err(|_| malformed("pack"))?;
    first.payload = Payload::stored(payload.to_owned());
    let others = written.into_iter().zip(ordinal + 1..).map(|((groups, payload), ordinal)| Event {
        id: EventId::child(first.id.run, delivery, arm, ordinal),
        groups,
        payload: Payload::stored(payload.get().to_owned()),
        ..first.clone()
    });
    Ok(others.collect())
}

fn parts(pack: &str) -> Option<(usize, DeliveryId, u32, u32)> {
    let mut parts = pack.split(' ');
    let mut next = || parts.next();
    Some((next()?.parse().ok()?, next()?.parse().ok()?, next()?.parse().ok()?, next()?.parse().ok()?))
}

#[cfg(test)]
mod tests;
