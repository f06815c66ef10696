//! Which addresses are public: those that the registries of special-purpose
//! addresses do not hold.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An IPv4 block: its first address and the length of its prefix.
type V4Block = (Ipv4Addr, u32);
/// An IPv6 block.
type V6Block = (Ipv6Addr, u32);

/// IANA's IPv4 Special-Purpose Address Registry as a whole (as of 2025-10; RFC
/// 6890), multicast (RFC 5771), and one address of a cloud.
const SPECIAL_V4: [V4Block; 20] = [
    // "This network", RFC 791.
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    // Private use, RFC 1918.
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    // Shared address space, RFC 6598.
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    // Loopback, RFC 1122.
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    // Link-local, RFC 3927; 169.254.169.254 is where clouds answer with credentials.
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    // IETF protocol assignments, RFC 6890.
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    // Documentation, RFC 5737.
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    // AS112, RFC 7535 and RFC 7534.
    (Ipv4Addr::new(192, 31, 196, 0), 24),
    (Ipv4Addr::new(192, 175, 48, 0), 24),
    // Automatic multicast tunneling, RFC 7450.
    (Ipv4Addr::new(192, 52, 193, 0), 24),
    // Relays of 6to4, RFC 7526.
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    // Benchmarking, RFC 2544.
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    // Multicast, RFC 5771.
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    // Reserved, RFC 1112, and broadcast, RFC 8190.
    (Ipv4Addr::new(240, 0, 0, 0), 4),
    (Ipv4Addr::new(255, 255, 255, 255), 32),
    // Azure's own services towards a virtual machine, in public address space.
    (Ipv4Addr::new(168, 63, 129, 16), 32),
];

/// What is routed at all: of all addresses only these are given out (RFC 4291).
/// Loopback, NAT64 of one's own, discard-only, dummy, segment routing, unique
/// local, link-local, site-local and multicast addresses lie outside.
const GLOBAL_UNICAST: V6Block = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// IANA's IPv6 Special-Purpose Address Registry as a whole, as far as it lies
/// within [`GLOBAL_UNICAST`] (as of 2025-10; RFC 6890).
const SPECIAL_V6: [V6Block; 4] = [
    // IETF protocol assignments, RFC 2928: Teredo, benchmarking, multicast
    // tunneling, AS112, ORCHID and drone remote ids among them.
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    // Documentation, RFC 3849 and RFC 9637.
    (Ipv6Addr::new(0x2001, 0x0DB8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x3FFF, 0, 0, 0, 0, 0, 0, 0), 20),
    // Direct delegation of AS112, RFC 7534.
    (Ipv6Addr::new(0x2620, 0x4F, 0x8000, 0, 0, 0, 0, 0), 48),
];

/// Whether an address is one of the public internet.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let bits = address.to_bits();
    !SPECIAL_V4
        .iter()
        .any(|&(first, length)| (bits ^ first.to_bits()).leading_zeros() >= length)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(embedded) = translated(address) {
        return is_public_v4(embedded);
    }
    let is_in =
        |(first, length): V6Block| (address.to_bits() ^ first.to_bits()).leading_zeros() >= length;
    is_in(GLOBAL_UNICAST)
        && !SPECIAL_V6.into_iter().any(is_in)
        && tunneled(address).is_none_or(is_public_v4)
}

/// The IPv4 address that an IPv6 address stands for, wherever it leads: mapped
/// (RFC 4291) or translated by NAT64 (RFC 6052).
fn translated(address: Ipv6Addr) -> Option<Ipv4Addr> {
    match address.segments() {
        [0, 0, 0, 0, 0, 0xFFFF, high, low] | [0x64, 0xFF9B, 0, 0, 0, 0, high, low] => {
            Some(v4(high, low))
        }
        _ => None,
    }
}

/// The IPv4 address to which packets for an IPv6 address are tunneled: 6to4 (RFC
/// 3056) or ISATAP (RFC 5214).
fn tunneled(address: Ipv6Addr) -> Option<Ipv4Addr> {
    match address.segments() {
        [0x2002, high, low, ..] | [_, _, _, _, 0 | 0x0200, 0x5EFE, high, low] => {
            Some(v4(high, low))
        }
        _ => None,
    }
}

fn v4(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First and last address of every block of the registries, and what lies
    /// just outside of it where that is public.
    #[test]
    fn no_address_of_the_special_purpose_registries_is_public() {
        for text in [
            "0.0.0.0",
            "0.255.255.255",
            "10.0.0.0",
            "10.255.255.255",
            "100.64.0.0",
            "100.100.100.200",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.255",
            "168.63.129.16",
            "169.254.0.0",
            "169.254.169.254",
            "169.254.255.255",
            "172.16.0.0",
            "172.31.255.255",
            "192.0.0.0",
            "192.0.0.192",
            "192.0.0.255",
            "192.0.2.0",
            "192.0.2.255",
            "192.31.196.1",
            "192.52.193.1",
            "192.88.99.0",
            "192.88.99.255",
            "192.168.0.0",
            "192.168.255.255",
            "192.175.48.1",
            "198.18.0.0",
            "198.19.255.255",
            "198.51.100.0",
            "198.51.100.255",
            "203.0.113.0",
            "203.0.113.255",
            "224.0.0.0",
            "239.255.255.255",
            "240.0.0.0",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::8.8.8.8",
            "::ffff:10.0.0.1",
            "::ffff:0:8.8.8.8",
            "64:ff9b::10.0.0.1",
            "64:ff9b::169.254.169.254",
            "64:ff9b:1::8.8.8.8",
            "100::",
            "100::ffff:ffff:ffff:ffff",
            "100:0:0:1::",
            "2001::",
            "2001:0:4136:e378:8000:63bf:3fff:fdd2",
            "2001:1::1",
            "2001:2::",
            "2001:3::",
            "2001:4:112::",
            "2001:10::",
            "2001:20::",
            "2001:2f:ffff:ffff:ffff:ffff:ffff:ffff",
            "2001:30::",
            "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
            "2001:db8::",
            "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
            "2002:7f00:1::",
            "2002:a9fe:a9fe::",
            "2a00:1450::5efe:10.0.0.1",
            "2a00:1450::200:5efe:10.0.0.1",
            "2620:4f:8000::",
            "3fff::",
            "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
            "4000::",
            "5f00::",
            "fc00::",
            "fd00:ec2::254",
            "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "fe80::",
            "febf::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn what_lies_beside_them_is_public() {
        for text in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "168.63.129.15",
            "168.63.129.17",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.0.3.0",
            "192.88.98.255",
            "192.88.100.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2001:200::",
            "2001:db7:ffff::",
            "2001:db9::",
            "2001:4860:4860::8888",
            "2002:808:808::",
            "2606:4700::1111",
            "3fff:1000::",
            "64:ff9b::8.8.8.8",
            "::ffff:8.8.8.8",
        ] {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
    }
}
