//! The count behind every limit, as the generic cell rate algorithm (GCRA; ITU-T
//! I.371): a bucket of `quota` units that refills evenly over its window.
//!
//! Why not a window of counts: the whole state is one time, so a key costs a few
//! bytes whatever its quota; there is no edge of a window at which twice the quota
//! passes at one moment; and it says when the next one may come, which is what a
//! delay is. What it promises: never more than `quota` at one moment, and in any
//! span of `t` seconds never more than `quota + t × quota / window`.

use serde::{Deserialize, Serialize};

/// How many, in how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Units that a full bucket holds, at least 1.
    pub quota: u32,
    /// Seconds in which an empty bucket fills, at least 1.
    pub window_s: u32,
}

/// One unit asked of one bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// Name of the bucket within its owner.
    pub bucket: String,
    /// Its rule; a bucket must not be charged under two.
    pub rule: Rule,
}

/// What a bucket answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Whether it had a unit to give.
    pub allowed: bool,
    /// Whole units left.
    pub remaining: u32,
    /// Seconds until it is full again, rounded up.
    pub reset_s: u32,
    /// Seconds until it has a unit again, rounded up; 0 while it has one.
    pub retry_after_s: u32,
}

/// When a bucket is full again, in microseconds since 1970. Before that it lacks
/// units; a time that has passed is a full bucket, and need not be remembered.
pub type FullAt = i64;

impl Rule {
    /// So many in so many seconds.
    #[must_use]
    pub const fn new(quota: u32, window_s: u32) -> Self {
        Self { quota, window_s }
    }

    /// Microseconds in which one unit comes back.
    fn interval(self) -> i64 {
        (i64::from(self.window_s) * 1_000_000 / i64::from(self.quota.max(1))).max(1)
    }

    /// Microseconds in which all of them come back.
    fn capacity(self) -> i64 {
        self.interval() * i64::from(self.quota.max(1))
    }

    /// The state as it can be: a clock that was set back must not lock anyone out for longer than the window.
    fn now_or_later(self, full_at: FullAt, now: i64) -> i64 {
        full_at.clamp(now, now + self.capacity())
    }

    /// What the bucket would answer, and its state after giving.
    fn ask(self, full_at: FullAt, now: i64) -> (Outcome, FullAt) {
        let before = self.now_or_later(full_at, now);
        let after = before + self.interval();
        let late = after - (now + self.capacity());
        let allowed = late <= 0;
        (self.outcome(if allowed { after } else { before }, now, allowed), after)
    }

    fn outcome(self, full_at: FullAt, now: i64, allowed: bool) -> Outcome {
        let left = now + self.capacity() - full_at;
        let next = self.interval() - left;
        Outcome {
            allowed,
            remaining: u32::try_from(left / self.interval()).unwrap_or(0),
            reset_s: whole_seconds(full_at - now),
            retry_after_s: whole_seconds(next),
        }
    }

    /// The state after one unit is given back.
    #[must_use]
    pub fn give_back(self, full_at: FullAt) -> FullAt {
        full_at - self.interval()
    }
}

fn whole_seconds(microseconds: i64) -> u32 {
    u32::try_from((microseconds.max(0) + 999_999) / 1_000_000).unwrap_or(u32::MAX)
}

/// Charges all buckets or none: whoever is refused by one must not use up the others.
/// `states` has the state of each charge's bucket, and is what is to be stored afterwards.
#[must_use]
pub fn charge(charges: &[Charge], states: &mut [FullAt], now_ms: i64) -> Vec<Outcome> {
    let now = now_ms * 1000;
    let asked: Vec<(Outcome, FullAt)> =
        charges.iter().zip(states.iter()).map(|(charge, state)| charge.rule.ask(*state, now)).collect();
    if asked.iter().all(|(outcome, _)| outcome.allowed) {
        for (state, (_, after)) in states.iter_mut().zip(&asked) {
            *state = *after;
        }
        return asked.into_iter().map(|(outcome, _)| outcome).collect();
    }
    let unchanged = charges.iter().zip(states.iter()).zip(asked);
    unchanged
        .map(|((charge, state), (asked, _))| {
            charge.rule.outcome(charge.rule.now_or_later(*state, now), now, asked.allowed)
        })
        .collect()
}

/// What a host's limiter is asked to do with the buckets of one owner, at one moment.
/// No bucket may stand in it twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Call {
    /// Take a unit of each, or of none.
    Charge(Vec<Charge>),
    /// What units were taken for turned out to be harmless.
    Settle {
        /// Give one unit back to each of these.
        give_back: Vec<Charge>,
        /// Fill each of these.
        fill: Vec<Charge>,
    },
}

impl Call {
    /// What it is about.
    #[must_use]
    pub fn charges(&self) -> Vec<&Charge> {
        match self {
            Self::Charge(charges) => charges.iter().collect(),
            Self::Settle { give_back, fill } => give_back.iter().chain(fill).collect(),
        }
    }

    /// Does it. `states` has the state of each of [`Call::charges`], 0 for a bucket that is
    /// not known, and is what is to be stored. Only charging has outcomes.
    #[must_use]
    pub fn apply(&self, states: &mut [FullAt], now_ms: i64) -> Vec<Outcome> {
        match self {
            Self::Charge(charges) => charge(charges, states, now_ms),
            Self::Settle { give_back, .. } => {
                for (at, state) in states.iter_mut().enumerate() {
                    *state = give_back.get(at).map_or(0, |charge| charge.rule.give_back(*state));
                }
                Vec::new()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_000_000_000;

    /// SplitMix64: each seed is a case that comes again.
    struct Random(u64);

    impl Random {
        fn below(&mut self, bound: i64) -> i64 {
            self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            i64::try_from((z ^ (z >> 31)) >> 2).unwrap() % bound
        }
    }

    fn one(rule: Rule, state: &mut FullAt, now_ms: i64) -> Outcome {
        let charges = [Charge { bucket: "b".into(), rule }];
        let mut states = [*state];
        let outcome = charge(&charges, &mut states, now_ms)[0];
        *state = states[0];
        outcome
    }

    #[test]
    fn a_burst_gets_the_quota_and_not_one_more() {
        for quota in [1, 2, 3, 7, 10, 100, 999] {
            let mut state = 0;
            let allowed = (0..2000).filter(|_| one(Rule::new(quota, 60), &mut state, NOW).allowed).count();
            assert_eq!(allowed, quota as usize);
        }
    }

    #[test]
    fn no_span_holds_more_than_the_quota_and_what_came_back_in_it() {
        for seed in 0..300 {
            let mut random = Random(seed);
            let rule =
                Rule::new(u32::try_from(1 + random.below(20)).unwrap(), u32::try_from(1 + random.below(120)).unwrap());
            let (mut state, mut now, mut times) = (0, NOW, Vec::new());
            for _ in 0..300 {
                now += random.below(4) * random.below(i64::from(rule.window_s) * 400);
                if one(rule, &mut state, now).allowed {
                    times.push(now);
                }
            }
            for (index, first) in times.iter().enumerate() {
                for (count, last) in times[index..].iter().enumerate() {
                    let refilled = (last - first) * 1000 / rule.interval();
                    assert!(i64::try_from(count).unwrap() < i64::from(rule.quota) + refilled + 1, "seed {seed}");
                }
            }
        }
    }

    #[test]
    fn who_waits_as_told_is_let_through_and_a_moment_earlier_is_not() {
        for seed in 0..300 {
            let mut random = Random(seed);
            let rule =
                Rule::new(u32::try_from(1 + random.below(50)).unwrap(), u32::try_from(1 + random.below(4000)).unwrap());
            let (mut state, mut now) = (0, NOW);
            for _ in 0..200 {
                now += random.below(3000);
                let outcome = one(rule, &mut state, now);
                assert_eq!(outcome.allowed, outcome.allowed && outcome.remaining < rule.quota, "seed {seed}");
                if !outcome.allowed {
                    assert!(outcome.retry_after_s >= 1 && outcome.remaining == 0, "seed {seed}: {outcome:?}");
                    let early = now + i64::from(outcome.retry_after_s - 1) * 1000;
                    assert!(!one(rule, &mut state.clone(), early).allowed, "seed {seed}");
                    now += i64::from(outcome.retry_after_s) * 1000;
                    assert!(one(rule, &mut state, now).allowed, "seed {seed}");
                }
            }
        }
    }

    #[test]
    fn remaining_is_what_can_still_be_had_at_once() {
        let rule = Rule::new(5, 60);
        let mut state = 0;
        let outcomes: Vec<Outcome> = (0..6).map(|_| one(rule, &mut state, NOW)).collect();
        assert_eq!(outcomes.iter().map(|outcome| outcome.remaining).collect::<Vec<_>>(), [4, 3, 2, 1, 0, 0]);
        assert_eq!(outcomes.iter().map(|outcome| outcome.reset_s).collect::<Vec<_>>(), [12, 24, 36, 48, 60, 60]);
        assert_eq!((outcomes[4].allowed, outcomes[5].allowed, outcomes[5].retry_after_s), (true, false, 12));
    }

    #[test]
    fn whoever_is_refused_by_one_bucket_uses_up_none() {
        let charges = [
            Charge { bucket: "a".into(), rule: Rule::new(1, 60) },
            Charge { bucket: "b".into(), rule: Rule::new(9, 60) },
        ];
        let mut states = [0, 0];
        assert!(charge(&charges, &mut states, NOW).iter().all(|outcome| outcome.allowed));
        let after = states;
        for _ in 0..20 {
            let outcomes = charge(&charges, &mut states, NOW);
            assert_eq!((outcomes[0].allowed, outcomes[1].allowed, outcomes[1].remaining), (false, true, 8));
        }
        assert_eq!(states, after);
    }

    #[test]
    fn what_is_given_back_can_be_had_again_and_no_more_than_that() {
        let rule = Rule::new(3, 60);
        let mut state = 0;
        for _ in 0..3 {
            assert!(one(rule, &mut state, NOW).allowed);
        }
        state = rule.give_back(state);
        assert!(one(rule, &mut state, NOW).allowed && !one(rule, &mut state, NOW).allowed);
        for _ in 0..50 {
            state = rule.give_back(state);
        }
        assert_eq!((0..9).filter(|_| one(rule, &mut state, NOW).allowed).count(), 3);
    }

    #[test]
    fn a_clock_that_is_set_back_locks_nobody_out_for_longer_than_the_window() {
        let rule = Rule::new(2, 60);
        let mut state = (NOW + 365 * 86_400_000) * 1000;
        let refused = one(rule, &mut state, NOW);
        assert!(!refused.allowed && refused.retry_after_s <= 60);
    }
}
