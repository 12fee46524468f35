//! What `s3` emits of the objects of a bucket, and what it remembers of them: all of a bucket that is watched, and how far one is read otherwise.

use super::bucket::{Begin, Bucket};
use super::listing::{Object, Page};
use crate::{AgentError, Context, Effects, Emit};
use rookery_domain::{Payload, hashed_uuid, limits};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The most objects of a bucket that is watched, and the most bytes of the memory of them.
const MOST: usize = 10_000;
const MOST_BYTES: usize = 256 * 1024;
/// How many objects a page has at most, and how many pages are read: some stores give fewer objects on a page than are asked for.
const PAGE: usize = 1000;
const MOST_PAGES: usize = 50;
/// Digits of the hash of an ETag.
const DIGITS: usize = 8;

/// The memory of a bucket that is watched.
#[derive(Serialize, Deserialize)]
struct Watched {
    /// Which objects of which bucket these are. Those of another are no change.
    place: String,
    objects: Vec<Known>,
}

/// An object that is known, by the order of names: how many bytes of its name are those of the one before, the rest of its name, and a short hash of its ETag.
type Known = (usize, String, String);

/// The memory of a bucket of which all is told: the last object that was, if there are more.
#[derive(Serialize, Deserialize)]
struct Told {
    place: String,
    after: Option<String>,
}

/// An object that is told of.
struct Found {
    name: String,
    /// None for one that was removed.
    object: Option<Object>,
    event_type: Option<&'static str>,
}

/// Emits what has changed since the last check.
pub(super) async fn changes(cx: &Context<'_>, bucket: &Bucket<'_>, prefix: &str) -> Result<Effects, AgentError> {
    let place = place(bucket, prefix);
    let known = Watched::deserialize(&cx.memory).ok().filter(|known| known.place == place);
    let there = whole(cx, bucket, prefix).await?;
    let Some(known) = known.map(|known| unpacked(&known.objects)) else {
        let objects = there.iter().map(|(name, object)| (name.clone(), digest(&object.etag))).collect();
        return Ok(Effects::none().remember(remembered(place, &objects)?));
    };
    let found = differences(&known, there);
    if found.is_empty() {
        return Ok(Effects::none());
    }
    let (mut effects, emitted) = emit(cx, bucket, &found).await?;
    if emitted < found.len() {
        effects.logs.push(format!("{} more changes come in the next checks.", found.len() - emitted));
    }
    let mut after = known;
    for Found { name, object, .. } in found.into_iter().take(emitted) {
        match object {
            Some(object) => after.insert(name, digest(&object.etag)),
            None => after.remove(&name),
        };
    }
    Ok(effects.remember(remembered(place, &after)?))
}

/// Emits the objects, from where the last check stopped.
pub(super) async fn all(cx: &Context<'_>, bucket: &Bucket<'_>, prefix: &str) -> Result<Effects, AgentError> {
    let place = place(bucket, prefix);
    let told = Told::deserialize(&cx.memory).ok().filter(|told| told.place == place);
    let from = told.and_then(|told| told.after).map_or(Begin::Start, Begin::Behind);
    let Page { objects, next } = bucket.list(cx, prefix, limits::CHILDREN, &from).await?;
    let found: Vec<Found> =
        objects.into_iter().map(|object| Found { name: object.name.clone(), object: Some(object), event_type: None }).collect();
    let (mut effects, emitted) = emit(cx, bucket, &found).await?;
    let after = found.get(emitted.saturating_sub(1)).filter(|_| next.is_some() || emitted < found.len());
    if after.is_some() {
        effects.logs.push("The other objects come in the next checks.".to_owned());
    }
    let after = after.map(|last| last.name.clone());
    Ok(effects.remember(json!(Told { place, after })))
}

/// Which objects are looked at.
fn place(bucket: &Bucket<'_>, prefix: &str) -> String {
    format!("{}?{prefix}", bucket.base)
}

/// All objects, by their names. Errors: there are too many.
async fn whole(cx: &Context<'_>, bucket: &Bucket<'_>, prefix: &str) -> Result<BTreeMap<String, Object>, AgentError> {
    let (mut there, mut from) = (BTreeMap::new(), Begin::Start);
    for _ in 0..MOST_PAGES {
        let page = bucket.list(cx, prefix, PAGE, &from).await?;
        there.extend(page.objects.into_iter().map(|object| (object.name.clone(), object)));
        match page.next {
            _ if there.len() > MOST => return Err(too_many()),
            Some(next) => from = next,
            None => return Ok(there),
        }
    }
    Err(too_many())
}

fn too_many() -> AgentError {
    let message = format!(
        "`prefix`: there are more objects than can be watched, which are {MOST}, or fewer if their names are long: watch some of them, and use more agents \
         for the others; or set `watch` to false."
    );
    AgentError::fail("too_many_objects", message)
}

/// What was removed and modified, and then what was added.
fn differences(known: &BTreeMap<String, String>, mut there: BTreeMap<String, Object>) -> Vec<Found> {
    let mut found = Vec::new();
    for (name, etag) in known {
        match there.remove(name) {
            None => found.push(Found { name: name.clone(), object: None, event_type: Some("removed") }),
            Some(object) if digest(&object.etag) != *etag => {
                found.push(Found { name: name.clone(), object: Some(object), event_type: Some("modified") });
            }
            Some(_) => {}
        }
    }
    let added = there.into_iter().map(|(name, object)| Found { name, object: Some(object), event_type: Some("added") });
    found.extend(added);
    found
}

/// Emits as many as may be at once, and says how many these are.
async fn emit(cx: &Context<'_>, bucket: &Bucket<'_>, found: &[Found]) -> Result<(Effects, usize), AgentError> {
    let found = &found[..found.len().min(limits::CHILDREN)];
    let named: Vec<&str> = found.iter().filter(|found| found.object.is_some()).map(|found| found.name.as_str()).collect();
    let mut urls = if named.is_empty() { Vec::new() } else { bucket.urls(cx, &named).await? }.into_iter();
    let (mut effects, mut bytes) = (Effects::none(), 0);
    for Found { name, object, event_type } in found {
        let mut told = Map::from_iter([("bucket".to_owned(), json!(bucket.name)), ("file".to_owned(), json!(name))]);
        if let Some(object) = object {
            let said = [
                ("size", json!(object.size)),
                ("etag", json!(object.etag)),
                ("last_modified", json!(object.modified)),
                ("url", json!(urls.next().flatten())),
            ];
            told.extend(said.map(|(name, value)| (name.to_owned(), value)));
        }
        if let Some(event_type) = event_type {
            told.insert("event_type".to_owned(), json!(event_type));
        }
        let payload = Payload::of(Value::Object(told))?;
        bytes += payload.as_str().len();
        if bytes > limits::CHILDREN_BYTES {
            break;
        }
        effects.emit.push(Emit { groups: vec!["on_file".to_owned()], payload });
    }
    let emitted = effects.emit.len();
    Ok((effects, emitted))
}

/// A short hash of an ETag: one of four billion changes is not seen.
pub(super) fn digest(etag: &str) -> String {
    hashed_uuid(&[etag.as_bytes()]).simple().to_string()[..DIGITS].to_owned()
}

fn remembered(place: String, objects: &BTreeMap<String, String>) -> Result<Value, AgentError> {
    let memory = json!(Watched { place, objects: packed(objects) });
    let fits = objects.len() <= MOST && memory.to_string().len() <= MOST_BYTES;
    if fits { Ok(memory) } else { Err(too_many()) }
}

/// Names in their order begin like the one before, most often: that much is left out.
pub(super) fn packed(objects: &BTreeMap<String, String>) -> Vec<Known> {
    let names = std::iter::once("").chain(objects.keys().map(String::as_str));
    let pack = |(before, (name, etag)): (&str, (&String, &String))| {
        let same = before.chars().zip(name.chars()).take_while(|(one, other)| one == other);
        let same = same.map(|(char, _)| char.len_utf8()).sum::<usize>();
        (same, name[same..].to_owned(), etag.clone())
    };
    names.zip(objects).map(pack).collect()
}

pub(super) fn unpacked(objects: &[Known]) -> BTreeMap<String, String> {
    let (mut unpacked, mut before) = (BTreeMap::new(), String::new());
    for (same, rest, etag) in objects {
        let name = format!("{}{rest}", before.get(..*same).unwrap_or_default());
        unpacked.insert(name.clone(), etag.clone());
        before = name;
    }
    unpacked
}
