//! What becomes of each record of a class that is being marked; pure.

use std::collections::{HashMap, HashSet};

use super::class::{MarkStudent, Outcome, Verdict, Wanted};
use super::model::{Mark, Record};
use crate::enrollments::Status;
use crate::error::FieldError;
use crate::http::text;
use crate::ids::EnrollmentId;

/// A record that is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    pub enrollment_id: EnrollmentId,
    pub status: Mark,
    pub notes: Option<String>,
}

/// Every verdict, in the order of the request, and what is to be written. Facts come from rows under lock: the section's
/// enrolments that were named, and what is marked for this meeting.
pub fn judge(
    records: &[MarkStudent],
    statuses: &HashMap<EnrollmentId, Status>,
    current: &HashMap<EnrollmentId, Record>,
) -> (Vec<Verdict>, Vec<Write>) {
    let mut seen = HashSet::new();
    let mut writes = vec![];
    let verdicts = records.iter().map(|asked| {
        let id = asked.enrollment_id;
        let record = current.get(&id).cloned();
        let plain = |verdict| Verdict {
            enrollment_id: id,
            verdict,
            record: record.clone(),
            wanted: None,
            code: None,
            message: None,
        };
        let wrong = |code, message: String| Verdict {
            code: Some(code),
            message: Some(message),
            ..plain(Outcome::Invalid)
        };
        if !seen.insert(id) {
            return wrong("duplicate", "this student is named twice".to_owned());
        }
        match statuses.get(&id) {
            None => return plain(Outcome::NotFound),
            Some(Status::Enrolled | Status::Completed) => {}
            Some(Status::Pending | Status::Dropped) => {
                return wrong("not_enrolled", "this student has no seat in the section".to_owned());
            }
        }
        let notes = match notes("notes", asked.notes.as_ref(), record.as_ref()) {
            Ok(notes) => notes,
            Err(error) => return wrong(error.code, format!("notes: {}", error.message)),
        };
        let wanted = Wanted { status: asked.status, notes };
        if record.as_ref().is_some_and(|now| now.status == wanted.status && now.notes == wanted.notes) {
            return plain(Outcome::Unchanged);
        }
        if asked.version.is_some_and(|seen| seen != record.as_ref().map(|now| now.version)) {
            return Verdict { wanted: Some(wanted), ..plain(Outcome::Stale) };
        }
        writes.push(Write { enrollment_id: id, status: wanted.status, notes: wanted.notes });
        plain(Outcome::Written)
    });
    (verdicts.collect(), writes)
}

/// Notes as they are to be stored; left out, they stay.
pub fn notes(
    field: &str,
    asked: Option<&Option<String>>,
    now: Option<&Record>,
) -> Result<Option<String>, FieldError> {
    match asked {
        None => Ok(now.and_then(|record| record.notes.clone())),
        Some(None) => Ok(None),
        Some(Some(text)) => Ok(Some(text::paragraphs(field, text, 500)?).filter(|text| !text.is_empty())),
    }
}
