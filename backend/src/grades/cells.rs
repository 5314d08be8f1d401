//! What becomes of a cell somebody wants to write; pure. Facts come from rows under lock.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::Author;
use super::score::Wrong;
use crate::enrollments::Status;
use crate::http::decimals::two_places;
use crate::ids::{EnrollmentId, GradeId};

/// What somebody wants in a cell.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub enrollment: EnrollmentId,
    pub assignment: String,
    pub score: Intent,
    /// `None` leaves the comment as it is.
    pub comments: Option<Option<String>>,
    pub seen: Seen,
}

#[derive(Clone, Debug)]
pub enum Intent {
    Set(Decimal),
    /// Only the comment.
    Keep,
    Clear,
    Wrong(Wrong),
}

/// What the writer knows of the cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// This version; `None`: that it is empty.
    Version(Option<i32>),
    /// It is as they know it; that was found out otherwise.
    Current,
    /// It was changed since they looked.
    Older,
}

/// A mark as it is.
#[derive(Clone, Debug)]
pub struct Mark {
    pub id: GradeId,
    pub score: Decimal,
    pub comments: Option<String>,
    pub version: i32,
    pub graded_at: DateTime<Utc>,
    pub graded_by: Option<Author>,
}

/// A gradebook under lock, as far as the cells in question need it.
#[derive(Debug, Default)]
pub struct Book {
    /// Assignments and their maxima.
    pub maxima: HashMap<String, Decimal>,
    pub places: HashMap<EnrollmentId, Status>,
    pub marks: HashMap<(EnrollmentId, String), Mark>,
    /// An approved request opens what is final.
    pub open: bool,
}

/// What is to be done.
#[derive(Clone, Debug)]
pub enum Decision {
    Write { score: Decimal, comments: Option<String>, over: Option<i32> },
    Clear(GradeId),
    Unchanged,
    Stale,
    Locked,
    NotFound(Wrong),
    Invalid(Wrong),
}

impl Decision {
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Stale | Self::Locked | Self::NotFound(_) | Self::Invalid(_))
    }
}

impl Book {
    pub fn mark(&self, wanted: &Wanted) -> Option<&Mark> {
        self.marks.get(&(wanted.enrollment, wanted.assignment.clone()))
    }

    /// One decision per cell; the second of two for one place is refused.
    pub fn decide_all(&self, cells: &[Wanted], by_admin: bool) -> Vec<Decision> {
        let mut seen = HashSet::new();
        let decide = |cell: &Wanted| {
            if seen.insert((cell.enrollment, cell.assignment.clone())) {
                self.decide(cell, by_admin)
            } else {
                Decision::Invalid(("duplicate", "this cell is given twice".to_owned()))
            }
        };
        cells.iter().map(decide).collect()
    }

    fn decide(&self, cell: &Wanted, by_admin: bool) -> Decision {
        let not_found = |message: &str| Decision::NotFound(("not_found", message.to_owned()));
        let status = match self.places.get(&cell.enrollment) {
            Some(status @ (Status::Enrolled | Status::Completed)) => *status,
            _ => return not_found("this student is not in the course"),
        };
        let Some(max) = self.maxima.get(&cell.assignment) else {
            return not_found("the course has no assignment of this name");
        };
        let mark = self.mark(cell);
        let comments = match (&cell.comments, mark) {
            (Some(comments), _) => comments.clone(),
            (None, mark) => mark.and_then(|mark| mark.comments.clone()),
        };
        let score = match (&cell.score, mark) {
            (Intent::Wrong(wrong), _) => return Decision::Invalid(wrong.clone()),
            (Intent::Clear, None) => return Decision::Unchanged,
            (Intent::Clear, Some(_)) => None,
            (Intent::Keep, None) => {
                return Decision::Invalid((
                    "required",
                    "there is no mark to comment on; give a score".to_owned(),
                ));
            }
            (Intent::Keep, Some(mark)) => Some(mark.score),
            (Intent::Set(score), _) => Some(*score),
        };
        if score.is_some_and(|score| score > *max) {
            return Decision::Invalid((
                "score_above_max",
                format!("at most {max}, the maximum of this assignment"),
            ));
        }
        if mark.is_some_and(|mark| score == Some(mark.score) && comments == mark.comments) {
            return Decision::Unchanged;
        }
        if status == Status::Completed && !self.open {
            return Decision::Locked;
        }
        let fresh = match cell.seen {
            Seen::Version(version) => version == mark.map(|mark| mark.version),
            Seen::Current => true,
            Seen::Older => false,
        };
        match (fresh, score, mark) {
            (false, ..) => Decision::Stale,
            (true, None, Some(_)) if !by_admin => {
                Decision::Invalid(("forbidden", "only an admin takes a mark away".to_owned()))
            }
            (true, None, Some(mark)) => Decision::Clear(mark.id),
            (true, Some(score), mark) => {
                Decision::Write { score, comments, over: mark.map(|mark| mark.version) }
            }
            (true, None, None) => Decision::Unchanged,
        }
    }
}

/// What became of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CellOutcome)]
pub enum Verdict {
    /// Stored, with its new `version` (none: taken away).
    Written,
    /// It was so already.
    Unchanged,
    /// Somebody changed it since `version`; `current` shows it as it is.
    Stale,
    /// The value is not acceptable; `code` and `message` say why.
    Invalid,
    /// The course is completed for this student.
    Locked,
    /// No such student in this course, or no such assignment.
    NotFound,
    /// Acceptable, and not written: others were refused and all or nothing was asked for.
    Withheld,
}

/// A cell as it is.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CurrentMark {
    #[schema(value_type = String, example = "87.50")]
    #[serde(serialize_with = "two_places")]
    pub score: Decimal,
    pub version: i32,
    pub comments: Option<String>,
    pub graded_at: DateTime<Utc>,
    pub graded_by: Option<Author>,
}

impl From<&Mark> for CurrentMark {
    fn from(mark: &Mark) -> Self {
        Self {
            score: mark.score,
            version: mark.version,
            comments: mark.comments.clone(),
            graded_at: mark.graded_at,
            graded_by: mark.graded_by.clone(),
        }
    }
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::ids::UserId;

    fn number(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn each_cell_gets_the_decision_it_deserves() {
        let [enrolled, completed, waiting] = [(); 3].map(|()| EnrollmentId::new());
        let mark = Mark {
            id: GradeId::new(),
            score: number("80.00"),
            comments: None,
            version: 3,
            graded_at: DateTime::UNIX_EPOCH,
            graded_by: Author::of(Some(UserId::new()), Some("Tina".to_owned())),
        };
        let at = |who: EnrollmentId| ((who, "Quiz".to_owned()), mark.clone());
        let book = Book {
            maxima: [("Quiz".to_owned(), number("100.00")), ("Empty".to_owned(), number("10.00"))].into(),
            places: [
                (enrolled, Status::Enrolled),
                (completed, Status::Completed),
                (waiting, Status::Pending),
            ]
            .into(),
            marks: [at(enrolled), at(completed)].into(),
            open: false,
        };
        let told = |who, assignment: &str, score, seen, admin| {
            let wanted =
                Wanted { enrollment: who, assignment: assignment.to_owned(), score, comments: None, seen };
            match book.decide(&wanted, admin) {
                Decision::Write { over, .. } => format!("write over {over:?}"),
                Decision::Clear(_) => "clear".to_owned(),
                Decision::Invalid((code, _)) => code.to_owned(),
                other => format!("{other:?}").split(['(', ' ']).next().unwrap_or_default().to_lowercase(),
            }
        };
        let set = |text| Intent::Set(number(text));
        let version = |version| Seen::Version(version);
        for (who, assignment, score, seen, admin, expected) in [
            (enrolled, "Quiz", set("90"), version(Some(3)), false, "write over Some(3)"),
            (enrolled, "Quiz", set("90"), Seen::Current, false, "write over Some(3)"),
            (enrolled, "Quiz", set("90"), version(Some(2)), false, "stale"),
            (enrolled, "Quiz", set("90"), version(None), false, "stale"),
            (enrolled, "Quiz", set("90"), Seen::Older, true, "stale"),
            (enrolled, "Quiz", set("80"), version(Some(1)), false, "unchanged"),
            (enrolled, "Quiz", set("100.01"), version(Some(3)), false, "score_above_max"),
            (enrolled, "Quiz", Intent::Clear, version(Some(3)), true, "clear"),
            (enrolled, "Quiz", Intent::Clear, version(Some(3)), false, "forbidden"),
            (enrolled, "Quiz", Intent::Clear, version(Some(2)), true, "stale"),
            (enrolled, "Empty", set("9"), version(None), false, "write over None"),
            (enrolled, "Empty", set("9"), version(Some(1)), false, "stale"),
            (enrolled, "Empty", set("9"), Seen::Older, false, "stale"),
            (enrolled, "Empty", Intent::Clear, version(None), false, "unchanged"),
            (enrolled, "Empty", Intent::Keep, version(None), false, "required"),
            (enrolled, "None", set("9"), version(None), false, "notfound"),
            (completed, "Quiz", set("90"), version(Some(3)), true, "locked"),
            (completed, "Quiz", set("80"), version(Some(3)), false, "unchanged"),
            (completed, "Empty", set("8"), version(None), false, "locked"),
            (waiting, "Quiz", set("90"), version(None), true, "notfound"),
            (EnrollmentId::new(), "Quiz", set("90"), version(None), true, "notfound"),
        ] {
            assert_eq!(
                told(who, assignment, score.clone(), seen, admin),
                expected,
                "{assignment} {score:?} {seen:?}"
            );
        }
    }
}
