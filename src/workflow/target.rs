//! Which addresses a run may call: `https`, on a few ports, and no address that
//! belongs to this machine or to a private network, where a caller from outside
//! has no business.
//!
//! A name that resolves to such an address without telling cannot be seen here;
//! the platform does not route to private networks, and redirects are never
//! followed.

mod address;
mod name;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::Url;

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

/// An address as a URL parser of the WHATWG's kind took it apart: whoever calls
/// it must ask the same parser, or one that understands all the same by it.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// Without its colon.
    pub scheme: &'a str,
    /// Whether there is a user name or a password.
    pub has_credentials: bool,
    /// As the parser writes it: a name in ASCII, or an address in its usual form,
    /// one of IPv6 in brackets.
    pub host: &'a str,
    /// If it is stated and not that of the scheme.
    pub port: Option<u16>,
}

impl Target<'_> {
    /// Whether it may be called.
    ///
    /// # Errors
    /// Why no run may call it.
    pub fn check(&self, rules: Rules<'_>) -> Result<(), TargetError> {
        let default_port = match self.scheme {
            "https" => 443,
            "http" if rules.development => 80,
            _ => return Err(TargetError::NotHttps),
        };
        if self.has_credentials {
            return Err(TargetError::Credentials);
        }
        let host = Host::of(self.host);
        if !(host.is_public() || (rules.development && host.is_this_machine())) {
            return Err(TargetError::NotPublic(self.host.to_owned()));
        }
        let port = self.port.unwrap_or(default_port);
        if rules.development || rules.ports.contains(&port) {
            Ok(())
        } else {
            Err(TargetError::Port(port))
        }
    }
}

/// What a host is.
enum Host<'a> {
    Name(&'a str),
    Address(IpAddr),
}

impl<'a> Host<'a> {
    fn of(text: &'a str) -> Self {
        let in_brackets = text
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .and_then(|address| address.parse::<Ipv6Addr>().ok());
        if let Some(address) = in_brackets {
            return Self::Address(address.into());
        }
        text.parse::<Ipv4Addr>()
            .map_or(Self::Name(text), |address| Self::Address(address.into()))
    }

    fn is_public(&self) -> bool {
        match self {
            Self::Name(name) => name::is_public(name),
            Self::Address(address) => address::is_public(*address),
        }
    }

    fn is_this_machine(&self) -> bool {
        match self {
            Self::Name(name) => *name == "localhost",
            Self::Address(address) => address.is_loopback(),
        }
    }
}

/// Reads an address.
///
/// # Errors
/// Why no run may call it.
pub fn parse(text: &str, rules: Rules<'_>) -> Result<Url, TargetError> {
    let url = Url::parse(text).map_err(|error| TargetError::NotAUrl(error.to_string()))?;
    let target = Target {
        scheme: url.scheme(),
        has_credentials: !url.username().is_empty() || url.password().is_some(),
        host: url.host_str().unwrap_or_default(),
        port: url.port(),
    };
    target.check(rules)?;
    Ok(url)
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
