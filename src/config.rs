//! Typed settings, read and checked once at start. Each is documented in
//! [`SETTINGS`], from which `.dev.vars.example` is checked.

use crate::encryption::KeyRing;

/// One setting, as a reader of the documentation needs it.
pub struct Setting {
    /// Name of the variable or secret.
    pub name: &'static str,
    /// Value when it is not set; `None` where it must be set.
    pub default: Option<&'static str>,
    /// What it does.
    pub meaning: &'static str,
}

/// Every setting.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "ENVIRONMENT",
        default: Some("production"),
        meaning: "development, staging or production; development routes answer only in development",
    },
    Setting {
        name: "PUBLIC_URL",
        default: Some("http://localhost:8787"),
        meaning: "origin under which people reach this installation, for links in mails",
    },
    Setting {
        name: "ALLOWED_HOSTS",
        default: Some("localhost,127.0.0.1"),
        meaning: "host names that are answered, comma-separated, without ports",
    },
    Setting {
        name: "ALLOWED_ORIGINS",
        default: Some(""),
        meaning: "origins of other sites that may call the API from a browser (CORS), comma-separated",
    },
    Setting {
        name: "VERIFY_EMAIL",
        default: Some("on"),
        meaning: "on: an account signs in after its address is verified; off (development only): at once",
    },
    Setting {
        name: "SIGNING_KEYS",
        default: None,
        meaning: "kid:base64url, comma-separated, 32 bytes each; the first signs tokens and prescriptions, the others still verify",
    },
    Setting {
        name: "MASTER_KEYS",
        default: None,
        meaning: "kid:base64url, comma-separated, 32 bytes each; the first wraps data keys, the others still unwrap",
    },
    Setting {
        name: "INDEX_KEY",
        default: None,
        meaning: "kid:base64url, 32 bytes; finds accounts by e-mail without storing it readable; cannot be changed",
    },
    Setting { name: "ARGON2_MEMORY_KIB", default: Some("19456"), meaning: "memory of a password hash (OWASP: 19 MiB)" },
    Setting { name: "ARGON2_ITERATIONS", default: Some("2"), meaning: "passes of a password hash" },
    Setting {
        name: "CHAT_MESSAGES_PER_10_S",
        default: Some("20"),
        meaning: "messages that one member may send to a room in 10 seconds",
    },
    Setting {
        name: "CLINICAL_REQUIRE_REVIEW",
        default: Some("doses"),
        meaning: "doses: refuse doses that no clinician has reviewed; none",
    },
];

/// Where this runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// A developer's machine: development routes answer.
    Development,
    /// A rehearsal of production.
    Staging,
    /// People's data.
    Production,
}

/// The settings of an installation.
#[derive(Clone)]
pub struct Config {
    /// Where this runs.
    pub environment: Environment,
    /// Origin for links, without a trailing slash.
    pub public_url: String,
    /// Host names that are answered.
    pub allowed_hosts: Vec<String>,
    /// Origins for CORS.
    pub allowed_origins: Vec<String>,
    /// Whether signing in needs a verified address.
    pub verify_email: bool,
    /// Keys that sign.
    pub signing_keys: KeyRing,
    /// Keys that wrap data keys.
    pub master_keys: KeyRing,
    /// Key of the blind index.
    pub index_key: KeyRing,
    /// Memory of a password hash in KiB.
    pub argon2_memory_kib: u32,
    /// Passes of a password hash.
    pub argon2_iterations: u32,
    /// Messages a member may send to a room in 10 seconds.
    pub chat_messages_per_10_s: u32,
    /// Whether doses that no clinician reviewed are refused.
    pub require_reviewed_doses: bool,
}

impl Config {
    /// Reads all settings through `get`.
    ///
    /// # Errors
    /// One sentence for each setting that is missing or wrong, all at once.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self, Vec<String>> {
        let mut wrong = Vec::new();
        let mut text = |name: &str| -> String {
            let default = SETTINGS.iter().find(|s| s.name == name).and_then(|s| s.default);
            get(name).or_else(|| default.map(str::to_owned)).unwrap_or_else(|| {
                wrong.push([name, " is not set"].concat());
                String::new()
            })
        };
        let [environment, verify_email, review] =
            ["ENVIRONMENT", "VERIFY_EMAIL", "CLINICAL_REQUIRE_REVIEW"].map(&mut text);
        let [signing, master, index] = ["SIGNING_KEYS", "MASTER_KEYS", "INDEX_KEY"].map(&mut text);
        let [hosts, origins, public_url] = ["ALLOWED_HOSTS", "ALLOWED_ORIGINS", "PUBLIC_URL"].map(&mut text);
        let [memory, iterations, messages] =
            ["ARGON2_MEMORY_KIB", "ARGON2_ITERATIONS", "CHAT_MESSAGES_PER_10_S"].map(&mut text);

        let environment = match environment.as_str() {
            "development" => Some(Environment::Development),
            "staging" => Some(Environment::Staging),
            "production" => Some(Environment::Production),
            _ => None,
        };
        let mut check = |name: &str, problem: &str| wrong.push([name, " ", problem].concat());
        if environment.is_none() {
            check("ENVIRONMENT", "is development, staging or production");
        }
        let verify = choice(&verify_email, "on", "off");
        match verify {
            None => check("VERIFY_EMAIL", "is on or off"),
            Some(false) if environment != Some(Environment::Development) => {
                check("VERIFY_EMAIL", "can be off in development only");
            }
            Some(_) => {}
        }
        let require_reviewed = choice(&review, "doses", "none");
        if require_reviewed.is_none() {
            check("CLINICAL_REQUIRE_REVIEW", "is doses or none");
        }
        let origins = list(&origins);
        if !origins.iter().all(|origin| is_origin(origin)) {
            check("ALLOWED_ORIGINS", "lists origins such as https://app.example.org, without a path");
        }
        let mut ring = |name: &str, text: &str| KeyRing::parse(text).map_err(|problem| check(name, &problem)).ok();
        let rings = (ring("SIGNING_KEYS", &signing), ring("MASTER_KEYS", &master), ring("INDEX_KEY", &index));
        let mut number = |name: &str, text: &str, least: u32, most: u32| {
            let number = text.parse().ok().filter(|n| (least..=most).contains(n));
            if number.is_none() {
                check(name, &["is a whole number from ", &least.to_string(), " to ", &most.to_string()].concat());
            }
            number
        };
        let numbers = (
            number("ARGON2_MEMORY_KIB", &memory, 8, 1 << 16),
            number("ARGON2_ITERATIONS", &iterations, 1, 10),
            number("CHAT_MESSAGES_PER_10_S", &messages, 1, 100_000),
        );
        match (environment, verify, require_reviewed, rings, numbers) {
            (
                Some(environment),
                Some(verify_email),
                Some(require_reviewed_doses),
                (Some(signing_keys), Some(master_keys), Some(index_key)),
                (Some(argon2_memory_kib), Some(argon2_iterations), Some(chat_messages_per_10_s)),
            ) if wrong.is_empty() => Ok(Self {
                environment,
                public_url: public_url.trim_end_matches('/').to_owned(),
                allowed_hosts: list(&hosts),
                allowed_origins: origins,
                verify_email,
                signing_keys,
                master_keys,
                index_key,
                argon2_memory_kib,
                argon2_iterations,
                chat_messages_per_10_s,
                require_reviewed_doses,
            }),
            _ => Err(wrong),
        }
    }

    /// Whether development routes answer.
    #[must_use]
    pub fn is_development(&self) -> bool {
        self.environment == Environment::Development
    }
}

/// Scheme and host, as a browser sends it in `Origin` (RFC 6454, section 7).
fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| {
        !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
    })
}

fn choice(text: &str, yes: &str, no: &str) -> Option<bool> {
    if text == yes { Some(true) } else { (text == no).then_some(false) }
}

fn list(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}
