use rust_decimal::Decimal;
use sqlx::PgConnection;

use super::assignments::{MOST_ASSIGNMENTS, max_score, name, too_many, weight};
use super::model::{Assignment, AssignmentType, CreateGrade};
use super::queries::assignments::{self, Column};
use super::routes::comment;
use super::score::score_field;
use crate::error::{Error, FieldError, Refusal, Result};
use crate::http::validate::Fields;
use crate::ids::CourseId;

/// A mark as it was sent; exists only if valid.
pub struct Given {
    pub name: String,
    pub score: Decimal,
    pub comments: Option<String>,
    assignment_type: Option<AssignmentType>,
    max_score: Option<Decimal>,
    weight: Option<Decimal>,
}

impl Given {
    pub fn parse(request: &CreateGrade) -> Result<Self> {
        let mut fields = Fields::default();
        let name = fields.take(name("assignment_name", &request.assignment_name));
        let score = fields.take(score_field("score", &request.score));
        let max_score = fields.take_if(request.max_score.as_ref(), |value| max_score("max_score", value));
        let weight = fields.take_if(request.weight.as_ref(), |value| weight("weight", value));
        let comments = fields.take_if(request.comments.as_deref(), comment);
        let assignment_type = request.assignment_type;
        fields.finish(|| {
            Some(Self { name: name?, score: score?, comments, assignment_type, max_score, weight })
        })
    }

    /// The assignment to be made, if there is none.
    fn column(&self) -> Result<Column> {
        let missing = |field: &str| {
            FieldError::new(field, "required", "needed for an assignment the course does not have yet")
        };
        let mut fields = Fields::default();
        fields.require(self.assignment_type.is_some(), || missing("assignment_type"));
        fields.require(self.max_score.is_some(), || missing("max_score"));
        fields.finish(|| {
            let (name, weight) = (self.name.clone(), self.weight);
            let (assignment_type, max_score) = (self.assignment_type?, self.max_score?);
            Some(Column { name, assignment_type, max_score, weight, position: None })
        })
    }

    fn agrees_with(&self, column: &Assignment) -> Result<()> {
        let differs = self.assignment_type.is_some_and(|given| given != column.assignment_type)
            || self.max_score.is_some_and(|given| given != column.max_score)
            || self.weight.is_some_and(|given| Some(given) != column.weight);
        if differs {
            let detail = "the course has an assignment of this name with another type, maximum or weight";
            return Err(Refusal::new("assignment_differs", detail).fact("assignment", column).into());
        }
        Ok(())
    }
}

/// The columns of the gradebook, with the one of this mark among them.
pub async fn with_column(db: &mut PgConnection, course: CourseId, given: &Given) -> Result<Vec<Assignment>> {
    let find = |columns: &[Assignment]| columns.iter().find(|column| column.name == given.name).cloned();
    let mut columns = assignments::of_course(db, course).await?;
    if find(&columns).is_none() {
        if columns.len() >= MOST_ASSIGNMENTS {
            return Err(too_many());
        }
        assignments::add(db, course, &[given.column()?]).await?;
        columns = assignments::of_course(db, course).await?;
    }
    let column = find(&columns).ok_or(Error::NotFound("assignment"))?;
    given.agrees_with(&column)?;
    Ok(columns)
}
