//! The world as callers find it, and copies of it for those who change something.

use super::callers::Caller;
use super::operations::Operation;
use super::relationships::Target;
use super::story::Story;
use crate::api::support::{Answer, Installation, Person};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use virtual_doctor::platform::Statement;

/// Ids of one target's things, by the names that paths and bodies use.
pub type Things = BTreeMap<&'static str, String>;

pub struct World {
    here: Installation,
    people: Arc<BTreeMap<Caller, Person>>,
    things: Arc<[(Target, Things); 5]>,
}

impl World {
    pub async fn new() -> Self {
        let mut story = Story::new().await;
        let patient_of = |caller: Caller| story.people[&caller].patient_id.clone();
        let (ann, kim, sam) = (patient_of(Caller::Ann), story.child().await, patient_of(Caller::Sam));
        let anns = story.things(Caller::Ann, Caller::Dana, &ann).await;
        let kims = story.things(Caller::Gina, Caller::Dana, &kim).await;
        let sams = story.things(Caller::Sam, Caller::Otto, &sam).await;
        let nothing = story.here.services.new_id().unwrap().to_string();
        let missing = anns.keys().map(|name| (*name, nothing.clone())).collect();
        let mut mixed = anns.clone();
        for name in ["entry", "proxy", "doctor", "staff", "api_key"] {
            mixed.insert(name, sams[name].clone());
        }
        story.befriends(&ann).await;
        story.keys().await;
        let letter = story.troubles().await;
        story.ends().await;
        let mut things = [
            (Target::Missing, missing),
            (Target::Anns, anns),
            (Target::Kims, kims),
            (Target::Sams, sams),
            (Target::Mixed, mixed),
        ];
        for (_, things) in &mut things {
            things.insert("letter", letter.clone());
        }
        Self { here: story.here, people: Arc::new(story.people), things: Arc::new(things) }
    }

    /// Another one in which the same has happened, in an isolate that remembers nothing.
    pub fn copy(&self) -> Self {
        Self { here: self.here.copy(), people: self.people.clone(), things: self.things.clone() }
    }

    /// Takes its database away, or gives it back.
    pub fn cut_database(&self, cut: bool) {
        self.here.database.set_cut(cut);
    }

    /// All that is stored, but for the audit and the day on which a key was last used.
    pub async fn stored(&self) -> String {
        self.here.execute("UPDATE api_keys SET last_used_on = NULL").await;
        self.here.storage_without("audit").await
    }

    /// Rows that say that this answer was a refusal, of a record or of something else.
    pub async fn rows_of_refusal(&self, answer: &Answer) -> usize {
        let select = Statement::new(
            "SELECT action FROM audit WHERE request_id = ?1 AND action IN ('record.refused', 'caller.refused')",
        );
        let request_id = answer.headers["x-request-id"].to_str().unwrap();
        self.here.rows::<Value>(select.bind(request_id)).await.len()
    }

    /// How often somebody was refused a record.
    pub async fn refusals(&self) -> i64 {
        self.here.count("SELECT COUNT(*) AS n FROM audit WHERE action = 'record.refused'").await
    }

    pub async fn call(&self, operation: &Operation, method: &str, caller: Caller, target: Target) -> Answer {
        let person = self.people.get(&caller.who());
        let mut things = self.things.iter().find(|(at, _)| *at == target).unwrap().1.clone();
        things.insert("caller", person.map_or_else(|| things["letter"].clone(), |person| person.user_id.clone()));
        const LIFE_MS: i64 = 15 * 60 * 1000;
        let late = if caller == Caller::AnnExpired { LIFE_MS } else { 0 };
        self.here.clock.advance(late);
        let headers: &[(&str, &str)] =
            if matches!(method, "PATCH" | "PUT" | "DELETE") { &[("if-match", "*")] } else { &[] };
        let body: Option<Value> = operation.body.map(|body| body(&things));
        let answer = self.here.call(method, &operation.path_of(&things), person, headers, body).await;
        self.here.clock.advance(-late);
        answer
    }
}

/// All of an answer but what is of the request: two that are the same tell nobody apart.
pub fn bare(answer: &Answer) -> String {
    let mut document = answer.json();
    for member in ["instance", "request_id"] {
        document.as_object_mut().map(|members| members.remove(member));
    }
    let of_request = ["x-request-id", "traceparent"];
    let headers: Vec<_> = answer.headers.iter().filter(|(name, _)| !of_request.contains(&name.as_str())).collect();
    format!("{} {headers:?} {document}", answer.status)
}
