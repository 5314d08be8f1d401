//! What a row says about its section: name, person, credits, seats, description.

use rust_decimal::Decimal;

use super::cells::{self, UNLIMITED, Wrong};
use super::sections::{Catalogue, Rules, description, digest, line};
use super::source::{Column, Row};
use super::texts::Text;

impl Catalogue {
    /// Name, person, credits, seats, description. The first row that says one decides; a later row that says
    /// otherwise earns a warning.
    pub(super) fn take_facts(&mut self, section: u32, row: &Row, rules: &Rules) {
        let index = section as usize;
        let cell = |column| (Some(column), row.get(column));
        match line(Column::Name, row.get(Column::Name), 255) {
            _ if row.get(Column::Name).is_empty() => {}
            Ok(name) => {
                let name = self.texts.keep(&name);
                let known = self.sections[index].name;
                self.sections[index].name = self.first(section, row, Column::Name, known, name);
            }
            Err((column, wrong)) => self.reject(section, row.line, cell(column), &wrong),
        }
        let (person, several) = cells::instructor(row.get(Column::Instructor));
        match person.map(|person| line(Column::Instructor, person, 255)) {
            None => {}
            Some(Ok(person)) => {
                let person = self.texts.keep(&person);
                let known = self.sections[index].instructor;
                if several && known.is_empty() {
                    let wrong =
                        Wrong::new("several instructors", "a section has one teacher here: the first named");
                    self.warn(section, row.line, cell(Column::Instructor), &wrong);
                }
                self.sections[index].instructor = self.first(section, row, Column::Instructor, known, person);
            }
            Some(Err((column, wrong))) => self.reject(section, row.line, cell(column), &wrong),
        }
        self.take_numbers(section, row, rules);
        let text = row.get(Column::Description);
        if !text.is_empty() && self.sections[index].described_on == 0 {
            match description(text) {
                Ok(text) => {
                    (self.sections[index].described_on, self.sections[index].description) =
                        (row.line, digest(&text))
                }
                Err(error) => {
                    let wrong = Wrong::new("description not acceptable", error.message);
                    self.reject(section, row.line, cell(Column::Description), &wrong);
                }
            }
        }
    }

    fn take_numbers(&mut self, section: u32, row: &Row, rules: &Rules) {
        let index = section as usize;
        let column = if row.get(Column::Credits).is_empty() { Column::CreditsRaw } else { Column::Credits };
        let cell = (Some(column), row.get(column));
        match cells::credits(cell.1, rules.institution.max_credits) {
            _ if cell.1.is_empty() => {}
            Ok(credits) => {
                let known = self.sections[index].credits;
                if known == 0 && credits.several {
                    let reason =
                        format!("loaded with {}", Decimal::new(credits.hundredths.into(), 2).normalize());
                    self.warn(section, row.line, cell, &Wrong::new("credits named as a range", reason));
                }
                self.differs(section, row, column, known != 0 && known != credits.hundredths);
                self.sections[index].credits = if known == 0 { credits.hundredths } else { known };
            }
            Err(wrong) => self.reject(section, row.line, cell, &wrong),
        }
        let cell = (Some(Column::Capacity), row.get(Column::Capacity));
        match cells::capacity(cell.1) {
            _ if cell.1.is_empty() => {}
            Ok(seats) => {
                let known = self.sections[index].capacity;
                let most = rules.institution.max_capacity;
                if known == 0 && i32::from(seats) > most && seats != UNLIMITED {
                    let reason = format!("loaded as it is, above the usual {most} (UEMS_MAX_CAPACITY)");
                    self.warn(
                        section,
                        row.line,
                        cell,
                        &Wrong::new("capacity above UEMS_MAX_CAPACITY", reason),
                    );
                }
                self.differs(section, row, Column::Capacity, known != 0 && known != seats);
                self.sections[index].capacity = if known == 0 { seats } else { known };
            }
            Err(wrong) => self.reject(section, row.line, cell, &wrong),
        }
    }

    fn first(&mut self, section: u32, row: &Row, column: Column, known: Text, said: Text) -> Text {
        self.differs(section, row, column, !known.is_empty() && known != said);
        if known.is_empty() { said } else { known }
    }

    fn differs(&mut self, section: u32, row: &Row, column: Column, differs: bool) {
        if differs {
            let reason = "an earlier row of this section says otherwise; the first one counts";
            let wrong = Wrong::new("rows of a section differ", reason);
            self.warn(section, row.line, (Some(column), row.get(column)), &wrong);
        }
    }
}
