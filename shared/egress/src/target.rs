//! Where a call goes: a URL that is read so strictly that no two readers can differ about its host. Addresses are checked in
//! [`crate::connect`].

use crate::EgressError;
use crate::secret::{self, Encoding, Secret};
use http::Uri;
use url::{Position, Url};

/// The longest URL, in bytes.
const MAX_URL: usize = 8 * 1024;

#[derive(Debug)]
pub(crate) struct Target {
    url: Url,
}

impl Target {
    /// Reads a URL. It may have markers, but not before its path.
    pub(crate) fn parse(text: &str, secrets: &[Secret]) -> Result<Target, EgressError> {
        let invalid = |reason: &str| EgressError::InvalidUrl(reason.to_owned());
        if text.len() > MAX_URL {
            return Err(invalid("it is longer than 8,192 bytes; shorten it, or send the data in the body"));
        }
        refuse_ambiguous(text)?;
        let authority = authority(text).ok_or_else(|| invalid("it must begin with http:// or https:// and a host"))?;
        let before_path = &text.as_bytes()[..authority.end];
        if let Some(secret) = secrets.iter().find(|secret| secret.is_in(before_path) || secret.is_shown_in(before_path)) {
            return Err(secret.refused("it may not be part of the host or port; use it in the path, query, headers or body"));
        }
        if text[authority].contains('@') {
            return Err(invalid("it holds a user name or password; put a credential into the Authorization header"));
        }
        let url = Url::parse(text).map_err(|error| invalid(&format!("{error}; write it as https://host/path")))?;
        if url.host().is_none() || url.port() == Some(0) {
            return Err(invalid("it has no host, or port 0; write it as https://host/path"));
        }
        Ok(Target { url })
    }

    /// Reads the URL of a request: one with markers, or a marker that stands for the whole of it. The secret is then added to `used`.
    pub(crate) fn of<'s>(text: &str, secrets: &'s [Secret], used: &mut Vec<&'s Secret>) -> Result<Target, EgressError> {
        let Some(secret) = secrets.iter().find(|secret| secret.marker == text) else { return Target::parse(text, secrets) };
        // Until it is known to be bound to its host, an error may not tell what is in it.
        let none = |_| secret.refused("it is called as a URL, and is none; set one that begins with https:// and a host");
        let target = Target::parse(&secret.value, &[]).map_err(none)?;
        if !secret::covers(&secret.hosts, &target) {
            return Err(secret.refused("it is not bound to the host of the URL that it holds; add the host to the credential"));
        }
        used.push(secret);
        Ok(target)
    }

    /// Where a redirect's `Location` leads from here.
    pub(crate) fn join(&self, location: &str) -> Result<String, EgressError> {
        refuse_ambiguous(location)?;
        Ok(self.url.join(location).map_err(|error| EgressError::InvalidUrl(error.to_string()))?.into())
    }

    /// Whether a redirect from the other target stays on the site that the caller meant: the same scheme, host and port, or https
    /// in place of http.
    pub(crate) fn is_same_site(&self, from: &Target) -> bool {
        let is_upgrade = (from.url.scheme(), from.port(), self.url.scheme(), self.port()) == ("http", 80, "https", 443);
        self.host() == from.host() && (self.url.origin() == from.url.origin() || is_upgrade)
    }

    pub(crate) fn is_secure(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// The host, as the URL's reader normalised it: lower case, IPv6 in brackets.
    pub(crate) fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    pub(crate) fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or_default()
    }

    /// The URL that is sent: without the fragment, and with each secret's value in its place. The secrets that are put in are
    /// added to `used`, and so are those whose values are already in the URL: a redirect may have written them.
    pub(crate) fn uri<'s>(&self, secrets: &'s [Secret], used: &mut Vec<&'s Secret>) -> Result<Uri, EgressError> {
        let path = &self.url[Position::BeforePath..Position::AfterQuery];
        used.extend(secrets.iter().filter(|secret| secret.is_shown_in(path.as_bytes())));
        let path = secret::fill(path.as_bytes(), secrets, Encoding::Url, used);
        let origin = &self.url[..Position::BeforePath];
        let uri = Uri::try_from([origin.as_bytes(), &path].concat()).ok().filter(|uri| uri.host() == Some(self.host()));
        uri.ok_or_else(|| EgressError::InvalidUrl("it holds characters that must be percent-encoded".to_owned()))
    }
}

/// Refuses characters that readers of URLs understand in different ways.
fn refuse_ambiguous(text: &str) -> Result<(), EgressError> {
    if text.chars().any(|c| c.is_control() || c == '\\') {
        let reason = "it holds a control character or a backslash; percent-encode it";
        return Err(EgressError::InvalidUrl(reason.to_owned()));
    }
    Ok(())
}

/// The range of the authority in the text, which must be `http(s)://AUTHORITY[/?#...]`.
fn authority(text: &str) -> Option<std::ops::Range<usize>> {
    let (scheme, rest) = text.split_once("://")?;
    let known = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let start = scheme.len() + 3;
    let length = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    (known && length > 0).then_some(start..start + length)
}
