use axum::extract::{OriginalUri, State};
use axum::response::Response;
use chrono::NaiveDate;

use super::model::{
    Dashboard, EnrollmentPeriod, EnrollmentReport, Pool, Requests, RevenuePeriod, RevenueReport,
};
use super::per_course::{DemandFilter, PerformanceFilter, PerformanceReport, UnmetDemand};
use super::queries::{self, Scope};
use super::report;
use super::rules::{Period, percent, quantile};
use crate::app::App;
use crate::error::{Error, Problem, Result};
use crate::http::page::Window;
use crate::http::{Json, Page, Query};
use crate::ids::CourseId;
use crate::metrics::active_users;
use crate::policy::{Action, Actor};
use crate::terms;

/// The state of things right now.
///
/// `requests` is what the answering process has counted since it started (`scope: "replica"`); everything else is the
/// database's, and the same on every replica.
#[utoipa::path(get, path = "/analytics/dashboard", tag = "analytics",
    responses((status = 200, body = Dashboard), (status = "4XX", body = Problem)))]
pub async fn analytics_dashboard(State(app): State<App>, actor: Actor) -> Result<Json<Dashboard>> {
    actor.may(Action::ReadAnalytics)?;
    let (zone, today) = campus(&app);
    let day = Period { from: today, to: today };
    let mut db = queries::moment(&app.db).await?;
    let mut terms = terms::queries::list(&mut *db).await?;
    terms.retain(|term| term.is_on(today));
    let keys: Vec<_> = terms.iter().map(|term| (term.year, term.semester)).collect();
    let days = queries::by_day(&mut db, day, zone, None, None).await?;
    let movements = queries::movements(&mut db, day, zone, None, None).await?;
    Ok(Json(Dashboard {
        at: app.clock.now(),
        time_zone: zone.to_owned(),
        today,
        active_users: report::active_users(&active_users(&mut *db).await?),
        requests: app.config.telemetry.enable_metrics.then(|| requests(&app)),
        enrollments_today: days.first().map(|day| day.events).unwrap_or_default(),
        revenue_today: report::revenue(movements, day, zone).totals,
        pool: pool(&app),
        fullest_courses: queries::fullest(&mut db, &keys).await?,
        waitlist_total: queries::waiting(&mut db, &keys).await?,
        registration: terms.into_iter().map(report::registration).collect(),
    }))
}

fn requests(app: &App) -> Requests {
    let counted = app.metrics.requests();
    Requests {
        scope: "replica".to_owned(),
        since: app.started_at,
        total: counted.total,
        errors: counted.errors,
        error_rate: percent(counted.errors, counted.total),
        p95_seconds: quantile(0.95, &counted.buckets),
    }
}

fn pool(app: &App) -> Pool {
    let (all, idle) = (i64::from(app.db.size()), app.db.num_idle() as i64);
    Pool { idle, active: (all - idle).max(0), max: i64::from(app.db.options().get_max_connections()) }
}

/// Enrolments: what happened day by day, and how it stands.
///
/// `from` and `to` are days of the campus's calendar and narrow `by_day` and `totals`; `by_status` and `by_semester`
/// tell how it stands now. `semester` and `year` narrow all of it.
#[utoipa::path(get, path = "/analytics/enrollments", tag = "analytics", params(EnrollmentPeriod),
    responses((status = 200, body = EnrollmentReport), (status = "4XX", body = Problem)))]
pub async fn analytics_enrollments(
    State(app): State<App>,
    actor: Actor,
    Query(asked): Query<EnrollmentPeriod>,
) -> Result<Json<EnrollmentReport>> {
    actor.may(Action::ReadAnalytics)?;
    let (zone, today) = campus(&app);
    let period = Period::new(asked.from, asked.to, today, Period::last_days(90))?;
    let (semester, year) = (asked.semester, asked.year);
    let mut db = queries::moment(&app.db).await?;
    let by_day = queries::by_day(&mut db, period, zone, semester, year).await?;
    Ok(Json(EnrollmentReport {
        time_zone: zone.to_owned(),
        from: period.from,
        to: period.to,
        totals: by_day.iter().map(|day| day.events).sum(),
        by_day,
        by_status: queries::by_status(&mut db, semester, year).await?,
        by_semester: queries::by_semester(&mut db, semester, year).await?,
    }))
}

/// Revenue: settled payments and refunds by month, by type and by term, each currency by itself.
///
/// A payment counts on the day it was settled, a refund on the day *it* was settled; days and months are the campus's.
#[utoipa::path(get, path = "/analytics/revenue", tag = "analytics", params(RevenuePeriod),
    responses((status = 200, body = RevenueReport), (status = "4XX", body = Problem)))]
pub async fn analytics_revenue(
    State(app): State<App>,
    actor: Actor,
    Query(asked): Query<RevenuePeriod>,
) -> Result<Json<RevenueReport>> {
    actor.may(Action::ReadAnalytics)?;
    let (zone, today) = campus(&app);
    let period = Period::new(asked.from, asked.to, today, Period::last_year)?;
    let mut db = app.db.acquire().await?;
    let movements = queries::movements(&mut db, period, zone, asked.semester, asked.year).await?;
    Ok(Json(report::revenue(movements, period, zone)))
}

/// How students do: final marks, drop-outs and attendance per course, and of all of them together.
///
/// Admins see every course, teachers their own; a course of somebody else does not exist for them.
#[utoipa::path(get, path = "/analytics/performance", tag = "analytics", params(PerformanceFilter),
    responses((status = 200, body = PerformanceReport), (status = 404, body = Problem), (status = "4XX", body = Problem)))]
pub async fn analytics_performance(
    State(app): State<App>,
    actor: Actor,
    Query(filter): Query<PerformanceFilter>,
) -> Result<Json<PerformanceReport>> {
    let teacher = (!actor.is_admin()).then_some(actor.id);
    actor.may(Action::ReadPerformance { teacher })?;
    let window = Window::new(filter.page, filter.page_size)?;
    let scale = &app.config.institution.grade_scale;
    let scope = Scope { filter: &filter, teacher };
    let mut db = queries::moment(&app.db).await?;
    let (total, outcomes) = queries::overall(&mut db, &scope).await?;
    if filter.course_id.is_some() && total == 0 {
        return Err(Error::NotFound("course"));
    }
    let rows = queries::course_rows(&mut db, &scope, window, report::pass_from(scale)).await?;
    let ids: Vec<CourseId> = rows.iter().map(|row| row.id).collect();
    let marks = queries::marks_of(&mut db, &ids).await?;
    let standing = queries::in_progress(&mut db, &ids).await?;
    let overall = report::overall(total, outcomes, &queries::overall_marks(&mut db, &scope).await?, scale);
    Ok(Json(PerformanceReport {
        pass_from: report::pass_from(scale),
        overall,
        items: report::performance(rows, marks, standing, scale),
        page: window.page,
        page_size: window.size,
        total,
    }))
}

/// Unmet demand: courses for which students were refused or wait, all sections of a term together.
#[utoipa::path(get, path = "/analytics/unmet-demand", tag = "analytics", params(DemandFilter),
    responses((status = 200, body = Page<UnmetDemand>), (status = "4XX", body = Problem)))]
pub async fn analytics_unmet_demand(
    State(app): State<App>,
    actor: Actor,
    OriginalUri(uri): OriginalUri,
    Query(filter): Query<DemandFilter>,
) -> Result<Response> {
    actor.may(Action::ReadAnalytics)?;
    let mut db = queries::moment(&app.db).await?;
    Ok(queries::unmet(&mut db, &filter).await?.answer(&uri))
}

/// The campus's time zone, and its calendar's day.
fn campus(app: &App) -> (&'static str, NaiveDate) {
    (app.config.institution.time_zone.name(), app.today())
}
