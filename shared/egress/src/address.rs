//! Which addresses are on the public internet, and which ranges are allowed besides. Pure: nothing here resolves or connects.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

/// IPv4 ranges that are not the public internet (IANA special-purpose registry, RFC 6890), and one metadata address.
const REFUSED_V4: &[Ipv4Net] = &[
    v4([0, 0, 0, 0], 8),        // this network, unspecified
    v4([10, 0, 0, 0], 8),       // private
    v4([100, 64, 0, 0], 10),    // shared by carriers; a cloud's metadata service at 100.100.100.200
    v4([127, 0, 0, 0], 8),      // loopback
    v4([168, 63, 129, 16], 32), // Azure's host agent, a public address that answers inside only
    v4([169, 254, 0, 0], 16),   // link-local, cloud metadata, the Lambda runtime API
    v4([172, 16, 0, 0], 12),    // private
    v4([192, 0, 0, 0], 24),     // IETF protocols; a cloud's metadata service at 192.0.0.192
    v4([192, 0, 2, 0], 24),     // documentation
    v4([192, 88, 99, 0], 24),   // 6to4 relays
    v4([192, 168, 0, 0], 16),   // private
    v4([198, 18, 0, 0], 15),    // benchmarks
    v4([198, 51, 100, 0], 24),  // documentation
    v4([203, 0, 113, 0], 24),   // documentation
    v4([224, 0, 0, 0], 4),      // multicast
    v4([240, 0, 0, 0], 4),      // reserved, broadcast
];

/// The only IPv6 range in global use. Outside it lie loopback, IPv4-mapped and -compatible, NAT64, unique local,
/// link-local, site-local, multicast and all that is unassigned.
const GLOBAL_V6: Ipv6Net = v6([0x2000, 0, 0], 3);

/// The ranges inside [`GLOBAL_V6`] that are refused.
const REFUSED_V6: &[Ipv6Net] = &[
    v6([0x2001, 0, 0], 23),      // IETF protocols: Teredo, benchmarks, ORCHID
    v6([0x2001, 0x0db8, 0], 32), // documentation
    v6([0x2002, 0, 0], 16),      // 6to4, which embeds an IPv4 address
    v6([0x3fff, 0, 0], 20),      // documentation
];

const fn v4(octets: [u8; 4], prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(octets[0], octets[1], octets[2], octets[3]), prefix)
}

const fn v6(segments: [u16; 3], prefix: u8) -> Ipv6Net {
    let [a, b, c] = segments;
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), prefix)
}

pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !REFUSED_V4.iter().any(|net| net.contains(&address)),
        IpAddr::V6(address) => GLOBAL_V6.contains(&address) && !REFUSED_V6.iter().any(|net| net.contains(&address)),
    }
}

/// A private range that calls may reach: `10.0.0.0/8`, `127.0.0.1:9000`, `127.0.0.0/8:9000`, `fd00::/8`, `[fd00::]/8:443`.
/// Without a length it is one address, without a port it is every port. An IPv4 range does not cover the same addresses written
/// as IPv6.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allow {
    net: IpNet,
    port: Option<u16>,
}

impl From<SocketAddr> for Allow {
    /// This address and port alone.
    fn from(address: SocketAddr) -> Self {
        Allow { net: address.ip().into(), port: Some(address.port()) }
    }
}

impl Allow {
    pub(crate) fn contains(&self, address: SocketAddr) -> bool {
        self.net.contains(&address.ip()) && self.port.is_none_or(|port| port == address.port())
    }
}

/// Why a text is not an [`Allow`]: the whole text, the faulty part, and the expected form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}`: `{part}` is not {expected}; write CIDR or CIDR:port, such as 10.0.0.0/8, 127.0.0.1/32:9000 or [fd00::]/8:443")]
pub struct InvalidAllow {
    text: String,
    part: String,
    expected: &'static str,
}

impl FromStr for Allow {
    type Err = InvalidAllow;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fault = |part: &str, expected| InvalidAllow { text: text.into(), part: part.into(), expected };
        let trimmed = text.trim();
        let (address, rest) = split_address(trimmed).ok_or_else(|| fault(trimmed, "an address with a closing `]`"))?;
        let address: IpAddr = address.parse().map_err(|_| fault(address, "an IP address"))?;
        let (length, port) = match rest.rsplit_once(':') {
            Some((length, port)) => (length, Some(port)),
            None => (rest, None),
        };
        let net = match length.strip_prefix('/') {
            Some(digits) => {
                let length = digits.parse().map_err(|_| fault(digits, "a prefix length"))?;
                IpNet::new(address, length).map_err(|_| fault(digits, "a prefix length of that address"))?
            }
            None if length.is_empty() => IpNet::from(address),
            None => return Err(fault(length, "a prefix length such as /8")),
        };
        let port = port.map(|port| match port.parse() {
            Ok(0) | Err(_) => Err(fault(port, "a port from 1 to 65535")),
            Ok(number) => Ok(number),
        });
        Ok(Allow { net, port: port.transpose()? })
    }
}

/// Splits a text into the address and what follows: `/len`, `:port`, both or nothing.
fn split_address(text: &str) -> Option<(&str, &str)> {
    if let Some(rest) = text.strip_prefix('[') {
        return rest.split_once(']');
    }
    let bare_v6 = text.split('/').next().is_some_and(|address| address.matches(':').count() > 1);
    let end = if bare_v6 { text.find('/') } else { text.find(['/', ':']) };
    Some(text.split_at(end.unwrap_or(text.len())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn refused_v4() -> impl Strategy<Value = Ipv4Addr> {
        (proptest::sample::select(REFUSED_V4), any::<u32>()).prop_map(|(net, bits)| {
            let host = u32::from(net.hostmask()) & bits;
            Ipv4Addr::from(u32::from(net.network()) | host)
        })
    }

    proptest! {
        #[test]
        fn a_refused_v4_address_is_refused_in_every_v6_disguise(address in refused_v4()) {
            prop_assert!(!is_public(address.into()));
            let [a, b, c, d] = address.octets().map(u16::from);
            let (high, low) = (a << 8 | b, c << 8 | d);
            for disguise in [
                address.to_ipv6_mapped(),
                address.to_ipv6_compatible(),
                Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
                Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, high, low),
                Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
                Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, !high, !low),
                Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, high, low),
            ] {
                prop_assert!(!is_public(disguise.into()), "{disguise}");
            }
        }

        #[test]
        fn no_mapped_or_compatible_address_is_public(bits: u32) {
            let address = Ipv4Addr::from(bits);
            prop_assert!(!is_public(address.to_ipv6_mapped().into()));
            prop_assert!(!is_public(address.to_ipv6_compatible().into()));
        }

        #[test]
        fn any_text_parses_or_is_refused(text in "[0-9a-f:./\\[\\]]{0,24}") {
            let _ = text.parse::<Allow>();
        }
    }

    #[test]
    fn public_addresses_are_public() {
        for address in [
            "1.1.1.1",
            "8.8.8.8",
            "93.184.216.34",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "100.128.0.1",
            "2606:4700::1111",
            "2a00:1450:4001::200e",
            "2001:4860:4860::8888",
        ] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn a_range_is_read_with_and_without_length_and_port() {
        for (text, inside, outside) in [
            ("10.0.0.0/8", "10.1.2.3:80", "11.0.0.1:80"),
            ("127.0.0.1", "127.0.0.1:1", "127.0.0.2:1"),
            ("127.0.0.1:9000", "127.0.0.1:9000", "127.0.0.1:9001"),
            ("127.0.0.0/8:9000", "127.9.9.9:9000", "127.9.9.9:80"),
            ("fd00::/8", "[fd12::1]:80", "[fe80::1]:80"),
            ("::1", "[::1]:80", "[::2]:80"),
            ("[::1]", "[::1]:80", "127.0.0.1:80"),
            ("[::1]:443", "[::1]:443", "[::1]:80"),
            (" [fd00::]/8:443 ", "[fd12::1]:443", "[fd12::1]:80"),
            ("127.0.0.1/32", "127.0.0.1:80", "[::ffff:127.0.0.1]:80"),
        ] {
            let allow: Allow = text.parse().unwrap();
            assert!(allow.contains(inside.parse().unwrap()), "{text} {inside}");
            assert!(!allow.contains(outside.parse().unwrap()), "{text} {outside}");
        }
    }

    #[test]
    fn a_bad_range_is_named() {
        for (text, part) in [
            ("", "``"),
            ("localhost", "`localhost`"),
            ("10.0.0.0/33", "`33`"),
            ("10.0.0.0/x", "`x`"),
            ("10.0.0.1:0", "`0`"),
            ("10.0.0.1:70000", "`70000`"),
            ("[::1", "`[::1`"),
            ("[::1]9", "`9`"),
            ("10.0.0.1:", "``"),
        ] {
            let error = text.parse::<Allow>().unwrap_err().to_string();
            assert!(error.contains(&format!("{part} is not")), "{text}: {error}");
        }
    }
}
