//! Why a call was refused or failed. Messages are public: they name the remedy, and never an internal address or a secret.

use std::time::Duration;

/// Why a call was refused or failed; the text may be shown to whoever configured the call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EgressError {
    /// The URL is malformed or of a kind that is never called.
    #[error("the URL is refused: {0}")]
    InvalidUrl(String),
    /// The host is an address, or its name leads to one, that is not on the public internet and not allowed.
    #[error(
        "`{host}` leads to a loopback, private or reserved address; call a public address, or have the operator allow the range (ROOKERY_EGRESS_ALLOW)"
    )]
    AddressRefused {
        /// The host, as written in the URL.
        host: String,
    },
    /// A method that a call may not have.
    #[error("the method {0} is refused; use GET, POST, PUT, PATCH, DELETE, HEAD or OPTIONS")]
    MethodRefused(String),
    /// A header that a call may not set, or whose name or value is malformed.
    #[error("the header `{name}` is refused: {reason}")]
    HeaderRefused {
        /// The header's name as given, at most 64 characters of it.
        name: String,
        /// What to do about it.
        reason: &'static str,
    },
    /// A credential may not be sent to this host, or not in this place.
    #[error("the credential `{name}` is refused: {reason}")]
    CredentialRefused {
        /// The credential's name, never its value.
        name: String,
        /// What to do about it.
        reason: String,
    },
    /// A credential would cross the public internet in the clear.
    #[error("a credential is not sent to `{host}` over plain http; use https")]
    CredentialInsecure {
        /// The host, as written in the URL.
        host: String,
    },
    /// A redirect leads to an address that calls do not follow.
    #[error("the server's redirect is refused: {0}; call the right address directly")]
    RedirectRefused(String),
    /// There was another redirect after the last one that may be followed.
    #[error(
        "the server redirects again after {0} redirects; check that they do not lead in a circle, or call the last address directly"
    )]
    TooManyRedirects(u8),
    /// The name did not resolve.
    #[error("`{host}` could not be resolved; check the spelling of the host")]
    DnsFailed {
        /// The host, as written in the URL.
        host: String,
    },
    /// No connection was opened, so nothing was sent.
    #[error("no connection to `{host}`: {reason}; check that the host and port are up")]
    ConnectFailed {
        /// The host, as written in the URL.
        host: String,
        /// The system's reason.
        reason: String,
    },
    /// The TLS handshake failed, so nothing was sent.
    #[error("no secure connection to `{host}`: {reason}; check its certificate, and that the port speaks TLS")]
    TlsFailed {
        /// The host, as written in the URL.
        host: String,
        /// The TLS library's reason.
        reason: String,
    },
    /// The call took too long; the request may have been applied.
    #[error(
        "the call did not end within {0:?}; it may have been applied: make the receiver faster, or repeat with the same idempotency key"
    )]
    Timeout(Duration),
    /// Nothing more came for too long while an answer was streamed; the request may have been applied.
    #[error("nothing came within {0:?}; the call may have been applied: try again later, or ask for a shorter answer")]
    Idle(Duration),
    /// The connection broke after the request was sent; the request may have been applied.
    #[error(
        "the connection to `{host}` broke before the whole response came: {reason}; it may have been applied: repeat with the same idempotency key"
    )]
    ConnectionLost {
        /// The host, as written in the URL.
        host: String,
        /// The system's reason.
        reason: String,
    },
    /// The response is not HTTP.
    #[error("`{host}` did not answer in HTTP/1.1; check that the port speaks HTTP")]
    InvalidResponse {
        /// The host, as written in the URL.
        host: String,
    },
    /// The response's headers are too many or too long.
    #[error("the response's headers are over {0} bytes or 100 lines; ask the receiver for fewer")]
    HeadersTooLarge(usize),
    /// The response's body is too long, and was cut off.
    #[error("the response's body is over {0} bytes; ask for less, for example by paging")]
    BodyTooLarge(usize),
}

impl EgressError {
    /// A stable name, in snake case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidUrl(_) => "invalid_url",
            Self::AddressRefused { .. } => "address_refused",
            Self::MethodRefused(_) => "method_refused",
            Self::HeaderRefused { .. } => "header_refused",
            Self::CredentialRefused { .. } => "credential_refused",
            Self::CredentialInsecure { .. } => "credential_insecure",
            Self::RedirectRefused(_) => "redirect_refused",
            Self::TooManyRedirects(_) => "too_many_redirects",
            Self::DnsFailed { .. } => "dns_failed",
            Self::ConnectFailed { .. } => "connect_failed",
            Self::TlsFailed { .. } => "tls_failed",
            Self::Timeout(_) => "timeout",
            Self::Idle(_) => "idle",
            Self::ConnectionLost { .. } => "connection_lost",
            Self::InvalidResponse { .. } => "invalid_response",
            Self::HeadersTooLarge(_) => "headers_too_large",
            Self::BodyTooLarge(_) => "body_too_large",
        }
    }

    /// Whether the same call may succeed later. After an [unknown](Self::is_unknown) outcome, repeating the call needs an
    /// idempotency key.
    pub fn retryable(&self) -> bool {
        match self {
            Self::DnsFailed { .. }
            | Self::ConnectFailed { .. }
            | Self::Timeout(_)
            | Self::Idle(_)
            | Self::ConnectionLost { .. } => true,
            Self::InvalidUrl(_)
            | Self::AddressRefused { .. }
            | Self::MethodRefused(_)
            | Self::HeaderRefused { .. }
            | Self::CredentialRefused { .. }
            | Self::CredentialInsecure { .. }
            | Self::RedirectRefused(_)
            | Self::TooManyRedirects(_)
            | Self::TlsFailed { .. }
            | Self::InvalidResponse { .. }
            | Self::HeadersTooLarge(_)
            | Self::BodyTooLarge(_) => false,
        }
    }

    /// Whether the request was, or may have been, sent without the outcome being known: it may have been applied.
    pub fn is_unknown(&self) -> bool {
        match self {
            Self::Timeout(_)
            | Self::Idle(_)
            | Self::ConnectionLost { .. }
            | Self::InvalidResponse { .. }
            | Self::HeadersTooLarge(_)
            | Self::BodyTooLarge(_) => true,
            Self::InvalidUrl(_)
            | Self::AddressRefused { .. }
            | Self::MethodRefused(_)
            | Self::HeaderRefused { .. }
            | Self::CredentialRefused { .. }
            | Self::CredentialInsecure { .. }
            | Self::RedirectRefused(_)
            | Self::TooManyRedirects(_)
            | Self::DnsFailed { .. }
            | Self::ConnectFailed { .. }
            | Self::TlsFailed { .. } => false,
        }
    }
}
