//! The one error of the inner crates: who is at fault, a stable code, a text for the user, a cause for the log.

use std::fmt;

/// A result whose error can be shown to a user.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What `meta` calls the number of seconds after which to come again.
pub const RETRY_AFTER: &str = "retry_after_seconds";

/// The code of what the end of the program cut short.
const ENDING: &str = "ending";

/// Who has to act. The HTTP status follows from this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 400: the request is malformed.
    Invalid,
    /// 401: no key or token, or one that is not known. A bearer token is what helps.
    Unauthenticated,
    /// 401: the request does not prove who sent it, in the way in which a sender of this kind must (a signature, for example).
    NotVerified,
    /// 403: the key's role does not allow it.
    Forbidden,
    /// 404: unknown, or another project's.
    NotFound,
    /// 405: the resource does not know this method.
    Method,
    /// 409: the request contradicts the present state.
    Conflict,
    /// 410: what is asked for has ended.
    Gone,
    /// 413: too large.
    TooLarge,
    /// 415: the body has a media type that is not read here.
    MediaType,
    /// 422: the request is well formed, but what it asks for cannot be done.
    Unprocessable,
    /// 429: too many in a short time; the same request may succeed later.
    TooMany,
    /// 503: not now; the same request may succeed later.
    Unavailable,
    /// 507: the store has no room.
    StorageFull,
    /// 500: our fault. The cause goes to the log, never to the user.
    Internal,
}

/// What went wrong, for two audiences: `code`, `message` and `details` for the caller, `cause` for the log.
#[derive(Debug)]
pub struct Error {
    /// Who has to act.
    pub kind: Kind,
    /// The stable code, in snake case: the `type` of the HTTP envelope.
    pub code: &'static str,
    /// One sentence that names what is wrong.
    pub message: String,
    /// What the caller can do about it.
    pub details: String,
    /// Details for programs, like the current version in a conflict.
    pub meta: Option<serde_json::Value>,
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error with its remedy.
    pub fn new(kind: Kind, code: &'static str, message: impl Into<String>, details: impl Into<String>) -> Self {
        Error { kind, code, message: message.into(), details: details.into(), meta: None, cause: None }
    }

    /// 400 `invalid_request`: bad input, with the remedy.
    pub fn invalid(message: impl Into<String>, details: impl Into<String>) -> Self {
        Error::new(Kind::Invalid, "invalid_request", message, details)
    }

    /// 404 `not_found`: the same error for what is unknown and for what is another project's.
    pub fn not_found(what: &str) -> Self {
        Error::new(
            Kind::NotFound,
            "not_found",
            format!("There is no such {what}."),
            "Check the ids in the path: the lists of the project show what there is.",
        )
    }

    /// 500 `internal_error`: our fault, with a cause for the log.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Error {
            cause: Some(cause.into()),
            ..Error::new(Kind::Internal, "internal_error", "Rookery failed to do this.", "Try again; the log has the cause.")
        }
    }

    /// 503 `unavailable`: a store or queue did not answer. Whether anything was done is unknown.
    pub fn unavailable(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Error {
            cause: Some(cause.into()),
            ..Error::new(
                Kind::Unavailable,
                "unavailable",
                "A store or queue did not answer in time.",
                "Send the same request again.",
            )
        }
    }

    /// 507 `storage_full`: the store has no room. Nothing was done, and the store has written to the log already.
    pub fn storage_full() -> Self {
        Error::new(
            Kind::StorageFull,
            "storage_full",
            "There is no room to store anything.",
            "Make room on the disk of the data folder, then send the same request again.",
        )
    }

    /// The program ends, and does not begin with this any more.
    pub fn ending() -> Self {
        Error::new(Kind::Unavailable, ENDING, "The program is ending.", "Send the request again when the program runs.")
    }

    /// Whether the log may leave this error out: its cause was logged once, and is not logged again for each request that suffers
    /// from it.
    pub fn is_told(&self) -> bool {
        self.kind == Kind::StorageFull || self.code == ENDING
    }

    /// The same error, with details for programs.
    pub fn with_meta(mut self, meta: serde_json::Value) -> Self {
        self.meta = Some(meta);
        self
    }

    /// The same error, with the number of seconds after which to come again.
    pub fn come_again_after(self, seconds: u64) -> Self {
        self.with_meta(serde_json::json!({RETRY_AFTER: seconds}))
    }

    /// After how many seconds to come again, if that is known.
    pub fn retry_after_seconds(&self) -> Option<u64> {
        self.meta.as_ref()?.get(RETRY_AFTER)?.as_u64()
    }

    /// The same error, with a cause for the log.
    pub fn caused_by(mut self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// The cause that only the log may show.
    pub fn cause(&self) -> Option<&(dyn std::error::Error + Send + Sync)> {
        self.cause.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)?;
        match &self.cause {
            Some(cause) => write!(f, " ({cause})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}
