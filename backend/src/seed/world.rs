//! A small university, made of nothing but a seed and the time: the same twice.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rust_decimal::Decimal;

use super::calendar::terms;
use super::names;
use super::registration;
use super::subjects::{DEPARTMENTS, MOST, Subject, subject};
use super::week::{self, Busy};
use crate::courses::{Schedule, UNLIMITED};
use crate::enrollments::Status;
use crate::ids::{CourseId, EnrollmentId, UserId};
use crate::policy::Role;
use crate::terms::Semester;

pub const ADMIN: &str = "admin@uems.test";
pub const TEACHER: &str = "teacher@uems.test";
pub const STUDENT: &str = "student@uems.test";

/// Changing it changes every demo installation.
const SEED: u64 = 2024;
/// Sections one teacher has in a term.
const MOST_SECTIONS: usize = 3;
const BUILDINGS: [&str; 6] = ["Curie", "Turing", "Noether", "Avicenna", "Mandela", "Tagore"];

pub struct Term {
    pub semester: Semester,
    pub year: i32,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    pub opens_at: DateTime<Utc>,
    pub closes_at: DateTime<Utc>,
    pub drop_deadline: DateTime<Utc>,
}

pub struct Person {
    pub id: UserId,
    pub email: String,
    pub password_hash: String,
    pub role: Role,
    pub full_name: String,
    pub department: Option<String>,
}

pub struct Course {
    pub id: CourseId,
    /// Index into [`World::terms`].
    pub term: usize,
    pub subject: Subject,
    pub section: String,
    pub teacher: UserId,
    pub capacity: i32,
    /// Students who sit in it now.
    pub enrolled: i32,
    pub waiting: i32,
    pub schedule: Schedule,
    pub room: Option<String>,
}

pub struct Enrollment {
    pub id: EnrollmentId,
    pub student: UserId,
    pub course: CourseId,
    pub status: Status,
    pub at: DateTime<Utc>,
    pub grade: Option<Decimal>,
}

pub struct World {
    /// The one before, the current one, the next.
    pub terms: [Term; 3],
    pub people: Vec<Person>,
    pub courses: Vec<Course>,
    pub enrollments: Vec<Enrollment>,
}

pub const PREVIOUS: usize = 0;
pub const CURRENT: usize = 1;
pub const NEXT: usize = 2;

/// Passwords as they are stored.
pub struct Passwords {
    /// Of the three demo accounts.
    pub demo: String,
    pub everybody_else: String,
}

impl World {
    pub fn make(students: usize, courses: usize, now: DateTime<Utc>, passwords: &Passwords) -> Self {
        let mut rng = StdRng::seed_from_u64(SEED);
        let mut world = Self { terms: terms(now), people: vec![], courses: vec![], enrollments: vec![] };
        let beside = courses / 6;
        let mut staff = Staff::new(&mut world, &mut rng, passwords);
        for (term, count) in [(CURRENT, courses - 2 * beside), (PREVIOUS, beside), (NEXT, beside)] {
            let seats = Seats { students, sections: count };
            plan_term(&mut world, &mut staff, &mut rng, term, count, &seats);
        }
        world.people.append(&mut staff.people);
        let first_student = world.people.len();
        add_students(&mut world, &mut rng, students, passwords);
        registration::fill(&mut world, &mut rng, first_student, now);
        world
    }
}

/// An id that is the same in every run.
pub fn id<T: From<uuid::Uuid>>(rng: &mut StdRng) -> T {
    uuid::Builder::from_random_bytes(rng.random()).into_uuid().into()
}

/// How much room there has to be.
struct Seats {
    students: usize,
    sections: usize,
}

impl Seats {
    /// Some sections are wanted by more than fit, others stay half empty.
    fn draw(&self, rng: &mut StdRng) -> i32 {
        const PERCENT: [usize; 6] = [60, 100, 150, 200, 300, 400];
        let wanted = (4 * self.students / self.sections.max(1)).max(10);
        let seats = wanted * PERCENT[rng.random_range(0..PERCENT.len())] / 100;
        i32::try_from((seats / 5 * 5).clamp(5, 500)).unwrap_or(500)
    }
}

/// Teachers, hired as they are needed.
struct Staff {
    people: Vec<Person>,
    /// Department, and what each does in the term being planned.
    work: Vec<(usize, Busy, usize)>,
    password_hash: String,
}

impl Staff {
    fn new(world: &mut World, rng: &mut StdRng, passwords: &Passwords) -> Self {
        let mut account = |email: &str, role, name: &str, department: Option<&str>| Person {
            id: id(rng),
            email: email.to_owned(),
            password_hash: passwords.demo.clone(),
            role,
            full_name: name.to_owned(),
            department: department.map(str::to_owned),
        };
        world.people.push(account(ADMIN, Role::Admin, "Alex Rivera", None));
        let teacher = account(TEACHER, Role::Teacher, "Grace Okafor", Some(DEPARTMENTS[0].name));
        let password_hash = passwords.everybody_else.clone();
        Self { people: vec![teacher], work: vec![(0, Busy::default(), 0)], password_hash }
    }

    fn new_term(&mut self) {
        for (_, busy, sections) in &mut self.work {
            (*busy, *sections) = (Busy::default(), 0);
        }
    }

    /// Somebody of the department who is free then.
    fn find(&mut self, rng: &mut StdRng, department: usize, week: &Schedule) -> UserId {
        let meetings = week.meetings(None);
        let free = self.work.iter().position(|(of, busy, sections)| {
            *of == department && *sections < MOST_SECTIONS && busy.is_free(&meetings)
        });
        let index = free.unwrap_or_else(|| self.hire(rng, department));
        let (_, busy, sections) = &mut self.work[index];
        busy.take(&meetings);
        *sections += 1;
        self.people[index].id
    }

    fn hire(&mut self, rng: &mut StdRng, department: usize) -> usize {
        let (full_name, slug) = names::person(rng);
        self.work.push((department, Busy::default(), 0));
        self.people.push(Person {
            id: id(rng),
            email: format!("{slug}.{}@uems.test", self.people.len()),
            password_hash: self.password_hash.clone(),
            role: Role::Teacher,
            full_name,
            department: Some(DEPARTMENTS[department].name.to_owned()),
        });
        self.people.len() - 1
    }
}

/// Rooms of one kind, opened as they are needed.
#[derive(Default)]
struct Rooms(Vec<Busy>);

impl Rooms {
    fn find(&mut self, meetings: &[crate::courses::Meeting], kind: &str) -> String {
        let free = self.0.iter().position(|room| room.is_free(meetings));
        let index = free.unwrap_or_else(|| {
            self.0.push(Busy::default());
            self.0.len() - 1
        });
        self.0[index].take(meetings);
        format!("{} {kind}{}", BUILDINGS[index % BUILDINGS.len()], 101 + index / BUILDINGS.len())
    }
}

fn plan_term(
    world: &mut World,
    staff: &mut Staff,
    rng: &mut StdRng,
    term: usize,
    count: usize,
    seats: &Seats,
) {
    staff.new_term();
    let (mut rooms, mut labs) = (Rooms::default(), Rooms::default());
    let mut sections: HashMap<String, usize> = HashMap::new();
    let mut number = 0;
    let mut repeat = None;
    for _ in 0..count {
        // Every fourth introduction has a second section.
        let subject = repeat.take().unwrap_or_else(|| {
            let next = subject(spread(number));
            number += 1;
            if next.level == 0 && number % 4 == 1 {
                repeat = Some(next.clone());
            }
            next
        });
        let section = sections.entry(subject.code.clone()).or_default();
        *section += 1;
        let lab = DEPARTMENTS[subject.department].has_labs && subject.level == 0;
        let week = week::draw(rng, lab, world.terms[term].starts_on);
        let (lectures, afternoons): (Vec<_>, Vec<_>) =
            week.slots().partition(|(_, slot)| slot.kind.is_none());
        let lectures = week::only(&lectures);
        let room = (!lectures.is_empty()).then(|| rooms.find(&lectures.meetings(None), ""));
        let lab_room = labs.find(&week::only(&afternoons).meetings(None), "Lab ");
        let schedule = week::with_lab_room(&week, &lab_room);
        world.courses.push(Course {
            id: id(rng),
            term,
            section: format!("{section:03}"),
            teacher: staff.find(rng, subject.department, &schedule),
            capacity: if schedule.is_empty() { UNLIMITED } else { seats.draw(rng) },
            enrolled: 0,
            waiting: 0,
            subject,
            schedule,
            room,
        });
    }
}

/// Subjects in an order that mixes departments and levels from the start; every subject once before one repeats.
fn spread(number: usize) -> usize {
    let departments = DEPARTMENTS.len();
    let subjects = MOST / departments;
    number % departments + departments * (number / departments * 17 % subjects)
}

fn add_students(world: &mut World, rng: &mut StdRng, count: usize, passwords: &Passwords) {
    let department =
        |rng: &mut StdRng| Some(DEPARTMENTS[rng.random_range(0..DEPARTMENTS.len())].name.to_owned());
    world.people.push(Person {
        id: id(rng),
        email: STUDENT.to_owned(),
        password_hash: passwords.demo.clone(),
        role: Role::Student,
        full_name: "Maya Lindström".to_owned(),
        department: Some(DEPARTMENTS[0].name.to_owned()),
    });
    for number in 1..count {
        let (full_name, slug) = names::person(rng);
        world.people.push(Person {
            id: id(rng),
            email: format!("{slug}.{number}@students.uems.test"),
            password_hash: passwords.everybody_else.clone(),
            role: Role::Student,
            full_name,
            department: department(rng),
        });
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_subject_comes_once_before_one_repeats() {
        let numbers: BTreeSet<usize> = (0..MOST).map(spread).collect();
        assert_eq!(numbers.len(), MOST);
    }

    #[test]
    fn any_size_can_be_made() {
        let passwords = Passwords { demo: "x".to_owned(), everybody_else: "!".to_owned() };
        let now = DateTime::from_timestamp(1_780_000_000, 0).unwrap();
        for (students, courses) in [(0, 0), (1, 1), (1, 7), (50, 3), (300, 60)] {
            let world = World::make(students, courses, now, &passwords);
            assert_eq!(world.courses.len(), courses);
            assert_eq!(
                world.people.iter().filter(|person| person.role == Role::Student).count(),
                students.max(1)
            );
        }
    }
}
