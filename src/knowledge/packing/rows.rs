//! The rows as they stand in the files.

use super::Check;
use crate::tables::{AlertKind, FindingKind, Severity, Urgency};
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
