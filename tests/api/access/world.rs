//! A clinic, its neighbours and a family: who is what to what.

use super::operations::Operation;
use crate::api::support::{Answer, Installation, PASSWORD, Person};
use serde_json::{Value, json};
use virtual_doctor::authorization::{Relationship as R, Role};
use virtual_doctor::id::Id;
use virtual_doctor::platform::Statement;
use virtual_doctor::records::store::insert_patient;
use virtual_doctor::services::App;

/// Who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    SignedOut,
    /// The patient.
    Ann,
    /// Mother of Kim.
    Gina,
    /// A patient who has nothing to do with them.
    Sam,
    /// Doctor of both, in the clinic.
    Dana,
    /// Doctor of the same clinic, without a care relationship.
    Dora,
    /// Doctor of another clinic.
    Otto,
    /// Pharmacist of the clinic.
    Phil,
    /// Admin of the clinic.
    Adam,
    /// Operator of the installation.
    Olga,
    /// Ann, with a token that has expired.
    AnnExpired,
}

impl Caller {
    pub const ALL: [Self; 11] = [
        Self::SignedOut,
        Self::Ann,
        Self::Gina,
        Self::Sam,
        Self::Dana,
        Self::Dora,
        Self::Otto,
        Self::Phil,
        Self::Adam,
        Self::Olga,
        Self::AnnExpired,
    ];
}

/// Whose things are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Ann's.
    Own,
    /// Those of Kim, a child.
    Childs,
    /// Well-formed ids of nothing.
    Missing,
}

impl Target {
    pub const ALL: [Self; 3] = [Self::Own, Self::Childs, Self::Missing];
}

/// What there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    Patient,
    Assessment,
    Prescription,
    Room,
}

/// Ids of one target's things.
#[derive(Debug, Clone)]
pub struct Things {
    pub patient: String,
    pub assessment: String,
    pub prescription: String,
    pub room: String,
    pub doctor: String,
}

pub struct World {
    here: Installation,
    people: Vec<(Caller, Person)>,
    own: Things,
    childs: Things,
    missing: Things,
}

impl World {
    pub async fn new() -> Self {
        let here = Installation::new();
        let mut people = Vec::new();
        for (caller, name) in
            [(Caller::Ann, "ann"), (Caller::Gina, "gina"), (Caller::Sam, "sam"), (Caller::Olga, "olga")]
        {
            people.push((caller, here.sign_up(&format!("{name}@example.org")).await));
        }
        let clinic = here.organization("Clinic").await;
        let other = here.organization("Elsewhere").await;
        for (caller, name, organization, role) in [
            (Caller::Dana, "dana", &clinic, "doctor"),
            (Caller::Dora, "dora", &clinic, "doctor"),
            (Caller::Otto, "otto", &other, "doctor"),
            (Caller::Phil, "phil", &clinic, "pharmacist"),
            (Caller::Adam, "adam", &clinic, "admin"),
        ] {
            let email = format!("{name}@example.org");
            let person = here.sign_up(&email).await;
            here.join(organization, &person, role).await;
            if role == "doctor" {
                here.license(&person, Id::parse(organization).unwrap()).await;
            }
            people.push((caller, here.sign_in(&email, PASSWORD).await));
        }
        let of = |caller: Caller| people.iter().find(|(known, _)| *known == caller).unwrap().1.clone();
        let (ann, gina, dana, olga) = (of(Caller::Ann), of(Caller::Gina), of(Caller::Dana), of(Caller::Olga));
        let operator = Statement::new("INSERT INTO operators (user_id, created_at) VALUES (?1, 0)").bind(&olga.user_id);
        here.rows::<Value>(operator).await;
        let olga = here.sign_in("olga@example.org", PASSWORD).await;
        people.iter_mut().filter(|(caller, _)| *caller == Caller::Olga).for_each(|(_, person)| *person = olga.clone());
        let kim = child(&here, &gina).await;
        let own = things(&here, &ann, &dana, ann.patient_id.clone()).await;
        let childs = things(&here, &gina, &dana, kim).await;
        let nothing = here.services.new_id().unwrap().to_string();
        let missing = Things {
            patient: nothing.clone(),
            assessment: nothing.clone(),
            prescription: nothing.clone(),
            room: nothing,
            doctor: own.doctor.clone(),
        };
        Self { here, people, own, childs, missing }
    }

    /// What the caller is in their organization; none for whoever is not signed in.
    pub fn roles(&self, caller: Caller) -> Option<Vec<Role>> {
        let staff = match caller {
            Caller::SignedOut | Caller::AnnExpired => return None,
            Caller::Ann | Caller::Gina | Caller::Sam => None,
            Caller::Dana | Caller::Dora | Caller::Otto => Some(Role::Doctor),
            Caller::Phil => Some(Role::Pharmacist),
            Caller::Adam => Some(Role::Admin),
            Caller::Olga => Some(Role::Operator),
        };
        Some([Role::Patient].into_iter().chain(staff).collect())
    }

    /// What the caller is to the thing, as the story above says.
    pub fn relationships(&self, caller: Caller, target: Target, thing: Thing) -> Vec<R> {
        let acts = matches!((caller, target), (Caller::Ann, Target::Own) | (Caller::Gina, Target::Childs));
        let cares = caller == Caller::Dana && target != Target::Missing;
        match thing {
            Thing::Room if acts || cares => vec![R::Participant],
            Thing::Assessment if acts => vec![R::ActsForPatient, R::Recorder],
            Thing::Prescription if cares => vec![R::CareTeam, R::LicensedCareTeam, R::Recorder],
            _ if acts => vec![R::ActsForPatient, if caller == Caller::Ann { R::Oneself } else { R::Guardian }],
            _ if cares => vec![R::CareTeam, R::LicensedCareTeam],
            _ => vec![R::None],
        }
    }

    pub async fn call(&self, operation: &Operation, caller: Caller, target: Target) -> Answer {
        let things = match target {
            Target::Own => &self.own,
            Target::Childs => &self.childs,
            Target::Missing => &self.missing,
        };
        let known = if caller == Caller::AnnExpired { Caller::Ann } else { caller };
        let person = self.people.iter().find(|(at, _)| *at == known).map(|(_, person)| person);
        const LIFE_MS: i64 = 15 * 60 * 1000;
        if caller == Caller::AnnExpired {
            self.here.clock.advance(LIFE_MS);
        }
        let headers: &[(&str, &str)] =
            if matches!(operation.method, "PATCH" | "PUT" | "DELETE") { &[("if-match", "\"1\"")] } else { &[] };
        let answer = self
            .here
            .call(operation.method, &(operation.path)(things), person, headers, (operation.body)(things))
            .await;
        if caller == Caller::AnnExpired {
            self.here.clock.advance(-LIFE_MS);
        }
        answer
    }
}

/// A problem document without what is of the request.
pub fn bare(answer: &Answer) -> Value {
    let mut document = answer.json();
    for member in ["instance", "request_id"] {
        document.as_object_mut().map(|members| members.remove(member));
    }
    document
}

async fn child(here: &Installation, guardian: &Person) -> String {
    let app = App::outside(here.services.clone(), "test");
    let id: Id = app.new_id().unwrap();
    let access = Statement::new(
        "INSERT INTO patient_access (patient_id, user_id, relation, created_at) VALUES (?1, ?2, 'child', 0)",
    );
    let patient = insert_patient(&app, id, "Kim", None, Some("GB")).unwrap();
    app.batch(vec![patient, access.bind(id).bind(&guardian.user_id)]).await.unwrap();
    id.to_string()
}

/// A consultation and what it leaves behind.
async fn things(here: &Installation, person: &Person, doctor: &Person, patient: String) -> Things {
    let made = |value: Value| value["id"].as_str().unwrap().to_owned();
    let room = json!({ "kind": "consultation", "participants": [doctor.user_id], "subject": "a cough", "patient_id": patient });
    let room = made(here.post("/api/v1/rooms", Some(person), room).await.expect(201));
    let assess = json!({ "patient": { "age_years": 54, "sex": "male" }, "text": "cough", "patient_id": patient });
    let assessment = made(here.post("/api/v1/assessments", Some(person), assess).await.expect(201));
    let item = json!({ "medicine_id": "amoxicillin", "dose": { "value": 500, "unit": "mg" }, "as_needed": true });
    let prescribe = json!({ "patient_id": patient, "items": [item] });
    let prescription = made(here.post("/api/v1/prescriptions", Some(doctor), prescribe).await.expect(201));
    Things { patient, assessment, prescription, room, doctor: doctor.user_id.clone() }
}
