//! How long a finding has lasted, and whether it is over: each time of the text given to the findings it is said of.

use super::State;
use super::cues::Cue;
use super::negation::{Judged, Reader};
use super::times::{Aspect, RECENT_HOURS, Time};

/// When a finding was.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct When {
    pub past: bool,
    pub hours: Option<f64>,
}

/// Gives every match its time.
pub(super) fn find(reader: &Reader<'_>, judged: &[Judged]) -> Vec<When> {
    let absent = |which: usize| judged.get(which).is_some_and(|judged| judged.state == State::Absent && !judged.past);
    let mut out = vec![When::default(); reader.matches.len()];
    let clauses = clauses(reader);
    let clause = |at: usize| clauses.get(at).copied().unwrap_or_default();
    for (nth, time) in reader.times.iter().enumerate() {
        let here = clause(time.first);
        let previous = nth.checked_sub(1).and_then(|nth| reader.times.get(nth));
        // Times in a row ("since yesterday morning, 3 hours") are said of the same: the first counts.
        let floor = previous.map_or(0, |time| time.last + 1);
        let before = before(reader, time, floor, |at| clause(at) == here, absent);
        let after = reader.times.get(nth + 1).map_or(usize::MAX, |next| next.first);
        let targets = if before.is_empty() { ahead(reader, time, after, |at| clause(at) == here) } else { before };
        let targets = if targets.is_empty() && lone(reader, here, &clauses, time) {
            previous_match(reader, time, absent)
        } else {
            targets
        };
        for which in targets {
            let Some(when) = out.get_mut(which) else { continue };
            apply(when, time);
        }
    }
    out
}

fn apply(when: &mut When, time: &Time) {
    match time.aspect {
        Aspect::Point if time.hours > RECENT_HOURS => when.past |= when.hours.is_none(),
        _ if when.hours.is_none() && !when.past && time.hours.is_finite() => {
            when.hours = Some(time.hours);
        }
        _ => {}
    }
}

/// A number for each token: that of its clause. Sentences, and words that turn to the present or to an exception, part clauses.
fn clauses(reader: &Reader<'_>) -> Vec<usize> {
    let tokens = reader.tokens;
    let mut clause = 0;
    (0..tokens.len())
        .map(|at| {
            let turns = matches!(
                tokens.word(at),
                "but" | "however" | "now" | "although" | "though" | "currently" | "except" | "whereas"
            );
            let new_subject = matches!(tokens.word_before(at, 1), "and")
                && matches!(tokens.word(at), "i" | "im" | "ive" | "my" | "he" | "she" | "now" | "has");
            if turns || new_subject || tokens.ends_sentence(at) {
                clause += 1;
            }
            clause
        })
        .collect()
}

/// The findings before a time that it is said of: the last one, and those listed with it.
fn before(
    reader: &Reader<'_>,
    time: &Time,
    floor: usize,
    same: impl Fn(usize) -> bool,
    absent: impl Fn(usize) -> bool,
) -> Vec<usize> {
    let end = reader.matches.partition_point(|one| one.first < time.first);
    let mut out = Vec::new();
    if opens_what_follows(reader, time) {
        return out;
    }
    let mut right = time.first;
    // "Cough, no fever, 3 days": set off by a comma, it is said of what is there.
    let parted = reader.tokens.mark_before(time.first, 1) == Some(',');
    let mut passed = 0;
    for which in (0..end).rev() {
        let Some(one) = reader.matches.get(which) else { break };
        if one.first < floor || !same(one.first) {
            break;
        }
        if parted && out.is_empty() && passed < 8 && absent(which) {
            (right, passed) = (right.min(one.first), passed + 1);
            continue;
        }
        let between = one.last + 1..right;
        let reach = if out.is_empty() {
            is_said_of(reader, between, time)
        } else {
            between.clone().all(|at| is_list_joint(reader, at))
        };
        let alike = out.first().is_none_or(|&first| absent(first) == absent(which));
        if !reach || !alike || out.len() >= 16 {
            break;
        }
        out.push(which);
        right = right.min(one.first);
    }
    out
}

/// "3 days *of* cough"; "…, today *I* have a headache": said of what comes next.
fn opens_what_follows(reader: &Reader<'_>, time: &Time) -> bool {
    let next = reader.tokens.word(time.last + 1);
    let parted = reader.tokens.mark_before(time.first, 1) == Some(',');
    matches!(next, "of" | "history")
        || parted && matches!(next, "i" | "im" | "ive" | "he" | "she" | "my" | "has" | "have" | "had" | "the")
}

/// Whether nothing between a finding and a later time takes the time for itself.
fn is_said_of(reader: &Reader<'_>, mut between: std::ops::Range<usize>, time: &Time) -> bool {
    let comma_starts = reader.tokens.mark(time.first.saturating_sub(1)) == Some(',');
    between.len() <= 14
        && !between.any(|at| {
            let last_comma = at + 1 == time.first && comma_starts;
            matches!(reader.tokens.mark(at), Some(','))
                && !last_comma
                && time.aspect == Aspect::Point
                && time.hours > RECENT_HOURS
                || matches!(reader.cue(at), Some((Cue::Past, _)))
        })
}

fn is_list_joint(reader: &Reader<'_>, at: usize) -> bool {
    let word = reader.tokens.word(at);
    matches!(reader.tokens.mark(at), Some(',' | '/'))
        || matches!(word, "and" | "or" | "with")
        || super::words::is_small(word)
}

/// The findings after a time that opens its clause: "3 day history of fever and cough", "last year I had pneumonia".
fn ahead(reader: &Reader<'_>, time: &Time, end: usize, same: impl Fn(usize) -> bool) -> Vec<usize> {
    let tokens = reader.tokens;
    let start = reader.matches.partition_point(|one| one.first <= time.last);
    let mut out = Vec::new();
    let mut left = time.last + 1;
    for which in start..reader.matches.len() {
        let Some(one) = reader.matches.get(which) else { break };
        let far = one.first > left + 10 || one.first >= end || out.len() >= 16;
        let turned = (left..one.first)
            .any(|at| matches!(tokens.word(at), "today" | "presents" | "complains" | "no" | "not" | "denies"));
        if far || turned || !same(one.first) {
            break;
        }
        out.push(which);
        left = left.max(one.last + 1);
    }
    out
}

/// Whether a time stands in a sentence without findings: "Chest pain. Started 2 hours ago."
fn lone(reader: &Reader<'_>, here: usize, clauses: &[usize], time: &Time) -> bool {
    let next = reader.matches.partition_point(|one| one.first <= time.last);
    let clause = |which: usize| reader.matches.get(which).and_then(|one| clauses.get(one.first)).copied();
    let near = next.checked_sub(1).and_then(clause).is_some_and(|clause| clause < here && here - clause <= 2);
    near && clause(next) != Some(here) && time.aspect == Aspect::Lasting
}

fn previous_match(reader: &Reader<'_>, time: &Time, absent: impl Fn(usize) -> bool) -> Vec<usize> {
    let end = reader.matches.partition_point(|one| one.first < time.first);
    (end.saturating_sub(4)..end).rev().find(|&which| !absent(which)).into_iter().collect()
}
