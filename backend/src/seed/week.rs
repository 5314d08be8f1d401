//! Week times without clashes: a room and a teacher are in one place at a time.

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};
use rand::RngExt;
use rand::rngs::StdRng;

use crate::courses::{Day, Meeting, Schedule, Slot};

/// The usual ways to spread a class over the week: days, first starts, minutes.
const PATTERNS: &[(&[Day], &[i32], i32)] = &[
    (&[Day::Monday, Day::Wednesday, Day::Friday], &[480, 540, 600, 660, 720, 780, 840, 900], 50),
    (&[Day::Tuesday, Day::Thursday], &[480, 570, 660, 750, 840, 930], 80),
    (&[Day::Monday, Day::Wednesday], &[960, 1050, 1140], 80),
    (&[Day::Tuesday], &[1020, 1110], 150),
    (&[Day::Friday], &[960, 1020], 120),
];

/// When somebody or something is busy, in minutes of the week.
#[derive(Clone, Default)]
pub struct Busy(Vec<Meeting>);

impl Busy {
    pub fn is_free(&self, meetings: &[Meeting]) -> bool {
        !self.0.iter().any(|held| meetings.iter().any(|wanted| meet(held, wanted)))
    }

    pub fn take(&mut self, meetings: &[Meeting]) {
        self.0.extend_from_slice(meetings);
    }
}

/// As strict as can be: dates within the term count as the whole term.
fn meet(one: &Meeting, other: &Meeting) -> bool {
    one.start < other.end && other.start < one.end
}

/// A week like those of other courses. `lab` adds an afternoon; now and then a course meets only in the first half
/// of the term, or has no weekly time at all.
pub fn draw(rng: &mut StdRng, lab: bool, starts_on: NaiveDate) -> Schedule {
    if rng.random_ratio(1, 25) {
        return Schedule::default();
    }
    let (days, starts, minutes) = match rng.random_range(0..10) {
        0..4 => PATTERNS[0],
        4..7 => PATTERNS[1],
        7 => PATTERNS[2],
        8 => PATTERNS[3],
        _ => PATTERNS[4],
    };
    let start = starts[rng.random_range(0..starts.len())];
    let mut slot = Slot::weekly(start, start + minutes);
    if rng.random_ratio(1, 20) {
        slot.dates = Some((starts_on, starts_on + TimeDelta::days(7 * 7 - 3)));
    }
    let mut week: BTreeMap<Day, Vec<Slot>> = days.iter().map(|day| (*day, vec![slot.clone()])).collect();
    if lab {
        let day = if days.contains(&Day::Tuesday) { Day::Wednesday } else { Day::Thursday };
        let from = [840, 900][rng.random_range(0..2)];
        let lab = Slot { kind: Some("LA".to_owned()), ..Slot::weekly(from, from + 110) };
        week.entry(day).or_default().push(lab);
    }
    Schedule::new(week).unwrap_or_default()
}

/// A week of only these slots.
pub fn only(slots: &[(Day, &Slot)]) -> Schedule {
    let mut week: BTreeMap<Day, Vec<Slot>> = BTreeMap::new();
    for (day, slot) in slots {
        week.entry(*day).or_default().push((*slot).clone());
    }
    Schedule::new(week).unwrap_or_default()
}

/// The same week, with the laboratories in a room of their own.
pub fn with_lab_room(schedule: &Schedule, room: &str) -> Schedule {
    let mut week: BTreeMap<Day, Vec<Slot>> = BTreeMap::new();
    for (day, slot) in schedule.slots() {
        let room = slot.kind.as_ref().map(|_| room.to_owned()).or_else(|| slot.room.clone());
        week.entry(day).or_default().push(Slot { room, ..slot.clone() });
    }
    Schedule::new(week).unwrap_or_default()
}
