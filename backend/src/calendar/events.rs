//! What stands in a feed: for each slot of a schedule an event, weekly or single; pure.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use super::lines::Lines;
use super::model::Class;
use super::zone;
use crate::courses::{Day, Slot};

/// Years before and after this one whose changes of the clocks are told.
const BEHIND: i32 = 3;
const AHEAD: i32 = 5;

/// A slot between two of its days.
struct Event<'a> {
    class: &'a Class,
    day: Day,
    slot: &'a Slot,
    first: NaiveDate,
    last: NaiveDate,
    /// The last day on which it might meet.
    until: NaiveDate,
}

/// The whole feed.
pub fn write(name: &str, classes: &[Class], zone: Tz, this_year: i32) -> String {
    let events: Vec<Event> = classes.iter().flat_map(events).collect();
    let mut lines = Lines::default();
    for (name, value) in [
        ("BEGIN", "VCALENDAR"),
        ("VERSION", "2.0"),
        ("PRODID", "-//UEMS//Timetable//EN"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
        ("REFRESH-INTERVAL;VALUE=DURATION", "PT6H"),
        ("X-PUBLISHED-TTL", "PT6H"),
    ] {
        lines.add(name, value);
    }
    lines.text("X-WR-CALNAME", name);
    if !zone::is_utc(zone) && !events.is_empty() {
        let told = |year: i32| year.clamp(this_year - BEHIND, this_year + AHEAD);
        let first = events.iter().map(|event| event.first.year() - 1).min().map_or(this_year, told);
        let last = events.iter().map(|event| event.last.year()).max().map_or(this_year, told);
        zone::write(&mut lines, zone, first, last);
    }
    for event in &events {
        event.write(&mut lines, zone);
    }
    lines.add("END", "VCALENDAR");
    lines.finish()
}

/// Slots that meet at least once. A slot has its own dates, else the class dates of the term; without either, nobody
/// knows when it meets.
fn events(class: &Class) -> impl Iterator<Item = Event<'_>> {
    let term = class.starts_on.zip(class.ends_on);
    class.schedule.slots().filter_map(move |(day, slot)| {
        let (from, until) = slot.dates.or(term)?;
        let away = |date: NaiveDate| (7 + day as u64 - Day::of(date) as u64) % 7;
        let first = from.checked_add_days(Days::new(away(from)))?;
        let last = until.checked_sub_days(Days::new((7 - away(until)) % 7))?;
        (first <= last).then_some(Event { class, day, slot, first, last, until })
    })
}

impl Event<'_> {
    fn write(&self, lines: &mut Lines, zone: Tz) {
        let Self { class, slot, first, .. } = self;
        lines.add("BEGIN", "VEVENT");
        lines.add("UID", &self.uid());
        lines.add("DTSTAMP", &utc(class.updated_at));
        lines.add("SEQUENCE", &class.version.to_string());
        self.time(lines, "DTSTART", zone, wall(*first, slot.start));
        self.time(lines, "DTEND", zone, wall(*first, slot.end));
        if *first < self.last {
            lines.add("RRULE", &format!("FREQ=WEEKLY;UNTIL={}", utc(end_of(zone, self.until))));
        }
        let kind = slot.kind.as_ref().map(|kind| format!(" ({kind})")).unwrap_or_default();
        lines.text("SUMMARY", &format!("{}-{} {}{kind}", class.code, class.section, class.name));
        if let Some(room) = slot.room.as_ref().or(class.room.as_ref()) {
            lines.text("LOCATION", room);
        }
        if let Some(teacher) = &class.teacher {
            lines.text("DESCRIPTION", teacher);
        }
        lines.add("END", "VEVENT");
    }

    /// The same as long as the slot is: two slots of a section differ in day, time or dates.
    fn uid(&self) -> String {
        let Self { class, day, slot, .. } = self;
        let from = slot.dates.map(|(from, _)| format!("-{from}")).unwrap_or_default();
        format!("{}-{day}-{}{from}@uems", class.id, slot.start)
    }

    fn time(&self, lines: &mut Lines, name: &str, zone: Tz, time: NaiveDateTime) {
        if zone::is_utc(zone) {
            lines.add(name, &utc(time.and_utc()));
        } else {
            lines.add(&format!("{name};TZID={}", zone.name()), &zone::local(time));
        }
    }
}

/// Minutes after midnight on a day; 24:00 is the next midnight.
fn wall(day: NaiveDate, minutes: i32) -> NaiveDateTime {
    day.and_time(NaiveTime::MIN) + TimeDelta::minutes(minutes.into())
}

/// The last second of a day. Where the clocks skip it, the day ends when they do; where they repeat it, the second time.
fn end_of(zone: Tz, day: NaiveDate) -> DateTime<Utc> {
    let second = wall(day, 24 * 60) - TimeDelta::seconds(1);
    let mut candidates = (0..24).map(|quarters| second - TimeDelta::minutes(15 * quarters));
    let found = candidates.find_map(|time| zone.from_local_datetime(&time).latest());
    found.map_or_else(|| second.and_utc(), |time| time.to_utc())
}

fn utc(time: DateTime<Utc>) -> String {
    format!("{}Z", zone::local(time.naive_utc()))
}
