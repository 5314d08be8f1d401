//! `uems import …`: files of other systems. A dry run unless told `--apply`; see `docs/import.md`.

mod catalogue;
mod cells;
mod facts;
mod findings;
mod load;
mod plan;
mod queries;
mod report;
mod rooms;
mod sections;
mod sharing;
mod source;
mod teachers;
mod texts;
mod week;

pub use catalogue::{CatalogueArgs, import, run};
pub use report::Summary;
