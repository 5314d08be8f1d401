//! Rows collected into sections: the rows of one code and section number are the meetings of one section.

use std::collections::HashMap;

use anyhow::ensure;
use chrono::NaiveDate;
use sha2::{Digest, Sha256};

use super::cells::Wrong;
use super::findings::{Findings, Level};
use super::source::{Column, Row, Source};
use super::texts::{Text, Texts};
use crate::config::InstitutionConfig;
use crate::error::FieldError;
use crate::http::text;
use crate::terms::Semester;

/// Most rows of one file, so that memory is bounded whatever the rows look like.
const MOST_ROWS: usize = 800_000;
/// Longest description, in characters.
const MOST_DESCRIPTION: usize = 10_000;

/// What the file is held against.
pub struct Rules<'a> {
    pub institution: &'a InstitutionConfig,
    pub semester: Semester,
    pub year: i32,
    /// Hundredths, for sections that name no credits.
    pub default_credits: Option<u16>,
    pub name_from_code: bool,
}

/// One row: when and where, if it says so.
#[derive(Clone, Copy, Debug)]
pub struct Meeting {
    pub section: u32,
    pub line: u32,
    /// Bits of [`cells::days`]; none without a time.
    pub days: u8,
    pub start: u16,
    pub end: u16,
    pub dates: Option<(NaiveDate, NaiveDate)>,
    pub room: Text,
    pub kind: Text,
}

/// A section as the file tells it; zero and the empty text mean: not said.
#[derive(Clone, Copy, Debug, Default)]
pub struct Section {
    pub code: Text,
    pub number: Text,
    pub name: Text,
    pub instructor: Text,
    pub credits: u16,
    pub capacity: u16,
    pub line: u32,
    /// The row whose description counts, and what it reads as; a description is only kept as this digest.
    pub described_on: u32,
    pub description: u64,
    pub rejected: bool,
    /// Where its rows begin and end in [`Catalogue::meetings`].
    pub rows: (u32, u32),
}

pub struct Catalogue {
    pub texts: Texts,
    pub sections: Vec<Section>,
    pub meetings: Vec<Meeting>,
    pub findings: Findings,
    pub rows: usize,
    index: HashMap<(Text, Text), u32>,
}

/// First eight bytes of the SHA-256, as the database computes it too.
pub fn digest(description: &str) -> u64 {
    let hash = Sha256::digest(description.as_bytes());
    hash.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// A description as it is stored.
pub fn description(cell: &str) -> Result<String, FieldError> {
    text::paragraphs("description", cell, MOST_DESCRIPTION)
}

impl Catalogue {
    /// Reads the whole file.
    pub fn read(source: &mut Source, rules: &Rules) -> anyhow::Result<Self> {
        let mut catalogue = Self {
            texts: Texts::new(),
            sections: vec![],
            meetings: vec![],
            findings: Findings::default(),
            rows: 0,
            index: HashMap::new(),
        };
        while let Some(row) = source.next_row()? {
            catalogue.rows += 1;
            ensure!(
                catalogue.rows <= MOST_ROWS,
                "the file has more than {MOST_ROWS} rows; split it by department"
            );
            catalogue.take(&row, rules);
        }
        ensure!(catalogue.rows > 0, "the file has a header, but no rows");
        catalogue.settle(rules);
        Ok(catalogue)
    }

    pub fn label(&self, section: u32) -> String {
        let section = &self.sections[section as usize];
        format!("{}-{}", self.texts.get(section.code), self.texts.get(section.number))
    }

    pub fn find(&self, code: &str, number: &str) -> Option<u32> {
        self.index.get(&(self.texts.find(code)?, self.texts.find(number)?)).copied()
    }

    /// The rows of a section.
    pub fn meetings_of(&self, section: u32) -> &[Meeting] {
        let (from, to) = self.sections[section as usize].rows;
        &self.meetings[from as usize..to as usize]
    }

    pub fn reject(&mut self, section: u32, line: u32, cell: (Option<Column>, &str), wrong: &Wrong) {
        self.sections[section as usize].rejected = true;
        self.findings.add(&mut self.texts, (line, Some(section)), Level::Rejected, cell, wrong);
    }

    pub(super) fn warn(&mut self, section: u32, line: u32, cell: (Option<Column>, &str), wrong: &Wrong) {
        self.findings.add(&mut self.texts, (line, Some(section)), Level::Warning, cell, wrong);
    }

    fn take(&mut self, row: &Row, rules: &Rules) {
        let section = match self.section_of(row, rules) {
            Ok(section) => section,
            Err((column, wrong)) => {
                let cell = (Some(column), row.get(column));
                return self.findings.add(&mut self.texts, (row.line, None), Level::Rejected, cell, &wrong);
            }
        };
        let mut meeting = Meeting {
            section,
            line: row.line,
            days: 0,
            start: 0,
            end: 0,
            dates: None,
            room: Text::default(),
            kind: Text::default(),
        };
        if let Some((cells, wanted)) = row.wrong_width() {
            let wrong = Wrong::new(
                "wrong number of cells",
                format!("the row has {cells} cells, the header {wanted}"),
            );
            self.reject(section, row.line, (None, ""), &wrong);
        } else {
            self.take_facts(section, row, rules);
            match self.time(section, row, rules) {
                Ok(Some(time)) => meeting = time,
                Ok(None) => {}
                Err((column, wrong)) => {
                    self.reject(section, row.line, (Some(column), row.get(column)), &wrong)
                }
            }
        }
        self.meetings.push(meeting);
    }

    /// Which section a row belongs to; a row of another term belongs to none.
    fn section_of(&mut self, row: &Row, rules: &Rules) -> Result<u32, (Column, Wrong)> {
        let (semester, year) = (row.get(Column::Semester), row.get(Column::Year));
        let term = format!("this import is for {} {}", rules.semester.as_str(), rules.year);
        if !semester.is_empty() && semester.to_lowercase() != rules.semester.as_str() {
            return Err((Column::Semester, Wrong::new("another term", term)));
        }
        if !year.is_empty() && year.parse() != Ok(rules.year) {
            return Err((Column::Year, Wrong::new("another term", term)));
        }
        let code = row.get(Column::Code);
        if !rules.institution.code_pattern.is_match(code) {
            let title = "code outside UEMS_CODE_PATTERN";
            let reason =
                format!("codes here look like {} (UEMS_CODE_PATTERN)", rules.institution.code_pattern);
            return Err((Column::Code, Wrong::new(title, reason)));
        }
        let code = line(Column::Code, code, 20)?;
        let number = row.get(Column::Section);
        let number = if number.is_empty() { "001".to_owned() } else { line(Column::Section, number, 10)? };
        let (code, number) = (self.texts.keep(&code), self.texts.keep(&number));
        let next = self.sections.len() as u32;
        let section = *self.index.entry((code, number)).or_insert(next);
        if section == next {
            self.sections.push(Section { code, number, line: row.line, ..Section::default() });
        }
        Ok(section)
    }

    /// What only the whole file tells: rows in order of their sections, facts nobody said, times that clash.
    fn settle(&mut self, rules: &Rules) {
        self.meetings.sort_by_key(|meeting| (meeting.section, meeting.line));
        let mut next = 0;
        for index in 0..self.sections.len() {
            let from = next;
            while self.meetings.get(next as usize).is_some_and(|meeting| meeting.section == index as u32) {
                next += 1;
            }
            self.sections[index].rows = (from, next);
            self.complete(index as u32, rules);
            if !self.sections[index].rejected {
                self.check_own_times(index as u32);
            }
        }
    }

    fn complete(&mut self, section: u32, rules: &Rules) {
        let facts = self.sections[section as usize];
        let index = section as usize;
        let missing = |column| (Some(column), "");
        // A section that is rejected already has been told its reason; what else it lacks would only repeat it.
        if facts.rejected {
            return;
        }
        if facts.name.is_empty() && rules.name_from_code {
            self.sections[index].name = facts.code;
        } else if facts.name.is_empty() {
            let wrong = Wrong::new("name missing", "give it a name, or import with --name-from-code");
            self.reject(section, facts.line, missing(Column::Name), &wrong);
        }
        match rules.default_credits {
            Some(credits) if facts.credits == 0 => self.sections[index].credits = credits,
            None if facts.credits == 0 => {
                let wrong =
                    Wrong::new("credits missing", "give it credits, or import with --default-credits");
                self.reject(section, facts.line, missing(Column::Credits), &wrong);
            }
            _ => {}
        }
        if facts.capacity == 0 {
            let wrong = Wrong::new("capacity missing", "give it seats (9999: without limit)");
            self.reject(section, facts.line, missing(Column::Capacity), &wrong);
        }
    }
}

pub(super) fn line(column: Column, cell: &str, most: usize) -> Result<String, (Column, Wrong)> {
    text::line(column.name(), cell, 1, most).map_err(|error| {
        let title = match error.code {
            "control_character" => "control characters",
            "too_long" => "too long",
            _ => "missing",
        };
        (column, Wrong::new(title, error.message))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_the_beginning_of_the_sha_256() {
        assert_eq!(format!("{:016x}", digest("")), "e3b0c44298fc1c14");
    }
}
