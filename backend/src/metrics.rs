//! Every metric, with the names, labels and buckets of the original design. A doc comment is the help text's source.
//! Labels come from closed sets; a count happens after the commit it counts.

use std::sync::LazyLock;

use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGaugeVec, Opts, Registry, TextEncoder,
};

use crate::config::Config;

/// Version and date of this build.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
pub const BUILD_DATE: &str = env!("UEMS_BUILD_DATE");

const REQUEST_BUCKETS: &[f64] = &[0.01, 0.05, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0];
const STATEMENT_BUCKETS: &[f64] = &[0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0];

/// Statements are timed by the tracing layer of [`crate::telemetry`], which exists before any `App`:
/// hence one histogram for the process.
pub static STATEMENT_SECONDS: LazyLock<HistogramVec> = LazyLock::new(|| {
    let options = HistogramOpts::new("uems_database_query_duration_seconds", "Database query execution time")
        .buckets(STATEMENT_BUCKETS.to_vec());
    HistogramVec::new(options, &["operation", "table"]).expect("a valid metric")
});

pub struct Metrics {
    registry: Registry,
    /// Requests answered, by method, route template and status.
    pub http_requests: IntCounterVec,
    /// Seconds from the first byte of a request to the head of its answer.
    pub http_request_seconds: HistogramVec,
    /// Requests being worked on now.
    pub http_requests_in_progress: IntGaugeVec,
    /// Sign-ins that succeeded, by role.
    pub user_logins: IntCounterVec,
    /// Sign-ins that failed, by reason: invalid_credentials, account_inactive, rate_limited.
    pub user_login_failures: IntCounterVec,
    /// Enrolments by what became of them: enrolled, dropped, completed.
    pub enrollments: IntCounterVec,
    /// Registrations refused because times clash.
    pub enrollment_conflicts: IntCounter,
    /// Connections of this process's pool, by state: idle, active.
    pub database_connections: IntGaugeVec,
    /// Failures answered to clients, by type and severity.
    pub application_errors: IntCounterVec,
    /// Requests refused by a rate limit, by endpoint and role.
    pub rate_limit_exceeded: IntCounterVec,
}

impl Metrics {
    pub fn new(config: &Config) -> Self {
        let registry = Registry::new();
        let counters = |name: &str, help: &str, labels: &[&str]| {
            let metric = IntCounterVec::new(Opts::new(name, help), labels).expect("a valid metric");
            registry.register(Box::new(metric.clone())).expect("a metric is declared once");
            metric
        };
        let gauges = |name: &str, help: &str, labels: &[&str]| {
            let metric = IntGaugeVec::new(Opts::new(name, help), labels).expect("a valid metric");
            registry.register(Box::new(metric.clone())).expect("a metric is declared once");
            metric
        };
        let http_request_seconds = HistogramVec::new(
            HistogramOpts::new("http_request_duration_seconds", "Request latency in seconds")
                .buckets(REQUEST_BUCKETS.to_vec()),
            &["method", "handler"],
        )
        .expect("a valid metric");
        registry.register(Box::new(http_request_seconds.clone())).expect("a metric is declared once");
        registry.register(Box::new(STATEMENT_SECONDS.clone())).expect("a metric is declared once");
        let enrollment_conflicts = IntCounter::new(
            "uems_enrollment_conflicts_total",
            "Total number of schedule conflict rejections",
        )
        .expect("a valid metric");
        registry.register(Box::new(enrollment_conflicts.clone())).expect("a metric is declared once");
        gauges(
            "uems_application_info",
            "UEMS application metadata",
            &["version", "environment", "build_date"],
        )
        .with_label_values(&[VERSION, config.server.environment.as_str(), BUILD_DATE])
        .set(1);
        let metrics = Self {
            http_requests: counters(
                "http_requests_total",
                "Total number of HTTP requests",
                &["method", "handler", "status"],
            ),
            http_request_seconds,
            http_requests_in_progress: gauges(
                "http_requests_inprogress",
                "Number of HTTP requests in progress",
                &["method", "handler"],
            ),
            user_logins: counters(
                "uems_user_logins_total",
                "Total number of successful user logins",
                &["role"],
            ),
            user_login_failures: counters(
                "uems_user_login_failures_total",
                "Total number of failed login attempts",
                &["reason"],
            ),
            enrollments: counters(
                "uems_enrollments_total",
                "Total number of course enrollments",
                &["status"],
            ),
            enrollment_conflicts,
            database_connections: gauges(
                "uems_database_connections",
                "Number of database connections of this process",
                &["state"],
            ),
            application_errors: counters(
                "uems_application_errors_total",
                "Total number of application errors",
                &["error_type", "severity"],
            ),
            rate_limit_exceeded: counters(
                "uems_rate_limit_exceeded_total",
                "Total number of rate limit violations",
                &["endpoint", "user_role"],
            ),
            registry,
        };
        metrics.start_at_zero();
        metrics
    }

    /// Series that exist from the start, so that a rate over them is 0 and not nothing.
    fn start_at_zero(&self) {
        for role in crate::policy::Role::ALL {
            self.user_logins.with_label_values(&[role.as_str()]);
        }
        for reason in ["invalid_credentials", "account_inactive", "rate_limited"] {
            self.user_login_failures.with_label_values(&[reason]);
        }
        for status in ["enrolled", "dropped", "completed"] {
            self.enrollments.with_label_values(&[status]);
        }
    }

    /// The text Prometheus scrapes.
    pub fn text(&self, pool: &sqlx::PgPool) -> String {
        let idle = pool.num_idle() as i64;
        self.database_connections.with_label_values(&["idle"]).set(idle);
        self.database_connections.with_label_values(&["active"]).set(i64::from(pool.size()) - idle);
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text).expect("metrics are text");
        String::from_utf8(text).expect("metrics are UTF-8")
    }
}
