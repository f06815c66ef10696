//! Which names tell by themselves that they lead to no public address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::address;

/// Names of private networks: reserved ones (RFC 6761, RFC 6762 with its appendix
/// G, RFC 8375, RFC 7686, RFC 9476, ICANN's `internal`, `corp`, `home`, `mail`), and
/// those of clusters. Infrastructure, `arpa`, has nothing to call either.
const PRIVATE_SUFFIXES: [&str; 22] = [
    "alt",
    "arpa",
    "cluster",
    "consul",
    "corp",
    "docker",
    "home",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localdomain6",
    "localhost",
    "mail",
    "onion",
    "pod",
    "private",
    "svc",
    "test",
    "workgroup",
];

/// Public names that lead to this machine whatever stands before them.
const LOOPBACK_SUFFIXES: [&str; 12] = [
    "fuf.me",
    "lacolhost.com",
    "lcl.host",
    "local.gd",
    "localdev.me",
    "localho.st",
    "localhost.direct",
    "localtest.me",
    "lvh.me",
    "smackaho.st",
    "vcap.me",
    "yoogle.com",
];

/// Services that answer a name with the address that is written into it, or with
/// one of two by turns.
const WILDCARD_SUFFIXES: [&str; 14] = [
    "1u.ms",
    "backname.io",
    "ip6.name",
    "ipv6-literal.net",
    "local-ip.co",
    "local-ip.sh",
    "nip.io",
    "plex.direct",
    "rbndr.us",
    "sslip.io",
    "traefik.me",
    "xip.io",
    "xip.lhjmmc.cn",
    "xip.name",
];

/// Whether a name may lead to a public address, as far as it tells. One that a
/// network's own resolver answers otherwise cannot be seen.
pub(super) fn is_public(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    // A name without a dot is completed by the local network.
    if !name.contains('.')
        || before_any(&name, &PRIVATE_SUFFIXES).is_some()
        || before_any(&name, &LOOPBACK_SUFFIXES).is_some()
    {
        return false;
    }
    match before_any(&name, &WILDCARD_SUFFIXES) {
        Some(before) => {
            let written = addresses_in(before);
            !written.is_empty() && written.into_iter().all(address::is_public)
        }
        // Services of this kind come and go, and each may be run under any name.
        None => quads_in(&name)
            .into_iter()
            .all(|quad| address::is_public(quad.into())),
    }
}

/// What stands before one of the suffixes.
fn before_any<'n>(name: &'n str, suffixes: &[&str]) -> Option<&'n str> {
    suffixes.iter().find_map(|suffix| {
        let before = name.strip_suffix(suffix)?;
        if before.is_empty() {
            Some(before)
        } else {
            before.strip_suffix('.')
        }
    })
}

/// Every address that a service could read out of a name.
fn addresses_in(name: &str) -> Vec<IpAddr> {
    let mut addresses: Vec<IpAddr> = quads_in(name).into_iter().map(IpAddr::from).collect();
    for label in name.split('.') {
        let words: Vec<&str> = label.split('-').collect();
        addresses.extend(words.iter().filter_map(|word| hexadecimal(word)));
        addresses.extend(words.windows(4).filter_map(|quad| parse(&quad.join("."))));
        addresses.extend(v6_in(&words));
    }
    addresses
}

/// IPv6 addresses that are written into a label with hyphens for colons, among
/// other words: from the left, the longest first.
fn v6_in(words: &[&str]) -> Vec<IpAddr> {
    let mut addresses = Vec::new();
    let mut rest = words;
    while !rest.is_empty() {
        let longest = (1..=rest.len()).rev().find_map(|length| {
            let (head, tail) = rest.split_at_checked(length)?;
            let address: Ipv6Addr = head.join(":").parse().ok()?;
            Some((address, tail))
        });
        rest = match longest {
            Some((address, tail)) => {
                addresses.push(address.into());
                tail
            }
            None => rest.get(1..).unwrap_or_default(),
        };
    }
    addresses
}

/// IPv4 addresses that are written into a name as four labels, or as a label of
/// four numbers with hyphens.
fn quads_in(name: &str) -> Vec<Ipv4Addr> {
    let labels: Vec<&str> = name.split('.').collect();
    let dotted = labels.windows(4).map(|quad| quad.join("."));
    let hyphenated = labels.iter().map(|label| label.replace('-', "."));
    dotted
        .chain(hyphenated)
        .filter_map(|text| text.parse().ok())
        .collect()
}

fn parse(text: &str) -> Option<IpAddr> {
    text.parse().ok()
}

/// Eight digits are an IPv4 address.
fn hexadecimal(word: &str) -> Option<IpAddr> {
    let is_address = word.len() == 8 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let bits = u32::from_str_radix(word, 16).ok()?;
    is_address.then(|| Ipv4Addr::from_bits(bits).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_private_networks_and_of_this_machine_are_not_public() {
        for name in [
            "localhost",
            "LocalHost.",
            "api.localhost",
            "analyser",
            "metadata",
            "metadata.google.internal",
            "host.docker.internal",
            "printer.local",
            "analyser.default.svc",
            "analyser.default.svc.cluster.local",
            "10-0-0-1.default.pod.cluster.local",
            "nas.home",
            "router.home.arpa",
            "1.0.0.127.in-addr.arpa",
            "wiki.corp",
            "wiki.intranet",
            "pc.lan",
            "pc.localdomain",
            "db.service.consul",
            "vault.private",
            "abcdefghijklmnop.onion",
            "localtest.me",
            "app.lvh.me",
            "deep.app.vcap.me",
            "api.localdev.me",
            "a.lcl.host",
            "analyser.test",
            "analyser.invalid",
        ] {
            assert!(!is_public(name), "{name}");
        }
    }

    #[test]
    fn names_that_hold_a_private_address_are_not_public() {
        for name in [
            "127.0.0.1.nip.io",
            "app.10.0.0.1.nip.io",
            "app-10-0-0-1.nip.io",
            "10-0-0-1.app.nip.io",
            "7f000001.nip.io",
            "app-7F000001.nip.io",
            "192-168-1-250.sslip.io",
            "www.192.168.1.250.sslip.io.",
            "--1.sslip.io",
            "fe80--1.sslip.io",
            "169.254.169.254.xip.io",
            "10-0-0-1.0123456789abcdef0123456789abcdef.plex.direct",
            "7f000001.c0a80001.rbndr.us",
            "08080808.7f000001.rbndr.us",
            "8.8.8.8.10.0.0.1.nip.io",
            "nip.io",
            "whatever.nip.io",
            "127.0.0.1.wildcard.example.com",
            "10-1-2-3.wildcard.example.com",
            "fd00-ec2--254.ipv6-literal.net",
            "8-8-8-8.app-fe80--1.sslip.io",
            "www.app-fd00--1-x.sslip.io",
        ] {
            assert!(!is_public(name), "{name}");
        }
    }

    #[test]
    fn other_names_are_public() {
        for name in [
            "analyser.example.com",
            "localhost.example.com",
            "local.example",
            "mysvc.example",
            "internal.example.com",
            "notnip.io",
            "mylvh.me",
            "8.8.8.8.nip.io",
            "8-8-8-8.sslip.io",
            "08080808.nip.io",
            "2606-4700--1111.sslip.io",
            "app-2606-4700--1111.sslip.io",
            "v1-2-3-4.example.com",
            "release-10-2-0-1.example.com",
            "1.2.3.example.com",
            "xn--bcher-kva.example",
        ] {
            assert!(is_public(name), "{name}");
        }
    }
}
