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
        name: "MFA_REQUIRED_FOR_STAFF",
        default: Some("on"),
        meaning: "on: staff without a second factor can do nothing but set one up; off: they are asked for none",
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
    /// Whether staff need a second factor.
    pub mfa_required_for_staff: bool,
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
        let mut read = Reader { get, wrong: Vec::new() };
        let environment = read.environment();
        let rings = (read.ring("SIGNING_KEYS"), read.ring("MASTER_KEYS"), read.ring("INDEX_KEY"));
        let verify_email = read.choice("VERIFY_EMAIL", ["on", "off"]) == "on";
        if !verify_email && environment != Environment::Development {
            read.refuse("VERIFY_EMAIL", "can be off in development only");
        }
        let mfa_required_for_staff = read.choice("MFA_REQUIRED_FOR_STAFF", ["on", "off"]) == "on";
        let origins = read.list("ALLOWED_ORIGINS");
        if !origins.iter().all(|origin| is_origin(origin)) {
            read.refuse("ALLOWED_ORIGINS", "lists origins such as https://app.example.org, without a path");
        }
        let public_url = read.text("PUBLIC_URL").trim_end_matches('/').to_owned();
        let allowed_hosts = read.list("ALLOWED_HOSTS");
        let argon2_memory_kib = read.number("ARGON2_MEMORY_KIB", 8, 1 << 16);
        let argon2_iterations = read.number("ARGON2_ITERATIONS", 1, 10);
        let chat_messages_per_10_s = read.number("CHAT_MESSAGES_PER_10_S", 1, 100_000);
        let require_reviewed_doses = read.choice("CLINICAL_REQUIRE_REVIEW", ["doses", "none"]) == "doses";
        let (Some(signing_keys), Some(master_keys), Some(index_key)) = rings else { return Err(read.wrong) };
        if !read.wrong.is_empty() {
            return Err(read.wrong);
        }
        Ok(Self {
            environment,
            public_url,
            allowed_hosts,
            allowed_origins: origins,
            verify_email,
            mfa_required_for_staff,
            signing_keys,
            master_keys,
            index_key,
            argon2_memory_kib,
            argon2_iterations,
            chat_messages_per_10_s,
            require_reviewed_doses,
        })
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

/// Reads settings one by one and remembers what is wrong; what it then gives in
/// place of a value is never used, for nothing starts while something is wrong.
struct Reader<G> {
    get: G,
    wrong: Vec<String>,
}

impl<G: Fn(&str) -> Option<String>> Reader<G> {
    fn refuse(&mut self, name: &str, problem: &str) {
        self.wrong.push([name, " ", problem].concat());
    }

    fn text(&mut self, name: &str) -> String {
        let default = SETTINGS.iter().find(|setting| setting.name == name).and_then(|setting| setting.default);
        (self.get)(name).or_else(|| default.map(str::to_owned)).unwrap_or_else(|| {
            self.refuse(name, "is not set");
            String::new()
        })
    }

    fn list(&mut self, name: &str) -> Vec<String> {
        let text = self.text(name);
        text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
    }

    fn choice(&mut self, name: &str, known: [&'static str; 2]) -> &'static str {
        let text = self.text(name);
        known.into_iter().find(|known| *known == text).unwrap_or_else(|| {
            self.refuse(name, &["is ", known[0], " or ", known[1]].concat());
            known[0]
        })
    }

    fn number(&mut self, name: &str, least: u32, most: u32) -> u32 {
        let text = self.text(name);
        text.parse().ok().filter(|number| (least..=most).contains(number)).unwrap_or_else(|| {
            self.refuse(name, &["is a whole number from ", &least.to_string(), " to ", &most.to_string()].concat());
            least
        })
    }

    fn ring(&mut self, name: &str) -> Option<KeyRing> {
        let text = self.text(name);
        if text.is_empty() {
            return None;
        }
        KeyRing::parse(&text).map_err(|problem| self.refuse(name, &problem)).ok()
    }

    fn environment(&mut self) -> Environment {
        match self.text("ENVIRONMENT").as_str() {
            "development" => Environment::Development,
            "staging" => Environment::Staging,
            "production" => Environment::Production,
            _ => {
                self.refuse("ENVIRONMENT", "is development, staging or production");
                Environment::Production
            }
        }
    }
}
