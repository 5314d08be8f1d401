//! Registration: seats, clashes, windows, the waitlist.
//!
//! Locks are taken in one order everywhere: students by id, then sections by id. Whoever finds, with a section in
//! hand, that another student's lock is needed, starts over with that lock among the first.

mod lists;
mod model;
pub mod queries;
mod routes;
mod rules;
mod waitlist;

pub use model::{Enrollment, Status};
pub use routes::{__path_drop_course, __path_enroll, drop_course, enroll};
pub use waitlist::{MOST_TRIES, fill_seats, settle_all, settle_soon};
