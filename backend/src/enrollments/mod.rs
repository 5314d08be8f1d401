//! Registration: seats, clashes, windows, the waitlist.
//!
//! Locks are taken in one order everywhere: students by id, then sections by id. Whoever finds, with a section in
//! hand, that another student's lock is needed, starts over with that lock among the first.

mod acts;
mod cart;
mod lists;
mod model;
pub mod queries;
mod report;
mod routes;
mod rules;
mod seats;
mod swap;
mod waitlist;

pub use cart::{__path_enroll_cart, enroll_cart};
pub use model::{CartRefusal, Enrollment, Status, StudentRef};
pub use routes::{__path_drop_course, __path_enroll, drop_course, enroll};
pub use seats::MOST_TRIES;
pub use swap::{__path_swap, swap};
pub use waitlist::{fill_seats, settle_all, settle_soon};
