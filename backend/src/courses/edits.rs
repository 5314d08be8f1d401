//! Making and changing a section: what has to be locked, what is in its way, and whom it leaves with a clash.

use std::collections::BTreeSet;

use chrono::Datelike;
use sqlx::PgConnection;

use super::model::{ChangedCourse, CourseRef, UpdateCourse};
use super::queries::{self, Taken};
use super::rules::{Draft, Rules};
use super::schedule::{Day, clock};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::enrollments;
use crate::error::{Error, Refusal, Result};
use crate::http::etag::IfMatch;
use crate::ids::{CourseId, UserId};
use crate::policy::{Action, Actor};
use crate::users;

/// One attempt under locks: students first, then the section. `None` when a student's lock is still missing; the
/// next attempt takes it first, so that locks are always taken in one order.
pub(super) async fn try_update(
    app: &App,
    actor: &Actor,
    id: CourseId,
    seen: IfMatch,
    request: &UpdateCourse,
    students: &mut BTreeSet<UserId>,
) -> Result<Option<ChangedCourse>> {
    let mut tx = app.db.begin().await?;
    if request.schedule.is_some() || request.is_active.is_some() {
        students.extend(enrollments::queries::enrolled_students(&mut tx, id).await?);
    }
    if request.capacity.is_some() {
        // Those who may get the new seats; asking for their locks now saves starting over for each.
        students.extend(enrollments::queries::waiters(&mut tx, id).await?.into_iter().take(50));
    }
    // Teachers stand in the same order of locks.
    students.extend(request.teacher_id.flatten());
    students.extend(queries::teacher_of(&mut tx, id).await?);
    enrollments::queries::lock_students(&mut tx, students).await?;
    let old = queries::lock(&mut tx, id).await?.ok_or(Error::NotFound("course"))?;
    actor.may(Action::UpdateCourse { teacher: old.draft.teacher_id })?;
    if request.is_administrative() {
        actor.may(Action::ManageCourses)?;
    }
    if seen.0.is_some_and(|version| version != old.version) {
        let current = queries::find(&mut tx, id, actor.id).await?;
        seen.check(old.version, current)?;
    }
    let new = rules(app).edited(&old.draft, request)?;
    check_edit(&old, &new)?;
    if let Some(teacher) = new.teacher_id.filter(|_| new.teacher_id != old.draft.teacher_id) {
        users::queries::lock_teacher(&mut tx, teacher).await?;
    }
    if new.is_active {
        check_place(
            &mut tx,
            &new,
            Some(id),
            request.allow_teacher_conflict || same_teaching(&old.draft, &new),
        )
        .await?;
    }
    queries::update(&mut tx, id, &new).await?;

    let mut warnings = vec![];
    if new.schedule != old.draft.schedule || new.is_active != old.draft.is_active {
        let joined = enrollments::queries::enrolled_students(&mut tx, id).await?;
        if !joined.iter().all(|student| students.contains(student)) {
            tx.rollback().await?;
            return Ok(None);
        }
        warnings = report_clashes(&mut tx, actor, id).await?;
    }
    let promoted = match enrollments::fill_seats(&mut tx, id, Some(actor.id)).await? {
        Ok(promoted) => promoted,
        Err(waiter) => {
            tx.rollback().await?;
            students.insert(waiter);
            return Ok(None);
        }
    };
    let course = queries::find(&mut tx, id, actor.id).await?.ok_or(Error::NotFound("course"))?;
    let entry =
        Entry::by(actor, "course_updated").about("course", id.0).facts(audit::changes(&old.draft, &new));
    audit::record(&mut tx, entry).await?;
    tx.commit().await?;
    app.metrics.enrollments.with_label_values(&["enrolled"]).inc_by(promoted);
    Ok(Some(ChangedCourse { course, warnings }))
}

fn check_edit(old: &queries::Locked, new: &Draft) -> Result<()> {
    if new.capacity < old.enrolled_count && new.capacity != old.draft.capacity {
        let detail = format!("{} students are enrolled; capacity cannot go below that", old.enrolled_count);
        let refusal = Refusal::new("capacity_below_enrolled", detail);
        return Err(refusal.fact("enrolled_count", old.enrolled_count).fact("capacity", new.capacity).into());
    }
    let moved = (new.semester, new.year) != (old.draft.semester, old.draft.year);
    if moved && (old.enrolled_count > 0 || old.waitlist_count > 0) {
        return Err(Refusal::new(
            "has_enrollments",
            "students are enrolled or wait; a section with students keeps its term",
        )
        .into());
    }
    Ok(())
}

/// Nothing that could newly double-book the teacher.
fn same_teaching(old: &Draft, new: &Draft) -> bool {
    (old.teacher_id, &old.schedule, old.semester, old.year, old.is_active)
        == (new.teacher_id, &new.schedule, new.semester, new.year, new.is_active)
}

async fn report_clashes(db: &mut PgConnection, actor: &Actor, id: CourseId) -> Result<Vec<String>> {
    let mut warnings = vec![];
    for (student, name, clash) in queries::students_with_clash(db, id).await? {
        warnings.push(format!("{name} now has a clash with {}", clash.with()));
        enrollments::queries::note(
            db,
            student,
            id,
            "clash_created",
            Some("schedule_conflict"),
            Some(actor.id),
            &clash,
        )
        .await?;
    }
    // Where else a student sits is not the teacher's business; the events keep it for the registrar.
    if !actor.is_admin() && !warnings.is_empty() {
        return Ok(vec![format!(
            "{} of your students now have a clash; tell the registrar's office",
            warnings.len()
        )]);
    }
    Ok(warnings)
}

/// Room and teacher are free. The room's judge is the exclusion constraint; this look finds the name to tell.
pub(super) async fn check_place(
    db: &mut PgConnection,
    draft: &Draft,
    except: Option<CourseId>,
    allow_teacher_conflict: bool,
) -> Result<()> {
    if let Some(teacher) = draft.teacher_id {
        if except.is_none() {
            users::queries::lock_teacher(db, teacher).await?;
        }
        if !allow_teacher_conflict && let Some(taken) = queries::teacher_busy(db, draft, except).await? {
            let what =
                "the teacher has another section at that time; say allow_teacher_conflict if that is meant";
            return Err(taken.refuse("teacher_conflict", what));
        }
    }
    queries::hold_rooms(db, draft).await?;
    match queries::room_taken(db, draft, except).await? {
        Some(taken) => Err(taken.refuse("room_conflict", "another section has this room at that time")),
        None => Ok(()),
    }
}

impl Taken {
    fn refuse(self, code: &'static str, what: &str) -> Error {
        let bound = |bound| match bound {
            std::ops::Bound::Included(minute) | std::ops::Bound::Excluded(minute) => minute,
            std::ops::Bound::Unbounded => 0,
        };
        let (start, end) = (bound(self.minutes.start), bound(self.minutes.end));
        let day = Day::of_minute(start);
        let (start, end) = (clock(start, false), clock(end, true));
        let course = format!("{}-{}", self.code, self.section);
        let room = self.room.as_deref().map(|room| format!(" in {room}")).unwrap_or_default();
        Refusal::new(code, format!("{what}: {course}{room}, {day} {start}-{end}"))
            .fact("room", &self.room)
            .fact(
                "course",
                CourseRef { id: self.id, code: self.code, section: self.section, name: self.name },
            )
            .fact("day", day)
            .fact("start", start)
            .fact("end", end)
            .into()
    }
}

/// The institution's rules, in the year it is now.
pub(super) fn rules(app: &App) -> Rules<'_> {
    Rules { institution: &app.config.institution, this_year: app.clock.now().year() }
}
