//! Days as people remember them: a year, a month, or a day.

use crate::error::FieldError;
use crate::http::Reason;
use crate::id::Timestamp;
use chrono::{Days, Months, NaiveDate};
use deserr::Deserr;
use serde::Serialize;
use utoipa::ToSchema;

/// The clock of the easternmost place is this far ahead of UTC: what is today there is not the future.
const EASTERNMOST_MS: i64 = 14 * 60 * 60 * 1000;

/// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, not before 1880 (FHIR `date`).
#[derive(Debug, Clone, PartialEq, Eq, Deserr, Serialize, ToSchema)]
#[deserr(try_from(String) = PartialDate::parse -> Reason)]
#[serde(transparent)]
pub struct PartialDate(pub String);

impl PartialDate {
    /// # Errors
    /// When it is no such date.
    pub fn parse(text: String) -> Result<Self, Reason> {
        let date = Self(text);
        let earliest = NaiveDate::from_ymd_opt(1880, 1, 1);
        let plain = date.0.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        if plain && date.first_day().is_some_and(|day| Some(day) >= earliest) {
            Ok(date)
        } else {
            Err(Reason::invalid("must be a date such as 2019, 2019-05 or 2019-05-31, not before 1880"))
        }
    }

    /// The first day that it may mean.
    #[must_use]
    pub fn first_day(&self) -> Option<NaiveDate> {
        let rest = match self.0.len() {
            4 => "-01-01",
            7 => "-01",
            10 => "",
            _ => return None,
        };
        [&self.0, rest].concat().parse().ok()
    }

    /// The last day that it may mean.
    #[must_use]
    pub fn last_day(&self) -> Option<NaiveDate> {
        let first = self.first_day()?;
        let next = match self.0.len() {
            4 => first.checked_add_months(Months::new(12))?,
            7 => first.checked_add_months(Months::new(1))?,
            _ => return Some(first),
        };
        next.checked_sub_days(Days::new(1))
    }
}

/// The latest day that it is anywhere.
#[must_use]
pub fn today(now: Timestamp) -> NaiveDate {
    let time = chrono::DateTime::from_timestamp_millis(now.0.saturating_add(EASTERNMOST_MS));
    time.unwrap_or_default().date_naive()
}

/// What is wrong with the times of an entry: a day to come, or an end before its beginning.
#[must_use]
pub fn faults(
    today: NaiveDate,
    began: (&'static str, Option<&PartialDate>),
    ended: (&'static str, Option<&PartialDate>),
) -> Vec<FieldError> {
    let to_come = |(pointer, date): (&'static str, Option<&PartialDate>)| {
        let day = date?.first_day()?;
        (day > today).then(|| FieldError::body(pointer, "in_the_future", "must not be in the future"))
    };
    let mut all: Vec<FieldError> = [began, ended].into_iter().filter_map(to_come).collect();
    let first = began.1.and_then(PartialDate::first_day);
    let last = ended.1.and_then(PartialDate::last_day);
    if first.zip(last).is_some_and(|(first, last)| last < first) {
        let message = ["must not be before ", began.0.trim_start_matches('/')].concat();
        all.push(FieldError::body(ended.0, "out_of_order", message));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> PartialDate {
        PartialDate::parse(text.to_owned()).unwrap()
    }

    #[test]
    fn a_year_a_month_and_a_day_are_dates() {
        assert_eq!(date("2020").last_day(), NaiveDate::from_ymd_opt(2020, 12, 31));
        assert_eq!(date("2020-02").last_day(), NaiveDate::from_ymd_opt(2020, 2, 29));
        assert_eq!(date("2020-02-03").last_day(), date("2020-02-03").first_day());
        for bad in ["", "20", "2020-13", "2020-02-30", "1799", "2020/02/03", "last year", "+202", "-2020-01-01"] {
            assert!(PartialDate::parse(bad.to_owned()).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_end_is_not_before_its_beginning_where_that_can_be_told() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap_or_default();
        let codes = |began: &str, ended: &str| -> Vec<&str> {
            let all = faults(today, ("/began", Some(&date(began))), ("/ended", Some(&date(ended))));
            all.into_iter().map(|fault| fault.code).collect()
        };
        assert!(codes("2020-05-01", "2020").is_empty());
        assert!(codes("2026", "2026-11-20").is_empty());
        assert_eq!(codes("2020-05-01", "2019"), ["out_of_order"]);
        assert_eq!(codes("2026-11-21", "2027"), ["in_the_future", "in_the_future"]);
    }
}
