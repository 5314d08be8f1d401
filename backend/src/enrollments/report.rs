//! What is counted and logged of registrations, after their commit.

use super::model::{Enrollment, Status};
use super::rules::Grant;
use crate::app::App;
use crate::error::Refusal;
use crate::ids::{CourseId, UserId};

/// Waiters who got a seat.
pub fn promoted(app: &App, seats: u64) {
    app.metrics.enrollments.with_label_values(&["enrolled"]).inc_by(seats);
}

/// A seat or a place in the queue. Who was promoted by the very attempt is counted among the promoted.
pub fn granted(app: &App, function: &'static str, grant: Grant, enrollment: &Enrollment) {
    if matches!(grant, Grant::Seat | Grant::SeatAboveCapacity) {
        app.metrics.enrollments.with_label_values(&["enrolled"]).inc();
    }
    tracing::info!(
        event = "enrollment_granted", function, course_id = %enrollment.course_id,
        student_id = %enrollment.user_id, status = enrollment.status.as_str(), "Enrollment granted"
    );
}

pub fn refused(app: &App, function: &'static str, student: UserId, course: CourseId, refusal: &Refusal) {
    let reason = match &*refusal.code {
        "course_full" => "capacity_exceeded",
        code => code,
    };
    if reason == "schedule_conflict" {
        app.metrics.enrollment_conflicts.inc();
    }
    tracing::warn!(
        event = "enrollment_rejected", function, reason, course_id = %course, student_id = %student,
        current_capacity = refusal.facts.get("enrolled_count").and_then(serde_json::Value::as_i64),
        max_capacity = refusal.facts.get("capacity").and_then(serde_json::Value::as_i64), "Enrollment rejected"
    );
}

/// A seat or a place in the queue that was given up; `promoted` got what it freed.
pub fn dropped(app: &App, function: &'static str, was: Status, enrollment: &Enrollment, promoted: u64) {
    if was == Status::Enrolled {
        app.metrics.enrollments.with_label_values(&["dropped"]).inc();
    }
    self::promoted(app, promoted);
    tracing::info!(
        event = "enrollment_dropped", function, course_id = %enrollment.course_id,
        student_id = %enrollment.user_id, promoted, "Enrollment dropped"
    );
}
