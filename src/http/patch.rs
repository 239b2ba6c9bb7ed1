//! RFC 7396 merge: a member that is absent stays, `null` removes, a value replaces.

use super::invalid::Invalid;
use deserr::{Deserr, IntoValue, Value, ValuePointerRef};

/// One member of a merge patch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Patch<T> {
    /// Absent.
    #[default]
    Keep,
    /// `null`.
    Remove,
    /// A new value.
    Set(T),
}

impl<T> Patch<T> {
    /// What the member is after the patch.
    pub fn apply(self, present: Option<T>) -> Option<T> {
        match self {
            Self::Keep => present,
            Self::Remove => None,
            Self::Set(value) => Some(value),
        }
    }
}

impl<T: Deserr<Invalid>> Deserr<Invalid> for Patch<T> {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, location: ValuePointerRef) -> Result<Self, Invalid> {
        match value {
            Value::Null => Ok(Self::Remove),
            value => T::deserialize_from_value(value, location).map(Self::Set),
        }
    }
}
