//! What the record says of a patient, as a check or an assessment asks for it:
//! what holds today, the last of what was measured, and what is taken.

use super::coding::{COMORBIDITY, MEDICINE};
use super::dates::PartialDate;
use super::known::Known;
use super::model::{Entry, Kind};
use super::store;
use crate::accounts::model::Country;
use crate::error::{Result, internal};
use crate::id::Timestamp;
use crate::medicine::catalogue;
use crate::medicine::listed::{LONGEST_WASHOUT_DAYS, exposure};
use crate::medicine::model::{Day, NamedMedicine};
use crate::medicine::prescriptions::store::select_taken;
use crate::medicine::prescriptions::taken::{Taken, open_taken};
use crate::platform::{Rows, Statement};
use crate::records::clinical_data::{AgeYears, AllergyInput, Sex, Term};
use crate::records::majority::today;
use crate::records::store::PatientFile;
use crate::services::App;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Everything of a record that a check asks for.
pub struct ClinicalRecord {
    /// Current problems, allergies, medicines and statements.
    pub entries: Vec<Entry>,
    /// The last observation of each code.
    pub observations: Vec<Entry>,
    /// Medicines that were stopped and may still act.
    pub stopped: Vec<Entry>,
    /// What is taken by prescription, and what was.
    pub taken: Taken,
    /// Counts changes of `entries`.
    pub changes: i64,
}

/// The statements that read it, for a batch; [`open`] takes their rows.
///
/// # Errors
/// None that a record can cause.
pub fn statements(file: &PatientFile, now: Timestamp) -> Result<Vec<Statement>> {
    let [running, signed] = select_taken(file, now);
    let changes = store::select_changes(file.id);
    let stopped = store::select_stopped_since(file, Timestamp(now.0 - i64::from(LONGEST_WASHOUT_DAYS) * DAY_MS));
    Ok(vec![store::select_current(file), store::select_last_observations(file)?, running, signed, changes, stopped])
}

/// Opens what [`statements`] found.
///
/// # Errors
/// When a content does not open.
pub fn open(file: &PatientFile, rows: &[Rows], now: Timestamp) -> Result<ClinicalRecord> {
    let [current, observations, running, signed, changes, stopped, ..] = rows else {
        return Err(internal("a batch answered short"));
    };
    Ok(ClinicalRecord {
        entries: store::open(file, current)?,
        observations: store::open(file, observations)?,
        stopped: store::open(file, stopped)?,
        taken: open_taken(file, running, signed, now)?,
        changes: store::changes(changes)?,
    })
}

/// Reads it: one round trip. `audit` goes into the same batch.
///
/// # Errors
/// When the database fails or a content does not open.
pub async fn load(app: &App, file: &PatientFile, audit: Option<Statement>) -> Result<ClinicalRecord> {
    let batch = statements(file, app.now())?.into_iter().chain(audit).collect();
    open(file, &app.batch(batch).await?, app.now())
}

/// Reads it and whatever else `select` finds, in the same round trip.
///
/// # Errors
/// As [`load`].
pub async fn load_with(
    app: &App,
    file: &PatientFile,
    audit: Statement,
    select: Statement,
) -> Result<(ClinicalRecord, Rows)> {
    let batch = statements(file, app.now())?.into_iter().chain([audit, select]).collect();
    let mut rows = app.batch(batch).await?;
    let selected = rows.pop().ok_or_else(|| internal("a batch answered short"))?;
    Ok((open(file, &rows, app.now())?, selected))
}

/// Who it is, for a check.
#[derive(Debug, Clone, Default)]
pub struct Person {
    /// Age in years.
    pub age_years: Option<f64>,
    /// Country of residence.
    pub country: Option<String>,
}

impl Person {
    /// Whose file it is.
    #[must_use]
    pub fn of(file: &PatientFile, now: Timestamp) -> Self {
        Self { age_years: file.age_years(now), country: file.country.clone() }
    }
}

impl ClinicalRecord {
    /// Current entries of this kind.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.kind == kind)
    }

    /// The statement that there is nothing of this kind.
    #[must_use]
    pub fn none_stated(&self, kind: Kind) -> Option<&Entry> {
        let nothing_is_there = self.of(kind).next().is_none();
        self.of(Kind::Statements).find(|entry| nothing_is_there && entry.text("about") == Some(kind.as_str()))
    }

    /// `None` when nothing is known; empty when it was stated that there is nothing.
    fn list<T>(&self, kind: Kind, read: impl Fn(&Entry) -> Option<T>) -> Option<Vec<T>> {
        let list: Vec<T> = self.of(kind).filter_map(read).collect();
        (!list.is_empty() || self.none_stated(kind).is_some()).then_some(list)
    }

    /// Medicines that are taken beside what was prescribed here.
    #[must_use]
    pub fn other_medicines(&self) -> Option<Vec<Term>> {
        let prescribed = |id: &str| self.taken.items.iter().any(|item| item.medicine_id.0 == id);
        let mut names: Vec<Term> = Vec::new();
        let all = self.list(Kind::Medications, |entry| entry.coded(MEDICINE).or(entry.text("name")).map(term))?;
        for name in all {
            if !prescribed(&name.0) && !names.contains(&name) {
                names.push(name);
            }
        }
        Some(names)
    }

    /// Medicines that were stopped and still act, as far as is known.
    #[must_use]
    pub fn stopped_medicines(&self, now: Timestamp) -> Vec<NamedMedicine> {
        let today = today(now);
        let recorded = self.stopped.iter().filter_map(|entry| {
            let stopped_on = PartialDate::parse(entry.text("stopped_on")?.to_owned()).ok()?;
            let name = entry.coded(MEDICINE).or(entry.text("name")).map(term)?;
            // A date that is a month may mean its last day; what is to come has not been.
            let stopped_on = Some(Day(stopped_on.last_day()?.min(today)));
            Some(NamedMedicine { name: Some(name), stopped_on, ..NamedMedicine::default() })
        });
        let acts = |named: &NamedMedicine| {
            catalogue::resolve(named).is_none_or(|index| exposure(index, named, today).0.is_some())
        };
        self.taken.stopped.iter().cloned().chain(recorded).filter(acts).collect()
    }

    /// What the record says, on this day.
    #[must_use]
    pub fn known(&self, person: &Person, now: Timestamp) -> Known {
        let mut known = Known::default();
        let data = &mut known.data;
        data.age_years = person.age_years.and_then(|age| AgeYears::new(age).ok());
        data.country = person.country.clone().map(Country);
        data.allergies = self.list(Kind::Allergies, allergy);
        data.conditions = self.list(Kind::Problems, |entry| entry.coded(COMORBIDITY).or(entry.text("name")).map(term));
        data.medicines = self.other_medicines();
        if !self.taken.items.is_empty() {
            let medicines = data.medicines.get_or_insert_default();
            for item in &self.taken.items {
                if !medicines.contains(&item.medicine_id) {
                    medicines.push(item.medicine_id.clone());
                }
            }
        }
        for observation in &self.observations {
            known.observe(observation, person.age_years, now);
        }
        self.prefer_newer_creatinine(&mut known);
        known
    }

    /// A filtration rate from before the last creatinine says less than one worked out from it.
    fn prefer_newer_creatinine(&self, known: &mut Known) {
        let at = |code: &str| self.observations.iter().find(|one| one.text("code") == Some(code))?.effective_at;
        let data = &mut known.data;
        let can_be_worked_out = data.serum_creatinine_umol_l.is_some()
            && data.age_years.is_some()
            && matches!(data.sex, Some(Sex::Male | Sex::Female));
        if can_be_worked_out && at("serum_creatinine") > at("egfr") {
            data.egfr_ml_min_1_73m2 = None;
        }
    }
}

fn term(text: &str) -> Term {
    Term(text.to_owned())
}

fn allergy(entry: &Entry) -> Option<AllergyInput> {
    let severity = entry.content.get("severity").cloned().and_then(|value| crate::json::read_value(value).ok());
    Some(AllergyInput {
        substance: term(entry.text("substance")?),
        reaction: entry.text("reaction").map(str::to_owned),
        severity,
    })
}

#[cfg(test)]
mod tests {
    use super::super::model::{Asserter, Status};
    use super::*;
    use crate::id::Id;
    use crate::records::clinical_data::{
        Egfr, GestationWeeks, PatientData, Pregnancy, Qtc, ReactionSeverity, SerumCreatinine,
    };
    use serde_json::{Value, json};

    const NOW: Timestamp = Timestamp(1_795_000_000_000);

    fn entry(kind: Kind, days_ago: i64, content: &Value) -> Entry {
        let id = Id::parse("01932c07-5d3a-7a00-8000-3a5a2c9e1b10").unwrap();
        let at = Timestamp(NOW.0 - days_ago * DAY_MS);
        Entry {
            id,
            kind,
            encounter_id: None,
            status: Status::Active,
            recorded_by: id,
            asserter: Asserter::Patient,
            recorded_at: at,
            updated_at: at,
            version: 1,
            content: content.as_object().cloned().unwrap(),
            effective_at: (kind == Kind::Observations).then_some(at),
        }
    }

    fn known(entries: Vec<Entry>, observations: &[(&str, i64, Value)]) -> Known {
        let observation = |(code, days, value): &(&str, i64, Value)| {
            let mut content = json!({ "code": code, "value": value });
            if *value == "pregnant" {
                content["gestation_weeks"] = json!(12);
            }
            entry(Kind::Observations, *days, &content)
        };
        let observations = observations.iter().map(observation).collect();
        let record = ClinicalRecord { entries, observations, stopped: Vec::new(), taken: Taken::default(), changes: 0 };
        let person = Person { age_years: Some(70.0), country: None };
        record.known(&person, NOW)
    }

    #[test]
    fn what_was_measured_lately_is_used_and_what_was_not_is_told() {
        for (code, days) in
            [("weight", 365), ("serum_creatinine", 90), ("egfr", 90), ("potassium", 30), ("child_pugh", 90)]
        {
            let value = json!(10.0);
            assert_eq!(known(vec![], &[(code, days, value.clone())]).stale, vec![], "{code}");
            let old = known(vec![], &[(code, days + 1, value)]);
            assert_eq!(old.stale.len(), 1, "{code}");
            assert_eq!((old.data.weight_kg, old.data.serum_creatinine_umol_l), (None, None));
        }
        let old = known(vec![], &[("serum_creatinine", 91, json!(140.0))]).not_assessed();
        assert_eq!(old[0].missing, "recent serum_creatinine_umol_l (the last is of 2026-08-19)");
    }

    #[test]
    fn a_pregnancy_goes_on_and_its_absence_does_not() {
        let of = |days, value: &str| known(vec![], &[("pregnancy_status", days, json!(value))]);
        let pregnant = of(70, "pregnant").data;
        assert_eq!(
            (pregnant.pregnancy, pregnant.gestation_weeks),
            (Pregnancy::Pregnant, GestationWeeks::new(22.0).ok())
        );
        assert_eq!(of(28, "not_pregnant").data.pregnancy, Pregnancy::NotPregnant);
        for (days, value) in [(29, "not_pregnant"), (211, "pregnant")] {
            let old = of(days, value);
            assert_eq!((old.data.pregnancy, old.stale.len()), (Pregnancy::Unknown, 1), "{value}");
        }
    }

    #[test]
    fn absence_says_nothing_and_a_statement_does() {
        assert_eq!(known(vec![], &[]).data.allergies, None);
        let stated = || entry(Kind::Statements, 0, &json!({ "about": "allergies" }));
        let none = known(vec![stated()], &[]).data;
        assert_eq!((none.allergies, none.medicines, none.conditions), (Some(vec![]), None, None));
        let penicillin = entry(Kind::Allergies, 0, &json!({ "substance": "penicillin", "severity": "severe" }));
        let allergies = known(vec![stated(), penicillin], &[]).data.allergies.unwrap();
        assert_eq!((allergies.len(), allergies[0].severity), (1, Some(ReactionSeverity::Severe)));
    }

    #[test]
    fn nothing_that_is_stated_hides_what_is_recorded() {
        let recorded = || {
            let penicillin = entry(Kind::Allergies, 0, &json!({ "substance": "penicillin", "severity": "severe" }));
            let asthma = entry(Kind::Problems, 0, &json!({ "name": "asthma" }));
            let warfarin = entry(Kind::Medications, 0, &json!({ "name": "warfarin" }));
            known(
                vec![penicillin, asthma, warfarin],
                &[("serum_creatinine", 1, json!(140.0)), ("egfr", 1, json!(30.0))],
            )
        };
        let empty = PatientData {
            allergies: Some(vec![]),
            conditions: Some(vec![]),
            medicines: Some(vec![]),
            ..PatientData::default()
        };
        let together = recorded().under(empty).data;
        assert_eq!((together.allergies.unwrap().len(), together.conditions.unwrap().len()), (1, 1));
        assert_eq!(together.medicines, Some(vec![term("warfarin")]));
        let mild = |substance: &str| AllergyInput {
            substance: term(substance),
            reaction: None,
            severity: Some(ReactionSeverity::Mild),
        };
        let stated = PatientData {
            allergies: Some(vec![mild("Penicillin"), mild("latex")]),
            serum_creatinine_umol_l: SerumCreatinine::new(80.0).ok(),
            ..PatientData::default()
        };
        let together = recorded().under(stated).data;
        let severities: Vec<_> = together.allergies.unwrap().into_iter().map(|allergy| allergy.severity).collect();
        assert_eq!(severities, [Some(ReactionSeverity::Severe), Some(ReactionSeverity::Mild)]);
        // A filtration rate from before says less than the creatinine that was stated.
        assert_eq!(together.serum_creatinine_umol_l, SerumCreatinine::new(80.0).ok());
        assert_eq!(together.egfr_ml_min_1_73m2, None);
    }

    #[test]
    fn sex_does_not_age_and_what_the_heart_is_judged_by_does() {
        let of = |days| known(vec![], &[("sex_for_clinical_use", days, json!("male")), ("qtc", days, json!(480.0))]);
        assert_eq!((of(30).data.sex, of(30).data.qtc_ms), (Some(Sex::Male), Qtc::new(480.0).ok()));
        assert_eq!((of(31).data.sex, of(31).data.qtc_ms), (Some(Sex::Male), None));
        assert_eq!(of(31).stale.len(), 1);
        assert_eq!(known(vec![], &[("sex_for_clinical_use", 1, json!("unknown"))]).data.sex, None);
    }

    #[test]
    fn the_newer_of_creatinine_and_filtration_rate_counts() {
        let rate = |creatinine, egfr| {
            let sex = ("sex_for_clinical_use", 3000, json!("female"));
            let observations = [sex, ("serum_creatinine", creatinine, json!(140.0)), ("egfr", egfr, json!(30.0))];
            known(vec![], &observations).data.egfr_ml_min_1_73m2
        };
        assert_eq!((rate(1, 2), rate(2, 1)), (None, Egfr::new(30.0).ok()));
    }
}
