//! When a young person comes of age. Days are days in UTC.

use crate::id::Timestamp;
use chrono::{Datelike, NaiveDate};

/// The day on which somebody born on `birth` becomes `years` old. Who was born on
/// 29 February does so on 1 March of a year that has no such day.
#[must_use]
pub fn birthday(birth: NaiveDate, years: u32) -> Option<NaiveDate> {
    let year = birth.year().checked_add(i32::try_from(years).ok()?)?;
    birth.with_year(year).or_else(|| NaiveDate::from_ymd_opt(year, 3, 1))
}

/// Whether somebody born on `birth` is `years` old at `now`.
#[must_use]
pub fn has_reached(birth: NaiveDate, years: u32, now: Timestamp) -> bool {
    let today = today(now);
    birthday(birth, years).is_some_and(|day| day <= today)
}

/// The day of `now`.
#[must_use]
pub fn today(now: Timestamp) -> NaiveDate {
    chrono::DateTime::from_timestamp_millis(now.0).unwrap_or_default().date_naive()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn midnight(text: &str) -> Timestamp {
        Timestamp(date(text).and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp_millis())
    }

    #[test]
    fn one_comes_of_age_with_the_first_millisecond_of_the_birthday() {
        for (birth, years, day) in [
            ("2008-11-23", 18, "2026-11-23"),
            ("2008-01-01", 18, "2026-01-01"),
            ("2008-12-31", 18, "2026-12-31"),
            ("2010-03-01", 16, "2026-03-01"),
            ("2008-02-28", 18, "2026-02-28"),
            // Born on 29 February: 1 March where the year has none, and the day itself where it has.
            ("2008-02-29", 18, "2026-03-01"),
            ("2008-02-29", 16, "2024-02-29"),
            ("2000-02-29", 100, "2100-03-01"),
        ] {
            assert_eq!(birthday(date(birth), years), Some(date(day)), "{birth} {years}");
            let begins = midnight(day);
            assert!(has_reached(date(birth), years, begins), "{birth} {years}");
            assert!(!has_reached(date(birth), years, Timestamp(begins.0 - 1)), "{birth} {years}");
        }
    }

    #[test]
    fn each_day_of_eight_years_has_a_birthday_after_the_one_before() {
        for years in [14, 16, 18, 21] {
            let mut last = birthday(date("2003-12-31"), years).unwrap();
            for birth in date("2004-01-01").iter_days().take(8 * 366) {
                let day = birthday(birth, years).unwrap();
                assert!(day >= last && (day - last).num_days() <= 2, "{birth}");
                last = day;
            }
        }
    }
}
