//! Marking a class or a student, in one transaction; who marks holds the enrolments, by id.

use std::collections::HashMap;

use sqlx::PgConnection;
use uuid::Uuid;

use super::class::{MarkClass, MarkedClass, Outcome, Verdict};
use super::model::{Record, UpdateAttendance};
use super::queries::{self, Class, Place};
use super::reach;
use super::rules::Sitting;
use super::verdicts::{self, Write};
use crate::app::App;
use crate::error::{Error, Refusal, Result};
use crate::http::etag::IfMatch;
use crate::ids::{AttendanceId, EnrollmentId};
use crate::policy::Actor;

/// The meeting, if the class met then. One of the schedule is no make-up, whatever it is called.
pub(super) async fn check_sitting(
    app: &App,
    db: &mut PgConnection,
    class: &Class,
    sitting: Sitting,
) -> Result<Sitting> {
    let (days, today) = (class.days(), app.today());
    if let Err(refusal) = days.admit(sitting, today, false) {
        let held = queries::was_held(db, class.id, sitting).await?;
        days.admit(sitting, today, held).map_err(|_| refusal)?;
    }
    Ok(Sitting { make_up: sitting.make_up && !days.has(sitting), ..sitting })
}

/// Marks one student who was not marked yet. Without the flag it said so already.
pub(super) async fn mark_one(
    db: &mut PgConnection,
    actor: &Actor,
    sitting: Sitting,
    write: Write,
) -> Result<(Record, bool)> {
    let id = write.enrollment_id;
    if let Some(now) = queries::marked(db, &[id.0], sitting).await?.remove(&id) {
        if now.status == write.status && now.notes == write.notes {
            return Ok((now, false));
        }
        let detail = "this student is marked for that meeting; correct the record";
        return Err(Refusal::new("already_marked", detail).fact("record", now).into());
    }
    let written = queries::write(db, sitting, &[write], actor.id).await?.remove(&id);
    Ok((written.ok_or_else(|| anyhow::anyhow!("a mark was not written"))?, true))
}

/// A corrected record, or the same when nothing changes; the flag tells.
pub(super) async fn correct(
    db: &mut PgConnection,
    actor: &Actor,
    id: AttendanceId,
    seen: IfMatch,
    request: &UpdateAttendance,
) -> Result<(Place, Record, bool)> {
    let missing = || Error::NotFound("attendance record");
    let enrollment = queries::record(db, id).await?.ok_or_else(missing)?.enrollment_id;
    let (place, _) = reach::to_mark(db, actor, enrollment, "attendance record").await?;
    let now = queries::record(db, id).await?.ok_or_else(missing)?;
    seen.check(now.version, &now)?;
    let status = request.status.unwrap_or(now.status);
    let notes = verdicts::notes("notes", request.notes.as_ref(), Some(&now))?;
    if status == now.status && notes == now.notes {
        return Ok((place, now, false));
    }
    queries::say_actor(db, actor.id).await?;
    let record = queries::correct(db, id, status, notes.as_deref(), actor.id).await?;
    Ok((place, record, true))
}

/// Every verdict, and what was written; the transaction is the caller's.
pub(super) async fn mark_class(
    db: &mut PgConnection,
    actor: &Actor,
    class: &Class,
    sitting: Sitting,
    request: &MarkClass,
) -> Result<MarkedClass> {
    let ids: Vec<Uuid> = request.records.iter().map(|record| record.enrollment_id.0).collect();
    let statuses = queries::lock_places(db, class.id, &ids).await?;
    let places: Vec<Uuid> = statuses.keys().map(|id| id.0).collect();
    let current = queries::marked(db, &places, sitting).await?;
    let (mut verdicts, writes) = verdicts::judge(&request.records, &statuses, &current);
    let refused = verdicts.iter().filter(|verdict| is_refused(verdict.verdict)).count();
    let unchanged = verdicts.len() - writes.len() - refused;
    let applied = refused == 0 || !request.all_or_nothing;
    if !applied {
        let withheld = verdicts.iter_mut().filter(|verdict| verdict.verdict == Outcome::Written);
        withheld.for_each(|verdict| verdict.verdict = Outcome::Withheld);
    } else if !writes.is_empty() {
        queries::say_actor(db, actor.id).await?;
        let mut written = queries::write(db, sitting, &writes, actor.id).await?;
        show(&mut verdicts, &mut written);
    }
    let written = if applied { writes.len() } else { 0 };
    let (date, meeting) = (sitting.date, sitting.meeting);
    Ok(MarkedClass { date, meeting, applied, written, unchanged, refused, verdicts })
}

fn is_refused(verdict: Outcome) -> bool {
    match verdict {
        Outcome::Written | Outcome::Unchanged | Outcome::Withheld => false,
        Outcome::Stale | Outcome::Invalid | Outcome::NotFound => true,
    }
}

/// Puts what was written to its verdicts.
fn show(verdicts: &mut [Verdict], written: &mut HashMap<EnrollmentId, Record>) {
    for verdict in verdicts.iter_mut().filter(|verdict| verdict.verdict == Outcome::Written) {
        verdict.record = written.remove(&verdict.enrollment_id);
    }
}
