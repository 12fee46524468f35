//! Why a mail was not sent. Messages are public: they name the remedy, and never the password.

use crate::EgressError;
use std::fmt;
use std::time::Duration;

/// What a mail server was asked when it refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailStep {
    /// To talk at all.
    Greeting,
    /// To go on with TLS.
    Tls,
    /// To take the login.
    Login,
    /// To take mail of this sender.
    Sender,
    /// To take mail for this recipient.
    Recipient,
    /// To take the mail itself.
    Text,
}

impl fmt::Display for MailStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            MailStep::Greeting => "the connection",
            MailStep::Tls => "STARTTLS",
            MailStep::Login => "the login",
            MailStep::Sender => "the sender",
            MailStep::Recipient => "the recipient",
            MailStep::Text => "the mail",
        })
    }
}

impl MailStep {
    /// What helps.
    fn remedy(self) -> &'static str {
        match self {
            MailStep::Greeting => "try again later, or use another server",
            MailStep::Tls => "use smtps:// if the port speaks TLS from the start",
            MailStep::Login => "check the user and the password in the server's address",
            MailStep::Sender => "name a sender that it takes",
            MailStep::Recipient => "check the address",
            MailStep::Text => "change the mail as it says",
        }
    }
}

/// Why a mail was not sent, or perhaps not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// There was no conversation, or it came to no mail, so nothing was sent.
    #[error(transparent)]
    NoConnection(#[from] EgressError),
    /// The server said no: for now with a code below 500, else for good.
    #[error("`{host}` refused {step} with {code}: {text} ({})", .step.remedy())]
    Refused {
        /// The server's host.
        host: String,
        /// What it refused.
        step: MailStep,
        /// The code of its answer.
        code: u16,
        /// The text of its answer, without the password.
        text: String,
    },
    /// What came is no SMTP.
    #[error(
        "`{host}` does not answer in SMTP, or not in short; check that the port is that of a mail server (smtps:// is for TLS from the start)"
    )]
    NotSmtp {
        /// The server's host.
        host: String,
    },
    /// The mail would cross the network in the clear.
    #[error(
        "`{host}` offers no STARTTLS, so the mail would cross the network in the clear; use smtps://, or have the operator allow the address (ROOKERY_EGRESS_ALLOW)"
    )]
    Insecure {
        /// The server's host.
        host: String,
    },
    /// There is no way to log in that is known here.
    #[error("`{host}` takes no login by PLAIN or LOGIN; leave user and password out of the address, or use another server")]
    NoLogin {
        /// The server's host.
        host: String,
    },
    /// An address that cannot be told to a server.
    #[error("`{0}` is no address that a mail server can be told; write it in ASCII, as in ada@example.com")]
    Address(String),
    /// The conversation took too long; the mail may have been sent.
    #[error("the mail server did not come to an end within {0:?}; the mail may have been sent")]
    Timeout(Duration),
    /// The connection broke; the mail may have been sent.
    #[error("the connection to `{host}` broke: {reason}; the mail may have been sent")]
    Lost {
        /// The server's host.
        host: String,
        /// The system's reason.
        reason: String,
    },
}

impl MailError {
    /// A stable name, in snake case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoConnection(error) => error.code(),
            Self::Refused { code: ..500, .. } => "mail_put_off",
            Self::Refused { step: MailStep::Sender, .. } => "sender_refused",
            Self::Refused { step: MailStep::Recipient, .. } => "recipient_refused",
            Self::Refused { step: MailStep::Login, .. } | Self::NoLogin { .. } => "login_refused",
            Self::Refused { .. } => "mail_refused",
            Self::NotSmtp { .. } => "not_smtp",
            Self::Insecure { .. } => "mail_insecure",
            Self::Address(_) => "invalid_address",
            Self::Timeout(_) => "timeout",
            Self::Lost { .. } => "connection_lost",
        }
    }

    /// Whether the same mail may be taken later.
    pub fn retryable(&self) -> bool {
        match self {
            Self::NoConnection(error) => error.retryable(),
            Self::Refused { code, .. } => *code < 500,
            Self::Timeout(_) | Self::Lost { .. } => true,
            Self::NotSmtp { .. } | Self::Insecure { .. } | Self::NoLogin { .. } | Self::Address(_) => false,
        }
    }

    /// Whether nothing more can be said on the same connection. 421 is the server's word that it closes (RFC 5321, 4.2.1).
    pub fn ends_session(&self) -> bool {
        match self {
            Self::Refused { step: MailStep::Sender | MailStep::Recipient | MailStep::Text, code, .. } => *code == 421,
            Self::Address(_) => false,
            _ => true,
        }
    }
}
