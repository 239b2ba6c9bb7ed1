//! Measurements as patients and notes give them: by name ("HR 120"), by unit ("101F") or by form ("150/95").

use super::numbers::{Amount, amount, unit_hours};
use super::tokens::Tokens;
use super::vital_names::{has_other_unit, is_between, name};
use super::{Measured, VitalKind};

/// A measurement and its tokens.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    pub kind: VitalKind,
    pub value: f64,
    pub first: usize,
    pub last: usize,
}

impl Reading {
    pub fn measured(&self, tokens: &Tokens) -> Measured {
        Measured { kind: self.kind, value: self.value, span: tokens.span(self.first, self.last) }
    }
}

/// mg/dL of glucose in one mmol/L.
const GLUCOSE_MG_DL: f64 = 18.016;

/// Finds measurements; the tokens they use are marked as `taken`.
pub(super) fn find(tokens: &Tokens, taken: &mut [bool]) -> Vec<Reading> {
    let mut out: Vec<Reading> = Vec::new();
    for named in [true, false] {
        for at in 0..tokens.len() {
            if taken.get(at).copied().unwrap_or(true) {
                continue;
            }
            let found = if named { by_name(tokens, at, taken) } else { by_form(tokens, at) };
            for reading in found {
                if !reading.value.is_finite() {
                    continue;
                }
                for flag in taken.get_mut(reading.first..=reading.last).into_iter().flatten() {
                    *flag = true;
                }
                out.push(reading);
            }
        }
    }
    out.sort_by_key(|reading| reading.first);
    out
}

fn by_name(tokens: &Tokens, at: usize, taken: &[bool]) -> Vec<Reading> {
    let Some((kind, used)) = name(tokens, at) else { return Vec::new() };
    let mut next = at + used;
    // Pain and fever are findings first: their number must follow closely ("pain for 3 days" is no score).
    let patience = if kind == VitalKind::PainScore { 3 } else { 5 };
    for _ in 0..patience {
        let word = tokens.word(next);
        let close = !matches!(word, "and" | "in" | "last" | "over" | "under") || kind != VitalKind::PainScore;
        if is_between(word) && close || matches!(tokens.mark(next), Some(':' | '=' | '-' | '(')) {
            next += 1;
        }
    }
    if tokens.number(next).is_none() || taken.get(next).copied().unwrap_or(true) {
        return Vec::new();
    }
    let Some(amount) = amount(tokens, next, false) else { return Vec::new() };
    if unit_hours(tokens, amount.next).is_some() {
        return Vec::new();
    }
    let reading = |kind, value, last| vec![Reading { kind, value, first: at, last }];
    let unit = tokens.word(amount.next);
    match kind {
        VitalKind::TemperatureC => temperature(tokens, at, &amount, true).into_iter().collect(),
        VitalKind::Systolic => match pressure(tokens, next) {
            Some((systolic, diastolic, last)) => pair(systolic, diastolic, at, last),
            None if (40.0..=300.0).contains(&amount.low) => reading(kind, amount.low, amount.next - 1),
            None => Vec::new(),
        },
        VitalKind::Diastolic if (20.0..=200.0).contains(&amount.low) => reading(kind, amount.low, amount.next - 1),
        VitalKind::HeartRate if (20.0..=320.0).contains(&amount.high) => reading(kind, amount.high, amount.next - 1),
        VitalKind::RespiratoryRate if (2.0..=150.0).contains(&amount.high) => {
            reading(kind, amount.high, amount.next - 1)
        }
        VitalKind::OxygenSaturation
            if (30.0..=100.0).contains(&amount.low) && !matches!(unit, "l" | "litres" | "liters" | "lpm") =>
        {
            let percent = usize::from(tokens.mark(amount.next) == Some('%'));
            reading(kind, amount.low, amount.next - 1 + percent)
        }
        VitalKind::GlucoseMmolL => {
            let imperial = unit == "mg" || !unit.starts_with("mmol") && amount.high > 35.0;
            let value = if imperial { amount.high / GLUCOSE_MG_DL } else { amount.high };
            let unit = if matches!(unit, "mg" | "mmol") {
                1 + 2 * usize::from(tokens.mark(amount.next + 1) == Some('/'))
            } else {
                0
            };
            let last = (amount.next - 1 + unit).min(tokens.len().saturating_sub(1));
            if (0.2..=110.0).contains(&value) { reading(kind, value, last) } else { Vec::new() }
        }
        VitalKind::PainScore => {
            let dose = matches!(unit, "mg" | "ml" | "g" | "kg" | "of" | "am" | "pm" | "times" | "x" | "on");
            match out_of_ten(tokens, &amount) {
                Some(last) => reading(kind, amount.high, last),
                None if amount.high <= 10.0
                    && !dose
                    && tokens.mark(amount.next).is_none_or(|mark| !matches!(mark, '/' | '%')) =>
                {
                    reading(kind, amount.high, amount.next - 1)
                }
                None => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}

fn by_form(tokens: &Tokens, at: usize) -> Vec<Reading> {
    let Some(value) = tokens.number(at) else { return Vec::new() };
    let Some(amount) = amount(tokens, at, false) else { return Vec::new() };
    if let Some((systolic, diastolic, last)) = pressure(tokens, at) {
        return pair(systolic, diastolic, at, last);
    }
    let reading = |kind, value, last: usize| {
        vec![Reading { kind, value, first: at, last: last.min(tokens.len().saturating_sub(1)) }]
    };
    let next = amount.next;
    let (unit, then) = (tokens.word(next), tokens.word(next + 1));
    let barred = matches!(tokens.word_before(at, 1), "apgar" | "on" | "since" | "date" | "dated" | "gcs" | "day");
    if let Some(last) = out_of_ten(tokens, &amount).filter(|_| !barred) {
        return reading(VitalKind::PainScore, amount.high, last);
    }
    let minute = matches!(then, "per" | "a") || tokens.mark(next + 1) == Some('/');
    if unit == "bpm" && (20.0..=320.0).contains(&value) {
        return reading(VitalKind::HeartRate, amount.high, next);
    }
    if unit == "beats" && minute && (20.0..=320.0).contains(&value) {
        return reading(VitalKind::HeartRate, amount.high, next + 2);
    }
    if matches!(unit, "breaths" | "breath") && minute && (2.0..=150.0).contains(&value) {
        return reading(VitalKind::RespiratoryRate, amount.high, next + 2);
    }
    if tokens.mark(next) == Some('%') && (40.0..=100.0).contains(&value) {
        let saturation = matches!(then, "ra" | "sats" | "oxygen" | "o2" | "saturation" | "spo2")
            || then == "on" && matches!(tokens.word(next + 2), "room" | "air" | "ra" | "oxygen" | "o2" | "rest")
            || then == "room";
        return if saturation { reading(VitalKind::OxygenSaturation, amount.low, next) } else { Vec::new() };
    }
    temperature(tokens, at, &amount, false).into_iter().collect()
}

/// A temperature whose number is `amount`; `named`: "temp" or "fever" stands before it.
fn temperature(tokens: &Tokens, first: usize, amount: &Amount, named: bool) -> Option<Reading> {
    let mut next = amount.next;
    let mut degrees = false;
    if tokens.mark(next) == Some('°') || matches!(tokens.word(next), "degrees" | "degree" | "deg" | "degs") {
        (degrees, next) = (true, next + 1);
    }
    // "101 F" is Fahrenheit; "54 F" is a woman.
    let scale = match tokens.word(next) {
        "c" | "celsius" | "centigrade" => Some(false),
        "f" | "fahrenheit" => Some(true),
        _ => None,
    };
    let value = amount.high;
    let last = if scale.is_some() { next } else { next - 1 };
    let celsius = (25.0..=45.0).contains(&value);
    let fahrenheit = (77.0..=115.0).contains(&value);
    let sure = named || degrees;
    let decimal = value.fract() != 0.0 && (34.0..=42.5).contains(&value) && !has_other_unit(tokens, first, next);
    let value = match scale {
        Some(true) if fahrenheit && (sure || value >= 95.0) => (value - 32.0) / 1.8,
        Some(false) if celsius => value,
        Some(_) => return None,
        None if celsius && (sure && value >= 30.0 || decimal) && tokens.mark(next) != Some('%') => value,
        None if fahrenheit && sure && value >= 90.0 => (value - 32.0) / 1.8,
        None => return None,
    };
    Some(Reading { kind: VitalKind::TemperatureC, value: (value * 100.0).round() / 100.0, first, last })
}

/// "150/95", "150 over 95".
fn pressure(tokens: &Tokens, at: usize) -> Option<(f64, f64, usize)> {
    let systolic = tokens.number(at)?;
    if tokens.mark(at + 1) != Some('/') && tokens.word(at + 1) != "over" || tokens.mark(at + 3) == Some('/') {
        return None;
    }
    let diastolic = tokens.number(at + 2)?;
    let fits = (50.0..=300.0).contains(&systolic) && (20.0..=200.0).contains(&diastolic) && systolic > diastolic;
    (fits && tokens.mark_before(at, 1) != Some('/')).then_some((systolic, diastolic, at + 2))
}

fn pair(systolic: f64, diastolic: f64, first: usize, last: usize) -> Vec<Reading> {
    let of = |kind, value| Reading { kind, value, first, last };
    vec![of(VitalKind::Systolic, systolic), of(VitalKind::Diastolic, diastolic)]
}

/// The last token of "/10" or "out of 10" after an amount of at most ten.
fn out_of_ten(tokens: &Tokens, amount: &Amount) -> Option<usize> {
    let slash = tokens.mark(amount.next) == Some('/')
        && tokens.number(amount.next + 1) == Some(10.0)
        && tokens.mark(amount.next + 2) != Some('/');
    let ten = tokens.number(amount.next + 2) == Some(10.0) || tokens.word(amount.next + 2) == "ten";
    let spoken = tokens.word(amount.next) == "out" && tokens.word(amount.next + 1) == "of" && ten;
    let last = amount.next + if slash { 1 } else { 2 };
    ((slash || spoken) && amount.high <= 10.0).then_some(last)
}
