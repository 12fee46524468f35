//! What an agent that reads pages remembers of them: short hashes of what it has emitted, and what each server said, so that it can say that
//! nothing has changed.

use crate::AgentError;
use crate::web::Validators;
use rookery_domain::hashed_uuid;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The most that is remembered besides what stands in the last answers.
pub(crate) const MOST: usize = 10_000;
/// The most that is remembered of all, which must fit into a memory.
const MOST_HASHES: usize = 16_000;
/// Digits of a hash.
const DIGITS: usize = 16;

/// The memory. Hashes stand one after the other in a text, since there are many.
#[derive(Default, Serialize, Deserialize)]
struct Memory {
    /// Of what was emitted, the latest first.
    #[serde(default)]
    seen: String,
    /// By the hash of an address.
    #[serde(default)]
    pages: BTreeMap<String, Known>,
}

#[derive(Default, Serialize, Deserialize)]
struct Known {
    #[serde(default)]
    validators: Validators,
    /// Of what stood in the last answer and was emitted.
    #[serde(default)]
    seen: String,
}

/// The memory of an agent during a delivery.
pub(crate) struct Seen {
    latest: Vec<String>,
    pages: BTreeMap<String, Known>,
    known: BTreeSet<String>,
    /// What stands in the answers of this delivery, by page.
    answers: BTreeMap<String, BTreeSet<String>>,
}

fn hash(text: &str) -> String {
    hashed_uuid(&[text.as_bytes()]).simple().to_string()[..DIGITS].to_owned()
}

fn hashes(text: &str) -> impl Iterator<Item = String> + '_ {
    text.as_bytes().chunks(DIGITS).map(|chunk| String::from_utf8_lossy(chunk).into_owned())
}

impl Seen {
    /// Reads a memory.
    pub(crate) fn read(memory: &Value) -> Self {
        let Memory { seen, pages } = Memory::deserialize(memory).unwrap_or_default();
        let latest: Vec<String> = hashes(&seen).collect();
        let known = latest.iter().cloned().chain(pages.values().flat_map(|page| hashes(&page.seen))).collect();
        Seen { latest, pages, known, answers: BTreeMap::new() }
    }

    /// What the server of this address said last.
    pub(crate) fn validators(&self, url: &str) -> Option<&Validators> {
        self.pages.get(&hash(url)).map(|page| &page.validators)
    }

    /// Forgets the pages that are no longer read.
    pub(crate) fn keep_only<'t>(&mut self, urls: impl Iterator<Item = &'t str>) {
        let urls: BTreeSet<String> = urls.map(hash).collect();
        self.pages.retain(|url, _| urls.contains(url));
    }

    /// Notes what stands in an answer.
    pub(crate) fn answered<'t>(&mut self, url: &str, validators: &Validators, texts: impl Iterator<Item = &'t str>) {
        self.answers.insert(hash(url), texts.map(hash).collect());
        self.pages.insert(hash(url), Known { validators: validators.clone(), seen: String::new() });
    }

    /// Whether it was emitted before.
    pub(crate) fn knows(&self, text: &str) -> bool {
        self.known.contains(&hash(text))
    }

    /// Notes that it is emitted.
    pub(crate) fn add(&mut self, text: &str) {
        let hash = hash(text);
        if self.known.insert(hash.clone()) {
            self.latest.insert(0, hash);
        }
    }

    /// Notes that it is not emitted this time: the pages on which it stands must be read whole the next time.
    pub(crate) fn left_over(&mut self, text: &str) {
        let hash = hash(text);
        for (url, texts) in &self.answers {
            if let Some(page) = self.pages.get_mut(url).filter(|_| texts.contains(&hash)) {
                page.validators = Validators::default();
            }
        }
    }

    /// The memory, with so many of the latest.
    pub(crate) fn write(mut self, remembered: usize) -> Result<Value, AgentError> {
        for (url, texts) in &self.answers {
            if let Some(page) = self.pages.get_mut(url) {
                page.seen = texts.intersection(&self.known).map(String::as_str).collect();
            }
        }
        let in_answers = self.pages.values().map(|page| page.seen.len() / DIGITS).sum::<usize>();
        if in_answers > MOST_HASHES {
            let message = format!(
                "There is more than can be remembered, which is {MOST_HASHES}: use more agents, each for some of the addresses."
            );
            return Err(AgentError::fail("too_much_to_remember", message));
        }
        self.latest.truncate(remembered.min(MOST_HASHES - in_answers));
        let memory = Memory { seen: self.latest.concat(), pages: self.pages };
        serde_json::to_value(memory).map_err(|error| AgentError::fail("memory_not_written", error.to_string()))
    }
}
