//! What people send and get about accounts, and its rules.

use super::password_strength;
use crate::authorization::Role;
use crate::http::patch::Patch;
use crate::http::{Invalid, Reason};
use crate::id::Id;
use chrono::NaiveDate;
use deserr::Deserr;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An e-mail address (RFC 5321 lengths), lower-cased.
#[derive(Debug, Clone, PartialEq, Eq, Deserr, ToSchema)]
#[deserr(try_from(String) = Email::parse -> Reason)]
pub struct Email(pub String);

impl Email {
    /// Checks the form; whether it exists, the mail will tell.
    ///
    /// # Errors
    /// When it cannot be an address.
    pub fn parse(text: String) -> Result<Self, Reason> {
        let text = text.trim().to_lowercase();
        let plain = text.bytes().all(|byte| byte > b' ' && byte != 0x7f && !b",;<>\"()".contains(&byte));
        let parts = text.rsplit_once('@').filter(|(local, domain)| {
            (1..=64).contains(&local.len())
                && !local.contains('@')
                && domain.contains('.')
                && !domain.starts_with('.')
                && !domain.ends_with('.')
                && !domain.contains("..")
        });
        if plain && text.len() <= 254 && parts.is_some() {
            Ok(Self(text))
        } else {
            Err(Reason::invalid("must be an e-mail address such as name@example.org"))
        }
    }
}

/// A password: 8 to 256 characters, any characters, and none that everybody tries first (NIST SP 800-63B, section 5.1.1).
#[derive(Clone, Deserr, ToSchema)]
#[deserr(try_from(String) = Password::parse -> Reason)]
pub struct Password(pub String);

impl Password {
    fn parse(text: String) -> Result<Self, Reason> {
        if !(8..=256).contains(&text.chars().count()) {
            return Err(Reason::out_of_range("must have 8 to 256 characters"));
        }
        match password_strength::weakness(&text) {
            Some(weakness) => Err(weakness),
            None => Ok(Self(text)),
        }
    }
}

/// A person's name as they write it: 1 to 200 characters, no line breaks.
#[derive(Debug, Clone, PartialEq, Eq, Deserr, ToSchema)]
#[deserr(try_from(String) = Name::parse -> Reason)]
pub struct Name(pub String);

impl Name {
    fn parse(text: String) -> Result<Self, Reason> {
        let text = text.trim().to_owned();
        if (1..=200).contains(&text.chars().count()) && !text.chars().any(char::is_control) {
            Ok(Self(text))
        } else {
            Err(Reason::invalid("must have 1 to 200 characters and no line breaks"))
        }
    }
}

/// A date of birth, `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserr, Serialize, Deserialize, ToSchema)]
#[deserr(try_from(String) = BirthDate::parse -> Reason)]
#[schema(value_type = String, format = Date)]
pub struct BirthDate(pub NaiveDate);

impl BirthDate {
    fn parse(text: String) -> Result<Self, Reason> {
        let date = text.parse::<NaiveDate>().ok();
        let earliest = NaiveDate::from_ymd_opt(1880, 1, 1);
        date.filter(|date| text.len() == 10 && Some(*date) >= earliest)
            .map(Self)
            .ok_or_else(|| Reason::invalid("must be a date such as 1970-12-31, not before 1880"))
    }
}

/// A country, ISO 3166-1 alpha-2.
#[derive(Debug, Clone, PartialEq, Eq, Deserr, Serialize, Deserialize, ToSchema)]
#[deserr(try_from(String) = Country::parse -> Reason)]
pub struct Country(pub String);

impl Country {
    fn parse(text: String) -> Result<Self, Reason> {
        if text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase()) {
            Ok(Self(text))
        } else {
            Err(Reason::invalid("must be an ISO 3166-1 alpha-2 code such as GB"))
        }
    }
}

/// A language tag (BCP 47).
#[derive(Debug, Clone, PartialEq, Eq, Deserr, Serialize, Deserialize, ToSchema)]
#[deserr(try_from(String) = Locale::parse -> Reason)]
pub struct Locale(pub String);

impl Locale {
    fn parse(text: String) -> Result<Self, Reason> {
        let subtags = text
            .split('-')
            .all(|subtag| (1..=8).contains(&subtag.len()) && subtag.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        let language = text.split('-').next().is_some_and(|language| (2..=3).contains(&language.len()));
        if subtags && language && text.len() <= 35 {
            Ok(Self(text))
        } else {
            Err(Reason::invalid("must be a language tag such as en or pt-BR"))
        }
    }
}

impl Default for Locale {
    fn default() -> Self {
        Self("en".to_owned())
    }
}

/// `POST /auth/register`
#[derive(Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct Register {
    /// Address that the account signs in with.
    pub email: Email,
    /// Password.
    pub password: Password,
    /// Name.
    pub name: Name,
    /// Date of birth.
    #[deserr(default)]
    pub birth_date: Option<BirthDate>,
    /// Country of residence.
    #[deserr(default)]
    pub country: Option<Country>,
    /// Language for mails.
    #[deserr(default)]
    pub locale: Option<Locale>,
}

/// `POST /auth/login`. A password of any length is accepted here: rules are for new ones.
#[derive(Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct Login {
    /// Address.
    pub email: Email,
    /// Password.
    pub password: String,
    /// A random name that the device keeps, so that it is known again.
    #[deserr(default)]
    pub device_id: Option<super::device::DeviceId>,
    /// For a page in a browser: the tokens come in cookies that no script reads, and the answer is a `SignedIn`.
    #[deserr(default)]
    #[schema(required = false)]
    pub cookies: bool,
}

/// `POST /auth/verify`
#[derive(Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct Verify {
    /// From the link in the mail.
    pub token: String,
}

/// `POST /auth/verification` and `POST /auth/password-reset`
#[derive(Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct RequestMail {
    /// Address of the account.
    pub email: Email,
}

/// `POST /auth/password-reset/confirm`
#[derive(Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct ResetPassword {
    /// From the link in the mail.
    pub token: String,
    /// New password.
    pub password: Password,
}

/// `POST /auth/refresh`
#[derive(Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct Refresh {
    /// The latest refresh token. Left out, that of the cookie is taken, and the new pair comes in cookies too.
    #[deserr(default)]
    pub refresh_token: Option<String>,
}

/// `POST /auth/logout`
#[derive(Default, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct Logout {
    /// All sessions, not only this one.
    #[deserr(default)]
    pub everywhere: bool,
}

/// `PATCH /me` (RFC 7396).
#[derive(Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct ChangeMe {
    /// New name; cannot be removed.
    #[deserr(default)]
    #[schema(value_type = Option<String>)]
    pub name: Patch<Name>,
    /// New country, `null` for none.
    #[deserr(default)]
    #[schema(value_type = Option<String>)]
    pub country: Patch<Country>,
    /// New language, `null` for English.
    #[deserr(default)]
    #[schema(value_type = Option<String>)]
    pub locale: Patch<Locale>,
}

/// Who acts for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// The user's own record.
    #[serde(rename = "self")]
    Oneself,
    /// A child of the user.
    Child,
    /// A ward of the user.
    Ward,
    /// Somebody who asked the user to act for them.
    Proxy,
}

/// A patient for whom the user acts.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PatientSummary {
    /// The patient.
    #[schema(value_type = String)]
    pub id: Id,
    /// The patient's name.
    pub name: String,
    /// What the user is to the patient.
    pub relation: Relation,
}

/// A role in an organization.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StaffRole {
    /// The organization.
    #[schema(value_type = String)]
    pub organization_id: Id,
    /// The role held there.
    pub role: Role,
}

/// `GET /me`
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Me {
    /// The user.
    #[schema(value_type = String)]
    pub id: Id,
    /// Address.
    pub email: String,
    /// Whether the address was verified.
    pub email_verified: bool,
    /// Name.
    pub name: String,
    /// Roles held anywhere.
    pub roles: Vec<Role>,
    /// Roles by organization.
    pub staff: Vec<StaffRole>,
    /// Patients for whom the user acts.
    pub patients: Vec<PatientSummary>,
    /// Language for mails.
    pub locale: String,
    /// Country of residence.
    pub country: Option<String>,
    /// Counts changes; also the `ETag`.
    #[serde(skip)]
    pub version: i64,
}

/// A pair of tokens.
#[derive(Debug, Serialize, ToSchema)]
pub struct Tokens {
    /// For `Authorization: Bearer`.
    pub access_token: String,
    /// For `/auth/refresh`, once.
    pub refresh_token: String,
    /// Always `Bearer`.
    pub token_type: &'static str,
    /// Life of the access token in seconds.
    pub expires_in_s: i64,
    /// Who signed in.
    pub user: Me,
}

/// In place of [`Tokens`], where these come in cookies.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignedIn {
    /// Life of the access token in seconds.
    pub expires_in_s: i64,
    /// Who signed in.
    pub user: Me,
}
