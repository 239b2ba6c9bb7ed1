//! A mail as it travels (RFC 5322), for a provider that takes it whole. Nothing
//! that a person wrote can begin a header: addresses are refused unless they are
//! plain, and a subject is encoded (RFC 2047) unless it is.

use crate::platform::{Mail, NotSent};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::DateTime;

/// Bytes of text in one encoded word: its line has 76 characters at most (RFC 2047,
/// section 2), the first with `Subject: ` before it.
const ENCODED_WORD_BYTES: usize = 39;
/// Characters of a line of base64 (RFC 2045, section 6.8).
const LINE: usize = 76;

/// Who mails come from: an address, perhaps with a name before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// The name that readers see, plain ASCII; empty for none.
    pub name: String,
    /// The address.
    pub address: String,
}

impl Sender {
    /// Reads `address` or `Name <address>`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (name, address) = match text.strip_suffix('>') {
            Some(rest) => rest.split_once('<')?,
            None => ("", text),
        };
        let name = name.trim();
        let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" .'-_&".contains(&byte));
        (plain && is_plain_address(address)).then(|| Self { name: name.to_owned(), address: address.to_owned() })
    }

    /// As it stands in a header or a provider's `from`.
    #[must_use]
    pub fn header(&self) -> String {
        if self.name.is_empty() {
            self.address.clone()
        } else {
            ["\"", &self.name, "\" <", &self.address, ">"].concat()
        }
    }
}

/// Printable ASCII with one `@` inside and nothing that means something in a header.
fn is_plain_address(address: &str) -> bool {
    let plain = address.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>()[]\\,;:\"".contains(&byte));
    let parts = address.split_once('@');
    plain && address.len() <= 254 && parts.is_some_and(|(local, domain)| is_some(local) && is_some(domain))
}

fn is_some(part: &str) -> bool {
    !part.is_empty() && !part.contains('@')
}

/// The message, lines ending in CRLF.
///
/// # Errors
/// When the reader's address cannot stand in a header as it is: refused for good.
pub fn write(from: &Sender, mail: &Mail, now_ms: i64) -> Result<String, NotSent> {
    if !is_plain_address(&mail.to) {
        return Err(NotSent::refused("address_not_plain"));
    }
    let domain = from.address.rsplit('@').next().unwrap_or_default();
    let id: String = mail.id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let date = DateTime::from_timestamp_millis(now_ms).unwrap_or_default().to_rfc2822();
    let mut message = [
        "From: ",
        &from.header(),
        "\r\nTo: ",
        &mail.to,
        "\r\nSubject: ",
        &subject(&mail.subject),
        "\r\nDate: ",
        &date,
        "\r\nMessage-ID: <",
        &id,
        "@",
        domain,
        ">\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n",
        "Content-Transfer-Encoding: base64\r\n\r\n",
    ]
    .concat();
    let text = mail.text.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n");
    let mut encoded = STANDARD.encode(text);
    while !encoded.is_empty() {
        let rest = encoded.split_off(encoded.len().min(LINE));
        message.extend([encoded.as_str(), "\r\n"]);
        encoded = rest;
    }
    Ok(message)
}

/// A subject as it stands in its header: as it is when it is short and plain,
/// otherwise in encoded words, folded.
fn subject(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let plain = text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    if plain && text.len() <= 60 && !text.contains("=?") && text.trim().len() == text.len() {
        return text;
    }
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for character in text.chars() {
        if word.len() + character.len_utf8() > ENCODED_WORD_BYTES {
            words.push(encoded_word(&word));
            word.clear();
        }
        word.push(character);
    }
    words.push(encoded_word(&word));
    words.join("\r\n ")
}

fn encoded_word(text: &str) -> String {
    ["=?utf-8?B?", &STANDARD.encode(text), "?="].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sender() -> Sender {
        Sender::parse("Virtual Doctor <no-reply@clinic.example>").unwrap()
    }

    fn mail(to: &str, subject: &str, text: &str) -> Mail {
        let id = "01932c07-5d3a-7a00-8000-3a5a2c9e1b10".into();
        Mail { id, to: to.into(), subject: subject.into(), text: text.into() }
    }

    /// Header lines, unfolded, and the text.
    fn read(message: &str) -> (Vec<String>, String) {
        let (head, body) = message.split_once("\r\n\r\n").unwrap();
        assert!(!message.replace("\r\n", "").contains(['\r', '\n']), "only CRLF ends a line");
        assert!(message.split("\r\n").all(|line| line.len() <= 76), "{message}");
        assert!(message.is_ascii());
        let text = STANDARD.decode(body.replace("\r\n", "")).unwrap();
        (head.replace("\r\n ", " ").split("\r\n").map(str::to_owned).collect(), String::from_utf8(text).unwrap())
    }

    /// What a reader makes of a header of encoded words.
    fn decoded(header: &str) -> String {
        let words = header.split(' ').map(|word| {
            let base64 = word.strip_prefix("=?utf-8?B?").unwrap().strip_suffix("?=").unwrap();
            String::from_utf8(STANDARD.decode(base64).unwrap()).unwrap()
        });
        words.collect()
    }

    #[test]
    fn a_plain_mail_is_written_as_it_is_read() {
        let message = write(&sender(), &mail("ann@example.org", "Hello", "One\nTwo\r\nThree"), 1_795_000_000_000);
        let (headers, text) = read(&message.unwrap());
        assert_eq!(
            headers,
            [
                "From: \"Virtual Doctor\" <no-reply@clinic.example>",
                "To: ann@example.org",
                "Subject: Hello",
                "Date: Wed, 18 Nov 2026 11:06:40 +0000",
                "Message-ID: <01932c07-5d3a-7a00-8000-3a5a2c9e1b10@clinic.example>",
                "Auto-Submitted: auto-generated",
                "MIME-Version: 1.0",
                "Content-Type: text/plain; charset=utf-8",
                "Content-Transfer-Encoding: base64",
            ]
        );
        assert_eq!(text, "One\r\nTwo\r\nThree");
    }

    #[test]
    fn no_subject_begins_a_header() {
        for attack in [
            "Hi\r\nBcc: eve@example.org",
            "Hi\nBcc: eve@example.org",
            "Hi\rBcc: x",
            "\r\n\r\nBody",
            "Hi\u{85}\u{2028}B",
        ] {
            let (headers, text) = read(&write(&sender(), &mail("ann@example.org", attack, "text"), 0).unwrap());
            assert_eq!(headers.len(), 9, "{attack:?}: {headers:?}");
            assert!(!headers.iter().any(|line| line.starts_with("Bcc")), "{attack:?}");
            assert_eq!(text, "text");
        }
    }

    #[test]
    fn no_address_begins_a_header_or_names_another_reader() {
        for attack in [
            "ann@example.org\r\nBcc: eve@example.org",
            "ann@example.org\nX: y",
            "ann@example.org,eve@example.org",
            "ann@example.org;eve@example.org",
            "a b@example.org",
            "<ann@example.org>",
            "\"ann\"@example.org",
            "ann@x@example.org",
            "änn@example.org",
            "@example.org",
            "ann@",
            "ann",
            "",
        ] {
            let refused = write(&sender(), &mail(attack, "Hi", "text"), 0).unwrap_err();
            assert_eq!(refused, NotSent::refused("address_not_plain"), "{attack:?}");
        }
    }

    #[test]
    fn a_subject_that_is_not_plain_is_encoded_in_words_of_75_characters() {
        let (long, wide) = ("x".repeat(300), "🩺é".repeat(40));
        for subject in ["Vérifiez", "=?utf-8?B?eA==?=", &long, &wide, " padded "] {
            let message = write(&sender(), &mail("ann@example.org", subject, ""), 0).unwrap();
            let (headers, _) = read(&message);
            let header = headers[2].strip_prefix("Subject: ").unwrap();
            assert!(header.split(' ').all(|word| word.len() <= 75), "{header}");
            assert_eq!(decoded(header), subject);
        }
    }

    #[test]
    fn a_sender_is_an_address_with_or_without_a_plain_name() {
        let plain = Sender::parse(" no-reply@clinic.example ").unwrap();
        assert_eq!((plain.header().as_str(), plain.name.as_str()), ("no-reply@clinic.example", ""));
        assert_eq!(sender().header(), "\"Virtual Doctor\" <no-reply@clinic.example>");
        for wrong in [
            "",
            "clinic",
            "A <b",
            "A \"B\" <a@b.c>",
            "Ä <a@b.c>",
            "A\r\nB <a@b.c>",
            "a@b.c>",
            "A <a@b.c> <d@e.f>",
            "a@b@c",
        ] {
            assert_eq!(Sender::parse(wrong), None, "{wrong:?}");
        }
    }
}
