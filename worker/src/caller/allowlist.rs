//! The IP allowlist of an organization (2.4).

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::value::RawValue;

/// Whether a client may call. `allowlist` is the stored JSON array of CIDRs;
/// an empty one is open. Refused is a client outside every CIDR, one whose
/// address cannot be determined, and anyone if the list cannot be read. An
/// entry that cannot be parsed matches nothing.
pub(crate) fn allows(allowlist: &str, client: Option<IpAddr>) -> bool {
    let Ok(entries) = serde_json::from_str::<Vec<&RawValue>>(allowlist) else {
        return false;
    };
    if entries.is_empty() {
        return true;
    }
    // An IPv4 client may arrive in IPv6 notation (::ffff:192.0.2.1).
    let Some(client) = client.map(|address| address.to_canonical()) else {
        return false;
    };
    entries
        .iter()
        .filter_map(|entry| serde_json::from_str::<String>(entry.get()).ok())
        .filter_map(|entry| entry.parse::<IpNet>().ok())
        .any(|network| network.contains(&client))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str =
        r#"["203.0.113.0/24","nonsense",7,1e999,"\ud800",{},"2001:db8::/32","198.51.100.7/32"]"#;

    fn allowed(list: &str, client: &str) -> bool {
        allows(list, client.parse().ok())
    }

    #[test]
    fn an_empty_list_is_open_even_to_unknown_addresses() {
        assert!(allows("[]", None));
    }

    #[test]
    fn inside_any_network_passes() {
        for client in [
            "203.0.113.9",
            "2001:db8::1",
            "198.51.100.7",
            "::ffff:203.0.113.9",
        ] {
            assert!(allowed(LIST, client), "{client}");
        }
    }

    #[test]
    fn outside_unknown_or_unreadable_is_refused() {
        for client in [
            "203.0.114.1",
            "198.51.100.8",
            "2001:db9::1",
            "",
            "nonsense",
            "203.0.113.9, 1.2.3.4",
        ] {
            assert!(!allowed(LIST, client), "{client}");
        }
        assert!(!allowed(r#"["nonsense"]"#, "203.0.113.9"));
        assert!(!allowed("not json", "203.0.113.9"));
    }
}
