//! Where a request comes from, as far as limits are concerned.

use crate::encryption::blind_index;
use crate::services::Services;
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// A keyed fingerprint of the address that a request comes from: the address
/// itself is never kept. An IPv6 address counts by its /64, which is what one
/// subscriber has (RFC 6177), for anybody can take another of their 2^64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientAddress(pub String);

impl ClientAddress {
    /// Reads the header that the host's own edge writes. All requests without a
    /// readable one are one client: what cannot be told apart must share.
    #[must_use]
    pub fn read(services: &Services, headers: &HeaderMap) -> Self {
        let header = headers.get(services.config.client_address_header.as_str());
        let text = header.and_then(|value| value.to_str().ok()).unwrap_or_default();
        let network = network(text).unwrap_or_else(|| "unknown".to_owned());
        Self(blind_index(&services.config.index_key.current().key, &["address|", &network].concat()))
    }
}

/// The address, or the /64 that it is in. Some hosts write a port behind it.
fn network(text: &str) -> Option<String> {
    let address = text.trim().parse::<IpAddr>().ok().or_else(|| Some(text.trim().parse::<SocketAddr>().ok()?.ip()))?;
    Some(match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            std::net::Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).to_string()
        }
    })
}

impl FromRequestParts<Arc<Services>> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, services: &Arc<Services>) -> Result<Self, Infallible> {
        Ok(Self::read(services, &parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use super::network;

    #[test]
    fn a_network_is_what_one_subscriber_has() {
        for (text, expected) in [
            ("192.0.2.7", Some("192.0.2.7")),
            ("192.0.2.7:4711", Some("192.0.2.7")),
            ("::ffff:192.0.2.7", Some("192.0.2.7")),
            ("2001:db8:1:2:3:4:5:6", Some("2001:db8:1:2::")),
            ("2001:db8:1:2:ffff::1", Some("2001:db8:1:2::")),
            ("[2001:db8:1:3::9]:443", Some("2001:db8:1:3::")),
            ("", None),
            ("a name", None),
            ("192.0.2.7, 198.51.100.1", None),
        ] {
            assert_eq!(network(text).as_deref(), expected, "{text}");
        }
    }
}
