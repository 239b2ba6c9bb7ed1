//! One form for the spellings and inflections of a word, so that "haemorrhages" and "hemorrhage",
//! "vomited" and "vomiting", "weakness" and "weak" meet. The form itself need not be a word:
//! only that a phrase of the lexicon and a text fold alike.

use super::synonyms::canonical;

/// The folded form of a normalised word.
pub(super) fn fold(word: &str) -> String {
    if let Some(negated) = negated_auxiliary(word) {
        return negated.to_owned();
    }
    if !word.is_ascii() || word.len() < 3 {
        return word.to_owned();
    }
    let mut form = respell(irregular(canonical(word)));
    unbend(&mut form);
    form
}

/// All contracted negations are one word to a phrase: "isn't feeding" is "not feeding".
fn negated_auxiliary(word: &str) -> Option<&'static str> {
    Some(match word {
        "cant" | "cannot" | "couldnt" => "cannot",
        "dont" | "doesnt" | "didnt" | "isnt" | "arent" | "wasnt" | "werent" | "hasnt" | "havent" | "hadnt" | "wont"
        | "wouldnt" | "aint" => "not",
        _ => return None,
    })
}

/// Base forms that no rule finds.
fn irregular(word: &str) -> &str {
    match word {
        "felt" => "feel",
        "swollen" | "swole" => "swell",
        "bled" => "bleed",
        "threw" | "thrown" => "throw",
        "fell" | "fallen" => "fall",
        "broke" | "broken" => "break",
        "lost" | "loss" => "lose",
        "shook" | "shaken" => "shake",
        "ate" | "eaten" => "eat",
        "slept" => "sleep",
        "burnt" => "burn",
        "bitten" => "bite",
        "stung" => "sting",
        "woke" | "woken" => "wake",
        "went" | "gone" | "goes" => "go",
        "kept" => "keep",
        "teeth" => "tooth",
        "feet" => "foot",
        "took" | "taken" => "take",
        "aching" | "ached" => "ache",
        "oozing" | "oozed" => "ooze",
        "peed" => "pee",
        "died" | "dying" | "dies" => "die",
        "lying" | "lies" | "lied" => "lie",
        "choking" | "choked" => "choke",
        "drank" => "drink",
        "has" | "had" | "having" => "have",
        "lives" | "living" | "lived" => "live",
        "feces" | "faeces" => "stool",
        _ => word,
    }
}

/// British spelling to American.
fn respell(word: &str) -> String {
    let bytes = word.as_bytes();
    let mut out = String::with_capacity(word.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or_default();
        if word.len() >= 5 && matches!(byte, b'a' | b'o') && rest.get(1) == Some(&b'e') && !tail(rest, 2) {
            out.push('e');
            at += 2;
        } else if at >= 2
            && rest.starts_with(b"our")
            && matches!(rest.get(3), None | Some(b's' | b'l' | b'e' | b'i' | b'a'))
        {
            out.push_str("or");
            at += 3;
        } else if word.len() >= 6
            && byte == b'z'
            && at > 0
            && matches!(bytes.get(at - 1), Some(b'i' | b'y'))
            && matches!(rest.get(1), Some(b'e' | b'i' | b'a'))
        {
            out.push('s');
            at += 1;
        } else if rest.starts_with(b"sulph") {
            out.push_str("sulf");
            at += 5;
        } else {
            out.push(char::from(byte));
            at += 1;
        }
    }
    for (british, american) in [("tre", "ter"), ("bre", "ber"), ("grey", "gray"), ("tres", "ters")] {
        if out.len() >= 4 && out.ends_with(british) {
            out.truncate(out.len() - british.len());
            out.push_str(american);
        }
    }
    out
}

/// Whether nothing but an ending is left after `used` bytes: "toe", "shoes", "goed".
fn tail(rest: &[u8], used: usize) -> bool {
    matches!(rest.get(used..).unwrap_or_default(), b"" | b"s" | b"d")
}

/// Takes off plural, -ing, -ed, -ness and a mute e.
fn unbend(form: &mut String) {
    if form.len() > 4 && (form.ends_with("ies") || form.ends_with("ied")) {
        form.truncate(form.len() - 3);
        form.push('y');
    } else if form.len() > 3 && form.ends_with('s') && !["ss", "us", "is"].iter().any(|end| form.ends_with(end)) {
        form.truncate(form.len() - 1);
    }
    if !keeps_ending(form) {
        for ending in ["ing", "ed"] {
            let Some(stem) = form.strip_suffix(ending) else { continue };
            if stem.len() < 3 || !stem.bytes().any(is_vowel) || (ending == "ed" && stem.ends_with('e')) {
                continue;
            }
            let mute = is_cvc(stem.as_bytes());
            form.truncate(stem.len());
            if mute {
                form.push('e');
            }
            break;
        }
        if form.len() >= 8 && form.ends_with("ness") {
            form.truncate(form.len() - 4);
        }
    }
    if form.len() >= 5 && form.ends_with('e') && !matches!(form.as_str(), "spine" | "scare" | "stare" | "paste") {
        form.truncate(form.len() - 1);
    }
    if form.len() >= 4 {
        let bytes = form.as_bytes();
        let last = bytes.last().copied().unwrap_or(b'a');
        if !is_vowel(last) && bytes.get(bytes.len() - 2) == Some(&last) {
            form.truncate(form.len() - 1);
        } else if last == b'i' {
            form.truncate(form.len() - 1);
            form.push('y');
        }
    }
}

/// Words whose ending is part of them.
fn keeps_ending(word: &str) -> bool {
    matches!(
        word,
        "morning"
            | "evening"
            | "nothing"
            | "anything"
            | "something"
            | "everything"
            | "during"
            | "sickness"
            | "business"
            | "wellness"
            | "illness"
            | "fitness"
            | "witness"
            | "hundred"
            | "naked"
    )
}

/// Three letters, consonant-vowel-consonant: without a mute e the last would have been doubled (sit, sitting).
fn is_cvc(stem: &[u8]) -> bool {
    matches!(stem, [a, b, c] if !is_vowel(*a) && is_vowel(*b) && !is_vowel(*c) && !matches!(c, b'w' | b'x' | b'y'))
}

fn is_vowel(byte: u8) -> bool {
    matches!(byte, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}
