//! Time-based one-time passwords (RFC 6238): SHA-1, 6 digits, steps of 30 seconds,
//! as every authenticator app has them.

use crate::id::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use subtle::ConstantTimeEq;

/// Bytes of a secret: those of an HMAC-SHA-1 (RFC 4226, section 4, R6).
pub const SECRET_BYTES: usize = 20;
/// Length of a step in milliseconds.
const STEP_MS: i64 = 30_000;

/// The step whose code this is, within one of now; `None` for a wrong code and
/// for one of a step that is not after `last_step`, which was used.
#[must_use]
pub fn step_of(secret: &[u8], code: &str, last_step: i64, now: Timestamp) -> Option<i64> {
    let present = now.0.div_euclid(STEP_MS);
    let mut found = None;
    for step in [present - 1, present, present + 1] {
        let right = bool::from(digits(secret, step, 6).as_bytes().ct_eq(code.as_bytes()));
        if right && step > last_step && found.is_none() {
            found = Some(step);
        }
    }
    found
}

/// The six digits of a step.
#[must_use]
pub fn code(secret: &[u8], step: i64) -> String {
    digits(secret, step, 6)
}

/// The code of a step (RFC 4226, section 5.3).
fn digits(secret: &[u8], step: i64, length: u32) -> String {
    // HMAC takes a key of any length: the default is never reached.
    let mac: [u8; 20] = Hmac::<Sha1>::new_from_slice(secret)
        .map(|mac| mac.chain_update(step.to_be_bytes()).finalize().into_bytes().into())
        .unwrap_or_default();
    let offset = usize::from(mac[19] & 15);
    let word = mac[offset..offset + 4].iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
    let code = ((word & 0x7fff_ffff) % 10_u32.pow(length)).to_string();
    ["0".repeat((length as usize).saturating_sub(code.len())), code].concat()
}

/// Base32 (RFC 4648, section 6) without padding, as authenticator apps take it.
#[must_use]
pub fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let (mut text, mut buffer, mut bits) = (String::new(), 0_u32, 0);
    for byte in bytes {
        buffer = buffer << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(ALPHABET[(buffer >> bits & 31) as usize]));
        }
    }
    if bits > 0 {
        text.push(char::from(ALPHABET[(buffer << (5 - bits) & 31) as usize]));
    }
    text
}

/// Reads what [`base32`] wrote; `None` for anything else.
#[must_use]
pub fn from_base32(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut buffer, mut bits) = (Vec::new(), 0_u32, 0);
    for letter in text.bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'2'..=b'7' => letter - b'2' + 26,
            _ => return None,
        };
        buffer = buffer << 5 | u32::from(value);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((buffer >> bits & 255) as u8);
        }
    }
    Some(bytes)
}

/// What a QR code for an authenticator app holds (Key URI Format). The account's
/// name in the app is the address that it signs in with.
#[must_use]
pub fn otpauth_uri(email: &str, secret: &str) -> String {
    let mut account = String::new();
    for byte in email.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte) {
            account.push(char::from(byte));
        } else {
            let hex = |half: u8| char::from(b"0123456789ABCDEF"[usize::from(half & 15)]);
            account.extend(['%', hex(byte >> 4), hex(byte)]);
        }
    }
    ["otpauth://totp/Virtual%20Doctor:", &account, "?secret=", secret, "&issuer=Virtual%20Doctor"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn it_gives_the_vectors_of_rfc_6238_appendix_b() {
        for (seconds, code) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            assert_eq!(digits(SECRET, seconds / 30, 8), code);
            assert_eq!(step_of(SECRET, &code[2..], 0, Timestamp(seconds * 1000)), Some(seconds / 30));
        }
    }

    #[test]
    fn one_step_either_side_is_taken_and_no_more() {
        let at = |step: i64, offset_ms: i64| Timestamp(step * STEP_MS + offset_ms);
        let code = super::code(SECRET, 1000);
        for (now, taken) in [
            (at(998, STEP_MS - 1), false),
            (at(999, 0), true),
            (at(1000, 0), true),
            (at(1001, STEP_MS - 1), true),
            (at(1002, 0), false),
        ] {
            assert_eq!(step_of(SECRET, &code, 0, now).is_some(), taken, "{now:?}");
        }
    }

    #[test]
    fn a_used_step_and_those_before_it_are_not_taken() {
        let now = Timestamp(1000 * STEP_MS);
        for (last, taken) in [(998, true), (999, true), (1000, false), (1001, false)] {
            assert_eq!(step_of(SECRET, &code(SECRET, 1000), last, now).is_some(), taken, "{last}");
        }
    }

    #[test]
    fn what_is_no_code_is_not_taken() {
        let now = Timestamp(1000 * STEP_MS);
        let code = super::code(SECRET, 1000);
        for wrong in ["", "0", &code[..5], &[&code, "0"].concat(), &[" ", &code[1..]].concat(), "ä"] {
            assert_eq!(step_of(SECRET, wrong, 0, now), None, "{wrong}");
        }
    }

    #[test]
    fn base32_is_that_of_rfc_4648() {
        for (plain, text) in
            [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("foobar", "MZXW6YTBOI")]
        {
            assert_eq!(base32(plain.as_bytes()), text);
            assert_eq!(from_base32(text).as_deref(), Some(plain.as_bytes()));
        }
        assert_eq!(from_base32("MY=1"), None);
    }

    #[test]
    fn the_uri_holds_what_an_app_needs() {
        assert_eq!(
            otpauth_uri("ann+x@example.org", "MZXW6"),
            "otpauth://totp/Virtual%20Doctor:ann%2Bx@example.org?secret=MZXW6&issuer=Virtual%20Doctor"
        );
    }
}
