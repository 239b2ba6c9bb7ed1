//! Visits, from the queue to the note.

use super::super::relationships::Thing;
use super::About::{Own, Thing as Of};
use super::{About, Operation, row};
use serde_json::json;
use virtual_doctor::authorization::{Action as A, Relationship as R};
use virtual_doctor::visits::consent::VERSION;

const fn taken(action: A) -> About {
    Of(Thing::VisitTaken, action)
}

const fn waiting(action: A) -> About {
    Of(Thing::VisitWaiting, action)
}

const fn queue(action: A) -> About {
    Of(Thing::Queue, action)
}

pub const OPERATIONS: &[Operation] = &[
    row("read_consent", "/api/v1/visits/consent", Own(R::Anyone, A::ReadConsent)),
    row("request_visit", "/api/v1/visits", Of(Thing::Patient, A::RequestVisit)).sending(|it| {
        json!({
            "patient_id": it["patient"], "organization_id": it["organization"], "reason": "a cough",
            "consent": { "telehealth": true, "version": VERSION }
        })
    }),
    row("list_visits", "/api/v1/visits", Own(R::VisitDoctor, A::ReadVisit)),
    row("list_visits", "/api/v1/visits?patient_id={patient}", Of(Thing::Patient, A::ReadVisit)),
    row("read_visit", "/api/v1/visits/{taken}", taken(A::ReadVisit)),
    row("read_visit", "/api/v1/visits/{waiting}", waiting(A::ReadVisit)),
    row("cancel_visit", "/api/v1/visits/{waiting}/cancel", waiting(A::CancelVisit)),
    row("cancel_visit", "/api/v1/visits/{taken}/cancel", taken(A::CancelVisit)),
    row("accept_visit", "/api/v1/visits/{waiting}/accept", waiting(A::AcceptVisit)),
    row("accept_visit", "/api/v1/visits/{taken}/accept", taken(A::AcceptVisit)),
    row("hand_over_visit", "/api/v1/visits/{taken}/hand-over", taken(A::ConductVisit))
        .sending(|it| json!({ "practitioner_id": it["staff"] })),
    row("close_visit", "/api/v1/visits/{taken}/close", taken(A::ConductVisit)),
    row("close_visit", "/api/v1/visits/{waiting}/close", waiting(A::ConductVisit))
        .sending(|_| json!({ "reason": "no_show" })),
    row("read_note", "/api/v1/visits/{taken}/note", taken(A::ReadNote)),
    // Nobody has written one yet, and whoever may read it some day is told so.
    row("read_note", "/api/v1/visits/{waiting}/note", waiting(A::ReadNote)).refusing(404),
    row("write_note", "/api/v1/visits/{taken}/note", taken(A::WriteNote)).sending(|_| json!({ "plan": "rest" })),
    row("write_note", "/api/v1/visits/{waiting}/note", waiting(A::WriteNote)).sending(|_| json!({ "plan": "rest" })),
    row("sign_note", "/api/v1/visits/{taken}/note/sign", taken(A::WriteNote)),
    row("amend_note", "/api/v1/visits/{taken}/note/amendments", taken(A::WriteNote))
        .sending(|_| json!({ "text": "See above." })),
    row("read_queue", "/api/v1/organizations/{organization}/queue", queue(A::ReadQueue)),
    row("read_duty", "/api/v1/organizations/{organization}/duty", queue(A::ReadDuty)),
    row("change_duty", "/api/v1/organizations/{organization}/duty", queue(A::ChangeDuty))
        .sending(|_| json!({ "on": false })),
];
