//! What admins send and get about API keys.

use super::scopes;
use crate::authorization::Role;
use crate::http::{Invalid, Reason};
use crate::id::{Id, Timestamp};
use chrono::DateTime;
use deserr::Deserr;
use serde::Serialize;
use utoipa::ToSchema;

/// The longest life of a key: 400 days, a year and time to change it.
pub const LONGEST_MS: i64 = 400 * 24 * 60 * 60 * 1000;

/// What a key is called: 1 to 100 characters, no line breaks.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(try_from(String) = KeyName::parse -> Reason)]
pub struct KeyName(pub String);

impl KeyName {
    fn parse(text: String) -> Result<Self, Reason> {
        let text = text.trim().to_owned();
        if (1..=100).contains(&text.chars().count()) && !text.chars().any(char::is_control) {
            Ok(Self(text))
        } else {
            Err(Reason::invalid("must have 1 to 100 characters and no line breaks"))
        }
    }
}

/// The name of a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserr, ToSchema)]
#[deserr(try_from(String) = ScopeName::parse -> Reason)]
#[schema(value_type = String, example = "medicines:check")]
pub struct ScopeName(pub Role);

impl ScopeName {
    fn parse(text: String) -> Result<Self, Reason> {
        scopes::find(&text).map(|scope| Self(scope.role)).ok_or_else(|| {
            let known: Vec<&str> = scopes::SCOPES.iter().map(|scope| scope.role.as_str()).collect();
            Reason { code: "unknown_value", message: ["must be one of: ", &known.join(", ")].concat() }
        })
    }
}

/// When a key ends by itself, RFC 3339.
#[derive(Debug, Clone, Copy, Deserr, ToSchema)]
#[deserr(try_from(String) = ExpiresAt::parse -> Reason)]
#[schema(value_type = String, format = DateTime)]
pub struct ExpiresAt(pub Timestamp);

impl ExpiresAt {
    fn parse(text: String) -> Result<Self, Reason> {
        let time = DateTime::parse_from_rfc3339(&text).map(|time| Self(Timestamp(time.timestamp_millis())));
        time.map_err(|_| Reason::invalid("must be a time such as 2027-06-30T00:00:00Z"))
    }
}

/// `POST /organizations/{id}/api-keys`
#[derive(Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct CreateApiKey {
    /// What it is called, such as the system that it is for.
    pub name: KeyName,
    /// What it may do, at least one scope.
    pub scopes: Vec<ScopeName>,
    /// When it ends by itself, at most 400 days from now.
    pub expires_at: ExpiresAt,
}

/// An API key.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApiKey {
    /// Its id; the audit names it as the actor of what is done with it.
    #[schema(value_type = String)]
    pub id: Id,
    /// The organization that it belongs to.
    #[schema(value_type = String)]
    pub organization_id: Id,
    /// What it is called.
    pub name: String,
    /// What it may do.
    #[schema(value_type = Vec<String>)]
    pub scopes: Vec<Role>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it ends by itself.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// When it was ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
    /// The day on which it was last used.
    pub last_used_on: Option<String>,
    /// For `Authorization: Bearer`; shown once, in the answer that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// Counts changes; also the `ETag`.
    #[serde(skip)]
    pub version: i64,
}
