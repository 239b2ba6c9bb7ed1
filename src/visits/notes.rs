//! The canonical forms that are signed, as for prescriptions, and the codes of
//! diagnoses that the catalogue knows.

use super::note_model::{Amendment, Coding, Diagnosis, Note};
use crate::diagnosis::assess::coding;
use crate::encryption::KeyRing;
use crate::id::Timestamp;
use crate::knowledge::tables::Index;
use crate::knowledge::{diagnosis, icd10};
use crate::names::NameIndex;
use std::sync::OnceLock;

/// Signs a note.
#[must_use]
pub fn sign(keys: &KeyRing, note: &Note, signed_at: Timestamp) -> String {
    keys.sign(&canonical(note, signed_at))
}

/// Whether a signed note, and each of its amendments, is as it was when it was signed.
#[must_use]
pub fn verify(keys: &KeyRing, note: &Note) -> bool {
    let (Some(signature), Some(signed_at)) = (&note.signature, note.signed_at) else { return false };
    let amended = |amendment: &Amendment| keys.verifies(&canonical_amendment(note, amendment), &amendment.signature);
    keys.verifies(&canonical(note, signed_at), signature) && note.amendments.iter().all(amended)
}

fn canonical(note: &Note, signed_at: Timestamp) -> String {
    // A serde_json map keeps its keys sorted.
    let form = serde_json::json!({
        "purpose": "virtual-doctor/visit-note/v1",
        "visit_id": note.visit_id,
        "patient_id": note.patient_id,
        "author_id": note.author_id,
        "subjective": note.subjective,
        "objective": note.objective,
        "assessment": note.assessment,
        "plan": note.plan,
        "diagnoses": note.diagnoses,
        "signed_at": signed_at,
    });
    form.to_string()
}

/// Signs what is added to a signed note.
#[must_use]
pub fn sign_amendment(keys: &KeyRing, note: &Note, amendment: &Amendment) -> String {
    keys.sign(&canonical_amendment(note, amendment))
}

fn canonical_amendment(note: &Note, amendment: &Amendment) -> String {
    let form = serde_json::json!({
        "purpose": "virtual-doctor/visit-note-amendment/v1",
        "id": amendment.id,
        "visit_id": note.visit_id,
        "note": note.signature,
        "author_id": amendment.author_id,
        "text": amendment.text,
        "signed_at": amendment.signed_at,
    });
    form.to_string()
}

fn conditions() -> &'static NameIndex {
    static NAMES: OnceLock<NameIndex> = OnceLock::new();
    NAMES.get_or_init(|| {
        NameIndex::new(diagnosis().conditions.iter().enumerate().flat_map(|(at, row)| {
            let at = Index::try_from(at).unwrap_or(Index::MAX);
            [row.id, row.name].into_iter().map(move |name| (name, at))
        }))
    })
}

/// Adds the ICD-10 code where the words are the name or id of exactly one
/// condition of the catalogue, and no code of that system was given.
#[must_use]
pub fn coded(mut diagnosed: Diagnosis) -> Diagnosis {
    let [at] = conditions().exact(&diagnosed.text.0)[..] else { return diagnosed };
    let Some(condition) = diagnosis().conditions.get(usize::from(at)) else { return diagnosed };
    let code = Coding::from(coding(icd10(condition), condition.name));
    if !code.code.0.is_empty() && diagnosed.codings.iter().all(|given| given.system != code.system) {
        diagnosed.codings.push(code);
    }
    diagnosed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::clinical_data::Term;

    fn codes(text: &str, given: Vec<Coding>) -> Vec<String> {
        let diagnosed = coded(Diagnosis { text: Term(text.into()), codings: given });
        diagnosed.codings.into_iter().map(|coding| coding.code.0).collect()
    }

    #[test]
    fn a_condition_is_coded_by_name_and_by_id_and_nothing_else_is() {
        let row = &diagnosis().conditions[0];
        assert_eq!(codes(row.name, Vec::new()), [icd10(row)]);
        assert_eq!(codes(&row.name.to_uppercase(), Vec::new()), [icd10(row)]);
        assert_eq!(codes(row.id, Vec::new()), [icd10(row)]);
        assert!(codes("something the catalogue does not know", Vec::new()).is_empty());
    }

    #[test]
    fn a_code_that_the_doctor_gave_stays_the_only_one_of_its_system() {
        let row = &diagnosis().conditions[0];
        let given = Coding::from(coding("Z99.9", "Another"));
        assert_eq!(codes(row.name, vec![given]), ["Z99.9"]);
    }
}
