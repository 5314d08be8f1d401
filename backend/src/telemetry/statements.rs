//! SQL statements, as sqlx reports each of them: timed by operation and table, and logged when slow.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use serde_json::{Map, Value, json};
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

use crate::metrics::STATEMENT_SECONDS;

pub(super) fn is_statement(metadata: &Metadata<'_>) -> bool {
    metadata.target() == "sqlx::query"
}

/// What sqlx says of a statement it ran.
pub(super) struct Seen<'a> {
    pub operation: &'static str,
    pub table: &'static str,
    /// With `$1` for each value.
    pub text: &'a str,
    pub seconds: f64,
    pub rows: Value,
}

impl<'a> Seen<'a> {
    pub fn of(fields: &'a Map<String, Value>) -> Self {
        let named = |name| fields.get(name).and_then(Value::as_str).unwrap_or_default();
        // A short statement is its own summary.
        let text = if named("db.statement").is_empty() { named("summary") } else { named("db.statement") };
        let (operation, table) = classify(text);
        let seconds = fields.get("elapsed_secs").and_then(Value::as_f64).unwrap_or_default();
        Self {
            operation,
            table,
            text,
            seconds,
            rows: fields.get("rows_returned").cloned().unwrap_or_default(),
        }
    }
}

/// A statement in the words of the original design's `db_query`.
pub(super) fn as_db_query(fields: &Map<String, Value>) -> Map<String, Value> {
    let seen = Seen::of(fields);
    Map::from_iter([
        ("message".to_owned(), "Database query executed".into()),
        ("function".to_owned(), "statement".into()),
        ("event".to_owned(), "db_query".into()),
        ("operation".to_owned(), seen.operation.into()),
        ("table".to_owned(), seen.table.into()),
        ("duration_ms".to_owned(), json!(seen.seconds * 1000.0)),
        ("rows_returned".to_owned(), seen.rows),
    ])
}

/// Observes `uems_database_query_duration_seconds` for every statement sqlx ran.
pub(super) struct StatementTiming;

impl<S: Subscriber> Layer<S> for StatementTiming {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut timing = Timing::default();
        event.record(&mut timing);
        if let Some((operation, table)) = timing.statement.or(timing.summary) {
            STATEMENT_SECONDS.with_label_values(&[operation, table]).observe(timing.seconds);
        }
    }
}

/// The three fields the histogram needs, without a copy of any text: this runs for every statement.
#[derive(Default)]
struct Timing {
    statement: Option<(&'static str, &'static str)>,
    summary: Option<(&'static str, &'static str)>,
    seconds: f64,
}

impl Visit for Timing {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "db.statement" if !value.is_empty() => self.statement = Some(classify(value)),
            "summary" if self.statement.is_none() && !value.ends_with('…') => {
                self.summary = Some(classify(value))
            }
            _ => {}
        }
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        if field.name() == "elapsed_secs" {
            self.seconds = value;
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

const TABLES: &[&str] = &[
    "audit_log",
    "users",
    "sessions",
    "refresh_tokens",
    "login_failures",
    "idempotency_keys",
    "terms",
    "courses",
    "course_meetings",
    "enrollments",
    "enrollment_events",
    "assignments",
    "grades",
    "grade_history",
    "final_grades",
    "final_grade_history",
    "grade_change_requests",
    "attendance",
    "attendance_history",
    "calendar_feeds",
    "payments",
    "payment_history",
    "charges",
    "refunds",
    "ledger_postings",
    "stripe_events",
    "reconciliations",
    "reconciliation_differences",
    "stripe_sandbox",
    "signing_keys",
    "pg_catalog",
];

/// Operation and table of a statement, both from closed sets; remembered by its text.
fn classify(sql: &str) -> (&'static str, &'static str) {
    static SEEN: LazyLock<Mutex<HashMap<String, (&'static str, &'static str)>>> =
        LazyLock::new(Mutex::default);
    let mut seen = SEEN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(known) = seen.get(sql) {
        return *known;
    }
    let answer = read_statement(sql);
    if seen.len() < 2000 {
        seen.insert(sql.to_owned(), answer);
    }
    answer
}

/// The first writing verb wins over a `select`, because a `with` wraps it; the table is the one it names.
fn read_statement(sql: &str) -> (&'static str, &'static str) {
    let lower = sql.to_lowercase();
    let words = split(&lower);
    let after = |index: usize| first_table(&words[index..]);
    let locking = |index: usize| index > 0 && matches!(words[index - 1], "for" | "key" | "do");
    let writing = words.iter().enumerate().find_map(|(index, word)| match *word {
        "insert" => Some(("insert", index)),
        "update" if !locking(index) => Some(("update", index)),
        "delete" => Some(("delete", index)),
        _ => None,
    });
    match (writing, words.first()) {
        (Some((verb, index)), Some(&("insert" | "update" | "delete" | "with"))) => (verb, after(index)),
        (_, Some(&("select" | "with"))) => {
            let from = |words: &[&str]| words.iter().position(|word| *word == "from").unwrap_or(0);
            let outer = outside_parentheses(&lower);
            let outer = split(&outer);
            match first_table(&outer[from(&outer)..]) {
                "other" => ("select", after(from(&words))),
                table => ("select", table),
            }
        }
        _ => ("other", "other"),
    }
}

fn split(text: &str) -> Vec<&str> {
    let letters = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.split(|letter| !letters(letter)).filter(|word| !word.is_empty()).collect()
}

fn first_table(words: &[&str]) -> &'static str {
    words.iter().find_map(|word| TABLES.iter().copied().find(|table| table == word)).unwrap_or("other")
}

/// A query within a query names tables too, before the one that is asked for.
fn outside_parentheses(text: &str) -> String {
    let mut depth = 0_usize;
    let outside = |letter: &char| {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    };
    text.chars().filter(outside).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_told_apart() {
        let cases = [
            ("select * from users where id = $1", ("select", "users")),
            ("select id from courses c where id = $1 for no key update of c", ("select", "courses")),
            (
                "with seat as (update courses set x = 1 returning id) insert into enrollments select 1",
                ("update", "courses"),
            ),
            (
                "insert into enrollments (a) values (1) on conflict (a) do update set a = 2",
                ("insert", "enrollments"),
            ),
            ("select (select count(*) from enrollments w) from courses c", ("select", "courses")),
            ("select count(*) from (select 1 from users) as x", ("select", "users")),
            ("with mine as (select 1) select * from course_meetings", ("select", "course_meetings")),
            ("BEGIN", ("other", "other")),
        ];
        for (sql, expected) in cases {
            assert_eq!(read_statement(sql), expected, "{sql}");
        }
    }
}
