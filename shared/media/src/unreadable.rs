//! Why a body cannot be read, by name, and the remedy.

use crate::{coding, table};

/// Why a body cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// The request has a body, but no media type.
    #[error("It has a body, but no `Content-Type`.")]
    NoMediaType,
    /// The media type is not in the table.
    #[error("The media type `{0}` is not read here.")]
    MediaType(String),
    /// The content coding is not one that is undone here.
    #[error("The content coding `{0}` is not read here.")]
    Coding(String),
    /// A part of a form is written in a way that is not undone here.
    #[error("A part's `Content-Transfer-Encoding: {0}` is not read here.")]
    TransferEncoding(String),
    /// The charset is not known.
    #[error("The charset `{0}` is not read here.")]
    Charset(String),
    /// The bytes are not UTF-8, which they should be.
    #[error("The body is not UTF-8 from byte {0}.")]
    NotUtf8(usize),
    /// The bytes are not text in the charset.
    #[error("The body is not text in the charset `{0}`.")]
    NotText(&'static str),
    /// The body does not have the form that its headers name.
    #[error("The body is not {form}: {reason}.")]
    Malformed {
        /// The form that the body should have.
        form: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// The unpacked body would have more bytes than this.
    #[error("The body has more than {0} bytes when it is unpacked.")]
    TooLarge(usize),
}

impl Unreadable {
    /// What the sender can do.
    pub fn remedy(&self) -> String {
        match self {
            Unreadable::NoMediaType | Unreadable::MediaType(_) => format!("Send one of {}.", table::read_types()),
            Unreadable::Coding(_) => format!("Send `Content-Encoding: {}`, or the body as it is.", coding::CODINGS),
            Unreadable::TransferEncoding(_) => "Send the part as it is, or in `base64`.".to_owned(),
            Unreadable::Charset(_) => "Send text as UTF-8, or in a charset of the WHATWG's Encoding Standard.".to_owned(),
            Unreadable::NotUtf8(_) => "Send text as UTF-8, or declare its charset in `Content-Type`.".to_owned(),
            Unreadable::NotText(_) => "Declare the charset that the text is in, or send it as UTF-8.".to_owned(),
            Unreadable::Malformed { .. } => "Send it whole, in the form that its headers say.".to_owned(),
            Unreadable::TooLarge(_) => "Send less, or store the large part elsewhere and send a link to it.".to_owned(),
        }
    }

    /// Whether the form is one that is not read here: the body itself may be right.
    pub fn is_unsupported(&self) -> bool {
        match self {
            Unreadable::NoMediaType
            | Unreadable::MediaType(_)
            | Unreadable::Coding(_)
            | Unreadable::TransferEncoding(_)
            | Unreadable::Charset(_) => true,
            Unreadable::NotUtf8(_) | Unreadable::NotText(_) | Unreadable::Malformed { .. } | Unreadable::TooLarge(_) => false,
        }
    }
}
