//! Which addresses a run may call: `https`, and no address that belongs to this
//! machine or to a private network, where a caller from outside has no business.
//!
//! A name that resolves to such an address cannot be seen here; the platform
//! does not route to private networks, and redirects are never followed.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// Names that stand for this machine or for private networks.
const PRIVATE_NAMES: [&str; 7] = [
    "localhost",
    "local",
    "internal",
    "intranet",
    "lan",
    "home.arpa",
    "localdomain",
];

/// Why a run may not call an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Not an absolute URL.
    #[error("not a URL: {0}")]
    NotAUrl(String),
    /// Another scheme.
    #[error("must be https")]
    NotHttps,
    /// A user name or password in it.
    #[error("must have no user name or password")]
    Credentials,
    /// An address or name of this machine or a private network.
    #[error("{0} is not a public address")]
    NotPublic(String),
}

/// Reads an address. `development` allows `http` and this machine.
///
/// # Errors
/// Why no run may call it.
pub fn parse(text: &str, development: bool) -> Result<Url, TargetError> {
    let url = Url::parse(text).map_err(|error| TargetError::NotAUrl(error.to_string()))?;
    let is_http = url.scheme() == "http" && development;
    if url.scheme() != "https" && !is_http {
        return Err(TargetError::NotHttps);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(TargetError::Credentials);
    }
    let host = url
        .host()
        .ok_or_else(|| TargetError::NotAUrl("no host".to_owned()))?;
    let is_public = match host {
        Host::Domain(name) => is_public_name(name),
        Host::Ipv4(address) => is_public_v4(address),
        Host::Ipv6(address) => is_public_v6(address),
    };
    if is_public || (development && is_this_machine(&host)) {
        Ok(url)
    } else {
        Err(TargetError::NotPublic(host.to_string()))
    }
}

fn is_this_machine(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

fn is_public_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let is_private = PRIVATE_NAMES.iter().any(|private| {
        name.strip_suffix(private)
            .is_some_and(|before| before.is_empty() || before.ends_with('.'))
    });
    // A name without a dot is completed by the local network.
    !is_private && name.contains('.')
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(address.is_private()
        || address.is_loopback()
        // 169.254.169.254, where clouds answer with credentials, is one of these.
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        || a >= 240
        // Shared address space, benchmarks, protocol assignments.
        || (a == 100 && (64..128).contains(&b))
        || (a == 198 && (18..20).contains(&b))
        || (a == 192 && b == 0 && c == 0))
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(embedded) = embedded_v4(address) {
        return is_public_v4(embedded);
    }
    let [first, second, ..] = address.segments();
    // Of all addresses only 2000::/3 is routed, without its documentation.
    first & 0xE000 == 0x2000 && !(first == 0x2001 && second == 0x0DB8)
}

/// The IPv4 address that an IPv6 address stands for: mapped, compatible,
/// translated (64:ff9b::/96) or 6to4.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    match address.segments() {
        [0x64, 0xFF9B, 0, 0, 0, 0, high, low] => Some(v4(high, low)),
        [0x2002, high, low, ..] => Some(v4(high, low)),
        [0, 0, 0, 0, 0, 0xFFFF | 0, high, low] => match IpAddr::from(address) {
            IpAddr::V6(v6) if v6.is_loopback() || v6.is_unspecified() => None,
            _ => Some(v4(high, low)),
        },
        _ => None,
    }
}

fn v4(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_https_addresses_are_fine() {
        for text in [
            "https://analyser.example.com/run?x=1",
            "https://8.8.8.8:8443/",
            "https://[2606:4700::1111]/",
            "https://localhost.example.com",
            "https://xn--bcher-kva.example",
        ] {
            assert!(parse(text, false).is_ok(), "{text}");
        }
    }

    #[test]
    fn private_loopback_and_metadata_addresses_are_refused_in_every_spelling() {
        for text in [
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f.0.0.1/",
            "https://0177.0.0.1/",
            "https://0/",
            "https://10.1.2.3/",
            "https://172.16.0.1/",
            "https://192.168.1.1/",
            "https://169.254.169.254/latest/meta-data/",
            "https://100.64.0.1/",
            "https://198.18.0.1/",
            "https://224.0.0.1/",
            "https://255.255.255.255/",
            "https://[::1]/",
            "https://[::]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:a9fe:a9fe]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[2002:7f00:1::]/",
            "https://[fe80::1]/",
            "https://[fd00:ec2::254]/",
            "https://[2001:db8::1]/",
            "https://localhost/",
            "https://LOCALHOST./",
            "https://api.localhost/",
            "https://metadata.google.internal/",
            "https://printer.local/",
            "https://intranet/",
            "https://１２７.0.0.1/",
        ] {
            assert!(
                matches!(parse(text, false), Err(TargetError::NotPublic(_))),
                "{text}: {:?}",
                parse(text, false)
            );
        }
    }

    #[test]
    fn other_schemes_and_credentials_are_refused() {
        for (text, error) in [
            ("http://a.example/", TargetError::NotHttps),
            ("ftp://a.example/", TargetError::NotHttps),
            ("file:///etc/passwd", TargetError::NotHttps),
            ("https://u:p@a.example/", TargetError::Credentials),
        ] {
            assert_eq!(parse(text, false), Err(error), "{text}");
        }
        assert!(matches!(parse("/run", false), Err(TargetError::NotAUrl(_))));
    }

    #[test]
    fn development_allows_this_machine_and_nothing_else() {
        for text in [
            "http://127.0.0.1:8788/",
            "http://localhost:1/",
            "https://[::1]/",
        ] {
            assert!(parse(text, true).is_ok(), "{text}");
        }
        for text in [
            "http://10.0.0.1/",
            "http://169.254.169.254/",
            "http://x.internal/",
        ] {
            assert!(parse(text, true).is_err(), "{text}");
        }
    }
}
