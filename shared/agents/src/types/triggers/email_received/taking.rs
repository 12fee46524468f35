//! What `email_received` emits of the mails that were found, and what it remembers.

use super::mail::Mail;
use super::{EmailReceived, MOST_FOLDERS};
use crate::pattern::Searches;
use crate::web::failed;
use crate::{AgentError, Effects, Emit, Looked, ReadTo};
use rookery_domain::{hashed_uuid, limits};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;

/// How many of the latest ids of messages are remembered, and the digits that are kept of each.
const SEEN: usize = 100;
const DIGITS: usize = 16;
/// The most mails that are emitted at once, and the most bytes of them: room is left for what is told of folders that fail.
const MOST: usize = limits::CHILDREN - MOST_FOLDERS;
const BYTES: usize = limits::CHILDREN_BYTES - 64 * 1024;

/// The memory.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Memory {
    #[serde(default)]
    pub(super) folders: BTreeMap<String, Folder>,
    /// Short hashes of the ids of messages that were emitted, the latest first.
    #[serde(default)]
    pub(super) seen: Vec<String>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Folder {
    #[serde(flatten)]
    pub(super) read_to: ReadTo,
    /// What was emitted and is to be marked or deleted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) done: Vec<u32>,
}

/// What is taken of all folders of a check.
pub(super) struct Taking {
    pub(super) effects: Effects,
    seen: Vec<String>,
    searches: Searches,
    /// How many mails were looked at.
    taken: usize,
}

impl Taking {
    pub(super) fn of(seen: Vec<String>) -> Taking {
        Taking { effects: Effects::none(), seen, searches: Searches::default(), taken: 0 }
    }

    /// What is emitted and remembered in the end.
    pub(super) fn end(mut self, folders: BTreeMap<String, Folder>) -> Effects {
        self.seen.truncate(SEEN);
        self.effects.remember(json!(Memory { folders, seen: self.seen }))
    }

    /// Emits the new mails of a folder, as many as one delivery may, and gives how far the folder is read then.
    pub(super) fn take(
        &mut self,
        agent: &EmailReceived,
        name: &str,
        known: Option<Folder>,
        looked: Looked,
    ) -> Result<Folder, AgentError> {
        let Looked { read_to, mails, has_more, not_changed } = looked;
        if let Some(error) = not_changed {
            self.effects.emit.push(failed(error.with_details(json!({"folder": name})))?);
        }
        let known = known.map(|folder| folder.read_to);
        if known.is_none_or(|known| known.validity != read_to.validity) {
            let line = match known {
                None => format!("`{name}` is looked into for the first time: mails that come from now on are emitted."),
                Some(_) => format!("The server has numbered `{name}` anew: mails that come from now on are emitted."),
            };
            self.effects.logs.push(line);
            return Ok(Folder { read_to, done: Vec::new() });
        }
        let mut folder = Folder { read_to: known.unwrap_or(read_to), done: Vec::new() };
        let mut is_full = false;
        for found in mails {
            let mail = Mail::read(&found.text, &agent.form.mime_types);
            let matched = match agent.conditions.matched(&mail, &mut self.searches) {
                // Searches that take too long for one check go on in the next one; a mail for which that is not enough is passed over.
                Err(_) if self.taken > 0 => {
                    is_full = true;
                    break;
                }
                Err(error) => {
                    let details = json!({"folder": name, "message_id": mail.id()});
                    self.effects.emit.push(failed(error.with_details(details))?);
                    None
                }
                Ok(matched) => matched,
            };
            self.taken += 1;
            if let Some(matched) = matched {
                let id = mail.id().map(|id| hash(&id));
                if id.as_ref().is_some_and(|id| self.seen.contains(id)) {
                    self.effects.logs.push(format!("Mail {} of `{name}` was emitted before.", found.uid));
                } else {
                    let logs = &mut self.effects.logs;
                    if found.is_cut {
                        logs.push(format!("Mail {} of `{name}` is long: only its beginning was read.", found.uid));
                    }
                    let payload = agent.form.payload(&mail, name, matched, &found.text, logs)?;
                    let bytes = self.effects.bytes() + payload.as_str().len();
                    if bytes > BYTES || self.effects.emit.len() >= MOST {
                        is_full = true;
                        break;
                    }
                    self.effects.emit.push(Emit { groups: vec!["on_receive".to_owned()], payload });
                    if let Some(id) = id {
                        self.seen.insert(0, id);
                    }
                }
                if agent.marks || agent.deletes {
                    folder.done.push(found.uid);
                }
            }
            folder.read_to.uid = found.uid;
        }
        if !is_full {
            folder.read_to = read_to;
        }
        if is_full || has_more {
            self.effects.logs.push(format!("More mails of `{name}` come in the next checks."));
        }
        Ok(folder)
    }
}

/// A short hash of the id of a message.
pub(super) fn hash(id: &str) -> String {
    hashed_uuid(&[id.as_bytes()]).simple().to_string()[..DIGITS].to_owned()
}
