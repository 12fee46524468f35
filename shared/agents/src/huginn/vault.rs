//! The secrets that a file brings, each once: which credential holds it, and that its value stands nowhere else.

use super::file::Scenario;
use super::report::{CredentialState, Report};
use regex::Regex;
use rookery_egress::leads_to;
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::fmt;
use std::sync::LazyLock;

/// The longest name of a credential.
const NAME_CHARS: usize = 64;
/// The longest value of a credential.
const VALUE_BYTES: usize = 16 * 1024;
/// A value that is so long, and has a digit, is no word that stands elsewhere by chance.
const TELLING_CHARS: usize = 12;

/// A credential that texts name.
pub(super) static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"\{%-?\s*credential\s+['"]?([\w-]+)"#).ok());

/// A credential that the project has.
pub struct Known {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// The hosts that it may be sent to.
    pub hosts: Vec<String>,
}

/// A credential that a file brings.
#[derive(Clone)]
pub struct Brought {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// The hosts that it may be sent to.
    pub hosts: Vec<String>,
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Known").field("name", &self.name).finish_non_exhaustive()
    }
}

impl fmt::Debug for Brought {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Brought").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The secrets of a project and of the file.
pub(super) struct Vault<'a> {
    known: &'a [Known],
    /// The names that no new credential may have.
    names: HashSet<String>,
    brought: Vec<Brought>,
}

impl<'a> Vault<'a> {
    pub(super) fn new(known: &'a [Known], scenario: &Scenario) -> Self {
        let mut names: HashSet<String> = known.iter().map(|known| known.name.clone()).collect();
        for agent in &scenario.agents {
            agent.options.values().for_each(|value| names.extend(named(&value.to_string())));
        }
        Vault { known, names, brought: Vec::new() }
    }

    /// The credential that holds a value, for calls to these hosts. `wish` is what a new one would be called. A credential of the project holds
    /// it only if it may be sent there already: an import widens nothing.
    pub(super) fn keep(&mut self, value: &str, wish: &str, hosts: &[String]) -> (String, CredentialState) {
        let may_be_sent =
            |known: &&Known| hosts.iter().all(|host| leads_to(&format!("https://{host}/"), &known.hosts).unwrap_or(false));
        if let Some(known) = self.known.iter().filter(|known| known.value == value).find(may_be_sent) {
            return (known.name.clone(), CredentialState::Reused);
        }
        if let Some(brought) = self.brought.iter_mut().find(|brought| brought.value == value) {
            for host in hosts {
                if !brought.hosts.contains(host) {
                    brought.hosts.push(host.clone());
                }
            }
            return (brought.name.clone(), CredentialState::Reused);
        }
        let name = self.free_name(wish, value);
        if value.len() > VALUE_BYTES {
            // Nobody can set it, so it is only taken out.
            return (name, CredentialState::Missing);
        }
        self.brought.push(Brought { name: name.clone(), value: value.to_owned(), hosts: hosts.to_vec() });
        (name, CredentialState::Created)
    }

    /// Whether there is a credential of this name, or will be.
    pub(super) fn has(&self, name: &str) -> bool {
        self.known.iter().any(|known| known.name == name) || self.brought.iter().any(|brought| brought.name == name)
    }

    /// How many credentials the file brings.
    pub(super) fn count(&self) -> usize {
        self.brought.len()
    }

    pub(super) fn brought(self) -> Vec<Brought> {
        self.brought
    }

    /// A name like the wish, which does not tell the value.
    fn free_name(&mut self, wish: &str, value: &str) -> String {
        let slug = slug(wish);
        let slug = if slug.is_empty() || slug.contains(&self::slug(value)) { "imported_secret".to_owned() } else { slug };
        let mut number = 1;
        loop {
            let end = if number == 1 { String::new() } else { format!("_{number}") };
            // What is cut is the beginning, since the key at the end says more.
            let tail = &slug[slug.len().saturating_sub(NAME_CHARS - 1 - end.len())..];
            let start = if tail.starts_with(|c: char| c.is_ascii_digit()) { "_" } else { "" };
            let name = format!("{start}{tail}{end}");
            if self.names.insert(name.clone()) {
                return name;
            }
            number += 1;
        }
    }

    /// The text without the values of secrets.
    pub(super) fn hidden(&self, text: &str) -> String {
        self.telling().fold(text.to_owned(), |text, secret| text.replace(&secret.value, "***"))
    }

    /// Takes the values out of all else that has them: texts of configs name the credential, others have `***`.
    pub(super) fn hide(&self, cells: &mut [Map<String, Value>], report: &mut Report) {
        for cell in cells {
            if let Some(Value::String(name)) = cell.get_mut("name") {
                *name = self.hidden(name);
            }
            if let Some(config) = cell.get_mut("config") {
                self.hide_in(config);
            }
        }
        for agent in &mut report.agents {
            agent.name = agent.name.as_deref().map(|name| self.hidden(name));
            agent.notes.iter_mut().for_each(|note| note.message = self.hidden(&note.message));
        }
    }

    fn hide_in(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                for secret in self.telling().filter(|secret| !secret.name.contains(&secret.value)) {
                    if text.contains(&secret.value) {
                        *text = text.replace(&secret.value, &tag(&secret.name));
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.hide_in(item)),
            Value::Object(fields) => fields.values_mut().for_each(|field| self.hide_in(field)),
            _ => {}
        }
    }

    fn telling(&self) -> impl Iterator<Item = &Brought> {
        let is_telling = |value: &str| value.chars().count() >= TELLING_CHARS && value.contains(|c: char| c.is_ascii_digit());
        self.brought.iter().filter(move |brought| is_telling(&brought.value))
    }
}

/// What stands in place of a value.
pub(super) fn tag(name: &str) -> String {
    format!("{{% credential {name} %}}")
}

/// The credentials that a text names.
pub(super) fn named(text: &str) -> impl Iterator<Item = String> {
    let found = NAMED.as_ref().map(|named| named.captures_iter(text).map(|found| found[1].to_owned()).collect::<Vec<_>>());
    found.into_iter().flatten()
}

/// Letters, digits and `_` alone.
fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars() {
        match c.to_ascii_lowercase() {
            c if c.is_ascii_alphanumeric() => slug.push(c),
            _ if !slug.is_empty() && !slug.ends_with('_') => slug.push('_'),
            _ => {}
        }
    }
    slug.trim_end_matches('_').to_owned()
}
