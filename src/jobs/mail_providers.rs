//! Providers of mail: what is sent to each, and what their answers mean. A host's
//! adapter only carries the request.

use super::mail_message::Sender;
use crate::platform::{Mail, NotSent};
use serde_json::json;

/// Longest that a provider is waited for, in seconds: less than a job's lease.
pub const PATIENCE_S: u64 = 30;

/// Which provider mails go to.
#[derive(Clone, PartialEq, Eq)]
pub enum MailProvider {
    /// None: mails wait.
    None,
    /// The mailbox of a local installation.
    Development,
    /// resend.com
    Resend {
        /// Who mails come from.
        from: Sender,
        /// Secret of the account.
        api_key: String,
    },
    /// postmarkapp.com
    Postmark {
        /// Who mails come from.
        from: Sender,
        /// Secret of the server.
        api_key: String,
    },
    /// Cloudflare's binding for mail, named `EMAIL`.
    Cloudflare {
        /// Who mails come from.
        from: Sender,
    },
}

impl MailProvider {
    /// Reads MAIL_PROVIDER, MAIL_FROM and MAIL_API_KEY.
    ///
    /// # Errors
    /// The setting that is wrong, and what it should be.
    pub fn read(name: &str, from: &str, key: &str, development: bool) -> Result<Self, (&'static str, &'static str)> {
        let sender = || Sender::parse(from).ok_or(("MAIL_FROM", "is an address, or a plain name and <address>"));
        let secret = || {
            let fits = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic());
            fits.then(|| key.to_owned()).ok_or(("MAIL_API_KEY", "is the provider's secret, visible ASCII characters"))
        };
        match name {
            "" if development => Ok(Self::Development),
            "" | "none" => Ok(Self::None),
            "development" if development => Ok(Self::Development),
            "development" => Err(("MAIL_PROVIDER", "can be development in development only")),
            "resend" => Ok(Self::Resend { from: sender()?, api_key: secret()? }),
            "postmark" => Ok(Self::Postmark { from: sender()?, api_key: secret()? }),
            "cloudflare" => Ok(Self::Cloudflare { from: sender()? }),
            _ => Err(("MAIL_PROVIDER", "is none, development, resend, postmark or cloudflare")),
        }
    }
}

/// A POST to a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderRequest {
    /// Where to.
    pub url: &'static str,
    /// Names and values.
    pub headers: Vec<(&'static str, String)>,
    /// JSON.
    pub body: String,
}

/// For Resend, which sends nothing twice under one `Idempotency-Key` within 24 hours.
#[must_use]
pub fn resend(from: &Sender, api_key: &str, mail: &Mail) -> ProviderRequest {
    let body = json!({ "from": from.header(), "to": [mail.to], "subject": mail.subject, "text": mail.text });
    ProviderRequest {
        url: "https://api.resend.com/emails",
        headers: vec![
            ("authorization", ["Bearer ", api_key].concat()),
            ("content-type", "application/json".into()),
            ("idempotency-key", mail.id.clone()),
        ],
        body: body.to_string(),
    }
}

/// For Postmark, which knows no idempotency: the job's id is in the metadata, where a
/// doubt about a mail can be settled.
#[must_use]
pub fn postmark(from: &Sender, api_key: &str, mail: &Mail) -> ProviderRequest {
    let body = json!({
        "From": from.header(), "To": mail.to, "Subject": mail.subject, "TextBody": mail.text,
        "MessageStream": "outbound", "Metadata": { "job_id": mail.id }
    });
    ProviderRequest {
        url: "https://api.postmarkapp.com/email",
        headers: vec![
            ("accept", "application/json".into()),
            ("content-type", "application/json".into()),
            ("x-postmark-server-token", api_key.to_owned()),
        ],
        body: body.to_string(),
    }
}

/// What a provider's status means: taken, refused for good, or to be tried again.
///
/// # Errors
/// When the mail was not taken.
pub fn judge(status: u16) -> Result<(), NotSent> {
    let class = || ["provider_", &status.to_string()].concat();
    match status {
        200..=299 => Ok(()),
        408 | 429 => Err(NotSent::later(class())),
        400..=499 => Err(NotSent::refused(class())),
        _ => Err(NotSent::later(class())),
    }
}

/// What the code of an exception of Cloudflare's binding means.
#[must_use]
pub fn judge_binding(code: &str) -> NotSent {
    const REFUSED: [&str; 9] = [
        "E_VALIDATION_ERROR",
        "E_FIELD_MISSING",
        "E_TOO_MANY_RECIPIENTS",
        "E_SENDER_NOT_VERIFIED",
        "E_RECIPIENT_NOT_ALLOWED",
        "E_RECIPIENT_SUPPRESSED",
        "E_SENDER_DOMAIN_NOT_AVAILABLE",
        "E_CONTENT_TOO_LARGE",
        "E_HEADER_NOT_ALLOWED",
    ];
    // Only what is known is passed on: any other text might name a person.
    match REFUSED.into_iter().find(|known| *known == code) {
        Some(known) => NotSent::refused(known.to_lowercase()),
        None => NotSent::later("binding_failed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn sender() -> Sender {
        Sender::parse("Virtual Doctor <no-reply@clinic.example>").unwrap()
    }

    fn mail() -> Mail {
        let id = "01932c07-5d3a-7a00-8000-3a5a2c9e1b10".into();
        Mail { id, to: "ann@example.org".into(), subject: "Hi \"you\"\r\nBcc: x".into(), text: "Öne\nTwo".into() }
    }

    fn header<'a>(request: &'a ProviderRequest, name: &str) -> Vec<&'a str> {
        request.headers.iter().filter(|(known, _)| *known == name).map(|(_, value)| value.as_str()).collect()
    }

    #[test]
    fn resend_gets_the_mail_under_the_jobs_id() {
        let request = resend(&sender(), "re_123", &mail());
        assert_eq!(request.url, "https://api.resend.com/emails");
        assert_eq!(header(&request, "authorization"), ["Bearer re_123"]);
        assert_eq!(header(&request, "idempotency-key"), [mail().id]);
        assert_eq!(header(&request, "content-type"), ["application/json"]);
        let body: Value = serde_json::from_str(&request.body).unwrap();
        let from = "\"Virtual Doctor\" <no-reply@clinic.example>";
        assert_eq!(
            body,
            json!({ "from": from, "to": ["ann@example.org"], "subject": mail().subject, "text": "Öne\nTwo" })
        );
        assert_eq!(resend(&sender(), "re_123", &mail()), request, "a second try is the same request");
    }

    #[test]
    fn postmark_gets_the_mail_with_the_jobs_id_in_its_metadata() {
        let request = postmark(&sender(), "secret", &mail());
        assert_eq!(request.url, "https://api.postmarkapp.com/email");
        assert_eq!(header(&request, "x-postmark-server-token"), ["secret"]);
        assert_eq!(header(&request, "content-type"), ["application/json"]);
        let body: Value = serde_json::from_str(&request.body).unwrap();
        let expected = json!({
            "From": "\"Virtual Doctor\" <no-reply@clinic.example>", "To": "ann@example.org", "Subject": mail().subject,
            "TextBody": "Öne\nTwo", "MessageStream": "outbound", "Metadata": { "job_id": mail().id }
        });
        assert_eq!(body, expected);
    }

    #[test]
    fn what_a_provider_refuses_is_final_and_what_it_cannot_do_now_is_not() {
        for status in [200, 201, 202, 299] {
            assert_eq!(judge(status), Ok(()));
        }
        for status in [400, 401, 403, 404, 409, 410, 413, 422, 451, 499] {
            assert_eq!(judge(status), Err(NotSent::refused(format!("provider_{status}"))));
        }
        for status in [0, 100, 302, 408, 429, 500, 502, 503, 504, 521, 599] {
            assert_eq!(judge(status), Err(NotSent::later(format!("provider_{status}"))));
        }
    }

    #[test]
    fn the_bindings_codes_are_known_and_its_words_are_not_kept() {
        assert_eq!(judge_binding("E_RECIPIENT_SUPPRESSED"), NotSent::refused("e_recipient_suppressed"));
        for other in ["E_RATE_LIMIT_EXCEEDED", "E_INTERNAL_SERVER_ERROR", "", "ann@example.org bounced"] {
            assert_eq!(judge_binding(other), NotSent::later("binding_failed"));
        }
    }

    #[test]
    fn settings_name_a_provider_with_all_that_it_needs() {
        let from = "no-reply@clinic.example";
        let wrong = |name, from, key, development| MailProvider::read(name, from, key, development).err().unwrap().0;
        assert!(MailProvider::read("", "", "", true).is_ok_and(|known| known == MailProvider::Development));
        assert!(MailProvider::read("", "", "", false).is_ok_and(|known| known == MailProvider::None));
        assert!(MailProvider::read("none", "", "", true).is_ok_and(|known| known == MailProvider::None));
        assert!(MailProvider::read("development", "", "", true).is_ok_and(|known| known == MailProvider::Development));
        assert!(MailProvider::read("cloudflare", from, "", false).is_ok());
        assert_eq!(wrong("development", "", "", false), "MAIL_PROVIDER");
        assert_eq!(wrong("smtp", from, "key", false), "MAIL_PROVIDER");
        for provider in ["resend", "postmark"] {
            assert!(MailProvider::read(provider, from, "key", false).is_ok());
            assert_eq!(wrong(provider, "", "key", false), "MAIL_FROM");
            assert_eq!(wrong(provider, from, "", false), "MAIL_API_KEY");
            assert_eq!(wrong(provider, from, "two\nlines", false), "MAIL_API_KEY");
        }
        assert_eq!(wrong("cloudflare", "", "", false), "MAIL_FROM");
    }
}
