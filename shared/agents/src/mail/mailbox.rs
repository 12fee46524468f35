//! Whom a mail is from or for. A [`Mailbox`] has no line break and nothing else that a header or a server could take for more than an address.

use super::message::one_line;
use std::fmt;
use std::str::FromStr;

/// The longest address, and the longest part before the `@` (RFC 5321, 4.5.3.1).
const MAX_ADDRESS: usize = 254;
const MAX_LOCAL: usize = 64;
/// How much is kept of a name.
const NAME_CHARS: usize = 100;

/// An address, with a name where one was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    name: Option<String>,
    address: String,
}

/// Why a text is no [`Mailbox`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no address: write it as ada@example.com or Ada <ada@example.com>, in ASCII but for the name")]
pub struct InvalidMailbox(String);

impl Mailbox {
    /// The name.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The address.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The part behind the `@`.
    pub fn domain(&self) -> &str {
        self.address.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// The mailboxes in a text, which are separated by commas, semicolons or line breaks. A name in quotes may have such.
    pub(crate) fn list(text: &str) -> Result<Vec<Mailbox>, InvalidMailbox> {
        let mut is_quoted = false;
        let parts = text.split(|c: char| {
            is_quoted ^= c == '"';
            !is_quoted && matches!(c, ',' | ';' | '\n' | '\r')
        });
        parts.map(str::trim).filter(|part| !part.is_empty()).map(str::parse).collect()
    }
}

impl FromStr for Mailbox {
    type Err = InvalidMailbox;

    fn from_str(text: &str) -> Result<Self, InvalidMailbox> {
        let text = text.trim();
        let (name, address) = match text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
            Some((name, address)) => (name.trim(), address.trim()),
            None => ("", text),
        };
        if !is_address(address) {
            return Err(InvalidMailbox(one_line(text).chars().take(NAME_CHARS).collect()));
        }
        let bare = name.strip_prefix('"').and_then(|name| name.strip_suffix('"'));
        let name = bare.map_or_else(|| name.to_owned(), |bare| bare.replace("\\\"", "\"").replace("\\\\", "\\"));
        let name: String = one_line(&name).chars().take(NAME_CHARS).collect();
        Ok(Mailbox { name: Some(name).filter(|name| !name.is_empty()), address: address.to_owned() })
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name} <{}>", self.address),
            None => f.write_str(&self.address),
        }
    }
}

/// Whether a text is an address that every server takes: no quotes, no comments, no address in brackets, no character beyond ASCII.
fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let is_atom = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte))
    };
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= MAX_ADDRESS && local.len() <= MAX_LOCAL && local.split('.').all(is_atom) && domain.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Option<(Option<String>, String)> {
        let read: Mailbox = text.parse().ok()?;
        Some((read.name, read.address))
    }

    #[test]
    fn addresses_come_with_and_without_a_name() {
        for (text, name, address) in [
            (" ada@example.com ", None, "ada@example.com"),
            ("<ada@example.com>", None, "ada@example.com"),
            ("Ada <ada@example.com>", Some("Ada"), "ada@example.com"),
            ("\"Lovelace, \\\"Ada\\\"\" <a.b+c@x-y.example>", Some("Lovelace, \"Ada\""), "a.b+c@x-y.example"),
            ("Ädä\r\nBcc: x <ada@localhost>", Some("Ädä Bcc: x"), "ada@localhost"),
            ("ada@a.com\r\nRCPT TO:<x@y>", Some("ada@a.com RCPT TO:"), "x@y"),
        ] {
            assert_eq!(read(text), Some((name.map(str::to_owned), address.to_owned())), "{text}");
        }
        for text in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "a b@example.com",
            "ada@exa mple.com",
            "ada@-a.com",
            "ada@a..com",
            "a..b@c.com",
            "ada@ä.com",
            "ä@a.com",
            "a@b@c.com",
            "Ada <ada>",
            "<a@b.c> x",
            "a@[127.0.0.1]",
            "a(b)@c.de",
            "a\u{0}@b.c",
        ] {
            let error = text.parse::<Mailbox>().unwrap_err().to_string();
            assert!(!error.contains(['\r', '\n']), "{error:?}");
        }
        assert!(format!("{}@a.b", "x".repeat(65)).parse::<Mailbox>().is_err());
        assert!(format!("a@{}", "abc.".repeat(70) + "d").parse::<Mailbox>().is_err());
    }

    #[test]
    fn a_text_may_have_several() {
        let list = |text: &str| Mailbox::list(text).map(|list| list.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(list("a@b.c, \"D, E\" <d@e.f>;\n g@h.i ,,").unwrap(), ["a@b.c", "D, E <d@e.f>", "g@h.i"]);
        assert_eq!(list(" , ").unwrap(), Vec::<String>::new());
        assert!(list("a@b.c, d").is_err());
    }

    proptest! {
        #[test]
        fn whatever_is_read_has_no_control_character(text in "[ -~\\r\\n\\t\\PC]{0,40}@?[a-z.\\r\\n>]{0,12}") {
            for read in text.parse::<Mailbox>().into_iter().chain(Mailbox::list(&text).unwrap_or_default()) {
                prop_assert!(!read.to_string().contains(char::is_control), "{read:?}");
                prop_assert!(read.address.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>,;:\"\\()[]".contains(&byte)));
            }
        }
    }
}
