//! Accounts and passwords: signing up, signing in, and what guessing costs. Sessions are in `sessions.rs`.

use axum::http::{Method, Request, header};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{Actor, Answer, TestApp};

pub const PASSWORD: &str = "correct horse battery staple";

/// Who signs up as `name`.
pub fn application(name: &str) -> Value {
    json!({ "email": format!("{name}@example.edu"), "password": PASSWORD, "full_name": format!("{name} Example") })
}

/// Somebody who has just registered, not signed in.
pub async fn registered(uems: &TestApp, name: &str) -> Actor {
    let answer = uems.nobody().post("/auth/register", application(name)).await.expect(201);
    Actor { id: uems::ids::UserId(answer.id().parse().unwrap()), ..uems.nobody() }
}

pub async fn sign_in(uems: &TestApp, name: &str, password: &str) -> Answer {
    sign_in_from(uems, name, password, "10.0.0.1").await
}

/// Signs in from an address, as a trusted proxy reports it.
async fn sign_in_from(uems: &TestApp, name: &str, password: &str, address: &str) -> Answer {
    let body = json!({ "email": format!("{name}@example.edu"), "password": password });
    uems.nobody().call(Method::POST, "/auth/login", Some(body), &[("X-Forwarded-For", address)]).await
}

/// Behind one proxy, so that a test can come from many addresses.
pub fn behind_proxy(db: PgPool) -> TestApp {
    TestApp::with(db, &["--trusted-proxies", "1"])
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn whoever_registers_is_a_student_with_a_number(db: PgPool) {
    let uems = TestApp::new(db);
    let request = json!({ "email": " Ada@Example.EDU ", "password": PASSWORD, "full_name": "Ada Lovelace", "department": "Mathematics" });
    let ada = uems.nobody().post("/auth/register", request).await.expect(201);
    assert_eq!((&ada.body["role"], &ada.body["email"]), (&json!("student"), &json!("ada@example.edu")));
    assert_eq!(ada.body["student_id"], "S100001");
    assert!(!ada.text.contains("password") && !ada.text.contains("argon2"), "{}", ada.text);
    let taken = uems.nobody().post("/auth/register", application("ada")).await.expect(409);
    assert_eq!(taken.code(), "email_taken");
    sign_in(&uems, "ada", PASSWORD).await.expect(200);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn nobody_registers_with_rights_or_somebody_elses_number(db: PgPool) {
    let uems = TestApp::new(db);
    let extras = [
        "role",
        "Role",
        "is_admin",
        "is_active",
        "id",
        "student_id",
        "studentId",
        "version",
        "password_hash",
        "user",
    ];
    for extra in extras {
        let mut request = application("eve");
        request[extra] = json!("admin");
        let refused = uems.nobody().post("/auth/register", request).await.expect(422);
        assert_eq!(refused.code(), "validation_failed", "{extra}");
        assert!(refused.text.contains(extra), "the answer names the field: {}", refused.text);
    }
    let twice = format!(
        r#"{{"email":"eve@example.edu","email":"root@example.edu","password":"{PASSWORD}","full_name":"E"}}"#
    );
    let request = Request::post("/api/v1/auth/register").header(header::CONTENT_TYPE, "application/json");
    uems.send(request.body(twice.into()).unwrap()).await.expect(422);
    assert_eq!(uems.count("select count(*) from users").await, 0);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn every_wrong_field_is_named(db: PgPool) {
    let uems = TestApp::new(db);
    let request = json!({ "email": "ada", "password": "short", "full_name": " ", "department": "" });
    let refused = uems.nobody().post("/auth/register", request).await;
    let fields: Vec<String> =
        refused.expect(422).field_errors().into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["email", "password", "full_name", "department"]);
    for (password, fine) in [
        ("é".repeat(12), true),
        ("x".repeat(11), false),
        ("x".repeat(128), true),
        ("x".repeat(129), false),
        ("nul\0in the middle".to_owned(), false),
        ("y".repeat(500_000), false),
    ] {
        let name = format!("len{}-{fine}", password.len());
        let mut request = application(&name);
        request["password"] = json!(password);
        let answer = uems.nobody().post("/auth/register", request).await;
        assert_eq!(answer.status.as_u16(), if fine { 201 } else { 422 }, "{}", answer.text);
        if fine {
            sign_in(&uems, &name, &password).await.expect(200);
        }
    }
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn registering_twice_with_one_key_makes_one_account(db: PgPool) {
    let uems = TestApp::new(db);
    let register = |request: Value| {
        let nobody = uems.nobody();
        async move {
            nobody
                .call(Method::POST, "/auth/register", Some(request), &[("Idempotency-Key", "form-1-of-ada")])
                .await
        }
    };
    let (one, two) = tokio::join!(register(application("ada")), register(application("ada")));
    assert_eq!((one.status.as_u16(), two.status.as_u16()), (201, 201), "{}{}", one.text, two.text);
    assert_eq!(one.body, two.body);
    assert_eq!(uems.count("select count(*) from users").await, 1);
    assert_eq!(register(application("bob")).await.expect(422).code(), "idempotency_key_reused");
    let kept = uems.count("select count(*) from idempotency_keys where body::text like '%horse%' or body::text like '%argon2%'").await;
    assert_eq!(kept, 0, "nothing of the password is kept");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_wrong_password_and_an_unknown_address_get_one_answer(db: PgPool) {
    let uems = TestApp::new(db);
    let ada = registered(&uems, "ada").await;
    let wrong = sign_in(&uems, "ada", "wrong horse battery").await.expect(401);
    let unknown = sign_in(&uems, "nobody", "wrong horse battery").await.expect(401);
    let same = |answer: &Answer| {
        let mut body = answer.body.clone();
        body["request_id"] = json!("");
        (
            body,
            answer.headers.get(header::WWW_AUTHENTICATE).cloned(),
            answer.headers.get_all(header::SET_COOKIE).iter().count(),
        )
    };
    assert_eq!(same(&wrong), same(&unknown));
    assert_eq!(wrong.code(), "invalid_credentials");
    for odd in ["", "x", "ada@", "ada\0", "a@b.c\r\nX: y"] {
        let body = json!({ "email": odd, "password": "whatever it is" });
        assert_eq!(uems.nobody().post("/auth/login", body).await.expect(401).code(), "invalid_credentials");
    }

    // Only who knows the password hears that the account is deactivated.
    sqlx::query("update users set is_active = false where id = $1")
        .bind(ada.id)
        .execute(&uems.db)
        .await
        .unwrap();
    assert_eq!(same(&sign_in(&uems, "ada", "wrong horse battery").await), same(&unknown));
    assert_eq!(sign_in(&uems, "ada", PASSWORD).await.expect(401).code(), "account_inactive");
    assert_eq!(uems.count("select count(*) from sessions").await, 0);
    let text = uems.app.metrics.text(&uems.app).await;
    assert!(text.contains("uems_user_login_failures_total{reason=\"account_inactive\"} 1"), "{text}");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn accounts_without_a_password_cannot_be_signed_in_to(db: PgPool) {
    let uems = TestApp::new(db);
    uems.teacher("imported").await;
    for guess in ["!", "", "nobody's password"] {
        assert_eq!(sign_in(&uems, "imported", guess).await.expect(401).code(), "invalid_credentials");
    }
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn an_old_bcrypt_hash_is_verified_and_replaced(db: PgPool) {
    let uems = TestApp::new(db);
    let ada = uems.student("ada").await;
    let old = bcrypt::hash(PASSWORD, 4).unwrap();
    sqlx::query("update users set password_hash = $2 where id = $1")
        .bind(ada.id)
        .bind(&old)
        .execute(&uems.db)
        .await
        .unwrap();
    sign_in(&uems, "ada", "wrong horse battery").await.expect(401);
    assert_eq!(uems.count("select count(*) from users where password_hash like '$2%'").await, 1);
    sign_in(&uems, "ada", PASSWORD).await.expect(200);
    assert_eq!(
        uems.count("select count(*) from users where password_hash like '$argon2id$v=19$m=19456,t=2,p=1$%'")
            .await,
        1
    );
    sign_in(&uems, "ada", PASSWORD).await.expect(200);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn guessing_is_slowed_and_never_locks(db: PgPool) {
    let uems = behind_proxy(db);
    registered(&uems, "ada").await;
    for _ in 0..5 {
        sign_in(&uems, "ada", "a wrong password").await.expect(401);
    }
    let mut waits = vec![];
    for _ in 0..5 {
        let refused = sign_in(&uems, "ada", PASSWORD).await.expect(429);
        assert_eq!(refused.code(), "rate_limited");
        let wait: i64 = refused.headers[header::RETRY_AFTER].to_str().unwrap().parse().unwrap();
        waits.push(wait);
        time_passes(&uems, wait).await;
        sign_in(&uems, "ada", "a wrong password").await.expect(401);
    }
    assert_eq!(waits, [1, 2, 4, 8, 10]);
    time_passes(&uems, 10).await;
    sign_in(&uems, "ada", PASSWORD).await.expect(200);
    assert_eq!(
        uems.count("select count(*) from login_failures").await,
        10,
        "waiting and success are no failures"
    );
    let text = uems.app.metrics.text(&uems.app).await;
    assert!(text.contains("uems_user_login_failures_total{reason=\"rate_limited\"} 5"), "{text}");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_burst_of_guesses_is_counted_before_it_is_answered(db: PgPool) {
    let uems = behind_proxy(db);
    registered(&uems, "ada").await;
    let guesses = (0..12).map(|_| {
        let uems = uems.clone();
        tokio::spawn(async move { sign_in(&uems, "ada", "a wrong password").await.status.as_u16() })
    });
    let mut looked_at = 0;
    for guess in guesses.collect::<Vec<_>>() {
        looked_at += u32::from(guess.await.unwrap() == 401);
    }
    assert!(looked_at <= 6, "{looked_at} guesses of one burst were looked at");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn strangers_slow_strangers_and_not_the_owner(db: PgPool) {
    let uems = behind_proxy(db);
    registered(&uems, "ada").await;
    sign_in_from(&uems, "ada", PASSWORD, "10.0.0.1").await.expect(200);
    // A hundred failures from a hundred addresses, as a distributed guesser leaves them.
    sign_in_from(&uems, "ada", "a wrong password", "10.9.9.9").await.expect(401);
    sqlx::query(
        "insert into login_failures (account, address) select account, sha256(n::text::bytea) from login_failures, generate_series(1, 100) n",
    )
    .execute(&uems.db)
    .await
    .unwrap();
    sign_in_from(&uems, "ada", PASSWORD, "10.7.7.7").await.expect(429);
    sign_in_from(&uems, "ada", PASSWORD, "10.0.0.1").await.expect(200);
    time_passes(&uems, 10).await;
    sign_in_from(&uems, "ada", PASSWORD, "10.7.7.7").await.expect(200);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn one_address_cannot_spray_many_accounts_nor_forge_where_it_is(db: PgPool) {
    let uems = TestApp::with(db.clone(), &["--trusted-proxies", "1", "--login-failures-per-address", "3"]);
    registered(&uems, "ada").await;
    for name in ["one", "two", "three"] {
        sign_in_from(&uems, name, "a wrong password", "10.0.0.1").await.expect(401);
    }
    sign_in_from(&uems, "ada", PASSWORD, "10.0.0.1").await.expect(429);
    sign_in_from(&uems, "ada", PASSWORD, "10.66.6.6, 10.0.0.1").await.expect(429);
    sign_in_from(&uems, "ada", PASSWORD, "10.0.0.2").await.expect(200);

    let unproxied = TestApp::with(db, &["--login-failures-per-address", "3"]);
    for (name, address) in [("one", "10.1.1.1"), ("two", "10.1.1.2"), ("three", "10.1.1.3")] {
        sign_in_from(&unproxied, name, "a wrong password", address).await.expect(401);
    }
    sign_in_from(&unproxied, "ada", PASSWORD, "10.1.1.4").await.expect(429);
}

/// Makes every failure so far older; the database's clock decides.
async fn time_passes(uems: &TestApp, seconds: i64) {
    let sql = "update login_failures set failed_at = failed_at - make_interval(secs => $1)";
    sqlx::query(sql).bind(seconds as f64).execute(&uems.db).await.unwrap();
}
