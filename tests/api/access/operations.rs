//! What each operation is about, and how it is called: a file for each domain.

mod accounts;
mod assessments;
mod chat;
mod medicines;
mod organizations;
mod patients;
mod privacy;
mod record;
mod running;
mod visits;

use super::relationships::Thing;
use super::world::Things;
use serde_json::Value;
use virtual_doctor::authorization::{Action, Relationship};

/// What decides about an operation.
#[derive(Clone, Copy)]
pub enum About {
    /// Open to everyone.
    Public,
    /// Open to everyone, but who brings a token needs a right one and a row of the table.
    PublicOr(Action),
    /// A row of the table with nobody else's thing in it; what the caller is to their own.
    Own(Relationship, Action),
    /// A row of the table, by what the caller is to the thing.
    Thing(Thing, Action),
}

/// One operation, or one of the cases that it has.
pub struct Operation {
    /// `operationId` of the document, which says the method.
    pub id: &'static str,
    /// The document's path, with names of things in the braces, and a query.
    pub path: &'static str,
    pub about: About,
    pub body: Option<fn(&Things) -> Value>,
    /// An answer of the operation's own to whom the table lets through.
    pub own_refusal: Option<u16>,
}

const fn row(id: &'static str, path: &'static str, about: About) -> Operation {
    Operation { id, path, about, body: None, own_refusal: None }
}

impl Operation {
    const fn sending(mut self, body: fn(&Things) -> Value) -> Self {
        self.body = Some(body);
        self
    }

    const fn refusing(mut self, status: u16) -> Self {
        self.own_refusal = Some(status);
        self
    }

    /// Whether it asks for a thing under another one.
    pub fn is_nested(&self) -> bool {
        self.path.matches('{').count() > 1 && !self.path.contains("{caller}")
    }

    /// The path for these things.
    pub fn path_of(&self, things: &Things) -> String {
        let mut path = String::new();
        for (at, part) in self.path.split(['{', '}']).enumerate() {
            path.push_str(if at % 2 == 0 { part } else { &things[part] });
        }
        path
    }
}

/// All of them.
pub fn operations() -> impl Iterator<Item = &'static Operation> {
    [
        accounts::OPERATIONS,
        assessments::OPERATIONS,
        chat::OPERATIONS,
        medicines::OPERATIONS,
        organizations::OPERATIONS,
        patients::OPERATIONS,
        privacy::OPERATIONS,
        record::OPERATIONS,
        running::OPERATIONS,
        visits::OPERATIONS,
    ]
    .into_iter()
    .flatten()
}
