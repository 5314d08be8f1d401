//! What the first line of a file of marks says; pure.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::super::assignments::{max_score, name, weight};
use super::super::model::{Assignment, AssignmentType};
use super::super::queries::assignments::Column;
use super::{AS_OF, EMAIL, ENROLLMENT, LETTER, NUMBER, PERCENT, STUDENT};
use crate::error::FieldError;
use crate::http::csv::harmless;

/// What a column of the file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heading {
    Enrollment,
    Email,
    AsOf,
    /// Names, numbers, finals: shown, and not read.
    Ignored,
    /// An assignment of this name.
    Assignment(String),
}

/// `Quiz 1 [quiz/10/0.2]`; without weight `[quiz/10/]`.
pub fn heading(column: &Assignment) -> String {
    let weight = column.weight.map(|weight| weight.normalize().to_string()).unwrap_or_default();
    format!("{} [{}/{}/{weight}]", column.name, column.assignment_type.as_str(), column.max_score.normalize())
}

/// Text that an export kept from being a formula.
fn without_apostrophe(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest,
        _ => text,
    }
}

/// The headings, and the assignments among them that the course does not have yet.
pub fn read(
    line: &csv::StringRecord,
    known: &[Assignment],
    comma: bool,
) -> Result<(Vec<Heading>, Vec<Column>), Vec<FieldError>> {
    let (mut headings, mut new, mut errors) = (vec![], vec![], vec![]);
    let mut seen = HashSet::new();
    for (index, text) in line.iter().enumerate() {
        let field = format!("column {}", index + 1);
        let heading = match one(&field, text.trim(), known, comma) {
            Ok((heading, column)) => {
                new.extend(column);
                heading
            }
            Err(error) => {
                errors.push(error);
                Heading::Ignored
            }
        };
        if heading != Heading::Ignored && !seen.insert(format!("{heading:?}")) {
            errors.push(FieldError::new(field, "duplicate", "this column is there twice"));
        }
        headings.push(heading);
    }
    if !headings.iter().any(|heading| matches!(heading, Heading::Enrollment | Heading::Email)) {
        let message = "name the students: a column enrollment_id or email is needed";
        errors.push(FieldError::new("column 1", "required", message));
    }
    if errors.is_empty() { Ok((headings, new)) } else { Err(errors) }
}

fn one(
    field: &str,
    text: &str,
    known: &[Assignment],
    comma: bool,
) -> Result<(Heading, Option<Column>), FieldError> {
    if let Some(column) = known.iter().find(|column| harmless(&heading(column)) == text) {
        return Ok((Heading::Assignment(column.name.clone()), None));
    }
    let text = without_apostrophe(text);
    let heading = match text.to_lowercase().as_str() {
        ENROLLMENT => Heading::Enrollment,
        EMAIL => Heading::Email,
        AS_OF => Heading::AsOf,
        STUDENT | NUMBER | PERCENT | LETTER | "" => Heading::Ignored,
        _ => {
            let column = assignment(field, text, known, comma)?;
            let is_new = !known.iter().any(|known| known.name == column.name);
            return Ok((Heading::Assignment(column.name.clone()), is_new.then_some(column)));
        }
    };
    Ok((heading, None))
}

fn assignment(field: &str, text: &str, known: &[Assignment], comma: bool) -> Result<Column, FieldError> {
    static WITH_FACTS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?s)^(.*\S)\s*\[([a-z]+)/([0-9.,]+)/([0-9.,]*)\]$").expect("a valid pattern")
    });
    if let Some(column) = known.iter().find(|column| column.name == text) {
        return Ok(as_column(column));
    }
    let Some(parts) = WITH_FACTS.captures(text) else {
        let message = "the course has no such assignment; to make it, head the column `Name [type/maximum/weight]`, \
            such as `Quiz 1 [quiz/10/0.2]` or `Quiz 1 [quiz/10/]`";
        return Err(FieldError::new(field, "unknown", message));
    };
    let number = |text: &str| Value::String(if comma { text.replace(',', ".") } else { text.to_owned() });
    let assignment_type = AssignmentType::ALL.into_iter().find(|kind| kind.as_str() == &parts[2]);
    let Some(assignment_type) = assignment_type else {
        let message = "the type is homework, quiz, midterm, final or project";
        return Err(FieldError::new(field, "invalid", message));
    };
    let given = Column {
        name: name(field, &parts[1])?,
        assignment_type,
        max_score: max_score(field, &number(&parts[3]))?,
        weight: Some(&parts[4])
            .filter(|text| !text.is_empty())
            .map(|text| weight(field, &number(text)))
            .transpose()?,
        position: None,
    };
    match known.iter().find(|column| column.name == given.name) {
        Some(column) if as_column(column) != given => {
            let message = format!("the course has it as `{}`", heading(column));
            Err(FieldError::new(field, "differs", message))
        }
        _ => Ok(given),
    }
}

fn as_column(column: &Assignment) -> Column {
    Column {
        name: column.name.clone(),
        assignment_type: column.assignment_type,
        max_score: column.max_score,
        weight: column.weight,
        position: None,
    }
}
