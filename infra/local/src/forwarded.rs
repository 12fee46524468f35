//! What proxies tell about the requests that they pass on: `Forwarded` (RFC 7239) and `X-Forwarded-For`, `-Proto`, `-Host`. Only
//! trusted proxies, which are named, are believed, because anybody can write such a header.

use axum::http::{HeaderMap, header};
use ipnet::IpNet;
use rookery_engine::PublicUrl;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

/// The trusted proxies: an address, or a range.
#[derive(Clone, Debug)]
pub struct TrustedProxy(IpNet);

impl FromStr for TrustedProxy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let range = text.parse().or_else(|_| text.parse().map(|address: IpAddr| IpNet::from(address)));
        range.map(TrustedProxy).map_err(|_| "give addresses or CIDRs of proxies, like 127.0.0.1 or 10.0.0.0/8".to_owned())
    }
}

/// The request as it was before it came to the proxies.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Original {
    /// The client's address.
    pub(crate) client: IpAddr,
    /// The host that the request was sent to.
    pub(crate) host: Option<String>,
    /// The beginning of the addresses that the client is told, if the request came by way of a proxy.
    pub(crate) base: Option<PublicUrl>,
}

/// What one proxy told: from whom the request came to it, and how.
#[derive(Clone, Default)]
struct Hop {
    from: Option<IpAddr>,
    proto: Option<String>,
    host: Option<String>,
}

/// The original form of a request that came from `peer`: as it is, unless a trusted proxy tells more.
pub(crate) fn original(proxies: &[TrustedProxy], peer: IpAddr, headers: &HeaderMap) -> Original {
    let is_trusted = |address: IpAddr| proxies.iter().any(|TrustedProxy(range)| range.contains(&address.to_canonical()));
    let mut original = Original { client: peer, host: None, base: None };
    // The peer wrote the last hop; whoever sent the request to the peer wrote the one before; and so on.
    let mut hops = hops(headers);
    while is_trusted(original.client)
        && let Some(hop) = hops.pop()
    {
        let host = hop.host.or_else(|| headers.get(header::HOST)?.to_str().ok().map(str::to_owned));
        let proto = hop.proto.unwrap_or_else(|| "http".to_owned());
        original.base = host.as_ref().and_then(|host| format!("{proto}://{host}").parse().ok());
        original.host = host;
        match hop.from {
            Some(from) => original.client = from,
            None => break,
        }
    }
    original
}

fn hops(headers: &HeaderMap) -> Vec<Hop> {
    let forwarded = list(headers, "forwarded");
    if !forwarded.is_empty() {
        return forwarded.into_iter().map(hop).collect();
    }
    // These headers have no hops: the last value of each is from the nearest proxy.
    let last = |name: &str| list(headers, name).pop().map(str::to_owned);
    let said = Hop { from: None, proto: last("x-forwarded-proto"), host: last("x-forwarded-host") };
    let from = list(headers, "x-forwarded-for");
    match from.is_empty() {
        false => from.into_iter().map(|from| Hop { from: address(from), ..said.clone() }).collect(),
        true if said.proto.is_some() || said.host.is_some() => vec![said],
        true => Vec::new(),
    }
}

/// The elements of a list header, which may stand in several lines or in one.
fn list<'a>(headers: &'a HeaderMap, name: &str) -> Vec<&'a str> {
    let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim).filter(|element| !element.is_empty()).collect()
}

/// An element of `Forwarded`, like `for="[2001:db8::1]:4711";proto=https;host=example.com`.
fn hop(element: &str) -> Hop {
    let mut hop = Hop::default();
    for (name, value) in element.split(';').filter_map(|pair| pair.split_once('=')) {
        let value = value.trim().trim_matches('"');
        match name.trim().to_ascii_lowercase().as_str() {
            "for" => hop.from = address(value),
            "proto" => hop.proto = Some(value.to_ascii_lowercase()),
            "host" => hop.host = Some(value.to_owned()),
            _ => {}
        }
    }
    hop
}

/// An address with or without a port; none for `unknown` and for names that hide the address.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    bare.parse().ok().or_else(|| text.parse().ok().map(|address: SocketAddr| address.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, headers: &[(&'static str, &str)]) -> (String, Option<String>) {
        let proxies: Vec<TrustedProxy> = ["127.0.0.1", "10.0.0.0/8", "::1"].map(|proxy| proxy.parse().unwrap()).into();
        let host = [("host", "127.0.0.1:8080")];
        let headers = host.iter().chain(headers).map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        let original = original(&proxies, peer.parse().unwrap(), &headers);
        (original.client.to_string(), original.base.map(|base| base.to_string()))
    }

    #[test]
    fn only_named_proxies_are_believed() {
        let said = [("x-forwarded-for", "203.0.113.9"), ("x-forwarded-proto", "https"), ("x-forwarded-host", "a.example")];
        let told = ("203.0.113.9".to_owned(), Some("https://a.example".to_owned()));
        assert_eq!(seen("127.0.0.1", &said), told);
        assert_eq!(seen("::ffff:127.0.0.1", &said), told);
        assert_eq!(seen("198.51.100.1", &said), ("198.51.100.1".to_owned(), None));
        assert_eq!(seen("198.51.100.1", &[("forwarded", "for=1.2.3.4;host=evil.example")]).1, None);
        assert_eq!(seen("127.0.0.1", &[]), ("127.0.0.1".to_owned(), None));
    }

    #[test]
    fn what_a_client_wrote_before_the_first_proxy_is_not_believed() {
        for (header, value) in [
            ("x-forwarded-for", "6.6.6.6, 203.0.113.9, 10.1.1.1"),
            ("forwarded", "for=6.6.6.6;host=evil.example, for=203.0.113.9;proto=https;host=b.example, for=10.1.1.1"),
        ] {
            assert_eq!(seen("127.0.0.1", &[(header, value)]).0, "203.0.113.9", "{header}");
        }
        let said = "for=6.6.6.6;host=evil.example, for=\"[2001:db8::1]:4711\";Proto=HTTPS;host=\"b.example:8443\", for=10.1.1.1";
        let told = ("2001:db8::1".to_owned(), Some("https://b.example:8443".to_owned()));
        assert_eq!(seen("::1", &[("forwarded", said)]), told);
        assert_eq!(seen("::1", &[("forwarded", "for=unknown;proto=https")]).0, "::1");
    }

    #[test]
    fn what_cannot_be_an_address_is_no_base() {
        for (proto, host) in [("javascript", "a.example"), ("https", "a.example/x?y"), ("https", "u@a.example"), ("https", "a b")]
        {
            assert_eq!(seen("127.0.0.1", &[("x-forwarded-proto", proto), ("x-forwarded-host", host)]).1, None, "{proto} {host}");
        }
        let said = [("x-forwarded-proto", "https")];
        assert_eq!(seen("127.0.0.1", &said).1.as_deref(), Some("https://127.0.0.1:8080"), "the proxy keeps the host");
    }
}
