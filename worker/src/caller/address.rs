//! The address that a request comes from.

use std::net::{IpAddr, Ipv6Addr};

use crate::platform::request::{Request, RequestHeader};

/// The low half of an IPv6 address: whoever has one network has all of it, so that
/// none of its addresses tells anyone apart (RFC 4291, 2.5.4).
const INTERFACE_BITS: u128 = u64::MAX as u128;

/// The client address that our own edge reports. Headers that callers write,
/// such as X-Forwarded-For, never count.
pub(crate) fn client(request: &Request) -> Option<IpAddr> {
    let reported = request.header(RequestHeader::CfConnectingIp)?;
    reported.trim().parse().ok()
}

/// What a limit counts calls from an address under: the address itself, the
/// network of an IPv6 one, and one and the same for all that are not known.
pub(super) fn counted(client: Option<IpAddr>) -> String {
    match client.map(|address| address.to_canonical()) {
        Some(IpAddr::V4(address)) => address.to_string(),
        Some(IpAddr::V6(address)) => {
            let network = Ipv6Addr::from_bits(address.to_bits() & !INTERFACE_BITS);
            format!("{network}/64")
        }
        None => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_network_is_counted_as_one_client() {
        for (address, expected) in [
            ("203.0.113.9", "203.0.113.9"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
            ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
            ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
            ("nonsense", "unknown"),
        ] {
            assert_eq!(counted(address.parse().ok()), expected, "{address}");
        }
    }
}
