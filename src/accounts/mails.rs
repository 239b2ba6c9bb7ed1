//! The mails that accounts send: texts in `schema/mail/{language}/`, the first
//! line the subject.

use serde::{Deserialize, Serialize};

/// Which text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Template {
    /// Follow this link to verify your address.
    VerifyEmail,
    /// Somebody tried to register with your address.
    AccountExists,
    /// A session ended because its token was used twice.
    SessionReused,
}

/// Subject and body in the language of the locale, English where there is none.
#[must_use]
pub fn render(template: Template, locale: &str, link: &str) -> (String, String) {
    let text = match (template, locale.split('-').next()) {
        (Template::VerifyEmail, Some("fr")) => include_str!("../../schema/mail/fr/verify_email.txt"),
        (Template::AccountExists, Some("fr")) => include_str!("../../schema/mail/fr/account_exists.txt"),
        (Template::SessionReused, Some("fr")) => include_str!("../../schema/mail/fr/session_reused.txt"),
        (Template::VerifyEmail, _) => include_str!("../../schema/mail/en/verify_email.txt"),
        (Template::AccountExists, _) => include_str!("../../schema/mail/en/account_exists.txt"),
        (Template::SessionReused, _) => include_str!("../../schema/mail/en/session_reused.txt"),
    };
    let text = text.replace("{link}", link);
    let (subject, body) = text.split_once('\n').unwrap_or((&text, ""));
    (subject.trim().to_owned(), body.trim().to_owned())
}
