//! What an import would do: the file's sections held against the database.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use super::cells::Wrong;
use super::queries::{self, StoredCourse};
use super::sections::{Catalogue, Rules};
use super::sharing::{Held, held};
use super::source::Column;
use super::teachers::{self, Teacher};
use super::texts::Text;
use crate::ids::{CourseId, UserId};

/// A section of the file that exists already.
pub struct Existing {
    pub id: CourseId,
    pub version: i32,
    pub cross_listing: Option<Text>,
    /// What would change, in words; empty: nothing.
    pub changes: String,
    /// Its times or rooms change.
    pub moves: bool,
    /// It gets more seats, which waiters may take.
    pub grows: bool,
    pub has_students: bool,
}

pub struct Plan {
    pub teachers: HashMap<Text, Teacher>,
    pub existing: HashMap<u32, Existing>,
    /// Cross-listing group of a section; the name of a group that exists already is kept.
    pub groups: HashMap<u32, Text>,
    /// Rooms taken in the database.
    pub held: Vec<Held>,
    /// First and last day of classes, if the term has them.
    pub dates: Option<(NaiveDate, NaiveDate)>,
}

impl Plan {
    /// Marks further sections of the catalogue as rejected: those the database has no place for.
    pub async fn make(
        db: &mut PgConnection,
        catalogue: &mut Catalogue,
        rules: &Rules<'_>,
    ) -> anyhow::Result<Self> {
        let (semester, year) = (rules.semester, rules.year);
        let mut plan = Self {
            teachers: teachers::resolve(db, catalogue).await?,
            existing: HashMap::new(),
            groups: HashMap::new(),
            held: vec![],
            dates: queries::class_dates(db, semester, year).await?,
        };
        let mut after = CourseId(Uuid::nil());
        loop {
            let page = queries::stored_courses(db, semester, year, after).await?;
            for course in &page {
                plan.compare(catalogue, course)?;
            }
            match page.last() {
                Some(last) => after = last.id,
                None => break,
            }
        }
        let mut after = 0;
        loop {
            let page = queries::stored_holds(db, semester, year, after).await?;
            for hold in &page {
                plan.held.push(held(catalogue, hold));
            }
            match page.last() {
                Some(last) => after = last.id,
                None => break,
            }
        }
        plan.share_rooms(catalogue);
        let accepted = catalogue.sections.iter().filter(|section| !section.rejected);
        let teaching: HashSet<Text> = accepted.map(|section| section.instructor).collect();
        plan.teachers.retain(|name, _| teaching.contains(name));
        Ok(plan)
    }

    /// How a section of the file differs from the stored one, or why it may not replace it.
    fn compare(&mut self, catalogue: &mut Catalogue, stored: &StoredCourse) -> anyhow::Result<()> {
        let Some(index) = catalogue.find(&stored.code, &stored.section) else { return Ok(()) };
        let section = catalogue.sections[index as usize];
        if section.rejected {
            return Ok(());
        }
        if !stored.is_active {
            let wrong = Wrong::new(
                "deactivated in UEMS",
                "the section exists, but was deactivated; activate it first",
            );
            catalogue.reject(index, section.line, (Some(Column::Code), &stored.code), &wrong);
            return Ok(());
        }
        let capacity = i32::from(section.capacity);
        if capacity < stored.enrolled_count && capacity != stored.capacity {
            let reason =
                format!("{} students are enrolled; capacity cannot go below that", stored.enrolled_count);
            let wrong = Wrong::new("capacity below the enrolled", reason);
            catalogue.reject(index, section.line, (Some(Column::Capacity), &capacity.to_string()), &wrong);
            return Ok(());
        }
        let schedule =
            catalogue.schedule(index).map_err(|errors| anyhow::anyhow!("{}", errors[0].message))?;
        let (texts, room) = (&catalogue.texts, catalogue.room(index));
        let mut changes = vec![];
        let mut change = |what: &str, old: &str, new: &str| {
            if old != new {
                changes.push(format!("{what} {} → {}", or_none(old), or_none(new)));
            }
        };
        change("name", &stored.name, texts.get(section.name));
        change("capacity", &stored.capacity.to_string(), &capacity.to_string());
        let credits = Decimal::new(section.credits.into(), 2).normalize();
        change("credits", &stored.credits.normalize().to_string(), &credits.to_string());
        if let Some(teacher) =
            self.teachers.get(&section.instructor).filter(|teacher| Some(teacher.id) != stored.teacher_id)
        {
            let new = format!("{} <{}>", texts.get(section.instructor), teacher.email);
            change("teacher", stored.teacher_name.as_deref().unwrap_or_default(), &new);
        }
        change("room", stored.room.as_deref().unwrap_or_default(), room.unwrap_or_default());
        let moves = schedule != stored.schedule || room != stored.room.as_deref();
        if schedule != stored.schedule {
            changes.push("times".to_owned());
        }
        if section.described_on != 0 && stored.description != section.description.to_be_bytes() {
            changes.push("description".to_owned());
        }
        let changes = changes.join("; ");
        let existing = Existing {
            id: stored.id,
            version: stored.version,
            cross_listing: stored.cross_listing.as_ref().map(|group| catalogue.texts.keep(group)),
            changes,
            moves,
            grows: capacity > stored.capacity,
            has_students: stored.enrolled_count > 0,
        };
        self.existing.insert(index, existing);
        Ok(())
    }

    pub fn teacher(&self, instructor: Text) -> Option<UserId> {
        self.teachers.get(&instructor).map(|teacher| teacher.id)
    }
}

fn or_none(text: &str) -> &str {
    if text.is_empty() { "none" } else { text }
}
