//! The rules that differ from one university to the next.

use std::collections::BTreeSet;

use chrono_tz::Tz;
use clap::Args;
use regex::Regex;
use rust_decimal::Decimal;

use crate::courses::Day;
use crate::grades::GradeScale;

/// Letters of many universities of the United States.
pub const DEFAULT_GRADE_SCALE: &str = "A:93:4.0,A-:90:3.7,B+:87:3.3,B:83:3.0,B-:80:2.7,C+:77:2.3,C:73:2.0,C-:70:1.7,D+:67:1.3,D:63:1.0,D-:60:0.7,F:0:0";

/// The rules that differ from one university to the next.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Institution")]
pub struct InstitutionConfig {
    /// Name shown to people
    #[arg(long, env = "UEMS_INSTITUTION", default_value = "UEMS", global = true)]
    pub institution: String,
    /// What a course code looks like (regular expression, the whole code)
    #[arg(long, env = "UEMS_CODE_PATTERN", default_value = r"^[A-Z]{2,4}\d{3}$", value_parser = whole_pattern, global = true)]
    pub code_pattern: Regex,
    /// Days on which weekly classes may meet, separated by commas
    #[arg(long, env = "UEMS_TEACHING_DAYS", default_value = "monday,tuesday,wednesday,thursday,friday", value_parser = teaching_days, global = true)]
    pub teaching_days: TeachingDays,
    /// Last year for which courses may be made [default: this year + 4]
    #[arg(long, env = "UEMS_LAST_YEAR", value_parser = clap::value_parser!(i32).range(2024..=9999), global = true)]
    pub last_year: Option<i32>,
    /// Time zone of the campus (IANA name, such as America/New_York): what a date means, and when a class begins
    #[arg(long, env = "UEMS_TIME_ZONE", default_value = "UTC", value_parser = time_zone, global = true)]
    pub time_zone: Tz,
    /// Most credits of one course
    #[arg(long, env = "UEMS_MAX_CREDITS", default_value = "6", value_parser = max_credits, global = true)]
    pub max_credits: Decimal,
    /// Most seats of one section (9999 always means: without limit)
    #[arg(long, env = "UEMS_MAX_CAPACITY", default_value_t = 500, value_parser = clap::value_parser!(i32).range(1..=9999), global = true)]
    pub max_capacity: i32,
    /// Letters with the percentage they begin at and their points, best first, separated by commas
    #[arg(long, env = "UEMS_GRADE_SCALE", default_value = DEFAULT_GRADE_SCALE, value_parser = |text: &str| text.parse::<GradeScale>(), global = true)]
    pub grade_scale: GradeScale,
}

/// A set of days, in the order of the week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeachingDays(pub BTreeSet<Day>);

fn whole_pattern(text: &str) -> Result<Regex, String> {
    Regex::new(&format!("^(?:{})$", text.trim_start_matches('^').trim_end_matches('$')))
        .map_err(|error| error.to_string())
}

fn teaching_days(text: &str) -> Result<TeachingDays, String> {
    let days = text.split(',').map(|day| day.trim().parse()).collect::<Result<BTreeSet<Day>, _>>()?;
    if days.is_empty() { Err("name at least one day".to_owned()) } else { Ok(TeachingDays(days)) }
}

fn time_zone(text: &str) -> Result<Tz, String> {
    text.parse().map_err(|_| "name a zone of the IANA database, such as Europe/Berlin".to_owned())
}

fn max_credits(text: &str) -> Result<Decimal, String> {
    let credits: Decimal = text.parse().map_err(|_| "write a number such as 6 or 7.5".to_owned())?;
    if credits > Decimal::ZERO && credits <= Decimal::new(9999, 2) {
        Ok(credits)
    } else {
        Err("more than 0, at most 99.99".to_owned())
    }
}
