//! Terms: their class dates and registration windows.

mod model;
pub mod queries;
mod routes;

pub use model::{RegistrationState, Semester, Term};
pub use routes::{__path_institution, __path_list_terms, __path_put_term, institution, list_terms, put_term};
