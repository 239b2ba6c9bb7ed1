//! Whether a finding is said to be present, absent or in doubt, and whether it is history: cues
//! reach forward over a list until something ends their scope; answers ("fever: no") reach back.

use super::State;
use super::answers::answered;
use super::cues::{Cue, Cues};
use super::details::matches_at;
use super::folding::fold;
use super::matching::Match;
use super::scope::Scope;
use super::times::{RECENT_HOURS, Time, times_in};
use super::tokens::Tokens;

/// What is said of one match.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judged {
    pub state: State,
    pub past: bool,
}

fn is_negation(word: &str) -> bool {
    matches!(
        word,
        "not" | "never" | "cannot" | "cant" | "unable" | "impossible" | "hardly" | "couldnt" | "wouldnt" | "wont"
    ) || word.ends_with("nt") && fold(word) == "not"
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
        self.cues.at(self.tokens, at, |at| !self.is_covered(at))
    }

    /// Judges every match.
    pub fn judge(&self) -> Vec<Judged> {
        let mut out = vec![Judged { state: State::Present, past: false }; self.matches.len()];
        let (mut at, mut ended) = (0, 0);
        while at < self.tokens.len() {
            at = match self.cue(at) {
                Some((Cue::No | Cue::Not | Cue::Deny | Cue::Gone | Cue::Maybe, used)) if self.is_answer(at, used) => {
                    at + used
                }
                Some((Cue::No, used)) if self.is_after_negation(at) => at + used,
                Some((cue @ (Cue::No | Cue::Not | Cue::Deny | Cue::Gone | Cue::Maybe), used)) => {
                    let (end, reached) = Scope::walk(self, cue, at, at + used, &mut out);
                    let twice = self.second_negation(cue, at, end).filter(|_| !reached);
                    ended = end;
                    end + twice.unwrap_or(0)
                }
                Some((Cue::Stop, used)) if at != ended && self.excepts_from_all(at) => {
                    Scope::walk(self, Cue::No, at, at + used, &mut out).0
                }
                Some((_, used)) => at + used,
                None => at + 1,
            };
        }
        let mut at = 0;
        while at < self.tokens.len() {
            at = match self.cue(at) {
                Some((Cue::Past, used)) if !self.is_course_of_days(at) && !self.is_none_at_all(at, used) => {
                    self.past(at, at + used, &mut out)
                }
                Some((_, used)) => at + used,
                None => at + 1,
            };
        }
        for (one, judged) in self.matches.iter().zip(&mut out) {
            answered(self.tokens, one, judged);
            if one.denies {
                judged.state = judged.state.reversed();
                judged.past &= judged.state == State::Absent;
            }
        }
        out
    }

    /// "I *can't* eat anything *without* vomiting", "*never free of* pain": two that make none.
    fn is_after_negation(&self, at: usize) -> bool {
        let second = matches!(self.tokens.word(at), "without" | "free");
        let parts =
            |word: &str| matches!(word, "and" | "but" | "just" | "only" | "or" | "because" | "so" | "with" | "though");
        let before = (1..=8.min(at)).map(|back| at - back);
        let mut clause = before.take_while(|&at| self.tokens.mark(at).is_none() && !parts(self.tokens.word(at)));
        second && clause.any(|at| is_negation(self.tokens.word(at)))
    }

    /// The length of a negation that another one before it takes back: "it's *not* that I'm *not* depressed".
    fn second_negation(&self, first: Cue, start: usize, end: usize) -> Option<usize> {
        let parted = (start..end).any(|at| {
            self.tokens.mark(at).is_some() || matches!(self.tokens.word(at), "and" | "or" | "nor" | "but" | "with")
        });
        let (second, used) = self.cue(end)?;
        let turns = matches!(first, Cue::Not | Cue::No) && self.tokens.word(start) != "no";
        let back = matches!(second, Cue::Not | Cue::Deny) || matches!(self.tokens.word(end), "without" | "free");
        (turns && back && !parted).then_some(used)
    }

    /// "Every symptom of a cold *except* a sore throat".
    fn excepts_from_all(&self, at: usize) -> bool {
        let mut sentence =
            (0..at).rev().take_while(|&at| !self.tokens.ends_sentence(at)).map(|at| self.tokens.word(at));
        let all = sentence.clone().any(|word| matches!(word, "every" | "all"));
        self.tokens.word(at) == "except" && all && sentence.any(|word| matches!(word, "symptom" | "symptoms" | "signs"))
    }

    /// "Fever? No." and "No, I have a fever": a lone "no" answers what came before.
    fn is_answer(&self, at: usize, used: usize) -> bool {
        let one_word = used == 1
            && matches!(
                self.tokens.word(at),
                "no" | "nil" | "not" | "absent" | "resolved" | "stopped" | "denied" | "unlikely"
            );
        let pronoun = matches!(self.tokens.word(at + 1), "i" | "im" | "ive" | "he" | "she" | "they" | "it" | "my");
        let ended =
            at + 1 >= self.tokens.len() || matches!(self.tokens.mark(at + 1), Some(mark) if mark != ':' && mark != '(');
        let answer = matches!(self.tokens.word(at), "no") && pronoun;
        one_word && (ended || answer)
    }

    pub fn is_covered(&self, at: usize) -> bool {
        self.covered.get(at).copied().unwrap_or(false)
    }

    /// Whether "or" follows soon: then a list is one, and read as such.
    pub fn or_follows(&self, at: usize) -> bool {
        (at..at + 8).take_while(|&at| !self.tokens.ends_sentence(at)).any(|at| self.tokens.word(at) == "or")
    }

    /// Whether a verb or a number is said of it, which is said only of what is there.
    pub fn is_said_to_be(&self, which: usize) -> bool {
        let next = self.matches.get(which).map_or(0, |one| one.last + 1);
        self.has_predicate(which) || self.tokens.number(next).is_some()
    }

    /// Whether a verb is said of it: "the cough *is* dry", "cough *started* …".
    pub fn has_predicate(&self, which: usize) -> bool {
        let next = self.matches.get(which).map_or(0, |one| one.last + 1);
        let verb = matches!(
            self.tokens.word(next),
            "is" | "are"
                | "was"
                | "started"
                | "began"
                | "came"
                | "has"
                | "hurts"
                | "gets"
                | "keeps"
                | "since"
                | "worse"
                | "worsening"
        );
        verb && !matches!(self.tokens.word(next + 1), "not" | "absent" | "no" | "negative" | "resolved" | "gone")
    }

    /// "3 day *history of* cough" is the course of the complaint, not the past.
    fn is_course_of_days(&self, at: usize) -> bool {
        // "History: chest pain for 2 days" and "Social history: smoker" are headings of what is.
        let heading = self.tokens.word(at) == "history" && self.tokens.mark(at + 1) == Some(':');
        if heading
            && !matches!(self.tokens.word_before(at, 1), "medical" | "past" | "surgical" | "psychiatric" | "health")
        {
            return true;
        }
        let unit = self.tokens.word_before(at, 1);
        matches!(
            unit,
            "day"
                | "days"
                | "week"
                | "weeks"
                | "month"
                | "months"
                | "hour"
                | "hours"
                | "year"
                | "years"
                | "d"
                | "h"
                | "wk"
                | "family"
                | "hr"
                | "hrs"
                | "wks"
                | "minute"
                | "minutes"
                | "min"
                | "short"
                | "night"
                | "the"
                | "over"
                | "half"
        ) && self.tokens.word(at) != "previous"
            || self.tokens.mark_before(at, 2) == Some('/') && self.tokens.number(at.saturating_sub(1)).is_some()
    }

    /// Marks what "history of" reaches as past.
    fn past(&self, start: usize, begin: usize, out: &mut [Judged]) -> usize {
        let narrow = matches!(
            self.tokens.word(start),
            "previous" | "previously" | "prior" | "former" | "formerly" | "used" | "childhood"
        ) && self.tokens.mark(begin) != Some(':')
            && self.tokens.word(start + 1) != "medical";
        let mut at = begin;
        let mut any = false;
        while at < self.tokens.len() {
            for which in matches_at(self.matches, at) {
                let asserted = any && (self.is_said_to_be(which) || self.short_time_after(which));
                if let (Some(judged), false) = (out.get_mut(which), asserted) {
                    judged.past = true;
                }
                any = true;
            }
            if self.is_covered(at) {
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
                Some((Cue::Begin, _))
                    if any || matches!(word, "presents" | "presented" | "presenting" | "complains") =>
                {
                    break;
                }
                Some((Cue::No | Cue::Not | Cue::Deny | Cue::Gone, _)) => break,
                _ if any
                    && matches!(
                        word,
                        "with" | "today" | "currently" | "here" | "comes" | "came" | "is" | "are" | "am"
                    ) =>
                {
                    break;
                }
                _ => {}
            }
            at += 1;
        }
        at.max(begin)
    }

    /// "No past medical history" has no past to speak of.
    fn is_none_at_all(&self, at: usize, used: usize) -> bool {
        let noun = self.tokens.word(at + used - 1) == "history" && self.tokens.mark(at + used) != Some(':');
        noun && (1..=2).any(|back| matches!(self.tokens.word_before(at, back), "no" | "nil" | "without" | "any"))
    }

    fn short_time_after(&self, which: usize) -> bool {
        let next = self.matches.get(which).map_or(0, |one| one.last + 1);
        times_in(self.times, next, next + 1).any(|time| time.hours <= RECENT_HOURS)
    }
}
