//! Mails that agents read on a server, and what is done with them there.

use crate::template::Scope;
use crate::{AgentError, CredentialUse};
use bytes::Bytes;
use rookery_egress::ImapServer;
use serde::{Deserialize, Serialize};

/// A look into folders on a mail server.
#[derive(Debug)]
pub struct LookForMail<'a> {
    /// The server; marks stand in place of credentials.
    pub server: ImapServer,
    /// The credentials that the marks stand for.
    pub credentials: &'a [CredentialUse],
    /// The scope in which the marks were rendered.
    pub scope: &'a Scope,
    /// The folders.
    pub folders: Vec<LookInto>,
    /// Only mails that are unread, or only those that are read.
    pub is_unread: Option<bool>,
    /// What is done with mails that were emitted: mark them as read.
    pub marks: bool,
    /// What is done with mails that were emitted: delete them.
    pub deletes: bool,
}

/// A folder that is looked into.
#[derive(Debug)]
pub struct LookInto {
    /// Its name.
    pub name: String,
    /// How far it is read; nothing before the first look.
    pub read_to: Option<ReadTo>,
    /// The uids of mails in it that were emitted, and are to be marked or deleted now.
    pub done: Vec<u32>,
}

/// How far a folder is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadTo {
    /// The number that the folder's uids are valid with.
    pub validity: u32,
    /// The last uid that was read.
    pub uid: u32,
}

/// What was found in a folder.
#[derive(Debug, PartialEq, Eq)]
pub struct Looked {
    /// How far it is read, when all these mails are.
    pub read_to: ReadTo,
    /// The new mails, in the order of their uids. At the first look, and when the uids are valid no more, there are none.
    pub mails: Vec<FoundMail>,
    /// There are more, for another look.
    pub has_more: bool,
    /// Why mails that were emitted could not be marked or deleted. It is not tried again.
    pub not_changed: Option<AgentError>,
}

/// A mail that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundMail {
    /// Its uid in its folder.
    pub uid: u32,
    /// The mail as it came, or its beginning.
    pub text: Bytes,
    /// Whether only its beginning was read.
    pub is_cut: bool,
}

/// What became of a look into one folder.
pub type LookedInto = Result<Looked, AgentError>;
