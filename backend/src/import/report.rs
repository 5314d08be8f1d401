//! What the import says: a line for everything that would happen and for every row that is refused, then totals.
//! The same lines go into `--report FILE` as CSV.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::Path;

use anyhow::Context;

use super::findings::{Finding, Level};
use super::plan::Plan;
use super::sections::{Catalogue, Rules};

/// How an import ended, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub rows: usize,
    /// Rows that did not become part of a section, for whatever reason.
    pub rejected_rows: usize,
    pub sections: usize,
    pub created: usize,
    pub changed: usize,
    pub unchanged: usize,
    /// Sections by the first thing that is wrong with them.
    pub rejected: BTreeMap<&'static str, usize>,
    /// Rows refused by themselves (their section, if they have one, is loaded), by what is wrong with them.
    pub stray_rows: BTreeMap<&'static str, usize>,
    pub warnings: BTreeMap<&'static str, usize>,
    pub new_teachers: usize,
    pub applied: bool,
}

impl Summary {
    pub fn rejected_sections(&self) -> usize {
        self.rejected.values().sum()
    }

    pub fn loaded(&self) -> usize {
        self.created + self.changed + self.unchanged
    }
}

/// One line of the report.
struct Line<'a> {
    what: &'static str,
    line: Option<u32>,
    section: Option<&'a str>,
    column: &'a str,
    value: &'a str,
    text: &'a str,
}

pub struct Report<'a> {
    out: &'a mut (dyn Write + Send),
    csv: Option<csv::Writer<File>>,
}

impl<'a> Report<'a> {
    pub fn new(out: &'a mut (dyn Write + Send), file: Option<&Path>) -> anyhow::Result<Self> {
        let csv = match file {
            None => None,
            Some(path) => {
                let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
                let mut csv = csv::Writer::from_writer(file);
                csv.write_record(["what", "line", "section", "column", "value", "reason"])?;
                Some(csv)
            }
        };
        Ok(Self { out, csv })
    }

    fn line(&mut self, line: &Line) -> anyhow::Result<()> {
        let mut parts: Vec<String> = vec![];
        parts.extend(line.line.map(|number| format!("line {number}")));
        parts.extend(line.section.map(str::to_owned));
        parts.extend((!line.column.is_empty()).then(|| format!("{} `{}`", line.column, line.value)));
        writeln!(self.out, "{:<9} {}: {}", line.what, parts.join(", "), line.text)?;
        if let Some(csv) = &mut self.csv {
            let number = line.line.map(|number| number.to_string()).unwrap_or_default();
            csv.write_record([
                line.what,
                &number,
                line.section.unwrap_or_default(),
                line.column,
                line.value,
                line.text,
            ])?;
        }
        Ok(())
    }

    /// Every line, and the numbers they add up to.
    pub fn write(&mut self, catalogue: &mut Catalogue, plan: &Plan) -> anyhow::Result<Summary> {
        catalogue.findings.sort();
        let mut summary =
            Summary { rows: catalogue.rows, sections: catalogue.sections.len(), ..Summary::default() };
        summary.warnings = catalogue.findings.totals(Level::Warning);
        summary.new_teachers = plan.teachers.values().filter(|teacher| teacher.is_new).count();
        for index in 0..catalogue.sections.len() as u32 {
            self.fate(catalogue, plan, index, &mut summary)?;
        }
        self.findings(catalogue, &mut summary)?;
        self.companions(catalogue, &mut summary)?;
        if let Some(csv) = &mut self.csv {
            csv.flush()?;
        }
        Ok(summary)
    }

    fn fate(
        &mut self,
        catalogue: &Catalogue,
        plan: &Plan,
        index: u32,
        summary: &mut Summary,
    ) -> anyhow::Result<()> {
        let section = &catalogue.sections[index as usize];
        if section.rejected {
            return Ok(());
        }
        let (what, text) = match plan.existing.get(&index) {
            None => ("created", catalogue.texts.get(section.name)),
            Some(existing) if existing.changes.is_empty() => ("unchanged", catalogue.texts.get(section.name)),
            Some(existing) => ("changed", existing.changes.as_str()),
        };
        match what {
            "created" => summary.created += 1,
            "changed" => summary.changed += 1,
            _ => summary.unchanged += 1,
        }
        let label = catalogue.label(index);
        self.line(&Line { what, line: None, section: Some(&label), column: "", value: "", text })
    }

    fn findings(&mut self, catalogue: &Catalogue, summary: &mut Summary) -> anyhow::Result<()> {
        let mut first: Vec<bool> = vec![true; catalogue.sections.len()];
        let mut last_line = 0;
        for finding in catalogue.findings.iter() {
            let what = match finding.level {
                Level::Rejected => "rejected",
                Level::Warning => "warning",
            };
            let label = finding.section.map(|section| catalogue.label(section));
            self.line(&Line {
                what,
                line: Some(finding.line),
                section: label.as_deref(),
                column: finding.column.map_or("", |column| column.name()),
                value: catalogue.texts.get(finding.value),
                text: catalogue.texts.get(finding.reason),
            })?;
            if finding.level == Level::Rejected {
                summary.rejected_rows += usize::from(last_line != finding.line);
                last_line = finding.line;
                count(catalogue, finding, &mut first, summary);
            }
        }
        Ok(())
    }

    /// The other rows of a rejected section: nothing is wrong with them, but half a section would be a wrong one.
    fn companions(&mut self, catalogue: &Catalogue, summary: &mut Summary) -> anyhow::Result<()> {
        let mut culprits: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for finding in catalogue.findings.iter().filter(|finding| finding.level == Level::Rejected) {
            if let Some(section) =
                finding.section.filter(|section| catalogue.sections[*section as usize].rejected)
            {
                culprits.entry(section).or_default().push(finding.line);
            }
        }
        for (section, lines) in &culprits {
            let label = catalogue.label(*section);
            for meeting in
                catalogue.meetings_of(*section).iter().filter(|meeting| !lines.contains(&meeting.line))
            {
                summary.rejected_rows += 1;
                let text = format!("a section is loaded whole or not at all; see line {}", lines[0]);
                let (what, line) = ("rejected", Some(meeting.line));
                self.line(&Line { what, line, section: Some(&label), column: "", value: "", text: &text })?;
            }
        }
        Ok(())
    }

    pub fn sentence(&mut self, sentence: &str) -> anyhow::Result<()> {
        writeln!(self.out, "{sentence}")?;
        Ok(())
    }

    pub fn totals(&mut self, rules: &Rules<'_>, summary: &Summary) -> anyhow::Result<()> {
        let (semester, year) = (rules.semester.as_str(), rules.year);
        let (created, changed) =
            if summary.applied { ("created", "changed") } else { ("to create", "to change") };
        writeln!(self.out, "\n{} rows, {} sections of {semester} {year}", summary.rows, summary.sections)?;
        for (count, what) in [
            (summary.created, created),
            (summary.changed, changed),
            (summary.unchanged, "unchanged"),
            (summary.rejected_sections(), "rejected"),
        ] {
            writeln!(self.out, "{count:>8} {what}")?;
        }
        for (title, count) in &summary.rejected {
            writeln!(self.out, "{count:>16} {title}")?;
        }
        for (title, count) in &summary.stray_rows {
            writeln!(self.out, "{count:>8} rows refused by themselves: {title}")?;
        }
        for (title, count) in &summary.warnings {
            writeln!(self.out, "{count:>8} warnings: {title}")?;
        }
        writeln!(self.out, "{:>8} new teacher accounts, without a usable password", summary.new_teachers)?;
        if !summary.applied {
            writeln!(
                self.out,
                "\nThis was a dry run: nothing was changed. Repeat it with --apply to load the file."
            )?;
        }
        self.out.flush()?;
        Ok(())
    }
}

fn count(catalogue: &Catalogue, finding: &Finding, first: &mut [bool], summary: &mut Summary) {
    match finding.section.filter(|section| catalogue.sections[*section as usize].rejected) {
        None => *summary.stray_rows.entry(finding.title).or_default() += 1,
        Some(section) if std::mem::take(&mut first[section as usize]) => {
            *summary.rejected.entry(finding.title).or_default() += 1;
        }
        Some(_) => {}
    }
}
