//! Every bad field of a body at once, each by its JSON Pointer (RFC 6901).

use crate::error::{Error, FieldError, invalid};
use deserr::{DeserializeError, ErrorKind, IntoValue, MergeWithError, ValueKind, ValuePointerRef};
use std::ops::ControlFlow;

/// The bad fields found so far. Reading goes on after each, so that the caller
/// learns all of them in one answer.
#[derive(Debug, Default)]
pub struct Invalid(pub Vec<FieldError>);

/// Why one value is not valid, as a value's own type says it.
#[derive(Debug)]
pub struct Reason {
    /// Stable code.
    pub code: &'static str,
    /// What is wrong and what would be right.
    pub message: String,
}

impl Reason {
    /// A value that does not follow its rule.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self { code: "invalid", message: message.into() }
    }

    /// A number or length outside its bounds.
    pub fn out_of_range(message: impl Into<String>) -> Self {
        Self { code: "out_of_range", message: message.into() }
    }
}

impl From<Invalid> for Error {
    fn from(fields: Invalid) -> Self {
        invalid(fields.0)
    }
}

impl MergeWithError<Invalid> for Invalid {
    fn merge(self_: Option<Self>, other: Self, _location: ValuePointerRef) -> ControlFlow<Self, Self> {
        let mut all = self_.unwrap_or_default();
        all.0.extend(other.0);
        ControlFlow::Continue(all)
    }
}

impl MergeWithError<Reason> for Invalid {
    fn merge(self_: Option<Self>, other: Reason, location: ValuePointerRef) -> ControlFlow<Self, Self> {
        let mut all = self_.unwrap_or_default();
        all.0.push(FieldError::body(pointer(location), other.code, other.message));
        ControlFlow::Continue(all)
    }
}

impl DeserializeError for Invalid {
    fn error<V: IntoValue>(
        self_: Option<Self>,
        error: ErrorKind<V>,
        location: ValuePointerRef,
    ) -> ControlFlow<Self, Self> {
        let mut all = self_.unwrap_or_default();
        let at = pointer(location);
        let child = |key: &str| [at.as_str(), "/", &escape(key)].concat();
        all.0.push(match error {
            ErrorKind::MissingField { field } => FieldError::body(child(field), "missing", "is required"),
            ErrorKind::UnknownKey { key, accepted } => FieldError::body(
                child(key),
                "unknown_field",
                ["is not a field here; known fields: ", &accepted.join(", ")].concat(),
            ),
            ErrorKind::UnknownValue { accepted, .. } => {
                FieldError::body(at, "unknown_value", ["must be one of: ", &accepted.join(", ")].concat())
            }
            ErrorKind::IncorrectValueKind { actual, accepted } => FieldError::body(
                at,
                "wrong_type",
                ["must be ", &kinds(accepted), ", not ", kind(actual.kind())].concat(),
            ),
            ErrorKind::BadSequenceLen { expected, .. } => {
                FieldError::body(at, "wrong_length", ["must have ", &expected.to_string(), " items"].concat())
            }
            ErrorKind::Unexpected { msg } => FieldError::body(at, "invalid", msg),
        });
        ControlFlow::Continue(all)
    }
}

/// The JSON Pointer to a place in the body.
#[must_use]
pub fn pointer(location: ValuePointerRef) -> String {
    match location {
        ValuePointerRef::Origin => String::new(),
        ValuePointerRef::Key { key, prev } => [&pointer(*prev), "/", &escape(key)].concat(),
        ValuePointerRef::Index { index, prev } => [&pointer(*prev), "/", &index.to_string()].concat(),
    }
}

fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn kinds(accepted: &[ValueKind]) -> String {
    let mut names: Vec<&str> = accepted.iter().copied().map(kind).collect();
    names.dedup();
    names.join(" or ")
}

fn kind(kind: ValueKind) -> &'static str {
    match kind {
        ValueKind::Null => "null",
        ValueKind::Boolean => "true or false",
        ValueKind::Integer | ValueKind::NegativeInteger => "a whole number",
        ValueKind::Float => "a number",
        ValueKind::String => "a string",
        ValueKind::Sequence => "a list",
        ValueKind::Map => "an object",
    }
}
