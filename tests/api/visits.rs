//! Visits: from the patient's request through the queue to a signed note.

mod accept;
mod day;
mod faults;
mod hand_over;
mod licences;
mod notes;
mod queue;
mod request;

use super::support::{Answer, Installation, PASSWORD, Person};
use serde_json::{Value, json};
use virtual_doctor::platform::{Database, Statement};
use virtual_doctor::visits::consent::VERSION;

const PATH: &str = "/api/v1/visits";

/// An organization with two doctors and an admin, one doctor of another, and a patient.
struct Clinic {
    here: Installation,
    organization: String,
    ann: Person,
    dana: Person,
    dora: Person,
    adam: Person,
    /// A doctor of another organization.
    otto: Person,
}

impl Clinic {
    async fn new() -> Self {
        Self::with(&[]).await
    }

    async fn with(settings: &[(&str, &str)]) -> Self {
        let here = Installation::with(settings);
        let organization = here.services.new_id().unwrap().to_string();
        let insert = "INSERT INTO organizations (id, name, country, created_at) VALUES (?1, 'Clinic', 'GB', 0)";
        here.database.query(Statement::new(insert).bind(organization.as_str())).await.unwrap();
        let ann = here.sign_up("ann@example.org").await;
        let mut staff = Vec::new();
        for (email, role) in [("dana", "doctor"), ("dora", "doctor"), ("adam", "admin")] {
            staff.push(join(&here, &organization, &format!("{email}@example.org"), role).await);
        }
        let otto = here.doctor("otto@example.org").await;
        let [dana, dora, adam] = staff.try_into().unwrap();
        Self { here, organization, ann, dana, dora, adam, otto }
    }

    /// With both doctors on duty.
    async fn on_duty() -> Self {
        let clinic = Self::new().await;
        clinic.go_on_duty(&clinic.dana).await;
        clinic.go_on_duty(&clinic.dora).await;
        clinic
    }

    fn duty(&self) -> String {
        format!("/api/v1/organizations/{}/duty", self.organization)
    }

    fn queue(&self) -> String {
        format!("/api/v1/organizations/{}/queue", self.organization)
    }

    async fn set_duty(&self, doctor: &Person, on: bool) -> Answer {
        let body = Some(json!({ "on": on }));
        self.here.call("PUT", &self.duty(), Some(doctor), &[("if-match", "*")], body).await
    }

    async fn go_on_duty(&self, doctor: &Person) {
        self.here.go_on_duty(&self.organization, doctor).await;
    }

    fn body(&self, patient: &Person) -> Value {
        json!({
            "patient_id": patient.patient_id, "organization_id": self.organization, "reason": "a secret cough",
            "consent": { "telehealth": true, "version": VERSION }
        })
    }

    /// A request by this patient, and its path.
    async fn request(&self, patient: &Person) -> String {
        let visit = self.here.post(PATH, Some(patient), self.body(patient)).await.expect(201);
        format!("{PATH}/{}", visit["id"].as_str().unwrap())
    }

    /// A request after an assessment that finds this, and its path.
    async fn request_for(&self, patient: &Person, text: &str) -> String {
        let mut body = self.body(patient);
        body["assessment_id"] = json!(self.assessment(patient, text).await);
        body["acknowledged_emergency"] = json!(true);
        let visit = self.here.post(PATH, Some(patient), body).await.expect(201);
        format!("{PATH}/{}", visit["id"].as_str().unwrap())
    }

    /// An assessment in the patient's record.
    async fn assessment(&self, patient: &Person, text: &str) -> String {
        let body =
            json!({ "patient": { "age_years": 54, "sex": "male" }, "text": text, "patient_id": patient.patient_id });
        let made = self.here.post("/api/v1/assessments", Some(patient), body).await.expect(201);
        made["id"].as_str().unwrap().to_owned()
    }

    async fn act(&self, path: &str, act: &str, doctor: &Person) -> Answer {
        self.here.call("POST", &format!("{path}/{act}"), Some(doctor), &[], None).await
    }

    /// A visit that Dana took, and its path.
    async fn taken(&self) -> String {
        let path = self.request(&self.ann).await;
        self.act(&path, "accept", &self.dana).await.expect(200);
        path
    }

    async fn hand_over(&self, path: &str, from: &Person, to: &Person) -> Answer {
        self.here.post(&format!("{path}/hand-over"), Some(from), json!({ "practitioner_id": to.user_id })).await
    }

    async fn write(&self, path: &str, doctor: &Person, version: &str) -> Answer {
        let note = json!({ "subjective": "coughs", "assessment": "a secret bronchitis", "plan": "rest",
                           "diagnoses": [{ "text": "acute bronchitis" }] });
        self.here.call("PUT", &format!("{path}/note"), Some(doctor), &[("if-match", version)], Some(note)).await
    }

    /// Writes and signs the note of a visit.
    async fn sign(&self, path: &str, doctor: &Person) -> Value {
        self.write(path, doctor, "*").await.expect(200);
        self.act(path, "note/sign", doctor).await.expect(200)
    }

    /// Whether the doctor may read the patient's record.
    async fn reads_record(&self, doctor: &Person, patient: &Person) -> bool {
        let path = format!("/api/v1/prescriptions?patient_id={}", patient.patient_id);
        self.here.get(&path, Some(doctor)).await.status == 200
    }
}

/// A licence of the doctor's for this country, which the organization verified.
async fn license(here: &Installation, organization: &str, doctor: &Person, country: &str) {
    let insert = "INSERT INTO licences (user_id, organization_id, country, number_sealed, verified_at, created_at)
                  VALUES (?1, ?2, ?3, '', 1, 0)";
    let insert = Statement::new(insert).bind(&doctor.user_id).bind(organization).bind(country);
    here.database.query(insert).await.unwrap();
}

/// Signs up somebody who holds this role in the organization; doctors have a licence, of another country than the patients'.
async fn join(here: &Installation, organization: &str, email: &str, role: &str) -> Person {
    let person = here.sign_up(email).await;
    let insert = "INSERT INTO staff (organization_id, user_id, role, created_at) VALUES (?1, ?2, ?3, 0)";
    let insert = Statement::new(insert).bind(organization).bind(&person.user_id).bind(role);
    here.database.query(insert).await.unwrap();
    if role == "doctor" {
        license(here, organization, &person, "IE").await;
    }
    here.sign_in(email, PASSWORD).await
}

/// The body without what is each request's own.
fn anonymous(answer: &Answer) -> String {
    let mut document = answer.json();
    for member in ["instance", "request_id"] {
        document.as_object_mut().unwrap().remove(member);
    }
    format!("{} {document}", answer.status)
}
