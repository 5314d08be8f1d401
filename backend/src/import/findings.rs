//! What the import has to say about rows: rejections and warnings, each with its place in the file.

use std::collections::BTreeMap;

use super::cells::Wrong;
use super::source::Column;
use super::texts::{Text, Texts};

/// Longest part of a cell that is repeated to the reader.
const MOST_VALUE: usize = 60;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The row's section is not loaded.
    Rejected,
    /// Loaded, but not as it stands in the file.
    Warning,
}

#[derive(Clone, Copy, Debug)]
pub struct Finding {
    pub line: u32,
    pub level: Level,
    pub column: Option<Column>,
    pub value: Text,
    pub title: &'static str,
    pub reason: Text,
    /// Index of the section, once the row says which.
    pub section: Option<u32>,
}

#[derive(Default)]
pub struct Findings {
    all: Vec<Finding>,
}

impl Findings {
    pub fn add(
        &mut self,
        texts: &mut Texts,
        place: (u32, Option<u32>),
        level: Level,
        cell: (Option<Column>, &str),
        wrong: &Wrong,
    ) {
        let ((line, section), (column, value)) = (place, cell);
        let value = texts.keep(&shown(value));
        let reason = texts.keep(&wrong.reason);
        self.all.push(Finding { line, level, column, value, title: wrong.title, reason, section });
    }

    /// In the order of the file.
    pub fn sort(&mut self) {
        self.all.sort_by_key(|finding| (finding.line, finding.level, finding.column));
    }

    pub fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.all.iter()
    }

    /// How many of a level under each heading.
    pub fn totals(&self, level: Level) -> BTreeMap<&'static str, usize> {
        let mut totals = BTreeMap::new();
        for finding in self.all.iter().filter(|finding| finding.level == level) {
            *totals.entry(finding.title).or_default() += 1;
        }
        totals
    }
}

/// The beginning of a cell, made safe for a terminal.
fn shown(value: &str) -> String {
    let mut shown: String = value.chars().take(MOST_VALUE).flat_map(safe).collect();
    if value.chars().nth(MOST_VALUE).is_some() {
        shown.push('…');
    }
    shown
}

/// A file must not be able to steer the terminal it is reported on.
fn safe(letter: char) -> impl Iterator<Item = char> {
    let (escaped, plain) =
        if letter.is_control() || matches!(letter, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}') {
            (Some(letter.escape_unicode()), None)
        } else {
            (None, Some(letter))
        };
    escaped.into_iter().flatten().chain(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_cannot_steer_the_terminal() {
        assert_eq!(shown("a\u{1b}[31mb"), "a\\u{1b}[31mb");
        assert_eq!(shown(&"x".repeat(100)).chars().count(), MOST_VALUE + 1);
    }
}
