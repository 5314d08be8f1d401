//! When and where a section meets.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::cells::{self, Wrong};
use super::findings::Level;
use super::sections::{Catalogue, Meeting, Rules, line};
use super::source::{Column, Row};
use super::texts::Text;
use crate::config::InstitutionConfig;
use crate::courses::{Day, Schedule, Slot};
use crate::error::FieldError;

impl Catalogue {
    /// When and where a row meets; `None` without a weekly or dated time.
    pub(super) fn time(
        &mut self,
        section: u32,
        row: &Row,
        rules: &Rules,
    ) -> Result<Option<Meeting>, (Column, Wrong)> {
        let at = |column| move |wrong| (column, wrong);
        let cell = |column| Some(row.get(column)).filter(|text| !text.is_empty());
        let room = cells::room(row.get(Column::Building), row.get(Column::Room));
        let room = room.map(|room| line(Column::Room, &room, 50)).transpose()?;
        let kind = cell(Column::MeetingType).map(|kind| line(Column::MeetingType, kind, 10)).transpose()?;
        let days = cells::days(row.get(Column::Days)).map_err(at(Column::Days))?;
        let dates = match (cell(Column::DateFrom), cell(Column::DateTo)) {
            (None, None) => None,
            (from, to) => {
                let from = cells::date(from.unwrap_or_default()).map_err(at(Column::DateFrom))?;
                Some((from, cells::date(to.unwrap_or_default()).map_err(at(Column::DateTo))?))
            }
        };
        let (start, end) = match (cell(Column::Start), cell(Column::End)) {
            (None, None) => return Ok(None),
            (start, end) => (
                cells::time(start.unwrap_or_default()).map_err(at(Column::Start))?,
                cells::time(end.unwrap_or_default()).map_err(at(Column::End))?,
            ),
        };
        if start >= end {
            return Err((
                Column::End,
                Wrong::new("time not readable", "the end must be later than the start"),
            ));
        }
        let days = meeting_days(days, dates, rules.institution)?;
        if days == 0 {
            let reason = "a time without days or dates: loaded without a weekly time";
            self.warn(
                section,
                row.line,
                (Some(Column::Start), row.get(Column::Start)),
                &Wrong::new("time without days", reason),
            );
        }
        let (room, kind) = (room.unwrap_or_default(), kind.unwrap_or_default());
        let (room, kind) = (self.texts.keep(&room), self.texts.keep(&kind));
        Ok(Some(Meeting { section, line: row.line, days, start, end, dates, room, kind }))
    }

    /// Nobody can sit in two rooms at once: of two meetings of one section at the same time, the first stays. The
    /// section itself is loaded, because its seats and most of its week are right.
    pub(super) fn check_own_times(&mut self, section: u32) {
        let mut seen: Vec<(Day, Slot)> = vec![];
        let (from, to) = self.sections[section as usize].rows;
        for index in from as usize..to as usize {
            let meeting = self.meetings[index];
            for day in cells::each_day(meeting.days) {
                let slot = self.slot(&meeting);
                let clash = seen
                    .iter()
                    .find(|(other_day, other)| *other_day == day && *other != slot && other.overlaps(&slot));
                if let Some((_, other)) = clash {
                    let reason = format!(
                        "{day} {} overlaps {day} {} of the same section, which is loaded without this meeting",
                        slot.time(),
                        other.time()
                    );
                    let wrong = Wrong::new("meeting overlaps another of its section", reason);
                    let (place, cell) = ((meeting.line, Some(section)), (Some(Column::Start), slot.time()));
                    self.findings.add(&mut self.texts, place, Level::Rejected, (cell.0, &cell.1), &wrong);
                    self.meetings[index].days = 0;
                    break;
                }
                seen.push((day, slot));
            }
        }
        if let Err(errors) = self.schedule(section) {
            let wrong = Wrong::new("schedule not acceptable", errors[0].message.clone());
            self.reject(section, self.sections[section as usize].line, (None, ""), &wrong);
        }
    }

    fn slot(&self, meeting: &Meeting) -> Slot {
        let text = |text: Text| Some(self.texts.get(text).to_owned()).filter(|text| !text.is_empty());
        Slot {
            start: meeting.start.into(),
            end: meeting.end.into(),
            dates: meeting.dates,
            room: text(meeting.room),
            kind: text(meeting.kind),
        }
    }

    /// The week of a section, each slot with its own room.
    pub fn schedule(&self, section: u32) -> Result<Schedule, Vec<FieldError>> {
        let mut days: BTreeMap<Day, Vec<Slot>> = BTreeMap::new();
        for meeting in self.meetings_of(section) {
            for day in cells::each_day(meeting.days) {
                days.entry(day).or_default().push(self.slot(meeting));
            }
        }
        Schedule::new(days)
    }

    /// The room a section is known by: that of its first weekly meeting. None while any of its meetings names no
    /// room, because a slot without one inherits the section's and would hold it.
    pub fn room(&self, section: u32) -> Option<&str> {
        let mut timed = self.meetings_of(section).iter().filter(|meeting| meeting.days != 0);
        let first = timed.clone().find(|meeting| meeting.dates.is_none_or(|(from, to)| from != to))?;
        let all_have_rooms = timed.all(|meeting| !meeting.room.is_empty());
        all_have_rooms.then(|| self.texts.get(first.room))
    }
}

/// The weekdays of a row: those it names, or that of its single day.
fn meeting_days(
    days: u8,
    dates: Option<(NaiveDate, NaiveDate)>,
    institution: &InstitutionConfig,
) -> Result<u8, (Column, Wrong)> {
    if let Some((from, to)) = dates {
        if from > to {
            return Err((Column::DateTo, Wrong::new("dates reversed", "date_to lies before date_from")));
        }
        let day = Day::of(from);
        if from == to && days != 0 && days != cells::bit(day) {
            return Err((Column::Days, Wrong::new("days and date differ", format!("{from} is a {day}"))));
        }
        if from == to {
            return Ok(cells::bit(day));
        }
        if days == 0 {
            return Err((
                Column::Days,
                Wrong::new("days missing", "a meeting of several weeks needs its days"),
            ));
        }
    }
    match cells::each_day(days).find(|day| !institution.teaching_days.0.contains(day)) {
        Some(day) => {
            let reason = format!("no weekly classes on {day} here (UEMS_TEACHING_DAYS)");
            Err((Column::Days, Wrong::new("weekday outside UEMS_TEACHING_DAYS", reason)))
        }
        None => Ok(days),
    }
}
