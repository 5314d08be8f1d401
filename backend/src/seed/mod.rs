//! Demo data: a small university that is the same every time, with registration open whenever it is made.

mod attendance;
mod calendar;
mod fates;
mod marks;
mod money;
mod money_queries;
mod names;
mod queries;
mod registration;
mod subjects;
mod week;
mod world;

use anyhow::ensure;
use chrono::{DateTime, Utc};
use sqlx::PgPool;

use crate::app::Clock;
use crate::auth::{PasswordHasher, UNUSABLE_PASSWORD};
use crate::config::PasswordHash;
use crate::enrollments::Status;
use crate::policy::Role;

pub use world::{ADMIN, STUDENT, TEACHER};
use world::{Passwords, World};

/// Of the three demo accounts.
pub const PASSWORD: &str = "uems-demo-2024!";

/// Fill the database with demo data
#[derive(Clone, Debug, clap::Args)]
pub struct SeedArgs {
    /// Students, the demo student among them
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..=200_000))]
    pub students: u32,
    /// Sections of courses, two thirds of them in the current term
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    pub courses: u32,
    /// Give everybody the password of the demo accounts, for load tests
    #[arg(long, hide = true)]
    pub demo_passwords: bool,
}

/// What was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Demo data was there already; nothing was done.
    pub already: bool,
    pub students: usize,
    pub teachers: usize,
    pub courses: usize,
    pub enrolled: usize,
    pub waiting: usize,
    pub charges: usize,
    pub payments: usize,
}

impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { already, students, teachers, courses, enrolled, waiting, charges, payments } = self;
        if *already {
            return f.write_str("Demo data is there already; nothing was done.");
        }
        write!(
            f,
            "{students} students, {teachers} teachers, {courses} sections, {enrolled} registrations, {waiting} places in queues, {charges} charges, {payments} payments"
        )
    }
}

pub async fn run(db: &PgPool, args: &SeedArgs) -> anyhow::Result<Summary> {
    let hash = PasswordHasher::new(PasswordHash::Argon2id).hash(PASSWORD.into()).await?;
    plant(db, args, Clock::default().now(), &hash).await
}

/// The seeding itself, in one transaction. With the same arguments, time and hash it makes the same data.
pub async fn plant(
    db: &PgPool,
    args: &SeedArgs,
    now: DateTime<Utc>,
    password_hash: &str,
) -> anyhow::Result<Summary> {
    let mut tx = db.begin().await?;
    queries::relax_timeouts(&mut tx).await?;
    let (seeded, used) = queries::look(&mut tx, ADMIN).await?;
    if seeded {
        return Ok(Summary { already: true, ..Summary::default() });
    }
    ensure!(!used, "there are courses in the database already; demo data goes into an empty one");
    let demo = password_hash.to_owned();
    let everybody_else = if args.demo_passwords { demo.clone() } else { UNUSABLE_PASSWORD.to_owned() };
    let mut world =
        World::make(args.students as usize, args.courses as usize, now, &Passwords { demo, everybody_else });
    let books = marks::gradebooks(&mut world, now)?;
    queries::insert_terms(&mut tx, &world.terms).await?;
    queries::insert_people(&mut tx, &world.people).await?;
    queries::insert_courses(&mut tx, &world.courses, &world.terms).await?;
    queries::insert_enrollments(&mut tx, &world.enrollments).await?;
    queries::insert_attendance(&mut tx, &attendance::roll(&world, now)).await?;
    queries::insert_gradebooks(&mut tx, &books).await?;
    let money = money::books(&world, now);
    money_queries::insert_books(&mut tx, &money, &world.terms).await?;
    tx.commit().await?;

    let people = |role| world.people.iter().filter(|person| person.role == role).count();
    let places = |status| world.enrollments.iter().filter(|enrollment| enrollment.status == status).count();
    Ok(Summary {
        already: false,
        students: people(Role::Student),
        teachers: people(Role::Teacher),
        courses: world.courses.len(),
        enrolled: places(Status::Enrolled),
        waiting: places(Status::Pending),
        charges: money.charges.len(),
        payments: money.payments.len(),
    })
}
