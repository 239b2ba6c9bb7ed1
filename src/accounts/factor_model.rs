//! What people send and get about second factors, step-up, sessions and credentials.

use super::model::{Email, Password};
use crate::http::{Invalid, Reason};
use deserr::Deserr;
use serde::Serialize;
use utoipa::ToSchema;

/// How a second factor is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserr, ToSchema)]
#[deserr(try_from(String) = Method::parse -> Reason)]
#[schema(rename_all = "snake_case")]
pub enum Method {
    /// A code of an authenticator app.
    Totp,
    /// One of the codes for the day on which there is no app.
    RecoveryCode,
}

impl Method {
    fn parse(text: String) -> Result<Self, Reason> {
        match text.as_str() {
            "totp" => Ok(Self::Totp),
            "recovery_code" => Ok(Self::RecoveryCode),
            _ => Err(Reason::invalid("must be totp or recovery_code")),
        }
    }
}

/// A right password was given, and a second factor is needed.
#[derive(Debug, Serialize, ToSchema)]
pub struct MfaRequired {
    /// Always true.
    pub mfa_required: bool,
    /// For `/auth/mfa`, for 5 minutes and 5 codes.
    pub mfa_token: String,
    /// How the factor can be given.
    pub methods: [&'static str; 2],
}

/// `POST /auth/mfa`
#[derive(Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct GiveFactor {
    /// From the answer to the password.
    pub mfa_token: String,
    /// How the factor is given.
    pub method: Method,
    /// The code.
    pub code: String,
    /// A random name that the device keeps, so that it is known again.
    #[deserr(default)]
    pub device_id: Option<super::device::DeviceId>,
    /// As in `/auth/login`.
    #[deserr(default)]
    #[schema(required = false)]
    pub cookies: bool,
}

/// `POST /auth/step-up`: the password of an account without a second factor, a
/// code of one that has one.
#[derive(Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct StepUp {
    /// The password.
    #[deserr(default)]
    pub password: Option<String>,
    /// A code of the authenticator app, or a recovery code.
    #[deserr(default)]
    pub code: Option<String>,
}

/// How long a step-up holds.
#[derive(Serialize, ToSchema)]
pub struct SteppedUp {
    /// Seconds.
    pub expires_in_s: i64,
}

/// A secret for an authenticator app, told once.
#[derive(Serialize, ToSchema)]
pub struct NewTotp {
    /// Base32 (RFC 4648) without padding.
    pub secret: String,
    /// For a QR code.
    pub otpauth_uri: String,
}

/// `POST /me/factors/totp/confirm`
#[derive(Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct ConfirmTotp {
    /// A code that the app shows.
    pub code: String,
}

/// Codes for the day on which there is no app, told once; each works once.
#[derive(Serialize, ToSchema)]
pub struct RecoveryCodes {
    /// Ten of them.
    pub recovery_codes: Vec<String>,
}

/// `GET /me/factors`
#[derive(Serialize, ToSchema)]
pub struct Factors {
    /// Whether an authenticator app is set up and confirmed.
    pub totp: bool,
    /// Recovery codes that were not used yet.
    pub recovery_codes_left: i64,
}

/// `POST /me/password`
#[derive(Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct ChangePassword {
    /// The password as it is.
    pub current_password: String,
    /// The password as it shall be.
    pub new_password: Password,
}

/// `POST /me/email`
#[derive(Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct ChangeEmail {
    /// The new address.
    pub email: Email,
}
