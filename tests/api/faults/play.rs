//! Plays one thing again and again, each time with another call of a host broken. How many calls there are is
//! counted first.

use super::state::{READS, State, difference, state};
use crate::api::support::Installation;
use virtual_doctor::jobs::store::LEASE_MS;
use virtual_doctor::platform::native::{Breaker, Fault};

/// Longer than an isolate relies on what it knows of a session.
const FORGOTTEN_MS: i64 = 6_000;

/// What is known of the thing that is done.
#[derive(Default)]
pub struct Play {
    /// Parts of the state that are written on the way to what makes it final, each as often as one likes.
    pub on_the_way: &'static [&'static str],
    /// Parts that a job brings about later, where what was done at once did not.
    pub later: &'static [&'static str],
    /// Parts to which asking again adds, because it cannot be told from another's asking.
    pub asked_again: &'static [&'static str],
}

/// The host whose calls break.
pub type Host = fn(&Installation) -> &Breaker;

pub fn database(here: &Installation) -> &Breaker {
    &here.database.breaker
}

pub fn rooms(here: &Installation) -> &Breaker {
    &here.rooms.inner.breaker
}

impl Play {
    /// Does `act` on what `prepare` made, with every call of the host broken in both ways. `act` gives a status:
    /// what is not below 500 is a failure, after which it is done again.
    pub async fn breaks_everywhere<T>(
        &self,
        host: Host,
        prepare: impl AsyncFn(&Installation) -> T,
        act: impl AsyncFn(&Installation, &T) -> u16,
    ) {
        let (here, thing) = prepared(&prepare).await;
        let old = state(&here).await;
        host(&here).plan(None);
        let status = act(&here, &thing).await;
        let calls = host(&here).calls();
        assert!((200..300).contains(&status), "{status} with nothing broken");
        let new = state(&here).await;
        assert_ne!(old, new, "nothing is done");
        settle(&here).await;
        let settled = state(&here).await;
        for fault in [Fault::NotWritten, Fault::AnswerLost] {
            for at in 0..calls {
                let (here, thing) = prepared(&prepare).await;
                host(&here).plan(Some((at, fault)));
                let status = act(&here, &thing).await;
                host(&here).plan(None);
                let case = format!("call {at} of {calls}, {fault:?}, answered {status}");
                self.is_old_or_new(&case, status, &old, &new, &state(&here).await);
                let again = act(&here, &thing).await;
                assert!(again < 500, "{case}, then {again}");
                settle(&here).await;
                let rest = difference(&settled, &state(&here).await, self.asked_again);
                assert!(rest.is_empty(), "{case}: the retry comes to something else: {rest:#?}");
            }
        }
        println!("{} write points", calls * 2);
        assert!(calls > 0);
    }

    fn is_old_or_new(&self, case: &str, status: u16, old: &State, new: &State, after: &State) {
        if status < 500 {
            let to_new = difference(new, after, self.later);
            assert!(to_new.is_empty(), "{case}, and not all is done: {to_new:#?}");
            return;
        }
        // Whoever got no answer has read nothing.
        let but = [self.on_the_way, self.later, &[READS]].concat();
        let to_old = difference(old, after, &but);
        let to_new = difference(new, after, &but);
        assert!(to_old.is_empty() || to_new.is_empty(), "{case}: half a state: {to_old:#?} and {to_new:#?}");
    }
}

async fn prepared<T>(prepare: &impl AsyncFn(&Installation) -> T) -> (Installation, T) {
    let here = Installation::new();
    let thing = prepare(&here).await;
    here.work().await;
    here.clock.advance(FORGOTTEN_MS);
    (here, thing)
}

/// Time passes, until all jobs that wait are done.
async fn settle(here: &Installation) {
    for _ in 0..3 {
        here.clock.advance(LEASE_MS);
        here.sweep().await;
        here.work().await;
    }
}
