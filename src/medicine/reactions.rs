//! What a reaction was, read from the words for it: a side effect is no allergy,
//! and a severe delayed reaction is more than one.

use crate::knowledge::medicine;
use crate::knowledge::tables::{Index, Reaction, ReactionKind};
use crate::names::fold;

/// Words that add nothing to what the reaction was.
const FILLERS: &[&str] = &[
    "a", "after", "and", "an", "had", "in", "it", "just", "mild", "of", "only", "or", "slight", "some", "the", "with",
];

/// What the words for a reaction tell.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// Rows that were recognised.
    pub reactions: Vec<Index>,
    /// Whether nothing is left that was not.
    pub whole: bool,
}

impl Read {
    /// Whether it was nothing but what these rows are: the rest of the words could be worse.
    #[must_use]
    pub fn is_only(&self, rows: &[Index]) -> bool {
        self.whole && !self.reactions.is_empty() && self.reactions.iter().all(|at| rows.contains(at))
    }

    /// Whether any of these rows was among it.
    #[must_use]
    pub fn is_any(&self, rows: &[Index]) -> bool {
        self.reactions.iter().any(|at| rows.contains(at))
    }

    /// Whether it was of this kind, among others.
    #[must_use]
    pub fn has(&self, kind: ReactionKind) -> bool {
        self.reactions.iter().any(|at| row(*at).is_some_and(|row| row.kind == kind))
    }
}

fn row(at: Index) -> Option<&'static Reaction<'static>> {
    medicine().reactions.get(usize::from(at))
}

/// What is counted in words.
const COUNTED: &[&str] = &["minutes", "hours", "days", "weeks", "months", "years", "times", "tablets"];

/// Reads the words, the longest phrases first.
#[must_use]
pub fn read(words: &str) -> Read {
    let mut left = [" ", &fold(words), " "].concat();
    // "Ten years ago" is a number, "TEN" a reaction.
    for unit in COUNTED {
        left = left.replace(&[" ten ", unit, " "].concat(), &[" ", unit, " "].concat());
    }
    let mut phrases: Vec<(String, Index)> = Vec::new();
    for (at, row) in medicine().reactions.iter().enumerate() {
        let at = Index::try_from(at).unwrap_or(Index::MAX);
        phrases.extend(row.phrases.iter().map(|phrase| ([" ", &fold(phrase), " "].concat(), at)));
    }
    phrases.sort_by_key(|(phrase, _)| std::cmp::Reverse(phrase.len()));
    let mut reactions = Vec::new();
    for (phrase, at) in phrases {
        if left.contains(&phrase) {
            left = left.replace(&phrase, "  ");
            reactions.push(at);
        }
    }
    reactions.sort_unstable();
    reactions.dedup();
    let whole = left.split_whitespace().all(|word| FILLERS.contains(&word));
    Read { reactions, whole }
}
