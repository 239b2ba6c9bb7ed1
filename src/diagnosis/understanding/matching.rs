//! The matching of a text against the trie of phrases.

use std::collections::HashMap;

use super::lexicon::{Lexicon, REACH, ROOT, Reading};
use super::tokens::Tokens;
use super::words;

/// Small words that may stand between two words of a phrase.
const GAP: usize = 2;

/// A phrase found in a text.
#[derive(Debug, Clone)]
pub(super) struct Match {
    pub finding: u16,
    /// First and last token.
    pub first: usize,
    pub last: usize,
    /// The phrase itself says that the finding is not there.
    pub denies: bool,
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

impl Lexicon {
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
                    let last = at.saturating_sub(1);
                    for (finding, denies) in self.endings(node, tokens, first, last) {
                        found.push(Match { finding, first, last, denies, mask });
                    }
                }
                front.clear();
                std::mem::swap(&mut front, &mut next);
            }
        }
        let mut matches = resolve(found, tokens);
        self.add_of_parts(tokens, readings, &mut matches);
        matches
    }

    /// Adds what is said of a part of the body that was named before: "my *knee* is painful, not *swollen*".
    fn add_of_parts(&self, tokens: &Tokens, readings: &[Reading], matches: &mut Vec<Match>) {
        let mut part: Option<usize> = None;
        let mut added = Vec::new();
        for at in 0..tokens.len() {
            let word = tokens.word(at);
            if tokens.ends_sentence(at) || matches!(word, "i" | "im" | "ive" | "my" | "he" | "she" | "his" | "her") {
                part = None;
            } else if words::is_body_part(word) {
                part = Some(at);
            } else if words::is_small(word) || words::is_time(word) || self.cues.at(tokens, at, |_| true).is_some() {
                // Says nothing of the part.
            } else if let Some(part) = part.filter(|part| at - part <= 10) {
                // A phrase of more words knows better; "pale" alone does not: the stools are.
                let taken = |one: &Match| one.covers(at) && one.mask.count_ones() > 1;
                if matches.iter().any(taken) {
                    continue;
                }
                let found = self.of_part(tokens, readings, part, at);
                added.extend(found.map(|(finding, denies)| Match { finding, first: at, last: at, denies, mask: 1 }));
            }
        }
        matches.retain(|one| !(one.first == one.last && added.iter().any(|other: &Match| other.first == one.first)));
        added.retain(|one| !matches.iter().any(|other| other.finding == one.finding && other.covers(one.first)));
        matches.extend(added);
        matches.sort_by_key(|one| (one.first, one.last));
    }

    /// The finding whose phrase is the part and what is said of it, in either order.
    fn of_part(&self, tokens: &Tokens, readings: &[Reading], part: usize, at: usize) -> Option<(u16, bool)> {
        let id = |at: usize| readings.get(at).and_then(|reading| reading.id);
        let (part, said) = (id(part)?, id(at)?);
        let orders = [[Some(part), Some(said), None], [Some(said), Some(part), None]];
        let with_in = self.word("in").map(|word| [Some(said), Some(word), Some(part)]);
        orders.into_iter().chain(with_in).find_map(|phrase| {
            let node = phrase.into_iter().flatten().try_fold(ROOT, |node, word| self.step(node, Some(word)))?;
            self.endings(node, tokens, at, at).next()
        })
    }

    /// All ways on from a place in the trie and the text.
    fn advance(
        &self,
        tokens: &Tokens,
        readings: &[Reading],
        from: (u32, usize, u64),
        first: usize,
        out: &mut Vec<(u32, usize, u64)>,
    ) {
        let (node, start, mask) = from;
        let mut take = |at: usize, mask: u64| {
            let (Some(reading), true) = (readings.get(at), at - first < REACH) else { return };
            let bit = 1u64 << (at - first);
            let split = reading.split.and_then(|(a, b)| self.step(self.step(node, Some(a))?, Some(b)));
            let ways = [
                (self.step(node, reading.id), 1, bit),
                (split, 1, bit),
                (self.step(node, reading.joined), 2, bit | bit << 1),
            ];
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
    let listed =
        |at: usize| readings.get(at).is_some_and(|reading| reading.in_phrase) && !words::is_small(tokens.word(at));
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
    let head = (words::shares_head(tokens.word_before(start, 1)) && listed(word) && joins(next))
        .then(|| next + 1 + small(next + 1));
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
