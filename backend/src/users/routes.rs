use axum::extract::{OriginalUri, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use sqlx::PgConnection;

use super::model::{CreateUser, EnrollmentFilter, NewUser, UpdateUser, User, UserFilter, UserView};
use super::queries;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::auth::{self, UNUSABLE_PASSWORD, parse_password, revoke_sessions};
use crate::enrollments::{self, Enrollment};
use crate::error::{Error, FieldError, Problem, Refusal, Result};
use crate::http::etag::{IfMatch, etag};
use crate::http::idempotency::{Claimed, IdempotencyKey};
use crate::http::validate::Fields;
use crate::http::{Json, Page, Path, Query, text};
use crate::ids::UserId;
use crate::policy::{Action, Actor, Role};
use crate::secret::Secret;

/// List people.
#[utoipa::path(get, path = "/users", tag = "users", params(UserFilter),
    responses((status = 200, body = Page<User>), (status = "4XX", body = Problem)))]
pub async fn list_users(
    State(app): State<App>,
    actor: Actor,
    OriginalUri(uri): OriginalUri,
    Query(filter): Query<UserFilter>,
) -> Result<Response> {
    actor.may(Action::ManageUsers)?;
    Ok(queries::list(&app.db, &filter).await?.answer(&uri))
}

/// One person.
///
/// Admins and the person see the whole record; a teacher sees a card of a student in one of their courses.
#[utoipa::path(get, path = "/users/{id}", tag = "users", params(("id" = UserId, Path)),
    responses((status = 200, body = UserView), (status = "4XX", body = Problem)))]
pub async fn get_user(State(app): State<App>, actor: Actor, Path(id): Path<UserId>) -> Result<Response> {
    if actor.may(Action::ReadUser { user: id }).is_ok() {
        let mut db = app.db.acquire().await?;
        let user = queries::find(&mut db, id).await?.ok_or(Error::NotFound("person"))?;
        return Ok((etag(user.version), Json(UserView::Full(user))).into_response());
    }
    let card = match actor.role {
        Role::Teacher => queries::card_of_own_student(&app.db, id, actor.id).await?,
        Role::Admin | Role::Student => None,
    };
    // Others may not know who exists: 404 and not 403.
    actor
        .may(Action::ReadStudentCard { own_student: card.is_some() })
        .map_err(|_| Error::NotFound("person"))?;
    Ok(Json(UserView::Card(card.ok_or(Error::NotFound("person"))?)).into_response())
}

/// Create a person of any role.
#[utoipa::path(post, path = "/users", tag = "users",
    params(("Idempotency-Key" = Option<String>, Header, description = "8 to 255 printable characters; same key and body, same answer, one effect")),
    responses((status = 201, body = User), (status = "4XX", body = Problem)))]
pub async fn create_user(
    State(app): State<App>,
    actor: Actor,
    key: IdempotencyKey,
    Json(request): Json<CreateUser>,
) -> Result<Response> {
    actor.may(Action::ManageUsers)?;
    let new = NewUser::parse(&request, app.passwords.algorithm())?;
    let hash = match &request.password {
        Some(password) => app.passwords.hash(password.clone()).await?,
        None => UNUSABLE_PASSWORD.into(),
    };
    let mut tx = app.db.begin().await?;
    let claim = match key.claim(&app, &mut tx, actor.id.0, "POST /users", &request).await? {
        Claimed::Fresh(claim) => claim,
        Claimed::Replay(answer) => return answer,
    };
    let user = queries::insert(&mut tx, &new, &hash).await?;
    claim.keep(&mut tx, StatusCode::CREATED, &user).await?;
    let entry = Entry::by(&actor, "user_created").of(user.id).facts(json!({ "role": user.role }));
    audit::record(&mut tx, entry).await?;
    tx.commit().await?;

    tracing::info!(event = "user_created", function = "create_user", new_user = %user.id, role = user.role.as_str(), "User created");
    let location = [(header::LOCATION, format!("/api/v1/users/{}", user.id))];
    Ok((StatusCode::CREATED, etag(user.version), location, Json(user)).into_response())
}

/// Change a person.
///
/// Fields left out stay. A new password, a change of role or a deactivation ends the person's sessions everywhere
/// (one's own session in use survives one's own new password).
#[utoipa::path(put, path = "/users/{id}", tag = "users",
    params(("id" = UserId, Path), ("If-Match" = Option<String>, Header, description = "The ETag as read; 412 if somebody was faster")),
    responses((status = 200, body = User), (status = "4XX", body = Problem)))]
pub async fn update_user(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<UserId>,
    seen: IfMatch,
    Json(request): Json<UpdateUser>,
) -> Result<Response> {
    actor.may(Action::UpdateSelf { user: id }).map_err(|_| Error::NotFound("person"))?;
    if request.is_administrative() {
        actor.may(Action::ManageUsers)?;
    }
    let hash = new_password(&app, &actor, id, &request).await?;

    let mut tx = app.db.begin().await?;
    let old = queries::lock(&mut tx, id).await?.ok_or(Error::NotFound("person"))?;
    seen.check(old.version, &old)?;
    let new = edited(&old, &request)?;
    if new.role != old.role || new.is_active != old.is_active {
        if actor.id == id {
            return Err(Refusal::new(
                "own_account",
                "another admin has to change your role or deactivate you",
            )
            .into());
        }
        if new.role != old.role && queries::tied_to_role(&mut tx, &old).await? {
            let detail = "this person has courses or enrolments in the present role; make a second account";
            return Err(Refusal::new("tied_to_role", detail).into());
        }
    }
    keep_an_admin(&mut tx, &old, &new).await?;
    let user = queries::update(&mut tx, &new, hash.as_deref()).await?;
    let ended = match () {
        () if !user.is_active => Some("deactivated"),
        () if user.role != old.role => Some("role_changed"),
        () if hash.is_some() => Some("password_changed"),
        () => None,
    };
    if let Some(reason) = ended {
        let except = (actor.id == id).then_some(actor.session);
        revoke_sessions(&mut tx, id, except, reason).await?;
    }
    let mut facts = audit::changes(&old, &user);
    if hash.is_some() {
        facts["password"] = json!("changed");
    }
    let entry = Entry::by(&actor, "user_updated").of(id).facts(facts);
    audit::record(&mut tx, entry).await?;
    tx.commit().await?;

    if user.is_active && !old.is_active {
        enrollments::settle_soon(&app);
    }
    tracing::info!(event = "user_updated", function = "update_user", changed_user = %user.id, "User updated");
    Ok((etag(user.version), Json(user)).into_response())
}

/// Two admins may take each other's role away at the same moment; one of them stays.
async fn keep_an_admin(db: &mut PgConnection, old: &User, new: &User) -> Result<()> {
    let was_one = old.role == Role::Admin && old.is_active;
    let goes = new.role != Role::Admin || !new.is_active;
    if was_one && goes && !queries::other_admin_stays(db, old.id).await? {
        return Err(Refusal::new("last_admin", "this is the last admin; name another one first").into());
    }
    Ok(())
}

/// The hash of a new password, if one is set; for one's own, the current one must be given and right.
async fn new_password(app: &App, actor: &Actor, id: UserId, request: &UpdateUser) -> Result<Option<Secret>> {
    let Some(password) = &request.password else { return Ok(None) };
    let password = parse_password("password", password, app.passwords.algorithm())?;
    if actor.id == id {
        let current = request.current_password.clone();
        let current = current.ok_or_else(|| {
            FieldError::new("current_password", "required", "give your current password too")
        })?;
        let mut db = app.db.acquire().await?;
        let stored = queries::password_hash(&mut db, id).await?;
        drop(db);
        if !auth::proves_password(app, actor, current, stored).await? {
            return Err(
                FieldError::new("current_password", "wrong", "this is not your current password").into()
            );
        }
    }
    Ok(Some(app.passwords.hash(password).await?))
}

fn edited(old: &User, request: &UpdateUser) -> Result<User> {
    let mut fields = Fields::default();
    let mut new = old.clone();
    if let Some(name) =
        fields.take_if(request.full_name.as_deref(), |name| text::line("full_name", name, 1, 255))
    {
        new.full_name = name;
    }
    if let Some(email) = fields.take_if(request.email.as_deref(), |email| text::email("email", email)) {
        new.email = email.into();
    }
    match &request.department {
        Some(Some(text)) => new.department = fields.take(text::line("department", text, 1, 100)),
        Some(None) => new.department = None,
        None => {}
    }
    new.role = request.role.unwrap_or(old.role);
    new.is_active = request.is_active.unwrap_or(old.is_active);
    if let Some(number) =
        fields.take_if(request.student_id.as_deref(), |text| text::line("student_id", text, 1, 50))
    {
        new.student_id = Some(number);
    }
    fields.require(new.role == Role::Student || request.student_id.is_none(), || {
        FieldError::new("student_id", "only_students", "only students have a student number")
    });
    fields.finish(|| Some(new))
}

/// Deactivate a person: ends their sessions, keeps their records. They can be activated again with a change.
#[utoipa::path(delete, path = "/users/{id}", tag = "users", params(("id" = UserId, Path)),
    responses((status = 204), (status = "4XX", body = Problem)))]
pub async fn deactivate_user(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<UserId>,
) -> Result<StatusCode> {
    actor.may(Action::ManageUsers)?;
    if actor.id == id {
        return Err(Refusal::new("own_account", "another admin has to deactivate you").into());
    }
    let mut tx = app.db.begin().await?;
    let mut user = queries::lock(&mut tx, id).await?.ok_or(Error::NotFound("person"))?;
    if user.is_active {
        let old = user.clone();
        user.is_active = false;
        keep_an_admin(&mut tx, &old, &user).await?;
        queries::update(&mut tx, &user, None).await?;
        revoke_sessions(&mut tx, id, None, "deactivated").await?;
        audit::record(&mut tx, Entry::by(&actor, "user_deactivated").of(id)).await?;
    }
    tx.commit().await?;
    tracing::info!(event = "user_deactivated", function = "deactivate_user", changed_user = %id, "User deactivated");
    Ok(StatusCode::NO_CONTENT)
}

/// A person's enrolments with their courses, newest term first.
///
/// Admins and the person see all of them; a teacher sees those of their own courses.
#[utoipa::path(get, path = "/users/{id}/enrollments", tag = "users", params(("id" = UserId, Path), EnrollmentFilter),
    responses((status = 200, body = Page<Enrollment>), (status = "4XX", body = Problem)))]
pub async fn user_enrollments(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<UserId>,
    OriginalUri(uri): OriginalUri,
    Query(filter): Query<EnrollmentFilter>,
) -> Result<Response> {
    let whole = actor.may(Action::ReadEnrollmentsOf { user: id }).is_ok();
    if !whole {
        let own_student = actor.role == Role::Teacher
            && queries::card_of_own_student(&app.db, id, actor.id).await?.is_some();
        actor.may(Action::ReadStudentCard { own_student }).map_err(|_| Error::NotFound("person"))?;
    }
    let mut tx = app.db.begin().await?;
    queries::find(&mut tx, id).await?.ok_or(Error::NotFound("person"))?;
    let teacher = (!whole).then_some(actor.id);
    let mut page = enrollments::queries::of_student(&mut tx, id, teacher, &filter).await?;
    if actor.id != id {
        if page.items.iter().any(|place| place.grade_final.is_some()) {
            audit::record(&mut tx, Entry::by(&actor, "marks_read").of(id)).await?;
        }
        // `my_enrollment` is the caller's, and the caller is somebody else.
        page.items
            .iter_mut()
            .filter_map(|item| item.course.as_mut())
            .for_each(|course| course.my_enrollment = None);
    }
    tx.commit().await?;
    Ok(page.answer(&uri))
}
