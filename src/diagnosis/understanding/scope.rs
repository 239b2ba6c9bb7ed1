//! The scope of a negation or a doubt: from its cue over a list of findings to what ends it.

use super::State;
use super::cues::{Cue, is_filler};
use super::details::{is_severe, matches_at};
use super::folding::fold;
use super::negation::{Judged, Reader};
use super::times::times_in;

/// How a finding is joined to the one before it in a list.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Joint {
    First,
    Comma,
    And,
    Or,
}

struct Item {
    which: usize,
    joint: Joint,
    /// Said of it what is said only of what is there: "…, *severe* headache", "…, the pain *is worse*".
    asserted: bool,
}

/// A walk from a cue over what it may reach.
pub(super) struct Scope<'r, 'a> {
    reader: &'r Reader<'a>,
    cue: Cue,
    start: usize,
    items: Vec<Item>,
    joint: Joint,
    /// Words since the last finding that mean nothing here.
    unknown: usize,
    severe: bool,
    /// A list went on before any finding was met ("no medical problems, chest pain").
    loose: bool,
    /// The cue surely begins a list: "no history of", "haven't had".
    listing: bool,
    /// "anymore", "never … before".
    past: bool,
    /// "never had a headache like this" says that it is there.
    likeness: bool,
}

impl<'r, 'a> Scope<'r, 'a> {
    /// Judges what the cue at `start` reaches from `begin` on; gives the place where its scope ends, and whether it reached anything.
    pub fn walk(reader: &'r Reader<'a>, cue: Cue, start: usize, begin: usize, out: &mut [Judged]) -> (usize, bool) {
        let mut scope = Scope {
            reader,
            cue,
            start,
            items: Vec::new(),
            joint: Joint::First,
            unknown: 0,
            severe: false,
            loose: false,
            listing: false,
            past: cue == Cue::Gone,
            likeness: false,
        };
        let tokens = reader.tokens;
        let mut at = begin;
        // "Denies: fever" and "Negatives - fever" are read on.
        while matches!(tokens.mark(at), Some(':' | '(' | '-')) {
            at += 1;
        }
        while at < tokens.len() {
            scope.collect(at);
            let used = if reader.is_covered(at) { Some(1) } else { scope.token(at) };
            let Some(used) = used else { break };
            at += used;
        }
        if !scope.likeness {
            scope.conclude(out);
        }
        (at.max(begin), !scope.items.is_empty())
    }

    /// Takes up the findings that begin at `at`.
    fn collect(&mut self, at: usize) {
        for which in matches_at(self.reader.matches, at) {
            let predicative = matches!(self.cue, Cue::No) && self.is_predicative(which);
            let asserted = self.severe || predicative || self.is_asserted(which);
            self.items.push(Item { which, joint: self.joint, asserted });
            (self.unknown, self.severe) = (0, false);
        }
        if self.joint == Joint::First && !self.items.is_empty() && !self.reader.is_covered(at + 1) {
            self.joint = Joint::Comma;
        }
    }

    fn join(&mut self, joint: Joint) {
        self.loose |= self.items.is_empty();
        (self.joint, self.unknown, self.severe) = (joint, 0, false);
    }

    /// Reads a token that no finding has taken: how many tokens to go on by, or nothing where the scope ends.
    fn token(&mut self, at: usize) -> Option<usize> {
        let tokens = self.reader.tokens;
        match tokens.mark(at) {
            Some('.' | '!' | '?' | ';' | '+' | ':' | '-') => return None,
            Some('\n') => return self.continues(at).then_some(1),
            Some(',') => {
                let strict = self.items.is_empty() && matches!(self.cue, Cue::Not | Cue::Gone | Cue::Maybe);
                if strict || self.cue == Cue::Gone && !self.reader.or_follows(at) {
                    return None;
                }
                self.join(Joint::Comma);
                return Some(1);
            }
            Some('/') => self.joint = Joint::Or,
            Some(_) => {}
            None => return self.word(at),
        }
        Some(1)
    }

    fn word(&mut self, at: usize) -> Option<usize> {
        let tokens = self.reader.tokens;
        let word = tokens.word(at);
        let opening = self.items.is_empty() && self.unknown == 0 && self.joint == Joint::First;
        let after_or = matches!(tokens.word_before(at, 1), "or" | "nor");
        match word {
            "or" | "nor" => {
                let loose = self.loose;
                self.join(Joint::Or);
                self.loose = loose;
                return Some(1);
            }
            "and" => {
                self.join(Joint::And);
                return Some(1);
            }
            _ => {}
        }
        self.likeness |= self.is_likeness(at);
        match self.reader.cue(at) {
            Some((Cue::Past, used)) => return self.history(at, used, opening),
            Some((Cue::Begin, _)) if after_or => return Some(1),
            Some((Cue::Begin, _)) if opening && self.belongs(at) => {
                self.listing |= matches!(word, "have" | "has" | "had" | "having");
                return Some(1);
            }
            Some((Cue::Stop, _)) if opening && matches!(word, "just" | "still" | "yet" | "also" | "so") => {
                return Some(1);
            }
            Some((_, used)) => return self.is_likeness(at).then_some(used),
            None => {}
        }
        let next = tokens.word(at + 1);
        self.past |= word == "anymore" || word == "any" && matches!(next, "more" | "longer");
        self.past |= word == "before" && tokens.word(self.start) == "never";
        if self.begins_clause(at) {
            return None;
        }
        self.severe |= is_severe(word);
        self.unknown += usize::from(!is_filler(word));
        (self.unknown <= self.patience()).then_some(1)
    }

    /// How many unknown words may stand before a finding that is still meant.
    fn patience(&self) -> usize {
        match self.cue {
            Cue::Not | Cue::Gone if self.items.is_empty() => 0,
            Cue::Deny => 8,
            _ => 4,
        }
    }

    /// "No history of …" is a list; "no past medical history …" is said of the whole history and ends there.
    fn history(&mut self, at: usize, used: usize, opening: bool) -> Option<usize> {
        let tokens = self.reader.tokens;
        let noun = tokens.word(at + used - 1) == "history";
        if opening && noun && tokens.mark(at + used) != Some(':') {
            return None;
        }
        self.listing |= opening && tokens.word(at + used - 1) == "of";
        Some(used)
    }

    /// Whether a verb or a subject at the opening is part of the negation: "not *had*", "don't think *I have*".
    fn belongs(&self, at: usize) -> bool {
        let tokens = self.reader.tokens;
        let subject = matches!(tokens.word(at), "i" | "im" | "ive" | "he" | "she" | "they" | "we" | "patient" | "pt");
        let other =
            matches!(tokens.word(at), "presents" | "presented" | "presenting" | "shows" | "admits" | "endorses");
        let reported = matches!(tokens.word_before(at, 1), "think" | "thinks" | "believe" | "that" | "like" | "when");
        if subject {
            reported || self.cue == Cue::Maybe
        } else {
            !(other || self.listing && matches!(tokens.word(at), "has" | "have" | "had"))
        }
    }

    /// Whether a line break at `at` is inside a list: "…, cough,⏎ chest pain".
    fn continues(&self, at: usize) -> bool {
        let tokens = self.reader.tokens;
        tokens.mark_before(at, 1) == Some(',')
            || matches!(tokens.word_before(at, 1), "or" | "and" | "nor")
            || matches!(tokens.word(at + 1), "or" | "nor")
    }

    /// After a comma or "and", "my …", "it …" or "the …" begins a new clause.
    fn begins_clause(&self, at: usize) -> bool {
        let tokens = self.reader.tokens;
        let parted = tokens.mark_before(at, 1) == Some(',') || tokens.word_before(at, 1) == "and";
        let opens = matches!(
            tokens.word(at),
            "my" | "it" | "the" | "his" | "her" | "is" | "are" | "am" | "was" | "a" | "an" | "our" | "this"
        );
        parted && opens && self.joint != Joint::Or && !self.reader.or_follows(at)
    }

    /// "never had a headache *like this*", "*this bad*": it is there now, and worse than ever.
    fn is_likeness(&self, at: usize) -> bool {
        let next = self.reader.tokens.word(at + 1);
        match self.reader.tokens.word(at) {
            // But "no fits or anything like that".
            "like" => {
                let vague = self.reader.tokens.word_before(at, 1);
                matches!(next, "this" | "that" | "these")
                    && !matches!(vague, "anything" | "something" | "nothing" | "stuff" | "things" | "symptoms")
            }
            "this" | "so" | "that" => matches!(next, "bad" | "severe" | "intense" | "badly" | "strong"),
            "as" => matches!(next, "bad" | "severe"),
            "such" => self.reader.tokens.word_before(at, 1) != "as",
            _ => false,
        }
    }

    fn is_asserted(&self, which: usize) -> bool {
        let timed = || times_in(self.reader.times, self.after(which), self.after(which) + 1).next().is_some();
        self.joint != Joint::First && (self.reader.is_said_to_be(which) || (self.items.len() == 1 && timed()))
    }

    fn after(&self, which: usize) -> usize {
        self.reader.matches.get(which).map_or(0, |one| one.last + 1)
    }

    /// A finding with a negation of its own is no item of a negated list: "no fever, not eating".
    fn negates_itself(&self, which: usize) -> bool {
        if self.reader.matches.get(which).is_some_and(|one| one.denies) {
            return true;
        }
        let tokens = self.reader.tokens;
        let first = self.reader.matches.get(which).map_or("", |one| tokens.word(one.first));
        matches!(first, "no" | "not" | "never" | "cannot" | "unable") || first.ends_with("nt") && fold(first) == "not"
    }

    /// Whether it is a verb or an adjective, which "no" before a list cannot be meant for: "no fever, vomited twice, dizzy".
    fn is_predicative(&self, which: usize) -> bool {
        let Some(one) = self.reader.matches.get(which) else { return false };
        let (first, second) = (self.reader.tokens.word(one.first), self.reader.tokens.word(one.first + 1));
        let verb = first.ends_with("ed") || matches!(first, "threw" | "fell");
        let whole = one.last == one.first || matches!(second, "up" | "out" | "over" | "down" | "off");
        let adjective = matches!(
            first,
            "dizzy" | "drowsy" | "sleepy" | "breathless" | "weak" | "nauseous" | "lethargic" | "unwell" | "short"
        );
        verb && whole || adjective
    }

    fn conclude(&self, out: &mut [Judged]) {
        let last_or = self.items.iter().rposition(|item| item.joint == Joint::Or);
        let never = matches!(self.reader.tokens.word(self.start), "never");
        for (nth, item) in self.items.iter().enumerate() {
            let listed = last_or >= Some(nth);
            let first = item.joint == Joint::First;
            let reached = match self.cue {
                _ if first => true,
                _ if self.negates_itself(item.which) => false,
                _ if listed => true,
                Cue::Maybe | Cue::Gone => false,
                Cue::Deny => !self.reader.has_predicate(item.which),
                // "Doesn't smoke, chest pain" is no list; "haven't had fever, cough" is one.
                Cue::Not => self.listing && !item.asserted,
                _ if never => self.listing && !item.asserted,
                _ => !item.asserted && (self.listing || !self.loose),
            };
            let (true, Some(judged)) = (reached, out.get_mut(item.which)) else { continue };
            judged.state = if self.cue == Cue::Maybe { State::Uncertain } else { State::Absent };
            judged.past |= self.past;
        }
    }
}
