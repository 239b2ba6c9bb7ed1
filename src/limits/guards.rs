//! The exact limits before what must not be tried often.

use super::address::ClientAddress;
use super::bucket::{Call, Charge, Outcome, Rule};
use crate::encryption::blind_index;
use crate::error::{Error, Problem, Result};
use crate::platform::HostError;
use crate::problem;
use crate::services::Services;

/// What is guarded. Signing in has reasoning of its own, see `accounts::throttling`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// Making an account: each makes a mail. The subject is the address given.
    Register,
    /// Asking for a new password: each makes a mail. The subject is the address given.
    PasswordReset,
    /// Asking for another verification mail. The subject is the address given.
    Verification,
    /// Trying a code of six digits. The subject is the user or the token of the first factor.
    SecondFactor,
    /// Refreshing a session. The subject is the session.
    Refresh,
}

impl Guard {
    /// Name of its buckets.
    fn name(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::PasswordReset => "password-reset",
            Self::Verification => "verification",
            Self::SecondFactor => "second-factor",
            Self::Refresh => "refresh",
        }
    }

    /// The rules by address and by subject. A clinic or a mobile network has many
    /// people behind one address, so that one is wide; what hurts, or could be
    /// guessed, is bounded by its subject.
    fn rules(self) -> (Rule, Rule) {
        const MINUTE: u32 = 60;
        const HOUR: u32 = 60 * MINUTE;
        match self {
            Self::Register => (Rule::new(20, HOUR), Rule::new(5, HOUR)),
            Self::PasswordReset | Self::Verification => (Rule::new(20, HOUR), Rule::new(3, HOUR)),
            Self::SecondFactor => (Rule::new(30, 10 * MINUTE), Rule::new(5, 5 * MINUTE)),
            Self::Refresh => (Rule::new(600, MINUTE), Rule::new(30, MINUTE)),
        }
    }

    /// Whether it lets through while nobody can count. A refresh token cannot be
    /// guessed, it carries a MAC, so the limit guards nothing there that the token
    /// does not; all others are closed, with 503.
    fn opens_uncounted(self) -> bool {
        self == Self::Refresh
    }
}

/// Counts an attempt, by the client's address and by the subject that it is about
/// (an e-mail address, a session, a user: fingerprinted here). Call it as soon as
/// the subject is known and before anything is looked up, so that the answer is
/// the same whether the subject exists or not.
///
/// # Errors
/// 429 with `Retry-After`; 503 when the count is not to be had, see [`Guard`].
pub async fn throttle(services: &Services, guard: Guard, client: &ClientAddress, subject: &str) -> Result<()> {
    let (by_address, by_subject) = guard.rules();
    let charge = |rule: Rule| vec![Charge { bucket: guard.name().to_owned(), rule }];
    let subject = fingerprint(services, &[guard.name(), "|", subject].concat());
    let asked = async {
        admit(services, &owner_of_address(client), &charge(by_address)).await?;
        admit(services, &["s:", &subject].concat(), &charge(by_subject)).await
    };
    match asked.await {
        Err(Error::Host(_)) if guard.opens_uncounted() => Ok(()),
        other => other,
    }
}

/// Under what an address's buckets are kept.
#[must_use]
pub fn owner_of_address(client: &ClientAddress) -> String {
    ["a:", &client.0].concat()
}

/// A keyed fingerprint of what a limit is about.
#[must_use]
pub fn fingerprint(services: &Services, subject: &str) -> String {
    blind_index(&services.config.index_key.current().key, subject)
}

/// Charges an owner's buckets, all or none.
///
/// # Errors
/// 429 when one is empty; 503 when the count is not to be had, for a limit that
/// cannot count must not let through.
pub async fn admit(services: &Services, owner: &str, charges: &[Charge]) -> Result<()> {
    if !services.config.rate_limits {
        return Ok(());
    }
    let outcomes = services.limiter.call(owner, &Call::Charge(charges.to_vec())).await.map_err(away)?;
    match outcomes.iter().filter(|outcome| !outcome.allowed).max_by_key(|outcome| outcome.retry_after_s) {
        Some(refused) => Err(too_many(refused)),
        // An answer for fewer buckets than were asked is none.
        None if outcomes.len() == charges.len() => Ok(()),
        None => Err(away(HostError::Failed("the limiter answered for other buckets".into()))),
    }
}

/// Whatever is wrong with the limiter, it may be well again soon: 503, not 500.
fn away(error: HostError) -> Error {
    let (HostError::Unavailable(cause) | HostError::Failed(cause)) = error;
    HostError::Unavailable(["the limiter: ", &cause].concat()).into()
}

/// 429 with the time to wait. It says nothing of what was counted.
#[must_use]
pub fn too_many(outcome: &Outcome) -> Error {
    let mut problem = Problem::new(&problem::TOO_MANY_REQUESTS, problem::TOO_MANY_REQUESTS.meaning);
    problem.retry_after_s = Some(outcome.retry_after_s.max(1));
    problem.into()
}
