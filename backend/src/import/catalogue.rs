//! `uems import catalogue`: a term's sections from a CSV. The walk: read the file, hold it against the database,
//! say what would happen, and with `--apply` do it in one transaction.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use chrono::Datelike;
use indicatif::{ProgressBar, ProgressStyle};
use sqlx::PgPool;

use super::cells;
use super::load::load;
use super::plan::Plan;
use super::queries;
use super::report::{Report, Summary};
use super::sections::{Catalogue, Rules};
use super::source::{Column, Header, Source};
use crate::app::Clock;
use crate::config::{Config, InstitutionConfig};
use crate::terms::Semester;

/// Load the sections of a term from a CSV file, plain or gzipped
#[derive(Clone, Debug, clap::Args)]
pub struct CatalogueArgs {
    /// The file; its columns are found by name: code, section, name, credits, capacity, days, start, end, room, …
    pub file: PathBuf,
    /// Term to load: fall, spring or summer
    #[arg(long)]
    pub semester: Semester,
    /// Year of the term
    #[arg(long)]
    pub year: i32,
    /// Load it; without this, only say what would happen
    #[arg(long)]
    pub apply: bool,
    /// Credits of sections that name none
    #[arg(long, value_name = "D")]
    pub default_credits: Option<String>,
    /// Name sections without a name after their code
    #[arg(long)]
    pub name_from_code: bool,
    /// Write what is printed as CSV too
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}

/// Prints to standard output. Fails when not a single section can be loaded.
pub async fn run(db: &PgPool, config: &Config, args: &CatalogueArgs) -> anyhow::Result<ExitCode> {
    let last_year = config.institution.last_year.unwrap_or_else(|| Clock::default().now().year() + 4);
    ensure!((1900..=last_year).contains(&args.year), "--year: between 1900 and {last_year} (UEMS_LAST_YEAR)");
    let mut out = BufWriter::new(std::io::stdout());
    let summary = import(db, &config.institution, args, &mut out).await?;
    out.flush()?;
    Ok(if summary.loaded() > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The import itself; `out` gets the report.
pub async fn import(
    db: &PgPool,
    institution: &InstitutionConfig,
    args: &CatalogueArgs,
    out: &mut (dyn Write + Send),
) -> anyhow::Result<Summary> {
    let rules = rules(institution, args)?;
    let progress = bar("{msg} {wide_bar} {bytes}/{total_bytes}", "Reading");
    let mut source = Source::open(&args.file, &progress).with_context(|| place(&args.file))?;
    check_columns(&source.header, args).with_context(|| place(&args.file))?;
    let mut report = Report::new(out, args.report.as_deref())?;
    if !source.header.ignored.is_empty() {
        report.sentence(&format!("Columns not used: {}", source.header.ignored.join(", ")))?;
    }
    let mut catalogue = Catalogue::read(&mut source, &rules).with_context(|| place(&args.file))?;
    progress.finish_and_clear();
    tracing::info!(rows = catalogue.rows, sections = catalogue.sections.len(), "Read the file");

    let mut tx = db.begin().await?;
    if args.apply {
        queries::relax_timeouts(&mut tx).await?;
        ensure!(
            queries::take_import_lock(&mut tx).await?,
            "another import is at work; wait until it is done"
        );
    } else {
        queries::read_only(&mut tx).await?;
        queries::relax_timeouts(&mut tx).await?;
    }
    let plan = Plan::make(&mut tx, &mut catalogue, &rules).await?;
    let mut summary = report.write(&mut catalogue, &plan)?;
    if args.apply {
        let progress = bar("{msg} {wide_bar} {pos}/{len} sections", "Loading");
        let again = Source::open(&args.file, &ProgressBar::hidden())?;
        let clashes = load(&mut tx, &catalogue, &plan, &rules, again, &progress).await?;
        tx.commit().await?;
        progress.finish_and_clear();
        summary.applied = true;
        for sentence in clashes {
            report.sentence(&sentence)?;
        }
    }
    report.totals(&rules, &summary)?;
    let (created, changed, rejected) = (summary.created, summary.changed, summary.rejected_sections());
    tracing::info!(applied = summary.applied, created, changed, rejected, "Catalogue import done");
    Ok(summary)
}

fn rules<'a>(institution: &'a InstitutionConfig, args: &CatalogueArgs) -> anyhow::Result<Rules<'a>> {
    let credits =
        args.default_credits.as_deref().map(|text| match cells::credits(text, institution.max_credits) {
            Ok(credits) if !credits.several => Ok(credits.hundredths),
            Ok(_) => bail!("--default-credits: write one number"),
            Err(wrong) => bail!("--default-credits: {}", wrong.reason),
        });
    Ok(Rules {
        institution,
        semester: args.semester,
        year: args.year,
        default_credits: credits.transpose()?,
        name_from_code: args.name_from_code,
    })
}

/// Columns whose absence must not pass for "nothing to say": a catalogue without times would empty every timetable.
fn check_columns(header: &Header, args: &CatalogueArgs) -> anyhow::Result<()> {
    let mut wanted = vec![Column::Code, Column::Capacity, Column::Days, Column::Start, Column::End];
    wanted.extend((!args.name_from_code).then_some(Column::Name));
    let has_credits = header.has(Column::Credits) || header.has(Column::CreditsRaw);
    wanted.extend((!has_credits && args.default_credits.is_none()).then_some(Column::Credits));
    let dated = header.has(Column::DateFrom) || header.has(Column::DateTo);
    wanted.extend(dated.then_some([Column::DateFrom, Column::DateTo]).into_iter().flatten());
    let missing = wanted.into_iter().filter(|column| !header.has(*column)).map(Column::name);
    let missing = missing.collect::<Vec<_>>().join(", ");
    ensure!(missing.is_empty(), "the header lacks: {missing}");
    Ok(())
}

fn place(file: &Path) -> String {
    format!("{}: nothing was loaded", file.display())
}

/// Drawn on a terminal only; elsewhere the log tells the steps.
fn bar(template: &str, message: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::no_length().with_style(style).with_message(message)
}
