//! Stretches and points of time: "for 3 days", "2/52", "since Monday", "5 years ago", "as a child".

use super::numbers::{amount, unit_hours};
use super::tokens::Tokens;

/// What began or was within the last fortnight belongs to the complaint.
pub(super) const RECENT_HOURS: f64 = 336.0;

/// Longer than any life: a slip or nonsense.
const LONGEST_HOURS: f64 = 125.0 * 8766.0;

/// Whether a time says how long, or when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aspect {
    /// "for 3 days", "since Monday", "started 2 hours ago": how long it has lasted.
    Lasting,
    /// "3 days ago", "last year", "as a child": when it was.
    Point,
}

/// A time in the text, in tokens.
#[derive(Debug, Clone, Copy)]
pub(super) struct Time {
    pub first: usize,
    pub last: usize,
    pub hours: f64,
    pub aspect: Aspect,
}

/// The times that begin at the tokens `from..=to`.
pub(super) fn times_in(times: &[Time], from: usize, to: usize) -> impl Iterator<Item = &Time> {
    let start = times.partition_point(|time| time.first < from);
    times.get(start..).unwrap_or_default().iter().take_while(move |time| time.first <= to)
}

/// All times in the text, but for the tokens that are `taken` (ages, weeks of pregnancy, measurements).
pub(super) fn find(tokens: &Tokens, taken: &[bool]) -> Vec<Time> {
    let mut out: Vec<Time> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let free = !taken.get(at).copied().unwrap_or(false);
        match Some(at).filter(|_| free).and_then(|at| time_at(tokens, at)) {
            Some(time) => {
                at = time.last.max(at) + 1;
                out.push(time);
            }
            None => at += 1,
        }
    }
    out
}

fn time_at(tokens: &Tokens, at: usize) -> Option<Time> {
    since(tokens, at).or_else(|| counted(tokens, at)).or_else(|| named(tokens, at)).or_else(|| long_ago(tokens, at))
}

/// "3 days", "x 2 weeks", "30 minutes ago", "2/52", "an hour and a half".
fn counted(tokens: &Tokens, at: usize) -> Option<Time> {
    if tokens.word(at) == "day" && tokens.word(at + 2) == "of" {
        // "day 3 of fever"
        let days = tokens.number(at + 1).filter(|&days| days < 60.0)?;
        return Some(Time { first: at, last: at + 1, hours: days * 24.0, aspect: Aspect::Lasting });
    }
    let (hours, last) = notation(tokens, at).or_else(|| spelled(tokens, at))?;
    if is_frequency(tokens, at, last) || tokens.word(last + 1) == "old" || hours > LONGEST_HOURS {
        return None;
    }
    let ago = matches!(tokens.word(last + 1), "ago" | "back" | "earlier" | "previously");
    let last = last + usize::from(ago);
    let onset = (1..=5).map(|back| tokens.word_before(at, back)).any(is_onset);
    let aspect = if ago && !onset { Aspect::Point } else { Aspect::Lasting };
    Some(Time { first: at, last, hours, aspect })
}

/// British notation: 3/7 is three days, 2/52 two weeks, 6/12 six months.
fn notation(tokens: &Tokens, at: usize) -> Option<(f64, usize)> {
    let count = tokens.number(at)?;
    let dated = matches!(tokens.word_before(at, 1), "on" | "since" | "dated" | "date")
        || tokens.mark_before(at, 1) == Some('/');
    let always = count == 24.0 && tokens.number(at + 2) == Some(7.0);
    if always
        || tokens.mark(at + 1) != Some('/')
        || !tokens.glued(at + 2)
        || tokens.mark(at + 3) == Some('/')
        || dated
        || count > 100.0
    {
        return None;
    }
    let unit = match tokens.number(at + 2)? {
        7.0 => 24.0,
        52.0 => 168.0,
        12.0 => 730.5,
        _ => return None,
    };
    Some((count * unit, at + 2))
}

fn spelled(tokens: &Tokens, at: usize) -> Option<(f64, usize)> {
    let amount = amount(tokens, at, true)?;
    // "3 more days", "half an hour", "3 full days".
    let next = amount.next
        + usize::from(matches!(tokens.word(amount.next), "more" | "full" | "whole" | "or" | "long" | "consecutive"));
    let unit = unit_hours(tokens, next)?;
    let article = matches!(tokens.word(at), "a" | "an") && amount.next == at + 1;
    let leads = |word: &str| {
        matches!(
            word,
            "for"
                | "about"
                | "past"
                | "last"
                | "since"
                | "over"
                | "around"
                | "nearly"
                | "almost"
                | "within"
                | "roughly"
                | "maybe"
        )
    };
    if article
        && !leads(tokens.word_before(at, 1))
        && !matches!(tokens.word(next + 1), "ago" | "history" | "and" | "back" | "now")
    {
        return None;
    }
    let mut hours = amount.middle() * unit;
    let mut last = next;
    if tokens.word(next + 1) == "and" && tokens.word(next + 2) == "a" && tokens.word(next + 3) == "half" {
        hours += unit / 2.0;
        last = next + 3;
    }
    Some((hours, last))
}

/// "3 times a day", "every 2 hours", "twice a week" say how often.
fn is_frequency(tokens: &Tokens, first: usize, last: usize) -> bool {
    let before = tokens.word_before(first, 1);
    matches!(before, "every" | "each" | "per" | "times" | "twice" | "once" | "q" | "daily" | "due")
        || tokens.mark_before(first, 1) == Some('/') && !tokens.glued(first)
        || matches!(tokens.word(last + 1), "apart" | "between" | "postpartum")
        || before == "in" && matches!(tokens.word_before(first, 2), "due" | "again" | "back" | "review")
}

fn is_onset(word: &str) -> bool {
    matches!(
        word,
        "started"
            | "starting"
            | "starts"
            | "began"
            | "begun"
            | "beginning"
            | "onset"
            | "since"
            | "diagnosed"
            | "developed"
            | "noticed"
            | "appeared"
            | "for"
            | "from"
            | "begin"
            | "came"
            | "commenced"
    )
}

/// "since yesterday", "since Monday", "since about a week".
fn since(tokens: &Tokens, at: usize) -> Option<Time> {
    if tokens.word(at) != "since" {
        return None;
    }
    let mut next = at + 1;
    while next < at + 4
        && matches!(
            tokens.word(next),
            "about" | "around" | "the" | "early" | "late" | "approximately" | "roughly" | "last" | "past"
        )
    {
        if named(tokens, next).is_some() {
            break;
        }
        next += 1;
    }
    if let Some(time) = counted(tokens, next) {
        return Some(Time { first: at, aspect: Aspect::Lasting, ..time });
    }
    let (hours, last) = match tokens.word(next) {
        "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday" => {
            let daytime = matches!(tokens.word(next + 1), "morning" | "night" | "evening" | "afternoon");
            // The day of writing is not known here: half a week is the middle of what it can be.
            (84.0, next + usize::from(daytime))
        }
        "weekend" => (72.0, next),
        "morning" | "waking" | "awakening" | "breakfast" => (6.0, next),
        "lunch" | "lunchtime" | "noon" | "midday" => (4.0, next),
        "dinner" | "supper" | "afternoon" | "evening" => (3.0, next),
        "midnight" => (10.0, next),
        "week" => (168.0, next),
        "month" => (730.5, next),
        "year" => (8766.0, next),
        _ if matches!(tokens.word(next + 1), "am" | "pm" | "oclock") && tokens.number(next).is_some() => {
            (6.0, next + 1)
        }
        _ => {
            let time = named(tokens, next)?;
            (time.hours, time.last)
        }
    };
    Some(Time { first: at, last, hours, aspect: Aspect::Lasting })
}

/// Days and times with a name.
fn named(tokens: &Tokens, at: usize) -> Option<Time> {
    let next = tokens.word(at + 1);
    let stretch = matches!(
        tokens.word_before(at, 1),
        "over" | "for" | "in" | "during" | "within" | "the" | "throughout" | "since"
    );
    let (hours, length, aspect) = match (tokens.word(at), next) {
        ("yesterday", "morning" | "evening" | "afternoon" | "night") => (24.0, 2, Aspect::Lasting),
        ("yesterday", _) => (24.0, 1, Aspect::Lasting),
        ("overnight", _) => (10.0, 1, Aspect::Lasting),
        ("today" | "tonight", _) => (6.0, 1, Aspect::Lasting),
        ("this", "morning" | "afternoon" | "evening") => (6.0, 2, Aspect::Lasting),
        ("this", "week") => (84.0, 2, Aspect::Lasting),
        ("this" | "the", "weekend") => (72.0, 2, Aspect::Lasting),
        ("last", "night" | "evening") => (12.0, 2, Aspect::Lasting),
        ("last", "week") => (168.0, 2, Aspect::Lasting),
        ("past" | "last", "hour") => (1.0, 2, Aspect::Lasting),
        ("past", "day") => (24.0, 2, Aspect::Lasting),
        ("past", "week") => (168.0, 2, Aspect::Lasting),
        ("past", "fortnight") => (336.0, 2, Aspect::Lasting),
        ("past", "month") => (730.5, 2, Aspect::Lasting),
        ("past", "year") => (8766.0, 2, Aspect::Lasting),
        ("last", "month") => (730.5, 2, if stretch { Aspect::Lasting } else { Aspect::Point }),
        ("last", "year") => (8766.0, 2, if stretch { Aspect::Lasting } else { Aspect::Point }),
        ("last", "summer" | "winter" | "spring" | "autumn" | "christmas" | "term") => (4383.0, 2, Aspect::Point),
        ("last", "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday") => {
            (120.0, 2, Aspect::Lasting)
        }
        ("all", "day") => (12.0, 2, Aspect::Lasting),
        ("all", "night") => (10.0, 2, Aspect::Lasting),
        ("all", "week") => (168.0, 2, Aspect::Lasting),
        ("other", "day") => (72.0, 2, Aspect::Point),
        ("day", "before") if tokens.word(at + 2) == "yesterday" => (48.0, 3, Aspect::Lasting),
        _ => return None,
    };
    Some(Time { first: at, last: at + length - 1, hours, aspect })
}

/// Times surely beyond a fortnight: "years ago", "as a child", "in 2015".
fn long_ago(tokens: &Tokens, at: usize) -> Option<Time> {
    let length = match (tokens.word(at), tokens.word(at + 1), tokens.word(at + 2)) {
        ("years" | "months" | "decades" | "ages", "ago" | "back", _) => 2,
        ("as", "a" | "an", "child" | "kid" | "baby" | "teenager" | "infant" | "boy" | "girl" | "teen" | "youth") => 3,
        ("in", "childhood" | "infancy", _) => 2,
        ("in", "the", "past") if amount(tokens, at + 3, true).is_none() && unit_hours(tokens, at + 3).is_none() => 3,
        ("long", "ago", _) => 2,
        ("long", "time", "ago") => 3,
        ("earlier", "this", "year") => 3,
        ("when", "i" | "he" | "she", "was" | "were")
            if matches!(tokens.word(at + 3), "a" | "young" | "little" | "small" | "younger")
                || amount(tokens, at + 3, true).is_some() =>
        {
            4
        }
        ("in", _, _) if year(tokens, at + 1) => 2,
        _ => return None,
    };
    let onset = (1..=5).map(|back| tokens.word_before(at, back)).any(is_onset);
    (!onset).then_some(Time { first: at, last: at + length - 1, hours: f64::INFINITY, aspect: Aspect::Point })
}

fn year(tokens: &Tokens, at: usize) -> bool {
    // There is no clock here; any year counts as past, for an illness of this year is hardly dated by it.
    tokens.number(at).is_some_and(|value| (1920.0..2100.0).contains(&value) && value.fract() == 0.0)
}
