//! Who gets which room, and who shares one.

use std::collections::HashMap;

use chrono::Datelike;

use super::cells::{self, Wrong};
use super::plan::Plan;
use super::queries::StoredHold;
use super::rooms::{Hold, Holder, Rooms, Taken};
use super::sections::{Catalogue, Meeting};
use super::source::Column;
use super::texts::Text;
use crate::courses::{Day, clock};

/// A room taken by a stored section.
pub struct Held {
    hold: Hold,
    /// The section of the file, if it is there too.
    section: Option<u32>,
    code: Text,
    number: Text,
    group: Option<Text>,
}

impl Plan {
    /// Gives out rooms in the order of the file. A stored section whose row is refused stays where it is, which may
    /// cost another row its room: then everything is given out again.
    pub(super) fn share_rooms(&mut self, catalogue: &mut Catalogue) {
        loop {
            let mut rooms = Rooms::new(catalogue.sections.len());
            for (index, held) in self.held.iter().enumerate() {
                if held.section.is_none_or(|section| catalogue.sections[section as usize].rejected) {
                    rooms.store(held.hold, index as u32);
                }
            }
            let mut stays = false;
            for section in 0..catalogue.sections.len() as u32 {
                if catalogue.sections[section as usize].rejected {
                    continue;
                }
                match rooms
                    .take(section, &self.holds(catalogue, section), |index| self.held[index as usize].group)
                {
                    Ok(()) => {
                        if let Some(group) =
                            self.existing.get(&section).and_then(|existing| existing.cross_listing)
                        {
                            rooms.join_group(section, group);
                        }
                    }
                    Err(taken) => {
                        self.refuse(catalogue, section, &taken);
                        stays |= self.existing.remove(&section).is_some();
                    }
                }
            }
            if !stays {
                self.name_groups(catalogue, rooms);
                return self.note_groups(catalogue);
            }
        }
    }

    fn holds(&self, catalogue: &Catalogue, section: u32) -> Vec<Hold> {
        let meetings = catalogue.meetings_of(section).iter().filter(|meeting| !meeting.room.is_empty());
        meetings
            .flat_map(|meeting| cells::each_day(meeting.days).map(|day| self.hold(meeting, day)))
            .collect()
    }

    /// As the database lays out a slot: its own dates, else the term's, else unbounded.
    fn hold(&self, meeting: &Meeting, day: Day) -> Hold {
        let midnight = day as u16 * 24 * 60;
        let single_day = meeting.dates.is_some_and(|(from, to)| from == to);
        let dates = meeting.dates.or(self.dates);
        Hold {
            room: meeting.room,
            start: midnight + meeting.start,
            end: midnight + meeting.end,
            from: dates.map_or(i32::MIN, |(from, _)| from.num_days_from_ce()),
            to: dates.map_or(i32::MAX, |(_, to)| to.num_days_from_ce() + 1),
            one_off: single_day && self.dates.is_none(),
        }
    }

    fn refuse(&self, catalogue: &mut Catalogue, section: u32, taken: &Taken) {
        let (label, line) = match taken.by {
            Holder::Section(other) => {
                let line = catalogue.sections[other as usize].line;
                (catalogue.label(other), format!("line {line}, "))
            }
            Holder::Stored(index) => {
                let held = &self.held[index as usize];
                (
                    format!("{}-{}", catalogue.texts.get(held.code), catalogue.texts.get(held.number)),
                    String::new(),
                )
            }
        };
        let times =
            |hold: &Hold| format!("{}-{}", clock(hold.start.into(), false), clock(hold.end.into(), true));
        let room = catalogue.texts.get(taken.mine.room).to_owned();
        let day = Day::of_minute(taken.mine.start.into());
        let reason = format!(
            "{} wants {room} on {day} {}, but {label} has it ({line}{})",
            catalogue.label(section),
            times(&taken.mine),
            times(&taken.theirs)
        );
        let meets = |meeting: &&Meeting| {
            cells::each_day(meeting.days).any(|day| self.hold(meeting, day) == taken.mine)
        };
        let line = catalogue.meetings_of(section).iter().find(meets).map(|meeting| meeting.line);
        let line = line.unwrap_or(catalogue.sections[section as usize].line);
        catalogue.reject(section, line, (Some(Column::Room), &room), &Wrong::new("room taken", reason));
    }

    /// Sections that came to share a room form a group: under the name it has in the database, else under the name
    /// of its first section in the order of names.
    fn name_groups(&mut self, catalogue: &mut Catalogue, mut rooms: Rooms) {
        let mut names: HashMap<u32, Text> = HashMap::new();
        for (root, name) in rooms.named_roots() {
            let best = names.entry(root).or_insert(name);
            if catalogue.texts.get(name) < catalogue.texts.get(*best) {
                *best = name;
            }
        }
        self.groups.clear();
        let accepted: Vec<u32> = (0..catalogue.sections.len() as u32)
            .filter(|section| !catalogue.sections[*section as usize].rejected)
            .collect();
        let mut members: Vec<u32> = vec![0; rooms.nodes()];
        for section in &accepted {
            members[rooms.root(*section) as usize] += 1;
        }
        let mut first: HashMap<u32, String> = HashMap::new();
        for section in &accepted {
            let root = rooms.root(*section);
            if members[root as usize] > 1 && !names.contains_key(&root) {
                let label = catalogue.label(*section);
                let best = first.entry(root).or_insert_with(|| label.clone());
                if label < *best {
                    *best = label;
                }
            }
        }
        names.extend(first.into_iter().map(|(root, label)| (root, catalogue.texts.keep(&label))));
        for section in accepted {
            if let Some(name) = names.get(&rooms.root(section)) {
                self.groups.insert(section, *name);
            }
        }
    }

    /// Joining or leaving a group is a change of the section, and lays its meetings out anew.
    fn note_groups(&mut self, catalogue: &Catalogue) {
        for (section, existing) in &mut self.existing {
            let group = self.groups.get(section).copied();
            if group != existing.cross_listing {
                let separator = if existing.changes.is_empty() { "" } else { "; " };
                let name = group.map_or("none", |group| catalogue.texts.get(group));
                existing.changes.push_str(&format!("{separator}shares a room as {name}"));
                existing.moves = true;
            }
        }
    }
}

/// Within the week, as the constraint `course_meetings_within_week` has it.
fn minute(of_the_week: i32) -> u16 {
    u16::try_from(of_the_week).unwrap_or_default()
}

pub fn held(catalogue: &mut Catalogue, stored: &StoredHold) -> Held {
    let section = catalogue.find(&stored.code, &stored.section);
    Held {
        hold: Hold {
            room: catalogue.texts.keep(&stored.room),
            start: minute(stored.start),
            end: minute(stored.end),
            from: stored.from.map_or(i32::MIN, |date| date.num_days_from_ce()),
            to: stored.to.map_or(i32::MAX, |date| date.num_days_from_ce()),
            one_off: stored.one_off == 1,
        },
        section,
        code: catalogue.texts.keep(&stored.code),
        number: catalogue.texts.keep(&stored.section),
        group: stored.cross_listing.as_ref().map(|group| catalogue.texts.keep(group)),
    }
}
