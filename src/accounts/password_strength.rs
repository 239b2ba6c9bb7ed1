//! What a new password must not be: one that everybody tries first.

use crate::error::{FieldError, Result, invalid};
use crate::http::Reason;

/// Sorted, one a line, in lower case; none under 8 characters. Its source and licence
/// stand beside it.
static COMMON: &str = include_str!("../../schema/common_passwords.txt");

/// Rows of a keyboard, the alphabet and the digits, in which a finger slides.
const WALKS: [&str; 9] = [
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop[]",
    "qwertzuiopü",
    "azertyuiop",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,",
    "qazwsxedcrfvtgbyhnujmikolp",
];

/// Fewer characters than this are not a password by themselves.
const LEAST: usize = 8;

/// What makes this password one of the first that are tried, if anything does.
#[must_use]
pub fn weakness(password: &str) -> Option<Reason> {
    let folded = password.to_lowercase();
    // "Password2026!" is "password" with what people put behind it.
    let stem = folded.trim_end_matches(|letter: char| !letter.is_alphabetic());
    let message = if is_common(&folded) || is_common(stem) {
        "is among the passwords that everybody tries first; take another one"
    } else if is_repeated(&folded) {
        "repeats one short piece; take another one"
    } else if is_walk(&folded) {
        "runs along a keyboard or the alphabet; take another one"
    } else {
        return None;
    };
    Some(Reason { code: "too_common", message: message.to_owned() })
}

/// Refuses a password that is little more than what is known of its owner:
/// `known` has the e-mail address and the name.
///
/// # Errors
/// 422 on `pointer`.
pub fn check_personal(pointer: &str, password: &str, known: &[&str]) -> Result<()> {
    let mut rest = password.to_lowercase();
    let mut found = false;
    let words = known.iter().flat_map(|text| {
        // Of an address what stands before the @, whole and in its words.
        let text = text.split('@').next().unwrap_or_default().to_lowercase();
        let words = text.split(|letter: char| !letter.is_alphanumeric()).map(str::to_owned).collect::<Vec<_>>();
        std::iter::once(text).chain(words)
    });
    for word in words.filter(|word| word.chars().count() >= 4) {
        if rest.contains(&word) {
            found = true;
            rest = rest.replace(&word, "");
        }
    }
    if found && rest.chars().count() < LEAST {
        let message = "holds your name or e-mail address, and little besides; take another one";
        return Err(invalid(vec![FieldError::body(pointer, "too_personal", message)]));
    }
    Ok(())
}

/// Whether the list has it, by bisection over the lines of the text.
fn is_common(word: &str) -> bool {
    let (mut low, mut high) = (0, COMMON.len());
    while low < high {
        let middle = COMMON.as_bytes()[..low + (high - low) / 2].iter().rposition(|byte| *byte == b'\n');
        let begin = middle.map_or(0, |at| at + 1).max(low);
        let end =
            COMMON.as_bytes()[begin..].iter().position(|byte| *byte == b'\n').map_or(COMMON.len(), |at| begin + at);
        match COMMON.as_bytes()[begin..end].cmp(word.as_bytes()) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => low = end + 1,
            std::cmp::Ordering::Greater => high = begin,
        }
    }
    false
}

/// `aaaaaaaa`, `abcabcabc`: one piece of up to four characters over and over.
fn is_repeated(folded: &str) -> bool {
    let letters: Vec<char> = folded.chars().collect();
    (1..=4).any(|piece| letters.len() >= 2 * piece && letters.iter().skip(piece).eq(&letters[..letters.len() - piece]))
}

/// `12345678`, `qwertzui`, `lkjhgfdsa`, `abcd1234`: made of slides of four and more, forwards or backwards.
fn is_walk(folded: &str) -> bool {
    let mut rest: Vec<char> = folded.chars().collect();
    while !rest.is_empty() {
        let slide = WALKS.iter().map(|walk| slide(&rest, walk)).max().unwrap_or(0);
        if slide < 4 {
            return false;
        }
        rest.drain(..slide);
    }
    true
}

/// How many of the first letters follow each other in the walk, in either direction.
fn slide(letters: &[char], walk: &str) -> usize {
    let walk: Vec<char> = walk.chars().collect();
    let back: Vec<char> = walk.iter().rev().copied().collect();
    let along = |walk: &[char]| {
        let starts = (0..walk.len()).filter(|start| letters.first() == walk.get(*start));
        starts.map(|start| letters.iter().zip(&walk[start..]).take_while(|(one, other)| one == other).count()).max()
    };
    along(&walk).max(along(&back)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_folded_and_found_whole() {
        let lines: Vec<&str> = COMMON.lines().collect();
        assert!(lines.len() > 6000 && lines.is_sorted());
        for line in lines {
            assert!(line.len() >= LEAST && line == line.to_lowercase(), "{line}");
            assert!(is_common(line), "{line}");
        }
        for other in ["", "a", "zzzzzzzzzzzzzzzzzzzzzzz", "!", "~~~~~~~~~", "passwordpasswordy"] {
            assert!(!is_common(other), "{other}");
        }
    }

    #[test]
    fn what_everybody_tries_first_is_weak_in_any_case() {
        for password in [
            "password",
            "PassWord",
            "password1",
            "Password2026!",
            "iloveyou",
            "sunshine",
            "football1",
            "12345678",
            "87654321",
            "qwertyuiop",
            "QWERTZUIO",
            "asdfghjkl",
            "1qaz2wsx",
            "aaaaaaaa",
            "abababab",
            "abcabcabc",
            "xyz1xyz1xyz1",
            "abcdefgh",
            "abcd1234",
            "qwer1234",
            "zyxwvuts",
            "üüüüüüüü",
            "0987654321",
            "trustno1",
            "superman",
        ] {
            assert!(weakness(password).is_some(), "{password}");
        }
    }

    #[test]
    fn what_is_not_among_them_is_taken() {
        for password in [
            "correct horse battery",
            "first password",
            "long enough",
            "another password",
            "Tr0ub4dor&3",
            "vier Wörter im Wind",
            "🩺🩺🩹 heilt",
            "nine lives",
            "a1b9c8d7e6",
        ] {
            assert!(weakness(password).is_none(), "{password}");
        }
    }

    #[test]
    fn a_password_is_more_than_its_owners_name() {
        let known = ["ann.example@example.org", "Ann-Marie Example"];
        for password in ["Example2026", "ann.example1", "MarieExample", "example!marie1"] {
            assert!(check_personal("/password", password, &known).is_err(), "{password}");
        }
        for password in ["correct horse battery", "marie has nine cats", "ann has 9 lives"] {
            assert!(check_personal("/password", password, &known).is_ok(), "{password}");
        }
    }
}
