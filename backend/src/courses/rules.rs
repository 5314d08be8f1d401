//! What a section must be like; pure.

use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::Value;

use super::model::{CreateCourse, UpdateCourse};
use super::schedule::Schedule;
use crate::config::InstitutionConfig;
use crate::error::{FieldError, Result};
use crate::http::text;
use crate::http::validate::{Fields, exact};
use crate::ids::UserId;
use crate::terms::Semester;

/// The capacity that means "without limit".
pub const UNLIMITED: i32 = 9999;

/// First year of the original design.
pub const FIRST_YEAR: i32 = 2024;

/// A section about to be stored; exists only if valid.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Draft {
    pub code: String,
    pub section: String,
    pub name: String,
    pub description: Option<String>,
    pub teacher_id: Option<UserId>,
    pub capacity: i32,
    pub credits: Decimal,
    pub semester: Semester,
    pub year: i32,
    pub schedule: Schedule,
    pub room: Option<String>,
    pub cross_listing: Option<String>,
    pub is_active: bool,
}

/// The institution's rules in the year it is now.
#[derive(Clone, Copy)]
pub struct Rules<'a> {
    pub institution: &'a InstitutionConfig,
    pub this_year: i32,
}

impl Rules<'_> {
    pub fn last_year(&self) -> i32 {
        self.institution.last_year.unwrap_or(self.this_year + 4)
    }

    fn code(&self, code: &str) -> Result<String, FieldError> {
        let code = text::line("code", code, 2, 20)?;
        let pattern = &self.institution.code_pattern;
        let message = || format!("a course code looks like {}", pattern.as_str());
        if pattern.is_match(&code) { Ok(code) } else { Err(FieldError::new("code", "pattern", message())) }
    }

    fn capacity(&self, capacity: i32) -> Result<i32, FieldError> {
        let most = self.institution.max_capacity;
        let message = || format!("1 to {most} seats, or {UNLIMITED} for no limit");
        let fine = (1..=most).contains(&capacity) || capacity == UNLIMITED;
        if fine { Ok(capacity) } else { Err(FieldError::new("capacity", "out_of_range", message())) }
    }

    fn credits(&self, credits: &Value) -> Result<Decimal, FieldError> {
        let most = self.institution.max_credits;
        let error = |code, message: String| FieldError::new("credits", code, message);
        let credits = exact(credits)
            .ok_or_else(|| error("invalid", "write a number such as 4 or \"2.5\"".to_owned()))?;
        if credits.normalize().scale() > 2 {
            return Err(error("too_precise", "at most two decimal places".to_owned()));
        }
        if credits <= Decimal::ZERO || credits > most {
            return Err(error("out_of_range", format!("more than 0, at most {most}")));
        }
        Ok(credits)
    }

    fn year(&self, year: i32) -> Result<i32, FieldError> {
        let last = self.last_year();
        let message = || format!("{FIRST_YEAR} to {last}");
        if (FIRST_YEAR..=last).contains(&year) {
            Ok(year)
        } else {
            Err(FieldError::new("year", "out_of_range", message()))
        }
    }

    /// Weekly slots lie on teaching days; a single dated day (an exam) may be any day.
    fn schedule(&self, fields: &mut Fields, value: &Value) -> Option<Schedule> {
        let schedule = match Schedule::parse(value) {
            Ok(schedule) => schedule,
            Err(errors) => {
                fields.extend(errors);
                return None;
            }
        };
        for (day, slot) in schedule.slots() {
            fields.require(slot.is_single_day() || self.institution.teaching_days.0.contains(&day), || {
                FieldError::new(
                    format!("schedule.{day}"),
                    "no_teaching_day",
                    format!("there are no classes on {day}"),
                )
            });
        }
        Some(schedule)
    }

    pub fn draft(&self, request: &CreateCourse) -> Result<Draft> {
        let mut fields = Fields::default();
        let code = fields.take(self.code(&request.code));
        let section = fields.take(text::line("section", request.section.as_deref().unwrap_or("001"), 1, 10));
        let name = fields.take(text::line("name", &request.name, 5, 255));
        let description = fields
            .take_if(request.description.as_deref(), |text| text::paragraphs("description", text, 10_000));
        let capacity = fields.take(self.capacity(request.capacity));
        let credits = fields.take(self.credits(&request.credits));
        let year = fields.take(self.year(request.year));
        let schedule = self.schedule(&mut fields, &request.schedule);
        let room = fields.take_if(request.room.as_deref(), |text| text::line("room", text, 1, 50));
        let cross_listing = fields
            .take_if(request.cross_listing.as_deref(), |text| text::line("cross_listing", text, 1, 100));
        fields.finish(|| {
            Some(Draft {
                code: code?,
                section: section?,
                name: name?,
                description: description.filter(|text| !text.is_empty()),
                teacher_id: request.teacher_id,
                capacity: capacity?,
                credits: credits?,
                semester: request.semester,
                year: year?,
                schedule: schedule?,
                room,
                cross_listing,
                is_active: true,
            })
        })
    }

    /// The section as it would be. Only what changes is judged: an imported lecture of 600 keeps its capacity.
    pub fn edited(&self, old: &Draft, request: &UpdateCourse) -> Result<Draft> {
        let mut fields = Fields::default();
        let mut new = old.clone();
        let set = |target: &mut String, value: Option<String>| {
            if let Some(value) = value {
                *target = value;
            }
        };
        if let Some(code) = request.code.as_deref().filter(|code| *code != old.code) {
            set(&mut new.code, fields.take(self.code(code)));
        }
        set(
            &mut new.section,
            fields.take_if(request.section.as_deref(), |text| text::line("section", text, 1, 10)),
        );
        if let Some(name) = request.name.as_deref().filter(|name| *name != old.name) {
            set(&mut new.name, fields.take(text::line("name", name, 5, 255)));
        }
        let optional = |fields: &mut Fields,
                        target: &mut Option<String>,
                        value: &Option<Option<String>>,
                        name,
                        most| match value {
            Some(Some(value)) if name == "description" => {
                *target = fields.take(text::paragraphs(name, value, most)).filter(|text| !text.is_empty());
            }
            Some(Some(value)) => *target = fields.take(text::line(name, value, 1, most)),
            Some(None) => *target = None,
            None => {}
        };
        optional(&mut fields, &mut new.description, &request.description, "description", 10_000);
        optional(&mut fields, &mut new.room, &request.room, "room", 50);
        optional(&mut fields, &mut new.cross_listing, &request.cross_listing, "cross_listing", 100);
        new.teacher_id = request.teacher_id.unwrap_or(old.teacher_id);
        new.semester = request.semester.unwrap_or(old.semester);
        new.is_active = request.is_active.unwrap_or(old.is_active);
        if let Some(capacity) = request.capacity.filter(|capacity| *capacity != old.capacity) {
            new.capacity = fields.take(self.capacity(capacity)).unwrap_or(old.capacity);
        }
        if let Some(credits) = request.credits.as_ref().filter(|credits| exact(credits) != Some(old.credits))
        {
            new.credits = fields.take(self.credits(credits)).unwrap_or(old.credits);
        }
        if let Some(year) = request.year.filter(|year| *year != old.year) {
            new.year = fields.take(self.year(year)).unwrap_or(old.year);
        }
        if let Some(schedule) = request
            .schedule
            .as_ref()
            .filter(|schedule| Schedule::parse(schedule).ok().as_ref() != Some(&old.schedule))
        {
            new.schedule = self.schedule(&mut fields, schedule).unwrap_or_default();
        }
        fields.finish(|| Some(new))
    }
}

impl UpdateCourse {
    /// Something the assigned teacher may not change.
    pub fn is_administrative(&self) -> bool {
        self.code.is_some()
            || self.section.is_some()
            || self.name.is_some()
            || self.teacher_id.is_some()
            || self.capacity.is_some()
            || self.credits.is_some()
            || self.semester.is_some()
            || self.year.is_some()
            || self.cross_listing.is_some()
            || self.is_active.is_some()
            || self.allow_teacher_conflict
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;
    use crate::config::TeachingDays;
    use crate::courses::Day;
    use crate::error::Error;

    fn institution() -> InstitutionConfig {
        InstitutionConfig {
            time_zone: chrono_tz::UTC,
            institution: "Test".to_owned(),
            code_pattern: regex::Regex::new(r"^[A-Z]{2,4}\d{3}$").unwrap(),
            teaching_days: TeachingDays(BTreeSet::from([Day::Monday, Day::Tuesday])),
            last_year: None,
            max_credits: Decimal::from(6),
            max_capacity: 500,
            grade_scale: "F:0:0".parse().unwrap(),
        }
    }

    fn request() -> CreateCourse {
        serde_json::from_value(json!({
            "code": "CS101", "name": "Introduction", "capacity": 30, "credits": "2.5", "semester": "fall", "year": 2025,
            "schedule": {"monday": ["09:00-11:00"]},
        }))
        .unwrap()
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let institution = institution();
        let rules = Rules { institution: &institution, this_year: 2025 };
        assert!(rules.draft(&request()).is_ok());
        let wrong = CreateCourse {
            code: "cs1".to_owned(),
            name: "X".to_owned(),
            capacity: 501,
            credits: json!("1e1"),
            year: 2030,
            schedule: json!({"sunday": ["09:00-10:00"]}),
            ..request()
        };
        let Err(Error::Invalid(errors)) = rules.draft(&wrong) else { panic!("accepted") };
        let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["code", "name", "capacity", "credits", "year", "schedule.sunday"]);
    }

    #[test]
    fn credits_are_exact() {
        let institution = institution();
        let rules = Rules { institution: &institution, this_year: 2025 };
        for (value, expected) in
            [(json!(4), Some("4")), (json!("2.50"), Some("2.50")), (json!(2.5), Some("2.5"))]
        {
            assert_eq!(rules.credits(&value).ok(), expected.map(|text| text.parse().unwrap()));
        }
        for value in [
            json!(0),
            json!(-1),
            json!("NaN"),
            json!("1e1"),
            json!(7),
            json!("0.001"),
            json!(null),
            json!("½"),
        ] {
            assert!(rules.credits(&value).is_err(), "{value}");
        }
    }

    #[test]
    fn nine_thousand_nine_hundred_ninety_nine_means_no_limit() {
        let institution = institution();
        let rules = Rules { institution: &institution, this_year: 2025 };
        assert_eq!(
            [0, 1, 500, 501, 9998, 9999, 10000].map(|n| rules.capacity(n).is_ok()),
            [false, true, true, false, false, true, false]
        );
    }
}
