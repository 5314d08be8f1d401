//! Registration, told as scenarios.

use axum::http::Method;
use serde_json::json;
use sqlx::PgPool;

use crate::support::TestApp;

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_student_enrolls_drops_and_enrolls_again(db: PgPool) {
    let uems = TestApp::new(db);
    let ada = uems.student("ada").await;
    let course = uems.monday("CS101", 1, "09:00-11:00").await;

    let enrolled = ada.enroll(course).await.expect(201);
    assert_eq!(enrolled.body["status"], "enrolled");
    assert_eq!(ada.enroll(course).await.expect(409).code(), "already_enrolled");
    let seen = ada.get(&format!("/courses/{course}")).await.expect(200);
    assert_eq!(seen.body["my_enrollment"]["status"], "enrolled");
    assert_eq!((seen.body["seats_left"].as_i64(), seen.body["enrolled_count"].as_i64()), (Some(0), Some(1)));

    let dropped = ada.drop_enrollment(course, &enrolled.id()).await.expect(200);
    assert_eq!(dropped.body["status"], "dropped");
    assert_eq!(ada.drop_enrollment(course, &enrolled.id()).await.expect(200).body["status"], "dropped");
    let again = ada.enroll(course).await.expect(201);
    assert_eq!(again.id(), enrolled.id(), "the row is revived");
    assert_eq!(ada.events_in(course).await, ["enrolled", "refused:already_enrolled", "dropped", "enrolled"]);
    uems.assert_sound().await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn two_students_race_for_the_last_seat(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, bob) = (uems.student("ada").await, uems.student("bob").await);
    let course = uems.monday("CS101", 1, "09:00-11:00").await;
    let (a, b) = tokio::join!(ada.enroll(course), bob.enroll(course));
    let mut statuses = [a.status.as_u16(), b.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    let refusal = if a.status.as_u16() == 409 { a } else { b };
    assert_eq!(refusal.code(), "course_full");
    assert_eq!(
        (refusal.body["capacity"].as_i64(), refusal.body["enrolled_count"].as_i64()),
        (Some(1), Some(1))
    );
    uems.assert_sound().await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_clash_is_refused_by_name_and_touching_times_are_none(db: PgPool) {
    let uems = TestApp::new(db);
    let ada = uems.student("ada").await;
    let morning = uems.monday("CS101", 9, "09:00-11:00").await;
    let overlapping = uems.monday("CS102", 9, "10:30-12:00").await;
    let touching = uems.monday("CS103", 9, "11:00-12:00").await;
    let unscheduled = uems.course("CS104", 9, json!({})).await;
    ada.enroll(morning).await.expect(201);

    let refusal = ada.enroll(overlapping).await.expect(409);
    assert_eq!(refusal.code(), "schedule_conflict");
    let conflict = &refusal.body["conflicts"][0];
    assert_eq!(conflict["with_code"], "CS101");
    assert_eq!(
        (&conflict["day"], &conflict["start"], &conflict["end"]),
        (&json!("monday"), &json!("10:30"), &json!("11:00"))
    );
    assert!(refusal.body["detail"].as_str().unwrap().contains("CS101"), "{}", refusal.text);
    ada.enroll(touching).await.expect(201);
    ada.enroll(unscheduled).await.expect(201);
    uems.assert_sound().await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn half_term_sections_and_other_terms_do_not_clash(db: PgPool) {
    let uems = TestApp::new(db);
    let ada = uems.student("ada").await;
    let slot = |from: &str, to: &str| json!({"monday": [{"time": "09:00-11:00", "from": from, "to": to}]});
    let first = uems.course("CS101", 9, slot("2025-09-01", "2025-10-17")).await;
    let second = uems.course("CS102", 9, slot("2025-10-20", "2025-12-05")).await;
    let both = uems.course("CS103", 9, slot("2025-10-06", "2025-11-07")).await;
    let other_term = uems.monday("CS104", 9, "09:00-11:00").await;
    sqlx::query("update courses set semester = 'spring' where id = $1")
        .bind(other_term)
        .execute(&uems.db)
        .await
        .unwrap();
    ada.enroll(first).await.expect(201);
    ada.enroll(second).await.expect(201);
    ada.enroll(other_term).await.expect(201);
    assert_eq!(ada.enroll(both).await.expect(409).body["conflicts"].as_array().unwrap().len(), 2);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn the_window_decides_for_students_and_not_for_admins(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, registrar) = (uems.student("ada").await, uems.admin("root").await);
    let (one, two) =
        (uems.monday("CS101", 9, "09:00-10:00").await, uems.monday("CS102", 9, "10:00-11:00").await);

    uems.window("1 hour", "2 hours", "3 hours").await;
    let early = ada.enroll(one).await.expect(409);
    assert_eq!((early.code(), &early.body["registration"]), ("registration_closed", &json!("not_yet")));
    uems.window("-2 hours", "-1 hour", "1 hour").await;
    assert_eq!(ada.enroll(one).await.expect(409).body["registration"], "closed");
    registrar.enroll_other(&ada, one).await.expect(201);
    registrar.enroll_other(&ada, two).await.expect(201);

    ada.drop_course(one).await.expect(200);
    uems.window("-2 hours", "-1 hour", "-1 minute").await;
    assert_eq!(ada.drop_course(two).await.expect(409).code(), "drop_deadline_passed");
    assert_eq!(ada.events_in(two).await, ["enrolled", "refused:drop_deadline_passed"]);
    let id =
        ada.get(&format!("/courses/{two}")).await.body["my_enrollment"]["id"].as_str().unwrap().to_owned();
    registrar.drop_enrollment(two, &id).await.expect(200);
    uems.assert_sound().await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_freed_seat_goes_to_the_first_waiter_who_fits(db: PgPool) {
    let uems = TestApp::new(db);
    let course = uems.monday("CS101", 1, "09:00-11:00").await;
    let clashing = uems.monday("CS102", 9, "10:00-12:00").await;
    let [ada, bob, cyd, dan] = [
        uems.student("ada").await,
        uems.student("bob").await,
        uems.student("cyd").await,
        uems.student("dan").await,
    ];
    ada.enroll(course).await.expect(201);
    for (position, student) in [&bob, &cyd, &dan].into_iter().enumerate() {
        let place = student.wait_for(course).await.expect(202);
        assert_eq!(place.body["status"], "pending");
        assert_eq!(place.body["waitlist_position"], json!(position + 1));
    }
    assert_eq!(bob.wait_for(course).await.expect(409).code(), "already_waitlisted");
    bob.enroll(clashing).await.expect(201);

    ada.drop_course(course).await.expect(200);
    assert_eq!(bob.status_in(course).await, "pending");
    assert_eq!(bob.events_in(course).await.last().unwrap(), "skipped:schedule_conflict");
    assert_eq!(cyd.status_in(course).await, "enrolled");
    assert_eq!(cyd.events_in(course).await, ["waitlisted", "promoted"]);
    assert_eq!(
        dan.get(&format!("/courses/{course}")).await.body["my_enrollment"]["waitlist_position"],
        json!(2)
    );
    uems.assert_sound().await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn dropping_what_stood_in_the_way_gives_the_waiter_the_free_seat(db: PgPool) {
    let uems = TestApp::new(db);
    let course = uems.monday("CS101", 1, "09:00-11:00").await;
    let clashing = uems.monday("CS102", 9, "10:00-12:00").await;
    let (ada, bob) = (uems.student("ada").await, uems.student("bob").await);
    ada.enroll(course).await.expect(201);
    bob.enroll(clashing).await.expect(201);
    bob.wait_for(course).await.expect(202);
    ada.drop_course(course).await.expect(200);
    assert_eq!(bob.status_in(course).await, "pending", "the seat is free, but bob is busy then");
    bob.drop_course(clashing).await.expect(200);
    assert_eq!(bob.status_in(course).await, "enrolled");
    uems.assert_sound().await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn raising_the_capacity_promotes_and_lowering_it_below_the_students_is_refused(db: PgPool) {
    let uems = TestApp::new(db);
    let registrar = uems.admin("root").await;
    let course = uems.monday("CS101", 1, "09:00-11:00").await;
    let [ada, bob, cyd] = [uems.student("ada").await, uems.student("bob").await, uems.student("cyd").await];
    ada.enroll(course).await.expect(201);
    bob.wait_for(course).await.expect(202);
    cyd.wait_for(course).await.expect(202);
    let path = format!("/courses/{course}");
    let raised = registrar.put(&path, json!({ "capacity": 2 })).await.expect(200);
    assert_eq!(raised.body["enrolled_count"], json!(2));
    assert_eq!(
        (bob.status_in(course).await, cyd.status_in(course).await),
        ("enrolled".to_owned(), "pending".to_owned())
    );
    let counted = uems.app.metrics.enrollments.with_label_values(&["enrolled"]).get();
    assert_eq!(counted, 2, "a promotion by a raised capacity is an enrolment");
    let refusal = registrar.put(&path, json!({ "capacity": 1 })).await.expect(409);
    assert_eq!(
        (refusal.code(), refusal.body["enrolled_count"].as_i64()),
        ("capacity_below_enrolled", Some(2))
    );
    uems.assert_sound().await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn an_admin_enrolls_above_capacity_with_a_reason(db: PgPool) {
    let uems = TestApp::new(db);
    let registrar = uems.admin("root").await;
    let [ada, bob, cyd] = [uems.student("ada").await, uems.student("bob").await, uems.student("cyd").await];
    let course = uems.monday("CS101", 1, "09:00-11:00").await;
    ada.enroll(course).await.expect(201);
    let path = format!("/courses/{course}/enroll");
    let over = |reason: Option<&str>| json!({ "user_id": bob.id, "over_capacity": true, "reason": reason });
    assert_eq!(registrar.post(&path, over(None)).await.expect(422).field_errors()[0].0, "reason");
    assert_eq!(registrar.enroll_other(&bob, course).await.expect(409).code(), "course_full");
    registrar.post(&path, over(Some("thesis depends on it"))).await.expect(201);
    let seen = ada.get(&format!("/courses/{course}")).await.body;
    assert_eq!((&seen["over_capacity"], &seen["seats_left"]), (&json!(1), &json!(0)));
    let reason = uems
        .count("select count(*) from enrollment_events where facts->>'reason' = 'thesis depends on it'")
        .await;
    assert_eq!(reason, 1);
    bob.post(&path, json!({ "over_capacity": true, "reason": "please" })).await.expect(403);

    // A drop gives the granted seat back first: still full, so the waiter waits on.
    cyd.wait_for(course).await.expect(202);
    ada.drop_course(course).await.expect(200);
    assert_eq!(cyd.status_in(course).await, "pending");
    bob.drop_course(course).await.expect(200);
    assert_eq!(cyd.status_in(course).await, "enrolled");
    uems.assert_sound().await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn the_same_key_has_one_effect_and_one_answer(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, bob) = (uems.student("ada").await, uems.student("bob").await);
    let course = uems.monday("CS101", 1, "09:00-11:00").await;
    let other = uems.monday("CS102", 1, "11:00-12:00").await;
    let path = format!("/courses/{course}/enroll");
    let keyed = |who: &crate::support::Actor, path: &str| {
        let (who, path) = (who.clone(), path.to_owned());
        async move { who.call(Method::POST, &path, Some(json!({})), &[("Idempotency-Key", "key-00000001")]).await }
    };
    let (one, two) = tokio::join!(keyed(&ada, &path), keyed(&ada, &path));
    assert_eq!((one.status.as_u16(), two.status.as_u16()), (201, 201));
    assert_eq!(one.body, two.body);
    assert_eq!(uems.count("select count(*) from enrollment_events").await, 1);
    let reused = keyed(&ada, &format!("/courses/{other}/enroll")).await.expect(422);
    assert_eq!(reused.code(), "idempotency_key_reused");

    // Keys are per person; a refusal is kept too, even when a seat has become free since.
    assert_eq!(keyed(&bob, &path).await.expect(409).code(), "course_full");
    ada.drop_course(course).await.expect(200);
    assert_eq!(keyed(&bob, &path).await.expect(409).code(), "course_full");
    bob.enroll(course).await.expect(201);
    sqlx::query("update idempotency_keys set created_at = now() - interval '25 hours'")
        .execute(&uems.db)
        .await
        .unwrap();
    assert_eq!(
        keyed(&ada, &path).await.expect(409).code(),
        "course_full",
        "after a day the key is new again"
    );
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_rescheduled_section_reports_the_students_it_double_books(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, registrar) = (uems.student("ada").await, uems.admin("root").await);
    let (one, two) =
        (uems.monday("CS101", 9, "09:00-10:00").await, uems.monday("CS102", 9, "10:00-11:00").await);
    ada.enroll(one).await.expect(201);
    ada.enroll(two).await.expect(201);
    let moved = registrar
        .put(&format!("/courses/{two}"), json!({ "schedule": {"monday": ["09:30-10:30"]} }))
        .await
        .expect(200);
    let warning = moved.body["warnings"][0].as_str().unwrap();
    assert!(warning.contains("ada Example") && warning.contains("CS101"), "{warning}");
    assert_eq!(ada.events_in(two).await, ["enrolled", "clash_created:schedule_conflict"]);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn an_inactive_waiter_is_passed_over_and_served_when_active_again(db: PgPool) {
    let uems = TestApp::new(db);
    let registrar = uems.admin("root").await;
    let (ada, bob) = (uems.student("ada").await, uems.student("bob").await);
    let course = uems.monday("CS101", 1, "09:00-11:00").await;
    ada.enroll(course).await.expect(201);
    bob.wait_for(course).await.expect(202);
    registrar.delete(&format!("/users/{}", bob.id)).await.expect(204);
    assert_eq!(registrar.enroll_other(&bob, course).await.expect(409).code(), "student_inactive");
    ada.drop_course(course).await.expect(200);
    assert_eq!(bob.events_in(course).await.last().unwrap(), "skipped:student_inactive");
    registrar.put(&format!("/users/{}", bob.id), json!({ "is_active": true })).await.expect(200);
    uems::enrollments::settle_all(&uems.app).await.unwrap();
    assert_eq!(bob.status_in(course).await, "enrolled");
    uems.assert_sound().await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn events_can_only_be_added(db: PgPool) {
    let uems = TestApp::new(db);
    let ada = uems.student("ada").await;
    ada.enroll(uems.monday("CS101", 1, "09:00-11:00").await).await.expect(201);
    for sql in [
        "update enrollment_events set event = 'dropped'",
        "delete from enrollment_events",
        "truncate enrollment_events",
    ] {
        assert!(sqlx::query(sql).execute(&uems.db).await.is_err(), "{sql}");
    }
    assert!(sqlx::query("delete from courses").execute(&uems.db).await.is_err());
    assert!(sqlx::query("delete from users").execute(&uems.db).await.is_err());
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn counts_happen_once_per_commit(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, bob) = (uems.student("ada").await, uems.student("bob").await);
    let course = uems.monday("CS101", 1, "09:00-11:00").await;
    let clashing = uems.monday("CS102", 1, "10:00-11:00").await;
    ada.enroll(course).await.expect(201);
    ada.enroll(clashing).await.expect(409);
    bob.wait_for(course).await.expect(202);
    ada.drop_course(course).await.expect(200);
    let text = uems.app.metrics.text(&uems.app).await;
    for line in [
        "uems_enrollments_total{status=\"enrolled\"} 2",
        "uems_enrollments_total{status=\"dropped\"} 1",
        "uems_enrollment_conflicts_total 1",
        "uems_application_errors_total{error_type=\"enrollment_conflict\",severity=\"warning\"} 1",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn new_class_dates_report_the_students_whose_exam_now_clashes(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, registrar) = (uems.student("ada").await, uems.admin("root").await);
    let weekly = uems.monday("CS101", 9, "09:00-10:00").await;
    let exam = json!({"monday": [{"time": "09:30-11:00", "from": "2025-12-08", "to": "2025-12-08"}]});
    let exam = uems.course("CS102", 9, exam).await;
    ada.enroll(weekly).await.expect(201);
    ada.enroll(exam).await.expect(201);
    let dates = |last: &str| json!({ "starts_on": "2025-09-01", "ends_on": last });
    let harmless = registrar.put("/terms/2025/fall", dates("2025-12-05")).await.expect(200);
    assert_eq!(harmless.body["warnings"], json!([]));
    let longer = registrar.put("/terms/2025/fall", dates("2025-12-12")).await.expect(200);
    let warning = longer.body["warnings"][0].as_str().unwrap();
    assert!(
        warning.contains("ada Example") && warning.contains("CS101") && warning.contains("CS102"),
        "{warning}"
    );
    assert_eq!(uems.count("select count(*) from enrollment_events where event = 'clash_created'").await, 1);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn nobody_overtakes_a_waiter_who_has_come_to_fit(db: PgPool) {
    let uems = TestApp::new(db);
    let course = uems.monday("CS101", 1, "09:00-11:00").await;
    let clashing = uems.monday("CS102", 9, "10:00-12:00").await;
    let (ada, bob, cyd) = (uems.student("ada").await, uems.student("bob").await, uems.student("cyd").await);
    ada.enroll(course).await.expect(201);
    bob.enroll(clashing).await.expect(201);
    bob.wait_for(course).await.expect(202);
    ada.drop_course(course).await.expect(200);
    // What stood in Bob's way goes without anybody looking at the queue.
    sqlx::query("update courses set is_active = false where id = $1")
        .bind(clashing)
        .execute(&uems.db)
        .await
        .unwrap();
    assert_eq!(cyd.enroll(course).await.expect(409).code(), "course_full");
    assert_eq!(bob.status_in(course).await, "enrolled");
    uems.assert_sound().await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn new_dates_wait_for_registrations_under_way_and_they_for_new_dates(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, registrar) = (uems.student("ada").await, uems.admin("root").await);
    let course = uems.monday("CS101", 9, "09:00-10:00").await;
    let mut term = uems.db.begin().await.unwrap();
    sqlx::query("select hold_calendar(2025, 'fall', true)").execute(&mut *term).await.unwrap();
    let enrolling = tokio::spawn({
        let ada = ada.clone();
        async move { ada.enroll(course).await }
    });
    let editing = tokio::spawn(async move {
        registrar
            .put(&format!("/courses/{course}"), json!({ "schedule": {"tuesday": ["09:00-10:00"]} }))
            .await
    });
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert!(!enrolling.is_finished() && !editing.is_finished());
    sqlx::query("insert into terms (semester, year, starts_on, ends_on) values ('fall', 2025, '2025-09-01', '2025-12-05')")
        .execute(&mut *term)
        .await
        .unwrap();
    term.commit().await.unwrap();
    enrolling.await.unwrap().expect(201);
    editing.await.unwrap().expect(200);
    let left_over = "select count(*) from course_meetings where lower(minutes) < 1440 or lower_inf(dates)";
    assert_eq!(uems.count(left_over).await, 0, "rows of the old schedule, or with the old dates");
}
