//! `email_received`: emits the mails that come into folders on a mail server. The options are those of Huginn's ImapFolderAgent. `mail` reads what a mail
//! holds, `conditions` says which mails are wanted, and `taking` what is emitted and remembered.

mod conditions;
mod huginn;
mod mail;
mod taking;
#[cfg(test)]
mod tests;

use crate::agent::{AgentType, Kind, MemoryUse, Problems};
use crate::huginn::Mapping;
use crate::meaning::TemplateText;
use crate::service::Reader;
use crate::template::Template;
use crate::types::actions::http_request::answer::HeaderStyle;
use crate::web::{Texts, failed};
use crate::{AgentError, Context, CredentialUse, Effects, Example, Facts, LookForMail, LookInto};
use conditions::{ConditionOptions, Conditions, Plain};
use mail::Form;
use rookery_egress::{ImapServer, is_host};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;
use taking::{Memory, Taking, hash};

/// The most folders of one agent.
const MOST_FOLDERS: usize = 20;

/// Looks into folders of a mailbox by IMAP when it is checked, and emits each mail that has come since, in the group `on_receive`: `{"message_id", "folder",
/// "subject", "from", "to", "cc", "date", "mime_type", "body", "matches", "has_attachment"}`.
///
/// The first look into a folder only takes note of what is there. From then on, each mail is emitted once, also where it comes into several folders. Mails
/// stay unread and where they are, unless `mark_as_read` or `delete` say otherwise: that is done at the next check, when their events are stored. A
/// folder that cannot be read is told of in the group `on_error`, and the others are read all the same. Of a mail with more than a megabyte, the beginning
/// is read. Mails that are more than one check emits come in the next ones.
///
/// The connection has TLS: from the start with `ssl`, else by STARTTLS.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The server, like `imap.example.com`.
    host: String,
    /// The port. Without it, 993 with `ssl`, else 143.
    #[schemars(range(min = 1))]
    port: Option<u16>,
    /// Whether TLS is spoken from the start. Otherwise it begins when the server is asked for it (STARTTLS).
    #[serde(default)]
    ssl: bool,
    /// The user's name there: a template, which may name a credential.
    username: TemplateText,
    /// The password: a credential that is bound to the host, like `{% credential mailbox %}`.
    password: TemplateText,
    /// The folders: a list of names, or one name; templates. Without it, `INBOX` alone.
    #[serde(default = "inbox")]
    folders: Texts,
    /// Which mails are emitted. Without it, all are.
    #[serde(default)]
    conditions: ConditionOptions,
    /// Of which types the `body` may be; the first in this list that the mail has is taken.
    #[serde(default = "texts")]
    mime_types: Vec<String>,
    /// Whether mails that were emitted are marked as read, at the next check.
    #[serde(default)]
    mark_as_read: bool,
    /// Whether mails that were emitted are deleted, at the next check.
    #[serde(default)]
    delete: bool,
    /// Headers of the mail to add to the event, like `List-Id, Reply-To`: a text, or a list of names.
    event_headers: Option<Plain>,
    /// How the names of these headers are written.
    #[serde(default)]
    event_headers_style: HeaderStyle,
    /// The key under which these headers are added.
    #[serde(default = "headers_key")]
    event_headers_key: String,
    /// Whether the event has the whole mail, too, as `raw_mail` in base64.
    #[serde(default)]
    include_raw_mail: bool,
}

fn inbox() -> Texts {
    Texts::Many(vec![TemplateText("INBOX".to_owned())])
}

fn texts() -> Vec<String> {
    ["text/plain", "text/enriched", "text/html"].map(str::to_owned).into()
}

fn headers_key() -> String {
    "headers".to_owned()
}

/// The agent.
pub struct EmailReceived {
    host: String,
    port: Option<u16>,
    has_tls: bool,
    username: Template,
    password: Template,
    folders: Vec<Template>,
    conditions: Conditions,
    form: Form,
    marks: bool,
    deletes: bool,
    uses: Vec<CredentialUse>,
}

impl AgentType for EmailReceived {
    const NAME: &'static str = "email_received";
    const KIND: Kind = Kind::Trigger;
    const TITLE: &'static str = "Email received";
    const GROUPS: &'static [&'static str] = &["on_receive"];
    const CHECKS: bool = true;
    const DEFAULT_SCHEDULE: Option<&'static str> = Some("every_30m");
    const HUGINN: Option<Mapping> = Some(huginn::MAPPING);
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        let host = options.host.trim().to_ascii_lowercase();
        let is_bare = host.starts_with('[') || !host.contains(':');
        if !is_bare || host.starts_with("*.") || !is_host(&host) {
            problems.add("host", "Give the name of the server, like `imap.example.com`, without the port.");
        }
        if options.port == Some(0) {
            problems.add("port", "Give 1 to 65535.");
        }
        let folders: Vec<_> = options.folders.fields("folders").into_iter().filter(|(_, text)| !text.trim().is_empty()).collect();
        if !(1..=MOST_FOLDERS).contains(&folders.len()) {
            problems.add("folders", format!("Name 1 to {MOST_FOLDERS} folders, like `INBOX`."));
        }
        let folders = folders.into_iter().filter_map(|(field, text)| text.take(&field, problems)).collect();
        let conditions = Conditions::take(options.conditions, problems);
        let headers = options.event_headers.map(Plain::list).unwrap_or_default();
        let headers = headers.iter().flat_map(|names| names.split(',')).map(str::trim).filter(|name| !name.is_empty());
        let headers: Vec<String> = headers.map(str::to_owned).collect();
        if let Some(name) = headers.iter().find(|name| http::HeaderName::try_from(*name).is_err()) {
            problems.add("event_headers", format!("`{name}` is not the name of a header. Write them like `List-Id, Reply-To`."));
        }
        let mut reader = Reader::new(problems);
        let username = reader.needed("username", options.username);
        let password = reader.secret("password", options.password);
        let uses = reader.service().credentials();
        problems.errors.is_empty().then_some(EmailReceived {
            host,
            port: options.port,
            has_tls: options.ssl,
            username: username?,
            password: password?,
            folders,
            conditions: conditions?,
            form: Form {
                mime_types: options.mime_types.iter().map(|name| name.trim().to_ascii_lowercase()).collect(),
                headers,
                style: options.event_headers_style,
                key: options.event_headers_key,
                has_raw: options.include_raw_mail,
            },
            marks: options.mark_as_read,
            deletes: options.delete,
            uses,
        })
    }

    fn facts(&self) -> Facts {
        Facts { credentials: self.uses.clone(), ..Facts::of::<Self>() }
    }

    fn memory(&self, _cx: &Context<'_>) -> Result<MemoryUse, AgentError> {
        Ok(MemoryUse::Agent)
    }

    async fn check(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let mut before = Memory::deserialize(&cx.memory).unwrap_or_default();
        let mut names: Vec<String> = Vec::new();
        for folder in &self.folders {
            let name = folder.render(cx.scope())?.trim().to_owned();
            if !name.is_empty() && !names.contains(&name) {
                names.push(name);
            }
        }
        let into = |name: &String| {
            let known = before.folders.get(name);
            let done = known.map(|folder| folder.done.clone()).unwrap_or_default();
            LookInto { name: name.clone(), read_to: known.map(|folder| folder.read_to), done }
        };
        let look = LookForMail {
            server: ImapServer {
                host: self.host.clone(),
                port: self.port,
                has_tls: self.has_tls,
                user: self.username.render(cx.scope())?.trim().to_owned(),
                password: self.password.render(cx.scope())?,
                secrets: Vec::new(),
            },
            credentials: &self.uses,
            scope: cx.scope(),
            folders: names.iter().map(into).collect(),
            is_unread: self.conditions.is_unread,
            marks: self.marks,
            deletes: self.deletes,
        };
        let mut looked = cx.host.look_for_mail(look).await?;
        if looked.iter().all(Result::is_err)
            && let Some(Err(error)) = looked.pop()
        {
            return Err(error);
        }
        let mut taking = Taking::of(before.seen);
        let mut after = BTreeMap::new();
        for (name, looked) in names.into_iter().zip(looked) {
            let known = before.folders.remove(&name);
            let folder = match looked {
                Ok(looked) => Some(taking.take(self, &name, known, looked)?),
                Err(error) => {
                    taking.effects.emit.push(failed(error.with_details(json!({"folder": name})))?);
                    known
                }
            };
            after.extend(folder.map(|folder| (name, folder)));
        }
        Ok(taking.end(after))
    }

    fn examples() -> Vec<Example> {
        let mail = "Message-ID: <7@shop.example>\r\nFrom: Ada <ada@example.com>\r\nTo: shop@example.com\r\nSubject: Order 12\r\n\
                    Date: Thu, 01 Jan 2026 08:00:00 +0000\r\nList-Id: <orders.example.com>\r\n\r\nTwo pots of tea, please.\r\n";
        let config = json!({
            "host": "imap.example.com", "ssl": true, "username": "shop@example.com", "password": "{% credential mailbox %}",
            "conditions": {"subject": "Order (?<number>\\d+)", "from": ["*@example.com"], "is_unread": true},
            "event_headers": "List-Id, Reply-To", "mark_as_read": true
        });
        let told = json!({
            "message_id": "7@shop.example", "folder": "INBOX", "subject": "Order 12", "from": "ada@example.com",
            "to": ["shop@example.com"], "cc": [], "date": "2026-01-01T08:00:00Z", "mime_type": "text/plain",
            "body": "Two pots of tea, please.\r\n", "matches": {"number": "12"}, "has_attachment": false,
            "headers": {"List-Id": "<orders.example.com>"}
        });
        vec![
            Example::new(
                "The first look only takes note of what is there",
                json!({
                    "host": "imap.example.com", "port": 143, "username": "{% credential mailbox_user %}", "password": "{% credential mailbox %}",
                    "folders": ["INBOX", "Archive"], "schedule": "every_1h"
                }),
            )
            .remembers(json!({"folders": {"Archive": {"validity": 1, "uid": 4}, "INBOX": {"validity": 1, "uid": 4}}, "seen": []})),
            Example::new("An order comes by mail, and is marked as read at the next check", config)
                .remembering(json!({"folders": {"INBOX": {"validity": 1, "uid": 4}}}))
                .answered(200, mail)
                .emits("on_receive", told)
                .remembers(json!({"folders": {"INBOX": {"validity": 1, "uid": 5, "done": [5]}}, "seen": [hash("7@shop.example")]})),
        ]
    }
}
