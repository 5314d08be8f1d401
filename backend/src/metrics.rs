//! Every metric, with the names, labels and buckets of the original design; the help text says what it counts.
//! Labels come from closed sets; a count happens after the commit it counts.

mod declare;
mod process;
mod queries;
mod service;

use std::sync::LazyLock;

use prometheus::core::Collector;
use prometheus::proto::LabelPair;
use prometheus::{
    CounterVec, Encoder, GaugeVec, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Registry,
    TextEncoder,
};

use crate::app::App;
use crate::config::Config;
use crate::error;
use crate::policy::Role;
use declare::Declarations;
pub use declare::Declared;
use process::Process;
pub use queries::{ActiveUsers as PeopleOfRole, active_users};
use service::NO_LABEL;
pub use service::{MOST_CODES, Service};

/// Version and date of this build.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
pub const BUILD_DATE: &str = env!("UEMS_BUILD_DATE");

const REQUEST_BUCKETS: &[f64] = &[0.01, 0.05, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0];
const PAYMENT_BUCKETS: &[f64] = &[0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0];
const STATEMENT_BUCKETS: &[f64] = &[0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0];

/// Statements are timed by the tracing layer of [`crate::telemetry`], which exists before any `App`:
/// hence one histogram for the process.
pub static STATEMENT_SECONDS: LazyLock<HistogramVec> = LazyLock::new(|| {
    declare::histogram(
        "uems_database_query_duration_seconds",
        "Database query execution time",
        &["operation", "table"],
        STATEMENT_BUCKETS,
    )
});

pub struct Metrics {
    registry: Registry,
    /// Everything that is exported, for those who hold it against something.
    pub declared: Vec<Declared>,
    /// What is true of the service as a whole, on every replica.
    pub service: Service,
    process: Process,
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
    /// Payments by what became of them and what they are for; a partial refund changes nothing here.
    pub payments: IntCounterVec,
    /// Dollars of payments that succeeded, by what they are for.
    pub payments_amount_usd: CounterVec,
    /// Seconds to have the provider make or find an intent.
    pub payment_processing_seconds: HistogramVec,
    /// Events of the payment provider: processed, failed (not accepted, or flagged), duplicate.
    pub stripe_webhook_events: IntCounterVec,
    /// Whether the payment provider answered this process's last call: 1 or 0.
    stripe_up: IntGaugeVec,
    /// Connections of this process's pool, by state: idle, active.
    pub database_connections: IntGaugeVec,
    /// The most it may have.
    pub database_connections_limit: IntGauge,
    /// Failures answered to clients, by type and severity.
    pub application_errors: IntCounterVec,
    /// Requests refused by a rate limit, by endpoint and role.
    pub rate_limit_exceeded: IntCounterVec,
    /// Seconds between two turns of a periodic task.
    pub job_interval: IntGaugeVec,
    /// When a periodic task last succeeded; when it began, until then.
    pub job_last_success: GaugeVec,
    /// Turns of a periodic task that failed.
    pub job_failures: IntCounterVec,
}

/// Requests of this process, all routes together.
#[derive(Debug, Default)]
pub struct RequestCounts {
    pub total: i64,
    /// Answered with 500 or more.
    pub errors: i64,
    /// Upper bounds in seconds, with the counts of everything up to them; `+Inf` last.
    pub buckets: Vec<(f64, u64)>,
}

impl Metrics {
    pub fn new(config: &Config) -> Self {
        let declare = Declarations::default();
        declare.add("histogram", STATEMENT_SECONDS.clone());
        let info = ["version", "environment", "build_date"];
        let info = declare.gauges("uems_application_info", "UEMS application metadata", &info);
        info.with_label_values(&[VERSION, config.server.environment.as_str(), BUILD_DATE]).set(1);
        let counters = |name, help, labels| declare.counters(name, help, labels);
        let gauges = |name, help, labels| declare.gauges(name, help, labels);
        let metrics = Self {
            service: Service::declare(&declare),
            process: Process::declare(&declare),
            http_requests: counters(
                "http_requests_total",
                "Total number of HTTP requests",
                &["method", "handler", "status"],
            ),
            http_request_seconds: declare.histogram(
                "http_request_duration_seconds",
                "Request latency in seconds",
                &["method", "handler"],
                REQUEST_BUCKETS,
            ),
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
            enrollment_conflicts: declare
                .counter("uems_enrollment_conflicts_total", "Total number of schedule conflict rejections"),
            payments: counters(
                "uems_payments_total",
                "Total number of payment transactions",
                &["status", "payment_type"],
            ),
            payments_amount_usd: declare.real_counters(
                "uems_payments_amount_usd_total",
                "Total payment amount in USD",
                &["payment_type"],
            ),
            payment_processing_seconds: declare.histogram(
                "uems_payment_processing_duration_seconds",
                "Time taken to process payment transactions",
                &[],
                PAYMENT_BUCKETS,
            ),
            stripe_webhook_events: counters(
                "uems_stripe_webhook_events_total",
                "Total number of Stripe webhook events received",
                &["event_type", "status"],
            ),
            stripe_up: gauges("uems_stripe_up", "Whether Stripe answered the last call of this process", &[]),
            database_connections: gauges(
                "uems_database_connections",
                "Number of database connections of this process",
                &["state"],
            ),
            database_connections_limit: declare
                .gauge("uems_database_connections_limit", "Most database connections this process may have"),
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
            job_interval: gauges(
                "uems_job_interval_seconds",
                "Seconds between two turns of a periodic task",
                &["task"],
            ),
            job_last_success: declare.real_gauges(
                "uems_job_last_success_timestamp_seconds",
                "When a periodic task last succeeded, in seconds since 1970",
                &["task"],
            ),
            job_failures: counters(
                "uems_job_failures_total",
                "Total number of failed turns of a periodic task",
                &["task"],
            ),
            registry: Registry::new(),
            declared: vec![],
        };
        let (registry, declared) = declare.finish();
        let metrics = Self { registry, declared, ..metrics };
        metrics.start_at_zero();
        metrics
    }

    /// Series that exist from the start, so that a rate over them is 0 and not nothing.
    fn start_at_zero(&self) {
        for role in Role::ALL {
            self.user_logins.with_label_values(&[role.as_str()]);
        }
        for reason in ["invalid_credentials", "account_inactive", "rate_limited"] {
            self.user_login_failures.with_label_values(&[reason]);
        }
        for status in ["enrolled", "dropped", "completed"] {
            self.enrollments.with_label_values(&[status]);
        }
        for (kind, severity) in error::KINDS {
            self.application_errors.with_label_values(&[*kind, severity.as_str()]);
        }
        for kind in crate::payments::PaymentType::ALL {
            for status in ["pending", "processing", "succeeded", "failed", "refunded"] {
                self.payments.with_label_values(&[status, kind.as_str()]);
            }
            self.payments_amount_usd.with_label_values(&[kind.as_str()]);
        }
        self.payment_processing_seconds.with_label_values::<&str>(&[]);
        self.stripe_webhook_events.with_label_values(&["unknown", "failed"]);
    }

    /// What the request metrics say so far, all routes together.
    pub fn requests(&self) -> RequestCounts {
        let mut counts = RequestCounts::default();
        for family in self.http_requests.collect() {
            for series in family.get_metric() {
                let times = series.get_counter().get_value() as i64;
                let failed = |label: &&LabelPair| label.name() == "status" && label.value().starts_with('5');
                counts.total += times;
                counts.errors += series.get_label().iter().find(failed).map_or(0, |_| times);
            }
        }
        for family in self.http_request_seconds.collect() {
            for series in family.get_metric() {
                let histogram = series.get_histogram();
                let finite = histogram.get_bucket().iter();
                let all = finite
                    .map(|bucket| (bucket.upper_bound(), bucket.cumulative_count()))
                    .chain([(f64::INFINITY, histogram.get_sample_count())]);
                for (index, (bound, count)) in all.enumerate() {
                    match counts.buckets.get_mut(index) {
                        Some((_, sum)) => *sum += count,
                        None => counts.buckets.push((bound, count)),
                    }
                }
            }
        }
        counts
    }

    /// The text Prometheus scrapes.
    pub async fn text(&self, app: &App) -> String {
        self.service.refresh(app).await;
        self.process.refresh();
        let pool = &app.db;
        let (all, idle) = (i64::from(pool.size()), pool.num_idle() as i64);
        self.database_connections.with_label_values(&["idle"]).set(idle);
        self.database_connections.with_label_values(&["active"]).set((all - idle).max(0));
        self.database_connections_limit.set(pool.options().get_max_connections().into());
        match app.payments.is_up() {
            Some(up) => self.stripe_up.with_label_values(NO_LABEL).set(up.into()),
            None => self.stripe_up.reset(),
        }
        let mut text = Vec::new();
        let families = {
            let _alone = self.service.alone();
            self.registry.gather()
        };
        TextEncoder::new().encode(&families, &mut text).expect("metrics are text");
        String::from_utf8(text).expect("metrics are UTF-8")
    }
}
