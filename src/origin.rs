//! Origins of pages, as browsers send them (2.1).

use std::net::Ipv6Addr;

/// The schemes of pages, and the port that each means without saying so.
const SCHEMES: [(&str, u16); 2] = [("https://", 443), ("http://", 80)];

/// The origin of a page, just as a browser serialises it: scheme, host in lower
/// case, and the port unless it is the scheme's own.
///
/// ```
/// use assessments::Origin;
///
/// let origin = Origin::parse("https://dashboard.example:8443")?;
/// assert_eq!(origin.as_str(), "https://dashboard.example:8443");
///
/// // What no browser would send is no origin: it would never match.
/// assert!(Origin::parse("https://dashboard.example/").is_err());
/// # Ok::<(), assessments::origin::OriginError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin(String);

impl Origin {
    /// Reads an origin.
    ///
    /// # Errors
    /// Why no browser would send `text` as the origin of a page.
    pub fn parse(text: &str) -> Result<Self, OriginError> {
        let is_shortest = |address: &str| {
            address
                .parse::<Ipv6Addr>()
                .is_ok_and(|parsed| parsed.to_string() == address)
        };
        check(text, is_shortest).map(|()| Self(text.to_owned()))
    }

    /// Finds what [`Origin::parse`] would, but for the form of an IPv6 address: to know
    /// that takes more code than a page should load for it.
    pub(crate) fn check_spelling(text: &str) -> Result<(), OriginError> {
        check(text, |address| {
            let is_part = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b':' | b'.');
            address.bytes().all(is_part)
        })
    }

    /// The origin as a browser sends it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn check(text: &str, is_address: impl FnOnce(&str) -> bool) -> Result<(), OriginError> {
    let (authority, own_port) = SCHEMES
        .iter()
        .find_map(|(scheme, port)| Some((text.strip_prefix(scheme)?, *port)))
        .ok_or(OriginError::Scheme)?;
    if authority.contains(['/', '?', '#', '@']) {
        return Err(OriginError::MoreThanHost);
    }
    let (host, port) = match authority.rsplit_once(':') {
        // The colons of an address in brackets are no port's.
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        Some(_) | None => (authority, None),
    };
    if !is_host(host, is_address) {
        return Err(OriginError::Host);
    }
    if !port.is_none_or(|port| is_port(port, own_port)) {
        return Err(OriginError::Port);
    }
    Ok(())
}

/// Why a text is not the origin of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    /// It begins with neither.
    #[error("must begin with https:// or http://")]
    Scheme,
    /// A path, even if it is only a slash, a query, a fragment or a user.
    #[error("must end after the host or its port")]
    MoreThanHost,
    /// None, one with capitals or wildcards, or an address that is not in its
    /// shortest form.
    #[error("must have one exact host in lower case")]
    Host,
    /// No number, or the one that the scheme means anyway.
    #[error("must have a port only where it is not the scheme's own")]
    Port,
}

fn is_host(host: &str, is_address: impl FnOnce(&str) -> bool) -> bool {
    match host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        Some(address) => is_address(address),
        None => host.split('.').all(is_label),
    }
}

/// A label of a name, or a number of an address.
fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
}

fn is_port(port: &str, own: u16) -> bool {
    // As written: without a sign or a zero in front.
    port.parse::<u16>()
        .is_ok_and(|number| number != 0 && number != own && number.to_string() == port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_browsers_send_is_an_origin() {
        for text in [
            "https://dashboard.example",
            "http://localhost:3000",
            "https://xn--bcher-kva.example:8443",
            "http://127.0.0.1:8788",
            "http://[::1]:8788",
            "https://[2001:db8::1]",
            "https://a_b.example",
        ] {
            assert_eq!(
                Origin::parse(text).map(|origin| origin.0),
                Ok(text.to_owned())
            );
        }
    }

    #[test]
    fn what_no_browser_sends_is_none_and_the_error_says_why() {
        for (text, error) in [
            ("*", OriginError::Scheme),
            ("null", OriginError::Scheme),
            ("", OriginError::Scheme),
            ("dashboard.example", OriginError::Scheme),
            ("HTTPS://dashboard.example", OriginError::Scheme),
            ("ftp://dashboard.example", OriginError::Scheme),
            (" https://dashboard.example", OriginError::Scheme),
            ("https://dashboard.example/", OriginError::MoreThanHost),
            ("https://dashboard.example/app", OriginError::MoreThanHost),
            ("https://dashboard.example?x", OriginError::MoreThanHost),
            ("https://dashboard.example#x", OriginError::MoreThanHost),
            ("https://me@dashboard.example", OriginError::MoreThanHost),
            ("https://", OriginError::Host),
            ("https://*.example", OriginError::Host),
            ("https://Dashboard.example", OriginError::Host),
            ("https://bücher.example", OriginError::Host),
            ("https://dashboard..example", OriginError::Host),
            ("https://dashboard.example.", OriginError::Host),
            ("https://dashboard.example ", OriginError::Host),
            ("https://a.example,https:", OriginError::Host),
            ("https://[::1", OriginError::Host),
            ("https://[0:0::1]", OriginError::Host),
            ("https://[::1]x", OriginError::Host),
            ("https://dashboard.example:", OriginError::Port),
            ("https://dashboard.example:443", OriginError::Port),
            ("http://dashboard.example:80", OriginError::Port),
            ("https://dashboard.example:0", OriginError::Port),
            ("https://dashboard.example:+1", OriginError::Port),
            ("https://dashboard.example:08443", OriginError::Port),
            ("https://dashboard.example:65536", OriginError::Port),
            ("https://dashboard.example:*", OriginError::Port),
        ] {
            assert_eq!(Origin::parse(text), Err(error), "{text}");
        }
    }
}
