//! How the world comes to be: two organizations, a family and a stranger, and
//! what they have done before anyone calls.

use super::callers::{Caller, Organization};
use super::world::Things;
use crate::api::support::{Installation, PASSWORD, Person};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use virtual_doctor::authorization::Role;
use virtual_doctor::id::Id;
use virtual_doctor::platform::Statement;
use virtual_doctor::visits::consent::VERSION;

/// The world, while it is being made.
pub struct Story {
    pub here: Installation,
    pub people: BTreeMap<Caller, Person>,
    clinic: String,
    elsewhere: String,
}

impl Story {
    pub async fn new() -> Self {
        let here = Installation::new();
        let (clinic, elsewhere) = (here.organization("Clinic").await, here.organization("Elsewhere").await);
        let mut story = Self { here, people: BTreeMap::new(), clinic, elsewhere };
        for caller in Caller::ALL.iter().copied().filter(|it| it.who() == *it && !it.is_api_key()) {
            story.joins(caller).await;
        }
        for caller in [Caller::Dana, Caller::Dora, Caller::Otto] {
            story.goes_on_duty(caller).await;
        }
        story
    }

    pub fn id_of(&self, organization: Organization) -> &str {
        if organization == Organization::Clinic { &self.clinic } else { &self.elsewhere }
    }

    /// Signs up, takes the post, states a licence and signs in.
    async fn joins(&mut self, caller: Caller) {
        if caller == Caller::SignedOut {
            return;
        }
        let email = format!("{caller:?}@example.org");
        let person = self.here.sign_up(&email).await;
        if let Some((at, role)) = caller.post() {
            self.works(&person, at, role, caller.is_licensed()).await;
        }
        if caller == Caller::Olga {
            self.run("INSERT INTO operators (user_id, created_at) VALUES (?1, 0)", &[&person.user_id]).await;
        }
        self.people.insert(caller, self.here.sign_in(&email, PASSWORD).await);
    }

    async fn works(&self, person: &Person, at: Organization, role: Role, licensed: bool) {
        let at = self.id_of(at);
        self.here.join(at, person, role.as_str()).await;
        if licensed {
            self.here.license(person, Id::parse(at).unwrap()).await;
        }
    }

    async fn goes_on_duty(&self, caller: Caller) {
        let at = self.id_of(caller.post().unwrap().0);
        self.here.go_on_duty(at, &self.people[&caller]).await;
    }

    pub async fn run(&self, sql: &'static str, ids: &[&str]) {
        self.here.rows::<Value>(ids.iter().fold(Statement::new(sql), |statement, id| statement.bind(*id))).await;
    }

    async fn made(&self, path: &str, by: Caller, body: Value) -> String {
        let made = self.here.post(path, Some(&self.people[&by]), body).await.expect(201);
        made["id"].as_str().unwrap().to_owned()
    }

    /// A child of Gina's.
    pub async fn child(&self) -> String {
        let child = json!({ "name": "Kim", "birth_date": "2020-05-06", "relation": "child", "country": "GB" });
        self.made("/api/v1/patients", Caller::Gina, child).await
    }

    /// What a patient leaves behind: kept by this person, seen by this doctor, who sees who else acts for
    /// them and asks to, and what there is where the doctor works.
    pub async fn things(&self, keeper: Caller, doctor: Caller, patient: &str) -> Things {
        let at = doctor.post().unwrap().0;
        let (organization, admin) =
            (self.id_of(at), if at == Organization::Clinic { Caller::Adam } else { Caller::Alma });
        let doctor_id = self.people[&doctor].user_id.as_str();
        let room =
            json!({ "kind": "consultation", "participants": [doctor_id], "subject": "x", "patient_id": patient });
        let keeper_id = self.people[&keeper].user_id.as_str();
        let invite = json!({ "kind": "consultation", "participants": [keeper_id], "subject": "x" });
        let assess = json!({ "patient": { "age_years": 54, "sex": "male" }, "text": "cough", "patient_id": patient });
        let item = json!({ "medicine_id": "amoxicillin", "dose": { "value": 500, "unit": "mg" }, "as_needed": true });
        let prescribe = json!({ "patient_id": patient, "items": [item] });
        let name = format!("{keeper:?}");
        let (proxy, staff) = (self.idle(&format!("proxy-{name}")).await, self.staff(at, &name).await);
        let api_key = json!({ "name": "x", "scopes": ["medicines:check"], "expires_at": "2027-06-30T00:00:00Z" });
        Things::from([
            ("patient", patient.to_owned()),
            ("doctor", doctor_id.to_owned()),
            ("room", self.made("/api/v1/rooms", keeper, room).await),
            ("invitation", self.made("/api/v1/rooms", doctor, invite).await),
            ("assessment", self.made("/api/v1/assessments", keeper, assess).await),
            ("prescription", self.made("/api/v1/prescriptions", doctor, prescribe.clone()).await),
            ("sent", self.sent(doctor, prescribe, organization).await),
            (
                "entry",
                self.made(&format!("/api/v1/patients/{patient}/problems"), keeper, json!({ "name": "asthma" })).await,
            ),
            ("taken", self.visit_taken(keeper, doctor, patient).await),
            ("waiting", self.visit(keeper, patient, at.other()).await),
            ("request", self.request(patient, &proxy).await),
            ("proxy", self.proxy(patient, &self.idle(&format!("reader-{name}")).await.user_id).await),
            ("session", self.session(keeper).await),
            ("export", self.export(keeper).await),
            ("organization", organization.to_owned()),
            ("staff", staff.user_id),
            ("api_key", self.made(&format!("/api/v1/organizations/{organization}/api-keys"), admin, api_key).await),
        ])
    }

    /// A prescription that was signed and sent to the pharmacists of this organization.
    async fn sent(&self, doctor: Caller, prescribe: Value, organization: &str) -> String {
        let id = self.made("/api/v1/prescriptions", doctor, prescribe).await;
        let path = format!("/api/v1/prescriptions/{id}");
        let doctor = &self.people[&doctor];
        self.here.post(&format!("{path}/sign"), Some(doctor), json!({})).await.expect(200);
        let send = json!({ "organization_id": organization });
        self.here.post(&format!("{path}/send"), Some(doctor), send).await.expect(200);
        id
    }

    /// Somebody who never calls.
    async fn idle(&self, name: &str) -> Person {
        self.here.sign_up(&format!("{name}@example.org")).await
    }

    /// A doctor who never calls, with a licence that waits to be verified.
    async fn staff(&self, at: Organization, name: &str) -> Person {
        let person = self.idle(&format!("staff-{name}")).await;
        self.works(&person, at, Role::Doctor, false).await;
        let person = self.here.sign_in(&format!("staff-{name}@example.org"), PASSWORD).await;
        let licence = json!({ "organization_id": self.id_of(at), "country": "GB", "number": "1" });
        self.here.post("/api/v1/me/licences", Some(&person), licence).await.expect(201);
        person
    }

    async fn visit(&self, keeper: Caller, patient: &str, at: Organization) -> String {
        let visit = json!({
            "patient_id": patient, "organization_id": self.id_of(at), "reason": "a cough",
            "consent": { "telehealth": true, "version": VERSION }
        });
        self.made("/api/v1/visits", keeper, visit).await
    }

    async fn visit_taken(&self, keeper: Caller, doctor: Caller, patient: &str) -> String {
        let visit = self.visit(keeper, patient, doctor.post().unwrap().0).await;
        let path = format!("/api/v1/visits/{visit}");
        let (doctor, first) = (Some(&self.people[&doctor]), [("if-match", "\"0\"")]);
        self.here.call("POST", &format!("{path}/accept"), doctor, &[], None).await.expect(200);
        let note = Some(json!({ "plan": "rest" }));
        self.here.call("PUT", &format!("{path}/note"), doctor, &first, note).await.expect(200);
        self.here.call("POST", &format!("{path}/note/sign"), doctor, &[], None).await.expect(200);
        visit
    }

    async fn request(&self, patient: &str, by: &Person) -> String {
        let id = self.here.services.new_id().unwrap().to_string();
        let sql = "INSERT INTO access_requests (id, patient_id, requester_id, created_at, expires_at)
                   VALUES (?1, ?2, ?3, 0, 9000000000000)";
        self.run(sql, &[&id, patient, &by.user_id]).await;
        id
    }

    async fn proxy(&self, patient: &str, user: &str) -> String {
        let sql = "INSERT INTO patient_access (patient_id, user_id, relation, scope, created_at)
                   VALUES (?1, ?2, 'proxy', 'read', 0)";
        self.run(sql, &[patient, user]).await;
        user.to_owned()
    }

    /// A session that goes on beside the one that calls.
    async fn session(&self, keeper: Caller) -> String {
        self.here.sign_in(&format!("{keeper:?}@example.org"), PASSWORD).await;
        let latest = Statement::new("SELECT MAX(id) AS id FROM sessions WHERE user_id = ?1");
        let rows: Vec<Value> = self.here.rows(latest.bind(&self.people[&keeper].user_id)).await;
        rows[0]["id"].as_str().unwrap().to_owned()
    }

    async fn export(&self, keeper: Caller) -> String {
        let export = self.here.call("POST", "/api/v1/me/export", Some(&self.people[&keeper]), &[], None).await;
        export.expect(202)["id"].as_str().unwrap().to_owned()
    }

    /// What the callers became to Ann, beside those who are something to her by now.
    pub async fn befriends(&self, ann: &str) {
        let id = |caller: Caller| self.people[&caller].user_id.as_str();
        self.proxy(ann, id(Caller::Rita)).await;
        for caller in [Caller::Paul, Caller::Pia, Caller::Sue] {
            self.proxy(ann, id(caller)).await;
            self.run(
                "UPDATE patient_access SET scope = 'full' WHERE patient_id = ?1 AND user_id = ?2",
                &[ann, id(caller)],
            )
            .await;
        }
        self.run(
            "UPDATE patient_access SET expires_at = 1 WHERE user_id = ?1 AND relation = 'proxy'",
            &[id(Caller::Pia)],
        )
        .await;
        self.proxy(ann, id(Caller::Gus)).await;
        self.run(
            "UPDATE patient_access SET relation = 'child', scope = 'full' WHERE user_id = ?1 AND relation = 'proxy'",
            &[id(Caller::Gus)],
        )
        .await;
        for caller in [Caller::Una, Caller::Fred, Caller::Sven, Caller::Nora] {
            let sql =
                "INSERT INTO care_relationships (patient_id, practitioner_id, organization_id, began_by, began_at)
                       VALUES (?1, ?2, ?3, 'consent', 0)";
            self.run(sql, &[ann, id(caller), &self.clinic]).await;
        }
        self.run("UPDATE care_relationships SET ended_at = 1 WHERE practitioner_id = ?1", &[id(Caller::Fred)]).await;
        // Everybody has just shown that it is them, so that nothing is refused for that.
        self.here.execute("UPDATE sessions SET stepped_up_at = 1795000000000").await;
        let glass = json!({ "reason": "Unconscious, nobody to ask" });
        self.made(&format!("/api/v1/patients/{ann}/break-glass"), Caller::Bea, glass).await;
    }

    /// Keys for two systems, which call like people do.
    pub async fn keys(&mut self) {
        for (caller, scope) in
            [(Caller::KeyThatChecks, "medicines:check"), (Caller::KeyThatAssesses, "assessments:create")]
        {
            let path = format!("/api/v1/organizations/{}/api-keys", self.clinic);
            let body = json!({ "name": "x", "scopes": [scope], "expires_at": "2027-06-30T00:00:00Z" });
            let made = self.here.post(&path, Some(&self.people[&Caller::Adam]), body).await.expect(201);
            let text = |member: &str| made[member].as_str().unwrap().to_owned();
            let key = Person {
                user_id: text("id"),
                patient_id: String::new(),
                access: text("secret"),
                refresh: String::new(),
            };
            self.people.insert(caller, key);
        }
    }

    /// Asks for the erasure of every account, and gives a job up.
    pub async fn troubles(&self) -> String {
        for (caller, person) in &self.people {
            if !caller.is_api_key() {
                self.here.call("POST", "/api/v1/me/erasure", Some(person), &[], None).await.expect(202);
            }
        }
        self.here.execute("UPDATE outbox SET dead_at = 1 WHERE id = (SELECT MIN(id) FROM outbox)").await;
        let dead = Statement::new("SELECT id FROM outbox WHERE dead_at IS NOT NULL");
        self.here.rows::<Value>(dead).await[0]["id"].as_str().unwrap().to_owned()
    }

    /// Suspends them, or ends their post, at a moment at which this isolate has just let them in.
    pub async fn ends(&self) {
        let suspend = "UPDATE users SET suspended_at = 1 WHERE id = ?1";
        let end = "UPDATE staff SET ended_at = 1 WHERE user_id = ?1";
        for (caller, sql) in
            [(Caller::Sue, suspend), (Caller::Sven, suspend), (Caller::Amos, suspend), (Caller::Nora, end)]
        {
            self.here.get("/api/v1/me", Some(&self.people[&caller])).await.expect(200);
            self.run(sql, &[&self.people[&caller].user_id]).await;
        }
    }
}
