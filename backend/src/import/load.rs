//! Writes a plan. The file is read a second time for the descriptions, which were not kept.

use std::collections::BTreeSet;

use anyhow::{Context, ensure};
use indicatif::ProgressBar;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use super::plan::Plan;
use super::queries::{self, CourseColumns};
use super::sections::{self, Catalogue, Rules};
use super::source::{Column, Source};
use super::teachers::Teacher;
use crate::courses::queries as courses;
use crate::enrollments::fill_seats;
use crate::enrollments::queries as enrollments;
use crate::ids::CourseId;

/// Sections written at once.
const BATCH: usize = 1_000;

/// Writes everything the plan says; answers a sentence for every student who now has a clash.
pub async fn load(
    db: &mut PgConnection,
    catalogue: &Catalogue,
    plan: &Plan,
    rules: &Rules<'_>,
    mut file: Source,
    progress: &ProgressBar,
) -> anyhow::Result<Vec<String>> {
    let teachers: Vec<(&Teacher, &str)> = plan
        .teachers
        .iter()
        .filter(|(_, teacher)| teacher.is_new)
        .map(|(name, teacher)| (teacher, catalogue.texts.get(*name)))
        .collect();
    for some in teachers.chunks(BATCH) {
        queries::insert_teachers(db, some).await?;
    }
    let changed = plan.existing.values().filter(|existing| !existing.changes.is_empty());
    let changed: Vec<Uuid> = changed.map(|existing| existing.id.0).collect();
    // Nobody registers in this term by times that are about to change.
    crate::terms::queries::hold_calendar(db, rules.year, rules.semester).await?;
    queries::lock_courses(db, &changed).await?;
    let moved = plan.existing.values().filter(|existing| existing.moves);
    let moved: Vec<Uuid> = moved.map(|existing| existing.id.0).collect();
    queries::vacate(db, &moved).await?;

    let todo = todo(catalogue, plan);
    progress.set_length(todo.len() as u64);
    let (mut new, mut edited) = (CourseColumns::default(), CourseColumns::default());
    for (line, section) in todo {
        let description = read_description(&mut file, line, catalogue, section)?;
        match plan.existing.get(&section) {
            Some(existing) => {
                edited.versions.push(existing.version);
                push(&mut edited, existing.id, section, description, catalogue, plan)?;
            }
            None => push(&mut new, CourseId::new(), section, description, catalogue, plan)?,
        }
        progress.inc(1);
        flush(db, rules, &mut new, &mut edited, BATCH).await?;
    }
    flush(db, rules, &mut new, &mut edited, 1).await?;
    fill_new_seats(db, plan).await?;
    note_clashes(db, plan).await
}

/// What is created or changed, each with the line on which its description stands, in the order of the file.
fn todo(catalogue: &Catalogue, plan: &Plan) -> Vec<(u32, u32)> {
    let accepted = (0..catalogue.sections.len() as u32)
        .filter(|section| !catalogue.sections[*section as usize].rejected);
    let changing = accepted
        .filter(|section| plan.existing.get(section).is_none_or(|existing| !existing.changes.is_empty()));
    let mut todo: Vec<(u32, u32)> = changing
        .map(|section| {
            let facts = &catalogue.sections[section as usize];
            (if facts.described_on == 0 { facts.line } else { facts.described_on }, section)
        })
        .collect();
    todo.sort_unstable();
    todo
}

fn read_description(
    file: &mut Source,
    line: u32,
    catalogue: &Catalogue,
    section: u32,
) -> anyhow::Result<Option<String>> {
    let facts = &catalogue.sections[section as usize];
    if facts.described_on == 0 {
        return Ok(None);
    }
    let changed = "the file changed while it was read; nothing was loaded";
    loop {
        let row = file.next_row()?.context(changed)?;
        if row.line >= line {
            let text = sections::description(row.get(Column::Description)).ok();
            let text = text.filter(|text| row.line == line && sections::digest(text) == facts.description);
            return Ok(Some(text.context(changed)?));
        }
    }
}

fn push(
    columns: &mut CourseColumns,
    id: CourseId,
    section: u32,
    description: Option<String>,
    catalogue: &Catalogue,
    plan: &Plan,
) -> anyhow::Result<()> {
    let facts = &catalogue.sections[section as usize];
    let text = |text| catalogue.texts.get(text).to_owned();
    let schedule = catalogue.schedule(section).map_err(|errors| anyhow::anyhow!("{}", errors[0].message))?;
    columns.ids.push(id.0);
    columns.codes.push(text(facts.code));
    columns.sections.push(text(facts.number));
    columns.names.push(text(facts.name));
    columns.descriptions.push(description);
    columns.teachers.push(plan.teacher(facts.instructor).map(|id| id.0));
    columns.capacities.push(facts.capacity.into());
    columns.credits.push(Decimal::new(facts.credits.into(), 2));
    columns.schedules.push(serde_json::to_string(&schedule)?);
    columns.rooms.push(catalogue.room(section).map(str::to_owned));
    columns.cross_listings.push(plan.groups.get(&section).map(|group| text(*group)));
    Ok(())
}

async fn flush(
    db: &mut PgConnection,
    rules: &Rules<'_>,
    new: &mut CourseColumns,
    edited: &mut CourseColumns,
    least: usize,
) -> anyhow::Result<()> {
    if new.ids.len() >= least {
        let rows = std::mem::take(new);
        queries::insert_courses(db, rules.semester, rules.year, &rows).await.map_err(explain)?;
    }
    if edited.ids.len() >= least {
        let rows = std::mem::take(edited);
        let written = queries::update_courses(db, &rows).await.map_err(explain)?;
        ensure!(written == rows.ids.len() as u64, "{MEANWHILE}");
    }
    Ok(())
}

const MEANWHILE: &str = "somebody changed a section of this term meanwhile; nothing was loaded, import again";

/// The plan was right when it was made; what the database refuses now has happened since.
fn explain(error: sqlx::Error) -> anyhow::Error {
    let constraint =
        error.as_database_error().and_then(|error| error.constraint()).unwrap_or_default().to_owned();
    let error = anyhow::Error::from(error);
    match constraint.as_str() {
        "courses_code_section_term_key" => error.context(MEANWHILE),
        "course_meetings_room_free" => {
            error.context("a room was taken meanwhile; nothing was loaded, import again")
        }
        _ => error,
    }
}

/// Waiters get the new seats. One whose lock somebody holds right now is left to the periodic look at waitlists.
async fn fill_new_seats(db: &mut PgConnection, plan: &Plan) -> anyhow::Result<()> {
    let growing = plan.existing.values().filter(|existing| existing.grows);
    let growing: BTreeSet<CourseId> = growing.map(|existing| existing.id).collect();
    for course in growing {
        let promoted = fill_seats(db, course, None).await?;
        if let Err(student) = promoted {
            tracing::debug!(%course, %student, "a waiter is busy elsewhere; the next look at the waitlists decides");
        }
    }
    Ok(())
}

/// Students keep their seats when a section moves; those who now have a clash are told about, not dropped.
async fn note_clashes(db: &mut PgConnection, plan: &Plan) -> anyhow::Result<Vec<String>> {
    let mut sentences = vec![];
    for existing in plan.existing.values().filter(|existing| existing.moves && existing.has_students) {
        for (student, name, clash) in courses::students_with_clash(db, existing.id).await? {
            sentences.push(format!("{name} now has a clash with {}", clash.with()));
            let why = Some("schedule_conflict");
            enrollments::note(db, student, existing.id, "clash_created", why, None, &clash).await?;
        }
    }
    sentences.sort();
    Ok(sentences)
}
