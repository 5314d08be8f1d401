//! Periodic tasks. Every replica runs them; each is harmless when several do so at once.

mod queries;

use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::app::App;
use crate::enrollments;
use crate::error::Result;
use crate::payments;
use crate::policy::Role;

/// The periodic tasks of this process; cut off when this is dropped.
pub struct Jobs {
    tasks: JoinSet<()>,
    go_on: watch::Sender<()>,
}

impl Jobs {
    /// No turn begins any more; a running one may finish, within reason. (One that is cut off could leave a transaction
    /// open, on a connection that a request takes next.)
    pub fn stop(self) -> impl Future<Output = ()> {
        let Self { tasks, go_on } = self;
        drop(go_on);
        async move { _ = timeout(LONGEST_TURN, tasks.join_all()).await }
    }
}

/// Longer than that a stop does not wait.
const LONGEST_TURN: Duration = Duration::from_secs(20);

/// Starts them all.
pub fn start(app: &App) -> Jobs {
    let (go_on, stopped) = watch::channel(());
    let mut jobs = JoinSet::new();
    jobs.spawn(every(Duration::from_secs(600), "cleanup", app.clone(), stopped.clone(), cleanup));
    jobs.spawn(every(
        Duration::from_secs(30),
        "settle_waitlists",
        app.clone(),
        stopped.clone(),
        settle_waitlists,
    ));
    jobs.spawn(every(Duration::from_secs(300), "metric_sync", app.clone(), stopped.clone(), metric_sync));
    jobs.spawn(every(
        Duration::from_secs(30),
        "take_up_payments",
        app.clone(),
        stopped.clone(),
        payments::take_up,
    ));
    jobs.spawn(every(Duration::from_secs(60), "check_stripe", app.clone(), stopped.clone(), check_stripe));
    jobs.spawn(every(
        Duration::from_secs(900),
        "reconcile_payments",
        app.clone(),
        stopped.clone(),
        reconcile_payments,
    ));
    Jobs { tasks: jobs, go_on }
}

/// Runs the task now and then after each pause; a failure is logged and the next turn tries again.
async fn every<T: AsyncFn(&App) -> Result<u64>>(
    pause: Duration,
    name: &'static str,
    app: App,
    mut stopped: watch::Receiver<()>,
    task: T,
) {
    let mut turns = interval(pause);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let metrics = &app.metrics;
    let succeeded = || metrics.job_last_success.with_label_values(&[name]).set(app.clock.seconds());
    metrics.job_interval.with_label_values(&[name]).set(pause.as_secs() as i64);
    let failures = metrics.job_failures.with_label_values(&[name]);
    succeeded();
    loop {
        tokio::select! {
            _ = turns.tick() => {}
            _ = stopped.changed() => return,
        }
        match task(&app).await {
            Ok(count) => {
                succeeded();
                if count > 0 {
                    tracing::info!(
                        event = "job_finished",
                        job = name,
                        count,
                        "A periodic task had something to do"
                    );
                }
            }
            Err(error) => {
                failures.inc();
                tracing::error!(event = "job_failed", job = name, %error, "A periodic task failed; it is tried again")
            }
        }
    }
}

/// Forgets what nobody may use any more.
async fn cleanup(app: &App) -> Result<u64> {
    let now = app.clock.now();
    let (yesterday, last_month) = (now - TimeDelta::hours(24), now - TimeDelta::days(30));
    let mut forgotten = queries::forget_idempotency_keys(&app.db, yesterday).await?;
    forgotten += queries::forget_login_failures(&app.db, yesterday).await?;
    forgotten += queries::forget_sessions(&app.db, last_month).await?;
    Ok(forgotten)
}

/// Gives seats that became free without a drop (a raised capacity, an opened window) to those who wait.
async fn settle_waitlists(app: &App) -> Result<u64> {
    enrollments::settle_all(app).await
}

/// Counts anew what the gauges of the service say, so that they are right also where nobody scrapes.
async fn metric_sync(app: &App) -> Result<u64> {
    if app.config.telemetry.enable_metrics {
        let people = app.metrics.service.sync(app).await?;
        let of = |role: Role| people.get(role.as_str()).copied().unwrap_or_default();
        tracing::info!(
            event = "metric_sync",
            function = "metric_sync",
            role_counts.admin = of(Role::Admin),
            role_counts.teacher = of(Role::Teacher),
            role_counts.student = of(Role::Student),
            "Active users metric synchronized"
        );
    }
    Ok(0)
}

/// What came of it is in the metric and, if bad, in the log.
async fn check_stripe(app: &App) -> Result<u64> {
    app.payments.check().await;
    Ok(0)
}

/// Compares the books with the payment provider's, three days back, and repairs what is certain.
async fn reconcile_payments(app: &App) -> Result<u64> {
    if app.payments.kind == payments::ProviderKind::None {
        return Ok(0);
    }
    let done = payments::reconcile(app, &payments::Options::days(app, 3, true)).await?;
    Ok(done.repaired as u64)
}
