//! How hosts are written where people list those that something may be sent to.

use crate::EgressError;
use crate::secret::covers;
use crate::target::Target;
use http::uri::Authority;

/// Whether a call to this URL is one to these hosts, which are written as [`is_host`] has it. Errors: a URL that no call may have.
pub fn leads_to(url: &str, hosts: &[String]) -> Result<bool, EgressError> {
    Ok(covers(hosts, &Target::parse(url, &[])?))
}

/// Whether a text is `host` or `*.host`, with or without `:port`.
pub fn is_host(text: &str) -> bool {
    let (bare, any_below) = text.strip_prefix("*.").map_or((text, false), |bare| (bare, true));
    let Ok(authority) = bare.parse::<Authority>() else { return false };
    let host = authority.host();
    let port = &bare[host.len().min(bare.len())..];
    let port_is_right =
        port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
    let is_address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let host_is_right = match is_address {
        Some(address) => !any_below && address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => host.split('.').all(is_label),
    };
    host.len() <= 253 && !bare.contains('@') && port_is_right && host_is_right
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.len() <= 63
        && label.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::{is_host, leads_to};

    #[test]
    fn a_url_leads_to_a_host_as_its_reader_sees_it() {
        let hosts = ["api.example.com".to_owned(), "*.example.org:8443".to_owned()];
        for (url, leads) in [
            ("https://api.example.com/x?y", true),
            ("http://API.example.com", true),
            ("https://api.example.com.evil.org/", false),
            ("https://a.example.org:8443/", true),
            ("https://a.example.org/", false),
            ("https://evil.org/#api.example.com", false),
        ] {
            assert_eq!(leads_to(url, &hosts).unwrap(), leads, "{url}");
        }
        for url in
            ["https://evil.org\\@api.example.com/", "https://api.example.com@evil.org/", "file:///etc/passwd", "api.example.com"]
        {
            assert!(leads_to(url, &hosts).is_err(), "{url}");
        }
        assert!(!leads_to("https://api.example.com", &[]).unwrap());
    }

    #[test]
    fn hosts_are_what_they_say() {
        for host in ["api.example.com", "*.example.com", "localhost:8080", "127.0.0.1:1", "[::1]", "[::1]:80", "*.a.b:443"] {
            assert!(is_host(host), "{host}");
        }
        for host in
            ["", "*", "*.", "https://a.b", "a.b/c", "a@b", "a b", "a..b", "a:0", "a:99999", "a:", "*.[::1]", "[x]", "*.*.a", "-a"]
        {
            assert!(!is_host(host), "{host}");
        }
    }
}
