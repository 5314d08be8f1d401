//! Who takes what: nobody in two places at once, nobody above capacity, waiters only where it is full.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use rand::RngExt;
use rand::rngs::StdRng;
use rust_decimal::Decimal;

use super::week::Busy;
use super::world::{CURRENT, Course, Enrollment, PREVIOUS, World, id};
use crate::courses::UNLIMITED;
use crate::enrollments::Status;
use crate::ids::UserId;

/// Courses a student takes in a term.
const USUAL: std::ops::RangeInclusive<usize> = 3..=5;
/// Tries before a student is content with less.
const TRIES: usize = 15;
/// Longest queue of a section.
const MOST_WAITING: i32 = 8;

/// The demo student comes first, so that there are seats.
pub fn fill(world: &mut World, rng: &mut StdRng, first_student: usize, now: DateTime<Utc>) {
    let students: Vec<UserId> = world.people[first_student..].iter().map(|person| person.id).collect();
    let past = Choice::new(world, rng, PREVIOUS);
    for student in &students {
        complete(world, rng, &past, *student);
    }
    let choice = Choice::new(world, rng, CURRENT);
    let opened = world.terms[CURRENT].opens_at;
    let first = world.enrollments.len();
    let mut plans = vec![];
    for (index, student) in students.iter().enumerate() {
        let wanted = if index == 0 { *USUAL.start() } else { rng.random_range(USUAL) };
        plans.push(register(world, rng, &choice, *student, wanted));
    }
    if let Some(plan) = plans.first() {
        let student = students[0];
        queue_up(world, rng, &choice, student, plan);
    }
    // Registrations spread over the days since it opened.
    let count = i32::try_from(world.enrollments.len() - first).unwrap_or(i32::MAX).max(1);
    for (index, enrollment) in world.enrollments[first..].iter_mut().enumerate() {
        let share = (now - opened) / count * i32::try_from(index).unwrap_or(i32::MAX);
        enrollment.at = opened + share;
    }
}

/// Sections of a term, some of them more popular than others.
struct Choice {
    sections: Vec<usize>,
    /// Running sum of popularity.
    until: Vec<u32>,
}

impl Choice {
    fn new(world: &World, rng: &mut StdRng, term: usize) -> Self {
        let sections: Vec<usize> =
            (0..world.courses.len()).filter(|index| world.courses[*index].term == term).collect();
        let mut sum = 0;
        let until = sections.iter().map(|_| {
            sum += [1, 2, 2, 3, 4, 8][rng.random_range(0..6)];
            sum
        });
        let until = until.collect();
        Self { sections, until }
    }

    fn draw(&self, rng: &mut StdRng) -> Option<usize> {
        let all = *self.until.last()?;
        let point = rng.random_range(0..all);
        Some(self.sections[self.until.partition_point(|until| *until <= point)])
    }
}

/// What a student has: times, and codes (nobody takes two sections of one course).
#[derive(Default)]
struct Plan {
    busy: Busy,
    codes: HashSet<String>,
}

impl Plan {
    fn fits(&self, course: &Course) -> bool {
        !self.codes.contains(&course.subject.code) && self.busy.is_free(&course.schedule.meetings(None))
    }

    fn add(&mut self, course: &Course) {
        self.busy.take(&course.schedule.meetings(None));
        self.codes.insert(course.subject.code.clone());
    }
}

/// Those who are content with the fewest courses (the demo student among them) do not queue for more.
fn register(world: &mut World, rng: &mut StdRng, choice: &Choice, student: UserId, wanted: usize) -> Plan {
    let mut plan = Plan::default();
    let mut taken = 0;
    let mut waits = false;
    for _ in 0..TRIES {
        let Some(index) = choice.draw(rng).filter(|_| taken < wanted) else { break };
        let course = &mut world.courses[index];
        if !plan.fits(course) {
            continue;
        }
        if course.enrolled < course.capacity {
            course.enrolled += 1;
            taken += 1;
            plan.add(course);
            let course = course.id;
            push(world, rng, student, course, Status::Enrolled);
        } else if wanted > *USUAL.start() && !waits && course.waiting < MOST_WAITING {
            course.waiting += 1;
            waits = true;
            plan.codes.insert(course.subject.code.clone());
            let course = course.id;
            push(world, rng, student, course, Status::Pending);
        }
    }
    plan
}

/// A place in a queue for the demo student: in a section that is full and would fit. Where none is, one gets just as
/// many seats as it has students.
fn queue_up(world: &mut World, rng: &mut StdRng, choice: &Choice, student: UserId, plan: &Plan) {
    let fitting = |course: &&usize| {
        let course = &world.courses[**course];
        plan.fits(course) && course.enrolled > 0 && course.capacity != UNLIMITED
    };
    let full = choice.sections.iter().filter(fitting).find(|index| {
        let course = &world.courses[**index];
        course.enrolled == course.capacity
    });
    if let Some(index) = full.or_else(|| choice.sections.iter().find(fitting)).copied() {
        let course = &mut world.courses[index];
        course.capacity = course.enrolled;
        course.waiting += 1;
        let course = course.id;
        push(world, rng, student, course, Status::Pending);
    }
}

/// Courses of the term before, with their marks.
fn complete(world: &mut World, rng: &mut StdRng, choice: &Choice, student: UserId) {
    let mut plan = Plan::default();
    let (begun, weeks) = (world.terms[PREVIOUS].opens_at, TimeDelta::weeks(1));
    for _ in 0..4 {
        let Some(index) = choice.draw(rng) else { return };
        let course = &mut world.courses[index];
        if plan.fits(course) && course.waiting < course.capacity {
            // Of a term that is over, `enrolled` stays 0; who was there is counted here while it is filled.
            course.waiting += 1;
            plan.add(course);
            let course = course.id;
            let mark = (0..4).map(|_| rng.random_range(0..=1000)).sum::<i64>() + 6000;
            push(world, rng, student, course, Status::Completed);
            if let Some(last) = world.enrollments.last_mut() {
                (last.at, last.grade) = (begun + weeks, Some(Decimal::new(mark.min(10_000), 2)));
            }
        }
    }
}

fn push(world: &mut World, rng: &mut StdRng, student: UserId, course: crate::ids::CourseId, status: Status) {
    let at = world.terms[CURRENT].opens_at;
    world.enrollments.push(Enrollment { id: id(rng), student, course, status, at, grade: None });
}
