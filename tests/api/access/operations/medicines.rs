//! Medicines and prescriptions.

use super::super::relationships::Thing;
use super::About::{Own, Public, PublicOr, Thing as Of};
use super::{Operation, row};
use serde_json::{Value, json};
use virtual_doctor::authorization::{Action as A, Relationship};

const CHECK: &str = "/api/v1/medicines/check";

fn check(patient_id: Option<&String>) -> Value {
    json!({ "medicines": [{ "name": "warfarin" }], "patient_id": patient_id })
}

fn item() -> Value {
    json!({ "medicine_id": "amoxicillin", "dose": { "value": 500, "unit": "mg" }, "as_needed": true })
}

pub const OPERATIONS: &[Operation] = &[
    row("list_medicines", "/api/v1/medicines", Public),
    row("read_medicine", "/api/v1/medicines/amoxicillin", Public),
    row("list_alternatives", "/api/v1/medicines/simvastatin/alternatives", Public),
    row("check_medicines", CHECK, PublicOr(A::CheckMedicines)).sending(|_| check(None)),
    row("check_medicines", CHECK, Of(Thing::Patient, A::ReadRecord)).sending(|it| check(Some(&it["patient"]))),
    row("list_calculators", "/api/v1/calculators", Own(Relationship::Anyone, A::Calculate)),
    row("read_calculator", "/api/v1/calculators/bmi", Own(Relationship::Anyone, A::Calculate)),
    row("run_calculator", "/api/v1/calculators/bmi", Own(Relationship::Anyone, A::Calculate))
        .sending(|_| json!({ "weight_kg": 70, "height_cm": 175 })),
    row("work_out_dose", "/api/v1/medicines/dose", Own(Relationship::Anyone, A::Calculate))
        .sending(|_| json!({ "medicine": "paracetamol", "patient": { "age_years": 40 } })),
    row("report_overrides", "/api/v1/reports/overrides", Own(Relationship::Anyone, A::ReadOverrideReport)),
    row("list_prescriptions", "/api/v1/prescriptions?patient_id={patient}", Of(Thing::Patient, A::ReadPrescription)),
    row("prescribe", "/api/v1/prescriptions", Of(Thing::Patient, A::Prescribe))
        .sending(|it| json!({ "patient_id": it["patient"], "items": [item()] })),
    row("read_prescription", "/api/v1/prescriptions/{prescription}", Of(Thing::Prescription, A::ReadPrescription)),
    row("read_prescription", "/api/v1/prescriptions/{sent}", Of(Thing::PrescriptionSent, A::ReadPrescription)),
    row("send_prescription", "/api/v1/prescriptions/{prescription}/send", Of(Thing::Prescription, A::SendPrescription))
        .sending(|it| json!({ "organization_id": it["organization"] }))
        .refusing(409),
    row(
        "cancel_prescription",
        "/api/v1/prescriptions/{sent}/cancel",
        Of(Thing::PrescriptionSent, A::CancelPrescription),
    )
    .sending(|_| json!({ "reason": "x" })),
    row(
        "dispense_prescription",
        "/api/v1/prescriptions/{sent}/dispense",
        Of(Thing::PrescriptionSent, A::DispensePrescription),
    )
    .sending(
        |_| json!({ "items": [{ "medicine_id": "amoxicillin", "quantity": { "value": 1, "unit": "{tablet}" } }] }),
    ),
    row("ask_prescriber", "/api/v1/prescriptions/{sent}/room", Of(Thing::PrescriptionSent, A::DispensePrescription))
        .sending(|_| json!({ "subject": "x" })),
    row("renew_prescription", "/api/v1/prescriptions/{prescription}/renew", Of(Thing::Prescription, A::Prescribe))
        .sending(|_| json!({}))
        .refusing(409),
    row("print_prescription", "/api/v1/prescriptions/{sent}/print", Of(Thing::PrescriptionSent, A::ReadPrescription)),
    row(
        "verify_prescription",
        "/api/v1/prescriptions/{sent}/verify?code=x",
        Own(Relationship::Anyone, A::VerifyPrescription),
    )
    .refusing(404),
    row(
        "receive_prescription",
        "/api/v1/prescriptions/{sent}/receive",
        Own(Relationship::Anyone, A::VerifyPrescription),
    )
    .sending(|it| json!({ "organization_id": it["organization"], "code": "x" }))
    .refusing(404),
    row(
        "return_prescription",
        "/api/v1/prescriptions/{sent}/return",
        Of(Thing::PrescriptionSent, A::DispensePrescription),
    )
    .sending(|_| json!({ "reason": "x" })),
    row(
        "list_received_prescriptions",
        "/api/v1/organizations/{organization}/prescriptions",
        Of(Thing::Pharmacy, A::ListReceivedPrescriptions),
    ),
    row("sign_prescription", "/api/v1/prescriptions/{prescription}/sign", Of(Thing::Prescription, A::SignPrescription)),
];
