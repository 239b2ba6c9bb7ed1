//! What a patient consents to before a visit. A changed text is a new version,
//! and a request under an older one is refused: nobody has read the new one then.

use crate::http::Reason;
use crate::knowledge::text;
use deserr::Deserr;
use serde::Serialize;
use utoipa::ToSchema;

/// The version in force.
pub const VERSION: &str = "2026-11-01";

/// The consent in force.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConsentText)]
pub struct Consent {
    /// What `consent.version` of a request must say.
    pub version: &'static str,
    /// What is consented to.
    pub text: &'static str,
}

/// The consent in force, in words.
#[must_use]
pub fn current() -> Consent {
    Consent { version: VERSION, text: text("consent.telehealth") }
}

/// `true`: there is no visit without consent.
#[derive(Debug, Clone, Copy, Deserr)]
#[deserr(try_from(bool) = Given::parse -> Reason)]
pub struct Given;

impl Given {
    fn parse(given: bool) -> Result<Self, Reason> {
        if given {
            Ok(Self)
        } else {
            Err(Reason { code: "consent_required", message: "must be true: there is no visit without it".into() })
        }
    }
}

/// The version in force, and no other.
#[derive(Debug, Clone, Copy, Deserr)]
#[deserr(try_from(String) = CurrentVersion::parse -> Reason)]
pub struct CurrentVersion;

impl CurrentVersion {
    fn parse(version: String) -> Result<Self, Reason> {
        if version == VERSION {
            Ok(Self)
        } else {
            let message = ["must be the version in force, ", VERSION, "; read it at /api/v1/visits/consent"].concat();
            Err(Reason { code: "outdated", message })
        }
    }
}
