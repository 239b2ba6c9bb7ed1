//! How often somebody may try to sign in: docs/decisions/0006-throttling.md has the
//! reasoning. An attempt is charged before the password is looked at, so that
//! attempts at one moment cannot slip through together, and given back when the
//! password was right, so that only failures count.

use super::address_store as store;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::limits::guards::{admit, fingerprint, owner_of_address};
use crate::limits::{Call, Charge, ClientAddress, Rule};
use crate::platform::Statement;
use crate::services::App;

/// Whoever tries many accounts from one address.
const BY_ADDRESS: Rule = Rule::new(10, 60);
/// Whoever tries one account from one address: after 10 failures one try a minute,
const BY_PAIR: Rule = Rule::new(10, 10 * 60);
/// and after 20 one in 6 minutes.
const BY_PAIR_LONG: Rule = Rule::new(20, 2 * 60 * 60);
/// Whoever tries one account from many addresses. It delays only those from where nobody signed in before.
const BY_ACCOUNT: Rule = Rule::new(30, 60 * 60);

/// An attempt to sign in that was let through to the password.
pub struct Attempt {
    address: ClientAddress,
    account: String,
}

impl Attempt {
    /// Charges an attempt, whether the account exists or not.
    ///
    /// # Errors
    /// 429 with `Retry-After`, the same for an account that exists and one that
    /// does not; 503 while nobody can count.
    pub async fn begin(app: &App, address: ClientAddress, email: &str) -> Result<Self> {
        let account = fingerprint(app, &["account|", email].concat());
        let attempt = Self { address, account };
        let mut charges = attempt.pair();
        charges.push(sign_in(BY_ADDRESS));
        admit(app, &owner_of_address(&attempt.address), &charges).await?;
        match admit(app, &["u:", &attempt.account].concat(), &[sign_in(BY_ACCOUNT)]).await {
            // The account is under attack. Its owner comes from where the owner was before.
            Err(Error::Problem(refused)) if !store::is_known_address(app, email, &attempt.address).await? => {
                attempt.settle(app, attempt.pair(), Vec::new()).await;
                Err(Error::Problem(refused))
            }
            Ok(()) | Err(Error::Problem(_)) => Ok(attempt),
            Err(error) => Err(error),
        }
    }

    /// The password was right: this was no failure, and those before it were the
    /// owner's own. What it took of the account's budget comes back by itself.
    pub async fn succeeded(&self, app: &App) {
        self.settle(app, vec![sign_in(BY_ADDRESS)], self.pair()).await;
    }

    /// Remembers that the user signed in from here; to be stored with the session.
    #[must_use]
    pub fn remember(&self, user_id: Id, app: &App) -> Statement {
        store::remember_address(user_id, &self.address, app.now())
    }

    /// An attempt that stays charged does no harm that time does not mend, so a
    /// limiter that is away by now is no reason to refuse who gave the right password.
    async fn settle(&self, app: &App, give_back: Vec<Charge>, fill: Vec<Charge>) {
        if app.config.rate_limits {
            let settle = Call::Settle { give_back, fill };
            app.limiter.call(&owner_of_address(&self.address), &settle).await.ok();
        }
    }

    /// They lie with the address's buckets, so that one call charges all or none.
    fn pair(&self) -> Vec<Charge> {
        let bucket = |name: &str, rule| Charge { bucket: [name, &self.account].concat(), rule };
        vec![bucket("pair:", BY_PAIR), bucket("pair-long:", BY_PAIR_LONG)]
    }
}

/// The bucket of an owner, address or account, for signing in.
fn sign_in(rule: Rule) -> Charge {
    Charge { bucket: "sign-in".to_owned(), rule }
}
