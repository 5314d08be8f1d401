//! Free seats go to the first waiter who still fits, in the transaction that freed them.

use std::collections::BTreeSet;

use sqlx::PgConnection;

use super::queries::{self, Timetable};
use super::report;
use super::rules;
use super::seats::{OrLock, start_over};
use crate::app::App;
use crate::error::{Refusal, Result};
use crate::ids::{CourseId, UserId};

/// Gives the free seats of a section to its waiters, first come, first served; each waiter passed over leaves an
/// event with the reason. The caller holds the section's lock. (Waiting for a waiter's lock here, with the section in
/// hand, could deadlock.)
pub async fn fill_seats(
    db: &mut PgConnection,
    course: CourseId,
    actor: Option<UserId>,
) -> Result<OrLock<u64>> {
    let mut promoted = 0;
    let Some(mut facts) = queries::lock_course(db, course).await? else { return Ok(Ok(0)) };
    if !facts.has_seat() || facts.waitlist_count == 0 {
        return Ok(Ok(0));
    }
    for student in queries::waiters(db, course).await? {
        if !facts.has_seat() {
            break;
        }
        // A lock that is held already is simply had again.
        let Some(who) = queries::try_lock_student(db, student).await? else { return Ok(Err(student)) };
        let clashes = queries::clashes(db, student, course, Timetable::default()).await?;
        match rules::promote(&who, &facts, &clashes) {
            Err(refusal) => skip(db, student, course, &refusal, actor).await?,
            Ok(()) => {
                let seat = queries::take_seat(
                    db,
                    student,
                    course,
                    false,
                    "promoted",
                    actor.unwrap_or(student),
                    facts.counts().into(),
                )
                .await?;
                seat.ok_or_else(|| anyhow::anyhow!("a locked section lost a seat"))?;
                facts.enrolled_count += 1;
                promoted += 1;
            }
        }
    }
    Ok(Ok(promoted))
}

/// `actor` is whoever freed the seat; the periodic look has none, and does not repeat what was noted last. Nor is it
/// repeated for a whole queue with every drop after registration closed.
async fn skip(
    db: &mut PgConnection,
    student: UserId,
    course: CourseId,
    refusal: &Refusal,
    actor: Option<UserId>,
) -> Result<()> {
    let repeats = actor.is_none() || refusal.code == "registration_closed";
    if repeats && queries::skipped_already(db, student, course, &refusal.code).await? {
        return Ok(());
    }
    queries::note(db, student, course, "skipped", Some(&refusal.code), actor, &refusal.facts).await
}

/// Looks at every section with a free seat and a queue: a waiter may have come to fit by a change elsewhere (a
/// rescheduled course, an account activated again). Answers how many got a seat.
pub async fn settle_all(app: &App) -> Result<u64> {
    let mut promoted = 0;
    let mut failure = None;
    for course in queries::unsettled(&app.db).await? {
        // One section in trouble must not keep the others from theirs.
        match settle(app, course).await {
            Ok(seats) => promoted += seats,
            Err(error) => failure = Some(error),
        }
    }
    failure.map_or(Ok(promoted), Err)
}

async fn settle(app: &App, course: CourseId) -> Result<u64> {
    start_over(BTreeSet::new(), |students| try_settle(app, course, students)).await
}

async fn try_settle(app: &App, course: CourseId, students: BTreeSet<UserId>) -> Result<OrLock<u64>> {
    let mut tx = app.db.begin().await?;
    queries::lock_students(&mut tx, &students).await?;
    let promoted = match fill_seats(&mut tx, course, None).await? {
        Ok(promoted) => promoted,
        Err(student) => {
            tx.rollback().await?;
            return Ok(Err(student));
        }
    };
    tx.commit().await?;
    report::promoted(app, promoted);
    Ok(Ok(promoted))
}

/// [`fill_seats`] for several sections.
pub async fn fill_all(
    db: &mut PgConnection,
    courses: &BTreeSet<CourseId>,
    actor: UserId,
) -> Result<OrLock<u64>> {
    let mut promoted = 0;
    for course in courses {
        match fill_seats(db, *course, Some(actor)).await? {
            Ok(seats) => promoted += seats,
            Err(student) => return Ok(Err(student)),
        }
    }
    Ok(Ok(promoted))
}

/// [`settle_all`], beside the request that gave the reason.
pub fn settle_soon(app: &App) {
    let app = app.clone();
    tokio::spawn(async move {
        if let Err(error) = settle_all(&app).await {
            tracing::warn!(event = "waitlist_unsettled", function = "settle_soon", error = %error, "Waitlists will be looked at later");
        }
    });
}
