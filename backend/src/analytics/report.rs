//! Rows of the database put where they belong in a report; pure.

use std::collections::HashMap;

use chrono::{Datelike, Months};
use rust_decimal::Decimal;

use super::model::{ActiveUsers, Money, MoneyOfMonth, MoneyOfTerm, MoneyOfType, Registration, RevenueReport};
use super::per_course::{
    CoursePerformance, InProgress, LetterCount, MarkFigures, Outcomes, OverallPerformance,
};
use super::queries::{CourseRow, Line};
use super::rules::{Marks, Period, percent};
use crate::grades::GradeScale;
use crate::ids::CourseId;
use crate::metrics::PeopleOfRole;
use crate::policy::Role;
use crate::terms::Term;

/// The roles side by side.
pub fn active_users(roles: &[PeopleOfRole]) -> ActiveUsers {
    let of = |role| roles.iter().filter(|users| users.role == role).map(|users| users.people).sum();
    ActiveUsers {
        admin: of(Role::Admin),
        teacher: of(Role::Teacher),
        student: of(Role::Student),
        total: roles.iter().map(|users| users.people).sum(),
    }
}

pub fn registration(term: Term) -> Registration {
    Registration {
        semester: term.semester,
        year: term.year,
        registration: term.registration,
        registration_opens_at: term.registration_opens_at,
        registration_closes_at: term.registration_closes_at,
        is_current: term.is_current,
    }
}

/// The lines where they belong; months without a movement are there with nothing in them.
pub fn revenue(movements: Vec<(Line, Money)>, period: Period, zone: &str) -> RevenueReport {
    let mut report = RevenueReport {
        time_zone: zone.to_owned(),
        from: period.from,
        to: period.to,
        totals: vec![],
        by_month: vec![],
        by_type: vec![],
        by_semester: vec![],
    };
    let mut months = HashMap::new();
    for (line, money) in movements {
        match line {
            Line::Total => report.totals.push(money),
            Line::Month(first) => _ = months.insert((first, money.currency.clone()), money),
            Line::Type(payment_type) => report.by_type.push(MoneyOfType { payment_type, money }),
            Line::Term(term) => {
                let (semester, year) = term.unzip();
                report.by_semester.push(MoneyOfTerm { semester, year, money });
            }
        }
    }
    let first = period.from.with_day(1).unwrap_or(period.from);
    let all = (0..)
        .map_while(|count| first.checked_add_months(Months::new(count)))
        .take_while(|month| *month <= period.to);
    for month in all {
        for total in &report.totals {
            let money = months
                .remove(&(month, total.currency.clone()))
                .unwrap_or_else(|| Money::none(&total.currency));
            report.by_month.push(MoneyOfMonth { month: month.format("%Y-%m").to_string(), money });
        }
    }
    report
}

/// The lowest percentage whose letter is worth points.
pub fn pass_from(scale: &GradeScale) -> Decimal {
    let passing = scale.steps().iter().filter(|step| step.points > Decimal::ZERO).map(|step| step.from);
    passing.min().unwrap_or(Decimal::ONE_HUNDRED)
}

/// What a pile of final marks says on a scale of letters.
fn figures(marks: &Marks, scale: &GradeScale) -> MarkFigures {
    let (graded, passed) = (marks.count(), marks.from(pass_from(scale)));
    let mut better = 0;
    let letters = scale.steps().iter().map(|step| {
        let with_better = std::mem::replace(&mut better, marks.from(step.from));
        LetterCount { letter: step.letter.clone(), count: better - with_better }
    });
    MarkFigures {
        graded,
        mean: marks.mean(),
        median: marks.median(),
        passed,
        pass_rate: percent(passed, graded),
        distribution: marks.distribution().to_vec(),
        letters: letters.collect(),
    }
}

/// A page of courses, each with its marks and with how its present students stand.
pub fn performance(
    rows: Vec<CourseRow>,
    marks: Vec<(CourseId, Decimal, i64)>,
    standing: Vec<(CourseId, InProgress)>,
    scale: &GradeScale,
) -> Vec<CoursePerformance> {
    let mut marks_of: HashMap<CourseId, Marks> = HashMap::new();
    for (course, mark, count) in marks {
        marks_of.entry(course).or_default().0.push((mark, count));
    }
    let mut standing: HashMap<_, _> = standing.into_iter().collect();
    let of_row = |row: CourseRow| CoursePerformance {
        attendance_rate: percent(row.outcomes.attended, row.outcomes.expected),
        marks: figures(&marks_of.remove(&row.id).unwrap_or_default(), scale),
        in_progress: standing.remove(&row.id).unwrap_or_default(),
        id: row.id,
        code: row.code,
        section: row.section,
        name: row.name,
        department: row.department,
        semester: row.semester,
        year: row.year,
        outcomes: row.outcomes,
    };
    rows.into_iter().map(of_row).collect()
}

/// All courses of a report together.
pub fn overall(courses: i64, outcomes: Outcomes, marks: &Marks, scale: &GradeScale) -> OverallPerformance {
    OverallPerformance {
        courses,
        attendance_rate: percent(outcomes.attended, outcomes.expected),
        outcomes,
        marks: figures(marks, scale),
    }
}
