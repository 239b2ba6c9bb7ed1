//! How long a job waits after a try that failed: exponentially longer, with full
//! jitter, so that what failed together is not tried again together.

/// Tries after which a job is given up: with these waits about 9 hours, at most 18.
pub const MAX_ATTEMPTS: i64 = 24;
/// Longest wait after the first failure, in milliseconds.
pub const FIRST_WAIT_MS: i64 = 30_000;
/// Longest wait between two tries, in milliseconds.
pub const LONGEST_WAIT_MS: i64 = 60 * 60 * 1000;

/// The longest wait after this many tries.
#[must_use]
pub fn bound_ms(attempts: i64) -> i64 {
    // 30 s doubled 7 times is over an hour.
    (FIRST_WAIT_MS << (attempts - 1).clamp(0, 7)).min(LONGEST_WAIT_MS)
}

/// The wait after this many tries, anywhere from 1 ms to [`bound_ms`] as the random number falls.
#[must_use]
pub fn wait_ms(attempts: i64, random: u64) -> i64 {
    let bound = bound_ms(attempts);
    // The remainder is less than an hour of milliseconds: it always fits.
    1 + i64::try_from(random % bound.unsigned_abs()).unwrap_or(bound - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_wait_doubles_up_to_an_hour() {
        let seconds: Vec<i64> = (0..=10).map(|attempts| bound_ms(attempts) / 1000).collect();
        assert_eq!(seconds, [30, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]);
        for attempts in [i64::MIN + 1, -1, 24, 1000, i64::MAX] {
            assert!((FIRST_WAIT_MS..=LONGEST_WAIT_MS).contains(&bound_ms(attempts)), "{attempts}");
        }
    }

    #[test]
    fn a_wait_reaches_both_ends_of_its_range_and_does_not_leave_it() {
        for attempts in 0..40 {
            let bound = bound_ms(attempts);
            assert_eq!(wait_ms(attempts, 0), 1);
            assert_eq!(wait_ms(attempts, bound.unsigned_abs() - 1), bound);
            for random in [1, 12_345, u64::MAX / 3, u64::MAX] {
                assert!((1..=bound).contains(&wait_ms(attempts, random)), "{attempts} {random}");
            }
        }
    }

    #[test]
    fn waits_are_spread_over_the_whole_range() {
        let waits: Vec<i64> = (0..1000_u64).map(|n| wait_ms(8, n.wrapping_mul(0x9E37_79B9_7F4A_7C15))).collect();
        for tenth in 0..10 {
            let from = LONGEST_WAIT_MS / 10 * tenth;
            let within = waits.iter().filter(|wait| (from + 1..=from + LONGEST_WAIT_MS / 10).contains(wait)).count();
            assert!((60..=140).contains(&within), "{within} of 1000 in tenth {tenth}");
        }
    }
}
