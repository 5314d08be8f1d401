//! The student's account: charges, and the postings whose sum is what is owed.

mod charges;
mod lists;
mod model;
pub mod queries;
mod routes;

pub use charges::{
    __path_assess_charges, __path_create_charge, __path_waive_charge, assess_charges, create_charge,
    waive_charge,
};
pub use model::{Charge, PostingKind};
pub use queries::Posting;
pub use routes::{__path_list_charges, __path_user_account, list_charges, user_account};
