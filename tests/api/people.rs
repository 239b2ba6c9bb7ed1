//! People and who may see whom.

mod access;
mod care;
mod organizations;
mod profile;
mod suspension;
mod table;

use super::support::{Answer, Installation, Person};
use serde_json::{Value, json};
use virtual_doctor::id::Id;
use virtual_doctor::platform::Statement;

/// A patient and the doctor who cares for them.
struct Practice {
    here: Installation,
    ann: Person,
    dana: Person,
    room: String,
}

impl Practice {
    async fn new() -> Self {
        Self::with(&[]).await
    }

    async fn with(settings: &[(&str, &str)]) -> Self {
        let here = Installation::with(settings);
        let (ann, dana) = (here.sign_up("ann@example.org").await, here.doctor("dana@example.org").await);
        let room = here.room(&ann, &dana).await;
        Self { here, ann, dana, room }
    }

    fn of_ann(&self, rest: &str) -> String {
        format!("/api/v1/patients/{}{rest}", self.ann.patient_id)
    }

    /// Files an assessment as Ann and gives its path.
    async fn assessment(&self, person: &Person) -> String {
        let body = json!({ "patient": { "age_years": 54, "sex": "male" }, "text": "cough", "patient_id": self.ann.patient_id });
        let made = self.here.post("/api/v1/assessments", Some(person), body).await.expect(201);
        format!("/api/v1/assessments/{}", made["id"].as_str().unwrap())
    }

    fn prescription(&self) -> Value {
        let item = json!({ "medicine_id": "amoxicillin", "dose": { "value": 500, "unit": "mg" }, "as_needed": true });
        json!({ "patient_id": self.ann.patient_id, "items": [item] })
    }

    /// Drafts a prescription as Dana and gives its path.
    async fn draft(&self) -> String {
        let made = self.here.post("/api/v1/prescriptions", Some(&self.dana), self.prescription()).await.expect(201);
        format!("/api/v1/prescriptions/{}", made["id"].as_str().unwrap())
    }
}

/// A 404 without what differs from request to request.
#[track_caller]
fn bare(answer: Answer) -> String {
    let mut document = answer.problem(404, "not-found");
    document.as_object_mut().unwrap().retain(|name, _| name != "request_id" && name != "instance");
    document.to_string()
}

/// The organization in which the person holds a role.
async fn organization_of(here: &Installation, person: &Person) -> Id {
    let me = here.get("/api/v1/me", Some(person)).await.expect(200);
    Id::parse(me["staff"][0]["organization_id"].as_str().unwrap()).unwrap()
}

/// Gives somebody a role in an organization that is there, and signs them in with it.
async fn joins(here: &Installation, email: &str, organization: Id, role: &str) -> Person {
    let person = here.sign_up(email).await;
    let insert =
        Statement::new("INSERT INTO staff (organization_id, user_id, role, created_at) VALUES (?1, ?2, ?3, 0)");
    here.rows::<Value>(insert.bind(organization).bind(&person.user_id).bind(role)).await;
    here.sign_in(email, super::support::PASSWORD).await
}

/// Confirms that it is the person.
async fn step_up(here: &Installation, person: &Person) {
    let body = json!({ "password": super::support::PASSWORD });
    here.post("/api/v1/auth/step-up", Some(person), body).await.expect(200);
}

async fn delete(here: &Installation, person: &Person, path: &str, version: &str) -> Answer {
    here.call("DELETE", path, Some(person), &[("if-match", version)], None).await
}
