//! The vocabulary: phrases as a trie over folded words, and the matching of a text against it.

use std::collections::HashMap;

use super::folding::fold;
use super::hashing::QuickMap;
use super::cues::Cues;
use super::spelling::Spelling;
use super::tokens::{Kind, Tokens, tokenize};
use super::{abbreviations, words};

/// Small words that may stand between two words of a phrase.
const GAP: usize = 2;
/// A phrase with its gaps spans at most this many tokens.
const REACH: usize = 40;
const ROOT: u32 = 0;

/// The vocabulary of findings: phrases and the index of the finding each stands for. Compile it once
/// an isolate; matching looks up each word of a text by hash.
#[derive(Debug)]
pub struct Lexicon {
    words: QuickMap<String, u32>,
    /// Ids below this are words of phrases; the others are plain English, known but not matched.
    phrase_words: u32,
    steps: QuickMap<(u32, u32), u32>,
    ends: QuickMap<u32, Vec<u16>>,
    spelling: Spelling,
    pub(super) cues: Cues,
}

/// A phrase found in a text.
#[derive(Debug, Clone)]
pub(super) struct Match {
    pub finding: u16,
    /// First and last token.
    pub first: usize,
    pub last: usize,
    /// Tokens that belong to it, counted from `first`: all but the shared words of a list.
    mask: u64,
}

impl Match {
    pub fn covers(&self, token: usize) -> bool {
        token.checked_sub(self.first).is_some_and(|at| at < 64 && self.mask >> at & 1 == 1)
    }

    fn within(&self, other: &Self) -> bool {
        let Some(shift) = self.first.checked_sub(other.first).filter(|&shift| shift < 64) else { return false };
        let inside = other.mask >> shift;
        self.mask & !inside == 0 && self.mask.count_ones() < other.mask.count_ones()
    }
}

/// What a token can be read as.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Reading {
    id: Option<u32>,
    /// Two words run together ("chestpain").
    split: Option<(u32, u32)>,
    /// One word written as two, with the next token ("head ache").
    joined: Option<u32>,
    /// A word of the lexicon or plain English, as written.
    pub known: bool,
    in_phrase: bool,
}

impl Lexicon {
    /// Compiles a vocabulary. `entries`: a finding's index and a phrase in lower case ("chest pain"). A phrase is a
    /// skeleton: its words in order, inflection and spelling folded, with up to two small words between them.
    pub fn new<'a>(entries: impl IntoIterator<Item = (u16, &'a str)>) -> Self {
        let mut lexicon = Self {
            words: QuickMap::default(),
            phrase_words: 0,
            steps: QuickMap::default(),
            ends: QuickMap::default(),
            spelling: Spelling::default(),
            cues: Cues::new(),
        };
        for (finding, phrase) in entries {
            lexicon.add(finding, phrase);
        }
        lexicon.phrase_words = lexicon.size();
        for word in words::COMMON.split(' ') {
            lexicon.id(&fold(word));
        }
        lexicon
    }

    fn size(&self) -> u32 {
        u32::try_from(self.words.len()).unwrap_or(u32::MAX)
    }

    fn id(&mut self, form: &str) -> u32 {
        if let Some(&id) = self.words.get(form) {
            return id;
        }
        let id = self.size();
        self.words.insert(form.to_owned(), id);
        id
    }

    fn add(&mut self, finding: u16, phrase: &str) {
        let tokens = abbreviations::expand(tokenize(phrase), true);
        let forms = |all: bool| -> Vec<String> {
            let kept = tokens.0.iter().filter(|token| all || !words::is_dropped(&token.text));
            kept.filter_map(|token| match token.kind {
                Kind::Word => Some(fold(&token.text)),
                Kind::Number(value) => Some(value.to_string()),
                Kind::Mark(_) => None,
            })
            .collect()
        };
        let mut skeleton = forms(false);
        if skeleton.is_empty() {
            skeleton = forms(true);
        }
        if skeleton.is_empty() || skeleton.len() > REACH / 2 {
            return;
        }
        let mut node = ROOT;
        for form in &skeleton {
            let known = self.words.contains_key(form.as_str());
            let word = self.id(form);
            if !known {
                self.spelling.add(form, word);
            }
            let fresh = u32::try_from(self.steps.len() + 1).unwrap_or(u32::MAX);
            node = *self.steps.entry((node, word)).or_insert(fresh);
        }
        let findings = self.ends.entry(node).or_default();
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }

    /// Reads every token: as a word of the lexicon, as two of them, or as a misspelling of one.
    pub(super) fn read(&self, tokens: &Tokens) -> Vec<Reading> {
        let mut seen: HashMap<&str, Reading> = HashMap::new();
        let mut out = Vec::with_capacity(tokens.len());
        for (at, token) in tokens.0.iter().enumerate() {
            let mut reading = match token.kind {
                Kind::Word => *seen.entry(&token.text).or_insert_with(|| self.read_word(&token.text)),
                Kind::Number(value) => Reading { id: self.words.get(&value.to_string()).copied(), ..Reading::default() },
                Kind::Mark(_) => Reading::default(),
            };
            let next = tokens.word(at + 1);
            if token.text.len() >= 3 && next.len() >= 3 && !words::is_small(next) && token.text.len() + next.len() <= REACH {
                reading.joined = self.phrase_word(&fold(&format!("{}{next}", token.text)));
            }
            out.push(reading);
        }
        out
    }

    fn phrase_word(&self, form: &str) -> Option<u32> {
        self.words.get(form).copied().filter(|&id| id < self.phrase_words)
    }

    fn read_word(&self, word: &str) -> Reading {
        let form = fold(word);
        if let Some(&id) = self.words.get(&form) {
            let in_phrase = id < self.phrase_words;
            return Reading { id: Some(id).filter(|_| in_phrase), known: true, in_phrase, ..Reading::default() };
        }
        if words::is_english_mark(word) || words::is_small(word) {
            return Reading { known: true, ..Reading::default() };
        }
        let split = self.split(word);
        let id = if split.is_some() { None } else { self.spelling.correct(word, &form) };
        Reading { id, split, in_phrase: id.is_some(), ..Reading::default() }
    }

    fn split(&self, word: &str) -> Option<(u32, u32)> {
        if !word.is_ascii() || word.len() > REACH {
            return None;
        }
        (4..word.len().saturating_sub(2)).find_map(|cut| {
            let (head, rest) = word.split_at_checked(cut)?;
            Some((self.phrase_word(&fold(head))?, self.phrase_word(&fold(rest))?))
        })
    }

    fn step(&self, node: u32, word: Option<u32>) -> Option<u32> {
        self.steps.get(&(node, word?)).copied()
    }

    /// All phrases in the text, in its order; shorter ones inside longer ones are left out.
    pub(super) fn matches(&self, tokens: &Tokens, readings: &[Reading]) -> Vec<Match> {
        let mut found = Vec::new();
        let (mut front, mut next) = (Vec::new(), Vec::new());
        for first in 0..tokens.len() {
            front.clear();
            front.push((ROOT, first, 0u64));
            while !front.is_empty() {
                for &(node, at, mask) in &front {
                    self.advance(tokens, readings, (node, at, mask), first, &mut next);
                }
                for &(node, at, mask) in &next {
                    for &finding in self.ends.get(&node).into_iter().flatten() {
                        found.push(Match { finding, first, last: at.saturating_sub(1), mask });
                    }
                }
                front.clear();
                std::mem::swap(&mut front, &mut next);
            }
        }
        resolve(found, tokens)
    }

    /// All ways on from a place in the trie and the text.
    fn advance(&self, tokens: &Tokens, readings: &[Reading], from: (u32, usize, u64), first: usize, out: &mut Vec<(u32, usize, u64)>) {
        let (node, start, mask) = from;
        let mut take = |at: usize, mask: u64| {
            let (Some(reading), true) = (readings.get(at), at - first < REACH) else { return };
            let bit = 1u64 << (at - first);
            let split = reading.split.and_then(|(a, b)| self.step(self.step(node, Some(a))?, Some(b)));
            let ways = [(self.step(node, reading.id), 1, bit), (split, 1, bit), (self.step(node, reading.joined), 2, bit | bit << 1)];
            for (to, used, bits) in ways {
                let Some(to) = to else { continue };
                if !out.iter().any(|&(node, end, _)| node == to && end == at + used) {
                    out.push((to, at + used, mask | bits));
                }
            }
        };
        take(start, mask);
        if node == ROOT {
            return;
        }
        let (mut at, mut filled) = (start, mask);
        let mut small = 0;
        while words::is_small(tokens.word(at)) && at - start < 2 * GAP && at - first < REACH {
            // Articles and the like are no part of phrases either way, so they do not count.
            small += usize::from(!words::is_dropped(tokens.word(at)));
            if small > GAP {
                break;
            }
            filled |= 1 << (at - first);
            at += 1;
            take(at, filled);
        }
        for at in shared(tokens, readings, start).into_iter().flatten() {
            take(at, mask);
        }
    }
}

/// Where a phrase goes on when it shares a word with others of a list: "chest, *arm or* jaw pain", "blood in *urine and* stool".
fn shared(tokens: &Tokens, readings: &[Reading], start: usize) -> [Option<usize>; 2] {
    let joins = |at: usize| matches!(tokens.word(at), "and" | "or") || matches!(tokens.mark(at), Some('/'));
    let parts = |at: usize| joins(at) || tokens.mark(at) == Some(',');
    let listed = |at: usize| readings.get(at).is_some_and(|reading| reading.in_phrase) && !words::is_small(tokens.word(at));
    let small = |at: usize| usize::from(words::is_small(tokens.word(at)));
    let mut at = start;
    let mut tail = None;
    for _ in 0..3 {
        let joined = joins(at);
        let skip = if parts(at) && joins(at + 1) { 2 } else { 1 };
        if !parts(at) || !listed(at + skip) {
            break;
        }
        at += skip + 1;
        if joined || skip == 2 {
            tail = Some(at);
            break;
        }
    }
    let word = start + small(start);
    let next = word + 1;
    let head = (words::shares_head(tokens.word_before(start, 1)) && listed(word) && joins(next)).then(|| next + 1 + small(next + 1));
    [tail, head]
}

/// Drops what lies inside a longer phrase. A phrase that begins with its own negation gives way to one
/// that starts inside it and goes on beyond: "no period pain" is no pain, not "no period".
fn resolve(mut found: Vec<Match>, tokens: &Tokens) -> Vec<Match> {
    found.sort_by(|a, b| b.mask.count_ones().cmp(&a.mask.count_ones()).then(a.first.cmp(&b.first)));
    let mut covering: HashMap<usize, Vec<usize>> = HashMap::new();
    let mut kept: Vec<Match> = Vec::new();
    for one in found {
        let over = (one.first..=one.last).flat_map(|at| covering.get(&at).into_iter().flatten());
        let mut over = over.filter_map(|&index| kept.get(index));
        if over.any(|other| one.within(other) || other.finding == one.finding) {
            continue;
        }
        for at in (one.first..=one.last).filter(|&at| one.covers(at)) {
            covering.entry(at).or_default().push(kept.len());
        }
        kept.push(one);
    }
    let gives_way = |one: &Match| {
        one.last > one.first && matches!(tokens.word(one.first), "no" | "not" | "without") && {
            let inner = (one.first + 1..=one.last).flat_map(|at| covering.get(&at).into_iter().flatten());
            inner.filter_map(|&index| kept.get(index)).any(|other| other.first > one.first && other.last > one.last)
        }
    };
    let mut out: Vec<Match> = kept.iter().filter(|one| !gives_way(one)).cloned().collect();
    out.sort_by_key(|one| (one.first, one.last));
    out
}
