//! Credentials in a call: markers are replaced by values when a request is sent, and each value is bound to hosts. Values in
//! answers are removed by [`crate::redact`].

use crate::target::Target;
use crate::{EgressError, Redactor};
use memchr::memmem;
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use std::borrow::Cow;
use std::fmt;

/// Everything but what RFC 3986 calls unreserved: safe in a path, a query and a form alike.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The same, and the colon: it divides nothing after a URL's host, and some servers want it as it is.
const IN_URL: &AsciiSet = &UNRESERVED.remove(b':');

/// A credential that a request may use, by writing its marker into the URL's path or query, header values or body. The marker may also stand
/// for a whole URL, which is then one of the credential's hosts.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    /// The name that is shown instead of the value.
    pub name: String,
    /// The marker, which nobody can guess; never empty.
    pub marker: String,
    /// The value, which is sent and never shown.
    pub value: String,
    /// The hosts that the value may be sent to: `api.example.com`, `*.example.com` (any name below it), each with `:port` if wanted.
    pub hosts: Vec<String>,
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret").field("name", &self.name).field("hosts", &self.hosts).finish_non_exhaustive()
    }
}

/// How a value must be written so that it stays one value in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Plain,
    Url,
    Percent,
    Json,
}

impl Encoding {
    /// The encoding that a body of this media type needs.
    pub(crate) fn of_body(content_type: &str) -> Encoding {
        let content_type = content_type.to_ascii_lowercase();
        if content_type.contains("json") {
            Encoding::Json
        } else if content_type.starts_with("application/x-www-form-urlencoded") {
            Encoding::Percent
        } else {
            Encoding::Plain
        }
    }

    pub(crate) fn write(self, value: &str) -> String {
        match self {
            Encoding::Plain => value.to_owned(),
            Encoding::Url => utf8_percent_encode(value, IN_URL).to_string(),
            Encoding::Percent => utf8_percent_encode(value, UNRESERVED).to_string(),
            Encoding::Json => {
                let quoted = serde_json::Value::from(value).to_string();
                quoted[1..quoted.len() - 1].to_owned()
            }
        }
    }
}

/// The forms in which a marker may appear: as given, as a URL's reader writes it, and as a form or a template's URL filter writes it.
pub fn forms_of_marker(marker: &str) -> impl Iterator<Item = String> + use<> {
    let loose = utf8_percent_encode(marker, CONTROLS).to_string();
    let strict = Encoding::Percent.write(marker);
    [marker.to_owned(), loose, strict].into_iter().filter(|form| !form.is_empty())
}

impl Secret {
    fn needles(&self) -> impl Iterator<Item = String> + use<> {
        forms_of_marker(&self.marker)
    }

    pub(crate) fn is_in(&self, text: &[u8]) -> bool {
        self.needles().any(|needle| memmem::find(text, needle.as_bytes()).is_some())
    }

    /// Whether the text contains the value itself, however it is written.
    pub(crate) fn is_shown_in(&self, text: &[u8]) -> bool {
        Redactor::of(std::slice::from_ref(self)).finds(text)
    }

    pub(crate) fn refused(&self, reason: impl Into<String>) -> EgressError {
        EgressError::CredentialRefused { name: self.name.clone(), reason: reason.into() }
    }

    /// An error unless the secret is bound to the target's host.
    pub(crate) fn check_host(&self, target: &Target) -> Result<(), EgressError> {
        if covers(&self.hosts, target) {
            return Ok(());
        }
        let host = target.host();
        Err(self.refused(format!("it is not bound to `{host}`; add the host to the credential, or call one that it is bound to")))
    }
}

/// Whether one of these patterns covers a target's host.
pub(crate) fn covers(hosts: &[String], target: &Target) -> bool {
    hosts.iter().any(|pattern| matches(pattern, target.host(), target.port()))
}

/// Whether `host[:port]` or `*.domain[:port]` covers a host as the URL's reader wrote it.
fn matches(pattern: &str, host: &str, port: u16) -> bool {
    let pattern = pattern.to_ascii_lowercase();
    let pattern = match pattern.strip_suffix(&format!(":{port}")) {
        // The colon may belong to an IPv6 address.
        Some(bare) if !bare.contains(':') || bare.ends_with(']') => bare,
        _ => &pattern,
    };
    match pattern.strip_prefix("*.") {
        Some(domain) => host.strip_suffix(domain).is_some_and(|labels| labels.len() > 1 && labels.ends_with('.')),
        None => pattern == host,
    }
}

/// Replaces every marker by its value, and adds the secrets that were found to `used`.
pub(crate) fn fill<'t, 's>(
    text: &'t [u8],
    secrets: &'s [Secret],
    encoding: Encoding,
    used: &mut Vec<&'s Secret>,
) -> Cow<'t, [u8]> {
    let present = secrets.iter().filter(|secret| secret.is_in(text));
    present.fold(Cow::Borrowed(text), |text, secret| {
        used.push(secret);
        let value = encoding.write(&secret.value);
        secret.needles().fold(text, |text, needle| replace(text, needle.as_bytes(), value.as_bytes()))
    })
}

fn replace<'t>(text: Cow<'t, [u8]>, needle: &[u8], with: &[u8]) -> Cow<'t, [u8]> {
    if needle.is_empty() || memmem::find(&text, needle).is_none() {
        return text;
    }
    let mut result = Vec::with_capacity(text.len());
    let mut copied = 0;
    for at in memmem::find_iter(&text, needle) {
        result.extend_from_slice(&text[copied..at]);
        result.extend_from_slice(with);
        copied = at + needle.len();
    }
    result.extend_from_slice(&text[copied..]);
    Cow::Owned(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_cover_exactly_what_they_say() {
        for (pattern, host, port, expected) in [
            ("api.example.com", "api.example.com", 443, true),
            ("API.example.com", "api.example.com", 443, true),
            ("api.example.com", "api.example.com.evil.org", 443, false),
            ("api.example.com", "xapi.example.com", 443, false),
            ("*.example.com", "a.example.com", 443, true),
            ("*.example.com", "a.b.example.com", 443, true),
            ("*.example.com", "example.com", 443, false),
            ("*.example.com", ".example.com", 443, false),
            ("*.example.com", "evilexample.com", 443, false),
            ("*", "example.com", 443, false),
            ("*.", "example.com", 443, false),
            ("", "example.com", 443, false),
            ("example.com:8443", "example.com", 8443, true),
            ("example.com:8443", "example.com", 443, false),
            ("*.example.com:80", "a.example.com", 80, true),
            ("[::1]", "[::1]", 80, true),
            ("[::1]:80", "[::1]", 80, true),
            ("[::1]:80", "[::1]", 81, false),
            ("127.0.0.1:80", "127.0.0.1", 80, true),
        ] {
            assert_eq!(matches(pattern, host, port), expected, "{pattern} {host}:{port}");
        }
    }

    #[test]
    fn debug_never_shows_the_value_or_the_marker() {
        let secret = Secret { name: "n".into(), marker: "mmm".into(), value: "vvv".into(), hosts: vec![] };
        let shown = format!("{secret:?}");
        assert!(!shown.contains("vvv") && !shown.contains("mmm"), "{shown}");
    }
}
