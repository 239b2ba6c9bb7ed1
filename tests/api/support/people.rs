//! People of an installation: who signs up, and who works where.

use super::Installation;
use serde_json::json;
use virtual_doctor::accounts::store::user_key;
use virtual_doctor::id::Id;
use virtual_doctor::organizations::practitioner_store::{put_licence, verify_licence};
use virtual_doctor::platform::{Database, Statement};
use virtual_doctor::services::App;

pub const PASSWORD: &str = "correct horse battery";

/// A person who is signed in.
#[derive(Debug, Clone)]
pub struct Person {
    pub user_id: String,
    pub patient_id: String,
    pub access: String,
    pub refresh: String,
}

impl Installation {
    pub async fn sign_in(&self, email: &str, password: &str) -> Person {
        let tokens =
            self.post("/api/v1/auth/login", None, json!({ "email": email, "password": password })).await.expect(200);
        Person {
            user_id: tokens["user"]["id"].as_str().unwrap().into(),
            patient_id: tokens["user"]["patients"][0]["id"].as_str().unwrap().into(),
            access: tokens["access_token"].as_str().unwrap().into(),
            refresh: tokens["refresh_token"].as_str().unwrap().into(),
        }
    }

    pub async fn sign_up(&self, email: &str) -> Person {
        let body = json!({ "email": email, "password": PASSWORD, "name": format!("Name of {email}"), "birth_date": "1972-04-05", "country": "GB" });
        self.post("/api/v1/auth/register", None, body).await.expect(202);
        self.sign_in(email, PASSWORD).await
    }

    /// Signs up a doctor of an organization of their own.
    pub async fn doctor(&self, email: &str) -> Person {
        self.staff(email, "doctor").await
    }

    /// Signs up somebody who holds this role in an organization of their own.
    pub async fn staff(&self, email: &str, role: &str) -> Person {
        let person = self.sign_up(email).await;
        self.make_staff(&person, role).await;
        self.sign_in(email, PASSWORD).await
    }

    /// Makes a pharmacy and signs up its pharmacist.
    pub async fn pharmacy(&self, email: &str) -> (String, Person) {
        let (organization, person) = (self.organization("Pharmacy").await, self.sign_up(email).await);
        self.join(&organization, &person, "pharmacist").await;
        (organization, self.sign_in(email, PASSWORD).await)
    }

    /// Signs up an operator of the installation.
    pub async fn operator(&self, email: &str) -> Person {
        let person = self.sign_up(email).await;
        let insert = Statement::new("INSERT INTO operators (user_id, created_at) VALUES (?1, 0)").bind(&person.user_id);
        self.database.query(insert).await.unwrap();
        self.sign_in(email, PASSWORD).await
    }

    pub async fn make_staff(&self, person: &Person, role: &str) {
        let organization = self.organization("Clinic").await;
        self.join(&organization, person, role).await;
        if role == "doctor" {
            self.license(person, Id::parse(&organization).unwrap()).await;
        }
    }

    /// Signs up a doctor of this organization.
    pub async fn doctor_of(&self, organization: &str, email: &str) -> Person {
        let person = self.sign_up(email).await;
        self.join(organization, &person, "doctor").await;
        self.license(&person, Id::parse(organization).unwrap()).await;
        self.sign_in(email, PASSWORD).await
    }

    pub async fn go_on_duty(&self, organization: &str, doctor: &Person) {
        let path = format!("/api/v1/organizations/{organization}/duty");
        self.call("PUT", &path, Some(doctor), &[("if-match", "*")], Some(json!({ "on": true }))).await.expect(200);
    }

    /// An organization without staff.
    pub async fn organization(&self, name: &str) -> String {
        let id = self.services.new_id().unwrap();
        let insert = Statement::new("INSERT INTO organizations (id, name, created_at) VALUES (?1, ?2, 0)");
        self.database.query(insert.bind(id).bind(name)).await.unwrap();
        id.to_string()
    }

    /// Makes the person staff of the organization; a token that they have does not know of it yet.
    pub async fn join(&self, organization: &str, person: &Person, role: &str) {
        let insert =
            Statement::new("INSERT INTO staff (organization_id, user_id, role, created_at) VALUES (?1, ?2, ?3, 0)");
        self.database.query(insert.bind(organization).bind(&person.user_id).bind(role)).await.unwrap();
    }

    /// A licence of the person's that the organization verified.
    pub async fn license(&self, person: &Person, organization: Id) {
        let app = App::outside(self.services.clone(), "test");
        let user_id = Id::parse(&person.user_id).unwrap();
        let key = user_key(&app, user_id).await.unwrap();
        let now = app.now();
        let statements = vec![
            put_licence(&app, &key, user_id, organization, "GB", "7654321", now).unwrap(),
            verify_licence(user_id, organization, "GB", now.0, user_id, now),
        ];
        self.database.batch(statements).await.unwrap();
    }
}
