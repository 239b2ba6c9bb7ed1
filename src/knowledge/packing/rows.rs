//! The rows as they stand in the files.

use super::Check;
use crate::tables::{
    AlertKind, FindingKind, InputKind, Phase, ReactionKind, Severity, TreatmentLine, TreatmentSeverity, Urgency,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

#[derive(Deserialize)]
pub(super) struct SourceRow {
    pub(super) id: String,
    pub(super) document: String,
    pub(super) publisher: String,
    pub(super) year: String,
    #[expect(dead_code, reason = "for people: the licence is read in review")]
    pub(super) licence: String,
}

#[derive(Deserialize)]
pub(super) struct FindingRow {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) kind: FindingKind,
    pub(super) question: String,
    pub(super) phrases: String,
    pub(super) implies: String,
    pub(super) group: String,
    pub(super) background: f32,
    pub(super) source: String,
    #[expect(dead_code, reason = "shown with conditions and rules, not with single findings")]
    pub(super) review: String,
}

#[derive(Deserialize)]
pub(super) struct ConditionRow {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) icd10: String,
    pub(super) urgency: Urgency,
    pub(super) dangerous: String,
    pub(super) base_rate: f32,
    pub(super) infant: f32,
    pub(super) child: f32,
    pub(super) adolescent: f32,
    pub(super) young: f32,
    pub(super) middle: f32,
    pub(super) older: f32,
    pub(super) male: f32,
    pub(super) female: f32,
    pub(super) pregnant: f32,
    pub(super) advice: String,
    pub(super) source: String,
    pub(super) review: String,
}

#[derive(Deserialize)]
pub(super) struct LikelihoodRow {
    pub(super) condition: String,
    pub(super) finding: String,
    pub(super) percent: f32,
    pub(super) source: String,
    #[expect(dead_code, reason = "the condition's own review speaks for its likelihoods")]
    pub(super) review: String,
}

#[derive(Deserialize)]
pub(super) struct RedFlagRow {
    pub(super) id: String,
    pub(super) level: Urgency,
    pub(super) when: String,
    pub(super) reason: String,
    pub(super) action: String,
    pub(super) source: String,
    #[expect(dead_code, reason = "a red flag counts whether it was reviewed or not")]
    pub(super) review: String,
}

#[derive(Deserialize)]
pub(super) struct ComorbidityRow {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) synonyms: String,
    pub(super) icd10: String,
    pub(super) finding: String,
    pub(super) source: String,
    #[expect(dead_code, reason = "a name needs no review")]
    pub(super) review: String,
}

#[derive(Deserialize)]
pub(super) struct ClassRow {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) parent: String,
    pub(super) duplicate: String,
    pub(super) source: String,
    #[expect(dead_code, reason = "the rules that use a class are what is reviewed")]
    pub(super) review: String,
}

#[derive(Deserialize)]
pub(super) struct MedicineRow {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) synonyms: String,
    pub(super) brands: String,
    pub(super) atc: String,
    pub(super) rxcui: String,
    pub(super) classes: String,
    pub(super) forms: String,
    pub(super) covers: String,
    pub(super) source: String,
    #[expect(dead_code, reason = "the rules about a medicine are what is reviewed")]
    pub(super) review: String,
}

#[derive(Deserialize)]
pub(super) struct InteractionRow {
    pub(super) id: String,
    pub(super) a: String,
    pub(super) b: String,
    pub(super) severity: Severity,
    pub(super) fact: String,
    pub(super) mechanism: String,
    pub(super) effect: String,
    pub(super) management: String,
    pub(super) evidence: String,
    pub(super) criterion: String,
    pub(super) source: String,
    pub(super) review: String,
}

#[derive(Deserialize)]
pub(super) struct CautionRow {
    pub(super) id: String,
    pub(super) medicine: String,
    pub(super) kind: AlertKind,
    pub(super) when: String,
    pub(super) severity: Severity,
    pub(super) effect: String,
    pub(super) management: String,
    pub(super) evidence: String,
    pub(super) criterion: String,
    pub(super) source: String,
    pub(super) review: String,
}

#[derive(Deserialize)]
pub(super) struct AllergyRow {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) synonyms: String,
    pub(super) members: String,
    pub(super) cross_reactive: String,
    pub(super) cross_severity: String,
    pub(super) note: String,
    pub(super) source: String,
    pub(super) review: String,
}

#[derive(Deserialize)]
pub(super) struct EmergencyNumberRow {
    pub(super) country: String,
    pub(super) number: String,
    pub(super) source: String,
    #[expect(dead_code, reason = "a telephone number needs no clinician")]
    pub(super) review: String,
}

#[derive(Deserialize)]
pub(super) struct CalculatorRow {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) purpose: String,
    pub(super) source: String,
    pub(super) review: String,
}

#[derive(Deserialize)]
pub(super) struct CalculatorInputRow {
    pub(super) calculator: String,
    pub(super) input: String,
    pub(super) kind: InputKind,
    pub(super) unit: String,
    pub(super) least: Option<f64>,
    pub(super) most: Option<f64>,
    pub(super) choices: String,
    pub(super) default: Option<f64>,
}

#[derive(Deserialize)]
pub(super) struct CalculatorStepRow {
    pub(super) calculator: String,
    pub(super) step: String,
    pub(super) formula: String,
    pub(super) unit: String,
    pub(super) digits: u8,
}

#[derive(Deserialize)]
pub(super) struct CalculatorLimitRow {
    pub(super) calculator: String,
    pub(super) when: String,
    pub(super) kind: String,
    pub(super) input: String,
    pub(super) message: String,
}

#[derive(Deserialize)]
pub(super) struct CalculatorReadingRow {
    pub(super) calculator: String,
    pub(super) when: String,
    pub(super) meaning: String,
    pub(super) source: String,
    #[expect(dead_code, reason = "the calculator's own review speaks for its readings")]
    pub(super) review: String,
}

#[derive(Deserialize)]
pub(super) struct PharmacologyRow {
    pub(super) medicine: String,
    pub(super) indications: String,
    pub(super) half_life_h: Option<f32>,
    pub(super) elimination: String,
    pub(super) high_alert: String,
    pub(super) narrow_therapeutic_index: String,
    pub(super) source: String,
    #[expect(dead_code, reason = "the rules about a medicine are what is reviewed")]
    pub(super) review: String,
}

#[derive(Deserialize)]
pub(super) struct LookAlikeRow {
    pub(super) a: String,
    pub(super) b: String,
    pub(super) source: String,
    #[expect(dead_code, reason = "that two names are alike needs no clinician")]
    pub(super) review: String,
}

#[derive(Deserialize)]
pub(super) struct WashoutRow {
    pub(super) id: String,
    pub(super) subject: String,
    pub(super) days: u16,
    pub(super) effect: String,
    pub(super) source: String,
    #[expect(dead_code, reason = "the interaction that goes on is what is reviewed")]
    pub(super) review: String,
}

#[derive(Deserialize)]
pub(super) struct SumRow {
    pub(super) id: String,
    pub(super) members: String,
    pub(super) at_least: u8,
    pub(super) with: String,
    pub(super) when: String,
    pub(super) severity: Severity,
    pub(super) mechanism: String,
    pub(super) effect: String,
    pub(super) management: String,
    pub(super) evidence: String,
    pub(super) criterion: String,
    pub(super) source: String,
    pub(super) review: String,
}

#[derive(Deserialize)]
pub(super) struct DoseLimitRow {
    pub(super) id: String,
    pub(super) medicine: String,
    pub(super) route: String,
    pub(super) when: String,
    pub(super) unless: String,
    pub(super) single: Option<f64>,
    pub(super) daily: Option<f64>,
    pub(super) weekly: Option<f64>,
    pub(super) unit: String,
    pub(super) least_interval_h: Option<f64>,
    pub(super) severity: Severity,
    pub(super) effect: String,
    pub(super) management: String,
    pub(super) source: String,
    pub(super) review: String,
}

#[derive(Deserialize)]
pub(super) struct ReactionRow {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) phrases: String,
    pub(super) kind: ReactionKind,
    #[expect(dead_code, reason = "a word for a reaction is cited for people")]
    pub(super) source: String,
    #[expect(dead_code, reason = "a word for a reaction needs no clinician")]
    pub(super) review: String,
}

#[derive(Deserialize)]
pub(super) struct ReactionRuleRow {
    pub(super) id: String,
    pub(super) allergies: String,
    pub(super) reactions: String,
    pub(super) subjects: String,
    pub(super) severity: Severity,
    pub(super) note: String,
    pub(super) source: String,
    pub(super) review: String,
}

#[derive(Deserialize)]
pub(super) struct RegimenRow {
    pub(super) id: String,
    pub(super) medicine: String,
    pub(super) indication: String,
    pub(super) when: String,
    pub(super) route: String,
    pub(super) phase: Phase,
    pub(super) dose: f64,
    pub(super) dose_to: Option<f64>,
    pub(super) unit: String,
    pub(super) per: String,
    pub(super) max_dose: Option<f64>,
    pub(super) frequency: Option<f64>,
    pub(super) period: Option<f64>,
    pub(super) period_unit: String,
    pub(super) max_daily: Option<f64>,
    pub(super) as_needed: String,
    pub(super) duration_days: Option<f64>,
    pub(super) note: String,
    pub(super) source: String,
    pub(super) review: String,
}

#[derive(Deserialize)]
pub(super) struct AdjustmentRow {
    pub(super) id: String,
    pub(super) medicine: String,
    pub(super) when: String,
    pub(super) indications: String,
    pub(super) factor: Option<f64>,
    pub(super) least_interval_h: Option<f64>,
    pub(super) max_dose: Option<f64>,
    pub(super) max_daily: Option<f64>,
    pub(super) unit: String,
    pub(super) avoid: String,
    pub(super) note: String,
    pub(super) source: String,
    pub(super) review: String,
}

#[derive(Deserialize)]
pub(super) struct GrowthRow {
    pub(super) age_years: f64,
    pub(super) weight_kg: f64,
    pub(super) source: String,
    #[expect(dead_code, reason = "what children weigh needs no review")]
    pub(super) review: String,
}

#[derive(Deserialize)]
pub(super) struct TreatmentRow {
    pub(super) id: String,
    pub(super) conditions: String,
    pub(super) line: TreatmentLine,
    pub(super) severity: Option<TreatmentSeverity>,
    pub(super) when: String,
    pub(super) medicine: String,
    pub(super) over_the_counter: String,
    pub(super) text: String,
    pub(super) source: String,
    pub(super) review: String,
}

#[derive(Deserialize)]
pub(super) struct MeasuredFindingRow {
    pub(super) finding: String,
    pub(super) when: String,
    pub(super) source: String,
    #[expect(dead_code, reason = "the bounds are those of definitions")]
    pub(super) review: String,
}

#[derive(Deserialize)]
pub(super) struct ChildhoodVitalSignsRow {
    pub(super) from_age_years: f64,
    pub(super) heart_rate_per_min: f64,
    pub(super) respiratory_rate_per_min: f64,
    pub(super) source: String,
    #[expect(dead_code, reason = "the bounds are those of a guideline's chart")]
    pub(super) review: String,
}

/// All rows as they stand in the files.
pub(super) struct Raw {
    pub(super) version: String,
    pub(super) sources: Vec<SourceRow>,
    pub(super) findings: Vec<FindingRow>,
    pub(super) conditions: Vec<ConditionRow>,
    pub(super) likelihoods: Vec<LikelihoodRow>,
    pub(super) red_flags: Vec<RedFlagRow>,
    pub(super) comorbidities: Vec<ComorbidityRow>,
    pub(super) classes: Vec<ClassRow>,
    pub(super) medicines: Vec<MedicineRow>,
    pub(super) interactions: Vec<InteractionRow>,
    pub(super) cautions: Vec<CautionRow>,
    pub(super) allergies: Vec<AllergyRow>,
    pub(super) pharmacology: Vec<PharmacologyRow>,
    pub(super) look_alikes: Vec<LookAlikeRow>,
    pub(super) washouts: Vec<WashoutRow>,
    pub(super) sums: Vec<SumRow>,
    pub(super) dose_limits: Vec<DoseLimitRow>,
    pub(super) reactions: Vec<ReactionRow>,
    pub(super) reaction_rules: Vec<ReactionRuleRow>,
    pub(super) regimens: Vec<RegimenRow>,
    pub(super) adjustments: Vec<AdjustmentRow>,
    pub(super) growth: Vec<GrowthRow>,
    pub(super) treatments: Vec<TreatmentRow>,
    pub(super) childhood_vital_signs: Vec<ChildhoodVitalSignsRow>,
    pub(super) measured_findings: Vec<MeasuredFindingRow>,
    pub(super) calculators: Vec<CalculatorRow>,
    pub(super) calculator_inputs: Vec<CalculatorInputRow>,
    pub(super) calculator_steps: Vec<CalculatorStepRow>,
    pub(super) calculator_limits: Vec<CalculatorLimitRow>,
    pub(super) calculator_readings: Vec<CalculatorReadingRow>,
    pub(super) emergency_numbers: Vec<EmergencyNumberRow>,
    pub(super) texts: BTreeMap<String, String>,
}

impl Raw {
    pub(super) fn read(root: &Path, check: &mut Check) -> Self {
        let mut hash = Fingerprint::default();
        let mut texts = BTreeMap::new();
        for (key, text) in rows::<(String, String)>(root, "text/en", &mut hash, check) {
            texts.insert(key, text);
        }
        Self {
            sources: rows(root, "sources", &mut hash, check),
            findings: sorted(rows(root, "findings", &mut hash, check), |row: &FindingRow| &row.id),
            conditions: sorted(rows(root, "conditions", &mut hash, check), |row: &ConditionRow| &row.id),
            likelihoods: rows(root, "likelihoods", &mut hash, check),
            red_flags: sorted(rows(root, "red_flags", &mut hash, check), |row: &RedFlagRow| &row.id),
            comorbidities: sorted(rows(root, "comorbidities", &mut hash, check), |row: &ComorbidityRow| &row.id),
            classes: sorted(rows(root, "classes", &mut hash, check), |row: &ClassRow| &row.id),
            medicines: sorted(rows(root, "medicines", &mut hash, check), |row: &MedicineRow| &row.id),
            interactions: sorted(rows(root, "interactions", &mut hash, check), |row: &InteractionRow| &row.id),
            cautions: sorted(rows(root, "cautions", &mut hash, check), |row: &CautionRow| &row.id),
            allergies: sorted(rows(root, "allergies", &mut hash, check), |row: &AllergyRow| &row.id),
            pharmacology: rows(root, "pharmacology", &mut hash, check),
            look_alikes: rows(root, "look_alikes", &mut hash, check),
            washouts: sorted(rows(root, "washouts", &mut hash, check), |row: &WashoutRow| &row.id),
            sums: sorted(rows(root, "sums", &mut hash, check), |row: &SumRow| &row.id),
            dose_limits: sorted(rows(root, "dose_limits", &mut hash, check), |row: &DoseLimitRow| &row.id),
            reactions: sorted(rows(root, "reactions", &mut hash, check), |row: &ReactionRow| &row.id),
            reaction_rules: sorted(rows(root, "reaction_rules", &mut hash, check), |row: &ReactionRuleRow| &row.id),
            regimens: sorted(rows(root, "regimens", &mut hash, check), |row: &RegimenRow| &row.id),
            adjustments: sorted(rows(root, "adjustments", &mut hash, check), |row: &AdjustmentRow| &row.id),
            growth: rows(root, "growth", &mut hash, check),
            treatments: rows::<TreatmentRow>(root, "treatments", &mut hash, check),
            childhood_vital_signs: rows(root, "childhood_vital_signs", &mut hash, check),
            measured_findings: rows(root, "measured_findings", &mut hash, check),
            calculators: sorted(rows(root, "calculators", &mut hash, check), |row: &CalculatorRow| &row.id),
            calculator_inputs: rows(root, "calculator_inputs", &mut hash, check),
            calculator_steps: rows(root, "calculator_steps", &mut hash, check),
            calculator_limits: rows(root, "calculator_limits", &mut hash, check),
            calculator_readings: rows(root, "calculator_readings", &mut hash, check),
            emergency_numbers: rows(root, "emergency_numbers", &mut hash, check),
            texts,
            version: hash.finish(),
        }
    }
}

pub(super) fn sorted<T>(mut rows: Vec<T>, id: fn(&T) -> &String) -> Vec<T> {
    rows.sort_by(|a, b| id(a).cmp(id(b)));
    rows
}

/// FNV-1a over all files: tells versions apart, protects nothing.
pub(super) struct Fingerprint(u64);

impl Default for Fingerprint {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fingerprint {
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> String {
        format!("k-{:016x}", self.0)
    }
}

pub(super) fn rows<T: DeserializeOwned>(root: &Path, table: &str, hash: &mut Fingerprint, check: &mut Check) -> Vec<T> {
    let mut files: Vec<_> = fs::read_dir(root.join(table))
        .map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path())).collect())
        .unwrap_or_default();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "csv"));
    files.sort();
    let mut all = Vec::new();
    for file in files {
        let text = fs::read(&file).unwrap_or_default();
        hash.add(&text);
        for (number, row) in csv::Reader::from_reader(text.as_slice()).deserialize().enumerate() {
            match row {
                Ok(row) => all.push(row),
                Err(error) => check.problems.push(format!("{} row {}: {error}", file.display(), number + 1)),
            }
        }
    }
    all
}
