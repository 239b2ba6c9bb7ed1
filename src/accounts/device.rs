//! Which device signs in: a short text that its owner knows again, and a
//! fingerprint that is the same for every sign-in from it.

use crate::encryption::blind_index;
use crate::http::Reason;
use crate::id::Id;
use crate::services::Services;
use axum::http::HeaderMap;
use axum::http::header::USER_AGENT;
use deserr::Deserr;
use utoipa::ToSchema;

/// A random name that a client gives itself and keeps: 16 to 128 characters.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(try_from(String) = DeviceId::parse -> Reason)]
pub struct DeviceId(pub String);

impl DeviceId {
    fn parse(text: String) -> Result<Self, Reason> {
        if (16..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(text))
        } else {
            Err(Reason::invalid("must be 16 to 128 visible ASCII characters, random and kept by the device"))
        }
    }
}

/// The device of a request.
pub struct Device {
    /// Such as "Firefox on Linux".
    pub name: String,
    mark: String,
}

impl Device {
    /// By its id if it has one, else by what it says of itself.
    #[must_use]
    pub fn of(headers: &HeaderMap, id: Option<&DeviceId>) -> Self {
        let agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let mark = id.map_or_else(|| ["agent:", agent].concat(), |id| ["id:", &id.0].concat());
        Self { name: describe(agent), mark }
    }

    /// The keyed fingerprint; that of the same device differs from account to account.
    #[must_use]
    pub fn fingerprint(&self, services: &Services, user_id: Id) -> String {
        let text = ["device:", &user_id.to_string(), ":", &self.mark].concat();
        blind_index(&services.config.index_key.current().key, &text)
    }
}

/// Browser and system out of a `User-Agent`. Order matters: most name others too.
#[must_use]
pub fn describe(agent: &str) -> String {
    const BROWSERS: [(&str, &str); 9] = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("FxiOS", "Firefox"),
        ("CriOS", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ];
    const SYSTEMS: [(&str, &str); 7] = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ];
    let find =
        |known: &[(&str, &'static str)]| known.iter().find(|(part, _)| agent.contains(part)).map(|(_, name)| *name);
    match (find(&BROWSERS), find(&SYSTEMS)) {
        (Some(browser), Some(system)) => [browser, " on ", system].concat(),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "Unknown device".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::describe;

    #[test]
    fn a_device_is_named_as_its_owner_knows_it() {
        for (agent, name) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
                "Edge on Windows",
            ),
            ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome on Windows"),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on iPhone"),
            (
                "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) Version/18.0 Safari/605.1.15", "Safari on macOS"),
            ("curl/8.5.0", "curl"),
            ("<script>", "Unknown device"),
            ("", "Unknown device"),
        ] {
            assert_eq!(describe(agent), name, "{agent}");
        }
    }
}
