//! Age, sex and weeks of pregnancy, as candidates; whose they are is decided once the subjects are known.

use super::Sex;
use super::numbers::{amount, unit_hours};
use super::tokens::Tokens;

/// Hours in a year, as for [`unit_hours`].
const YEAR: f64 = 8766.0;
const OLDEST: f64 = 125.0;

/// What the text says of people, each with the token where it says so.
#[derive(Debug, Default)]
pub(super) struct People {
    pub ages: Vec<(usize, f64)>,
    pub sexes: Vec<(usize, Sex)>,
    pub weeks: Vec<(usize, f64)>,
}

/// Finds them; the tokens of ages and pregnancies are marked as `taken`, for they are no durations.
pub(super) fn find(tokens: &Tokens, taken: &mut [bool]) -> People {
    let mut out = People::default();
    let obstetric = tokens.0.iter().any(|token| is_obstetric(&token.text));
    let mut at = 0;
    while at < tokens.len() {
        if let Some((weeks, last)) = pregnancy(tokens, at, obstetric) {
            out.weeks.push((at, weeks));
            take(taken, at, last);
            at = last;
        } else if let Some((years, last)) = age(tokens, at) {
            if is_own(tokens, at) {
                out.ages.push((at, years));
            }
            let ahead = at.saturating_sub(2)..at;
            if let Some(sex) = ahead
                .filter(|&at| tokens.upper(at))
                .chain(last..last + 4)
                .find_map(|at| sex_letter(tokens, at).or_else(|| sex_word(tokens.word(at))))
            {
                out.sexes.push((at, sex));
            }
            take(taken, at, last);
            at = last;
        } else if let Some(sex) = sex_word(tokens.word(at)).filter(|_| names_patient(tokens, at)) {
            out.sexes.push((at, sex));
        }
        at += 1;
    }
    out
}

fn take(taken: &mut [bool], first: usize, last: usize) {
    for flag in taken.get_mut(first..=last).into_iter().flatten() {
        *flag = true;
    }
}

/// "34 weeks pregnant", "34+2 weeks' gestation", "pregnant (34 weeks)", "5 months pregnant", "34/40", "I'm 20 weeks".
fn pregnancy(tokens: &Tokens, at: usize, obstetric: bool) -> Option<(f64, usize)> {
    let amount = amount(tokens, at, false)?;
    let (mut weeks, mut next) = (amount.middle(), amount.next);
    if tokens.mark(next) == Some('/') && tokens.number(next + 1) == Some(40.0) && (4.0..=43.0).contains(&weeks) {
        return Some((weeks, next + 1));
    }
    if tokens.mark(next) == Some('+')
        && let Some(days) = tokens.number(next + 1).filter(|days| *days < 7.0)
    {
        weeks += days / 7.0;
        next += 2;
    }
    let unit = unit_hours(tokens, next);
    if unit == Some(YEAR) {
        return None;
    }
    let unit_given = unit.is_some_and(|hours| hours >= 168.0);
    let mut after = next + usize::from(unit_given);
    if unit_given {
        let skip = usize::from(tokens.word(after) == "and");
        if let (Some(days), "day" | "days" | "d") = (tokens.number(after + skip), tokens.word(after + skip + 1)) {
            weeks += days.clamp(0.0, 6.0) / 7.0;
            after += skip + 2;
        }
    }
    while after < next + 6
        && matches!(tokens.word(after), "into" | "of" | "the" | "my" | "her" | "a" | "in" | "gestational")
    {
        after += 1;
    }
    let follows =
        matches!(tokens.word(after), "pregnant" | "gestation" | "pregnancy" | "gravid" | "preg" | "gestational");
    let precedes =
        unit_given && tokens.word(next + 1) != "of" && tokens.word(next + 1) != "old" && pregnant_before(tokens, at);
    let stated = unit_given
        && matches!(tokens.word_before(at, 1), "im" | "am")
        && states_end(tokens, next + 1)
        && unit == Some(168.0);
    // "Contractions at 31 weeks"
    let dated = obstetric
        && unit == Some(168.0)
        && weeks >= 4.0
        && tokens.word_before(at, 1) == "at"
        && tokens.word(next + 1) != "old";
    if !(dated || follows && (unit_given || weeks > 4.0) || precedes || stated) {
        return None;
    }
    if unit.is_some_and(|hours| hours > 700.0) {
        weeks *= 30.44 / 7.0;
    }
    let last = if follows { after } else { next };
    (1.0..=44.0).contains(&weeks).then_some((weeks, last))
}

fn is_obstetric(word: &str) -> bool {
    matches!(
        word,
        "pregnant"
            | "pregnancy"
            | "contractions"
            | "waters"
            | "gestation"
            | "midwife"
            | "trimester"
            | "labour"
            | "labor"
            | "antenatal"
    )
}

fn pregnant_before(tokens: &Tokens, at: usize) -> bool {
    for back in 1..=5 {
        let negated = || matches!(tokens.word_before(at, back + 1), "not" | "isnt" | "no" | "wasnt" | "been" | "was");
        match tokens.word_before(at, back) {
            "pregnant" | "gestation" | "pregnancy" | "gestational" | "ga" => return !negated(),
            "at" | "about" | "around" | "currently" | "now" | "age" | "is" | "of" | "approximately" | "for"
            | "almost" | "nearly" | "im" => {}
            "" if matches!(tokens.mark_before(at, back), Some('(' | ',' | ':')) => {}
            _ => return false,
        }
    }
    false
}

fn states_end(tokens: &Tokens, at: usize) -> bool {
    tokens.ends_sentence(at)
        || tokens.mark(at) == Some(',')
        || matches!(tokens.word(at), "and" | "with" | "now" | "today" | "but")
}

/// An age in years and its last token.
fn age(tokens: &Tokens, at: usize) -> Option<(f64, usize)> {
    let amount = amount(tokens, at, false)?;
    let (value, next) = (amount.middle(), amount.next);
    let unit = unit_hours(tokens, next).filter(|&hours| hours >= 24.0);
    let years = |hours: f64, last: usize| {
        let years = value * hours / YEAR;
        (years <= OLDEST).then_some((years, last))
    };
    let then = tokens.word(next + 1);
    if let Some(hours) = unit {
        if then == "old" {
            return years(hours, next + 1);
        }
        if then == "of" && tokens.word(next + 2) == "age" {
            return years(hours, next + 2);
        }
        let listed = usize::from(tokens.mark(next + 1) == Some(','));
        if sex_word(tokens.word(next + 1 + listed)).is_some() {
            return years(hours, next);
        }
    }
    if matches!(tokens.word(next), "yo" | "yof" | "yom") || tokens.word(next) == "y" && tokens.glued(next) {
        return years(YEAR, next);
    }
    if sex_word(tokens.word(next)).is_some() && value.fract() == 0.0 {
        return years(YEAR, next - 1);
    }
    if let Some(sex) = sex_letter(tokens, next) {
        // "101F" is a temperature more often than a woman of 101.
        let heat = sex == Sex::Female && value >= 95.0;
        return if heat || value.fract() != 0.0 { None } else { years(YEAR, next - 1) };
    }
    let slash = usize::from(tokens.mark_before(at, 1) == Some('/'));
    if matches!(tokens.word_before(at, 1 + slash), "m" | "f")
        && at == 1 + slash
        && unit.is_none()
        && value.fract() == 0.0
    {
        return years(YEAR, next - 1);
    }
    let mut back = 1;
    while back < 3
        && (matches!(tokens.word_before(at, back), "is" | "of" | "about") || tokens.mark_before(at, back) == Some(':'))
    {
        back += 1;
    }
    let before = tokens.word_before(at, back);
    if matches!(before, "aged" | "age") {
        return years(unit.unwrap_or(YEAR), if unit.is_some() { next } else { next - 1 });
    }
    let of = back == 2 && tokens.word_before(at, 1) == "of";
    if of && matches!(before, "man" | "woman" | "lady" | "gentleman" | "boy" | "girl") && value.fract() == 0.0 {
        return years(YEAR, next - 1);
    }
    let is_one = matches!(
        before,
        "im" | "am"
            | "he"
            | "she"
            | "patient"
            | "husband"
            | "wife"
            | "son"
            | "daughter"
            | "baby"
            | "child"
            | "mother"
            | "father"
    ) && (matches!(tokens.word_before(at, 1), "is" | "im" | "am" | "he" | "she"));
    let whole = value.fract() == 0.0 && value >= 1.0 && tokens.number(at).is_some();
    if is_one && whole && (states_end(tokens, next) || matches!(tokens.word(next), "years" | "year" | "yrs")) {
        return years(YEAR, if unit.is_some() { next } else { next - 1 });
    }
    None
}

/// Whether an age is the person's own now, not that of an event ("MI at age 50", "since the age of 12").
fn is_own(tokens: &Tokens, at: usize) -> bool {
    let event = |word: &str| {
        matches!(word, "at" | "since" | "from" | "until" | "by" | "before" | "after" | "was" | "were" | "till")
    };
    let aged = |word: &str| matches!(word, "age" | "aged" | "the" | "of" | "about" | "around");
    let mut back = 1;
    while back <= 4 && aged(tokens.word_before(at, back)) {
        back += 1;
    }
    !event(tokens.word_before(at, back))
}

fn sex_word(word: &str) -> Option<Sex> {
    match word {
        "man" | "male" | "boy" | "gentleman" | "guy" | "yom" => Some(Sex::Male),
        "woman" | "female" | "girl" | "lady" | "yof" => Some(Sex::Female),
        _ => None,
    }
}

/// The M or F of "54M", "54 F", "(34f)", "30/M".
fn sex_letter(tokens: &Tokens, at: usize) -> Option<Sex> {
    let at = at + usize::from(tokens.mark(at) == Some('/') && tokens.glued(at));
    let sex = match tokens.word(at) {
        "m" => Sex::Male,
        "f" => Sex::Female,
        _ => return None,
    };
    let bracketed =
        tokens.mark_before(at, 2) == Some('(') || matches!(tokens.word_before(at, 2), "im" | "i" | "am" | "a" | "my");
    (tokens.upper(at) || tokens.glued(at) && bracketed).then_some(sex)
}

/// "I am a woman", "old man", "Male, 54": not "male partner" or "saw a man".
fn names_patient(tokens: &Tokens, at: usize) -> bool {
    let back = 1 + usize::from(matches!(tokens.word_before(at, 1), "a" | "an" | "young" | "old" | "elderly"));
    let back = back + usize::from(back == 2 && matches!(tokens.word_before(at, 2), "a" | "an"));
    let before = tokens.word_before(at, back);
    let opens =
        at < back || tokens.mark_before(at, back).is_some_and(|mark| matches!(mark, '.' | '\n' | ':' | '(' | ','));
    let named = matches!(before, "im" | "am" | "is" | "as" | "yo" | "sex" | "gender" | "this" | "pregnant");
    (opens || named)
        && !matches!(
            tokens.word(at + 1),
            "partner" | "partners" | "doctor" | "friend" | "friends" | "nurse" | "pattern"
        )
}
