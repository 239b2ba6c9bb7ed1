//! The mails that are sent: texts in `schema/mail/{language}/`, the first line the
//! subject, `{name}` where a value is put in.

use serde::{Deserialize, Serialize};

macro_rules! templates {
    ($($(#[$doc:meta])* $name:ident = $file:literal;)*) => {
        /// Which text.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Template {
            $($(#[$doc])* $name,)*
        }

        fn text(template: Template, language: &str) -> &'static str {
            match (template, language) {
                $((Template::$name, "fr") => include_str!(concat!("../../schema/mail/fr/", $file, ".txt")),)*
                $((Template::$name, _) => include_str!(concat!("../../schema/mail/en/", $file, ".txt")),)*
            }
        }
    };
}

templates! {
    /// Follow this link to verify your address.
    VerifyEmail = "verify_email";
    /// Somebody tried to register with your address.
    AccountExists = "account_exists";
    /// A session ended because its token was used twice.
    SessionReused = "session_reused";
    /// You asked to be erased, and will be.
    ErasureScheduled = "erasure_scheduled";
    /// You took that back.
    ErasureCancelled = "erasure_cancelled";
    /// Follow this link to set a new password.
    ResetPassword = "reset_password";
    /// Your password was changed.
    PasswordChanged = "password_changed";
    /// A doctor opened your record in an emergency.
    RecordOpened = "record_opened";
    /// Somebody asks to act for you.
    AccessRequested = "access_requested";
    /// You are invited to work in an organization.
    StaffInvitation = "staff_invitation";
    /// A device that was not seen before signed in.
    NewDevice = "new_device";
    /// Follow this link to make this your address.
    ConfirmNewEmail = "confirm_new_email";
    /// To the old address: somebody asked for another one.
    EmailChanging = "email_changing";
}

/// Subject and body in the language of the locale, English where there is none.
#[must_use]
pub fn render(template: Template, locale: &str, values: &[(String, String)]) -> (String, String) {
    let text = text(template, locale.split('-').next().unwrap_or_default());
    let (subject, body) = text.split_once('\n').unwrap_or((text, ""));
    (fill(subject.trim(), values), fill(body.trim(), values))
}

/// In one pass, so that a value which looks like a place is not filled again.
fn fill(text: &str, values: &[(String, String)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let known = after
            .split_once('}')
            .and_then(|(name, after)| values.iter().find(|(known, _)| known == name).map(|(_, value)| (value, after)));
        match known {
            Some((value, after)) => {
                filled.push_str(value);
                rest = after;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}
