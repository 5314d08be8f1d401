//! People: the admin's list, one's own record, and what a teacher may see of a student.

mod model;
pub mod queries;
mod routes;

pub use model::{EnrollmentFilter, NewUser, User, UserCard};
pub use routes::{
    __path_create_user, __path_deactivate_user, __path_get_user, __path_list_users, __path_update_user,
    __path_user_enrollments, create_user, deactivate_user, get_user, list_users, update_user,
    user_enrollments,
};
