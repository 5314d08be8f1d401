//! What the cells of a file of marks say; pure: text in, wishes and rejections out.

use std::collections::{HashMap, HashSet};

use csv::StringRecord;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::super::cells::{CurrentMark, Intent};
use super::super::model::Assignment;
use super::super::queries::StudentRow;
use super::super::queries::assignments::Column;
use super::super::score::score;
use super::columns::{self, Heading};
use crate::error::{Error, FieldError, Result};
use crate::ids::EnrollmentId;

/// Most lines, and most cells with something in them.
const MOST_LINES: usize = 20_000;
const MOST_CELLS: usize = 20_000;
const MOST_COLUMNS: usize = 300;

/// Where a cell stands in the file.
#[derive(Clone, Debug)]
pub struct Place {
    pub line: u64,
    /// From 1.
    pub column: usize,
    pub assignment: String,
    pub student: String,
    pub value: String,
}

/// A cell that was not taken over.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RejectedCell {
    /// Of the file; the headings are line 1.
    pub line: u64,
    /// From 1.
    pub column: usize,
    /// The assignment's name; empty where the column is none.
    pub assignment_name: String,
    /// Name of the student, or what the file says instead of one we know.
    pub student: String,
    /// What stands in the cell, at most 40 characters of it.
    pub value: String,
    pub code: String,
    pub message: String,
    /// Of a stale or locked cell: the mark as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<CurrentMark>,
}

impl Place {
    pub fn rejected(
        &self,
        code: &str,
        message: impl Into<String>,
        current: Option<CurrentMark>,
    ) -> RejectedCell {
        RejectedCell {
            line: self.line,
            column: self.column,
            assignment_name: self.assignment.clone(),
            student: self.student.clone(),
            value: self.value.chars().take(40).collect(),
            code: code.to_owned(),
            message: message.into(),
            current,
        }
    }
}

/// A cell with a mark in it.
#[derive(Clone, Debug)]
pub struct SheetCell {
    pub place: Place,
    pub enrollment: EnrollmentId,
    pub score: Intent,
    /// The newest change its writer had seen, as the row says.
    pub as_of: Option<i64>,
}

/// A file of marks, read.
#[derive(Debug, Default)]
pub struct Sheet {
    pub new_columns: Vec<Column>,
    pub rows: usize,
    pub cells: Vec<SheetCell>,
    pub rejected: Vec<RejectedCell>,
}

/// The separator that comes first, outside quotes. (More of one than of the other says nothing: `10,00` has commas.)
fn separator(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    let outside: String = first.split('"').step_by(2).collect();
    if outside.find([';', ',']).is_some_and(|index| outside.as_bytes()[index] == b';') { b';' } else { b',' }
}

pub fn read(text: &str, known: &[Assignment], students: &[StudentRow]) -> Result<Sheet> {
    // One kind of line end, also after the last line, so that lines are counted as people count them.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n") + "\n";
    let separator = separator(&text);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut record = StringRecord::new();
    let mut next = |record: &mut StringRecord| -> Result<Option<u64>> {
        let unreadable = |_| Error::Malformed("the file is not CSV that can be read".to_owned());
        let there = reader.read_record(record).map_err(unreadable)?;
        // The reader skips empty lines without saying so; where it stopped is sure.
        let inside = record.iter().map(|cell| cell.matches('\n').count() as u64).sum::<u64>();
        Ok(there.then(|| reader.position().line().saturating_sub(1 + inside)))
    };
    if next(&mut record)?.is_none() {
        let message = "the file is empty; its first line names the columns";
        return Err(FieldError::new("column 1", "required", message).into());
    }
    if record.len() > MOST_COLUMNS {
        return Err(FieldError::new("column 1", "too_many", format!("at most {MOST_COLUMNS} columns")).into());
    }
    let (headings, new_columns) = columns::read(&record, known, separator == b';').map_err(Error::Invalid)?;
    let mut rows = Rows::new(&headings, students, separator == b';');
    while let Some(line) = next(&mut record)? {
        rows.add(line, &record)?;
    }
    Ok(Sheet { new_columns, ..rows.sheet })
}

struct Rows<'a> {
    headings: &'a [Heading],
    by_id: HashMap<String, &'a StudentRow>,
    by_email: HashMap<String, &'a StudentRow>,
    comma: bool,
    seen: HashSet<EnrollmentId>,
    sheet: Sheet,
}

impl<'a> Rows<'a> {
    fn new(headings: &'a [Heading], students: &'a [StudentRow], comma: bool) -> Self {
        Self {
            headings,
            by_id: students.iter().map(|student| (student.id.to_string(), student)).collect(),
            by_email: students.iter().map(|student| (student.email.to_lowercase(), student)).collect(),
            comma,
            seen: HashSet::new(),
            sheet: Sheet::default(),
        }
    }

    fn add(&mut self, line: u64, record: &StringRecord) -> Result<()> {
        if record.iter().all(|cell| cell.trim().is_empty()) {
            return Ok(());
        }
        self.sheet.rows += 1;
        let too_many = |what: &str, most: usize| {
            FieldError::new("", "too_many", format!("at most {most} {what} in a file"))
        };
        if self.sheet.rows > MOST_LINES {
            return Err(too_many("lines", MOST_LINES).into());
        }
        let who = self.student(record);
        let as_of = self.as_of(record);
        let wrong = match (&who, &as_of) {
            (Err((_, code, message)), _) => Some((*code, message.clone())),
            (Ok(student), _) if !self.seen.insert(student.id) => {
                Some(("duplicate", "this student has a line already".to_owned()))
            }
            (Ok(_), Err(())) => Some(("invalid", "as_of is the number that the export has there".to_owned())),
            (Ok(_), Ok(_)) => None,
        };
        let label = match &who {
            Ok(student) => student.full_name.clone(),
            Err((given, ..)) => given.chars().take(40).collect(),
        };
        for (index, value) in record.iter().enumerate() {
            let value = value.trim();
            let assignment = match self.headings.get(index) {
                Some(Heading::Assignment(name)) => name.clone(),
                Some(_) => continue,
                None => String::new(),
            };
            if value.is_empty() {
                continue;
            }
            let place = Place {
                line,
                column: index + 1,
                assignment,
                student: label.clone(),
                value: value.to_owned(),
            };
            match (&who, &wrong) {
                (Ok(student), None) if index < self.headings.len() => {
                    let as_of = as_of.unwrap_or_default();
                    let score = self.score(value);
                    self.sheet.cells.push(SheetCell { place, enrollment: student.id, score, as_of });
                }
                (_, Some((code, message))) => {
                    self.sheet.rejected.push(place.rejected(code, message.clone(), None));
                }
                (_, None) => {
                    self.sheet.rejected.push(place.rejected(
                        "no_heading",
                        "this column has no heading",
                        None,
                    ));
                }
            }
            if self.sheet.cells.len() + self.sheet.rejected.len() > MOST_CELLS {
                return Err(too_many("cells with something in them", MOST_CELLS).into());
            }
        }
        Ok(())
    }

    /// Whose line it is; otherwise what the file says, and why that is nobody.
    fn student(&self, record: &StringRecord) -> Result<&'a StudentRow, (String, &'static str, String)> {
        let cell = |wanted: &Heading| {
            let index = self.headings.iter().position(|heading| heading == wanted)?;
            record.get(index).map(str::trim).filter(|text| !text.is_empty()).map(str::to_lowercase)
        };
        let (id, email) = (cell(&Heading::Enrollment), cell(&Heading::Email));
        let given = email.clone().or_else(|| id.clone()).unwrap_or_default();
        let found =
            [id.as_ref().map(|id| self.by_id.get(id)), email.as_ref().map(|email| self.by_email.get(email))];
        let named: Vec<_> = found.into_iter().flatten().collect();
        match named[..] {
            [] => Err((given, "required", "this line names no student".to_owned())),
            [Some(student)] => Ok(student),
            [Some(one), Some(other)] if one.id == other.id => Ok(one),
            [Some(_), Some(_)] => {
                let message = "enrollment_id and email belong to different students".to_owned();
                Err((given, "unknown_student", message))
            }
            _ => Err((given, "unknown_student", "no such student in this course".to_owned())),
        }
    }

    fn as_of(&self, record: &StringRecord) -> Result<Option<i64>, ()> {
        let index = self.headings.iter().position(|heading| *heading == Heading::AsOf);
        let text = index.and_then(|index| record.get(index)).map(str::trim).filter(|text| !text.is_empty());
        text.map(|text| text.parse().map_err(|_| ())).transpose()
    }

    fn score(&self, text: &str) -> Intent {
        let text = if self.comma { text.replacen(',', ".", 1) } else { text.to_owned() };
        score(&Value::String(text)).map_or_else(Intent::Wrong, Intent::Set)
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::enrollments::Status;
    use crate::grades::AssignmentType;
    use crate::ids::{AssignmentId, CourseId, UserId};

    fn known(name: &str) -> Assignment {
        Assignment {
            id: AssignmentId::new(),
            course_id: CourseId::new(),
            name: name.to_owned(),
            assignment_type: AssignmentType::Quiz,
            max_score: "10.00".parse().unwrap(),
            weight: Some("0.20".parse().unwrap()),
            position: 0,
            version: 1,
            created_at: DateTime::UNIX_EPOCH,
        }
    }

    fn student(name: &str) -> StudentRow {
        StudentRow {
            id: EnrollmentId::new(),
            user_id: UserId::new(),
            status: Status::Enrolled,
            full_name: name.to_owned(),
            email: format!("{name}@example.edu").into(),
            student_id: None,
            percent: None,
            letter: None,
        }
    }

    /// Each cell as `student assignment score`, each rejection as `line:column code`; or the errors of the headings.
    fn told(text: &str) -> Vec<String> {
        let columns = [known("Quiz"), known("=SUM")];
        match read(text, &columns, &[student("ada"), student("bob")]) {
            Ok(sheet) => {
                let cells = sheet.cells.iter().map(|cell| {
                    let score = match &cell.score {
                        Intent::Set(score) => score.to_string(),
                        Intent::Wrong((code, _)) => (*code).to_owned(),
                        other => format!("{other:?}"),
                    };
                    format!("{} {} {score}", cell.place.student, cell.place.assignment)
                });
                let rejected =
                    sheet.rejected.iter().map(|cell| format!("{}:{} {}", cell.line, cell.column, cell.code));
                cells.chain(rejected).collect()
            }
            Err(Error::Invalid(errors)) => {
                errors.iter().map(|error| format!("{} {}", error.field, error.code)).collect()
            }
            Err(error) => vec![error.code().to_owned()],
        }
    }

    #[test]
    fn files_as_spreadsheets_write_them() {
        for (text, expected) in [
            ("email,Quiz\nada@example.edu,8.5\nbob@example.edu,\n", &["ada Quiz 8.50"][..]),
            (
                "\u{feff}email;Quiz\r\nADA@example.edu;8,5\r\n\r\nbob@example.edu;7\r\n",
                &["ada Quiz 8.50", "bob Quiz 7.00"],
            ),
            ("Student,Email,Quiz\nAda,ada@example.edu,8.5\n", &["ada Quiz 8.50"]),
            ("email,Quiz [quiz/10/0.2]\nada@example.edu,8\n", &["ada Quiz 8.00"]),
            ("email;Quiz [quiz/10,00/0,20]\nada@example.edu;8\n", &["ada Quiz 8.00"]),
            ("email,'=SUM [quiz/10/0.2]\nada@example.edu,8\n", &["ada =SUM 8.00"]),
            ("email,\"New, one [quiz/5/]\"\nada@example.edu,5\n", &["ada New, one 5.00"]),
            ("email,Quiz\nada@example.edu,\"8,5\"\n", &["ada Quiz invalid"]),
            ("email,Quiz\nada@example.edu,NaN\n", &["ada Quiz invalid"]),
            ("email,Quiz\nada@example.edu,-3\n", &["ada Quiz out_of_range"]),
            ("email,Quiz\nada@example.edu,8%\n", &["ada Quiz invalid"]),
            (
                "email,Quiz\nada@example.edu,8,9\nada@example.edu,7\neve@example.edu,7\n,7\n",
                &["ada Quiz 8.00", "2:3 no_heading", "3:2 duplicate", "4:2 unknown_student", "5:2 required"],
            ),
            (
                "email,as_of,Quiz\r\n\r\n\"\r\n x\",1,9\r\nbob@example.edu,1,9\r\nada@example.edu,x,8\r\n",
                &["bob Quiz 9.00", "3:3 unknown_student", "6:3 invalid"],
            ),
            ("email,Test\nada@example.edu,8\n", &["column 2 unknown"]),
            ("email,Quiz,Quiz [quiz/10/0.2]\n", &["column 3 duplicate"]),
            ("email,Quiz [quiz/20/0.2]\n", &["column 2 differs"]),
            ("email,Test [exam/10/]\n", &["column 2 invalid"]),
            ("email,Test [quiz/0/]\n", &["column 2 out_of_range"]),
            ("email,Test [quiz/10/2]\n", &["column 2 out_of_range"]),
            ("student,Quiz\nada,8\n", &["column 1 required"]),
            ("", &["column 1 required"]),
        ] {
            assert_eq!(told(text), expected, "{text:?}");
        }
    }
}
