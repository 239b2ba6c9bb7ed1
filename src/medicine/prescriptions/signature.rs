//! The signature of a prescription: HMAC-SHA-256 over its canonical form (JSON
//! with sorted keys and no white space, as RFC 8785 orders it), under a key that
//! is named, so that keys rotate and old signatures still verify.

use super::model::Prescription;
use crate::encryption::KeyRing;
use crate::id::Timestamp;

/// Signs what the patient and the pharmacist rely on.
#[must_use]
pub fn sign(keys: &KeyRing, prescription: &Prescription, signed_at: Timestamp) -> String {
    keys.sign(&canonical(prescription, signed_at))
}

/// Whether a signed prescription is as it was when it was signed.
#[must_use]
pub fn verify(keys: &KeyRing, prescription: &Prescription) -> bool {
    let (Some(signature), Some(signed_at)) = (&prescription.signature, prescription.signed_at) else { return false };
    keys.verifies(&canonical(prescription, signed_at), signature)
}

fn canonical(prescription: &Prescription, signed_at: Timestamp) -> String {
    // A serde_json map keeps its keys sorted.
    let form = serde_json::json!({
        "purpose": "virtual-doctor/prescription/v1",
        "id": prescription.id,
        "patient_id": prescription.patient_id,
        "prescriber_id": prescription.prescriber_id,
        "items": prescription.items,
        "overrides": prescription.overrides,
        "signed_at": signed_at,
    });
    form.to_string()
}
