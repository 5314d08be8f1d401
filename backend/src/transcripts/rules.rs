//! Courses put into terms, with credits and averages; pure.

use rust_decimal::Decimal;

use super::model::{CourseStatus, TranscriptCourse, TranscriptTerm};
use crate::analytics::two_places;
use crate::grades::{GradeScale, average};
use crate::terms::Semester;

/// A course of a student, oldest term first.
pub struct Taken {
    pub year: i32,
    pub semester: Semester,
    pub code: String,
    pub section: String,
    pub name: String,
    pub credits: Decimal,
    pub status: CourseStatus,
    pub percent: Option<Decimal>,
    /// As submitted.
    pub letter: Option<String>,
    pub points: Option<Decimal>,
}

/// Credits and points of some completed courses together.
#[derive(Clone, Debug, Default)]
pub struct Sum(Vec<(Decimal, Decimal)>);

impl Sum {
    fn add(&mut self, course: &TranscriptCourse) {
        self.0.extend(course.points.map(|points| (points, course.credits)));
    }

    pub fn attempted(&self) -> Decimal {
        two_places(self.0.iter().map(|(_, credits)| credits).sum())
    }

    /// Of those whose letter is worth points.
    pub fn earned(&self) -> Decimal {
        two_places(self.0.iter().filter(|(points, _)| !points.is_zero()).map(|(_, credits)| credits).sum())
    }

    pub fn gpa(&self) -> Option<Decimal> {
        average(self.0.iter().copied())
    }
}

/// The terms of a transcript, and all of them together.
pub fn terms(taken: Vec<Taken>, scale: &GradeScale) -> (Vec<TranscriptTerm>, Sum) {
    let mut terms: Vec<TranscriptTerm> = vec![];
    let (mut of_term, mut all) = (Sum::default(), Sum::default());
    for taken in taken {
        let (semester, year) = (taken.semester, taken.year);
        let course = course(taken, scale);
        if terms.last().is_none_or(|term| (term.semester, term.year) != (semester, year)) {
            of_term = Sum::default();
            terms.push(TranscriptTerm {
                semester,
                year,
                courses: vec![],
                credits_attempted: of_term.attempted(),
                credits_earned: of_term.earned(),
                gpa: None,
                cumulative_gpa: None,
            });
        }
        of_term.add(&course);
        all.add(&course);
        if let Some(term) = terms.last_mut() {
            term.courses.push(course);
            (term.credits_attempted, term.credits_earned) = (of_term.attempted(), of_term.earned());
            (term.gpa, term.cumulative_gpa) = (of_term.gpa(), all.gpa());
        }
    }
    (terms, all)
}

/// The letter that was given; a course completed elsewhere, or before there were letters, has the one of today's scale.
fn course(taken: Taken, scale: &GradeScale) -> TranscriptCourse {
    let percent = taken.percent.filter(|_| taken.status == CourseStatus::Completed).map(two_places);
    let step = percent.map(|percent| scale.of(percent));
    TranscriptCourse {
        code: taken.code,
        section: taken.section,
        name: taken.name,
        credits: two_places(taken.credits),
        status: taken.status,
        percent,
        letter: step.map(|step| taken.letter.unwrap_or_else(|| step.letter.clone())),
        points: step.map(|step| two_places(taken.points.unwrap_or(step.points))),
    }
}
