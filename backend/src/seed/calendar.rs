//! The terms around a moment, so that registration is open whenever somebody looks.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::world::Term;
use crate::terms::Semester;

/// Weeks of classes, and from the beginning of one term to that of the next.
const WEEKS: i64 = 15;
const APART: i64 = 18;

/// Classes of the current term began on Monday last week; its registration is open for another two to three weeks.
pub fn terms(now: DateTime<Utc>) -> [Term; 3] {
    let today = now.date_naive();
    let monday = today - TimeDelta::days(i64::from(today.weekday().num_days_from_monday()) + 7);
    let (semester, year) = name(monday);
    let (before, after) = (previous(semester, year), next(semester, year));
    [
        term(before, monday - TimeDelta::weeks(APART)),
        term((semester, year), monday),
        term(after, monday + TimeDelta::weeks(APART)),
    ]
}

/// The semester in which the middle of the term lies.
fn name(starts_on: NaiveDate) -> (Semester, i32) {
    let middle = starts_on + TimeDelta::weeks(WEEKS / 2);
    let semester = match middle.month() {
        1..=5 => Semester::Spring,
        6..=8 => Semester::Summer,
        _ => Semester::Fall,
    };
    (semester, middle.year())
}

fn previous(semester: Semester, year: i32) -> (Semester, i32) {
    match semester {
        Semester::Spring => (Semester::Fall, year - 1),
        Semester::Summer => (Semester::Spring, year),
        Semester::Fall => (Semester::Summer, year),
    }
}

fn next(semester: Semester, year: i32) -> (Semester, i32) {
    match semester {
        Semester::Spring => (Semester::Summer, year),
        Semester::Summer => (Semester::Fall, year),
        Semester::Fall => (Semester::Spring, year + 1),
    }
}

fn term((semester, year): (Semester, i32), starts_on: NaiveDate) -> Term {
    let midnight = |days| (starts_on + TimeDelta::days(days)).and_time(NaiveTime::MIN).and_utc();
    Term {
        semester,
        year,
        starts_on,
        ends_on: starts_on + TimeDelta::days(WEEKS * 7 - 3),
        opens_at: midnight(-21),
        closes_at: midnight(28),
        drop_deadline: midnight(42),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registration_is_open_on_any_day_of_the_year() {
        for day in 0..800 {
            let now = DateTime::from_timestamp(1_760_000_000 + day * 86_400, 0).unwrap();
            let [before, current, after] = terms(now);
            assert!(before.closes_at < now && current.opens_at < now, "{now}");
            assert!(now + TimeDelta::days(14) <= current.closes_at && now < after.opens_at, "{now}");
            assert!(before.ends_on < current.starts_on && current.ends_on < after.starts_on);
            assert!((before.year, before.semester) < (current.year, current.semester));
            assert!((current.year, current.semester) < (after.year, after.semester));
        }
    }
}
