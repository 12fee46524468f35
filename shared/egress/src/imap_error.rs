//! Why mails were not read. Messages are public: they name the remedy, and never the password.

use crate::EgressError;
use std::fmt;
use std::time::Duration;

/// What a server was asked when it refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImapStep {
    /// To talk at all.
    Greeting,
    /// To go on with TLS.
    Tls,
    /// To take the login.
    Login,
    /// To open a folder.
    Folder,
    /// To give mails.
    Fetch,
    /// To mark mails, or to delete them.
    Change,
}

impl fmt::Display for ImapStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ImapStep::Greeting => "the connection",
            ImapStep::Tls => "STARTTLS",
            ImapStep::Login => "the login",
            ImapStep::Folder => "to open the folder",
            ImapStep::Fetch => "to give the mails",
            ImapStep::Change => "to mark or delete the mails",
        })
    }
}

impl ImapStep {
    /// What helps.
    fn remedy(self) -> &'static str {
        match self {
            ImapStep::Greeting | ImapStep::Fetch => "try again later",
            ImapStep::Tls => "set `ssl` if the port speaks TLS from the start",
            ImapStep::Login => "check `username` and `password`",
            ImapStep::Folder => "check its name in `folders`",
            ImapStep::Change => "let the user change the folder, or leave out `mark_as_read` and `delete`",
        }
    }
}

/// Why mails were not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImapError {
    /// No connection was made, or a credential may not be sent there.
    #[error(transparent)]
    NoConnection(#[from] EgressError),
    /// The host is none.
    #[error("`{0}` is no host; write it in lower case, as in imap.example.com, and the port apart from it")]
    InvalidHost(String),
    /// The server said no.
    #[error("`{host}` refused {step}: {text} ({})", .step.remedy())]
    Refused {
        /// The server's host.
        host: String,
        /// What it refused.
        step: ImapStep,
        /// The text of its answer, without the password.
        text: String,
    },
    /// What came is no IMAP, or too much of it.
    #[error(
        "`{host}` does not answer in IMAP, or not in short; check that the port is that of an IMAP server (993 with TLS from the start)"
    )]
    NotImap {
        /// The server's host.
        host: String,
    },
    /// The password and the mails would cross the network in the clear.
    #[error(
        "`{host}` offers no STARTTLS, so the password and the mails would cross the network in the clear; turn on `ssl`, or have the operator allow the address (ROOKERY_EGRESS_ALLOW)"
    )]
    Insecure {
        /// The server's host.
        host: String,
    },
    /// There is no way to log in that is known here.
    #[error("`{host}` takes no login by PLAIN or LOGIN with this user and password; a password beyond ASCII needs PLAIN")]
    NoLogin {
        /// The server's host.
        host: String,
    },
    /// The conversation took too long.
    #[error("the mail server did not come to an end within {0:?}")]
    Timeout(Duration),
    /// The connection broke.
    #[error("the connection to `{host}` broke: {reason}")]
    Lost {
        /// The server's host.
        host: String,
        /// The system's reason.
        reason: String,
    },
}

impl ImapError {
    /// A stable name, in snake case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoConnection(error) => error.code(),
            Self::InvalidHost(_) => "invalid_host",
            Self::Refused { step: ImapStep::Login, .. } | Self::NoLogin { .. } => "login_refused",
            Self::Refused { step: ImapStep::Folder, .. } => "folder_refused",
            Self::Refused { .. } => "mail_refused",
            Self::NotImap { .. } => "not_imap",
            Self::Insecure { .. } => "mail_insecure",
            Self::Timeout(_) => "timeout",
            Self::Lost { .. } => "connection_lost",
        }
    }

    /// Whether the same may succeed later.
    pub fn retryable(&self) -> bool {
        match self {
            Self::NoConnection(error) => error.retryable(),
            Self::Timeout(_) | Self::Lost { .. } => true,
            _ => false,
        }
    }

    /// Whether nothing more can be said on the same connection.
    pub fn ends_session(&self) -> bool {
        !matches!(self, Self::Refused { step: ImapStep::Folder | ImapStep::Fetch | ImapStep::Change, .. })
    }
}
