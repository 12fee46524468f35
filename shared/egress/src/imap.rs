//! The words of IMAP (RFC 3501) on a connection: commands, and what comes of them. Whatever the other side says is bounded here; by when it must be said,
//! and to whom is talked, is decided in [`crate::imap_session`].

use crate::dial::{Stream, Wire};
use crate::imap_response::{Response, Status, literal};
use crate::{ImapError, ImapStep};
use base64::Engine;
use base64::alphabet::IMAP_MUTF7;
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::NO_PAD;
use base64::prelude::BASE64_STANDARD;
use std::collections::BTreeMap;
use std::io;

/// The longest line, and the most bytes of one response with the mail in it.
const LINE_BYTES: usize = 64 * 1024;
const RESPONSE_BYTES: usize = 8 * 1024 * 1024;
/// The most responses to one command.
const RESPONSES: usize = 200_000;
/// How much of an answer is shown.
const SHOWN_CHARS: usize = 500;
/// How names of folders are written beyond ASCII (RFC 3501, 5.1.3).
const MODIFIED: GeneralPurpose = GeneralPurpose::new(&IMAP_MUTF7, NO_PAD);

/// What a server offers.
#[derive(Debug, Default)]
pub(crate) struct Offers(Vec<String>);

impl Offers {
    pub(crate) fn has(&self, capability: &str) -> bool {
        self.0.iter().any(|offered| offered == capability)
    }
}

/// A folder, when it is opened.
#[derive(Debug, Default)]
pub(crate) struct Opened {
    pub(crate) validity: Option<u32>,
    pub(crate) next: Option<u32>,
    pub(crate) exists: u32,
}

/// A conversation.
pub(crate) struct Conversation {
    wire: Wire,
    host: String,
    commands: u32,
}

impl Conversation {
    pub(crate) fn over(stream: Box<dyn Stream>, host: &str) -> Conversation {
        Conversation { wire: Wire::over(stream), host: host.to_owned(), commands: 0 }
    }

    /// The connection, for TLS: the server must have said nothing beyond its answer.
    pub(crate) fn into_stream(self) -> Result<Box<dyn Stream>, ImapError> {
        let Conversation { wire, host, .. } = self;
        wire.into_stream().ok_or(ImapError::NotImap { host })
    }

    /// Reads the greeting.
    pub(crate) async fn greeting(&mut self) -> Result<(), ImapError> {
        match self.response().await? {
            Response::Status { tag: None, status: Status::Ok, .. } => Ok(()),
            Response::Status { tag: None, text, .. } => Err(self.refused(ImapStep::Greeting, &text)),
            _ => Err(self.not_imap()),
        }
    }

    /// Asks what the server can do.
    pub(crate) async fn offers(&mut self) -> Result<Offers, ImapError> {
        let mut offers = Offers::default();
        let hear = |response| {
            if let Response::Capabilities(words) = response {
                offers.0 = words;
            }
        };
        self.say("CAPABILITY", ImapStep::Greeting, hear).await?;
        Ok(offers)
    }

    /// Asks for TLS.
    pub(crate) async fn starttls(&mut self) -> Result<(), ImapError> {
        self.say("STARTTLS", ImapStep::Tls, drop).await
    }

    /// Logs in by one of the ways that are offered (RFC 4616 has PLAIN).
    pub(crate) async fn log_in(&mut self, offers: &Offers, user: &str, password: &str) -> Result<(), ImapError> {
        let no_login = || ImapError::NoLogin { host: self.host.clone() };
        if offers.has("AUTH=PLAIN") && !(user.contains('\0') || password.contains('\0')) {
            let both = BASE64_STANDARD.encode(format!("\0{user}\0{password}"));
            if offers.has("SASL-IR") {
                return self.say(&format!("AUTHENTICATE PLAIN {both}"), ImapStep::Login, drop).await;
            }
            let tag = self.command("AUTHENTICATE PLAIN").await?;
            match self.response().await? {
                Response::GoOn => self.write(format!("{both}\r\n").as_bytes()).await?,
                Response::Status { text, .. } => return Err(self.refused(ImapStep::Login, &text)),
                _ => return Err(self.not_imap()),
            }
            return self.hear(&tag, ImapStep::Login, drop).await;
        }
        let (Some(user), Some(password)) = (quoted(user), quoted(password)) else { return Err(no_login()) };
        if offers.has("LOGINDISABLED") {
            return Err(no_login());
        }
        self.say(&format!("LOGIN {user} {password}"), ImapStep::Login, drop).await
    }

    /// Opens a folder.
    pub(crate) async fn open(&mut self, folder: &str, changes: bool) -> Result<Opened, ImapError> {
        let mut opened = Opened::default();
        let hear = |response| match response {
            Response::UidValidity(validity) => opened.validity = Some(validity),
            Response::UidNext(next) => opened.next = Some(next),
            Response::Exists(exists) => opened.exists = exists,
            _ => {}
        };
        let name = quoted(&modified(folder)).ok_or_else(|| self.refused(ImapStep::Folder, "its name has a control character"))?;
        let command = if changes { "SELECT" } else { "EXAMINE" };
        self.say(&format!("{command} {name}"), ImapStep::Folder, hear).await?;
        Ok(opened)
    }

    /// The uids of mails, each with whether it is read: the lowest of so many, from one on, as the server writes ranges.
    pub(crate) async fn list(&mut self, range: &str, most: usize) -> Result<BTreeMap<u32, bool>, ImapError> {
        let mut found = BTreeMap::new();
        let hear = |response| {
            if let Response::Fetched(fetched) = response
                && let Some(uid) = fetched.uid
            {
                found.insert(uid, fetched.is_read.unwrap_or_default());
                if found.len() > most {
                    found.pop_last();
                }
            }
        };
        self.say(&format!("UID FETCH {range} (UID FLAGS)"), ImapStep::Fetch, hear).await?;
        Ok(found)
    }

    /// The first bytes of a mail, which stays unread; none if it is gone.
    pub(crate) async fn fetch(&mut self, uid: u32, most: usize) -> Result<Option<Vec<u8>>, ImapError> {
        let mut text = None;
        let hear = |response| match response {
            Response::Fetched(fetched) if fetched.uid == Some(uid) && fetched.text.is_some() => text = fetched.text,
            _ => {}
        };
        self.say(&format!("UID FETCH {uid} (UID BODY.PEEK[]<0.{most}>)"), ImapStep::Fetch, hear).await?;
        if let Some(text) = &mut text {
            text.truncate(most);
        }
        Ok(text)
    }

    /// Gives mails a flag.
    pub(crate) async fn flag(&mut self, uids: &str, flag: &str) -> Result<(), ImapError> {
        self.say(&format!("UID STORE {uids} +FLAGS.SILENT ({flag})"), ImapStep::Change, drop).await
    }

    /// Removes mails that are flagged as deleted: these alone, where the server can (RFC 4315).
    pub(crate) async fn expunge(&mut self, uids: &str, offers: &Offers) -> Result<(), ImapError> {
        let command = if offers.has("UIDPLUS") { format!("UID EXPUNGE {uids}") } else { "EXPUNGE".to_owned() };
        self.say(&command, ImapStep::Change, drop).await
    }

    /// Takes leave.
    pub(crate) async fn logout(&mut self) -> Result<(), ImapError> {
        self.say("LOGOUT", ImapStep::Greeting, drop).await
    }

    async fn say(&mut self, command: &str, step: ImapStep, hear: impl FnMut(Response)) -> Result<(), ImapError> {
        let tag = self.command(command).await?;
        self.hear(&tag, step, hear).await
    }

    async fn command(&mut self, command: &str) -> Result<String, ImapError> {
        self.commands += 1;
        let tag = format!("r{}", self.commands);
        self.write(format!("{tag} {command}\r\n").as_bytes()).await?;
        Ok(tag)
    }

    /// Hears what is said until the command with this tag is over.
    async fn hear(&mut self, tag: &str, step: ImapStep, mut hear: impl FnMut(Response)) -> Result<(), ImapError> {
        for _ in 0..RESPONSES {
            match self.response().await? {
                Response::Status { tag: Some(said), status, text } if said == tag => {
                    return if status == Status::Ok { Ok(()) } else { Err(self.refused(step, &text)) };
                }
                Response::Status { tag: None, status: Status::Bye, text } => {
                    return Err(ImapError::Lost { host: self.host.clone(), reason: shown(&text) });
                }
                Response::Status { tag: Some(_), .. } | Response::GoOn => break,
                response => hear(response),
            }
        }
        Err(self.not_imap())
    }

    async fn response(&mut self) -> Result<Response, ImapError> {
        let mut bytes = Vec::new();
        loop {
            let line = self.wire.line(LINE_BYTES).await.map_err(|error| lost(&self.host, &error))?;
            let line = line.ok_or_else(|| self.not_imap())?;
            bytes.extend_from_slice(&line);
            let Some(count) = literal(&line, &bytes) else { break };
            if bytes.len().saturating_add(count) > RESPONSE_BYTES {
                return Err(self.not_imap());
            }
            bytes.extend_from_slice(b"\r\n");
            bytes.extend(self.wire.exactly(count).await.map_err(|error| lost(&self.host, &error))?);
        }
        Response::read(&bytes).ok_or_else(|| self.not_imap())
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), ImapError> {
        self.wire.write(bytes).await.map_err(|error| lost(&self.host, &error))
    }

    fn refused(&self, step: ImapStep, text: &str) -> ImapError {
        ImapError::Refused { host: self.host.clone(), step, text: shown(text) }
    }

    fn not_imap(&self) -> ImapError {
        ImapError::NotImap { host: self.host.clone() }
    }
}

fn lost(host: &str, error: &io::Error) -> ImapError {
    ImapError::Lost { host: host.to_owned(), reason: error.kind().to_string() }
}

fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(SHOWN_CHARS).collect()
}

/// A text as it stands in a command: in quotes, in ASCII. None if it cannot stand so, as a line break, which would end the command.
fn quoted(text: &str) -> Option<String> {
    let fits = text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    fits.then(|| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}

/// The name of a folder, as servers write it: what is not ASCII is base64 of its UTF-16, between `&` and `-`.
fn modified(name: &str) -> String {
    let (mut written, mut beyond) = (String::with_capacity(name.len()), Vec::<u8>::new());
    let end = |beyond: &mut Vec<u8>, written: &mut String| {
        if !beyond.is_empty() {
            written.extend(["&", &MODIFIED.encode(&*beyond), "-"]);
            beyond.clear();
        }
    };
    for c in name.chars() {
        if c.is_ascii() {
            end(&mut beyond, &mut written);
            written.push(c);
            if c == '&' {
                written.push('-');
            }
        } else {
            beyond.extend(c.encode_utf16(&mut [0; 2]).iter().flat_map(|unit| unit.to_be_bytes()));
        }
    }
    end(&mut beyond, &mut written);
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn folders_beyond_ascii_are_written_as_servers_have_them() {
        for (name, expected) in [
            ("INBOX", "INBOX"),
            ("A & B", "A &- B"),
            ("Entwürfe", "Entw&APw-rfe"),
            ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
            ("🫖", "&2D7e1g-"),
        ] {
            assert_eq!(modified(name), expected);
        }
    }

    proptest! {
        #[test]
        fn nothing_ends_a_command_before_its_end(text in "(\\PC|\r|\n|\"|\\\\|\u{0}){0,20}") {
            for written in quoted(&text).into_iter().chain(quoted(&modified(&text))) {
                prop_assert!(written.is_ascii() && !written.contains(|c: char| c.is_control()), "{written:?}");
                let within = written[1..written.len() - 1].replace("\\\\", "").replace("\\\"", "");
                prop_assert!(!within.contains(['"', '\\']), "{written:?}");
            }
        }
    }
}
