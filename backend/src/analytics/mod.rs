//! Numbers about everything: the dashboard, enrolments, revenue, marks, unmet demand. Each of them is defined in
//! `docs/analytics.md`; what a number says is decided there, and here only counted.

mod model;
mod per_course;
mod queries;
mod report;
mod routes;
mod rules;

pub use routes::{
    __path_analytics_dashboard, __path_analytics_enrollments, __path_analytics_performance,
    __path_analytics_revenue, __path_analytics_unmet_demand, analytics_dashboard, analytics_enrollments,
    analytics_performance, analytics_revenue, analytics_unmet_demand,
};
pub use rules::two_places;
