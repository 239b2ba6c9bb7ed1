//! Answers that follow the finding they are about: "fever: no", "cough (none)", "the rash has gone".

use super::State;
use super::matching::Match;
use super::negation::Judged;
use super::tokens::Tokens;

/// Answers after the finding: "fever: no", "cough (none)", "the rash has gone", "PE possible".
pub(super) fn answered(tokens: &Tokens, one: &Match, judged: &mut Judged) {
    let minus = tokens.mark(one.last + 1) == Some('-');
    // "SOB -," after "CP +": spaced, it must be followed by nothing but a mark.
    let alone = (tokens.glued(one.last + 1) || matches!(tokens.mark(one.last + 2), Some(',' | ';' | '.')))
        && (tokens.ends_sentence(one.last + 2) || tokens.mark(one.last + 2).is_some());
    if minus && (tokens.word(one.last + 2) == "ve" || alone) && judged.state == State::Present {
        // "fever -ve", "fever-, cough+"
        judged.state = State::Absent;
        return;
    }
    let mut at = one.last + 1;
    let marked = matches!(tokens.mark(at), Some(':' | '-' | '?' | '=' | '('));
    while at < one.last + 3 && matches!(tokens.mark(at), Some(':' | '-' | '?' | '=' | '(' | '.')) && marked {
        at += 1;
    }
    let bare = at;
    while at < bare + 4
        && matches!(
            tokens.word(at),
            "is" | "are"
                | "was"
                | "has"
                | "have"
                | "been"
                | "now"
                | "both"
                | "completely"
                | "all"
                | "it"
                | "totally"
                | "were"
        )
    {
        at += 1;
    }
    let returned = (at..at + 12)
        .take_while(|&at| !tokens.ends_sentence(at))
        .any(|at| matches!(tokens.word(at), "back" | "returned" | "returns" | "again"));
    let closed =
        tokens.ends_sentence(at + 1) || tokens.mark(at + 1).is_some() || tokens.word(at + 1) == "and" && !marked;
    let (state, past) = match tokens.word(at) {
        "no" | "none" | "nil" | "n" | "nope" if closed && at == bare && (marked || tokens.word(at) != "n") => {
            (State::Absent, false)
        }
        "negative" | "absent" | "denied" | "denies" if closed && (at == bare || !marked) => (State::Absent, false),
        "not" if matches!(tokens.word(at + 1), "present" | "noted" | "reported" | "seen") => (State::Absent, false),
        "isnt" | "wasnt" | "arent" if matches!(tokens.word(at + 1), "present" | "there" | "noted") => {
            (State::Absent, false)
        }
        "ruled" | "excluded" if !marked => (State::Absent, false),
        "gone" | "resolved" | "subsided" | "cleared" | "disappeared" | "stopped" if !marked && !returned => {
            (State::Absent, true)
        }
        "over" if closed && at > bare && !marked && !returned => (State::Absent, true),
        "went" if tokens.word(at + 1) == "away" && !marked && !returned => (State::Absent, true),
        "possible" | "suspected" | "probable" | "questionable" | "unlikely" | "maybe" if closed => {
            (State::Uncertain, false)
        }
        _ => return,
    };
    if judged.state == State::Present {
        judged.state = state;
        judged.past |= past;
    }
}
