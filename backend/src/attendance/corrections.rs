//! Who corrected the roll: what a record said, what it says now, by whom and when.

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::model::Mark;
use super::routes::{check_date, check_meeting};
use super::{correction_queries, queries, reach};
use crate::app::App;
use crate::audit::{self, Entry, PersonRef};
use crate::enrollments::StudentRef;
use crate::error::{Error, Problem, Result};
use crate::http::validate::Fields;
use crate::http::{Page, Path, Query};
use crate::ids::{AttendanceId, CourseId, EnrollmentId, UserId};
use crate::policy::{Action, Actor};

/// A correction of the roll.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AttendanceCorrection {
    pub attendance_id: AttendanceId,
    pub enrollment_id: EnrollmentId,
    pub student: StudentRef,
    pub date: NaiveDate,
    pub meeting: i16,
    /// The version of the record after the correction.
    pub version: i32,
    pub old_status: Mark,
    pub new_status: Mark,
    pub old_notes: Option<String>,
    pub new_notes: Option<String>,
    /// When what was corrected had been written …
    pub old_at: DateTime<Utc>,
    /// … and by whom.
    pub old_by: Option<PersonRef>,
    pub at: DateTime<Utc>,
    /// Null for a change past the program.
    pub by: Option<PersonRef>,
}

/// Which of an enrolment's corrections; newest first.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CorrectionFilter {
    /// Of one day only.
    pub date: Option<NaiveDate>,
    /// Of the meetings with this number.
    #[param(minimum = 1, maximum = 20)]
    pub meeting: Option<i16>,
    #[param(minimum = 1)]
    pub page: Option<i64>,
    #[param(minimum = 1, maximum = 100)]
    pub page_size: Option<i64>,
}

impl CorrectionFilter {
    fn check(&self) -> Result<()> {
        let mut fields = Fields::default();
        check_date(&mut fields, "date", self.date);
        check_meeting(&mut fields, self.meeting);
        fields.finish(|| Some(()))
    }
}

/// Which of a section's corrections; newest first.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ClassCorrectionFilter {
    /// Of one student only.
    pub user_id: Option<UserId>,
    /// Of one day only.
    pub date: Option<NaiveDate>,
    /// Of the meetings with this number.
    #[param(minimum = 1, maximum = 20)]
    pub meeting: Option<i16>,
    #[param(minimum = 1)]
    pub page: Option<i64>,
    #[param(minimum = 1, maximum = 100)]
    pub page_size: Option<i64>,
}

/// Every correction of one student's attendance in one section, newest first: from, to, by whom, when.
///
/// Marking somebody for the first time is no correction.
#[utoipa::path(get, path = "/attendance/enrollment/{enrollment_id}/history", tag = "attendance",
    params(("enrollment_id" = EnrollmentId, Path), CorrectionFilter),
    responses((status = 200, body = Page<AttendanceCorrection>), (status = "4XX", body = Problem)))]
pub async fn enrollment_corrections(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<EnrollmentId>,
    OriginalUri(uri): OriginalUri,
    Query(filter): Query<CorrectionFilter>,
) -> Result<Response> {
    filter.check()?;
    let mut tx = app.db.begin().await?;
    let (place, _) = reach::to_read(&mut tx, &actor, id).await?;
    let page = correction_queries::of_enrollment(&mut tx, id, &filter).await?;
    reach::note_reading(&mut tx, &actor, &place).await?;
    tx.commit().await?;
    let numbers = actor.is_admin() || actor.id == place.user_id;
    Ok(shown(page, numbers).answer(&uri))
}

/// Every correction of a section's roll, newest first: of whom, from, to, by whom, when.
///
/// Of the students on the roll: those who are enrolled or have completed the section.
#[utoipa::path(get, path = "/attendance/course/{course_id}/history", tag = "attendance",
    params(("course_id" = CourseId, Path), ClassCorrectionFilter),
    responses((status = 200, body = Page<AttendanceCorrection>), (status = "4XX", body = Problem)))]
pub async fn course_corrections(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<CourseId>,
    OriginalUri(uri): OriginalUri,
    Query(filter): Query<ClassCorrectionFilter>,
) -> Result<Response> {
    let ClassCorrectionFilter { user_id, date, meeting, page, page_size } = filter;
    let filter = CorrectionFilter { date, meeting, page, page_size };
    filter.check()?;
    let mut tx = app.db.begin().await?;
    let class = queries::class(&mut tx, id).await?.ok_or(Error::NotFound("course"))?;
    actor.may(Action::TakeAttendance { teacher: class.teacher_id })?;
    let page = correction_queries::of_course(&mut tx, id, user_id, &filter).await?;
    audit::record(&mut tx, Entry::by(&actor, "attendance_read").about("course", id.0)).await?;
    tx.commit().await?;
    Ok(shown(page, actor.is_admin()).answer(&uri))
}

/// A teacher sees name, e-mail and department; the student's number is the registrar's.
fn shown(mut page: Page<AttendanceCorrection>, numbers: bool) -> Page<AttendanceCorrection> {
    if !numbers {
        page.items.iter_mut().for_each(|item| item.student.student_id = None);
    }
    page
}
