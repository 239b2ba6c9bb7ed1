//! What people send and get about their data.

use crate::accounts::model::Password;
use crate::http::{IdInBody, Invalid, Reason};
use crate::id::{Id, Timestamp};
use deserr::Deserr;
use serde::Serialize;
use utoipa::ToSchema;

/// A copy of what is held on a person.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Export {
    /// Its id.
    #[schema(value_type = String)]
    pub id: Id,
    /// `pending` while it is being made, then `ready`.
    pub status: String,
    /// Its size once it is made.
    pub bytes: Option<i64>,
    /// When it was asked for.
    #[schema(value_type = String)]
    pub created_at: Timestamp,
    /// Until when it can be fetched.
    #[schema(value_type = String)]
    pub expires_at: Timestamp,
}

/// `POST /me/erasure`
#[derive(Default, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct RequestErasure {
    /// To make sure that it is you; must be right where it is given.
    #[deserr(default)]
    #[schema(value_type = Option<String>)]
    pub password: Option<Password>,
}

/// An erasure that was asked for.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Erasure {
    /// When it was asked for.
    #[schema(value_type = String)]
    pub requested_at: Timestamp,
    /// When it is carried out; until then it can be taken back.
    #[schema(value_type = String)]
    pub due_at: Timestamp,
}

/// A name such as `privacy-policy` or `2026-11-01`: 1 to 64 of a-z, 0-9, `.`, `_`, `-`. It is stored readable, so
/// there is no room in it for anything about a person.
#[derive(Debug, Clone, PartialEq, Eq, Deserr)]
#[deserr(try_from(String) = Label::parse -> Reason)]
pub struct Label(pub String);

impl Label {
    fn parse(text: String) -> Result<Self, Reason> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
        if (1..=64).contains(&text.len()) && text.bytes().all(plain) {
            Ok(Self(text))
        } else {
            Err(Reason::invalid("must be 1 to 64 of a-z, 0-9, '.', '_' and '-'"))
        }
    }
}

/// `POST /me/consents`
#[derive(Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct GiveConsent {
    /// To what, such as `research`.
    #[schema(value_type = String)]
    pub purpose: Label,
    /// Which wording of it.
    #[schema(value_type = String)]
    pub version: Label,
    /// Given, or taken back.
    pub given: bool,
    /// For which patient, by who acts for them; for oneself when left out.
    #[deserr(default)]
    #[schema(value_type = Option<String>)]
    pub patient_id: Option<IdInBody>,
}

/// What somebody agreed to, or took back.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Consent {
    /// Its id.
    #[schema(value_type = String)]
    pub id: Id,
    /// For which patient.
    #[schema(value_type = Option<String>)]
    pub patient_id: Option<Id>,
    /// To what.
    pub purpose: String,
    /// Which wording of it.
    pub version: String,
    /// Given, or taken back.
    pub given: bool,
    /// When.
    #[schema(value_type = String)]
    pub at: Timestamp,
}
