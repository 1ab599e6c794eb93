//! Keeps requests away from private addresses, where that is wished.
//!
//! The check is made on the addresses that a name resolves to, and the connection is made to those
//! very addresses, so that a name cannot change its mind between the two.

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use url::{Host, Url};

/// Which addresses may be called.
#[derive(Debug, Clone, Default)]
pub struct Reach {
    /// Refuse loopback, link-local and private addresses.
    pub deny_private: bool,
    /// Hosts that may be called all the same: names, addresses, or addresses with their port.
    pub allow: Vec<String>,
}

impl Reach {
    fn allows_name(&self, name: &str) -> bool {
        self.allow.iter().any(|allowed| allowed.eq_ignore_ascii_case(name))
    }

    fn allows(&self, name: &str, address: IpAddr) -> bool {
        !self.deny_private || !is_private(address) || self.allows_name(name)
    }

    /// Refuses a URL whose host is written as a private address.
    pub fn check(&self, url: &Url) -> Result<(), String> {
        let address = match url.host() {
            Some(Host::Ipv4(address)) => IpAddr::V4(address),
            Some(Host::Ipv6(address)) => IpAddr::V6(address),
            Some(Host::Domain(_)) | None => return Ok(()),
        };
        let name = url.host_str().unwrap_or_default();
        let with_port = format!("{name}:{}", url.port_or_known_default().unwrap_or_default());
        if self.allows_name(&with_port) {
            return Ok(());
        }
        if self.allows(name, address) { Ok(()) } else { Err(refusal(name)) }
    }
}

impl Resolve for Reach {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.clone();
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let found = tokio::net::lookup_host((host.as_str(), 0)).await?;
            let (open, closed): (Vec<SocketAddr>, Vec<_>) =
                found.partition(|address| reach.allows(&host, address.ip()));
            if open.is_empty() && !closed.is_empty() {
                return Err(refusal(&host).into());
            }
            Ok(Box::new(open.into_iter()) as Addrs)
        })
    }
}

fn refusal(host: &str) -> String {
    format!("`{host}` is a private address, and private addresses are switched off for this run")
}

/// `localhost` and addresses of this machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_private_v4(address),
        IpAddr::V6(address) => is_private_v6(address) || embedded_v4(address).is_some_and(is_private_v4),
    }
}

/// The IPv4 address that an IPv6 address leads to: mapped, compatible, or through NAT64 and 6to4.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, high, low] = address.segments();
    let joined = |high: u16, low: u16| Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
    match (a, b) {
        (0, 0) if (c, d, e) == (0, 0, 0) && matches!(f, 0 | 0xffff) => Some(joined(high, low)),
        (0x64, 0xff9b) => Some(joined(high, low)),
        (0x2002, high) => Some(joined(high, c)),
        _ => None,
    }
}

fn is_private_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let benchmark = a == 198 && (b == 18 || b == 19);
    let protocols = [a, b, c] == [192, 0, 0];
    a == 0
        || protocols
        || a >= 240
        || shared
        || benchmark
        || address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_multicast()
}

fn is_private_v6(address: Ipv6Addr) -> bool {
    let unique_local = (address.segments()[0] & 0xfe00) == 0xfc00;
    let link_local = (address.segments()[0] & 0xffc0) == 0xfe80;
    let site_local = (address.segments()[0] & 0xffc0) == 0xfec0;
    unique_local
        || link_local
        || site_local
        || address.is_loopback()
        || address.is_unspecified()
        || address.is_multicast()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_private_addresses() {
        let private =
            ["127.0.0.1", "10.1.2.3", "172.20.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"];
        let private6 = [
            "::1",
            "fe80::1",
            "fd00::1",
            "::ffff:127.0.0.1",
            "::",
            "::127.0.0.1",
            "64:ff9b::10.0.0.1",
            "2002:7f00:1::",
        ];
        for text in private.into_iter().chain(private6) {
            assert!(is_private(text.parse().expect("an address")), "{text}");
        }
        for text in ["8.8.8.8", "100.128.0.1", "2606:4700::1111"] {
            assert!(!is_private(text.parse().expect("an address")), "{text}");
        }
    }

    #[test]
    fn an_allowed_name_passes() {
        let url = Url::parse("http://127.0.0.1:80/").expect("a url");
        let strict = Reach { deny_private: true, allow: vec![] };
        assert!(strict.check(&url).is_err());
        assert!(Reach { allow: vec!["127.0.0.1".into()], ..strict }.check(&url).is_ok());
        assert!(Reach::default().check(&url).is_ok());
    }
}
