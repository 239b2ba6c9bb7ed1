//! Every operation of the OpenAPI document leaves its row in the audit, or says why
//! it leaves none. An operation that is in neither list fails: whoever adds one says
//! what of a patient it reads or changes.

use super::support::{Answer, Installation, PASSWORD, Person};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use virtual_doctor::openapi::document;
use virtual_doctor::platform::Statement;
use virtual_doctor::visits::consent::VERSION;

/// Operations that read and change nothing of a patient's, by why.
const NOTHING_OF_A_PATIENT: &[(&str, &[&str])] = &[
    (
        "about the installation, or what everybody may read",
        &[
            "health",
            "ready",
            "list_conditions",
            "list_findings",
            "list_alternatives",
            "list_calculators",
            "list_medicines",
            "read_calculator",
            "report_overrides",
            "run_calculator",
            "work_out_dose",
            "read_medicine",
            "list_practitioners",
            "read_consent",
            "list_dead_letters",
            "replay_dead_letter",
        ],
    ),
    (
        "the caller's own account; what changes it has rows of its own",
        &[
            "register",
            "verify",
            "login",
            "give_factor",
            "refresh",
            "logout",
            "request_verification",
            "request_password_reset",
            "confirm_password_reset",
            "step_up",
            "read_me",
            "change_me",
            "change_password",
            "change_email",
            "confirm_email",
            "list_sessions",
            "end_session",
            "read_factors",
            "begin_totp",
            "confirm_totp",
            "remove_totp",
            "renew_recovery_codes",
            "list_consents",
            "request_export",
            "list_exports",
            "fetch_export",
            "request_erasure",
            "read_erasure",
            "cancel_erasure",
        ],
    ),
    ("requests about one's own record", &["list_access_requests"]),
    (
        "staff and their organizations",
        &[
            "create_organization",
            "read_organization",
            "invite_staff",
            "accept_staff_invitation",
            "list_staff",
            "end_staff",
            "read_practitioner",
            "change_practitioner",
            "state_licence",
            "verify_licence",
            "suspend_user",
            "reinstate_user",
            "read_duty",
            "change_duty",
            "create_api_key",
            "list_api_keys",
            "read_api_key",
            "end_api_key",
        ],
    ),
    ("ids alone: what is in one leaves a row when it is read", &["list_received_prescriptions"]),
    ("by a ticket, which left a row when it was made", &["connect"]),
];

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Row {
    action: String,
    request_id: String,
    actor_id: Option<String>,
}

/// A clinic, and what its people do one after the other.
struct Story {
    here: Installation,
    /// Whose record it is.
    patient: String,
    steps: u32,
    left: BTreeMap<&'static str, &'static str>,
    wrong: Vec<String>,
}

/// One call, by an operation's id.
struct Step<'a> {
    id: &'static str,
    leaves: &'static str,
    by: &'a Person,
    call: (&'a str, &'a str),
    body: Value,
}

impl Story {
    /// Makes the call, and looks for the row that it leaves in the patient's log, or in nobody's.
    async fn tell(&mut self, step: Step<'_>) -> Value {
        self.steps += 1;
        self.here.clock.advance(1000);
        let request_id = format!("step-{}", self.steps);
        let (method, path) = step.call;
        let headers = [("x-request-id", request_id.as_str()), ("if-match", "*")];
        let body = (!step.body.is_null()).then_some(step.body);
        let answer: Answer = self.here.call(method, path, Some(step.by), &headers, body).await;
        assert!(answer.status.is_success(), "{}: {}", step.id, answer.text);
        let select = Statement::new("SELECT action, request_id, actor_id FROM audit WHERE patient_id = ?1");
        let rows: Vec<Row> = self.here.rows(select.bind(&self.patient)).await;
        let row = Row { action: step.leaves.into(), request_id, actor_id: Some(step.by.user_id.clone()) };
        if !rows.contains(&row) {
            self.wrong.push(format!("{} leaves no {}", step.id, step.leaves));
        }
        self.left.insert(step.id, step.leaves);
        answer.json()
    }

    async fn get(&mut self, id: &'static str, leaves: &'static str, by: &Person, path: &str) -> Value {
        self.tell(Step { id, leaves, by, call: ("GET", path), body: Value::Null }).await
    }

    async fn post(&mut self, id: &'static str, leaves: &'static str, by: &Person, path: &str, body: Value) -> Value {
        self.tell(Step { id, leaves, by, call: ("POST", path), body }).await
    }

    async fn delete(&mut self, id: &'static str, leaves: &'static str, by: &Person, path: &str) {
        self.tell(Step { id, leaves, by, call: ("DELETE", path), body: Value::Null }).await;
    }
}

fn id_of(made: &Value) -> String {
    made["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn every_operation_about_a_patient_leaves_its_row() {
    let here = Installation::new();
    let clinic = here.organization("Clinic").await;
    let (ann, bob) = (here.sign_up("ann@example.org").await, here.sign_up("bob@example.org").await);
    let (dana, dora) =
        (here.doctor_of(&clinic, "dana@example.org").await, here.doctor_of(&clinic, "dora@example.org").await);
    let otto = here.doctor("otto@example.org").await;
    here.go_on_duty(&clinic, &dana).await;
    here.go_on_duty(&clinic, &dora).await;
    here.post("/api/v1/auth/step-up", Some(&otto), json!({ "password": PASSWORD })).await.expect(200);
    let patient = ann.patient_id.clone();
    let mut it = Story { here, patient: patient.clone(), steps: 0, left: BTreeMap::new(), wrong: Vec::new() };
    let of_ann = |rest: &str| format!("/api/v1/patients/{patient}{rest}");
    about_rooms(&mut it, &ann, &dana).await;
    about_the_record(&mut it, &ann, &dana).await;
    about_medicine(&mut it, &ann, &dana).await;
    about_visits(&mut it, &clinic, [&ann, &dana, &dora]).await;
    about_access(&mut it, &ann, &bob).await;
    it.get("read_access_log", "audit.read", &ann, &of_ann("/audit")).await;
    it.post(
        "verify_audit",
        "audit.verified",
        &ann,
        "/api/v1/operations/audit/verify",
        json!({ "patient_id": patient }),
    )
    .await;
    let given = json!({ "purpose": "research", "version": "1", "given": true, "patient_id": patient });
    it.post("give_consent", "consent.given", &ann, "/api/v1/me/consents", given).await;
    let reason = json!({ "reason": "Found unconscious at the station" });
    it.post("break_glass", "record.break_glass", &otto, &of_ann("/break-glass"), reason).await;
    it.get("read_care_team", "care_team.read", &dana, &of_ann("/care-team")).await;
    it.delete("end_care", "care.ended", &ann, &of_ann(&format!("/care-team/{}", dana.user_id))).await;
    it.post("consent", "care.consented", &ann, &of_ann("/consents"), json!({ "practitioner_id": dana.user_id })).await;
    about_a_child(&mut it, &bob).await;

    assert!(it.wrong.is_empty(), "{:#?}", it.wrong);
    let mut documented = BTreeSet::new();
    for path in document()["paths"].as_object().unwrap().values() {
        documented.extend(path.as_object().unwrap().values().map(|it| it["operationId"].as_str().unwrap().to_owned()));
    }
    let mut told: BTreeSet<String> = it.left.keys().map(|id| (*id).to_owned()).collect();
    println!("{} of {} operations leave a row in a patient's audit", told.len(), documented.len());
    for (_, ids) in NOTHING_OF_A_PATIENT {
        for id in *ids {
            assert!(told.insert((*id).to_owned()), "{id} is in both lists, or in one twice");
        }
    }
    assert_eq!(documented, told);
}

async fn about_rooms(it: &mut Story, ann: &Person, dana: &Person) {
    let subject = json!({ "kind": "consultation", "participants": [dana.user_id], "subject": "a cough" });
    let room = it.post("open_room", "room.opened", ann, "/api/v1/rooms", subject).await;
    let room = format!("/api/v1/rooms/{}", id_of(&room));
    let message = json!({ "client_id": "a", "body": "hello" });
    it.get("list_rooms", "room.listed", dana, "/api/v1/rooms").await;
    it.get("read_room", "room.read", dana, &room).await;
    it.post("post_message", "room.message_posted", ann, &format!("{room}/messages"), message).await;
    it.get("list_messages", "room.messages_read", dana, &format!("{room}/messages")).await;
    it.post("create_ticket", "room.connected", dana, &format!("{room}/tickets"), Value::Null).await;
    let invitation = json!({ "kind": "consultation", "participants": [ann.user_id], "subject": "results" });
    let invitation = it.here.post("/api/v1/rooms", Some(dana), invitation).await.expect(201);
    let accept = format!("/api/v1/rooms/{}/accept", id_of(&invitation));
    it.post("accept_invitation", "room.accepted", ann, &accept, Value::Null).await;
}

async fn about_the_record(it: &mut Story, ann: &Person, dana: &Person) {
    let of_ann = |rest: &str| format!("/api/v1/patients/{}{rest}", ann.patient_id);
    it.get("read_patient", "patient.read", dana, &of_ann("")).await;
    let change = Step {
        id: "change_patient",
        leaves: "patient.changed",
        by: ann,
        call: ("PATCH", &of_ann("")),
        body: json!({ "height_cm": 170 }),
    };
    it.tell(change).await;
    let problem = json!({ "name": "asthma" });
    let entry = it.post("create_entry", "entry.recorded", dana, &of_ann("/problems"), problem).await;
    let entry = of_ann(&format!("/problems/{}", id_of(&entry)));
    it.get("list_entries", "entries.read", dana, &of_ann("/problems")).await;
    it.get("read_entry", "entry.read", dana, &entry).await;
    let body = json!({ "note": "since childhood" });
    it.tell(Step { id: "correct_entry", leaves: "entry.corrected", by: dana, call: ("PATCH", &entry), body }).await;
    it.get("list_versions", "entry.read", dana, &format!("{entry}/versions")).await;
    it.delete("mark_in_error", "entry.marked_in_error", dana, &entry).await;
    let body = json!({ "no_known_allergies": true });
    let put = ("PUT", &*of_ann("/statements"));
    it.tell(Step { id: "put_statements", leaves: "statements.changed", by: dana, call: put, body }).await;
    it.get("read_statements", "statements.read", dana, &of_ann("/statements")).await;
    it.get("read_summary", "summary.read", dana, &of_ann("/summary")).await;
    it.get("read_timeline", "timeline.read", dana, &of_ann("/timeline")).await;
}

async fn about_medicine(it: &mut Story, ann: &Person, dana: &Person) {
    let patient = &ann.patient_id;
    let assess = json!({ "patient": { "age_years": 54, "sex": "female" }, "text": "a cough", "patient_id": patient });
    let made = it.post("create_assessment", "assessment.made", ann, "/api/v1/assessments", assess).await;
    let assessment = format!("/api/v1/assessments/{}", id_of(&made));
    let answers = json!({ "answers": [{ "finding": "fever", "state": "absent" }] });
    it.post("answer_questions", "assessment.answered", ann, &format!("{assessment}/answers"), answers).await;
    it.get("read_assessment", "assessment.read", dana, &assessment).await;
    it.get("explain_assessment", "assessment.read", dana, &format!("{assessment}/explanation")).await;
    let list = |kind: &str| format!("/api/v1/{kind}?patient_id={patient}");
    it.get("list_assessments", "assessment.listed", dana, &list("assessments")).await;
    let check = json!({ "patient": {}, "medicines": [{ "name": "warfarin" }], "patient_id": patient });
    it.post("check_medicines", "record.used_in_check", dana, "/api/v1/medicines/check", check).await;
    let items = json!([{ "medicine_id": "amoxicillin", "dose": { "value": 500, "unit": "mg" }, "as_needed": true }]);
    let body = json!({ "patient_id": patient, "items": items });
    let draft = it.post("prescribe", "prescription.drafted", dana, "/api/v1/prescriptions", body).await;
    let draft = format!("/api/v1/prescriptions/{}", id_of(&draft));
    it.get("read_prescription", "prescription.read", dana, &draft).await;
    it.get("list_prescriptions", "prescription.listed", dana, &list("prescriptions")).await;
    it.post("sign_prescription", "prescription.signed", dana, &format!("{draft}/sign"), Value::Null).await;
    at_the_pharmacy(it, dana, &draft).await;
}

async fn at_the_pharmacy(it: &mut Story, dana: &Person, prescription: &str) {
    let (pharmacy, phil) = it.here.pharmacy("phil@example.org").await;
    let to = |action: &str| format!("{prescription}/{action}");
    let send = json!({ "organization_id": pharmacy });
    it.post("send_prescription", "prescription.sent", dana, &to("send"), send).await;
    let item = json!({ "medicine_id": "amoxicillin", "quantity": { "value": 10, "unit": "{tablet}" } });
    let dispense = json!({ "items": [item] });
    it.post("dispense_prescription", "prescription.dispensed", &phil, &to("dispense"), dispense).await;
    let subject = json!({ "subject": "The dose" });
    it.post("ask_prescriber", "room.opened", &phil, &to("room"), subject).await;
    it.get("print_prescription", "prescription.read", dana, &to("print")).await;
    let code = super::prescriptions::code_of(&it.here, dana, prescription).await;
    let verify = to(&format!("verify?code={code}"));
    it.get("verify_prescription", "prescription.verified", &phil, &verify).await;
    let reason = json!({ "reason": "x" });
    it.post("return_prescription", "prescription.returned", &phil, &to("return"), reason.clone()).await;
    let receive = json!({ "organization_id": pharmacy, "code": code });
    it.post("receive_prescription", "prescription.received", &phil, &to("receive"), receive).await;
    it.post("renew_prescription", "prescription.drafted", dana, &to("renew"), json!({})).await;
    it.post("cancel_prescription", "prescription.cancelled", dana, &to("cancel"), reason).await;
}

async fn about_visits(it: &mut Story, clinic: &str, [ann, dana, dora]: [&Person; 3]) {
    let consent = json!({ "telehealth": true, "version": VERSION });
    let body =
        json!({ "patient_id": ann.patient_id, "organization_id": clinic, "reason": "a cough", "consent": consent });
    let first = it.post("request_visit", "visit.requested", ann, "/api/v1/visits", body.clone()).await;
    let cancel = format!("/api/v1/visits/{}/cancel", id_of(&first));
    it.post("cancel_visit", "visit.cancelled", ann, &cancel, Value::Null).await;
    let visit = it.here.post("/api/v1/visits", Some(ann), body).await.expect(201);
    let visit = format!("/api/v1/visits/{}", id_of(&visit));
    it.get("read_queue", "queue.read", dana, &format!("/api/v1/organizations/{clinic}/queue")).await;
    it.get("read_visit", "visit.read", dora, &visit).await;
    it.post("accept_visit", "visit.accepted", dana, &format!("{visit}/accept"), Value::Null).await;
    it.get("list_visits", "visit.listed", dana, "/api/v1/visits").await;
    let to = json!({ "practitioner_id": dora.user_id });
    it.post("hand_over_visit", "visit.handed_over", dana, &format!("{visit}/hand-over"), to).await;
    let note = format!("{visit}/note");
    let body = json!({ "plan": "rest" });
    it.tell(Step { id: "write_note", leaves: "note.drafted", by: dora, call: ("PUT", &note), body }).await;
    it.post("sign_note", "note.signed", dora, &format!("{note}/sign"), Value::Null).await;
    it.get("read_note", "note.read", dora, &note).await;
    let text = json!({ "text": "three weeks, not two" });
    it.post("amend_note", "note.amended", dora, &format!("{note}/amendments"), text).await;
    it.post("close_visit", "visit.closed", dora, &format!("{visit}/close"), Value::Null).await;
}

async fn about_access(it: &mut Story, ann: &Person, bob: &Person) {
    let ask = json!({ "email": "ann@example.org" });
    let requests = "/api/v1/access-requests";
    it.post("request_access", "access.requested", bob, requests, ask.clone()).await;
    let waiting = async |here: &Installation| {
        let page = here.get(requests, Some(ann)).await.expect(200);
        format!("{requests}/{}", page["items"][0]["id"].as_str().unwrap())
    };
    let refused = waiting(&it.here).await;
    it.delete("refuse_access", "access.refused", ann, &refused).await;
    it.here.post(requests, Some(bob), ask).await.expect(202);
    let granted = format!("{}/grant", waiting(&it.here).await);
    it.post("grant_access", "access.granted", ann, &granted, json!({ "scope": "read" })).await;
    let access = format!("/api/v1/patients/{}/access", ann.patient_id);
    it.get("list_access", "access.listed", bob, &access).await;
    it.delete("end_access", "access.ended", ann, &format!("{access}/{}", bob.user_id)).await;
}

/// A child's record is a log of its own.
async fn about_a_child(it: &mut Story, bob: &Person) {
    let kim = json!({ "name": "Kim", "birth_date": "2010-06-01", "relation": "child" });
    let made = it.here.post("/api/v1/patients", Some(bob), kim.clone()).await.expect(201);
    it.patient = id_of(&made);
    let count = Statement::new("SELECT action, request_id, actor_id FROM audit WHERE patient_id = ?1");
    let rows: Vec<Row> = it.here.rows(count.bind(&it.patient)).await;
    assert_eq!(rows.iter().map(|row| row.action.as_str()).collect::<Vec<_>>(), ["patient.added"]);
    it.left.insert("add_patient", "patient.added");
    let handover = format!("/api/v1/patients/{}/handover", it.patient);
    let code = it.post("hand_over", "record.handover_offered", bob, &handover, Value::Null).await;
    let kim = it.here.sign_up("kim@example.org").await;
    it.post("claim", "record.claimed", &kim, "/api/v1/patients/claim", json!({ "code": code["code"] })).await;
}

/// Actions in the patient's log, of those that begin like this.
async fn actions(here: &Installation, patient: &str, prefix: &str) -> Vec<String> {
    let select = Statement::new("SELECT action, request_id, actor_id FROM audit WHERE patient_id = ?1 ORDER BY id");
    let rows: Vec<Row> = here.rows(select.bind(patient)).await;
    rows.into_iter().map(|row| row.action).filter(|action| action.starts_with(prefix)).collect()
}

#[tokio::test]
async fn ones_own_reads_leave_none() {
    let here = Installation::new();
    let (ann, dana) = (here.sign_up("ann@example.org").await, here.doctor("dana@example.org").await);
    here.room(&ann, &dana).await;
    let before = here.count("SELECT COUNT(*) AS n FROM audit").await;
    let of_ann = |rest: &str| format!("/api/v1/patients/{}{rest}", ann.patient_id);
    let visits = format!("/api/v1/visits?patient_id={}", ann.patient_id);
    for path in [&of_ann(""), &of_ann("/care-team"), &of_ann("/access"), &of_ann("/summary"), &visits, "/api/v1/rooms"]
    {
        here.get(path, Some(&ann)).await.expect(200);
    }
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM audit").await, before);
}

#[tokio::test]
async fn a_page_that_asks_again_and_again_leaves_one_row_in_ten_minutes() {
    let here = Installation::new();
    let clinic = here.organization("Clinic").await;
    let mut dana = here.doctor_of(&clinic, "dana@example.org").await;
    let mut patients = Vec::new();
    for name in ["ann", "bob", "cas"] {
        let person = here.sign_up(&format!("{name}@example.org")).await;
        let consent = json!({ "telehealth": true, "version": VERSION });
        let body = json!({ "patient_id": person.patient_id, "organization_id": clinic, "reason": "a cough", "consent": consent });
        here.post("/api/v1/visits", Some(&person), body).await.expect(201);
        here.clock.advance(1);
        patients.push(person.patient_id);
    }
    // Who is not on the page was not told of.
    let queue = format!("/api/v1/organizations/{clinic}/queue?limit=2");
    let told = async |here: &Installation| {
        let mut rows = Vec::new();
        for patient in &patients {
            rows.push(actions(here, patient, "queue.").await.len());
        }
        rows
    };
    for (wait, rows) in [(0, [1, 1, 0]), (1000, [1, 1, 0]), (9 * 60_000, [1, 1, 0]), (60_000, [2, 2, 0])] {
        here.clock.advance(wait);
        dana = Person { access: here.sign_in("dana@example.org", PASSWORD).await.access, ..dana };
        here.get(&queue, Some(&dana)).await.expect(200);
        assert_eq!(told(&here).await, rows, "after {wait}");
    }
    // An admin sees levels and times, and of nobody whose they are.
    let adam = here.sign_up("adam@example.org").await;
    here.join(&clinic, &adam, "admin").await;
    let adam = here.sign_in("adam@example.org", PASSWORD).await;
    here.get(&queue, Some(&adam)).await.expect(200);
    assert_eq!(told(&here).await, [2, 2, 0]);
}

#[tokio::test]
async fn a_draft_that_one_may_not_read_was_not_read() {
    let here = Installation::new();
    let clinic = here.organization("Clinic").await;
    let dana = here.doctor_of(&clinic, "dana@example.org").await;
    let ann = here.sign_up("ann@example.org").await;
    here.go_on_duty(&clinic, &dana).await;
    let consent = json!({ "telehealth": true, "version": VERSION });
    let body =
        json!({ "patient_id": ann.patient_id, "organization_id": clinic, "reason": "a cough", "consent": consent });
    let visit = here.post("/api/v1/visits", Some(&ann), body).await.expect(201);
    let visit = format!("/api/v1/visits/{}", id_of(&visit));
    here.call("POST", &format!("{visit}/accept"), Some(&dana), &[], None).await.expect(200);
    let note = format!("{visit}/note");
    // Not written yet, there is nothing to read.
    here.get(&note, Some(&dana)).await.expect(200);
    here.call("PUT", &note, Some(&dana), &[("if-match", "*")], Some(json!({ "plan": "rest" }))).await.expect(200);
    let otto = here.doctor("otto@example.org").await;
    here.room(&ann, &otto).await;
    here.get(&note, Some(&otto)).await.problem(404, "not-found");
    assert_eq!(actions(&here, &ann.patient_id, "note.").await, ["note.drafted"]);
    here.clock.advance(1);
    here.get(&note, Some(&dana)).await.expect(200);
    assert_eq!(actions(&here, &ann.patient_id, "note.").await, ["note.drafted", "note.read"]);
}

#[tokio::test]
async fn every_refusal_leaves_a_row_about_whoevers_it_is() {
    let here = Installation::new();
    let (ann, dana) = (here.sign_up("ann@example.org").await, here.doctor("dana@example.org").await);
    let eve = here.sign_up("eve@example.org").await;
    let room = here.room(&ann, &dana).await;
    let messages = format!("/api/v1/rooms/{room}/messages");
    here.get(&messages, Some(&eve)).await.problem(404, "not-found");
    here.post(&messages, Some(&eve), json!({ "client_id": "a", "body": "hello" })).await.problem(404, "not-found");
    here.get(&format!("/api/v1/patients/{}/summary", ann.patient_id), Some(&eve)).await.problem(404, "not-found");
    assert!(actions(&here, &ann.patient_id, "record.refused").await.len() >= 3);
    let count = || here.count("SELECT COUNT(*) AS n FROM audit WHERE action = 'caller.refused'");
    assert_eq!(count().await, 0);
    here.get("/api/v1/operations/dead-letters", Some(&eve)).await.problem(403, "forbidden");
    let clinic = here.organization("Clinic").await;
    here.get(&format!("/api/v1/organizations/{clinic}/queue"), Some(&dana)).await.problem(404, "not-found");
    assert_eq!(count().await, 2);
    // What is not there is nothing that somebody was refused.
    here.get(&format!("/api/v1/visits/{clinic}"), Some(&eve)).await.problem(404, "not-found");
    assert_eq!(count().await, 2);
    let told = json!({ "mfa_token": "nobody's", "method": "totp", "code": "000000" });
    here.post("/api/v1/auth/mfa", None, told).await.problem(401, "mfa-ended");
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM audit WHERE action = 'session.refused'").await, 1);
}
