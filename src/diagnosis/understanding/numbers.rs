//! Numbers as figures, fractions, ranges and words.

use super::tokens::Tokens;

/// A number or a range ("2-3", "two to three"), and the first token after it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Amount {
    pub low: f64,
    pub high: f64,
    pub next: usize,
}

impl Amount {
    pub fn middle(&self) -> f64 {
        f64::midpoint(self.low, self.high)
    }
}

/// The amount at `at`; "a couple of", "few" and "half" count when `loose` (durations, not measurements).
pub(super) fn amount(tokens: &Tokens, at: usize, loose: bool) -> Option<Amount> {
    let (low, mut next) = single(tokens, at, loose)?;
    let mut high = low;
    let dash = tokens.mark(next) == Some('-') || matches!(tokens.word(next), "to" | "or");
    if dash && let Some((second, after)) = single(tokens, next + 1, false).filter(|&(second, _)| second > low) {
        (high, next) = (second, after);
    }
    Some(Amount { low, high, next })
}

fn single(tokens: &Tokens, at: usize, loose: bool) -> Option<(f64, usize)> {
    let (value, mut next) = match tokens.number(at) {
        Some(1.0) if tokens.mark(at + 1) == Some('/') && tokens.number(at + 2) == Some(2.0) => (0.5, at + 3),
        Some(value) => (value, at + 1),
        None => worded(tokens, at, loose)?,
    };
    let mut value = value;
    if tokens.word(next) == "and" && tokens.word(next + 1) == "a" && tokens.word(next + 2) == "half" {
        value += 0.5;
        next += 3;
    }
    Some((value, next))
}

fn worded(tokens: &Tokens, at: usize, loose: bool) -> Option<(f64, usize)> {
    let word = tokens.word(at);
    if let Some(value) = unit(word) {
        return Some((value, at + 1));
    }
    if let Some(tens) = tens(word) {
        let rest = unit(tokens.word(at + 1)).filter(|&rest| rest < 10.0);
        return Some((tens + rest.unwrap_or(0.0), at + 1 + usize::from(rest.is_some())));
    }
    if !loose {
        return None;
    }
    let of = |at: usize| at + usize::from(tokens.word(at) == "of");
    match word {
        "a" | "an" | "the" if matches!(tokens.word(at + 1), "couple" | "few" | "half") => worded(tokens, at + 1, true),
        "a" | "an" => Some((1.0, at + 1)),
        "couple" => Some((2.0, of(at + 1))),
        "few" => Some((3.0, at + 1)),
        "several" => Some((4.0, at + 1)),
        "half" => {
            let article = usize::from(matches!(tokens.word(at + 1), "a" | "an"));
            Some((0.5, at + 1 + article))
        }
        _ => None,
    }
}

fn unit(word: &str) -> Option<f64> {
    Some(match word {
        "one" => 1.0,
        "two" => 2.0,
        "three" => 3.0,
        "four" => 4.0,
        "five" => 5.0,
        "six" => 6.0,
        "seven" => 7.0,
        "eight" => 8.0,
        "nine" => 9.0,
        "ten" => 10.0,
        "eleven" => 11.0,
        "twelve" => 12.0,
        "thirteen" => 13.0,
        "fourteen" => 14.0,
        "fifteen" => 15.0,
        "sixteen" => 16.0,
        "seventeen" => 17.0,
        "eighteen" => 18.0,
        "nineteen" => 19.0,
        _ => return None,
    })
}

fn tens(word: &str) -> Option<f64> {
    Some(match word {
        "twenty" => 20.0,
        "thirty" => 30.0,
        "forty" => 40.0,
        "fifty" => 50.0,
        "sixty" => 60.0,
        "seventy" => 70.0,
        "eighty" => 80.0,
        "ninety" => 90.0,
        _ => return None,
    })
}

/// Hours in a unit of time; single letters only directly after a figure ("6h", "3d").
pub(super) fn unit_hours(tokens: &Tokens, at: usize) -> Option<f64> {
    Some(match tokens.word(at) {
        "second" | "seconds" | "sec" | "secs" => 1.0 / 3600.0,
        "minute" | "minutes" | "min" | "mins" => 1.0 / 60.0,
        "hour" | "hours" | "hr" | "hrs" => 1.0,
        "day" | "days" | "night" | "nights" => 24.0,
        "week" | "weeks" | "wk" | "wks" => 168.0,
        "fortnight" | "fortnights" => 336.0,
        "month" | "months" | "mth" | "mths" | "mo" | "mos" => 730.5,
        "year" | "years" | "yr" | "yrs" => 8766.0,
        "h" if at > 0 && tokens.number(at - 1).is_some() => 1.0,
        "d" if at > 0 && tokens.number(at - 1).is_some() => 24.0,
        "w" if at > 0 && tokens.number(at - 1).is_some() => 168.0,
        _ => return None,
    })
}
