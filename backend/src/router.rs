//! Every route, in the order of the API document; then the middleware, innermost first.

use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Extension};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;
use utoipa_swagger_ui::SwaggerUi;

use crate::app::App;
use crate::config::Environment;
use crate::error::Error;
use crate::http::extract::MostBytes;
use crate::http::{document, request_log, ui};
use crate::{
    analytics, attendance, audit, auth, calendar, courses, enrollments, grades, health, ledger, payments,
    stripe, terms, transcripts, users,
};

/// Longest time a request may take.
const MOST_TIME: Duration = Duration::from_secs(30);

/// Largest body where a whole gradebook is sent.
const LARGE_BODY: usize = 8 * 1024 * 1024;

#[derive(OpenApi)]
#[openapi(
    info(title = "UEMS", description = "University Education Management System. Failures are RFC 9457 problem details with a stable `code`."),
    modifiers(&BearerTokens),
    components(schemas(enrollments::CartRefusal)),
    security(("bearer" = [])),
    servers((url = "/api/v1")),
    tags(
        (name = "auth", description = "Accounts and sessions"),
        (name = "users", description = "People"),
        (name = "courses", description = "Sections of courses"),
        (name = "enrollments", description = "Registration"),
        (name = "calendar", description = "Timetables for calendar programs"),
        (name = "attendance", description = "The roll"),
        (name = "grades", description = "Marks, gradebooks, finals"),
        (name = "terms", description = "Terms and the institution's settings"),
        (name = "audit", description = "Who did what to whose record"),
        (name = "analytics", description = "Numbers, each defined in docs/analytics.md"),
        (name = "payments", description = "Charges, accounts, payments, refunds"),
        (name = "transcripts", description = "What a student has made, signed"),
        (name = "health", description = "For load balancers and monitoring"),
    )
)]
struct Document;

struct BearerTokens;

impl Modify for BearerTokens {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

fn api() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(auth::register))
        .routes(routes!(auth::login))
        .routes(routes!(auth::refresh))
        .routes(routes!(auth::me))
        .routes(routes!(auth::logout))
        .routes(routes!(users::list_users, users::create_user))
        .routes(routes!(users::get_user, users::update_user, users::deactivate_user))
        .routes(routes!(users::user_enrollments))
        .routes(routes!(courses::list_courses, courses::create_course))
        .routes(routes!(courses::list_departments))
        .routes(routes!(courses::validate_schedule))
        .routes(routes!(courses::get_course, courses::update_course, courses::deactivate_course))
        .routes(routes!(courses::course_enrollments))
        .routes(routes!(courses::course_roster))
        .routes(routes!(enrollments::enroll))
        .routes(routes!(enrollments::drop_course))
        .routes(routes!(enrollments::swap))
        .routes(routes!(enrollments::enroll_cart))
        .routes(routes!(attendance::mark_attendance))
        .routes(routes!(attendance::update_attendance))
        .routes(routes!(attendance::enrollment_attendance))
        .routes(routes!(attendance::enrollment_corrections))
        .routes(routes!(attendance::course_attendance))
        .routes(routes!(attendance::course_corrections))
        .routes(routes!(attendance::mark_class))
        .routes(routes!(attendance::list_absences))
        .routes(routes!(attendance::user_attendance))
        .routes(routes!(grades::user_grades))
        .routes(routes!(grades::enrollment_grades))
        .routes(routes!(grades::grade_history))
        .routes(routes!(grades::submit_final))
        .routes(routes!(grades::request_change))
        .routes(routes!(grades::create_grade))
        .routes(routes!(grades::update_grade, grades::delete_grade))
        .routes(routes!(grades::course_grades))
        .routes(routes!(grades::save_grades).layer(large_body()))
        .routes(routes!(grades::export_grades, grades::import_grades).layer(large_body()))
        .routes(routes!(grades::submit_course_finals))
        .routes(routes!(grades::create_assignment))
        .routes(routes!(grades::update_assignment, grades::delete_assignment))
        .routes(routes!(grades::list_change_requests))
        .routes(routes!(grades::decide_change_request))
        .routes(routes!(
            calendar::make_calendar_feed,
            calendar::get_calendar_feed,
            calendar::revoke_calendar_feed
        ))
        .routes(routes!(calendar::calendar))
        .routes(routes!(terms::list_terms))
        .routes(routes!(terms::put_term))
        .routes(routes!(terms::institution))
        .routes(routes!(audit::list_audit))
        .routes(routes!(analytics::analytics_dashboard))
        .routes(routes!(analytics::analytics_enrollments))
        .routes(routes!(analytics::analytics_revenue))
        .routes(routes!(analytics::analytics_performance))
        .routes(routes!(analytics::analytics_unmet_demand))
        .routes(routes!(payments::list_payments))
        .routes(routes!(payments::payment_settings))
        .routes(routes!(payments::create_intent))
        .routes(routes!(payments::webhook))
        .routes(routes!(payments::list_reconciliations, payments::run_reconciliation))
        .routes(routes!(payments::list_events))
        .routes(routes!(payments::resolve_event))
        .routes(routes!(payments::list_differences))
        .routes(routes!(payments::resolve_difference))
        .routes(routes!(payments::get_payment))
        .routes(routes!(payments::payment_history))
        .routes(routes!(payments::payment_receipt))
        .routes(routes!(payments::retry_payment))
        .routes(routes!(payments::refund_payment))
        .routes(routes!(ledger::user_account))
        .routes(routes!(ledger::list_charges, ledger::create_charge))
        .routes(routes!(ledger::assess_charges))
        .routes(routes!(ledger::waive_charge))
        .routes(routes!(transcripts::transcript))
        .routes(routes!(transcripts::transcript_keys))
        .routes(routes!(transcripts::verify_transcript))
        .routes(routes!(health::health))
        .routes(routes!(health::ready))
        .routes(routes!(health::live))
}

fn described_api() -> (Router<App>, utoipa::openapi::OpenApi) {
    let (routes, mut openapi) = api().split_for_parts();
    document::describe(&mut openapi);
    (routes, openapi)
}

fn large_body() -> (Extension<MostBytes>, DefaultBodyLimit) {
    (Extension(MostBytes(LARGE_BODY)), DefaultBodyLimit::max(LARGE_BODY))
}

/// The API's document, as served and as checked in.
pub fn openapi() -> utoipa::openapi::OpenApi {
    described_api().1
}

pub fn router(app: App) -> Router {
    let (routes, document) = described_api();
    let secure = app.config.server.environment == Environment::Production;
    let router = Router::new()
        .nest("/api/v1", routes)
        .route("/health", get(health::health))
        .route("/health/ready", get(health::ready))
        .route("/health/live", get(health::live))
        .route("/metrics", get(health::metrics));
    #[cfg(debug_assertions)]
    let router = crate::http::test_hooks::add(router);
    let router = router
        .merge(Router::from(SwaggerUi::new("/docs").url("/api/v1/openapi.json", document)).layer(default_header(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'",
        )))
        .merge(sandbox(&app))
        .fallback(ui::serve)
        .method_not_allowed_fallback(|| async { Error::MethodNotAllowed })
        .layer(DefaultBodyLimit::max(app.config.server.max_body_bytes))
        .layer(axum::middleware::from_fn(time_limit))
        .layer(CatchPanicLayer::custom(answer_panic))
        .layer(axum::middleware::from_fn_with_state(app.clone(), request_log::request_log))
        .layer(fixed_header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(fixed_header(header::REFERRER_POLICY, "same-origin"))
        .layer(fixed_header(header::X_FRAME_OPTIONS, "DENY"))
        .layer(default_header(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"))
        .layer(default_header(header::CACHE_CONTROL, "no-store"));
    let router = if secure {
        router.layer(fixed_header(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains"))
    } else {
        router
    };
    router.with_state(app)
}

/// The stand-in for Stripe, where there is no Stripe.
fn sandbox(app: &App) -> Router<App> {
    match &app.payments.sandbox {
        Some(sandbox) => Router::new().nest(payments::SANDBOX_PATH, stripe::sandbox::router(sandbox.clone())),
        None => Router::new(),
    }
}

fn fixed_header(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
}

/// For answers whose handler says nothing else: personal, and nothing a browser should run.
fn default_header(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

async fn time_limit(request: axum::extract::Request, next: axum::middleware::Next) -> Response {
    match tokio::time::timeout(MOST_TIME, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Error::TimedOut.into_response(),
    }
}

fn answer_panic(panic: Box<dyn std::any::Any + Send + 'static>) -> Response {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned());
    let text = text.unwrap_or_else(|| "a panic without words".to_owned());
    Error::Internal(anyhow::anyhow!("panic: {text}")).into_response()
}
