//! The roll of the classes that were held: those of the term before, and of the current one until yesterday.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::world::{CURRENT, Enrollment, PREVIOUS, World, id};
use crate::attendance::{ClassDays, Mark};
use crate::enrollments::Status;
use crate::ids::{AttendanceId, CourseId, EnrollmentId, UserId};

/// Its own, so that the rest of the university stays as it is.
const SEED: u64 = 808;
/// Marks at most: in a large university only the first sections have a roll.
const MOST: usize = 50_000;

pub struct Marked {
    pub id: AttendanceId,
    pub enrollment: EnrollmentId,
    pub date: NaiveDate,
    pub meeting: i16,
    pub status: Mark,
    pub at: DateTime<Utc>,
    pub by: UserId,
}

pub fn roll(world: &World, now: DateTime<Utc>) -> Vec<Marked> {
    let mut rng = StdRng::seed_from_u64(SEED);
    let mut students: HashMap<CourseId, Vec<&Enrollment>> = HashMap::new();
    for enrollment in &world.enrollments {
        if matches!(enrollment.status, Status::Enrolled | Status::Completed) {
            students.entry(enrollment.course).or_default().push(enrollment);
        }
    }
    let yesterday = now.date_naive() - TimeDelta::days(1);
    let mut marks = vec![];
    for course in world.courses.iter().filter(|course| [PREVIOUS, CURRENT].contains(&course.term)) {
        let term = &world.terms[course.term];
        let days = ClassDays {
            schedule: &course.schedule,
            year: term.year,
            term: Some((term.starts_on, term.ends_on)),
        };
        for (date, meeting, slot) in days.held_until(yesterday) {
            let at = date.and_time(NaiveTime::MIN).and_utc() + TimeDelta::minutes(slot.end.into());
            for enrollment in students.get(&course.id).into_iter().flatten() {
                if marks.len() == MOST {
                    return marks;
                }
                let (id, status) = (id(&mut rng), draw(&mut rng, enrollment.id));
                marks.push(Marked {
                    id,
                    enrollment: enrollment.id,
                    date,
                    meeting,
                    status,
                    at,
                    by: course.teacher,
                });
            }
        }
    }
    marks
}

/// One in eight misses a good deal; the others are nearly always there.
fn draw(rng: &mut StdRng, enrollment: EnrollmentId) -> Mark {
    let absent = if enrollment.0.as_bytes()[0].is_multiple_of(8) { 35 } else { 5 };
    let dice = rng.random_range(0..100);
    if dice < absent {
        Mark::Absent
    } else if dice < absent + 5 {
        Mark::Late
    } else if dice < absent + 8 {
        Mark::Excused
    } else {
        Mark::Present
    }
}
