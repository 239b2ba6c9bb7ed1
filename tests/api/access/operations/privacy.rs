//! What is held on a person, what they agreed to, and who opened a record.

use super::super::relationships::Thing;
use super::About::{Own, Thing as Of};
use super::{About, Operation, row};
use serde_json::{Value, json};
use virtual_doctor::authorization::{Action as A, Relationship as R};

const OWN: About = Own(R::Anyone, A::UseOwnAccount);

fn consent(patient_id: Option<&String>) -> Value {
    json!({ "purpose": "research", "version": "1", "given": true, "patient_id": patient_id })
}

pub const OPERATIONS: &[Operation] = &[
    row("request_export", "/api/v1/me/export", OWN),
    row("list_exports", "/api/v1/me/exports", OWN),
    row("fetch_export", "/api/v1/me/exports/{export}", Of(Thing::Account, A::UseOwnAccount)),
    row("read_erasure", "/api/v1/me/erasure", OWN),
    row("request_erasure", "/api/v1/me/erasure", OWN),
    row("cancel_erasure", "/api/v1/me/erasure", OWN),
    row("list_consents", "/api/v1/me/consents", OWN),
    row("give_consent", "/api/v1/me/consents", OWN).sending(|_| consent(None)),
    row("give_consent", "/api/v1/me/consents", Of(Thing::Patient, A::ConsentForPatient))
        .sending(|it| consent(Some(&it["patient"]))),
    row("read_access_log", "/api/v1/patients/{patient}/audit", Of(Thing::Patient, A::ReadAccessLog)),
];
