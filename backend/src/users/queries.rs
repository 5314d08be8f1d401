use sqlx::{PgConnection, PgPool, Postgres, QueryBuilder};

use super::model::{NewUser, User, UserCard, UserFilter};
use crate::error::{Error, FieldError, OnConstraint, Refusal, Result};
use crate::http::page::{Page, Sort, Window};
use crate::ids::UserId;
use crate::policy::Role;
use crate::secret::Secret;

const SORTS: [(&str, &str); 5] = [
    ("full_name", "full_name"),
    ("email", "email"),
    ("role", "role"),
    ("department", "department"),
    ("created_at", "created_at"),
];

/// Filters and orders that vary are put together here; every value is bound.
pub async fn list(db: &PgPool, filter: &UserFilter) -> Result<Page<User>> {
    let window = Window::new(filter.page, filter.page_size)?;
    let sort = Sort::parse(filter.sort.as_deref(), &SORTS)?
        .unwrap_or(Sort { field: "full_name", descending: false });

    let mut count = QueryBuilder::new("select count(*) from users");
    filtered(&mut count, filter);
    let mut rows = QueryBuilder::new(
        "select id, email, role, full_name, student_id, department, is_active, created_at, updated_at, version from users",
    );
    filtered(&mut rows, filter);
    rows.push(" order by ")
        .push(sort.field)
        .push(sort.direction())
        .push(", id limit ")
        .push_bind(window.size);
    rows.push(" offset ").push_bind(window.offset());

    let total = count.build_query_scalar::<i64>().fetch_one(db).await?;
    let items = rows.build_query_as::<User>().fetch_all(db).await?;
    Ok(window.of(items, total))
}

fn filtered(query: &mut QueryBuilder<Postgres>, filter: &UserFilter) {
    query.push(" where true");
    if let Some(text) = &filter.q {
        let pattern = format!("%{}%", escape_like(text.trim()));
        query.push(" and (full_name ilike ").push_bind(pattern.clone());
        query.push(" or email ilike ").push_bind(pattern.clone());
        query.push(" or student_id ilike ").push_bind(pattern).push(")");
    }
    if let Some(role) = filter.role {
        query.push(" and role = ").push_bind(role.as_str());
    }
    if let Some(department) = &filter.department {
        query.push(" and department = ").push_bind(department.clone());
    }
    if let Some(active) = filter.is_active {
        query.push(" and is_active = ").push_bind(active);
    }
}

/// Text for `like`, with its wildcards taken literally.
pub fn escape_like(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

pub async fn find(db: &mut PgConnection, id: UserId) -> Result<Option<User>> {
    let user = sqlx::query_as!(
        User,
        "select id, email, role, full_name, student_id, department, is_active, created_at, updated_at, version
         from users where id = $1",
        id.0
    );
    Ok(user.fetch_optional(db).await?)
}

pub async fn lock(db: &mut PgConnection, id: UserId) -> Result<Option<User>> {
    let user = sqlx::query_as!(
        User,
        "select id, email, role, full_name, student_id, department, is_active, created_at, updated_at, version
         from users where id = $1 for no key update",
        id.0
    );
    Ok(user.fetch_optional(db).await?)
}

/// A student as their teacher sees them: only of courses the teacher is assigned to.
pub async fn card_of_own_student(db: &PgPool, student: UserId, teacher: UserId) -> Result<Option<UserCard>> {
    let card = sqlx::query_as!(
        UserCard,
        "select id, full_name, email, department from users u
         where u.id = $1 and exists (
             select from enrollments e join courses c on c.id = e.course_id
             where e.user_id = u.id and c.teacher_id = $2 and e.status <> 'dropped'
         )",
        student.0,
        teacher.0
    );
    Ok(card.fetch_optional(db).await?)
}

/// Stores a person; students without a number get the next one.
pub async fn insert(db: &mut PgConnection, user: &NewUser, password_hash: &str) -> Result<User> {
    sqlx::query_as!(
        User,
        "insert into users (email, password_hash, role, full_name, department, student_id)
         values ($1, $2, $3::text, $4, $5,
             case when $3::text = 'student' then coalesce($6, 'S' || nextval('student_number')) end)
         returning id, email, role, full_name, student_id, department, is_active, created_at, updated_at, version",
        &*user.email,
        password_hash,
        user.role.as_str(),
        user.full_name,
        user.department,
        user.student_id
    )
    .fetch_one(db)
    .await
    .on_constraint("users_email_key", email_taken)
    .on_constraint("users_student_id_key", student_id_taken)
}

/// Writes an edited person over the locked row and counts the edit.
pub async fn update(db: &mut PgConnection, user: &User, password_hash: Option<&str>) -> Result<User> {
    sqlx::query_as!(
        User,
        "update users set email = $2, role = $3::text, full_name = $4, department = $5, is_active = $7,
             student_id = case when $3::text = 'student' then coalesce($6, 'S' || nextval('student_number')) end,
             password_hash = coalesce($8, password_hash), updated_at = now(), version = version + 1
         where id = $1
         returning id, email, role, full_name, student_id, department, is_active, created_at, updated_at, version",
        user.id.0,
        &*user.email,
        user.role.as_str(),
        user.full_name,
        user.department,
        user.student_id,
        user.is_active,
        password_hash
    )
    .fetch_one(db)
    .await
    .on_constraint("users_email_key", email_taken)
    .on_constraint("users_student_id_key", student_id_taken)
}

fn email_taken() -> Error {
    Refusal::new("email_taken", "there is an account with this e-mail address already; sign in instead")
        .into()
}

fn student_id_taken() -> Error {
    Refusal::new("student_id_taken", "another student has this number").into()
}

pub async fn password_hash(db: &mut PgConnection, id: UserId) -> Result<Secret> {
    Ok(sqlx::query_scalar!("select password_hash from users where id = $1", id.0).fetch_one(db).await?)
}

/// What ties a person to their role: records as a student, active courses as a teacher.
pub async fn tied_to_role(db: &mut PgConnection, user: &User) -> Result<bool> {
    let tied = match user.role {
        Role::Student => sqlx::query_scalar!(
            r#"select exists (select from enrollments where user_id = $1) as "tied!""#,
            user.id.0
        ),
        Role::Teacher | Role::Admin => {
            return Ok(sqlx::query_scalar!(
                r#"select exists (select from courses where teacher_id = $1 and is_active) as "tied!""#,
                user.id.0
            )
            .fetch_one(db)
            .await?);
        }
    };
    Ok(tied.fetch_one(db).await?)
}

/// Whether somebody else stays an admin when this one goes; one such question at a time.
pub async fn other_admin_stays(db: &mut PgConnection, id: UserId) -> Result<bool> {
    sqlx::query!("select pg_advisory_xact_lock(hashtext('uems last admin'))").execute(&mut *db).await?;
    let stays = sqlx::query_scalar!(
        r#"select exists (select from users where role = 'admin' and is_active and id <> $1) as "stays!""#,
        id.0
    );
    Ok(stays.fetch_one(db).await?)
}

/// A teacher that can be assigned; a field error otherwise.
pub async fn lock_teacher(db: &mut PgConnection, id: UserId) -> Result<()> {
    let found = lock(db, id).await?.filter(|user| user.role == Role::Teacher && user.is_active);
    match found {
        Some(_) => Ok(()),
        None => Err(FieldError::new("teacher_id", "no_such_teacher", "name an active teacher").into()),
    }
}
