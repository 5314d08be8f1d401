use sqlx::{PgConnection, PgPool};

use super::actor::LiveSession;
use super::rules::{Attempt, Failures};
use super::tokens::REFRESH_DAYS;
use crate::error::Result;
use crate::ids::{SessionId, UserId};
use crate::secret::Secret;

/// What sign-in needs to know of an account.
pub struct Account {
    pub id: UserId,
    pub password_hash: Secret,
    pub is_active: bool,
}

pub async fn find_account(db: &PgPool, email: &str) -> Result<Option<Account>> {
    let account =
        sqlx::query_as!(Account, "select id, password_hash, is_active from users where email = $1", email);
    Ok(account.fetch_optional(db).await?)
}

/// Notes an attempt as failed before its password is looked at, so that a burst of guesses counts too.
pub async fn note_failure(db: &PgPool, account: &[u8], address: &[u8]) -> Result<i64> {
    let id = sqlx::query_scalar!(
        "insert into login_failures (account, address) values ($1, $2) returning id",
        account,
        address
    );
    Ok(id.fetch_one(db).await?)
}

/// The password was wrong.
pub async fn settle_failure(db: &PgPool, id: i64) -> Result<()> {
    sqlx::query!("update login_failures set settled = true where id = $1", id).execute(db).await?;
    Ok(())
}

/// The attempt was no failure after all, or was never looked at.
pub async fn forget_failure(db: &mut PgConnection, id: i64) -> Result<()> {
    sqlx::query!("delete from login_failures where id = $1", id).execute(db).await?;
    Ok(())
}

/// The failures before this attempt.
pub async fn attempt(db: &PgPool, this: i64, account: &[u8], address: &[u8], email: &str) -> Result<Attempt> {
    let row = sqlx::query!(
        r#"with recent as (
               select account = $2 as mine, address = $3 as here, failed_at, settled,
                      failed_at > now() - interval '15 minutes' as fresh
               from login_failures
               where id < $1 and (account = $2 or address = $3)
                   and failed_at > now() - case when settled then interval '1 day' else interval '10 seconds' end
           )
           select
               count(*) filter (where mine and here and fresh) as "pair!",
               extract(epoch from now() - max(failed_at) filter (where mine and here and fresh))::float8 as pair_age,
               count(*) filter (where mine) as "account!",
               extract(epoch from now() - max(failed_at) filter (where mine))::float8 as account_age,
               count(*) filter (where here and fresh and settled) as "address!",
               extract(epoch from now() - max(failed_at) filter (where here and fresh))::float8 as address_age,
               exists (select from sessions s join users u on u.id = s.user_id
                       where u.email = $4 and s.address = $3) as "known!"
           from recent"#,
        this,
        account,
        address,
        email
    )
    .fetch_one(db)
    .await?;
    let failures = |count, age: Option<f64>| Failures { count, seconds_since_last: age.unwrap_or(f64::MAX) };
    Ok(Attempt {
        pair: failures(row.pair, row.pair_age),
        account: failures(row.account, row.account_age),
        address: failures(row.address, row.address_age),
        known_address: row.known,
    })
}

pub async fn store_password(db: &mut PgConnection, user: UserId, hash: &str) -> Result<()> {
    sqlx::query!("update users set password_hash = $2 where id = $1", user.0, hash).execute(db).await?;
    Ok(())
}

pub async fn start_session(
    db: &mut PgConnection,
    session: SessionId,
    user: UserId,
    address: &[u8],
) -> Result<()> {
    sqlx::query!(
        "insert into sessions (id, user_id, address, expires_at) values ($1, $2, $3, now() + make_interval(days => $4))",
        session.0,
        user.0,
        address,
        REFRESH_DAYS
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn issue_refresh_token(db: &mut PgConnection, session: SessionId, digest: &[u8]) -> Result<()> {
    sqlx::query!("insert into refresh_tokens (token_hash, session_id) values ($1, $2)", digest, session.0)
        .execute(db)
        .await?;
    Ok(())
}

/// A refresh token and the state of its family, both locked for the exchange: a second request waits for the first
/// and then sees what it did.
pub struct Presented {
    pub session: SessionId,
    pub user: UserId,
    /// The family was not ended, is not too old, and its person is active.
    pub alive: bool,
    /// Seconds since it was exchanged, if it was.
    pub used_seconds_ago: Option<f64>,
}

pub async fn present_refresh_token(db: &mut PgConnection, digest: &[u8]) -> Result<Option<Presented>> {
    let presented = sqlx::query_as!(
        Presented,
        r#"select
               s.id as session, s.user_id as "user",
               (s.revoked_at is null and s.expires_at > now() and u.is_active) as "alive!",
               extract(epoch from now() - t.used_at)::float8 as used_seconds_ago
           from refresh_tokens t
           join sessions s on s.id = t.session_id
           join users u on u.id = s.user_id
           where t.token_hash = $1
           for update of s, t"#,
        digest
    );
    Ok(presented.fetch_optional(db).await?)
}

pub async fn use_refresh_token(db: &mut PgConnection, session: SessionId, digest: &[u8]) -> Result<()> {
    sqlx::query!(
        "with used as (update refresh_tokens set used_at = now() where token_hash = $2)
         update sessions set last_used_at = now(), expires_at = now() + make_interval(days => $3) where id = $1",
        session.0,
        digest,
        REFRESH_DAYS
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Whether a refresh token of this family was handed out and did not come back yet.
pub async fn is_unused(db: &mut PgConnection, session: SessionId, digest: &[u8]) -> Result<bool> {
    let unused = sqlx::query_scalar!(
        r#"select exists (
               select from refresh_tokens where token_hash = $1 and session_id = $2 and used_at is null) as "unused!""#,
        digest,
        session.0
    );
    Ok(unused.fetch_one(db).await?)
}

pub async fn end_session(db: &mut PgConnection, session: SessionId, reason: &str) -> Result<()> {
    sqlx::query!(
        "update sessions set revoked_at = now(), revoked_reason = $2 where id = $1 and revoked_at is null",
        session.0,
        reason
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Ends every session of a person, except perhaps the one in use.
pub async fn revoke_sessions(
    db: &mut PgConnection,
    user: UserId,
    except: Option<SessionId>,
    reason: &str,
) -> Result<()> {
    sqlx::query!(
        "update sessions set revoked_at = now(), revoked_reason = $3
         where user_id = $1 and revoked_at is null and id is distinct from $2",
        user.0,
        except.map(|session| session.0),
        reason
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A session's person, if it is alive; notes the use, once a minute at most.
pub async fn use_session(db: &PgPool, session: SessionId) -> Result<Option<LiveSession>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select u.id, u.role, s.last_used_at < now() - interval '1 minute' as "stale!"
           from sessions s join users u on u.id = s.user_id
           where s.id = $1 and s.revoked_at is null and s.expires_at > now() and u.is_active"#,
        session.0
    )
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    if row.stale {
        sqlx::query!("update sessions set last_used_at = now() where id = $1", session.0).execute(db).await?;
    }
    Ok(Some(LiveSession { user: row.id, role: row.role }))
}
