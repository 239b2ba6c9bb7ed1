//! What is known of a case: every finding present, absent or unknown, and where
//! that was said.

use super::model::{Answer, Assess, FindingState, Input, Vitals};
use super::outcome::FindingSeen;
use super::understanding::{Course, Lexicon, Mention, State, Subject, Understood, VitalKind, understand};
use crate::knowledge::expression::{Atom, Expression, Facts, Quantity};
use crate::knowledge::tables::{Finding, FindingKind, Index, Subject as MedicineSubject};
use crate::knowledge::{comorbidities, diagnosis, find};
use crate::medicine::catalogue;
use crate::medicine::check::{comorbidities_of, unrecognised};
use crate::medicine::facts::PatientFacts;
use crate::medicine::model::Unknown;
use crate::records::clinical_data::PatientData;
use litemap::LiteMap;
use std::sync::OnceLock;

/// The row with this index.
#[must_use]
pub fn finding(index: Index) -> Option<&'static Finding<'static>> {
    diagnosis().findings.get(usize::from(index))
}

/// The index of this id.
#[must_use]
pub fn finding_by_id(id: &str) -> Option<Index> {
    find(&diagnosis().findings, id, |row| row.id)
}

/// How people say a finding.
pub fn phrases(row: &'static Finding<'static>) -> impl Iterator<Item = &'static str> {
    row.phrases.split(';')
}

fn lexicon() -> &'static Lexicon {
    static LEXICON: OnceLock<Lexicon> = OnceLock::new();
    LEXICON.get_or_init(|| {
        Lexicon::new(diagnosis().findings.iter().enumerate().flat_map(|(at, row)| {
            let at = Index::try_from(at).unwrap_or(Index::MAX);
            phrases(row).map(move |phrase| (at, phrase))
        }))
    })
}

/// Whether each finding is there, as far as it is known.
pub type States = LiteMap<Index, bool>;

/// A case.
pub struct Case {
    /// What is known of the patient.
    pub patient: PatientData,
    /// What was said, in order.
    said: Vec<(Index, bool)>,
    /// State of each finding that anything was said about.
    states: States,
    /// Findings that measurements show.
    pub measured: Vec<Index>,
    /// Findings that a text once said were there: a red flag is not talked away.
    ever_present: Vec<Index>,
    /// As it was understood, in order.
    pub seen: Vec<FindingSeen>,
    /// What was measured.
    pub vitals: Vitals,
    /// How long the complaint has lasted.
    pub duration_days: Option<f64>,
    /// Whether anything at all was understood.
    pub understood: bool,
    /// Whether the text is in another language, of which a word or two look like English.
    pub is_foreign: bool,
    /// Names that were not recognised.
    pub unknown: Vec<Unknown>,
    comorbidities: Option<Vec<Index>>,
    /// What the patient takes.
    pub medicines: Vec<Index>,
}

impl Case {
    /// Reads everything that was said.
    #[must_use]
    pub fn read(input: &Input) -> Self {
        let asked = &input.asked;
        let mut unknown = Vec::new();
        let patient = asked.patient.0.clone();
        let comorbidities = comorbidities_of(&patient, &mut unknown);
        let medicines = medicines_of(&patient, &mut unknown);
        let text = asked.text.as_ref().map_or("", |text| text.0.as_str());
        let read = understand(text, lexicon(), input.by_patient);
        let mut case = Self {
            said: Vec::new(),
            states: States::new(),
            measured: Vec::new(),
            ever_present: Vec::new(),
            seen: Vec::new(),
            vitals: with_read_vitals(asked.vitals.clone().unwrap_or_default(), &read),
            duration_days: read.duration_hours.map(|hours| hours / 24.0),
            understood: false,
            is_foreign: !read.language_known,
            unknown,
            comorbidities,
            medicines,
            patient,
        };
        case.take_history();
        case.take_text(text, &read);
        case.take_measured();
        case.take_asked(asked);
        for answer in &input.answers {
            case.take_answer(&answer.finding.0, answer.state);
        }
        case
    }

    /// Whether a finding is there, as it stands now.
    #[must_use]
    pub fn state(&self, index: Index) -> Option<bool> {
        self.states.get(&index).copied()
    }

    /// Findings with their states, those that follow from others among them.
    #[must_use]
    pub fn states(&self) -> &States {
        &self.states
    }

    /// The states, had nothing been said of these.
    #[must_use]
    pub fn states_without(&self, unsaid: &[Index]) -> States {
        let mut states = States::new();
        for (index, present) in self.said.iter().filter(|(index, _)| !unsaid.contains(index)) {
            apply(&mut states, *index, *present);
        }
        states
    }

    /// The states, were this finding there or not.
    #[must_use]
    pub fn states_with(&self, index: Index, is_present: bool) -> States {
        let mut states = self.states.clone();
        apply(&mut states, index, is_present);
        states
    }

    /// Whether the finding of this id is there.
    #[must_use]
    pub fn is_present(&self, id: &str) -> bool {
        finding_by_id(id).and_then(|index| self.state(index)) == Some(true)
    }

    /// What the patient has by the comorbidities that were named.
    fn take_history(&mut self) {
        let rows = &comorbidities().comorbidities;
        for index in self.comorbidities.clone().unwrap_or_default() {
            if let Some(finding) = rows.get(usize::from(index)).and_then(|row| row.finding) {
                self.set(finding, true);
            }
        }
    }

    fn take_text(&mut self, text: &str, read: &Understood) {
        for mention in &read.mentions {
            if let Some(row) = finding(mention.finding).filter(|_| went_away(mention)) {
                self.understood = true;
                // It is shown as gone, but speaks for no condition and against none: what caused it may be there still.
                self.remember_present(mention.finding);
                self.see(row, FindingState::Absent, text.get(mention.span.clone()).map(str::to_owned));
            }
        }
        for mention in read.mentions.iter().filter(|mention| counts(mention)) {
            let Some(row) = finding(mention.finding) else { continue };
            self.understood = true;
            let quote = text.get(mention.span.clone()).map(str::to_owned);
            let state = match mention.state {
                State::Present => FindingState::Present,
                State::Absent => FindingState::Absent,
                State::Uncertain => FindingState::Unknown,
            };
            match state {
                FindingState::Present => self.set(mention.finding, true),
                // Said to be there in one place and not in another: it may be there.
                FindingState::Absent if self.state(mention.finding) != Some(true) => self.set(mention.finding, false),
                FindingState::Absent => {}
                FindingState::Unknown => self.remember_present(mention.finding),
            }
            self.see(row, state, quote.clone());
            if state == FindingState::Present {
                // What it brings with it was said by the same words.
                for implied in row.implies.iter().filter_map(|index| finding(*index)) {
                    self.see(implied, state, quote.clone());
                }
            }
        }
        self.understood |= !read.vitals.is_empty();
    }

    fn see(&mut self, row: &Finding, state: FindingState, quote: Option<String>) {
        if !self.seen.iter().any(|seen| seen.id == row.id && seen.state == state) {
            self.seen.push(FindingSeen { id: row.id.to_owned(), name: row.name.to_owned(), state, quote });
        }
    }

    fn take_asked(&mut self, asked: &Assess) {
        // A list has no order: what is there stands before what is not.
        let of = |wanted: FindingState| asked.findings.iter().filter(move |answer| answer.state == wanted);
        let order = [FindingState::Unknown, FindingState::Absent, FindingState::Present];
        for Answer { id, state } in order.into_iter().flat_map(of) {
            self.take_answer(&id.0, *state);
        }
    }

    fn take_answer(&mut self, id: &str, state: FindingState) {
        let Some((index, row)) = finding_by_id(id).and_then(|index| Some((index, finding(index)?))) else { return };
        self.understood = true;
        match state {
            FindingState::Present => self.set(index, true),
            FindingState::Absent => self.set(index, false),
            // Not to know takes nothing back of what was said.
            FindingState::Unknown => {}
        }
        self.seen.retain(|seen| seen.id != id || seen.quote.is_some());
        self.seen.push(FindingSeen { id: row.id.to_owned(), name: row.name.to_owned(), state, quote: None });
    }

    /// What was measured stands before what was said.
    fn take_measured(&mut self) {
        let mut shown = Vec::new();
        for row in &diagnosis().measured_findings {
            shown.extend(row.when.evaluate(&*self, &mut Vec::new()).map(|holds| (row, holds)));
        }
        let mut abnormal = Vec::new();
        for (measured, _) in shown.iter().filter(|(_, holds)| *holds) {
            let Some(row) = finding(measured.finding) else { continue };
            self.set(measured.finding, true);
            self.measured.push(measured.finding);
            self.see(row, FindingState::Present, None);
            quantities_in(&measured.when, &mut abnormal);
        }
        // What is well is shown, but speaks against nothing: a temperature of now says little of the night before.
        for (measured, _) in shown.iter().filter(|(_, holds)| !holds) {
            let mut of = Vec::new();
            quantities_in(&measured.when, &mut of);
            let is_well = of.iter().all(|of| self.quantity(*of).is_some() && !abnormal.contains(of));
            let unsaid = self.state(measured.finding).is_none();
            if let Some(row) = finding(measured.finding).filter(|_| is_well && unsaid) {
                self.see(row, FindingState::Absent, None);
            }
        }
    }

    fn set(&mut self, index: Index, present: bool) {
        self.said.push((index, present));
        apply(&mut self.states, index, present);
        if present {
            self.remember_present(index);
            for implied in finding(index).map(|row| row.implies.as_slice()).unwrap_or_default() {
                self.remember_present(*implied);
            }
        }
    }

    fn remember_present(&mut self, index: Index) {
        if !self.ever_present.contains(&index) {
            self.ever_present.push(index);
        }
    }

    fn quantity(&self, quantity: Quantity) -> Option<f64> {
        let vitals = &self.vitals;
        match quantity {
            Quantity::TemperatureC => vitals.temperature_c.map(|v| v.0),
            Quantity::HeartRatePerMin => vitals.heart_rate_per_min.map(|v| v.0),
            Quantity::RespiratoryRatePerMin => vitals.respiratory_rate_per_min.map(|v| v.0),
            Quantity::SystolicMmhg => vitals.systolic_mmhg.map(|v| v.0),
            Quantity::DiastolicMmhg => vitals.diastolic_mmhg.map(|v| v.0),
            Quantity::OxygenSaturationPercent => vitals.oxygen_saturation_percent.map(|v| v.0),
            Quantity::GlucoseMmolL => vitals.glucose_mmol_l.map(|v| v.0),
            Quantity::PainScore => vitals.pain_score.map(|v| v.0),
            Quantity::DurationDays => self.duration_days,
            other => self.patient_facts().quantity(other),
        }
    }

    fn patient_facts(&self) -> PatientFacts<'_> {
        PatientFacts {
            data: &self.patient,
            comorbidities: self.comorbidities.clone(),
            medicines: self.medicines.clone(),
        }
    }
}

/// What an expression measures, but for the age.
fn quantities_in(when: &Expression, found: &mut Vec<Quantity>) {
    match when {
        Expression::Atom(Atom::Compare(quantity, ..)) if *quantity != Quantity::Age => found.push(*quantity),
        Expression::Always | Expression::Atom(_) => {}
        Expression::All(parts) | Expression::AtLeast(_, parts) => {
            parts.iter().for_each(|part| quantities_in(part, found));
        }
    }
}

/// A finding brings what it implies; its absence takes away what implies it.
fn apply(states: &mut States, index: Index, present: bool) {
    states.insert(index, present);
    if present {
        for implied in finding(index).map(|row| row.implies.as_slice()).unwrap_or_default() {
            states.insert(*implied, true);
        }
    } else {
        for (at, row) in diagnosis().findings.iter().enumerate() {
            if row.implies.binary_search(&index).is_ok() {
                states.entry(Index::try_from(at).unwrap_or(Index::MAX)).or_insert(false);
            }
        }
    }
}

impl Facts for Case {
    /// For red flags. What is in doubt counts as present, what was never said as not met.
    fn holds(&self, atom: &Atom) -> Option<bool> {
        match *atom {
            Atom::Finding(index) => Some(self.state(index) == Some(true) || self.ever_present.contains(&index)),
            Atom::TakesMedicine(index) => {
                Some(self.medicines.iter().any(|own| catalogue::is_subject(*own, MedicineSubject::Medicine(index))))
            }
            Atom::TakesClass(class) => {
                Some(self.medicines.iter().any(|own| catalogue::is_subject(*own, MedicineSubject::Class(class))))
            }
            Atom::Compare(Quantity::GestationWeeks, ..)
            | Atom::Comorbidity(_)
            | Atom::IsMale(_)
            | Atom::Pregnant
            | Atom::CouldBePregnant
            | Atom::Lactating => self.patient_facts().holds(atom),
            Atom::Compare(quantity, comparison, bound) => {
                self.quantity(quantity).map(|value| comparison.holds(value, bound))
            }
        }
    }
}

/// Only what the patient has: not what a relative had, nor a symptom of long ago.
fn counts(mention: &Mention) -> bool {
    let lasting = finding(mention.finding)
        .is_some_and(|row| matches!(row.kind, FindingKind::History | FindingKind::RiskFactor | FindingKind::Exposure));
    mention.subject == Subject::Patient && (mention.course == Course::Current || lasting)
}

/// "The weakness has gone now": it was there, which a red flag must know.
fn went_away(mention: &Mention) -> bool {
    mention.subject == Subject::Patient && mention.state == State::Absent && mention.course == Course::Past
}

fn with_read_vitals(mut vitals: Vitals, read: &Understood) -> Vitals {
    use crate::records::clinical_data as units;
    for measured in &read.vitals {
        let value = measured.value;
        // What was sent as a number stands before what was read in a text.
        match measured.kind {
            VitalKind::TemperatureC => {
                vitals.temperature_c = vitals.temperature_c.or(units::TemperatureC::new(value).ok())
            }
            VitalKind::HeartRate => {
                vitals.heart_rate_per_min = vitals.heart_rate_per_min.or(units::HeartRate::new(value).ok())
            }
            VitalKind::RespiratoryRate => {
                vitals.respiratory_rate_per_min =
                    vitals.respiratory_rate_per_min.or(units::RespiratoryRate::new(value).ok())
            }
            VitalKind::Systolic => {
                vitals.systolic_mmhg = vitals.systolic_mmhg.or(units::BloodPressure::new(value).ok())
            }
            VitalKind::Diastolic => {
                vitals.diastolic_mmhg = vitals.diastolic_mmhg.or(units::BloodPressure::new(value).ok())
            }
            VitalKind::OxygenSaturation => {
                vitals.oxygen_saturation_percent =
                    vitals.oxygen_saturation_percent.or(units::OxygenSaturation::new(value).ok())
            }
            VitalKind::GlucoseMmolL => {
                vitals.glucose_mmol_l = vitals.glucose_mmol_l.or(units::Glucose::new(value).ok())
            }
            VitalKind::PainScore => vitals.pain_score = vitals.pain_score.or(units::PainScore::new(value).ok()),
        }
    }
    vitals
}

fn medicines_of(patient: &PatientData, unknown: &mut Vec<Unknown>) -> Vec<Index> {
    let mut found = Vec::new();
    for name in patient.medicines.iter().flatten() {
        match catalogue::names().exact(&name.0).first() {
            Some(index) => found.extend(catalogue::with_ingredients(*index)),
            None => unknown
                .push(unrecognised("medicines", &name.0, catalogue::names(), |at| Some(catalogue::get(at)?.name))),
        }
    }
    found
}
