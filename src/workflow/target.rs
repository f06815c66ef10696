//! Which addresses a run may call: `https`, on a few ports, and no address that
//! belongs to this machine or to a private network, where a caller from outside
//! has no business.
//!
//! A name that resolves to such an address without telling cannot be seen here;
//! the platform does not route to private networks, and redirects are never
//! followed.

mod address;
mod name;

use url::{Host, Url};

/// Ports that may be called unless a deployment says otherwise.
pub const DEFAULT_PORTS: [u16; 2] = [443, 8443];

/// What may be called.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// Whether `http` and this machine are allowed, on any port.
    pub development: bool,
    /// Ports that may be called.
    pub ports: &'a [u16],
}

impl Rules<'_> {
    /// Those of a deployment that says nothing.
    pub const DEFAULT: Self = Rules {
        development: false,
        ports: &DEFAULT_PORTS,
    };
}

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
    /// Another port.
    #[error("port {0} is none of those that may be called")]
    Port(u16),
}

/// Reads an address.
///
/// # Errors
/// Why no run may call it.
pub fn parse(text: &str, rules: Rules<'_>) -> Result<Url, TargetError> {
    let url = Url::parse(text).map_err(|error| TargetError::NotAUrl(error.to_string()))?;
    let is_http = url.scheme() == "http" && rules.development;
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
        Host::Domain(name) => name::is_public(name),
        Host::Ipv4(v4) => address::is_public(v4.into()),
        Host::Ipv6(v6) => address::is_public(v6.into()),
    };
    let is_allowed = is_public || (rules.development && is_this_machine(&host));
    if !is_allowed {
        return Err(TargetError::NotPublic(host.to_string()));
    }
    match url.port_or_known_default() {
        Some(port) if !rules.development && !rules.ports.contains(&port) => {
            Err(TargetError::Port(port))
        }
        _ => Ok(url),
    }
}

fn is_this_machine(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEVELOPMENT: Rules<'_> = Rules {
        development: true,
        ..Rules::DEFAULT
    };

    #[test]
    fn public_https_addresses_are_fine() {
        for text in [
            "https://analyser.example.com/run?x=1",
            "https://8.8.8.8:8443/",
            "https://[2606:4700::1111]/",
            "https://localhost.example.com",
            "https://xn--bcher-kva.example",
        ] {
            assert!(parse(text, Rules::DEFAULT).is_ok(), "{text}");
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
            "https://127.0.0.1.nip.io/",
            "https://7f000001.nip.io/",
            "https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/",
            "https://[3fff::1]/",
            "https://192.88.99.1/",
            "https://168.63.129.16/machine/?comp=goalstate",
            "https://0xa83f8110/",
            "https://analyser.default.svc/",
            "https://analyser.default.svc.cluster.local:8443/",
            "https://127。0。0。1.nip.io/",
            "https://ⓛocalhost/",
            "https://１２７.0.0.1/",
        ] {
            assert!(
                matches!(parse(text, Rules::DEFAULT), Err(TargetError::NotPublic(_))),
                "{text}: {:?}",
                parse(text, Rules::DEFAULT)
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
            assert_eq!(parse(text, Rules::DEFAULT), Err(error), "{text}");
        }
        assert!(matches!(
            parse("/run", Rules::DEFAULT),
            Err(TargetError::NotAUrl(_))
        ));
    }

    #[test]
    fn ports_other_than_443_and_8443_are_refused_unless_they_are_configured() {
        let ports = [443, 9443];
        let configured = Rules {
            ports: &ports,
            ..Rules::DEFAULT
        };
        for (port, by_default, if_configured) in [
            (443, true, true),
            (8443, true, false),
            (9443, false, true),
            (22, false, false),
            (80, false, false),
            (6379, false, false),
        ] {
            let text = format!("https://a.example:{port}/");
            let outcome = |is_allowed: bool| {
                if is_allowed {
                    None
                } else {
                    Some(TargetError::Port(port))
                }
            };
            assert_eq!(parse(&text, Rules::DEFAULT).err(), outcome(by_default));
            assert_eq!(parse(&text, configured).err(), outcome(if_configured));
        }
    }

    #[test]
    fn development_allows_this_machine_and_nothing_else() {
        for text in [
            "http://127.0.0.1:8788/",
            "http://localhost:1/",
            "https://[::1]/",
        ] {
            assert!(parse(text, DEVELOPMENT).is_ok(), "{text}");
        }
        for text in [
            "http://10.0.0.1/",
            "http://169.254.169.254/",
            "http://x.internal/",
        ] {
            assert!(parse(text, DEVELOPMENT).is_err(), "{text}");
        }
    }
}
