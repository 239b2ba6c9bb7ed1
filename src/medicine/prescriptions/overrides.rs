//! How long a prescriber's decision about an alert holds: 90 days, and only while
//! what it was made in stays as it was.

use super::model::Override;
use crate::encryption::blind_index;
use crate::id::{Id, Timestamp};
use crate::medicine::model::{Alert, NamedMedicine};
use crate::records::clinical_data::PatientData;
use serde_json::json;

/// Days after which an alert interrupts again.
const HOLDS_DAYS: i64 = 90;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// What one prescriber was shown of one patient before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// Keyed hash of the alert.
    pub alert_key: String,
    /// When it was overridden last, and in what state.
    pub overridden: Option<(Timestamp, String)>,
}

/// Knows alerts and states again by keyed hashes.
pub struct Memory<'a> {
    /// The installation's index key.
    pub key: &'a [u8],
    /// Whose record it is.
    pub patient_id: Id,
    /// Who prescribes.
    pub prescriber_id: Id,
    /// The moment.
    pub now: Timestamp,
    /// What this prescriber was shown of this patient before.
    pub earlier: Vec<Decided>,
}

impl Memory<'_> {
    /// The name under which this alert is known again.
    #[must_use]
    pub fn alert_key(&self, alert: &Alert) -> String {
        let about =
            ["alert|", &self.patient_id.to_string(), "|", &self.prescriber_id.to_string(), "|", &alert.id].concat();
        blind_index(self.key, &about)
    }

    /// What an override of this alert depends on: how grave it is, the doses, times and routes of its medicines, and
    /// what is known of pregnancy, kidneys, liver, electrolytes and heart.
    #[must_use]
    pub fn state_key(&self, alert: &Alert, patient: &PatientData, medicines: &[NamedMedicine]) -> String {
        let named = |medicine: &&NamedMedicine| medicine.id.as_ref().is_some_and(|id| alert.medicines.contains(&id.0));
        let mut doses: Vec<String> = medicines
            .iter()
            .filter(named)
            .map(|medicine| {
                json!([
                    medicine.id,
                    medicine.dose,
                    medicine.timing,
                    medicine.as_needed,
                    medicine.max_per_24h,
                    medicine.route
                ])
                .to_string()
            })
            .collect();
        doses.sort_unstable();
        let state = json!([
            alert.id,
            alert.severity,
            doses,
            patient.pregnancy,
            patient.lactating,
            patient.serum_creatinine_umol_l,
            patient.egfr_ml_min_1_73m2,
            patient.potassium_mmol_l,
            patient.magnesium_mmol_l,
            patient.qtc_ms,
            patient.child_pugh,
        ]);
        blind_index(self.key, &["state|", &state.to_string()].concat())
    }

    /// Whether an earlier decision about this alert still holds.
    #[must_use]
    pub fn holds(&self, alert: &Alert, patient: &PatientData, medicines: &[NamedMedicine]) -> bool {
        let key = self.alert_key(alert);
        let Some((at, state)) = self.known(&key).and_then(|decided| decided.overridden.as_ref()) else { return false };
        self.now.0 - at.0 < HOLDS_DAYS * DAY_MS && *state == self.state_key(alert, patient, medicines)
    }

    fn known(&self, alert_key: &str) -> Option<&Decided> {
        self.earlier.iter().find(|decided| decided.alert_key == alert_key)
    }

    /// What is to be kept of these alerts, now that they were shown and some of them overridden.
    #[must_use]
    pub fn to_keep(
        &self,
        alerts: &[Alert],
        overrides: &[Override],
        patient: &PatientData,
        medicines: &[NamedMedicine],
    ) -> Vec<Kept> {
        let interrupting = alerts.iter().filter(|alert| alert.interrupts());
        let kept = interrupting.map(|alert| {
            let alert_key = self.alert_key(alert);
            let overridden = overrides.iter().any(|decision| decision.alert.0 == alert.id);
            let before = self.known(&alert_key);
            Kept {
                rule: alert.id.split(':').next().unwrap_or_default().to_owned(),
                state_key: overridden.then(|| self.state_key(alert, patient, medicines)),
                is_first_shown: before.is_none(),
                is_first_overridden: overridden && before.is_none_or(|before| before.overridden.is_none()),
                alert_key,
            }
        });
        kept.filter(|kept| kept.is_first_shown || kept.state_key.is_some()).collect()
    }
}

/// What is kept of an alert.
#[derive(Debug, PartialEq, Eq)]
pub struct Kept {
    /// The rule that spoke.
    pub rule: String,
    /// Keyed hash of the alert.
    pub alert_key: String,
    /// In what state it was overridden; `None` where it was only shown.
    pub state_key: Option<String>,
    /// Whether this prescriber sees it for the first time in this patient.
    pub is_first_shown: bool,
    /// Whether it was never overridden before.
    pub is_first_overridden: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::tables::{AlertKind, Severity};
    use crate::medicine::model::{Amount, Measure};
    use crate::records::clinical_data::{Potassium, Pregnancy, Term};

    const NOW: Timestamp = Timestamp(1_795_000_000_000);

    fn alert() -> Alert {
        Alert {
            id: "warfarin_with_nsaid:ibuprofen+warfarin".into(),
            kind: AlertKind::Interaction,
            severity: Severity::Major,
            medicines: vec!["ibuprofen".into(), "warfarin".into()],
            mechanism: String::new(),
            effect: String::new(),
            management: String::new(),
            evidence: String::new(),
            sources: Vec::new(),
            review: String::new(),
        }
    }

    fn ibuprofen(milligrams: f64, route: &str) -> NamedMedicine {
        NamedMedicine {
            id: Some(Term("ibuprofen".into())),
            dose: Some(Measure { value: Amount(milligrams), unit: Term("mg".into()) }),
            route: Some(Term(route.into())),
            ..NamedMedicine::default()
        }
    }

    fn id(last: char) -> Id {
        Id::parse(&["01932c07-5d3a-7a00-8000-3a5a2c9e1b1", &last.to_string()].concat()).unwrap()
    }

    fn memory(prescriber: char, now: Timestamp, earlier: Vec<Decided>) -> Memory<'static> {
        Memory { key: b"key", patient_id: id('0'), prescriber_id: id(prescriber), now, earlier }
    }

    /// Whether a decision of today holds after so many days in this state.
    fn holds(
        prescriber: char,
        days: i64,
        patient: &PatientData,
        medicines: &[NamedMedicine],
        alert_now: &Alert,
    ) -> bool {
        let then = memory('1', NOW, Vec::new());
        let known = PatientData::default();
        let state = then.state_key(&alert(), &known, &[ibuprofen(400.0, "oral")]);
        let earlier = vec![Decided { alert_key: then.alert_key(&alert()), overridden: Some((NOW, state)) }];
        memory(prescriber, Timestamp(NOW.0 + days * DAY_MS), earlier).holds(alert_now, patient, medicines)
    }

    #[test]
    fn a_decision_holds_for_90_days_and_that_prescriber() {
        let (known, same) = (PatientData::default(), [ibuprofen(400.0, "oral")]);
        assert!(holds('1', 0, &known, &same, &alert()) && holds('1', 89, &known, &same, &alert()));
        assert!(!holds('1', 90, &known, &same, &alert()));
        assert!(!holds('2', 0, &known, &same, &alert()));
    }

    #[test]
    fn it_lapses_on_a_new_dose_route_result_pregnancy_or_severity() {
        let known = PatientData::default();
        let same = [ibuprofen(400.0, "oral")];
        assert!(!holds('1', 1, &known, &[ibuprofen(600.0, "oral")], &alert()));
        assert!(!holds('1', 1, &known, &[ibuprofen(400.0, "rectal")], &alert()));
        let result = PatientData { potassium_mmol_l: Potassium::new(5.8).ok(), ..PatientData::default() };
        assert!(!holds('1', 1, &result, &same, &alert()));
        let pregnant = PatientData { pregnancy: Pregnancy::Pregnant, ..PatientData::default() };
        assert!(!holds('1', 1, &pregnant, &same, &alert()));
        let graver = Alert { severity: Severity::Contraindicated, ..alert() };
        assert!(!holds('1', 1, &known, &same, &graver));
        let other = Alert { id: "warfarin_with_nsaid:naproxen+warfarin".into(), ..alert() };
        assert!(!holds('1', 1, &known, &same, &other));
    }

    #[test]
    fn it_is_counted_once_however_often_it_is_shown() {
        let first = memory('1', NOW, Vec::new());
        let kept = first.to_keep(&[alert()], &[], &PatientData::default(), &[]);
        assert_eq!(kept.len(), 1);
        assert!(kept[0].is_first_shown && !kept[0].is_first_overridden && kept[0].rule == "warfarin_with_nsaid");
        let seen = Decided { alert_key: first.alert_key(&alert()), overridden: None };
        assert!(memory('1', NOW, vec![seen]).to_keep(&[alert()], &[], &PatientData::default(), &[]).is_empty());
    }
}
