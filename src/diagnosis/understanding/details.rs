//! Side and severity of a finding, from the words in it and around it.

use super::matching::Match;
use super::tokens::Tokens;
use super::vitals::Reading as Vital;
use super::{Severity, Side, VitalKind};

/// The matches that begin at `at`, as indices; `matches` are in the order of the text.
pub(super) fn matches_at(matches: &[Match], at: usize) -> std::ops::Range<usize> {
    matches.partition_point(|one| one.first < at)..matches.partition_point(|one| one.first <= at)
}

/// Words that only what is there can be called.
pub(super) fn is_severe(word: &str) -> bool {
    matches!(
        word,
        "severe"
            | "severely"
            | "excruciating"
            | "unbearable"
            | "agonising"
            | "agonizing"
            | "agony"
            | "terrible"
            | "terribly"
            | "horrible"
            | "horrendous"
            | "awful"
            | "intense"
            | "extreme"
            | "extremely"
            | "worst"
            | "intolerable"
            | "dreadful"
            | "crippling"
            | "debilitating"
            | "massive"
            | "profuse"
            | "worsening"
    )
}

/// The tokens around a match that may say more of it: up to `back` before and `ahead` after,
/// bounded by the clause and by other findings.
fn around(tokens: &Tokens, matches: &[Match], which: usize, back: usize, ahead: usize) -> Vec<usize> {
    let Some(one) = matches.get(which) else { return Vec::new() };
    let earlier = matches.get(which.saturating_sub(3)..which).unwrap_or_default();
    let floor = earlier.iter().filter(|m| m.last < one.first).map(|m| m.last + 1).max().unwrap_or(0);
    let later = matches.get(which + 1..).unwrap_or_default();
    let ceiling = later.iter().take(4).find(|m| m.first > one.last).map_or(tokens.len(), |m| m.first);
    // Words just before the next finding are that finding's own ("fever and *severe* headache").
    let parted =
        |at: &usize| tokens.mark(*at).is_none_or(|mark| matches!(mark, '(' | ')' | '/')) && !bounds(tokens.word(*at));
    let mut places: Vec<usize> = (one.first..=one.last).collect();
    places.extend((floor.max(one.first.saturating_sub(back))..one.first).rev().take_while(parted));
    let comma = usize::from(tokens.mark(one.last + 1) == Some(','));
    let start = one.last + 1 + comma;
    let joined = |at: &usize| parted(at) && (tokens.word(*at) != "and" || tokens.word(*at + 1) == "right");
    let after: Vec<usize> = (start..(start + ahead).min(tokens.len())).take_while(joined).collect();
    // Past a comma only a bare qualifier belongs here, and only if no other finding follows it.
    let free = after.last().is_none_or(|&last| last + 1 < ceiling || ceiling == tokens.len());
    if comma == 0 {
        places.extend(after.into_iter().filter(|&at| at < ceiling));
    } else if free {
        places.extend(after.into_iter().take(3));
    }
    places
}

fn bounds(word: &str) -> bool {
    matches!(
        word,
        "but"
            | "however"
            | "although"
            | "no"
            | "denies"
            | "without"
            | "because"
            | "with"
            | "presenting"
            | "presents"
            | "then"
            | "now"
    )
}

/// How bad it is said to be; the worst if several words say so.
pub(super) fn severity(tokens: &Tokens, matches: &[Match], which: usize, score: Option<f64>) -> Option<Severity> {
    let mut found = match score {
        Some(score) if score >= 7.0 => Some(Severity::Severe),
        Some(score) if score >= 4.0 => Some(Severity::Moderate),
        Some(score) if score > 0.0 => Some(Severity::Mild),
        _ => None,
    };
    for at in around(tokens, matches, which, 4, 6) {
        let word = tokens.word(at);
        let before = tokens.word_before(at, 1);
        let before = if matches!(before, "too" | "very" | "that" | "so" | "really") && denies(tokens.word_before(at, 2))
        {
            "not"
        } else {
            before
        };
        let said = match word {
            "worst" | "worsening" => Severity::Severe,
            "bad" | "badly" | "severe" | "severely" | "intense" | "terrible" if denies(before) => Severity::Mild,
            _ if is_severe(word) => Severity::Severe,
            "bad" | "badly" if matches!(before, "really" | "very" | "so" | "too" | "extremely" | "pretty") => {
                Severity::Severe
            }
            "bad" | "badly" | "moderate" | "moderately" | "medium" | "significant" => Severity::Moderate,
            "mild" | "mildly" | "slight" | "slightly" | "minor" | "minimal" | "little" => Severity::Mild,
            "bit" if before == "a" => Severity::Mild,
            "grade" if before == "low" => Severity::Mild,
            _ => continue,
        };
        found = found.max(Some(said));
    }
    found
}

/// The pain score said of a match: next to it, or after it with no other finding between.
pub(super) fn score(tokens: &Tokens, matches: &[Match], which: usize, vitals: &[Vital]) -> Option<f64> {
    let one = matches.get(which)?;
    let next = matches.get(which + 1..).unwrap_or_default().iter().take(4).find(|m| m.first > one.last);
    let said = |vital: &&Vital| {
        let before = vital.last < one.first
            && one.first <= vital.last + 4
            && (vital.last + 1..one.first)
                .all(|at| tokens.mark(at).is_none() && !bounds(tokens.word(at)) && tokens.word(at) != "and");
        let after = vital.last >= one.first
            && vital.first <= one.last + 6
            && next.is_none_or(|next| vital.first < next.first)
            && !(one.last + 1..vital.first).any(|at| tokens.ends_sentence(at));
        vital.kind == VitalKind::PainScore && (before || after)
    };
    let start = vitals.partition_point(|vital| vital.last + 8 < one.first);
    vitals.get(start..).unwrap_or_default().iter().take(8).find(said).map(|vital| vital.value)
}

fn denies(word: &str) -> bool {
    matches!(word, "not" | "isnt" | "wasnt" | "arent")
}

/// The side it is on.
pub(super) fn side(tokens: &Tokens, matches: &[Match], which: usize) -> Option<Side> {
    let (mut left, mut right) = (false, false);
    for at in around(tokens, matches, which, 3, 7) {
        let next = tokens.word(at + 1);
        match tokens.word(at) {
            "both" if matches!(next, "have" | "had" | "has" | "got" | "and" | "feel") => {}
            "both" | "bilateral" | "bilaterally" => (left, right) = (true, true),
            "left" | "lt" => left |= !matches!(next, "the" | "home" | "work" | "for" | "me" | "it" | "out" | "over"),
            "right" | "rt" => {
                let time = matches!(next, "now" | "away" | "after" | "before" | "when" | "as" | "through" | "at");
                right |= !time && tokens.word_before(at, 1) != "all";
            }
            "l" if tokens.upper(at) => left = true,
            "r" if tokens.upper(at) => right = true,
            _ => {}
        }
    }
    match (left, right) {
        (true, true) => Some(Side::Both),
        (true, false) => Some(Side::Left),
        (false, true) => Some(Side::Right),
        (false, false) => None,
    }
}
