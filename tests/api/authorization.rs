//! Who may do what: the table as a reviewer reads it, and calls by role.

use super::support::{Installation, Person};
use serde_json::{Value, json};
use virtual_doctor::accounts::token;
use virtual_doctor::authorization::Relationship as R;
use virtual_doctor::authorization::Role::{self, Admin, Doctor, Operator, Patient, Pharmacist};
use virtual_doctor::authorization::{Action, TABLE, allows, require};
use virtual_doctor::http::Caller;
use virtual_doctor::id::Id;

const ROLES: [Role; 5] = [Patient, Doctor, Pharmacist, Admin, Operator];

#[test]
fn every_action_has_one_row_and_no_cell_stands_in_it_twice() {
    let rows: Vec<Action> = TABLE.iter().map(|(action, _)| *action).collect();
    assert_eq!(rows, Action::ALL);
    for (action, allowed) in TABLE {
        let mut cells = allowed.to_vec();
        cells.sort_unstable();
        cells.dedup();
        assert_eq!(cells.len(), allowed.len(), "{action:?}");
        assert!(!cells.is_empty(), "{action:?}");
        assert!(cells.iter().all(|(_, relationship)| *relationship != R::None), "{action:?} is open to strangers");
    }
}

#[test]
fn to_whom_a_thing_is_nothing_it_is_not_there() {
    for action in Action::ALL.iter().copied() {
        for role in ROLES {
            assert!(!allows(&[role], &[R::None], action) && !allows(&[role], &[], action));
            let refusal = require(&[role], &[R::None], action).unwrap_err().into_problem();
            assert_eq!(refusal.kind.status, 404, "{role:?} {action:?}");
            for relationship in R::ALL.iter().copied().filter(|relationship| *relationship != R::None) {
                if let Err(refusal) = require(&[role], &[relationship], action) {
                    assert_eq!(refusal.into_problem().kind.status, 403, "{role:?} {relationship:?} {action:?}");
                }
            }
        }
    }
}

/// Signed out, each call and the status that it answers with.
const CALLS: [(&str, &str, u16); 44] = [
    ("POST", "/api/v1/auth/register", 422),
    ("POST", "/api/v1/auth/verify", 422),
    ("POST", "/api/v1/auth/login", 422),
    ("POST", "/api/v1/auth/refresh", 422),
    ("POST", "/api/v1/auth/logout", 401),
    ("POST", "/api/v1/auth/mfa", 422),
    ("POST", "/api/v1/auth/step-up", 401),
    ("GET", "/api/v1/me/factors", 401),
    ("POST", "/api/v1/me/factors/totp", 401),
    ("DELETE", "/api/v1/me/factors/totp", 401),
    ("POST", "/api/v1/me/factors/totp/confirm", 401),
    ("POST", "/api/v1/me/recovery-codes", 401),
    ("GET", "/api/v1/me/sessions", 401),
    ("DELETE", "/api/v1/me/sessions/x", 401),
    ("POST", "/api/v1/me/password", 401),
    ("POST", "/api/v1/me/email", 401),
    ("POST", "/api/v1/me/email/confirm", 401),
    ("GET", "/api/v1/me", 401),
    ("PATCH", "/api/v1/me", 401),
    ("GET", "/api/v1/practitioners", 401),
    ("GET", "/api/v1/rooms", 401),
    ("POST", "/api/v1/rooms", 401),
    ("GET", "/api/v1/rooms/x", 401),
    ("POST", "/api/v1/rooms/x/accept", 401),
    ("GET", "/api/v1/rooms/x/messages", 401),
    ("POST", "/api/v1/rooms/x/messages", 401),
    ("POST", "/api/v1/rooms/x/tickets", 401),
    ("GET", "/api/v1/assessments", 401),
    ("POST", "/api/v1/assessments", 401),
    ("GET", "/api/v1/assessments/x", 401),
    ("POST", "/api/v1/assessments/x/answers", 401),
    ("GET", "/api/v1/findings", 401),
    ("GET", "/api/v1/prescriptions", 401),
    ("POST", "/api/v1/prescriptions", 401),
    ("GET", "/api/v1/prescriptions/x", 401),
    ("POST", "/api/v1/prescriptions/x/sign", 401),
    ("GET", "/api/v1/organizations/x/api-keys", 401),
    ("POST", "/api/v1/organizations/x/api-keys", 401),
    ("GET", "/api/v1/organizations/x/api-keys/x", 401),
    ("DELETE", "/api/v1/organizations/x/api-keys/x", 401),
    ("GET", "/api/v1/conditions", 200),
    ("GET", "/api/v1/medicines", 200),
    ("POST", "/api/v1/medicines/check", 422),
    ("GET", "/health", 200),
];

#[tokio::test]
async fn signed_out_one_reaches_what_is_for_everyone_and_nothing_else() {
    let here = Installation::new();
    for (method, path, status) in CALLS {
        let body = (method != "GET").then(|| json!({}));
        let answer = here.call(method, path, None, &[], body).await;
        assert_eq!(answer.status.as_u16(), status, "{method} {path}: {}", answer.text);
        // A token that is not valid is not nobody.
        if status == 401 {
            let broken = [("authorization", "Bearer broken")];
            here.call(method, path, None, &broken, None).await.problem(401, "unauthenticated");
        }
    }
}

/// A consultation with all that there is in one, and the same people with one role alone.
struct Clinic {
    here: Installation,
    ann: Person,
    dana: Person,
    room: String,
    assessment: String,
    prescription: String,
}

impl Clinic {
    async fn new() -> Self {
        let here = Installation::new();
        let (ann, dana) = (here.sign_up("ann@example.org").await, here.doctor("dana@example.org").await);
        let room = here.room(&ann, &dana).await;
        let assess =
            json!({ "patient": { "age_years": 54, "sex": "male" }, "text": "cough", "patient_id": ann.patient_id });
        let assessment = here.post("/api/v1/assessments", Some(&ann), assess).await.expect(201);
        let item = json!({ "medicine_id": "amoxicillin", "dose": { "value": 500, "unit": "mg" }, "as_needed": true });
        let prescribe = json!({ "patient_id": ann.patient_id, "items": [item] });
        let prescription = here.post("/api/v1/prescriptions", Some(&dana), prescribe).await.expect(201);
        let [assessment, prescription] = [assessment, prescription].map(|made| made["id"].as_str().unwrap().to_owned());
        Self { here, ann, dana, room, assessment, prescription }
    }

    /// The person, with a token that says this role alone.
    fn alone(&self, person: &Person, role: Role) -> Person {
        let session_id = Id::parse(person.refresh.split('.').nth(1).unwrap()).unwrap();
        let caller = Caller { user_id: Id::parse(&person.user_id).unwrap(), session_id, roles: vec![role] };
        let access = token::issue(&self.here.services.config.signing_keys, &caller, self.here.services.now()).unwrap();
        Person { access, ..person.clone() }
    }

    /// What the call answers to the person in each of the roles alone.
    async fn by_role(&self, person: &Person, method: &str, path: &str, body: Option<Value>) -> Vec<u16> {
        // A token's roles count as far as they are held, and a held one is noticed after 5 seconds.
        self.here
            .execute("INSERT OR IGNORE INTO organizations (id, name, created_at) VALUES ('01932c07-5d3a-7a00-8000-3a5a2c9e1b10', 'Elsewhere', 0)")
            .await;
        self.here
            .execute(
                "INSERT OR IGNORE INTO staff (organization_id, user_id, role, created_at)
                 SELECT '01932c07-5d3a-7a00-8000-3a5a2c9e1b10', users.id, value, 0 FROM users, json_each('[\"doctor\", \"pharmacist\", \"admin\"]')",
            )
            .await;
        self.here.execute("INSERT OR IGNORE INTO operators SELECT id, 0 FROM users").await;
        self.here.clock.advance(5_000);
        let mut statuses = Vec::new();
        for role in ROLES {
            let answer = self.here.call(method, path, Some(&self.alone(person, role)), &[], body.clone()).await;
            statuses.push(answer.status.as_u16());
        }
        statuses
    }
}

#[tokio::test]
async fn a_role_without_a_row_is_refused_by_the_one_who_has_most_to_do_with_it() {
    let clinic = Clinic::new().await;
    let (ann, dana) = (&clinic.ann, &clinic.dana);
    let room = format!("/api/v1/rooms/{}", clinic.room);
    let messages = format!("{room}/messages");
    let assessment = format!("/api/v1/assessments/{}", clinic.assessment);
    let prescription = format!("/api/v1/prescriptions/{}", clinic.prescription);
    let of_ann = |path: &str| format!("/api/v1/{path}?patient_id={}", ann.patient_id);
    let assess = json!({ "patient": { "age_years": 54, "sex": "male" }, "text": "cough" });
    let message = |id: &str| json!({ "client_id": id, "body": "hello" });
    // Patient, doctor, pharmacist, admin, operator.
    for (person, method, path, body, expected) in [
        (ann, "GET", "/api/v1/me", None, [200, 200, 200, 200, 200]),
        (ann, "GET", "/api/v1/practitioners", None, [200, 403, 403, 403, 403]),
        (ann, "GET", "/api/v1/rooms", None, [200, 200, 200, 403, 403]),
        (ann, "GET", &room, None, [200, 200, 200, 403, 403]),
        (ann, "GET", &messages, None, [200, 200, 200, 403, 403]),
        (ann, "POST", &messages, Some(message("same")), [201, 200, 200, 403, 403]),
        (ann, "POST", &format!("{room}/tickets"), None, [201, 201, 201, 403, 403]),
        (ann, "POST", &format!("{room}/accept"), None, [409, 409, 409, 403, 403]),
        (ann, "POST", "/api/v1/assessments", Some(assess), [201, 201, 403, 403, 403]),
        (ann, "GET", &assessment, None, [200, 403, 403, 403, 403]),
        (dana, "GET", &assessment, None, [403, 200, 403, 403, 403]),
        (ann, "GET", &of_ann("assessments"), None, [200, 403, 403, 403, 403]),
        (dana, "GET", &of_ann("assessments"), None, [403, 200, 403, 403, 403]),
        (ann, "GET", &prescription, None, [200, 403, 403, 403, 403]),
        (dana, "GET", &prescription, None, [403, 200, 403, 403, 403]),
        (ann, "GET", &of_ann("prescriptions"), None, [200, 403, 403, 403, 403]),
        (ann, "POST", &format!("{prescription}/sign"), None, [403, 403, 403, 403, 403]),
        (dana, "POST", &format!("{prescription}/sign"), None, [403, 200, 403, 403, 403]),
    ] {
        assert_eq!(clinic.by_role(person, method, path, body).await, expected, "{method} {path}");
    }
}

#[tokio::test]
async fn opening_a_room_answering_and_prescribing_are_for_one_role_each() {
    let clinic = Clinic::new().await;
    let (ann, dana) = (&clinic.ann, &clinic.dana);
    let room = json!({ "kind": "consultation", "participants": [dana.user_id], "subject": "x" });
    assert_eq!(clinic.by_role(ann, "POST", "/api/v1/rooms", Some(room)).await, [201, 201, 403, 403, 403]);
    let answers = json!({ "answers": [{ "finding": "fever", "state": "absent" }] });
    let path = format!("/api/v1/assessments/{}/answers", clinic.assessment);
    assert_eq!(clinic.by_role(ann, "POST", &path, Some(answers.clone())).await, [200, 403, 403, 403, 403]);
    assert_eq!(clinic.by_role(dana, "POST", &path, Some(answers)).await, [403, 403, 403, 403, 403]);
    let item = json!({ "medicine_id": "amoxicillin", "dose": { "value": 500, "unit": "mg" }, "as_needed": true });
    let prescribe = json!({ "patient_id": ann.patient_id, "items": [item] });
    let prescriptions = "/api/v1/prescriptions";
    assert_eq!(clinic.by_role(dana, "POST", prescriptions, Some(prescribe.clone())).await, [403, 201, 403, 403, 403]);
    assert_eq!(clinic.by_role(ann, "POST", prescriptions, Some(prescribe)).await, [403, 403, 403, 403, 403]);
}

#[tokio::test]
async fn to_strangers_in_any_role_none_of_it_is_there() {
    let clinic = Clinic::new().await;
    let eve = clinic.here.sign_up("eve@example.org").await;
    for path in [
        format!("/api/v1/rooms/{}", clinic.room),
        format!("/api/v1/assessments/{}", clinic.assessment),
        format!("/api/v1/assessments?patient_id={}", clinic.ann.patient_id),
        format!("/api/v1/prescriptions/{}", clinic.prescription),
        format!("/api/v1/prescriptions?patient_id={}", clinic.ann.patient_id),
    ] {
        assert_eq!(clinic.by_role(&eve, "GET", &path, None).await, [404; 5], "{path}");
    }
    let sign = format!("/api/v1/prescriptions/{}/sign", clinic.prescription);
    assert_eq!(clinic.by_role(&eve, "POST", &sign, None).await, [404; 5]);
}
