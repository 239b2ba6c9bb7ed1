//! Marked values in every text that the API takes. What of them is found again, and
//! where: in no log line, no error and no URL, and after an erasure nowhere at all.

use super::super::support::{Answer, Installation, PASSWORD, Person};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeSet;
use virtual_doctor::openapi::document;
use virtual_doctor::visits::consent::VERSION;

/// What every marked value has in it, in this or another case.
pub const MARK: &str = "zqmark";

/// Texts of Ann's that can have no mark in them.
pub const OF_ANN: &[&str] = &["1972-04-05", "+44 20 7946 0018", "+44 20 7946 0025", PASSWORD];

/// Whether these bytes have a text in them, whatever its case.
pub fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window.eq_ignore_ascii_case(text.as_bytes()))
}

/// An installation in which every text is marked, and every answer is looked at.
pub struct Marked {
    pub here: Installation,
    pub clinic: String,
    pub ann: Person,
    pub dana: Person,
    pub room: String,
    planted: RefCell<BTreeSet<(String, String)>>,
    count: RefCell<u32>,
}

impl Marked {
    /// A clinic where Dana is a doctor on duty, and Ann, whose name and address are marked.
    pub async fn new(here: Installation) -> Self {
        let clinic = here.organization("Clinic").await;
        let nobody =
            Person { user_id: String::new(), patient_id: String::new(), access: String::new(), refresh: String::new() };
        let mut it = Self {
            here,
            clinic,
            ann: nobody.clone(),
            dana: nobody,
            room: String::new(),
            planted: RefCell::default(),
            count: RefCell::default(),
        };
        let email = it.address();
        let body = json!({ "email": email, "password": PASSWORD, "name": it.mark(), "birth_date": OF_ANN[0], "country": "GB", "locale": "en" });
        it.post("register", None, "/api/v1/auth/register", body).await.expect(202);
        it.ann = it.here.sign_in(&email, PASSWORD).await;
        it.dana = it.doctor("dana@example.org").await;
        it
    }

    pub async fn doctor(&self, email: &str) -> Person {
        let person = self.here.doctor_of(&self.clinic, email).await;
        self.here.go_on_duty(&self.clinic, &person).await;
        person
    }

    /// A new marked value.
    pub fn mark(&self) -> String {
        *self.count.borrow_mut() += 1;
        format!("Zqmark{} value", self.count.borrow())
    }

    pub fn address(&self) -> String {
        format!("{}@example.org", self.mark().replace(' ', "."))
    }

    /// Marked values so far.
    pub fn marks(&self) -> u32 {
        *self.count.borrow()
    }

    /// A call by an operation's id. An error has no mark in it, no header has one.
    pub async fn call(&self, id: &str, by: Option<&Person>, method: &str, path: &str, body: Value) -> Answer {
        plant(&mut self.planted.borrow_mut(), id, "", &body);
        let key = format!("k{}", self.marks());
        let headers = [("if-match", "*"), ("idempotency-key", key.as_str())];
        let answer = self.here.call(method, path, by, &headers, (!body.is_null()).then_some(body)).await;
        quiet(id, &answer);
        answer
    }

    pub async fn post(&self, id: &str, by: Option<&Person>, path: &str, body: Value) -> Answer {
        self.call(id, by, "POST", path, body).await
    }

    async fn by_ann(&self, id: &str, path: &str, body: Value) -> Value {
        self.post(id, Some(&self.ann), path, body).await.expect(201)
    }

    /// Everything that Ann can write, and what is written of her.
    pub async fn plant(&mut self) {
        self.plant_account().await;
        self.plant_record().await;
        self.plant_conversation().await;
        self.plant_visit().await;
        self.plant_medicine().await;
    }

    async fn plant_account(&self) {
        let ann = Some(&self.ann);
        self.call("change_me", ann, "PATCH", "/api/v1/me", json!({ "name": self.mark() })).await.expect(200);
        self.post("step_up", ann, "/api/v1/auth/step-up", json!({ "password": PASSWORD })).await.expect(200);
        self.post("change_email", ann, "/api/v1/me/email", json!({ "email": self.address() })).await.expect(202);
        for (id, path) in [("request_password_reset", "password-reset"), ("request_verification", "verification")] {
            let body = json!({ "email": self.address() });
            self.post(id, None, &format!("/api/v1/auth/{path}"), body).await.expect(202);
        }
        let login = json!({ "email": self.address(), "password": self.mark() });
        self.post("login", None, "/api/v1/auth/login", login).await.problem(401, "wrong-credentials");
        self.post("request_access", ann, "/api/v1/access-requests", json!({ "email": self.address() }))
            .await
            .expect(202);
        let child = json!({ "name": self.mark(), "birth_date": "2020-01-01", "relation": "child" });
        self.by_ann("add_patient", "/api/v1/patients", child).await;
        let profile = json!({
            "name": self.mark(), "gender": self.mark(), "pronouns": self.mark(), "phone": OF_ANN[1],
            "emergency_contact": { "name": self.mark(), "phone": OF_ANN[2], "relation": self.mark() }
        });
        let path = format!("/api/v1/patients/{}", self.ann.patient_id);
        self.call("change_patient", ann, "PATCH", &path, profile).await.expect(200);
    }

    async fn plant_record(&self) {
        for (kind, body) in [
            ("problems", json!({ "name": self.mark(), "note": self.mark() })),
            ("allergies", json!({ "substance": self.mark(), "reaction": self.mark(), "note": self.mark() })),
            ("medications", json!({ "name": self.mark(), "dose_text": self.mark(), "note": self.mark() })),
            ("procedures", json!({ "name": self.mark(), "note": self.mark() })),
            ("immunizations", json!({ "vaccine": self.mark(), "lot": self.mark(), "note": self.mark() })),
            ("family-history", json!({ "relation": self.mark(), "condition": self.mark(), "note": self.mark() })),
            ("social-history", json!({ "occupation": self.mark(), "text": self.mark() })),
            ("observations", json!({ "code": "weight", "value": 61, "note": self.mark() })),
        ] {
            let mut patch = body.clone();
            let path = format!("/api/v1/patients/{}/{kind}", self.ann.patient_id);
            let entry = self.by_ann("create_entry", &path, body).await;
            for (_, value) in
                patch.as_object_mut().unwrap().iter_mut().filter(|(_, value)| holds(value.to_string().as_bytes(), MARK))
            {
                *value = json!(self.mark());
            }
            let path = format!("{path}/{}", entry["id"].as_str().unwrap());
            self.call("correct_entry", Some(&self.ann), "PATCH", &path, patch).await.expect(200);
        }
    }

    async fn plant_conversation(&mut self) {
        let subject = json!({ "kind": "consultation", "participants": [self.dana.user_id], "subject": self.mark() });
        let room = self.by_ann("open_room", "/api/v1/rooms", subject).await;
        self.room = room["id"].as_str().unwrap().to_owned();
        let messages = format!("/api/v1/rooms/{}/messages", self.room);
        for person in [&self.ann, &self.dana] {
            let message = json!({ "client_id": "a", "body": self.mark() });
            self.post("post_message", Some(person), &messages, message).await.expect(201);
        }
        let nobody = self
            .by_ann(
                "open_room",
                "/api/v1/rooms",
                json!({ "kind": "consultation", "participants": [self.dana.user_id], "subject": self.mark() }),
            )
            .await;
        assert!(nobody["id"].is_string());
    }

    async fn plant_visit(&self) {
        let consent = json!({ "telehealth": true, "version": VERSION });
        let mut body = json!({ "patient_id": self.ann.patient_id, "organization_id": self.clinic, "reason": self.mark(), "consent": consent });
        let visit = self.by_ann("request_visit", "/api/v1/visits", body.clone()).await;
        let dana = Some(&self.dana);
        let path = format!("/api/v1/visits/{}", visit["id"].as_str().unwrap());
        self.post("accept_visit", dana, &format!("{path}/accept"), Value::Null).await.expect(200);
        let coding = json!({ "system": self.mark(), "code": self.mark(), "display": self.mark() });
        let note = json!({
            "subjective": self.mark(), "objective": self.mark(), "assessment": self.mark(), "plan": self.mark(),
            "diagnoses": [{ "text": self.mark(), "codings": [coding] }]
        });
        self.call("write_note", dana, "PUT", &format!("{path}/note"), note).await.expect(200);
        self.post("sign_note", dana, &format!("{path}/note/sign"), Value::Null).await.expect(200);
        let amendment = json!({ "text": self.mark() });
        self.post("amend_note", dana, &format!("{path}/note/amendments"), amendment).await.expect(201);
        self.post("close_visit", dana, &format!("{path}/close"), Value::Null).await.expect(200);
        // And one that waits while she goes.
        body["reason"] = json!(self.mark());
        self.by_ann("request_visit", "/api/v1/visits", body).await;
    }

    async fn plant_medicine(&self) {
        let patient = |it: &Self| {
            json!({
                "age_years": 54, "sex": "female", "conditions": [it.mark()], "medicines": [it.mark()],
                "allergies": [{ "substance": it.mark(), "reaction": it.mark() }]
            })
        };
        for filed in [Value::Null, json!(self.ann.patient_id)] {
            let body =
                json!({ "patient": patient(self), "text": format!("a cough, {}", self.mark()), "patient_id": filed });
            self.by_ann("create_assessment", "/api/v1/assessments", body).await;
        }
        let check = json!({ "patient": patient(self), "medicines": [{ "name": self.mark(), "id": self.mark(), "atc": self.mark(), "rxcui": self.mark(), "route": self.mark() }] });
        self.post("check_medicines", Some(&self.ann), "/api/v1/medicines/check", check).await;
        let dose = json!({ "medicine": "paracetamol", "indication": self.mark(), "patient": patient(self) });
        self.post("work_out_dose", Some(&self.ann), "/api/v1/medicines/dose", dose).await;
        let mut dispensable = String::new();
        for (medicine, signed) in [("warfarin", true), ("ibuprofen", false)] {
            let item = |it: &Self| json!({ "medicine_id": medicine, "dose": { "value": 5, "unit": "mg" }, "as_needed": true, "instructions": it.mark() });
            let mut body = json!({ "patient_id": self.ann.patient_id, "items": [item(self)], "overrides": [] });
            let mut answer = self.post("prescribe", Some(&self.dana), "/api/v1/prescriptions", body.clone()).await;
            if answer.status == 409 {
                let alerts = answer.json()["alerts"].as_array().unwrap().clone();
                let decided = |alert: &Value| json!({ "alert": alert["id"], "reason_code": "will_monitor", "reason": self.mark() });
                body["overrides"] = alerts.iter().filter(|alert| interrupts(alert)).map(decided).collect();
                body["items"] = json!([item(self)]);
                answer = self.post("prescribe", Some(&self.dana), "/api/v1/prescriptions", body).await;
            }
            let path = format!("/api/v1/prescriptions/{}/sign", answer.expect(201)["id"].as_str().unwrap());
            if signed {
                let another = json!({ "patient": { "name": self.mark(), "birth_date": "1972-04-05" } });
                let refused = self.post("sign_prescription", Some(&self.dana), &path, another).await;
                assert_eq!(refused.status, 409, "{}", refused.text);
                self.post("sign_prescription", Some(&self.dana), &path, Value::Null).await.expect(200);
                dispensable = path.trim_end_matches("/sign").to_owned();
            }
        }
        // Only now: what is taken back interrupts nobody.
        self.plant_at_the_pharmacy(&dispensable).await;
    }

    /// What a pharmacist and the prescriber write of a signed prescription.
    async fn plant_at_the_pharmacy(&self, prescription: &str) {
        let (pharmacy, phil) = self.here.pharmacy("phil@example.org").await;
        let then = |action: &str| format!("{prescription}/{action}");
        let send = json!({ "organization_id": pharmacy });
        self.post("send_prescription", Some(&self.dana), &then("send"), send).await.expect(200);
        let subject = json!({ "subject": self.mark() });
        self.post("ask_prescriber", Some(&phil), &then("room"), subject).await.expect(201);
        let code = json!({ "organization_id": pharmacy, "code": self.mark() });
        self.post("receive_prescription", Some(&phil), &then("receive"), code).await.problem(404, "not-found");
        let renewal = json!({ "overrides": [{ "alert": self.mark(), "reason_code": "other", "reason": self.mark() }] });
        self.post("renew_prescription", Some(&self.dana), &then("renew"), renewal).await.problem(422, "invalid");
        let back = json!({ "reason": self.mark() });
        self.post("return_prescription", Some(&phil), &then("return"), back).await.expect(200);
        let cancel = json!({ "reason": self.mark() });
        self.post("cancel_prescription", Some(&self.dana), &then("cancel"), cancel).await.expect(200);
    }

    /// What staff write of one another and of Ann.
    pub async fn plant_staff(&self) {
        let here = &self.here;
        let (otto, adam) = (here.doctor("otto@example.org").await, here.sign_up("adam@example.org").await);
        here.join(&self.clinic, &adam, "admin").await;
        let adam = here.sign_in("adam@example.org", PASSWORD).await;
        here.post("/api/v1/auth/step-up", Some(&otto), json!({ "password": PASSWORD })).await.expect(200);
        let path = format!("/api/v1/patients/{}/break-glass", self.ann.patient_id);
        let reason = json!({ "reason": format!("Found unconscious, {}", self.mark()) });
        self.post("break_glass", Some(&otto), &path, reason).await.expect(201);
        let dana = Some(&self.dana);
        let practice =
            json!({ "specialties": [self.mark()], "pharmacy": { "name": self.mark(), "address": self.mark() } });
        self.call("change_practitioner", dana, "PATCH", "/api/v1/me/practitioner", practice).await.expect(200);
        let licence = json!({ "organization_id": self.clinic, "country": "FR", "number": self.mark() });
        self.post("state_licence", dana, "/api/v1/me/licences", licence).await;
        let of_clinic = |rest: &str| format!("/api/v1/organizations/{}/{rest}", self.clinic);
        let verify = of_clinic(&format!("staff/{}/licences/FR/verify", self.dana.user_id));
        let wrong = self.post("verify_licence", Some(&adam), &verify, json!({ "number": self.mark() })).await;
        assert!(wrong.status.is_client_error(), "{}", wrong.text);
        let invite = json!({ "email": self.address(), "role": "doctor" });
        self.post("invite_staff", Some(&adam), &of_clinic("invitations"), invite).await.expect(202);
        let key = json!({ "name": self.mark(), "scopes": ["medicines:check"], "expires_at": "2027-06-30T00:00:00Z" });
        self.post("create_api_key", Some(&adam), &of_clinic("api-keys"), key).await.expect(201);
        let bad = self.doctor("bad@example.org").await;
        let suspend = format!("/api/v1/users/{}/suspend", bad.user_id);
        self.post("suspend_user", Some(&adam), &suspend, json!({ "reason": self.mark() })).await.expect(204);
        let olga = here.operator("olga@example.org").await;
        let body = json!({ "name": "Surgery", "country": "GB", "admin_email": self.address() });
        self.post("create_organization", Some(&olga), "/api/v1/organizations", body).await.expect(201);
    }
}

fn interrupts(alert: &Value) -> bool {
    ["contraindicated", "major"].contains(&alert["severity"].as_str().unwrap())
}

/// Notes where in a body marked values stand.
fn plant(planted: &mut BTreeSet<(String, String)>, id: &str, at: &str, body: &Value) {
    match body {
        Value::String(text) if holds(text.as_bytes(), MARK) => {
            planted.insert((id.to_owned(), at.to_owned()));
        }
        Value::Array(items) => items.iter().for_each(|item| plant(planted, id, &format!("{at}/*"), item)),
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| plant(planted, id, &format!("{at}/{name}"), value));
        }
        _ => {}
    }
}

/// An error repeats nothing that was sent, and no header does.
#[track_caller]
fn quiet(id: &str, answer: &Answer) {
    for (name, value) in &answer.headers {
        assert!(!holds(value.as_bytes(), MARK), "{id}: {name} has a mark");
    }
    if !answer.status.is_success() {
        assert!(!holds(answer.text.as_bytes(), MARK), "{id}: {}", answer.text);
    }
}

/// Texts of the document's bodies: operation, and pointer with `*` for each item of a list.
fn texts() -> BTreeSet<(String, String)> {
    let document = document();
    let mut found = BTreeSet::new();
    for (_, _, operation, schema) in bodies(&document) {
        walk(&document, schema, &operation, String::new(), &mut Vec::new(), &mut found);
    }
    found
}

/// Method, path, operation and schema of each body.
fn bodies(document: &Value) -> Vec<(String, String, String, &Value)> {
    let mut all = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            if !schema.is_null() {
                let id = operation["operationId"].as_str().unwrap().to_owned();
                all.push((method.to_uppercase(), path.clone(), id, schema));
            }
        }
    }
    all
}

fn walk<'a>(
    document: &'a Value,
    schema: &'a Value,
    operation: &str,
    at: String,
    within: &mut Vec<&'a str>,
    found: &mut BTreeSet<(String, String)>,
) {
    if let Some(reference) = schema["$ref"].as_str().filter(|reference| !within.contains(reference)) {
        within.push(reference);
        walk(
            document,
            document.pointer(reference.trim_start_matches('#')).unwrap(),
            operation,
            at.clone(),
            within,
            found,
        );
        within.pop();
    }
    for variant in ["oneOf", "anyOf", "allOf"].iter().filter_map(|of| schema[*of].as_array()).flatten() {
        walk(document, variant, operation, at.clone(), within, found);
    }
    if is_of(schema, "string") && schema["enum"].is_null() {
        found.insert((operation.to_owned(), at.clone()));
    }
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        walk(document, member, operation, format!("{at}/{name}"), within, found);
    }
    if is_of(schema, "array") {
        walk(document, &schema["items"], operation, format!("{at}/*"), within, found);
    }
}

fn is_of(schema: &Value, kind: &str) -> bool {
    schema["type"] == kind || schema["type"].as_array().is_some_and(|kinds| kinds.contains(&json!(kind)))
}

/// A body that has a text in every place where the schema takes one, and something of its kind everywhere else.
fn filled(document: &Value, schema: &Value, text: &mut dyn FnMut() -> Value, depth: u32) -> Value {
    if depth > 12 {
        return Value::Null;
    }
    if let Some(reference) = schema["$ref"].as_str() {
        return filled(document, document.pointer(reference.trim_start_matches('#')).unwrap(), text, depth + 1);
    }
    let null = |variant: &&Value| variant["type"] != "null";
    if let Some(first) = ["oneOf", "anyOf", "allOf"].iter().filter_map(|of| schema[*of].as_array()).flatten().find(null)
    {
        return filled(document, first, text, depth + 1);
    }
    if is_of(schema, "object") {
        let members = schema["properties"].as_object().into_iter().flatten();
        return members.map(|(name, member)| (name.clone(), filled(document, member, text, depth + 1))).collect();
    }
    match () {
        () if is_of(schema, "array") => json!([filled(document, &schema["items"], text, depth + 1)]),
        () if is_of(schema, "boolean") => json!(true),
        () if is_of(schema, "number") || is_of(schema, "integer") => json!(1),
        () => text(),
    }
}

/// Texts that cannot be marked in a request that is let through, by how their pointer ends, and why.
/// [`no_mark_is_in_a_log_line_an_error_or_a_url`] marks them in those that are not.
const NO_ROOM_FOR_WORDS: &[(&str, &[&str])] = &[
    ("ids", &["_id", "/participants/*", "/findings/*/id", "/answers/*/finding", "/overrides/*/alert"]),
    ("dates and times", &["_date", "_at", "_on", "/date"]),
    ("codes of lists", &["/country", "/locale", "/languages/*", "/unit", "/scopes/*", "/items/*/route", "/medicine"]),
    ("secrets, which are compared and never kept", &["token", "/code", "password", "/cursor"]),
    ("labels of a-z and 0-9, kept readable on purpose", &["/purpose", "/version"]),
    ("numbers of telephones", &["/phone"]),
];

#[tokio::test]
async fn a_mark_is_planted_in_every_text_of_the_api() {
    let mut it = Marked::new(Installation::new()).await;
    it.plant().await;
    it.plant_staff().await;
    let planted = it.planted.borrow().clone();
    let excused = |at: &str| NO_ROOM_FOR_WORDS.iter().any(|(_, ends)| ends.iter().any(|end| at.ends_with(end)));
    // Names of organizations are public.
    let public = ("create_organization".to_owned(), "/name".to_owned());
    let texts = texts();
    let forgotten: Vec<_> =
        texts.iter().filter(|text| !planted.contains(text) && !excused(&text.1) && **text != public).collect();
    println!("{} marked values in {} of {} texts", it.marks(), planted.len(), texts.len());
    assert!(forgotten.is_empty(), "no mark is planted in {forgotten:#?}");
    assert!(it.marks() >= 50);
    it.here.work().await;
    for line in it.here.log.lines() {
        assert!(!holds(line.as_bytes(), MARK), "{line}");
    }
    assert!(!holds(it.here.storage().await.as_bytes(), MARK), "a mark is readable in storage");
}

#[tokio::test]
async fn no_mark_is_in_a_log_line_an_error_or_a_url() {
    let mut it = Marked::new(Installation::new()).await;
    it.plant().await;
    it.plant_staff().await;
    let document = document();
    let nothing = it.here.services.new_id().unwrap().to_string();
    let ann = it.here.get("/api/v1/me", Some(&it.ann)).await.expect(200)["email"].as_str().unwrap().to_owned();
    let emails = [ann.as_str(), "dana@example.org", "adam@example.org", "olga@example.org"];
    let mut people = Vec::new();
    let mut sent = 0;
    for (method, path, id, schema) in bodies(&document) {
        // What came before may have ended a session.
        people.clear();
        for email in emails {
            people.push(it.here.sign_in(email, PASSWORD).await);
        }
        let thing = match () {
            () if path.contains("/rooms/") => &it.room,
            () if path.contains("/organizations/") => &it.clinic,
            () => &it.ann.patient_id,
        };
        for known in [thing, &nothing] {
            let mut path = path.clone();
            for (name, value) in [("{kind}", "problems"), ("{country}", "GB"), ("{id}", known)] {
                path = path.replace(name, value);
            }
            while let (Some(from), Some(to)) = (path.find('{'), path.find('}')) {
                path.replace_range(from..=to, &nothing);
            }
            for by in [None].into_iter().chain(people.iter().map(Some)) {
                // Everything marked, ids and dates too; everything too long; nothing of the right kind.
                let long = "x".repeat(25_000);
                let marked = filled(&document, schema, &mut || json!(it.mark()), 0);
                let longer = filled(&document, schema, &mut || json!([it.mark().as_str(), &long].concat()), 0);
                let wrong = filled(&document, schema, &mut || json!({ "value": [it.mark()] }), 0);
                for body in [marked, longer, wrong, json!(it.mark()), json!([it.mark()])] {
                    it.call(&id, by, &method, &path, body).await;
                    sent += 1;
                }
            }
        }
    }
    it.ann = it.here.sign_in(&ann, PASSWORD).await;
    it.here.database.set_cut(true);
    let body = json!({ "patient": { "age_years": 54, "sex": "female" }, "text": it.mark() });
    let failed = it.post("create_assessment", Some(&it.ann), "/api/v1/assessments", body).await;
    assert_eq!(failed.status, 503);
    it.here.database.set_cut(false);
    println!("{sent} requests with {} marked values", it.marks());
    it.here.work().await;
    for line in it.here.log.lines() {
        assert!(!holds(line.as_bytes(), MARK), "{line}");
    }
}
