//! Abbreviations of clinical notes, written out before anything is matched, in texts and in the
//! lexicon alike, so that "SOB" and "shortness of breath" are one phrase whichever of them was listed.

use super::synonyms::several;
use super::tokens::{Kind, Token, Tokens};

/// Writes out abbreviations and joins "do not" to "dont". `any_case`: also those that mean something
/// else in lower case ("ha", "loc"); for phrases of the lexicon, which have no upper case.
pub(super) fn expand(tokens: Tokens, any_case: bool) -> Tokens {
    let mut out = Vec::with_capacity(tokens.len() + 8);
    let mut at = 0;
    while at < tokens.len() {
        at += match replacement(&tokens, at, any_case) {
            Some((words, used)) => {
                let span = tokens.span(at, at + used - 1);
                let glued = tokens.glued(at);
                for (nth, word) in words.split(' ').enumerate() {
                    let text = word.to_owned();
                    let (start, end) = (span.start, span.end);
                    out.push(Token { kind: Kind::Word, text, start, end, upper: false, glued: glued && nth == 0 });
                }
                used
            }
            None => {
                out.extend(tokens.0.get(at).cloned());
                1
            }
        };
    }
    Tokens(out)
}

/// What stands for the tokens at `at`, and how many they are.
fn replacement(tokens: &Tokens, at: usize, any_case: bool) -> Option<(&'static str, usize)> {
    let word = tokens.word(at);
    if word.is_empty() {
        return None;
    }
    let slash = |at: usize| tokens.mark(at) == Some('/') && tokens.glued(at);
    if slash(at + 1) && word.len() <= 3 {
        let second = if tokens.glued(at + 2) { tokens.word(at + 2) } else { "" };
        let third = if slash(at + 3) && tokens.glued(at + 4) { tokens.word(at + 4) } else { "" };
        let found = match (word, second, third) {
            ("n", "v", "d") => ("nausea and vomiting and diarrhea", 5),
            ("n", "v", _) => ("nausea and vomiting", 3),
            ("v", "d", _) => ("vomiting and diarrhea", 3),
            ("f", "c", _) => ("fever and chills", 3),
            ("h", "o", _) => ("history of", 3),
            ("c", "o", _) => ("complains of", 3),
            ("s", "p", _) => ("status post", 3),
            ("r", "o", _) => ("rule out", 3),
            ("p", "w", _) => ("presents with", 3),
            ("d", "t", _) => ("due to", 3),
            ("b", "l", _) => ("bilateral", 3),
            ("y", "o", _) => ("yo", 3),
            ("w", "o", _) => ("without", 3),
            ("r", "t", _) => ("related to", 3),
            ("w", "", _) => ("with", 2),
            ("w", _, _) if second.len() > 1 => ("with", 2),
            _ => return None,
        };
        return Some(found);
    }
    if tokens.word(at + 1) == "not"
        && let Some(joined) = contracted(word)
    {
        return Some((joined, 2));
    }
    if let Some(found) = several(word, tokens.word(at + 1), tokens.word(at + 2)) {
        return Some(found);
    }
    // "My left ball", but the ball of the foot.
    if matches!(word, "ball" | "balls") && tokens.word(at + 1) != "of" && tokens.word_before(at, 1) != "a" {
        return Some(("testicle", 1));
    }
    let upper = any_case || tokens.upper(at);
    Some((written_out(word, upper)?, 1))
}

/// The contraction of `word` and "not".
fn contracted(word: &str) -> Option<&'static str> {
    Some(match word {
        "can" => "cannot",
        "could" => "couldnt",
        "do" => "dont",
        "does" => "doesnt",
        "did" => "didnt",
        "is" => "isnt",
        "are" => "arent",
        "was" => "wasnt",
        "were" => "werent",
        "has" => "hasnt",
        "have" => "havent",
        "had" => "hadnt",
        "will" => "wont",
        "would" => "wouldnt",
        _ => return None,
    })
}

fn written_out(word: &str, upper: bool) -> Option<&'static str> {
    Some(match word {
        "sob" => "shortness of breath",
        "afebrile" | "apyrexial" => "no fever",
        "nonsmoker" => "not smoker",
        "abd" | "abdo" => "abdominal",
        "urti" => "upper respiratory tract infection",
        "uti" => "urinary tract infection",
        "htn" => "hypertension",
        "dvt" => "deep vein thrombosis",
        "hx" => "history",
        "fhx" | "famhx" => "family history",
        "pmh" | "pmhx" => "past medical history",
        "yr" => "year",
        "yrs" => "years",
        "wt" => "weight",
        "cant" => "cannot",
        "neg" => "negative",
        "preg" => "pregnant",
        "ur" => "your",
        "ha" if upper => "headache",
        "cp" if upper => "chest pain",
        "loc" if upper => "loss of consciousness",
        "doe" if upper => "shortness of breath on exertion",
        "mi" if upper => "myocardial infarction",
        "pe" if upper => "pulmonary embolism",
        "nv" if upper => "nausea and vomiting",
        "nvd" if upper => "nausea and vomiting and diarrhea",
        _ => return None,
    })
}
