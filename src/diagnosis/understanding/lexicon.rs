//! The vocabulary: phrases as a trie over folded words, and the matching of a text against it.

use std::collections::HashMap;

use super::common::COMMON;
use super::cues::Cues;
use super::folding::fold;
use super::hashing::QuickMap;
use super::language::is_english_mark;
use super::spelling::Spelling;
use super::tokens::{Kind, Token, Tokens, tokenize};
use super::{abbreviations, words};

/// A phrase with its gaps spans at most this many tokens.
pub(super) const REACH: usize = 40;
/// Where every phrase begins.
pub(super) const ROOT: u32 = 0;

/// The vocabulary of findings: phrases and the index of the finding each stands for. Compile it once
/// an isolate; matching looks up each word of a text by hash.
#[derive(Debug)]
pub struct Lexicon {
    words: QuickMap<String, u32>,
    /// Ids below this are words of phrases; the others are plain English, known but not matched.
    phrase_words: u32,
    steps: QuickMap<(u32, u32), u32>,
    ends: QuickMap<u32, Vec<Ending>>,
    spelling: Spelling,
    pub(super) cues: Cues,
}

/// A finding whose phrase ends at a node, with the phrase as it was listed.
#[derive(Debug)]
struct Ending {
    finding: u16,
    phrase: String,
    /// Counts only as it is written: "boils" is no "boiling".
    exact: bool,
    /// Says that the finding is not there: "sleep well" of insomnia.
    denies: bool,
}

/// What a token can be read as.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Reading {
    pub id: Option<u32>,
    /// Two words run together ("chestpain").
    pub split: Option<(u32, u32)>,
    /// One word written as two, with the next token ("head ache").
    pub joined: Option<u32>,
    /// A word of the lexicon or plain English, as written.
    pub known: bool,
    /// A word of the lexicon, be it misspelt.
    pub in_phrase: bool,
}

impl Lexicon {
    /// Compiles a vocabulary. `entries`: a finding's index and a phrase in lower case ("chest pain"). A phrase is a
    /// skeleton: its words in order, inflection and spelling folded, with up to two small words between them. One that begins
    /// with `!` says that the finding is not there ("!sleep well"), one that begins with `=` is meant as it is written ("=boils" is no "boiling").
    pub fn new<'a>(entries: impl IntoIterator<Item = (u16, &'a str)>) -> Self {
        let mut lexicon = Self {
            words: QuickMap::default(),
            phrase_words: 0,
            steps: QuickMap::default(),
            ends: QuickMap::default(),
            spelling: Spelling::default(),
            cues: Cues::new(),
        };
        let mut known = QuickMap::default();
        for (finding, phrase) in entries {
            lexicon.add(finding, phrase, &mut known);
        }
        lexicon.phrase_words = lexicon.size();
        for word in COMMON.split(' ') {
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

    fn add(&mut self, finding: u16, phrase: &str, known: &mut QuickMap<String, u32>) {
        let (phrase, denies) = phrase.strip_prefix('!').map_or((phrase, false), |phrase| (phrase, true));
        let (phrase, exact) = phrase.strip_prefix('=').map_or((phrase, false), |phrase| (phrase, true));
        let tokens = abbreviations::expand(tokenize(phrase), true);
        let kept = |all: bool| {
            let kept = move |token: &&Token| token.kind.is_content() && (all || !words::is_dropped(&token.text));
            tokens.0.iter().filter(kept)
        };
        let all = kept(false).next().is_none();
        let length = kept(all).count();
        if length == 0 || length > REACH / 2 {
            return;
        }
        let mut node = ROOT;
        for token in kept(all) {
            let word = match token.kind {
                Kind::Number(value) => self.id(&value.to_string()),
                _ => match known.get(&token.text) {
                    Some(&word) => word,
                    None => self.learn(&token.text, known),
                },
            };
            let fresh = u32::try_from(self.steps.len() + 1).unwrap_or(u32::MAX);
            node = *self.steps.entry((node, word)).or_insert(fresh);
        }
        let endings = self.ends.entry(node).or_default();
        if endings.iter().all(|ending| ending.finding != finding) {
            endings.push(Ending { finding, phrase: phrase.to_owned(), exact, denies });
        }
    }

    /// The id of a word of a phrase; `known` spares folding it again, for most words stand in many phrases.
    fn learn(&mut self, word: &str, known: &mut QuickMap<String, u32>) -> u32 {
        let form = fold(word);
        let before = self.words.len();
        let id = self.id(&form);
        if self.words.len() > before {
            self.spelling.add(&form, id);
        }
        known.insert(word.to_owned(), id);
        id
    }

    /// Reads every token: as a word of the lexicon, as two of them, or as a misspelling of one.
    pub(super) fn read(&self, tokens: &Tokens) -> Vec<Reading> {
        let mut seen: HashMap<&str, Reading> = HashMap::new();
        let mut out = Vec::with_capacity(tokens.len());
        for (at, token) in tokens.0.iter().enumerate() {
            let mut reading = match token.kind {
                Kind::Word => *seen.entry(&token.text).or_insert_with(|| self.read_word(&token.text)),
                Kind::Number(value) => {
                    Reading { id: self.words.get(&value.to_string()).copied(), ..Reading::default() }
                }
                Kind::Mark(_) => Reading::default(),
            };
            let next = tokens.word(at + 1);
            if token.text.len() >= 3
                && next.len() >= 3
                && !words::is_small(next)
                && token.text.len() + next.len() <= REACH
            {
                reading.joined = self.phrase_word(&fold(&format!("{}{next}", token.text)));
            }
            out.push(reading);
        }
        out
    }

    /// The id of a word that is in a phrase as it is written.
    pub(super) fn word(&self, word: &str) -> Option<u32> {
        self.phrase_word(&fold(word))
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
        if is_english_mark(word) || words::is_small(word) {
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

    /// The node that a word leads to.
    pub(super) fn step(&self, node: u32, word: Option<u32>) -> Option<u32> {
        self.steps.get(&(node, word?)).copied()
    }

    /// The findings that end at a node, and whether they are said not to be there. Where folding makes one phrase of two
    /// ("faint", "fainted"), the one as written goes first.
    pub(super) fn endings(
        &self,
        node: u32,
        tokens: &Tokens,
        first: usize,
        last: usize,
    ) -> impl Iterator<Item = (u16, bool)> {
        let endings = self.ends.get(&node).map_or(&[][..], Vec::as_slice);
        let literal = move |ending: &Ending| {
            let mut places = first..=last;
            ending.phrase.split(' ').all(|word| words::is_dropped(word) || places.any(|at| tokens.word(at) == word))
        };
        let chosen = endings.len() > 1 && endings.iter().any(literal);
        endings
            .iter()
            .filter(move |ending| !(chosen || ending.exact) || literal(ending))
            .map(|ending| (ending.finding, ending.denies))
    }
}
