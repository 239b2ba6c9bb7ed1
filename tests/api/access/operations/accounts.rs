//! Signing in, and one's own account.

use super::super::relationships::Thing;
use super::About::{Own, Public, Thing as Of};
use super::{About, Operation, row};
use crate::api::support::PASSWORD;
use serde_json::json;
use virtual_doctor::authorization::{Action as A, Relationship as R};

const OWN: About = Own(R::Anyone, A::UseOwnAccount);

pub const OPERATIONS: &[Operation] = &[
    row("register", "/api/v1/auth/register", Public).sending(|_| json!({})),
    row("verify", "/api/v1/auth/verify", Public).sending(|_| json!({ "token": "x" })),
    row("request_verification", "/api/v1/auth/verification", Public).sending(|_| json!({})),
    row("request_password_reset", "/api/v1/auth/password-reset", Public).sending(|_| json!({})),
    row("confirm_password_reset", "/api/v1/auth/password-reset/confirm", Public).sending(|_| json!({})),
    row("login", "/api/v1/auth/login", Public).sending(|_| json!({})),
    row("give_factor", "/api/v1/auth/mfa", Public).sending(|_| json!({})),
    row("refresh", "/api/v1/auth/refresh", Public).sending(|_| json!({})),
    row("logout", "/api/v1/auth/logout", OWN),
    row("step_up", "/api/v1/auth/step-up", OWN).sending(|_| json!({ "password": PASSWORD })),
    row("read_me", "/api/v1/me", OWN),
    row("change_me", "/api/v1/me", OWN).sending(|_| json!({ "country": "FR" })),
    row("list_sessions", "/api/v1/me/sessions", OWN),
    row("end_session", "/api/v1/me/sessions/{session}", Of(Thing::Account, A::UseOwnAccount)),
    row("change_password", "/api/v1/me/password", OWN)
        .sending(|_| json!({ "current_password": PASSWORD, "new_password": "another horse battery" })),
    row("change_email", "/api/v1/me/email", OWN).sending(|_| json!({ "email": "new@example.org" })),
    row("confirm_email", "/api/v1/me/email/confirm", OWN).sending(|_| json!({ "token": "x" })),
    row("read_factors", "/api/v1/me/factors", OWN),
    row("begin_totp", "/api/v1/me/factors/totp", OWN),
    row("confirm_totp", "/api/v1/me/factors/totp/confirm", OWN).sending(|_| json!({ "code": "123456" })),
    // None of them has an app to remove.
    row("remove_totp", "/api/v1/me/factors/totp", OWN).refusing(404),
    row("renew_recovery_codes", "/api/v1/me/recovery-codes", OWN),
];
