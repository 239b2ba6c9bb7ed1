//! Profiles, who acts for a patient, and who cares for them.

use super::super::relationships::Thing;
use super::About::{Own, Thing as Of};
use super::{About, Operation, row};
use serde_json::json;
use virtual_doctor::authorization::{Action as A, Relationship as R};

const fn of(action: A) -> About {
    Of(Thing::Patient, action)
}

pub const OPERATIONS: &[Operation] = &[
    row("read_patient", "/api/v1/patients/{patient}", of(A::ReadProfile)),
    row("change_patient", "/api/v1/patients/{patient}", of(A::ChangeProfile)).sending(|_| json!({ "weight_kg": 60 })),
    row("change_patient", "/api/v1/patients/{patient}", of(A::ChangeBirthDate))
        .sending(|_| json!({ "birth_date": "2019-05-06" })),
    row("add_patient", "/api/v1/patients", Own(R::Anyone, A::AddPatient))
        .sending(|_| json!({ "name": "Kit", "birth_date": "2020-05-06", "relation": "child" })),
    row("claim", "/api/v1/patients/claim", Own(R::Anyone, A::ClaimRecord)).sending(|_| json!({ "code": "x" })),
    row("hand_over", "/api/v1/patients/{patient}/handover", of(A::HandOver)),
    row("list_access", "/api/v1/patients/{patient}/access", of(A::ListAccess)),
    row("end_access", "/api/v1/patients/{patient}/access/{proxy}", of(A::EndAccess)),
    row("end_access", "/api/v1/patients/{patient}/access/{caller}", of(A::RenounceAccess)),
    row("list_access_requests", "/api/v1/access-requests", Own(R::Anyone, A::UseOwnAccount)),
    row("request_access", "/api/v1/access-requests", Own(R::Anyone, A::RequestAccess))
        .sending(|_| json!({ "email": "nobody@example.org" })),
    row("grant_access", "/api/v1/access-requests/{request}/grant", of(A::GrantAccess))
        .sending(|_| json!({ "scope": "read" })),
    row("refuse_access", "/api/v1/access-requests/{request}", of(A::GrantAccess)),
    row("read_care_team", "/api/v1/patients/{patient}/care-team", of(A::ReadCareTeam)),
    row("end_care", "/api/v1/patients/{patient}/care-team/{doctor}", of(A::EndCare)),
    row("consent", "/api/v1/patients/{patient}/consents", of(A::Consent))
        .sending(|it| json!({ "practitioner_id": it["doctor"] })),
    row("break_glass", "/api/v1/patients/{patient}/break-glass", Of(Thing::Emergency, A::BreakGlass))
        .sending(|_| json!({ "reason": "Unconscious, nobody to ask" })),
];
