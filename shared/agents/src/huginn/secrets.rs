//! Secrets that stand plainly in the options of an agent: they are found by their keys, in headers and in URLs, and taken out.

use super::file::FileAgent;
use super::placeholders::{is_placeholder, is_template};
use super::report::{CredentialReport, CredentialState};
use super::vault::{Vault, named, tag};
use percent_encoding::percent_decode_str;
use regex::{Captures, Regex};
use rookery_egress::is_host;
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::sync::LazyLock;

/// The ends of the names of secrets.
const ENDS: [&str; 11] = [
    "token",
    "secret",
    "password",
    "passwd",
    "api_key",
    "apikey",
    "access_key",
    "accesskey",
    "private_key",
    "privatekey",
    // The address of a chat's room is all that is needed to write there.
    "webhook_url",
];
/// The schemes of the header `Authorization`, which are no secrets.
const SCHEMES: [&str; 6] = ["basic", "bearer", "token", "apikey", "key", "digest"];

static PARAMETER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"([?&])([\w.\-\[\]%]+)=([^&#;{}\s"'<>]+)"#).ok());
static PASSWORD: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(://[^/?#\s:@{}]*):([^/?#\s@{}]+)@").ok());
static AUTHORITY: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"https?://(?:[^/?#\s@{}]*@)?([^/?#\s@{}]+)(?:[/?#\s]|$)").ok());

/// The search through the options of one agent.
pub(super) struct Search<'s, 'v> {
    vault: &'s mut Vault<'v>,
    cell: &'s str,
    /// What names of new credentials begin with.
    called: String,
    /// The options that are secrets whatever their names.
    marked: &'static [&'static str],
    /// The hosts that the agent calls.
    hosts: Vec<String>,
    found: Vec<CredentialReport>,
}

impl<'s, 'v> Search<'s, 'v> {
    pub(super) fn new(
        agent: &FileAgent,
        cell: &'s str,
        (marked, hosts): (&'static [&'static str], &[String]),
        options: &Map<String, Value>,
        vault: &'s mut Vault<'v>,
    ) -> Self {
        let called = agent.name.clone().unwrap_or_else(|| agent.short_kind().to_owned());
        // A type with hosts of its own sends its secrets there, whatever URLs its messages hold.
        let called_at: Vec<&Value> = match hosts {
            [] => options.values().collect(),
            _ => options.get("api_url").into_iter().collect(),
        };
        let texts = called_at.into_iter().flat_map(|value| match value {
            Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
            value => value.as_str().into_iter().collect::<Vec<_>>(),
        });
        let mut own: Vec<String> = texts.filter(|text| text.trim_start().starts_with("http")).flat_map(hosts_in).collect();
        if own.is_empty() {
            own.extend_from_slice(hosts);
        }
        if own.is_empty() {
            // A server that no URL names.
            own.extend(
                options.get("host").and_then(Value::as_str).map(str::trim).filter(|host| is_host(host)).map(str::to_owned),
            );
        }
        let mut seen = HashSet::new();
        own.retain(|host| seen.insert(host.clone()));
        Search { vault, cell, called, marked, hosts: own, found: Vec::new() }
    }

    /// Takes the secrets out of the options, and notes the credentials that the project lacks.
    pub(super) fn through(&mut self, options: &mut Map<String, Value>) {
        for (key, value) in options.iter_mut() {
            let is_secret = is_secret(key) || self.marked.contains(&key.as_str());
            self.value(value, key, key, is_secret);
        }
        for (key, value) in options.iter() {
            self.missing(value, key);
        }
    }

    pub(super) fn found(self) -> Vec<CredentialReport> {
        self.found
    }

    fn value(&mut self, value: &mut Value, key: &str, path: &str, is_secret: bool) {
        match value {
            Value::Object(fields) => {
                for (key, value) in fields.iter_mut() {
                    self.value(value, key, &format!("{path}.{key}"), self::is_secret(key));
                }
            }
            Value::Array(items) if key == "basic_auth" => {
                if let [_, Value::String(secret)] = items.as_mut_slice() {
                    self.take(secret, "password", path, None);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.value(item, key, &format!("{path}[{index}]"), is_secret);
                }
            }
            Value::String(text) if key == "basic_auth" => self.after_colon(text, path),
            Value::String(text) if is_header(key) => self.header(text, key, path),
            Value::String(text) if is_secret => self.take(text, key, path, None),
            Value::String(text) => self.in_urls(text, path),
            Value::Number(number) if is_secret => {
                let mut text = number.to_string();
                self.take(&mut text, key, path, None);
                if is_template(&text) {
                    *value = text.into();
                }
            }
            _ => {}
        }
    }

    /// Puts a credential in the place of a text that is a secret as a whole.
    fn take(&mut self, text: &mut String, key: &str, path: &str, hosts: Option<Vec<String>>) {
        if is_template(text) || is_placeholder(key, text) {
            return;
        }
        let own = hosts_in(text);
        let hosts = hosts.filter(|hosts| !hosts.is_empty()).unwrap_or(if own.is_empty() { self.hosts.clone() } else { own });
        let (name, state) = self.vault.keep(text, &format!("{} {key}", self.called), &hosts);
        *text = tag(&name);
        self.note(name, path, state);
    }

    fn after_colon(&mut self, text: &mut String, path: &str) {
        if let Some((user, password)) = text.split_once(':') {
            let (user, mut password) = (user.to_owned(), password.to_owned());
            self.take(&mut password, "password", path, None);
            *text = format!("{user}:{password}");
        }
    }

    /// Takes a secret out of a header; the scheme that leads it stays.
    fn header(&mut self, text: &mut String, key: &str, path: &str) {
        let (scheme, secret) = match text.trim().split_once(' ') {
            Some((scheme, secret)) if SCHEMES.contains(&scheme.to_ascii_lowercase().as_str()) => (format!("{scheme} "), secret),
            _ => (String::new(), text.trim()),
        };
        let mut secret = secret.to_owned();
        self.take(&mut secret, key, path, None);
        if is_template(&secret) {
            *text = scheme + &secret;
        }
    }

    /// Takes passwords and parameters out of the URLs in a text.
    fn in_urls(&mut self, text: &mut String, path: &str) {
        if !text.contains(['?', '&', '@']) {
            return;
        }
        let hosts = hosts_in(text);
        for (pattern, place) in [(&PASSWORD, 2), (&PARAMETER, 3)] {
            let Some(pattern) = pattern.as_ref() else { continue };
            let whole = text.clone();
            let replaced = pattern.replace_all(&whole, |found: &Captures<'_>| {
                let (key, secret) = if place == 3 { (&found[2], &found[3]) } else { ("password", &found[2]) };
                let goes_on = found.get(0).is_some_and(|all| whole[all.end()..].starts_with('{'));
                let value = percent_decode_str(secret).decode_utf8_lossy().into_owned();
                let mut taken = value.clone();
                if !goes_on && (place == 2 || is_secret(key)) {
                    self.take(&mut taken, key, path, Some(hosts.clone()));
                }
                match (taken == value, place) {
                    (true, _) => found[0].to_owned(),
                    (false, 2) => format!("{}:{taken}@", &found[1]),
                    (false, _) => format!("{}{key}={taken}", &found[1]),
                }
            });
            *text = replaced.into_owned();
        }
    }

    fn missing(&mut self, value: &Value, path: &str) {
        match value {
            Value::String(text) => {
                for name in named(text) {
                    let is_told = self.found.iter().any(|found| found.name == name && found.field == path);
                    if !is_told && !self.vault.has(&name) {
                        self.note(name, path, CredentialState::Missing);
                    }
                }
            }
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(index, item)| self.missing(item, &format!("{path}[{index}]")));
            }
            Value::Object(fields) => fields.iter().for_each(|(key, field)| self.missing(field, &format!("{path}.{key}"))),
            _ => {}
        }
    }

    fn note(&mut self, name: String, path: &str, state: CredentialState) {
        self.found.push(CredentialReport { name, cell_id: self.cell.to_owned(), field: path.to_owned(), state });
    }
}

/// Whether a key names a secret.
fn is_secret(key: &str) -> bool {
    let key: String = key.chars().map(|c| if matches!(c, '-' | ' ') { '_' } else { c.to_ascii_lowercase() }).collect();
    ENDS.iter().any(|end| key.ends_with(end))
}

/// Whether a key is a header that holds a secret.
fn is_header(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    let is_own = key.starts_with("x-") && (key.ends_with("-token") || key.ends_with("-key"));
    is_own || matches!(key.as_str(), "authorization" | "proxy-authorization" | "cookie")
}

/// The hosts of the URLs in a text that no template makes, with their ports.
fn hosts_in(text: &str) -> Vec<String> {
    let found: Option<Vec<String>> =
        AUTHORITY.as_ref().map(|authority| authority.captures_iter(text).map(|found| found[1].to_ascii_lowercase()).collect());
    found.unwrap_or_default().into_iter().filter(|host| is_host(host)).collect()
}
