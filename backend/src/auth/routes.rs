use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use uuid::Uuid;

use super::model::{LoginRequest, RefreshRequest, RegisterRequest, TokenPair};
use super::queries;
use super::throttle::Attempt;
use super::tokens::{ACCESS_SECONDS, REFRESH_DAYS, digest, keyed_digest, random_token, successor};
use crate::app::App;
use crate::error::{Error, Problem, Result};
use crate::http::idempotency::{Claimed, IdempotencyKey};
use crate::http::request_log::ClientAddress;
use crate::http::{Json, JsonOrDefault, text};
use crate::ids::SessionId;
use crate::policy::Actor;
use crate::secret::Secret;
use crate::users::{self, NewUser, User};

const REFRESH_COOKIE: &str = "uems_refresh";
/// Tells the UI, which cannot see the other cookie, that trying to refresh makes sense.
const SESSION_COOKIE: &str = "uems_session";
/// For so long the exchange of a refresh token can be repeated, with the same outcome.
const REPEATABLE_SECONDS: f64 = 10.0;

/// Create a student account.
///
/// Whoever registers is a student; the system assigns the student number. Staff are created by an admin.
#[utoipa::path(post, path = "/auth/register", tag = "auth", security(()),
    params(("Idempotency-Key" = Option<String>, Header, description = "8 to 255 printable characters; same key and body, same answer, one effect")),
    responses((status = 201, body = User), (status = 429, body = Problem), (status = "4XX", body = Problem)))]
pub async fn register(
    State(app): State<App>,
    Extension(address): Extension<ClientAddress>,
    key: IdempotencyKey,
    Json(request): Json<RegisterRequest>,
) -> Result<Response> {
    let student = NewUser::student(&request, app.passwords.algorithm())?;
    // A taken address is told; so asking for addresses gets slow like guessing passwords.
    let here = address_digest(&app, address);
    let account = keyed_digest(&app.config.auth.jwt_secret, &[b"register", student.email.as_bytes()]);
    let attempt = Attempt::begin(&app, &account, &here, "", ["/api/v1/auth/register", "anonymous"]).await?;
    let hash = app.passwords.hash(request.password.clone()).await?;
    let mut tx = app.db.begin().await?;
    let claim = match key.claim(&app, &mut tx, Uuid::nil(), "POST /auth/register", &request).await? {
        Claimed::Fresh(claim) => claim,
        Claimed::Replay(answer) => return answer,
    };
    let user = match users::queries::insert(&mut tx, &student, &hash).await {
        Ok(user) => user,
        Err(error) => {
            attempt.settle(&app).await?;
            return Err(error);
        }
    };
    claim.keep(&mut tx, StatusCode::CREATED, &user).await?;
    attempt.forget(&mut tx).await?;
    tx.commit().await?;

    tracing::info!(event = "user_registered", function = "register", new_user = %user.id, "User registered");
    Ok((StatusCode::CREATED, Json(user)).into_response())
}

fn address_digest(app: &App, address: ClientAddress) -> Vec<u8> {
    keyed_digest(&app.config.auth.jwt_secret, &[b"address", address.0.to_string().as_bytes()])
}

/// Sign in.
///
/// Answers with both tokens; the refresh token is also set as an `HttpOnly` cookie for browsers.
#[utoipa::path(post, path = "/auth/login", tag = "auth", security(()),
    responses((status = 200, body = TokenPair), (status = 401, body = Problem), (status = 429, body = Problem), (status = "4XX", body = Problem)))]
pub async fn login(
    State(app): State<App>,
    Extension(address): Extension<ClientAddress>,
    jar: CookieJar,
    Json(request): Json<LoginRequest>,
) -> Result<Response> {
    let email = text::email("email", &request.email).unwrap_or_default();
    let here = address_digest(&app, address);
    let account = keyed_digest(&app.config.auth.jwt_secret, &[b"account", email.as_bytes()]);
    let attempt = Attempt::begin(&app, &account, &here, &email, ["/api/v1/auth/login", "anonymous"])
        .await
        .inspect_err(|error| {
            if matches!(error, Error::RateLimited { .. }) {
                app.metrics.user_login_failures.with_label_values(&["rate_limited"]).inc();
                tracing::warn!(
                    event = "user_login_failed",
                    function = "login",
                    reason = "rate_limited",
                    "Sign-in refused for now"
                );
            }
        })?;

    let account = queries::find_account(&app.db, &email).await?;
    let stored = account.as_ref().map(|account| account.password_hash.clone());
    let too_long = request.password.chars().count() > 128;
    let password = if too_long { Secret::default() } else { request.password.clone() };
    let matches = attempt.verify(&app, password, stored).await?;
    let refuse = |reason: &'static str, error: Error| {
        app.metrics.user_login_failures.with_label_values(&[reason]).inc();
        tracing::warn!(event = "user_login_failed", function = "login", reason, "Sign-in failed");
        error
    };
    let account = account
        .filter(|_| matches)
        .ok_or_else(|| refuse("invalid_credentials", Error::InvalidCredentials))?;
    if !account.is_active {
        return Err(refuse("account_inactive", Error::AccountInactive));
    }
    let better_hash = match app.passwords.is_outdated(&account.password_hash) {
        true => Some(app.passwords.hash(request.password).await?),
        false => None,
    };

    let (session, token) = (SessionId::new(), random_token());
    let mut tx = app.db.begin().await?;
    attempt.forget(&mut tx).await?;
    if let Some(hash) = better_hash {
        queries::store_password(&mut tx, account.id, &hash).await?;
    }
    queries::start_session(&mut tx, session, account.id, &here).await?;
    queries::issue_refresh_token(&mut tx, session, &digest(&token)).await?;
    let user = users::queries::find(&mut tx, account.id).await?.ok_or(Error::InvalidCredentials)?;
    tx.commit().await?;

    app.metrics.user_logins.with_label_values(&[user.role.as_str()]).inc();
    tracing::info!(event = "user_login", function = "login", user_id = %user.id, role = user.role.as_str(), ip_address = %address.0, "User logged in");
    answer(&app, jar, user, session, token)
}

/// Exchange a refresh token for a new pair.
///
/// Each refresh token is exchanged for one other. Presenting an old one ends the session everywhere (it was stolen, or
/// its thief was faster), unless it was exchanged within the last 10 seconds: then it was another tab, or the answer got
/// lost with a page that was left. The answer is the same new token again, or `refresh_superseded` if that one was used
/// already.
#[utoipa::path(post, path = "/auth/refresh", tag = "auth", security(()),
    request_body(content = Option<RefreshRequest>, content_type = "application/json"),
    responses((status = 200, body = TokenPair), (status = 401, body = Problem), (status = "4XX", body = Problem)))]
pub async fn refresh(
    State(app): State<App>,
    headers: HeaderMap,
    jar: CookieJar,
    JsonOrDefault(request): JsonOrDefault<RefreshRequest>,
) -> Result<Response> {
    let cookie =
        || same_site(&headers).then(|| jar.get(REFRESH_COOKIE).map(|cookie| cookie.value().into())).flatten();
    let token = request.refresh_token.or_else(cookie).ok_or(Error::Unauthenticated)?;

    let mut tx = app.db.begin().await?;
    let presented =
        queries::present_refresh_token(&mut tx, &digest(&token)).await?.ok_or(Error::SessionExpired)?;
    let new = successor(&app.config.auth.jwt_secret, &token);
    match presented.used_seconds_ago {
        _ if !presented.alive => return Err(Error::SessionExpired),
        Some(seconds) if seconds < REPEATABLE_SECONDS => {
            if !queries::is_unused(&mut tx, presented.session, &digest(&new)).await? {
                return Err(Error::RefreshSuperseded);
            }
        }
        Some(_) => {
            queries::end_session(&mut tx, presented.session, "token_reuse").await?;
            tx.commit().await?;
            app.sessions.invalidate(&presented.session).await;
            tracing::warn!(event = "refresh_token_reused", function = "refresh", user_id = %presented.user, "An old refresh token came back; session ended");
            return Err(Error::SessionExpired);
        }
        None => {
            queries::use_refresh_token(&mut tx, presented.session, &digest(&token)).await?;
            queries::issue_refresh_token(&mut tx, presented.session, &digest(&new)).await?;
        }
    }
    let user = users::queries::find(&mut tx, presented.user).await?.ok_or(Error::SessionExpired)?;
    tx.commit().await?;
    answer(&app, jar, user, presented.session, new)
}

/// A cookie counts only when the page that sends it is ours.
fn same_site(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_none_or(|site| matches!(site.as_bytes(), b"same-origin" | b"none"))
}

/// Who am I?
#[utoipa::path(get, path = "/auth/me", tag = "auth", responses((status = 200, body = User), (status = "4XX", body = Problem)))]
pub async fn me(State(app): State<App>, actor: Actor) -> Result<Json<User>> {
    let mut db = app.db.acquire().await?;
    Ok(Json(users::queries::find(&mut db, actor.id).await?.ok_or(Error::SessionExpired)?))
}

/// Sign out: ends the session on every replica within a second.
#[utoipa::path(post, path = "/auth/logout", tag = "auth", responses((status = 204), (status = "4XX", body = Problem)))]
pub async fn logout(State(app): State<App>, actor: Actor, jar: CookieJar) -> Result<Response> {
    let mut db = app.db.acquire().await?;
    queries::end_session(&mut db, actor.session, "logout").await?;
    app.sessions.invalidate(&actor.session).await;
    let jar = jar.add(cookie(&app, REFRESH_COOKIE, String::new(), time::Duration::ZERO)).add(cookie(
        &app,
        SESSION_COOKIE,
        String::new(),
        time::Duration::ZERO,
    ));
    Ok((StatusCode::NO_CONTENT, jar).into_response())
}

fn answer(
    app: &App,
    jar: CookieJar,
    user: User,
    session: SessionId,
    refresh_token: Secret,
) -> Result<Response> {
    let life = time::Duration::days(i64::from(REFRESH_DAYS));
    let jar = jar.add(cookie(app, REFRESH_COOKIE, refresh_token.to_string(), life)).add(cookie(
        app,
        SESSION_COOKIE,
        "1".to_owned(),
        life,
    ));
    let access_token = app.tokens.access(&user, session, app.clock.now())?;
    let pair = TokenPair {
        access_token,
        token_type: "bearer".to_owned(),
        expires_in: ACCESS_SECONDS,
        refresh_token,
        user,
    };
    Ok((jar, [(header::CACHE_CONTROL, "no-store")], Json(pair)).into_response())
}

/// One of the two cookies. Deleting takes the same attributes as setting: a browser does not let a plain cookie
/// replace a `Secure` one.
fn cookie(app: &App, name: &'static str, value: String, life: time::Duration) -> Cookie<'static> {
    let secret = name == REFRESH_COOKIE;
    Cookie::build((name, value))
        .path(if secret { "/api/v1/auth" } else { "/" })
        .http_only(secret)
        .secure(!app.config.auth.insecure_cookies)
        .same_site(SameSite::Strict)
        .max_age(life)
        .build()
}
