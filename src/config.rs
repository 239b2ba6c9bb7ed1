//! Typed settings, read and checked once at start. Each is documented in
//! [`SETTINGS`], from which `.dev.vars.example` is checked.

use crate::encryption::KeyRing;
use crate::jobs::mail_providers::MailProvider;

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
        meaning: "origin under which people reach this installation, for links in mails and for what browsers may do with cookies",
    },
    Setting {
        name: "ALLOWED_HOSTS",
        default: Some("localhost,127.0.0.1"),
        meaning: "host names that are answered, comma-separated, without ports",
    },
    Setting {
        name: "ALLOWED_ORIGINS",
        default: Some(""),
        meaning: "origins beside that of PUBLIC_URL whose pages may call the API and open sockets from a browser, comma-separated",
    },
    Setting {
        name: "VERIFY_EMAIL",
        default: Some("on"),
        meaning: "on: an account signs in after its address is verified; off (development only): at once",
    },
    Setting {
        name: "MAIL_PROVIDER",
        default: Some(""),
        meaning: "none, development (development only), resend, postmark or cloudflare; when it is not set: development in development, none elsewhere",
    },
    Setting {
        name: "MAIL_FROM",
        default: Some(""),
        meaning: "who mails come from: an address, or Name <address>; needed for resend, postmark and cloudflare",
    },
    Setting {
        name: "MAIL_API_KEY",
        default: Some(""),
        meaning: "secret of the mail provider; needed for resend and postmark",
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
    Setting {
        name: "AUDIT_KEYS",
        default: Some(""),
        meaning: "kid:base64url, comma-separated, 32 bytes each; the first seals the audit, the others still verify; derived from SIGNING_KEYS unless set",
    },
    Setting {
        name: "ERASURE_GRACE_DAYS",
        default: Some("14"),
        meaning: "days between asking for erasure and the erasing itself, in which it can be taken back",
    },
    Setting {
        name: "RETENTION_YEARS",
        default: Some("10"),
        meaning: "years for which signed prescriptions of somebody who was erased are kept apart",
    },
    Setting { name: "ARGON2_MEMORY_KIB", default: Some("19456"), meaning: "memory of a password hash (OWASP: 19 MiB)" },
    Setting { name: "ARGON2_ITERATIONS", default: Some("2"), meaning: "passes of a password hash" },
    Setting {
        name: "CHAT_MESSAGES_PER_10_S",
        default: Some("20"),
        meaning: "messages that one member may send to a room in 10 seconds",
    },
    Setting {
        name: "RATE_LIMITS",
        default: Some("on"),
        meaning: "on; off (not in production): nothing is limited, for load tests",
    },
    Setting {
        name: "CLIENT_ADDRESS_HEADER",
        default: Some("cf-connecting-ip"),
        meaning: "header in which the host's own edge writes the client's address, over whatever a client sends",
    },
    Setting {
        name: "REQUIRE_VERIFIED_LICENCE",
        default: Some("on"),
        meaning: "on: a doctor acts as one once an admin of the organization has verified a licence; off: by the role alone",
    },
    Setting {
        name: "AGE_OF_MAJORITY",
        default: Some("18"),
        meaning: "age in years from which nobody acts for a person as their parent or guardian",
    },
    Setting {
        name: "AGE_OF_OWN_ACCESS",
        default: Some("16"),
        meaning: "age in years from which a young person may take over their own record",
    },
    Setting {
        name: "CLINICAL_REQUIRE_REVIEW",
        default: Some(""),
        meaning: "doses: doses that no clinician has reviewed are held back; none. When it is not set: doses in production, none elsewhere",
    },
    Setting {
        name: "LICENCE_CHECK",
        default: Some(""),
        meaning: "refuse: only a doctor with a verified licence for the patient's country takes a visit; warn: the answer says so; when empty, warn in development and refuse elsewhere",
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
    /// Where mails go.
    pub mail_provider: MailProvider,
    /// Whether staff need a second factor.
    pub mfa_required_for_staff: bool,
    /// Keys that sign.
    pub signing_keys: KeyRing,
    /// Keys that wrap data keys.
    pub master_keys: KeyRing,
    /// Key of the blind index.
    pub index_key: KeyRing,
    /// Keys that seal the audit.
    pub audit_keys: KeyRing,
    /// Days in which an erasure can be taken back.
    pub erasure_grace_days: u32,
    /// Years for which the law makes one keep what was signed.
    pub retention_years: u32,
    /// Memory of a password hash in KiB.
    pub argon2_memory_kib: u32,
    /// Passes of a password hash.
    pub argon2_iterations: u32,
    /// Messages a member may send to a room in 10 seconds.
    pub chat_messages_per_10_s: u32,
    /// Whether anything is limited.
    pub rate_limits: bool,
    /// Header with the client's address, which the host's edge writes.
    pub client_address_header: String,
    /// Whether a doctor needs a verified licence to act as one.
    pub require_verified_licence: bool,
    /// Age in years from which guardians' access is over.
    pub age_of_majority: u32,
    /// Age in years from which a young person may take over their record.
    pub age_of_own_access: u32,
    /// Whether doses that no clinician reviewed are refused.
    pub require_reviewed_doses: bool,
    /// Whether a visit is refused to a doctor without a verified licence for the patient's country.
    pub refuse_unlicensed: bool,
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
        let mail_provider = read.mail_provider(environment);
        let mfa_required_for_staff = read.choice("MFA_REQUIRED_FOR_STAFF", ["on", "off"]) == "on";
        let origins = read.list("ALLOWED_ORIGINS");
        if !origins.iter().all(|origin| is_origin(origin)) {
            read.refuse("ALLOWED_ORIGINS", "lists origins such as https://app.example.org, without a path");
        }
        let public_url = read.text("PUBLIC_URL").trim_end_matches('/').to_owned();
        let allowed_hosts = read.list("ALLOWED_HOSTS");
        let audit_keys = read.ring("AUDIT_KEYS");
        let erasure_grace_days = read.number("ERASURE_GRACE_DAYS", 0, 365);
        let retention_years = read.number("RETENTION_YEARS", 0, 100);
        let argon2_memory_kib = read.number("ARGON2_MEMORY_KIB", 8, 1 << 16);
        let argon2_iterations = read.number("ARGON2_ITERATIONS", 1, 10);
        let chat_messages_per_10_s = read.number("CHAT_MESSAGES_PER_10_S", 1, 100_000);
        let rate_limits = read.choice("RATE_LIMITS", ["on", "off"]) == "on";
        if !rate_limits && environment == Environment::Production {
            read.refuse("RATE_LIMITS", "cannot be off in production");
        }
        let client_address_header = read.text("CLIENT_ADDRESS_HEADER").to_ascii_lowercase();
        let require_verified_licence = read.choice("REQUIRE_VERIFIED_LICENCE", ["on", "off"]) == "on";
        let age_of_majority = read.number("AGE_OF_MAJORITY", 14, 25);
        let age_of_own_access = read.number("AGE_OF_OWN_ACCESS", 10, 25);
        if age_of_own_access > age_of_majority {
            read.refuse("AGE_OF_OWN_ACCESS", "is not above AGE_OF_MAJORITY");
        }
        let require_reviewed_doses = match read.text("CLINICAL_REQUIRE_REVIEW").as_str() {
            "" => environment == Environment::Production,
            _ => read.choice("CLINICAL_REQUIRE_REVIEW", ["doses", "none"]) == "doses",
        };
        let refuse_unlicensed = match read.text("LICENCE_CHECK").as_str() {
            "" => environment != Environment::Development,
            _ => read.choice("LICENCE_CHECK", ["refuse", "warn"]) == "refuse",
        };
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
            audit_keys: audit_keys.unwrap_or_else(|| signing_keys.derive("virtual-doctor/audit")),
            erasure_grace_days,
            retention_years,
            mail_provider,
            mfa_required_for_staff,
            signing_keys,
            master_keys,
            index_key,
            argon2_memory_kib,
            argon2_iterations,
            chat_messages_per_10_s,
            rate_limits,
            client_address_header,
            require_verified_licence,
            age_of_majority,
            age_of_own_access,
            require_reviewed_doses,
            refuse_unlicensed,
        })
    }

    /// Whether pages of this origin are ours, or of a site that may call as they do.
    #[must_use]
    pub fn is_own_origin(&self, origin: &str) -> bool {
        let mut own = self.allowed_origins.iter().chain([&self.public_url]);
        own.any(|own| own.eq_ignore_ascii_case(origin))
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

    fn mail_provider(&mut self, environment: Environment) -> MailProvider {
        let (name, from, key) = (self.text("MAIL_PROVIDER"), self.text("MAIL_FROM"), self.text("MAIL_API_KEY"));
        MailProvider::read(&name, &from, &key, environment == Environment::Development).unwrap_or_else(
            |(setting, problem)| {
                self.refuse(setting, problem);
                MailProvider::None
            },
        )
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
