//! The coarse limits, as one table, and the counts of this isolate.

use super::bucket::{Charge, FullAt, Outcome, Rule, charge};
use crate::authorization::Role;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// For whom a policy is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// Everybody.
    Anyone,
    /// Whoever sends no token that is valid.
    SignedOut,
    /// Whoever calls with an API key.
    ApiKey,
    /// Whoever holds this role.
    Holder(Role),
}

/// By what a policy counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The user or the API key; the address of whoever is signed out.
    Caller,
    /// The address, whoever it is.
    Address,
}

/// One limit.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Its name in `RateLimit-Policy`.
    pub name: &'static str,
    /// The method; every one where there is none.
    pub method: Option<&'static str>,
    /// A route as it stands in the router, `/api/v1/rooms/{id}/messages`, or the beginning of a path, `/api/v1/auth/*`.
    pub path: &'static str,
    /// For whom.
    pub who: Who,
    /// By what it counts.
    pub by: By,
    /// How many.
    pub rule: Rule,
}

const fn policy(name: &'static str, path: &'static str, who: Who, by: By, quota: u32, window_s: u32) -> Policy {
    Policy { name, method: None, path, who, by, rule: Rule::new(quota, window_s) }
}

/// The limits of an installation. The first one that matches a request is the one
/// that applies, so that a reader finds it by reading down.
pub const POLICIES: &[Policy] = &[
    policy("auth", "/api/v1/auth/*", Who::Anyone, By::Address, 120, 60),
    Policy {
        method: Some("POST"),
        ..policy("messages", "/api/v1/rooms/{id}/messages", Who::Anyone, By::Caller, 240, 60)
    },
    policy("api-key", "/api/v1/*", Who::ApiKey, By::Caller, 600, 60),
    policy("doctor", "/api/v1/*", Who::Holder(Role::Doctor), By::Caller, 1200, 60),
    policy("pharmacist", "/api/v1/*", Who::Holder(Role::Pharmacist), By::Caller, 1200, 60),
    policy("signed-out", "/api/v1/*", Who::SignedOut, By::Address, 300, 60),
    policy("default", "/api/v1/*", Who::Anyone, By::Caller, 600, 60),
];

/// A request, as far as a policy looks at it.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The method.
    pub method: &'a str,
    /// The route that the router found.
    pub route: &'a str,
    /// The path as it was sent.
    pub path: &'a str,
    /// Roles of the caller; `None` of whoever is signed out.
    pub roles: Option<&'a [Role]>,
    /// Whether the caller is an API key.
    pub api_key: bool,
}

impl Policy {
    fn matches(&self, asked: Asked) -> bool {
        let path = match self.path.strip_suffix('*') {
            Some(beginning) => asked.path.starts_with(beginning),
            None => asked.route == self.path,
        };
        let who = match &self.who {
            Who::Anyone => true,
            Who::SignedOut => asked.roles.is_none() && !asked.api_key,
            Who::ApiKey => asked.api_key,
            Who::Holder(role) => asked.roles.is_some_and(|roles| roles.contains(role)),
        };
        path && who && self.method.is_none_or(|method| method == asked.method)
    }

    /// `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers).
    #[must_use]
    pub fn policy_header(&self) -> String {
        let Rule { quota, window_s } = self.rule;
        ["\"", self.name, "\";q=", &quota.to_string(), ";w=", &window_s.to_string()].concat()
    }

    /// `RateLimit`: what is left, and in how many seconds all of it is there again.
    #[must_use]
    pub fn limit_header(&self, outcome: &Outcome) -> String {
        let (remaining, reset) = (outcome.remaining.to_string(), outcome.reset_s.to_string());
        ["\"", self.name, "\";r=", &remaining, ";t=", &reset].concat()
    }
}

/// How many counts are kept. Whoever floods an isolate with more callers than
/// this makes it forget, and is then let through: these limits guard no secret.
const KEPT: usize = 10_000;

/// The policies, and what this isolate has counted under them.
pub struct Rates {
    policies: Vec<Policy>,
    counts: Mutex<BTreeMap<(&'static str, String), FullAt>>,
}

impl Default for Rates {
    fn default() -> Self {
        Self::new(POLICIES.to_vec())
    }
}

impl Rates {
    /// With these policies and no counts.
    #[must_use]
    pub fn new(policies: Vec<Policy>) -> Self {
        Self { policies, counts: Mutex::default() }
    }

    /// The policy that applies, if there is one.
    #[must_use]
    pub fn find(&self, asked: Asked) -> Option<&Policy> {
        self.policies.iter().find(|policy| policy.matches(asked))
    }

    /// Counts a request of this subject.
    #[must_use]
    pub fn count(&self, policy: &Policy, subject: String, now_ms: i64) -> Outcome {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= KEPT {
            counts.retain(|_, full_at| *full_at > now_ms * 1000);
            if counts.len() >= KEPT {
                counts.clear();
            }
        }
        let state = counts.entry((policy.name, subject)).or_insert(0);
        let charges = [Charge { bucket: String::new(), rule: policy.rule }];
        let outcomes = charge(&charges, std::slice::from_mut(state), now_ms);
        // One charge has one outcome.
        outcomes[0]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(method: &str, path: &str, roles: Option<&[Role]>, api_key: bool) -> Option<&'static str> {
        let route = if path.ends_with("/messages") { "/api/v1/rooms/{id}/messages" } else { path };
        Rates::default().find(Asked { method, route, path, roles, api_key }).map(|policy| policy.name)
    }

    #[test]
    fn the_first_policy_that_matches_is_the_one() {
        let (patient, doctor): (&[Role], &[Role]) = (&[Role::Patient], &[Role::Patient, Role::Doctor]);
        assert_eq!(name("POST", "/api/v1/auth/login", None, false), Some("auth"));
        assert_eq!(name("POST", "/api/v1/auth/logout", Some(doctor), false), Some("auth"));
        assert_eq!(name("POST", "/api/v1/rooms/1/messages", Some(doctor), false), Some("messages"));
        assert_eq!(name("GET", "/api/v1/rooms/1/messages", Some(doctor), false), Some("doctor"));
        assert_eq!(name("GET", "/api/v1/me", Some(patient), false), Some("default"));
        assert_eq!(name("POST", "/api/v1/medicines/check", None, true), Some("api-key"));
        assert_eq!(name("GET", "/api/v1/medicines", None, false), Some("signed-out"));
        assert_eq!(name("GET", "/health", None, false), None);
    }

    #[test]
    fn names_are_apart_and_rules_give_something() {
        let mut names: Vec<&str> = POLICIES.iter().map(|policy| policy.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), POLICIES.len());
        assert!(POLICIES.iter().all(|policy| policy.rule.quota > 0 && policy.rule.window_s > 0));
    }

    #[test]
    fn a_flood_of_callers_does_not_grow_without_bound() {
        let rates = Rates::default();
        let policy = &POLICIES[0];
        for caller in 0..3 * KEPT {
            assert!(rates.count(policy, caller.to_string(), 1_795_000_000_000).allowed);
        }
        assert!(rates.counts.lock().unwrap().len() <= KEPT);
    }
}
