//! Who holds which room when. Pure: the same rule as the exclusion constraint `course_meetings_room_free`, so that
//! a dry run can name every refusal before the database would.

use std::collections::HashMap;

use super::texts::Text;

/// A room at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    pub room: Text,
    /// Minutes of the week, half-open.
    pub start: u16,
    pub end: u16,
    /// Days since the beginning of the era, half-open; the ends of the type stand for "unbounded".
    pub from: i32,
    pub to: i32,
    /// See `course_meetings.one_off`.
    pub one_off: bool,
}

impl Hold {
    /// Whether both want the room at some moment.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.room == other.room && self.one_off == other.one_off && self.meets(other)
    }

    fn meets(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end && self.from < other.to && other.from < self.to
    }

    fn day(&self) -> u16 {
        self.start / (24 * 60)
    }
}

/// Somebody who holds a room: a section of the file, or one that is only in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    Section(u32),
    /// Index into [`super::plan::Plan::held`].
    Stored(u32),
}

/// Why a section cannot have a room.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Taken {
    pub mine: Hold,
    pub theirs: Hold,
    pub by: Holder,
}

type Place = (Text, bool, u16);

/// A room that is held, and the index of the next one held in the same place.
struct Entry {
    hold: Hold,
    by: Holder,
    next: Option<u32>,
}

/// Rooms as they fill up, and which sections came to share one: a union-find over sections and named groups.
pub struct Rooms {
    /// Chains through one list: hundreds of thousands of short lists would cost far more memory.
    held: Vec<Entry>,
    newest: HashMap<Place, u32>,
    parents: Vec<u32>,
    groups: HashMap<Text, u32>,
}

impl Rooms {
    pub fn new(sections: usize) -> Self {
        Self {
            held: vec![],
            newest: HashMap::new(),
            parents: (0..sections as u32).collect(),
            groups: HashMap::new(),
        }
    }

    /// A hold that stands whatever the file says.
    pub fn store(&mut self, hold: Hold, index: u32) {
        self.push(hold, Holder::Stored(index));
    }

    /// Gives a section its rooms, or tells who has one of them. `stored_group` answers which cross-listing group a
    /// stored holder belongs to: without one, it shares with nobody.
    pub fn take(
        &mut self,
        section: u32,
        holds: &[Hold],
        stored_group: impl Fn(u32) -> Option<Text>,
    ) -> Result<(), Taken> {
        let mut shared = vec![];
        for mine in holds {
            for Entry { hold: theirs, by, .. } in self.at(mine) {
                let group = match by {
                    Holder::Section(_) => None,
                    Holder::Stored(index) => stored_group(*index),
                };
                let may_share = matches!(by, Holder::Section(_)) || group.is_some();
                if mine == theirs && may_share {
                    shared.push((*by, group));
                } else if mine.overlaps(theirs) {
                    return Err(Taken { mine: *mine, theirs: *theirs, by: *by });
                }
            }
        }
        for (by, group) in shared {
            match (by, group) {
                (Holder::Section(other), _) => self.join(section, other),
                (Holder::Stored(_), Some(group)) => self.join_group(section, group),
                (Holder::Stored(_), None) => {}
            }
        }
        for hold in holds {
            if !self.at(hold).any(|entry| entry.hold == *hold) {
                self.push(*hold, Holder::Section(section));
            }
        }
        Ok(())
    }

    /// Puts a section into a group that has a name already.
    pub fn join_group(&mut self, section: u32, group: Text) {
        let next = self.parents.len() as u32;
        let node = *self.groups.entry(group).or_insert(next);
        if node == next {
            self.parents.push(node);
        }
        self.join(section, node);
    }

    /// The group names in the component of each named group, as (root, name).
    pub fn named_roots(&mut self) -> Vec<(u32, Text)> {
        let groups: Vec<(Text, u32)> = self.groups.iter().map(|(name, node)| (*name, *node)).collect();
        groups.into_iter().map(|(name, node)| (self.root(node), name)).collect()
    }

    /// How many nodes [`Self::root`] knows.
    pub fn nodes(&self) -> usize {
        self.parents.len()
    }

    pub fn root(&mut self, mut node: u32) -> u32 {
        while self.parents[node as usize] != node {
            let grandparent = self.parents[self.parents[node as usize] as usize];
            self.parents[node as usize] = grandparent;
            node = grandparent;
        }
        node
    }

    fn join(&mut self, one: u32, other: u32) {
        let (one, other) = (self.root(one), self.root(other));
        self.parents[one.max(other) as usize] = one.min(other);
    }

    /// Whatever holds a room in the place of a hold.
    fn at(&self, hold: &Hold) -> impl Iterator<Item = &Entry> {
        let newest = self.newest.get(&place(hold)).map(|index| &self.held[*index as usize]);
        std::iter::successors(newest, |entry| entry.next.map(|index| &self.held[index as usize]))
    }

    fn push(&mut self, hold: Hold, by: Holder) {
        let index = self.held.len() as u32;
        let next = self.newest.insert(place(&hold), index);
        self.held.push(Entry { hold, by, next });
    }
}

/// Holds of different places never meet: another room, another weekday, or days of a term against single days.
fn place(hold: &Hold) -> Place {
    (hold.room, hold.one_off, hold.day())
}

#[cfg(test)]
mod tests {
    use super::super::texts::Texts;
    use super::*;

    fn hold(room: Text, start: u16, end: u16) -> Hold {
        Hold { room, start, end, from: i32::MIN, to: i32::MAX, one_off: false }
    }

    #[test]
    fn identical_slots_are_shared_and_partial_overlaps_are_not() {
        let mut texts = Texts::new();
        let (hall, lab) = (texts.keep("HALL 1"), texts.keep("LAB 2"));
        let mut rooms = Rooms::new(4);
        let nobody = |_| None;
        assert_eq!(rooms.take(0, &[hold(hall, 540, 600)], nobody), Ok(()));
        assert_eq!(rooms.take(1, &[hold(hall, 540, 600), hold(lab, 540, 600)], nobody), Ok(()));
        let taken = rooms.take(2, &[hold(lab, 570, 600)], nobody).unwrap_err();
        assert_eq!((taken.by, taken.theirs.end), (Holder::Section(1), 600));
        assert_eq!(rooms.take(3, &[hold(lab, 600, 660)], nobody), Ok(()));
        assert_eq!(rooms.root(0), rooms.root(1));
        assert_ne!(rooms.root(0), rooms.root(3));
    }

    #[test]
    fn a_refused_section_holds_nothing() {
        let mut texts = Texts::new();
        let (hall, lab) = (texts.keep("HALL 1"), texts.keep("LAB 2"));
        let mut rooms = Rooms::new(3);
        rooms.take(0, &[hold(hall, 540, 600)], |_| None).unwrap();
        rooms.take(1, &[hold(lab, 540, 600), hold(hall, 550, 610)], |_| None).unwrap_err();
        rooms.take(2, &[hold(lab, 500, 560)], |_| None).unwrap();
    }

    #[test]
    fn a_stored_section_shares_only_within_its_group() {
        let mut texts = Texts::new();
        let (hall, group) = (texts.keep("HALL 1"), texts.keep("MATH-CS"));
        for (stored, expected) in [(Some(group), true), (None, false)] {
            let mut rooms = Rooms::new(1);
            rooms.store(hold(hall, 540, 600), 0);
            assert_eq!(rooms.take(0, &[hold(hall, 540, 600)], |_| stored).is_ok(), expected);
        }
    }

    #[test]
    fn dates_apart_do_not_meet() {
        let mut texts = Texts::new();
        let hall = texts.keep("HALL 1");
        let mut rooms = Rooms::new(2);
        let half = |from, to| Hold { from, to, ..hold(hall, 540, 600) };
        rooms.take(0, &[half(0, 50)], |_| None).unwrap();
        rooms.take(1, &[half(50, 100)], |_| None).unwrap();
        assert_ne!(rooms.root(0), rooms.root(1));
    }
}
