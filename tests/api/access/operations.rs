//! What each operation is about, and how it is called.

use super::world::{Thing, Things};
use serde_json::{Value, json};
use virtual_doctor::authorization::{Action as A, Relationship as R};

/// What decides about an operation.
#[derive(Clone, Copy)]
pub enum About {
    /// Open to everyone.
    Public,
    /// A row of the table with nobody else's thing in it; what the caller is to their own.
    Own(R, A),
    /// A row of the table, by what the caller is to the thing.
    Thing(Thing, A),
}

/// One operation.
pub struct Operation {
    /// `operationId` of the document.
    pub id: &'static str,
    pub about: About,
    pub method: &'static str,
    pub path: fn(&Things) -> String,
    pub body: fn(&Things) -> Option<Value>,
    /// A refusal that is the operation's own: a wrong password, a second step that is missing.
    pub own_refusal: Option<u16>,
}

impl Operation {
    pub fn excuses(&self, status: u16) -> bool {
        self.own_refusal == Some(status)
    }
}

const fn get(id: &'static str, about: About, path: fn(&Things) -> String) -> Operation {
    Operation { id, about, method: "GET", path, body: |_| None, own_refusal: None }
}

const fn post(
    id: &'static str,
    about: About,
    path: fn(&Things) -> String,
    body: fn(&Things) -> Option<Value>,
) -> Operation {
    Operation { id, about, method: "POST", path, body, own_refusal: None }
}

fn item() -> Value {
    json!({ "medicine_id": "amoxicillin", "dose": { "value": 500, "unit": "mg" }, "as_needed": true })
}

fn message() -> Value {
    json!({ "client_id": "one", "body": "hello" })
}

pub const OPERATIONS: &[Operation] = &[
    get("health", About::Public, |_| "/health".into()),
    get("ready", About::Public, |_| "/ready".into()),
    post("register", About::Public, |_| "/api/v1/auth/register".into(), |_| Some(json!({}))),
    post("verify", About::Public, |_| "/api/v1/auth/verify".into(), |_| Some(json!({ "token": "x" }))),
    post("login", About::Public, |_| "/api/v1/auth/login".into(), |_| Some(json!({}))),
    post("refresh", About::Public, |_| "/api/v1/auth/refresh".into(), |_| Some(json!({}))),
    post("logout", About::Own(R::Anyone, A::UseOwnAccount), |_| "/api/v1/auth/logout".into(), |_| None),
    get("read_me", About::Own(R::Anyone, A::UseOwnAccount), |_| "/api/v1/me".into()),
    Operation {
        method: "PATCH",
        ..post(
            "change_me",
            About::Own(R::Anyone, A::UseOwnAccount),
            |_| "/api/v1/me".into(),
            |_| Some(json!({ "country": "FR" })),
        )
    },
    get("list_conditions", About::Public, |_| "/api/v1/conditions".into()),
    get("list_findings", About::Own(R::Anyone, A::UseOwnAccount), |_| "/api/v1/findings".into()),
    get("list_medicines", About::Public, |_| "/api/v1/medicines".into()),
    get("read_medicine", About::Public, |_| "/api/v1/medicines/amoxicillin".into()),
    // A token is not needed, but one that is brought must be right.
    Operation {
        own_refusal: Some(401),
        ..post("check_medicines", About::Public, |_| "/api/v1/medicines/check".into(), |_| Some(json!({})))
    },
    get("list_practitioners", About::Own(R::Anyone, A::ListPractitioners), |_| "/api/v1/practitioners".into()),
    get("list_assessments", About::Thing(Thing::Patient, A::ReadAssessment), |it| {
        format!("/api/v1/assessments?patient_id={}", it.patient)
    }),
    post(
        "create_assessment",
        About::Thing(Thing::Patient, A::Assess),
        |_| "/api/v1/assessments".into(),
        |it| Some(json!({ "patient": { "age_years": 54, "sex": "male" }, "text": "cough", "patient_id": it.patient })),
    ),
    get("read_assessment", About::Thing(Thing::Assessment, A::ReadAssessment), |it| {
        format!("/api/v1/assessments/{}", it.assessment)
    }),
    post(
        "answer_questions",
        About::Thing(Thing::Assessment, A::AnswerAssessment),
        |it| format!("/api/v1/assessments/{}/answers", it.assessment),
        |_| Some(json!({ "answers": [{ "finding": "fever", "state": "absent" }] })),
    ),
    get("list_prescriptions", About::Thing(Thing::Patient, A::ReadPrescription), |it| {
        format!("/api/v1/prescriptions?patient_id={}", it.patient)
    }),
    post(
        "prescribe",
        About::Thing(Thing::Patient, A::Prescribe),
        |_| "/api/v1/prescriptions".into(),
        |it| Some(json!({ "patient_id": it.patient, "items": [item()] })),
    ),
    get("read_prescription", About::Thing(Thing::Prescription, A::ReadPrescription), |it| {
        format!("/api/v1/prescriptions/{}", it.prescription)
    }),
    post(
        "sign_prescription",
        About::Thing(Thing::Prescription, A::SignPrescription),
        |it| format!("/api/v1/prescriptions/{}/sign", it.prescription),
        |_| None,
    ),
    get("list_rooms", About::Own(R::Participant, A::UseRoom), |_| "/api/v1/rooms".into()),
    get("read_room", About::Thing(Thing::Room, A::UseRoom), |it| format!("/api/v1/rooms/{}", it.room)),
    post(
        "open_room",
        About::Thing(Thing::Patient, A::OpenRoom),
        |_| "/api/v1/rooms".into(),
        |it| {
            Some(
                json!({ "kind": "consultation", "participants": [it.doctor], "subject": "x", "patient_id": it.patient }),
            )
        },
    ),
    post(
        "accept_invitation",
        About::Thing(Thing::Room, A::UseRoom),
        |it| format!("/api/v1/rooms/{}/accept", it.room),
        |_| None,
    ),
    get("list_messages", About::Thing(Thing::Room, A::UseRoom), |it| format!("/api/v1/rooms/{}/messages", it.room)),
    post(
        "post_message",
        About::Thing(Thing::Room, A::UseRoom),
        |it| format!("/api/v1/rooms/{}/messages", it.room),
        |_| Some(message()),
    ),
    post(
        "create_ticket",
        About::Thing(Thing::Room, A::UseRoom),
        |it| format!("/api/v1/rooms/{}/tickets", it.room),
        |_| None,
    ),
    // The ticket is what lets in, whoever brings it.
    Operation {
        own_refusal: Some(401),
        ..get("connect", About::Public, |it| format!("/api/v1/rooms/{}/socket?ticket=x", it.room))
    },
];

/// Operations that this table does not hold yet. Their permissions are tested one
/// by one where they are; a row here in place of each would find what those forgot.
pub const NOT_HELD: &[&str] = &[
    "accept_staff_invitation",
    "accept_visit",
    "add_patient",
    "amend_note",
    "begin_totp",
    "break_glass",
    "cancel_erasure",
    "cancel_visit",
    "change_duty",
    "change_email",
    "change_password",
    "change_patient",
    "change_practitioner",
    "claim",
    "close_visit",
    "confirm_email",
    "confirm_password_reset",
    "confirm_totp",
    "consent",
    "correct_entry",
    "create_api_key",
    "create_entry",
    "create_organization",
    "end_access",
    "end_api_key",
    "end_care",
    "end_session",
    "end_staff",
    "fetch_export",
    "give_consent",
    "give_factor",
    "grant_access",
    "hand_over",
    "hand_over_visit",
    "invite_staff",
    "list_access",
    "list_access_requests",
    "list_api_keys",
    "list_consents",
    "list_dead_letters",
    "list_entries",
    "list_exports",
    "list_sessions",
    "list_staff",
    "list_versions",
    "list_visits",
    "mark_in_error",
    "put_statements",
    "read_access_log",
    "read_api_key",
    "read_care_team",
    "read_consent",
    "read_duty",
    "read_entry",
    "read_erasure",
    "read_factors",
    "read_note",
    "read_organization",
    "read_patient",
    "read_practitioner",
    "read_queue",
    "read_statements",
    "read_summary",
    "read_timeline",
    "read_visit",
    "refuse_access",
    "reinstate_user",
    "remove_totp",
    "renew_recovery_codes",
    "replay_dead_letter",
    "request_access",
    "request_erasure",
    "request_export",
    "request_password_reset",
    "request_verification",
    "request_visit",
    "sign_note",
    "state_licence",
    "step_up",
    "suspend_user",
    "verify_audit",
    "verify_licence",
    "write_note",
];
