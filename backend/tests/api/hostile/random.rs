//! Random JSON at every operation that takes some.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};
use sqlx::PgPool;

use super::{Range, Shot, arrays_in_bodies, good_body, operations_with_body};
use crate::support::TestApp;

/// Bodies per operation.
const CASES: usize = 120;

/// Any JSON of a few levels, with strings that look like something now and then.
fn anything() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        any::<String>(),
        "[0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2}",
        "[+-]?[0-9]{1,6}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?",
        "[0-9]{0,12}\\.?[0-9]{0,12}",
        Just("00000000-0000-0000-0000-000000000001".to_owned()),
        Just("fall".to_owned()),
        Just("student".to_owned()),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<i16>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        let key = prop_oneof![
            any::<String>(),
            Just("monday".to_owned()),
            Just("sunday".to_owned()),
            Just("time".to_owned()),
            Just("from".to_owned()),
            Just("to".to_owned())
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..5).prop_map(|pairs| Value::Object(Map::from_iter(pairs))),
        ]
    })
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn no_json_is_too_odd(db: PgPool) {
    let mut range = Range::open(&TestApp::new(db)).await;
    let mut dice = TestRunner::deterministic();
    for (method, path, fields) in operations_with_body() {
        for _ in 0..CASES {
            let body = body(&mut dice, good_body(&method, &path), &fields);
            range.fire(&Shot::new(&method, &range.address(&path)).json(&body)).await;
        }
    }
    range.root.uems.assert_sound().await;
    range.close();
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn no_element_of_an_array_is_too_odd(db: PgPool) {
    let mut range = Range::open(&TestApp::new(db)).await;
    let mut dice = TestRunner::deterministic();
    for (method, path, array, fields) in arrays_in_bodies() {
        for _ in 0..CASES {
            let mut good = range.good(&method, &path);
            good[&array][0] = body(&mut dice, good[&array][0].clone(), &fields);
            range.fire(&Shot::new(&method, &range.address(&path)).json(&good)).await;
        }
    }
    range.root.uems.assert_sound().await;
    range.close();
}

/// Something random, or a good body with some of its fields random.
fn body(dice: &mut TestRunner, good: Value, fields: &[String]) -> Value {
    let roll = |dice: &mut TestRunner| anything().new_tree(dice).unwrap().current();
    if fields.is_empty() || (0..5_u8).new_tree(dice).unwrap().current() == 0 {
        return roll(dice);
    }
    let mut body = if good.is_object() { good } else { json!({}) };
    for field in
        prop::sample::subsequence(fields.to_vec(), 1..=fields.len().min(3)).new_tree(dice).unwrap().current()
    {
        body[&field] = roll(dice);
    }
    body
}
