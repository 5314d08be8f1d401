//! A person's timetable as a feed for calendar programs (iCalendar, RFC 5545), under a secret address.

mod events;
mod lines;
mod model;
mod queries;
mod routes;
mod zone;

pub use routes::{
    __path_calendar, __path_get_calendar_feed, __path_make_calendar_feed, __path_revoke_calendar_feed,
    calendar, get_calendar_feed, make_calendar_feed, revoke_calendar_feed,
};
