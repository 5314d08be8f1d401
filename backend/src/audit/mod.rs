//! Who did what to whose record, and who read whose marks: an append-only log whose entries are chained by hashes.
//!
//! An entry is written in the transaction of its act, as the last statement before the commit: it waits for the entry
//! in front of it, and nobody should wait for anything else meanwhile. Locks: students, sections, enrolments, then this.

mod chain;
mod model;
mod queries;
mod routes;

pub use chain::{Anchor, Fault, Verdict, verify};
pub use model::{Entry, PersonRef, changes};
pub use queries::record;
pub use routes::{__path_list_audit, list_audit};
