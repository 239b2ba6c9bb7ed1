//! The medicines of one question: which rows they are, and whether each is still
//! taken, was stopped and still acts, or is over.

use super::catalogue::{get, with_ingredients};
use super::model::{NamedMedicine, NotAssessed};
use crate::knowledge::medicine;
use crate::knowledge::tables::{Index, Subject, Washout};
use chrono::{Days, NaiveDate};

/// Half-lives after which hardly 3% of a medicine are left; it is then taken for gone.
const HALF_LIVES_UNTIL_GONE: f64 = 5.0;

/// The longest time that a medicine acts after it was stopped (days): what was stopped before is over.
pub const LONGEST_WASHOUT_DAYS: u16 = 1100;
/// A medicine of which nobody wrote up how long it acts is thought to be gone by then (days). A choice of ours: those
/// that are known to act for longer have a washout of their own. That it could not be judged is told all the same.
const UNKNOWN_WASHOUT_DAYS: u64 = 90;

/// Whether a medicine acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exposure {
    /// It is taken, or shall be.
    Taken,
    /// It was stopped and goes on acting until this day; `None` where nobody knows until when.
    Stopped(Option<NaiveDate>),
}

/// A medicine that was recognised and that still matters.
#[derive(Debug)]
pub struct Listed<'a> {
    /// Its row.
    pub index: Index,
    /// What the caller said of it.
    pub named: &'a NamedMedicine,
    /// Whether it acts.
    pub exposure: Exposure,
}

impl Listed<'_> {
    /// Whether it is taken, or shall be.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        self.exposure == Exposure::Taken
    }
}

/// How this medicine acts on this day; `None` when it was stopped long enough ago.
/// What could not be judged stands beside it.
#[must_use]
pub fn exposure(index: Index, named: &NamedMedicine, today: NaiveDate) -> (Option<Exposure>, Option<NotAssessed>) {
    let stopped = named.stopped_on.map(|day| day.0).filter(|stopped| *stopped <= today);
    let Some(stopped) = stopped else { return (Some(Exposure::Taken), None) };
    let Some(days) = with_ingredients(index).into_iter().map(days_it_acts).max().flatten() else {
        let missing = ["washout of ", get(index).map_or("", |row| row.id)].concat();
        let may_act = stopped.checked_add_days(Days::new(UNKNOWN_WASHOUT_DAYS)).is_none_or(|until| today < until);
        let untold = NotAssessed { kind: "interaction".to_owned(), missing };
        return (may_act.then_some(Exposure::Stopped(None)), Some(untold));
    };
    let until = stopped.checked_add_days(Days::new(days.into()));
    let acts = until.is_none_or(|until| today < until);
    (acts.then_some(Exposure::Stopped(until)), None)
}

/// Days for which a medicine acts after it was stopped: as a washout says, else by its half-life.
fn days_it_acts(index: Index) -> Option<u16> {
    let row = get(index)?;
    if let Some(washout) = washout(index) {
        return Some(washout.days);
    }
    if !row.ingredients.is_empty() {
        // A combination acts as long as its parts do.
        return Some(0);
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, and is above 0")]
    row.half_life_h.map(|hours| (f64::from(hours) * HALF_LIVES_UNTIL_GONE / 24.0).ceil() as u16)
}

/// The washout of this medicine; one of its own stands over those of its classes, and of these the longest.
#[must_use]
pub fn washout(index: Index) -> Option<&'static Washout<'static>> {
    let all = &medicine().washouts;
    let own = all.iter().find(|washout| washout.subject == Subject::Medicine(index));
    let of_class = |washout: &&Washout| {
        matches!(washout.subject, Subject::Class(_)) && super::catalogue::is_subject(index, washout.subject)
    };
    own.or_else(|| all.iter().filter(of_class).max_by_key(|washout| washout.days))
}

/// Which medicines of a list a rule is about, found without asking each: sorted by subject.
pub struct Holders(Vec<(Subject, Held)>);

/// A medicine by its place in the list, and the part of it that a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Held {
    /// Place in the list.
    pub place: usize,
    /// The medicine itself, or an ingredient.
    pub part: Index,
}

impl Holders {
    /// Of these medicines.
    pub fn of_list(medicines: impl IntoIterator<Item = Index>) -> Self {
        let mut all = Vec::new();
        for (place, index) in medicines.into_iter().enumerate() {
            for part in with_ingredients(index) {
                let held = Held { place, part };
                all.push((Subject::Medicine(part), held));
                let classes = get(part).into_iter().flat_map(|row| &row.classes);
                all.extend(classes.map(|class| (Subject::Class(*class), held)));
            }
        }
        all.sort_unstable();
        all.dedup();
        Self(all)
    }

    /// Those that a rule about `subject` is about.
    pub fn of(&self, subject: Subject) -> impl Iterator<Item = Held> {
        let from = self.0.partition_point(|(known, _)| *known < subject);
        self.0[from..].iter().take_while(move |(known, _)| *known == subject).map(|(_, held)| *held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_acts_longer_than_is_looked_back() {
        for at in (0..).map_while(|at| get(at).map(|_| at)) {
            assert!(
                days_it_acts(at).is_none_or(|days| days <= LONGEST_WASHOUT_DAYS),
                "{:?}",
                get(at).map(|row| row.id)
            );
        }
    }
}
