//! Saving cells: one transaction and a fixed number of statements, however many there are.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sqlx::PgConnection;

use super::cells::{Book, CurrentMark, Decision, Verdict, Wanted};
use super::model::Assignment;
use super::queries::{self, NewMark, Stored};
use crate::error::Result;
use crate::ids::{CourseId, EnrollmentId, GradeId};
use crate::policy::Actor;

/// A gradebook with what is wanted of it, under lock.
pub struct Save<'a> {
    pub course: CourseId,
    pub wanted: &'a [Wanted],
    pub book: Book,
    pub decisions: Vec<Decision>,
}

/// What became of a cell.
#[derive(Clone, Debug)]
pub struct Judged {
    pub verdict: Verdict,
    pub id: Option<GradeId>,
    /// After the save.
    pub version: Option<i32>,
    pub code: Option<&'static str>,
    pub message: Option<String>,
    /// Of a cell that was refused, or is as it was.
    pub current: Option<CurrentMark>,
}

impl<'a> Save<'a> {
    /// Locks what is wanted and decides each cell. The caller holds the gradebook (shared, or alone).
    pub async fn decide(
        db: &mut PgConnection,
        course: CourseId,
        columns: &[Assignment],
        wanted: &'a [Wanted],
        book: Book,
        by_admin: bool,
    ) -> Result<Self> {
        let mut book = book;
        let enrollments: BTreeSet<EnrollmentId> = wanted.iter().map(|cell| cell.enrollment).collect();
        let assignments: BTreeSet<&str> = wanted.iter().map(|cell| cell.assignment.as_str()).collect();
        book.maxima.extend(columns.iter().map(|column| (column.name.clone(), column.max_score)));
        book.places = queries::lock_places(db, course, &enrollments).await?;
        let known: BTreeSet<EnrollmentId> = book.places.keys().copied().collect();
        queries::read_marks(db, &mut book, &known, &assignments).await?;
        let decisions = book.decide_all(wanted, by_admin);
        Ok(Self { course, wanted, book, decisions })
    }

    pub fn refused(&self) -> usize {
        self.decisions.iter().filter(|decision| decision.is_refusal()).count()
    }

    /// Stores what was granted, and tells what became of each cell.
    pub async fn store(
        &self,
        db: &mut PgConnection,
        actor: &Actor,
        reason: Option<&str>,
    ) -> Result<Vec<Judged>> {
        let (mut writes, mut clears) = (vec![], vec![]);
        for (cell, decision) in self.wanted.iter().zip(&self.decisions) {
            match decision {
                Decision::Write { score, comments, over } => writes.push(NewMark {
                    enrollment: cell.enrollment,
                    assignment: &cell.assignment,
                    score: *score,
                    comments: comments.as_deref(),
                    over: *over,
                }),
                Decision::Clear(id) => clears.push(*id),
                _ => {}
            }
        }
        queries::sign(db, actor, reason).await?;
        if !clears.is_empty() {
            queries::delete_marks(db, &clears).await?;
        }
        let stored = match writes.is_empty() {
            true => vec![],
            false => queries::write_marks(db, self.course, actor.id, &writes).await?,
        };
        Ok(self.judged(&stored))
    }

    /// What would become of each cell, or why nothing was stored.
    pub fn withheld(&self) -> Vec<Judged> {
        let mut judged = self.judged(&[]);
        let withheld = judged.iter_mut().filter(|cell| cell.verdict == Verdict::Written);
        withheld.for_each(|cell| cell.verdict = Verdict::Withheld);
        judged
    }

    pub fn judged(&self, stored: &[Stored]) -> Vec<Judged> {
        let stored: std::collections::HashMap<_, _> =
            stored.iter().map(|row| ((row.enrollment_id, row.assignment_name.as_str()), row)).collect();
        let judge = |(cell, decision): (&Wanted, &Decision)| {
            let mark = self.book.mark(cell);
            let row = stored.get(&(cell.enrollment, cell.assignment.as_str()));
            let plain = |verdict| Judged {
                verdict,
                id: None,
                version: None,
                code: None,
                message: None,
                current: None,
            };
            let current = || mark.map(CurrentMark::from);
            match decision {
                Decision::Write { .. } => Judged {
                    id: row.map(|row| row.id),
                    version: row.map(|row| row.version),
                    ..plain(Verdict::Written)
                },
                Decision::Clear(_) => plain(Verdict::Written),
                Decision::Unchanged => Judged {
                    id: mark.map(|mark| mark.id),
                    version: mark.map(|mark| mark.version),
                    ..plain(Verdict::Unchanged)
                },
                Decision::Stale => Judged {
                    code: Some("stale"),
                    message: Some("somebody changed this cell meanwhile".to_owned()),
                    current: current(),
                    ..plain(Verdict::Stale)
                },
                Decision::Locked => Judged {
                    code: Some("grade_locked"),
                    message: Some("the course is completed for this student".to_owned()),
                    current: current(),
                    ..plain(Verdict::Locked)
                },
                Decision::NotFound((code, message)) => {
                    Judged { code: Some(code), message: Some(message.clone()), ..plain(Verdict::NotFound) }
                }
                Decision::Invalid((code, message)) => Judged {
                    code: Some(code),
                    message: Some(message.clone()),
                    current: current(),
                    ..plain(Verdict::Invalid)
                },
            }
        };
        self.wanted.iter().zip(&self.decisions).map(judge).collect()
    }
}

/// How many cells got which verdict.
pub fn count(judged: &[Judged], verdict: Verdict) -> usize {
    judged.iter().filter(|cell| cell.verdict == verdict).count()
}

/// What the audit log keeps of a save: the history has every cell.
pub fn summary(judged: &[Judged], reason: Option<&str>) -> Value {
    let mut facts = json!({ "written": count(judged, Verdict::Written), "cells": judged.len() });
    if let Some(reason) = reason {
        facts["reason"] = json!(reason);
    }
    facts
}
