//! Gradebooks: two marks so far in the current term, all of them and a final in the term before.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rust_decimal::Decimal;

use super::world::{CURRENT, PREVIOUS, World, id};
use crate::config::DEFAULT_GRADE_SCALE;
use crate::enrollments::Status;
use crate::grades::{AssignmentType, Counted, Final, GradeScale, final_of};
use crate::ids::{CourseId, EnrollmentId, UserId};

/// Its own, so that the rest of the university stays as it is.
const SEED: u64 = 404;
/// Marks at most: in a large university only the first students have some.
const MOST: usize = 50_000;

type Plan = (&'static str, AssignmentType, i64, i64);

/// Name, type, maximum, weight in hundredths.
const COLUMNS: [Plan; 4] = [
    ("Problem set 1", AssignmentType::Homework, 20, 15),
    ("Quiz 1", AssignmentType::Quiz, 10, 15),
    ("Midterm", AssignmentType::Midterm, 50, 30),
    ("Final exam", AssignmentType::Final, 100, 40),
];
/// Of a term that began last week.
const SO_FAR: usize = 2;

pub struct Column {
    pub course: CourseId,
    pub name: &'static str,
    pub kind: AssignmentType,
    pub max_score: Decimal,
    pub weight: Decimal,
    pub position: i32,
}

pub struct Scored {
    pub id: uuid::Uuid,
    pub enrollment: EnrollmentId,
    pub name: &'static str,
    pub score: Decimal,
    pub at: DateTime<Utc>,
    pub by: UserId,
}

#[derive(Default)]
pub struct Gradebooks {
    pub columns: Vec<Column>,
    pub marks: Vec<Scored>,
    /// By the teacher who submitted them.
    pub finals: HashMap<UserId, Vec<(EnrollmentId, Final)>>,
}

/// Makes the marks, and gives each completed enrolment the final they come to.
pub fn gradebooks(world: &mut World, now: DateTime<Utc>) -> anyhow::Result<Gradebooks> {
    let scale: GradeScale = DEFAULT_GRADE_SCALE.parse().map_err(anyhow::Error::msg)?;
    let mut rng = StdRng::seed_from_u64(SEED);
    let mut books = Gradebooks::default();
    let mut teachers = HashMap::new();
    for course in world.courses.iter().filter(|course| [PREVIOUS, CURRENT].contains(&course.term)) {
        let (count, at) = match course.term {
            CURRENT => (SO_FAR, now - TimeDelta::days(1)),
            _ => (COLUMNS.len(), world.terms[PREVIOUS].ends_on.and_time(chrono::NaiveTime::MIN).and_utc()),
        };
        teachers.insert(course.id, (course.teacher, count, at));
        books.columns.extend(COLUMNS[..count].iter().zip(1..).map(
            |((name, kind, most, weight), position)| {
                let (max_score, weight) = (Decimal::from(*most), Decimal::new(*weight, 2));
                Column { course: course.id, name, kind: *kind, max_score, weight, position }
            },
        ));
    }
    for enrollment in &mut world.enrollments {
        let counts = matches!(enrollment.status, Status::Enrolled | Status::Completed);
        let Some((teacher, count, at)) = teachers.get(&enrollment.course).filter(|_| counts) else {
            continue;
        };
        if books.marks.len() + count > MOST {
            break;
        }
        let talent = rng.random_range(60..=95);
        let mut counted = vec![];
        for (name, _, most, weight) in &COLUMNS[..*count] {
            let percent = (talent + rng.random_range(-12..=12)).clamp(0, 100);
            // Half points, as people give them.
            let score = Decimal::new(percent * most / 50 * 5, 1);
            let (by, at) = (*teacher, *at);
            books.marks.push(Scored { id: id(&mut rng), enrollment: enrollment.id, name, score, at, by });
            let (max_score, weight) = (Decimal::from(*most), Some(Decimal::new(*weight, 2)));
            counted.push(Counted { assignment_name: name, score, max_score, weight });
        }
        if enrollment.status == Status::Completed {
            let last = final_of(&counted, &scale);
            enrollment.grade = last.percent;
            books.finals.entry(*teacher).or_default().push((enrollment.id, last));
        }
    }
    Ok(books)
}

#[cfg(test)]
mod tests {
    use super::super::world::Passwords;
    use super::*;

    #[test]
    fn every_mark_is_within_its_maximum_and_every_completed_course_has_its_final() {
        let now = DateTime::from_timestamp(1_780_000_000, 0).unwrap();
        let passwords = Passwords { demo: "x".to_owned(), everybody_else: "!".to_owned() };
        let mut world = World::make(120, 30, now, &passwords);
        let books = gradebooks(&mut world, now).unwrap();
        assert!(books.columns.len() > 40 && books.marks.len() > 400, "{}", books.marks.len());
        for mark in &books.marks {
            let (_, _, most, _) = COLUMNS.iter().find(|(name, ..)| *name == mark.name).unwrap();
            assert!(mark.score >= Decimal::ZERO && mark.score <= Decimal::from(*most), "{}", mark.score);
        }
        let completed = world.enrollments.iter().filter(|each| each.status == Status::Completed);
        let finals: HashMap<_, _> = books.finals.values().flatten().map(|(id, last)| (*id, last)).collect();
        for enrollment in completed {
            assert_eq!(finals[&enrollment.id].percent, enrollment.grade);
        }
    }
}
