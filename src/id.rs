//! Stored ids (UUIDv7) and points in time.

use crate::platform::{Clock, Entropy, HostError};
use chrono::{DateTime, SecondsFormat};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt::{Display, Formatter};
use uuid::Uuid;

/// The id of something stored: a UUIDv7, so that ids sort by age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Id(Uuid);

impl Id {
    /// A new id of this moment.
    ///
    /// # Errors
    /// When the host has no randomness.
    pub fn new(clock: &dyn Clock, entropy: &dyn Entropy) -> Result<Self, HostError> {
        let mut random = [0; 10];
        entropy.fill(&mut random)?;
        let now = u64::try_from(clock.now_ms()).unwrap_or_default();
        Ok(Self(uuid::Builder::from_unix_timestamp_millis(now, &random).into_uuid()))
    }

    /// The least id of this moment: ids that are made from then on are not below it.
    #[must_use]
    pub fn first_of(at: Timestamp) -> Self {
        let at = u64::try_from(at.0).unwrap_or_default();
        Self(uuid::Builder::from_unix_timestamp_millis(at, &[0; 10]).into_uuid())
    }

    /// Reads the hyphenated form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 36).then(|| Uuid::try_parse(text).ok()).flatten().map(Self)
    }
}

impl Display for Id {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

impl From<Id> for crate::platform::Value {
    fn from(id: Id) -> Self {
        Self::Text(id.to_string())
    }
}

impl From<&Id> for crate::platform::Value {
    fn from(id: &Id) -> Self {
        Self::Text(id.to_string())
    }
}

/// A text that is not an id.
#[derive(Debug)]
pub struct NotAnId;

impl Display for NotAnId {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("is not an id; an id is a UUID such as 01932c07-5d3a-7a00-8000-3a5a2c9e1b10")
    }
}

impl std::str::FromStr for Id {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        Self::parse(text).ok_or(NotAnId)
    }
}

/// A point in time: milliseconds inside and in storage, RFC 3339 UTC outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub i64);

impl Display for Timestamp {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        let time = DateTime::from_timestamp_millis(self.0).unwrap_or_default();
        formatter.write_str(&time.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        DateTime::parse_from_rfc3339(&text).map(|time| Self(time.timestamp_millis())).map_err(serde::de::Error::custom)
    }
}
