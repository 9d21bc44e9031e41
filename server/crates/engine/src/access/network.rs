//! Where a request comes from: the address that is counted for those who are not signed in.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// An address, or the /64 of an IPv6 one, which is what one subscriber has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network(IpAddr);

impl Network {
    /// That of an address; an IPv4 address that is written as an IPv6 one is itself.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(address.into()),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Self(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into())
            }
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(address) => address.fmt(f),
            IpAddr::V6(address) => write!(f, "{address}/64"),
        }
    }
}

/// The address of a client behind so many trusted proxies: each has added whom it saw at the end of `X-Forwarded-For`, and what
/// stands before that was written by anybody. A hop that is missing or no address ends the way at the one after it.
pub fn client<'a>(peer: IpAddr, forwarded: impl DoubleEndedIterator<Item = &'a str>, trusted_proxies: usize) -> IpAddr {
    let hops = forwarded.rev().take(trusted_proxies).map_while(address);
    hops.last().unwrap_or(peer)
}

/// Some proxies write the port as well, and IPv6 addresses in brackets.
fn address(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let bare = hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(hop);
    bare.parse().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(forwarded: &[&str], trusted_proxies: usize) -> String {
        client([10, 0, 0, 1].into(), forwarded.iter().copied(), trusted_proxies).to_string()
    }

    #[test]
    fn without_proxies_a_header_says_nothing() {
        assert_eq!(seen(&["198.51.100.7"], 0), "10.0.0.1");
        assert_eq!(seen(&[], 0), "10.0.0.1");
    }

    #[test]
    fn only_what_trusted_proxies_have_written_counts() {
        assert_eq!(seen(&["203.0.113.9", "198.51.100.7"], 1), "198.51.100.7");
        assert_eq!(seen(&["203.0.113.9", "198.51.100.7", "10.0.0.2"], 2), "198.51.100.7");
        assert_eq!(seen(&["198.51.100.7"], 2), "198.51.100.7", "who came to the second proxy past the first");
        assert_eq!(seen(&[], 2), "10.0.0.1", "who came past both");
    }

    #[test]
    fn a_hop_that_is_no_address_ends_the_way() {
        assert_eq!(seen(&["unknown"], 1), "10.0.0.1");
        assert_eq!(seen(&["198.51.100.7", "unknown", "10.0.0.2"], 3), "10.0.0.2");
        for (written, meant) in [
            (" 198.51.100.7 ", "198.51.100.7"),
            ("198.51.100.7:4711", "198.51.100.7"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:4711", "2001:db8::1"),
        ] {
            assert_eq!(seen(&[written], 1), meant);
        }
    }

    #[test]
    fn an_ipv6_subscriber_is_one_network_and_ipv4_is_ipv4_in_both_forms() {
        let network = |text: &str| Network::of(text.parse().unwrap()).to_string();
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
        assert_eq!(network("2001:db8:1:2:ffff::1"), network("2001:db8:1:2:3:4:5:6"));
        assert_ne!(network("2001:db8:1:3::1"), network("2001:db8:1:2::1"));
        assert_eq!(network("::ffff:198.51.100.7"), "198.51.100.7");
    }
}
