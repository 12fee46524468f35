//! The public address of the API, with which the addresses of hooks, feeds and callbacks begin.

use http::Uri;
use std::fmt;
use std::str::FromStr;

/// An address like `https://rookery.example.com`, or `https://example.com/rookery` where a proxy serves the API below a path. It
/// does not end with a slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(String);

/// The text is not such an address.
#[derive(Debug, thiserror::Error)]
#[error(
    "it is not an address that the API can have: give http:// or https://, a host, and a port or path if need be, but no user, query or fragment; like https://rookery.example.com"
)]
pub struct NoPublicUrl;

impl FromStr for PublicUrl {
    type Err = NoPublicUrl;

    fn from_str(text: &str) -> Result<Self, NoPublicUrl> {
        let uri: Uri = text.parse().map_err(|_| NoPublicUrl)?;
        let authority = uri.authority().ok_or(NoPublicUrl)?;
        let port = authority.as_str().strip_prefix(authority.host());
        let has_port = |port: &str| port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
        let is_good = matches!(uri.scheme_str(), Some("http" | "https"))
            && !authority.host().is_empty()
            && port.is_some_and(has_port)
            // `Uri` drops a fragment, so the text itself is checked.
            && !text.contains(['?', '#']);
        is_good.then(|| PublicUrl(text.trim_end_matches('/').to_owned())).ok_or(NoPublicUrl)
    }
}

impl PublicUrl {
    /// Whether the address begins with https.
    pub fn is_secure(&self) -> bool {
        self.0.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https:"))
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_scheme_and_a_host_and_nothing_after_its_path() {
        for (text, shown) in [
            ("https://rookery.example.com", "https://rookery.example.com"),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
            ("https://[::1]:8443", "https://[::1]:8443"),
            ("https://example.com/rookery/", "https://example.com/rookery"),
        ] {
            assert_eq!(text.parse::<PublicUrl>().unwrap().to_string(), shown);
        }
        for text in [
            "",
            "rookery.example.com",
            "example.com:443",
            "//example.com",
            "/rookery",
            "ftp://example.com",
            "https://",
            "https:///rookery",
            "https://user:password@example.com",
            "https://example.com?a=b",
            "https://example.com/#top",
            "https://example.com:",
            "https://example.com:99999",
            "https://exa mple.com",
            "https://example.com/\r\nx: y",
        ] {
            assert!(text.parse::<PublicUrl>().is_err(), "{text}");
        }
    }
}
