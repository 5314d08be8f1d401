//! Finals against an independent computation, and the number of statements a class takes.

use num_rational::BigRational;
use num_traits::{ToPrimitive, Zero};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use rust_decimal::Decimal;
use serde_json::json;
use sqlx::PgPool;
use uems::grades::{Counted, GradeScale, NoFinal, final_of};

use super::Class;
use crate::statements::counted;
use crate::support::{Answer, TestApp};

/// Score, maximum, weight, in hundredths.
type Row = (i64, i64, Option<i64>);

fn ratio(above: i64, below: i64) -> BigRational {
    BigRational::new(above.into(), below.into())
}

/// The rule in words, computed with fractions of a library: hundredths of a percent, or why not.
fn independent(rows: &[Row]) -> Result<i64, NoFinal> {
    if rows.is_empty() {
        return Err(NoFinal::NoMarks);
    }
    let percent = |row: &Row| ratio(row.0, row.1) * ratio(100, 1);
    let counting: Vec<(BigRational, BigRational)> = match rows.iter().any(|row| row.2.is_some()) {
        false => rows.iter().map(|row| (percent(row), ratio(1, 1))).collect(),
        true => rows.iter().filter_map(|row| Some((percent(row), ratio(row.2?, 100)))).collect(),
    };
    let weights: BigRational = counting.iter().fold(BigRational::zero(), |sum, (_, weight)| sum + weight);
    if weights.is_zero() {
        return Err(NoFinal::WeightsSumToZero);
    }
    let mean =
        counting.iter().fold(BigRational::zero(), |sum, (percent, weight)| sum + percent * weight) / weights;
    let hundredths = (mean * ratio(100, 1) + ratio(1, 2)).floor().to_integer();
    Ok(hundredths.to_i64().unwrap())
}

fn ours(rows: &[Row]) -> Result<i64, NoFinal> {
    let scale: GradeScale = "F:0:0".parse().unwrap();
    let decimal = |hundredths| Decimal::new(hundredths, 2);
    let marks: Vec<Counted<'_>> = rows
        .iter()
        .map(|(score, max, weight)| Counted {
            assignment_name: "x",
            score: decimal(*score),
            max_score: decimal(*max),
            weight: weight.map(decimal),
        })
        .collect();
    let outcome = final_of(&marks, &scale);
    match (outcome.percent, outcome.reason) {
        (Some(percent), None) => {
            assert!(percent.scale() == 2 && percent <= Decimal::ONE_HUNDRED);
            Ok(i64::try_from(percent.mantissa()).unwrap())
        }
        (None, Some(reason)) => Err(reason),
        other => panic!("{other:?}"),
    }
}

/// Maxima of real gradebooks, those that make exact halves, the smallest, the largest, primes.
fn row() -> impl Strategy<Value = Row> {
    let max = prop_oneof![
        3 => prop::sample::select(vec![1000, 2000, 5000, 10_000, 20_000, 40_000]),
        1 => prop::sample::select(vec![1, 2, 3, 300, 700, 99_991, 99_999]),
        1 => 1..=99_999_i64,
    ];
    let score = max.prop_flat_map(|max| (prop_oneof![4 => 0..=max, 1 => Just(0), 1 => Just(max)], Just(max)));
    let weight = prop_oneof![
        2 => Just(None),
        4 => (0..=100_i64).prop_map(Some),
        1 => prop::sample::select(vec![Some(0), Some(1), Some(100)]),
    ];
    (score, weight).prop_map(|((score, max), weight)| (score, max, weight))
}

/// Gradebooks with weights, without any, with all of them 0, with a sum of 2.
fn gradebook() -> impl Strategy<Value = Vec<Row>> {
    let rows = || prop::collection::vec(row(), 0..40);
    let weighing = |weight: Option<i64>| {
        move |rows: Vec<Row>| rows.into_iter().map(|row| (row.0, row.1, weight)).collect()
    };
    prop_oneof![
        5 => rows(),
        2 => rows().prop_map(weighing(None)),
        1 => rows().prop_map(weighing(Some(0))),
        1 => prop::collection::vec(row(), 2..3).prop_map(weighing(Some(100))),
        2 => prop::collection::vec(row(), 1..3),
    ]
}

/// Kinds of gradebooks that are easy to get wrong: how many there were among all.
#[derive(Debug, Default)]
struct Kinds {
    all: usize,
    halves: usize,
    weights_of_0: usize,
    weights_of_2: usize,
    some_without_weight: usize,
    none_with_weight: usize,
    smallest_maximum: usize,
}

impl Kinds {
    fn count(&mut self, rows: &[Row]) {
        let weights: Vec<i64> = rows.iter().filter_map(|row| row.2).collect();
        let sum: i64 = weights.iter().sum();
        let mut note = |which: fn(&mut Self) -> &mut usize, holds: bool| *which(self) += usize::from(holds);
        note(|kinds| &mut kinds.all, true);
        // One mark in steps of 0.005 percent is where rounding shows.
        let half = |row: &Row| row.0 * 20_000 % row.1 == 0 && row.0 * 10_000 % row.1 != 0;
        let counts = |row: &Row| row.2.is_none_or(|weight| weight > 0);
        note(|kinds| &mut kinds.halves, rows.len() == 1 && half(&rows[0]) && counts(&rows[0]));
        note(|kinds| &mut kinds.weights_of_0, !weights.is_empty() && sum == 0);
        note(|kinds| &mut kinds.weights_of_2, sum == 200);
        note(|kinds| &mut kinds.some_without_weight, !weights.is_empty() && weights.len() < rows.len());
        note(|kinds| &mut kinds.none_with_weight, !rows.is_empty() && weights.is_empty());
        note(|kinds| &mut kinds.smallest_maximum, rows.iter().any(|row| row.1 == 1));
    }
}

#[test]
fn ten_thousand_gradebooks_equal_an_independent_computation() {
    let config = Config { cases: 10_000, failure_persistence: None, ..Config::default() };
    let kinds = std::cell::RefCell::new(Kinds::default());
    TestRunner::new(config)
        .run(&gradebook(), |rows| {
            prop_assert_eq!(ours(&rows), independent(&rows));
            let mut backwards = rows.clone();
            backwards.reverse();
            prop_assert_eq!(ours(&backwards), ours(&rows), "the order does not matter");
            kinds.borrow_mut().count(&rows);
            Ok(())
        })
        .unwrap();
    let kinds = kinds.into_inner();
    assert_eq!(kinds.all, 10_000);
    assert!(kinds.halves > 10, "{kinds:?}");
    let Kinds { weights_of_0, weights_of_2, some_without_weight, none_with_weight, smallest_maximum, .. } =
        kinds;
    for each in [weights_of_0, weights_of_2, some_without_weight, none_with_weight, smallest_maximum] {
        assert!(each > 100, "{kinds:?}");
    }
}

/// With the caller's session looked up a moment ago, so that this is not among what is counted.
async fn counted_warm(class: &Class, request: impl Future<Output = Answer>) -> (Answer, usize) {
    class.tina.get("/auth/me").await.expect(200);
    counted(request).await
}

fn fine((answer, statements): (Answer, usize)) -> usize {
    answer.expect(200);
    statements
}

/// Fifty students or five, one cell or two hundred: the same number of statements.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn the_number_of_statements_does_not_grow_with_the_class(db: PgPool) {
    let names: Vec<String> = (0..5).map(|number| format!("Quiz {number}")).collect();
    let columns: Vec<(&str, &str, Option<&str>)> =
        names.iter().map(|name| (name.as_str(), "10", None)).collect();
    let class = Class::new(TestApp::new(db), 50, &columns).await;
    let save = |students: usize, columns: usize, score: i32, version: Option<i32>| {
        let cells: Vec<_> = class.enrollments[..students].iter().flat_map(|id| {
            names[..columns].iter().map(move |name| json!({ "enrollment_id": id, "assignment_name": name, "score": score, "version": version }))
        }).collect();
        json!({ "cells": cells })
    };
    let file = |students: usize, score: i32| {
        let lines: String =
            class.enrollments[..students].iter().map(|id| format!("{id},{score}\n")).collect();
        format!("enrollment_id,Quiz 0\n{lines}")
    };
    let ask = async |body| fine(counted_warm(&class, class.tina.put(&class.path("/bulk"), body)).await);
    let read = async || fine(counted_warm(&class, class.tina.get(&class.path(""))).await);
    let import =
        async |text| fine(counted_warm(&class, class.import("?apply=true&as_of=99999999", text)).await);
    let one = ask(save(1, 1, 1, None)).await;
    let few = read().await;
    assert!((5..=20).contains(&one) && (5..=12).contains(&few), "{one} {few}");
    assert_eq!(ask(save(50, 5, 2, None)).await, one);
    assert_eq!(read().await, few);
    assert_eq!(import(file(1, 3)).await, import(file(50, 4)).await);
    let submit = async |ids: &[String]| {
        let body = json!({ "enrollment_ids": ids });
        fine(counted_warm(&class, class.tina.put(&class.path("/final"), body)).await)
    };
    let alone = submit(&class.enrollments[..1]).await;
    // Seats that come free are looked at beside the request; that look is the same whatever was submitted.
    assert!(submit(&class.enrollments[1..]).await.abs_diff(alone) <= 2);
}
