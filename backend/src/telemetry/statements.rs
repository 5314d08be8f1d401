//! SQL statements, as sqlx reports each of them: timed by operation and table, and logged when slow.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use serde_json::{Map, Value, json};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

use super::Fields;
use crate::metrics::STATEMENT_SECONDS;

pub(super) fn is_statement(metadata: &Metadata<'_>) -> bool {
    metadata.target() == "sqlx::query"
}

/// What sqlx says of a statement, in the words of the original design's `db_query`.
pub(super) fn as_db_query(fields: &Map<String, Value>) -> Map<String, Value> {
    let (operation, table) = classify(statement(fields));
    let milliseconds = fields.get("elapsed_secs").and_then(Value::as_f64).unwrap_or_default() * 1000.0;
    Map::from_iter([
        ("message".to_owned(), "Database query executed".into()),
        ("function".to_owned(), "statement".into()),
        ("event".to_owned(), "db_query".into()),
        ("operation".to_owned(), operation.into()),
        ("table".to_owned(), table.into()),
        ("duration_ms".to_owned(), json!(milliseconds)),
        ("rows_returned".to_owned(), fields.get("rows_returned").cloned().unwrap_or_default()),
    ])
}

fn statement(fields: &Map<String, Value>) -> &str {
    let text = |name| fields.get(name).and_then(Value::as_str).unwrap_or_default();
    if text("db.statement").is_empty() { text("summary") } else { text("db.statement") }
}

/// Observes `uems_database_query_duration_seconds` for every statement sqlx ran.
pub(super) struct StatementTiming;

impl<S: Subscriber> Layer<S> for StatementTiming {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let (operation, table) = classify(statement(&fields.0));
        let seconds = fields.0.get("elapsed_secs").and_then(Value::as_f64).unwrap_or_default();
        STATEMENT_SECONDS.with_label_values(&[operation, table]).observe(seconds);
    }
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
    let words: Vec<&str> = lower
        .split(|letter: char| !(letter.is_alphanumeric() || letter == '_'))
        .filter(|word| !word.is_empty())
        .collect();
    let after = |index: usize| {
        words[index..]
            .iter()
            .find_map(|word| TABLES.iter().copied().find(|table| table == word))
            .unwrap_or("other")
    };
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
            ("select", after(words.iter().position(|word| *word == "from").unwrap_or(0)))
        }
        _ => ("other", "other"),
    }
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
            ("with mine as (select 1) select * from course_meetings", ("select", "course_meetings")),
            ("BEGIN", ("other", "other")),
        ];
        for (sql, expected) in cases {
            assert_eq!(read_statement(sql), expected, "{sql}");
        }
    }
}
