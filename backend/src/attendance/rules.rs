//! When a class is held, and what its rates are; pure.

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use super::model::Counts;
use crate::courses::{Day, Schedule, Slot};
use crate::error::Refusal;

/// Meetings that are listed at most.
const MOST_LISTED: usize = 400;

/// The days on which a section meets.
#[derive(Clone, Copy, Debug)]
pub struct ClassDays<'a> {
    pub schedule: &'a Schedule,
    /// Of its term.
    pub year: i32,
    /// First and last day of classes, if they are known.
    pub term: Option<(NaiveDate, NaiveDate)>,
}

/// One meeting: the day, and which of that day's, from 1.
#[derive(Clone, Copy, Debug)]
pub struct Sitting {
    pub date: NaiveDate,
    pub meeting: i16,
    /// Outside the schedule.
    pub make_up: bool,
}

impl<'a> ClassDays<'a> {
    /// Slots of a day in the order of their times. A slot with dates of its own counts on those days and no others,
    /// also outside the class dates (an exam after the last class).
    pub fn slots_on(&self, date: NaiveDate) -> Vec<&'a Slot> {
        let day = Day::of(date);
        let held = |slot: &Slot| match slot.dates {
            Some((from, to)) => (from..=to).contains(&date),
            None => self.in_term(date),
        };
        let slots = self.schedule.slots().filter(|(on, slot)| *on == day && held(slot));
        slots.map(|(_, slot)| slot).collect()
    }

    /// Within the class dates; while they are unknown, within the year.
    fn in_term(&self, date: NaiveDate) -> bool {
        self.term.map_or(date.year() == self.year, |(first, last)| (first..=last).contains(&date))
    }

    /// Whether a meeting is one of the schedule.
    pub fn has(&self, sitting: Sitting) -> bool {
        usize::try_from(sitting.meeting).is_ok_and(|meeting| meeting <= self.slots_on(sitting.date).len())
    }

    /// Whether a meeting can be marked. `recorded`: some of it was marked before, and so it was held, whatever the
    /// schedule says by now.
    pub fn admit(&self, sitting: Sitting, today: NaiveDate, recorded: bool) -> Result<(), Refusal> {
        let Sitting { date, make_up, .. } = sitting;
        if date > today {
            return Err(Refusal::new("date_in_future", format!("{date} is still to come; today is {today}"))
                .fact("today", today));
        }
        if recorded || self.has(sitting) {
            return Ok(());
        }
        let slots = self.slots_on(date);
        if !self.in_term(date) {
            return Err(self.outside(date));
        }
        if make_up || self.schedule.is_empty() {
            return Ok(());
        }
        if slots.is_empty() {
            let days: Vec<Day> =
                Day::ALL.into_iter().filter(|day| self.schedule.slots().any(|(on, _)| on == *day)).collect();
            let detail = format!("there is no class on {date}; say make_up if it met all the same");
            return Err(Refusal::new("no_class_that_day", detail)
                .fact("day", Day::of(date))
                .fact("meets_on", days));
        }
        let detail = format!("{date} has {} of these; say make_up if there was one more", slots.len());
        Err(Refusal::new("no_such_meeting", detail).fact("meetings", slots.len()))
    }

    fn outside(&self, date: NaiveDate) -> Refusal {
        match self.term {
            Some((first, last)) => {
                Refusal::new("outside_term", format!("{date} is not between {first} and {last}"))
                    .fact("starts_on", first)
                    .fact("ends_on", last)
            }
            None => Refusal::new("outside_term", format!("{date} is not in {}", self.year)),
        }
    }

    /// Meetings held until today, newest first. While the class dates are unknown, nobody knows when weekly classes
    /// began: then only dated slots and today are listed.
    pub fn held_until(&self, today: NaiveDate) -> Vec<(NaiveDate, i16, &'a Slot)> {
        let dated = || self.schedule.slots().filter_map(|(_, slot)| slot.dates);
        let first = dated().map(|(from, _)| from).chain([self.term.map_or(today, |(first, _)| first)]).min();
        let last = dated().map(|(_, to)| to).chain([self.term.map_or(today, |(_, last)| last)]).max();
        let first = first.unwrap_or(today);
        let mut day = last.unwrap_or(today).min(today);
        let mut held = vec![];
        while day >= first && held.len() < MOST_LISTED {
            let counts = |slot: &Slot| slot.dates.is_some() || self.term.is_some() || day == today;
            let slots = (1..).zip(self.slots_on(day)).filter(|(_, slot)| counts(slot));
            let mut slots: Vec<_> = slots.map(|(meeting, slot)| (day, meeting, slot)).collect();
            slots.reverse();
            held.append(&mut slots);
            match day.pred_opt() {
                Some(before) => day = before,
                None => break,
            }
        }
        held.truncate(MOST_LISTED);
        held
    }
}

/// (present + late) / (present + late + absent), in percent.
pub fn attendance_rate(counts: &Counts) -> Option<Decimal> {
    percent(counts.present + counts.late, counts.present + counts.late + counts.absent)
}

/// absent / (present + late + absent), in percent.
pub fn absence_rate(counts: &Counts) -> Option<Decimal> {
    percent(counts.absent, counts.present + counts.late + counts.absent)
}

/// In hundredths, rounded half up, by whole numbers alone.
fn percent(part: i64, whole: i64) -> Option<Decimal> {
    (whole > 0).then(|| Decimal::new((part * 20_000 + whole) / (2 * whole), 2))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// Fall 2025, Monday 1 September to Friday 12 December; today is Friday 10 October.
    fn answer(schedule: &Schedule, dated: bool, date: &str, meeting: i16, make_up: bool) -> String {
        let term = dated.then(|| (day("2025-09-01"), day("2025-12-12")));
        let days = ClassDays { schedule, year: 2025, term };
        let sitting = Sitting { date: day(date), meeting, make_up };
        days.admit(sitting, day("2025-10-10"), false)
            .err()
            .map_or("fine".to_owned(), |no| no.code.to_string())
    }

    #[test]
    fn a_meeting_is_one_that_was_held() {
        let week = Schedule::parse(&json!({
            "monday": ["09:00-10:00", "14:00-15:00"],
            "wednesday": [{ "time": "09:00-10:00", "from": "2025-09-01", "to": "2025-09-30" }],
            "saturday": [{ "time": "09:00-12:00", "from": "2025-08-30", "to": "2025-08-30" }],
        }))
        .unwrap();
        let none = Schedule::default();
        for (schedule, dated, date, meeting, make_up, expected) in [
            (&week, true, "2025-09-01", 1, false, "fine"),
            (&week, true, "2025-09-01", 2, false, "fine"),
            (&week, true, "2025-09-01", 3, false, "no_such_meeting"),
            (&week, true, "2025-09-01", 3, true, "fine"),
            (&week, true, "2025-09-02", 1, false, "no_class_that_day"),
            (&week, true, "2025-09-02", 1, true, "fine"),
            (&week, true, "2025-09-24", 1, false, "fine"),
            (&week, true, "2025-10-01", 1, false, "no_class_that_day"),
            (&week, true, "2025-10-13", 1, false, "date_in_future"),
            (&week, true, "2025-10-13", 1, true, "date_in_future"),
            (&week, true, "2025-08-25", 1, false, "outside_term"),
            (&week, true, "2025-08-25", 1, true, "outside_term"),
            // Its own date says so, though classes have not begun.
            (&week, true, "2025-08-30", 1, false, "fine"),
            (&week, false, "2025-08-25", 1, false, "fine"),
            (&week, false, "2024-12-30", 1, false, "outside_term"),
            (&week, false, "2025-10-07", 1, false, "no_class_that_day"),
            (&none, true, "2025-09-06", 1, false, "fine"),
            (&none, true, "2025-08-31", 1, false, "outside_term"),
            (&none, false, "2025-01-01", 7, false, "fine"),
        ] {
            assert_eq!(
                answer(schedule, dated, date, meeting, make_up),
                expected,
                "{date} {meeting} {make_up} {dated}"
            );
        }
    }

    #[test]
    fn what_was_marked_once_was_held_whatever_the_schedule_says_now() {
        let schedule = Schedule::parse(&json!({ "monday": ["09:00-10:00"] })).unwrap();
        let days = ClassDays { schedule: &schedule, year: 2025, term: None };
        let sitting = |date| Sitting { date: day(date), meeting: 1, make_up: false };
        assert!(days.admit(sitting("2025-09-02"), day("2025-10-10"), true).is_ok());
        assert!(days.admit(sitting("2025-10-14"), day("2025-10-10"), true).is_err(), "not before it comes");
    }

    #[test]
    fn rates_are_exact_and_rounded_half_up() {
        let rate = |present, late, absent| {
            attendance_rate(&Counts { present, late, absent, excused: 9 }).map(|rate| rate.to_string())
        };
        assert_eq!(rate(0, 0, 0), None);
        assert_eq!(rate(1, 1, 0).as_deref(), Some("100.00"));
        assert_eq!(rate(2, 0, 1).as_deref(), Some("66.67"));
        assert_eq!(rate(1, 0, 799).as_deref(), Some("0.13"), "0.125 is rounded up");
        assert_eq!(rate(0, 0, 3).as_deref(), Some("0.00"));
        let counts = Counts { present: 8, late: 3, absent: 5, excused: 0 };
        assert_eq!(absence_rate(&counts).map(|rate| rate.to_string()).as_deref(), Some("31.25"));
    }

    /// Day, start in half hours, dates as days from 1 June 2025 and how many more.
    type Drawn = (usize, i32, Option<(i64, i64)>);

    fn slots() -> impl Strategy<Value = Vec<Drawn>> {
        let dates = proptest::option::of((0..200i64, 0..60i64));
        proptest::collection::vec((0..7usize, 0..40i32, dates), 0..6)
    }

    proptest! {
        /// Against the plainest oracle: walk over every day there is, and every slot.
        #[test]
        fn days_of_a_class_are_found_by_walking(slots in slots(), term in proptest::option::of((0..120i64, 0..120i64)), at in -40..260i64, meeting in 1..5i16, make_up: bool, today in 0..260i64) {
            let base = day("2025-06-01");
            let on = |days: i64| base + chrono::TimeDelta::days(days);
            let mut week = serde_json::Map::new();
            for (weekday, start, dates) in &slots {
                let time = format!("{:02}:{:02}-{:02}:{:02}", start / 2, start % 2 * 30, (start + 1) / 2, (start + 1) % 2 * 30);
                let mut slot = json!({ "time": time });
                if let Some((from, length)) = dates {
                    slot["from"] = json!(on(*from));
                    slot["to"] = json!(on(from + length));
                }
                let name = Day::ALL[*weekday].to_string();
                week.entry(name).or_insert_with(|| json!([])).as_array_mut().unwrap().push(slot);
            }
            // Weeks that overlap themselves are none.
            let Ok(schedule) = Schedule::parse(&week.into()) else { return Ok(()) };
            let term = term.map(|(first, length)| (on(first), on(first + length)));
            let days = ClassDays { schedule: &schedule, year: 2025, term };
            let in_term = |date: NaiveDate| match term {
                Some((first, last)) => first <= date && date <= last,
                None => date.year() == 2025,
            };
            let held = |date: NaiveDate| schedule.slots().filter(|(weekday, slot)| {
                Day::of(date) == *weekday && slot.dates.map_or(in_term(date), |(from, to)| from <= date && date <= to)
            }).count();
            let (date, today) = (on(at), on(today));
            let expected = date <= today && (meeting as usize <= held(date) || (in_term(date) && (make_up || schedule.is_empty())));
            prop_assert_eq!(days.admit(Sitting { date, meeting, make_up }, today, false).is_ok(), expected);

            let mut walked = vec![];
            for date in (-40..260).rev().map(on).filter(|date| *date <= today) {
                let counts = |slot: &&Slot| term.is_some() || slot.dates.is_some() || date == today;
                let count = days.slots_on(date).iter().filter(|slot| counts(slot)).count();
                walked.extend(std::iter::repeat_n(date, count));
            }
            let listed: Vec<_> = days.held_until(today).into_iter().map(|(date, ..)| date).collect();
            prop_assert_eq!(listed, walked);
        }
    }
}
