//! Networks, and where a request comes from.

use axum::http::HeaderMap;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// A network, `203.0.113.0/24`, or one address, `2001:db8::7`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network(IpNet);

impl Network {
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let network = text.trim().parse().or_else(|_| text.trim().parse::<IpAddr>().map(IpNet::from));
        let wrong = |_| format!("expected an address or a network such as `203.0.113.0/24`, found `{text}`");
        network.map(Self).map_err(wrong)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_one = self.0.prefix_len() == self.0.max_prefix_len();
        if is_one { self.0.addr().fmt(f) } else { self.0.fmt(f) }
    }
}

impl TryFrom<String> for Network {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.to_string()
    }
}

/// Where a request comes from: who is connected or, behind proxies of ours, whom the last of them names. Nothing
/// where that is no address.
pub fn sender_of(peer: IpAddr, headers: &HeaderMap, proxies: &[Network]) -> Option<IpAddr> {
    let is_ours = |address: IpAddr| proxies.iter().any(|proxy| proxy.contains(address));
    let peer = peer.to_canonical();
    if !is_ours(peer) {
        return Some(peer);
    }
    // Each proxy adds at the end: what stands before the last that is not ours, anybody can have written.
    let named: Vec<_> = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok()).collect();
    let named = named.join(",");
    for text in named.rsplit(',').map(str::trim).filter(|text| !text.is_empty()) {
        let address = text.parse::<IpAddr>().ok()?.to_canonical();
        if !is_ours(address) {
            return Some(address);
        }
    }
    Some(peer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        text.parse().expect("a network")
    }

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn networks_hold_what_begins_alike() {
        for (whole, inside, outside) in [
            ("203.0.113.0/24", "203.0.113.255", "203.0.114.0"),
            ("203.0.113.77/24", "203.0.113.1", "203.0.112.255"),
            ("198.51.100.7", "198.51.100.7", "198.51.100.6"),
            ("2001:db8::/32", "2001:db8:1::1", "2001:db9::1"),
            ("::1", "::1", "::2"),
            ("10.0.0.0/8", "::ffff:10.1.2.3", "::ffff:11.1.2.3"),
        ] {
            assert!(network(whole).contains(address(inside)), "{inside} in {whole}");
            assert!(!network(whole).contains(address(outside)), "{outside} in {whole}");
        }
        assert!(network("0.0.0.0/0").contains(address("255.1.1.1")) && !network("0.0.0.0/0").contains(address("::1")));
        assert!(network("::/0").contains(address("2001::1")));
        for wrong in ["", "host", "1.2.3.4/33", "1.2.3/8", "::1/129", "1.2.3.4/-1", "1.2.3.4/x"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
        for text in ["203.0.113.0/24", "198.51.100.7", "::1"] {
            assert_eq!(network(text).to_string(), text);
        }
    }

    #[test]
    fn only_proxies_of_ours_say_who_sent() {
        let named = |text: &str| {
            HeaderMap::from_iter([("x-forwarded-for".parse().expect("a name"), text.parse().expect("a value"))])
        };
        let proxies = [network("127.0.0.1"), network("10.0.0.0/8")];
        let sender =
            |peer: &str, text: &str| sender_of(address(peer), &named(text), &proxies).map(|found| found.to_string());
        assert_eq!(sender("9.9.9.9", "1.1.1.1").as_deref(), Some("9.9.9.9"), "anybody can write the header");
        assert_eq!(sender("127.0.0.1", "1.1.1.1").as_deref(), Some("1.1.1.1"));
        assert_eq!(sender("127.0.0.1", "6.6.6.6, 1.1.1.1, 10.0.0.2").as_deref(), Some("1.1.1.1"));
        assert_eq!(sender("127.0.0.1", "1.1.1.1, unknown"), None);
        assert_eq!(sender("127.0.0.1", "").as_deref(), Some("127.0.0.1"));
        assert_eq!(sender_of(address("127.0.0.1"), &HeaderMap::new(), &[]), Some(address("127.0.0.1")));
    }
}
