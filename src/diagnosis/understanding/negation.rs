//! Whether a finding is said to be present, absent or in doubt, and whether it is history: cues
//! reach forward over a list until something ends their scope; answers ("fever: no") reach back.

use super::State;
use super::answers::answered;
use super::cues::{Cue, Cues, is_filler};
use super::details::{is_severe, matches_at};
use super::lexicon::Match;
use super::times::{RECENT_HOURS, Time, times_in};
use super::tokens::Tokens;

/// What is said of one match.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judged {
    pub state: State,
    pub past: bool,
}

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

/// All that a scope is read against.
pub(super) struct Reader<'a> {
    pub tokens: &'a Tokens,
    pub matches: &'a [Match],
    pub times: &'a [Time],
    pub cues: &'a Cues,
    covered: Vec<bool>,
}

impl<'a> Reader<'a> {
    pub fn new(tokens: &'a Tokens, matches: &'a [Match], times: &'a [Time], cues: &'a Cues) -> Self {
        let mut covered = vec![false; tokens.len()];
        for one in matches {
            for at in (one.first..=one.last).filter(|&at| one.covers(at)) {
                if let Some(flag) = covered.get_mut(at) {
                    *flag = true;
                }
            }
        }
        Self { tokens, matches, times, cues, covered }
    }

    pub fn cue(&self, at: usize) -> Option<(Cue, usize)> {
        self.cues.at(self.tokens, at, |at| !self.covered.get(at).copied().unwrap_or(false))
    }

    /// Judges every match.
    pub fn judge(&self) -> Vec<Judged> {
        let mut out = vec![Judged { state: State::Present, past: false }; self.matches.len()];
        let mut at = 0;
        while at < self.tokens.len() {
            at = match self.cue(at) {
                Some((Cue::No | Cue::Not | Cue::Deny | Cue::Gone | Cue::Maybe, used)) if self.is_answer(at, used) => at + used,
                Some((cue @ (Cue::No | Cue::Not | Cue::Deny | Cue::Gone | Cue::Maybe), used)) => self.scope(cue, at, at + used, &mut out),
                Some((_, used)) => at + used,
                None => at + 1,
            };
        }
        let mut at = 0;
        while at < self.tokens.len() {
            at = match self.cue(at) {
                Some((Cue::Past, used)) if !self.is_course_of_days(at) => self.past(at, at + used, &mut out),
                Some((_, used)) => at + used,
                None => at + 1,
            };
        }
        for (one, judged) in self.matches.iter().zip(&mut out) {
            answered(self.tokens, one, judged);
        }
        out
    }

    /// "Fever? No." and "No, I have a fever": a lone "no" answers what came before.
    fn is_answer(&self, at: usize, used: usize) -> bool {
        let one_word = used == 1 && matches!(self.tokens.word(at), "no" | "nil" | "not" | "absent" | "resolved" | "stopped" | "denied" | "unlikely");
        let pronoun = matches!(self.tokens.word(at + 1), "i" | "im" | "ive" | "he" | "she" | "they" | "it" | "my");
        let ended = at + 1 >= self.tokens.len() || matches!(self.tokens.mark(at + 1), Some(mark) if mark != ':' && mark != '(');
        let answer = matches!(self.tokens.word(at), "no") && pronoun;
        one_word && (ended || answer)
    }

    /// Walks on from a cue and judges what it reaches; gives the place where its scope ends.
    fn scope(&self, cue: Cue, start: usize, begin: usize, out: &mut [Judged]) -> usize {
        let limit = match cue {
            Cue::Not | Cue::Gone => 0,
            Cue::Deny => 8,
            _ => 4,
        };
        let mut items: Vec<Item> = Vec::new();
        let (mut joint, mut unknown, mut loose, mut severe) = (Joint::First, 0, false, false);
        let (mut gone, mut pseudo) = (cue == Cue::Gone, false);
        let mut at = begin;
        // "Denies: fever" and "Negatives - fever" are read on.
        while matches!(self.tokens.mark(at), Some(':' | '(' | '-')) {
            at += 1;
        }
        while at < self.tokens.len() {
            let mut here = matches_at(self.matches, at).peekable();
            if here.peek().is_some() {
                for which in here {
                    let asserted = severe || self.is_asserted(which, &items, joint) || cue == Cue::No && self.is_predicative(which);
                    items.push(Item { which, joint, asserted });
                }
                (unknown, severe) = (0, false);
                joint = if joint == Joint::First { Joint::Comma } else { joint };
            }
            if self.covered.get(at).copied().unwrap_or(false) {
                at += 1;
                continue;
            }
            let opening = items.is_empty() && unknown == 0 && joint == Joint::First;
            let word = self.tokens.word(at);
            match self.tokens.mark(at) {
                Some('.' | '!' | '?' | ';' | '+' | ':' | '-') => break,
                Some('\n') if !self.continues(at) => break,
                Some(',') => {
                    let strict = matches!(cue, Cue::Not | Cue::Gone | Cue::Maybe);
                    if items.is_empty() && strict || cue == Cue::Gone && !self.or_follows(at) {
                        break;
                    }
                    loose |= items.is_empty();
                    (joint, unknown, severe) = (Joint::Comma, 0, false);
                }
                Some('/') => joint = Joint::Or,
                Some(_) => {}
                None if matches!(word, "or" | "nor") => (joint, unknown, severe) = (Joint::Or, 0, false),
                None if word == "and" => {
                    loose |= items.is_empty();
                    (joint, unknown, severe) = (Joint::And, 0, false);
                }
                None => match self.cue(at) {
                    Some((Cue::Past, used)) => at += used - 1,
                    Some((Cue::Begin, _)) if opening || matches!(self.tokens.word_before(at, 1), "or" | "nor") => {}
                    Some((Cue::Stop, _)) if opening && matches!(word, "just" | "still" | "yet" | "also" | "so") => {}
                    Some((_, used)) if self.is_likeness(at) => {
                        pseudo = true;
                        at += used - 1;
                    }
                    Some(_) => break,
                    None => {
                        gone |= matches!(word, "anymore") || word == "any" && matches!(self.tokens.word(at + 1), "more" | "longer");
                        gone |= word == "before" && self.tokens.word(start) == "never";
                        pseudo |= self.is_likeness(at);
                        if self.begins_clause(at, joint) {
                            break;
                        }
                        severe |= is_severe(word);
                        unknown += usize::from(!is_filler(word));
                        if unknown > if items.is_empty() { limit } else { limit.max(4) } {
                            break;
                        }
                    }
                },
            }
            at += 1;
        }
        if !pseudo {
            self.conclude(cue, &items, loose, gone, out);
        }
        at.max(begin)
    }

    fn conclude(&self, cue: Cue, items: &[Item], loose: bool, gone: bool, out: &mut [Judged]) {
        let last_or = items.iter().rposition(|item| item.joint == Joint::Or);
        for (nth, item) in items.iter().enumerate() {
            let or = last_or >= Some(nth);
            let first = item.joint == Joint::First;
            let reached = match cue {
                _ if first || or => true,
                Cue::Maybe | Cue::Gone => false,
                Cue::Deny => !self.has_predicate(item.which),
                _ => !item.asserted && !loose,
            };
            // "No fever, not eating": a finding with a negation of its own is no item of a negated list.
            let own = !first && self.negates_itself(item.which);
            let (true, Some(judged)) = (reached && !own, out.get_mut(item.which)) else { continue };
            judged.state = if cue == Cue::Maybe { State::Uncertain } else { State::Absent };
            judged.past |= gone;
        }
    }

    /// Whether a line break at `at` is inside a list: "…, cough,⏎ chest pain".
    fn continues(&self, at: usize) -> bool {
        self.tokens.mark_before(at, 1) == Some(',')
            || matches!(self.tokens.word_before(at, 1), "or" | "and" | "nor")
            || matches!(self.tokens.word(at + 1), "or" | "nor")
    }

    fn or_follows(&self, at: usize) -> bool {
        (at..at + 8).take_while(|&at| !self.tokens.ends_sentence(at)).any(|at| self.tokens.word(at) == "or")
    }

    /// After a comma or "and", "my …", "it …" or "the …" begins a new clause.
    fn begins_clause(&self, at: usize, joint: Joint) -> bool {
        let parted = self.tokens.mark_before(at, 1) == Some(',') || self.tokens.word_before(at, 1) == "and";
        let opens = matches!(self.tokens.word(at), "my" | "it" | "the" | "his" | "her" | "is" | "are" | "am" | "was" | "a" | "an" | "our" | "this");
        parted && opens && joint != Joint::Or && !self.or_follows(at)
    }

    /// "never had a headache *like this*", "*this bad*": it is there now, and worse than ever.
    fn is_likeness(&self, at: usize) -> bool {
        let next = self.tokens.word(at + 1);
        match self.tokens.word(at) {
            "like" => matches!(next, "this" | "that" | "these"),
            "this" | "so" | "that" => matches!(next, "bad" | "severe" | "intense" | "badly" | "strong"),
            "as" => matches!(next, "bad" | "severe"),
            "such" => true,
            _ => false,
        }
    }

    fn is_asserted(&self, which: usize, before: &[Item], joint: Joint) -> bool {
        if joint == Joint::First {
            return false;
        }
        let next = self.matches.get(which).map_or(0, |one| one.last + 1);
        let timed = times_in(self.times, next, next + 1).next().is_some();
        self.has_predicate(which) || self.tokens.number(next).is_some() || (timed && before.len() == 1)
    }

    fn negates_itself(&self, which: usize) -> bool {
        let first = self.matches.get(which).map_or("", |one| self.tokens.word(one.first));
        matches!(first, "no" | "not" | "cannot" | "unable") || first.ends_with("nt") && super::folding::fold(first) == "not"
    }

    /// Whether it is a verb or an adjective, which "no" before a list cannot be meant for: "no fever, vomited twice, dizzy".
    fn is_predicative(&self, which: usize) -> bool {
        let Some(one) = self.matches.get(which) else { return false };
        let (first, second) = (self.tokens.word(one.first), self.tokens.word(one.first + 1));
        let verb = first.ends_with("ed") || matches!(first, "threw" | "fell");
        let whole = one.last == one.first || matches!(second, "up" | "out" | "over" | "down" | "off");
        let adjective = matches!(first, "dizzy" | "drowsy" | "sleepy" | "breathless" | "weak" | "nauseous" | "lethargic" | "unwell" | "short");
        verb && whole || adjective
    }

    /// Whether a verb is said of it: "the cough *is* dry", "cough *started* …".
    fn has_predicate(&self, which: usize) -> bool {
        let next = self.matches.get(which).map_or(0, |one| one.last + 1);
        matches!(
            self.tokens.word(next),
            "is" | "are" | "was" | "started" | "began" | "came" | "has" | "hurts" | "gets" | "keeps" | "since" | "worse" | "worsening"
        ) && !matches!(self.tokens.word(next + 1), "not" | "absent" | "no" | "negative" | "resolved" | "gone")
    }

    /// "3 day *history of* cough" is the course of the complaint, not the past.
    fn is_course_of_days(&self, at: usize) -> bool {
        let unit = self.tokens.word_before(at, 1);
        matches!(
            unit,
            "day" | "days" | "week" | "weeks" | "month" | "months" | "hour" | "hours" | "year" | "years" | "d" | "h" | "wk" | "family"
                | "hr" | "hrs" | "wks" | "minute" | "minutes" | "min" | "short" | "night" | "the" | "over" | "half"
        ) && self.tokens.word(at) != "previous"
            || self.tokens.mark_before(at, 2) == Some('/') && self.tokens.number(at.saturating_sub(1)).is_some()
    }

    /// Marks what "history of" reaches as past.
    fn past(&self, start: usize, begin: usize, out: &mut [Judged]) -> usize {
        let narrow = matches!(self.tokens.word(start), "previous" | "previously" | "prior" | "former" | "formerly" | "past" | "used" | "childhood")
            && self.tokens.mark(begin) != Some(':') && self.tokens.word(start + 1) != "medical";
        let mut at = begin;
        let mut any = false;
        while at < self.tokens.len() {
            for which in matches_at(self.matches, at) {
                let asserted = any && (self.is_asserted(which, &[], Joint::Comma) || self.short_time_after(which));
                if let (Some(judged), false) = (out.get_mut(which), asserted) {
                    judged.past = true;
                }
                any = true;
            }
            if self.covered.get(at).copied().unwrap_or(false) {
                at += 1;
                continue;
            }
            match self.tokens.mark(at) {
                Some('.' | '!' | '?' | ';' | '\n') if at > begin => break,
                Some(',') if narrow => break,
                _ => {}
            }
            let word = self.tokens.word(at);
            match self.cue(at) {
                Some((Cue::Stop, _)) if word != "also" && word != "from" => break,
                Some((Cue::Begin, _)) if any => break,
                Some((Cue::No | Cue::Not | Cue::Deny | Cue::Gone, _)) => break,
                _ if any && matches!(word, "with" | "today" | "currently" | "here" | "comes" | "came" | "is" | "are" | "am") => break,
                _ => {}
            }
            at += 1;
        }
        at.max(begin)
    }

    fn short_time_after(&self, which: usize) -> bool {
        let next = self.matches.get(which).map_or(0, |one| one.last + 1);
        times_in(self.times, next, next + 1).any(|time| time.hours <= RECENT_HOURS)
    }
}
