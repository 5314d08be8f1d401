//! Sessions: tokens, their exchange, their end on every replica.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::http::{Method, header};
use serde_json::{Value, json};
use sqlx::PgPool;
use uems::ids::UserId;

use crate::auth::{PASSWORD, registered, sign_in};
use crate::support::{Actor, Answer, TestApp};

async fn signed_in(uems: &TestApp, name: &str) -> (Actor, Answer) {
    let actor = registered(uems, name).await;
    let pair = sign_in(uems, name, PASSWORD).await.expect(200);
    (Actor { token: Some(text(&pair.body["access_token"])), ..actor }, pair)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

async fn refresh(uems: &TestApp, token: &Value) -> Answer {
    uems.nobody().post("/auth/refresh", json!({ "refresh_token": token })).await
}

/// A refresh as a browser sends it: the cookie alone.
async fn refresh_by_cookie(uems: &TestApp, token: &Value, site: Option<&str>) -> Answer {
    let cookie = format!("uems_session=1; uems_refresh={}", token.as_str().unwrap());
    let mut headers = vec![("Cookie", &*cookie)];
    headers.extend(site.map(|site| ("Sec-Fetch-Site", site)));
    uems.nobody().call(Method::POST, "/auth/refresh", None, &headers).await
}

/// The same person at another replica on the same database.
fn at(replica: &TestApp, actor: &Actor) -> Actor {
    Actor { uems: replica.clone(), ..actor.clone() }
}

/// Puts the exchange of every used token some seconds into the past.
async fn exchanged_ago(uems: &TestApp, seconds: f64) {
    let sql =
        "update refresh_tokens set used_at = now() - make_interval(secs => $1) where used_at is not null";
    sqlx::query(sql).bind(seconds).execute(&uems.db).await.unwrap();
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn signing_in_gives_tokens_and_a_cookie_scripts_cannot_read(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, pair) = signed_in(&uems, "ada").await;
    assert_eq!((&pair.body["token_type"], &pair.body["expires_in"]), (&json!("bearer"), &json!(900)));
    assert_eq!(ada.get("/auth/me").await.expect(200).body["email"], "ada@example.edu");
    assert_eq!(pair.headers[header::CACHE_CONTROL], "no-store");

    let cookies: Vec<&str> =
        pair.headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap()).collect();
    let refresh = cookies.iter().find(|cookie| cookie.starts_with("uems_refresh=")).unwrap();
    for flag in ["HttpOnly", "Secure", "SameSite=Strict", "Path=/api/v1/auth", "Max-Age=604800"] {
        assert!(refresh.contains(flag), "{refresh}");
    }
    let hint = cookies.iter().find(|cookie| cookie.starts_with("uems_session=1;")).unwrap();
    assert!(
        hint.contains("Secure") && hint.contains("SameSite=Strict") && !hint.contains("HttpOnly"),
        "{hint}"
    );
    assert!(!pair.text.contains("password") && !pair.text.contains("argon2"));
    let stored: Vec<Vec<u8>> =
        sqlx::query_scalar("select token_hash from refresh_tokens").fetch_all(&uems.db).await.unwrap();
    assert!(stored.iter().all(|digest| digest.len() == 32), "the token itself is not stored");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn an_access_token_lives_fifteen_minutes(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, pair) = signed_in(&uems, "ada").await;
    uems.app.clock.advance(Duration::from_secs(14 * 60 + 55));
    ada.get("/auth/me").await.expect(200);
    uems.app.clock.advance(Duration::from_secs(10));
    assert_eq!(ada.get("/auth/me").await.expect(401).code(), "unauthenticated");
    let fresh = refresh(&uems, &pair.body["refresh_token"]).await.expect(200);
    let ada = Actor { token: Some(text(&fresh.body["access_token"])), ..ada };
    ada.get("/auth/me").await.expect(200);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn the_two_kinds_of_token_are_not_taken_for_each_other(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, pair) = signed_in(&uems, "ada").await;
    let confused = Actor { token: Some(text(&pair.body["refresh_token"])), ..ada };
    assert_eq!(confused.get("/auth/me").await.expect(401).code(), "unauthenticated");
    assert_eq!(refresh(&uems, &pair.body["access_token"]).await.expect(401).code(), "session_expired");
    assert_eq!(uems.nobody().post("/auth/refresh", json!({})).await.expect(401).code(), "unauthenticated");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn each_refresh_token_works_once_and_an_old_one_ends_the_session(db: PgPool) {
    let uems = TestApp::new(db);
    let (_, first) = signed_in(&uems, "ada").await;
    let other_device = sign_in(&uems, "ada", PASSWORD).await.expect(200);
    let second = refresh(&uems, &first.body["refresh_token"]).await.expect(200);
    assert_ne!(second.body["refresh_token"], first.body["refresh_token"]);

    // Another tab with the same cookie gets the same new one; or, once that was used, hears that there is a newer one.
    let again = refresh(&uems, &first.body["refresh_token"]).await.expect(200);
    assert_eq!(again.body["refresh_token"], second.body["refresh_token"]);
    let third = refresh(&uems, &second.body["refresh_token"]).await.expect(200);
    assert_eq!(refresh(&uems, &first.body["refresh_token"]).await.expect(401).code(), "refresh_superseded");

    // A thief with an old token: the family ends, for both of them.
    exchanged_ago(&uems, 11.0).await;
    assert_eq!(refresh(&uems, &first.body["refresh_token"]).await.expect(401).code(), "session_expired");
    assert_eq!(refresh(&uems, &third.body["refresh_token"]).await.expect(401).code(), "session_expired");
    let ended = Actor { token: Some(text(&third.body["access_token"])), ..uems.nobody() };
    assert_eq!(ended.get("/auth/me").await.expect(401).code(), "session_expired");
    refresh(&uems, &other_device.body["refresh_token"]).await.expect(200);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn parallel_refreshes_make_one_new_token_and_keep_the_session(db: PgPool) {
    let uems = TestApp::new(db);
    let (_, pair) = signed_in(&uems, "ada").await;
    for round in 0..5 {
        let pair = if round == 0 { pair.body.clone() } else { sign_in(&uems, "ada", PASSWORD).await.body };
        let tries: Vec<_> = (0..8)
            .map(|_| {
                let (uems, token) = (uems.clone(), pair["refresh_token"].clone());
                tokio::spawn(async move { refresh(&uems, &token).await })
            })
            .collect();
        let mut fresh = BTreeSet::new();
        for answer in tries {
            fresh.insert(text(&answer.await.unwrap().expect(200).body["refresh_token"]));
        }
        assert_eq!(fresh.len(), 1, "one token became several");
        refresh(&uems, &json!(fresh.first())).await.expect(200);
    }
    assert_eq!(uems.count("select count(*) from sessions where revoked_at is not null").await, 0);
    assert_eq!(uems.count("select count(*) from refresh_tokens where used_at is null").await, 5);
}

/// A page is left while its refresh is under way: the browser keeps the old cookie, and the next page asks with it.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn an_answer_that_was_lost_can_be_had_again_for_ten_seconds_at_every_replica(db: PgPool) {
    let secret = ["--jwt-secret", "one-secret-of-all-replicas-0123456789"];
    let (here, there) = (TestApp::with(db.clone(), &secret), TestApp::with(db.clone(), &secret));
    let (ada, pair) = signed_in(&here, "ada").await;
    let old = &pair.body["refresh_token"];
    let lost = refresh_by_cookie(&here, old, None).await.expect(200);
    exchanged_ago(&here, 9.0).await;
    let again = refresh_by_cookie(&there, old, None).await.expect(200);
    assert_eq!(again.body["refresh_token"], lost.body["refresh_token"]);
    Actor { token: Some(text(&again.body["access_token"])), ..ada.clone() }.get("/auth/me").await.expect(200);
    let stored = "select count(*) from refresh_tokens";
    assert_eq!(here.count(stored).await, 2, "nothing more was handed out");

    // A thief who was as fast has the same token: whoever comes second with it, later, ends the session for both.
    let owner = refresh(&here, &lost.body["refresh_token"]).await.expect(200);
    exchanged_ago(&here, 11.0).await;
    refresh(&there, &lost.body["refresh_token"]).await.expect(401);
    assert_eq!(refresh(&here, &owner.body["refresh_token"]).await.expect(401).code(), "session_expired");
    assert_eq!(why_ended(&here, ada.id).await, ["token_reuse"]);

    // After ten seconds an old token is an old token, though nobody used its successor.
    let pair = sign_in(&here, "ada", PASSWORD).await.expect(200);
    refresh(&here, &pair.body["refresh_token"]).await.expect(200);
    exchanged_ago(&here, 10.5).await;
    assert_eq!(refresh(&here, &pair.body["refresh_token"]).await.expect(401).code(), "session_expired");

    // Nor does a replica with another secret know the successor; nothing is lost there either.
    let pair = sign_in(&here, "ada", PASSWORD).await.expect(200);
    let next = refresh(&here, &pair.body["refresh_token"]).await.expect(200);
    let stranger = TestApp::with(db, &["--jwt-secret", "another-secret-0123456789-0123456789"]);
    let told = refresh(&stranger, &pair.body["refresh_token"]).await.expect(401);
    assert_eq!(told.code(), "refresh_superseded");
    refresh(&here, &next.body["refresh_token"]).await.expect(200);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_refresh_token_lives_seven_days_from_its_last_use(db: PgPool) {
    let uems = TestApp::new(db);
    let (_, pair) = signed_in(&uems, "ada").await;
    let days_left = "select round(extract(epoch from expires_at - now()) / 86400)::bigint from sessions";
    assert_eq!(uems.count(days_left).await, 7);
    sqlx::query("update sessions set expires_at = now() + interval '1 minute'")
        .execute(&uems.db)
        .await
        .unwrap();
    let fresh = refresh(&uems, &pair.body["refresh_token"]).await.expect(200);
    assert_eq!(uems.count(days_left).await, 7);
    sqlx::query("update sessions set expires_at = now()").execute(&uems.db).await.unwrap();
    assert_eq!(refresh(&uems, &fresh.body["refresh_token"]).await.expect(401).code(), "session_expired");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_browser_refreshes_by_cookie_from_our_own_pages_only(db: PgPool) {
    let uems = TestApp::new(db);
    let (_, pair) = signed_in(&uems, "ada").await;
    let mut token = pair.body["refresh_token"].clone();
    for site in ["cross-site", "same-site", "something"] {
        let refused = refresh_by_cookie(&uems, &token, Some(site)).await.expect(401);
        assert_eq!(refused.code(), "unauthenticated");
    }
    for site in [Some("same-origin"), Some("none"), None] {
        let fresh = refresh_by_cookie(&uems, &token, site).await.expect(200);
        assert!(
            fresh
                .headers
                .get_all(header::SET_COOKIE)
                .iter()
                .any(|cookie| cookie.to_str().unwrap().starts_with("uems_refresh="))
        );
        token = fresh.body["refresh_token"].clone();
    }
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn signing_out_ends_the_session_everywhere_within_a_second(db: PgPool) {
    let (here, there) = (TestApp::new(db.clone()), TestApp::new(db));
    let (ada, pair) = signed_in(&here, "ada").await;
    let elsewhere = at(&there, &ada);
    elsewhere.get("/auth/me").await.expect(200);

    let gone = ada.post("/auth/logout", json!({})).await.expect(204);
    let cookies: Vec<&str> =
        gone.headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap()).collect();
    assert!(
        cookies.iter().any(|cookie| cookie.starts_with("uems_refresh=;") && cookie.contains("Max-Age=0")),
        "{cookies:?}"
    );
    assert_eq!(ada.get("/auth/me").await.expect(401).code(), "session_expired", "at once where it happened");
    assert_eq!(refresh(&there, &pair.body["refresh_token"]).await.expect(401).code(), "session_expired");
    ends_within_a_second(&elsewhere).await;
}

/// What an admin (or the person) does to an account, and why its sessions end.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn deactivation_role_and_password_end_access_tokens_on_every_replica(db: PgPool) {
    let (here, there) = (TestApp::new(db.clone()), TestApp::new(db));
    let root = here.admin("root").await;
    let changes = [
        ("ada", json!({ "is_active": false }), "deactivated"),
        ("bob", json!({ "role": "teacher" }), "role_changed"),
        ("cyd", json!({ "password": "another horse battery staple" }), "password_changed"),
    ];
    for (name, change, reason) in changes {
        let (victim, pair) = signed_in(&here, name).await;
        let elsewhere = at(&there, &victim);
        elsewhere.get("/auth/me").await.expect(200);
        root.put(&format!("/users/{}", victim.id), change).await.expect(200);
        ends_within_a_second(&elsewhere).await;
        ends_within_a_second(&victim).await;
        assert_eq!(refresh(&there, &pair.body["refresh_token"]).await.expect(401).code(), "session_expired");
        assert_eq!(why_ended(&here, victim.id).await, [reason]);
    }
    let (dan, _) = signed_in(&here, "dan").await;
    let elsewhere = at(&there, &dan);
    elsewhere.get("/auth/me").await.expect(200);
    root.delete(&format!("/users/{}", dan.id)).await.expect(204);
    ends_within_a_second(&elsewhere).await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_new_password_of_ones_own_ends_the_other_sessions(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, _) = signed_in(&uems, "ada").await;
    let elsewhere = Actor { token: Some(uems.sign_in(ada.id).await), ..ada.clone() };
    let path = format!("/users/{}", ada.id);
    let new = "another horse battery staple";
    let missing = ada.put(&path, json!({ "password": new })).await.expect(422);
    assert_eq!(missing.field_errors(), [("current_password".to_owned(), "required".to_owned())]);
    let wrong = ada.put(&path, json!({ "password": new, "current_password": "guess" })).await.expect(422);
    assert_eq!(wrong.field_errors(), [("current_password".to_owned(), "wrong".to_owned())]);
    elsewhere.get("/auth/me").await.expect(200);
    ada.put(&path, json!({ "password": new, "current_password": PASSWORD })).await.expect(200);
    ends_within_a_second(&elsewhere).await;
    ada.get("/auth/me").await.expect(200);
    sign_in(&uems, "ada", PASSWORD).await.expect(401);
    sign_in(&uems, "ada", new).await.expect(200);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn the_role_counts_as_it_is_and_not_as_the_token_says(db: PgPool) {
    let uems = TestApp::new(db);
    let root = uems.admin("root").await;
    sqlx::query("update users set role = 'teacher' where id = $1")
        .bind(root.id)
        .execute(&uems.db)
        .await
        .unwrap();
    root.get("/users").await.expect(403);
}

async fn ends_within_a_second(actor: &Actor) {
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(actor.get("/auth/me").await.expect(401).code(), "session_expired");
}

async fn why_ended(uems: &TestApp, user: UserId) -> Vec<String> {
    let sql = "select revoked_reason from sessions where user_id = $1";
    sqlx::query_scalar(sql).bind(user).fetch_all(&uems.db).await.unwrap()
}
